"""One sentence a line in Markdown, so that a changed word is a changed line.

python _ext/sentences.py        rewrites every page and every text cell
"""

import re

import nbformat

import reader

# What ends with a full stop and does not end a sentence.
ABBREVIATIONS = set(
    "e.g. i.e. cf. vs. etc. approx. resp. s.d. Dr. Prof. Eq. Eqs. Fig. No. ch."
    " Sec. p. pp. vol. ed. al. St."
    " np. tzn. tj. tzw. itd. itp. m.in. por. rys. ang. ros."
    " т.е. т.д. т.п. т. е. д. др. см. рис. англ.".split()
)
SPAN = re.compile(
    r"(?<!\\)(?:(`+).+?(?<!`)\1(?!`)"  # code and roles
    r"|\$(?:\\.|[^$\\])+\$"  # formulas
    r"|\[[^\[\]]*\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)"  # links
    r"|<[^<>\n]+>)",  # tags
    re.DOTALL,
)
END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s+[^\s])")
# A line that is not running text, or that text must not begin with.
BLOCK = (
    r"#{1,6} |\||>|:{3,}|`{3}|~{3}|\([\w-]+\)=|:[\w-]+:|: |<|\+{3}|={2,}|-{3,}"
    r"|!\[|\[\^"
)
ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+")


def one_a_line(text):
    r"""The same Markdown, with a line break after each sentence, and no other.

    Front matter, code, formulas that stand alone, tables, headings, options of
    directives and labels stay as they are; an item of a list keeps its
    indentation.

    >>> print(one_a_line("It is 0.5, e.g. here. So `a. B`\nis (1.2). Next!"))
    It is 0.5, e.g. here.
    So `a. B` is (1.2).
    Next!
    >>> print(one_a_line("- One. Two by D. P. Kingma.\n- Three.\n\n| a. B |"))
    - One.
      Two by D. P. Kingma.
    - Three.
    <BLANKLINE>
    | a. B |
    """
    out, paragraph, closes = [], [], None
    lines = text.split("\n")

    def flush():
        out.extend(_sentences(paragraph))
        paragraph.clear()

    for number, line in enumerate(lines):
        bare = line.strip()
        opens = re.match(r"(`{3,}|~{3,}|\$\$)", bare)
        if closes:
            out.append(line)
            if (
                bare.startswith(closes)
                if closes != "$$"
                else bare.endswith("$$")
            ):
                closes = None
        elif number == 0 and bare == "---":
            out.append(line)
            closes = "---"
        elif opens:
            flush()
            out.append(line)
            alone = bare.count("$$") == 2 and bare.endswith("$$")
            closes = None if alone else opens[1]
        elif not bare or re.match(BLOCK, bare):
            flush()
            out.append(line)
        elif re.search(r"(\\|  )$", line):  # a line break that is meant
            flush()
            out.append(line)
        else:
            if ITEM.match(bare):
                flush()
            paragraph.append(line)
    flush()
    return "\n".join(out)


def _sentences(lines):
    """The sentences of a paragraph, or of an item of a list, each on a line."""
    if not lines:
        return []
    indent = re.match(r"\s*", lines[0])[0]
    marker = ITEM.match(lines[0].strip())
    text = " ".join(line.strip() for line in lines)
    hidden = [m.span() for m in SPAN.finditer(text)]
    start, sentences = len(marker[0]) if marker else 0, []
    for end in END.finditer(text, start):
        if _ends(text, end, hidden):
            sentences.append(text[start : end.end()])
            start = re.compile(r"\s+").match(text, end.end()).end()
    sentences.append(text[start:])
    first = marker[0] if marker else ""
    rest = " " * len(first)
    return [
        indent + (first if k == 0 else rest) + sentence
        for k, sentence in enumerate(sentences)
    ]


def _ends(text, end, hidden):
    """Whether a full stop (or ?, !) ends a sentence."""
    if any(a <= end.start() < b for a, b in hidden):
        return False
    following = text[end.end() :].lstrip()
    if re.match(BLOCK, following) or ITEM.match(following):
        return False
    if following[0].islower():
        return False
    word = re.search(r"\S*$", text[: end.start() + 1])[0].lstrip("(\"'*_[“„«")
    initial = re.fullmatch(r"[^\W\d_]\.", word) and word[0].isupper()
    return word not in ABBREVIATIONS and not initial


def pages():
    """The Markdown files of the book and of its repository."""
    found = [*reader.ROOT.glob("*.md"), *reader.ROOT.glob("chapters/**/*.md")]
    return sorted(found)


def write():
    """Rewrite whatever is not yet one sentence a line."""
    for path in pages():
        text = path.read_text(encoding="utf-8")
        path.write_text(one_a_line(text), encoding="utf-8", newline="\n")
    for path in reader.sources():
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = one_a_line(cell.source)
        text = nbformat.writes(notebook) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()

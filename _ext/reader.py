"""The reader's notebook, made from the source: exercises to fill in, their
solutions at the end.

python _ext/reader.py my        writes all of them into my/, never over a file
you changed; with --without-solutions for a teacher who sets the exercises
"""

import argparse
import ast
import copy
import functools
import hashlib
import html
import json
import re
from collections import Counter
from importlib import metadata
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
# What was written before, so that changed files are recognised.
WRITTEN = ".written.json"
BOXES = {
    "exercise": "Exercise",
    "solution": "Solution",
    "prf:proof": "Proof",
    "prf:theorem": "Theorem",
    "prf:lemma": "Lemma",
    "prf:definition": "Definition",
    "prf:example": "Example",
    "prf:algorithm": "Algorithm",
    "admonition": "",
    "dropdown": "",
    "note": "Note",
    "tip": "Tip",
    "hint": "Hint",
    "important": "Important",
    "warning": "Warning",
    "margin": "",
}
# Those that have a number, counted in each notebook: Theorem 1.2.1.
NUMBERED = {kind for kind, name in BOXES.items() if kind[:4] == "prf:"}
NUMBERED = NUMBERED - {"prf:proof"} | {"exercise"}
BOX = re.compile(r"^\s*:{3,}\{([\w:-]+)\}.*\n:label: (\S+)", re.MULTILINE)
FOLDED = {"jupyter": {"source_hidden": True}}
CHECK = re.compile(r"^check\(\"([\w-]+)\"", re.MULTILINE)
ANSWER = re.compile(r"^:::+\{solution\}", re.MULTILINE)
# What a downloaded notebook begins with, folded.
GET = """\
from importlib.util import find_spec

if find_spec("dlnotes") is None:
    raise ModuleNotFoundError(
        "This notebook needs dlnotes, the book's package. The page 'Start here'"
        " has it as one file, for Python 3.11 or newer. In that file's folder:"
        ' python -m pip install "./WHEEL[notebooks]"'
    )"""


def sources():
    """The notebooks of the book, in order."""
    return sorted(ROOT.glob("chapters/*/*.ipynb"))


def is_solution(cell):
    """Whether a cell is the solution of an exercise that checks itself, or a
    part of the worked answer to an open one.
    """
    if cell.cell_type == "markdown":
        return bool(ANSWER.search(cell.source))
    return "solution" in cell.metadata.get("tags", [])


def checked(cell):
    """The labels of the exercises that a solution cell checks."""
    is_code = cell.cell_type == "code" and is_solution(cell)
    return CHECK.findall(cell.source) if is_code else []


def stub(source):
    """What the reader is given: names, signatures and docstrings stay, the work
    becomes ``...``.

    >>> print(stub("a, b = 6, 7\\ncheck('answer', a)"))
    a = ...
    b = ...
    check('answer', a)
    >>> print(stub("def f(x):  # think\\n    return x\\ncheck('double', f)"))
    def f(x):
        ...
    <BLANKLINE>
    check('double', f)
    """
    kept = []
    for node in ast.parse(source).body:
        if isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        ):
            kept += [ast.unparse(_emptied(node)), ""]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            kept.append(ast.unparse(node))
        elif _is_check(node):
            if not isinstance(node.value.args[1], ast.Name):
                raise ValueError(
                    f"check wants a name, or it tells: {ast.unparse(node)}"
                )
            kept.append(ast.get_source_segment(source, node))
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names = dict.fromkeys(
                n.id for n in stored if isinstance(n.ctx, ast.Store)
            )
            kept += [f"{name} = ..." for name in names]
    return "\n".join(kept)


def _emptied(node):
    """A function with its docstring alone; a class whose methods are such
    functions.
    """
    node = copy.deepcopy(node)
    document = node.body[:1] if ast.get_docstring(node) is not None else []
    if isinstance(node, ast.ClassDef):
        kinds = ast.FunctionDef, ast.AsyncFunctionDef
        methods = [_emptied(m) for m in node.body if isinstance(m, kinds)]
        node.body = document + methods
    else:
        node.body = [*document, ast.Expr(ast.Constant(...))]
    return node


def _is_check(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "check"
    )


FENCE = re.compile(r"(^```.*?^```[ \t]*$)", re.DOTALL | re.MULTILINE)


@functools.cache
def numbers():
    """What the labels of the book refer to: {"joint": "Exercise 1.1.1", …}."""
    found = {}
    for path in sources():
        cells = nbformat.read(path, 4).cells
        texts = [c.source for c in cells if c.cell_type == "markdown"]
        notebook = re.match(r"# ([\d.]+) ", texts[0])[1]
        counts = Counter()
        for kind, label in BOX.findall("\n".join(texts)):
            if kind in NUMBERED:
                counts[kind] += 1
                found[label] = f"{BOXES[kind]} {notebook}.{counts[kind]}"
    return found


def plain(text):
    r"""MyST to the Markdown that JupyterLab, Colab and GitHub show. Code stays
    as it is.

    >>> print(plain(":::{exercise} Where? ★\n:label: joint\n\nHow far?\n:::"))
    > **Exercise 1.1.1 · Where? ★**
    >
    > How far?
    <BLANKLINE>
    >>> print(plain(":::{dropdown} Proof\nIt is.\n:::"))
    <details><summary><b>Proof</b></summary>
    <BLANKLINE>
    It is.
    <BLANKLINE>
    </details>
    >>> plain("{ref}`joint`, {ref}`figure-1-2-3`")
    'Exercise 1.1.1, Figure 1.2.3'
    >>> plain("{cite:t}`prince2023`, {ref}`the map <lecture-map>`, {math}`x^2`")
    '(prince2023), the map, $x^2$'
    >>> plain("the set `{a}` or `{b}`")
    'the set `{a}` or `{b}`'
    """
    parts = FENCE.split(text)
    return "".join(
        part if k % 2 else _plain(part) for k, part in enumerate(parts)
    )


def _plain(text):
    """The same, for text without fenced code."""
    out, depth, options = [], [], False
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""]):
        opened = re.match(r"\s*(:{3,})\{([\w:-]+)\}\s*(.*)$", line)
        if opened:
            fence, kind, title = opened.groups()
            if kind not in BOXES:
                raise ValueError(
                    f"reader.BOXES does not know the directive {kind!r}: {line}"
                )
            options, title = True, title.strip()
            if kind == "dropdown" and not depth:  # JupyterLab folds it, too
                summary = html.escape(title, quote=False)
                out += [f"<details><summary><b>{summary}</b></summary>", ""]
                depth.append((fence, ""))
                continue
            label = following.removeprefix(":label: ")
            name = numbers().get(label) if kind in NUMBERED else None
            title = (
                f"{name} · {title}"
                if name
                else ". ".join(filter(None, [BOXES[kind], title]))
            )
            depth.append((fence, "> "))
            out += [f"> **{title}**", ">"] if title else [">"]
        elif depth and line.strip() == depth[-1][0]:
            _, sign = depth.pop()
            if not sign:
                out += ["", "</details>"]
            else:
                out.append(">" if _quoted(depth) else "")
        elif options and re.match(r"\s*:[\w-]+:", line):
            continue
        elif options and not line.strip():
            options = False
        elif not re.match(r"\(.+\)=\s*$", line):
            options = False
            out.append(f"> {line}".rstrip() if _quoted(depth) else line)
    return re.sub(
        r"(\{[\w:-]+\})?(`+)(.+?)\2", _role, "\n".join(out), flags=re.DOTALL
    )


def _quoted(depth):
    """Whether a line stands in a box that is written as a quotation."""
    return any(sign for _, sign in depth)


def _role(match):
    """A role as plain text; code without a role as it is."""
    role, _, text = match.groups()
    if role is None:
        return match[0]
    if role == "{math}":
        return f"${text}$"
    if role.startswith("{cite"):
        return f"({text})"
    figure = re.fullmatch(r"figure-(\d+)-(\d+)-(\d+)", text)
    if figure:
        return f"Figure {'.'.join(figure.groups())}"
    if text in numbers():
        return numbers()[text]
    return re.sub(r"\s*<[^<>]*>$", "", text)


def readers_notebook(notebook, solutions=True):
    """A copy of the notebook for the reader: no outputs, stubs, plain boxes,
    how far the reader is, and the solutions at the end.
    """
    book = copy.deepcopy(notebook)
    get = nbformat.v4.new_code_cell(
        GET.replace("WHEEL", wheel()), metadata=FOLDED
    )
    cells, answers, labels = [get], [], []
    for cell in book.cells:
        if is_solution(cell):
            labels += checked(cell)
            answers.append(_bare(cell))
            cells += _to_fill_in(cell)
        else:
            cells.append(_bare(cell))
    if labels:
        names = "".join(f'    "{label}",\n' for label in labels)
        cells += [
            nbformat.v4.new_markdown_cell("## How far you are"),
            nbformat.v4.new_code_cell(
                f"from dlnotes.exercises import progress\n\nprogress(\n{names})"
            ),
        ]
    if answers and solutions:
        cells.append(
            nbformat.v4.new_markdown_cell("## Solutions\n\nTry first.")
        )
        cells += answers
    for number, cell in enumerate(cells):
        cell.id = f"reader-{number}"
    book.cells = cells
    return book


def wheel():
    """The name of the package's file, which the site offers."""
    return f"dlnotes-{metadata.version('dlnotes')}-py3-none-any.whl"


def _bare(cell):
    """A cell without outputs and MyST; a solution without its tag, too. What
    folds on the page folds in JupyterLab.
    """
    data = {} if is_solution(cell) else cell.metadata
    if "hide-input" in data.get("tags", []):
        data |= FOLDED
    if cell.cell_type == "code":
        return nbformat.v4.new_code_cell(cell.source, metadata=data)
    try:
        text = plain(cell.source)
    except ValueError as error:
        raise ValueError(f"cell {cell.id}: {error}") from None
    return nbformat.v4.new_markdown_cell(text, metadata=data)


def _to_fill_in(cell):
    """What stands in a solution's place; nothing for the runs of an open
    one.
    """
    if cell.cell_type == "markdown":
        return [nbformat.v4.new_markdown_cell("*Your answer:*")]
    if not checked(cell):
        return []
    source = stub(cell.source)
    tags = {"tags": ["exercise"]}
    return [nbformat.v4.new_code_cell(source, metadata=tags)]


def read(source, solutions=True):
    """The reader's notebook of a source file."""
    try:
        return readers_notebook(nbformat.read(source, 4), solutions)
    except ValueError as error:
        raise ValueError(f"{source}, {error}") from None


def write(target, solutions=True):
    """Write every reader's notebook below ``target``; keep the files that the
    reader changed.
    """
    target = Path(target)
    ledger = target / WRITTEN
    written = json.loads(ledger.read_text("utf-8")) if ledger.exists() else {}
    for source in sources():
        name = source.relative_to(ROOT / "chapters").as_posix()
        path = target / name
        text = nbformat.writes(read(source, solutions)) + "\n"
        if path.exists() and _digest(
            path.read_text(encoding="utf-8")
        ) != written.get(name):
            print(f"kept your {path}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written[name] = _digest(text)
        print(f"wrote {path}")
    ledger.write_text(json.dumps(written, indent=1), encoding="utf-8")


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _arguments():
    parser = argparse.ArgumentParser(description="Write the readers' notebooks")
    parser.add_argument("target", help="the folder to write them into")
    parser.add_argument(
        "--without-solutions", action="store_true", help="exercises alone"
    )
    return parser.parse_args()


if __name__ == "__main__":
    arguments = _arguments()
    write(arguments.target, not arguments.without_solutions)

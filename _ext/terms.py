"""The words of the book in three languages: one file for the glossary and for
the tables in the notebooks.

python _ext/terms.py        writes the tables of the notebooks anew
"""

import re

import nbformat
import yaml
from sections import by_letter
from sphinx.util.docutils import SphinxDirective

import reader

FILE = reader.ROOT / "chapters" / "back" / "terms.yml"
HEAD = ["| English | polski | русский |", "| :-- | :-- | :-- |"]
TABLE = re.compile(
    r"^\| English \| polski \| русский \|\n\| :-- \| :-- \| :-- \|\n"
    r"(?:\|.*\|(?:\n|\Z))+",
    re.MULTILINE,
)


def terms():
    """Each entry of the file: en, pl, ru, is."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def by_name():
    """The entries by their English terms, in small letters."""
    return {entry["en"].lower(): entry for entry in terms()}


def first(words):
    """The recommended one, without the mark of the notes and slides."""
    return words.split(";")[0].replace("°", "")


def row(english, known):
    """A row of a notebook's table: one term, or several with commas between
    them, as the file has them.
    """
    names = [english] if english.lower() in known else english.split(", ")
    missing = [name for name in names if name.lower() not in known]
    if missing:
        raise ValueError(f"terms.yml has no {missing[0]!r}")
    cells = [english] + [
        ", ".join(first(known[name.lower()][language]) for name in names)
        for language in ("pl", "ru")
    ]
    return f"| {' | '.join(cells)} |"


def with_tables(text, known):
    """Markdown whose tables of words say what the file says."""

    def table(match):
        lines = match[0].rstrip("\n").splitlines()[2:]
        rows = [row(line.split("|")[1].strip(), known) for line in lines]
        return "\n".join([*HEAD, *rows]) + "\n" * match[0].endswith("\n")

    return TABLE.sub(table, text)


class Glossary(SphinxDirective):
    """All terms with what they mean, under their first letters."""

    def run(self):
        self.env.note_dependency(str(FILE))
        rows = []
        for entry in sorted(terms(), key=lambda entry: entry["en"].lower()):
            both = (words(entry[language]) for language in ("pl", "ru"))
            rows.append(f"| {' | '.join([entry['en'], *both, entry['is']])} |")
        head = [f"{HEAD[0]} Meaning |", f"{HEAD[1]} :-- |"]
        return by_letter(self, head, rows)


def words(cell):
    """The recommended word, and the others in brackets."""
    best, *others = (word.strip() for word in cell.split(";"))
    return f"{best} ({'; '.join(others)})" if others else best


def setup(app):
    app.add_directive("glossary-of-terms", Glossary)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


if __name__ == "__main__":
    names = by_name()
    for path in reader.sources():
        notebook = nbformat.read(path, 4)
        before = [cell.source for cell in notebook.cells]
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = with_tables(cell.source, names)
        if before != [cell.source for cell in notebook.cells]:
            nbformat.write(notebook, path)

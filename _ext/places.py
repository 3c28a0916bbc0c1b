"""What holds an idea of the lecture map, where it stands: assertions, proofs,
and exercises that are checked.
"""

import functools
import re
from collections import Counter

import nbformat

import reader

PAGES = {"checklist": reader.ROOT / "chapters" / "practice" / "checklist.md"}
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
KINDS = {  # what one looks for, and its name, for one and for several
    r"^ *assert ": ("assertion", "assertions"),
    r"\{prf:theorem\}|\} Proof": ("proof", "proofs"),
    r"^check\(|^:+\{solution\}": ("exercise", "exercises"),
}


@functools.cache
def cells(notebook):
    """The cells of a notebook, by its number: "1.2"."""
    chapter, number = notebook.split(".")
    (path,) = reader.ROOT.glob(f"chapters/{chapter}-*/{number}-*.ipynb")
    return nbformat.read(path, 4).cells


def text(notebook):
    """The sources of a notebook, or of a page, in one piece."""
    if notebook in PAGES:
        return PAGES[notebook].read_text("utf-8")
    return "\n".join(cell.source for cell in cells(notebook))


def section(notebook, label):
    """What stands behind a label, up to the next one."""
    parts = LABEL.split(text(notebook))
    return dict(zip(parts[1::2], parts[2::2]))[label]


def held(item):
    """Counts of what holds an item in its places: a dictionary, by name."""
    found = Counter()
    for place in item.get("places", []):
        source = section(place["notebook"], place["label"])
        for pattern, names in KINDS.items():
            found[names] += len(re.findall(pattern, source, re.MULTILINE))
    return {names[count > 1]: count for names, count in found.items() if count}

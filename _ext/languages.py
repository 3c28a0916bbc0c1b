"""Polish and Russian on English pages: said to be so, for screen readers, and
set as these languages are set.

A table's columns under polski and русский, and the sections that are abstracts
in these languages, get their lang. In them a word of one letter stays with the
next word, and a dash with the one before.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

COLUMNS = {"polski": "pl", "русский": "ru"}
SECTIONS = {"W skrócie po polsku": "pl", "Коротко по-русски": "ru"}
# Words of one letter that do not end a line.
SHORT = {"pl": "aiouwzAIOUWZ", "ru": "авиокусяАВИОКУСЯ"}


class Languages(SphinxTransform):
    """Marks what is not English; docutils makes lang of the class."""

    default_priority = 600

    def apply(self):
        found = []
        for table in self.document.findall(nodes.table):
            found += self.columns(table)
        for section in self.document.findall(nodes.section):
            title = section.next_node(nodes.title)
            language = SECTIONS.get(title.astext()) if title else None
            if language and title.parent is section:
                # The contents beside the page take what is in the title.
                kept = nodes.inline("", "", *title.children)
                kept["classes"] = [f"language-{language}"]
                title.children = []
                title += kept
                found.append((section, language))
        for node, language in found:
            node["classes"].append(f"language-{language}")
            self.keep_together(node, language)

    def columns(self, table):
        """The cells of a table that are in another language."""
        rows = list(table.findall(nodes.row))
        heads = [COLUMNS.get(entry.astext()) for entry in rows[0]]
        for row in rows:
            for entry, language in zip(row, heads):
                if language:
                    yield entry, language

    def keep_together(self, node, language):
        """No-break spaces."""
        for text in list(node.findall(nodes.Text)):
            if isinstance(text.parent, (nodes.literal, nodes.math)):
                continue
            kept = with_no_break_spaces(text.astext(), language)
            if kept != text.astext():
                text.parent.replace(text, nodes.Text(kept))


def with_no_break_spaces(text, language):
    """The same text; what must not stand at an end of a line does not.

    >>> with_no_break_spaces("To i to w domu – tak", "pl").replace(" ", "_")
    'To_i\\xa0to_w\\xa0domu\\xa0–_tak'
    >>> with_no_break_spaces("150 528 liczb", "pl")
    '150\\xa0528 liczb'
    """
    short = rf"(?<![\w°])([{SHORT[language]}])[ \n]"
    text = re.sub(short, "\\1\u00a0", text)
    return re.sub(r" (?=[–—])|(?<=\d) (?=\d{3}\b)", "\u00a0", text)


def setup(app):
    app.add_transform(Languages)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

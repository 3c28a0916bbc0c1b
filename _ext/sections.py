"""Sections that a directive makes: of the glossary, one for each letter."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def section(directive, title, lines, name=None):
    """A section to be returned by a directive: a title and lines of Markdown.

    A heading in Markdown that a directive parses would close the sections
    around the directive.
    """
    text, _ = directive.parse_inline(title)
    made = nodes.section("", nodes.title(title, "", *text))
    name = name or made.astext()
    made["names"].append(nodes.fully_normalize_name(name))
    directive.state.document.note_implicit_target(made, made)
    made += directive.parse_text_to_nodes("\n".join(lines))
    return made


class ByLetter(SphinxDirective):
    """A table whose rows are put under the letters of their first cells, with a
    row of links to these.
    """

    has_content = True

    def run(self):
        head, rows = self.content[:2], self.content[2:]
        letters = {}
        for row in rows:
            letter = row.removeprefix("| ")[0].upper()
            letters.setdefault(letter, []).append(row)
        parts = [
            section(self, letter, [*head, *terms], f"terms {letter}")
            for letter, terms in letters.items()
        ]
        links = nodes.paragraph(classes=["dl-letters"])
        for letter, part in zip(letters, parts):
            (table,) = part.findall(nodes.table)
            table["classes"].append("dl-terms")
            link = {"internal": True, "refid": part["ids"][0]}
            links += nodes.reference("", letter, **link)
        return [links, *parts]


def setup(app):
    app.add_directive("by-letter", ByLetter)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

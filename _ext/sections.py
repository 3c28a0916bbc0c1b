"""Sections that a directive makes."""

from docutils import nodes


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


def by_letter(directive, head, rows):
    """Sections to be returned by a directive: the rows of a table under the
    letters of their first cells, behind a line of links to these.
    """
    letters = {}
    for row in rows:
        letter = row.removeprefix("| ")[0].upper()
        letters.setdefault(letter, []).append(row)
    parts = [
        section(directive, letter, [*head, *own], f"terms {letter}")
        for letter, own in letters.items()
    ]
    links = nodes.paragraph(classes=["dl-letters"])
    for letter, part in zip(letters, parts):
        (table,) = part.findall(nodes.table)
        table["classes"].append("dl-terms")
        link = {"internal": True, "refid": part["ids"][0]}
        links += nodes.reference("", letter, **link)
    return [links, *parts]

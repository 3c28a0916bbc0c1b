"""Figures on the pages: formulas in captions, addresses, and the frames of
each in a file of its own, which is loaded when it is needed.
"""

import html
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import mathml
import numbering

FRAMES = re.compile(r'<script type="application/json">(.*?)</script>', re.S)


class picture(nodes.General, nodes.Element):
    """The drawing of a figure of another page."""


class Picture(SphinxDirective):
    """A figure's drawing, by its number, for a card: without its settings and
    words.
    """

    required_arguments = 1

    def run(self):
        return [picture(name=f"figure-{self.arguments[0].replace('.', '-')}")]


def drawn(app, name, told):
    """The drawing of a figure, wherever it is in the book; if it is more than
    an ornament, it is told to those who cannot see it, too.
    """
    docname, _, _ = app.env.get_domain("std").labels[name]
    for raw in app.env.get_doctree(docname).findall(nodes.raw):
        if f'id="{name}"' in raw.astext():
            drawings = re.findall(
                "<svg.*?</svg>", raw.astext().split("<script")[0], re.S
            )  # for a desktop, and for a phone
            if not told:
                return f'<div class="dl-picture">{drawings[0]}</div>'
            label = re.search('aria-label="[^"]*"', raw.astext())[0]
            return (
                f'<figure class="dl-figure" id="slide-{name}"><div'
                f' class="dl-frame" role="img" {label}>{"".join(drawings)}'
                "</div></figure>"
            )


def finish(app, doctree, docname):
    """Make the raw figures of a notebook parts of a page."""
    for node in list(doctree.findall(picture)):
        text = drawn(app, node["name"], node.get("told"))
        node.replace_self(nodes.raw("", text, format="html"))
    for raw in doctree.findall(nodes.raw):
        found = numbering.FIGURE.search(raw.astext())
        if found:
            text = _caption(raw.astext(), raw, found[1])
            root = "../" * docname.count("/")
            text = _frames(text, raw, found[1], root, Path(app.outdir))
            raw.replace_self(nodes.raw("", text, format="html"))


def _caption(text, node, name):
    """With formulas, and its number as the address."""
    link = numbering.permalink(name)
    return re.sub(
        r"<figcaption>(.*?)</figcaption>",
        lambda m: (
            f"<figcaption>{with_formulas(m[1], node)} {link}</figcaption>"
        ),
        text,
        flags=re.S,
    )


def with_formulas(text, node):
    """HTML in which what stands between dollar signs has become MathML."""
    return re.sub(
        r"\$(.+?)\$",
        lambda m: mathml.convert(html.unescape(m[1]), False, node),
        text,
    )


def _frames(text, node, name, root, out):
    """Move the frames into a script."""
    found = FRAMES.search(text)
    if not found:
        return text
    data = json.loads(found[1])
    data["captions"] = [
        mathml.words(with_formulas(c, node)) for c in data["captions"]
    ]
    data = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path = out / "_static" / "frames" / f"{name}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'(globalThis.dlFrames ??= {{}})["{name}"] = {data};', "utf-8"
    )
    address = f'data-frames="{root}_static/frames/{name}.js"'
    return text.replace(found[0], "").replace(
        f'id="{name}"', f'id="{name}" {address}', 1
    )


def setup(app):
    app.add_node(picture)
    app.add_directive("picture", Picture)
    app.connect("doctree-resolved", finish)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

"""Numbers and addresses: Figure 1.2.3, Theorem 1.2.1, Exercise 1.2.3.

Each notebook counts its own, so that a new exercise renumbers one notebook. The
reader's notebook counts in the same way (reader.py).
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node
from sphinx_proof.nodes import NODE_TYPES

FIGURE = re.compile(
    r'<figure class="dl-figure[^"]*" id="(figure(?:-([\d-]+))?)"'
)


def count_by_notebook(app, env):
    """Replace Sphinx's numbers, which go on through the whole book."""
    for docname, kinds in env.toc_fignumbers.items():
        title = re.match(r"(\d+)\.(\d+) ", env.titles[docname].astext())
        for numbers in kinds.values() if title else []:
            for k, label in enumerate(numbers, 1):
                numbers[label] = (*title.groups(), k)
    return []


def _is_box(node):
    return is_exercise_node(node) or isinstance(
        node, tuple(NODE_TYPES.values())
    )


def name_parts(app, doctree):
    """No id twice on a page; figures can be referred to by their ids."""
    for box in doctree.findall(_is_box):
        for section in box.findall(nodes.section):
            section["ids"] = [f"{box['label']}-content"]
    labels = app.env.get_domain("std")
    for raw in doctree.findall(nodes.raw):
        for label, number in FIGURE.findall(raw.astext()):
            if not number:
                continue
            place = app.env.docname, label
            name = f"Figure {number.replace('-', '.')}"
            labels.labels[label] = *place, name
            labels.anonlabels[label] = place


class Titles(SphinxPostTransform):
    """Exercise 1.2.3 · Which shape? ★, without brackets in brackets, and with
    an address.
    """

    default_priority = 25  # after sphinx_exercise has made its titles

    def run(self):
        for box in self.document.findall(_is_box):
            title = box.children[0]
            if is_exercise_node(box) and len(title) > 1:
                first, *words, last = title.children
                assert (str(first), str(last)) == (" (", ")")
                title.children = []
                title += [nodes.Text(" · "), *words]
            title += nodes.raw("", permalink(box["label"]), format="html")


def permalink(label):
    """The sign behind a title that gives its address."""
    return (
        f'<a class="headerlink" href="#{label}" aria-label="Link to this'
        ' place">#</a>'
    )


def setup(app):
    app.add_post_transform(Titles)
    app.connect("doctree-read", name_parts, priority=900)
    app.connect("env-get-updated", count_by_notebook, priority=900)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

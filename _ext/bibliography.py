"""The bibliography: by author and year, as the text cites, and with the pages
that cite each work.
"""

import re

from docutils import nodes
from pybtex.plugin import register_plugin
from pybtex.style import FormattedEntry
from pybtex.style.formatting import BaseStyle, toplevel
from pybtex.style.template import (
    field,
    first_of,
    href,
    join,
    names,
    optional,
    optional_field,
    sentence,
    tag,
    words,
)
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

THESES = {"mastersthesis": "Master’s thesis", "phdthesis": "PhD thesis"}


class AuthorYear(BaseStyle):
    """Author (year). Title. Where it appeared, and links to it."""

    default_name_style = "lastfirst"
    default_label_style = "number"  # of which the page shows none
    default_sorting_style = "author_year_title"

    def format_entry(self, label, entry, bib_data=None):
        data = {"entry": entry, "style": self, "bib_data": bib_data}
        text = _template(entry.type).format_data(data)
        return FormattedEntry(entry.key, text, label)


def _template(kind):
    """How pybtex shall write an entry of this kind."""
    if kind == "book":
        title = tag("em")[field("title")]
        number = optional[words[field("series"), optional_field("number")]]
    else:
        title = field("title", apply_func=lambda text: text.capitalize())
        number = optional[
            join[field("volume"), optional["(", field("number"), ")"]]
        ]
    return toplevel[
        words[names("author", sep="; "), join["(", field("year"), ")."]],
        sentence[title],
        sentence[
            optional[words["In", tag("em")[field("booktitle")]]],
            optional[tag("em")[field("journal")]],
            number,
            optional[words["pages", field("pages", apply_func=_dashes)]],
            optional[words[field("edition"), "edition"]],
            optional_field("publisher"),
            first_of[optional_field("type"), THESES.get(kind, "")],
            optional_field("school"),
            optional_field("howpublished"),
            optional_field("note"),
        ],
        sentence[
            _link("arXiv:", "https://arxiv.org/abs/", "eprint"),
            _link("doi:", "https://doi.org/", "doi"),
        ],
    ]


def _dashes(text):
    return str(text).replace("--", "–")


def _link(label, address, name):
    value = field(name, raw=True)
    return optional[href(join[address, value])[join[label, value]]]


class CitedIn(SphinxPostTransform):
    """The entries as a list without labels, each with what cites it."""

    default_priority = 6  # the entries are there, and have no links yet

    def run(self, **kwargs):
        domain = self.env.get_domain("cite")
        keys = {c.citation_id: c.key for c in domain.citations}
        citations = list(self.document.findall(nodes.citation))
        entries = nodes.bullet_list("", classes=["dl-bibliography"])
        for citation in citations:
            _, text = citation  # label, entry
            entry = nodes.list_item("", text, ids=citation["ids"])
            entry += self.cited_in(domain, keys[citation["ids"][0]])
            entries += entry
        if citations:
            citations[0].parent.replace_self(entries)

    def cited_in(self, domain, key):
        """A line that links to the first citation on each page."""
        places = {}
        for reference in domain.citation_refs:
            if key in {target.key for target in reference.targets}:
                places.setdefault(reference.docname, reference.citation_ref_id)
        if not places:
            return []
        text = nodes.paragraph("", "Cited in ", classes=["dl-cited"])
        for page, anchor in sorted(places.items()):
            text += [self.link(page, anchor), nodes.Text(", ")]
        text[-1] = nodes.Text(".")
        return text

    def link(self, page, anchor):
        """The number of a page, or else its title, as a link."""
        title = self.env.titles[page].astext()
        number = re.match(r"\d+\.\d+", title)
        return make_refnode(
            self.app.builder,
            self.env.docname,
            page,
            anchor,
            nodes.Text(number[0] if number else title),
        )


def setup(app):
    register_plugin("pybtex.style.formatting", "author_year", AuthorYear)
    app.add_post_transform(CitedIn)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

"""What Sphinx needs to know about this book: solutions that fold, the tables of
the back matter, the status page, downloads for readers.
"""

import importlib
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from itertools import groupby, takewhile
from operator import itemgetter
from pathlib import Path

import nbformat
import yaml
from docutils import nodes
from pictures import picture
from sections import section
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import solution_node

import outputs
import places
import reader

# The build runs the notebooks: one BLAS thread, no progress bars, figures for a
# page, no settings and caches of one's own.
os.environ.update(
    {
        name: "1"
        for name in (
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
        )
    },
    DLNOTES_FIGURES=str(outputs.FRAMES),
    TQDM_DISABLE="1",
    MPLCONFIGDIR=str(reader.ROOT / "_build" / "mplconfigdir"),
    IPYTHONDIR=str(reader.ROOT / "_build" / "ipythondir"),
)
# Matplotlib lists the fonts once, and says so if that takes long: here, where
# it is not the output of a cell.
importlib.import_module("matplotlib.font_manager")

MAP = reader.ROOT / "chapters" / "back" / "lecture-map.yml"


def fresh_outputs(app, config):
    """Outputs that are no longer true are made anew, several at a time.

    A notebook that fails is left to the build, which says where.
    """
    app.digests = {path: outputs.digest(path) for path in outputs.pages()}
    outputs.forget_stale(app.digests)
    outputs.run_missing()


def remember_outputs(app, error):
    """What the pages show now was made with what there was at the beginning."""
    if not error:
        outputs.remember(app.digests)


def empty_site(app, config):
    """A page that has left the book leaves the site."""
    shutil.rmtree(app.outdir, ignore_errors=True)
    app.outdir.mkdir(parents=True)


def address(app):
    """With a repository address in _config.yml the page's buttons point there;
    without, there are none.
    """
    options = app.config.html_theme_options
    for name in (
        "use_repository_button",
        "use_issues_button",
        "use_edit_page_button",
    ):
        options[name] = bool(options.get("repository_url"))


class details(nodes.General, nodes.Element):
    """A native <details>: folds without JavaScript, and find-in-page and
    anchors open it.
    """


def fold_solutions(app, doctree):
    """A solution folds: a cell under the stub that the reader fills in, a
    worked answer together with the runs that follow it.
    """
    for answer in list(doctree.findall(solution_node)):
        runs = list(takewhile(is_solution, _following(answer)))
        label = answer["target_label"]
        fold = details(summary="Solution", classes=["dl-solution"])
        fold["ids"] = [f"solution-{label}"]
        answer.parent.replace(answer, fold)
        _, text = answer.children  # title, section
        fold += text.children
        for run in runs:
            run.parent.remove(run)
        fold += runs
    for cell in list(doctree.findall(is_solution)):
        if isinstance(cell.parent, details):
            continue
        source = (
            next(cell.findall(nodes.literal_block)).rawsource
            or next(cell.findall(nodes.literal_block)).astext()
        )
        stub = nodes.literal_block(
            reader.stub(source), reader.stub(source), language="python"
        )
        fold = details(summary="Solution", classes=["dl-solution"])
        fold["ids"] = [f"solution-{reader.CHECK.search(source)[1]}"]
        cell.replace_self([stub, fold])
        fold += cell


def is_solution(node):
    """Whether a node is a code cell with the tag solution."""
    return isinstance(node, nodes.container) and (
        "tag_solution" in node["classes"]
    )


def _following(node):
    """The nodes beside it and behind it."""
    return node.parent[node.parent.index(node) + 1 :]


def visit_details(translator, node):
    translator.body.append(
        translator.starttag(node, "details")
        + f"<summary>{node['summary']}</summary>\n"
    )


def depart_details(translator, node):
    translator.body.append("</details>\n")


def lecture_map():
    """The lecture map: a list of parts, each with its items."""
    return yaml.safe_load(MAP.read_text(encoding="utf-8"))


class LectureMap(SphinxDirective):
    """The tables of every idea of the lectures: where it stands in the book,
    its code, and what holds it.
    """

    def run(self):
        self.env.note_dependency(str(MAP))
        head = [
            "| No. | Idea | Where | Code | Held by |",
            "| --: | :-- | :-- | :-- | :-- |",
        ]
        parts = [
            section(self, part["part"], [*head, *map(self.row, part["items"])])
            for part in lecture_map()
        ]
        for part in parts:
            (table,) = part.findall(nodes.table)
            table["classes"].append("dl-map")
        return parts

    def row(self, item):
        where = [
            self.places(notebook, [place["label"] for place in group])
            for notebook, group in groupby(
                sorted(item["places"], key=itemgetter("notebook")),
                key=itemgetter("notebook"),
            )
        ]
        code = ", ".join(
            f"{{py:obj}}`~dlnotes.{name}`" for name in item.get("code", [])
        )
        held = places.held(item)
        tests = len(item.get("tests", []))
        if tests:
            held = {"tests" if tests > 1 else "test": tests} | held
        cells = [
            str(item["item"]),
            item["title"],
            "; ".join(where),
            code,
            ", ".join(f"{count} {name}" for name, count in held.items()),
        ]
        return "| " + " | ".join(cells) + " |"

    def places(self, notebook, labels):
        """A place in a notebook; of several, what each is about."""
        if len(labels) == 1:
            return f"{{ref}}`{notebook} <{labels[0]}>`"
        words = [
            f"{{ref}}`{label.replace('-', ' ')} <{label}>`" for label in labels
        ]
        return f"{notebook} {', '.join(words)}"


class CheatSheet(SphinxDirective):
    """What to remember: the last section but one of every notebook in this
    page's folder.
    """

    def run(self):
        return [
            section(self, link, remember) for link, remember in remembered(self)
        ]


def remembered(directive):
    """For each notebook of a page's folder a link, and the lines of what to
    remember.
    """
    folder = Path(directive.env.doc2path(directive.env.docname)).parent
    for path in sorted(folder.glob("*.ipynb")):
        directive.env.note_dependency(str(path))
        cells = nbformat.read(path, 4).cells
        text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
        title = text.splitlines()[0].removeprefix("# ")
        remember = text.split("## What to remember\n")[1].split("\n## ")[0]
        yield f"[{title}]({path.name})", remember.strip().splitlines()


class Slides(SphinxDirective):
    """A slide for each notebook of this page's folder: a figure of it, by its
    number, one a line, and what to remember.
    """

    has_content = True
    SHEET = "<style>@page { size: A4 landscape; margin: 12mm; }</style>"

    def run(self):
        slides = [nodes.raw("", self.SHEET, format="html")]
        for number, (link, remember) in zip(
            self.content, remembered(self), strict=True
        ):
            if not link.startswith(f"[{number[:3]} "):
                raise self.error(f"figure {number} is not of {link}")
            slide = section(self, link, remember)
            slide["classes"].append("dl-slide")
            name = f"figure-{number.replace('.', '-')}"
            slide.insert(1, picture(name=name, told=True))
            slides.append(slide)
        return slides


class TableOf(SphinxDirective):
    """A table of a notebook, on another page, too: the notebook's path, and the
    label of the cell with the table.
    """

    required_arguments = 2

    def run(self):
        name, label = self.arguments
        path = reader.ROOT / name
        self.env.note_dependency(str(path))
        (source,) = (
            cell.source
            for cell in nbformat.read(path, 4).cells
            if cell.source.startswith(f"({label})=\n")
        )
        rows = [line for line in source.splitlines() if line.startswith("|")]
        return self.parse_text_to_nodes("\n".join(rows))


class Versions(SphinxDirective):
    """What the build ran on."""

    def run(self):
        names = (
            "numpy",
            "matplotlib",
            "ipywidgets",
            "nbval",
            "jupyter-book",
            "sphinx",
            "dlnotes",
        )
        rows = [("Python", platform.python_version())]
        rows += [(name, metadata.version(name)) for name in names]
        lines = [
            "| Package | Version |",
            "| :-- | :-- |",
            *(f"| {a} | {b} |" for a, b in rows),
        ]
        return self.parse_text_to_nodes("\n".join(lines))


def give_reader_notebooks(app, error):
    """The page's download button gives the reader's notebook, without the
    solutions in the way.
    """
    if error or app.builder.name != "html":
        return
    for source in reader.sources():
        target = Path(app.outdir, "_sources", source.relative_to(reader.ROOT))
        if target.exists():
            notebook = reader.read(source)
            target.write_text(nbformat.writes(notebook), encoding="utf-8")


def give_wheel(app, error):
    """The package as one file, for those who download a notebook."""
    if not error and app.builder.name == "html":
        command = "import sys, hatchling.build as h; h.build_wheel(sys.argv[1])"
        command = [sys.executable, "-c", command, str(app.outdir)]
        subprocess.run(command, cwd=reader.ROOT, check=True)


def setup(app):
    app.add_node(details, html=(visit_details, depart_details))
    app.add_directive("cheat-sheet", CheatSheet)
    app.add_directive("lecture-map", LectureMap)
    app.add_directive("slides", Slides)
    app.add_directive("table-of", TableOf)
    app.add_directive("versions", Versions)
    app.connect("config-inited", empty_site)
    app.connect("config-inited", fresh_outputs)
    app.connect("builder-inited", address)
    app.connect("doctree-read", fold_solutions)
    app.connect("build-finished", give_reader_notebooks)
    app.connect("build-finished", give_wheel)
    app.connect("build-finished", remember_outputs)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

"""How long it takes to read: counted from the notebooks, not guessed.

A word takes the 200th part of a minute, a formula on a line of its own a
quarter, a line of code that does not fold four seconds, a printed line two, a
figure three quarters of a minute. Proofs, boxes that fold, and solutions do not
count. A section that says "Off the main track." under its heading, and a
notebook that a class may skip, do not belong to the main track.
"""

import re
from pathlib import Path

import nbformat
from sphinx.util.docutils import SphinxDirective

import reader

OPTIONAL = {"1.5", "3.8", "3.9", "4.7", "4.8", "5.3", "5.5"}
OFF = "*Off the main track.*"
FOLDS = re.compile(
    r"^(:{3,})\{(?:dropdown|prf:proof)\}.*?^\1$", re.DOTALL | re.MULTILINE
)
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
HEADING = re.compile(r"^(?=\([\w-]+\)=\n#{2,3} |(?<!=\n)#{2,3} )", re.MULTILINE)


def minutes(cells):
    """To read these cells."""
    words = formulas = code = printed = figures = 0
    for cell in cells:
        tags = cell.metadata.get("tags", [])
        if reader.is_solution(cell):
            continue
        if cell.cell_type == "markdown":
            text = FOLDS.sub("", cell.source)
            formulas += len(FORMULA.findall(text))
            words += len(FORMULA.sub("", text).split())
            continue
        figures += len(re.findall(r"\b(?:figure|explore)\(", cell.source))
        lines = [line for line in cell.source.splitlines() if line.strip()]
        code += 0 if "hide-input" in tags else len(lines)
        printed += sum(
            len(o.get("text", "").splitlines()) for o in cell.outputs
        )
    return (
        words / 200
        + formulas / 4
        + code * 4 / 60
        + printed * 2 / 60
        + figures * 3 / 4
    )


def sections(cells):
    """Lists of cells, one a section: cut before each heading."""
    parts = [[]]
    for cell in cells:
        if cell.cell_type != "markdown" or reader.is_solution(cell):
            parts[-1].append(cell)
            continue
        first, *rest = HEADING.split(cell.source)
        parts[-1].append(nbformat.v4.new_markdown_cell(first))
        parts += [[nbformat.v4.new_markdown_cell(text)] for text in rest]
    return parts


def number(path):
    """1.2 of chapters/1-deep-networks/2-k-layers.ipynb."""
    return f"{path.parent.name[0]}.{path.name[0]}"


def reading(path):
    """Minutes on the main track, and off it."""
    cells = nbformat.read(path, 4).cells
    total = minutes(cells)
    if number(path) in OPTIONAL:
        return 0.0, total
    aside = sum(
        minutes(part)
        for part in sections(cells)
        if part and OFF in part[0].source
    )
    return total - aside, aside


def exercises(path):
    """Minutes for the exercises, as the notebook says."""
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
    return int(re.search(r"(\d+) minutes for the", text)[1])


def hours(total):
    """In words: 2½ hours."""
    halves = round(total / 30)
    whole, half = divmod(halves, 2)
    if not whole:
        return "half an hour"
    text = f"{whole}{'½' * half}"
    return f"{text} hour{'s' * (text != '1')}"


class ChapterTime(SphinxDirective):
    """A sentence: how long the notebooks of this page's folder take."""

    def run(self):
        folder = Path(self.env.doc2path(self.env.docname)).parent
        paths = sorted(folder.glob("*.ipynb"))
        for path in paths:
            self.env.note_dependency(str(path))
        main, aside = (sum(part) for part in zip(*map(reading, paths)))
        work = sum(map(exercises, paths))
        text = (
            f"These {len(paths)} notebooks take about {hours(main + aside)} to"
            f" read, {hours(main)} of them on the [main"
            " track](../front/main-track.md), and their exercises about"
            f" {hours(work)}."
        )
        return self.parse_text_to_nodes(text)


class MainTrack(SphinxDirective):
    """A table of all notebooks: minutes on the main track, off it, and for
    exercises.
    """

    def run(self):
        lines = [
            "| Notebook | Main track | Off it | Exercises |",
            "| :-- | --: | --: | --: |",
        ]
        total = [0.0, 0.0, 0]
        for path in reader.sources():
            self.env.note_dependency(str(path))
            title = nbformat.read(path, 4).cells[0].source.splitlines()[0]
            row = *reading(path), exercises(path)
            total = [a + b for a, b in zip(total, row)]
            link = f"../{path.parent.name}/{path.name}"
            shown = [f"{value:.0f}" if value else "" for value in row]
            lines.append(
                f"| [{title.removeprefix('# ')}]({link}) | "
                + " | ".join(shown)
                + " |"
            )
        lines.append(
            "| **in all** | "
            + " | ".join(f"**{value / 60:.1f} h**" for value in total)
            + " |"
        )
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    app.add_directive("chapter-time", ChapterTime)
    app.add_directive("main-track", MainTrack)
    return {
        "version": "1",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }

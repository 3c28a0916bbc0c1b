"""The book as a whole: notebooks fit for comparison, the lecture map, the API
page, the README.
"""

import ast
import hashlib
import importlib
import inspect
import re

import nbformat
import pytest
import yaml

import dlnotes
import reader
from dlnotes import scoreboard

ROOT = reader.ROOT
SOURCES = {p.relative_to(ROOT).as_posix(): p for p in reader.sources()}


def code(notebook):
    return [c for c in notebook.cells if c.cell_type == "code"]


@pytest.fixture(params=SOURCES)
def notebook(request):
    return nbformat.read(SOURCES[request.param], 4)


def test_cells_were_run_in_order(notebook):
    """A cell without a count would pass the comparison silently."""
    counts = [c.execution_count for c in code(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_only_text_is_kept(notebook):
    for cell in code(notebook):
        for output in cell.outputs:
            assert output.output_type in ("stream", "execute_result"), cell.id
            assert output.get("name") != "stderr", f"{cell.id} warns"
            assert set(output.get("data", {})) <= {"text/plain"}, cell.id
    assert "widgets" not in notebook.metadata


def test_ids_are_unique(notebook):
    ids = [c.id for c in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_cells_follow_the_book(notebook):
    """No global seeds, no bare figures, no comments that switch comparison off,
    lines that fit.
    """
    for cell in code(notebook):
        tree = ast.parse(cell.source)
        text = cell.source
        assert not re.search(r"np\.random\.(?!default_rng|Generator)", text), (
            cell.id
        )
        assert not re.search(r"plt\.(show|plot|scatter|imshow)\(", text), (
            cell.id
        )
        assert not re.search(
            r"NBVAL|nbval", text
        ) and not text.rstrip().endswith(";"), cell.id
        shown = "figure(" in text or "explore(" in text
        assert "subplots" not in text or shown, (
            f"{cell.id}: use figure(fig, alt=…)"
        )
        assert max(map(len, text.splitlines())) <= 80 or "alt=" in text, cell.id
        tags = set(cell.metadata.get("tags", []))
        assert tags <= {
            "solution",
            "hide-input",
            "nbval-ignore-output",
        }, cell.id
        for node in ast.walk(
            tree
        ):  # nothing that the package has is defined again
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                assert node.name not in dlnotes.__all__, cell.id


@pytest.mark.parametrize("path", SOURCES)
def test_the_heading_is_the_folder_and_file_order(path):
    chapter, number = re.match(
        r"chapters/(\d)-[\w-]+/(\d)-[\w-]+\.ipynb", path
    ).groups()
    first = nbformat.read(SOURCES[path], 4).cells[0].source
    assert first.startswith(f"# {chapter}.{number} ")
    for part in (
        "This notebook mirrors",
        "Afterwards you can",
        "**You need**",
        "**Time:**",
    ):
        assert part in first


def test_every_notebook_ends_with_what_to_remember(notebook):
    headings = re.findall(
        r"^## (.+)$", "\n".join(c.source for c in notebook.cells), re.MULTILINE
    )
    assert headings[-2:] == ["What to remember", "Further reading"]


def test_every_source_is_in_the_table_of_contents():
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    for path in SOURCES:
        assert path.removesuffix(".ipynb") in toc


# The lecture map -------------------------------------------------------------

PARTS = yaml.safe_load(
    (ROOT / "chapters/back/lecture-map.yml").read_text(encoding="utf-8")
)
ITEMS = [item for part in PARTS for item in part["items"]]


def test_the_map_has_every_item_once():
    assert [item["item"] for item in ITEMS] == list(range(1, 162))
    assert all(item["title"] and item["notebooks"] for item in ITEMS)


def test_every_place_code_and_test_of_the_map_exists():
    texts = {}
    for path, source in SOURCES.items():
        number = ".".join(re.match(r"chapters/(\d)-[\w-]+/(\d)", path).groups())
        texts[number] = "\n".join(
            c.source for c in nbformat.read(source, 4).cells
        )
    tests = {
        p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8")
        for p in ROOT.glob("tests/test_*.py")
    }
    for item in ITEMS:
        for place in item.get("places", []):
            assert f"({place['label']})=" in texts[place["notebook"]], item
            assert place["notebook"] in item["notebooks"], item
        for name in item.get("code", []):
            found = dlnotes
            for part in name.split("."):
                found = getattr(found, part)
            assert found.__doc__, item
        for test in item.get("tests", []):
            path, _, function = test.partition("::")
            assert re.search(
                rf"^def {function}\(", tests[path], re.MULTILINE
            ), test
        assert not item.get("code") or item.get("tests"), (
            f"code without a test: {item}"
        )


# The API page ----------------------------------------------------------------

MODULES = [
    "dlnotes",
    "dlnotes.data",
    "dlnotes.exercises",
    "dlnotes.figures",
    "dlnotes.scoreboard",
]


def symbols():
    """The public functions and classes: what a module lists, or defines without
    underscore.
    """
    for module in map(importlib.import_module, MODULES):
        own = [
            n
            for n, o in vars(module).items()
            if getattr(o, "__module__", "") == module.__name__
        ]
        for name in getattr(module, "__all__", own):
            symbol = getattr(module, name)
            if not name.startswith("_") and (
                inspect.isclass(symbol) or inspect.isfunction(symbol)
            ):
                yield f"{module.__name__}.{name}", symbol


@pytest.mark.parametrize(
    "name, symbol",
    list(symbols()),
    ids=lambda s: s if isinstance(s, str) else "",
)
def test_every_public_symbol_is_documented_and_on_the_api_page(name, symbol):
    page = (ROOT / "chapters/back/api.md").read_text(encoding="utf-8")
    listed = re.findall(r"auto(?:class|function):: ([\w.]+)", page)
    assert any(
        name.endswith(f".{entry.removeprefix('dlnotes.')}") for entry in listed
    ), name
    assert symbol.__doc__ and symbol.__doc__.strip(), name
    if inspect.isclass(symbol):
        for member, function in vars(symbol).items():
            if inspect.isfunction(function) and not member.startswith("_"):
                inherited = [
                    getattr(base, member, None) for base in symbol.__mro__
                ]
                assert any(f and f.__doc__ for f in inherited), (
                    f"{name}.{member}"
                )


def test_every_class_that_computes_has_an_example():
    for name, symbol in symbols():
        bases = dlnotes.Layer, dlnotes.Distribution, dlnotes.Optimizer
        if (
            inspect.isclass(symbol)
            and issubclass(symbol, bases)
            and symbol not in bases
        ):
            assert (
                ">>>" in symbol.__doc__ and "Lecture item" in symbol.__doc__
            ), name


# The scoreboard --------------------------------------------------------------


def test_the_scoreboard_is_what_its_notebooks_print():
    printed = {}
    for path, source in SOURCES.items():
        number = ".".join(re.match(r"chapters/(\d)-[\w-]+/(\d)", path).groups())
        outputs = (o for c in code(nbformat.read(source, 4)) for o in c.outputs)
        printed[number] = " ".join(
            " ".join(o.get("text", "").split()) for o in outputs
        )
    rows = scoreboard.recorded()
    for row in rows:
        assert " ".join(row.values()) in printed[row["notebook"]], row
    shown = {
        n for n, text in printed.items() if " ".join(scoreboard.COLUMNS) in text
    }
    assert shown == {row["notebook"] for row in rows}


def test_the_scoreboard_wants_seeds():
    with pytest.raises(
        ValueError, match="test: got 1 accuracies, expected at least five"
    ):
        scoreboard.row("1.4", "idea", 1, [0.9], [0.9] * 5)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "experiments").glob("*.py")), ids=lambda p: p.stem
)
def test_an_experiment_has_its_result_and_checksum(path):
    """What a notebook reads is what the script wrote, and nobody has edited
    it.
    """
    digest, name = (
        path.with_suffix(".sha256").read_text(encoding="utf-8").split()
    )
    assert name == path.with_suffix(".csv").name
    assert (
        hashlib.sha256(path.with_suffix(".csv").read_bytes()).hexdigest()
        == digest
    )


# The repository --------------------------------------------------------------


def test_versions_agree():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    citation = yaml.safe_load(
        (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    )
    assert f'version = "{dlnotes.__version__}"' in project
    assert citation["version"] == dlnotes.__version__
    assert f"## {dlnotes.__version__}" in (ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )


def test_the_package_stays_small():
    """2000 lines of code; docstrings, comments and the answers to exercises do
    not count.
    """
    total = 0
    for path in ROOT.glob("dlnotes/**/*.py"):
        if not path.name.startswith("chapter_"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(
                    node, (ast.Module, ast.ClassDef, ast.FunctionDef)
                ):
                    if ast.get_docstring(node) is not None:
                        node.body[0] = ast.Pass()
            total += len(ast.unparse(tree).splitlines())
    assert total <= 2000

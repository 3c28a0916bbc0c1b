"""The book as a whole: notebooks fit for comparison, the lecture map, the API
page, the README.
"""

import ast
import importlib
import inspect
import re

import nbformat
import pytest
import yaml

import dlnotes
import mutants
import places
import reader
import sentences
import times
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
    assert counts == list(range(1, len(counts) + 1)), "cure: make run"


def test_only_text_is_kept(notebook):
    """In one piece: how a busy machine cuts a stream is noise in a diff."""
    for cell in code(notebook):
        kinds = [output.output_type for output in cell.outputs]
        assert set(kinds) <= {"stream", "execute_result"}, (
            f"{cell.id}: make run"
        )
        assert kinds.count("stream") <= 1, f"{cell.id}: make run"
        for output in cell.outputs:
            assert output.get("name") != "stderr", f"{cell.id} warns"
            kept = set(output.get("data", {}))
            assert kept <= {"text/plain"}, f"{cell.id}: make run strips {kept}"
    assert "widgets" not in notebook.metadata, "cure: make run"


def test_ids_are_unique(notebook):
    ids = [c.id for c in notebook.cells]
    twice = {i for i in ids if ids.count(i) > 1}
    assert not twice, f"give one of two cells another id: {twice}"


# What no cell may contain, and what to do instead.
REFUSED = {
    r"np\.random\.(?!default_rng|Generator)": "use np.random.default_rng(seed)",
    r"plt\.(show|plot|scatter|imshow)\(": "use fig, ax = plt.subplots()",
    r"NBVAL|nbval": "use the cell's tag nbval-ignore-output",
    r";\s*$": "leave out the semicolon; figure(…) returns nothing",
    r"https?://": "nothing is fetched when a notebook runs",
}
TAGS = {"solution", "hide-input", "nbval-ignore-output"}


def test_cells_follow_the_book(notebook):
    for cell in code(notebook):
        text = cell.source
        for pattern, cure in REFUSED.items():
            assert not re.search(pattern, text), f"{cell.id}: {cure}"
        shown = "figure(" in text or "explore(" in text
        assert "subplots" not in text or shown, f"{cell.id}: figure(fig, alt=…)"
        tags = set(cell.metadata.get("tags", []))
        assert tags <= TAGS, f"{cell.id}: tags are {TAGS}"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                assert node.name not in dlnotes.__all__, (
                    f"{cell.id}: import {node.name} from dlnotes"
                )


CLOCKS = re.compile(r"perf_counter|process_time|monotonic|time\.time\(|%time")


def names(tree, context):
    """The names that a piece of code reads (ast.Load) or writes (ast.Store)."""
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


def claims_about_time(cells):
    """Assertions on measured times, and such cells that would be compared.

    >>> from types import SimpleNamespace as Cell
    >>> begin = Cell(id="a", source="s = perf_counter()", metadata={})
    >>> claims_about_time([begin, Cell(id="b", source="assert s < 1")])
    ['a: tag it nbval-ignore-output', 'b: assert counts of operations, not s']
    """
    found, timed = [], set()
    for cell in cells:
        tree = ast.parse(cell.source)
        if CLOCKS.search(cell.source):
            timed |= names(tree, ast.Store)
            if "nbval-ignore-output" not in cell.metadata.get("tags", []):
                found.append(f"{cell.id}: tag it nbval-ignore-output")
        else:
            timed -= names(tree, ast.Store)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                for name in sorted(names(node, ast.Load) & timed):
                    found.append(
                        f"{cell.id}: assert counts of operations, not {name}"
                    )
    return found


def test_no_claim_looks_at_the_clock(notebook):
    """A busy machine would refute it."""
    assert not claims_about_time(code(notebook))


# Errors of another kind, and of numbers that were not measured here.
OTHER_ERRORS = {
    ("2.2", "c23"): "the other sample is a row, of which this is recorded",
    ("2.4", "c08"): "a mean over targets and worlds, which are no pairs",
}


def standard_errors(source):
    """The statements that compute a standard error by hand: they divide a
    standard deviation, or take a root together with one or with a hypot.

    >>> standard_errors("a = 3 * x.std(ddof=1) / np.sqrt(5)\\nb = x.std()")
    ['a = 3 * x.std(ddof=1) / np.sqrt(5)']
    >>> len(standard_errors("(np.var(x) / 5) ** 0.5\\nnp.std(x) / 10"))
    2
    >>> standard_errors("z = (x - x.mean()) / x.std()\\ny = np.sqrt(x) * 5")
    []
    """

    def calls(node, *names):
        return any(
            isinstance(part, ast.Call)
            and getattr(part.func, "attr", "") in names
            for part in ast.walk(node)
        )

    def by_hand(statement):
        parts = list(ast.walk(statement))
        root = calls(statement, "sqrt") or any(
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.Pow)
            and ast.unparse(part.right) == "0.5"
            for part in parts
        )
        divided = any(
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.Div)
            and calls(part.left, "std")
            for part in parts
        )
        return divided or (root and calls(statement, "std", "var", "hypot"))

    simple = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    )
    return [ast.unparse(node) for node in simple if by_hand(node)]


@pytest.mark.parametrize("path", SOURCES)
def test_standard_errors_are_those_of_margin(path):
    """A claim has one margin in all notebooks: dlnotes.margin."""
    number = ".".join(re.match(r"chapters/(\d)-[\w-]+/(\d)", path).groups())
    for cell in code(nbformat.read(SOURCES[path], 4)):
        found = standard_errors(cell.source)
        if (number, cell.id) in OTHER_ERRORS:
            assert found, f"{cell.id}: needs no excuse any more"
        else:
            assert not found, f"{cell.id}: use dlnotes.margin, not {found}"


@pytest.mark.parametrize("path", SOURCES)
def test_figures_are_counted(path):
    """1.2.1, 1.2.2, …: a live kernel cannot count, so it is typed."""
    number = ".".join(re.match(r"chapters/(\d)-[\w-]+/(\d)", path).groups())
    calls = [
        node
        for cell in code(nbformat.read(SOURCES[path], 4))
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("figure", "explore")
    ]
    found = [ast.literal_eval(call.args[1]) for call in calls]
    assert found == [f"{number}.{k}" for k in range(1, len(calls) + 1)]


@pytest.mark.parametrize("path", SOURCES)
def test_the_heading_is_the_folder_and_file_order(path):
    chapter, number = re.match(
        r"chapters/(\d)-[\w-]+/(\d)-[\w-]+\.ipynb", path
    ).groups()
    cells = nbformat.read(SOURCES[path], 4).cells
    first = cells[0].source
    assert first.startswith(f"# {chapter}.{number} ")
    if cells[2].id == "opening":  # a picture, and the rest folds
        assert ":::{dropdown}" in cells[3].source
        first += cells[3].source
    for part in (
        "This notebook mirrors",
        "Afterwards you can",
        "**You need**",
        "**Time:**",
    ):
        assert part in first


@pytest.mark.parametrize("path", SOURCES)
def test_a_picture_first_and_then_code_that_teaches(path):
    """Plots and sweeps fold, and what is left is short."""
    cells = nbformat.read(SOURCES[path], 4).cells
    assert cells[2].id == "opening"
    for cell in code(nbformat.read(SOURCES[path], 4)):
        if not {"hide-input", "solution"} & set(cell.metadata.get("tags", [])):
            lines = len(cell.source.splitlines())
            assert lines <= 25, f"{cell.id}: split it, or let it fold"


@pytest.mark.parametrize("path", SOURCES)
def test_times_are_counted(path):
    """Minutes to read, to the next five."""
    found = sum(times.reading(SOURCES[path]))
    cells = nbformat.read(SOURCES[path], 4).cells
    (said,) = re.findall(
        r"\*\*Time:\*\* (\d+) minutes to read",
        "\n".join(c.source for c in cells),
    )
    assert int(said) == 5 * round(found / 5), f"{found:.1f} minutes"


def test_the_main_track_takes_twelve_hours_at_most():
    """And the contents say which notebooks are not on it."""
    main = [times.reading(path)[0] for path in SOURCES.values()]
    assert 10 * 60 < sum(main) <= 12 * 60
    contents = (ROOT / "_toc.yml").read_text("utf-8")
    optional = re.findall(r'title: "(\d\.\d) .* · optional"', contents)
    assert set(optional) == times.OPTIONAL


def test_every_notebook_ends_with_what_to_remember(notebook):
    headings = re.findall(
        r"^## (.+)$", "\n".join(c.source for c in notebook.cells), re.MULTILINE
    )
    assert headings[-2:] == ["What to remember", "Further reading"]


def test_text_is_one_sentence_a_line():
    """A changed word is then a changed line, in any diff."""
    texts = {path.name: path.read_text("utf-8") for path in sentences.pages()}
    for name, path in SOURCES.items():
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                texts[f"{name}, {cell.id}"] = cell.source
    for name, text in texts.items():
        assert sentences.one_a_line(text) == text, f"{name}: make format"


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A. B\n---\n\nText.",
        "# 1.2 A heading. With a stop",
        "| A. B | C? D |\n| :-- | :-- |\n| e. F | G |",
        ":::{exercise} What? (\\*)\n:label: what\n:class: a. B\n\nText.\n:::",
        "(label)=\n## Heading",
        "$$\na. B\n$$",
        "```python\na. B\n```",
        "It is 0.5 (e.g. 0.25, cf. Fig. 3), by D. P. Kingma et al. 2015.",
        "`a. B` and [a. B](c) and $a. B$ and {ref}`a. B <c>` are one.",
        "Tzn. tak, np. Adam i m.in. RMSProp.",
        "Line.  \nAnother.",
    ],
)
def test_what_is_no_end_of_a_sentence(text):
    assert sentences.one_a_line(text) == text


def test_where_a_sentence_ends():
    text = (
        'Is it? It is! "So it is." *Yes.* (Ha.) A\nword. И так. Dalej… Koniec\n'
        "- one. Two\n  three. Four\n  1. five. Six\n"
    )
    assert sentences.one_a_line(text) == (
        'Is it?\nIt is!\n"So it is."\n*Yes.*\n(Ha.)\nA word.\nИ так.\nDalej…\n'
        "Koniec\n- one.\n  Two three.\n  Four\n  1. five.\n     Six\n"
    )


def shown(number):
    """All that a notebook says: its text, its code, and what it prints."""
    outputs = (o for c in places.cells(number) for o in c.get("outputs", []))
    printed = "\n".join(output.get("text", "") for output in outputs)
    return f"{places.text(number)}\n{printed}"


# A notebook must be noticed in all of these places -----------------------


@pytest.mark.parametrize("path", SOURCES)
def test_a_notebook_is_noticed_wherever_it_must_appear(path):
    """Contents, home page, its chapter's page, glossary, lecture map."""
    folder, name = path.removesuffix(".ipynb").rsplit("/", 1)
    number = ".".join(re.match(r"chapters/(\d)-[\w-]+/(\d)", path).groups())
    places = {
        "_toc.yml": f"- file: {folder}/{name}\n",
        "intro.md": f"[{number}]({path})",
        f"{folder}/chapter.md": f"[{number}",
        f"{folder}/for-lecturers.md": number,
    }
    if any(number in item["notebooks"] for item in ITEMS):
        places["chapters/back/lecture-map.yml"] = f'notebook: "{number}"'
    for place, text in places.items():
        page = (ROOT / place).read_text("utf-8")
        assert text in page, f"{place} does not mention {path}: add {text!r}"
    chapter = folder.rsplit("/", 1)[1]
    for page in CHAPTER_PAGES:
        assert (ROOT / folder / f"{page}.md").exists(), f"{chapter}: {page}.md"


CHAPTER_PAGES = (
    "chapter", "slides", "cheat-sheet", "homework", "exam", "for-lecturers",
)  # fmt: skip


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/*/exam.md")))
def test_a_problem_has_five_points_and_says_what_for(path):
    """Each step of a marking scheme names its points, and they add up."""
    problems = path.read_text("utf-8").split("\n## ")[1:]
    assert len(problems) >= 7
    for problem in problems:
        scheme = problem.split("{dropdown} Marking scheme")[1]
        if "for any five of:" in scheme or scheme.lstrip().startswith("One"):
            continue  # a list to choose from
        points = re.findall(r": (\d) points?\b", scheme)
        assert sum(map(int, points)) == 5, problem.splitlines()[0]


def test_numbers_of_what_did_not_come_out_stand_in_its_notebook():
    """Nothing on that page is typed from memory."""
    page = (ROOT / "chapters/practice/not-reproduced.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    checked = 0
    for row in rows:
        _, came_out, where = row.strip("| ").split(" | ")
        for number in re.findall(r"\d+\.\d+", came_out):
            notebooks = re.findall(r"\{ref}`(\d\.\d)", where)
            assert any(number in shown(n) for n in notebooks), row
            checked += 1
    assert len(rows) > 60 and checked > 30


def test_every_page_of_the_table_of_contents_exists_and_the_other_way_round():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    listed = {c["file"] for part in toc["parts"] for c in part["chapters"]}
    pages = [*ROOT.glob("chapters/**/*.md"), *SOURCES.values()]
    there = {p.relative_to(ROOT).with_suffix("").as_posix() for p in pages}
    assert listed == there, "cure: _toc.yml lists each page of chapters/"


# House rules ------------------------------------------------------------


def test_every_house_rule_names_a_test_that_holds_it():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rules = text.split("## House rules")[1].split("\n## ")[0]
    rows = [line for line in rules.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 20
    for row in rows:
        held = re.findall(r"`([\w./]+)(?:::(\w+))?`", row.split("|")[2])
        assert held, row
        for file, function in held:
            if file == "make":
                continue
            source = (ROOT / file).read_text("utf-8")
            assert not function or f"def {function}(" in source, row


# The lecture map -------------------------------------------------------------

PARTS = yaml.safe_load(
    (ROOT / "chapters/back/lecture-map.yml").read_text(encoding="utf-8")
)
ITEMS = [item for part in PARTS for item in part["items"]]


def test_the_map_has_every_item_once():
    assert [item["item"] for item in ITEMS] == list(range(1, 162))
    assert all(item["title"] and item["notebooks"] for item in ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['item']}")
def test_every_item_is_held(item):
    """An item counts only with a test, or an assertion, a proof or a checked
    exercise in one of its places.
    """
    assert {place["notebook"] for place in item["places"]} == set(
        item["notebooks"]
    )
    assert item.get("tests") or places.held(item)


def test_what_holds_is_what_stands_behind_a_label():
    """And before the next label."""
    assert "(capacity)=" not in places.section("1.2", "deep-regions")
    assert places.held(
        {"places": [{"notebook": "1.2", "label": "deep-generalises"}]}
    ) == {"assertions": 4}


def test_every_place_code_and_test_of_the_map_exists():
    tests = {
        p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8")
        for p in ROOT.glob("tests/test_*.py")
    }
    for item in ITEMS:
        for place in item.get("places", []):
            assert places.section(place["notebook"], place["label"]), item
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
    "dlnotes.experiments",
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


def test_mutants_that_are_excused_are_still_in_the_code():
    assert mutants.obsolete() == [], "cure: EQUIVALENT in tests/mutants.py"


def lines(path):
    """Lines of code, without docstrings and comments."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            if ast.get_docstring(node) is not None:
                node.body[0] = ast.Pass()
    return len(ast.unparse(tree).splitlines())


def test_the_package_stays_small():
    """The algorithms; and the rest, without the answers to exercises and the
    scripts of experiments.
    """
    total = {"algorithms": 0, "rest": 0}
    for path in ROOT.glob("dlnotes/**/*.py"):
        parts = path.relative_to(ROOT / "dlnotes").parts
        rest = parts[0] in ("figures.py", "checks.py", "exercises")
        if parts[0] != "experiments" and not path.name.startswith("chapter_"):
            total["rest" if rest else "algorithms"] += lines(path)
    assert total["algorithms"] <= 2850 and total["rest"] <= 750, total


def test_every_module_has_its_test_file():
    """Who changes a module knows where its tests are, and the other way
    round.
    """
    modules = {p.stem for p in ROOT.glob("dlnotes/*.py")} - {"__init__"}
    modules |= {p.parent.name for p in ROOT.glob("dlnotes/*/__init__.py")}
    tested = {
        p.stem.removeprefix("test_") for p in ROOT.glob("tests/test_*.py")
    }
    assert modules <= tested

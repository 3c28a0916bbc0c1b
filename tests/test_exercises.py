"""Exercises: the registry, what a reader is told, and the notebooks made for
readers.
"""

import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import reader
from dlnotes.exercises import EXERCISES, _judge, check

NOTEBOOKS = {path.stem: nbformat.read(path, 4) for path in reader.sources()}
BOX = re.compile(r":::+\{exercise\}.*\n:label: ([\w-]+)")
CHECK = re.compile(r"^check\(\"([\w-]+)\"", re.MULTILINE)


def test_every_exercise_is_in_one_notebook_with_a_solution_that_checks_it():
    labels = []
    for name, notebook in NOTEBOOKS.items():
        cells = notebook.cells
        for box, solution in zip(cells, cells[1:]):
            for label in (
                BOX.findall(box.source) if box.cell_type == "markdown" else ()
            ):
                assert reader.is_solution(solution), (
                    f"{name}: {label} has no solution cell"
                )
                assert CHECK.findall(solution.source) == [label]
                labels.append(label)
        assert sum(map(reader.is_solution, cells)) == sum(
            len(BOX.findall(c.source))
            for c in cells
            if c.cell_type == "markdown"
        )
    assert sorted(labels) == sorted(EXERCISES)


def test_each_notebook_has_three_to_six_exercises():
    for name, notebook in NOTEBOOKS.items():
        assert 3 <= sum(map(reader.is_solution, notebook.cells)) <= 6, name


@pytest.mark.parametrize("label", EXERCISES)
def test_the_answer_is_right_and_each_wrong_answer_gets_its_hint(label):
    _, answer, hints = EXERCISES[label]
    assert _judge(label, answer).startswith("correct")
    assert hints, "an exercise needs at least one typical wrong answer"
    for hint, wrong in hints.items():
        message = _judge(label, wrong)
        assert message.startswith("not yet") and message.endswith(hint)


def stubbed():
    return {
        name: reader.readers_notebook(notebook)
        for name, notebook in NOTEBOOKS.items()
    }


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_readers_notebook_runs_and_says_what_is_not_written(name):
    notebook = stubbed()[name]
    nbformat.validate(notebook)
    solved = [c.source for c in NOTEBOOKS[name].cells if reader.is_solution(c)]
    stubs = [
        c for c in notebook.cells if "exercise" in c.metadata.get("tags", [])
    ]
    assert len(stubs) == len(solved)
    # Later cells may use a solution: give the reader's cells alone, each after
    # the imports.
    imports = notebook.cells[1]
    assert imports.cell_type == "code" and "check" in imports.source
    small = nbformat.v4.new_notebook(
        cells=[imports, *stubs], metadata=notebook.metadata
    )
    NotebookClient(small, timeout=60).execute()
    for cell in stubs:
        (output,) = cell.outputs
        label = CHECK.findall(cell.source)[0]
        assert output.text == f"{label}: not written yet.\n"
    assert [c.source for c in notebook.cells if c.cell_type == "code"][
        -len(solved) :
    ] == solved


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_of_myst_is_left_for_the_reader(name):
    for cell in stubbed()[name].cells:
        if cell.cell_type == "markdown":
            assert not re.search(
                r":::|\{[\w:]+\}`|^\(.+\)=$|^:label:", cell.source, re.MULTILINE
            )
        else:
            assert not cell.outputs and cell.execution_count is None


def test_stubs_keep_the_signature_and_drop_the_work():
    source = (
        "import math\n\n\ndef f(\n    a,\n    b=2,\n) -> float:\n"
        '    """Doc: of f."""\n    secret = a\n    return secret\n\n\n'
        "x = y = f(3)  # secret\nprint('secret')\ncheck(\"f\", f)"
    )
    stub = reader.stub(source)
    assert "secret" not in stub
    assert (
        stub == "import math\ndef f(a, b=2) -> float:\n"
        '    """Doc: of f."""\n    ...\n\nx = ...\ny = ...\ncheck("f", f)'
    )


@pytest.mark.parametrize(
    "source, expected",
    [
        ("def f(x): return 2 * x", "def f(x):\n    ...\n"),
        (
            "def f(x):  # twice\n    for v in x:\n        pass",
            "def f(x):\n    ...\n",
        ),
        (
            "@np.vectorize\ndef f(x):\n    return x",
            "@np.vectorize\ndef f(x):\n    ...\n",
        ),
        ("row, column = find(1)", "row = ...\ncolumn = ..."),
        ("n: int = 5\nn += 1", "n = ...\nn = ..."),
        ("for k in range(3):\n    total = k", "k = ...\ntotal = ..."),
        ("phi[0] = 3\nprint(phi)", ""),
        (
            "class A(B):\n    size = 1\n\n    def f(self):\n        return 1",
            "class A(B):\n\n    def f(self):\n        ...\n",
        ),
    ],
)
def test_stubs_of_every_kind(source, expected):
    assert reader.stub(source) == expected


def test_a_check_that_would_tell_the_answer_is_refused():
    with pytest.raises(ValueError, match="check wants a name"):
        reader.stub('check("a", 64 * 64)')


def test_code_in_text_stays_as_it_is():
    code = '```python\nprint(f"{x}`")\n:::{note} Hi\n(a)=\n```'
    assert (
        reader.plain(f"before `{{a}}` or `{{b}}`\n{code}\nafter")
        == f"before `{{a}}` or `{{b}}`\n{code}\nafter"
    )
    nested = (
        "::::{admonition} Out\n:class: note\n\n:::{dropdown}"
        " In\nx\n:::\ny\n::::"
    )
    assert reader.plain(nested) == "> **Out**\n>\n> **In**\n>\n> x\n>\n> y\n"
    with pytest.raises(
        ValueError, match="does not know the directive 'figure'"
    ):
        reader.plain(":::{figure} a.png\n:::")


def test_a_changed_file_is_never_overwritten(tmp_path, capsys):
    reader.write(tmp_path)
    files = sorted(tmp_path.glob("*/*.ipynb"))
    assert [p.name for p in files] == [p.name for p in reader.sources()]
    mine = files[0].read_text(encoding="utf-8") + "\n"
    files[0].write_text(mine, encoding="utf-8")
    capsys.readouterr()
    reader.write(tmp_path)
    assert (
        files[0].read_text(encoding="utf-8") == mine
        and "kept your" in capsys.readouterr().out
    )
    files[0].unlink()
    reader.write(tmp_path)
    assert files[0].read_text(encoding="utf-8") != mine


# What check says -------------------------------------------------------------


@pytest.fixture
def doubled():
    """An exercise: twice an array."""
    EXERCISES["doubled"] = (
        lambda rng: [(np.arange(3.0),), (rng.normal(size=(2, 2)),)],
        lambda a: 2 * a,
        {"That is the square.": lambda a: a**2},
    )
    yield
    del EXERCISES["doubled"]


def raises(a):
    return a.shape[7]


def changes(a):
    a *= 2
    return a


@pytest.mark.parametrize(
    "mine, message",
    [
        (..., "not written yet."),
        (lambda a: None, "not written yet."),
        (lambda a: print(end=""), "It returned None; is a return missing?"),
        (lambda a: exit(), "It stopped with SystemExit"),
        (lambda a: 1j * a, "numbers are expected"),
        (lambda a: ..., "not written yet."),
        (lambda a: a + a, r"correct \(2 cases\)."),
        (lambda a: (2 * a).tolist(), r"correct \(2 cases\)."),
        (lambda a: a * a, r"not yet \(case 1 of 2\). That is the square."),
        (lambda a: 3 * a, r"At \[1\] it is 3, and 2 is expected."),
        (
            lambda a: 2 * a[None],
            r"Its shape is \(1, 3\), and \(3,\) is expected.",
        ),
        (lambda a: (a, a), r"Its shape is \(2, 3\)"),
        (lambda a: "text", "numbers are expected"),
        (lambda a: [[1], [1, 2]], "could not be compared"),
        (
            raises,
            (
                r"It stopped with IndexError: .*\n  in line \d+ of raises:"
                r" return a.shape\[7\]"
            ),
        ),
        (changes, "In case 1 it changed its input; work on a copy."),
        (np.ones(3), "A function is expected, and this is an array of shape"),
        (lambda: 1, "It stopped with TypeError"),
        (lambda a: np.full_like(a, np.nan), "is nan, and 0 is expected"),
    ],
)
def test_what_a_reader_is_told(doubled, capsys, mine, message):
    check("doubled", mine)
    printed = capsys.readouterr().out
    assert re.search(message, printed) and printed.startswith("doubled: ")


def test_integers_where_integers_are_asked_for(capsys):
    check("worst-confusion", lambda counts: (0.5, 1.0))
    check("worst-confusion", lambda counts: 7)
    printed = capsys.readouterr().out
    assert (
        "Result 1: It is 0.5" in printed and "2 results are expected" in printed
    )
    for mine in None, "1.0", {}, len, True, 1 + 0j:
        check("initial-loss", mine)
        printed = capsys.readouterr().out
        assert (
            "numbers are expected" in printed
            and "outputs is wrong" not in printed
        ), mine
    check([1, 2], "initial-loss")
    check("no-such-exercise", 1)
    assert (
        "There is no exercise called 'no-such-exercise'"
        in capsys.readouterr().out
    )


def test_the_form_of_a_right_answer_does_not_matter():
    assert _judge("paths", 1e4) == "correct."
    assert _judge("paths", np.float64(1e4)) == "correct."
    assert _judge("paths", 1e4 + 0.5).startswith("not yet")
    assert _judge("logit", 1.386) == _judge("coin-entropy", 0.562) == "correct."
    assert _judge("logit", 1.39) == "not yet. It is not 1.39."
    assert _judge("logit", np.zeros(2)).startswith("not yet. Its shape")
    assert _judge("shape-of-omega", [4, 5]) == "correct."
    assert _judge("shape-of-omega", [5, 4]).startswith(
        "not yet. A matrix has one row"
    )
    assert _judge(
        "division-rule", lambda a, b: [a / b, 1 / b, -a / b**2]
    ).startswith("correct")

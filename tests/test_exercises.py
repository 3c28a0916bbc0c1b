"""Exercises: the registry, what a reader is told, and the notebooks made for
readers.
"""

import functools
import importlib.util
import os
import re
import symtable
from fractions import Fraction
from types import SimpleNamespace
from unittest import mock

import nbformat
import numpy as np
import pytest
from docutils import nodes
from IPython.core.formatters import DisplayFormatter
from sphinx_exercise.nodes import solution_node

import reader
from dlnotes import exercises
from dlnotes.exercises import EXERCISES, _judge, check, progress

with mock.patch.dict(os.environ):  # the settings of a build are not ours
    import book

NOTEBOOKS = {path.stem: nbformat.read(path, 4) for path in reader.sources()}
BOX = re.compile(r":::+\{exercise\}.*\n:label: ([\w-]+)")
IMPLEMENT = [label for label, entry in EXERCISES.items() if callable(entry[0])]
PREDICT = [label for label, entry in EXERCISES.items() if entry[0] is None]
CHOOSE = [label for label in EXERCISES if label not in IMPLEMENT + PREDICT]


def answers(cells):
    """Each exercise of a notebook: its label, and the cells of its solution."""
    for k, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            for label in BOX.findall(cell.source):
                end = k + 1
                while end < len(cells) and reader.is_solution(cells[end]):
                    end += 1
                yield label, cells[k + 1 : end]


def test_every_exercise_has_a_solution_that_checks_it_or_explains():
    labels = []
    for name, notebook in NOTEBOOKS.items():
        found = 0
        for label, solution in answers(notebook.cells):
            assert solution, f"{name}: {label} has no solution"
            first, *runs = solution
            found += len(solution)
            if first.cell_type == "markdown":
                assert first.source.startswith(f":::{{solution}} {label}\n")
                assert first.source.count("{solution}") == 1, label
                assert label not in EXERCISES, f"{label} is open"
                assert not any("check(" in run.source for run in runs), label
            else:
                assert reader.checked(first) == [label] and not runs, label
                labels.append(label)
        assert found == sum(map(reader.is_solution, notebook.cells)), name
    assert sorted(labels) == sorted(EXERCISES)


def test_no_chapter_takes_the_label_of_another():
    chapters = [
        module.EXERCISES
        for name, module in vars(exercises).items()
        if name.startswith("chapter_")
    ]
    assert len(chapters) >= 3
    assert sum(map(len, chapters)) == len(EXERCISES)


COUNTS = "three four five six seven eight".split()


def test_each_notebook_has_three_to_eight_exercises_and_says_how_many():
    for name, notebook in NOTEBOOKS.items():
        count = len(list(answers(notebook.cells)))
        assert 3 <= count <= 8, name
        text = "\n".join(c.source for c in notebook.cells)
        said = re.findall(r"for the (\w+) exercises", text)
        assert said == [COUNTS[count - 3]], name


def used(source):
    """The names of a notebook that a cell reads, and those that it assigns."""
    top = symtable.symtable(source, "cell", "exec")
    names = top.get_symbols()
    assigned = {s for s in names if s.is_assigned() or s.is_imported()}
    read = {s for s in names if s.is_referenced()}
    inner = top.get_children()
    while inner:  # functions, and what is in them
        table = inner.pop()
        read |= {s for s in table.get_symbols() if s.is_global()}
        inner += table.get_children()
    return ({s.get_name() for s in group} for group in (read, assigned))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_cell_needs_a_solution(name):
    """A reader's stub, f = ..., must not stop what comes later."""
    of_solutions = set()
    for cell in NOTEBOOKS[name].cells:
        if cell.cell_type == "code":
            read, assigned = used(cell.source)
            if reader.is_solution(cell):
                of_solutions |= assigned
            else:
                needed = (read - assigned) & of_solutions
                assert not needed, f"{cell.id} uses {needed} of a solution"
                of_solutions -= assigned


@pytest.mark.parametrize("label", EXERCISES)
def test_the_answer_is_right_and_each_wrong_answer_gets_its_hint(label):
    _, answer, hints = EXERCISES[label]
    assert _judge(label, answer).startswith("correct"), _judge(label, answer)
    assert hints or label in CHOOSE, "give at least one typical wrong answer"
    for hint, wrong in hints.items():
        message = _judge(label, wrong)
        assert message.startswith("not yet") and message.endswith(hint), message


# What is to be predicted is never told ---------------------------------------


def numbers_in(text):
    """The numbers that a text names; places and shapes do not count."""
    text = re.sub(
        r"[Aa]n array of shape \([\d, ]*\)|entry is at \[\d+\]", "", text
    )
    return [
        float(n) for n in re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e-?\d+)?", text)
    ]


def tells(text, answer):
    """Whether a text names the answer or a part of it."""
    parts = np.concatenate(
        [np.ravel(part) for part in exercises._tuple(answer)]
    )
    return any(
        np.isclose(n, sign * part, rtol=1e-3, atol=0) and part != 0
        for n in numbers_in(text)
        for part in parts
        for sign in (1, -1)
    )


def wrong_guesses(answer):
    """Wrong in value, in one part, in length, in kind."""
    yield from (None, "7", {}, len, True, 1 + 0j, [], (), np.array(["a"]))
    yield from (-12345, 678.9, np.full(2, 7.5), np.zeros((3, 7)), (9,) * 11)
    if np.asarray(answer).dtype.kind == "b":
        yield ~answer
    parts = np.asarray(answer, float)
    yield from (np.inf * np.ones_like(parts), np.full_like(parts, np.nan))
    for k in range(parts.size):
        changed = parts.copy()
        changed.flat[k] += 1000
        yield (
            changed
            if isinstance(answer, np.ndarray)
            else (tuple(changed.tolist()) if parts.ndim else float(changed))
        )


@pytest.mark.parametrize("label", PREDICT)
def test_no_message_tells_what_is_to_be_predicted(label):
    _, answer, hints = EXERCISES[label]
    assert tells(
        f"It is {np.max(answer):.6g}, or {np.min(answer):.6g}.", answer
    )
    values = []
    for guess in wrong_guesses(answer):
        message = _judge(label, guess)
        assert message.startswith("not yet. "), (guess, message)
        form = rf" of {len(answer)}\b" if isinstance(answer, tuple) else " $"
        assert not tells(re.sub(form, "", message), answer), (guess, message)
        values.append("is expected" not in message)
    for hint in hints:
        assert not tells(hint, answer), hint
    assert any(values)


@pytest.mark.parametrize("label", PREDICT)
def test_the_form_is_said_where_the_form_is_wrong(label):
    answer = EXERCISES[label][1]
    assert not isinstance(answer, (bool, str, list)), (
        "ask for a tuple of choices"
    )
    whole = "whole " * exercises._whole(answer)
    if isinstance(answer, tuple):
        form = f"A tuple of {len(answer)} {whole}numbers"
    elif isinstance(answer, np.ndarray):
        kinds = {"b": " of True and False", "i": " of whole numbers", "f": ""}
        form = f"An array of shape {answer.shape}{kinds[answer.dtype.kind]}"
    else:
        form = f"A {whole}number"
    for mine, name in ("7", "a str"), (len, "a function"), (None, "None"):
        message = f"not yet. {form} is expected, and this is {name}."
        assert _judge(label, mine) == message
    if whole:
        half = np.add(answer, 0.5)
        assert _judge(label, half).startswith(f"not yet. {form} is expected")


def test_only_arrays_are_told_the_place_of_an_error():
    right = EXERCISES["backprop-by-hand-exercise"][1]
    wrong = right + np.eye(9)[4]
    message = _judge("backprop-by-hand-exercise", wrong)
    assert message == "not yet. The first wrong entry is at [4]."
    messages = {_judge("shape-of-omega", pair) for pair in ((4, 9), (9, 5))}
    assert messages == {"not yet. That is not right."}
    assert _judge("paths", 7) == _judge("joint", 7.5) == messages.pop()


@pytest.mark.parametrize("label", CHOOSE)
def test_nobody_guesses_choices(label):
    options, answer, _ = EXERCISES[label]
    assert len(options) ** len(answer) >= 8
    assert set(answer) <= set(options) and len(set(answer)) > 1
    messages = set()
    for k in range(len(answer)):
        for option in options:
            guess = (*answer[:k], option, *answer[k + 1 :])
            if guess != answer:
                messages.add(_judge(label, guess))
    messages.add(_judge(label, answer[::-1]))
    assert messages == {"not yet. Not all of it is right."}
    for mine in answer[1:], "text", 1, None, answer[:-1] + ("other",), len:
        told = _judge(label, mine)
        listed = ", ".join(map(repr, options))
        form = (
            f"not yet. A tuple of {len(answer)}, each of {listed}, is expected"
        )
        assert told.startswith(form), told


def test_choices_of_texts_numbers_and_truth():
    with mock.patch.dict(EXERCISES):
        EXERCISES["texts"] = ("less", "equal", "more"), ("less", "more"), {}
        EXERCISES["truths"] = (True, False), (True, False, True), {}
        EXERCISES["numbers"] = (1, 2, 3), (3, 1), {}
        for mine in ["less", "more"], np.array(["less", "more"]):
            assert _judge("texts", mine) == "correct."
        for mine in np.array([True, False, True]), [np.True_, False, True]:
            assert _judge("truths", mine) == "correct."
        for mine in [3.0, np.int64(1)], np.array([3, 1]), (Fraction(3), 1):
            assert _judge("numbers", mine) == "correct."
        for mine in (1, 0, 1), ("True", "False", "True"), (0.5, False, True):
            form = "A tuple of 3, each of True, False, is expected; a part of"
            assert form in _judge("truths", mine)
        assert "is expected; a part of" in _judge("numbers", (3, True))


# Right answers in another form -----------------------------------------------


def same_in_other_forms(answer):
    """What a reader may write in place of a number, a tuple or an array."""
    if isinstance(answer, tuple):
        yield from (list(answer), np.array(answer), np.array(answer, float))
        yield tuple(map(np.float64, answer))
        yield [np.array([part]) for part in answer]
    elif isinstance(answer, np.ndarray):
        yield from (answer.tolist(), tuple(answer.tolist()))
        if answer.dtype.kind == "f" and np.all(answer == np.round(answer)):
            yield answer.astype(int)
    else:
        yield from (float(answer), np.float64(answer), np.array(answer))
        yield from (np.array([answer]), np.array([[answer]]))
        yield from (Fraction(float(answer)), np.array([Fraction(answer)]))


@pytest.mark.parametrize("label", PREDICT)
def test_the_form_of_a_right_prediction_does_not_matter(label):
    for mine in same_in_other_forms(EXERCISES[label][1]):
        assert _judge(label, mine) == "correct.", repr(mine)


def each(change):
    """A change of every part of a result."""

    def changed(out):
        if isinstance(out, tuple):
            return tuple(map(change, map(np.asarray, out)))
        return change(np.asarray(out))

    return changed


@each
def as_floats(a):
    return a if a.dtype.kind == "b" else a.astype(float)


@each
def as_integers(a):
    whole = a.dtype.kind == "f" and np.array_equal(a, np.round(a))
    return a.astype(int) if whole else a


@each
def with_an_axis(a):
    return a.reshape(1) if a.ndim == 0 else a


def as_lists(out):
    return [part.tolist() for part in map(np.asarray, exercises._tuple(out))]


def stacked(out):
    return np.stack(out) if len({np.shape(part) for part in out}) == 1 else out


@pytest.mark.parametrize(
    "form", [as_floats, as_integers, with_an_axis, as_lists, stacked]
)
@pytest.mark.parametrize("label", IMPLEMENT)
def test_the_form_of_a_right_result_does_not_matter(label, form):
    def mine(*args):
        out = EXERCISES[label][1](*args)
        if isinstance(out, tuple) or form not in (as_lists, stacked):
            return form(out)
        return np.asarray(out).tolist()

    assert _judge(label, mine).startswith("correct")


def test_three_digits_are_enough():
    told = _judge("initial-cross-entropy", 2.303), _judge("loss-floor", 0.325)
    assert told == ("correct.", "correct.")
    assert _judge("loss-floor", 0.33) == "not yet. That is not right."
    assert _judge("paths", 1e4 + 0.5).startswith("not yet. A whole number is")


def test_the_sign_is_a_way_to_divide_by_the_size():
    def mine(phi, g, alpha):
        return phi - alpha * np.sign(g)

    assert _judge("sign-or-length", mine) == "correct (2 cases)."


def test_the_absolute_value_is_made_of_units():
    for mine in lambda x, a: np.abs(x), lambda x, a: np.sqrt(x * x):
        told = _judge("absolute-value", mine)
        assert told.startswith("not yet (case 3 of 3). Here a is another")
    told = _judge("absolute-value", np.abs)
    assert told.startswith("not yet. It stopped with TypeError")
    scaled = _judge("absolute-value", lambda x, a: a(3 * x) / 3 + a(-x / 2) * 2)
    assert scaled == "correct (3 cases)."


def test_solutions_run_after_everything_else():
    """So a cell that lives on what a solution did, its random numbers, say,
    prints something else, and is found.
    """
    spec = importlib.util.spec_from_file_location(
        "collecting", reader.ROOT / "conftest.py"
    )
    collecting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(collecting)
    first, *_ = NOTEBOOKS.values()
    items = [
        SimpleNamespace(
            parent=SimpleNamespace(skip_compare=()), path="a", cell=cell
        )
        for cell in first.cells
        if cell.cell_type == "code"
    ]
    test = SimpleNamespace(parent=None, path="a")
    *ordered, last = sorted([test, *items], key=collecting.turn)
    solved = [reader.is_solution(item.cell) for item in ordered]
    assert last is test and any(solved) and solved == sorted(solved)


# The reader's notebooks ------------------------------------------------------


@functools.cache
def stubbed(**options):
    return {
        name: reader.readers_notebook(notebook, **options)
        for name, notebook in NOTEBOOKS.items()
    }


def code(cells):
    return [c.source for c in cells if c.cell_type == "code"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_readers_notebook_has_stubs_progress_and_solutions(name):
    notebook, source = stubbed()[name], NOTEBOOKS[name]
    nbformat.validate(notebook)
    solved = [c for c in source.cells if reader.is_solution(c)]
    labels = [label for c in solved for label in reader.checked(c)]
    stubs = [
        c for c in notebook.cells if "exercise" in c.metadata.get("tags", [])
    ]
    assert [reader.CHECK.findall(c.source) for c in stubs] == [
        [label] for label in labels
    ]
    get, _, imports = notebook.cells[:3]
    assert get.metadata == reader.FOLDED and reader.wheel() in get.source
    assert imports.cell_type == "code" and "check" in imports.source
    end = [c.source for c in notebook.cells].index("## Solutions\n\nTry first.")
    title, last = notebook.cells[end - 2 : end]
    assert title.source == "## How far you are"
    assert re.findall('"(.+)",\n', last.source) == labels
    asked, given = notebook.cells[:end], notebook.cells[end + 1 :]
    assert code(given) == code(solved)
    assert not any(c.metadata for c in given)
    assert not set(code(asked)) & set(code(solved))
    worked = [c.source for c in solved if c.cell_type == "markdown"]
    assert [c.source for c in given if c.cell_type == "markdown"] == [
        reader.plain(text) for text in worked
    ]
    assert sum(c.source == "*Your answer:*" for c in asked) == len(worked)


def test_a_teacher_gets_notebooks_without_solutions():
    for name, notebook in stubbed(solutions=False).items():
        text = "\n".join(c.source for c in notebook.cells)
        assert "## Solutions" not in text and "**Solution." not in text
        assert notebook.cells[-2].source == "## How far you are"
        solved = [c for c in NOTEBOOKS[name].cells if reader.is_solution(c)]
        assert not set(code(notebook.cells)) & set(code(solved))


def test_an_open_exercise_leaves_room_and_moves_its_answer_to_the_end():
    cells = [
        nbformat.v4.new_markdown_cell(":::{exercise} Why?\n:label: why\n:::"),
        nbformat.v4.new_markdown_cell(":::{solution} why\nBecause.\n:::"),
        nbformat.v4.new_code_cell("run()", metadata={"tags": ["solution"]}),
        nbformat.v4.new_code_cell("rest()"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    made = [c.source for c in reader.readers_notebook(notebook).cells]
    assert made[1:] == [
        "> **Exercise. Why?**\n>\n",
        "*Your answer:*",
        "rest()",
        "## Solutions\n\nTry first.",
        "> **Solution. why**\n>\n> Because.\n",
        "run()",
    ]


def test_an_unknown_box_is_named_with_its_file_and_cell(tmp_path):
    cell = nbformat.v4.new_markdown_cell(":::{figure} a.png\n:::")
    cell.id = "c07"
    path = tmp_path / "some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(ValueError, match=r"some\.ipynb, cell c07: .*'figure'"):
        reader.read(path)


def test_boxes_of_every_kind():
    kinds = {"prf:lemma": "Lemma", "prf:definition": "Definition"}
    kinds |= {"prf:example": "Example", "solution": "Solution"}
    for kind, name in {
        **kinds,
        "hint": "Hint",
        "important": "Important",
    }.items():
        box = f":::{{{kind}}} A\nb\n:::"
        assert reader.plain(box) == f"> **{name}. A**\n>\n> b\n"


def run_of_page(source, *tags):
    """A code cell as MyST-NB makes it."""
    block = nodes.literal_block(source, source)
    return nodes.container("", block, classes=["cell", *tags])


def test_on_the_page_text_and_runs_fold_together():
    answer = solution_node(
        "", nodes.title(), nodes.section("", nodes.Text("x"))
    )
    runs = [run_of_page(f"run({k})", "tag_solution") for k in range(2)]
    solved = run_of_page('a = 1\ncheck("a", a)', "tag_solution")
    other = run_of_page("rest()")
    answer["classes"] = ["solution"]
    answer["target_label"] = "why"
    page = nodes.section("", answer, *runs, nodes.Text("t"), solved, other)
    book.fold_solutions(None, page)
    fold, text, stub, second, last = page
    assert isinstance(fold, book.details) and isinstance(second, book.details)
    assert fold["classes"] == ["dl-solution"]
    assert fold.children[1:] == runs and fold[0].astext() == "x"
    assert text.astext() == "t" and last is other
    assert stub.astext() == 'a = ...\ncheck("a", a)'
    assert second.children == [solved]
    assert (fold["ids"], second["ids"]) == (["solution-why"], ["solution-a"])


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


def test_a_changed_file_is_never_overwritten(tmp_path, capsys):
    reader.write(tmp_path)
    files = sorted(tmp_path.glob("*/*.ipynb"))
    assert [p.name for p in files] == [p.name for p in reader.sources()]
    mine = files[0].read_text(encoding="utf-8") + "\n"
    files[0].write_text(mine, encoding="utf-8")
    capsys.readouterr()
    reader.write(tmp_path, solutions=False)
    printed = capsys.readouterr().out
    assert printed.count("kept your") == 1
    assert files[0].read_text(encoding="utf-8") == mine
    # the others were as they had been written, and follow the setting
    assert "## Solutions" not in files[1].read_text(encoding="utf-8")
    files[0].unlink()
    reader.write(tmp_path)
    for path in files[:2]:
        assert "## Solutions" in path.read_text(encoding="utf-8")


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
        (
            lambda a: 1j * a,
            r"An array of shape \(3,\) is expected, and this is an array of"
            r" shape \(3,\) of complex128\.",
        ),
        (lambda a: ..., "not written yet."),
        (lambda a: a + a, r"correct \(2 cases\)."),
        (lambda a: (2 * a).tolist(), r"correct \(2 cases\)."),
        (lambda a: a * a, r"not yet \(case 1 of 2\). That is the square."),
        (lambda a: 3 * a, r"At \[1\] it is 3, and 2 is expected."),
        (
            lambda a: 2 * a[None],
            r"An array of shape \(3,\) is expected, and this is an array of"
            r" shape \(1, 3\) of numbers\.",
        ),
        (lambda a: (a, a), "is expected, and this is a tuple of 2"),
        (lambda a: a > 0, "this is an array of shape .* of True and False"),
        (lambda a: "text", "is expected, and this is a str"),
        (lambda a: [[1], [1, 2]], "is expected, and this is a list of 2"),
        (
            raises,
            (
                r"It stopped with IndexError: .*\n  in line \d+ of raises:"
                r" return a.shape\[7\]"
            ),
        ),
        (changes, "In case 1 it changed its input; use a copy."),
        (np.ones(3), "A function is expected, and this is an array of shape"),
        (lambda: 1, "It stopped with TypeError"),
        (lambda a: np.full_like(a, np.nan), "is nan, and 0 is expected"),
    ],
)
def test_what_a_reader_is_told(doubled, capsys, mine, message):
    verdict = check("doubled", mine)
    printed = capsys.readouterr().out
    assert re.search(message, printed) and printed.startswith("doubled: ")
    assert bool(verdict) == ("correct" in printed)


def test_one_case_is_not_cases():
    with mock.patch.dict(EXERCISES):
        EXERCISES["one"] = lambda rng: [(1,)], lambda a: a, {}
        assert _judge("one", lambda a: a) == "correct (1 case)."
        told = _judge("one", lambda a: 2)
        assert told == "not yet. It is 2, and 1 is expected."


def test_what_is_said_of_several_results_and_of_masks():
    for mine, told in (
        (lambda counts: (0.5, 1.0), "Result 1: It is 0.5, and "),
        (lambda counts: 7, "A tuple of 2 results is expected, and this is an"),
        (lambda counts: (1, 2, 3), "and this is a tuple of 3."),
        (lambda counts: ("1", 2), "Result 1: A whole number is expected, and"),
    ):
        assert told in _judge("worst-confusion", mine)

    def ones_and_zeros(widths):
        return EXERCISES["museum-mask"][1](widths).astype(int)

    told = _judge("museum-mask", ones_and_zeros)
    assert "of True and False is expected, and this is an array of" in told
    assert told.endswith("of numbers.")
    told = _judge("museum-mask", lambda w: ones_and_zeros(w) == 0)
    assert told.endswith("At [0] it is False, and True is expected.")


def test_a_label_that_is_not_there(capsys):
    for label, told in (
        (
            "jonit",
            "exercise called 'jonit'. Did you mean joint",
        ),
        ("qqqqqqqq", "There is no exercise called 'qqqqqqqq'.\n"),
        (Hostile(), "A label is a text, and this is a Hostile.\n"),
        ([1], "A label is a text, and this is a list of 1.\n"),
    ):
        assert not check(label, 1)
        printed = capsys.readouterr().out
        assert told in printed and len(printed) < 200


class Hostile:
    """It refuses whatever it is asked for."""

    def refuse(self, *args, **kwargs):
        raise Refusal

    __eq__ = __repr__ = __str__ = __array__ = __len__ = __getitem__ = refuse
    __bool__ = __float__ = __iter__ = __hash__ = refuse


class HostileList(list):
    """It looks like a list until somebody looks into it."""

    def __iter__(self):
        raise Refusal


class Refusal(Exception):
    def __str__(self):
        raise ValueError


def endless(*args):
    return endless(*args)


@pytest.mark.parametrize(
    "label", [PREDICT[0], "shape-of-omega", CHOOSE[0], IMPLEMENT[0]]
)
def test_check_never_raises(label, capsys):
    nested = []
    nested.append(nested)
    objects = np.empty(1, object)
    objects[0] = Hostile()
    bad = [
        Hostile(),
        (Hostile(), Hostile()),
        nested,
        objects,
        HostileList([1, 2]),
    ]
    for mine in [*bad, Hostile, Hostile().refuse, endless]:
        assert not check(label, mine)
        assert capsys.readouterr().out.startswith(f"{label}: not yet. ")
    for mine in bad:
        assert not check(label, lambda *args, mine=mine: mine)
        assert capsys.readouterr().out.startswith(f"{label}: not yet")


def test_a_verdict_shows_nothing_in_a_notebook(capsys):
    verdict = check("paths", 10**4)
    assert verdict and DisplayFormatter().format(verdict) == ({}, {})
    assert not check("paths", 7)


def test_progress_counts_the_last_check_of_each(capsys):
    with mock.patch.dict(exercises._VERDICTS, clear=True):
        check("paths", 10**4)
        check("joint", 1.5)
        check("joint", ...)
        capsys.readouterr()
        progress("joint", "paths", "parameter-count")
        assert capsys.readouterr().out == (
            "1 of 3 exercises solved. Still to do: joint, parameter-count.\n"
        )
        check("joint", 1.5)
        capsys.readouterr()
        progress("joint", "paths")
        assert (
            capsys.readouterr().out == "2 of 2 exercises solved. Well done.\n"
        )

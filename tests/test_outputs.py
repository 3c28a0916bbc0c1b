"""What makes the build run a notebook again, and what does not."""

import shutil

import nbformat
import pytest

import outputs
import reader


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A copy of the package, with three small notebooks; its digests."""
    shutil.copytree(
        reader.ROOT / "dlnotes",
        tmp_path / "dlnotes",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    folder = tmp_path / "chapters" / "1-x"
    folder.mkdir(parents=True)
    cells = {
        "1-plain": "1 + 1",
        "2-race": "from dlnotes import experiments\n"
        'experiments.result("optimizer_race")',
        "3-board": "from dlnotes import scoreboard",
    }
    for name, source in cells.items():
        cell = nbformat.v4.new_code_cell(source, id="a")
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.write(notebook, folder / f"{name}.ipynb")
    monkeypatch.setattr(reader, "ROOT", tmp_path)
    monkeypatch.setattr(outputs, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(outputs, "FRAMES", tmp_path / "_build" / "frames")
    return tmp_path


def stale(book, change):
    """The notebooks that are run again after a change."""
    paths = sorted(book.glob("chapters/*/*.ipynb"))
    before = {p: outputs.digest(p) for p in paths}
    change()
    return [p.stem for p in paths if outputs.digest(p) != before[p]]


def replace(path, old, new):
    def change():
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def test_what_is_run_again(book, monkeypatch):
    package = book / "dlnotes"
    everything = ["1-plain", "2-race", "3-board"]
    csv = package / "experiments" / "optimizer_race.csv"
    assert stale(book, replace(csv, "Momentum,", "Momentum ,")) == ["2-race"]
    board = package / "scoreboard.csv"
    assert stale(book, replace(board, "1.4", "1.5")) == ["3-board"]
    adam = package / "optimizers.py"
    assert stale(book, replace(adam, "def ", "def  ")) == everything
    assert stale(book, lambda: None) == []

    version = outputs.metadata.version
    other = dict(numpy="9.9")
    assert everything == stale(
        book,
        lambda: monkeypatch.setattr(
            outputs.metadata, "version", lambda n: other.get(n) or version(n)
        ),
    )


def test_a_better_hint_runs_nothing_again(book):
    answers = book / "dlnotes" / "exercises" / "chapter_1.py"
    hint = "Mind the sign:"
    assert stale(book, replace(answers, hint, "Mind the sign, please:")) == []
    assert len(stale(book, replace(answers, "1.5,", "1.25,"))) == 3


def test_outputs_are_kept_until_they_are_stale(book):
    cache = outputs.get_cache(outputs.BUILD / ".jupyter_cache")

    def kept():
        return sorted(
            outputs.Path(r.uri).stem for r in cache.list_cache_records()
        )

    paths = sorted(book.glob("chapters/*/*.ipynb"))
    digests = {p: outputs.digest(p) for p in paths}
    for path in paths:
        outputs.keep(nbformat.read(path, 4), path, 1.0, digests[path])
    names = [p.stem for p in paths]
    outputs.forget_stale(digests)
    assert kept() == names
    outputs.run_missing()  # none is missing: nothing runs
    outputs.forget_stale({**digests, paths[1]: "another digest"})
    assert kept() == [names[0], names[2]]
    outputs.run_missing()  # a kernel runs the one that is missing
    assert kept() == names
    outputs.forget_stale(digests)  # nobody vouches for what it was made with
    assert kept() == [names[0], names[2]]


def test_a_moved_folder_keeps_nothing_stale(book, monkeypatch):
    path = sorted(book.glob("chapters/*/*.ipynb"))[0]
    outputs.keep(nbformat.read(path, 4), path, 1.0, "made there")
    moved = book.rename(book.with_name("moved"))
    build = moved / outputs.BUILD.relative_to(book)
    monkeypatch.setattr(outputs.reader, "ROOT", moved)
    monkeypatch.setattr(outputs, "BUILD", build)
    cache = outputs.get_cache(build / ".jupyter_cache")
    assert len(cache.list_cache_records()) == 1
    outputs.forget_stale({moved / path.relative_to(book): "made here"})
    assert cache.list_cache_records() == []

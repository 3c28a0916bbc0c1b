"""The results of experiments: what a script wrote, and nothing else."""

from pathlib import Path

import pytest

from dlnotes import experiments

EXPERIMENTS = sorted(
    p.stem
    for p in Path(experiments.__file__).parent.glob("*.py")
    if p.stem != "__init__"
)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_result_of_an_experiment_is_what_it_wrote(name):
    """What a notebook reads is what the script wrote; nobody has edited it."""
    table = experiments.result(name)
    lengths = {len(column) for column in table.values()}
    assert len(lengths) == 1 and lengths.pop() >= 20


def test_a_result_is_recorded_and_a_changed_one_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(experiments, "files", lambda package: tmp_path)
    rows = iter([["a", 1.5, 2], ["b", 2.5, 3]])
    experiments.record(tmp_path / "small.py", ["name", "x", "n"], rows)
    table = experiments.result("small")
    assert table["name"].tolist() == ["a", "b"]
    assert table["x"].tolist() == [1.5, 2.5] and table["n"].dtype == float
    path = tmp_path / "small.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as Windows
    assert experiments.result("small")["n"].tolist() == [2, 3]
    path.write_bytes(path.read_bytes().replace(b"1.5", b"1.6"))
    with pytest.raises(ValueError, match="name: small.csv is not what the"):
        experiments.result("small")
    with pytest.raises(ValueError, match="name: got 'race', expected one of s"):
        experiments.result("race")

"""The results of experiments: what a script wrote, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

import dlnotes as dl
from dlnotes import experiments
from dlnotes.experiments import activation_contest

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


@pytest.mark.parametrize("name", activation_contest.ACTIVATIONS)
def test_the_slopes_of_the_contest_are_those_of_its_functions(name):
    """Also near 0, where sin z / z needs its series."""
    layer = activation_contest.ACTIVATIONS[name]()
    f = dl.Network(layer)
    phi = f.init(np.random.default_rng(0))
    z = np.concatenate([np.linspace(-5, 5, 101) + 0.0123, [1e-3, -1e-5]])
    z, h = z[:, None], 1e-6
    _, saved = layer.forward(z, phi, dl.Context())
    slope = layer.backward(np.ones_like(z), saved, phi, np.empty_like(phi))
    assert np.allclose(
        (f(z + h, phi) - f(z - h, phi)) / (2 * h), slope, atol=1e-6
    )

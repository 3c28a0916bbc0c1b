"""The results of experiments: what a script wrote, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

import dlnotes as dl
from dlnotes import experiments
from dlnotes.experiments import (
    activation_contest,
    few_labels,
    implicit_regularization,
)

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


def both(rng, n):
    """Labels of four classes, and a number, side by side."""
    return np.stack([rng.integers(0, 4, n), rng.normal(size=n)], axis=-1)


def hidden(rng, n):
    """Signals of five samples, and which of them are hidden."""
    mask = rng.random((n, 5)) < 0.5
    return np.concatenate([rng.normal(size=(n, 5)), mask], axis=-1)


@pytest.mark.parametrize(
    "loss, targets",
    [
        (few_labels.InfoNCE(0.3), lambda rng, n: None),
        (few_labels.Masked(), hidden),
        (few_labels.TwoTasks(0.7), both),
    ],
)
def test_the_losses_of_few_labels(loss, targets):
    rng = np.random.default_rng(0)
    y, f = targets(rng, 6), rng.normal(size=(6, 5))

    def total(flat):
        nll, gradient = loss.nll_and_gradient(flat.reshape(6, 5), y)
        return nll.sum(), gradient.ravel()

    assert dl.check_gradient(total, f.ravel()).error < 1e-6
    y = None if y is None else y.astype(np.float32)
    nll, gradient = loss.nll_and_gradient(f.astype(np.float32), y)
    assert gradient.dtype == np.float32 and nll.shape == (6,)


def test_partners_are_the_two_halves():
    """Equal halves are as good as can be, and turned ones are not."""
    loss, u = few_labels.InfoNCE(0.1), np.eye(4)
    right = loss.nll_and_gradient(np.concatenate([u, u]))[0]
    wrong = loss.nll_and_gradient(np.concatenate([u, u[::-1]]))[0]
    assert np.allclose(right, np.log1p(6 * np.exp(-10)))
    assert np.all(wrong > 10)
    same = loss.nll_and_gradient(np.ones((8, 3)))[0]
    assert np.allclose(same, np.log(7))  # who knows nothing, guesses


def test_a_stratified_order_has_all_classes_in_each_batch():
    labels = np.repeat(np.arange(5), [40, 40, 40, 40, 80])
    lot = implicit_regularization.Stratified(3, labels)
    first, second = lot.permutation(240), lot.permutation(240)
    for order in first, second:
        assert np.array_equal(np.sort(order), np.arange(240))
        for batch in labels[order].reshape(10, 24):
            counts = np.bincount(batch, minlength=5)
            assert np.abs(counts - [4, 4, 4, 4, 8]).max() <= 1
    assert not np.array_equal(first, second)

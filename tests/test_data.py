"""The data sets are the published ones, and splits are partitions."""

import subprocess
import sys

import mnist1d.data
import numpy as np
import pytest
import sklearn.datasets

from dlnotes import data


def test_digits_are_those_of_scikit_learn():
    x, y = data.digits()
    theirs = sklearn.datasets.load_digits()
    assert np.array_equal(x, theirs.data) and np.array_equal(y, theirs.target)
    x[:] = 0
    assert data.digits()[0].any(), (
        "a caller's change must not reach the next caller"
    )


def test_mnist1d_is_the_published_set():
    ours, theirs = data.mnist1d(), mnist1d.data.make_dataset()
    assert np.allclose(ours.x, theirs["x"], atol=1e-12) and np.array_equal(
        ours.y, theirs["y"]
    )
    assert np.allclose(ours.x_test[:1000], theirs["x_test"], atol=1e-12)
    assert np.array_equal(ours.y_test[:1000], theirs["y_test"])
    assert ours.x_test.shape == (5000, 40)
    ours.x[:] = 0
    assert data.mnist1d().x.any()


def test_more_test_examples_are_new_and_of_the_same_kind():
    d = data.mnist1d()
    old, new = d.x_test[:1000], d.x_test[1000:]
    assert (
        abs(new.mean() - old.mean()) < 0.03
        and abs(new.std() - old.std()) < 0.03
    )
    assert np.bincount(d.y_test[1000:]).tolist() == [400] * 10
    seen = {row.tobytes() for row in np.concatenate([d.x, old])}
    assert not any(row.tobytes() in seen for row in new)


def test_generating_leaves_the_global_state_alone():
    data.mnist1d()
    from dlnotes.data.mnist1d import _arrays

    _arrays.cache_clear()
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    data.mnist1d()
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_importing_the_package_reads_no_data():
    """importlib.resources alone would take a quarter of the time."""
    code = "import sys, dlnotes; print(*sys.modules)"
    clean = [sys.executable, "-I", "-S", "-c"]  # no .pth file imports it first
    code = f"import sys; sys.path[:] = {sys.path!r}; {code}"
    modules = subprocess.run(
        [*clean, code], capture_output=True, check=True, encoding="utf-8"
    ).stdout.split()
    assert "dlnotes.data.digits" in modules
    assert "importlib.resources" not in modules


@pytest.mark.parametrize("n", [4, 5, 57, 1797])
@pytest.mark.parametrize("shuffled", [True, False])
def test_a_split_is_a_partition(n, shuffled):
    x, rng = np.arange(n), np.random.default_rng(0) if shuffled else None
    parts = data.split(x, 10 * x, rng)
    together = np.concatenate([a for a, _ in parts])
    assert np.array_equal(np.sort(together), x)
    assert np.array_equal(together, x) is not shuffled
    assert all(np.array_equal(10 * a, b) for a, b in parts)
    sizes = [len(a) for a, _ in parts]
    assert min(sizes) >= 1
    assert np.allclose(sizes, n * np.array([0.6, 0.2, 0.2]), atol=1)


@pytest.mark.parametrize(
    "x, y, message",
    [
        (np.zeros(5), np.zeros(4), "y: got 4 targets, expected one for each"),
        (np.zeros(3), np.zeros(3), "x: got 3 examples, expected at least 4"),
        ([0] * 5, np.zeros(5), "x: got .*, expected a NumPy array"),
        (np.zeros(5), np.zeros(5, complex), "y: got complex128"),
    ],
)
def test_splits_that_cannot_be(x, y, message):
    with pytest.raises(ValueError, match=message):
        data.split(x, y, np.random.default_rng(0))


def test_the_parts_of_the_digits():
    """They are the steps of notebook 1.4: scale, and deal out."""
    x, y = data.digits()
    rngs = np.random.default_rng(3), np.random.default_rng(3)
    plain = data.split(x / 8 - 1, y, rngs[0])
    for ours, theirs in zip(data.digits_split(rngs[1]), plain, strict=True):
        assert all(map(np.array_equal, ours, theirs))
    assert rngs[0].random() == rngs[1].random(), "and nothing else is drawn"
    (first, _), _, (last, labels) = data.digits_split(None)
    assert first.min() == -1 and first.max() == 1
    assert np.array_equal(first, x[:1078] / 8 - 1)
    assert np.array_equal(last, x[-359:] / 8 - 1)
    assert np.array_equal(labels, y[-359:])

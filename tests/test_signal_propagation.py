"""Signals: what a plain forward and backward pass computes, however nested."""

import numpy as np
import pytest

import dlnotes as dl
from registry import picture_network


def test_signals_are_those_of_backpropagation():
    """Mean squares of what a plain forward and backward pass computes; model by
    model.
    """
    rng = np.random.default_rng(0)
    f = dl.Network(dl.Dense(3, 4), dl.Tanh(), dl.Dense(4, 2))
    x, dy, phi = (
        rng.normal(size=(5, 3)),
        rng.normal(size=(5, 2)),
        f.init(rng, models=3),
    )
    phi += 0.1
    forward, backward = dl.signal_propagation(f, x, phi, dy)
    assert forward.shape == backward.shape == (3, 2)
    for m in range(3):
        (W0, b0), (W1, b1) = (
            f.layers[k].views(phi[m, f.slices[k]]) for k in (0, 2)
        )
        f0 = x @ W0.T + b0
        f1 = np.tanh(f0) @ W1.T + b1
        df0 = (dy @ W1) * (1 - np.tanh(f0) ** 2)
        assert np.allclose(forward[m], [np.mean(f0**2), np.mean(f1**2)])
        assert np.allclose(backward[m], [np.mean(df0**2), np.mean(dy**2)])
    one = dl.signal_propagation(f, x, phi[1], dy)
    assert np.array_equal(one.forward, forward[1]) and np.array_equal(
        one.backward, backward[1]
    )
    with pytest.raises(ValueError, match="x: got shape"):
        dl.signal_propagation(f, x[:, :2], phi, dy)


def test_signals_of_a_network_in_a_network():
    """As many as there are layers with weights, and the same as when flat."""
    layers = [dl.Dense(3, 4), dl.Tanh(), dl.Dense(4, 4), dl.ReLU()]
    last = dl.Dense(4, 2)
    flat = dl.Network(*layers, last)
    nested = dl.Network(dl.Network(dl.Network(*layers[:2]), *layers[2:]), last)
    rng = np.random.default_rng(0)
    x, dy, phi = (
        rng.normal(size=(5, 3)),
        rng.normal(size=(5, 2)),
        flat.init(rng),
    )
    ours = dl.signal_propagation(nested, x, phi, dy)
    theirs = dl.signal_propagation(flat, x, phi, dy)
    assert ours.forward.shape == (3,)
    assert np.array_equal(ours.forward, theirs.forward)
    assert np.array_equal(ours.backward, theirs.backward)


def test_signals_of_pictures():
    """All axes but the models' count; a layer with statistics needs none."""
    f, rng = picture_network(), np.random.default_rng(0)
    x, phi = rng.normal(size=(5, 3, 4, 2)), f.init(rng, models=3)
    dy = rng.normal(size=(3, 5, 3))
    several = dl.signal_propagation(f, x, phi, dy)
    first = phi[0, 0] * x[:, :, :-1] + phi[0, 1] * x[:, :, 1:] + phi[0, 2]
    assert np.isclose(several.forward[0, 0], np.mean(first**2))
    for m in range(3):
        one = dl.signal_propagation(f, x, phi[m], dy[m])
        assert np.allclose(one.forward, several.forward[m], rtol=1e-13)
        assert np.allclose(one.backward, several.backward[m], rtol=1e-13)


def test_what_has_no_signals():
    f, x, dy = dl.Network(dl.Dense(3, 2)), np.ones((5, 3)), np.ones((5, 2))
    phi = np.ones(8)
    for bad in None, 1.0, dy[:4], dy[0], dy[:, :1], dy.astype(complex):
        with pytest.raises(ValueError, match="^dy: got .*, expected"):
            dl.signal_propagation(f, x, phi, bad)
    whole = dl.signal_propagation(f, x, phi, np.ones((5, 2), int))
    assert whole.backward.tolist() == [1]
    with pytest.raises(ValueError, match="^f: got no layer with weights"):
        dl.signal_propagation(
            dl.Network(dl.ReLU()), x, phi[:0], np.ones((5, 3))
        )
    with pytest.raises(ValueError, match="^f: got ReLU.*, expected a Network"):
        dl.signal_propagation(dl.ReLU(), x, phi, dy)

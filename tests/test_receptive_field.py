"""The receptive field is what the gradient reaches."""

import numpy as np
import pytest

import dlnotes as dl

NETWORKS = [
    [dl.Conv2d(1, 2, 3)],
    [dl.Conv2d(1, 2, (3, 2)), dl.Tanh(), dl.Conv2d(2, 2, 3)],
    [dl.Conv2d(1, 2, 3, stride=2), dl.Conv2d(2, 2, 3, dilation=2)],
    [dl.Conv2d(1, 2, 3), dl.AveragePool(2), dl.Conv2d(2, 1, 2, stride=3)],
    [dl.Network(dl.Conv2d(1, 2, 2), dl.Tanh()), dl.Conv2d(2, 2, 1)],
]


@pytest.mark.parametrize("layers", NETWORKS)
def test_it_is_the_support_of_the_gradient(layers):
    rng, f = np.random.default_rng(0), dl.Network(*layers)
    x, phi = rng.normal(size=(1, 31, 31, 1)), f.init(np.random.default_rng(1))
    y, saved = f.forward(x, phi, dl.Context())
    dy = np.zeros_like(y)
    dy[0, y.shape[1] // 2, y.shape[2] // 2] = 1
    dx = f.backward(dy, saved, phi, np.empty_like(phi))[0, ..., 0]
    rows, columns = np.nonzero(dx)
    seen = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert dl.receptive_field(f) == seen


def test_what_follows_does_not_count():
    f = dl.Network(dl.Conv1d(1, 4, 5), dl.GlobalAverage(), dl.Dense(4, 3))
    assert dl.receptive_field(f) == (5,)


@pytest.mark.parametrize("layer", [dl.Dense(3, 2), dl.MaxPool(2), dl.ReLU()])
def test_a_network_without_places(layer):
    with pytest.raises(ValueError, match="^f: got a network that"):
        dl.receptive_field(dl.Network(layer))

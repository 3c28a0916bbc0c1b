"""Initial weights: the variances of the lecture, and the three propositions
behind them.
"""

from functools import partial

import numpy as np
import pytest

import dlnotes as dl


def test_dense_starts_with_he_and_no_bias():
    """Variance 2/D_in, mean 0; biases 0; the same network in both float
    types.
    """
    f = dl.Network(dl.Dense(400, 300))
    phi = f.init(np.random.default_rng(0))
    Omega, beta = f.layers[0].views(phi)
    assert Omega.var() == pytest.approx(2 / 400, rel=0.02)
    assert abs(Omega.mean()) < 3 * np.sqrt(2 / 400 / Omega.size)
    assert not beta.any()
    single = f.init(np.random.default_rng(0), dtype=np.float32)
    assert single.dtype == np.float32 and np.allclose(single, phi, rtol=1e-6)


@pytest.mark.parametrize("uniform", [False, True])
@pytest.mark.parametrize(
    "init, variance",
    [
        (dl.he, 2 / 300),
        (partial(dl.he, fan="out"), 2 / 200),
        (partial(dl.he, fan="mean"), 4 / 500),
        (partial(dl.he, slope=0.5), 2 / 1.25 / 300),
        (dl.glorot, 2 / 500),
        (dl.lecun, 1 / 300),
    ],
)
def test_variances(init, variance, uniform):
    """Items 36 to 39; uniform on [-r, r] with r = √(3 variance), as the notes'
    Glorot has not.
    """
    Omega = np.empty((200, 300))
    init(Omega, np.random.default_rng(0), uniform=uniform)
    assert Omega.var() == pytest.approx(variance, rel=0.03)
    assert abs(Omega.mean()) < 4 * np.sqrt(variance / Omega.size)
    r, largest = np.sqrt(3 * variance), np.abs(Omega).max()
    assert 0.999 * r < largest < r if uniform else largest > 2 * r


def test_the_compromise_is_the_harmonic_mean():
    """From 100 to 400: 4/500 = 0.008, not the arithmetic mean 0.0125 (item 37,
    E27).
    """
    Omega = np.empty((400, 100))
    dl.he(Omega, np.random.default_rng(1), fan="mean")
    assert Omega.var() == pytest.approx(0.008, rel=0.03)


def test_an_unknown_fan_is_named():
    with pytest.raises(
        ValueError,
        match="fan: got 'fan_in', expected one of 'in', 'out', 'mean'",
    ):
        dl.he(np.empty((2, 2)), np.random.default_rng(0), fan="fan_in")


def relu(a):
    f = dl.Network(dl.ReLU())
    return f(a[:, None], np.empty(0))[:, 0]


def test_proposition_1():
    """E ReLU(a)² = σ²/2 for symmetric a, normal or not; not for others (item
    33, E22).
    """
    rng = np.random.default_rng(0)
    for a in (
        1.5 * rng.normal(size=10**6),
        rng.laplace(size=10**6),
        rng.choice([-2.0, 2.0], 10**6),
    ):
        assert np.mean(relu(a) ** 2) == pytest.approx(
            np.mean(a**2) / 2, rel=0.01
        )
    a = rng.normal(size=10**6)
    assert relu(a).var() == pytest.approx(1 / 2 - 1 / (2 * np.pi), rel=0.01)
    assert np.mean(relu(a + 1) ** 2) == pytest.approx(1.922, abs=0.01)


def test_propositions_2_and_3():
    """Mean 0 and variance ½ D σ²_Ω σ²_f of the next pre-activation (items 34,
    35).
    """
    rng = np.random.default_rng(0)
    D, variance, sigma = 1000, 0.003, 1.0
    f = sigma * rng.normal(size=(200, D))

    def fill(Omega, rng):
        Omega[...] = rng.normal(0, variance**0.5, Omega.shape)

    layer = dl.Network(dl.ReLU(), dl.Dense(D, 500, init=fill))
    following = layer(f, layer.init(rng))
    assert abs(following.mean()) < 0.1  # a standard error is 0.03
    assert following.var() == pytest.approx(
        0.5 * D * variance * sigma**2, rel=0.02
    )


@pytest.mark.parametrize(
    "gain, lowest, highest", [(2, 0.3, 3), (1, 1e-16, 1e-13), (4, 1e12, 1e16)]
)
def test_fifty_layers(gain, lowest, highest):
    """The second moment changes by gain/2 a layer: constant for He's 2 (item
    36).
    """

    def init(Omega, rng):
        dl.he(Omega, rng)
        Omega *= (gain / 2) ** 0.5

    layers = [
        layer
        for _ in range(50)
        for layer in (dl.Dense(100, 100, init=init), dl.ReLU())
    ]
    f = dl.Network(*layers[:-1])
    rng = np.random.default_rng(3)
    x = rng.normal(size=(30, 100))
    ratio = np.mean(f(x, f.init(rng, models=20)) ** 2, axis=(1, 2))
    assert lowest < np.median(ratio) < highest


def test_what_cannot_be_filled():
    """Whole numbers would cut every weight to 0."""
    rng = np.random.default_rng(0)
    for init in dl.he, dl.glorot, dl.lecun:
        for bad in np.ones((2, 3), int), np.ones(3), [[1.0]], np.ones((0, 3)):
            with pytest.raises(ValueError, match="^Omega: got"):
                init(bad, rng)
        with pytest.raises(ValueError, match="^rng: got 0, expected a Gen"):
            init(np.ones((2, 3)), 0)
    with pytest.raises(ValueError, match="^slope: got 'a', expected"):
        dl.he(np.ones((2, 3)), rng, slope="a")

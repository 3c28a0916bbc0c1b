"""Smooth gates: against SciPy, at their minima and limits, and far out."""

import math

import numpy as np
import pytest
import scipy.special

import dlnotes as dl

Z = np.concatenate([np.linspace(-40, 40, 4001), [-1e4, -1e3, 1e3, 1e4]])
LAYERS = {
    "GELU": dl.GELU(),
    "GELU, tanh": dl.GELU("tanh"),
    "GELU, sigmoid": dl.GELU("sigmoid"),
    "Swish": dl.Swish(),
    "Swish, β = 30": dl.Swish(30.0),
    "Mish": dl.Mish(),
    "ACON-A": dl.ACON("A"),
    "ACON-B": dl.ACON("B"),
    "ACON-C": dl.ACON("C"),
}


def apply(layer, z, dtype=float, phi=None):
    """Values and slopes at every z."""
    x = np.asarray(z, dtype)[:, None]
    if phi is None:
        phi = dl.Network(layer).init(np.random.default_rng(0), dtype=dtype)
    y, saved = layer.forward(x, phi, dl.Context())
    slope = layer.backward(np.ones_like(x), saved, phi, np.empty_like(phi))
    assert y.dtype == slope.dtype == dtype
    return y[:, 0], slope[:, 0]


def test_the_normal_distribution_function():
    exact = [math.erfc(-z / math.sqrt(2)) / 2 for z in Z]
    assert np.allclose(dl.normal_cdf(Z), exact, rtol=4e-13, atol=5e-324)
    near = np.linspace(-5, 40, 2000)
    exact = [math.erfc(-z / math.sqrt(2)) / 2 for z in near]
    assert np.allclose(dl.normal_cdf(near), exact, rtol=2e-14, atol=0)
    assert dl.normal_cdf(np.array([-np.inf, np.inf])).tolist() == [0, 1]
    assert np.isnan(dl.normal_cdf(np.array(np.nan)))
    single = dl.normal_cdf(near.astype(np.float32))
    assert single.dtype == np.float32
    assert np.allclose(single, exact, atol=3e-7)


def test_gelu_is_exact():
    y, slope = apply(dl.GELU(), Z)
    cdf = scipy.special.ndtr(Z)
    assert np.abs(y - Z * cdf).max() < 1e-13
    density = np.exp(-(np.minimum(np.abs(Z), 40) ** 2) / 2)
    assert np.allclose(slope, cdf + Z * density / math.sqrt(2 * math.pi))


@pytest.mark.parametrize(
    "kind, error, where", [("tanh", 4.73e-4, 2.699), ("sigmoid", 0.02033, 2.27)]
)
def test_approximations_of_gelu(kind, error, where):
    z = np.linspace(0, 6, 60_001)
    gap = np.abs(apply(dl.GELU(kind), z)[0] - apply(dl.GELU(), z)[0])
    assert gap.max() == pytest.approx(error, rel=1e-3)
    assert z[gap.argmax()] == pytest.approx(where, abs=2e-3)


@pytest.mark.parametrize(
    "layer, place, value",
    [
        (dl.GELU(), -0.75179, -0.16997),
        (dl.Swish(), -1.27846, -0.27846),
        (dl.Mish(), -1.19243, -0.30884),
    ],
)
def test_minima(layer, place, value):
    z = np.linspace(-3, 0, 300_001)
    y, slope = apply(layer, z)
    assert y.min() == pytest.approx(value, abs=6e-6)
    assert z[y.argmin()] == pytest.approx(place, abs=2e-5)
    assert abs(slope[y.argmin()]) < 1e-5


def test_mish_is_its_definition():
    softplus = np.logaddexp(0, Z)
    assert np.allclose(
        apply(dl.Mish(), Z)[0], Z * np.tanh(softplus), rtol=4e-15
    )


def test_limits_of_beta():
    relu = np.maximum(Z, 0)
    assert np.allclose(apply(dl.Swish(0.0), Z)[0], Z / 2, rtol=1e-12)
    assert np.abs(apply(dl.Swish(1e4), Z)[0] - relu).max() < 1e-4
    for p1, p2 in (1.0, 0.0), (1.2, -0.8), (0.5, 0.5):
        mean = apply(dl.ACON(), Z, phi=np.array([0.0, p1, p2]))[0]
        assert np.allclose(mean, (p1 + p2) * Z / 2, rtol=1e-12)
        most = apply(dl.ACON(), Z, phi=np.array([1e5, p1, p2]))[0]
        assert np.abs(most - np.maximum(p1 * Z, p2 * Z)).max() < 1e-4


def test_kinds_of_acon():
    y, slope = apply(dl.Swish(1.7), Z)
    for kind, phi in ("A", [1.7]), ("B", [1.7, 0]), ("C", [1.7, 1, 0]):
        assert np.array_equal(apply(dl.ACON(kind), Z, phi=np.array(phi))[0], y)
    z = np.linspace(-6, 6, 120_001)
    slope = apply(dl.ACON("C"), z)[1]
    assert slope.max() == pytest.approx(1.0998, abs=1e-4)
    assert slope.min() == pytest.approx(-0.0998, abs=1e-4)
    phi = dl.Network(dl.ACON("B", 2)).init(np.random.default_rng(0))
    assert phi.tolist() == [1, 1, 0.25, 0.25]
    assert not dl.ACON("C", 3).decay_mask.any()


def test_each_feature_has_its_own_numbers():
    layer, x = dl.ACON("C", 2), np.array([[-1.0, -1.0], [2.0, 2.0]])
    phi = np.array([1.0, 0.0, 1.0, 0.5, 0.0, 0.1])
    y, _ = layer.forward(x, phi, dl.Context())
    for k in range(2):
        alone = apply(dl.ACON("C"), x[:, k], phi=phi[k::2])[0]
        assert np.array_equal(y[:, k], alone)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", LAYERS)
def test_far_out(name, dtype):
    """Every gate is open on the right and shut on the left: no nan, no
    warning. In between single precision is as double.
    """
    layer = LAYERS[name]
    y, slope = apply(layer, Z, dtype)
    assert np.isfinite(y).all() and np.isfinite(slope).all()
    left = 0.25 if name == "ACON-B" else 0
    for end, of in (-1e4, left), (1e4, 1):
        k = np.flatnonzero(Z == end)[0]
        assert y[k] == pytest.approx(of * end) and slope[k] == of
    double = apply(layer, Z)
    assert np.allclose(y, double[0], rtol=1e-5, atol=1e-5)
    assert np.allclose(slope, double[1], atol=2e-5)


def test_an_unknown_kind_is_named():
    for make, name in (dl.GELU, "approximate"), (dl.ACON, "kind"):
        with pytest.raises(ValueError, match=f"{name}: got 'erf', expected"):
            make("erf")


@pytest.mark.parametrize(
    ("kind", "start"), [("A", [1]), ("B", [1, 0.25]), ("C", [1, 1, 0])]
)
def test_acon_starts_as_a_swish_and_its_leaky_relative(kind, start):
    for d in 1, 3:
        f = dl.Network(dl.ACON(kind, d))
        phi = f.init(np.random.default_rng(0))
        assert phi.tolist() == np.repeat(np.array(start, float), d).tolist()
        if d == 1:  # shared by all features, however many
            assert f(np.ones((2, 4)), phi).shape == (2, 4)
    with pytest.raises(ValueError, match="^x: got shape"):
        f(np.ones((2, 4)), phi)
    if kind != "B":
        x = np.linspace(-3, 3, 9).reshape(3, 3)
        swish = dl.Network(dl.Swish())(x, np.empty(0))
        assert np.allclose(f(x, phi), swish, rtol=1e-14)

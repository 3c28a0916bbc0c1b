"""Activations: values against SciPy, slopes, and both ends of the line."""

import numpy as np
import pytest
import scipy.special

import dlnotes as dl


def test_activations_against_scipy():
    z = np.concatenate([np.linspace(-50, 50, 401), [-1000, 1000]])[None, :]
    none = np.empty(0)
    assert np.allclose(
        dl.Network(dl.Sigmoid())(z, none), scipy.special.expit(z), rtol=1e-14
    )
    assert np.allclose(dl.Network(dl.Tanh())(z, none), np.tanh(z), rtol=1e-15)
    assert np.array_equal(dl.Network(dl.ReLU())(z, none), np.clip(z, 0, None))
    assert np.array_equal(dl.Network(dl.Identity())(z, none), z)


def test_softmax_of_a_population():
    f = np.random.default_rng(0).normal(size=(2, 3, 4))
    assert np.allclose(dl.softmax(f), scipy.special.softmax(f, axis=-1))
    assert np.allclose(dl.log_softmax(f), scipy.special.log_softmax(f, axis=-1))


def test_an_infinite_logit_leaves_the_other_rows_alone():
    f = np.array([[np.inf, 0, -1], [1.0, 2, -np.inf]])
    p = [[1, 0, 0], [*scipy.special.softmax([1, 2]), 0]]
    assert np.allclose(dl.softmax(f), p, rtol=1e-15)
    with np.errstate(divide="ignore"):
        assert np.allclose(dl.log_softmax(f), np.log(p), rtol=1e-15)


def test_steepest_slopes():
    """The slope of the sigmoid is ¼ at 0 and nowhere more (item 107); that of
    tanh is 1.
    """
    z, none = np.linspace(-6, 6, 1201)[None, :], np.empty(0)
    for layer, steepest in (dl.Sigmoid(), 0.25), (dl.Tanh(), 1.0):
        y, saved = layer.forward(z, none, dl.Context())
        slope = layer.backward(np.ones_like(z), saved, none, none)
        assert slope.max() == steepest and z[
            0, slope.argmax()
        ] == pytest.approx(0, abs=1e-12)
        assert (slope > 0).all()


def test_relu_at_zero():
    """The convention ReLU'(0) = 0."""
    layer, x = dl.ReLU(), np.array([[-1.0, 0.0, 1.0]])
    y, saved = layer.forward(x, np.empty(0), dl.Context())
    back = layer.backward(np.ones_like(x), saved, np.empty(0), np.empty(0))
    assert back.tolist() == [[0, 0, 1]]


def test_whole_numbers_do_not_wrap():
    small = np.array([[1, 2, 3]], np.uint8)
    assert np.allclose(
        dl.softmax(small), scipy.special.softmax([[1.0, 2, 3]], axis=1)
    )
    assert np.allclose(dl.sigmoid(small), scipy.special.expit([[1.0, 2, 3]]))
    for f in small, small.astype(int), [[1.0]]:
        with pytest.raises(
            ValueError, match="f: got .* expected (float64|a NumPy array)"
        ):
            dl.Categorical().nll(f, np.array([0]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_both_ends_of_the_line(dtype):
    """No overflow, and no nan but from nan; the type stays."""
    f = np.array([[-np.inf, -1e30, 0, 1e30], [0, 1, 2, -np.inf]], dtype)
    p, log_p = dl.softmax(f), dl.log_softmax(f)
    assert p.dtype == log_p.dtype == dl.sigmoid(f).dtype == dtype
    assert p[0].tolist() == [0, 0, 0, 1] and p[1, 3] == 0
    assert log_p[0, 3] == 0 and log_p[1, 3] == -np.inf
    assert np.allclose(np.exp(log_p), p)
    assert np.isnan(dl.softmax(np.array([0, np.nan, 1]))).all()
    by_rows = dl.log_softmax(f.T, axis=0)
    assert np.allclose(by_rows.T, log_p) or np.array_equal(by_rows.T, log_p)
    for axis in 2, -3, 0.0, None, "1":
        with pytest.raises(ValueError, match="^axis: got .*expected one of"):
            dl.log_softmax(f, axis=axis)


def slopes(layer, z, dtype=float):
    """Values and slopes at every z, without a Generator."""
    x = np.asarray(z, dtype)[:, None]
    phi = dl.Network(layer).init(np.random.default_rng(0), dtype=dtype)
    y, saved = layer.forward(x, phi, dl.Context())
    slope = layer.backward(np.ones_like(x), saved, phi, np.empty_like(phi))
    assert y.dtype == slope.dtype == dtype
    return y[:, 0], slope[:, 0]


def elu(z, alpha):
    return np.where(z < 0, alpha * np.expm1(np.minimum(z, 0)), z)


def elu_slope(z, alpha):
    return np.where(z < 0, alpha * np.exp(np.minimum(z, 0)), 1)


A, LAMBDA = 1.6732632423543772, 1.0507009873554805
SHAPED = {  # layer, a, a'; at 0 as the definitions say
    "LeakyReLU": (
        dl.LeakyReLU(0.2),
        lambda z: np.maximum(z, 0.2 * z),
        lambda z: np.where(z > 0, 1, 0.2),
    ),
    "LeakyReLU, steep": (
        dl.LeakyReLU(3),
        lambda z: np.minimum(z, 3 * z),
        lambda z: np.where(z > 0, 1, 3),
    ),
    "RReLU": (
        dl.RReLU(0.1, 0.5),
        lambda z: np.maximum(z, 0.3 * z),
        lambda z: np.where(z > 0, 1, 0.3),
    ),
    "PReLU": (
        dl.PReLU(slope=-1),
        np.abs,
        lambda z: np.where(z > 0, 1, -1),
    ),
    "ELU": (
        dl.ELU(0.7),
        lambda z: elu(z, 0.7),
        lambda z: elu_slope(z, 0.7),
    ),
    "SELU": (
        dl.SELU(),
        lambda z: LAMBDA * elu(z, A),
        lambda z: LAMBDA * elu_slope(z, A),
    ),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SHAPED)
def test_values_and_slopes_from_end_to_end(name, dtype):
    layer, value, slope = SHAPED[name]
    z = np.concatenate([np.linspace(-30, 30, 601), [-1e4, 0, 1e4]])
    z = z.astype(dtype).astype(float)
    near = {"rtol": 1e-14 if dtype is np.float64 else 1e-6, "atol": 0}
    y, dy = slopes(layer, z, dtype)
    assert np.allclose(y, value(z), **near)
    assert np.allclose(dy, slope(z), **near)


def test_the_random_slopes_of_rrelu():
    layer, x = dl.RReLU(0.2, 0.6), np.full((20_000, 2), -1.0)
    y, saved = layer.forward(
        x, np.empty(0), dl.Context(True, np.random.default_rng(0))
    )
    assert -0.6 < y.min() < -0.599 and -0.201 < y.max() < -0.2
    assert y.mean() == pytest.approx(-0.4, abs=0.005)
    dx = layer.backward(np.ones_like(x), saved, np.empty(0), np.empty(0))
    assert np.array_equal(dx, -y)


def test_selu_keeps_mean_0_and_variance_1():
    """By quadrature, not by the closed form that made the constants."""
    z = np.linspace(-12, 12, 240_001)
    y, _ = slopes(dl.SELU(), z)
    weights = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    assert abs(weights @ y) < 1e-9 and abs(weights @ y**2 - 1) < 1e-9
    assert dl.SELU().alpha == pytest.approx(A, rel=2e-15)
    assert dl.SELU().scale == pytest.approx(LAMBDA, rel=2e-15)


def test_slopes_that_are_learned():
    """A unit that is fitted to |x| learns the slope -1 (item 44)."""
    f, x = dl.Network(dl.PReLU()), np.linspace(-1, 1, 21)[:, None]
    steps = dl.train(
        f,
        f.init(np.random.default_rng(0)),
        x,
        np.abs(x),
        dl.SquaredError(),
        dl.GradientDescent(1.0),
        epochs=200,
    )
    *_, last = steps
    assert last.phi[0] == pytest.approx(-1)
    assert not dl.PReLU(4).decay_mask.any()
    assert dl.PReLU(4, 0.1).size == 4

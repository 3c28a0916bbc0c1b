"""Every derivative in the package, by one identity; and populations equal
single runs.
"""

import numpy as np
import pytest

import dlnotes as dl
from registry import DISTRIBUTIONS, LAYERS, contexts, public

H = 1e-6


def drawn(layer, shape, models=None, seed=0):
    """An input, parameters and directions in both, at a random shape."""
    rng = np.random.default_rng(seed)
    lead = () if models is None else (models,)
    n = int(rng.integers(2, 7))
    x, dx = rng.normal(size=(2, *lead, n, *shape))
    phi, dphi = rng.normal(size=(2, *lead, layer.size))
    return rng, x, dx, phi, dphi


@pytest.mark.parametrize("base", [dl.Layer, dl.Distribution])
def test_all_that_is_public_is_registered(base):
    table = LAYERS if base is dl.Layer else DISTRIBUTIONS
    registered = {type(entry[0]) for entry in table.values()}
    assert set(public(base)) <= registered


@pytest.mark.parametrize("models", [None, 3])
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("seed", range(3))
def test_jacobian_and_its_transpose(name, models, seed):
    """<u, J v> = <J'u, v>: the forward pass moved along v against the backward
    pass of u.
    """
    layer, shape = LAYERS[name]
    rng, x, dx, phi, dphi = drawn(layer, shape, models, seed)

    def run(s):
        return layer.forward(
            x + s * dx, phi + s * dphi, contexts(layer, models)
        )

    y, saved = run(0)
    u = rng.normal(size=y.shape)
    given, grad = u.copy(), np.full_like(phi, np.nan)
    back = layer.backward(given, saved, phi, grad)
    assert np.isfinite(grad).all(), "an entry of dphi was not written"
    assert np.array_equal(given, u), (
        "backward changed the derivative that it was given"
    )
    forward = np.sum(u * (run(H)[0] - run(-H)[0]) / (2 * H))
    backward = np.sum(back * dx) + np.sum(grad * dphi)
    assert forward == pytest.approx(backward, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", LAYERS)
def test_without_dx_the_parameters_get_the_same(name):
    layer, shape = LAYERS[name]
    rng, x, _, phi, _ = drawn(layer, shape)
    y, saved = layer.forward(x, phi, contexts(layer, None))
    u, with_dx, without = (
        rng.normal(size=y.shape),
        np.empty_like(phi),
        np.empty_like(phi),
    )
    layer.backward(u, saved, phi, with_dx)
    layer.backward(u, saved, phi, without, need_dx=False)
    assert np.array_equal(with_dx, without)


@pytest.mark.parametrize("name", LAYERS)
def test_many_models_at_once_are_single_models(name):
    layer, shape = LAYERS[name]
    rng, x, _, phi, _ = drawn(layer, shape, models=4)
    y, saved = layer.forward(x, phi, contexts(layer, 4))
    u, grad = rng.normal(size=y.shape), np.empty_like(phi)
    back = layer.backward(u, saved, phi, grad)
    children = np.random.default_rng(0).spawn(4)
    for m in range(4):
        state = np.empty(layer.stats)
        layer.fill_state(state)
        one, kept = layer.forward(
            x[m], phi[m], dl.Context(True, children[m], state)
        )
        one_grad = np.empty_like(phi[m])
        one_back = layer.backward(u[m], kept, phi[m], one_grad)
        for several, single in (y, one), (back, one_back), (grad, one_grad):
            assert np.allclose(several[m], single, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("models", [None, 2])
def test_float32_stays_float32(name, models):
    layer, shape = LAYERS[name]
    _, x, _, phi, _ = drawn(layer, shape, models)
    x, phi = x.astype(np.float32), phi.astype(np.float32)
    ctx = contexts(layer, models, dtype=np.float32)
    y, saved = layer.forward(x, phi, ctx)
    grad = np.empty_like(phi)
    assert (
        y.dtype
        == layer.backward(y.copy(), saved, phi, grad).dtype
        == np.float32
    )


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("models", [None, 3])
def test_derivative_of_the_loss(name, models):
    distribution, d, targets = DISTRIBUTIONS[name]
    rng = np.random.default_rng(1)
    lead = () if models is None else (models,)
    f, v = rng.normal(size=(2, *lead, 5, d))
    y = targets(rng, 5)
    nll, df = distribution.nll_and_gradient(f, y)
    assert nll.shape == (*lead, 5) and df.shape == f.shape
    slope = (
        distribution.nll(f + H * v, y) - distribution.nll(f - H * v, y)
    ) / (2 * H)
    assert np.allclose((df * v).sum(axis=-1), slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_loss_of_float32_is_float32(name):
    distribution, d, targets = DISTRIBUTIONS[name]
    rng = np.random.default_rng(1)
    y = targets(rng, 5)
    y = y.astype(np.float32) if y.dtype.kind == "f" else y
    nll, df = distribution.nll_and_gradient(
        rng.normal(size=(5, d)).astype(np.float32), y
    )
    assert nll.dtype == df.dtype == np.float32


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_gradient_of_a_network(name):
    """The mean over the examples of the sum over the outputs, differentiated
    end to end.
    """
    distribution, d, targets = DISTRIBUTIONS[name]
    rng = np.random.default_rng(2)
    f = dl.Network(dl.Dense(4, 6), dl.Tanh(), dl.Dense(6, d))
    x, y, phi = rng.normal(size=(7, 4)), targets(rng, 7), f.init(rng)
    loss, _ = f.gradient(x, y, phi, distribution)
    assert loss == pytest.approx(
        distribution.nll(f(x, phi), y).mean(), rel=1e-14
    )
    assert (
        dl.check_gradient(
            lambda p: f.gradient(x, y, p, distribution), phi
        ).error
        < 1e-8
    )


def test_gradient_of_a_population_is_that_of_its_members():
    rng = np.random.default_rng(3)
    f = dl.Network(dl.Dense(4, 5), dl.ReLU(), dl.Dense(5, 3))
    phi = f.init(rng, models=6)
    for x, y in (
        (rng.normal(size=(8, 4)), rng.integers(0, 3, 8)),
        (rng.normal(size=(6, 8, 4)), rng.integers(0, 3, (6, 8))),
    ):
        loss, dphi = f.gradient(x, y, phi, dl.Categorical())
        for m in range(6):
            mine = (x[m], y[m]) if x.ndim == 3 else (x, y)
            one, done = f.gradient(*mine, phi[m], dl.Categorical())
            assert one == pytest.approx(loss[m], rel=1e-13)
            assert np.allclose(done, dphi[m], rtol=1e-12, atol=1e-14)


def test_a_layer_that_writes_nothing_does_not_pass():
    """Not even right after a gradient that was right, whose memory may be used
    again.
    """

    class Forgets(dl.Dense):
        def backward(self, dy, saved, phi, dphi, need_dx=True):
            return dy @ self.views(phi)[0]  # pass II is missing

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    good, bad = dl.Network(dl.Dense(3, 2)), dl.Network(Forgets(3, 2))
    phi = good.init(rng)
    for f, right in (good, True), (bad, False), (good, True):
        error = dl.check_gradient(
            lambda p: f.gradient(x, y, p, dl.SquaredError()), phi
        ).error
        assert (error < 1e-8) == right

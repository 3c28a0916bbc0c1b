"""Normalization: what comes out, what runs along, and the two ways back."""

import numpy as np
import pytest

import dlnotes as dl

RNG = np.random.default_rng(0)


def network(layer, *shape):
    """The layer as a network, with parameters other than those at the start,
    its statistics, and an input.
    """
    f = dl.Network(layer)
    phi = RNG.normal(size=f.size)
    return f, phi, f.init_state(phi), RNG.normal(3, 2, size=shape)


@pytest.mark.parametrize("shape", [(7, 3), (4, 5, 3), (3, 4, 2, 3)])
def test_batch_norm_in_training_and_after(shape):
    f, phi, state, x = network(dl.BatchNorm(3, eps=0), *shape)
    z, _ = f.forward(x, phi, dl.Context(True, state=state))
    over = tuple(range(x.ndim - 1))
    assert np.allclose(z.mean(over), phi[3:])
    assert np.allclose(z.std(over), np.abs(phi[:3]))
    assert np.allclose(state[:3], 0.1 * x.mean(over))
    assert np.allclose(state[3:], 0.9 + 0.1 * x.var(over, ddof=1))
    hat = (x - state[:3]) / np.sqrt(state[3:])
    kept = state.copy()
    assert np.allclose(f(x, phi, state=state), phi[:3] * hat + phi[3:])
    assert np.array_equal(state, kept)


def test_the_variance_that_runs_is_unbiased():
    x = np.array([[1.0, 2], [3, -4], [5, 0]])
    f = dl.Network(dl.BatchNorm(2))
    phi = f.init(RNG)
    assert phi.tolist() == [1, 1, 0, 0] and not f.decay_mask.any()
    state = f.init_state(phi)
    f.forward(x, phi, dl.Context(True, state=state))
    assert np.allclose(state, [0.3, -2 / 30, 1.3, 0.9 + 0.1 * 28 / 3])


@pytest.mark.parametrize("shape", [(1, 3), (1, 1, 3), (1, 1, 1, 3)])
def test_a_batch_of_one_is_refused(shape):
    f, phi, state, x = network(dl.BatchNorm(3), *shape)
    with pytest.raises(ValueError, match="^x: got a batch with one value"):
        f.forward(x, phi, dl.Context(True, state=state))
    assert f(x, phi, state=state).shape == shape  # afterwards it may come


def test_one_picture_is_a_batch_of_its_pixels():
    f, phi, state, x = network(dl.BatchNorm(3), 1, 2, 2, 3)
    assert np.isfinite(
        f.forward(x, phi, dl.Context(True, state=state))[0]
    ).all()


def test_the_last_batch_of_an_epoch_may_be_the_one():
    f = dl.Network(dl.Dense(2, 3), dl.BatchNorm(3), dl.Dense(3, 1))
    phi, x = f.init(RNG), RNG.normal(size=(5, 2))
    steps = dl.train(
        f,
        phi,
        x,
        x[:, :1],
        dl.SquaredError(),
        dl.GradientDescent(0.1),
        epochs=1,
        batch=2,
        rng=np.random.default_rng(0),
        state=f.init_state(phi),
    )
    with pytest.raises(ValueError, match="no last batch of one"):
        list(steps)


def test_it_does_not_matter_how_the_layer_before_scales_and_shifts():
    """And the bias before it has no gradient (item 54)."""
    f = dl.Network(dl.Dense(4, 3), dl.BatchNorm(3, eps=0))
    x, phi = RNG.normal(size=(8, 4)), f.init(RNG)
    moved = phi.copy()
    moved[:12] *= 7
    moved[12:15] += 5
    outputs = [
        f.forward(x, p, dl.Context(True, state=f.init_state(p)))[0]
        for p in (phi, moved)
    ]
    assert np.allclose(*outputs, rtol=1e-12)
    y = RNG.normal(size=(8, 3))
    state = f.init_state(phi)
    _, dphi = f.gradient(x, y, phi, dl.SquaredError(), state=state)
    assert np.abs(dphi[12:15]).max() < 1e-14 < np.abs(dphi[:12]).max()


def test_it_folds_into_the_layer_before():
    """W' = diag(γ/σ) W and b' = γ (b - μ)/σ + β (item 54)."""
    dense, norm = dl.Dense(4, 3), dl.BatchNorm(3)
    f = dl.Network(dense, norm)
    phi, x = RNG.normal(size=f.size), RNG.normal(size=(9, 4))
    state = np.concatenate([RNG.normal(size=3), RNG.random(3) + 0.5])
    (Omega, b), (gamma, beta) = dense.views(phi[:15]), norm.views(phi[15:])
    mean, var = norm.views(state)
    scale = gamma / np.sqrt(var + norm.eps)
    folded = np.concatenate(
        [(scale[:, None] * Omega).ravel(), scale * (b - mean) + beta]
    )
    gap = f(x, phi, state=state) - dl.Network(dense)(x, folded)
    assert np.abs(gap).max() < 1e-14


def test_a_constant_feature_stays_at_beta():
    f, phi, state, _ = network(dl.BatchNorm(1), 6, 1)
    z, saved = f.forward(
        np.full((6, 1), 3.0), phi, dl.Context(True, state=state)
    )
    assert np.array_equal(z, np.full((6, 1), phi[1]))
    dx = f.backward(RNG.normal(size=z.shape), saved, phi, np.empty(2))
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("shape", [(5, 4), (5, 3, 4), (5, 2, 3, 4)])
def test_layer_norm_looks_at_one_example(shape):
    f, phi, state, x = network(dl.LayerNorm(4, eps=0), *shape)
    assert state.size == 0
    z = f(x, phi)
    assert np.allclose(f(x[:1], phi), z[:1], rtol=1e-13)
    hat = (z - phi[4:]) / phi[:4]
    assert np.allclose(hat.mean(-1), 0, atol=1e-12)
    assert np.allclose(hat.std(-1), 1)


@pytest.mark.parametrize("make", [dl.BatchNorm, dl.LayerNorm])
def test_single_precision_and_large_numbers(make):
    f = dl.Network(make(4))
    phi = f.init(RNG, dtype=np.float32)
    x = (1e4 * RNG.normal(size=(6, 4))).astype(np.float32)
    state = f.init_state(phi)
    z, saved = f.forward(x, phi, dl.Context(True, state=state))
    assert z.dtype == state.dtype == np.float32
    dphi = np.empty_like(phi)
    dx = f.backward(z, saved, phi, dphi)
    assert dx.dtype == dphi.dtype == np.float32
    assert np.isfinite(dx).all() and np.abs(z).max() < 3


def test_what_is_usual_and_what_is_refused():
    assert dl.BatchNorm(2).eps == dl.LayerNorm(2).eps == 1e-5
    with pytest.raises(ValueError, match="^momentum: got 1, expected 0 < "):
        dl.BatchNorm(2, momentum=1)


def test_two_examples_are_a_batch():
    f = dl.Network(dl.BatchNorm(1, eps=0))
    phi = f.init(RNG)
    state, x = f.init_state(phi), np.array([[1.0], [5.0]])
    z, _ = f.forward(x, phi, dl.Context(True, state=state))
    assert z.tolist() == [[-1], [1]]

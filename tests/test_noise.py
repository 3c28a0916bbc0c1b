"""Noise in training, and weights that are kept short."""

import numpy as np
import pytest

import dlnotes as dl

NONE = np.empty(0)


def test_the_noise_has_its_size_and_each_model_its_own():
    x = np.zeros((3, 200, 300))
    f = dl.Network(dl.GaussianNoise(0.7))
    noisy = f(x, np.empty((3, 0)), rng=np.random.default_rng(0))
    assert abs(noisy.mean()) < 0.01 and abs(noisy.std() - 0.7) < 0.01
    assert abs(np.mean(noisy[0] * noisy[1])) < 0.01
    assert np.array_equal(f(x[0], NONE), x[0])  # after training
    assert np.array_equal(dl.Network(dl.GaussianNoise(0))(x[0], NONE), x[0])
    assert repr(dl.GaussianNoise(0.25)) == "GaussianNoise(0.25)"


def test_on_the_inputs_of_a_linear_model_it_is_ridge():
    """E ‖y - (X + E) w‖² = ‖y - X w‖² + N σ² ‖w‖² (item 90)."""
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(6, 4)), rng.normal(size=6), rng.normal(size=4)
    layer, copies = dl.Network(dl.GaussianNoise(0.5)), 100_000
    noisy = layer(np.tile(X, (copies, 1)), NONE, rng=rng) @ w
    found = np.sum((np.tile(y, copies) - noisy).reshape(copies, 6) ** 2, axis=1)
    exact = np.sum((y - X @ w) ** 2) + 6 * 0.25 * w @ w
    error = found.std() / np.sqrt(copies)
    assert abs(found.mean() - exact) < 4 * error


def test_max_norm_shortens_what_is_longer_and_nothing_else():
    """Item 89: every incoming vector at most r, its direction kept, biases and
    what is short enough untouched; for one model and for several.
    """
    rng = np.random.default_rng(0)
    inner = dl.Network(dl.Dense(4, 3), dl.BatchNorm(3))
    f = dl.Network(dl.Dense(5, 4), dl.ReLU(), inner, dl.Dense(3, 2))
    for lead in (), (3,):
        phi = rng.normal(size=(*lead, f.size))
        before = phi.copy()
        dl.max_norm(f, phi, 1.2)
        for layer, own, _ in f.leaves():
            if isinstance(layer, dl.Dense):
                (Omega, beta), (old, same) = (
                    layer.views(p[..., own]) for p in (phi, before)
                )
                length = np.linalg.norm(old, axis=-1)
                now = np.linalg.norm(Omega, axis=-1)
                assert np.allclose(now, np.minimum(length, 1.2), rtol=1e-12)
                assert np.allclose(
                    Omega * length[..., None], old * now[..., None], rtol=1e-12
                )
                assert np.array_equal(beta, same)
                short = length < 1.2
                assert np.array_equal(Omega[short], old[short])
            else:
                assert np.array_equal(phi[..., own], before[..., own])
        again = phi.copy()
        dl.max_norm(f, again, 1.2)
        assert np.allclose(again, phi, rtol=1e-15)  # a projection
    zeros = np.zeros(f.size, np.float32)
    dl.max_norm(f, zeros, 0.5)
    assert not zeros.any() and zeros.dtype == np.float32
    with pytest.raises(ValueError, match="^limit: got 0"):
        dl.max_norm(f, zeros, 0)
    with pytest.raises(ValueError, match="^phi: got shape"):
        dl.max_norm(f, zeros[:-1], 1.0)

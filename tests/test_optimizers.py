"""Optimizers: the lecture's equations written plainly, known first steps, and what is refused."""

import numpy as np
import pytest

import dlnotes as dl
from registry import OPTIMIZERS, public


def quadratic(phi):
    """The gradient of ½ Σ h φ² with curvatures h = 1, 2, …"""
    return np.arange(1, phi.shape[-1] + 1).astype(phi.dtype) * phi


def run(optimizer, phi, grad, steps):
    phi, memory = phi.copy(), optimizer.init(phi)
    for _ in range(steps):
        optimizer.step(phi, grad, memory)
    assert memory.t == steps
    return phi


def test_all_that_is_public_is_registered():
    assert set(public(dl.Optimizer)) == {type(o) for o in OPTIMIZERS.values()}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_reaches_the_minimum(name):
    end = run(OPTIMIZERS[name], np.array([1.0, -2.0, 3.0]), quadratic, 600)
    assert np.abs(end).max() < 0.05


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_population_is_its_members(name, dtype):
    """Several models with a rate of their own, against one run for each; exactly equal."""
    optimizer = OPTIMIZERS[name]
    phi = np.random.default_rng(0).normal(size=(4, 3)).astype(dtype)
    rates = np.array([[0.001], [0.01], [0.05], [0.1]])
    several = type(optimizer)(**{**vars(optimizer), "alpha": rates})
    end = run(several, phi, quadratic, 25)
    assert end.dtype == dtype
    for m in range(4):
        alone = type(optimizer)(**{**vars(optimizer), "alpha": float(rates[m, 0])})
        assert np.array_equal(end[m], run(alone, phi[m], quadratic, 25))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_schedule_is_the_rate_of_each_step(name):
    optimizer = OPTIMIZERS[name]
    asked = []

    def schedule(t):
        asked.append(t)
        return 0.1 / (1 + t)

    scheduled = type(optimizer)(**{**vars(optimizer), "alpha": schedule})
    by_hand = type(optimizer)(**vars(optimizer))
    a = b = np.array([1.0, 2.0])
    a, b = a.copy(), b.copy()
    memory_a, memory_b = scheduled.init(a), by_hand.init(b)
    for t in range(5):
        scheduled.step(a, quadratic, memory_a)
        by_hand.alpha = 0.1 / (1 + t)
        by_hand.step(b, quadratic, memory_b)
    assert asked == [0, 1, 2, 3, 4] and np.array_equal(a, b)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_gradient_is_not_changed_and_is_asked_for_once(name):
    optimizer, calls = OPTIMIZERS[name], []

    def grad(phi):
        calls.append(np.array([3.0, -4.0]))
        return calls[-1]

    run(optimizer, np.zeros(2), grad, 2)
    assert len(calls) == 2 and all(g.tolist() == [3, -4] for g in calls)


def test_gradient_descent_on_a_quadratic():
    """Each coordinate shrinks by (1 - α h) a step."""
    end = run(dl.GradientDescent(0.1), np.ones(3), quadratic, 7)
    assert np.allclose(end, (1 - 0.1 * np.arange(1, 4)) ** 7, rtol=1e-13)


def test_momentum_is_the_classical_form_rescaled():
    """m = βm + (1-β)g with α equals v = βv + g with rate α(1-β) (item 59)."""
    phi, v = np.array([1.0, -1.0]), 0
    ours = run(dl.Momentum(0.2, beta=0.9), phi, quadratic, 30)
    for _ in range(30):
        v = 0.9 * v + quadratic(phi)
        phi = phi - 0.2 * (1 - 0.9) * v
    assert np.allclose(ours, phi, rtol=1e-13)


def test_adam_is_the_paper_written_plainly():
    phi, m, v = np.array([1.0, -2.0]), 0, 0
    ours = run(dl.Adam(0.05, beta=0.8, gamma=0.95, eps=1e-3), phi, quadratic, 20)
    for t in range(20):
        g = quadratic(phi)
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g**2
        m_hat, v_hat = m / (1 - 0.8 ** (t + 1)), v / (1 - 0.95 ** (t + 1))
        phi = phi - 0.05 * m_hat / (np.sqrt(v_hat) + 1e-3)
    assert np.allclose(ours, phi, rtol=1e-13)


def test_adams_first_step():
    """α against the sign of the gradient, whatever its size (item 64)."""
    step = run(dl.Adam(0.1), np.zeros(3), lambda phi: np.array([1e-3, -5.0, 1e6]), 1)
    assert np.allclose(step, [-0.1, 0.1, -0.1], rtol=1e-4)


def test_a_numpy_scalar_does_not_change_float32():
    phi = np.ones(3, np.float32)
    for name, optimizer in OPTIMIZERS.items():
        scalar = type(optimizer)(**{**vars(optimizer), "alpha": np.float64(0.1)})
        seen = []
        run(scalar, phi, lambda p, seen=seen: seen.append(p.dtype) or p, 2)
        assert seen == [np.float32] * 2, name
        plain = type(optimizer)(**{**vars(optimizer), "alpha": 0.1})
        assert np.array_equal(run(scalar, phi, quadratic, 3), run(plain, phi, quadratic, 3))


@pytest.mark.parametrize(
    "optimizer, message",
    [
        (dl.GradientDescent(-0.1), "alpha: got -0.1 at step 0, expected 0 <= alpha < inf"),
        (dl.GradientDescent(np.nan), "alpha: got nan"),
        (dl.Adam(0.1, beta=1.5), "beta: got 1.5 at step 0, expected 0 <= beta < 1"),
        (dl.Adam(0.1, gamma=1.0), "gamma: got 1.0"),
        (dl.GradientDescent(np.inf), "alpha: got inf"),
        (dl.GradientDescent(lambda t: -1.0), "alpha: got -1.0 at step 0"),
        (dl.Momentum(0.1, beta=1.0), "beta: got 1.0 at step 0, expected 0 <= beta < 1"),
        (dl.Adam(0.1, gamma=-0.5), "gamma: got -0.5"),
        (dl.Adam(0.1, eps=-1e-8), "eps: got -1e-08"),
        (dl.GradientDescent(np.ones(3)), r"alpha: got shape \(3,\) for phi of shape \(3,\)"),
        (dl.GradientDescent(np.ones((3, 1))), r"alpha: got shape \(3, 1\)"),
    ],
)
def test_what_is_out_of_range_is_named(optimizer, message):
    phi = np.ones(3)
    with pytest.raises(ValueError, match=message):
        optimizer.step(phi, quadratic, optimizer.init(phi))
    assert (phi == 1).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_or_memory_that_does_not_fit_is_named(name):
    optimizer, phi = OPTIMIZERS[name], np.ones((2, 3))
    for wrong in np.ones(3), np.ones((2, 1)), 1.0, None, [[1.0] * 3] * 2:
        with pytest.raises(
            ValueError, match=r"grad: it returned .*, expected phi's shape \(2, 3\)"
        ):
            optimizer.step(phi, lambda p, wrong=wrong: wrong, optimizer.init(phi))
    with pytest.raises(ValueError, match="phi: got int64, expected floats"):
        optimizer.step(np.ones(3, int), quadratic, optimizer.init(np.ones(3)))
    if optimizer.moments:
        with pytest.raises(ValueError, match="memory: its m does not fit"):
            optimizer.step(phi, quadratic, optimizer.init(phi[0]))
        with pytest.raises(ValueError, match="memory: its m does not fit"):
            optimizer.step(phi, quadratic, dl.GradientDescent(0.1).init(phi))
    assert (phi == 1).all()


def test_rates_of_a_population_have_its_shape():
    phi = np.ones((2, 3))
    for wrong in np.ones(2), np.ones((3, 1)), np.ones((2, 3)):
        optimizer = dl.GradientDescent(wrong)
        with pytest.raises(ValueError, match=r"expected a number, or \(M, 1\)"):
            optimizer.step(phi, quadratic, optimizer.init(phi))
    optimizer = dl.GradientDescent(np.array([[0.1], [-0.1]]))
    with pytest.raises(ValueError, match="alpha: got"):
        optimizer.step(phi, quadratic, optimizer.init(phi))


def test_the_usual_values():
    """Defaults of the papers; ε may be any size (1.0 is used), and a rate may be 0."""
    assert vars(dl.Adam()) == {"alpha": 0.001, "beta": 0.9, "gamma": 0.999, "eps": 1e-8}
    assert vars(dl.Momentum(0.1)) == {"alpha": 0.1, "beta": 0.9}
    phi = np.ones(2)
    for optimizer in dl.Adam(0.0, eps=1.0), dl.Adam(0.0, gamma=0.0, beta=0.0), dl.Momentum(0, 0):
        assert run(optimizer, phi, quadratic, 2).tolist() == [1, 1]
    assert run(dl.GradientDescent(50.0), phi, quadratic, 1).tolist() == [-49, -99]


def test_repr():
    assert repr(dl.Momentum(0.1)) == "Momentum(alpha=0.1, beta=0.9)"

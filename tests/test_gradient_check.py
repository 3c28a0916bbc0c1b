"""The check of gradients: what it finds, and what it takes for no bug."""

import numpy as np
import pytest

import dlnotes as dl
from registry import Centred


def test_a_wrong_gradient_is_found_and_named():
    f = dl.Network(dl.Dense(3, 4), dl.Tanh(), dl.Dense(4, 2))
    rng = np.random.default_rng(4)
    x, y, phi = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), f.init(rng)

    def spoiled(p):
        loss, dphi = f.gradient(x, y, p, dl.SquaredError())
        dphi[17] += 0.01
        return loss, dphi

    report = dl.check_gradient(spoiled, phi)
    assert report.worst == 17 and report.error == pytest.approx(0.01, rel=0.5)
    assert "phi[17]" in repr(report)
    reused = np.empty_like(phi)

    def buffered(p):
        loss, reused[:] = f.gradient(x, y, p, dl.SquaredError())
        return loss, reused

    assert dl.check_gradient(buffered, phi).error < 1e-8
    for bad in (
        {"coordinates": 5},
        {"coordinates": 0, "rng": rng},
        {"coordinates": 5, "rng": 0},
    ):
        with pytest.raises(ValueError, match="rng: got|coordinates: got"):
            dl.check_gradient(spoiled, phi, **bad)
    with pytest.raises(ValueError, match="fn: it returned float64, expected"):
        dl.check_gradient(np.sum, phi)
    with pytest.raises(ValueError, match="fn: got the class float, expected"):
        dl.check_gradient(float, phi)
    for h in 0, -1e-5, None, "small":
        with pytest.raises(ValueError, match="h: got"):
            dl.check_gradient(spoiled, phi, h=h)
    some = dl.check_gradient(spoiled, phi, rng=rng, coordinates=5)
    assert some.checked == 5
    gone = dl.check_gradient(lambda p: (p @ p, np.full_like(p, np.nan)), phi)
    assert gone.error == np.inf
    with pytest.raises(ValueError, match=r"fn: .* expected \(26,\)"):
        dl.check_gradient(lambda p: (0.0, np.zeros(3)), phi)
    with pytest.raises(ValueError, match="phi: got float32"):
        dl.check_gradient(spoiled, phi.astype(np.float32))


def vanishing():
    """Ten sigmoid layers: derivatives of the first are about 1e-9."""
    layers = []
    for _ in range(10):
        layers += [dl.Dense(4, 4, init=dl.glorot), dl.Sigmoid()]
    f = dl.Network(*layers)
    rng = np.random.default_rng(0)
    x, y, phi = rng.normal(size=(5, 4)), rng.random((5, 4)), f.init(rng)
    return lambda p: f.gradient(x, y, p, dl.SquaredError()), phi


def test_small_derivatives_are_measured_on_their_own_scale():
    """Twice too large, though both are almost 0."""
    fn, phi = vanishing()

    def doubled(p):
        loss, dphi = fn(p)
        dphi[:20] *= 2
        return loss, dphi

    assert np.abs(fn(phi)[1][:20]).max() < 1e-6
    assert dl.check_gradient(fn, phi).error < 1e-6
    report = dl.check_gradient(doubled, phi)
    assert report.worst < 20 and report.error == pytest.approx(0.5, abs=0.05)


def test_the_differences_are_those_at_h():
    """Of φ³ at 0 they are h², and 4h² at twice the step."""

    def cube(p):
        return float(p[0] ** 3), 3 * p**2

    report = dl.check_gradient(cube, np.zeros(1), h=0.01)
    assert report.differences == pytest.approx(1e-4)
    assert report.error == 0


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e8, 1e16])
def test_right_at_every_size_of_the_loss(size):
    """Rounding is no error of the gradient, nor is a constant."""
    phi = np.random.default_rng(0).normal(size=5)

    def scaled(p):
        return size * np.cos(3 * p).sum(), -3 * size * np.sin(3 * p)

    def shifted(p):
        return size + np.cos(3 * p).sum(), -3 * np.sin(3 * p)

    def wrong(p):
        return scaled(p)[0], 1.001 * scaled(p)[1]

    assert dl.check_gradient(scaled, phi).error < 1e-6
    assert dl.check_gradient(shifted, phi).error < 1e-6
    assert dl.check_gradient(wrong, phi).error == pytest.approx(1e-3, rel=0.01)


def test_statistics_are_put_back_and_noise_is_made_anew():
    f = dl.Network(dl.Dropout(0.5), dl.Dense(3, 4), Centred(4), dl.Dense(4, 2))
    rng = np.random.default_rng(0)
    x, y, phi = rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), f.init(rng)
    state = f.init_state(phi)
    before = state.copy()

    def fresh(p):
        rng = np.random.default_rng(1)
        return f.gradient(x, y, p, dl.SquaredError(), state=state, rng=rng)

    def shared(p):
        return f.gradient(x, y, p, dl.SquaredError(), state=state, rng=rng)

    assert dl.check_gradient(fresh, phi, state=state).error < 1e-6
    assert np.array_equal(state, before)
    with pytest.raises(ValueError, match="fn: it returned two losses"):
        dl.check_gradient(shared, phi, state=state)
    with pytest.raises(ValueError, match="state: got 3, expected a NumPy"):
        dl.check_gradient(fresh, phi, state=3)

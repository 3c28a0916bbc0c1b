"""Penalties: value and gradient belong together."""

import numpy as np
import pytest

import dlnotes as dl
from registry import PENALTIES, public

PHI = np.random.default_rng(0).normal(size=(3, 4))


def test_all_that_is_public_is_registered():
    assert set(public(dl.Penalty)) == {type(p) for p in PENALTIES.values()}


@pytest.mark.parametrize("name", PENALTIES)
def test_the_gradient_is_that_of_the_value(name):
    penalty = PENALTIES[name]
    report = dl.check_gradient(
        lambda phi: (penalty.value(phi), penalty.gradient(phi)), PHI[0]
    )
    assert report.error < 1e-8 and penalty.value(PHI[0]) > 0
    assert np.array_equal(
        penalty(lambda phi: 3 * phi)(PHI), 3 * PHI + penalty.gradient(PHI)
    )


@pytest.mark.parametrize("name", PENALTIES)
def test_lam_is_one_for_all_one_a_model_one_a_parameter_or_both(name):
    kind = type(PENALTIES[name])
    for shape in (3, 1), (4,), (3, 4):
        lam = np.random.default_rng(1).uniform(0.1, 1, shape)
        value, gradient = kind(lam).value(PHI), kind(lam).gradient(PHI)
        each = np.broadcast_to(lam, PHI.shape)
        for m in range(3):
            one = kind(each[m])
            assert value[m] == pytest.approx(one.value(PHI[m]), rel=1e-14)
            assert np.array_equal(gradient[m], one.gradient(PHI[m]))
    for wrong in np.ones(3), np.ones((4, 1)), np.ones((1, 4)):
        with pytest.raises(ValueError, match="^lam: got shape .* for phi"):
            kind(wrong).gradient(PHI)
    single = kind(np.float64(0.5)).gradient(PHI.astype("f4"))
    assert single.dtype == np.float32


def test_l2():
    """λ Σ φ², no ½ (items 68 and 79)."""
    phi = np.array([3.0, -4.0])
    assert dl.L2(0.5).value(phi) == 12.5
    assert dl.L2(0.5).gradient(phi).tolist() == [3, -4]
    spared = dl.L2(0.5 * np.array([True, False]))
    assert spared.value(phi) == 4.5 and spared.gradient(phi).tolist() == [3, 0]
    assert repr(dl.L2(0.5)) == "L2(0.5)"


def test_l1():
    """λ Σ |φ|; its proximal step minimises ½ |φ' - φ|² + α λ Σ |φ'|
    (item 128).
    """
    phi = np.array([3.0, -4.0, 0.0, 0.1, -0.1])
    assert dl.L1(0.5).value(phi) == pytest.approx(3.6)
    assert dl.L1(0.5).gradient(phi).tolist() == [0.5, -0.5, 0, 0.5, -0.5]
    grid = np.linspace(-5, 5, 100_001)
    for alpha in 0.0, 0.1, 1.0, 7.0:
        moved = phi.copy()
        dl.L1(0.5).shrink(moved, alpha)
        for old, new in zip(phi, moved):
            best = ((grid - old) ** 2 / 2 + alpha * 0.5 * np.abs(grid)).argmin()
            assert new == pytest.approx(grid[best], abs=1e-4)
    assert (moved[2:] == 0).all() and moved[:2].tolist() == [0, -0.5]
    spared = np.tile(phi, (2, 1))
    mask = np.array([1, 1, 0, 0, 0])
    dl.L1(1.0 * mask).shrink(spared, np.array([[1.0], [2.0]]))
    assert spared.tolist() == [[2, -3, 0, 0.1, -0.1], [1, -2, 0, 0.1, -0.1]]
    with pytest.raises(ValueError, match="^alpha: got -1"):
        dl.L1(0.5).shrink(phi, -1)
    single = phi.astype(np.float32)
    dl.L1(0.5).shrink(single, 0.1)
    assert single.dtype == np.float32


@pytest.mark.parametrize("name", PENALTIES)
def test_what_is_no_penalty(name):
    kind = type(PENALTIES[name])
    for bad in -1, np.nan, np.inf, None, "1", [0.1, -0.1], np.ones(0), 1j:
        with pytest.raises(ValueError, match="^lam: got .*, expected 0 <= lam"):
            kind(bad)
    with pytest.raises(ValueError, match="^grad: got None, expected a funct"):
        kind(0.1)(None)
    for bad in [1.0], np.ones(2, int), np.ones((1, 1, 1)):
        with pytest.raises(ValueError, match="^phi: got"):
            kind(0.1).value(bad)

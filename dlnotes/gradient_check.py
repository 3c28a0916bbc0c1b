"""Is a gradient right? Compare it with finite differences."""

from typing import NamedTuple

import numpy as np

from . import checks


class GradientCheck(NamedTuple):
    """The outcome of `check_gradient`: the largest relative error, and where it
    is.
    """

    error: float
    worst: int
    gradient: float
    differences: float
    checked: int

    def __repr__(self):
        return (
            f"{self.checked:,} derivatives checked; largest error"
            f" {self.error:.0e}, at phi[{self.worst}]: gradient"
            f" {self.gradient:.6g}, differences {self.differences:.6g}"
        )


def check_gradient(fn, phi, *, rng=None, coordinates=None, state=None, h=1e-5):
    """Compare the gradient that ``fn`` returns with central differences of the
    loss it returns.

    b = (L[φ + h eⱼ] - L[φ - h eⱼ]) / 2h for every coordinate j, or for
    ``coordinates`` of them drawn by ``rng``. The differences themselves are
    uncertain by u: by rounding, and by what they change with the step 2h. The
    error of a derivative a is what exceeds u, on the derivative's own scale:
    ``(|a - b| - u) / max(|a|, |b|)``, at least 0. Below 1e-6 is right, above
    1e-3 a bug (or a kink of ReLU within h).

    ``fn(phi)`` returns ``(loss, dphi)``, the same whenever it is called: a
    random layer needs a Generator made anew in ``fn``. φ is (P,) and float64.
    ``state``: running statistics that ``fn`` moves; they are put back.

    Lecture item 10. Source: the definition of a derivative; Bengio 2012,
    arXiv:1206.5533, section 4.

    >>> phi = np.array([1.0, 2.0, 3.0])
    >>> check_gradient(lambda phi: (np.sum(phi**2), 2 * phi), phi).error < 1e-8
    True
    >>> wrong = lambda phi: (np.sum(phi**2), 2 * phi + np.eye(3)[1])
    >>> check_gradient(wrong, phi).worst
    1
    """
    phi = np.array(checks.floats("phi", phi))
    if phi.ndim != 1 or phi.dtype != np.float64 or phi.size == 0:
        raise ValueError(
            f"phi: got {phi.dtype} of shape {phi.shape}, expected float64 of"
            " shape (P,)"
        )
    checks.number("h", h, 0, np.inf, closed=False)
    call = _caller(checks.function("fn", fn), phi, state)
    loss, ours = call(phi)
    if call(phi)[0] != loss and np.isfinite(loss):
        raise ValueError(
            "fn: it returned two losses for the same phi, expected one; a"
            " random layer needs a Generator made anew in fn"
        )
    where = np.arange(phi.size)
    if coordinates is not None:
        checks.count("coordinates", coordinates)
        checks.generator("rng", rng)
        if coordinates < phi.size:
            where = rng.choice(phi.size, coordinates, replace=False)
    ours, theirs, doubt = ours[where], *_differences(call, phi, where, h)
    scale = np.maximum(np.abs(ours), np.abs(theirs))
    excess = np.maximum(np.abs(ours - theirs) - doubt, 0)
    errors = excess / np.where(scale > 0, scale, 1)
    errors[np.isnan(errors)] = np.inf
    k = int(np.argmax(errors))
    return GradientCheck(
        float(errors[k]),
        int(where[k]),
        float(ours[k]),
        float(theirs[k]),
        len(where),
    )


def _differences(call, phi, where, h):
    """Central differences, and how uncertain they are."""
    slopes, size = np.empty((2, len(where))), 0.0
    for k, j in enumerate(where):
        for row, step in enumerate((h, 2 * h)):
            up, down = phi.copy(), phi.copy()
            up[j] += step
            down[j] -= step
            above, below = call(up)[0], call(down)[0]
            slopes[row, k] = (above - below) / (up[j] - down[j])
            size = max(size, abs(above), abs(below))
    rounding = 8 * np.finfo(float).eps * size / h
    return slopes[0], rounding + np.abs(slopes[0] - slopes[1])


def _caller(fn, phi, state):
    """``fn`` with its result checked, and the statistics put back."""
    kept = None if state is None else checks.writable("state", state).copy()

    def call(point):
        pair = fn(point.copy())
        if kept is not None:
            state[...] = kept
        if not isinstance(pair, tuple) or len(pair) != 2 or np.ndim(pair[0]):
            raise ValueError(
                f"fn: it returned {type(pair).__name__}, expected (loss, dphi),"
                " loss a number"
            )
        # A copy, for fn may use the same buffer again.
        gradient = np.array(pair[1], float)
        if gradient.shape != phi.shape:
            raise ValueError(
                f"fn: its gradient has shape {gradient.shape}, expected"
                f" {phi.shape}"
            )
        return float(pair[0]), gradient

    return call

"""Is a gradient right? Compare it with finite differences."""

from typing import NamedTuple

import numpy as np

from .networks import _check_count, _check_rng


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


def check_gradient(fn, phi, *, rng=None, coordinates=None, h=1e-5):
    """Compare the gradient that ``fn`` returns with central differences of the
    loss it returns.

    (L[φ + h eⱼ] - L[φ - h eⱼ]) / 2h for every coordinate j, or for
    ``coordinates`` of them drawn by ``rng``. ``fn(phi)`` returns ``(loss,
    dphi)``; φ is (P,) and float64. The error of a coordinate is ``|a - b| /
    max(1, |a|, |b|)``: around 1e-9 is right, 1e-3 is a bug (or a kink of ReLU
    within h).

    Lecture item 10. Source: the definition of a derivative; Bengio 2012,
    arXiv:1206.5533, section 4.

    >>> phi = np.array([1.0, 2.0, 3.0])
    >>> check_gradient(lambda phi: (np.sum(phi**2), 2 * phi), phi).error < 1e-8
    True
    >>> wrong = lambda phi: (np.sum(phi**2), 2 * phi + np.eye(3)[1])
    >>> check_gradient(wrong, phi).worst
    1
    """
    phi = np.array(phi)
    if phi.ndim != 1 or phi.dtype != np.float64 or phi.size == 0:
        raise ValueError(
            f"phi: got {phi.dtype} of shape {phi.shape}, expected float64 of"
            " shape (P,)"
        )
    pair = fn(phi.copy())
    if not isinstance(pair, tuple) or len(pair) != 2 or np.ndim(pair[0]) != 0:
        raise ValueError(
            f"fn: it returned {type(pair).__name__}, expected (loss, dphi),"
            " loss a number"
        )
    ours = np.array(pair[1], float)  # a copy: fn may use the same buffer again
    if ours.shape != phi.shape:
        raise ValueError(
            f"fn: its gradient has shape {ours.shape}, expected {phi.shape}"
        )
    where = np.arange(phi.size)
    if coordinates is not None:
        _check_count("coordinates", coordinates)
        _check_rng(rng)
    if coordinates is not None and coordinates < phi.size:
        where = rng.choice(phi.size, coordinates, replace=False)
    theirs = np.empty(len(where))
    for k, j in enumerate(where):
        losses = []
        for shift in h, -h:
            moved = phi.copy()
            moved[j] += shift
            losses.append(fn(moved)[0])
        theirs[k] = (losses[0] - losses[1]) / (2 * h)
    ours = ours[where]
    errors = np.abs(ours - theirs) / np.maximum(
        1, np.maximum(np.abs(ours), np.abs(theirs))
    )
    errors[np.isnan(errors)] = np.inf
    k = int(np.argmax(errors))
    return GradientCheck(
        float(errors[k]),
        int(where[k]),
        float(ours[k]),
        float(theirs[k]),
        len(where),
    )

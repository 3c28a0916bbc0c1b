"""Penalties: terms added to the loss, here by their gradients."""

import numpy as np


def l2(lam):
    """The penalty λ Σ φ² for ``train(…, wrap=l2(0.01))``: it adds 2 λ φ to the
    gradient.

    ``lam``: λ, a number, (M, 1) for a population, or an array of φ's shape;
    ``0.01 * f.decay_mask`` spares the biases. The loss that `train` reports is
    without the penalty. Lecture items 68 and 79 (Algorithm 17). Source:
    Tikhonov 1963; Hoerl & Kennard 1970.

    >>> l2(0.5)(lambda phi: 0 * phi)(np.array([3.0, -4.0])).tolist()
    [3.0, -4.0]
    """
    if not np.all((np.asarray(lam) >= 0) & np.isfinite(lam)):
        raise ValueError(f"lam: got {lam!r}, expected numbers, at least 0")

    def wrap(grad):
        return lambda phi: grad(phi) + np.asarray(2 * lam, phi.dtype) * phi

    return wrap

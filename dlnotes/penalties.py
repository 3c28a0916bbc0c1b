"""Penalties: terms λ Ω[φ] added to the loss, by their value and their
gradient.
"""

import numpy as np

from . import checks


class Penalty:
    """A term added to the loss: `value` is drawn, `gradient` is descended.

    ``penalty(grad)`` is the gradient function with the penalty's own added, as
    in ``train(…, wrap=L2(0.01))``; the loss that `train` reports is without the
    penalty. A subclass writes `of`, the terms of λ's sum and their derivatives.
    ``lam``: λ, at least 0: a number, (M, 1) for a population, (P,) for one of
    each parameter, or (M, P). A number shrinks biases, too; ``lam=0.01 *
    f.decay_mask`` spares them. Lecture item 79.
    """

    def __init__(self, lam):
        self.lam = checks.numbers("lam", lam, 0, np.inf)

    def of(self, phi):
        """Ω of every parameter, and its derivative: two arrays of φ's shape."""
        raise NotImplementedError

    def value(self, phi):
        """λ Ω[φ]: a number, or (M,) for a population."""
        value = (self._lam(phi) * self.of(phi)[0]).sum(axis=-1)
        return float(value) if phi.ndim == 1 else value

    def gradient(self, phi):
        """∂(λ Ω)/∂φ, of φ's shape."""
        return self._lam(phi) * self.of(phi)[1]

    def __call__(self, grad):
        checks.function("grad", grad)
        return lambda phi: grad(phi) + self.gradient(phi)

    def _lam(self, phi):
        """λ in φ's float type, if it has a shape that fits."""
        checks.parameters("phi", phi)
        lam = np.asarray(self.lam, phi.dtype)
        if lam.ndim:
            checks.spread("lam", lam, phi)
        return lam

    def __repr__(self):
        return f"{type(self).__name__}({checks.shown(self.lam)})"


class L2(Penalty):
    """The penalty λ Σ φ², no ½: its gradient is 2 λ φ.

    Lecture items 68 and 79 (Algorithm 17). Source: Tikhonov 1963; Hoerl &
    Kennard 1970.

    >>> penalty, phi = L2(0.5), np.array([3.0, -4.0])
    >>> penalty.value(phi), penalty.gradient(phi).tolist()
    (12.5, [3.0, -4.0])
    >>> penalty(lambda phi: np.ones(2))(phi).tolist()
    [4.0, -3.0]
    """

    def of(self, phi):
        return phi * phi, 2 * phi

"""Penalties: terms λ Ω[φ] added to the loss, by their value and their
gradient; and a bound on the weights in their place.
"""

import numpy as np

from . import checks
from .layers import Dense
from .networks import Network


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
        return _spread("lam", self.lam, phi)

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


class L1(Penalty):
    """The penalty λ Σ abs(φ): its gradient is λ sign(φ), and 0 at 0.

    Its minimum has exact zeros, but steps along that gradient jump over them.
    `shrink` after each plain step of gradient descent lands on them: together
    they are proximal gradient descent. Lecture item 128. Source: Tibshirani
    1996; Beck & Teboulle 2009.

    >>> penalty, phi = L1(0.5), np.array([3.0, -4.0])
    >>> penalty.value(phi), penalty.gradient(phi).tolist()
    (3.5, [0.5, -0.5])
    """

    def of(self, phi):
        return np.abs(phi), np.sign(phi)

    def shrink(self, phi, alpha):
        """The proximal step, in place: φ ← sign(φ) max(abs(φ) - α λ, 0).

        It minimises ½ Σ (φ' - φ)² + α λ Σ abs(φ') over φ'. ``alpha``: the
        learning rate of the step before, a number, or an array as λ may be.

        >>> phi = np.array([3.0, 0.25, -4.0])
        >>> L1(0.5).shrink(phi, alpha=1.0)
        >>> phi.tolist()
        [2.5, 0.0, -3.5]
        """
        lam = self._lam(phi)
        alpha = checks.numbers("alpha", alpha, 0, np.inf)
        by = _spread("alpha", alpha, phi) * lam
        phi[...] = np.sign(phi) * np.maximum(np.abs(phi) - by, 0)


def max_norm(f, phi, limit):
    """Shorten, in place, the incoming weights of every unit of the dense layers
    that are longer than ``limit``: w ← w limit/‖w‖.

    A projection, for after each step of `train`; biases are spared. ``phi``:
    (P,) or (M, P). Lecture item 89 (Algorithm 21). Source: Srebro & Shraibman
    2005; Srivastava et al. 2014.

    >>> f, phi = Network(Dense(2, 2)), np.array([3.0, 4.0, 0.3, 0.4, 7.0, 7.0])
    >>> max_norm(f, phi, limit=1.0)
    >>> phi.round(12).tolist()
    [0.6, 0.8, 0.3, 0.4, 7.0, 7.0]
    """
    checks.instance("f", f, Network)
    f._check_phi(phi)
    checks.writable("phi", phi)
    limit = checks.number("limit", limit, 0, np.inf, closed=False)
    for layer, own, _ in f.leaves():
        if isinstance(layer, Dense):
            Omega, _ = layer.views(phi[..., own])
            length = np.linalg.norm(Omega, axis=-1, keepdims=True)
            Omega *= (limit / np.maximum(length, limit)).astype(phi.dtype)


def _spread(name, value, phi):
    """``value`` in φ's float type, if it is a number or its shape fits."""
    value = np.asarray(value, phi.dtype)
    if value.ndim:
        checks.spread(name, value, phi)
    return value

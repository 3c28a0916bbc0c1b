"""Activation functions: layers without parameters, applied to each number on
its own.
"""

import numpy as np

from . import checks
from .layers import Layer


def sigmoid(z):
    """The logistic function σ(z) = 1/(1 + e⁻ᶻ), of any shape; no overflow,
    exact in both tails.

    Lecture item 103.

    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    z = checks.real("z", z)
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1) / (1 + e)


def softmax(f):
    """Probabilities from logits: exp fₖ / Σⱼ exp fⱼ over the last axis; no
    overflow.

    ``f``: (..., K); result: the same shape, rows that sum to 1. An infinite
    logit is the limit: -inf has probability 0, and +inf all of it. Lecture item
    25. Source: Bridle 1990.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    p = np.exp(_shifted(f, -1))
    return p / p.sum(axis=-1, keepdims=True)


def log_softmax(f, axis=-1):
    """Logarithms of the probabilities: fₖ - log Σⱼ exp fⱼ over an axis, exact
    in the tails.

    ``f``: the classes along ``axis``, the last one if nothing is said; result:
    the same shape. An infinite logit is the limit, as in `softmax`. Lecture
    item 25. Source: Bridle 1990.

    >>> log_softmax(np.array([1000.0, 0.0])).tolist()
    [0.0, -1000.0]
    """
    z = _shifted(f, axis)
    z -= np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return z


def _shifted(f, axis):
    """f minus its largest entry, so that no exponential overflows."""
    f = checks.real("f", f, axes=1)
    if type(axis) is not int or not -f.ndim <= axis < f.ndim:
        raise ValueError(
            f"axis: got {checks.shown(axis)}, expected one of the {f.ndim} axes"
        )
    largest = f.max(axis=axis, keepdims=True)
    if np.isfinite(largest).all():
        return f - largest
    with np.errstate(invalid="ignore"):
        return np.where(f == largest, 0, f - largest).astype(f.dtype)


class Identity(Layer):
    """The linear activation a[z] = z; a network of nothing else is one affine
    map.

    Lecture item 116 (a leaky ReLU of slope 1).

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> Network(Identity())(np.array([[-2.0, 3.0]]), np.empty(0)).tolist()
    [[-2.0, 3.0]]
    """

    def forward(self, x, phi, ctx):
        return x, None

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy


class ReLU(Layer):
    """The rectified linear unit a[z] = max(0, z), with derivative 1 for z > 0
    and 0 for z ≤ 0.

    Lecture items 1 and 114. Source: Fukushima 1969; Nair & Hinton 2010.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> Network(ReLU())(np.array([[-2.0, 3.0]]), np.empty(0)).tolist()
    [[0.0, 3.0]]
    """

    def forward(self, x, phi, ctx):
        y = np.maximum(x, 0)
        return y, y

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        dx = np.empty_like(dy)
        np.greater(saved, 0, out=dx)  # y > 0 just where z > 0
        dx *= dy
        return dx


class Sigmoid(Layer):
    """The logistic activation a[z] = 1/(1 + e⁻ᶻ), with a' = a (1 - a), at most
    ¼.

    Lecture items 103 and 107. Source: Rumelhart, Hinton & Williams 1986.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> Network(Sigmoid())(np.array([[0.0]]), np.empty(0)).tolist()
    [[0.5]]
    """

    def forward(self, x, phi, ctx):
        y = sigmoid(x)
        return y, y

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy * saved * (1 - saved)


class Tanh(Layer):
    """The hyperbolic tangent a[z] = tanh z, with a' = 1 - a².

    Lecture item 113. Source: LeCun, Bottou, Orr & Müller 1998, "Efficient
    BackProp".

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> Network(Tanh())(np.array([[0.0]]), np.empty(0)).tolist()
    [[0.0]]
    """

    def forward(self, x, phi, ctx):
        y = np.tanh(x)
        return y, y

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy * (1 - saved * saved)

"""Activation functions: layers that are applied to each number on its own. The
smooth gates, from GELU to ACON, are in gates.py.
"""

import math

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


class LeakyReLU(Layer):
    """The leaky rectifier a[z] = z for z > 0, ``slope`` · z for z ≤ 0.

    For a slope from 0 to 1 that is max(slope · z, z). Lecture items 42 and 116.
    Source: Maas, Hannun & Ng 2013.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> Network(LeakyReLU(0.2))(np.array([[-2.0, 3.0]]), np.empty(0)).tolist()
    [[-0.4, 3.0]]
    """

    def __init__(self, slope=0.01):
        self.slope = checks.number("slope", slope, -np.inf, np.inf, False)

    def forward(self, x, phi, ctx):
        return np.maximum(x, 0) + self.slope * np.minimum(x, 0), x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return np.where(saved > 0, dy, self.slope * dy)

    def __repr__(self):
        return f"LeakyReLU({self.slope})"


class RReLU(Layer):
    """The randomized leaky rectifier: each negative number has a slope of its
    own, drawn uniformly from ``low`` to ``high``; without a Generator all have
    the mean, (low + high)/2.

    With the mean of what is drawn, the output is the mean of the random ones.
    Xu et al. draw 1/slope uniformly instead, from 3 to 8, and divide by 5.5 at
    test time: a slope of 0.182, where their mean is log(8/3)/5 = 0.196.

    Lecture item 43. Source: Xu, Wang, Chen & Li 2015, arXiv:1505.00853.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f, x = Network(RReLU(0.1, 0.3)), np.array([[-2.0, 3.0]])
    >>> f(x, np.empty(0)).round(12).tolist()
    [[-0.4, 3.0]]
    >>> f(x, np.empty(0), rng=np.random.default_rng(0)).round(3).tolist()
    [[-0.455, 3.0]]
    """

    draws = True

    def __init__(self, low=1 / 8, high=1 / 3):
        self.low = checks.number("low", low, -np.inf, np.inf, False)
        self.high = checks.number("high", high, -np.inf, np.inf, False)
        checks.limits(low=low, high=high)

    def forward(self, x, phi, ctx):
        slopes = (self.low + self.high) / 2
        if ctx.rng is not None:
            drawn = ctx.draw(np.random.Generator.random, x.shape)
            slopes = self.low + (self.high - self.low) * drawn
        slopes = np.where(x > 0, 1, slopes).astype(x.dtype)
        return slopes * x, slopes

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy * saved

    def __repr__(self):
        return f"RReLU({self.low:.4g}, {self.high:.4g})"


class PReLU(Layer):
    """The parametric rectifier: a leaky one whose slope is learned, a[z] =
    max(0, z) + α min(0, z), with ∂a/∂α = min(0, z).

    ``d``: 1 for one slope that all features share, or the number of features,
    the last axis, for one each. The slopes start at ``slope`` and do not decay.
    Lecture item 44. Source: He, Zhang, Ren & Sun 2015, arXiv:1502.01852.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f = Network(PReLU())
    >>> f(np.array([[-2.0, 3.0]]), f.init(np.random.default_rng(0))).tolist()
    [[-0.5, 3.0]]
    """

    def __init__(self, d=1, slope=0.25):
        self.size = checks.count("d", d)
        self.slope = checks.number("slope", slope, -np.inf, np.inf, False)
        self.expects = (...,) if d == 1 else (..., self.size)

    def fill(self, phi, rng):
        phi[...] = self.slope

    def forward(self, x, phi, ctx):
        slope = per_feature(phi, x)
        return np.maximum(x, 0) + slope * np.minimum(x, 0), x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        dphi[...] = over_examples(dy * np.minimum(saved, 0), phi)
        return np.where(saved > 0, dy, per_feature(phi, saved) * dy)

    def __repr__(self):
        return f"PReLU({self.size})"


class ELU(Layer):
    """The exponential linear unit a[z] = z for z ≥ 0, α (eᶻ - 1) for z < 0,
    where its slope is α eᶻ.

    ``alpha``: at least 0. Lecture items 45 and 117. Source: Clevert,
    Unterthiner & Hochreiter 2015, arXiv:1511.07289.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> Network(ELU())(np.array([[-1e4, 3.0]]), np.empty(0)).tolist()
    [[-1.0, 3.0]]
    """

    scale = 1.0

    def __init__(self, alpha=1.0):
        self.alpha = checks.number("alpha", alpha, 0, np.inf)

    def forward(self, x, phi, ctx):
        below = self.alpha * np.expm1(np.minimum(x, 0))  # 0 for x > 0
        return self.scale * (np.maximum(x, 0) + below), x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        slope = self.alpha * np.exp(np.minimum(saved, 0))
        slope[saved >= 0] = 1
        return self.scale * slope * dy

    def __repr__(self):
        return f"ELU({self.alpha})"


def _selu_constants():
    """α and λ for which z ~ N(0, 1) gives E[a[z]] = 0 and E[a[z]²] = 1.

    With φ and Φ the density and the distribution function of N(0, 1), the
    integrals of zʲ over z > 0 are φ(0) and ½, those of eᶻ and e²ᶻ over z < 0
    are √e Φ(-1) and e² Φ(-2).
    """
    exp1, exp2 = (
        math.exp(k * k / 2) * math.erfc(k / math.sqrt(2)) / 2 for k in (1, 2)
    )
    alpha = 1 / math.sqrt(2 * math.pi) / (0.5 - exp1)
    square = 0.5 + alpha**2 * (exp2 - 2 * exp1 + 0.5)
    return alpha, 1 / math.sqrt(square)


class SELU(ELU):
    """The scaled exponential linear unit: λ times an `ELU`, with λ = 1.0507…
    and α = 1.6733…

    These are the numbers for which inputs from N(0, 1) give outputs of mean 0
    and variance 1, when the weights are `lecun`'s. Lecture items 46 and 118.
    Source: Klambauer, Unterthiner, Mayr & Hochreiter 2017, arXiv:1706.02515.

    >>> round(SELU().alpha, 14), round(SELU().scale, 14)
    (1.67326324235438, 1.05070098735548)
    """

    def __init__(self):
        super().__init__(SELU_ALPHA)
        self.scale = SELU_LAMBDA

    def __repr__(self):
        return "SELU()"


SELU_ALPHA, SELU_LAMBDA = _selu_constants()


def per_feature(values, x):
    """Parameters of shape (d,) or (M, d) so that they meet the last axis of x,
    (N, …, d) or (M, N, …, d).
    """
    axes = range(values.ndim - 1, x.ndim - 1)
    return np.expand_dims(values, tuple(axes))


def over_examples(dvalues, values):
    """The sum of what each number of an input said, in the shape of the
    parameters: those that all features share have one number.
    """
    axes = tuple(range(values.ndim - 1, dvalues.ndim - 1))
    total = dvalues.sum(axis=axes)
    if values.shape[-1] == 1:
        return total.sum(axis=-1, keepdims=True)
    return total

"""Losses as distributions: Algorithm 1 of lecture 2 as an interface.

The network's output f, of shape (N, D), holds the parameters of a distribution
over the target. The loss of an example is its negative log-likelihood, and
everything else follows.
"""

import math

import numpy as np

from .activations import sigmoid


class Distribution:
    """Algorithm 1: choose a distribution; loss, derivative, prediction and
    samples follow.

    A subclass writes `nll_and_gradient`, `mode` and `sample`. Shapes: the
    output f is (N, D), or (M, N, D) for a population of M models; targets are
    shared, or have the same leading axis. ``labels`` says that a target is a
    class number, not an array like the output. Lecture item 21. Source: Prince
    2023, "Understanding Deep Learning", section 5.2.
    """

    labels = False

    def nll_and_gradient(self, f, y):
        """-log Pr(y|f) of each example, summed over outputs, (..., N), and its
        derivative by f.
        """
        raise NotImplementedError

    def nll(self, f, y):
        """The negative log-likelihood of each example, of shape (..., N)."""
        return self.nll_and_gradient(f, y)[0]

    def mode(self, f):
        """The most probable target: what to predict."""
        raise NotImplementedError

    def sample(self, f, rng):
        """A random target for each example, of the shape of `mode`."""
        raise NotImplementedError

    def entropy(self, f):
        """Entropy H = -E[log Pr(y|f)] of each example, in nats, summed over the
        outputs: (..., N).
        """
        raise NotImplementedError(f"{self!r} has no entropy in closed form")

    def kl(self, f, g):
        """Divergence D_KL[Pr(.|f) || Pr(.|g)] of each example, in nats, over
        the outputs: (..., N).
        """
        raise NotImplementedError(f"{self!r} has no divergence in closed form")

    def cross_entropy(self, f, g):
        """-E[log Pr(y|g)] for y from Pr(.|f): the entropy of f and the
        divergence from f to g.
        """
        return self.entropy(f) + self.kl(f, g)

    def __repr__(self):
        return f"{type(self).__name__}()"


class SquaredError(Distribution):
    """The squared error (f - y)²: a Gaussian of mean f and variance ½, its
    constants dropped.

    -log N(y; f, ½) = (f - y)² + ½ log π, and the last term does not depend on
    f. Summed over the outputs; no factor ½. Targets: real, of exactly the
    output's shape. Lecture item 22 (Example 1). Source: Gauss 1809; Prince
    2023, section 5.3.

    >>> import numpy as np
    >>> f, y = np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]])
    >>> nll, df = SquaredError().nll_and_gradient(f, y)
    >>> nll.tolist(), df.tolist()
    ([5.0], [[2.0, -4.0]])
    """

    def nll_and_gradient(self, f, y):
        y = _targets(f, y)
        r = f - y
        return (r * r).sum(axis=-1), 2 * r

    def mode(self, f):
        return f

    def sample(self, f, rng):
        return f + rng.normal(0, math.sqrt(0.5), f.shape).astype(f.dtype)

    def entropy(self, f):
        return np.full(
            f.shape[:-1],
            f.shape[-1] * 0.5 * math.log(math.pi * math.e),
            f.dtype,
        )

    def kl(self, f, g):
        return self.nll(f, _targets(f, g))


class Gaussian(Distribution):
    """A normal distribution: f is its mean; with ``sigma=None``, its means and
    log σ, side by side.

    -log Pr = ½ log 2π + log σ + (y - μ)²/(2σ²), summed over the outputs. With a
    number ``sigma`` (or one for each output) the network has D outputs μ; with
    None it has 2D, first the D means, then the D values s = log σ, and the
    derivatives are -(y - μ) e⁻²ˢ and 1 - (y - μ)² e⁻²ˢ. Targets: real, (N, D).
    The mode is μ. Lecture items 22 and 23. Source: Gauss 1809; Nix & Weigend
    1994, "Estimating the mean and variance of the target probability
    distribution".

    >>> import numpy as np
    >>> y = np.array([[3.0]])
    >>> Gaussian(2.0).nll(np.array([[1.0]]), y).round(4).tolist()
    [2.1121]
    >>> f = np.array([[1.0, np.log(2)]])
    >>> nll, df = Gaussian(None).nll_and_gradient(f, y)
    >>> nll.round(4).tolist(), df.round(4).tolist()
    ([2.1121], [[-0.5, 0.0]])
    """

    def __init__(self, sigma=1.0):
        self.sigma = None if sigma is None else _positive("sigma", sigma)

    def _parameters(self, f):
        """The means, and log σ: two arrays of shape (..., N, D)."""
        _output(f)
        if self.sigma is not None:
            return f, np.broadcast_to(np.log(self.sigma), f.shape).astype(
                f.dtype
            )
        if f.shape[-1] % 2:
            raise ValueError(
                f"f: got {f.shape[-1]} outputs, expected D means and D values"
                " log σ"
            )
        D = f.shape[-1] // 2
        return f[..., :D], f[..., D:]

    def nll_and_gradient(self, f, y):
        mu, s = self._parameters(f)
        r = (mu - _targets(mu, y)) * np.exp(-s)
        nll = (0.5 * math.log(2 * math.pi) + s + 0.5 * r * r).sum(axis=-1)
        dmu = r * np.exp(-s)
        return nll, (
            dmu
            if self.sigma is not None
            else np.concatenate([dmu, 1 - r * r], axis=-1)
        )

    def mode(self, f):
        return self._parameters(f)[0]

    def sample(self, f, rng):
        mu, s = self._parameters(f)
        return mu + (np.exp(s) * rng.normal(size=mu.shape)).astype(f.dtype)

    def entropy(self, f):
        _, s = self._parameters(f)
        return (0.5 * math.log(2 * math.pi * math.e) + s).sum(axis=-1)

    def kl(self, f, g):
        (mu, s), (nu, t) = self._parameters(f), self._parameters(_targets(f, g))
        square = (mu - nu) * np.exp(-t)
        return (t - s + 0.5 * (np.exp(2 * (s - t)) + square * square - 1)).sum(
            axis=-1
        )

    def __repr__(self):
        return f"Gaussian({self.sigma})"


class Laplace(Distribution):
    """A double exponential of scale b around f: its loss is the absolute error,
    robust to outliers.

    -log Pr = log 2b + ``abs(y - f)``/b, summed over the outputs; the derivative
    is sign(f - y)/b, and 0 at f = y. Its mode is f, its best constant the
    median. Targets: real, of exactly the output's shape. Lecture item 21.
    Source: Laplace 1774; Prince 2023, section 5.6.

    >>> import numpy as np
    >>> f, y = np.array([[1.0]]), np.array([[4.0]])
    >>> nll, df = Laplace(0.5).nll_and_gradient(f, y)
    >>> nll.tolist(), df.tolist()
    ([6.0], [[-2.0]])
    """

    def __init__(self, b=1.0):
        self.b = _positive("b", b)

    def nll_and_gradient(self, f, y):
        r = f - _targets(f, y)
        b = np.asarray(self.b, f.dtype)
        return (np.log(2 * b) + np.abs(r) / b).sum(axis=-1), np.sign(r) / b

    def mode(self, f):
        return f

    def sample(self, f, rng):
        return f + (self.b * rng.laplace(size=f.shape)).astype(f.dtype)

    def entropy(self, f):
        b = np.broadcast_to(np.asarray(self.b, f.dtype), f.shape)
        return (1 + np.log(2 * b)).sum(axis=-1)

    def kl(self, f, g):
        r = np.abs(f - _targets(f, g)) / np.asarray(self.b, f.dtype)
        return (r + np.expm1(-r)).sum(axis=-1)

    def __repr__(self):
        return f"Laplace({self.b})"


class Poisson(Distribution):
    """A count: f is the logarithm of its rate, so that every f is allowed.

    -log Pr = eᶠ - y f + log y!, summed over the outputs; the derivative is eᶠ -
    y. The mode is the whole number at or below the rate. Targets: whole numbers
    from 0, of exactly the output's shape. Lecture item 21. Source: Poisson
    1837; Prince 2023, section 5.6.

    >>> import numpy as np
    >>> nll, df = Poisson().nll_and_gradient(np.array([[0.0]]), np.array([[3]]))
    >>> nll.round(4).tolist(), df.tolist()
    ([2.7918], [[-2.0]])
    """

    def nll_and_gradient(self, f, y):
        y = _targets(f, y)
        if not (y.min() >= 0 and np.all(y == np.floor(y))):
            raise ValueError(
                "y: got a value that is no count, expected whole numbers from 0"
            )
        with np.errstate(over="ignore"):
            rate = np.exp(f)
        factorial = np.vectorize(math.lgamma, otypes=[f.dtype])(y + 1)
        return (rate - y * f + factorial).sum(axis=-1), rate - y

    def mode(self, f):
        return np.floor(np.exp(f)).astype(int)

    def sample(self, f, rng):
        return rng.poisson(np.exp(f))

    def kl(self, f, g):
        g = _targets(f, g)
        return (np.exp(f) * (f - g + np.expm1(g - f))).sum(axis=-1)


class Bernoulli(Distribution):
    """Binary outcomes: f is a logit, Pr(y = 1) = σ(f); the loss is the binary
    cross-entropy.

    -log Pr = log(1 + eᶠ) - y f, in the form ``max(f, 0) - y f + log(1 +
    exp(-abs(f)))`` that cannot overflow; the derivative is σ(f) - y. Summed
    over the outputs. Targets: 0 or 1 (or a probability between them), of
    exactly the output's shape. Lecture item 24 (Example 2). Source: Cox 1958;
    Prince 2023, section 5.4.

    >>> import numpy as np
    >>> f, y = np.array([[40.0]]), np.array([[0]])
    >>> nll, df = Bernoulli().nll_and_gradient(f, y)
    >>> nll.tolist(), df.tolist()
    ([40.0], [[1.0]])
    """

    def nll_and_gradient(self, f, y):
        y = _targets(f, y)
        if not (y.min() >= 0 and y.max() <= 1):
            raise ValueError(
                f"y: got values from {y.min()} to {y.max()}, expected 0 to 1"
            )
        nll = np.maximum(f, 0) - y * f + np.log1p(np.exp(-np.abs(f)))
        return nll.sum(axis=-1), sigmoid(f) - y

    def mode(self, f):
        return (f > 0).astype(int)

    def sample(self, f, rng):
        return (rng.random(f.shape) < sigmoid(f)).astype(int)

    def entropy(self, f):
        return self.nll(
            f, sigmoid(f)
        )  # the loss with soft targets, at its minimum

    def kl(self, f, g):
        return self.nll(_targets(f, g), sigmoid(f)) - self.entropy(f)


class Categorical(Distribution):
    """One of K classes: f are K logits, Pr(y = k) = softmax_k(f); multiclass
    cross-entropy.

    -log Pr = log Σⱼ exp fⱼ - f_y, shifted by the largest logit so that nothing
    overflows; the derivative is softmax(f) minus the one-hot target. Targets:
    whole numbers 0 … K-1, of shape (N,). Lecture item 25 (Example 3). Source:
    Bridle 1990; Prince 2023, section 5.5.

    >>> import numpy as np
    >>> f, y = np.array([[1000.0, 0.0]]), np.array([1])
    >>> nll, df = Categorical().nll_and_gradient(f, y)
    >>> nll.tolist(), df.tolist()
    ([1000.0], [[1.0, -1.0]])
    """

    labels = True

    def nll_and_gradient(self, f, y):
        target = _labels(f, y)[..., None] == np.arange(f.shape[-1])  # one-hot
        z = f - f.max(axis=-1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=-1, keepdims=True)
        nll = np.log(total[..., 0]) - (z * target).sum(axis=-1)
        p /= total
        p -= target
        return nll, p

    def mode(self, f):
        return f.argmax(axis=-1)

    def sample(self, f, rng):
        return (f + rng.gumbel(size=f.shape)).argmax(
            axis=-1
        )  # the Gumbel-max trick

    def entropy(self, f):
        return -(softmax(f) * log_softmax(f)).sum(axis=-1)

    def kl(self, f, g):
        return (
            softmax(f) * (log_softmax(f) - log_softmax(_targets(f, g)))
        ).sum(axis=-1)


def softmax(f):
    """Probabilities from logits: exp fₖ / Σⱼ exp fⱼ over the last axis; no
    overflow.

    ``f``: (..., K); result: the same shape, rows that sum to 1. Lecture item
    25. Source: Bridle 1990.

    >>> import numpy as np
    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    f = np.asarray(f)
    f = f if f.dtype.kind == "f" else f.astype(float)
    p = np.exp(f - f.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def log_softmax(f):
    """Logarithms of the probabilities: fₖ - log Σⱼ exp fⱼ over the last axis,
    exact in the tails.

    ``f``: (..., K); result: the same shape. Lecture item 25. Source: Bridle
    1990.

    >>> import numpy as np
    >>> log_softmax(np.array([1000.0, 0.0])).tolist()
    [0.0, -1000.0]
    """
    f = np.asarray(f)
    f = f if f.dtype.kind == "f" else f.astype(float)
    z = f - f.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _positive(name, value):
    """``value`` as a number or an array of floats, if all of it is finite and
    above 0.
    """
    a = np.asarray(value, float)
    if not (np.isfinite(a).all() and (a > 0).all()):
        raise ValueError(f"{name}: got {value!r}, expected a number above 0")
    return float(a) if a.ndim == 0 else a


def _output(f):
    """Raise unless f is the output of a network: (N, D), or (M, N, D), with
    some examples.
    """
    if not isinstance(f, np.ndarray) or f.dtype.kind != "f":
        got = f.dtype if isinstance(f, np.ndarray) else type(f).__name__
        raise ValueError(
            f"f: got {got}, expected an array of floats, the output of a"
            " network"
        )
    if f.ndim not in (2, 3) or 0 in f.shape:
        raise ValueError(
            f"f: got shape {f.shape}, expected (N, D), or (M, N, D), and no"
            " empty axis"
        )


def _targets(f, y):
    """y in f's float type, if its shape is exactly that of the output; never a
    broadcast.
    """
    _output(f)
    if not isinstance(y, np.ndarray) or y.shape not in (
        f.shape,
        f.shape[f.ndim - 2 :],
    ):
        raise ValueError(
            f"y: got {_shape(y)}, expected exactly the output's shape"
            f" {f.shape[f.ndim - 2 :]}"
            + (f" or {f.shape}" if f.ndim == 3 else "")
        )
    if y.dtype.kind in "bui":
        return y.astype(f.dtype)
    if y.dtype != f.dtype:
        raise ValueError(
            f"y: got {y.dtype}, expected the output's float type, {f.dtype}"
        )
    return y


def _labels(f, y):
    """y, if it holds one class number for each example."""
    _output(f)
    N, K = f.shape[-2:]
    if not isinstance(y, np.ndarray) or y.shape not in ((N,), f.shape[:-1]):
        raise ValueError(
            f"y: got {_shape(y)}, expected labels of shape ({N},), one an"
            " example"
        )
    if y.dtype.kind not in "ui":
        raise ValueError(
            f"y: got {y.dtype}, expected whole numbers, the classes 0 to"
            f" {K - 1}"
        )
    if y.min() < 0 or y.max() >= K:
        raise ValueError(
            f"y: got labels from {y.min()} to {y.max()}, expected 0 to {K - 1}"
        )
    return y


def _shape(y):
    return f"shape {y.shape}" if isinstance(y, np.ndarray) else type(y).__name__

"""Losses as distributions: Algorithm 1 of lecture 2 as an interface.

The network's output f, of shape (N, D), holds the parameters of a distribution
over the target. The loss of an example is its negative log-likelihood, and
everything else follows.
"""

import math

import numpy as np

from . import checks
from .activations import log_softmax, sigmoid, softmax


class Distribution:
    """Algorithm 1: choose a distribution; loss, derivative, prediction and
    samples follow.

    A subclass writes `nll_and_gradient`, `mean`, `mode` and `sample`. Shapes:
    the output f is (N, D), or (M, N, D) for a population of M models; targets
    are shared, or have the same leading axis. ``labels`` says that a target is
    a class number, not an array like the output. An output of ±inf is the limit
    that it stands for; nan is no class and no count: an error. Lecture item 21.
    Source: Prince 2023, "Understanding Deep Learning", section 5.2.
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

    def mean(self, f):
        """The expected target: the best prediction for the squared error."""
        raise NotImplementedError

    def mode(self, f):
        """The most probable target: the best guess, if only a hit counts."""
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

    def mean(self, f):
        return _output(f)

    def mode(self, f):
        return _output(f)

    def sample(self, f, rng):
        checks.no_nan("f", _output(f))
        noise = checks.generator("rng", rng).normal(0, math.sqrt(0.5), f.shape)
        return f + noise.astype(f.dtype)

    def entropy(self, f):
        each = 0.5 * math.log(math.pi * math.e)
        return np.full(_output(f).shape[:-1], f.shape[-1] * each, f.dtype)

    def kl(self, f, g):
        return self.nll(f, _targets(f, g, "g"))


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
        self.sigma = None if sigma is None else _scale("sigma", sigma)

    def _parameters(self, f):
        """The means, and log σ: two arrays of shape (..., N, D)."""
        _output(f)
        if self.sigma is not None:
            log_sigma = np.log(_one_each("sigma", self.sigma, f))
            return f, np.broadcast_to(log_sigma, f.shape).astype(f.dtype)
        if f.shape[-1] % 2:
            raise ValueError(
                f"f: got {f.shape[-1]} outputs, expected D means and D values"
                " log σ"
            )
        D = f.shape[-1] // 2
        return f[..., :D], f[..., D:]

    @np.errstate(over="ignore", invalid="ignore")
    def nll_and_gradient(self, f, y):
        mu, s = self._parameters(f)
        r = _divided(mu - _targets(mu, y), s)
        each = 0.5 * math.log(2 * math.pi) + s + 0.5 * r * r
        each = np.where(np.isinf(r), np.inf, each)  # however small σ is
        dmu, ds = _divided(r, s), 1 - r * r
        df = [dmu] if self.sigma is not None else [dmu, ds]
        return each.sum(axis=-1), np.concatenate(df, axis=-1)

    def mean(self, f):
        return self._parameters(f)[0]

    def mode(self, f):
        return self._parameters(f)[0]

    def sample(self, f, rng):
        mu, s = self._parameters(checks.no_nan("f", _output(f)))
        noise = checks.generator("rng", rng).normal(size=mu.shape)
        return mu + (np.exp(s) * noise).astype(f.dtype)

    def entropy(self, f):
        _, s = self._parameters(f)
        return (0.5 * math.log(2 * math.pi * math.e) + s).sum(axis=-1)

    def kl(self, f, g):
        (mu, s), (nu, t) = (
            self._parameters(f),
            self._parameters(_targets(f, g, "g")),
        )
        r, u = _divided(mu - nu, t), 2 * (s - t)
        with np.errstate(over="ignore"):
            return 0.5 * (_divergence(0 * u, u) + r * r).sum(axis=-1)

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
        self.b = _scale("b", b)

    def nll_and_gradient(self, f, y):
        r, b = f - _targets(f, y), _one_each("b", self.b, f)
        return (np.log(2 * b) + np.abs(r) / b).sum(axis=-1), np.sign(r) / b

    def mean(self, f):
        return _output(f)

    def mode(self, f):
        return _output(f)

    def sample(self, f, rng):
        b = _one_each("b", self.b, checks.no_nan("f", _output(f)))
        noise = checks.generator("rng", rng).laplace(size=f.shape)
        return f + (b * noise).astype(f.dtype)

    def entropy(self, f):
        b = _one_each("b", self.b, _output(f))
        return np.broadcast_to(1 + np.log(2 * b), f.shape).sum(axis=-1)

    def kl(self, f, g):
        r = np.abs(f - _targets(f, g, "g")) / _one_each("b", self.b, f)
        return (r + np.expm1(-r)).sum(axis=-1)

    def __repr__(self):
        return f"Laplace({self.b})"


class Poisson(Distribution):
    """A count: f is the logarithm of its rate, so that every f is allowed.

    -log Pr = eᶠ - y f + log y!, summed over the outputs; the derivative is eᶠ -
    y. The mean is the rate eᶠ, the mode the whole number at or below it.
    Targets: whole numbers from 0, of exactly the output's shape. Lecture item
    21. Source: Poisson 1837; Prince 2023, section 5.6.

    >>> import numpy as np
    >>> nll, df = Poisson().nll_and_gradient(np.array([[0.0]]), np.array([[3]]))
    >>> nll.round(4).tolist(), df.tolist()
    ([2.7918], [[-2.0]])
    """

    def nll_and_gradient(self, f, y):
        y = _targets(f, y)
        if not (y.min() >= 0 and np.isfinite(y).all() and np.all(y % 1 == 0)):
            raise ValueError(
                "y: got a value that is no count, expected whole numbers from 0"
            )
        rate = self.mean(f)
        factorial = np.vectorize(math.lgamma, otypes=[f.dtype])(y + 1)
        with np.errstate(invalid="ignore"):
            each = rate - np.where(y == 0, 0, y * f) + factorial
        each = np.where(rate == np.inf, rate, each)
        return each.sum(axis=-1), rate - y

    def mean(self, f):
        with np.errstate(over="ignore"):
            return np.exp(_output(f))

    def mode(self, f):
        return np.floor(self._countable(f)).astype(int)

    def sample(self, f, rng):
        return checks.generator("rng", rng).poisson(self._countable(f))

    def _countable(self, f):
        """The rates, if whole numbers of their size can be told apart."""
        rate = self.mean(checks.no_nan("f", _output(f)))
        if rate.max() > 2**62:
            raise ValueError(
                f"f: got a rate of {rate.max():.3g}, expected at most 2**62"
            )
        return rate

    def kl(self, f, g):
        return _divergence(f, _targets(f, g, "g")).sum(axis=-1)


class Bernoulli(Distribution):
    """Binary outcomes: f is a logit, Pr(y = 1) = σ(f); the loss is the binary
    cross-entropy.

    -log Pr = log(1 + eᶠ) - y f, in the form ``log(1 + exp(-abs(f)))`` plus
    ``abs(f)`` times the probability of the outcome that f does not favour (y,
    or 1 - y for f > 0), which cannot overflow; the derivative is σ(f) - y.
    Summed over the outputs. Targets: 0 or 1 (or a probability between them), of
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
        against = np.where(f > 0, 1 - y, y)
        nll = _times(against, np.abs(f)) + np.log1p(np.exp(-np.abs(f)))
        return nll.sum(axis=-1), sigmoid(f) - y

    def mean(self, f):
        return sigmoid(_output(f))

    def mode(self, f):
        return (checks.no_nan("f", _output(f)) > 0).astype(int)

    def sample(self, f, rng):
        p = sigmoid(checks.no_nan("f", _output(f)))
        return (checks.generator("rng", rng).random(f.shape) < p).astype(int)

    def entropy(self, f):
        size = np.abs(_output(f))
        rarer = sigmoid(-size)
        return (_times(rarer, size) + np.log1p(np.exp(-size))).sum(axis=-1)

    def kl(self, f, g):
        g = _targets(f, g, "g")
        # log Pr(1) is -softplus(-f), and log Pr(0) is -softplus(f).
        one = _divergence(-_softplus(-f), -_softplus(-g))
        zero = _divergence(-_softplus(f), -_softplus(g))
        return (one + zero).sum(axis=-1)


class Categorical(Distribution):
    """One of K classes: f are K logits, Pr(y = k) = softmax_k(f); multiclass
    cross-entropy.

    -log Pr = log Σⱼ exp fⱼ - f_y, the entry y of -`log_softmax`, which does not
    overflow; the derivative is softmax(f) minus the one-hot target. The mean is
    that of the one-hot target: the probabilities. Targets: whole numbers 0 …
    K-1, of shape (N,).

    ``smoothing``: ρ, for the loss alone. The target is then 1 - ρ for the class
    y and ρ/(K-1) for each of the others, as if the share ρ of all labels were
    replaced by others, drawn by lot. Szegedy's form, (1-ε) for y and ε/K for
    all, is ρ = ε (K-1)/K.

    Lecture items 25 (Example 3), 91 and 92. Source: Bridle 1990; Szegedy et al.
    2015, arXiv:1512.00567; Prince 2023, section 5.5.

    >>> import numpy as np
    >>> f, y = np.array([[1000.0, 0.0]]), np.array([1])
    >>> nll, df = Categorical().nll_and_gradient(f, y)
    >>> nll.tolist(), df.tolist()
    ([1000.0], [[1.0, -1.0]])
    >>> Categorical(0.1).nll_and_gradient(f, y)[0].tolist()  # 0.9 · 1000
    [900.0]
    """

    labels = True

    def __init__(self, smoothing=0.0):
        self.smoothing = checks.number("smoothing", smoothing, 0, 1)

    def nll_and_gradient(self, f, y):
        y = _labels(f, y)
        # Classes are rows here: NumPy sums faster over rows than along them.
        log_p = log_softmax(f.mT.copy(), axis=-2)
        n = np.arange(f.shape[-2])
        at_y = (
            (..., y, n) if y.ndim == 1 else (np.arange(len(y))[:, None], y, n)
        )
        df = np.exp(log_p)
        df[at_y] -= 1
        nll = 0 - log_p[at_y]  # 0 for a certainty, not -0
        if self.smoothing:
            nll = self._smooth(nll, log_p, df, at_y)
        return nll, df.mT

    def _smooth(self, nll, log_p, df, at_y):
        """The loss with the smoothed target, where classes are rows; moves
        ``df``.
        """
        K = log_p.shape[-2]
        if K < 2:
            raise ValueError("f: got one class, expected two or more to smooth")
        others = self.smoothing / (K - 1)
        df -= others
        df[at_y] += self.smoothing + others
        here = 1 - self.smoothing - others
        return here * nll - others * log_p.sum(axis=-2)

    def mean(self, f):
        return softmax(_output(f))

    def mode(self, f):
        return checks.no_nan("f", _output(f)).argmax(axis=-1)

    def sample(self, f, rng):
        noise = checks.generator("rng", rng).gumbel(size=_output(f).shape)
        return (checks.no_nan("f", f) + noise).argmax(axis=-1)  # Gumbel-max

    def entropy(self, f):
        log_p = log_softmax(_output(f))
        return _times(np.exp(log_p), -log_p).sum(axis=-1)

    def kl(self, f, g):
        log_p, log_q = log_softmax(_output(f)), log_softmax(_targets(f, g, "g"))
        return _divergence(log_p, log_q).sum(axis=-1)


def _times(p, a):
    """p a, and 0 where p is 0, however large a is."""
    with np.errstate(invalid="ignore"):
        return np.where(p == 0, p, p * a)


@np.errstate(over="ignore", invalid="ignore")
def _divergence(log_p, log_q):
    """p log(p/q) - p + q, from the logarithms of p and q; never negative.

    Of two rates this is the divergence. So it is, added up, of two lists of
    probabilities: both have the sum 1. With the larger of p and q as a factor
    the rest is a function of e = -abs(log p - log q), which loses no digits for
    p ≈ q, and does not overflow for p << q.
    """
    e = -np.abs(np.where(log_p == log_q, 0, log_p - log_q))
    p_is_larger = np.expm1(e) - e
    q_is_larger = np.exp(e) * np.maximum(e, -1e3) - np.expm1(e)
    rest = np.where(log_p > log_q, p_is_larger, q_is_larger)
    larger = np.exp(np.maximum(log_p, log_q))
    tiny = np.finfo(larger.dtype).tiny  # for p > 0 = q the result is ∞
    return _times(rest, np.maximum(larger, tiny)).astype(log_p.dtype)


def _divided(d, s):
    """d e⁻ˢ, and 0 where d is 0, however small the scale is."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(d == 0, d, d * np.exp(-s))


def _softplus(f):
    """log(1 + eᶠ), without overflow."""
    return np.maximum(f, 0) + np.log1p(np.exp(-np.abs(f)))


def _scale(name, value):
    """σ or b: one positive number, or an array of one for each output."""
    value = checks.numbers(name, value, 0, np.inf, closed=False)
    if np.ndim(value) > 1:
        raise ValueError(
            f"{name}: got shape {value.shape}, expected a number, or one for"
            " each output"
        )
    return value


def _one_each(name, value, f):
    """σ or b in f's float type, if f has as many outputs."""
    if np.ndim(value) and len(value) != f.shape[-1]:
        raise ValueError(
            f"f: got {f.shape[-1]} outputs, expected {len(value)}, one for each"
            f" {name}"
        )
    with np.errstate(over="ignore"):
        scale = np.asarray(value, f.dtype)
    if not np.all((scale > 0) & np.isfinite(scale)):
        raise ValueError(
            f"{name}: got {checks.shown(value)}, expected a size that"
            f" {f.dtype} has"
        )
    return scale


def _output(f):
    """f, if it is the output of a network: (N, D), or (M, N, D), with some
    examples.
    """
    if checks.floats("f", f).ndim not in (2, 3) or 0 in f.shape:
        raise ValueError(
            f"f: got shape {f.shape}, expected (N, D), or (M, N, D), and no"
            " empty axis"
        )
    return f


def _targets(f, y, name="y"):
    """y in f's float type, if its shape is exactly that of the output; never a
    broadcast.
    """
    shared = _output(f).shape[-2:]
    if checks.array(name, y).shape not in (f.shape, shared):
        cure = f"; write {name}[:, None]" if (*y.shape, 1) == shared else ""
        raise ValueError(
            f"{name}: got shape {y.shape}, expected exactly the output's shape"
            f" {shared}{f' or {f.shape}' if f.ndim == 3 else ''}{cure}"
        )
    if y.dtype.kind in "bui":
        return y.astype(f.dtype)
    if y.dtype != f.dtype:
        raise ValueError(
            f"{name}: got {y.dtype}, expected the output's float type,"
            f" {f.dtype}"
        )
    return y


def _labels(f, y):
    """y, if it holds one class number for each example."""
    N, K = _output(f).shape[-2:]
    if checks.array("y", y).shape not in ((N,), f.shape[:-1]):
        cure = "; write y.argmax(axis=-1)" if y.shape[-2:] == (N, K) else ""
        raise ValueError(
            f"y: got shape {y.shape}, expected labels of shape ({N},), one an"
            f" example{cure}"
        )
    if y.dtype.kind not in "ui":
        raise ValueError(
            f"y: got {y.dtype}, expected whole numbers, the classes 0 to"
            f" {K - 1}; write y.astype(int)"
        )
    if y.min() < 0 or y.max() >= K:
        raise ValueError(
            f"y: got labels from {y.min()} to {y.max()}, expected 0 to {K - 1}"
        )
    return y

"""Losses as distributions: Algorithm 1 of lecture 2 as an interface.

The network's output f, of shape (N, D), holds the parameters of a distribution over the target.
The loss of an example is its negative log-likelihood, and everything else follows.
"""

import math

import numpy as np

from .activations import sigmoid


class Distribution:
    """Algorithm 1: choose a distribution; loss, derivative, prediction and samples follow.

    A subclass writes `nll_and_gradient`, `mode` and `sample`. Shapes: the output f is (N, D), or
    (M, N, D) for a population of M models; targets are shared, or have the same leading axis.
    ``labels`` says that a target is a class number, not an array like the output.
    Lecture item 21. Source: Prince 2023, "Understanding Deep Learning", section 5.2.
    """

    labels = False

    def nll_and_gradient(self, f, y):
        """-log Pr(y|f) of each example, summed over outputs, (..., N), and its derivative by f."""
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

    def __repr__(self):
        return f"{type(self).__name__}()"


class SquaredError(Distribution):
    """The squared error (f - y)²: a Gaussian of mean f and variance ½, its constants dropped.

    -log N(y; f, ½) = (f - y)² + ½ log π, and the last term does not depend on f. Summed over the
    outputs; no factor ½. Targets: real, of exactly the output's shape.
    Lecture item 22 (Example 1). Source: Gauss 1809; Prince 2023, section 5.3.

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


class Bernoulli(Distribution):
    """Binary outcomes: f is a logit, Pr(y = 1) = σ(f); the loss is the binary cross-entropy.

    -log Pr = log(1 + eᶠ) - y f, in the form ``max(f, 0) - y f + log(1 + exp(-abs(f)))`` that
    cannot overflow; the derivative is σ(f) - y. Summed over the outputs. Targets: 0 or 1 (or a
    probability between them), of exactly the output's shape.
    Lecture item 24 (Example 2). Source: Cox 1958; Prince 2023, section 5.4.

    >>> import numpy as np
    >>> nll, df = Bernoulli().nll_and_gradient(np.array([[40.0]]), np.array([[0]]))
    >>> nll.tolist(), df.tolist()
    ([40.0], [[1.0]])
    """

    def nll_and_gradient(self, f, y):
        y = _targets(f, y)
        if not (y.min() >= 0 and y.max() <= 1):
            raise ValueError(f"y: got values from {y.min()} to {y.max()}, expected 0 to 1")
        nll = np.maximum(f, 0) - y * f + np.log1p(np.exp(-np.abs(f)))
        return nll.sum(axis=-1), sigmoid(f) - y

    def mode(self, f):
        return (f > 0).astype(int)

    def sample(self, f, rng):
        return (rng.random(f.shape) < sigmoid(f)).astype(int)


class Categorical(Distribution):
    """One of K classes: f are K logits, Pr(y = k) = softmax_k(f); multiclass cross-entropy.

    -log Pr = log Σⱼ exp fⱼ - f_y, shifted by the largest logit so that nothing overflows; the
    derivative is softmax(f) minus the one-hot target. Targets: whole numbers 0 … K-1, of shape
    (N,).
    Lecture item 25 (Example 3). Source: Bridle 1990; Prince 2023, section 5.5.

    >>> import numpy as np
    >>> nll, df = Categorical().nll_and_gradient(np.array([[1000.0, 0.0]]), np.array([1]))
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
        return (f + rng.gumbel(size=f.shape)).argmax(axis=-1)  # the Gumbel-max trick


def softmax(f):
    """Probabilities from logits: exp fₖ / Σⱼ exp fⱼ over the last axis; no overflow.

    ``f``: (..., K); result: the same shape, rows that sum to 1. Lecture item 25.
    Source: Bridle 1990.

    >>> import numpy as np
    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    f = np.asarray(f)
    f = f if f.dtype.kind == "f" else f.astype(float)
    p = np.exp(f - f.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def _output(f):
    """Raise unless f is the output of a network: (N, D), or (M, N, D), with some examples."""
    if not isinstance(f, np.ndarray) or f.dtype.kind != "f":
        got = f.dtype if isinstance(f, np.ndarray) else type(f).__name__
        raise ValueError(f"f: got {got}, expected an array of floats, the output of a network")
    if f.ndim not in (2, 3) or 0 in f.shape:
        raise ValueError(
            f"f: got shape {f.shape}, expected (N, D), or (M, N, D), and no empty axis"
        )


def _targets(f, y):
    """y in f's float type, if its shape is exactly that of the output; never a broadcast."""
    _output(f)
    if not isinstance(y, np.ndarray) or y.shape not in (f.shape, f.shape[f.ndim - 2 :]):
        raise ValueError(
            f"y: got {_shape(y)}, expected exactly the output's shape {f.shape[f.ndim - 2 :]}"
            + (f" or {f.shape}" if f.ndim == 3 else "")
        )
    if y.dtype.kind in "bui":
        return y.astype(f.dtype)
    if y.dtype != f.dtype:
        raise ValueError(f"y: got {y.dtype}, expected the output's float type, {f.dtype}")
    return y


def _labels(f, y):
    """y, if it holds one class number for each example."""
    _output(f)
    N, K = f.shape[-2:]
    if not isinstance(y, np.ndarray) or y.shape not in ((N,), f.shape[:-1]):
        raise ValueError(f"y: got {_shape(y)}, expected labels of shape ({N},), one an example")
    if y.dtype.kind not in "ui":
        raise ValueError(f"y: got {y.dtype}, expected whole numbers, the classes 0 to {K - 1}")
    if y.min() < 0 or y.max() >= K:
        raise ValueError(f"y: got labels from {y.min()} to {y.max()}, expected 0 to {K - 1}")
    return y


def _shape(y):
    return f"shape {y.shape}" if isinstance(y, np.ndarray) else type(y).__name__

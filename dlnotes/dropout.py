"""Layers that silence units at random while a network is trained."""

from . import checks
from .activations import SELU_ALPHA, SELU_LAMBDA
from .layers import Layer


class Dropout(Layer):
    """Each number becomes 0 with probability p, and is divided by 1 - p
    otherwise: noise of mean one.

    y = x m/(1-p), where the mask m is 1 with probability 1 - p, drawn anew for
    every number of every example, and for each model of a population. Outside
    of training it is the identity, unless it gets a Generator (Monte-Carlo
    dropout). p = 0 is the identity, and with p = 1 all is 0. Training without a
    Generator (by `Network.gradient`) is an error, for then nothing would be
    dropped. p is rounded to a multiple of 2⁻¹⁶ (`Context.keep`).

    Lecture items 86 to 88 (Algorithm 20). Source: Hinton et al. 2012,
    arXiv:1207.0580; Srivastava et al. 2014.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f, x, phi = Network(Dropout(0.5)), np.array([[1.0, 2, 3]]), np.empty(0)
    >>> f(x, phi).tolist()
    [[1.0, 2.0, 3.0]]
    >>> f(x, phi, rng=np.random.default_rng(1)).tolist()
    [[2.0, 0.0, 6.0]]
    """

    def __init__(self, p=0.5):
        self.p = checks.probability("p", p)
        self.draws = _rounded(self.p) > 0

    def forward(self, x, phi, ctx):
        if ctx.rng is None or not self.draws:
            return x, 1
        mask = ctx.keep(x.shape, self.p, x.dtype)
        return x * mask, mask

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy * saved

    def __repr__(self):
        return f"{type(self).__name__}({self.p:g})"


class AlphaDropout(Dropout):
    """Dropout for `SELU`: a unit that is dropped says what SELU says of -∞,
    -λα, and not 0; then y = a x' + b restores mean 0 and variance 1.

    With q = 1 - p and s = -λα = -1.758…: a = 1/√(q (1 + s² (1-q))), b = -a s
    (1-q). ``p``: from 0 to below 1. Lecture items 46 and 86. Source: Klambauer,
    Unterthiner, Mayr & Hochreiter 2017, arXiv:1706.02515.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> x = np.random.default_rng(0).normal(size=(1000, 50))
    >>> f = Network(AlphaDropout(0.5))
    >>> y = f(x, np.empty(0), rng=np.random.default_rng(1))
    >>> abs(y.mean()).round(1).tolist(), y.std().round(1).tolist()
    (0.0, 1.0)
    """

    def __init__(self, p=0.5):
        super().__init__(checks.number("p", p, 0, 1))
        if _rounded(self.p) == 1:
            raise ValueError(
                f"p: got {p!r}, expected at most 1 - 2⁻¹⁶, or nothing is left"
            )

    def forward(self, x, phi, ctx):
        if ctx.rng is None or not self.draws:
            return x, 1
        q, lowest = 1 - _rounded(self.p), -SELU_LAMBDA * SELU_ALPHA
        a = (q * (1 + lowest**2 * (1 - q))) ** -0.5
        mask = a * (ctx.keep(x.shape, self.p, x.dtype) > 0).astype(x.dtype)
        return x * mask + (a - mask) * lowest - a * (1 - q) * lowest, mask


def _rounded(p):
    """p as `Context.keep` takes it."""
    return round(p * 2**16) / 2**16

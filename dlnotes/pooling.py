"""Layers without parameters that make a signal or a picture smaller."""

import numpy as np

from . import checks
from .layers import Layer, written


class _Pool(Layer):
    """Windows side by side along every axis between the examples and the
    channels; what is left over at the end is dropped.
    """

    expects = (..., None)

    def __init__(self, k):
        self.k = checks.count("k", k)

    def shape(self, example):
        *sizes, channels = example
        if ... in sizes:
            return example
        if not sizes or any(n is not None and n < self.k for n in sizes):
            raise ValueError(
                f"layers: {self!r} expects signals or pictures with at least"
                f" {self.k} places along an axis, and gets {written(example)}"
            )
        return (*(n if n is None else n // self.k for n in sizes), channels)

    def _corners(self, x, phi):
        """For each place of a window, what stands there in all windows."""
        k, lead = self.k, phi.ndim
        ends = [n // k * k for n in x.shape[lead:-1]]
        for place in np.ndindex((k,) * len(ends)):
            inner = (slice(p, end, k) for p, end in zip(place, ends))
            yield x[(slice(None),) * lead + tuple(inner)]

    def __repr__(self):
        return f"{type(self).__name__}({self.k})"


class MaxPool(_Pool):
    """The largest number of each window of k, or k x k, places, channel by
    channel.

    (N, H, W, C) to (N, ⌊H/k⌋, ⌊W/k⌋, C), and likewise for signals (N, L, C). Of
    equal numbers the first one gets the derivative. Lecture item 142. Source:
    Riesenhuber & Poggio 1999.

    >>> from dlnotes import Network
    >>> x = np.array([3.0, 1, 4, 1, 5]).reshape(1, 5, 1)
    >>> Network(MaxPool(2))(x, np.empty(0))[0, :, 0].tolist()
    [3.0, 4.0]
    """

    def forward(self, x, phi, ctx):
        first, *others = self._corners(x, phi)
        y = first.copy()
        for part in others:
            np.maximum(y, part, out=y)
        return y, (x, y)

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        x, y = saved
        dx, left = np.zeros_like(x), np.ones(y.shape, bool)
        for part, d in zip(self._corners(x, phi), self._corners(dx, phi)):
            hit = left & ~(part < y)  # so that a nan gets its own
            left &= ~hit
            np.multiply(dy, hit, out=d)
        return dx


class AveragePool(_Pool):
    """The mean of each window of k, or k x k, places, channel by channel.

    (N, H, W, C) to (N, ⌊H/k⌋, ⌊W/k⌋, C), and likewise for signals (N, L, C).
    Lecture item 142. Source: LeCun et al. 1990.

    >>> from dlnotes import Network
    >>> x = np.array([3.0, 1, 4, 1, 5]).reshape(1, 5, 1)
    >>> Network(AveragePool(2))(x, np.empty(0))[0, :, 0].tolist()
    [2.0, 2.5]
    """

    def forward(self, x, phi, ctx):
        first, *others = self._corners(x, phi)
        y = first.copy()
        for part in others:
            y += part
        y /= len(others) + 1
        return y, x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        dx = np.zeros_like(saved)
        corners = list(self._corners(dx, phi))
        for d in corners:
            d[...] = dy / len(corners)
        return dx


class GlobalAverage(Layer):
    """The mean over all places, for each channel: (N, H, W, C) to (N, C).

    Signals (N, L, C) as well. Lecture item 142. Source: Lin, Chen & Yan 2013,
    arXiv:1312.4400.

    >>> from dlnotes import Network
    >>> x = np.array([3.0, 1, 4, 1, 5]).reshape(1, 5, 1)
    >>> Network(GlobalAverage())(x, np.empty(0)).tolist()
    [[2.8]]
    """

    expects = (..., None)

    def shape(self, example):
        if len(example) < 2:
            raise ValueError(
                "layers: GlobalAverage() expects signals or pictures, and gets"
                f" {written(example)}"
            )
        return example[-1:]

    def forward(self, x, phi, ctx):
        over = tuple(range(phi.ndim, x.ndim - 1))
        return x.mean(axis=over), x.shape

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        lead, inner = saved[: phi.ndim], saved[phi.ndim : -1]
        dy = dy.reshape(*lead, *(1,) * len(inner), saved[-1])
        return np.broadcast_to(dy / int(np.prod(inner)), saved).copy()


class Flatten(Layer):
    """All numbers of an example in one row: (N, H, W, C) to (N, H W C).

    Lecture item 147.

    >>> from dlnotes import Network
    >>> Network(Flatten())(np.ones((2, 3, 4, 5)), np.empty(0)).shape
    (2, 60)
    """

    def shape(self, example):
        known = None not in example and ... not in example
        return (int(np.prod(example)) if known else None,)

    def forward(self, x, phi, ctx):
        return x.reshape(*x.shape[: phi.ndim], -1), x.shape

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy.reshape(saved)

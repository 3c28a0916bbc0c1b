"""Convolutions: one small kernel for all places of a signal or a picture."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from . import checks
from .initializers import he
from .layers import Layer, one_by_one

PADDINGS = ("valid", "same", "circular")


@one_by_one
class Conv2d(Layer):
    """Convolution of pictures: y[u, v] = β + Σ x[s u + d i, s v + d j] w[i, j],
    a sum over the places i, j of the kernel.

    (N, H, W, C) to (N, H', W', F), s is the ``stride`` and d the ``dilation``.
    It is a cross-correlation: the kernel is not turned. ``kernel``: k for k x
    k, or a pair. With ``padding`` "valid" the kernel stays inside: H' = ⌊(H - d
    (k - 1) - 1)/s⌋ + 1. With "same" there are zeros around, and with "circular"
    the picture goes on from its other side: H' = ⌈H/s⌉; if an odd number of
    places is missing, one more is added behind than in front.

    Parameters: w of shape (k, k, C, F), then β (F,), k² C F + F of them.
    ``init`` fills a matrix (F, k² C), with the fan-in k² C; β starts at 0.
    Lecture items 100, 135-141. Source: LeCun et al. 1989; the fast form: Cho &
    Brand 2017, arXiv:1706.06873.

    >>> from dlnotes import Network
    >>> f = Network(Conv2d(1, 1, 2))
    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> f(x, np.array([1.0, 0, 0, 10, 0.5]))[0, :, :, 0].tolist()
    [[40.5, 51.5], [73.5, 84.5]]
    """

    def __init__(
        self,
        d_in,
        d_out,
        kernel,
        *,
        stride=1,
        padding="valid",
        dilation=1,
        init=he,
    ):
        self.d_in = checks.count("d_in", d_in)
        self.d_out = checks.count("d_out", d_out)
        self.kernel = _pair(kernel)
        self.stride = checks.count("stride", stride)
        self.padding = checks.choice("padding", padding, PADDINGS)
        self.dilation = checks.count("dilation", dilation)
        self.initializer = checks.function("init", init)
        self.decays = int(np.prod(self.kernel)) * self.d_in * self.d_out
        self.size = self.decays + self.d_out
        self.expects = (None, None, self.d_in)

    @property
    def reach(self):
        """How many places of each axis a kernel spans."""
        return tuple(self.dilation * (k - 1) + 1 for k in self.kernel)

    def views(self, phi):
        """w and β as views into φ, of shapes (k, k, C, F) and (F,)."""
        return self._weights(phi)

    def _weights(self, phi):
        w = phi[: self.decays].reshape(*self.kernel, self.d_in, self.d_out)
        return w, phi[self.decays :]

    def shape(self, example):
        sizes = [
            None if n is None else self._length(n, reach)
            for n, reach in zip(example, self.reach)
        ]
        return (*sizes, self.d_out)

    def _length(self, n, reach):
        """The output's length along an axis."""
        if self.padding != "valid":
            return -(-n // self.stride)
        if n < reach:
            raise ValueError(
                f"layers: {self!r} expects at least {reach} places along an"
                f" axis, and gets {n}"
            )
        return (n - reach) // self.stride + 1

    def fill(self, phi, rng):
        w, beta = self._weights(phi)
        Omega = np.empty((self.d_out, self.decays // self.d_out), phi.dtype)
        self.initializer(Omega, rng)
        w[...], beta[...] = Omega.T.reshape(w.shape), 0

    def forward(self, x, phi, ctx):
        w, beta = self._weights(phi)
        x, pads = self._padded(x)
        if self.dilation == 1:
            y, rows = correlate(x, w, self.stride)
        else:
            y, rows = by_taps(x, w, self.stride, self.dilation), None
        y += beta
        return y, (x, pads, rows)

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        (x, pads, rows), (w, _) = saved, self._weights(phi)
        dw, dbeta = self._weights(dphi)
        dy = np.ascontiguousarray(dy.swapaxes(0, 1)).swapaxes(0, 1)
        d = dy.swapaxes(0, 1).reshape(-1, self.d_out)
        np.matmul(np.ones(len(d), d.dtype), d, out=dbeta)
        if rows is None:
            dw_by_taps(x, dy, dw, self.stride, self.dilation)
        else:
            dw_by_rows(rows, dy, dw)
        if not need_dx:
            return None
        if self.stride == self.dilation == 1:
            around = [k - 1 for k in self.kernel]
            dx, _ = correlate(
                framed(dy, around, around),
                w[::-1, ::-1].swapaxes(2, 3),
            )
        else:
            dx = dx_by_taps(x.shape, dy, w, self.stride, self.dilation)
        return self._unpadded(dx, pads)

    def _padded(self, x):
        """x with what stands around it, and how much, before and after."""
        pads = [(0, 0), (0, 0)]
        if self.padding != "valid":
            for axis, (n, reach) in enumerate(zip(x.shape[1:], self.reach)):
                more = (-(-n // self.stride) - 1) * self.stride + reach - n
                pads[axis] = max(more, 0) // 2, -(-max(more, 0) // 2)
        if self.padding == "circular":
            for axis, (before, after) in enumerate(pads, 1):
                n = x.shape[axis]
                x = x.take(np.arange(-before, n + after) % n, axis)
            return x, pads
        return framed(x, *zip(*pads)), pads

    def _unpadded(self, dx, pads):
        """What goes back to x: each place of it may have been seen twice."""
        sizes = [n - sum(pad) for n, pad in zip(dx.shape[1:], pads)]
        if self.padding == "circular":
            for axis, (n, (before, _)) in enumerate(zip(sizes, pads), 1):
                dx = _wrapped(dx, axis, n, -before % n)
            return dx
        (top, left), (H, W) = [before for before, _ in pads], sizes
        return dx[:, top : top + H, left : left + W]

    def __repr__(self):
        k = self.kernel[1]  # of a square, or of a signal
        if len(self.expects) == 3 and self.kernel != (k, k):
            k = self.kernel
        text = f"{type(self).__name__}({self.d_in}, {self.d_out}, {k}"
        for name, usual in ("stride", 1), ("padding", "valid"), ("dilation", 1):
            value = getattr(self, name)
            text += f", {name}={value!r}" if value != usual else ""
        return text + ")"


@one_by_one
class Conv1d(Conv2d):
    """Convolution of signals: y[u] = β + Σ x[s u + d i] w[i], a sum over the
    places i of the kernel.

    (N, L, C) to (N, L', F); all else as for `Conv2d`, whose code it is: a
    signal is a picture one pixel high. w has the shape (k, C, F). Lecture items
    100, 135-140. Source: LeCun et al. 1989; Waibel et al. 1989.

    >>> from dlnotes import Network
    >>> f = Network(Conv1d(1, 1, 3, stride=2, padding="same"))
    >>> x = np.arange(1.0, 7.0).reshape(1, 6, 1)
    >>> f(x, np.array([1.0, 10.0, 100.0, 0.0]))[0, :, 0].tolist()
    [321.0, 543.0, 65.0]
    """

    def __init__(
        self,
        d_in,
        d_out,
        kernel,
        *,
        stride=1,
        padding="valid",
        dilation=1,
        init=he,
    ):
        super().__init__(
            d_in, d_out, (1, checks.count("kernel", kernel)), stride=stride,
            padding=padding, dilation=dilation, init=init,
        )  # fmt: skip
        self.expects = (None, self.d_in)

    def views(self, phi):
        """w and β as views into φ, of shapes (k, C, F) and (F,)."""
        w, beta = self._weights(phi)
        return w[0], beta

    def shape(self, example):
        length, channels = example
        return super().shape((1, length, channels))[1:]

    def forward(self, x, phi, ctx):
        y, saved = super().forward(x[:, None], phi, ctx)
        return y[:, 0], saved

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        dx = super().backward(dy[:, None], saved, phi, dphi, need_dx)
        return dx[:, 0] if need_dx else None


# A product for each tap: short, and right for every stride and dilation. ------


def taps(w, shape, stride, dilation):
    """Every place of the kernel, and the part of x that it meets."""
    for tap in np.ndindex(*w.shape[:2]):
        where = [
            slice(dilation * t, dilation * t + stride * (n - 1) + 1, stride)
            for t, n in zip(tap, shape)
        ]
        yield tap, (slice(None), *where)


def by_taps(x, w, stride=1, dilation=1):
    """y[n, u, v] = Σ x[n, s u + d i, s v + d j] @ w[i, j]: (N, H', W', F)."""
    sizes = zip(x.shape[1:], w.shape[:2])
    shape = [(n - dilation * (k - 1) - 1) // stride + 1 for n, k in sizes]
    y = np.zeros((len(x), *shape, w.shape[-1]), x.dtype)
    for tap, where in taps(w, shape, stride, dilation):
        y += (x[where].reshape(-1, x.shape[-1]) @ w[tap]).reshape(y.shape)
    return y


def dw_by_taps(x, dy, dw, stride=1, dilation=1):
    """∂ℓ/∂w, written into ``dw``: what each tap has met, times dy."""
    d = dy.reshape(-1, dy.shape[-1])
    for tap, where in taps(dw, dy.shape[1:-1], stride, dilation):
        dw[tap] = x[where].reshape(-1, x.shape[-1]).T @ d


def dx_by_taps(shape, dy, w, stride=1, dilation=1):
    """∂ℓ/∂x, of this shape: every tap gives back to where it has read."""
    dx, d = np.zeros(shape, dy.dtype), dy.reshape(-1, dy.shape[-1])
    for tap, where in taps(w, dy.shape[1:-1], stride, dilation):
        dx[where] += (d @ w[tap].T).reshape(*dy.shape[:-1], -1)
    return dx


# Rows unfolded: the fast form, for dilation 1. --------------------------------


def unfold(x, kh, kw, stride=1):
    """The patches of x (N, H, W, C), as a view (H', N W', kh kw C).

    Only the rows are unfolded, so that what a kernel meets in one row lies side
    by side: a copy kw times as large as x. Its kh rows lie one behind the other
    there, so the patches themselves are an overlapping view of that copy.
    """
    if not _in_order(x):
        x = np.ascontiguousarray(x)
    (N, H, W, C), (n, h, w, c) = x.shape, x.strides
    height, width = (H - kh) // stride + 1, (W - kw) // stride + 1
    rows = as_strided(
        x, (N, width, H, kw * C), (n, stride * w, h, c), writeable=False
    )
    rows = rows.copy().reshape(N * width, H, kw * C)
    m, r, c = rows.strides
    return as_strided(
        rows, (height, N * width, kh * kw * C), (stride * r, m, c),
        writeable=False,
    )  # fmt: skip


def correlate(x, w, stride=1):
    """y as in `by_taps`, for dilation 1, and the patches of x.

    y is (N, H', W', F), and in memory (H', N, W', F). A product with at most a
    million multiplications is fastest, for OpenBLAS does not copy then.
    """
    kh, kw, C, F = w.shape
    patches = unfold(x, kh, kw, stride)
    height, m, _ = patches.shape
    y, matrix = np.empty((height, m, F), x.dtype), w.reshape(-1, F)
    rows = max(1, 1_000_000 // w.size)
    for start in range(0, m, rows):
        part = slice(start, start + rows)
        np.matmul(patches[:, part], matrix, out=y[:, part])
    return y.reshape(height, len(x), -1, F).swapaxes(0, 1), patches


def dw_by_rows(patches, dy, dw):
    """∂ℓ/∂w from the patches, written into ``dw``."""
    d = dy.swapaxes(0, 1).reshape(*patches.shape[:2], dy.shape[-1])
    np.sum(patches.mT @ d, axis=0, out=dw.reshape(-1, dy.shape[-1]))


# Around the picture. ----------------------------------------------------------


def framed(x, before, after):
    """x (N, H, W, C) with so many zeros before and after H and W."""
    (top, left), (bottom, right) = before, after
    N, H, W, C = x.shape
    if _in_order(x) and not any((*before, *after)):
        return x
    out = np.zeros((H + top + bottom, N, W + left + right, C), x.dtype)
    out = out.swapaxes(0, 1)  # in memory the rows of all pictures come first
    out[:, top : top + H, left : left + W] = x
    return out


def _in_order(x):
    """Whether the numbers of a row of x lie side by side in memory."""
    return x.strides[2:] == (x.shape[3] * x.itemsize, x.itemsize)


def _wrapped(dx, axis, n, lead):
    """The sum of all copies of each of n places along an axis; the first entry
    of dx is the place -``lead``.
    """
    dx = np.moveaxis(dx, axis, 1)
    turns = -(-(lead + dx.shape[1]) // n)
    out = np.zeros((len(dx), turns * n, *dx.shape[2:]), dx.dtype)
    out[:, lead : lead + dx.shape[1]] = dx
    out = out.reshape(len(dx), turns, n, *dx.shape[2:]).sum(axis=1)
    return np.moveaxis(out, 1, axis)


def _pair(kernel):
    """k for a square, or two numbers."""
    if isinstance(kernel, (tuple, list)):
        if len(kernel) != 2:
            raise ValueError(
                f"kernel: got {checks.shown(kernel)}, expected a whole number,"
                " or a pair of them"
            )
        return tuple(checks.count("kernel", k) for k in kernel)
    return (checks.count("kernel", kernel),) * 2

"""Augmentations: examples changed at random in a way that keeps their label."""

import numpy as np

from .. import checks


def shift(x, rng, most, axis=1):
    """Every example moved along ``axis`` by a whole number of places, drawn
    from -most … most.

    What comes in from outside repeats the edge. ``x``: (N, …), the examples
    first: signals (N, L) or (N, L, C); pictures (N, H, W, C) go down along axis
    1, and to the right along axis 2. Lecture item 96. Source: Simard,
    Steinkraus & Platt 2003.

    >>> x = np.arange(12.0).reshape(3, 4)
    >>> shift(x, np.random.default_rng(0), most=2).tolist()
    [[0.0, 0.0, 0.0, 1.0], [4.0, 4.0, 5.0, 6.0], [8.0, 9.0, 10.0, 11.0]]
    """
    axis, length = _axis(x, axis)
    most = checks.count("most", most, least=0)
    steps = checks.generator("rng", rng).integers(-most, most + 1, len(x))
    source = np.arange(length) - steps[:, None]
    source = np.clip(source, 0, length - 1)
    ends = (1,) * (axis - 1), (1,) * (x.ndim - axis - 1)
    return np.take_along_axis(
        x, source.reshape(len(x), *ends[0], length, *ends[1]), axis
    )


def gain(x, rng, most):
    """Every example multiplied by a factor, drawn evenly from 1 - most …
    1 + most.

    ``x``: (N, …), the examples first. Lecture item 96.

    >>> gain(np.ones((3, 2)), np.random.default_rng(0), most=0.5).round(2)
    array([[1.14, 1.14],
           [0.77, 0.77],
           [0.54, 0.54]])
    """
    _examples(x)
    most = checks.number("most", most, 0, np.inf)
    factor = 1 + checks.generator("rng", rng).uniform(-most, most, len(x))
    return x * factor.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1))


def rotate(x, rng, most):
    """Every picture turned about its middle by an angle, drawn evenly from
    -most … most degrees, counter-clockwise.

    Values between pixels are bilinear, and outside is the nearest pixel.
    ``x``: pictures (N, H, W) or (N, H, W, C). Lecture item 96. Source: Simard,
    Steinkraus & Platt 2003.

    >>> x = np.zeros((1, 3, 3))
    >>> x[0, 1, 2] = 1
    >>> rotate(x, np.random.default_rng(0), most=45)[0].round(2)
    array([[0.  , 0.  , 0.24],
           [0.  , 0.  , 0.77],
           [0.  , 0.  , 0.  ]])
    """
    _examples(x)
    if x.ndim not in (3, 4):
        raise ValueError(
            f"x: got shape {x.shape}, expected pictures, (N, H, W) or (N, H, W,"
            " C)"
        )
    most = checks.number("most", most, 0, np.inf)
    angle = checks.generator("rng", rng).uniform(-most, most, len(x))
    angle = np.deg2rad(angle)[:, None, None]
    middle = (np.array(x.shape[1:3]) - 1) / 2
    down, right = np.indices(x.shape[1:3]) - middle[:, None, None]
    rows = np.cos(angle) * down + np.sin(angle) * right + middle[0]
    columns = np.cos(angle) * right - np.sin(angle) * down + middle[1]
    return _bilinear(x, rows, columns).astype(x.dtype)


def _bilinear(x, rows, columns):
    """The values of x at places between the pixels, arrays (N, H, W)."""
    n = np.arange(len(x))[:, None, None]
    height, width = x.shape[1] - 1, x.shape[2] - 1
    rows, columns = np.clip(rows, 0, height), np.clip(columns, 0, width)
    top, left = rows.astype(int), columns.astype(int)
    below, right = np.minimum(top + 1, height), np.minimum(left + 1, width)
    down, across = (
        part.reshape(part.shape + (1,) * (x.ndim - 3))
        for part in (rows - top, columns - left)
    )
    upper = x[n, top, left] * (1 - across) + x[n, top, right] * across
    lower = x[n, below, left] * (1 - across) + x[n, below, right] * across
    return upper * (1 - down) + lower * down


def _examples(x):
    """A ValueError if x is not an array of floats, the examples first."""
    if checks.floats("x", x).ndim < 2 or 0 in x.shape:
        raise ValueError(
            f"x: got shape {x.shape}, expected examples, (N, …), and no empty"
            " axis"
        )


def _axis(x, axis):
    """``axis`` counted from the front, and its length."""
    _examples(x)
    whole = isinstance(axis, (int, np.integer)) and not isinstance(axis, bool)
    if not whole or not -x.ndim < axis < x.ndim or axis == 0:
        raise ValueError(
            f"axis: got {checks.shown(axis)}, expected an axis of x after the"
            f" examples, 1 to {x.ndim - 1}"
        )
    return axis % x.ndim, x.shape[axis]

"""Starting values for weights: functions that fill Ω, of shape (D_out, D_in),
in place.

Only a variance is chosen; the distribution is normal, or uniform of the same
variance. Options are fixed with ``functools.partial``: ``Dense(64, 32,
init=partial(he, fan="out"))``.
"""

import math

import numpy as np

from . import checks


def he(Omega, rng, fan="in", uniform=False, slope=0.0):
    """He initialization: mean 0 and variance 2/D_in, so that ReLU keeps the
    scale going forward.

    ``Omega``: (D_out, D_in), filled in place; ``rng``: a Generator. ``fan``:
    "in" for 2/D_in, "out" for 2/D_out, which keeps the scale of derivatives
    going backward, or "mean" for 4/(D_in + D_out). ``slope``: that of a leaky
    ReLU for negative inputs; the variance is divided by 1 + slope².
    ``uniform``: draw from U[-r, r] with r = √(3 variance).

    Lecture items 36 (Algorithm 2) and 37. Source: He, Zhang, Ren & Sun 2015,
    arXiv:1502.01852.

    >>> import numpy as np
    >>> Omega = np.empty((500, 200))
    >>> he(Omega, np.random.default_rng(0))
    >>> bool(abs(Omega.var() * 200 / 2 - 1) < 0.02)
    True
    """
    D_out, D_in = _shape(Omega, rng)
    slope = checks.number("slope", slope, -np.inf, np.inf)
    fans = {"in": D_in, "out": D_out, "mean": (D_in + D_out) / 2}
    if not isinstance(fan, str) or fan not in fans:
        raise ValueError(
            f"fan: got {fan!r}, expected one of {', '.join(map(repr, fans))}"
        )
    _fill(Omega, rng, 2 / ((1 + slope**2) * fans[fan]), uniform)


def glorot(Omega, rng, uniform=False):
    """Glorot (or Xavier) initialization: mean 0 and variance 2/(D_in + D_out).

    A compromise between forward and backward for activations that are the
    identity near zero, such as tanh. ``Omega``: (D_out, D_in), filled in place;
    ``rng``: a Generator. ``uniform``: draw from U[-r, r] with r = √(6/(D_in +
    D_out)).

    Lecture item 38 (Algorithm 3). Source: Glorot & Bengio 2010.

    >>> import numpy as np
    >>> Omega = np.empty((300, 300))
    >>> glorot(Omega, np.random.default_rng(0), uniform=True)
    >>> bool(0.0999 < Omega.max() < 0.1)
    True
    """
    D_out, D_in = _shape(Omega, rng)
    _fill(Omega, rng, 2 / (D_in + D_out), uniform)


def lecun(Omega, rng, uniform=False):
    """LeCun initialization: mean 0 and variance 1/D_in, which keeps the scale
    of linear layers.

    Also what SELU needs. ``Omega``: (D_out, D_in), filled in place; ``rng``: a
    Generator. ``uniform``: draw from U[-r, r] with r = √(3/D_in).

    Lecture item 39 (Algorithm 4). Source: LeCun, Bottou, Orr & Müller 1998,
    "Efficient BackProp".

    >>> import numpy as np
    >>> Omega = np.empty((500, 200))
    >>> lecun(Omega, np.random.default_rng(0))
    >>> bool(abs(Omega.var() * 200 - 1) < 0.02)
    True
    """
    _fill(Omega, rng, 1 / _shape(Omega, rng)[1], uniform)


def _shape(Omega, rng):
    """(D_out, D_in), if Omega can be filled."""
    checks.generator("rng", rng)
    if checks.writable("Omega", Omega).ndim != 2 or 0 in Omega.shape:
        raise ValueError(
            f"Omega: got shape {Omega.shape}, expected (D_out, D_in)"
        )
    return Omega.shape


def _fill(Omega, rng, variance, uniform):
    if checks.boolean("uniform", uniform):
        r = math.sqrt(3 * variance)
        Omega[...] = rng.uniform(-r, r, Omega.shape)
    else:
        Omega[...] = rng.normal(0, math.sqrt(variance), Omega.shape)

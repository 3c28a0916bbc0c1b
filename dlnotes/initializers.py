"""Starting values for weights: functions that fill Ω, of shape (D_out, D_in), in place."""

import math


def he(Omega, rng):
    """He initialization: normal with mean 0 and variance 2/D_in, so that ReLU keeps the scale.

    ``Omega``: (D_out, D_in), filled in place; ``rng``: a Generator.
    Lecture item 36 (Algorithm 2). Source: He, Zhang, Ren & Sun 2015, arXiv:1502.01852.

    >>> import numpy as np
    >>> Omega = np.empty((500, 200))
    >>> he(Omega, np.random.default_rng(0))
    >>> bool(abs(Omega.var() * 200 / 2 - 1) < 0.02)
    True
    """
    D_out, D_in = Omega.shape
    Omega[...] = rng.normal(0, math.sqrt(2 / D_in), Omega.shape)

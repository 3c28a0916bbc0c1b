"""A layer that adds noise in training."""

import numpy as np

from . import checks
from .layers import Layer


class GaussianNoise(Layer):
    """Adds normal noise of standard deviation σ to every number, in training.

    As the first layer it is noise on the inputs. Afterwards it is the identity,
    unless it gets a Generator. Lecture item 90 (Algorithm 22). Source: Bishop
    1995, "Training with noise is equivalent to Tikhonov regularization".

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f, x, phi = Network(GaussianNoise(0.5)), np.ones((1, 2)), np.empty(0)
    >>> f(x, phi).tolist()
    [[1.0, 1.0]]
    >>> f(x, phi, rng=np.random.default_rng(0)).round(3).tolist()
    [[1.063, 0.934]]
    """

    def __init__(self, sigma):
        self.sigma = checks.number("sigma", sigma, 0, np.inf)
        self.draws = self.sigma > 0

    def forward(self, x, phi, ctx):
        if ctx.rng is None or not self.draws:
            return x, None

        def normal(rng, size):
            return rng.standard_normal(size, dtype=x.dtype)

        noise = ctx.draw(normal, x.shape)
        return x + np.asarray(self.sigma, x.dtype) * noise, None

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy

    def __repr__(self):
        return f"GaussianNoise({self.sigma:g})"

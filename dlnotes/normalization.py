"""Layers that centre and scale what goes through them."""

import numpy as np

from . import checks
from .activations import over_examples, per_feature
from .layers import Layer


class _Normalization(Layer):
    """z = γ x̂ + β for d features, the last axis. γ starts at 1 and β at 0;
    neither decays.
    """

    def __init__(self, d, eps=1e-5):
        self.d = checks.count("d", d)
        self.eps = checks.number("eps", eps, 0, np.inf)
        self.size, self.expects = 2 * self.d, (..., self.d)

    def views(self, phi):
        """γ and β as views into φ, of shape (..., d)."""
        return phi[..., : self.d], phi[..., self.d :]

    def fill(self, phi, rng):
        gamma, beta = self.views(phi)
        gamma[...], beta[...] = 1, 0

    def _scaled(self, hat, phi):
        """γ x̂ + β."""
        gamma, beta = self.views(phi)
        return per_feature(gamma, hat) * hat + per_feature(beta, hat)

    def _normalize(self, x, mean, var):
        """x̂ = (x - μ)/√(σ² + ε), and the factor 1/√(σ² + ε)."""
        factor = 1 / np.sqrt(var + self.eps)
        return (x - mean) * factor, factor

    def _backward_through(self, dy, hat, factor, phi, dphi, over):
        """∂ℓ/∂x where μ and σ² are means over these axes of x itself (None:
        constants); writes ∂ℓ/∂γ and ∂ℓ/∂β.
        """
        dgamma, dbeta = self.views(dphi)
        dgamma[...] = over_examples(dy * hat, dgamma)
        dbeta[...] = over_examples(dy, dbeta)
        dx = dy * per_feature(self.views(phi)[0], dy)
        if over is not None:
            slope = (dx * hat).mean(axis=over, keepdims=True)
            dx -= dx.mean(axis=over, keepdims=True)
            dx -= hat * slope
        return factor * dx

    def __repr__(self):
        return f"{type(self).__name__}({self.d})"


class BatchNorm(_Normalization):
    """Batch normalization: every feature gets the mean β and the standard
    deviation γ that it learns.

    x̂ = (x - μ)/√(σ² + ε) and z = γ x̂ + β. In training, μ and σ² are the mean
    and the variance of the batch, of its N examples, and for signals and
    pictures over all positions as well. Otherwise they are running averages,
    which each batch moves by the fraction ``momentum``, starting from 0 and 1.
    The batch's variance has the divisor m, the one that runs m - 1, so that it
    is unbiased. A batch with one value a feature is refused: it would have no
    variance.

    γ and β are the 2d parameters, the running μ and σ² the 2d statistics.
    Lecture items 53, 54 and 153 (Algorithm 5). Source: Ioffe & Szegedy 2015,
    arXiv:1502.03167.

    >>> import numpy as np
    >>> from dlnotes import Context
    >>> layer, state = BatchNorm(1, eps=0), np.array([0.0, 1.0])
    >>> x, phi = np.array([[1.0], [3.0]]), np.array([2.0, 5.0])
    >>> layer.forward(x, phi, Context(True, state=state))[0].tolist()
    [[3.0], [7.0]]
    >>> state.round(12).tolist()
    [0.2, 1.1]
    """

    def __init__(self, d, eps=1e-5, momentum=0.1):
        super().__init__(d, eps)
        self.momentum = checks.number("momentum", momentum, 0, 1, False)
        self.stats = 2 * self.d

    def fill_state(self, state):
        mean, var = self.views(state)
        mean[...], var[...] = 0, 1

    def forward(self, x, phi, ctx):
        over = tuple(range(phi.ndim - 1, x.ndim - 1))
        running = [per_feature(s, x) for s in self.views(ctx.state)]
        if not ctx.train:
            hat, factor = self._normalize(x, *running)
            return self._scaled(hat, phi), (hat, factor, None)
        m = int(np.prod([x.shape[k] for k in over]))
        if m < 2:
            raise ValueError(
                "x: got a batch with one value a feature, expected at least"
                " two: batch normalization divides by their standard deviation;"
                " choose a batch size that leaves no last batch of one"
            )
        mean = x.mean(axis=over, keepdims=True)
        var = x.var(axis=over, keepdims=True)
        for old, new in zip(running, (mean, var * (m / (m - 1)))):
            old += self.momentum * (new - old)
        hat, factor = self._normalize(x, mean, var)
        return self._scaled(hat, phi), (hat, factor, over)

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        hat, factor, over = saved
        return self._backward_through(dy, hat, factor, phi, dphi, over)


class LayerNorm(_Normalization):
    """Layer normalization: every example on its own, over its d features.

    x̂ = (x - μ)/√(σ² + ε) with the mean and the variance along the last axis,
    then z = γ x̂ + β. No statistics, and the same in training and afterwards.
    Lecture item 53 (a relative). Source: Ba, Kiros & Hinton 2016,
    arXiv:1607.06450.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f = Network(LayerNorm(2, eps=0))
    >>> f(np.array([[1.0, 3.0]]), f.init(np.random.default_rng(0))).tolist()
    [[-1.0, 1.0]]
    """

    def forward(self, x, phi, ctx):
        mean = x.mean(axis=-1, keepdims=True)
        hat, factor = self._normalize(x, mean, x.var(axis=-1, keepdims=True))
        return self._scaled(hat, phi), (hat, factor)

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return self._backward_through(dy, *saved, phi, dphi, -1)

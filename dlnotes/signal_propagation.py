"""How large a signal is in every layer, going forward, and its derivative,
coming back.
"""

from typing import NamedTuple

import numpy as np

from .networks import Context, Dense, spawn


class Signals(NamedTuple):
    """Mean squares at the outputs of the K + 1 dense layers, each of shape
    (..., K + 1).

    ``forward``: of the pre-activations f_k; ``backward``: of ∂ℓ/∂f_k, the
    derivatives of each example's loss.
    """

    forward: np.ndarray
    backward: np.ndarray


def signal_propagation(f, x, phi, dy):
    """Send ``x`` forward through ``f`` and ``dy`` back; how large is each at
    every dense layer?

    ``x``: (N, D); ``phi``: (P,) or (M, P); ``dy``: ∂ℓ/∂(output), of the
    output's shape, or (N, D_out) for all models of a population. Means are over
    the examples and the units. Lecture items 35 to 37 and 106. Source: Glorot &
    Bengio 2010; He et al. 2015, arXiv:1502.01852.

    >>> from dlnotes import Identity, Network
    >>> f = Network(Dense(1, 1), Identity(), Dense(1, 1))
    >>> phi = np.array([3.0, 0.0, 0.5, 0.0])  # f₀ = 3 x, and f₁ = f₀/2
    >>> x, dy = np.array([[2.0]]), np.array([[1.0]])
    >>> forward, backward = signal_propagation(f, x, phi, dy)
    >>> forward.tolist(), backward.tolist()
    ([36.0, 9.0], [0.25, 1.0])
    """
    f.check(x, phi)
    train = Context(True, spawn(None, phi), None)
    forward, kept = [], []
    for layer, own in zip(f.layers, f.slices):
        x, saved = layer.forward(x, phi[..., own], train)
        kept.append(saved)
        if isinstance(layer, Dense):
            forward.append(np.mean(x**2, axis=(-2, -1)))
    dy = np.broadcast_to(np.asarray(dy, phi.dtype), x.shape)
    backward = []
    for layer, own, saved in reversed(list(zip(f.layers, f.slices, kept))):
        if isinstance(layer, Dense):
            backward.append(np.mean(dy**2, axis=(-2, -1)))
        dphi = np.empty(phi.shape[:-1] + (layer.size,), phi.dtype)
        dy = layer.backward(dy, saved, phi[..., own], dphi)
    return Signals(
        np.stack(forward, axis=-1), np.stack(backward[::-1], axis=-1)
    )

"""How large a signal is in every layer, going forward, and its derivative,
coming back.
"""

from typing import NamedTuple

import numpy as np

from . import checks
from .layers import Context
from .networks import Network


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

    >>> from dlnotes import Dense, Identity
    >>> f = Network(Dense(1, 1), Identity(), Dense(1, 1))
    >>> phi = np.array([3.0, 0.0, 0.5, 0.0])  # f₀ = 3 x, and f₁ = f₀/2
    >>> x, dy = np.array([[2.0]]), np.array([[1.0]])
    >>> forward, backward = signal_propagation(f, x, phi, dy)
    >>> forward.tolist(), backward.tolist()
    ([36.0, 9.0], [0.25, 1.0])
    """
    if not isinstance(f, Network):
        raise ValueError(f"f: got {checks.shown(f)}, expected a Network")
    state = f.init_state(phi)  # a spare one: only batch statistics are used
    x = f.check(x, phi, state)
    chain, forward, backward = [], [], []
    for layer, own, mark in f.leaves():
        ctx = Context(True, None, state[..., mark])
        x, saved = layer.forward(x, phi[..., own], ctx)
        chain.append((layer, own, saved))
        if layer.decays:
            forward.append(_mean_square(x, phi))
    dy = _derivative(dy, x, phi)
    for layer, own, saved in reversed(chain):
        if layer.decays:
            backward.append(_mean_square(dy, phi))
        dphi = np.empty((*phi.shape[:-1], layer.size), phi.dtype)
        dy = layer.backward(dy, saved, phi[..., own], dphi)
    if not forward:
        raise ValueError("f: got no layer with weights, expected one")
    return Signals(
        np.stack(forward, axis=-1), np.stack(backward[::-1], axis=-1)
    )


def _mean_square(a, phi):
    """Over the examples and the units, of one model or of each."""
    return np.mean(a**2, axis=tuple(range(phi.ndim - 1, a.ndim)))


def _derivative(dy, out, phi):
    """``dy`` in the shape of the output, which it has, but for the models."""
    shapes = out.shape, out.shape[phi.ndim - 1 :]
    if checks.array("dy", dy).shape not in shapes or (
        dy.dtype.kind not in "iu" and dy.dtype != phi.dtype
    ):
        raise ValueError(
            f"dy: got {checks.shown(dy)}, expected {phi.dtype} of the output's"
            f" shape, {shapes[1]}"
        )
    return np.broadcast_to(dy.astype(phi.dtype), out.shape)

"""Gradient clipping: a gradient function made from another, whose values are
never too long.
"""

import numpy as np

from . import checks


def clip_by_value(limit):
    """Clipping for ``train(…, wrap=clip_by_value(1.0))``: each component to
    [-limit, limit].

    It changes the direction: (0.9, 100) becomes (0.9, 1), turned by 41.5
    degrees. Lecture item 55 (Algorithm 6). Source: Mikolov 2012.

    >>> clip_by_value(1.0)(lambda phi: phi)(np.array([0.9, 100.0])).tolist()
    [0.9, 1.0]
    """
    checks.number("limit", limit, 0, np.inf, closed=False)

    def wrap(grad):
        checks.function("grad", grad)
        return lambda phi: np.clip(grad(phi), -limit, limit)

    return wrap


def clip_by_norm(limit):
    """Clipping for ``train(…, wrap=clip_by_norm(1.0))``: g min(1, limit/‖g‖),
    model by model.

    It keeps the direction. ‖g‖ is the Euclidean norm of the whole gradient;
    where that is no number, there is no direction, and a ValueError says so.
    Lecture item 55. Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063.

    >>> clip_by_norm(1.0)(lambda phi: phi)(np.array([30.0, 40.0])).tolist()
    [0.6, 0.8]
    """
    checks.number("limit", limit, 0, np.inf, closed=False)

    def wrap(grad):
        checks.function("grad", grad)

        def clipped(phi):
            g = grad(phi)
            return g * (limit / np.maximum(_norm(g), limit))

        return clipped

    return wrap


def _norm(g):
    """‖g‖ of each model, of shape (..., 1), by a way on which no square
    overflows.
    """
    largest = np.abs(g).max(axis=-1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = g / np.where(largest > 0, largest, 1)
        norm = largest * np.linalg.norm(scaled, axis=-1, keepdims=True)
    if not np.isfinite(norm).all():
        raise ValueError("grad: it returned nan or inf, expected numbers")
    return norm

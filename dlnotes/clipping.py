"""Gradient clipping: a gradient function made from another, whose values are
never too long.
"""

import numpy as np


def clip_by_value(limit):
    """Clipping for ``train(…, wrap=clip_by_value(1.0))``: each component to
    [-limit, limit].

    It changes the direction: (0.9, 100) becomes (0.9, 1), turned by 41.5
    degrees. Lecture item 55 (Algorithm 6). Source: Mikolov 2012.

    >>> clip_by_value(1.0)(lambda phi: phi)(np.array([0.9, 100.0])).tolist()
    [0.9, 1.0]
    """
    _check_limit(limit)
    return lambda grad: lambda phi: np.clip(grad(phi), -limit, limit)


def clip_by_norm(limit):
    """Clipping for ``train(…, wrap=clip_by_norm(1.0))``: g min(1, limit/‖g‖),
    model by model.

    It keeps the direction. ‖g‖ is the Euclidean norm of the whole gradient.
    Lecture item 55. Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063.

    >>> clip_by_norm(1.0)(lambda phi: phi)(np.array([30.0, 40.0])).tolist()
    [0.6, 0.8]
    """
    _check_limit(limit)

    def wrap(grad):
        def clipped(phi):
            g = grad(phi)
            largest = np.abs(g).max(axis=-1, keepdims=True)
            scaled = g / np.where(
                largest > 0, largest, 1
            )  # so that no square overflows
            norm = np.linalg.norm(scaled, axis=-1, keepdims=True)
            return np.where(
                norm * largest > limit, scaled / norm.clip(1) * limit, g
            )

        return clipped

    return wrap


def _check_limit(limit):
    if not limit > 0:
        raise ValueError(f"limit: got {limit!r}, expected a number above 0")

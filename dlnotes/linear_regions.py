"""Linear regions: into how many straight pieces does a ReLU network cut its
input?
"""

import math
from typing import NamedTuple

import numpy as np

from . import checks
from .activations import Identity, ReLU
from .layers import Dense
from .networks import Network

CLOSE = (
    1e-12  # two joints nearer than this, relative to 1 + |x|, are taken for one
)


class Pieces(NamedTuple):
    """A piecewise linear function of one input: f[x] = slopes[i]·x +
    intercepts[i] on piece i.

    ``edges`` (n + 1,) are the ends of the n pieces, from ``low`` to ``high``;
    ``slopes`` and ``intercepts`` are (n, D_out).
    """

    edges: np.ndarray
    slopes: np.ndarray
    intercepts: np.ndarray

    @property
    def count(self):
        """The number of pieces, n."""
        return len(self.slopes)


def linear_pieces(f, phi, low=-np.inf, high=np.inf):
    """The pieces of a ReLU network with one input, exactly: a `Pieces`. Nothing
    is sampled.

    A dense layer changes slopes and intercepts, piece by piece. A ReLU cuts a
    piece where a unit crosses zero, and silences the units below zero. At the
    end, neighbours with the same slopes are one piece. Time and memory grow
    with the number of pieces n: D² n for each layer of width D.

    ``f``: a Network of Dense, ReLU and Identity layers (or of such networks);
    ``phi``: (P,); ``low``, ``high``: the interval. ValueError: another layer,
    or more than one input. Lecture items 1, 3, 5 and 6. Source: the definition;
    Serra, Tjandraatmadja & Ramalingam 2018, arXiv:1711.02114, count regions in
    any dimension with integer programs.

    >>> f = Network(Dense(1, 2), ReLU(), Dense(2, 1))
    >>> phi = np.array([1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0])  # it makes |x|
    >>> pieces = linear_pieces(f, phi)
    >>> pieces.count, pieces.edges.tolist(), pieces.slopes.ravel().tolist()
    (2, [-inf, 0.0, inf], [-1.0, 1.0])
    """
    if not isinstance(f, Network):
        raise ValueError(f"f: got {checks.shown(f)}, expected a Network")
    try:
        f.shape((1,))
    except ValueError:
        raise ValueError(
            f"f: got a network of inputs {f.expects}, expected one input"
        ) from None
    f.init_state(phi)  # checks φ
    if phi.ndim != 1 or not np.isfinite(phi).all():
        raise ValueError(
            f"phi: got {checks.shown(phi)}, expected finite numbers of shape"
            f" ({f.size},): one network"
        )
    checks.limits(low=low, high=high)
    start = Pieces(
        np.array([low, high], float), np.ones((1, 1)), np.zeros((1, 1))
    )
    return _merge(_through(f, phi, start))


def _through(f, phi, pieces):
    """The pieces after all layers of a network."""
    for layer, own, _ in f.leaves():
        if isinstance(layer, Dense):
            Omega, beta = layer.views(phi[own])
            edges, slopes, intercepts = pieces
            pieces = Pieces(
                edges, slopes @ Omega.T, intercepts @ Omega.T + beta
            )
        elif isinstance(layer, ReLU):
            pieces = _clip(pieces)
        elif not isinstance(layer, Identity):
            raise ValueError(
                f"f: its layer {layer!r} is none of Dense, ReLU, Identity"
            )
    return pieces


def _clip(pieces):
    """max(0, ·): new edges where a unit crosses zero, zeros where a unit is
    below.
    """
    edges, slopes, intercepts = pieces
    with np.errstate(divide="ignore", invalid="ignore"):
        zeros = 0 - intercepts / slopes  # (n, D); infinite for constant units
    left, right = edges[:-1, None], edges[1:, None]
    inside = (left < zeros) & (zeros < right)
    cuts = np.sort(np.concatenate([edges, zeros[inside]]))
    inner = cuts[1:-1]
    near = CLOSE * (1 + np.abs(inner))
    # Of joints that are one, the first stays; and none that is the end.
    twins = np.diff(cuts[:-1]) <= near
    twins |= cuts[-1] - inner <= near
    cuts = np.delete(cuts, 1 + np.flatnonzero(twins))
    middle = _middles(cuts)
    old = np.searchsorted(edges, middle) - 1  # from which piece it was cut
    slopes, intercepts = slopes[old], intercepts[old]
    on = slopes * middle[:, None] + intercepts > 0
    return Pieces(cuts, slopes * on, intercepts * on)


def _middles(edges):
    """A point inside each piece; the outermost pieces may be infinite."""
    left, right = edges[:-1].copy(), edges[1:].copy()
    left[np.isinf(left)] = min(right[0], 0) - 2
    right[np.isinf(right)] = max(left[-1], 0) + 2
    return (left + right) / 2


def _merge(pieces):
    """The same function with an edge only where a slope changes."""
    edges, slopes, intercepts = pieces
    size = np.abs(slopes).max()
    bend = np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-9 * size
    first = np.concatenate([[True], bend])
    return Pieces(
        edges[np.concatenate([first, [True]])], slopes[first], intercepts[first]
    )


def count_regions(D, d_in):
    """The number of regions into which D hyperplanes in general position cut a
    d_in-dimensional space.

    Σⱼ C(D, j) for j = 0 … d_in: the most regions of one hidden layer of D ReLU
    units; D + 1 for one input, 2ᴰ as long as D ≤ d_in. ``D``, ``d_in``: whole
    numbers, at least 1. Lecture item 5. Source: Zaslavsky 1975, "Facing up to
    arrangements".

    >>> count_regions(3, 1), count_regions(3, 2), count_regions(3, 3)
    (4, 7, 8)
    """
    checks.count("D", D)
    checks.count("d_in", d_in)
    checks.count("D", min(D, d_in), most=10_000)  # of 3 000 digits, the result
    return sum(math.comb(D, j) for j in range(min(D, d_in) + 1))


def sawtooth(D, K):
    """A network with K hidden layers of D units that makes (D+1)^K pieces, the
    most possible.

    Each layer folds [0, 1] onto itself: D + 1 teeth, each from 0 to 1 or back.
    Its joints are at (2j - 1) / (2D + 1), j = 1 … D; the unit of the third
    joint faces left, all others right. The first tooth has slope 2D + 1, the
    others ±(D + 1/2). Returns ``(f, phi)``, as a full network: the matrix
    between two hidden layers has rank 1. ``D``: at least 3; ``K``: at least 1.
    Lecture items 3 and 6. Source: this book's, after Montúfar, Pascanu, Cho &
    Bengio 2014, arXiv:1402.1869.

    >>> linear_pieces(*sawtooth(3, 2)).count
    16
    """
    checks.count("K", K, most=1000)
    checks.count("D", D, least=3, most=10_000)  # two units cannot fold
    j = np.arange(1, D + 1)
    joints, faces, out = (
        (2 * j - 1) / (2 * D + 1),
        np.ones(D),
        (-1.0) ** j * (2 * D + 1),
    )
    faces[2] = -1
    out[0] *= 1.5
    layers, values = [Dense(1, D)], [faces, -faces * joints]
    for _ in range(K - 1):  # one tooth ends and the next begins: one layer
        layers += [ReLU(), Dense(D, D)]
        values += [np.outer(faces, out).ravel(), faces * (5 - joints)]
    return Network(*layers, ReLU(), Dense(D, 1)), np.concatenate(
        [*values, out, [5.0]]
    )

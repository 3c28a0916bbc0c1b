"""Small data sets that come with the package: nothing is ever downloaded."""

from functools import lru_cache
from importlib.resources import files

import numpy as np

from .. import checks
from .mnist1d import mnist1d

__all__ = ["digits", "mnist1d", "split"]


@lru_cache(maxsize=1)
def _digits():
    with (
        files(__package__).joinpath("digits.npz").open("rb") as file,
        np.load(file) as arrays,
    ):
        return arrays["x"], arrays["y"]


def digits():
    """1 797 handwritten digits of 8x8 pixels: x of shape (1797, 64) in 0 … 16,
    y of shape (1797,).

    Each pixel counts the dark cells of a 4x4 block of a 32x32 scan, so it is a
    whole number from 0 (paper) to 16 (ink). Rows are in the order of the
    original file, where examples by one writer follow each other: a random
    split has the same 13 writers on both sides.

    Provenance: the test part of "Optical Recognition of Handwritten Digits", E.
    Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998,
    doi:10.24432/C50P49, as scikit-learn ships it; licence CC BY 4.0.

    >>> x, y = digits()
    >>> x.shape, float(x.max()), np.bincount(y).tolist()
    ((1797, 64), 16.0, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    """
    x, y = _digits()
    return x.astype(float), y.astype(int)


def split(x, y, rng, fractions=(0.6, 0.2, 0.2)):
    """Deal the examples out at random: a list of pairs (x, y), one for each
    fraction.

    ``rng`` is a Generator. With ``fractions`` that add up to 1, every example
    is in just one part; a part that would be empty is an error.

    >>> train, validation, test = split(*digits(), np.random.default_rng(0))
    >>> [len(y) for x, y in (train, validation, test)]
    [1078, 360, 359]
    """
    checks.generator("rng", rng)
    if len(x) != len(y):
        raise ValueError(
            f"y: got {len(y)} targets, expected one for each of {len(x)}"
            " examples"
        )
    shares = np.asarray(fractions, float)
    if (
        shares.ndim != 1
        or (shares <= 0).any()
        or not np.isclose(shares.sum(), 1)
    ):
        raise ValueError(
            f"fractions: got {fractions}, expected positive numbers that add up"
            " to 1"
        )
    cuts = np.rint(np.cumsum(shares)[:-1] * len(x)).astype(int)
    parts = np.split(rng.permutation(len(x)), cuts)
    if min(map(len, parts)) == 0:
        raise ValueError(
            f"x: got {len(x)} examples, too few for the fractions {fractions}"
        )
    return [(x[part], y[part]) for part in parts]

"""Handwritten digits, and the parts that the book makes of them."""

from functools import lru_cache

import numpy as np

from .split import split


@lru_cache(maxsize=2)
def packed(name):
    """x and y of a file beside this one."""
    from importlib.resources import files  # slow to import

    with (
        files(__package__).joinpath(name).open("rb") as file,
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
    x, y = packed("digits.npz")
    return x.astype(float), y.astype(int)


def digits_split(rng):
    """The parts of the `digits` that the book uses: training, validation and
    test set as pairs (x, y), the pixels scaled to -1 … 1.

    ``rng``: a Generator, which deals the digits out at random as `split` does;
    with None they stay in the order of the file, so that nearly all test digits
    are by other writers than the training digits.

    >>> train, validation, test = digits_split(np.random.default_rng(0))
    >>> [len(y) for x, y in (train, validation, test)]
    [1078, 360, 359]
    """
    x, y = digits()
    return split(x / 8 - 1, y, rng)

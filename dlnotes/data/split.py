"""Three parts of the data: one to learn from, one to choose by, one to judge
by.
"""

import numpy as np

from .. import checks


def split(x, y, rng):
    """Training, validation and test set, 60, 20 and 20 % of the examples, dealt
    out at random: a list of three pairs (x, y).

    ``rng`` is a Generator; with None the examples stay in their order. Every
    example is in just one part, and no part is empty.

    >>> x = np.arange(10.0)
    >>> train, validation, test = split(x, 2 * x, None)
    >>> train[0].tolist(), validation[0].tolist(), test[1].tolist()
    ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0], [16.0, 18.0])
    """
    for name, a in ("x", x), ("y", y):
        checks.real(name, checks.array(name, a), axes=1)
    n = len(x)
    if len(y) != n:
        raise ValueError(
            f"y: got {len(y)} targets, expected one for each of {n} examples"
        )
    if n < 4:
        raise ValueError(f"x: got {n} examples, expected at least 4")
    if rng is None:
        order = np.arange(n)
    else:
        order = checks.generator("rng", rng).permutation(n)
    cuts = np.rint([0.6 * n, 0.8 * n]).astype(int)
    return [(x[part], y[part]) for part in np.split(order, cuts)]

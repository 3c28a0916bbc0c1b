"""How good are predictions, and is a difference more than chance?"""

import numpy as np

from . import checks


def accuracy(predicted, y):
    """The fraction of right labels: a float, or (M,) if ``predicted`` is (M,
    N).

    ``predicted``: (N,) or (M, N); ``y``: the true labels, (N,) or the same
    shape.

    >>> accuracy(np.array([1, 2, 3, 3]), np.array([1, 2, 3, 4]))
    0.75
    """
    predicted, y = _labels(predicted, y)
    right = (predicted == y).mean(axis=-1)
    return float(right) if right.ndim == 0 else right


def confusion_matrix(predicted, y, classes):
    """Counts of true class (row) against predicted class (column): (classes,
    classes).

    ``predicted``, ``y``: whole numbers below ``classes``, as for `accuracy`;
    populations are added up.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    predicted, y = _labels(predicted, y)
    checks.count("classes", classes)
    for name, labels in ("predicted", predicted), ("y", y):
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(
                f"{name}: got {labels.min()} to {labels.max()}, expected 0 to"
                f" {classes - 1}"
            )
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (np.broadcast_to(y, predicted.shape), predicted), 1)
    return counts


def margin(a, b=None):
    """Three standard errors of the mean of ``a``, or of the difference of the
    means of ``a`` and ``b``: what a difference must exceed to be claimed.

    3 √(s²/n) with s² = Σ (a - ā)²/(n - 1), a float. Pairs (the same start, the
    same batches) are compared by their differences, ``margin(a - b)``;
    independent numbers by ``margin(a, b)`` = 3 √(s_a²/n + s_b²/m). ``a``: (n,),
    ``b``: (m,), at least five numbers each: one for each seed.

    >>> gain = np.array([3.0, 1.0, 2.0, 4.0, 0.0])
    >>> round(margin(gain), 4)  # 3 √(2.5/5); the mean, 2, is no claim
    2.1213
    >>> round(margin(gain, gain + 5), 4)  # were they no pairs
    3.0
    """
    samples = [checks.seeds("a", a)]
    if b is not None:
        samples.append(checks.seeds("b", b))
    return 3 * float(sum(s.var(ddof=1) / s.size for s in samples)) ** 0.5


def _labels(predicted, y):
    """Both as whole numbers, if they can be compared: (N,) or (M, N) with (N,)
    or the same shape.
    """
    predicted, y = np.asarray(predicted), np.asarray(y)
    for name, a in ("predicted", predicted), ("y", y):
        if a.dtype.kind not in "biu" or a.ndim == 0:
            raise ValueError(
                f"{name}: got {a.dtype} of shape {a.shape}, expected labels,"
                " whole numbers"
            )
    if predicted.ndim == 2 and predicted.shape[0] > 1 == predicted.shape[1]:
        raise ValueError(
            f"predicted: got shape {predicted.shape}, expected (N,); write"
            " [..., 0]"
        )
    if (
        predicted.size == 0
        or predicted.ndim > 2
        or y.shape not in (predicted.shape, predicted.shape[1:])
    ):
        raise ValueError(
            f"predicted: got shape {predicted.shape} for y of shape {y.shape},"
            " expected the same, or a leading axis of models; and at least one"
            " example"
        )
    return predicted.astype(int), y.astype(int)

"""The answers to the exercises of chapter 1."""

import numpy as np

EXERCISES = {}

# 1.4 Backpropagation reads digits ----------------------------------------------------------------


def _layer(rng):
    return [(rng.normal(size=(n, 3)), rng.normal(size=(n, 4))) for n in (1, 5, 8)]


def _logits(rng):
    return [(rng.normal(size=(n, 4)), rng.integers(0, 4, n)) for n in (3, 10)]


def _counts(rng):
    return [(rng.integers(0, 20, (k, k)) + np.eye(k, dtype=int),) for k in (3, 5, 10)]


EXERCISES["parameter-count"] = (
    None,
    6570,
    {
        "Those are the weights only; every unit has a bias, too.": 64 * 64 + 64 * 32 + 32 * 10,
        "A layer from D inputs has D + 1 parameters for each of its units; the bias belongs to the"
        " output side, not to the input side.": 64 * 65 + 64 * 33 + 32 * 11,
    },
)

EXERCISES["layer-gradients"] = (
    _layer,
    lambda df, h: (df.T @ h, df.sum(axis=0)),
    {
        "That is the transpose: the derivative has the shape of Ω, (D_out, D_in).": (
            lambda df, h: (h.T @ df, df.sum(axis=0))
        ),
        "β is added to every example, so its derivative is a sum over the examples, not a mean: the"
        " 1/N of the loss is in df already.": lambda df, h: (df.T @ h, df.mean(axis=0)),
        "The bias gradient is summed over the wrong axis: one number a unit is wanted, not one an"
        " example.": lambda df, h: (df.T @ h, df.sum(axis=1)),
    },
)

EXERCISES["initial-loss"] = (
    None,
    1.0,
    {
        "Only one of the ten outputs is wrong, by 1; the loss sums over the outputs and averages"
        " over the examples.": 0.1,
        "That is the cross-entropy of ten equal probabilities; here the loss is the squared"
        " error.": 2.302585,
        "There is no factor ½ in this book's squared error.": 0.5,
    },
)


def _worst_pair(counts):
    errors = counts - np.diag(np.diag(counts))
    row, column = np.unravel_index(errors.argmax(), errors.shape)
    return int(row), int(column)


def _symmetric_pair(counts):
    errors = counts + counts.T - 2 * np.diag(np.diag(counts))
    return tuple(int(i) for i in np.unravel_index(errors.argmax(), errors.shape))


EXERCISES["worst-confusion"] = (
    _counts,
    _worst_pair,
    {
        "The diagonal holds the right answers; leave it out.": (
            lambda c: tuple(int(i) for i in np.unravel_index(c.argmax(), c.shape))
        ),
        "The order matters: first the true class (the row), then the predicted one.": (
            lambda c: _worst_pair(c)[::-1]
        ),
        "That adds both directions of a confusion; here (true, predicted) is one entry.": (
            _symmetric_pair
        ),
    },
)

EXERCISES["squared-error-gradient"] = (
    _logits,
    lambda f, y: 2 * (f - np.eye(f.shape[1])[y]) / len(f),
    {
        "The loss is the mean over the examples, so its derivative is divided by N.": (
            lambda f, y: 2 * (f - np.eye(f.shape[1])[y])
        ),
        "The derivative of a square brings down a factor 2.": (
            lambda f, y: (f - np.eye(f.shape[1])[y]) / len(f)
        ),
        "Divide by the number of examples only: over the outputs the loss is a sum.": (
            lambda f, y: 2 * (f - np.eye(f.shape[1])[y]) / f.size
        ),
        "The sign is turned round: the derivative is positive where the output is too large.": (
            lambda f, y: -2 * (f - np.eye(f.shape[1])[y]) / len(f)
        ),
    },
)

"""The answers to the exercises of chapter 2."""

import numpy as np

EXERCISES = {}

# 2.1 From likelihood to loss; regression ---------------------------------------------------------

EXERCISES["underflow"] = (
    None,
    324,
    {
        "That is where numbers lose digits (below 2.2e-308), not where they vanish.": 308,
        "1e-323 is still a number: about twice the smallest one.": 323,
    },
)

EXERCISES["nll-by-hand"] = (
    None,
    2.919,
    {
        "The square is divided by 2σ², here by 2.": 4.919,
        "The constant belongs to the loss of a normal distribution.": 2.0,
        "Square the difference.": 1.919,
    },
)


def _predictions(rng):
    return [(rng.normal(size=(n, 1)), rng.normal(size=(n, 1))) for n in (5, 30)]


EXERCISES["sigma-hat-exercise"] = (
    _predictions,
    lambda f, y: np.sqrt(np.mean((y - f) ** 2)),
    {
        "That is the variance; take the root.": lambda f, y: np.mean((y - f) ** 2),
        "Do not subtract the mean of the residuals: the network's output is the mean.": (
            lambda f, y: np.std(y - f)
        ),
        "Divide by N: maximum likelihood does not know N - 1.": (
            lambda f, y: np.sqrt(np.sum((y - f) ** 2) / (len(y) - 1))
        ),
    },
)


def _counts(rng):
    return [(rng.normal(size=n), rng.integers(0, 6, n)) for n in (4, 9)]


EXERCISES["poisson-loss"] = (
    _counts,
    lambda f, y: (np.exp(f) - y * f, np.exp(f) - y),
    {
        "The derivative is with respect to f, not to the rate exp f.": (
            lambda f, y: (np.exp(f) - y * f, 1 - y * np.exp(-f))
        ),
        "f is the logarithm of the rate, not the rate.": (
            lambda f, y: (
                f - y * np.log(np.where(f > 0, f, np.nan)),
                1 - y / np.where(f > 0, f, np.nan),
            )
        ),
        "The loss is the negative logarithm.": lambda f, y: (y * f - np.exp(f), y - np.exp(f)),
    },
)


def _angles(rng):
    return [
        (rng.uniform(-4, 4, n), rng.uniform(-4, 4, n), kappa) for n, kappa in ((4, 0.5), (7, 3))
    ]


EXERCISES["von-mises"] = (
    _angles,
    lambda mu, y, kappa: (
        np.log(2 * np.pi * np.i0(kappa)) - kappa * np.cos(y - mu),
        -kappa * np.sin(y - mu),
    ),
    {
        "The derivative of cos(y - μ) by μ is + sin(y - μ), and the loss has a minus before it.": (
            lambda mu, y, kappa: (
                np.log(2 * np.pi * np.i0(kappa)) - kappa * np.cos(y - mu),
                kappa * np.sin(y - mu),
            )
        ),
        "The normalising constant belongs to the loss.": (
            lambda mu, y, kappa: (-kappa * np.cos(y - mu), -kappa * np.sin(y - mu))
        ),
    },
)

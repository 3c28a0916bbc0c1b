"""The answers to the exercises of chapter 2."""

import numpy as np

EXERCISES = {}

# 2.1 From likelihood to loss; regression -------------------------------------

EXERCISES["underflow"] = (
    None,
    324,
    {
        "That is where numbers lose digits (below 2.2e-308), not where they"
        " vanish.": (308),
        "1e-323 is still a number: about twice the smallest one.": 323,
    },
)


def _predictions(rng):
    return [(rng.normal(size=(n, 1)), rng.normal(size=(n, 1))) for n in (5, 30)]


EXERCISES["sigma-hat-exercise"] = (
    _predictions,
    lambda f, y: np.sqrt(np.mean((y - f) ** 2)),
    {
        "That is the variance; take the root.": lambda f, y: np.mean(
            (y - f) ** 2
        ),
        "Do not subtract the mean of the residuals: the network's output is"
        " the mean.": lambda f, y: np.std(y - f),
        "Divide by N: maximum likelihood does not know N - 1.": (
            lambda f, y: np.sqrt(np.sum((y - f) ** 2) / (len(y) - 1))
        ),
    },
)


def _counts(rng):
    return [(rng.normal(size=n), rng.integers(0, 6, n)) for n in (4, 9)]


def _rate_itself(f, y):
    with np.errstate(invalid="ignore"):
        return f - y * np.log(f), 1 - y / f


EXERCISES["poisson-loss"] = (
    _counts,
    lambda f, y: (np.exp(f) - y * f, np.exp(f) - y),
    {
        "The derivative is with respect to f, not to the rate exp f.": (
            lambda f, y: (np.exp(f) - y * f, 1 - y * np.exp(-f))
        ),
        "f is the logarithm of the rate, not the rate.": _rate_itself,
        "The loss is the negative logarithm.": lambda f, y: (
            y * f - np.exp(f),
            y - np.exp(f),
        ),
    },
)


def _angles(rng):
    return [
        (rng.uniform(-4, 4, n), rng.uniform(-4, 4, n), kappa)
        for n, kappa in ((4, 0.5), (7, 3))
    ]


EXERCISES["von-mises"] = (
    _angles,
    lambda mu, y, kappa: (
        np.log(2 * np.pi * np.i0(kappa)) - kappa * np.cos(y - mu),
        -kappa * np.sin(y - mu),
    ),
    {
        "The derivative of cos(y - μ) by μ is + sin(y - μ), and the loss has"
        " a minus before it.": lambda mu, y, kappa: (
            np.log(2 * np.pi * np.i0(kappa)) - kappa * np.cos(y - mu),
            kappa * np.sin(y - mu),
        ),
        "κ is a factor in the exponent, so it is one in the derivative.": (
            lambda mu, y, kappa: (
                np.log(2 * np.pi * np.i0(kappa)) - kappa * np.cos(y - mu),
                -np.sin(y - mu),
            )
        ),
        "The normalising constant belongs to the loss.": lambda mu, y, kappa: (
            -kappa * np.cos(y - mu),
            -kappa * np.sin(y - mu),
        ),
    },
)

# 2.2 Classification ----------------------------------------------------------


def _logits_and_bits(rng):
    ends = np.array([[-800.0, -40.0], [40.0, 800.0]])
    return [
        (rng.normal(size=(3, 2)), rng.integers(0, 2, (3, 2))),
        (ends, np.eye(2, dtype=int)),
    ]


def _cross_entropy(f, y):
    return np.maximum(f, 0) + np.log1p(np.exp(-np.abs(f))) - y * f


def _overflowing(f, y):
    with np.errstate(over="ignore"):
        return np.log(1 + np.exp(f)) - y * f


EXERCISES["stable-cross-entropy"] = (
    _logits_and_bits,
    _cross_entropy,
    {
        "exp f overflows for large f; take out max(f, 0).": _overflowing,
        "The term - y f is missing.": (
            lambda f, y: np.maximum(f, 0) + np.log1p(np.exp(-np.abs(f)))
        ),
        "The last exponential has -|f|, so that it cannot overflow.": (
            lambda f, y: (
                np.maximum(f, 0) + np.log1p(np.exp(np.minimum(f, 700))) - y * f
            )
        ),
    },
)


def _rows_of_logits(rng):
    f = np.array([[1000.0, 0, -1000], [-1000, -1000, -1001]])
    return [(rng.normal(size=(4, 3)),), (f,)]


def _log_sum_exp(f):
    top = f.max(axis=1)
    return top + np.log(np.exp(f - top[:, None]).sum(axis=1))


def _shifted_by(top, f):
    with np.errstate(over="ignore", divide="ignore"):
        return top + np.log(np.exp(f - top).sum(axis=1))


EXERCISES["log-sum-exp"] = (
    _rows_of_logits,
    _log_sum_exp,
    {
        "What was subtracted must be added again outside the logarithm.": (
            lambda f: _log_sum_exp(f) - f.max(axis=1)
        ),
        "That sums over the examples; sum over the classes.": lambda f: (
            _log_sum_exp(f.T)
        ),
        "Those are the largest logits alone.": lambda f: f.max(axis=1),
        "exp overflows: subtract the largest logit of each row first.": (
            lambda f: _shifted_by(0, f)
        ),
        "Subtract the largest of each row, not of the whole array.": lambda f: (
            _shifted_by(f.max(), f)
        ),
    },
)


def _logits_and_labels(rng):
    large = np.array([[1000.0, 0, -1000], [0, 0, 0]])
    return [
        (rng.normal(size=(5, 4)), rng.integers(0, 4, 5)),
        (large, np.array([1, 2])),
    ]


def _softmax_gradient(f, y):
    e = np.exp(f - f.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - np.eye(f.shape[1])[y]) / len(y)


def _overflowing_gradient(f, y):
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.exp(f) / np.exp(f).sum(axis=1, keepdims=True)
    return (p - np.eye(f.shape[1])[y]) / len(y)


EXERCISES["softmax-gradient"] = (
    _logits_and_labels,
    _softmax_gradient,
    {
        "The mean over the examples brings a factor 1/N.": (
            lambda f, y: len(y) * _softmax_gradient(f, y)
        ),
        "Divide by the number of examples only.": (
            lambda f, y: _softmax_gradient(f, y) / f.shape[1]
        ),
        "A second 1/N: divide by the number of examples once.": lambda f, y: (
            _softmax_gradient(f, y) / len(y)
        ),
        "exp overflows: subtract the largest logit of each row first.": (
            _overflowing_gradient
        ),
        "Prediction minus target, not the other way round.": (
            lambda f, y: -_softmax_gradient(f, y)
        ),
    },
)

EXERCISES["initial-cross-entropy"] = (
    None,
    np.log(10.0),
    {
        "That is the squared error of a silent network.": 1.0,
        "The natural logarithm is meant.": np.log2(10.0),
        "That is the probability; the loss is made of its logarithm.": 0.1,
        "A logarithm of a probability is negative; the loss is not.": (
            -np.log(10.0)
        ),
    },
)

# 2.3 Entropy, KL, cross-entropy ----------------------------------------------


def _two_distributions(rng):
    pairs = [tuple(rng.dirichlet(np.ones(k), size=2)) for k in (2, 5)]
    return [*pairs, (np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.25, 0.5]))]


def _kl(q, p):
    on = q > 0
    return np.sum(q[on] * np.log(q[on] / p[on]))


def _kl_of_all(q, p):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sum(q * np.log(q / p))


EXERCISES["kl-classes"] = (
    _two_distributions,
    _kl,
    {
        "That is the other direction: the weights are those of q.": (
            lambda q, p: np.sum(p * np.log(p / np.maximum(q, 1e-300)))
        ),
        "That is the cross-entropy; subtract the entropy of q.": (
            lambda q, p: -np.sum(q * np.log(p))
        ),
        "The sign is turned round.": lambda q, p: -_kl(q, p),
        "That is in bits; nats come from the natural logarithm.": lambda q, p: (
            _kl(q, p) / np.log(2)
        ),
        "For NumPy 0 · log 0 is nan: leave the classes with q = 0 out.": (
            _kl_of_all
        ),
    },
)

EXERCISES["which-direction"] = (
    ("forward", "reverse"),
    ("reverse", "forward", "forward", "reverse", "forward"),
    {},
)

EXERCISES["loss-floor"] = (
    None,
    -(0.1 * np.log(0.1) + 0.9 * np.log(0.9)),
    {
        "That is the share of errors; the floor of the cross-entropy is an"
        " entropy.": (0.1),
        "A certain classifier would pay infinitely for each wrong label.": 0.0,
        "That is in bits.": -(0.1 * np.log2(0.1) + 0.9 * np.log2(0.9)),
        "Flipped labels cost something, too.": -np.log(0.9),
        "Labels that are not flipped cost something, too.": -0.1 * np.log(0.1),
    },
)

# 2.4 Noise, bias, variance ---------------------------------------------------

EXERCISES["where-to-invest"] = (
    None,
    0.1,
    {
        "That is the larger model: 0.01 + 0.24 + 0.05.": 0.30,
        "The noise stays, whatever you buy.": 0.05,
        "Four times the data divide the variance by four, not by two.": 0.13,
    },
)


def _fits(rng):
    return [
        (rng.normal(size=(k, n)), rng.normal(size=n))
        for k, n in ((4, 6), (9, 3))
    ]


def _bias_and_variance(fits, truth):
    variance = fits.var(axis=0, ddof=1).mean()
    return (
        np.mean((fits.mean(axis=0) - truth) ** 2) - variance / len(fits),
        variance,
    )


EXERCISES["measure-bias-variance"] = (
    _fits,
    _bias_and_variance,
    {
        "The correction of the squared bias is missing.": lambda fits, truth: (
            np.mean((fits.mean(axis=0) - truth) ** 2),
            fits.var(axis=0, ddof=1).mean(),
        ),
        "Square at each input first, then average: biases of opposite sign"
        " must not cancel.": lambda fits, truth: (
            np.mean(fits.mean(axis=0) - truth) ** 2
            - fits.var(axis=0, ddof=1).mean() / len(fits),
            fits.var(axis=0, ddof=1).mean(),
        ),
        "Divide by count - 1, not by the count.": lambda fits, truth: (
            np.mean((fits.mean(axis=0) - truth) ** 2)
            - fits.var(axis=0).mean() / len(fits),
            fits.var(axis=0).mean(),
        ),
    },
)

EXERCISES["nearest-variance"] = (
    None,
    0.09,
    {
        "A variance is the square of the standard deviation.": 0.3,
        "It repeats one target and averages nothing, so N does not help.": (
            0.09 / 8
        ),
    },
)

# 2.5 Double descent and inductive bias ---------------------------------------

EXERCISES["where-is-the-peak"] = (
    None,
    300,
    {
        "Each output has its own equations, one for each picture, and its own"
        " weights, one for each feature.": 30,
        "Those are the weights of all outputs at the peak; features were"
        " asked for.": (3000),
    },
)

EXERCISES["smallest-solution"] = (
    None,
    np.array([0.6, 0.8]),
    {
        "That is a solution, but not the smallest: it must be a multiple of"
        " (3, 4).": np.array([1.0, 0.5]),
        "That is the row itself; scale it so that the equation holds.": (
            np.array([3.0, 4.0])
        ),
    },
)


def _systems(rng):
    return [
        (rng.normal(size=(n, p)), rng.normal(size=n), penalty)
        for n, p, penalty in ((4, 3, 0.5), (3, 7, 0.1), (5, 5, 2.0))
    ]


def _ridge(H, y, penalty):
    return np.linalg.solve(H.T @ H + penalty * np.eye(H.shape[1]), H.T @ y)


EXERCISES["ridge-solution"] = (
    _systems,
    _ridge,
    {
        "The penalty is missing; that is least squares.": (
            lambda H, y, penalty: np.linalg.pinv(H) @ y
        ),
        "Both terms of the gradient have a factor 2; it cancels.": (
            lambda H, y, penalty: _ridge(H, y, penalty / 2)
        ),
        "A sum of squares, not their mean: N does not come in.": (
            lambda H, y, penalty: _ridge(H, y, penalty * len(y))
        ),
        "The penalty belongs on the diagonal only.": (
            lambda H, y, penalty: np.linalg.pinv(H.T @ H + penalty) @ H.T @ y
        ),
    },
)

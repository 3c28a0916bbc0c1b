"""A race of thirteen optimizers on MNIST-1D, each with a tuned learning rate.

    python -m dlnotes.experiments.optimizer_race

A 40-100-100-10 ReLU network, 3000 training examples, batches of 100. Three
races: 40 epochs with a constant rate, 40 with a rate that falls along half a
cosine, and a sprint of 5 with a constant rate. Tuning, anew for every race:
nine rates, four to a decade, and more where the best is at an end; five seeds
each; the rate with the best mean accuracy at the end on 5000 validation
examples is chosen, in the sprint that with the least training loss. AdamW, and
gradient descent with decay, get that for each of five values of λ. Race: ten
fresh seeds at the chosen rate, tested on 5000 examples. A seed varies the start
and the order of the batches. About a quarter of an hour on one core. Notebook
3.7 reads the result, and runs a part again.
"""

import functools
import warnings

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record, tuned

BATCH, TUNING, SEEDS = 100, 5, 10
RACES = {"constant": 40, "cosine": 40, "sprint": 5}  # epochs

# The class, its letters other than the usual ones, the middle of nine rates.
METHODS = {
    "GradientDescent": ("GradientDescent", {}, 0.3),
    "GradientDescent, decay": ("WeightDecay", {}, 0.3),
    "Momentum": ("Momentum", {}, 0.3),
    "Momentum, β = 0.5": ("Momentum", {"beta": 0.5}, 0.3),
    "Nesterov": ("Nesterov", {}, 0.3),
    "SignDescent": ("SignDescent", {}, 0.001),
    "AdaGrad": ("AdaGrad", {}, 0.03),
    "RMSProp": ("RMSProp", {}, 0.003),
    "Adam": ("Adam", {}, 0.01),
    "Adam, β = 0.5": ("Adam", {"beta": 0.5}, 0.01),
    "NAdam": ("NAdam", {}, 0.01),
    "AdaMax": ("AdaMax", {}, 0.01),
    "AdamW": ("AdamW", {}, 0.01),
}
# Multiplied by the rate, for both. SGD's rates are a hundred times Adam's.
DECAYS = {
    "GradientDescent, decay": (0.0003, 0.001, 0.003, 0.01, 0.03),
    "AdamW": (0.03, 0.1, 0.3, 1.0, 3.0),
}
f = dl.Network(
    dl.Dense(40, 100),
    dl.ReLU(),
    dl.Dense(100, 100),
    dl.ReLU(),
    dl.Dense(100, 10),
)


@functools.cache
def problem():
    """Pairs (x, y) for training, validation and testing, in float32."""
    d = dl.data.mnist1d()
    new = dl.data.mnist1d_fresh(5000, np.random.default_rng(3))
    x, fresh, test = (a.astype(np.float32) for a in (d.x, new.x, d.x_test))
    return (x[:3000], d.y[:3000]), (fresh, new.y), (test, d.y_test)


def make(race, method, alpha, lam):
    """The optimizer. A decay follows the rate, and spares the biases."""
    kind, letters, _ = METHODS[method]
    if race == "cosine":
        (x, _), _, _ = problem()
        alpha = dl.Cosine(alpha, RACES[race] * len(x) // BATCH)
    if kind == "WeightDecay":
        rate = alpha if callable(alpha) else lambda t: alpha
        letters = {"lam": lambda t: rate(t) * lam * f.decay_mask}
    elif lam is not None:
        letters = letters | {"lam": lam * f.decay_mask}
    return getattr(dl, kind)(alpha, **letters)


def run(race, method, alpha, seeds, lam=None, epochs=None, rng=None):
    """Train ``seeds`` networks; training cross-entropies (epochs + 1, seeds),
    and the final φ.
    """
    (x, y), _, _ = problem()
    loss, epochs = dl.Categorical(), epochs or RACES[race]
    phi = f.init(rng, models=seeds, dtype=np.float32)
    optimizer = make(race, method, alpha, lam)
    curve = [loss.nll(f(x, phi), y).mean(axis=-1)]
    for step in dl.train(
        f, phi, x, y, loss, optimizer, epochs=epochs, batch=BATCH, rng=rng
    ):
        if step.ends_epoch:
            curve.append(
                np.where(
                    step.frozen, np.inf, loss.nll(f(x, phi), y).mean(axis=-1)
                )
            )
    return np.array(curve), phi


def right(phi, pair):
    """Accuracies of a population, (models,)."""
    return dl.accuracy(dl.Categorical().mode(f(pair[0], phi)), pair[1])


def tune(race, method):
    """The chosen λ and rate, by the rule."""
    _, validation, _ = problem()

    def score(lam, alpha):
        rng = np.random.default_rng(1)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a rate may be too large
            try:
                curve, phi = run(race, method, alpha, TUNING, lam, rng=rng)
            except FloatingPointError:
                return np.inf
            if race == "sprint":
                return curve[-1].mean()
            return -right(phi, validation).mean()

    rates = METHODS[method][2] * 10 ** (np.arange(-4, 5) / 4)
    return tuned(score, rates, 10**0.25, DECAYS.get(method, (None,)))


def rows():
    """Rows of the result, one for each race, method and seed."""
    _, validation, test = problem()
    for race, epochs in RACES.items():
        for method in METHODS:
            lam, alpha = tune(race, method)
            rng = np.random.default_rng(2)
            curve, phi = run(race, method, alpha, SEEDS, lam, rng=rng)
            scores = right(phi, validation), right(phi, test)
            means = [s.mean().round(4) for s in scores]
            print(race, method, alpha, lam, means, flush=True)
            rest = ["nan"] * (RACES["constant"] - epochs)
            for seed in range(SEEDS):
                row = [f"{s[seed]:.4f}" for s in scores]
                row += [f"{c:.4f}" for c in curve[:, seed]] + rest
                lam_or_nan = "nan" if lam is None else lam
                yield [race, method, alpha, lam_or_nan, seed, *row]


if __name__ == "__main__":
    columns = ["race", "method", "alpha", "lam", "seed", "validation", "test"]
    columns += [f"ce{epoch}" for epoch in range(RACES["constant"] + 1)]
    record(__file__, columns, rows())

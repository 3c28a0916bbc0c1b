"""Regularizers, and what costs as much, on MNIST-1D with wrong labels, each
with a rate and a strength of its own.

    python -m dlnotes.experiments.regularizers

The network is 40-100-10; cross-entropy, momentum 0.9, batches of 50, 40 epochs,
a rate that falls along a cosine. A data set is 1000 examples to train on and
1000 to validate, 15 % of the labels of both wrong; the 5000 test labels are
right.

The rule, fixed before the first run. Each method has a short list of strengths,
about a factor of two apart, and the rates 0.5, 1, 2 and 4. All pairs are
trained on six data sets, and the one with the least mean validation error is
chosen. If its rate is the smallest or the largest one, the range of rates grows
by one at this end, until it is not. Then ten fresh data sets, and ten others
("again") that confirm or do not. Every method has the same data sets, so
methods are compared in pairs; those with the same network have the same starts,
and without dropout, which draws its masks from the same Generators, the same
orders of the batches, too. About five minutes
on one core. Notebooks 4.4 and 4.5 read the result.
"""

import warnings

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

EPOCHS, BATCH, SIZE, WRONG = 40, 50, 1000, 150
MEMBERS = 6  # of an ensemble; its rivals are as many times as wide, or as long
LAMBDAS = (0.001, 0.002, 0.004, 0.008, 0.016)


def network(p=0.0, normalized=False, width=100):
    """40-width-10, with what stands behind the first dense layer."""
    norm = [dl.BatchNorm(width)] if normalized else []
    return dl.Network(
        dl.Dense(40, width),
        *norm,
        dl.ReLU(),
        dl.Dropout(p),
        dl.Dense(width, 10),
    )


# For each method its strengths, and what `learn` gets for one of them.
METHODS = {
    "nothing": ((0,), lambda s: {}),
    "L2": (LAMBDAS, lambda s: {"l2": s}),
    "L1": ((0.0005, 0.001, 0.002, 0.004), lambda s: {"l1": s}),
    "early stopping": ((0,), lambda s: {"stop": True}),
    "dropout": ((0.1, 0.2, 0.35, 0.5, 0.65), lambda s: {"f": network(s)}),
    "batch norm": ((0,), lambda s: {"f": network(normalized=True)}),
    "batch norm, L2": (
        LAMBDAS,
        lambda s: {"f": network(normalized=True), "l2": s},
    ),
    "batch norm, dropout": (
        (0.1, 0.2, 0.35, 0.5),
        lambda s: {"f": network(s, normalized=True)},
    ),
    "dropout, L2": (
        (0.0005, 0.001, 0.002, 0.004),
        lambda s: {"f": network(0.5), "l2": s},
    ),
    "six times as wide": ((0,), lambda s: {"f": network(width=MEMBERS * 100)}),
    "six times as long": ((0,), lambda s: {"longer": MEMBERS}),
    "ensemble of six": ((0,), lambda s: {"members": MEMBERS}),
}


def data_sets(seed, count):
    """Arrays with a leading axis of data sets: x, y to train on, x, y to
    validate.
    """
    d = dl.data.mnist1d()
    x = ((d.x - d.x.mean()) / d.x.std()).astype(np.float32)
    rng, parts = np.random.default_rng(seed), []
    for _ in range(count):
        order = rng.permutation(len(x))
        for rows in order[:SIZE], order[SIZE : 2 * SIZE]:
            labels = d.y[rows].copy()
            labels[:WRONG] += rng.integers(1, 10, WRONG)  # never the right one
            parts += [x[rows], labels % 10]
    return [np.stack(parts[k::4]) for k in range(4)]


def test_set():
    d = dl.data.mnist1d()
    return ((d.x_test - d.x.mean()) / d.x.std()).astype(np.float32), d.y_test


def learn(
    seed, count, rate, f=None, l2=0, l1=0, stop=False, longer=1, members=1
):
    """Train on ``count`` data sets: a dictionary of numbers, one a data set."""
    f = f or network()
    x, y, x_valid, y_valid = (
        np.repeat(part, members, axis=0) for part in data_sets(seed, count)
    )
    M, epochs = count * members, EPOCHS * longer
    rngs = [np.random.default_rng([seed, m]) for m in range(M)]
    phi = np.stack([f.init(rng, dtype=np.float32) for rng in rngs])
    state, mask = f.init_state(phi), f.decay_mask
    plan = dl.Cosine(rate, epochs * SIZE // BATCH)
    best = np.full(M, np.inf), phi.copy()
    lasso = dl.L1(l1 * mask)
    steps = dl.train(
        f, phi, x, y, dl.Categorical(), dl.Momentum(plan), epochs=epochs,
        batch=BATCH, rng=rngs, state=state,
        wrap=dl.L2(l2 * mask) if l2 else None,
    )  # fmt: skip
    for t, step in enumerate(steps):
        if l1:
            lasso.shrink(phi, plan(t))
        if stop and step.ends_epoch:
            wrong = (f(x_valid, phi).argmax(axis=-1) != y_valid).mean(axis=-1)
            better = wrong < best[0]
            best[0][better], best[1][better] = wrong[better], phi[better]
    if stop:
        phi = best[1]

    def answers(inputs):
        """Probabilities, averaged over the members of each data set."""
        p = dl.softmax(f(inputs, phi, state=state))
        return p.reshape(count, members, *p.shape[1:]).mean(axis=1)

    own, valid = answers(x), answers(x_valid)
    x_test, y_test = test_set()
    test = answers(x_test)
    right = test.argmax(axis=-1) == y_test
    given = np.maximum(test[:, np.arange(len(y_test)), y_test], 1e-30)
    return {
        "train": (own.argmax(axis=-1) != y[::members]).mean(axis=-1),
        "validation": (valid.argmax(axis=-1) != y_valid[::members]).mean(
            axis=-1
        ),
        "test": 1 - right.mean(axis=-1),
        "loss": -np.log(given).mean(axis=-1),
        "too sure": test.max(axis=-1).mean(axis=-1) - right.mean(axis=-1),
        "length": np.linalg.norm(phi[:, mask], axis=1)
        .reshape(count, -1)
        .mean(1),
    }


def tried(method, seed, count, rate, strength):
    """`learn`, with a validation error of 1 where no loss is finite."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = learn(seed, count, rate, **METHODS[method][1](strength))
    except FloatingPointError:
        return {"validation": np.ones(count)}
    return {k: np.nan_to_num(v, nan=1.0) for k, v in found.items()}


def tune(method):
    """The chosen rate and strength, by the rule."""
    rates, scores = [0.5, 1.0, 2.0, 4.0], {}
    while True:
        for rate in rates:
            for strength in METHODS[method][0]:
                if (rate, strength) not in scores:
                    found = tried(method, 1, 6, rate, strength)
                    scores[rate, strength] = found["validation"].mean()
        rate, strength = min(scores, key=scores.get)
        if rate == min(rates):
            rates.insert(0, rate / 2)
        elif rate == max(rates):
            rates.append(rate * 2)
        else:
            return rate, strength


def rows():
    """Rows of the result: one for each method and data set."""
    for method in METHODS:
        rate, strength = tune(method)
        for kind, seed in ("first", 2), ("again", 3):
            found = tried(method, seed, 10, rate, strength)
            print(method, rate, strength, kind, found["test"].mean().round(4))
            for k in range(10):
                numbers = (f"{found[name][k]:.4f}" for name in MEASURES)
                yield [method, rate, strength, kind, k, *numbers]


MEASURES = ("train", "validation", "test", "loss", "too sure", "length")

if __name__ == "__main__":
    columns = ["method", "rate", "strength", "set", "seed", *MEASURES]
    record(__file__, columns, rows())

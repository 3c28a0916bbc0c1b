"""Regularizers, and what costs as much, on MNIST-1D with wrong labels, each
with a rate and a strength of its own.

    python -m dlnotes.experiments.regularizers

The network is 40-100-10; cross-entropy, momentum 0.9, batches of 50, 40 epochs,
a rate that falls along a cosine. A data set is 1000 examples to train on and
1000 to validate, 15 % of the labels of both wrong; the 5000 test labels are
right.

The rule, fixed before the first run. Each method has a short list of strengths,
about a factor of two apart, and the rates 0.5, 1, 2 and 4. All pairs are
trained on eighteen data sets, and the one with the least mean validation error
is chosen. If its rate is the smallest or the largest one, the range of rates
grows by one at this end, until it is not. Then ten fresh data sets, and ten
others ("again") that confirm or do not. (Two things were changed after first
runs: the list of shifts is longer, because its end was chosen, and there are
eighteen data sets to choose by, because with six of them two kinds of
processors, which round differently, chose other strengths for dropout and L1.)

Every method has the same data sets, so methods are compared in pairs; those
with the same network have the same starts, and without dropout and noise, which
draw from the same Generators, the same orders of the batches, too. Augmented
data and flipped labels are drawn anew in each epoch, noise on weights in each
step. A method with k times the data has k times 1000 examples, 15 % of their
labels wrong, and a k-th of the epochs: as many steps as the others. About ten
minutes on one core. Notebooks 4.4 to 4.6 read the result.
"""

import functools
import warnings

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

EPOCHS, BATCH, SIZE, WRONG = 40, 50, 1000, 150
MEMBERS = 6  # of an ensemble; its rivals are as many times as wide, or as long
LAMBDAS = (0.001, 0.002, 0.004, 0.008, 0.016)
RHOS = (0.025, 0.05, 0.1, 0.2, 0.4)
SHIFTS = (1, 2, 3, 5, 8, 12, 18)


def moved(x, rng, most):
    """Shifts up to ``most`` samples, and factors from 0.9 to 1.1."""
    return dl.data.gain(dl.data.shift(x, rng, most), rng, 0.1)


def turned(x, rng):
    """Half of the signals upside down."""
    return x * rng.choice(np.float32([-1, 1]), (len(x), 1))


def flipped(y, rng, rho):
    """A label becomes one of the nine others with probability ρ."""
    other = (y + rng.integers(1, 10, y.shape)) % 10
    return np.where(rng.random(y.shape) < rho, other, y)


def most():
    """The largest shift that is chosen for shifts and scaling alone."""
    return tune("shifts, scaling")[1]


def augment(change, *rest):
    """What `learn` gets, for a function of (x, rng, …)."""
    return {"change": lambda x, y, rng: (change(x, rng, *rest), y)}


def network(p=0.0, normalized=False, width=100, noise=0.0):
    """40-width-10, with what stands before and behind the first dense layer."""
    norm = [dl.BatchNorm(width)] if normalized else []
    return dl.Network(
        dl.GaussianNoise(noise),
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
    "noise on inputs": (
        (0.05, 0.1, 0.2, 0.4, 0.8),
        lambda s: {"f": network(noise=s)},
    ),
    "noise on weights": (
        (0.0125, 0.025, 0.05, 0.1, 0.2),
        lambda s: {"jitter": s},
    ),
    "label smoothing": (RHOS, lambda s: {"loss": dl.Categorical(s)}),
    "labels flipped": (
        RHOS,
        lambda s: {"change": lambda x, y, rng: (x, flipped(y, rng, s))},
    ),
    "max-norm": ((0.5, 1.0, 2.0, 4.0), lambda s: {"limit": s}),
    "shifts": (SHIFTS, lambda s: augment(dl.data.shift, s)),
    "scaling": ((0.05, 0.1, 0.2, 0.4), lambda s: augment(dl.data.gain, s)),
    "upside down": ((0,), lambda s: augment(turned)),
    "shifts, scaling": (SHIFTS, lambda s: augment(moved, s)),
    "shifts, scaling, L2": (
        (0.00025, 0.0005, *LAMBDAS[:3]),
        lambda s: METHODS["shifts, scaling"][1](most()) | {"l2": s},
    ),
    "shifts, scaling, dropout": (
        (0.05, 0.1, 0.2, 0.35),
        lambda s: METHODS["shifts, scaling"][1](most()) | {"f": network(s)},
    ),
    "shifts, scaling, long": (
        SHIFTS[2:],
        lambda s: METHODS["shifts, scaling"][1](s) | {"longer": MEMBERS},
    ),
    "2 times the data": ((0,), lambda s: {"times": 2}),
    "4 times the data": ((0,), lambda s: {"times": 4}),
    "8 times the data": ((0,), lambda s: {"times": 8}),
    "40 times the data": ((0,), lambda s: {"times": 40}),
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


@functools.lru_cache(maxsize=2)
def more_data(seed, count, times):
    """``times`` times as many examples to train on: those of `data_sets`, and
    fresh ones; x, y.
    """
    x, y, *_ = data_sets(seed, count)
    rng, more = np.random.default_rng([seed, 2]), (times - 1) * SIZE
    fresh = dl.data.mnist1d_fresh(count * more, rng)
    labels = flipped(fresh.y, rng, WRONG / SIZE).reshape(count, more)
    d = dl.data.mnist1d()
    signals = ((fresh.x - d.x.mean()) / d.x.std()).astype(np.float32)
    signals = signals.reshape(count, more, -1)
    return np.concatenate([x, signals], 1), np.concatenate([y, labels], 1)


def test_set():
    d = dl.data.mnist1d()
    return ((d.x_test - d.x.mean()) / d.x.std()).astype(np.float32), d.y_test


def learn(
    seed, count, rate, f=None, l2=0, l1=0, stop=False, longer=1, members=1,
    jitter=0, loss=None, change=None, limit=None, times=1,
):  # fmt: skip
    """Train on ``count`` data sets: a dictionary of numbers, one a data set."""
    f = f or network()
    parts = data_sets(seed, count)
    if times > 1:
        parts[:2] = more_data(seed, count, times)
    x, y, x_valid, y_valid = (np.repeat(p, members, axis=0) for p in parts)
    M, epochs = count * members, EPOCHS * longer // times
    rngs = [np.random.default_rng([seed, m]) for m in range(M)]
    phi = np.stack([f.init(rng, dtype=np.float32) for rng in rngs])
    state, mask = f.init_state(phi), f.decay_mask
    plan = dl.Cosine(rate, EPOCHS * longer * SIZE // BATCH)
    best = np.full(M, np.inf), phi.copy()
    lasso, draw = dl.L1(l1 * mask), np.random.default_rng([seed, 3])

    def noisy(grad):
        """∂L/∂φ at a point beside φ, as far as ``jitter`` says."""
        return lambda phi: grad(phi + jitter * normal(phi))

    def normal(phi):
        return draw.standard_normal(phi.shape, phi.dtype)

    x_own, y_own = x, y

    def new_epoch():
        """Change the training data, in place."""
        rows, labels = change(x_own.reshape(M * SIZE, 40), y_own, draw)
        x[...], y[...] = rows.reshape(x.shape), labels

    if change:
        x, y = x.copy(), y.copy()
        new_epoch()
    wraps = [noisy] * (jitter > 0) + [dl.L2(l2 * mask)] * (l2 > 0)
    steps = dl.train(
        f, phi, x, y, loss or dl.Categorical(), dl.Momentum(plan),
        epochs=epochs, batch=BATCH, rng=rngs, state=state, wrap=wraps,
    )  # fmt: skip
    for t, step in enumerate(steps):
        if l1:
            lasso.shrink(phi, plan(t))
        if limit:
            dl.max_norm(f, phi, limit)
        if change and step.ends_epoch:
            new_epoch()
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

    own, valid = answers(x_own), answers(x_valid)
    x_test, y_test = test_set()
    test = answers(x_test)
    right = test.argmax(axis=-1) == y_test
    given = np.maximum(test[:, np.arange(len(y_test)), y_test], 1e-30)
    return {
        "train": (own.argmax(axis=-1) != y_own[::members]).mean(axis=-1),
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


@functools.cache
def tune(method):
    """The chosen rate and strength, by the rule."""
    rates, scores = [0.5, 1.0, 2.0, 4.0], {}
    while True:
        for rate in rates:
            for strength in METHODS[method][0]:
                if (rate, strength) not in scores:
                    found = tried(method, 1, 18, rate, strength)
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

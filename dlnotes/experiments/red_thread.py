"""The ideas of the book one after another on MNIST-1D, where they can be told
apart.

    python -m dlnotes.experiments.red_thread

A dense network 40-100-100-10, then a convolutional one; 3000 examples to train
on, batches of 50, 60 epochs for everybody. Each row adds one idea to its parent
and keeps the rest; where two rows have one parent, one sees which of two ways
is better. (The row with the quiet last layer was added after a first run.)

The rule, fixed before the first run. A row tunes its rate, and the one number
that it adds (the decay λ, the probability p, the largest shift), together:
three starts each, and the least error on 5000 validation examples. Where the
best rate is at an end of its list, the list grows (the other lists do not).
What its parent has chosen stays. Then ten fresh starts, judged on the 5000
examples of the test set. An ensemble takes the mean of the probabilities of six
networks and tunes nothing. Rows with the same run have the same seed, so rows
are compared in pairs. About half an hour on one core. The page "The scoreboard"
reads the result.
"""

import functools
import warnings

import numpy as np

import dlnotes as dl
from dlnotes.experiments import pictures, record, tuned
from dlnotes.experiments.optimizer_race import problem

BATCH, EPOCHS, TUNING, RUNS, MEMBERS = 50, 60, 3, 10, 6
DENSE, CONV = 8e-3, 4e-3  # middles of the rates of Adam
LAMBDAS = (0.03, 0.1, 0.3, 1.0)

# For each row where its idea stands, its parent, what it changes, the middle of
# its rates, and the numbers that it tries for what it adds.
ROWS = {
    "squared error, gradient descent": ("1.4", None, {}, 0.1, [None]),
    "squared error, quiet last layer": (
        "2.2", "squared error, gradient descent", {"quiet": True}, 0.1, [None],
    ),
    "cross-entropy": (
        "2.2", "squared error, gradient descent",
        {"loss": "cross-entropy"}, 0.1, [None],
    ),
    "batch normalization": (
        "3.4", "cross-entropy", {"normalized": True}, 0.1, [None],
    ),
    "Adam": (
        "3.6", "batch normalization", {"optimizer": "Adam"}, DENSE, [None],
    ),
    "AdamW": ("3.7", "Adam", {"optimizer": "AdamW"}, DENSE, LAMBDAS),
    "cosine": ("4.1", "AdamW", {"cosine": True}, DENSE, [None]),
    "dropout": ("4.5", "cosine", {"add": "p"}, DENSE, (0.1, 0.2, 0.4)),
    "moved copies": ("4.6", "cosine", {"add": "most"}, DENSE, (2, 4, 8, 12)),
    "moved copies, six networks": ("4.4", "moved copies", {}, None, None),
    "convolutions": ("5.4", "cosine", {"conv": True}, CONV, LAMBDAS),
    "convolutions, moved copies": (
        "5.4", "convolutions", {"add": "most"}, CONV, (2, 4, 8, 12),
    ),
    "convolutions, moved copies, six networks": (
        "5.4", "convolutions, moved copies", {}, None, None,
    ),
}  # fmt: skip
START = {
    "loss": "squared error",
    "quiet": False,
    "normalized": False,
    "optimizer": "GradientDescent",
    "cosine": False,
    "conv": False,
    "p": 0.0,
    "most": 0,
    "lam": 0.0,
}


def network(normalized, conv, p):
    """Dense, or the convolutional network of notebook 5.4, normalized."""
    if conv:
        layers = []
        for layer in pictures.convolutional("MNIST-1D").layers:
            layers.append(layer)
            if isinstance(layer, dl.Conv2d):
                layers.append(dl.BatchNorm(layer.d_out))
        return dl.Network(*layers)
    layers, wide = [], 40
    for _ in range(2):
        layers += [dl.Dense(wide, 100), *[dl.BatchNorm(100)] * normalized]
        layers += [dl.ReLU(), dl.Dropout(p)]
        wide = 100
    return dl.Network(*layers, dl.Dense(wide, 10))


def shaped(x, conv):
    """Signals as the network wants them."""
    return x.reshape(len(x), 1, 40, 1) if conv else x


def learn(
    rate, seed, loss, quiet, normalized, optimizer, cosine, conv, p, most, lam
):
    """A function from signals to outputs: one trained network."""
    rng = np.random.default_rng(seed)
    (x, y), _, _ = problem()
    own, f = shaped(x, conv).copy(), network(normalized, conv, p)
    phi = f.init(rng, dtype=np.float32)
    if quiet:
        phi[f.slices[-1]] *= np.float32(0.1)
    state = f.init_state(phi)
    if cosine:
        rate = dl.Cosine(rate, EPOCHS * len(x) // BATCH)
    rest = {"lam": lam * f.decay_mask} if optimizer == "AdamW" else {}
    step_rule = getattr(dl, optimizer)(rate, **rest)
    if loss == "squared error":
        loss, y = dl.SquaredError(), np.eye(10, dtype=np.float32)[y]
    else:
        loss = dl.Categorical()
    for step in dl.train(
        f, phi, own, y, loss, step_rule,
        epochs=EPOCHS, batch=BATCH, rng=rng, state=state,
    ):  # fmt: skip
        if most and step.ends_epoch:
            moved = dl.data.gain(dl.data.shift(x, rng, most), rng, 0.1)
            own[...] = shaped(moved, conv)
    return f, lambda x: f(shaped(x, conv), phi, state=state)


def error(told, pair):
    """The share of wrong answers."""
    return np.mean(told.argmax(axis=-1) != pair[1])


def score(settings, part, rate, seed):
    """The error of one network on a part of the data, or 1 if it diverges."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a rate may be too large
        try:
            _, told = learn(rate, seed, **settings)
        except FloatingPointError:
            return 1.0
    pair = problem()[part]
    return error(told(pair[0]), pair)


@functools.cache
def chosen(row):
    """The settings of a row and its rate, by the rule."""
    _, parent, change, middle, choices = ROWS[row]
    settings, rate = (START, None) if parent is None else chosen(parent)
    settings = settings | {k: v for k, v in change.items() if k != "add"}
    if middle is None:  # an ensemble
        return settings, rate
    new = change.get("add", "lam")

    def tried(choice, rate):
        own = settings if choice is None else settings | {new: choice}
        seeds = ([1, k] for k in range(TUNING))
        return np.mean([score(own, 1, rate, seed) for seed in seeds])

    rates = middle * 2.0 ** np.arange(-2, 3)
    choice, rate = tuned(tried, rates, 2, choices)
    return settings if choice is None else settings | {new: choice}, rate


def ensemble(settings, rate, seed):
    """The test error of six networks."""
    pair = problem()[2]
    mean = 0
    for member in range(MEMBERS):
        _, told = learn(rate, [*seed, member], **settings)
        mean = mean + dl.softmax(told(pair[0]))
    return error(mean, pair)


def rows():
    """Rows of the result: one for each idea and run."""
    for row, (notebook, parent, _, middle, _) in ROWS.items():
        settings, rate = chosen(row)
        size = network(*(settings[k] for k in ("normalized", "conv", "p"))).size
        found = []
        for run in range(RUNS):
            if middle is None:
                found.append(ensemble(settings, rate, [2, run]))
            else:
                found.append(score(settings, 2, rate, [2, run]))
            numbers = [settings[k] for k in ("lam", "p", "most")]
            copies = MEMBERS if middle is None else 1
            yield [
                row, notebook, parent or "", copies * size, f"{rate:.2g}",
                *numbers, run, f"{found[-1]:.4f}",
            ]  # fmt: skip
        print(row, settings, rate, np.mean(found), flush=True)


if __name__ == "__main__":
    columns = ["idea", "notebook", "parent", "size", "rate"]
    record(__file__, [*columns, "lam", "p", "most", "run", "test"], rows())

"""Do deep networks generalise better? One to four hidden layers, and as nearly
as can be the same number of parameters.

    python -m dlnotes.experiments.depth

MNIST-1D (3000 examples to train on, about 15 000 parameters), and digits of
8 x 8 pixels (about 6500), judged on a random part and on new writers. All
hidden layers of a network are equally wide. Cross-entropy, Adam, batches of 50,
40 epochs, a rate that falls along a cosine.

The rule, fixed before the first run: for each data set and depth the rates
0.002, 0.004, 0.008 and 0.016 are tried with four starts, and the least
validation error decides; the list grows where its end is best. Then ten fresh
starts (of the digits: and divisions). About five minutes on one core. Notebook
1.2 reads the result.
"""

import functools

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record, tuned

EPOCHS, BATCH, TUNING, RUNS = 40, 50, 4, 10
SIZES = {"MNIST-1D": 15_000, "digits": 6_500, "new writers": 6_500}
DEPTHS = (1, 2, 3, 4)


@functools.cache
def signals():
    """MNIST-1D, and signals drawn anew to choose by."""
    d = dl.data.mnist1d()
    new = dl.data.mnist1d_fresh(2000, np.random.default_rng(3))
    return [(d.x[:3000], d.y[:3000]), new[:2], (d.x_test, d.y_test)]


def parts(data, rng):
    """Pairs (x, y) to train on, to choose by, to judge by."""
    if data == "MNIST-1D":
        pairs = signals()
    else:
        pairs = dl.data.digits_split(None if data == "new writers" else rng)
    return [(x.astype(np.float32), y) for x, y in pairs]


def network(inputs, depth, width):
    """``depth`` hidden layers of ``width`` ReLU units, and ten outputs."""
    layers = []
    for _ in range(depth):
        layers += [dl.Dense(inputs, width), dl.ReLU()]
        inputs = width
    return dl.Network(*layers, dl.Dense(inputs, 10))


def equal(data, depth):
    """The network of this depth whose size is nearest to the given one."""
    inputs = 40 if data == "MNIST-1D" else 64
    nets = [network(inputs, depth, width) for width in range(10, 320)]
    return min(nets, key=lambda f: abs(f.size - SIZES[data]))


def errors(data, depth, rate, seed, epochs=EPOCHS):
    """The share of wrong answers: training, validation, test."""
    rng = np.random.default_rng(seed)
    divided = parts(data, rng)
    (x, y), f = divided[0], equal(data, depth)
    phi = f.init(rng, dtype=np.float32)
    plan = dl.Cosine(rate, epochs * -(-len(x) // BATCH))
    for _ in dl.train(
        f, phi, x, y, dl.Categorical(), dl.Adam(plan),
        epochs=epochs, batch=BATCH, rng=rng,
    ):  # fmt: skip
        pass
    return [np.mean(f(x, phi).argmax(axis=-1) != y) for x, y in divided]


def rows():
    """Rows of the result: one for each data set, depth and run."""
    for data in SIZES:
        for depth in DEPTHS:

            def score(_, rate, data=data, depth=depth):
                runs = (
                    errors(data, depth, rate, [1, k]) for k in range(TUNING)
                )
                return np.mean([validation for _, validation, _ in runs])

            _, rate = tuned(score, [0.002, 0.004, 0.008, 0.016], 2)
            f = equal(data, depth)
            about = data, depth, f.layers[0].d_out, f.size, rate
            for run in range(RUNS):
                found = errors(data, depth, rate, [2, run])
                shown = (f"{e:.4f}" for e in found)
                yield [*about, run, *shown]
            print(data, depth, rate, flush=True)


if __name__ == "__main__":
    columns = ["data", "depth", "width", "parameters", "rate", "run"]
    record(__file__, [*columns, "train", "validation", "test"], rows())

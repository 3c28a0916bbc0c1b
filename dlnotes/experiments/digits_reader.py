"""The digit reader of the book, as a convolutional network, with what the
chapters before have brought put on top, one by one.

    python -m dlnotes.experiments.digits_reader

Digits of 8 x 8 pixels; three convolutions and a dense layer, 12 250 parameters;
cross-entropy, Adam, batches of 50, 30 epochs, a rate that falls along a cosine.
*Augmentation* draws anew in each epoch: shifts up to one pixel along both axes,
and turns up to 10 degrees. All are judged on a random part of the digits, and
on those at the end of the file, which are by writers that the network has not
seen. A dense network with as many parameters, with and without augmentation, is
the control. (It was added after a first run.)

The rule, fixed before the first run. For each variant and each way of dividing
the digits, the rates 0.001, 0.003, 0.01 and 0.03 are tried with four starts,
and the least validation error decides; the range of rates grows by a factor of
three where its end is best. Then ten fresh starts (and divisions). About six
minutes on one core. Notebook 5.4 reads the result.
"""

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

EPOCHS, BATCH, RUNS = 30, 50, 10
VARIANTS = {  # batch normalization, dropout; augmentation
    "plain": ((False, 0.0), False),
    "batch norm": ((True, 0.0), False),
    "dropout": ((False, 0.3), False),
    "augmentation": ((False, 0.0), True),
    "augmentation, batch norm": ((True, 0.0), True),
    "augmentation, dropout": ((False, 0.3), True),
    "dense": (None, False),
    "dense, augmentation": (None, True),
}


def network(normalized=False, p=0.0):
    """3 x 3 kernels, 16, 16 and 32 of them, the second with stride 2."""
    layers, channels = [], 1
    for more, stride in (16, 1), (16, 2), (32, 1):
        layers.append(
            dl.Conv2d(channels, more, 3, stride=stride, padding="same")
        )
        layers += [dl.BatchNorm(more)] * normalized + [dl.ReLU()]
        channels = more
    head = dl.Flatten(), dl.Dropout(p), dl.Dense(16 * channels, 10)
    return dl.Network(*layers, *head)


def dense():
    """64-112-40-10, with nearly as many parameters as `network`."""
    return dl.Network(
        dl.Flatten(), dl.Dense(64, 112), dl.ReLU(), dl.Dense(112, 40),
        dl.ReLU(), dl.Dense(40, 10),
    )  # fmt: skip


def moved(x, rng):
    """Shifts up to one pixel, down and to the right, and turns up to 10°."""
    x = dl.data.shift(dl.data.shift(x, rng, 1, axis=1), rng, 1, axis=2)
    return dl.data.rotate(x, rng, 10)


def parts(writers, rng):
    """Pairs x, y to train on, to choose by, to judge by; x is (N, 8, 8, 1)."""
    return [
        (x.reshape(-1, 8, 8, 1).astype(np.float32), y)
        for x, y in dl.data.digits_split(None if writers else rng)
    ]


def learn(variant, writers, rate, seed):
    """Network, φ, state and the parts of the digits of one run."""
    settings, augmented = VARIANTS[variant]
    f = network(*settings) if settings else dense()
    rng = np.random.default_rng(seed)
    divided = parts(writers, rng)
    (x, y), own = divided[0], divided[0][0].copy()
    phi = f.init(rng, dtype=np.float32)
    state, steps = f.init_state(phi), EPOCHS * -(-len(x) // BATCH)
    for step in dl.train(
        f, phi, x, y, dl.Categorical(), dl.Adam(dl.Cosine(rate, steps)),
        epochs=EPOCHS, batch=BATCH, rng=rng, state=state,
    ):  # fmt: skip
        if augmented and step.ends_epoch:
            x[...] = moved(own, rng)
    x[...] = own
    return f, phi, state, divided


def errors(variant, writers, rate, seed):
    """The share of wrong answers: training, validation, test."""
    f, phi, state, divided = learn(variant, writers, rate, seed)
    return [
        np.mean(f(x, phi, state=state).argmax(axis=-1) != y) for x, y in divided
    ]


def tune(variant, writers):
    """The rate, by the rule."""
    rates, scores = [0.001, 0.003, 0.01, 0.03], {}
    while True:
        for rate in rates:
            if rate not in scores:
                scores[rate] = np.mean(
                    [
                        errors(variant, writers, rate, [1, seed])[1]
                        for seed in range(4)
                    ]
                )
        best = min(scores, key=scores.get)
        if min(rates) < best < max(rates):
            return best
        if best == min(rates):
            rates.insert(0, best / 3)
        else:
            rates.append(best * 3)


def rows():
    """Rows of the result: one for each variant, division and run."""
    for variant in VARIANTS:
        for writers in False, True:
            rate, found = tune(variant, writers), []
            name = "new writers" if writers else "test set"
            for run in range(RUNS):
                found.append(errors(variant, writers, rate, [2, run]))
                shown = (f"{e:.4f}" for e in found[-1])
                yield [variant, name, rate, run, *shown]
            print(variant, name, rate, *np.mean(found, axis=0), flush=True)


if __name__ == "__main__":
    measures = ["train", "validation", "test"]
    record(__file__, ["variant", "judged", "rate", "run", *measures], rows())

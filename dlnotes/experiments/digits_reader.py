"""The digit reader of the book, as a convolutional network, with what the
chapters before have brought put on top, one by one.

    python -m dlnotes.experiments.digits_reader

Digits of 8 x 8 pixels; three convolutions and a dense layer, 12 250 parameters;
cross-entropy, Adam, batches of 50, 30 epochs ("long": 150), a rate that falls
along a cosine. "Shifts" go up to one pixel along both axes, "turns" up to 10
degrees, both drawn anew in each epoch. The controls are a dense network with as
many parameters, and a wide one, 64-200-200-10. All are judged on a random part
of the digits, and on those at the end of the file, which are by writers that
the network has not seen. (The long runs, the wide network, and shifts and turns
alone were added after first runs.)

The rule, fixed before the first run. For each variant and each way of dividing
the digits, the rates 0.001, 0.003, 0.01 and 0.03 are tried with four starts,
and the least validation error decides; the range of rates grows by a factor of
three where its end is best. Then ten fresh starts (and divisions). About
fifteen minutes on one core. Notebook 5.4 reads the result.
"""

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

EPOCHS, LONG, BATCH, RUNS = 30, 150, 50, 10
CONV = (False, 0.0)  # without batch normalization, without dropout
VARIANTS = {  # the network; what is moved; epochs
    "plain": (CONV, "", EPOCHS),
    "long": (CONV, "", LONG),
    "batch norm": ((True, 0.0), "", EPOCHS),
    "dropout": ((False, 0.3), "", EPOCHS),
    "shifts": (CONV, "shifts", EPOCHS),
    "turns": (CONV, "turns", EPOCHS),
    "shifts, turns": (CONV, "shifts, turns", EPOCHS),
    "shifts, turns, batch norm": ((True, 0.0), "shifts, turns", EPOCHS),
    "shifts, turns, long": (CONV, "shifts, turns", LONG),
    "dense": ((112, 40), "", EPOCHS),
    "dense, shifts, turns, long": ((112, 40), "shifts, turns", LONG),
    "wide dense": ((200, 200), "", EPOCHS),
    "wide dense, shifts, turns, long": ((200, 200), "shifts, turns", LONG),
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


def dense(first, second):
    """64-112-40-10 has nearly as many parameters as `network`."""
    return dl.Network(
        dl.Flatten(), dl.Dense(64, first), dl.ReLU(), dl.Dense(first, second),
        dl.ReLU(), dl.Dense(second, 10),
    )  # fmt: skip


def moved(x, rng, how="shifts, turns"):
    """Shifts up to one pixel, down and to the right, and turns up to 10°."""
    if "shifts" in how:
        x = dl.data.shift(dl.data.shift(x, rng, 1, axis=1), rng, 1, axis=2)
    return dl.data.rotate(x, rng, 10) if "turns" in how else x


def parts(writers, rng):
    """Pairs x, y to train on, to choose by, to judge by; x is (N, 8, 8, 1)."""
    return [
        (x.reshape(-1, 8, 8, 1).astype(np.float32), y)
        for x, y in dl.data.digits_split(None if writers else rng)
    ]


def learn(variant, writers, rate, seed):
    """Network, φ, state and the parts of the digits of one run."""
    settings, how, epochs = VARIANTS[variant]
    f = dense(*settings) if settings[0] > 1 else network(*settings)
    rng = np.random.default_rng(seed)
    divided = parts(writers, rng)
    (x, y), own = divided[0], divided[0][0].copy()
    phi = f.init(rng, dtype=np.float32)
    state, steps = f.init_state(phi), epochs * -(-len(x) // BATCH)
    for step in dl.train(
        f, phi, x, y, dl.Categorical(), dl.Adam(dl.Cosine(rate, steps)),
        epochs=epochs, batch=BATCH, rng=rng, state=state,
    ):  # fmt: skip
        if how and step.ends_epoch:
            x[...] = moved(own, rng, how)
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

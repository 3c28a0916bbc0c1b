"""Double descent of a trained network: MNIST-1D with wrong labels.

    python -m dlnotes.experiments.double_descent

A 40-w-w-10 ReLU network, widths w from 2 to 200; 2000 training examples, of
which 15 % or 40 % have a wrong label; momentum with learning rate 0.5 (0.05 in
the classical form), batches of 100, 300 epochs, five seeds a width. A seed
varies the start, the order of the batches, and which labels are wrong.

Half of the test signals choose a temperature among eleven; the errors and the
cross-entropies, at each temperature, are those of the other half. (40 % and the
temperatures were added after a first run.) About five minutes on one core.
Notebook 2.5 reads the result, and runs a small part of it again.
"""

import numpy as np

from dlnotes import Categorical, Dense, Momentum, Network, ReLU, data, train
from dlnotes.experiments import record

WIDTHS = [2, 4, 6, 10, 15, 20, 25, 30, 35, 40, 50, 70, 100, 200]
SEEDS, N, NOISES = 5, 2000, (0.15, 0.4)
TEMPERATURES = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32]


def problem(noise, seeds=SEEDS):
    """Training inputs, labels for each seed (some of them wrong), test inputs
    and labels.
    """
    rng, d = np.random.default_rng(0), data.mnist1d()
    x, y = d.x[:N].astype(np.float32), d.y[:N]
    wrong = rng.random((seeds, N)) < noise
    other = (y + rng.integers(1, 10, (seeds, N))) % 10
    return x, np.where(wrong, other, y), d.x_test.astype(np.float32), d.y_test


def run(width, noise=0.15, epochs=300, seeds=SEEDS):
    """Train networks of a width, one a seed. The number of parameters, and for
    each seed training error, test error, the temperature that was chosen, and
    the test cross-entropy at each temperature: (seeds, 14).
    """
    x, labels, x_test, y_test = problem(noise, seeds)
    rng = np.random.default_rng(width)
    f = Network(
        Dense(40, width), ReLU(), Dense(width, width), ReLU(), Dense(width, 10)
    )
    phi, loss = f.init(rng, models=seeds, dtype=np.float32), Categorical()
    optimizer = Momentum(0.5, beta=0.9)
    for _ in train(
        f, phi, x, labels, loss, optimizer, epochs=epochs, batch=100, rng=rng
    ):
        pass
    out = f(x_test, phi)
    choosing, judging = (
        np.stack(
            [
                loss.nll(out[:, half] / t, y_test[half]).mean(axis=-1)
                for t in TEMPERATURES
            ],
            axis=-1,
        )
        for half in (slice(0, None, 2), slice(1, None, 2))
    )
    wrong = np.mean(loss.mode(f(x, phi)) != labels, axis=-1)
    error = np.mean(loss.mode(out[:, 1::2]) != y_test[1::2], axis=-1)
    chosen = np.array(TEMPERATURES)[choosing.argmin(axis=-1)]
    return f.size, np.column_stack([wrong, error, chosen, judging])


def rows():
    """Rows of the result, one for each noise, width and seed."""
    for noise in NOISES:
        for width in WIDTHS:
            size, results = run(width, noise)
            print(noise, width, results.mean(axis=0).round(3), flush=True)
            for seed, (wrong, error, chosen, *ce) in enumerate(results):
                shown = (f"{value:.4f}" for value in ce)
                yield [
                    *(noise, width, size, seed, f"{wrong:.4f}"),
                    *(f"{error:.4f}", f"{chosen:g}", *shown),
                ]


if __name__ == "__main__":
    columns = "noise width parameters seed train_error test_error".split()
    columns += ["temperature", *(f"ce_at_{t:g}" for t in TEMPERATURES)]
    record(__file__, columns, rows())

"""Double descent of a trained network: MNIST-1D with label noise, widths from 2
to 200.

    python experiments/double_descent.py        writes double_descent.csv and
    its checksum

A 40-w-w-10 ReLU network, 2000 training examples of which 15 % have a wrong
label, momentum with learning rate 0.5 (0.05 in the classical form), batches of
100, 300 epochs, five seeds a width; a seed varies the start, the order of the
batches, and which labels are wrong. About four minutes on one core. Notebook
2.5 reads the result, and runs a small part of it again.
"""

import csv
import hashlib
from pathlib import Path

import numpy as np

from dlnotes import Categorical, Dense, Momentum, Network, ReLU, data, train

WIDTHS = [2, 4, 6, 10, 15, 20, 25, 30, 35, 40, 50, 70, 100, 200]
SEEDS, N, NOISE = 5, 2000, 0.15
RESULT = Path(__file__).with_suffix(".csv")


def problem(seeds=SEEDS, noise=NOISE):
    """Training inputs, labels for each seed (some of them wrong), test inputs
    and labels.
    """
    rng, d = np.random.default_rng(0), data.mnist1d()
    x, y = d.x[:N].astype(np.float32), d.y[:N]
    wrong = rng.random((seeds, N)) < noise
    other = (y + rng.integers(1, 10, (seeds, N))) % 10
    return x, np.where(wrong, other, y), d.x_test.astype(np.float32), d.y_test


def run(width, epochs=300, seeds=SEEDS, noise=NOISE):
    """Train five networks of a width; error and cross-entropy: (train, test,
    test CE), (3, seeds).
    """
    x, labels, x_test, y_test = problem(seeds, noise)
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
    wrong = np.mean(loss.mode(f(x, phi)) != labels, axis=-1)
    return f.size, np.stack(
        [
            wrong,
            np.mean(loss.mode(out) != y_test, axis=-1),
            loss.nll(out, y_test).mean(axis=-1),
        ]
    )


if __name__ == "__main__":
    with RESULT.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            [
                "width",
                "parameters",
                "seed",
                "train_error",
                "test_error",
                "test_ce",
            ]
        )
        for width in WIDTHS:
            size, results = run(width)
            for seed, row in enumerate(results.T):
                table.writerow(
                    [width, size, seed, *(f"{value:.4f}" for value in row)]
                )
            file.flush()
            print(width, size, results.mean(axis=1).round(3), flush=True)
    digest = hashlib.sha256(RESULT.read_bytes()).hexdigest()
    RESULT.with_suffix(".sha256").write_text(
        f"{digest}  {RESULT.name}\n", encoding="utf-8", newline="\n"
    )

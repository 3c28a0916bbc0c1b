"""A race of ten optimizers on MNIST-1D, each with a learning rate tuned on
validation data.

    python experiments/optimizer_race.py        writes optimizer_race.csv and
    its checksum

A 40-100-100-10 ReLU network, 3000 training and 1000 validation examples,
batches of 100, 40 epochs. Tuning: for every method nine rates, four to a
decade, three seeds each; the rate with the best mean validation accuracy at the
end is chosen (AdamW: the same for each of three values of λ). Race: five fresh
seeds at the chosen rate, tested on 5000 examples. A seed varies the start and
the order of the batches. About three minutes on one core. Notebook 3.7 reads
the result, and runs a part again.
"""

import csv
import hashlib
import warnings
from pathlib import Path

import numpy as np

import dlnotes as dl

EPOCHS, BATCH = 40, 100
RESULT = Path(__file__).with_suffix(".csv")

# The middle of the nine rates.
METHODS = {
    "GradientDescent": 0.3,
    "Momentum": 0.3,
    "Nesterov": 0.3,
    "SignDescent": 0.001,
    "AdaGrad": 0.03,
    "RMSProp": 0.003,
    "Adam": 0.01,
    "NAdam": 0.01,
    "AdaMax": 0.01,
    "AdamW": 0.01,
}
f = dl.Network(
    dl.Dense(40, 100),
    dl.ReLU(),
    dl.Dense(100, 100),
    dl.ReLU(),
    dl.Dense(100, 10),
)


def problem():
    """Pairs (x, y) for training, validation and testing, in float32."""
    d = dl.data.mnist1d()
    x = d.x.astype(np.float32)
    test = d.x_test.astype(np.float32), d.y_test
    return (x[:3000], d.y[:3000]), (x[3000:], d.y[3000:]), test


def make(method, alpha, lam=None):
    """The optimizer; the decay of AdamW spares the biases."""
    kind = getattr(dl, method)
    return kind(alpha) if lam is None else kind(alpha, lam=lam * f.decay_mask)


def run(method, alpha, seeds, lam=None, epochs=EPOCHS, rng=None):
    """Train ``seeds`` networks; training cross-entropies (epochs + 1, seeds),
    and the final φ.
    """
    (x, y), _, _ = problem()
    loss = dl.Categorical()
    phi = f.init(rng, models=seeds, dtype=np.float32)
    optimizer = make(method, alpha, lam)
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


def tune(method):
    """Validation accuracy for every rate, and λ: a list of (mean, rate, λ)."""
    _, validation, _ = problem()
    results = []
    for lam in (0.01, 0.1, 1.0) if method == "AdamW" else (None,):
        for alpha in METHODS[method] * 10 ** (np.arange(-4, 5) / 4):
            alpha = float(f"{alpha:.2g}")
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a rate may be too large
                try:
                    _, phi = run(
                        method, alpha, 3, lam, rng=np.random.default_rng(1)
                    )
                    score = right(phi, validation).mean()
                except FloatingPointError:
                    score = 0.0
            results.append((score, alpha, lam))
    return results


if __name__ == "__main__":
    with RESULT.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        columns = ["method", "alpha", "lam", "seed", "validation", "test"]
        table.writerow(
            [*columns, *(f"ce{epoch}" for epoch in range(EPOCHS + 1))]
        )
        for method in METHODS:
            results = tune(method)
            _, alpha, lam = max(results, key=lambda r: r[0])
            rates = sorted({r[1] for r in results})
            if alpha in (rates[0], rates[-1]):
                print(method, "best at the end of its range:", alpha)
            curve, phi = run(
                method, alpha, 5, lam, rng=np.random.default_rng(2)
            )
            _, validation, test = problem()
            scores = right(phi, validation), right(phi, test)
            for seed in range(5):
                row = [f"{s[seed]:.4f}" for s in scores] + [
                    f"{c:.4f}" for c in curve[:, seed]
                ]
                table.writerow(
                    [method, alpha, "" if lam is None else lam, seed, *row]
                )
            file.flush()
            print(
                method,
                alpha,
                lam,
                [s.mean().round(4) for s in scores],
                curve[-1].mean(),
            )
    digest = hashlib.sha256(RESULT.read_bytes()).hexdigest()
    RESULT.with_suffix(".sha256").write_text(
        f"{digest}  {RESULT.name}\n", encoding="utf-8", newline="\n"
    )

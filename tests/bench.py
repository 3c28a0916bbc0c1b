"""How fast dlnotes is: ratios of time to other ways of doing the same work.

    python tests/bench.py            (make bench)

float32, one BLAS thread, each variant in a process of its own, interleaved over
several rounds; the ratio is that of the minima, so smaller is better. Absolute
times differ between machines and are printed for orientation only. PyTorch's
rows appear where it is installed.
"""

import importlib.util
import os
import subprocess
import sys
import time

for name in "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = "1"

import numpy as np  # noqa: E402  (the number of threads is read at import)

ROUNDS = 5
F32 = np.float32

# name: widths, batch, optimizer, loss
STEPS = {
    "1-100-100-1, SGD": ([1, 100, 100, 1], 100, "sgd"),
    "40-100-100-10, SGD": ([40, 100, 100, 10], 100, "sgd"),
    "40-100-100-10, Adam": ([40, 100, 100, 10], 100, "adam"),
    "64-256-256-10, Adam": ([64, 256, 256, 10], 128, "adam"),
    "784-512-512-10, SGD": ([784, 512, 512, 10], 256, "sgd"),
}
POPULATIONS = {
    "64 x 1-16-16-1": ([1, 16, 16, 1], 100, "sgd"),
    "64 x 64-32-10": ([64, 32, 10], 100, "sgd"),
    "64 x 1-32-32-1": ([1, 32, 32, 1], 100, "sgd"),
    "64 x 40-100-100-10": ([40, 100, 100, 10], 100, "sgd"),
}


def data(widths, batch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, widths[0])).astype(F32)
    if widths[-1] == 1:
        return x, np.sin(3 * x)
    return x, rng.integers(0, widths[-1], batch)


def ours(widths, batch, optimizer, models=None):
    """One call is one training step of dlnotes."""
    import dlnotes as dl

    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [dl.Dense(a, b), dl.ReLU()]
    f = dl.Network(*layers[:-1])
    x, y = data(widths, batch)
    loss = dl.SquaredError() if widths[-1] == 1 else dl.Categorical()
    phi = f.init(np.random.default_rng(0), models=models, dtype=F32)
    opt = dl.Adam(1e-3) if optimizer == "adam" else dl.GradientDescent(1e-3)
    memory = opt.init(phi)

    def grad(phi):
        return f.gradient(x, y, phi, loss)[1]

    return lambda: opt.step(phi, grad, memory)


def loop(widths, batch, optimizer, make=None):
    """Sixty-four networks, one after the other."""
    steps = [(make or ours)(widths, batch, optimizer) for _ in range(64)]

    def run():
        for step in steps:
            step()

    return run


def population(widths, batch, optimizer):
    return ours(widths, batch, optimizer, models=64)


def textbook(widths, batch, optimizer):
    """The plain version that a student writes: lists of arrays, one line an
    equation.
    """
    x, y = data(widths, batch)
    rng = np.random.default_rng(0)
    W = [
        (rng.normal(size=(a, b)) * np.sqrt(2 / a)).astype(F32)
        for a, b in zip(widths, widths[1:])
    ]
    b = [np.zeros(n, F32) for n in widths[1:]]
    p = W + b
    m, v, t = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p], 0

    def run():
        nonlocal t
        h, f = [x], []
        for k in range(len(W)):
            f.append(h[-1] @ W[k] + b[k])
            h.append(np.where(f[-1] > 0, f[-1], 0))
        out = f[-1]
        if widths[-1] == 1:
            d = 2 * (out - y) / batch
        else:
            e = np.exp(out - out.max(axis=1, keepdims=True))
            d = e / e.sum(axis=1, keepdims=True)
            d[np.arange(batch), y] -= 1
            d = d / batch
        dW, db = [None] * len(W), [None] * len(W)
        for k in reversed(range(len(W))):
            dW[k], db[k] = h[k].T @ d, d.sum(axis=0)
            d = (d @ W[k].T) * (f[k - 1] > 0) if k else None
        t += 1
        for i, g in enumerate(dW + db):
            if optimizer == "adam":
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g**2
                p[i] -= (
                    1e-3
                    * (m[i] / (1 - 0.9**t))
                    / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
                )
            else:
                p[i] -= 1e-3 * g

    return run


def sklearn(widths, batch, optimizer):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    x, y = data(widths, batch)
    kind = MLPRegressor if widths[-1] == 1 else MLPClassifier
    model = kind(
        hidden_layer_sizes=widths[1:-1],
        solver=optimizer,
        batch_size=batch,
        alpha=0,
        momentum=0,
        shuffle=False,
    )
    if widths[-1] == 1:
        return lambda: model.partial_fit(x, y.ravel())
    classes = np.arange(widths[-1])
    return lambda: model.partial_fit(x, y, classes=classes)


def torch(widths, batch, optimizer):
    import torch

    torch.set_num_threads(1)
    x, y = map(torch.as_tensor, data(widths, batch))
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    f = torch.nn.Sequential(*layers[:-1])
    loss = (
        torch.nn.MSELoss() if widths[-1] == 1 else torch.nn.CrossEntropyLoss()
    )
    kind = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
    opt = kind(f.parameters(), lr=1e-3)

    def run():
        opt.zero_grad(set_to_none=True)
        loss(f(x), y).backward()
        opt.step()

    return run


def torch_loop(widths, batch, optimizer):
    return loop(widths, batch, optimizer, make=torch)


def measure(variant, case):
    """Seconds a step: the least of many short blocks."""
    run = globals()[variant](*{**STEPS, **POPULATIONS}[case])
    for _ in range(5):
        run()
    start = time.perf_counter()
    run()
    block = max(1, int(0.02 / (time.perf_counter() - start)))
    best = np.inf
    for _ in range(25):
        start = time.perf_counter()
        for _ in range(block):
            run()
        best = min(best, (time.perf_counter() - start) / block)
    return best


def compare(cases, variants):
    """Measure every variant of every case in its own process, in turn; print
    the ratios.
    """
    first, *others = variants
    print(
        f"{'':22}"
        + f"{first:>14}"
        + "".join(f"{'/ ' + other:>14}" for other in others)
    )
    for case in cases:
        best = dict.fromkeys(variants, np.inf)
        for _ in range(ROUNDS):
            for variant in variants:
                done = subprocess.run(
                    [sys.executable, __file__, variant, case],
                    capture_output=True,
                    encoding="utf-8",
                    check=False,
                )
                if done.returncode:
                    raise SystemExit(done.stderr)
                best[variant] = min(best[variant], float(done.stdout))
        row = "".join(f"{best[first] / best[other]:14.2f}" for other in others)
        print(f"{case:22}{best[first] * 1e6:11.0f} µs{row}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        import warnings

        warnings.simplefilter("ignore")
        print(measure(*sys.argv[1:]))
    else:
        has_torch = importlib.util.find_spec("torch") is not None
        print("One training step: time of dlnotes, and its ratio to …")
        compare(STEPS, ["ours", "textbook", "sklearn"] + ["torch"] * has_torch)
        print(
            "\n64 networks at once: time of the population, and its ratio to …"
        )
        compare(
            POPULATIONS, ["population", "loop"] + ["torch_loop"] * has_torch
        )

"""Few labels on MNIST-1D: what other classes, a second task, and examples
without labels are worth.

    python -m dlnotes.experiments.few_labels

All networks are 40-100-100 and a head; cross-entropy, momentum 0.9, batches of
50 (25 examples at once), 600 steps, a rate that falls along a cosine. Errors
are those of the 5000 test examples, as far as their classes belong to the task.

*Transfer*: trunks are trained on the 1993 examples of the classes 0 to 4, and
the task is to tell 5 to 9 apart, with 5, 20 or 80 examples of each. *A second
task*: all classes, with 100, 500 or 2000 examples, and a second head for the
template's shift, or its scale, or noise, whose squared error counts w. *No
labels*: 4000 examples without, and 10 labels of each class. A trunk learns to
fill in a masked stretch, or to recognise two augmentations of the same signal,
of all 4000 or of the 100 labelled ones only; then a linear classifier reads its
100 features.

The rule, fixed before the first run. For each method, all pairs of a rate and a
strength are tried on ten draws of the labelled examples, each with starts of
its own, and judged by 3000 fresh examples; the pair with the least mean error
is chosen, and the range of rates grows by a factor of three where its end is
best. A network whose loss is no longer finite has got everything wrong. Then
twenty fresh draws, judged by the test set. (Changed after first runs: a network
that diverged had kept what it knew before; copying one layer had begun with the
head alone, on a layer at random; the masked task had fewer epochs; and the
control with the 100 signals was missing.) About twenty minutes on one core.
Notebook 4.7 reads the result.
"""

import functools
import warnings

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

STEPS, BATCH, TRUNK = 600, 50, 100
TUNING, JUDGING = (1, 10), (2, 20)  # seed, and how many draws


class Masked:
    """The squared error where the mask is 1: ``y`` is the signal, then the
    mask, side by side.
    """

    def nll_and_gradient(self, f, y):
        x, mask = np.split(y, 2, axis=-1)
        error = mask * (f - x)
        return np.sum(error**2, axis=-1), 2 * error


class InfoNCE:
    """The contrastive loss of N/2 pairs: rows n and n + N/2 belong together.

    Each row asks which of the other rows is its partner. Its logits are the
    cosines with them, divided by the temperature τ.
    """

    def __init__(self, tau):
        self.tau = tau

    def nll_and_gradient(self, f, y=None):
        N = f.shape[-2]
        partner = (np.arange(N) + N // 2) % N
        length = np.linalg.norm(f, axis=-1, keepdims=True)
        u = f / length  # on the unit sphere
        logits = u @ u.mT / np.asarray(self.tau, f.dtype)
        logits[..., np.arange(N), np.arange(N)] = -np.inf  # nobody asks itself
        nll, d = dl.Categorical().nll_and_gradient(logits, partner)
        du = (d + d.mT) @ u / np.asarray(self.tau, f.dtype)
        return nll, (du - u * np.sum(du * u, axis=-1, keepdims=True)) / length


class TwoTasks:
    """Cross-entropy of the first outputs, plus w times the squared error of
    the last one; ``y`` is the label, then the number.
    """

    def __init__(self, w):
        self.w = w

    def nll_and_gradient(self, f, y):
        labels = y[..., 0].astype(int)
        nll, d = dl.Categorical().nll_and_gradient(f[..., :-1].copy(), labels)
        error = f[..., -1:] - y[..., 1:]
        both = np.concatenate([d, 2 * self.w * error], axis=-1, dtype=f.dtype)
        return nll + self.w * error[..., 0] ** 2, both


def network(outputs, *between):
    """40-100-100-outputs; ``between``: layers in front of the last one."""
    return dl.Network(
        dl.Dense(40, TRUNK), dl.ReLU(), dl.Dense(TRUNK, TRUNK), dl.ReLU(),
        *between, dl.Dense(TRUNK, outputs),
    )  # fmt: skip


@functools.cache
def examples():
    """The pool, fresh examples to choose by, and the test set: pairs x, y."""
    d = dl.data.mnist1d()
    fresh = dl.data.mnist1d_fresh(3000, np.random.default_rng(1000))
    pairs = (d.x, d.y), (fresh.x, fresh.y), (d.x_test, d.y_test)
    return [(x.astype(np.float32), y) for x, y in pairs]


def draw(seed, count, per_class, classes):
    """``per_class`` examples of each class, ``count`` times: x, y."""
    (x, y), rng = examples()[0], np.random.default_rng([seed, per_class])
    rows = [
        np.concatenate(
            [
                rng.choice(np.flatnonzero(y == k), per_class, replace=False)
                for k in classes
            ]
        )
        for _ in range(count)
    ]
    return x[rows], y[rows] - classes[0]


def learn(f, phi, x, y, rate, steps=STEPS, loss=None, change=None, **rest):
    """Train in place. ``rate``: a number, or one for each parameter;
    ``change``: of (x, rng), used anew in each epoch.
    """
    plan, own = dl.Cosine(1.0, steps), x
    rng, x = np.random.default_rng(99), x.copy()
    rate = np.asarray(rate, phi.dtype)
    for step in dl.train(
        f, phi, x, y, loss or dl.Categorical(),
        dl.Momentum(lambda t: rate * plan(t)), epochs=steps,
        batch=min(BATCH, x.shape[-2]), rng=np.random.default_rng(98), **rest,
    ):  # fmt: skip
        if change and step.ends_epoch:
            x[...] = change(own.reshape(-1, 40), rng).reshape(x.shape)
        if step.t == steps:
            break
    phi[step.frozen] = np.nan  # what diverged shall not keep an earlier result


def errors(f, phi, part, classes=range(10)):
    """The share of wrong answers for examples of these classes."""
    x, y = examples()[part]
    mine = np.isin(y, classes)
    scores = f(x[mine], phi)[..., : len(classes)]  # without a second head
    wrong = (scores.argmax(axis=-1) + classes[0]) != y[mine]
    return (wrong | np.isnan(scores[..., 0])).mean(axis=-1)


# Transfer --------------------------------------------------------------------

SOURCE, TARGET = range(5), range(5, 10)
# For each method: layers that are copied, shuffled or not, and layers frozen.
TRANSFER = {
    "from scratch": (0, False, 0),
    "random, frozen": (0, False, 2),
    "frozen": (2, False, 2),
    "fine-tuned": (2, False, 0),
    "shuffled": (2, True, 0),
    "first layer": (1, False, 0),
    "first layer, frozen": (1, False, 1),
    "first layer random, frozen": (0, False, 1),
}


@functools.cache
def trunks(seed, count):
    """Parameters of ``count`` networks that tell the classes 0 to 4 apart."""
    f = network(5, dl.Dropout(0.3))
    x, y = examples()[0]
    x, y = x[y < 5], y[y < 5]
    rngs = [np.random.default_rng([seed, 1, m]) for m in range(count)]
    phi = np.stack([f.init(rng, dtype=np.float32) for rng in rngs])
    steps = 60 * -(-len(x) // BATCH)
    for _ in dl.train(
        f, phi, x, y, dl.Categorical(), dl.Momentum(dl.Cosine(1.0, steps)),
        epochs=60, batch=BATCH, rng=rngs,
    ):  # fmt: skip
        pass
    return phi


def transfer(method, per_class, rate, strength, seed, count):
    """φ of ``count`` networks for the classes 5 to 9."""
    copied, shuffled, frozen = TRANSFER[method]
    f, rng = network(5), np.random.default_rng([seed, 2])
    x, y = draw(seed, count, per_class, TARGET)
    phi = f.init(rng, count, np.float32)
    for part in (f.slices[0], f.slices[2])[:copied]:
        phi[:, part] = trunks(seed, count)[:, part]
        if shuffled:  # the same numbers, in another order
            phi[:, part] = rng.permuted(phi[:, part], axis=1)
    rates, head = np.full(f.size, rate), np.arange(f.size) >= f.slices[4].start
    rates[: f.slices[2 * frozen].start] = 0
    steps = STEPS
    if copied == 2 and not frozen:  # Algorithm 7: first the head, then all
        steps = STEPS // 2
        learn(f, phi, x, y, 0.3 * head, steps)
    learn(f, phi, x, y, rates, steps)
    return f, phi, TARGET


# A second task ---------------------------------------------------------------


@functools.cache
def pool():
    """Fresh examples that know their shift and scale, standardized."""
    fresh = dl.data.mnist1d_fresh(20_000, np.random.default_rng(1001))
    noise = np.random.default_rng(1002).normal(size=20_000)
    numbers = {"shift": fresh.shift, "scale": fresh.scale, "noise": noise}
    return fresh, {k: (v - v.mean()) / v.std() for k, v in numbers.items()}


def second_task(method, n, rate, w, seed, count):
    """φ of ``count`` networks with two heads, n examples each."""
    f, rng = network(11), np.random.default_rng([seed, n])
    fresh, numbers = pool()
    rows = np.stack([rng.permutation(20_000)[:n] for _ in range(count)])
    number = numbers.get(method, numbers["noise"])
    y = np.stack([fresh.y, number], axis=-1).astype(np.float32)[rows]
    phi = f.init(np.random.default_rng([seed, 3]), count, np.float32)
    x = fresh.x[rows].astype(np.float32)
    learn(f, phi, x, y, rate, loss=TwoTasks(w))
    return f, phi, range(10)


# No labels -------------------------------------------------------------------


def moved(x, rng):
    """Shifts up to 8 samples, and gains up to 30 %."""
    return dl.data.gain(dl.data.shift(x, rng, 8), rng, 0.3)


@functools.lru_cache(maxsize=64)
def pretrained(kind, rate, strength, seed, count):
    """Parameters of ``count`` trunks that saw 4000 examples without labels, or
    (kind "own signals") the 100 that will have labels.
    """
    x, rng = examples()[0][0], np.random.default_rng([seed, 4])
    f = network(40 if kind == "masked" else 32)
    phi = f.init(rng, count, np.float32)
    if kind == "random":
        return f, phi
    size = BATCH if kind == "masked" else 200
    steps = 100 * len(x) // size
    optimizer, own = dl.Adam(dl.Cosine(rate, steps)), x[labelled(seed, count)]
    memory = optimizer.init(phi)
    for t in range(steps):
        start = t * size % len(x)
        if start == 0:
            order = rng.permutation(len(x))
        rows = own if kind == "own signals" else x[order[start : start + size]]
        inputs, y, loss = task(kind, rows, rng, strength)

        def grad(p):
            return f.gradient(inputs, y, p, loss)[1]

        optimizer.step(phi, grad, memory)
    return f, phi


def task(kind, x, rng, strength):
    """Inputs, targets and a loss that are made from the signals alone."""
    if kind != "masked":
        versions = (
            moved(x.reshape(-1, 40), rng).reshape(x.shape) for _ in range(2)
        )
        pairs = np.concatenate(list(versions), axis=-2)
        return pairs, np.zeros(pairs.shape[:-1], int), InfoNCE(strength)
    start = rng.integers(0, 41 - strength, (len(x), 1))
    k = np.arange(40)
    mask = ((k >= start) & (k < start + strength)).astype(np.float32)
    return x * (1 - mask), np.concatenate([x, mask], axis=1), Masked()


def features(kind, rate, strength, seed, count):
    """What a linear classifier reads: of the pool, of fresh examples, and of
    the test set, each (M, N, D), standardized by the pool.
    """
    parts = [x for x, _ in examples()]
    if kind == "raw":
        parts = [np.broadcast_to(x, (count, *x.shape)) for x in parts]
    else:
        f, phi = pretrained(kind, rate, strength, seed, count)
        g = dl.Network(*f.layers[:4])
        parts = [g(x, phi[:, : g.size]) for x in parts]
    mean = parts[0].mean(axis=1, keepdims=True)
    scale = parts[0].std(axis=1, keepdims=True) + np.float32(1e-3)
    return [(part - mean) / scale for part in parts]


def probes(kind, rate, strength, lam, seed, count):
    """Errors of linear classifiers with 100 labels: of fresh examples, and
    of the test set.
    """
    x, *others = features(kind, rate, strength, seed, count)
    rows, y = labelled(seed, count), examples()[0][1]
    f = dl.Network(dl.Dense(x.shape[-1], 10))
    phi = np.zeros((count, f.size), np.float32)
    own = x[np.arange(count)[:, None], rows]
    learn(f, phi, own, y[rows], 0.3, 300, wrap=dl.L2(lam * f.decay_mask))
    return [
        (f(part, phi).argmax(axis=-1) != labels).mean(axis=-1)
        for part, (_, labels) in zip(others, examples()[1:])
    ]


def labelled(seed, count):
    """Rows of the 100 examples with labels, 10 of each class, of each draw."""
    rng, y = np.random.default_rng([seed, 5]), examples()[0][1]
    return np.stack(
        [
            np.concatenate(
                [
                    rng.choice(np.flatnonzero(y == k), 10, False)
                    for k in range(10)
                ]
            )
            for _ in range(count)
        ]
    )


def with_labels(method, per_class, rate, lam, seed, count):
    """φ of ``count`` networks that learn from 10 labels a class, with L2."""
    f, rows, y = network(10), labelled(seed, count), examples()[0][1]
    phi = f.init(np.random.default_rng([seed, 6]), count, np.float32)
    if method == "contrastive, fine-tuned":
        old, best = pretrained(*chosen("contrastive")[:3], seed, count)
        trunk = slice(0, old.slices[4].start)
        phi[:, trunk] = best[:, trunk]
    learn(
        f, phi, examples()[0][0][rows], y[rows], rate,
        change=None if method == "labels only" else moved,
        wrap=dl.L2(lam * f.decay_mask),
    )  # fmt: skip
    return f, phi, range(10)


# The rule --------------------------------------------------------------------

ADAM, TAUS = (0.001, 0.003), (0.05, 0.1, 0.2, 0.5)
KINDS = {  # Adam's rates, and strengths: samples that are masked, τ
    "raw": ((0.0,), (0,)),
    "random": ((0.0,), (0,)),
    "masked": (ADAM, (5, 10, 20)),
    "own signals": (ADAM, TAUS),
    "contrastive": (ADAM, TAUS),
}
LAMBDAS = (0.003, 0.01, 0.03, 0.1, 0.3)
WEIGHTS = (0.03, 0.1, 0.3)


@functools.cache
def chosen(kind):
    """Kind, rate, strength and λ of a probe, by the rule."""
    rates, strengths = KINDS[kind]
    rates, scores = list(rates), {}
    while True:
        for rate in rates:
            for strength in strengths:
                for lam in LAMBDAS:
                    key = kind, rate, strength, lam
                    if key not in scores:
                        scores[key] = probes(*key, *TUNING)[0].mean()
        best = min(scores, key=scores.get)
        if len(rates) == 1 or min(rates) < best[1] < max(rates):
            return best
        grow(rates, best[1])


def grow(rates, best):
    """A rate more, at the end of the list that is the best."""
    if best == min(rates):
        rates.insert(0, best / 3)
    else:
        rates.append(best * 3)


def judged(run, method, size, rate, strength, part, seed, count):
    """Errors of the networks of a run, or 1 where no loss is finite."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            f, phi, classes = run(method, size, rate, strength, seed, count)
            return errors(f, phi, part, classes)
    except FloatingPointError:
        return np.ones(count)


def tune(run, method, size, strengths):
    """The chosen rate and strength, by the rule."""
    rates, scores = [0.1, 0.3, 1.0], {}
    while True:
        for rate in rates:
            for strength in strengths:
                if (rate, strength) not in scores:
                    found = judged(
                        run, method, size, rate, strength, 1, *TUNING
                    )
                    scores[rate, strength] = found.mean()
        rate, strength = min(scores, key=scores.get)
        if min(rates) < rate < max(rates):
            return rate, strength
        grow(rates, rate)


# Part, how it is run, its methods with their strengths, and its sizes.
PARTS = (
    ("transfer", transfer, {m: (0,) for m in TRANSFER}, (5, 20, 80)),
    (
        "second task",
        second_task,
        {"none": (0,), "shift": WEIGHTS, "scale": WEIGHTS, "noise": WEIGHTS},
        (100, 500, 2000),
    ),
    (
        "no labels",
        with_labels,
        {
            "labels only": LAMBDAS[:3],
            "labels, augmented": LAMBDAS[:3],
            "contrastive, fine-tuned": LAMBDAS[:3],
        },
        (10,),
    ),
)


def rows():
    """Rows of the result: one for each method and draw."""
    for kind in KINDS:
        _, rate, strength, lam = chosen(kind)
        found = probes(kind, rate, strength, lam, *JUDGING)[1]
        yield from written("no labels", kind, 10, rate, strength, lam, found)
    for part, run, methods, sizes in PARTS:
        for size in sizes:
            for method, strengths in methods.items():
                rate, best = tune(run, method, size, strengths)
                found = judged(run, method, size, rate, best, 2, *JUDGING)
                yield from written(part, method, size, rate, best, 0, found)


def written(part, method, size, rate, strength, lam, found):
    print(part, method, size, rate, strength, lam, found.mean().round(4))
    for k, error in enumerate(found):
        yield [part, method, size, rate, strength, lam, k, f"{error:.4f}"]


if __name__ == "__main__":
    columns = ["part", "method", "size", "rate", "strength", "lam", "draw"]
    record(__file__, [*columns, "error"], rows())

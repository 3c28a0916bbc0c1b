"""Does a larger learning rate generalise better, do smaller batches, and is it
what the theory says?

    python -m dlnotes.experiments.implicit_regularization

The network is 40-100-100-10, cross-entropy, plain (stochastic) gradient descent
with a constant rate on 1000 examples of MNIST-1D, whose labels are right. All
stop when their training loss, of all 1000 examples, is below 0.02 for the first
time at a look, every 20 steps: so all have learned their examples equally well.
(A first version looked at small batches more rarely, so that some of these were
further when they stopped.) Each seed has examples and a start of its own, the
same ones for every setting.

The rule, fixed before the first run. The settings are those of the table below:
rates a factor of three apart, for the whole set, batches of 100 and of 20; and
two controls, a small rate with the term (μ/4) ‖∂L/∂φ‖² added to the loss, so
that the sum α + μ is the largest rate of the whole set. Ten seeds, and ten
others ("again") that confirm or do not. ``curvature`` is the largest eigenvalue
of the Hessian at the end, by 30 power iterations. About six minutes on one
core. Notebook 4.8 reads the result.
"""

import numpy as np

import dlnotes as dl
from dlnotes.experiments import record

SIZE, GOAL, MOST = 1000, 0.02, 60_000
SETTINGS = (  # rate, batch, μ
    (0.1, SIZE, 0.0),
    (0.3, SIZE, 0.0),
    (1.0, SIZE, 0.0),
    (0.1, SIZE, 0.9),
    (0.3, SIZE, 0.7),
    (0.1, 100, 0.0),
    (0.3, 100, 0.0),
    (0.03, 20, 0.0),
    (0.1, 20, 0.0),
    (0.3, 20, 0.0),
)
f = dl.Network(
    dl.Dense(40, 100), dl.ReLU(), dl.Dense(100, 100), dl.ReLU(),
    dl.Dense(100, 10),
)  # fmt: skip
loss = dl.Categorical()


def with_term(mu):
    """A wrap that adds (μ/4) ‖∂L/∂φ‖² to the loss, to first order in μ: the
    gradient at a point that is half a step of length μ uphill.
    """
    return lambda grad: lambda phi: grad(phi + np.float32(mu / 2) * grad(phi))


class Stratified(np.random.Generator):
    """A Generator whose permutations of examples with these labels spread every
    class evenly over the order, so that all batches are alike.
    """

    def __init__(self, seed, labels):
        super().__init__(np.random.PCG64(seed))
        self.labels = labels

    def permutation(self, n):
        place = np.empty(n)
        for k in np.unique(self.labels):
            rows = np.flatnonzero(self.labels == k)
            rank = super().permutation(len(rows)) + self.random(len(rows))
            place[rows] = rank / len(rows)
        return place.argsort()


def examples(seed, count):
    """1000 examples for each of ``count`` networks: x, y."""
    d, rng = dl.data.mnist1d(), np.random.default_rng(seed)
    rows = np.stack([rng.permutation(len(d.x))[:SIZE] for _ in range(count)])
    return d.x.astype(np.float32)[rows], d.y[rows]


def learn(seed, count, rate, batch, mu=0.0, stratified=False):
    """Train ``count`` networks until each has reached the goal: a dictionary of
    numbers, one a network. ``stratified``: whether all batches have nearly the
    same number of each class.
    """
    x, y = examples(seed, count)
    rng = np.random.default_rng([seed, 2])
    if stratified:
        rng = [Stratified([seed, 2, m], y[m]) for m in range(count)]
    phi = f.init(np.random.default_rng([seed, 1]), count, np.float32)
    best, steps = np.full_like(phi, np.nan), np.full(count, np.nan)
    reached = np.full(count, np.nan)
    for step in dl.train(
        f, phi, x, y, loss, dl.GradientDescent(rate), epochs=MOST,
        batch=None if batch == SIZE else batch,
        rng=rng,
        wrap=with_term(mu) if mu else None,
    ):  # fmt: skip
        if step.t % 20 == 0:
            now = loss.nll(f(x, phi), y).mean(axis=-1)
            new = (now < GOAL) & np.isnan(steps)
            best[new], steps[new], reached[new] = phi[new], step.t, now[new]
            if not np.isnan(steps).any() or step.t >= MOST:
                break
    d = dl.data.mnist1d()
    out = f(d.x_test.astype(np.float32), best)
    return {
        "steps": steps,
        "train": reached,
        "error": (out.argmax(axis=-1) != d.y_test).mean(axis=-1),
        "loss": loss.nll(out, d.y_test).mean(axis=-1),
        "curvature": curvature(best, x, y),
        "length": np.linalg.norm(best[:, f.decay_mask], axis=-1),
    }


def curvature(phi, x, y, iterations=30, h=1e-3):
    """The largest eigenvalue of each Hessian, by power iteration on differences
    of gradients.
    """
    phi, x = phi.astype(float), x.astype(float)
    v = np.random.default_rng(0).normal(size=phi.shape)
    for _ in range(iterations):
        v /= np.linalg.norm(v, axis=-1, keepdims=True)
        ahead, behind = (
            f.gradient(x, y, phi + s * h * v, loss)[1] for s in (1, -1)
        )
        v = (ahead - behind) / (2 * h)
    return np.linalg.norm(v, axis=-1)


MEASURES = ("steps", "train", "error", "loss", "curvature", "length")


def rows():
    """Rows of the result: one for each setting and seed."""
    for setting in SETTINGS:
        for kind, seed in ("first", 1), ("again", 2):
            found = learn(seed, 10, *setting)
            shown = (f"{found[k].mean():.4f}" for k in MEASURES)
            print(*setting, kind, *shown, flush=True)
            for k in range(10):
                numbers = (f"{found[name][k]:.4f}" for name in MEASURES)
                yield [*setting, kind, k, *numbers]


if __name__ == "__main__":
    record(__file__, ["rate", "batch", "mu", "set", "seed", *MEASURES], rows())

"""A contest of sixteen activations on MNIST-1D and on digits, each with a rate
of its own.

    python -m dlnotes.experiments.activation_contest

Nine are those of two tables in Ramachandran, Zoph & Le 2017, five those of the
survey by Pedamonti 2018 (ReLU is in both), and with them tanh, GELU and Mish.
Three networks: "shallow" and "deep" read MNIST-1D (3000 training examples, 1000
for validation, 5000 to test), "digits" the digits (1078, 360, 359).
Cross-entropy, momentum 0.9, batches of 50, 25 epochs.

The rule, fixed before the first run. All activations get the same effort:
weights behind activation a have the variance 1/(E[a(z)²] D_in) for a standard
normal z, those of the first layer 1/D_in. For each activation and network seven
rates, each twice the one before, with three seeds; the rate with the best mean
validation accuracy is chosen. If it is the smallest or the largest, the range
grows by two at this end, until it is not. Then five fresh seeds at the chosen
rate, and five others ("again") that confirm or do not. A seed varies the start
and the order of the batches. About fifteen minutes on one core. Notebook 3.8
reads the result, and runs a part again.
"""

import warnings

import numpy as np

import dlnotes as dl
from dlnotes.activations import sigmoid
from dlnotes.experiments import record

EPOCHS, BATCH = 25, 50
HIDDEN = {"shallow": (100, 100), "deep": (64,) * 5, "digits": (64, 32)}


class Formula(dl.Layer):
    """An activation given by its formula and its slope."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def forward(self, x, phi, ctx):
        return self.value(x), x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy * self.slope(saved)


def sinc(z):
    """sin z / z, and 1 at 0."""
    return np.sinc(z / np.pi).astype(z.dtype)


def slope_of_sinc(z):
    """(cos z - sin z / z) / z, and near 0 its series -z/3."""
    far = np.where(np.abs(z) < 1e-2, 1, z)
    return np.where(far == z, (np.cos(far) - sinc(far)) / far, -z / 3)


# Each makes a new layer.
ACTIVATIONS = {
    "ReLU": dl.ReLU,
    "x·σ(βx)": lambda: dl.ACON("A"),  # β is learned
    "max(x, σ(x))": lambda: Formula(
        lambda z: np.maximum(z, sigmoid(z)),
        lambda z: np.where(z > sigmoid(z), 1, sigmoid(z) * sigmoid(-z)),
    ),
    "cos(x) - x": lambda: Formula(
        lambda z: np.cos(z) - z, lambda z: -np.sin(z) - 1
    ),
    "min(x, sin(x))": lambda: Formula(
        lambda z: np.minimum(z, np.sin(z)),
        lambda z: np.where(z < np.sin(z), 1, np.cos(z)),
    ),
    "arctan(x)² - x": lambda: Formula(
        lambda z: np.arctan(z) ** 2 - z,
        lambda z: 2 * np.arctan(z) / (1 + z * z) - 1,
    ),
    "max(x, tanh(x))": lambda: Formula(
        lambda z: np.maximum(z, np.tanh(z)),
        lambda z: np.where(z > np.tanh(z), 1, 1 - np.tanh(z) ** 2),
    ),
    "sinc(x) + x": lambda: Formula(
        lambda z: sinc(z) + z, lambda z: slope_of_sinc(z) + 1
    ),
    "x·arsinh(x)²": lambda: Formula(
        lambda z: z * np.arcsinh(z) ** 2,
        lambda z: (
            np.arcsinh(z) ** 2 + 2 * z * np.arcsinh(z) / np.sqrt(1 + z * z)
        ),
    ),
    "sigmoid": dl.Sigmoid,
    "tanh": dl.Tanh,
    "leaky ReLU": dl.LeakyReLU,
    "ELU": dl.ELU,
    "SELU": dl.SELU,
    "GELU": dl.GELU,
    "Mish": dl.Mish,
}
# Accuracy in percent, from the tables on the slides: ResNet, Wide ResNet and
# DenseNet on CIFAR-10, and the same on CIFAR-100.
PUBLISHED = {
    "ReLU": (93.8, 95.3, 94.8, 74.2, 77.8, 83.7),
    "x·σ(βx)": (94.5, 95.5, 94.9, 75.1, 78.0, 83.9),
    "max(x, σ(x))": (94.3, 95.3, 94.8, 74.8, 78.6, 84.2),
    "cos(x) - x": (94.1, 94.8, 94.6, 75.2, 76.6, 81.8),
    "min(x, sin(x))": (94.0, 95.1, 94.4, 73.4, 77.1, 74.3),
    "arctan(x)² - x": (93.9, 94.7, 94.9, 75.2, 76.7, 83.1),
    "max(x, tanh(x))": (93.9, 94.2, 94.5, 74.8, 76.0, 78.6),
    "sinc(x) + x": (91.5, 92.1, 92.0, 66.1, 68.3, 67.9),
    "x·arsinh(x)²": (85.1, 92.1, 91.1, 52.8, 70.6, 68.1),
}


def problem(network):
    """Pairs (x, y) for training, validation and testing, in float32."""
    if network == "digits":
        parts = dl.data.digits_split(np.random.default_rng(0))
    else:
        d = dl.data.mnist1d()
        parts = (
            (d.x[:3000], d.y[:3000]),
            (d.x[3000:], d.y[3000:]),
            (d.x_test, d.y_test),
        )
    return [(x.astype(np.float32), y) for x, y in parts]


def mean_square(act):
    """E[a(z)²] for a standard normal z."""
    z = np.linspace(-10, 10, 20_001)[:, None]
    density = np.exp(-(z**2) / 2)
    layer = dl.Network(act())
    value = layer(z, layer.init(np.random.default_rng(0)))
    return float(np.sum(density * value**2) / np.sum(density))


def build(network, act):
    """The network, with weights that suit the activation."""
    (x, _), *_ = problem(network)
    square = mean_square(act)

    def suited(Omega, rng):
        dl.lecun(Omega, rng)
        Omega /= np.sqrt(square)

    layers, d_in, init = [], x.shape[1], dl.lecun
    for d_out in HIDDEN[network]:
        layers += [dl.Dense(d_in, d_out, init=init), act()]
        d_in, init = d_out, suited
    return dl.Network(*layers, dl.Dense(d_in, 10, init=suited))


def run(network, name, rates, seeds, rng, epochs=EPOCHS):
    """Accuracies (rates, seeds) on the validation and on the test set."""
    training, *judges = problem(network)
    f = build(network, ACTIVATIONS[name])
    starts = f.init(rng, models=seeds, dtype=np.float32)
    phi = np.concatenate([starts] * len(rates))
    alpha = np.repeat(rates, seeds)[:, None].astype(np.float32)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a rate may be too large
        frozen = np.zeros(len(phi), bool)
        steps = dl.train(
            f,
            phi,
            *training,
            dl.Categorical(),
            dl.Momentum(alpha),
            epochs=epochs,
            batch=BATCH,
            rng=rng,
        )
        try:
            for step in steps:
                frozen = step.frozen
        except FloatingPointError:  # none is left
            frozen[:] = True
        scores = [dl.accuracy(f(x, phi).argmax(axis=-1), y) for x, y in judges]
    lost = step.frozen  # not finite: as good as guessing
    return [np.where(lost, 0.1, s).reshape(len(rates), seeds) for s in scores]


def tune(network, name):
    """The chosen rate, by the rule, and all rates that were tried."""
    powers, scores = list(range(-6, 1)), {}
    while True:
        todo = [p for p in powers if p not in scores]
        validation, _ = run(
            network,
            name,
            [2.0**p for p in todo],
            3,
            np.random.default_rng(1),
        )
        scores |= zip(todo, validation.mean(axis=1))
        best = max(scores, key=scores.get)
        if best == min(scores):
            powers += [best - 2, best - 1]
        elif best == max(scores):
            powers += [best + 1, best + 2]
        else:
            return 2.0**best, sorted(scores)


def rows():
    """Rows of the result: one for each network, activation and seed."""
    for network in HIDDEN:
        for name in ACTIVATIONS:
            rate, tried = tune(network, name)
            for kind, seed in ("first", 2), ("again", 3):
                rng = np.random.default_rng(seed)
                validation, test = run(network, name, [rate], 5, rng)
                print(
                    network, name, rate, len(tried), kind, test.mean().round(4)
                )
                for k in range(5):
                    scores = f"{validation[0, k]:.4f}", f"{test[0, k]:.4f}"
                    yield [network, name, rate, kind, k, *scores]


if __name__ == "__main__":
    columns = ["network", "activation", "rate", "set", "seed"]
    record(__file__, [*columns, "validation", "test"], rows())

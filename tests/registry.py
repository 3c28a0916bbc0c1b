"""Everything with a derivative, with what is needed to test it. What is public
and not here fails.

A layer has one entry for each way in which it is worth testing: the layer, and
the shape of an input without its leading axis of examples. A distribution has a
number of outputs and a function that draws targets. An optimizer is an example
of itself.
"""

import numpy as np

import dlnotes as dl


@dl.one_by_one
class Neighbours(dl.Layer):
    """A layer of pictures, for one model: w₀ h[i, j] + w₁ h[i, j+1] + b."""

    size, decays = 3, 2

    def __init__(self, channels):
        self.expects = (None, None, channels)

    def shape(self, example):
        H, W, C = example
        return (H, None if W is None else W - 1, C)

    def fill(self, phi, rng):
        phi[:] = rng.normal(size=3)

    def forward(self, x, phi, ctx):
        return phi[0] * x[:, :, :-1] + phi[1] * x[:, :, 1:] + phi[2], x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        left, right = saved[:, :, :-1], saved[:, :, 1:]
        dphi[:] = np.sum(dy * left), np.sum(dy * right), np.sum(dy)
        if not need_dx:
            return None
        dx = np.zeros_like(saved)
        dx[:, :, :-1] += phi[0] * dy
        dx[:, :, 1:] += phi[1] * dy
        return dx


class Centred(dl.Layer):
    """A layer with statistics, for vectors and pictures of d features: x minus
    the mean of the batch in training, minus a running mean otherwise.
    """

    def __init__(self, d):
        self.stats, self.expects = d, (..., d)

    def fill_state(self, state):
        state[...] = 5

    def forward(self, x, phi, ctx):
        over = tuple(range(phi.ndim - 1, x.ndim - 1))
        if not ctx.train:
            return x - np.expand_dims(ctx.state, over), over
        mean = x.mean(axis=over, keepdims=True)
        ctx.state[...] = 0.5 * ctx.state + 0.5 * mean.squeeze(over)
        return x - mean, over

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy - dy.mean(axis=saved, keepdims=True)


def picture_network():
    """All kinds at once, for pictures of 3x4 pixels with two channels."""
    head = dl.Network(dl.Dropout(0.25), dl.Flatten(), dl.Dense(18, 3))
    return dl.Network(Neighbours(2), Centred(2), dl.ReLU(), head)


LAYERS = {
    "Dense": (dl.Dense(5, 3), (5,)),
    "Dense 1-1": (dl.Dense(1, 1), (1,)),
    "Append": (dl.Append(2), (3,)),
    "Append to a dense layer": (dl.Network(dl.Dense(3, 2), dl.Append(2)), (3,)),
    "Identity": (dl.Identity(), (4,)),
    "ReLU": (dl.ReLU(), (4,)),
    "Sigmoid": (dl.Sigmoid(), (4,)),
    "Tanh": (dl.Tanh(), (4,)),
    "LeakyReLU": (dl.LeakyReLU(0.2), (4,)),
    "RReLU": (dl.RReLU(), (4,)),
    "RReLU of pictures": (dl.RReLU(0.1, 0.9), (3, 2, 2)),
    "PReLU": (dl.PReLU(), (4,)),
    "PReLU, a slope each": (dl.PReLU(4), (4,)),
    "PReLU of pictures": (dl.PReLU(2), (3, 4, 2)),
    "ELU": (dl.ELU(0.7), (4,)),
    "SELU": (dl.SELU(), (4,)),
    "GELU": (dl.GELU(), (4,)),
    "GELU by tanh": (dl.GELU("tanh"), (4,)),
    "GELU by a sigmoid": (dl.GELU("sigmoid"), (4,)),
    "Swish": (dl.Swish(1.5), (4,)),
    "Mish": (dl.Mish(), (4,)),
    "ACON-A": (dl.ACON("A"), (4,)),
    "ACON-B": (dl.ACON("B", 4), (4,)),
    "ACON-C": (dl.ACON("C"), (4,)),
    "ACON-C of pictures": (dl.ACON("C", 2), (3, 4, 2)),
    "BatchNorm": (dl.BatchNorm(4), (4,)),
    "BatchNorm behind a dense layer": (
        dl.Network(dl.Dense(3, 4), dl.BatchNorm(4), dl.Tanh(), dl.Dense(4, 2)),
        (3,),
    ),
    "BatchNorm of signals": (dl.BatchNorm(2), (5, 2)),
    "BatchNorm of pictures": (dl.BatchNorm(2), (3, 4, 2)),
    "LayerNorm": (dl.LayerNorm(4), (4,)),
    "LayerNorm of pictures": (dl.LayerNorm(2), (3, 4, 2)),
    "a layer of pictures": (Neighbours(2), (3, 4, 2)),
    "a layer with statistics": (Centred(3), (3,)),
    "statistics of pictures": (Centred(2), (3, 4, 2)),
    "Dropout": (dl.Dropout(0.25), (4,)),
    "Dropout of signals": (dl.Dropout(0.25), (5, 2)),
    "Dropout of nothing": (dl.Dropout(0), (4,)),
    "GaussianNoise": (dl.GaussianNoise(0.3), (4,)),
    "GaussianNoise of pictures": (dl.GaussianNoise(0.3), (3, 2, 2)),
    "AlphaDropout": (dl.AlphaDropout(0.25), (4,)),
    "AlphaDropout of pictures": (dl.AlphaDropout(0.25), (3, 2, 2)),
    "Inference": (
        dl.Inference(
            dl.Network(
                dl.Dense(3, 4), dl.BatchNorm(4), dl.Dropout(0.5), dl.Tanh()
            )
        ),
        (3,),
    ),
    "Inference of pictures": (dl.Inference(dl.BatchNorm(2)), (3, 4, 2)),
    **{
        f"{name}, stride {s}, {padding}, dilation {d}": (
            kind(2, 3, k, stride=s, padding=padding, dilation=d),
            shape,
        )
        for name, kind, k, shape in (
            ("Conv1d", dl.Conv1d, 3, (9, 2)),
            ("Conv1d, even", dl.Conv1d, 4, (9, 2)),
            ("Conv2d", dl.Conv2d, 3, (7, 6, 2)),
            ("Conv2d, even", dl.Conv2d, (2, 1), (7, 6, 2)),
        )
        for s in (1, 2, 3)
        for padding in ("valid", "same", "circular")
        for d in (1, 2)
    },
    "Conv2d of one place": (dl.Conv2d(3, 2, 1), (2, 3, 3)),
    "MaxPool": (dl.MaxPool(2), (5, 4, 2)),
    "MaxPool of signals": (dl.MaxPool(3), (7, 2)),
    "AveragePool": (dl.AveragePool(2), (5, 4, 2)),
    "AveragePool of signals": (dl.AveragePool(3), (7, 2)),
    "GlobalAverage": (dl.GlobalAverage(), (3, 4, 2)),
    "GlobalAverage of signals": (dl.GlobalAverage(), (5, 2)),
    "Flatten": (dl.Flatten(), (3, 4, 2)),
    "a convolutional network": (
        dl.Network(
            dl.Conv2d(1, 3, 3, padding="same"),
            dl.BatchNorm(3),
            dl.ReLU(),
            dl.MaxPool(2),
            dl.Conv2d(3, 4, 3, stride=2),
            dl.Tanh(),
            dl.Flatten(),
            dl.Dense(4, 2),
        ),
        (9, 8, 1),
    ),
    "a network of pictures": (picture_network(), (3, 4, 2)),
    "Network": (
        dl.Network(dl.Dense(3, 4), dl.Tanh(), dl.Dense(4, 4), dl.ReLU()),
        (3,),
    ),
    "Network in a network": (
        dl.Network(dl.Dense(3, 4), dl.Network(dl.Sigmoid(), dl.Dense(4, 2))),
        (3,),
    ),
}

DISTRIBUTIONS = {
    "SquaredError": (
        dl.SquaredError(),
        3,
        lambda rng, n: rng.normal(size=(n, 3)),
    ),
    "Gaussian": (dl.Gaussian(0.7), 3, lambda rng, n: rng.normal(size=(n, 3))),
    "Gaussian, a sigma each": (
        dl.Gaussian([0.5, 2.0]),
        2,
        lambda rng, n: rng.normal(size=(n, 2)),
    ),
    "Gaussian, sigma predicted": (
        dl.Gaussian(None),
        4,
        lambda rng, n: rng.normal(size=(n, 2)),
    ),
    "Laplace": (dl.Laplace(0.5), 3, lambda rng, n: rng.normal(size=(n, 3))),
    "Poisson": (dl.Poisson(), 2, lambda rng, n: rng.integers(0, 9, (n, 2))),
    "Bernoulli": (dl.Bernoulli(), 2, lambda rng, n: rng.integers(0, 2, (n, 2))),
    "Bernoulli, soft": (dl.Bernoulli(), 2, lambda rng, n: rng.random((n, 2))),
    "Categorical": (dl.Categorical(), 4, lambda rng, n: rng.integers(0, 4, n)),
    "Categorical, smoothed": (
        dl.Categorical(0.2),
        4,
        lambda rng, n: rng.integers(0, 4, n),
    ),
}

OPTIMIZERS = {
    "GradientDescent": dl.GradientDescent(0.1),
    "Momentum": dl.Momentum(0.1, beta=0.8),
    "Nesterov": dl.Nesterov(0.1, beta=0.8),
    "SignDescent": dl.SignDescent(0.02),
    "AdaGrad": dl.AdaGrad(0.5),
    "RMSProp": dl.RMSProp(0.02),
    "Adam": dl.Adam(0.02),
    "NAdam": dl.NAdam(0.02),
    "AdaMax": dl.AdaMax(0.02),
    "WeightDecay": dl.WeightDecay(0.1, lam=1e-3),
    "AdamW": dl.AdamW(0.02, lam=1e-2),
}

PENALTIES = {"L1": dl.L1(0.3), "L2": dl.L2(0.3)}


def public(base):
    """The public classes below ``base``."""
    found = (getattr(dl, name) for name in dl.__all__)
    return [
        c
        for c in found
        if isinstance(c, type) and issubclass(c, base) and c is not base
    ]


def contexts(layer, models, seed=0, dtype=float):
    """A training context with fresh statistics; the same each time it is
    called.
    """
    rng = np.random.default_rng(seed)
    lead = () if models is None else (models,)
    state = np.empty(lead + (layer.stats,), dtype)
    layer.fill_state(state)
    return dl.Context(True, rng if models is None else rng.spawn(models), state)

"""Everything with a derivative, with what is needed to test it. What is public
and not here fails.

A layer has one entry for each way in which it is worth testing: the layer, and
the shape of an input without its leading axis of examples. A distribution has a
number of outputs and a function that draws targets. An optimizer is an example
of itself.
"""

import numpy as np

import dlnotes as dl

LAYERS = {
    "Dense": (dl.Dense(5, 3), (5,)),
    "Dense 1-1": (dl.Dense(1, 1), (1,)),
    "Append": (dl.Append(2), (3,)),
    "Append to a dense layer": (dl.Network(dl.Dense(3, 2), dl.Append(2)), (3,)),
    "Identity": (dl.Identity(), (4,)),
    "ReLU": (dl.ReLU(), (4,)),
    "Sigmoid": (dl.Sigmoid(), (4,)),
    "Tanh": (dl.Tanh(), (4,)),
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


def public(base):
    """The public classes below ``base``."""
    found = (getattr(dl, name) for name in dl.__all__)
    return [
        c
        for c in found
        if isinstance(c, type) and issubclass(c, base) and c is not base
    ]


def contexts(layer, models, seed=0):
    """A training context with fresh statistics; the same each time it is
    called.
    """
    rng = np.random.default_rng(seed)
    lead = () if models is None else (models,)
    state = np.empty(lead + (layer.stats,))
    layer.fill_state(state)
    return dl.Context(True, rng if models is None else rng.spawn(models), state)

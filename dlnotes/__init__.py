"""dlnotes: the algorithms of the lectures, in NumPy, as the lectures write
them.

f[x, φ] is ``f(x, phi)``: all parameters of a network are one flat array φ, and
a leading axis of φ is a population of models.
"""

from . import data, scoreboard
from .activations import Identity, ReLU, Sigmoid, Tanh, sigmoid
from .clipping import clip_by_norm, clip_by_value
from .distributions import (
    Bernoulli,
    Categorical,
    Distribution,
    Gaussian,
    Laplace,
    Poisson,
    SquaredError,
    log_softmax,
    softmax,
)
from .gradient_check import GradientCheck, check_gradient
from .initializers import glorot, he, lecun
from .linear_regions import Pieces, count_regions, linear_pieces, sawtooth
from .metrics import accuracy, confusion_matrix
from .networks import Append, Context, Dense, Layer, Network
from .optimizers import (
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    GradientDescent,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RMSProp,
    SignDescent,
    WeightDecay,
)
from .penalties import l2
from .signal_propagation import Signals, signal_propagation
from .training import Step, train

__version__ = "0.1.0"

__all__ = [
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Append",
    "Bernoulli",
    "Categorical",
    "Context",
    "Dense",
    "Distribution",
    "Gaussian",
    "GradientCheck",
    "GradientDescent",
    "Identity",
    "Laplace",
    "Layer",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Network",
    "Optimizer",
    "Pieces",
    "Poisson",
    "RMSProp",
    "ReLU",
    "Sigmoid",
    "SignDescent",
    "Signals",
    "SquaredError",
    "Step",
    "Tanh",
    "WeightDecay",
    "accuracy",
    "check_gradient",
    "clip_by_norm",
    "clip_by_value",
    "confusion_matrix",
    "count_regions",
    "data",
    "glorot",
    "he",
    "l2",
    "lecun",
    "linear_pieces",
    "log_softmax",
    "sawtooth",
    "scoreboard",
    "sigmoid",
    "signal_propagation",
    "softmax",
    "train",
]

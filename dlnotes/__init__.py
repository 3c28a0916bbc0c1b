"""dlnotes: the algorithms of the lectures, in NumPy, as the lectures write them.

f[x, φ] is ``f(x, phi)``: all parameters of a network are one flat array φ, and a leading axis of φ
is a population of models.
"""

from . import data, scoreboard
from .activations import Identity, ReLU, Sigmoid, Tanh, sigmoid
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
from .initializers import he
from .linear_regions import Pieces, count_regions, linear_pieces, sawtooth
from .metrics import accuracy, confusion_matrix
from .networks import Append, Context, Dense, Layer, Network
from .optimizers import Adam, GradientDescent, Momentum, Optimizer
from .training import Step, train

__version__ = "0.1.0"

__all__ = [
    "Adam",
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
    "Network",
    "Optimizer",
    "Pieces",
    "Poisson",
    "ReLU",
    "Sigmoid",
    "SquaredError",
    "Step",
    "Tanh",
    "accuracy",
    "check_gradient",
    "confusion_matrix",
    "count_regions",
    "data",
    "he",
    "linear_pieces",
    "log_softmax",
    "sawtooth",
    "scoreboard",
    "sigmoid",
    "softmax",
    "train",
]

"""dlnotes: the algorithms of the lectures, in NumPy, as the lectures write
them.

f[x, φ] is ``f(x, phi)``: all parameters of a network are one flat array φ, and
a leading axis of φ is a population of models.
"""

from . import data, scoreboard
from .activations import (
    ELU,
    SELU,
    Identity,
    LeakyReLU,
    PReLU,
    ReLU,
    RReLU,
    Sigmoid,
    Tanh,
    log_softmax,
    sigmoid,
    softmax,
)
from .allocator import keep_freed_memory
from .clipping import clip_by_norm, clip_by_value
from .convolutions import Conv1d, Conv2d
from .distributions import (
    Bernoulli,
    Categorical,
    Distribution,
    Gaussian,
    Laplace,
    Poisson,
    SquaredError,
)
from .dropout import AlphaDropout, Dropout
from .early_stopping import EarlyStopping
from .gates import ACON, GELU, Mish, Swish, normal_cdf
from .gradient_check import GradientCheck, check_gradient
from .initializers import glorot, he, lecun
from .layers import Append, Context, Dense, Inference, Layer, one_by_one
from .linear_regions import Pieces, count_regions, linear_pieces, sawtooth
from .metrics import accuracy, confusion_matrix, margin
from .networks import Network
from .noise import GaussianNoise
from .normalization import BatchNorm, LayerNorm
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
from .penalties import L1, L2, Penalty, max_norm
from .pooling import AveragePool, Flatten, GlobalAverage, MaxPool
from .receptive_field import receptive_field
from .schedules import (
    Cosine,
    Exponential,
    Linear,
    Piecewise,
    Power,
    Schedule,
    WarmUp,
    one_cycle,
    range_test,
    smooth,
)
from .signal_propagation import Signals, signal_propagation
from .training import Step, path, train

keep_freed_memory()

__version__ = "0.1.0"

__all__ = [
    "ACON",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "AlphaDropout",
    "Append",
    "AveragePool",
    "BatchNorm",
    "Bernoulli",
    "Categorical",
    "Context",
    "Conv1d",
    "Conv2d",
    "Cosine",
    "Dense",
    "Distribution",
    "Dropout",
    "ELU",
    "EarlyStopping",
    "Exponential",
    "Flatten",
    "GELU",
    "Gaussian",
    "GaussianNoise",
    "GlobalAverage",
    "GradientCheck",
    "GradientDescent",
    "Identity",
    "Inference",
    "L1",
    "L2",
    "Laplace",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool",
    "Mish",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Network",
    "Optimizer",
    "PReLU",
    "Penalty",
    "Pieces",
    "Piecewise",
    "Poisson",
    "Power",
    "RMSProp",
    "RReLU",
    "ReLU",
    "SELU",
    "Schedule",
    "Sigmoid",
    "SignDescent",
    "Signals",
    "SquaredError",
    "Step",
    "Swish",
    "Tanh",
    "WarmUp",
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
    "lecun",
    "linear_pieces",
    "log_softmax",
    "margin",
    "max_norm",
    "normal_cdf",
    "one_by_one",
    "one_cycle",
    "path",
    "range_test",
    "receptive_field",
    "sawtooth",
    "scoreboard",
    "sigmoid",
    "signal_propagation",
    "smooth",
    "softmax",
    "train",
]

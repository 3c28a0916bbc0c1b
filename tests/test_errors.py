"""Every public callable, every argument, with values that do not belong there.

What comes is a ValueError that begins with the argument's name, or a result
that the table below calls right. The arguments are those of the signature; a
callable without a valid call here fails, and so does one that takes longer than
a few seconds.
"""

import inspect
import re
import signal
import sys
import warnings
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
import pytest

import dlnotes as dl
from dlnotes import exercises, experiments, figures
from registry import DISTRIBUTIONS, OPTIMIZERS, PENALTIES

RNG = np.random.default_rng(0)
F = dl.Network(dl.Dense(3, 4), dl.ReLU(), dl.Dense(4, 2))
PHI = F.init(RNG)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 2))
LABELS = np.array([0, 1, 1, 0, 1, 0])
ONE = dl.Network(dl.Dense(1, 2), dl.ReLU(), dl.Dense(2, 1))


class Mine(dl.Identity):
    """A class of one's own."""

    def forward(self, x, phi, ctx):
        return x, None

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy


def quadratic(phi):
    return float(phi @ phi), 2 * phi


def grad(phi):
    return 2 * phi


def parts(optimizer):
    phi = np.ones(3)
    return {"phi": phi, "grad": grad, "memory": optimizer.init(phi)}


CONVOLUTION = {
    "d_in": 1,
    "d_out": 2,
    "kernel": 3,
    "stride": 2,
    "padding": "same",
    "dilation": 1,
    "init": dl.he,
}

# name: the callable, and one valid call of it. Positional arguments that have
# no name (*layers) are given under the star's name.
CALLS = {
    "Append": (dl.Append, {"d": 2}),
    "LeakyReLU": (dl.LeakyReLU, {"slope": 0.2}),
    "RReLU": (dl.RReLU, {"low": 0.1, "high": 0.3}),
    "PReLU": (dl.PReLU, {"d": 2, "slope": 0.25}),
    "ELU": (dl.ELU, {"alpha": 1.0}),
    "GELU": (dl.GELU, {"approximate": "tanh"}),
    "Swish": (dl.Swish, {"beta": 1.0}),
    "ACON": (dl.ACON, {"kind": "B", "d": 2}),
    "BatchNorm": (dl.BatchNorm, {"d": 2, "eps": 1e-5, "momentum": 0.1}),
    "Dropout": (dl.Dropout, {"p": 0.5}),
    "AlphaDropout": (dl.AlphaDropout, {"p": 0.5}),
    "GaussianNoise": (dl.GaussianNoise, {"sigma": 0.5}),
    "max_norm": (dl.max_norm, {"f": F, "phi": PHI.copy(), "limit": 1.0}),
    "EarlyStopping": (dl.EarlyStopping, {"patience": 2}),
    "EarlyStopping.__call__": (
        dl.EarlyStopping(2).__call__,
        {"value": 0.5, "phi": PHI, "state": np.empty(0)},
    ),
    "Power": (dl.Power, {"start": 0.5, "s": 10, "c": 1.0}),
    "Exponential": (
        dl.Exponential,
        {"start": 0.5, "factor": 0.1, "s": 10, "stairs": True},
    ),
    "Piecewise": (dl.Piecewise, {"ends": [5, 7], "values": [0.5, 0.2, 0.1]}),
    "Linear": (dl.Linear, {"knots": [5, 7], "values": [0.5, 0.2]}),
    "Cosine": (dl.Cosine, {"start": 0.5, "steps": 10, "end": 0.1}),
    "WarmUp": (dl.WarmUp, {"schedule": 0.5, "steps": 10}),
    "one_cycle": (
        dl.one_cycle,
        {
            "peak": 0.5,
            "steps": 20,
            "divide": 10.0,
            "last": 0.1,
            "fall": 100.0,
            "ends": 0.95,
            "middle": 0.85,
        },
    ),
    "range_test": (
        dl.range_test,
        {
            "f": F,
            "phi": PHI.copy(),
            "x": X,
            "y": Y,
            "loss": dl.SquaredError(),
            "optimizer": dl.Adam(),
            "rates": np.geomspace(1e-3, 1e-1, 5),
            "batch": 3,
            "rng": RNG,
        },
    ),
    **{
        f"{name}.__call__": (getattr(dl, name)(*arguments).__call__, {"t": 3})
        for name, *arguments in (
            ("Power", 0.5, 10),
            ("Exponential", 0.5, 0.1),
            ("Piecewise", [5], [1, 2]),
            ("Linear", [0, 5], [1, 2]),
            ("Cosine", 0.5, 10),
            ("WarmUp", 0.5, 10),
        )
    },
    "smooth": (dl.smooth, {"losses": np.arange(5.0), "beta": 0.9}),
    "LayerNorm": (dl.LayerNorm, {"d": 2, "eps": 1e-5}),
    "normal_cdf": (dl.normal_cdf, {"z": X}),
    "Inference": (dl.Inference, {"layer": dl.Dense(3, 2)}),
    "Conv1d": (dl.Conv1d, CONVOLUTION),
    "Conv2d": (dl.Conv2d, CONVOLUTION),
    "MaxPool": (dl.MaxPool, {"k": 2}),
    "GlobalAverage": (dl.GlobalAverage, {}),
    "Flatten": (dl.Flatten, {}),
    "AveragePool": (dl.AveragePool, {"k": 2}),
    "receptive_field": (
        dl.receptive_field,
        {"f": dl.Network(dl.Conv1d(1, 2, 3))},
    ),
    "Dense": (dl.Dense, {"d_in": 3, "d_out": 2, "init": dl.he}),
    "Network": (dl.Network, {"layers": dl.Dense(3, 2)}),
    "Network.init": (F.init, {"rng": RNG, "models": 2, "dtype": float}),
    "Network.init_state": (F.init_state, {"phi": PHI}),
    "Network.__call__": (
        F.__call__,
        {"x": X, "phi": PHI, "state": np.empty(0), "rng": RNG},
    ),
    "Network.check": (F.check, {"x": X, "phi": PHI, "state": np.empty(0)}),
    "Network.gradient": (
        F.gradient,
        {
            "x": X,
            "y": Y,
            "phi": PHI,
            "loss": dl.SquaredError(),
            "state": np.empty(0),
            "rng": RNG,
        },
    ),
    "Gaussian": (dl.Gaussian, {"sigma": 2.0}),
    "Laplace": (dl.Laplace, {"b": 2.0}),
    "L1.shrink": (dl.L1(0.1).shrink, {"phi": PHI.copy(), "alpha": 0.1}),
    "Penalty": (dl.Penalty, {"lam": 0.1}),
    "Optimizer": (dl.Optimizer, {"alpha": 0.1}),
    "accuracy": (dl.accuracy, {"predicted": LABELS, "y": LABELS}),
    "check_gradient": (
        dl.check_gradient,
        {
            "fn": quadratic,
            "phi": np.ones(3),
            "rng": RNG,
            "coordinates": 2,
            "state": np.ones(2),
            "h": 1e-5,
        },
    ),
    "clip_by_norm": (dl.clip_by_norm, {"limit": 1.0}),
    "clip_by_value": (dl.clip_by_value, {"limit": 1.0}),
    "confusion_matrix": (
        dl.confusion_matrix,
        {"predicted": LABELS, "y": LABELS, "classes": 2},
    ),
    "count_regions": (dl.count_regions, {"D": 3, "d_in": 2}),
    "glorot": (
        dl.glorot,
        {"Omega": np.ones((2, 3)), "rng": RNG, "uniform": False},
    ),
    "he": (
        dl.he,
        {
            "Omega": np.ones((2, 3)),
            "rng": RNG,
            "fan": "in",
            "uniform": False,
            "slope": 0.1,
        },
    ),
    "lecun": (
        dl.lecun,
        {"Omega": np.ones((2, 3)), "rng": RNG, "uniform": False},
    ),
    "linear_pieces": (
        dl.linear_pieces,
        {"f": ONE, "phi": ONE.init(RNG), "low": -1.0, "high": 1.0},
    ),
    "log_softmax": (dl.log_softmax, {"f": Y, "axis": -1}),
    "margin": (dl.margin, {"a": np.arange(6.0), "b": np.arange(7.0)}),
    "one_by_one": (dl.one_by_one, {"layer": Mine}),
    "path": (
        dl.path,
        {
            "optimizer": dl.Adam(),
            "grad": grad,
            "start": np.ones((2, 3)),
            "steps": 2,
        },
    ),
    "sawtooth": (dl.sawtooth, {"D": 3, "K": 2}),
    "sigmoid": (dl.sigmoid, {"z": Y}),
    "signal_propagation": (
        dl.signal_propagation,
        {"f": F, "x": X, "phi": PHI, "dy": Y},
    ),
    "softmax": (dl.softmax, {"f": Y}),
    "train": (
        dl.train,
        {
            "f": F,
            "phi": PHI.copy(),
            "x": X,
            "y": Y,
            "loss": dl.SquaredError(),
            "optimizer": dl.Adam(),
            "epochs": 1,
            "batch": 3,
            "rng": RNG,
            "state": np.empty(0),
            "wrap": dl.L2(0.1),
        },
    ),
    "data.digits": (dl.data.digits, {}),
    "data.digits_split": (dl.data.digits_split, {"rng": RNG}),
    "data.mnist": (dl.data.mnist, {}),
    "data.mnist1d": (dl.data.mnist1d, {}),
    "data.mnist1d_fresh": (dl.data.mnist1d_fresh, {"n": 2, "rng": RNG}),
    "data.shift": (dl.data.shift, {"x": X, "rng": RNG, "most": 2, "axis": 1}),
    "data.gain": (dl.data.gain, {"x": X, "rng": RNG, "most": 0.1}),
    "data.rotate": (
        dl.data.rotate,
        {"x": RNG.normal(size=(2, 3, 3)), "rng": RNG, "most": 5.0},
    ),
    "data.split": (dl.data.split, {"x": X, "y": LABELS, "rng": RNG}),
    "scoreboard.recorded": (dl.scoreboard.recorded, {}),
    "scoreboard.row": (
        dl.scoreboard.row,
        {
            "notebook": "9.9",
            "idea": "guess",
            "size": 3,
            "test": [0.1] * 5,
            "new_writers": [0.1] * 5,
        },
    ),
}
for name, penalty in PENALTIES.items():
    CALLS[name] = type(penalty), {"lam": 0.1}
    CALLS[f"{name}.value"] = penalty.value, {"phi": PHI}
    CALLS[f"{name}.gradient"] = penalty.gradient, {"phi": PHI}
    CALLS[f"{name}.__call__"] = penalty.__call__, {"grad": grad}
for name, optimizer in OPTIMIZERS.items():
    CALLS[name] = type(optimizer), dict(vars(optimizer))
    CALLS[f"{name}.init"] = optimizer.init, {"phi": np.ones(3)}
    CALLS[f"{name}.step"] = optimizer.step, parts(optimizer)
for name, (distribution, d, targets) in DISTRIBUTIONS.items():
    if " " not in name:
        CALLS[name] = type(distribution), {}
        f, y = RNG.normal(size=(5, d)), targets(RNG, 5)
        for method, rest in (
            ("nll", {"y": y}),
            ("nll_and_gradient", {"y": y}),
            ("mean", {}),
            ("mode", {}),
            ("sample", {"rng": RNG}),
            ("entropy", {}),
            ("kl", {"g": f + 1}),
        ):
            if (name, method) != ("Poisson", "entropy"):  # no closed form
                call = getattr(distribution, method), {"f": f, **rest}
                CALLS[f"{name}.{method}"] = call
CALLS["Gaussian"] = dl.Gaussian, {"sigma": 1.0}
CALLS["Categorical"] = dl.Categorical, {"smoothing": 0.1}
CALLS["Laplace"] = dl.Laplace, {"b": 1.0}


def one_axis():
    return plt.subplots(figsize=(1, 1))[0]


CALLS |= {
    "figures.figure": (
        figures.figure,
        {
            "fig": one_axis(),
            "number": "9.9.9",
            "caption": "Nothing is to be seen.",
            "alt": "A picture of nothing at all.",
            "narrow": one_axis(),
            "predict": True,
        },
    ),
    "figures.explore": (
        figures.explore,
        {
            "draw": lambda a: one_axis(),
            "number": "9.9.9",
            "caption": "Nothing is to be seen.",
            "alt": "A picture of nothing at all.",
            "labels": {"a": "setting"},
            "predict": True,
            "start": {"a": 1},
            "a": [1, 2],
        },
    ),
    "figures.show_source": (figures.show_source, {"objects": dl.he}),
    "exercises.progress": (exercises.progress, {"labels": "joint"}),
    "experiments.result": (experiments.result, {"name": "double_descent"}),
    "scoreboard.show": (
        dl.scoreboard.show,
        {
            "measured": dl.scoreboard.row(
                "9.9", "guess", 3, [0.1] * 5, [0.1] * 5
            )
        },
    ),
}

# Interfaces that others implement, records, and what never raises.
OUTSIDE = {
    "Layer",
    "Distribution",
    "Context",
    "exercises.check",
    "experiments.record",
    "experiments.tuned",
}
OUTSIDE |= {"GradientCheck", "Pieces", "Signals", "Step"}
INSIDE_A_PASS = {"forward", "backward", "fill", "fill_state", "shape", "views"}
INSIDE_A_PASS |= {"at", "update", "direction", "of", "leaves", "cross_entropy"}

BAD = {
    "None": None,
    "text": "spam",
    "list": [1.0, "spam"],
    "dict": {"spam": 1},
    "set": {1.5},
    "complex": 1j,
    "bool": True,
    "minus one": -1,
    "0-d": np.array(0.5),
    "empty": np.empty((0, 3)),
    "huge": 10**400,
    "nan": float("nan"),
    "inf": float("inf"),
    "an object": object(),
    "a class": Mine,
    "five axes": np.ones((2, 2, 2, 2, 2)),
}


def spoiled(value):
    """Bad values that are made from a good one."""
    if not isinstance(value, np.ndarray):
        if not isinstance(value, (type, type(None))):
            yield "its class", type(value)
        return
    yield "one axis more", value[..., None]
    yield "of complex", value.astype(complex)
    yield "of objects", value.astype(object)
    yield "of texts", value.astype(str)
    yield "as a list", value.tolist()
    if value.size:
        yield "too short", value[:-1]
        yield "of float16", value.astype(np.float16)
        yield (
            "with nan",
            np.where(np.arange(len(value)) == 0, np.nan, value.T).T,
        )
    read_only = value.copy()
    read_only.flags.writeable = False
    yield "read-only", read_only


# Where two arguments do not fit, the error may name either.
TOGETHER = {"empty", "five axes", "too short", "one axis more", "as a list"}
TOGETHER |= {"of float16", "0-d", "minus one"}
OTHER = "empty|too short|one axis more|with nan"

# Which of these are no mistake: (callable, argument) as patterns, and names.
FINE = [
    (r".*", r"rng|state|wrap|coordinates|batch|models|dtype|start", "None"),
    (r".*", r"x|y|f|g|z|dy|predicted|phi|memory", "read-only"),
    (
        r".*",
        r"sigma|b|lam|limit|h|slope|z|alpha|beta|gamma|rho|eps|momentum"
        r"|p|smoothing|start|s|c|factor|end|schedule|peak|last|ends|middle|value",
        "0-d",
    ),
    (r".*", r"sigma", "None"),  # it is then predicted
    (r".*", r"low|high", "minus one|inf"),
    (r".*", "uniform|stairs", "bool"),
    (r"EarlyStopping.__call__", "value", "minus one|nan|inf"),
    (
        r"EarlyStopping.__call__",
        "phi|state",
        "five axes|0-d|read-only|" + OTHER,
    ),
    (r"range_test", "rates", "as a list|too short|of float16|read-only"),
    (r"smooth", "losses", "five axes|as a list|read-only|" + OTHER),
    (r"he", "slope", "minus one"),  # the absolute value
    (r"LeakyReLU|PReLU|Swish", "slope|beta", "minus one"),
    (r"GELU", "approximate", "None"),
    (r"one_by_one", "layer", "a class"),
    (r"log_softmax", "axis", "minus one"),
    (r"figures.*", "number", "None"),  # a figure without one
    (r"figures.figure", "narrow", "None"),
    (r"figures.explore", "labels", "None"),
    (r"figures.*", "predict", "bool"),
    (r"figures.explore", "a", "list"),
    (r"(SquaredError|Gaussian|Laplace).mode", "f", "with nan"),
    (r".*\.(mean|mode|sample|entropy)", "f", "too short|one axis more"),
    (r"sigmoid|normal_cdf", "z", "minus one|nan|inf"),
    (
        r"(log_)?softmax|sigmoid|normal_cdf",
        r"f|z",
        "five axes|as a list|" + OTHER,
    ),
    (r"check_gradient", "state", "five axes|0-d|" + OTHER),
    # nan in, nan out: but no class and no count
    (r"(?!.*\.(mode|sample)).*", r"x|y|f|z|phi|dy|g", "with nan"),
    # other data, or other parameters, are no mistake
    (r"Network.__call__|Network.check", "x", "too short"),
    (r"data.split", "x|y", "one axis more"),
    (r"data.(shift|gain)", "x", "five axes|too short|one axis more"),
    (r"data.rotate", "x", "too short|one axis more"),
    (r"data.shift", "axis", "minus one"),
    (r"data.(shift|gain|rotate)", "most", "0-d"),
    (r".*", "Omega", "with nan|too short"),
    (r"\w+\.(init|step|value|gradient|shrink)|check_gradient", "phi", OTHER),
    (r"accuracy|confusion_matrix", "predicted|y", "as a list"),
    (r"margin", "a|b", "None|too short|as a list|of float16|read-only"),
    (r"path", "start", f"{OTHER}|as a list|read-only"),
    (r".*", r"fan|notebook|idea|label", "text"),
]


def fine(call, argument, what):
    return any(
        re.fullmatch(c, call)
        and re.fullmatch(a, argument)
        and re.fullmatch(w, what)
        for c, a, w in FINE
    )


@contextmanager
def seconds(limit):
    """Raise a TimeoutError in what takes longer."""
    if sys.platform == "win32":
        yield
        return

    def stop(*_):
        raise TimeoutError(f"more than {limit} s")

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def run(function, arguments):
    """Call it; arguments of *names come one by one."""
    kinds = {
        p.name: p.kind for p in inspect.signature(function).parameters.values()
    }
    stars = [a for n, a in arguments.items() if kinds.get(n) == VAR_POSITIONAL]
    named = {
        n: a for n, a in arguments.items() if kinds.get(n) != VAR_POSITIONAL
    }
    with seconds(5), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = function(*stars, **named)
        return list(result) if function is dl.train else result


VAR_POSITIONAL = inspect.Parameter.VAR_POSITIONAL
VAR_KEYWORD = inspect.Parameter.VAR_KEYWORD


def names():
    """All that is public: functions, classes, and the methods of these."""
    spaces = {"": dl, "data.": dl.data, "scoreboard.": dl.scoreboard}
    found = {}
    for prefix, space in spaces.items():
        for name in getattr(space, "__all__", dir(space)):
            thing = getattr(space, name)
            if (
                callable(thing)
                and not name.startswith("_")
                and (thing.__module__.startswith("dlnotes"))
            ):
                found[prefix + name] = thing
    for module in figures, exercises, experiments:
        for name, thing in vars(module).items():
            if (
                inspect.isfunction(thing)
                and thing.__module__ == module.__name__
                and not name.startswith("_")
            ):
                found[f"{module.__name__.split('.')[-1]}.{name}"] = thing
    for name, thing in list(found.items()):
        if inspect.isclass(thing) and name not in OUTSIDE:
            for method, function in inspect.getmembers(
                thing, inspect.isfunction
            ):
                public = method == "__call__" or not method.startswith("_")
                if (
                    public
                    and method not in INSIDE_A_PASS
                    and not (name, method) == ("Poisson", "entropy")
                ):
                    found[f"{name}.{method}"] = function
    return set(found) - OUTSIDE


WITHOUT_ARGUMENTS = (
    "Penalty Optimizer Schedule Identity ReLU Sigmoid Tanh SELU Mish"
).split()


def test_every_public_callable_has_a_valid_call():
    missing = {
        n
        for n in names() - set(CALLS)
        if n.split(".")[0] not in WITHOUT_ARGUMENTS
    }
    assert not missing
    assert not {n for n in CALLS if n.startswith(tuple(dl.__all__))} - names()


@pytest.mark.parametrize("name", CALLS)
def test_a_valid_call_is_valid_and_names_every_argument(name):
    function, arguments = CALLS[name]
    run(function, arguments)
    plt.close("all")
    parameters = inspect.signature(function).parameters.values()
    expected = {p.name for p in parameters if p.kind != VAR_KEYWORD}
    assert expected <= set(arguments)


@pytest.mark.parametrize("name", CALLS)
def test_bad_values_are_named(name, monkeypatch):
    """None of them passes for a result, or ends in the depths of NumPy."""
    monkeypatch.setenv("DLNOTES_FIGURES", "test")  # keep no frames of these
    function, arguments = CALLS[name]
    faults = []
    for argument, good in arguments.items():
        for what, bad in [*BAD.items(), *spoiled(good)]:
            given = {
                n: np.copy(a)
                if isinstance(a, np.ndarray) and a.dtype != object
                else a
                for n, a in arguments.items()
            }
            given[argument] = bad
            where = f"{argument}, {what}"
            try:
                result = run(function, given)
            except ValueError as error:
                either = what in TOGETHER
                names = "|".join(arguments) if either else argument
                if not re.match(rf"({names})\b", str(error)):
                    faults.append(f"{where}: ValueError: {str(error)[:100]}")
            except FloatingPointError:  # a nan loss, in training
                assert name == "train" and what == "with nan", where
            except Exception as error:
                faults.append(
                    f"{where}: {type(error).__name__}: {str(error)[:100]}"
                )
            else:
                if not fine(name, argument, what):
                    faults.append(f"{where}: result {str(result)[:60]!r}")
    plt.close("all")
    assert not faults, "\n".join(["", *faults])

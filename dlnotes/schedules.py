"""Schedules: learning rates, and other hyperparameters, that change with the
step number t = 0, 1, 2, …

A schedule is called: ``schedule(t)`` is the value of step t. An optimizer takes
one where it takes a number, ``GradientDescent(Cosine(0.5, 1000))``. Any
function of t is as good; these have formulas, checks, and a name. Every value
may be an array, (M, 1) for one of each model of a population.
"""

import bisect
import contextlib
import copy
import warnings

import numpy as np

from . import checks
from .training import train


class Schedule:
    """A function of the step number: the base. A subclass writes ``at``."""

    def __call__(self, t):
        return self.at(checks.count("t", t, least=0))

    def at(self, t):
        """The value at step t."""
        raise NotImplementedError

    def __repr__(self):
        values = (f"{k}={checks.shown(v)}" for k, v in vars(self).items())
        return f"{type(self).__name__}({', '.join(values)})"


class Power(Schedule):
    """Power scheduling: α(t) = start/(1 + t/s)^c, slower and slower, and never
    0.

    After s steps it is start/2, after 2s start/3 (for c = 1). Lecture item 72.
    Source: Robbins & Monro 1951.

    >>> schedule = Power(0.6, s=100)
    >>> [round(schedule(t), 12) for t in (0, 100, 200)]
    [0.6, 0.3, 0.2]
    """

    def __init__(self, start, s, c=1.0):
        self.start = checks.numbers("start", start, 0, np.inf)
        self.s = checks.number("s", s, 0, np.inf, False)
        self.c = checks.number("c", c, 0, np.inf)

    def at(self, t):
        return self.start / (1 + t / self.s) ** self.c


class Exponential(Schedule):
    """Exponential scheduling: α(t) = start · factor^(t/s): every s steps it is
    multiplied by the factor.

    With ``stairs`` all at once, factor^⌊t/s⌋; without it a little at each step.
    A factor above 1 grows, as in a range test. Lecture item 73. Source: Géron
    2022, chapter 11.

    >>> schedule = Exponential(0.5, 0.1, s=100)
    >>> [round(schedule(t), 12) for t in (0, 100, 200)]
    [0.5, 0.05, 0.005]
    >>> Exponential(0.5, 0.1, s=100, stairs=True)(199)
    0.05
    """

    def __init__(self, start, factor, s=1, stairs=False):
        self.start = checks.numbers("start", start, 0, np.inf)
        self.factor = checks.number("factor", factor, 0, np.inf, False)
        self.s = checks.number("s", s, 0, np.inf, False)
        self.stairs = checks.boolean("stairs", stairs)

    def at(self, t):
        power = t // self.s if self.stairs else t / self.s
        return self.start * self.factor**power


class Piecewise(Schedule):
    """Piecewise constant scheduling: ``values[0]`` before step ``ends[0]``,
    ``values[1]`` before ``ends[1]``, and the last value from the last end on.

    Lecture item 74. Source: Géron 2022, chapter 11.

    >>> schedule = Piecewise([500, 800], [0.5, 0.1, 0.02])
    >>> [schedule(t) for t in (0, 499, 500, 800, 10_000)]
    [0.5, 0.5, 0.1, 0.02, 0.02]
    """

    def __init__(self, ends, values):
        self.ends = _steps("ends", ends)
        self.values = _values(values, len(self.ends) + 1)

    def at(self, t):
        return self.values[bisect.bisect(self.ends, t)]


class Linear(Schedule):
    """Straight lines from value to value: ``values[k]`` at step ``knots[k]``,
    and the last value after the last knot.

    The pieces of 1cycle, of a warm-up, of a decay. Before the first knot it is
    the first value. Lecture item 76.

    >>> schedule = Linear([0, 100, 200], [0.1, 1.0, 0.0])
    >>> [round(schedule(t), 12) for t in (0, 50, 100, 150, 200, 300)]
    [0.1, 0.55, 1.0, 0.5, 0.0, 0.0]
    """

    def __init__(self, knots, values):
        self.knots = _steps("knots", knots, least=2)
        self.values = _values(values, len(self.knots))

    def at(self, t):
        t = min(max(t, self.knots[0]), self.knots[-1])
        k = min(bisect.bisect(self.knots, t), len(self.knots) - 1)
        (a, b), (low, high) = self.knots[k - 1 :][:2], self.values[k - 1 :][:2]
        share = (t - a) / (b - a)
        return (1 - share) * low + share * high


class Cosine(Schedule):
    """Cosine scheduling: α(t) = end + (start - end) (1 + cos(π t/T))/2, half a
    wave from ``start`` at step 0 to ``end`` at step T = ``steps``, where it
    stays.

    Flat at both ends, steepest in the middle. Source: Loshchilov & Hutter 2016,
    arXiv:1608.03983.

    >>> schedule = Cosine(0.5, steps=100)
    >>> [round(schedule(t), 12) for t in (0, 50, 100, 120)]
    [0.5, 0.25, 0.0, 0.0]
    """

    def __init__(self, start, steps, end=0.0):
        self.start = checks.numbers("start", start, 0, np.inf)
        self.steps = checks.count("steps", steps)
        self.end = checks.numbers("end", end, 0, np.inf)

    def at(self, t):
        share = (1 + np.cos(np.pi * t / self.steps)) / 2
        share = float(share) if t < self.steps else 0.0
        return share * self.start + (1 - share) * self.end


class WarmUp(Schedule):
    """A linear warm-up before another schedule: ``schedule(0)`` (t+1)/W for
    the first W = ``steps`` steps, then ``schedule(t - W)``.

    The first step already moves, by a W-th; step W - 1 is the first whole one.
    ``schedule`` may be a number. Source: Goyal et al. 2017, arXiv:1706.02677.

    >>> schedule = WarmUp(Cosine(0.5, 100), steps=5)
    >>> [round(schedule(t), 12) for t in (0, 1, 4, 5, 55)]
    [0.1, 0.2, 0.5, 0.5, 0.25]
    """

    def __init__(self, schedule, steps):
        if isinstance(schedule, type) or not callable(schedule):
            schedule = checks.numbers("schedule", schedule, 0, np.inf)
        self.schedule = schedule
        self.steps = checks.count("steps", steps)

    def at(self, t):
        share = min((t + 1) / self.steps, 1)
        if not callable(self.schedule):
            return self.schedule * share
        return self.schedule(max(t - self.steps, 0)) * share


def one_cycle(
    peak, steps, *, divide=10.0, last=0.1, fall=1000.0, ends=0.95, middle=0.85
):
    """The 1cycle of three lines, as two schedules: of α, and of β.

    α climbs from peak/divide to ``peak`` and comes back, both in equal times;
    in the ``last`` part of all steps it falls on, to peak/(divide · fall). β
    goes from ``ends`` to ``middle`` and back: it falls while α climbs. Lecture
    items 76 and 154. Source: Smith 2018, arXiv:1803.09820.

    >>> alpha, beta = one_cycle(2.0, steps=200)
    >>> [round(alpha(t), 6) for t in (0, 90, 180, 200)]
    [0.2, 2.0, 0.2, 0.0002]
    >>> [round(beta(t), 6) for t in (0, 90, 180, 200)]
    [0.95, 0.85, 0.95, 0.95]
    """
    peak = checks.numbers("peak", peak, 0, np.inf)
    checks.count("steps", steps, least=4)
    divide = checks.number("divide", divide, 1, np.inf)
    last = checks.number("last", last, 0, 1, False)
    fall = checks.number("fall", fall, 1, np.inf)
    for name, value in ("ends", ends), ("middle", middle):
        checks.number(name, value, 0, 1)
    turn = steps * (1 - last)
    knots, low = [0, turn / 2, turn, steps], peak / divide
    return (
        Linear(knots, [low, peak, low, low / fall]),
        Linear(knots, [ends, middle, ends, ends]),
    )


def range_test(f, phi, x, y, loss, optimizer, rates, *, batch, rng):
    """The learning-rate range test: one short training run, each step of which
    has the next learning rate. Returns the loss of each mini-batch *before* its
    step, (T,) for T rates, or (T, M) for a population; nan from the step on
    that no longer has one.

    ``rates``: (T,), in geometric order: np.geomspace(1e-4, 10, 300). A copy of
    φ is trained, and the optimizer keeps its own α. Lecture item 71. Source:
    Smith 2015, arXiv:1506.01186.

    >>> from dlnotes import Dense, GradientDescent, Network, SquaredError
    >>> rng = np.random.default_rng(0)
    >>> f, x = Network(Dense(1, 1)), rng.normal(size=(50, 1))
    >>> rates = np.geomspace(0.001, 10, 60)
    >>> losses = range_test(f, f.init(rng), x, 3 * x, SquaredError(),
    ...                     GradientDescent(0.1), rates, batch=10, rng=rng)
    >>> bool(losses.argmin() < 50 < losses.argmax())
    True
    """
    rates = checks.numbers("rates", rates, 0, np.inf)
    if np.ndim(rates) != 1:
        raise ValueError(
            f"rates: got {checks.shown(rates)}, expected several, (T,)"
        )
    checks.able("optimizer", optimizer, "step")
    optimizer = copy.copy(optimizer)
    optimizer.alpha = rates.__getitem__
    checks.able("f", f, "gradient")
    phi = checks.parameters("phi", phi).copy()
    losses = np.full((len(rates), *phi.shape[:-1]), np.nan)
    steps = train(
        f,
        phi,
        x,
        y,
        loss,
        optimizer,
        epochs=len(rates),
        batch=batch,
        rng=rng,
        state=f.init_state(phi),
    )
    with warnings.catch_warnings(), contextlib.suppress(FloatingPointError):
        warnings.simplefilter("ignore")  # a model that is frozen is nan here
        for t, step in zip(range(len(rates)), steps):
            losses[t] = step.loss
    return losses


def smooth(losses, beta=0.9):
    """A curve's exponential average, corrected for its start as Adam's is: m ←
    β m + (1-β) L and m/(1 - β^(t+1)), along the first axis.

    It lags behind: what it says of step t is the mean of about the 1/(1-β)
    steps before.

    >>> smooth([2.0, 2.0, 5.0], beta=0.5).round(3).tolist()
    [2.0, 2.0, 3.714]
    """
    losses = checks.real("losses", losses, axes=1)
    beta = checks.number("beta", beta, 0, 1)
    m, averages = np.zeros(losses.shape[1:]), np.empty(losses.shape)
    for t, value in enumerate(losses):
        m = beta * m + (1 - beta) * value
        averages[t] = m / (1 - beta ** (t + 1))
    return averages


def _steps(name, values, least=1):
    """Step numbers that grow, as a list."""
    values = checks.numbers(name, values, 0, np.inf)
    few = np.ndim(values) != 1 or len(values) < least
    if few or not (np.diff(values) > 0).all():
        raise ValueError(
            f"{name}: got {checks.shown(values)}, expected a list of steps that"
            f" grow, at least {least}"
        )
    return values.tolist()


def _values(values, n):
    """n values, each a number or an array."""
    if not isinstance(values, (list, tuple)) or len(values) != n:
        raise ValueError(
            f"values: got {checks.shown(values)}, expected {n} of them"
        )
    return [checks.numbers("values", v, 0, np.inf) for v in values]

"""The answers to the exercises of chapter 4."""

import numpy as np

EXERCISES = {}

# 4.1 Schedules ---------------------------------------------------------------

EXERCISES["twice-the-batch"] = (
    None,
    2 / 11,
    {
        "That is the rule of thumb, for a small α h; here 2 - α h counts.": 0.2,
        "The noise has changed: so must the rate.": 0.1,
        "Which of the two noises is the smaller one?": 1 / 19,
    },
)


def _moments(rng):
    return [
        (t, steps, climb, peak)
        for steps, climb, peak in ((100, 30, 1.0), (47, 10, 0.3))
        for t in (0, climb // 2, climb, climb + 5, steps)
    ]


def _halves(up, down):
    """A rate of two half waves, from ``up`` to the peak and on to ``down``."""

    def rate(t, steps, climb, peak):
        if t < climb:
            low, high, share = peak * up, peak, t / climb
        else:
            low, high = peak, peak * down
            share = (t - climb) / (steps - climb)
        return low + (high - low) * (1 - np.cos(np.pi * share)) / 2

    return rate


EXERCISES["two-phases"] = (
    _moments,
    _halves(1 / 25, 1 / 250_000),
    {
        "Begin at peak/25, not at 0.": _halves(0, 1 / 250_000),
        "End at peak/250 000, not at peak/25.": _halves(1 / 25, 1 / 25),
        "Half waves, not lines.": lambda t, steps, climb, peak: np.interp(
            t, [0, climb, steps], [peak / 25, peak, peak / 250_000]
        ),
    },
)

EXERCISES["cycle-steps"] = (
    None,
    10 / 3,
    {
        "That is the rate alone; divide by 1 - β, before and after.": 10.0,
        "1 - β grows from 0.05 to 0.15, and the steps are divided by it.": 30.0,
        "That is the factor of 1/(1-β) alone.": 1 / 3,
    },
)


def _errors(rng):
    return [
        ([0.5, 0.4, 0.4, 0.41, 0.3, 0.35, 0.36, 0.37, 0.38], 0.8, 2, 2),
        ([0.5, 0.6, 0.5, 0.45, 0.46, 0.44], 1.0, 10, 1),
        (rng.random(12).round(2).tolist(), 0.1, 5, 3),
    ]


def _performance(equal_is_better=False, forget=False, at_once=False):
    """The rule, or one of its misreadings."""

    def rates(errors, start, factor, patience):
        rate, best, waited, used = start, float("inf"), 0, []
        for error in errors:
            better = error <= best if equal_is_better else error < best
            waited = 0 if better else waited + 1
            best = min(best, error)
            after = rate
            if waited == patience:
                after, waited = rate / factor, 0
                best = float("inf") if forget else best
            used.append(after if at_once else rate)
            rate = after
        return used

    return rates


EXERCISES["performance-rates"] = (
    _errors,
    _performance(),
    {
        "An error that equals the best is not better.": _performance(
            equal_is_better=True
        ),
        "The best so far stays when the rate falls.": _performance(forget=True),
        "The rate falls for the next epoch: this one is over.": _performance(
            at_once=True
        ),
    },
)

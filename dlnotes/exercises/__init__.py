"""Exercises that check themselves: one registry, and ``check``.

An entry is ``EXERCISES[label] = cases, answer, {hint: wrong answer, …}``.

* *Implement*: ``answer`` is a function, ``cases`` a function of a Generator
  that returns a list of argument tuples. Each wrong answer is a function, too.
* *Predict, or compute by hand*: ``cases`` is None, ``answer`` a number or an
  array.

A wrong answer is a test (it must fail) and a hint (for a reader whose result
equals it).
"""

import copy
import traceback

import numpy as np

from . import chapter_1, chapter_2, chapter_3

EXERCISES = {
    **chapter_1.EXERCISES,
    **chapter_2.EXERCISES,
    **chapter_3.EXERCISES,
}


def check(label, mine):
    """Say whether ``mine`` solves the exercise ``label``, and if not, what is
    wrong. Never raises.

    >>> EXERCISES["doctest"] = None, 2.0, {"That is the square.": 4.0}
    >>> check("doctest", ...)
    doctest: not written yet.
    >>> check("doctest", 4)
    doctest: not yet. That is the square.
    >>> check("doctest", 2)
    doctest: correct.
    >>> del EXERCISES["doctest"]
    """
    if not isinstance(label, str) or label not in EXERCISES:
        known = ", ".join(sorted(EXERCISES))
        print(f"There is no exercise called {label!r}. These exist: {known}.")
        return
    try:
        message = _judge(label, mine)
    except (
        Exception,
        SystemExit,
    ) as error:  # a reader's object may do anything when it is compared
        message = (
            f"not yet. It could not be compared: {type(error).__name__}:"
            f" {error}"
        )
    print(f"{label}: {message}")


def _judge(label, mine):
    """The verdict on ``mine``, as a text that begins with "correct", "not yet"
    or "not written".
    """
    cases, answer, hints = EXERCISES[label]
    if mine is ...:
        return "not written yet."
    if cases is None:
        mine = _as(answer, mine)
        fault = _verdict(mine, answer, hints.items())
        if fault and isinstance(answer, float):  # without telling the answer
            number = np.isscalar(mine) and np.asarray(mine).dtype.kind in "iuf"
            if number and not any(fault.endswith(hint) for hint in hints):
                return f"not yet. It is not {mine:.6g}."
            return fault
        return fault or "correct."
    if not callable(mine):
        return (
            f"not yet. A function is expected, and this is {_describe(mine)}."
        )
    inputs = cases(np.random.default_rng(0))
    outputs = []
    for number, args in enumerate(inputs, 1):
        given = copy.deepcopy(args)
        try:
            outputs.append(mine(*given))
        except (Exception, SystemExit) as error:
            return f"not yet. {_failure(error)}"
        if outputs[-1] is ... or (outputs[-1] is None and _is_empty(mine)):
            return "not written yet."
        if outputs[-1] is None:
            return "not yet. It returned None; is a return missing?"
        if not all(map(_same, given, args)):
            return (
                f"not yet. In case {number} it changed its input; work on a"
                " copy."
            )
    for number, (args, out) in enumerate(zip(inputs, outputs), 1):
        expected = answer(*copy.deepcopy(args))
        out = (
            tuple(out)
            if isinstance(out, list) and isinstance(expected, tuple)
            else out
        )
        wrong = ((hint, f(*copy.deepcopy(args))) for hint, f in hints.items())
        fault = _verdict(out, expected, wrong)
        if fault:
            return fault.replace(
                "not yet.", f"not yet (case {number} of {len(inputs)}).", 1
            )
    return f"correct ({len(inputs)} cases)."


def _as(answer, mine):
    """A prediction in the answer's form: a list for a tuple, 3.0 for 3, three
    digits are right.
    """
    if isinstance(answer, tuple) and isinstance(mine, list):
        mine = tuple(mine)
    if (
        isinstance(answer, int)
        and isinstance(mine, float)
        and mine.is_integer()
    ):
        mine = int(mine)
    number = isinstance(mine, (int, float)) and not isinstance(mine, bool)
    if (
        isinstance(answer, float)
        and number
        and abs(mine - answer) <= 1e-3 * abs(answer)
    ):
        mine = answer
    return mine


def _verdict(out, expected, wrong):
    """None if ``out`` is right, else what is wrong with it."""
    if isinstance(expected, tuple):
        if not isinstance(out, tuple) or len(out) != len(expected):
            return (
                f"not yet. {len(expected)} results are expected, and this is"
                f" {_describe(out)}."
            )
        if all(map(_close, out, expected)):
            return None
    elif _close(out, expected):
        return None
    for hint, value in wrong:
        if isinstance(value, tuple):
            same = (
                isinstance(out, tuple)
                and len(out) == len(value)
                and all(map(_close, out, value))
            )
        else:
            same = _close(out, value)
        if same:
            return f"not yet. {hint}"
    pairs = (
        zip(out, expected) if isinstance(expected, tuple) else [(out, expected)]
    )
    for i, (a, b) in enumerate(pairs, 1):
        if not _close(a, b):
            where = f"Result {i}: " if isinstance(expected, tuple) else ""
            return f"not yet. {where}{_difference(a, b)}"


def _difference(out, expected):
    a, b = np.asarray(out), np.asarray(expected)
    if a.dtype.kind not in "biuf" or (a.dtype.kind == "b") != (
        b.dtype.kind == "b"
    ):
        return f"It is {_describe(out)}; numbers are expected."
    if a.shape != b.shape:
        return f"Its shape is {a.shape}, and {b.shape} is expected."
    if (
        a.dtype.kind != b.dtype.kind
        and a.dtype.kind == "f"
        and np.allclose(a, b)
    ):
        return (
            f"The values are right, but of type {a.dtype}; {b.dtype} is"
            " expected."
        )
    at = tuple(
        int(i) for i in np.argwhere(~np.isclose(a, b, rtol=1e-6, atol=1e-9))[0]
    )
    where = f"At {list(at)} it" if at else "It"
    return f"{where} is {a[at]:.6g}, and {b[at]:.6g} is expected."


def _close(out, expected):
    """Whether two results are numbers of the same shape and kind that agree to
    about six digits.
    """
    try:
        a, b = np.asarray(out), np.asarray(expected)
    except ValueError:
        return False
    if a.dtype.kind not in "biuf" or a.shape != b.shape:
        return False
    if (a.dtype.kind == "b") != (b.dtype.kind == "b"):
        return False
    if b.dtype.kind in "iu" and a.dtype.kind not in "iu":
        return False
    return np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)


def _is_empty(function):
    """Whether a function does no more than a stub does."""
    code = getattr(function, "__code__", None)
    return code is not None and len(code.co_code) <= len(_stub.__code__.co_code)


def _stub():
    """What a reader is given."""
    ...


def _same(a, b):
    """Whether data are equal, to the last bit; what is not data counts as
    equal.
    """
    if isinstance(a, (tuple, list)):
        return (
            isinstance(b, type(a))
            and len(a) == len(b)
            and all(map(_same, a, b))
        )
    try:
        return bool(np.array_equal(a, b, equal_nan=True))
    except (TypeError, ValueError):
        return True  # not data: a network, a function


def _failure(error):
    """The reader's exception, and the line of the reader's code where it was
    raised.
    """
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename != __file__
    ]
    text = f"It stopped with {type(error).__name__}: {error}"
    if not frames:
        return text
    own = next(
        (f for f in reversed(frames) if "site-packages" not in f.filename),
        frames[0],
    )
    line = own.line.strip()
    return f"{text}\n  in line {own.lineno} of {own.name}: {line}"


def _describe(value):
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return (
        f"{value!r} ({type(value).__name__})"
        if np.isscalar(value)
        else type(value).__name__
    )

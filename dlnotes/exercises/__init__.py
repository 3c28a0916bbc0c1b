"""Exercises that check themselves: one registry, ``check`` and ``progress``.

An entry is ``EXERCISES[label] = cases, answer, {hint: wrong answer, …}``.

* *Implement*: ``answer`` is a function, ``cases`` a function of a Generator
  that returns a list of argument tuples. Each wrong answer is a function, too.
* *Predict, or compute by hand*: ``cases`` is None, ``answer`` a number, a
  tuple of numbers, or an array.
* *Choose*: ``cases`` is the tuple of options, ``answer`` a tuple of choices,
  so long that nobody guesses it; hints are not needed.

A wrong answer is a test (it must fail) and a hint (for a reader whose result
equals it). What is to be predicted or chosen is never told.
"""

import copy
import dataclasses
import difflib
import importlib
import numbers
import pkgutil
import traceback

import numpy as np

EXERCISES = {}
for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    if _module.name.startswith(f"{__name__}.chapter_"):
        EXERCISES |= importlib.import_module(_module.name).EXERCISES

_VERDICTS = {}  # label: what check said last


@dataclasses.dataclass(frozen=True)
class _Verdict:
    """What ``check`` returns: true if the exercise is solved."""

    solved: bool

    def __bool__(self):
        return self.solved

    def _ipython_display_(self):
        """Nothing: as the last value of a cell it shows no output."""


def check(label, mine):
    """Say whether ``mine`` solves the exercise ``label``, and if not, what is
    wrong. Never raises. Returns a verdict that is true if it is solved.

    >>> EXERCISES["doctest"] = None, 2.0, {"That is the square.": 4.0}
    >>> verdict = check("doctest", ...)
    doctest: not written yet.
    >>> verdict = check("doctest", 4)
    doctest: not yet. That is the square.
    >>> bool(verdict)
    False
    >>> if check("doctest", 2):
    ...     print("On to the next one.")
    doctest: correct.
    On to the next one.
    >>> del EXERCISES["doctest"]
    """
    if not isinstance(label, str) or label not in EXERCISES:
        print(_unknown(label))
        return _Verdict(False)
    try:
        message = _judge(label, mine)
    except (Exception, SystemExit) as error:  # a reader's object may do so
        message = f"not yet. It could not be compared: {_named(error)}"
    print(f"{label}: {message}")
    _VERDICTS[label] = _Verdict(message.startswith("correct"))
    return _VERDICTS[label]


def progress(*labels):
    """Say how many of these exercises are solved: the last ``check`` of each
    in this session counts.

    >>> verdict = check("joint", 3 / 2)
    joint: correct.
    >>> progress("joint", "paths")
    1 of 2 exercises solved. Still to do: paths.
    >>> progress("joint")
    1 of 1 exercise solved. Well done.
    """
    for label in labels:
        if not isinstance(label, str) or label not in EXERCISES:
            raise ValueError(f"labels: {_unknown(label)}")
    todo = [label for label in labels if not _VERDICTS.get(label)]
    solved = f"{len(labels) - len(todo)} of {_count(len(labels), 'exercise')}"
    rest = f"Still to do: {', '.join(todo)}." if todo else "Well done."
    print(f"{solved} solved. {rest}")


def _unknown(label):
    """What to say about a label that is in no entry."""
    if not isinstance(label, str):
        return f"A label is a text, and this is {_describe(label)}."
    text = f"There is no exercise called {label!r}."
    near = difflib.get_close_matches(label, EXERCISES)
    return f"{text} Did you mean {' or '.join(near)}?" if near else text


def _judge(label, mine):
    """The verdict on ``mine``, as a text that begins with "correct", "not yet"
    or "not written".
    """
    cases, answer, hints = EXERCISES[label]
    if mine is ...:
        return "not written yet."
    if callable(cases):
        return _judge_function(cases, answer, hints, mine)
    if cases is not None:
        fault = _wrong_choice(mine, answer, cases)
    else:
        fault = _wrong_prediction(mine, answer, hints)
    return f"not yet. {fault}" if fault else "correct."


def _judge_function(cases, answer, hints, mine):
    """The verdict on a function: all cases run, then all results are right."""
    if not callable(mine):
        return f"not yet. {_misfit('a function', mine)}"
    inputs = cases(np.random.default_rng(0))
    outputs = []
    for number, args in enumerate(inputs, 1):
        fault = _run(mine, args, number, outputs)
        if fault:
            return fault
    for number, (args, out) in enumerate(zip(inputs, outputs), 1):
        expected = answer(*copy.deepcopy(args))
        if not _right(out, expected, 1e-6):
            wrong = {h: f(*copy.deepcopy(args)) for h, f in hints.items()}
            fault = _hint(out, wrong, 1e-6) or _difference(out, expected)
            where = f" (case {number} of {len(inputs)})" * (len(inputs) > 1)
            return f"not yet{where}. {fault}"
    return f"correct ({_count(len(inputs), 'case')})."


def _run(mine, args, number, outputs):
    """Append the result of one case to ``outputs``; what is wrong with the run,
    if anything is.
    """
    given = copy.deepcopy(args)
    try:
        out = mine(*given)
    except (Exception, SystemExit) as error:
        return f"not yet. {_failure(error)}"
    if out is ... or (out is None and _is_empty(mine)):
        return "not written yet."
    if out is None:
        return "not yet. It returned None; is a return missing?"
    if not all(map(_same, given, args)):
        return f"not yet. In case {number} it changed its input; use a copy."
    outputs.append(out)


def _wrong_choice(mine, answer, options):
    """What is wrong with a tuple of choices, but never which of them."""
    form = f"a tuple of {len(answer)}, each of {', '.join(map(repr, options))},"
    values = _sequence(mine)
    if len(values) != len(answer):
        return _misfit(form, mine)
    chosen = [[o for o in options if _is_option(v, o)] for v in values]
    if not all(chosen):
        return f"{_capital(form)} is expected; a part of yours is none of them."
    if [option for (option,) in chosen] != list(answer):
        return "Not all of it is right."


def _is_option(value, option):
    """Whether a reader's value is this option: a text, a number, or True."""
    if isinstance(option, str):
        return isinstance(value, str) and value == option
    return _right(value, option, 0)


def _wrong_prediction(mine, answer, hints):
    """What is wrong with a prediction, without telling the answer. Three digits
    are enough.
    """
    if _right(mine, answer, 1e-3):
        return None
    if hint := _hint(mine, hints, 1e-3):
        return hint
    parts = _parts(mine, answer)
    if parts is None:
        return _misfit(_form(answer), mine)
    if _whole(answer) and any(np.any(p != np.round(p)) for p in parts):
        return _misfit(_form(answer), mine)
    if isinstance(answer, np.ndarray) and answer.dtype.kind == "f":
        place = _first_wrong(parts[0], answer, 1e-3)
        return f"The first wrong entry is at {list(place)}."
    return "That is not right."


def _hint(mine, wrong, rtol):
    """The hint of the wrong answer that ``mine`` equals, if there is one."""
    return next((h for h, w in wrong.items() if _right(mine, w, rtol)), None)


def _right(mine, answer, rtol):
    """Whether ``mine`` has the answer's values, in whatever form."""
    parts = _parts(mine, answer)
    return parts is not None and all(
        np.all(_close(a, b, rtol)) for a, b in zip(parts, _tuple(answer))
    )


def _close(a, b, rtol):
    """Where two arrays agree; whole numbers must do so exactly."""
    rtol = 1e-12 if _whole(b) else rtol
    return np.isclose(a, b, rtol=rtol, atol=1e-9, equal_nan=True)


def _first_wrong(a, b, rtol):
    """The place of the first entry that differs."""
    return tuple(int(i) for i in np.argwhere(~_close(a, b, rtol))[0])


def _whole(answer):
    """Whether whole numbers are asked for."""
    return all(np.asarray(b).dtype.kind in "iu" for b in _tuple(answer))


def _tuple(answer):
    return answer if isinstance(answer, tuple) else (answer,)


def _sequence(value):
    """A tuple, a list or a stacked array as a tuple; anything else as ()."""
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return tuple(value)
    return tuple(value) if isinstance(value, (tuple, list)) else ()


def _parts(mine, answer):
    """The reader's value as a list of arrays, one for each part of the answer;
    None if it does not have the answer's form.
    """
    values = _sequence(mine) if isinstance(answer, tuple) else (mine,)
    if len(values) != len(_tuple(answer)):
        return None
    parts = list(map(_array, values, _tuple(answer)))
    return None if any(part is None for part in parts) else parts


def _array(value, like):
    """A reader's value as an array with the shape of ``like``, of Booleans or
    of numbers as ``like`` is; None if it is something else.
    """
    like = np.asarray(like)
    try:
        array = np.asarray(value)
        if array.dtype == object and all(map(_is_real, array.flat)):
            array = array.astype(float)  # fractions, for instance
    except Exception:  # a ragged list, or an object that refuses
        return None
    if like.ndim == 0 and array.size == 1:
        array = array.reshape(())
    kinds = "b" if like.dtype.kind == "b" else "iuf"
    fits = array.dtype.kind in kinds and array.shape == like.shape
    return array if fits else None


def _is_real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _difference(out, expected):
    """How a function's result differs from what is expected of it."""
    if isinstance(expected, tuple):
        values = _sequence(out)
        if len(values) != len(expected):
            return _misfit(f"a tuple of {len(expected)} results", out)
        for k, (a, b) in enumerate(zip(values, expected), 1):
            if not _right(a, b, 1e-6):
                return f"Result {k}: {_difference(a, b)}"
    a, b = _array(out, expected), np.asarray(expected)
    if a is None:
        return _misfit(_form(expected), out)
    at = _first_wrong(a, b, 1e-6)
    where = f"At {list(at)} it" if at else "It"
    return f"{where} is {_digits(a[at])}, and {_digits(b[at])} is expected."


def _digits(value):
    return str(value) if value.dtype.kind == "b" else f"{value:.8g}"


def _misfit(form, value):
    return f"{_capital(form)} is expected, and this is {_describe(value)}."


def _capital(text):
    return text[0].upper() + text[1:]


def _count(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"


def _form(answer):
    """What kind of answer is expected, without its values."""
    if isinstance(answer, tuple):
        whole = "whole " * _whole(answer)
        return f"a tuple of {len(answer)} {whole}numbers"
    array, whole = np.asarray(answer), _whole(answer)
    truth = array.dtype.kind == "b"
    if array.ndim == 0:
        return "True or False" if truth else f"a {'whole ' * whole}number"
    kinds = " of True and False" * truth + " of whole numbers" * whole
    return f"{_shape(array)}{kinds}"


def _shape(array):
    return f"an array of shape {array.shape}"


def _describe(value):
    """What a reader's value is, without its own words for it."""
    if isinstance(value, np.ndarray):
        kind = value.dtype.kind
        kinds = {"b": "True and False", "O": "objects", "U": "texts"}
        kinds |= dict.fromkeys("iuf", "numbers")
        return f"{_shape(value)} of {kinds.get(kind, value.dtype)}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if value is None:
        return "None"
    if callable(value):
        return "a function"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


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


def _named(error):
    """An exception's name and message, if it has one that can be read."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def _failure(error):
    """The reader's exception, and the line of the reader's code where it was
    raised.
    """
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if f.filename != __file__
    ]
    text = f"It stopped with {_named(error)}"
    if not frames:
        return text
    own = next(
        (f for f in reversed(frames) if "site-packages" not in f.filename),
        frames[0],
    )
    line = (own.line or "").strip()
    return f"{text}\n  in line {own.lineno} of {own.name}: {line}"

"""The words of every check: what was given, and what was expected.

Each raises a ValueError that begins with the argument's name. Checks stand at
the doors (constructors, the network's entry, `train`, public functions), never
in a forward or a backward pass.
"""

import numpy as np


def count(name, n, least=1, most=2**31):
    """``n`` as an int, if it is a whole number from ``least`` to ``most``."""
    whole = isinstance(n, (int, np.integer)) and not isinstance(n, bool)
    if not whole or not least <= n <= most:
        end = f", at most {most}" if whole and n > most else ""
        raise ValueError(
            f"{name}: got {shown(n)}, expected a whole number, at least"
            f" {least}{end}"
        )
    return int(n)


def generator(name, rng):
    """``rng``, if it is a NumPy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"{name}: got {shown(rng)}, expected a Generator:"
            " np.random.default_rng(seed)"
        )
    return rng


def array(name, a):
    """``a``, if it is a NumPy array."""
    if not isinstance(a, np.ndarray):
        raise ValueError(f"{name}: got {shown(a)}, expected a NumPy array")
    return a


def floats(name, a):
    """``a``, if it is an array of float32 or float64; float16 is too coarse to
    train with, and nothing here computes in a longer type.
    """
    if array(name, a).dtype.char not in "fd":
        raise ValueError(
            f"{name}: got {a.dtype}, expected float64 (or float32); write"
            f" {name}.astype(float)"
        )
    return a


def writable(name, a):
    """``a``, if it is an array of floats whose memory can be written."""
    if not floats(name, a).flags.writeable:
        raise ValueError(
            f"{name}: got memory that is read-only, expected an array to write"
        )
    return a


def real(name, a, axes=0):
    """``a`` as an array of float64 or float32, if it is real numbers."""
    try:
        a = np.asarray(a)
    except ValueError:  # lists of different lengths
        raise ValueError(f"{name}: got {shown(a)}, expected numbers") from None
    if a.dtype.kind in "iu":
        a = a.astype(float)
    if a.dtype.char not in "fd" or a.ndim < axes or a.size == 0:
        raise ValueError(
            f"{name}: got {a.dtype} of shape {a.shape}, expected real numbers"
            + " along an axis" * (axes > 0)
        )
    return a


def float_type(name, dtype):
    """Raise unless ``dtype`` is float64 or float32."""
    try:
        ok = np.dtype(dtype).char in "fd"
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise ValueError(
            f"{name}: got {shown(dtype)}, expected float64 or float32"
        )


def parameters(name, phi):
    """``phi``, if it is (P,) or (M, P), floats that may be changed."""
    if writable(name, phi).ndim not in (1, 2):
        raise ValueError(
            f"{name}: got shape {phi.shape}, expected (P,), or (M, P) for M"
            " models"
        )
    return phi


def spread(name, value, phi):
    """Raise unless the array ``value`` says one number for each model, for
    each parameter, or both.
    """
    allowed = [phi.shape[-1:], phi.shape]
    allowed += [(len(phi), 1)] * (phi.ndim == 2)
    if value.shape not in allowed:
        shapes = " or ".join(map(str, dict.fromkeys(allowed)))
        raise ValueError(
            f"{name}: got shape {value.shape} for phi of shape {phi.shape},"
            f" expected a number, or an array of shape {shapes}"
        )


def no_nan(name, a):
    """``a``, if none of its numbers is nan."""
    if np.isnan(a).any():
        raise ValueError(f"{name}: got nan, expected numbers")
    return a


def numbers(name, value, low, high, closed=True):
    """``value`` as a float or an array of float64, all low ≤ value < high.

    With ``closed`` false the lower end does not belong to it.
    """
    below = "<=" if closed else "<"
    expected = f"expected {low} {below} {name} < {high}"
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        a = np.asarray(value)
        if a.dtype.kind not in "fiu":
            raise TypeError
        a = a.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name}: got {shown(value)}, {expected}") from None
    inside = (low <= a if closed else low < a) & (a < high)
    if a.size == 0 or a.ndim > 2 or not inside.all():
        raise ValueError(f"{name}: got {shown(value)}, {expected}")
    return float(a) if a.ndim == 0 else a


def number(name, value, low, high, closed=True):
    """``value`` as a float with low ≤ value < high."""
    a = numbers(name, value, low, high, closed)
    if not isinstance(a, float):
        raise ValueError(f"{name}: got {shown(value)}, expected one number")
    return a


def probability(name, p):
    """``p`` as a float, if it is a number from 0 to 1, both included."""
    try:
        return number(name, p, 0, np.nextafter(1, 2))
    except ValueError:
        raise ValueError(
            f"{name}: got {shown(p)}, expected a number from 0 to 1"
        ) from None


def seeds(name, values, low=-np.inf, high=np.inf):
    """``values`` as an array (n,) of float64, if they are numbers in the range,
    at least five: one for each seed.
    """
    a = numbers(name, values, low, high, closed=low > -np.inf)
    if np.ndim(a) != 1 or len(a) < 5:
        raise ValueError(
            f"{name}: got {shown(values)}, expected numbers of at least five"
            " seeds"
        )
    return a


def limits(**ends):
    """Raise unless the two ends, given by their names, are numbers in order."""
    (low, a), (high, b) = ends.items()
    for name, end in ends.items():
        real = isinstance(end, (int, float, np.integer, np.floating))
        if not real or isinstance(end, bool) or end != end:
            raise ValueError(f"{name}: got {shown(end)}, expected a number")
        number(name, end, -np.inf, np.inf) if abs(end) < np.inf else None
    if not a < b:
        raise ValueError(
            f"{low}: got {shown(a)}, expected less than {high}, {shown(b)}"
        )


def instance(name, value, kind):
    """``value``, if it is of this kind."""
    if not isinstance(value, kind):
        raise ValueError(
            f"{name}: got {shown(value)}, expected a {kind.__name__}"
        )
    return value


def choice(name, value, options):
    """``value``, if it is one of these words."""
    if not isinstance(value, str) or value not in options:
        words = ", ".join(map(repr, options[:-1]))
        raise ValueError(
            f"{name}: got {shown(value)}, expected {words} or {options[-1]!r}"
        )
    return value


def boolean(name, value):
    """``value``, if it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name}: got {shown(value)}, expected True or False")
    return bool(value)


def able(name, value, method):
    """``value``, if it is an object that has the method; a class is not."""
    if isinstance(value, type) or not callable(getattr(value, method, None)):
        hint = (
            f"; write {value.__name__}(…)"
            if isinstance(value, type) and hasattr(value, method)
            else ""
        )
        raise ValueError(
            f"{name}: got {shown(value)}, expected an object that has"
            f" {method}{hint}"
        )
    return value


def function(name, value):
    """``value``, if it can be called, and is no class."""
    if isinstance(value, type) or not callable(value):
        raise ValueError(f"{name}: got {shown(value)}, expected a function")
    return value


def shown(value):
    """A short text for what was given: its value, or its type and shape."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"{value.dtype} of shape {value.shape}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    try:
        text = repr(value)
    except Exception:  # a number of more digits than Python prints, or worse
        text = type(value).__name__
    short = len(text) <= 60 and "\n" not in text
    return text if short else type(value).__name__

"""The words of checks: what passes, what does not, and what is said."""

import numpy as np
import pytest

from dlnotes import checks


def refused(message, check, *args, **options):
    with pytest.raises(ValueError, match=message):
        check("a", *args, **options)


def test_counts():
    for n in 1, np.int64(5), 2**31:
        assert checks.count("a", n) == n and type(checks.count("a", n)) is int
    for bad in 0, -1, True, np.True_, 1.0, "1", None, 2**31 + 1:
        refused(
            "^a: got .*, expected a whole number, at least 1", checks.count, bad
        )
    refused("^a: got 2, .* at least 3$", checks.count, 2, least=3)
    refused("^a: got 9, .* at least 1, at most 8$", checks.count, 9, most=8)
    refused("^a: got int, .*, at most", checks.count, 10**400)


def test_numbers():
    assert checks.number("a", 1, 0, 2) == 1
    assert type(checks.number("a", np.float32(1), 0, 2)) is float
    assert checks.numbers("a", [0, 1], 0, 2).tolist() == [0, 1]
    for bad in -1, 2, np.nan, None, "1", True, 1j, {}, [], 10**400, [0, 3]:
        refused("^a: got .*, expected 0 <= a < 2$", checks.numbers, bad, 0, 2)
    refused(
        "^a: got 0, expected 0 < a < 2$", checks.numbers, 0, 0, 2, closed=False
    )
    refused("^a: got .*, expected one number", checks.number, [0, 1], 0, 2)
    refused(
        "^a: got float64 of shape", checks.numbers, np.ones((1, 1, 1)), 0, 2
    )


def test_numbers_of_seeds():
    assert checks.seeds("a", [1, 2, 3, 4, -5]).tolist() == [1, 2, 3, 4, -5]
    assert checks.seeds("a", np.zeros(5, "f4"), 0, 1).dtype == float
    for bad in [1] * 4, np.ones((5, 1)), 1:
        refused("^a: got .*, expected numbers of at least", checks.seeds, bad)
    for bad in np.inf, -np.inf, np.nan:
        refused("^a: got .*, expected -inf < a < inf", checks.seeds, [bad] * 5)
    refused("^a: got .*, expected 0 <= a < 1", checks.seeds, [1] * 5, 0, 1)


def test_arrays():
    a = np.ones((2, 3))
    for check in checks.array, checks.floats, checks.writable, checks.no_nan:
        assert check("a", a) is a
    for kind in int, complex, object, np.float16, np.longdouble:
        refused("^a: got .*, expected float64", checks.floats, a.astype(kind))
    refused("^a: got .*, expected a NumPy array", checks.array, [1.0])
    refused("^a: got memory", checks.writable, np.broadcast_to(1.0, 3))
    refused("^a: got nan", checks.no_nan, np.array([1, np.nan]))
    assert checks.real("a", [1, 2]).dtype == float
    for bad in None, "x", [], [[1], [1, 2]], 1j, True, np.ones(2, "f2"):
        refused("^a: got .*, expected (real )?numbers", checks.real, bad)
    refused("^a: .* along an axis", checks.real, 1.0, axes=1)


def test_what_fits_the_parameters():
    phi = np.ones((3, 4))
    assert checks.parameters("a", phi) is phi
    for bad in np.ones((1, 1, 1)), np.array(1.0):
        refused("^a: got shape .*, expected \\(P,\\)", checks.parameters, bad)
    for shape in (3, 1), (4,), (3, 4):
        checks.spread("a", np.ones(shape), phi)
    for shape in (3,), (1, 4), (4, 1), (1, 1):
        refused("^a: got shape", checks.spread, np.ones(shape), phi)
    refused("^a: got shape", checks.spread, np.ones((4, 1)), phi[0])


def test_objects_and_functions():
    class Able:
        def step(self):
            """Nothing."""

    able = Able()
    assert checks.able("a", able, "step") is able
    refused("^a: got the class Able, .* write Able", checks.able, Able, "step")
    refused("^a: got the class int, .* has step$", checks.able, int, "step")
    refused("^a: got 3, .* has step$", checks.able, 3, "step")
    assert checks.function("a", len) is len
    for bad in 3, None, Able, able:
        refused("^a: got .*, expected a function", checks.function, bad)
    assert checks.boolean("a", np.True_) is True
    for bad in 0, 1, None, "yes":
        refused("^a: got .*, expected True or False", checks.boolean, bad)
    refused("^a: got 3, expected a str", checks.instance, 3, str)
    rng = np.random.default_rng(0)
    assert checks.generator("a", rng) is rng
    for bad in 0, None, np.random, np.random.RandomState(0):
        refused("^a: got .*, expected a Generator", checks.generator, bad)
    for dtype in float, "f4", None:
        checks.float_type("a", dtype)
    for bad in int, "f2", "spam", 3:
        refused(
            "^a: got .*, expected float64 or float32", checks.float_type, bad
        )


def test_limits():
    checks.limits(low=0, high=np.inf)
    for ends in {"low": 1, "high": 1}, {"low": 2, "high": 1}:
        with pytest.raises(
            ValueError, match="^low: got .*, expected less than"
        ):
            checks.limits(**ends)
    for bad in np.nan, None, "1", True, 10**400, 1j:
        for name in "low", "high":
            with pytest.raises(ValueError, match=f"^{name}: got .*expected"):
                checks.limits(**{"low": 0, "high": 1, name: bad})


def test_what_was_given_is_shown_short():
    class Long:
        def __repr__(self):
            return "x" * 100

    class Lines:
        def __repr__(self):
            return "x\ny"

    assert checks.shown(np.ones((2, 3))) == "float64 of shape (2, 3)"
    assert checks.shown(Long) == "the class Long"
    assert checks.shown(Long()) == "Long" and checks.shown(Lines()) == "Lines"
    assert checks.shown(0.5) == "0.5" and checks.shown(10**5000) == "int"
    assert checks.shown("a" * 58) == repr("a" * 58)
    assert checks.shown("a" * 59) == "str"

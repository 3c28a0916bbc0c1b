"""Schedules: their formulas, their ends, and the range test."""

import math
import warnings

import numpy as np
import pytest

import dlnotes as dl

RNG = np.random.default_rng(0)
SCHEDULES = [
    dl.Power(0.5, 100, 2),
    dl.Exponential(0.5, 0.1, 50),
    dl.Exponential(0.5, 0.1, 50, stairs=True),
    dl.Piecewise([10, 60], [0.5, 0.2, 0.1]),
    dl.Linear([0, 40, 100], [0.1, 0.5, 0.0]),
    dl.Cosine(0.5, 100, 0.05),
    dl.WarmUp(dl.Cosine(0.5, 90), 10),
    dl.WarmUp(0.5, 10),
    *dl.one_cycle(0.5, 100),
]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_an_optimizer_takes_it_and_its_name_can_be_read(schedule):
    values = [schedule(t) for t in range(130)]
    assert all(isinstance(v, float) and 0 <= v < 1 for v in values)
    phi = np.array([4.0])
    optimizer = dl.GradientDescent(schedule)
    memory, grad = optimizer.init(phi), np.ones(1)
    for _ in range(130):
        optimizer.step(phi, lambda p: grad, memory)
    assert phi[0] == pytest.approx(4 - sum(values), rel=1e-12, abs=1e-12)
    assert repr(optimizer) == f"GradientDescent(alpha={schedule!r})"
    assert " at 0x" not in repr(schedule)
    with pytest.raises(ValueError, match="^t: got -1, expected a whole"):
        schedule(-1)


def test_formulas():
    t = 37
    assert SCHEDULES[0](t) == pytest.approx(0.5 / 1.37**2, rel=1e-14)
    assert SCHEDULES[1](t) == pytest.approx(0.5 * 0.1**0.74, rel=1e-14)
    assert [SCHEDULES[2](t) for t in (49, 50, 99)] == pytest.approx(
        [0.5, 0.05, 0.05], rel=1e-14
    )
    half = 0.05 + 0.45 * (1 + math.cos(math.pi * 0.37)) / 2
    assert SCHEDULES[5](t) == pytest.approx(half, rel=1e-13)
    assert [SCHEDULES[3](t) for t in (9, 10, 59, 60)] == [0.5, 0.2, 0.2, 0.1]


def test_cosine_ends_exactly_at_its_end_and_stays():
    for start, end in (0.5, 0.0), (0.7, 0.01), (0.1, 0.3):
        schedule = dl.Cosine(start, 7, end)
        assert [schedule(t) for t in (0, 7, 8, 10**6)] == [start, *[end] * 3]
        assert abs(schedule(6) - end) > 1e-3


def test_linear_goes_through_its_knots_exactly_and_stays_outside():
    schedule = dl.Linear([3, 10, 17], [0.1, 0.7, 0.3])
    assert [schedule(t) for t in (0, 3, 10, 17, 99)] == [
        0.1, 0.1, 0.7, 0.3, 0.3
    ]  # fmt: skip
    for t in range(3, 18):
        expected = np.interp(t, [3, 10, 17], [0.1, 0.7, 0.3])
        assert schedule(t) == pytest.approx(expected, rel=1e-14)


def test_a_warm_up_moves_at_once_and_hands_over():
    after = dl.Power(0.8, 5)
    schedule = dl.WarmUp(after, 4)
    assert [schedule(t) for t in range(5)] == pytest.approx(
        [0.2, 0.4, 0.6, 0.8, 0.8]
    )
    assert [schedule(t) for t in range(4, 30)] == [after(t) for t in range(26)]
    assert dl.WarmUp(0.8, 1)(0) == 0.8


def test_one_cycle_mirrors_itself_and_then_falls():
    alpha, beta = dl.one_cycle(3.0, 1000, divide=20, last=0.2, fall=50)
    climb = [alpha(t) for t in range(401)]
    assert np.allclose(climb, [alpha(800 - t) for t in range(401)], rtol=1e-12)
    assert climb[0] == 3 / 20 and climb[400] == 3
    assert alpha(1000) == pytest.approx(3 / 20 / 50, rel=1e-14)
    moves = np.diff([[alpha(t), beta(t)] for t in range(801)], axis=0)
    assert (moves[:, 0] * moves[:, 1] < 0).all()  # one up, the other down


def test_values_may_be_one_for_each_model():
    several = np.array([[0.1], [0.5], [0.9]])
    for make in (
        lambda a: dl.Power(a, 5),
        lambda a: dl.Exponential(a, 0.5, 3),
        lambda a: dl.Piecewise([2], [a, a / 2]),
        lambda a: dl.Linear([0, 5], [a, a / 3]),
        lambda a: dl.Cosine(a, 5),
        lambda a: dl.WarmUp(a, 3),
        lambda a: dl.WarmUp(dl.Cosine(a, 5), 3),
        lambda a: dl.one_cycle(a, 8)[0],
    ):
        schedule, singles = make(several), [make(a.item()) for a in several]
        for t in range(9):
            both = schedule(t).ravel().tolist(), [one(t) for one in singles]
            assert both[0] == pytest.approx(both[1], rel=1e-14)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("ends", lambda: dl.Piecewise([5, 5], [1, 2, 3])),
        ("ends", lambda: dl.Piecewise([], [1])),
        ("values", lambda: dl.Piecewise([5], [1, 2, 3])),
        ("values", lambda: dl.Piecewise([5], 1.0)),
        ("values", lambda: dl.Linear([0, 5], [1, -2])),
        ("knots", lambda: dl.Linear([5], [1])),
        ("knots", lambda: dl.Linear([5, 4], [1, 2])),
        ("factor", lambda: dl.Exponential(1, 0)),
        ("s", lambda: dl.Power(1, 0)),
        ("divide", lambda: dl.one_cycle(1, 100, divide=0.5)),
        ("last", lambda: dl.one_cycle(1, 100, last=1)),
        ("steps", lambda: dl.one_cycle(1, 3)),
    ],
)
def test_what_is_no_schedule(name, make):
    with pytest.raises(ValueError, match=f"^{name}: got .*, expected"):
        make()


# The range test --------------------------------------------------------------


def regression():
    rng = np.random.default_rng(1)
    f = dl.Network(dl.Dense(3, 1))
    x = rng.normal(size=(40, 3))
    return f, f.init(rng, models=2), x, x @ np.ones((3, 1)), dl.SquaredError()


def test_each_step_has_its_own_rate():
    f, phi, x, y, loss = regression()
    start, optimizer = phi[0].copy(), dl.GradientDescent(7.0)
    rates = np.geomspace(0.01, 0.3, 12)
    settings = dict(batch=15)  # the last of an epoch has 10
    losses = dl.range_test(
        f, phi[0], x, y, loss, optimizer, rates,
        rng=np.random.default_rng(2), **settings,
    )  # fmt: skip
    assert np.array_equal(phi[0], start) and optimizer.alpha == 7.0
    again = dl.train(
        f, start, x, y, loss, dl.GradientDescent(lambda t: rates[t]),
        epochs=4, rng=np.random.default_rng(2), **settings,
    )  # fmt: skip
    assert losses.tolist() == [step.loss for step in again]


def test_after_the_end_there_is_no_loss():
    f, phi, x, y, loss = regression()
    rates, settings = np.geomspace(0.1, 1e30, 60), dict(batch=10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for start in phi[0], phi:
            losses = dl.range_test(
                f, start, x, y, loss, dl.GradientDescent(1.0), rates,
                rng=np.random.default_rng(2), **settings,
            )  # fmt: skip
            assert losses.shape == (60, *start.shape[:-1])
            known = np.isfinite(losses).reshape(60, -1)
            assert 10 < known[:, 0].sum() < 60
            assert (np.diff(known.astype(int), axis=0) <= 0).all()


def test_smooth():
    curve = RNG.normal(size=(30, 2))
    averages = dl.smooth(curve, 0.8)
    for t in range(30):
        weights = 0.8 ** np.arange(t, -1, -1)
        expected = weights @ curve[: t + 1] / weights.sum()
        assert np.allclose(averages[t], expected, rtol=1e-12)
    assert np.array_equal(dl.smooth(curve, 0), curve)

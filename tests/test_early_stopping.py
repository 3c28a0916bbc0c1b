"""Early stopping: when, and what is kept."""

import numpy as np
import pytest

import dlnotes as dl


def told(values, patience):
    """The helper after it was told these values, and at which check it said
    stop.
    """
    stop, phi, state = dl.EarlyStopping(patience), np.zeros(2), np.zeros(1)
    for k, value in enumerate(values, 1):
        phi += 1
        state -= 1
        if stop(value, phi, state):
            return stop, k
    return stop, None


@pytest.mark.parametrize(
    ("values", "patience", "best", "end"),
    [
        ([3, 2, 1, 2, 3, 4], 2, 3, 5),
        ([3, 2, 1, 2, 3, 4], 1, 3, 4),
        ([3, 2, 2, 2], 2, 2, 4),  # not worse is not better
        ([5, 4, 3, 2, 1], 1, 5, None),  # the epochs run out first
        ([1, 2, 0.5, 2, 2, 2], 3, 3, 6),
        ([np.nan, 2, np.nan, 1], 3, 4, None),
        ([np.nan, np.nan, np.nan], 2, 1, 3),
        ([np.inf, 1, 2], 5, 2, None),
    ],
)
def test_the_best_is_kept_and_patience_counts_from_it(
    values, patience, best, end
):
    stop, stopped = told(values, patience)
    assert (stop.check, stopped) == (best, end)
    assert stop.phi.tolist() == [best] * 2 and stop.state.tolist() == [-best]
    known = [v for v in values[:end] if v == v]
    assert stop.best == min(known, default=np.inf)


def test_it_steers_a_training_run():
    """The state of batch normalization is kept with φ; copies, not views."""
    rng = np.random.default_rng(0)
    f = dl.Network(
        dl.Dense(3, 20), dl.BatchNorm(20), dl.ReLU(), dl.Dense(20, 1)
    )
    x, z = rng.normal(size=(2, 30, 3))
    y, v = (np.sin(a[:, :1]) + 0.5 * rng.normal(size=(30, 1)) for a in (x, z))
    phi, loss = f.init(rng), dl.SquaredError()
    state, stop = f.init_state(phi), dl.EarlyStopping(patience=10)
    errors = []
    for step in dl.train(
        f, phi, x, y, loss, dl.GradientDescent(0.1), epochs=300, batch=10,
        rng=rng, state=state,
    ):  # fmt: skip
        if step.ends_epoch:
            errors.append(loss.nll(f(z, phi, state=state), v).mean())
            if stop(errors[-1], phi, state):
                break
    assert len(errors) == stop.check + 10 and stop.best == min(errors)
    kept = loss.nll(f(z, stop.phi, state=stop.state), v).mean()
    assert kept == stop.best and not np.array_equal(stop.phi, phi)
    assert repr(stop).startswith("EarlyStopping(10): best ")


def test_what_is_no_error():
    stop = dl.EarlyStopping(3)
    for bad in None, "1", np.ones(2), 1j, True:
        with pytest.raises(ValueError, match="^value: got"):
            stop(bad, np.ones(2))
    with pytest.raises(ValueError, match="^phi: got"):
        stop(1.0, None)
    with pytest.raises(ValueError, match="^state: got"):
        stop(1.0, np.ones(2), 3)
    assert stop.checks == 0
    with pytest.raises(ValueError, match="^patience: got 0"):
        dl.EarlyStopping(0)


def test_steps_from_zero_and_l2_keep_nearly_the_same_shares():
    """On a quadratic, λ = 1/(2εt): within 30 % in all directions (item 130)."""
    h = np.geomspace(1e-4, 1, 60)
    for t in 20, 300, 5000:
        eps = 0.02
        stopped = dl.path(
            dl.GradientDescent(eps), lambda phi: h * (phi - 1), 0 * h, t
        )[-1]
        lam = 1 / (2 * eps * t)
        assert np.allclose(stopped, 1 - (1 - eps * h) ** t, rtol=1e-9)
        ridge = h / (h + 2 * lam)
        slope = h * (ridge - 1) + dl.L2(lam).gradient(ridge)
        assert np.allclose(slope, 0, atol=1e-12)  # it is the minimum
        quotient = stopped / ridge
        assert quotient.min() > 0.999 and quotient.max() < 1.31

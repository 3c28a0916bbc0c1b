"""The training loop: what it shows each model, how it stops, and what it
keeps.
"""

import warnings

import numpy as np
import pytest

import dlnotes as dl

F = dl.Network(dl.Dense(3, 8), dl.Tanh(), dl.Dense(8, 2))
RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 3))
Y = RNG.normal(size=(23, 2))


def fit(phi, x=X, y=Y, loss=None, optimizer=None, f=F, **options):
    options = {
        "epochs": 2,
        "batch": 5,
        "rng": np.random.default_rng(1),
    } | options
    steps = dl.train(
        f,
        phi,
        x,
        y,
        loss or dl.SquaredError(),
        optimizer or dl.Momentum(0.05),
        **options,
    )
    return list(steps)


class Spy(dl.SquaredError):
    """Remembers the targets of every batch."""

    def __init__(self):
        self.seen = []

    def nll_and_gradient(self, f, y):
        self.seen.append(y)
        return super().nll_and_gradient(f, y)


def test_an_epoch_uses_every_example_once():
    """Without replacement, a short last batch included, in a new order each
    epoch (item 57).
    """
    spy = Spy()
    steps = fit(F.init(np.random.default_rng(0)), loss=spy)
    assert [len(y) for y in spy.seen] == [5, 5, 5, 5, 3] * 2
    epochs = np.concatenate(spy.seen[:5]), np.concatenate(spy.seen[5:])
    for rows in epochs:
        assert np.array_equal(np.sort(rows, axis=0), np.sort(Y, axis=0))
        assert not np.array_equal(rows, Y)
    assert not np.array_equal(*epochs)
    assert [s.ends_epoch for s in steps] == ([False] * 4 + [True]) * 2
    assert [s.epoch for s in steps] == [1] * 5 + [2] * 5
    assert [s.t for s in steps] == list(range(1, 11))


@pytest.mark.parametrize("batch", [1, 4, 20])
def test_an_epoch_ends_with_its_last_batch(batch):
    steps = fit(
        F.init(np.random.default_rng(0)), x=X[:20], y=Y[:20], batch=batch
    )
    ends = [s.t for s in steps if s.ends_epoch]
    assert ends == [20 // batch, 40 // batch]


def test_inputs_and_targets_stay_together():
    spy = Spy()
    x = Y[:, [0, 1, 0]]
    phi = np.zeros(F.size)
    seen = []

    class SpyNetwork(dl.Network):
        def forward(self, x, phi, ctx):
            seen.append(x)
            return super().forward(x, phi, ctx)

    fit(phi, x=x, loss=spy, f=SpyNetwork(*F.layers))
    for a, b in zip(seen, spy.seen, strict=True):
        assert np.array_equal(a, b[:, [0, 1, 0]])


def test_full_batch_is_plain_gradient_descent():
    phi = F.init(np.random.default_rng(0))
    plain = phi.copy()
    steps = fit(
        phi, optimizer=dl.GradientDescent(0.1), epochs=4, batch=None, rng=None
    )
    for k in range(4):
        loss, dphi = F.gradient(X, Y, plain, dl.SquaredError())
        assert steps[k].loss == loss and steps[k].ends_epoch
        plain -= 0.1 * dphi
    assert np.array_equal(phi, plain)


@pytest.mark.parametrize("own_data", [False, True])
def test_a_population_is_its_members_trained_alone(own_data):
    """Start, batches and result of member m are those of the m-th spawned
    Generator.
    """
    M = 3
    start = F.init(np.random.default_rng(0), models=M)
    x, y = X, Y
    if own_data:
        x, y = np.stack([X, 2 * X, -X]), np.stack([Y, Y + 1, -Y])
    phi = start.copy()
    steps = fit(phi, x=x, y=y, rng=np.random.default_rng(9))
    for m, child in enumerate(np.random.default_rng(9).spawn(M)):
        alone = start[m].copy()
        mine = (x[m], y[m]) if own_data else (x, y)
        single = fit(alone, *mine, rng=child)
        assert np.allclose(alone, phi[m], rtol=1e-11, atol=1e-13)
        assert np.allclose([s.loss for s in single], [s.loss[m] for s in steps])
    assert not np.allclose(phi[0], phi[1])


def test_labels_of_each_models_own():
    labels = np.random.default_rng(3).integers(0, 2, (3, 23))
    start = F.init(np.random.default_rng(0), models=3)
    phi = start.copy()
    fit(phi, y=labels, loss=dl.Categorical())
    for m, child in enumerate(np.random.default_rng(1).spawn(3)):
        fit(start[m], y=labels[m], loss=dl.Categorical(), rng=child)
    assert np.allclose(phi, start, rtol=1e-12)


class Mean(dl.Identity):
    """Keeps the mean of its last batch as a running statistic."""

    stats = 3

    def fill_state(self, state):
        state[...] = 0

    def forward(self, x, phi, ctx):
        ctx.state[...] = x.mean(axis=-2)
        return x, None


def test_a_frozen_model_keeps_its_statistics():
    f = dl.Network(Mean(), dl.Dense(3, 2))
    x = np.stack([X, X])
    x[1, 7] = np.nan
    phi, state = (
        f.init(np.random.default_rng(0), models=2),
        None,
    )
    state = f.init_state(phi)
    kept, options = (
        [state.copy()],
        {"epochs": 2, "batch": 5, "rng": np.random.default_rng(1)},
    )
    with pytest.warns(RuntimeWarning, match="model 1"):
        for step in dl.train(
            f, phi, x, Y, dl.SquaredError(), dl.Adam(), state=state, **options
        ):
            kept.append(state.copy())
            same = [np.array_equal(a, b) for a, b in zip(kept[-1], kept[-2])]
            assert same == step.frozen.tolist()
    assert step.frozen.tolist() == [False, True] and np.isfinite(state).all()


def test_as_many_models_as_examples_and_outputs():
    """M = N = D: shared targets must not be taken for each model's own."""
    f, x, y = (
        dl.Network(dl.Dense(3, 8)),
        np.random.default_rng(0).normal(size=(8, 3)),
        np.eye(8),
    )
    start = f.init(np.random.default_rng(0), models=8)
    phi = start.copy()
    fit(phi, x=x, y=y, f=f, batch=4)
    for m, child in enumerate(np.random.default_rng(1).spawn(8)):
        fit(start[m], x=x, y=y, f=f, batch=4, rng=child)
    assert np.allclose(phi, start, rtol=1e-12)


def test_the_caller_steers():
    """break stops, alpha may be set between steps, a copied φ is a frame,
    memory goes on.
    """
    phi = F.init(np.random.default_rng(0))
    optimizer, frames = dl.GradientDescent(0.1), []
    for step in dl.train(
        F,
        phi,
        X,
        Y,
        dl.SquaredError(),
        optimizer,
        epochs=9,
        batch=5,
        rng=np.random.default_rng(1),
    ):
        assert step.phi is phi
        frames.append(step.phi.copy())
        if step.t == 3:
            optimizer.alpha = 0.0
        if step.t == 6:
            break
    assert not np.array_equal(frames[1], frames[2])
    assert np.array_equal(frames[2], frames[5]) and len(frames) == 6


def test_the_same_iterator_goes_on():
    """Ten epochs in one loop, or in two: the moments are kept."""
    whole, parts = (F.init(np.random.default_rng(0)) for _ in range(2))
    fit(whole, optimizer=dl.Adam(0.01), epochs=4)
    steps = dl.train(
        F,
        parts,
        X,
        Y,
        dl.SquaredError(),
        dl.Adam(0.01),
        epochs=4,
        batch=5,
        rng=np.random.default_rng(1),
    )
    for step in steps:
        if step.t == 7:
            break
    last = list(steps)[-1]
    assert np.array_equal(whole, parts) and (last.t, last.epoch) == (20, 4)


def test_a_wrapped_gradient():
    """Freezing: the wrapper sees the gradient function, and the frozen slice
    does not move.
    """
    phi = F.init(np.random.default_rng(0))
    before = phi.copy()

    def freeze(grad):
        def frozen(phi):
            g = grad(phi)
            g[:10] = 0
            return g

        return frozen

    fit(phi, wrap=freeze)
    assert np.array_equal(phi[:10], before[:10]) and not np.any(
        phi[10:32] == before[10:32]
    )


def test_an_interrupt_keeps_what_was_trained():
    phi = F.init(np.random.default_rng(0))
    reached = []

    class Stops(dl.SquaredError):
        calls = 0

        def nll_and_gradient(self, f, y):
            self.calls += 1
            if self.calls == 4:
                raise KeyboardInterrupt
            return super().nll_and_gradient(f, y)

    with pytest.raises(KeyboardInterrupt):
        for step in dl.train(
            F,
            phi,
            X,
            Y,
            Stops(),
            dl.Adam(0.01),
            epochs=1,
            batch=5,
            rng=np.random.default_rng(1),
        ):
            reached.append(step.phi.copy())
    assert len(reached) == 3 and np.array_equal(phi, reached[-1])


@pytest.mark.parametrize(
    "optimizer", [dl.GradientDescent(0.05), dl.Momentum(0.05), dl.Adam(0.05)]
)
def test_an_interrupted_step_leaves_the_memory_whole(optimizer):
    def interrupt(phi):
        raise KeyboardInterrupt

    phi = F.init(np.random.default_rng(0))
    memory = optimizer.init(phi)
    optimizer.step(phi, np.ones_like, memory)
    before = {name: np.copy(value) for name, value in vars(memory).items()}
    with pytest.raises(KeyboardInterrupt):
        optimizer.step(phi, interrupt, memory)
    assert all(
        np.array_equal(before[name], value)
        for name, value in vars(memory).items()
    )


def test_a_loss_that_is_not_finite_stops_one_model():
    phi = F.init(np.random.default_rng(0))
    bad = X.copy()
    bad[7] = np.nan
    with pytest.raises(
        FloatingPointError,
        match=r"not finite at step [1-5] of Momentum.*smaller",
    ):
        fit(phi, x=bad)
    assert np.isfinite(phi).all()


@pytest.mark.parametrize("optimizer", [dl.GradientDescent, dl.Adam])
def test_in_a_population_that_model_is_frozen_and_named(optimizer):
    f = dl.Network(dl.Dense(3, 2))
    start = f.init(np.random.default_rng(0), models=3)
    start[1] = 1e300  # its loss overflows at once
    phi = start.copy()
    with pytest.warns(
        RuntimeWarning, match="model 1: the loss is not finite at step 1"
    ):
        steps = fit(phi, f=f, optimizer=optimizer(0.05))
    assert steps[-1].frozen.tolist() == [False, True, False]
    again = start.copy()
    late = np.concatenate([X, X])
    late = np.stack([late, late, late])
    late[2, 40] = np.nan
    targets = np.concatenate([Y, Y])
    with pytest.warns(RuntimeWarning):
        steps = fit(
            again,
            x=late,
            y=targets,
            f=f,
            optimizer=optimizer(0.05),
        )
    assert not steps[0].frozen[2] and steps[-1].frozen[2], (
        "each step has its own record"
    )
    assert np.isfinite(again).all()
    assert np.array_equal(phi[1], start[1]), "a frozen model does not move"
    others = start[[0, 2]]
    rngs = np.random.default_rng(1).spawn(3)
    fit(others, f=f, optimizer=optimizer(0.05), rng=[rngs[0], rngs[2]])
    assert np.allclose(phi[[0, 2]], others, rtol=1e-12), (
        "the others do not notice"
    )
    start[:] = 1e300
    with (
        warnings.catch_warnings(),
        pytest.raises(FloatingPointError, match="of all models"),
    ):
        warnings.simplefilter("error")
        fit(start, f=f)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"batch": 0}, "batch: got 0"),
        ({"batch": 24}, "batch: got 24, expected .*, at most 23"),
        ({"batch": 2.5}, "batch: got 2.5"),
        ({"epochs": 0}, "epochs: got 0"),
        ({"rng": None}, "rng: got None, expected a Generator"),
        ({"rng": 0}, "rng: got 0, expected a Generator"),
        ({"rng": [0, 1, 2], "M": 3}, "rng: got 0, expected a Generator"),
        ({"loss": dl.SquaredError}, r"loss: got .* write SquaredError\("),
        ({"optimizer": dl.Adam}, r"optimizer: got .* write Adam\("),
        ({"loss": dict}, "loss: got the class dict, .* has nll_and_gradient$"),
        ({"wrap": 3}, "wrap: got 3, expected a function"),
        ({"wrap": [dl.L2(0.1), None]}, "wrap: got None, expected a function"),
        ({"wrap": dl.L2}, "wrap: got the class L2, expected a function"),
        (
            {"y": Y[:, 0]},
            r"y: got shape \(23,\), expected \(23, D\), .*write y\[:, None\]",
        ),
        (
            {"y": np.eye(2)[np.arange(23) % 2], "loss": dl.Categorical()},
            r"y: got shape .* expected \(23,\); write y.argmax\(axis=-1\)",
        ),
        ({"state": np.zeros(3)}, r"state: got .* shape \(0,\)"),
        (
            {"optimizer": 0.1},
            "optimizer: got 0.1, expected an object that has step",
        ),
        (
            {"y": np.zeros((50, 23)), "M": 3},
            r"y: got shape \(50, 23\), expected one target",
        ),
        (
            {"y": Y[:5]},
            r"y: got shape \(5, 2\), expected one target for each of the 23",
        ),
        (
            {"y": np.zeros((5, 23))},
            r"y: got shape \(5, 23\), expected one target",
        ),
        (
            {"y": np.zeros((3, 5, 23)), "M": 3},
            r"y: got shape \(3, 5, 23\), expected one target",
        ),
        ({"y": Y.tolist()}, "y: got list"),
        ({"x": X[:, :2]}, "x: got shape"),
        ({"x": X.astype("f4")}, "x: got float32"),
    ],
)
def test_bad_arguments_are_named_before_the_first_step(change, message):
    options = {
        "epochs": 1,
        "batch": 5,
        "rng": np.random.default_rng(0),
        "x": X,
        "y": Y,
    } | change
    x, y, models = options.pop("x"), options.pop("y"), options.pop("M", None)
    phi = np.zeros(F.size if models is None else (models, F.size))
    with pytest.raises(ValueError, match=message):
        loss, optimizer = (
            options.pop("loss", dl.SquaredError()),
            options.pop("optimizer", dl.Adam()),
        )
        dl.train(F, phi, x, y, loss, optimizer, **options)


def test_steps_that_nobody_takes():
    """The mistake of a first evening: train(…) as a statement."""
    options = {"epochs": 1, "batch": None}
    steps = dl.train(
        F, np.zeros(F.size), X, Y, dl.SquaredError(), dl.Adam(), **options
    )
    assert "write: for step in train" in repr(steps)
    with pytest.warns(RuntimeWarning, match="trained nothing; write: for"):
        del steps
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(np.zeros(F.size), **options)


def test_several_wraps_act_in_their_order():
    """A penalty's gradient is clipped, or it is not."""
    start = F.init(np.random.default_rng(0))
    seen = []

    def spy(grad):
        def spied(phi):
            seen.append(np.linalg.norm(grad(phi)))
            return grad(phi)

        return spied

    once = {"epochs": 1, "batch": None}
    for wrap in [dl.L2(100.0), dl.clip_by_norm(1.0), spy], [spy, spy]:
        fit(start.copy(), wrap=wrap, **once)
    clipped, _, plain, again = seen[0], *seen[-3:]
    assert np.isclose(clipped, 1) and plain == again > 1
    fit(start.copy(), wrap=(dl.clip_by_norm(1.0), dl.L2(100.0), spy), **once)
    assert seen[-1] > 10
    with pytest.raises(ValueError, match="wrap: it returned.*got None"):
        fit(start.copy(), wrap=lambda grad: None)


def test_a_path_is_the_steps_one_by_one():
    """For each model, in the start's type, and the start stays as it is."""
    start = np.array([[1.0, -2.0], [3.0, 0.5]], np.float32)

    def grad(phi):
        return phi * np.array([1, 25], phi.dtype)

    adam = dl.Adam(np.array([[0.1], [0.3]]))
    points = dl.path(adam, grad, start, 7)
    assert points.shape == (8, 2, 2) and points.dtype == np.float32
    assert np.array_equal(start, [[1, -2], [3, 0.5]])
    phi, memory = start.copy(), adam.init(start)
    for point in points:
        assert np.array_equal(point, phi)
        adam.step(phi, grad, memory)
    for m, alpha in enumerate((0.1, 0.3)):
        alone = dl.path(dl.Adam(alpha), grad, start[m], 7)
        assert np.allclose(alone, points[:, m], rtol=1e-6)


def test_a_path_of_whole_numbers_is_one_of_floats():
    points = dl.path(dl.GradientDescent(0.25), lambda phi: phi, [2, 4], 1)
    assert points.tolist() == [[2, 4], [1.5, 3]]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"optimizer": dl.Adam}, r"optimizer: got .* write Adam\("),
        ({"grad": 2.0}, "grad: got 2.0, expected a function"),
        ({"start": 2.0}, r"start: got shape \(\), expected \(P,\)"),
        ({"start": ["a"]}, "start: got <U1"),
        ({"steps": 0}, "steps: got 0, expected a whole number, at least 1"),
    ],
)
def test_a_path_that_cannot_be(change, message):
    arguments = {"start": np.ones(2), "grad": np.ones_like, "steps": 2}
    arguments |= {"optimizer": dl.Adam()} | change
    with pytest.raises(ValueError, match=message):
        dl.path(**arguments)

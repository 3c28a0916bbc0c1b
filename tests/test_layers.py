"""Layers: shapes of one example, statistics, noise, and one by one."""

import inspect

import numpy as np
import pytest

import dlnotes as dl
from dlnotes.layers import fits, product, written
from registry import Centred, Neighbours, picture_network

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(12, 3, 4, 2)), RNG.integers(0, 3, 12)
NONE = np.empty(0)


# The shape of one example ----------------------------------------------------


class Expects(dl.Identity):
    def __init__(self, *expects):
        self.expects = expects


@pytest.mark.parametrize(
    "expects, example, known",
    [
        ((4,), (4,), (4,)),
        ((4,), (None,), (4,)),
        ((None,), (4,), (4,)),
        ((None, None, 3), (5, None, 3), (5, None, 3)),
        ((...,), (5, 4), (5, 4)),
        ((...,), (...,), (...,)),
        ((..., 3), (...,), (..., 3)),
        ((..., 3), (5, None), (5, 3)),
        ((..., 3), (None, None, 3), (None, None, 3)),
        ((4, 3), (..., 3), (4, 3)),
        ((4,), (5,), None),
        ((4,), (5, 4), None),
        ((..., 3), (5, 4), None),
        ((..., 3), (), None),
        ((None, None, 1), (8, 8), None),
        ((4, 3), (..., 4), None),
    ],
)
def test_which_shapes_fit(expects, example, known):
    if known is None:
        with pytest.raises(ValueError, match="^layers: .* expects examples of"):
            fits(Expects(*expects), example)
    else:
        assert fits(Expects(*expects), example) == known


def test_shapes_as_texts():
    assert written((3,)) == "(3,)" and written((3,), "N") == "(N, 3)"
    assert written((None,), "M", "N") == "(M, N, D)"
    assert written((None, None, 1), "N") == "(N, H, W, 1)"
    assert written((None, 3), "N") == "(N, L, 3)"
    assert written((...,), "N") == "(N, …)"


def test_pictures_pass_the_door():
    f = picture_network()
    assert f.expects == (None, None, 2)
    assert repr(f).splitlines()[:5] == [
        "Network: 60 parameters",
        "  Neighbours()             (N, H, W, 2)    3",
        "  Centred()                (N, H, W, 2)    0",
        "  ReLU()                   (N, H, W, 2)    0",
        "  Network: 57 parameters   (N, 3)         57",
    ]
    phi = f.init(RNG, models=5)
    for lead, models in ((12,), phi[0]), ((12,), phi), ((5, 12), phi):
        x = np.broadcast_to(X, (*lead, 3, 4, 2))
        state = f.init_state(models)
        assert f(x, models, state=state).shape == (*models.shape[:-1], 12, 3)
    one = r" for .*, expected \(N, H, W, 2\)"
    several = (
        one + r": rows are examples, or \(M, N, H, W, 2\) with the M models"
    )
    for x, models, message in (
        (X[..., :1], phi[0], one),
        (X[0], phi[0], one),
        (X[:, :, :3], phi[0], one + r".*Dense.*\(18,\), and gets \(12,\)"),
        (np.stack([X, X]), phi, several),
        (X[None, None], phi, several),
        (np.stack([X] * 5), phi[0], one),
    ):
        with pytest.raises(ValueError, match="^x: got shape .*" + message):
            f(x, models, state=f.init_state(models))


def test_layers_of_one_network_must_fit():
    for layers, message in (
        ([Neighbours(2), dl.Dense(8, 2)], r"Dense\(8, 2\) expects .*\(8,\)"),
        ([dl.Dense(3, 2), Neighbours(2)], r"Neighbours.*gets \(2,\)"),
        ([Centred(3), dl.Dense(4, 2)], r"Dense\(4, 2\).*gets \(…, 3\)"),
        ([dl.Append(2), dl.Append(1), Centred(2), dl.Dense(3, 1)], "Dense"),
    ):
        with pytest.raises(ValueError, match=message):
            dl.Network(*layers)
    assert dl.Network(dl.ReLU(), Centred(3), dl.Dense(3, 1)).expects == (3,)
    assert dl.Network(dl.Flatten(), dl.Dense(8, 2)).expects == (...,)
    assert dl.Network(Centred(3), dl.Tanh()).expects == (..., 3)


def test_a_network_that_takes_any_shape():
    f, x = dl.Network(dl.ReLU()), -np.ones((5, 4, 3))
    assert f(x, NONE).shape == x.shape and not f(x, NONE).any()
    vectors = np.ones((5, 4))
    assert f(vectors, np.empty((2, 0))).shape == (2, 5, 4)
    assert f(np.ones((2, 5, 4)), np.empty((2, 0))).shape == (2, 5, 4)
    with pytest.raises(ValueError, match="^x: got shape .* many|^x: got shape"):
        f(x, np.empty((2, 0)))
    with pytest.raises(ValueError, match=r"^x: got shape \(5,\)"):
        f(np.ones(5), NONE)


# Leaves ----------------------------------------------------------------------


def test_leaves():
    class Residual(dl.Network):
        def forward(self, x, phi, ctx):
            y, saved = super().forward(x, phi, ctx)
            return x + y, saved

    block = Residual(dl.Dense(4, 4))
    inner = dl.Network(Centred(4), dl.Network(dl.Dense(4, 4), Centred(4)))
    f = dl.Network(dl.Dense(3, 4), inner, block, dl.Dense(4, 1))
    found = list(f.leaves())
    kinds = [type(layer).__name__ for layer, *_ in found]
    assert kinds == "Dense Centred Dense Centred Residual Dense".split()
    parts = [np.arange(f.size)[own] for _, own, _ in found]
    assert np.array_equal(np.concatenate(parts), np.arange(f.size))
    assert [len(part) for part in parts] == [layer.size for layer, *_ in found]
    marks = [np.arange(f.stats)[mark].tolist() for *_, mark in found]
    assert marks == [[], [0, 1, 2, 3], [], [4, 5, 6, 7], [], []]


# Statistics ------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_statistics_have_the_type_and_the_models_of_phi(dtype):
    f = dl.Network(Centred(2), dl.Dense(2, 1))
    for phi in np.zeros(3, dtype), np.zeros((4, 3), dtype):
        state = f.init_state(phi)
        assert state.dtype == dtype and state.shape == (*phi.shape[:-1], 2)
        x = np.ones((5, 2), dtype)
        assert f(x, phi, state=state).dtype == dtype
        other = np.float32 if dtype == np.float64 else np.float64
        for bad in (
            None,
            5,
            state.astype(other),
            state[..., :1],
            np.zeros((7, 2), dtype),
            np.broadcast_to(state, state.shape),
        ):
            with pytest.raises(ValueError, match="^state: got .*f.init_state"):
                f(x, phi, state=bad)
            with pytest.raises(ValueError, match="^state: got"):
                f.gradient(x, x[:, :1], phi, dl.SquaredError(), state=bad)
    with pytest.raises(ValueError, match="^phi: got"):
        f.init_state(np.zeros(4))


# Noise -----------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.99, 1.0])
def test_a_mask_keeps_the_mean(p):
    mask = dl.Context(rng=np.random.default_rng(0)).keep((1000, 1000), p)
    assert np.isfinite(mask).all() and len(np.unique(mask)) <= 2
    sd = np.sqrt(p / max(1 - p, 1e-9) / mask.size)
    if p < 1:
        assert np.mean(mask == 0) == pytest.approx(p, abs=3e-3)
        assert abs(mask.mean() - 1) <= 4 * sd
        assert mask.max() == pytest.approx(1 / (1 - p), rel=1e-3)
    else:
        assert not mask.any()


def test_masks_of_models_are_their_own():
    children = np.random.default_rng(0).spawn(3)
    several = dl.Context(rng=np.random.default_rng(0).spawn(3))
    masks = several.keep((3, 4, 5), 0.5, np.float32)
    assert masks.dtype == np.float32 and masks.shape == (3, 4, 5)
    for mask, child in zip(masks, children):
        assert np.array_equal(mask, dl.Context(rng=child).keep((4, 5), 0.5))
    for kind in np.random.MT19937, np.random.PCG64, np.random.SFC64:
        rng = np.random.Generator(kind(0))
        assert 0.45 < np.mean(dl.Context(rng=rng).keep(10_001, 0.5) == 0) < 0.55


# One by one ------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("own_data", [False, True])
def test_a_population_with_pictures_statistics_and_noise(dtype, own_data):
    """Trained at once or each alone: equal to the last bit."""
    f, M = picture_network(), 3
    start = f.init(np.random.default_rng(1), models=M, dtype=dtype)
    x, y = X.astype(dtype), LABELS
    if own_data:
        x, y = np.stack([x, 2 * x, -x]), np.stack([y, 2 - y, y[::-1]])

    def fit(phi, x, y, rng):
        state, loss = f.init_state(phi), dl.Categorical()
        optimizer = dl.AdamW(0.01, lam=0.1 * f.decay_mask)
        settings = {"epochs": 3, "batch": 5, "rng": rng, "state": state}
        for step in dl.train(f, phi, x, y, loss, optimizer, **settings):
            last = step.loss
        return state, last

    phi = start.copy()
    state, loss = fit(phi, x, y, np.random.default_rng(2))
    assert phi.dtype == state.dtype == dtype and not np.any(state == 5)
    for m, child in enumerate(np.random.default_rng(2).spawn(M)):
        alone = start[m].copy()
        mine = (x[m], y[m]) if own_data else (x, y)
        one_state, one_loss = fit(alone, *mine, child)
        assert np.array_equal(alone, phi[m])
        assert np.array_equal(one_state, state[m]) and one_loss == loss[m]
    noisy = f(x, phi, state=state, rng=np.random.default_rng(3))
    assert not np.array_equal(noisy, f(x, phi, state=state))


def test_one_by_one_keeps_the_source():
    """The page shows what a reader can read."""
    assert "x[:, :, :-1]" in inspect.getsource(Neighbours.forward)


def test_the_gradient_of_a_network_of_pictures():
    f, rng = picture_network(), np.random.default_rng(0)
    phi = f.init(rng)
    state = f.init_state(phi)

    def fn(p):
        rng = np.random.default_rng(5)
        loss = dl.Categorical()
        return f.gradient(X, LABELS, p, loss, state=state, rng=rng)

    assert dl.check_gradient(fn, phi, state=state).error < 1e-7


# Products --------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("lead", [(), (3,)])
@pytest.mark.parametrize("inner", [1, 2, 5])
def test_a_product_with_an_inner_axis_of_one(lead, inner, dtype):
    a = RNG.normal(size=(*lead, 4, inner)).astype(dtype)
    b = RNG.normal(size=(*lead, inner, 6)).astype(dtype)
    assert np.array_equal(product(a, b), a @ b)


def test_a_noise_layer_is_the_identity_without_a_generator():
    f = dl.Network(dl.Dropout(0.5))
    assert np.array_equal(f(np.ones((2, 3)), NONE), np.ones((2, 3)))


def test_biases_and_appended_numbers_start_at_zero():
    f = dl.Network(dl.Dense(2, 3), dl.Append(2))
    phi = f.init(np.random.default_rng(0))
    assert np.all(phi[:6] != 0) and np.all(phi[6:] == 0)


def test_an_appended_example_is_longer():
    assert dl.Append(2).shape((3,)) == (5,)
    assert dl.Append(2).shape((None,)) == (None,)


def test_a_number_costs_16_random_bits():
    used, fresh = (np.random.default_rng(0) for _ in range(2))
    dl.Context(True, used, None).keep((3, 3), 0.5, np.float64)
    fresh.bit_generator.random_raw(3)  # 9 numbers, four in a word
    assert used.random() == fresh.random()


def test_inference_freezes_what_is_not_a_parameter():
    """Item 56: a trunk that was trained before. With a rate of 0 on its slice
    neither its weights nor its statistics move, under AdamW, whose decay would
    move them; and its output is the one it had.
    """
    rng = np.random.default_rng(0)
    trunk = dl.Network(
        dl.Dense(3, 4), dl.BatchNorm(4), dl.ReLU(), dl.Dropout(0.5)
    )
    before, old = trunk.init(rng), rng.random(8) + 0.5
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 1))
    for models in None, 2:
        f = dl.Network(dl.Inference(trunk), dl.Dense(4, 1))
        phi = f.init(rng, models)
        state = f.init_state(phi)
        phi[..., f.slices[0]], state[...] = before, old
        start, features = phi.copy(), trunk(x, before, state=old)
        rate = np.full(f.size, 0.01)
        rate[f.slices[0]] = 0
        for _ in dl.train(
            f, phi, x, y, dl.SquaredError(), dl.AdamW(rate, lam=0.1),
            epochs=3, batch=10, rng=rng, state=state,
        ):  # fmt: skip
            pass
        assert np.array_equal(phi[..., f.slices[0]], start[..., f.slices[0]])
        assert np.abs(phi - start)[..., f.slices[1]].min() > 0
        assert (state == old).all()
        one, own = (a[0] if models else a for a in (phi, state))
        assert np.array_equal(trunk(x, one[f.slices[0]], state=own), features)
        # without the zeros the weights move, though not the statistics
        for _ in dl.train(
            f, phi, x, y, dl.SquaredError(), dl.AdamW(0.01, lam=0.1),
            epochs=1, rng=rng, state=state,
        ):  # fmt: skip
            pass
        assert not np.array_equal(phi, start) and (state == old).all()
    assert f.decay_mask.sum() == 12 + 4
    assert repr(dl.Inference(dl.ReLU())) == "Inference(ReLU())"
    assert "Inference(Network: 24 parameters)" in repr(f)

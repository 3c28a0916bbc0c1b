"""Dropout: noise of mean one, and nothing without it."""

import itertools

import numpy as np
import pytest

import dlnotes as dl

NONE = np.empty(0)


def drawn(layer, x, seed=0):
    return dl.Network(layer)(x, NONE, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_a_unit_is_zero_or_divided_and_its_mean_is_kept(p):
    x = np.full((400, 500), 3.0)
    y = drawn(dl.Dropout(p), x)
    assert np.allclose(np.unique(y), [0, 3 / (1 - p)], rtol=1e-4)
    error = 3 * np.sqrt(p / (1 - p) / x.size)
    assert abs(y.mean() - 3) < 4 * error
    assert abs((y == 0).mean() - p) < 4 * np.sqrt(p * (1 - p) / x.size)


def test_the_ends_of_p():
    assert dl.Dropout().p == dl.AlphaDropout().p == 0.5  # the lecture's half
    x = np.random.default_rng(0).normal(size=(20, 30))
    assert np.array_equal(drawn(dl.Dropout(0), x), x)
    assert not drawn(dl.Dropout(1), x).any()
    for bad in -0.1, 1.1, np.nan, None, "1", True, [0.5]:
        with pytest.raises(ValueError, match="^p: got .*, expected a number"):
            dl.Dropout(bad)
    for bad in -0.1, 1, np.nan, None:
        with pytest.raises(ValueError, match="^p: got .*, expected 0 <= p < 1"):
            dl.AlphaDropout(bad)


def test_a_p_that_is_next_to_an_end():
    """Masks know p to a multiple of 2⁻¹⁶, and so does the rest."""
    assert not dl.Dropout(1e-6).draws and dl.Dropout(1e-5).draws
    assert not drawn(dl.Dropout(1 - 1e-6), np.ones((9, 9))).any()
    for p in 1 - 1e-6, 0.999995:
        with pytest.raises(
            ValueError, match="^p: got .*, expected at most 1 -"
        ):
            dl.AlphaDropout(p)
    rounded = round(0.9999 * 2**16) / 2**16
    x = np.random.default_rng(1).normal(size=(50, 40))
    both = (drawn(dl.AlphaDropout(p), x) for p in (0.9999, rounded))
    assert np.array_equal(*both)


@pytest.mark.parametrize("kind", [dl.Dropout, dl.AlphaDropout])
def test_after_training_nothing_is_dropped(kind):
    x = np.random.default_rng(0).normal(size=(20, 30))
    assert np.array_equal(dl.Network(kind(0.5))(x, NONE), x)
    assert repr(kind(0.25)) == f"{kind.__name__}(0.25)"


@pytest.mark.parametrize(
    "layer",
    [
        dl.Dropout(0.5),
        dl.AlphaDropout(0.5),
        dl.RReLU(),
        dl.GaussianNoise(0.5),
    ],
    ids=repr,
)
def test_training_without_a_generator_is_an_error(layer):
    """Else the reader would train without dropout, and not know."""
    f = dl.Network(dl.Dense(3, 4), dl.Network(layer), dl.Dense(4, 2))
    rng = np.random.default_rng(0)
    x, y, phi = rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), f.init(rng)
    with pytest.raises(ValueError, match="^rng: got None, expected a Generat"):
        f.gradient(x, y, phi, dl.SquaredError())
    with pytest.raises(ValueError, match="^rng: got None, expected a Generat"):
        list(dl.train(f, phi, x, y, dl.SquaredError(), dl.Adam(), epochs=1))


@pytest.mark.parametrize(
    "kind", [dl.Dropout, dl.AlphaDropout, dl.GaussianNoise]
)
def test_what_drops_nothing_needs_no_generator(kind):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
    nothing = dl.Network(dl.Dense(3, 4), kind(0), dl.Dense(4, 2))
    plain = dl.Network(dl.Dense(3, 4), dl.Dense(4, 2))
    phi = plain.init(rng)
    both = [g.gradient(x, y, phi, dl.SquaredError()) for g in (nothing, plain)]
    assert np.array_equal(both[0][1], both[1][1])
    used, fresh = np.random.default_rng(1), np.random.default_rng(1)
    nothing(x, phi, rng=used)
    assert used.random() == fresh.random()  # and draws none


def test_each_model_has_masks_of_its_own():
    x = np.ones((3, 40, 50))
    f = dl.Network(dl.Dropout(0.5))
    y = f(x, np.empty((3, 0)), rng=np.random.default_rng(0))
    alike = [(y[a] == y[b]).mean() for a, b in ((0, 1), (0, 2), (1, 2))]
    assert max(alike) < 0.6
    children = np.random.default_rng(0).spawn(3)
    for m in range(3):
        assert np.array_equal(f(x[m], NONE, rng=children[m]), y[m])


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.9])
def test_alpha_dropout_keeps_mean_and_variance(p):
    x = np.random.default_rng(1).normal(size=(800, 500))
    y = drawn(dl.AlphaDropout(p), x)
    assert abs(y.mean()) < 0.01 and abs(y.var() - 1) < 0.02
    p = round(p * 2**16) / 2**16
    q, s = 1 - p, dl.SELU().forward(np.array(-1e4), NONE, None)[0]
    a = 1 / np.sqrt(q * (1 + s**2 * p))
    dropped, b = s * a - a * s * p, -a * s * p
    hit = np.isclose(y, dropped, rtol=1e-12)
    assert abs(hit.mean() - p) < 0.005
    assert np.allclose(y[~hit], a * x[~hit] + b, rtol=1e-12)


# Theorems of 4.5 --------------------------------------------------------------


def test_without_masks_a_linear_read_out_is_the_geometric_mean():
    """Over all masks, each with its probability (item 87)."""
    rng = np.random.default_rng(0)
    h, p = rng.normal(size=(4, 8)), 0.3
    top = dl.Network(dl.Dense(8, 3))
    phi = top.init(rng)
    logs = np.zeros((4, 3))
    for mask in itertools.product([0, 1], repeat=8):
        on = sum(mask)
        chance = (1 - p) ** on * p ** (8 - on)
        logs += chance * dl.log_softmax(top(h * mask / (1 - p), phi))
    both = dl.log_softmax(logs), dl.log_softmax(top(h, phi))
    assert np.allclose(*both, atol=1e-12)


def test_on_the_inputs_of_a_linear_model_it_is_ridge_in_the_datas_scale():
    """The mean over all masks of the squared error (item 131)."""
    rng = np.random.default_rng(0)
    X, y, w, p = (
        rng.normal(size=(5, 6)),
        rng.normal(size=5),
        rng.normal(size=6),
        0.4,
    )
    mean = 0
    for mask in itertools.product([0, 1], repeat=6):
        on = sum(mask)
        chance = (1 - p) ** on * p ** (6 - on)
        mean += chance * (y - X * mask / (1 - p) @ w) ** 2  # fresh for each row
    closed = (y - X @ w) ** 2 + p / (1 - p) * X**2 @ w**2
    assert np.allclose(mean, closed, rtol=1e-12)
    many = np.tile(X, (20_000, 1))
    layer = dl.Network(dl.Dropout(p))
    masked = layer(many, NONE, rng=rng) @ w
    found = np.mean((np.tile(y, 20_000) - masked).reshape(-1, 5) ** 2, axis=0)
    assert np.allclose(found, closed, rtol=0.05)

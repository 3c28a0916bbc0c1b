"""Networks and their conventions: shapes, views, initial values, and what is
refused.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlnotes as dl

settings.register_profile(
    "book", derandomize=True, database=None, deadline=None, max_examples=60
)
settings.load_profile("book")

F = dl.Network(dl.Dense(4, 6), dl.ReLU(), dl.Dense(6, 3))


def test_the_plain_network_of_the_lecture():
    """h = a[β + Ω x] for one column x, Ω of shape (D_out, D_in): the lecture's
    own equations.
    """
    rng = np.random.default_rng(0)
    phi, x = F.init(rng) + 0.1, rng.normal(size=4)
    (W0, b0), (W1, b1) = (
        F.layers[0].views(phi[F.slices[0]]),
        F.layers[2].views(phi[F.slices[2]]),
    )
    assert W0.shape == (6, 4) and W1.shape == (3, 6)
    plain = b1 + W1 @ np.maximum(b0 + W0 @ x, 0)
    assert np.allclose(F(x[None, :], phi)[0], plain, rtol=1e-14)


@pytest.mark.parametrize("D, K", [(1, 1), (3, 2), (5, 4), (8, 3)])
def test_parameter_count(D, K):
    """3D + 1 + (K-1) D (D+1) for one input, one output and K hidden layers of D
    units (item 7).
    """
    layers = [dl.Dense(1, D), dl.ReLU()]
    for _ in range(K - 1):
        layers += [dl.Dense(D, D), dl.ReLU()]
    f = dl.Network(*layers, dl.Dense(D, 1))
    assert f.size == 3 * D + 1 + (K - 1) * D * (D + 1)
    assert f.init(np.random.default_rng(0)).shape == (f.size,)


def test_parameters_are_views():
    phi = F.init(np.random.default_rng(0), models=3)
    Omega, beta = F.layers[0].views(phi[..., F.slices[0]])
    assert np.shares_memory(Omega, phi) and np.shares_memory(beta, phi)
    assert Omega.shape == (3, 6, 4) and beta.shape == (3, 6)
    Omega[1] = 7
    assert (phi[1, :24] == 7).all() and not (phi[0] == 7).any()


def test_a_member_is_the_same_network_alone_or_among_others():
    many = F.init(np.random.default_rng(5), models=4)
    for m, child in enumerate(np.random.default_rng(5).spawn(4)):
        assert np.array_equal(many[m], F.init(child))
    assert len({row.tobytes() for row in many}) == 4


def test_networks_nest():
    """A network is a layer: nesting changes nothing but the repr."""
    inner = dl.Network(dl.ReLU(), dl.Dense(6, 3))
    nested = dl.Network(dl.Dense(4, 6), inner)
    phi = F.init(np.random.default_rng(1))
    x = np.random.default_rng(2).normal(size=(5, 4))
    assert np.array_equal(phi, nested.init(np.random.default_rng(1)))
    assert np.array_equal(F(x, phi), nested(x, phi))
    assert np.array_equal(F.decay_mask, nested.decay_mask)
    assert repr(nested).splitlines() == [
        "Network: 51 parameters",
        "  Dense(4, 6)              (N, 6)   30",
        "  Network: 21 parameters   (N, 3)   21",
        "    ReLU()        (N, 6)    0",
        "    Dense(6, 3)   (N, 3)   21",
    ]


def test_weights_decay_and_biases_do_not():
    mask = F.decay_mask
    assert mask.shape == (51,) and mask.sum() == 24 + 18
    for k in 0, 2:
        Omega, beta = F.layers[k].views(mask[F.slices[k]])
        assert Omega.all() and not beta.any()


def test_a_layer_decays_only_what_it_says():
    class Bare(dl.Layer):
        size = 2

    assert dl.Network(Bare(), dl.Dense(1, 1)).decay_mask.tolist() == [
        False,
        False,
        True,
        False,
    ]


def test_only_the_first_layer_is_spared_its_dx():
    asked = []

    class Asks(dl.Identity):
        def backward(self, dy, saved, phi, dphi, need_dx=True):
            asked.append(need_dx)
            return dy

    f = dl.Network(Asks(), dl.Network(Asks(), Asks()), Asks())
    f.gradient(np.ones((2, 3)), np.ones((2, 3)), np.empty(0), dl.SquaredError())
    assert asked == [True, True, True, False]


class Probe(dl.Layer):
    """A layer with running statistics and noise, to hold the interface: y = x -
    mean + noise.
    """

    stats = 2

    def fill_state(self, state):
        state[...] = 5

    def forward(self, x, phi, ctx):
        if ctx.train:
            ctx.state[...] = x.mean(axis=-2)
        noise = 0
        if ctx.rng is not None:
            noise = ctx.draw(np.random.Generator.normal, x.shape)
        return x - ctx.state[..., None, :] + noise, None

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return dy


def test_running_statistics_and_random_layers():
    """State is explicit: inference reads it, training moves it; each model has
    its own noise.
    """
    f = dl.Network(dl.Dense(3, 2), dl.Network(Probe(), dl.Dense(2, 2)), Probe())
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    phi = f.init(rng, models=3)
    state = f.init_state(phi)
    assert state.shape == (3, 4) and (state == 5).all()
    before = f(x, phi, state=state)
    assert np.array_equal(before, f(x, phi, state=state)) and (state == 5).all()
    f.gradient(x, y, phi, dl.SquaredError(), state=state)
    hidden = f.layers[0].forward(x, phi[:, f.slices[0]], dl.Context())[0]
    assert np.allclose(state[:, :2], hidden.mean(axis=1))
    noisy = f(x, phi, state=state, rng=np.random.default_rng(7))
    for m, child in enumerate(np.random.default_rng(7).spawn(3)):
        assert np.allclose(
            noisy[m], f(x, phi[m], state=state[m], rng=child), rtol=1e-12
        )
    with pytest.raises(
        ValueError, match=r"state: got None, expected float64 of shape \(3, 4\)"
    ):
        f(x, phi)
    with pytest.raises(
        ValueError, match="rng: got 2 Generators, expected one for each of 3"
    ):
        f(x, phi, state=state, rng=rng.spawn(2))


# What is refused -------------------------------------------------------------

PHI, X = np.zeros(51), np.zeros((5, 4))


@pytest.mark.parametrize(
    "x, phi, message",
    [
        (X, np.zeros(50), r"phi: got shape \(50,\), expected \(51,\)"),
        (X, np.zeros((1, 2, 51)), r"phi: got shape \(1, 2, 51\)"),
        (
            X,
            PHI.astype(np.float32),
            "x: got float64, expected φ's float type, float32",
        ),
        (
            X.astype(np.float32),
            PHI,
            "x: got float32, expected φ's float type, float64",
        ),
        (X.astype(int), PHI, "x: got int64, expected φ's float type"),
        (X, PHI.astype(int), "phi: got int64, expected float64"),
        (
            X.astype("f2"),
            PHI.astype("f2"),
            "phi: got float16, expected float64",
        ),
        (
            X[:, :3],
            PHI,
            r"x: got shape \(5, 3\) for .*, expected \(N, 4\): rows",
        ),
        (
            X[0],
            PHI,
            r"x: got shape \(4,\) for .*, expected \(N, 4\): rows are examples",
        ),
        (X[:0], PHI, r"x: got shape \(0, 4\), expected at least one example"),
        (
            np.zeros((2, 5, 4)),
            PHI,
            r"x: got shape \(2, 5, 4\) for phi of shape \(51,\)",
        ),
        (np.zeros((2, 5, 4)), np.zeros((3, 51)), "with the M models of phi"),
        (
            np.zeros((51, 5, 4)),
            PHI,
            r"x: got shape \(51, 5, 4\) for phi of shape \(51,\)",
        ),
        (
            np.zeros((3, 2, 5, 4)),
            np.zeros((3, 51)),
            r"x: got shape \(3, 2, 5, 4\) for phi",
        ),
        (X.tolist(), PHI, "x: got .*, expected a NumPy array"),
        (X, PHI.tolist(), "phi: got .*, expected a NumPy array"),
    ],
)
def test_what_does_not_fit_is_named(x, phi, message):
    with pytest.raises(ValueError, match=message):
        F(x, phi)
    with pytest.raises(ValueError, match=message):
        F.gradient(x, np.zeros((5, 3)), phi, dl.SquaredError())


@pytest.mark.parametrize(
    "make, message",
    [
        (dl.Network, "layers: got none"),
        (lambda: dl.Network(dl.ReLU), r"layers\[0\]: .* write ReLU\(…\)"),
        (
            lambda: dl.Network(dl.Dense(2, 3), 7),
            r"layers\[1\]: got 7, expected a layer",
        ),
        (
            lambda: dl.Network(dl.Dense(2, 3), dl.ReLU(), dl.Dense(4, 1)),
            r"Dense\(4, 1\) expects examples of shape \(4,\), and gets \(3,\)",
        ),
        (
            lambda: dl.Dense(0, 3),
            "d_in: got 0, expected a whole number, at least 1",
        ),
        (lambda: dl.Dense(2, 1.5), "d_out: got 1.5"),
        (lambda: F.init(0), "rng: got 0, expected a Generator"),
        (lambda: F.init(np.random.default_rng(0), models=0), "models: got 0"),
        (lambda: F.init(np.random.default_rng(0), models=True), "models: got"),
    ],
)
def test_networks_that_cannot_be_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "f",
    [
        dl.Network(dl.Network(dl.Dense(4, 6), dl.ReLU()), dl.Dense(6, 3)),
        dl.Network(dl.Identity(), dl.Dense(4, 3)),
    ],
)
def test_a_network_that_begins_with_another_layer_checks_its_input(f):
    for x in np.zeros((5, 3)), np.zeros((2, 5, 4)), np.zeros((7, 2, 5, 4)):
        with pytest.raises(ValueError, match="x: got shape"):
            f(x, np.zeros(f.size))
    with pytest.raises(ValueError, match="x: got shape"):
        f(np.zeros((1, 5, 4)), np.zeros((3, f.size)))


def test_initial_values_that_are_forgotten():
    returns = dl.Dense(
        2, 3, init=lambda Omega, rng: rng.normal(size=Omega.shape)
    )
    with pytest.raises(ValueError, match="left parameters without a value"):
        dl.Network(returns).init(np.random.default_rng(0))
    with pytest.raises(
        ValueError,
        match="dtype: got the class int, expected float64 or float32",
    ):
        F.init(np.random.default_rng(0), dtype=int)


shapes = st.lists(st.integers(0, 5), max_size=4).map(tuple)


@given(shapes, shapes, shapes)
def test_every_other_shape_is_an_error_and_never_a_broadcast(x, phi, y):
    """Whatever the shapes: the right result for them, or a ValueError; nothing
    in between.
    """
    x, y = np.zeros(x), np.zeros(y)
    phi = np.zeros((*phi[:1], 51)) if len(phi) < 2 else np.zeros(phi)
    try:
        loss, dphi = F.gradient(x, y, phi, dl.SquaredError())
    except ValueError as error:
        assert str(error).split(":")[0] in ("x", "y", "phi", "f")
    else:
        members = phi.shape[:-1]
        assert dphi.shape == phi.shape and np.shape(loss) == members
        assert x.shape in ((x.shape[-2], 4), (*members, x.shape[-2], 4))
        assert y.shape in ((x.shape[-2], 3), (*members, x.shape[-2], 3))


def test_what_a_layer_forgets_does_not_pass_for_a_gradient():
    class Forgetful(dl.Dense):
        def backward(self, dy, saved, phi, dphi, need_dx=True):
            return None

    f = dl.Network(Forgetful(1, 1))
    x, y = np.ones((2, 1)), np.ones((2, 1))
    kept = np.full(2, 7.0)  # what NumPy may hand out again, uncleared
    del kept
    _, dphi = f.gradient(x, y, np.zeros(2), dl.SquaredError())
    assert np.isnan(dphi).all()

"""Linear regions: theorems on the number of pieces, and the exact counter
against brute force.
"""

import itertools

import numpy as np
import pytest

from dlnotes import (
    Dense,
    Identity,
    Network,
    ReLU,
    Tanh,
    count_regions,
    linear_pieces,
    sawtooth,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def random_network(rng, *widths):
    """A ReLU network with random biases, too."""
    layers = [
        ReLU() if k % 2 else Dense(*widths[k // 2 :][:2])
        for k in range(2 * len(widths) - 3)
    ]
    f = Network(*layers)
    return f, rng.normal(size=f.size)


@pytest.mark.parametrize(
    "D, K", [(3, 1), (3, 4), (4, 4), (5, 4), (8, 2), (3, 6)]
)
def test_the_sawtooth_makes_all_pieces(D, K):
    f, phi = sawtooth(D, K)
    pieces = linear_pieces(f, phi)
    assert pieces.count == (D + 1) ** K
    assert f.size == 3 * D + 1 + (K - 1) * D * (D + 1)
    inner = pieces.edges[1:-1, None]
    tops = (
        np.arange(1, (D + 1) ** K)[:, None] % 2
    )  # each tooth reaches from 0 to 1
    assert np.allclose(f(inner, phi), tops, atol=1e-9)
    for layer, own in zip(f.layers[2:-1:2], f.slices[2:-1:2]):
        assert np.linalg.matrix_rank(layer.views(phi[own])[0]) == 1


def test_all_units_facing_right_lose_a_tooth():
    """One flat piece on the left remains: 4, 10, 28, 82 pieces, and not 4, 16,
    64, 256.
    """
    tooth = Network(Dense(1, 3), ReLU(), Dense(3, 1))
    phi = np.array([1.0, 1, 1, 0, -1 / 3, -2 / 3, 3, -6, 6, 0])
    counts = [
        linear_pieces(Network(*[tooth] * K), np.tile(phi, K)).count
        for K in range(1, 5)
    ]
    assert counts == [4, 10, 28, 82]


def test_the_pieces_are_the_function(rng):
    for widths in (1, 5, 1), (1, 7, 4, 2), (1, 16, 16, 16, 3):
        f, phi = random_network(rng, *widths)
        pieces = linear_pieces(f, phi)
        assert pieces.edges[0] == -np.inf and pieces.edges[-1] == np.inf
        assert np.all(np.diff(pieces.edges) > 0)
        x = rng.normal(0, 3, (500, 1))
        i = np.searchsorted(pieces.edges, x[:, 0]) - 1
        y = pieces.slopes[i] * x + pieces.intercepts[i]
        assert np.allclose(y, f(x, phi), rtol=1e-9, atol=1e-9)


def test_the_count_is_that_of_second_differences(rng):
    """On a grid that no two joints share a cell of, each joint bends two second
    differences.
    """
    for _ in range(20):
        f, phi = random_network(rng, 1, 6, 6, 1)
        pieces = linear_pieces(f, phi, -2, 2)
        grid = np.linspace(-2, 2, 200_001)
        cells = np.searchsorted(grid, pieces.edges[1:-1])
        if np.diff(cells, prepend=-9).min(initial=9) < 4:
            continue
        bent = (
            np.abs(np.diff(f(grid[:, None], phi)[:, 0], 2))
            > 1e-10 * np.abs(phi).max()
        )
        runs = np.flatnonzero(bent)
        assert pieces.count == 1 + np.sum(np.diff(runs, prepend=-9) > 1)


def test_a_shallow_network_makes_a_piece_more_than_it_has_units(rng):
    for D in range(1, 21):
        f, phi = random_network(rng, 1, D, 1)
        pieces = linear_pieces(f, phi)
        Omega, beta = f.layers[0].views(phi[f.slices[0]])
        assert pieces.count == D + 1 == count_regions(D, 1)
        assert np.allclose(pieces.edges[1:-1], np.sort(-beta / Omega[:, 0]))


def test_a_composition_has_at_most_the_product(rng):
    most = 0
    for _ in range(100):
        f, a = random_network(rng, 1, 3, 1)
        g, b = random_network(rng, 1, 3, 1)
        both = linear_pieces(Network(f, g), np.concatenate([a, b])).count
        most = max(most, both)
        assert both <= linear_pieces(f, a).count * linear_pieces(g, b).count
    assert most > 7  # more than a shallow network of as many units


def test_a_composition_is_a_network_of_rank_one(rng):
    """The two dense layers between the activations are one, whose matrix is a
    column times a row.
    """
    f, a = random_network(rng, 1, 3, 1)
    g, b = random_network(rng, 1, 4, 1)
    (_, _, out), (first, _, _) = f.layers, g.layers
    (v, c), (w, d) = out.views(a[f.slices[2]]), first.views(b[g.slices[0]])
    deep = Network(Dense(1, 3), ReLU(), Dense(3, 4), ReLU(), Dense(4, 1))
    merged = np.concatenate(
        [a[f.slices[0]], (w @ v).ravel(), d + w @ c, b[g.slices[2]]]
    )
    x = rng.normal(size=(50, 1))
    assert np.allclose(deep(x, merged), g(f(x, a), b), rtol=1e-12)
    assert np.linalg.matrix_rank(w @ v) == 1


def test_two_units_cannot_fold(rng):
    """Two layers of two units make at most 7 pieces, not 9: no unit of two
    makes three teeth.
    """
    counts = [
        linear_pieces(*random_network(rng, 1, 2, 2, 1)).count
        for _ in range(3000)
    ]
    assert max(counts) == 7


@pytest.mark.parametrize(
    "D, d_in", [(1, 1), (5, 1), (2, 2), (6, 2), (3, 3), (5, 3), (2, 4)]
)
def test_zaslavsky_counts_regions(rng, D, d_in):
    """Around each vertex of an arrangement there are 2^d sectors, and every
    region touches one.
    """
    normals, offsets = rng.normal(size=(D, d_in)), rng.normal(size=D)
    assert count_regions(D, d_in) <= 2**D
    if D < d_in:
        assert count_regions(D, d_in) == 2**D
        return
    patterns = set()
    for rows in itertools.combinations(range(D), d_in):
        rows = list(rows)
        for signs in itertools.product((-1e-6, 1e-6), repeat=d_in):
            x = np.linalg.solve(normals[rows], signs - offsets[rows])
            patterns.add(tuple(normals @ x + offsets > 0))
    assert len(patterns) == count_regions(D, d_in)


def test_joints_that_meet_are_one():
    f = Network(Dense(1, 3), ReLU(), Dense(3, 1))
    phi = np.array(
        [1.0, 2, -1, -0.1, -0.2, 0.1, 1, 1, 1, 0]
    )  # all three at 0.1
    assert linear_pieces(f, phi).count == 2
    phi[6:9] = (
        1,
        1,
        -3,
    )  # slopes 3 and 3: no bend, though all units change there
    assert linear_pieces(f, phi).count == 1


def test_joints_far_out_and_close_together():
    """What counts as one joint grows with the distance from 0: numbers there
    are further apart.
    """
    f = Network(Dense(1, 2), ReLU(), Dense(2, 1))
    for at, gap, count in (
        (1e6, 1e-8, 2),
        (1e6, 1e-3, 3),
        (0.0, 1e-8, 3),
        (0.0, 1e-13, 2),
    ):
        for sign in 1, -1:
            phi = np.array([1.0, 1, -sign * at, -sign * at - gap, 1, 1, 0])
            assert linear_pieces(f, phi).count == count


def test_a_joint_at_an_end_of_the_interval_is_none():
    f = Network(Dense(1, 1), ReLU(), Dense(1, 1))
    phi = np.array([3.0, -0.9, 1, 0])  # a joint at 0.3, but for rounding
    joint = 0.9 / 3.0
    for end in (
        joint,
        np.nextafter(joint, 1),
        np.nextafter(joint, 0),
        joint + 1e-14,
    ):
        assert linear_pieces(f, phi, -1, end).count == 1
        assert linear_pieces(f, phi, end, 1).count == 1
    assert linear_pieces(f, phi, -1, joint + 1e-6).count == 2
    phi[:2] = 1, -1e6
    assert linear_pieces(f, phi, 0, 1e6 + 1e-8).count == 1
    assert linear_pieces(f, phi, 0, 1e6 + 1e-3).count == 2


def test_one_output_that_bends_is_enough():
    f = Network(Dense(1, 1), ReLU(), Dense(1, 2))
    assert linear_pieces(f, np.array([1.0, 0, 1, 0, 0, 0])).count == 2
    flat_first = Network(Dense(1, 2), ReLU(), Dense(2, 1))
    tiny = np.array(
        [1.0, 1, 0, -1, 1, 1e-12, 0]
    )  # a bend of 1e-12 against slopes of 1
    assert linear_pieces(flat_first, tiny).count == 2


def test_an_interval_and_silent_units():
    f, phi = sawtooth(3, 2)
    pieces = linear_pieces(f, phi, 0.0, 1 / 7)
    assert pieces.count == 4 and pieces.edges[[0, -1]].tolist() == [0, 1 / 7]
    assert linear_pieces(f, np.zeros_like(phi)).count == 1
    assert linear_pieces(Network(Identity()), np.array([])).slopes.tolist() == [
        [1.0]
    ]


def test_what_does_not_fit_is_named():
    f, phi = sawtooth(3, 1)
    with pytest.raises(ValueError, match="f: its layer Tanh"):
        linear_pieces(Network(Dense(1, 2), Tanh()), np.zeros(4))
    with pytest.raises(ValueError, match="f: got .*one input"):
        linear_pieces(Network(Dense(2, 2)), np.zeros(6))
    with pytest.raises(ValueError, match="f: got ReLU.*expected a Network"):
        linear_pieces(ReLU(), np.zeros(0))
    with pytest.raises(ValueError, match="phi: got .*one network"):
        linear_pieces(f, np.stack([phi, phi]))
    with pytest.raises(ValueError, match="phi: got .*expected a NumPy array"):
        linear_pieces(f, phi.tolist())
    for low, high in (1, 0), (1, 1):
        with pytest.raises(
            ValueError, match=f"low: got {low}, expected less than high, {high}"
        ):
            linear_pieces(f, phi, low, high)
    for name, ends in ("low", ("0", 1)), ("high", (0, None)):
        with pytest.raises(ValueError, match=f"{name}: got .*, expected a num"):
            linear_pieces(f, phi, *ends)
    with pytest.raises(ValueError, match="phi: got .*expected finite"):
        linear_pieces(f, np.where(np.arange(f.size) == 2, np.nan, phi))
    for D, K, name in (
        (2, 1, "D"),
        (True, 1, "D"),
        (3.0, 1, "D"),
        (10_001, 1, "D"),
        (3, 0, "K"),
        (3, 1001, "K"),
    ):
        with pytest.raises(ValueError, match=f"{name}: got"):
            sawtooth(D, K)
    for D, d_in, name in (0, 1, "D"), (1, 0, "d_in"):
        with pytest.raises(ValueError, match=f"{name}: got"):
            count_regions(D, d_in)


def test_regions_of_very_many_dimensions():
    assert count_regions(3, 10**9) == 8
    assert count_regions(10**6, 2) == 1 + 10**6 + 10**6 * (10**6 - 1) // 2
    with pytest.raises(ValueError, match="D: got .*at most 10000"):
        count_regions(10**9, 10**9)


@pytest.mark.parametrize("D", [3, 4, 5, 6])
def test_units_that_all_face_right(D):
    """A zigzag that starts at 0: D^K pieces and a flat one, and for an even
    number of units a second flat one behind its end at 0.
    """
    slopes = np.array([D, *[2.0 * D * (-1) ** j for j in range(1, D)]])
    joints = np.arange(D) / D
    layer = Network(Dense(1, D), ReLU(), Dense(D, 1))
    phi = np.concatenate([np.ones(D), -joints, slopes, [0.0]])
    for K in 1, 2, 3, 4:
        pieces = linear_pieces(Network(*[layer] * K), np.tile(phi, K))
        assert pieces.count == D**K + 1 + (D % 2 == 0 and K > 1)

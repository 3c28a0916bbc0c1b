"""Clipping: directions, lengths, and what has no length."""

import numpy as np
import pytest

import dlnotes as dl


def test_clipping():
    """By value the direction turns by 41.5 degrees, by norm it is kept (item
    55).
    """
    g = np.array([0.9, 100.0])
    by_value, by_norm = (
        clip(1.0)(lambda phi: g)(g)
        for clip in (dl.clip_by_value, dl.clip_by_norm)
    )
    assert by_value.tolist() == [0.9, 1.0]
    turned = np.arctan2(*g[::-1]) - np.arctan2(*by_value[::-1])
    assert np.isclose(np.degrees(turned), 41.5, atol=0.05)
    assert np.isclose(np.linalg.norm(by_norm), 1) and np.isclose(
        by_norm[0] / by_norm[1], 0.009
    )
    assert np.allclose(
        dl.clip_by_value(2.0)(lambda phi: phi)(np.array([-5.0, 1.0])), [-2, 1]
    )


def test_clipping_by_norm_is_model_by_model_and_does_not_overflow():
    phi = np.array(
        [[3.0, 4.0], [0.3, 0.4], [0.0, 0.0], [3e200, 4e200], [0, 3e200]]
    )
    clipped = dl.clip_by_norm(2.0)(lambda phi: phi)(phi)
    assert np.allclose(
        clipped, [[1.2, 1.6], [0.3, 0.4], [0, 0], [1.2, 1.6], [0, 2]]
    )
    assert np.array_equal(
        clipped[1], phi[1]
    )  # what is short enough is not touched
    small = dl.clip_by_norm(2.0)(lambda phi: phi)(
        np.array([3e30, 4e30], np.float32)
    )
    assert small.dtype == np.float32 and np.allclose(small, [1.2, 1.6])


def test_clipping_in_training():
    """A loss that explodes without it: the first step is at most α long."""
    f, x = dl.Network(dl.Dense(1, 1)), np.full((4, 1), 1e3)
    start = np.array([1.0, 0.0])
    for clip, length in (
        (dl.clip_by_norm(1.0), 0.1),
        (dl.clip_by_value(1.0), 0.1 * 2**0.5),
    ):
        phi = start.copy()
        optimizer = dl.GradientDescent(0.1)
        next(
            dl.train(
                f, phi, x, -x, dl.SquaredError(), optimizer, epochs=1, wrap=clip
            )
        )
        assert np.isclose(np.linalg.norm(phi - start), length)


def test_the_shortest_and_the_longest():
    """What is no number has no length: an error, not a gradient of 0."""
    by_norm, by_value = dl.clip_by_norm(1.0), dl.clip_by_value(1.0)
    for bad in [np.inf, 1.0], [-np.inf, np.inf], [np.nan, 1.0]:
        with pytest.raises(ValueError, match="^grad: it returned nan or inf"):
            by_norm(lambda phi: phi)(np.array(bad))
    assert by_value(lambda phi: phi)(np.array([-np.inf, 0.5])).tolist() == [
        -1,
        0.5,
    ]
    largest, least = 1e308, 5e-324
    clipped = by_norm(lambda phi: phi)(np.array([largest, -largest]))
    assert np.allclose(clipped, [0.5**0.5, -(0.5**0.5)])
    tiny = np.array([least, 0.0])
    assert np.array_equal(by_norm(lambda phi: phi)(tiny), tiny)


@pytest.mark.parametrize("clip", [dl.clip_by_value, dl.clip_by_norm])
def test_what_is_no_limit(clip):
    for bad in 0, -1.0, np.nan, np.inf, None, "1", np.ones(2), True, 1j:
        with pytest.raises(ValueError, match="^limit: got .*, expected"):
            clip(bad)
    with pytest.raises(ValueError, match="^grad: got 3, expected a function"):
        clip(1.0)(3)

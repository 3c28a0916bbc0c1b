"""Accuracy and confusion, counted by hand; the margin, as SciPy has it."""

import numpy as np
import pytest
import scipy.stats

import dlnotes as dl


def test_accuracy_and_confusion():
    y, predicted = (
        np.array([0, 1, 2, 2]),
        np.array([[0, 1, 2, 2], [0, 2, 2, 1]]),
    )
    assert dl.accuracy(predicted, y).tolist() == [1, 0.5]
    assert dl.confusion_matrix(predicted, y, 3).tolist() == [
        [2, 0, 0],
        [0, 1, 1],
        [0, 1, 3],
    ]
    assert dl.accuracy(np.array([[1]]), np.array([1])).tolist() == [1]
    for wrong in np.array([0, 1]), np.zeros((4, 1), int):
        with pytest.raises(ValueError, match="predicted: got shape"):
            dl.accuracy(wrong, y)
    with pytest.raises(ValueError, match="at least one example"):
        dl.accuracy(np.empty(0, int), np.empty(0, int))
    with pytest.raises(ValueError, match=r"write \[..., 0\]"):
        dl.accuracy(np.array([[1], [0]]), np.array([[1], [0]]))
    with pytest.raises(
        ValueError, match="predicted: got float64 of shape .*, expected labels"
    ):
        dl.accuracy(np.eye(3), np.array([0, 1, 2]))
    with pytest.raises(ValueError, match=r"^y: got int\d+ of shape \(\)"):
        dl.accuracy(predicted[0], np.array(1))
    for bad in -1, 3:
        with pytest.raises(
            ValueError, match=f"y: got .*{bad}, expected 0 to 2|y: got -1"
        ):
            dl.confusion_matrix(np.array([0, 1]), np.array([0, bad]), 3)
    assert dl.confusion_matrix(
        np.array([True, False]), np.array([True, True]), 2
    )[1].tolist() == [
        1,
        1,
    ]


@pytest.mark.parametrize("n, m", [(5, 5), (5, 20), (40, 7)])
def test_a_margin_is_three_standard_errors(n, m):
    """For independent numbers that of Welch's test."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(2, 3, n), rng.normal(1, 0.5, m)
    assert np.isclose(dl.margin(a), 3 * scipy.stats.sem(a))
    welch = scipy.stats.ttest_ind(a, b, equal_var=False)
    assert np.isclose(
        dl.margin(a, b), 3 * (a.mean() - b.mean()) / welch.statistic
    )
    assert np.isclose(dl.margin(a, b), dl.margin(b, a))
    assert type(dl.margin(a)) is type(dl.margin(a, b)) is float


def test_what_pairs_have_in_common_does_not_count():
    rng = np.random.default_rng(0)
    luck, noise = rng.normal(size=20), 0.01 * rng.normal(size=20)
    assert dl.margin(luck + noise - luck) < 0.02 < dl.margin(luck + noise, luck)


def test_numbers_without_scatter_have_no_margin():
    assert dl.margin([7] * 5) == dl.margin([0.5] * 6, [1] * 5) == 0


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize(
    "bad, message",
    [
        ([1.0] * 4, "got .*, expected numbers of at least five seeds"),
        (np.ones((5, 5)), "got float64 of shape .*, expected numbers of at"),
        (2.0, "got 2.0, expected numbers of at least five seeds"),
        ([1, 2, 3, 4, np.nan], "got .*, expected -inf < . < inf"),
        ([1, 2, 3, 4, -np.inf], "got .*, expected -inf < . < inf"),
        (["1"] * 5, "got .*, expected -inf < . < inf"),
    ],
)
def test_a_margin_wants_numbers_of_five_seeds(name, bad, message):
    arguments = {"a": np.arange(5.0), "b": np.arange(6.0)} | {name: bad}
    with pytest.raises(ValueError, match=f"^{name}: {message}"):
        dl.margin(**arguments)

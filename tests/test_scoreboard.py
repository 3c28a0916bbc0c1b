"""The scoreboard: its rows, and what it prints."""

import pytest

from dlnotes import scoreboard


def test_the_scoreboard_wants_seeds():
    with pytest.raises(
        ValueError,
        match="test: got .*, expected numbers of at least five",
    ):
        scoreboard.row("1.4", "idea", 1, [0.9], [0.9] * 5)


def test_a_row_says_mean_and_standard_deviation():
    """That of a sample, as everywhere in the book: ddof = 1."""
    test, new_writers = [0.8, 0.9, 0.9, 0.9, 1.0], [0.0, 0.0, 0.0, 0.0, 1.0]
    row = scoreboard.row("1.4", "idea", 1, test, new_writers)
    assert row["test set"] == "0.900 ± 0.071"
    assert row["new writers"] == "0.200 ± 0.447"
    with pytest.raises(ValueError, match="test: got .*, expected 0 <= test"):
        scoreboard.row("1.4", "idea", 1, [80.0] * 5, new_writers)


def test_it_shows_what_came_before(capsys):
    recorded = scoreboard.recorded()
    mine = scoreboard.row("2.0", "mine", 1234, [0.5] * 5, [0.25] * 5)
    scoreboard.show(mine)
    first, *rows = capsys.readouterr().out.splitlines()
    assert first.split()[:3] == ["notebook", "idea", "size"]
    earlier = [r for r in recorded if r["notebook"] < "2.0"]
    assert len(rows) == len(earlier) + 1
    assert (
        rows[-1].split() == "2.0 mine 1,234 0.500 ± 0.000 0.250 ± 0.000".split()
    )
    with pytest.raises(ValueError, match="^measured: got nothing"):
        scoreboard.show()

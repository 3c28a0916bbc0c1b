"""The red thread of the book: one digit classifier, a row for every idea that
improves it.
"""

import csv

from . import checks

COLUMNS = ("notebook", "idea", "size", "test set", "new writers")


def recorded():
    """The rows that the notebooks have printed so far, in order: a list of
    dictionaries.
    """
    from importlib.resources import files  # slow to import

    with (
        files(__package__)
        .joinpath("scoreboard.csv")
        .open(encoding="utf-8") as file
    ):
        return list(csv.DictReader(file))


def row(notebook, idea, size, test, new_writers):
    """A measured row: mean ± standard deviation (ddof = 1) of the accuracies of
    at least five networks on the test set, and on new writers.

    ``size`` is the number of parameters.

    >>> new_writers = [0.08, 0.12, 0.1, 0.1, 0.1]
    >>> row("9.9", "guessing", 0, [0.1] * 5, new_writers)["new writers"]
    '0.100 ± 0.014'
    """
    checks.instance("notebook", notebook, str)
    checks.instance("idea", idea, str)
    checks.count("size", size, least=0)
    test = checks.seeds("test", test, 0, 1 + 1e-9)
    new_writers = checks.seeds("new_writers", new_writers, 0, 1 + 1e-9)
    values = (notebook, idea, f"{size:,}", _spread(test), _spread(new_writers))
    return dict(zip(COLUMNS, values))


def show(*measured):
    """Print the rows of earlier notebooks as recorded, and below them those
    just measured.
    """
    if not measured:
        raise ValueError("measured: got nothing, expected rows, from row(…)")
    for one in measured:
        if not isinstance(one, dict) or set(one) != set(COLUMNS):
            raise ValueError(
                f"measured: got {checks.shown(one)}, expected what row(…)"
                " returns"
            )
    rows = [
        r for r in recorded() if r["notebook"] < measured[0]["notebook"]
    ] + list(measured)
    table = [COLUMNS, *([r[c] for c in COLUMNS] for r in rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table:
        print(
            "   ".join(
                f"{cell:{width}}" for cell, width in zip(line, widths)
            ).rstrip()
        )


def _spread(values):
    return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"

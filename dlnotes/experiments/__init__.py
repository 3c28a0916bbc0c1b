"""The few runs too long for a notebook: script, result, checksum.

Each is a module, and ``python -m dlnotes.experiments.NAME`` writes its result
beside it. A notebook reads that result, and runs a small part of it again, by
the same code.
"""

import csv
import hashlib
import io
from importlib.resources import files
from pathlib import Path

import numpy as np


def result(name):
    """The recorded result of an experiment: a dictionary of columns, as arrays.

    Columns of numbers are float arrays, others arrays of strings. A file that
    somebody has changed since the experiment wrote it is refused.

    >>> table = result("double_descent")
    >>> list(table)[:6]
    ['noise', 'width', 'parameters', 'seed', 'train_error', 'test_error']
    >>> table["test_error"][(table["width"] == 200) & (table["noise"] == 0.15)]
    array([0.5612, 0.566 , 0.5708, 0.5528, 0.538 ])
    """
    folder = files(__package__)
    names = sorted(p.name for p in folder.iterdir() if p.name.endswith(".csv"))
    if f"{name}.csv" not in names:
        known = ", ".join(n.removesuffix(".csv") for n in names)
        raise ValueError(f"name: got {name!r}, expected one of {known}")
    # universal newlines: a checkout on Windows may have changed them
    text = folder.joinpath(f"{name}.csv").read_text(encoding="utf-8")
    recorded = folder.joinpath(f"{name}.sha256").read_text(encoding="utf-8")
    if _checksum(text) != recorded.split()[0]:
        raise ValueError(f"name: {name}.csv is not what the experiment wrote")
    first, *rows = csv.reader(io.StringIO(text))
    return {name: _column(values) for name, values in zip(first, zip(*rows))}


def record(script, columns, rows):
    """Write the rows of an experiment beside its script, and their checksum.

    ``rows`` may be a generator: a row is kept as soon as it is there.
    """
    path = Path(script).with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        for row in rows:
            table.writerow(row)
            file.flush()
    line = f"{_checksum(path.read_text(encoding='utf-8'))}  {path.name}\n"
    path.with_suffix(".sha256").write_text(line, encoding="utf-8")


def tuned(score, rates, factor, choices=(None,)):
    """The choice and the rate of the least ``score(choice, rate)``.

    A best rate at an end of its list says that the list was too short: it gets
    one more there, ``factor`` times further, until the best lies between two.

    >>> tuned(lambda choice, rate: abs(rate - 20), [1, 2], 2)
    (None, 16.0)
    """
    rates, scores = [float(f"{rate:.2g}") for rate in sorted(rates)], {}
    while True:
        for rate in rates:
            for choice in choices:
                if (choice, rate) not in scores:
                    scores[choice, rate] = score(choice, rate)
        choice, rate = min(scores, key=scores.get)
        if rates[0] < rate < rates[-1]:
            return choice, rate
        if rate == rates[0]:
            rates.insert(0, float(f"{rate / factor:.2g}"))
        else:
            rates.append(float(f"{rate * factor:.2g}"))


def _checksum(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _column(values):
    try:
        return np.array(values, float)
    except ValueError:
        return np.array(values)

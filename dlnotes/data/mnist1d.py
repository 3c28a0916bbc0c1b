"""MNIST-1D, generated: ten templates, each example padded, stretched, moved,
sheared and noisy.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import checks

LENGTH, PADDING, SHIFT = 12, (36, 60), 48
SCALE, SHEAR, CORRELATED, INDEPENDENT = 0.4, 0.75, 0.25, 0.02

# One row a digit: the height of a pen that is drawn from left to right.
TEMPLATES = np.array(
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)


class Signals(NamedTuple):
    """Fresh examples: x of shape (N, 40), y of shape (N,); and of each, how far
    to the right its template begins, in samples, and its factor.
    """

    x: np.ndarray
    y: np.ndarray
    shift: np.ndarray
    scale: np.ndarray


class MNIST1D(NamedTuple):
    """4 000 training and 5 000 test examples: x of shape (N, 40), y of shape
    (N,).
    """

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@lru_cache(maxsize=1)
def _arrays():
    x, y = _generate(5000, np.random.RandomState(42))
    more, more_y = _generate(4000, np.random.RandomState(43))
    mean, std = x.mean(), x.std()
    x, more = (x - mean) / std, (more - mean) / std
    return (
        mean,
        std,
        x[:4000],
        y[:4000],
        np.concatenate([x[4000:], more]),
        np.concatenate([y[4000:], more_y]),
    )


def mnist1d():
    """MNIST-1D, ten classes of signals with 40 samples: hard enough to tell
    models apart.

    4 000 training and 5 000 test examples. The training set and the first 1 000
    test examples are the published ones (seed 42, mean 0 and variance 1
    together); 4 000 more test examples come from the same generator, seed 43,
    because 1 000 leave a standard error of 1.5 points.

    Provenance: S. Greydanus and D. Kobak, "Scaling down Deep Learning with
    MNIST-1D", 2020, arXiv:2011.14439; the generator follows their package
    mnist1d, licence Apache 2.0.

    >>> data = mnist1d()
    >>> data.x.shape, data.x_test.shape
    ((4000, 40), (5000, 40))
    """
    return MNIST1D(*(a.copy() for a in _arrays()[2:]))


def mnist1d_fresh(n, rng):
    """n examples that nobody has seen, from MNIST-1D's generator, on the scale
    of `mnist1d`.

    Classes are drawn evenly. What the generator knows of an example comes with
    it: ``shift``, where the template begins, 0 to 26 samples, and ``scale``,
    its factor, 0.8 to 1.2.

    >>> fresh = mnist1d_fresh(3, np.random.default_rng(0))
    >>> fresh.x.shape, fresh.y.tolist()
    ((3, 40), [8, 6, 5])
    >>> fresh.shift.round(1).tolist(), fresh.scale.round(2).tolist()
    ([6.6, 13.7, 7.1], [0.81, 1.06, 1.08])
    """
    y = checks.generator("rng", rng).integers(10, size=checks.count("n", n))
    templates = _templates()
    rows = [_example(templates[k], rng) for k in y]
    x, shift, scale = (np.array(part) for part in zip(*rows))
    mean, std = _arrays()[:2]
    return Signals((x - mean) / std, y, shift, scale)


def _generate(n, rng):
    """n examples before standardisation, and their labels, shuffled.

    ``rng`` is NumPy's frozen legacy generator: the published set was drawn with
    it.
    """
    templates = _templates()
    y = np.repeat(np.arange(10), n // 10)
    x = np.stack([_example(templates[k], rng)[0] for k in y])
    order = rng.permutation(n)
    return x[order], y[order]


def _templates():
    """Each begins and ends at 0."""
    templates = TEMPLATES - TEMPLATES.mean(axis=1, keepdims=True)
    templates /= templates.std(axis=1, keepdims=True)
    return (templates - templates[:, :1]) / 6


def _example(template, rng):
    """The signal, where its template begins, and its factor."""
    low, high = PADDING
    padded = np.concatenate(
        [template + 1e-8, np.zeros(low + int(rng.random() * (high - low + 1)))]
    )
    x = _resample(padded, LENGTH + high)
    scale = 1 + SCALE * (rng.random() - 0.5)
    start = rng.choice(SHIFT)
    x = np.roll(x * scale, start)
    noise = _smooth(CORRELATED * rng.standard_normal(x.size))
    x = np.where(x != 0, x, noise)
    x += INDEPENDENT * rng.standard_normal(x.size)
    x -= SHEAR * (rng.random() - 0.5) * np.linspace(-0.5, 0.5, x.size)
    return _resample(x, 40), start * 39 / (x.size - 1), scale


def _resample(x, n):
    return np.interp(np.linspace(0, 1, n), np.linspace(0, 1, x.size), x)


def _smooth(x):
    """A Gaussian filter of width 2, with mirrored ends."""
    k = np.arange(-8, 9)
    kernel = np.exp(-0.125 * k * k)
    return np.convolve(
        np.pad(x, 8, mode="symmetric"), kernel / kernel.sum(), mode="valid"
    )

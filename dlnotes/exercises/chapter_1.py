"""The answers to the exercises of chapter 1."""

import math

import numpy as np

EXERCISES = {}

# 1.1 One hidden layer, and two in a row --------------------------------------

EXERCISES["joint"] = (
    None,
    1.5,
    {
        "Mind the sign: solve β + ωx = 0 for x.": -1.5,
        "That is β divided the other way round.": 2 / 3,
        "That is the bias without its sign; the weight stretches the line,"
        " too.": (3.0),
    },
)

EXERCISES["shallow-by-hand"] = (
    None,
    1.75,
    {
        "The third unit's pre-activation is -2: the ReLU makes it 0.": 5.75,
        "The last bias is missing.": 2.75,
        "The last bias is subtracted: it is negative.": 3.75,
        "The second unit faces left: at x = -1 its line is 0.5 + 1.": -0.5,
    },
)


def _relu(z):
    return np.maximum(0, z)


def _leaky(z):
    return np.maximum(0.25 * z, z)


def _arrays(rng):
    x = rng.normal(size=(4, 3))
    return [(np.array([-2.0, 0.0, 3.0]), _relu), (x, _relu), (x, _leaky)]


EXERCISES["absolute-value"] = (
    _arrays,
    lambda x, a: a(x) + a(-x),
    {
        "For negative x that is 0. One more unit, which faces left, is"
        " needed.": lambda x, a: a(x),
        "The minus makes it x itself: both units must push upwards.": (
            lambda x, a: a(x) - a(-x)
        ),
        "Here a is another activation, and the result does not change: let a"
        " do the work.": lambda x, a: np.abs(x),
        "Here a is another activation, and x itself is in the sum: only units"
        " may read it.": lambda x, a: 2 * a(x) - x,
    },
)

EXERCISES["pieces-of-a-composition"] = (
    None,
    25,
    {
        "Four joints make five pieces.": 20,
        "The pieces of g are repeated in each piece of f: multiply.": 10,
        "One network's units are counted, the other one's pieces; and they"
        " do not add up.": 9,
        "At a fold the direction changes, so the pieces left and right of it"
        " are two.": (21),
    },
)


def _link(rng):
    shapes = (3, 3), (2, 4), (5, 2)
    return [
        (
            rng.normal(size=(1, d)),
            rng.normal(size=1),
            rng.normal(size=(e, 1)),
            rng.normal(size=e),
        )
        for d, e in shapes
    ]


EXERCISES["merge-networks"] = (
    _link,
    lambda v, c, w, b: (w @ v, b + w @ c),
    {
        "The bias of the first network goes through the second one's weights;"
        " it is not lost.": lambda v, c, w, b: (
            w @ v,
            b,
        ),
        "The bias c has to be multiplied by w, too.": lambda v, c, w, b: (
            w @ v,
            b + c,
        ),
        "That is the transpose: the new weights read D units and feed D'.": (
            lambda v, c, w, b: ((w @ v).T, b + w @ c)
        ),
    },
)

# 1.2 K layers: shapes, parameters, and how many pieces -----------------------

EXERCISES["shape-of-omega"] = (
    None,
    (4, 5),
    {
        "A matrix has one row for each unit that it feeds, one column for"
        " each that it reads.": (
            5,
            4,
        ),
        "That is the first matrix; they are counted from 0.": (5, 3),
        "That is the last matrix.": (2, 4),
    },
)


def _widths(rng):
    return [([1, 3, 1],), ([3, 5, 4, 2],), ([64, 64, 32, 10],)]


def _parameters(widths):
    return sum(b * (a + 1) for a, b in zip(widths, widths[1:]))


EXERCISES["count-parameters"] = (
    _widths,
    _parameters,
    {
        "Those are the weights only; every unit has a bias, too.": (
            lambda w: sum(a * b for a, b in zip(w, w[1:]))
        ),
        "The output units have biases, too.": lambda w: _parameters(w) - w[-1],
        "A bias belongs to each unit that a layer feeds, not to each that it"
        " reads.": lambda w: sum(a * (b + 1) for a, b in zip(w, w[1:])),
    },
)

EXERCISES["facing-right"] = (
    None,
    5**5 + 1,
    {
        "Teeth multiply from layer to layer; the flat piece on the left"
        " remains one piece.": 6**5,
        "The flat piece counts, too.": 5**5,
        "Teeth multiply from layer to layer; they do not add up.": 26,
        "Five units facing right make five teeth between 0 and 1.": 4**5 + 1,
    },
)


def _recursion(D, d):
    return (
        1
        if D == 0 or d == 0
        else _recursion(D - 1, d) + _recursion(D - 1, d - 1)
    )


EXERCISES["zaslavsky-recursion"] = (
    lambda rng: [(0, 2), (4, 1), (3, 2), (7, 3), (6, 6), (10, 2)],
    _recursion,
    {
        "That is 2ᴰ: the last hyperplane does not divide every region, only"
        " those that it meets.": (lambda D, d: 2**D),
        "That is Pascal's triangle itself; with 0 dimensions there is one"
        " region.": (math.comb),
    },
)

# 1.3 Backpropagation: by hand, as a graph, in matrices -----------------------

EXERCISES["backprop-by-hand-exercise"] = (
    None,
    np.array([0.0, 0, 4, 12, 0, 4, 0, -12, -4]),
    {
        "Unit 1 is silent, its pre-activation is -1: nothing passes through"
        " its ReLU.": np.array([-12.0, -36, 4, 12, -12, 4, 0, -12, -4]),
        "The derivative of the square has a factor 2.": np.array(
            [0.0, 0, 2, 6, 0, 2, 0, -6, -2]
        ),
        "The sign is turned round: the derivative of (f - y)² is 2 (f - y).": (
            np.array([0.0, 0, -4, -12, 0, -4, 0, 12, 4])
        ),
        "The ReLU was forgotten on the way forward.": np.array(
            [-36.0, -108, 12, 36, -36, 12, 12, -36, -12]
        ),
    },
)

EXERCISES["paths"] = (
    None,
    10_000,
    {
        "That is the number of units; a path chooses one unit in each layer.": (
            40
        ),
        "Those are the arrows between hidden layers; a path is a way along"
        " several of them.": (300),
        "There are five steps from layer to layer, but only the four hidden"
        " layers leave a choice.": (10**5),
        "There are four hidden layers, so four choices.": 10**3,
        "Those are all arrows; a path is a way along several of them.": 320,
    },
)


def _two_numbers(rng):
    return [(6.0, 3.0), (-1.0, 4.0), (2.0, -0.5)]


EXERCISES["division-rule"] = (
    _two_numbers,
    lambda a, b: (a / b, 1 / b, -a / b**2),
    {
        "If b grows, a/b gets smaller: a minus is missing.": lambda a, b: (
            a / b,
            1 / b,
            a / b**2,
        ),
        "The derivative of 1/b is -1/b².": lambda a, b: (a / b, 1 / b, -a / b),
        "The derivative by b is still multiplied by a.": lambda a, b: (
            a / b,
            1 / b,
            -1 / b**2,
        ),
    },
)


def _several_layers(rng):
    cases = []
    for widths in (2, 3, 1), (3, 4, 4, 4, 2), (2, 5, 1, 4, 3, 2), (4, 2):
        pairs = list(zip(widths, widths[1:]))
        Omega = [rng.normal(size=(b, a)) for a, b in pairs]
        beta = [rng.normal(size=b) for _, b in pairs]
        cases.append(
            (
                Omega,
                beta,
                rng.normal(size=widths[0]),
                rng.normal(size=widths[-1]),
            )
        )
    return cases


def _backprop(
    Omega,
    beta,
    x,
    y,
    factor=2,
    awake=lambda f, h, k: f[k - 1] > 0,
    act_last=False,
):
    K = len(Omega) - 1
    h, f = [x], []
    for k in range(K + 1):
        f.append(beta[k] + Omega[k] @ h[k])
        h.append(np.maximum(f[k], 0))
    df = factor * ((h[-1] if act_last else f[K]) - y)
    derivatives = []
    for k in reversed(range(K + 1)):
        derivatives = [np.outer(df, h[k]), df, *derivatives]
        if k > 0:
            df = awake(f, h, k) * (Omega[k].T @ df)
    return tuple(derivatives)


EXERCISES["backprop-k-layers"] = (
    _several_layers,
    _backprop,
    {
        "The derivative of the square has a factor 2.": lambda *args: _backprop(
            *args, factor=1
        ),
        "Silent units let something through: multiply by a'[f], or test h >"
        " 0, not h >= 0.": lambda *args: _backprop(
            *args, awake=lambda f, h, k: 1.0
        ),
        "There is no ReLU after the last layer.": lambda *args: _backprop(
            *args, act_last=True
        ),
        "The ReLU's slope is 1, not its output.": lambda *args: _backprop(
            *args, awake=lambda f, h, k: h[k]
        ),
        "A derivative has the shape of its matrix: one row for each unit that"
        " it feeds.": lambda *args: tuple(d.T for d in _backprop(*args)),
        "Return the derivatives from the first layer to the last: Omega_0"
        " first.": lambda *args: tuple(
            d
            for k in reversed(range(len(args[0])))
            for d in _backprop(*args)[2 * k : 2 * k + 2]
        ),
    },
)

# 1.4 Backpropagation reads digits --------------------------------------------


def _layer(rng):
    return [
        (rng.normal(size=(n, 3)), rng.normal(size=(n, 4))) for n in (1, 5, 8)
    ]


def _logits(rng):
    return [(rng.normal(size=(n, 4)), rng.integers(0, 4, n)) for n in (3, 10)]


def _counts(rng):
    return [
        (rng.integers(0, 20, (k, k)) + np.eye(k, dtype=int),)
        for k in (3, 5, 10)
    ]


EXERCISES["parameter-count"] = (
    None,
    6570,
    {
        "Those are the weights only; every unit has a bias, too.": (
            64 * 64 + 64 * 32 + 32 * 10
        ),
        "A layer from D inputs has D + 1 parameters for each of its units;"
        " the bias belongs to the output side, not to the input side.": (
            64 * 65 + 64 * 33 + 32 * 11
        ),
    },
)

EXERCISES["layer-gradients"] = (
    _layer,
    lambda df, h: (df.T @ h, df.sum(axis=0)),
    {
        "That is the transpose: the derivative has the shape of Ω, (D_out,"
        " D_in).": lambda df, h: (
            h.T @ df,
            df.sum(axis=0),
        ),
        "β is added to every example, so its derivative is a sum over the"
        " examples, not a mean: the 1/N of the loss is in df"
        " already.": lambda df, h: (
            df.T @ h,
            df.mean(axis=0),
        ),
        "A second 1/N: that of the loss is in df already.": lambda df, h: (
            df.T @ h / len(df),
            df.sum(axis=0) / len(df),
        ),
        "The bias gradient is summed over the wrong axis: one number a unit"
        " is wanted, not one an example.": lambda df, h: (
            df.T @ h,
            df.sum(axis=1),
        ),
    },
)

EXERCISES["initial-loss"] = (
    None,
    1.0,
    {
        "Only one of the ten outputs misses its target; the loss sums over"
        " the outputs and averages over the examples.": 0.1,
        "Only one of the ten targets differs from 0.": 10.0,
        "That is the cross-entropy of ten equal probabilities; here the loss"
        " is the squared error.": (2.302585),
        "There is no factor ½ in this book's squared error.": 0.5,
    },
)


def _worst_pair(counts):
    errors = counts - np.diag(np.diag(counts))
    row, column = np.unravel_index(errors.argmax(), errors.shape)
    return int(row), int(column)


def _symmetric_pair(counts):
    errors = counts + counts.T - 2 * np.diag(np.diag(counts))
    return tuple(
        int(i) for i in np.unravel_index(errors.argmax(), errors.shape)
    )


EXERCISES["worst-confusion"] = (
    _counts,
    _worst_pair,
    {
        "The diagonal holds the right answers; leave it out.": lambda c: tuple(
            int(i) for i in np.unravel_index(c.argmax(), c.shape)
        ),
        "The order matters: first the true class (the row), then the"
        " predicted one.": lambda c: _worst_pair(c)[::-1],
        "That adds both directions of a confusion; here (true, predicted) is"
        " one entry.": (_symmetric_pair),
    },
)

EXERCISES["squared-error-gradient"] = (
    _logits,
    lambda f, y: 2 * (f - np.eye(f.shape[1])[y]) / len(f),
    {
        "The loss is the mean over the examples, so its derivative is divided"
        " by N.": (lambda f, y: 2 * (f - np.eye(f.shape[1])[y])),
        "The derivative of a square brings down a factor 2.": (
            lambda f, y: (f - np.eye(f.shape[1])[y]) / len(f)
        ),
        "Divide by the number of examples only: over the outputs the loss is"
        " a sum.": (lambda f, y: 2 * (f - np.eye(f.shape[1])[y]) / f.size),
        "The sign is turned round: the derivative is positive where the"
        " output is too large.": (
            lambda f, y: -2 * (f - np.eye(f.shape[1])[y]) / len(f)
        ),
    },
)


# 1.5 Bug museum I ------------------------------------------------------------


def _relu_outputs(rng):
    return [
        (rng.normal(size=(n, 3)), np.maximum(rng.normal(size=(n, 3)), 0))
        for n in (3, 5)
    ]


EXERCISES["museum-relu"] = (
    _relu_outputs,
    lambda dh, h: dh * (h > 0),
    {
        "That is the exhibit: after a ReLU h >= 0 is always true.": (
            lambda dh, h: dh * (h >= 0)
        ),
        "The slope of a ReLU is 0 or 1, not its output.": lambda dh, h: dh * h,
        "That tests the derivative, not the unit.": lambda dh, h: dh * (dh > 0),
    },
)


def _square_first(rng):
    shapes = (4, 3, 3), (5, 3, 2), (2, 4, 6)
    return [
        (rng.normal(size=(n, b)), rng.normal(size=(b, a))) for n, b, a in shapes
    ]


EXERCISES["museum-transpose"] = (
    _square_first,
    lambda df, Omega: df @ Omega,
    {
        "That is the exhibit: it fits square layers only. With rows there is"
        " no transpose here.": lambda df, Omega: (
            df @ Omega.T if len(set(Omega.shape)) == 1 else df @ Omega
        ),
        "Examples are rows: (N, D_in).": lambda df, Omega: (df @ Omega).T,
    },
)


def _outputs(rng):
    return [
        (rng.normal(size=(n, c)), rng.normal(size=(n, c)))
        for n, c in ((4, 4), (7, 3))
    ]


EXERCISES["museum-mean"] = (
    _outputs,
    lambda out, y: 2 * (out - y) / len(y),
    {
        "That is the exhibit: the mean over the examples is missing.": (
            lambda out, y: 2 * (out - y)
        ),
        "Divide by the number of examples only: over the outputs the loss is"
        " a sum.": (lambda out, y: 2 * (out - y) / out.size),
        "The factor 2 of the square is missing.": lambda out, y: (
            (out - y) / len(y)
        ),
    },
)


def _square_batch(rng):
    return [(rng.normal(size=shape),) for shape in ((4, 4), (5, 2), (1, 3))]


EXERCISES["museum-axis"] = (
    _square_batch,
    lambda df: df.sum(axis=0),
    {
        "That is the exhibit: one number an example. Sum over the examples"
        " instead.": lambda df: df.sum(axis=1),
        "A sum, not a mean: the 1/N is in df already.": lambda df: df.mean(
            axis=0
        ),
    },
)


def _two_layers(rng):
    return [
        (
            rng.normal(size=(h, d)),
            rng.normal(size=(c, h)),
            rng.normal(size=(n, d)),
            rng.normal(size=(n, c)),
            alpha,
        )
        for n, d, h, c, alpha in ((5, 3, 4, 2, 0.1), (7, 4, 4, 4, 0.03))
    ]


def _step(Omega_0, Omega_1, x, y, alpha, early=False, N=None):
    h = np.maximum(x @ Omega_0.T, 0)
    df = 2 * (h @ Omega_1.T - y) / (N or len(x))
    new = Omega_1 - alpha * df.T @ h
    df_0 = (df @ (new if early else Omega_1)) * (h > 0)
    return Omega_0 - alpha * df_0.T @ x, new


EXERCISES["museum-early-exercise"] = (
    _two_layers,
    _step,
    {
        "That is the exhibit: Omega_1 was changed before the derivative"
        " passed through it.": lambda *args: _step(*args, early=True),
        "The mean over the examples is missing.": lambda *args: _step(
            *args, N=1
        ),
        "The wrong way: gradient descent subtracts.": lambda *args: _step(
            *args[:4], -args[4]
        ),
    },
)

EXERCISES["museum-sixth-exercise"] = (1, 2, 3, 4, 5), (3, 5, 4, 2), {}

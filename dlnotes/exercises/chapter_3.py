"""The answers to the exercises of chapter 3."""

import numpy as np

EXERCISES = {}

# 3.1 Paralysis and explosion -------------------------------------------------


def _outputs_of_tanh(rng):
    return [
        (rng.normal(size=s), np.tanh(rng.normal(size=s)))
        for s in ((4, 3), (7, 2))
    ]


EXERCISES["tanh-backward"] = (
    _outputs_of_tanh,
    lambda dh, h: dh * (1 - h**2),
    {
        "That is the derivative of the sigmoid.": lambda dh, h: (
            dh * h * (1 - h)
        ),
        "h is already the output: do not call tanh again.": (
            lambda dh, h: dh * (1 - np.tanh(h) ** 2)
        ),
        "Multiply by dh: the chain rule.": lambda dh, h: 1 - h**2,
    },
)

EXERCISES["quarter-layers"] = (
    None,
    10,
    {
        "4⁹ is 262 144: not yet a million.": 9,
        "That is the number of bits of a million; a quarter is two bits.": 20,
    },
)


def _weights(rng):
    return [
        (a, a + 0.1 * rng.normal(size=a.shape))
        for a in (rng.normal(size=(4, 3)), np.ones(5))
    ]


EXERCISES["relative-update"] = (
    _weights,
    lambda before, after: (
        np.linalg.norm((after - before).ravel())
        / np.linalg.norm(before.ravel())
    ),
    {
        "Divide by the length before, not after.": lambda before, after: (
            np.linalg.norm((after - before).ravel())
            / np.linalg.norm(after.ravel())
        ),
        "That is the ratio of squares; take the root.": lambda before, after: (
            np.sum((after - before) ** 2) / np.sum(before**2)
        ),
        "Take the length of the change, not the change of the length.": (
            lambda before, after: abs(
                np.linalg.norm(after.ravel()) / np.linalg.norm(before.ravel())
                - 1
            )
        ),
    },
)

# 3.2 Initialization ----------------------------------------------------------

EXERCISES["he-compromise"] = (
    None,
    0.008,
    {
        "That is the arithmetic mean of the two variances.": 0.0125,
        "That is He's rule by fan-in.": 0.02,
        "That is He's rule by fan-out.": 0.005,
        "That is Glorot's; ReLU needs twice as much.": 0.004,
    },
)

EXERCISES["glorot-radius"] = (
    lambda rng: [
        tuple(int(d) for d in rng.integers(10, 500, 2)) for _ in range(3)
    ],
    lambda d_in, d_out: np.sqrt(6 / (d_in + d_out)),
    {
        "The root belongs over the variance, too: r = √(3 σ²), not √3 σ².": (
            lambda d_in, d_out: np.sqrt(3) * 2 / (d_in + d_out)
        ),
        "That is the standard deviation.": lambda d_in, d_out: np.sqrt(
            2 / (d_in + d_out)
        ),
        "That is LeCun's: Glorot takes both widths.": lambda d_in, d_out: (
            np.sqrt(3 / d_in)
        ),
        "That is He's: Glorot takes both widths.": lambda d_in, d_out: np.sqrt(
            6 / d_in
        ),
    },
)


def _at_nodes(rng):
    z, w = np.polynomial.hermite_e.hermegauss(100)
    w = w / w.sum()
    return [(np.tanh(z), w), (np.maximum(z, 0), w), (z**2, w)]


EXERCISES["gain"] = (
    _at_nodes,
    lambda a, w: 1 / np.sum(w * a**2),
    {
        "That is the share which is kept; the gain makes up for it.": (
            lambda a, w: np.sum(w * a**2)
        ),
        "The nodes do not count alike: use the weights.": lambda a, w: (
            1 / np.mean(a**2)
        ),
        "That is the factor of the weights, PyTorch's gain; this book's is"
        " that of their variance.": lambda a, w: 1 / np.sqrt(np.sum(w * a**2)),
        "The mean square, not the variance.": (
            lambda a, w: 1 / (np.sum(w * a**2) - np.sum(w * a) ** 2)
        ),
    },
)

# 3.3 The LEGO box of activations ---------------------------------------------

EXERCISES["kills"] = (
    None,
    -5.0,
    {
        "That is the sum of all weights; an input may be 0 where a weight is"
        " negative.": -4.0,
        "Then the unit is on for large inputs.": 1.0,
        "The negative weight helps to kill: leave it out.": -6.0,
        "The sign: the bias has to outweigh what is positive.": 5.0,
    },
)

EXERCISES["leaky-gain"] = (
    None,
    2 / 1.04,
    {
        "That is He's factor for ReLU; a leak keeps a little more.": 2.0,
        "Squares are added: 1 + s², not 1 + s.": 2 / 1.2,
        "That is the share which is kept; the factor makes up for it.": 0.52,
    },
)


def _pre_activations(rng):
    return [(rng.normal(size=s), rng.normal(size=s)) for s in ((5, 3), (2, 7))]


EXERCISES["prelu-slope"] = (
    _pre_activations,
    lambda dh, z: np.sum(dh * np.minimum(z, 0)),
    {
        "The derivative of s z with respect to s is z, not s or 1.": (
            lambda dh, z: np.sum(dh * (z < 0))
        ),
        "All units share the slope: one sum over everything.": lambda dh, z: (
            np.sum(dh * np.minimum(z, 0), axis=0)
        ),
        "A sum over the examples, not a mean: dh has the 1/N already.": (
            lambda dh, z: np.mean(dh * np.minimum(z, 0))
        ),
        "Multiply by dh: the chain rule.": lambda dh, z: np.sum(
            np.minimum(z, 0)
        ),
        "The slope acts where z is negative.": lambda dh, z: np.sum(
            dh * np.maximum(z, 0)
        ),
    },
)

EXERCISES["elu-slope"] = (
    lambda rng: [(rng.normal(size=(4, 3)), 0.7), (3 * rng.normal(size=9), 1.5)],
    lambda z, alpha: np.where(z < 0, alpha * np.exp(np.minimum(z, 0)), 1.0),
    {
        "That is the function, not its slope.": lambda z, alpha: np.where(
            z < 0, alpha * np.expm1(np.minimum(z, 0)), z
        ),
        "The -1 is a constant: it goes.": lambda z, alpha: np.where(
            z < 0, alpha * np.expm1(np.minimum(z, 0)), 1.0
        ),
        "And alpha?": lambda z, alpha: np.where(
            z < 0, np.exp(np.minimum(z, 0)), 1.0
        ),
        "On the right the slope is 1.": lambda z, alpha: (
            alpha * np.exp(np.minimum(z, 0))
        ),
    },
)

EXERCISES["selu-he"] = (
    None,
    1.0507**2,
    {
        "Squares are multiplied by λ², not λ.": 1.0507,
        "That is LeCun's variance; He's is twice as large.": 1.0507**2 / 2,
        "Half of the pre-activations are negative, and count next to"
        " nothing.": 2 * 1.0507**2,
    },
)

# 3.4 Centre and scale ---------------------------------------------------------

EXERCISES["units"] = (
    None,
    (0.01, 100.0, 10_000.0),
    {
        "The prediction w x stays what it is: where x grows, w shrinks.": (
            100.0,
            100.0,
            10_000.0,
        ),
        "By the chain rule the derivative is δ x: it grows as x does.": (
            0.01,
            0.01,
            0.0001,
        ),
        "The curvature is 2 x² on average: a square.": (0.01, 100.0, 100.0),
    },
)


def _with_a_constant(rng):
    """Examples, and new ones; one feature is constant in the first."""
    x = 5 * rng.normal(size=(12, 4)) + rng.normal(size=4)
    x[:, 2] = 3
    return [(x, rng.normal(size=(n, 4))) for n in (5, 7)]


def _standardized(x, new):
    s = x.std(axis=0)
    return (new - x.mean(axis=0)) / np.where(s > 0, s, 1)


EXERCISES["standardize"] = (
    _with_a_constant,
    _standardized,
    {
        "Those are the statistics of the new examples: take those of x.": (
            lambda x, new: (new - new.mean(axis=0)) / new.std(axis=0)
        ),
        "One mean and one standard deviation for each feature: axis=0.": (
            lambda x, new: (new - x.mean()) / x.std()
        ),
        "Return the new examples, not x.": lambda x, new: _standardized(x, x),
        "Divide by the standard deviation, not by the variance.": (
            lambda x, new: (
                (new - x.mean(axis=0))
                / np.where(x.var(axis=0) > 0, x.var(axis=0), 1)
            )
        ),
        "Centred, but not scaled.": lambda x, new: new - x.mean(axis=0),
        "A feature that is constant in x is centred, too, and divided by 1.": (
            lambda x, new: np.where(x.std(axis=0) > 0, _standardized(x, new), 0)
        ),
    },
)


def _batches(rng):
    return [
        (
            rng.normal(size=s),
            3 * rng.normal(size=s) + 1,
            rng.normal(size=s[1]),
            eps,
        )
        for s, eps in (((6, 3), 1e-5), ((4, 2), 0.1))
    ]


def _hat(x, eps):
    s = np.sqrt(x.var(axis=0) + eps)
    return (x - x.mean(axis=0)) / s, s


def _through_the_batch(dz, x, gamma, eps, mean=1, square=1):
    hat, s = _hat(x, eps)
    dhat = gamma * dz
    dx = dhat - mean * dhat.mean(axis=0)
    return (dx - square * hat * (dhat * hat).mean(axis=0)) / s


EXERCISES["batch-norm-backward-exercise"] = (
    _batches,
    _through_the_batch,
    {
        "That is only the direct way: x acts through the mean and through the"
        " variance, too.": lambda dz, x, gamma, eps: _through_the_batch(
            dz, x, gamma, eps, 0, 0
        ),
        "x acts through the variance, too.": (
            lambda dz, x, gamma, eps: _through_the_batch(
                dz, x, gamma, eps, 1, 0
            )
        ),
        "x acts through the mean, too.": (
            lambda dz, x, gamma, eps: _through_the_batch(
                dz, x, gamma, eps, 0, 1
            )
        ),
        "Multiply dz by gamma first.": (
            lambda dz, x, gamma, eps: _through_the_batch(dz, x, 1, eps)
        ),
        "Divide by the standard deviation at the end.": (
            lambda dz, x, gamma, eps: (
                _through_the_batch(dz, x, gamma, eps) * _hat(x, eps)[1]
            )
        ),
        "eps is added to the variance, not to its root.": (
            lambda dz, x, gamma, eps: _through_the_batch(
                dz, x, gamma, eps**2 + 2 * eps * x.std(axis=0)
            )
        ),
        "Means over the batch, not sums.": (
            lambda dz, x, gamma, eps: _through_the_batch(
                dz, x, gamma, eps, len(x), len(x)
            )
        ),
    },
)

EXERCISES["running-variance"] = (
    None,
    (1.3, 0.9 + 2.8 / 3),
    {
        "The variance that runs has the divisor m - 1.": (
            0.9 + 0.8 / 3,
            0.9 + 5.6 / 9,
        ),
        "ρ is the weight of the new value, not of the old one.": (
            3.7,
            0.1 + 8.4,
        ),
        "Those are the variances of the batch; they enter with the weight"
        " 0.1.": (4.0, 28 / 3),
        "The average starts from 1, and 0.9 of that is left.": (0.4, 2.8 / 3),
    },
)


def _layers(rng):
    def case(d_out, d_in, eps):
        Omega, bias = rng.normal(size=(d_out, d_in)), rng.normal(size=d_out)
        gamma, beta, mean = rng.normal(size=(3, d_in))
        return Omega, bias, gamma, beta, mean, rng.uniform(1, 4, d_in), eps

    return [case(3, 2, 1e-5), case(4, 4, 0.5)]


def _folded(Omega, bias, gamma, beta, mean, var, eps):
    factor = gamma / np.sqrt(var + eps)
    return Omega * factor, bias + Omega @ (beta - factor * mean)


EXERCISES["fold"] = (
    _layers,
    _folded,
    {
        "Divide by the root of var + eps.": (
            lambda Omega, bias, gamma, beta, mean, var, eps: _folded(
                Omega, bias, gamma, beta, mean, (var + eps) ** 2, 0
            )
        ),
        "eps is part of what the finished network divides by.": (
            lambda Omega, bias, gamma, beta, mean, var, eps: _folded(
                Omega, bias, gamma, beta, mean, var, 0
            )
        ),
        "The layer has biases of its own, which stay.": (
            lambda Omega, bias, gamma, beta, mean, var, eps: _folded(
                Omega, 0, gamma, beta, mean, var, eps
            )
        ),
        "The running mean is subtracted, and goes through the weights.": (
            lambda Omega, bias, gamma, beta, mean, var, eps: _folded(
                Omega, bias, gamma, beta, 0, var, eps
            )
        ),
        "The shift beta goes through the weights, too.": (
            lambda Omega, bias, gamma, beta, mean, var, eps: _folded(
                Omega, bias, gamma, 0, mean, var, eps
            )
        ),
        "The mean is divided by the standard deviation, and multiplied by"
        " gamma, before the weights see it.": (
            lambda Omega, bias, gamma, beta, mean, var, eps: (
                Omega * gamma / np.sqrt(var + eps),
                bias + Omega @ (beta - mean),
            )
        ),
    },
)

# 3.5 Steps: SGD, momentum, Nesterov, clipping --------------------------------

EXERCISES["classical-rate"] = (
    None,
    0.5,
    {
        "The other way round: α(1-β) = η.": 0.005,
        "Without a conversion every step is ten times shorter.": 0.05,
    },
)


def _one_step(rng):
    return [
        (
            rng.normal(size=n),
            rng.normal(size=n),
            0.1,
            0.9,
            np.arange(1.0, n + 1),
        )
        for n in (2, 5)
    ]


def _nesterov(phi, m, alpha, beta, h, ahead=1.0, fresh=1.0):
    m = beta * m + fresh * (1 - beta) * h * (phi - ahead * alpha * beta * m)
    return phi - alpha * m, m


def _torch(phi, m, alpha, beta, h):
    """PyTorch's form: the gradient here, and a step beyond the velocity."""
    g = h * phi
    v = beta * m + g
    return phi - alpha * (g + beta * v), v


def _torch_average(phi, m, alpha, beta, h):
    """The same with the average of this book."""
    g = (1 - beta) * h * phi
    m = beta * m + g
    return phi - alpha * (g + beta * m), m


EXERCISES["nesterov-step"] = (
    _one_step,
    _nesterov,
    {
        "That is momentum: take the gradient at the look-ahead point.": (
            lambda *args: _nesterov(*args, ahead=0)
        ),
        "That is PyTorch's form, which takes the gradient at φ and has no"
        " 1-β.": _torch,
        "That is PyTorch's form with an average: here the gradient is taken"
        " at the look-ahead point.": _torch_average,
        "Look ahead by α β m, not by α m.": (
            lambda phi, m, alpha, beta, h: _nesterov(
                phi, m, alpha, beta, h, ahead=1 / beta
            )
        ),
        "The gradient is weighted by 1-β: an average.": (
            lambda phi, m, alpha, beta, h: _nesterov(
                phi, m, alpha, beta, h, fresh=1 / (1 - beta)
            )
        ),
        "Look ahead against m: φ - α β m.": lambda *args: _nesterov(
            *args, ahead=-1
        ),
    },
)

EXERCISES["clip-norm"] = (
    lambda rng: [
        (np.array([0.9, 100.0]), 1.0),
        (np.array([0.3, 0.4]), 1.0),
        (rng.normal(size=9), 0.5),
        (np.zeros(3), 1.0),
    ],
    lambda g, c: g * min(1, c / max(np.linalg.norm(g), 1e-300)),
    {
        "That is by value: it changes the direction.": lambda g, c: np.clip(
            g, -c, c
        ),
        "A gradient that is short enough stays as it is.": (
            lambda g, c: c * g / max(np.linalg.norm(g), 1e-300)
        ),
        "The norm is the root of the sum of squares, not the largest entry.": (
            lambda g, c: g * min(1, c / max(np.abs(g).max(), 1e-300))
        ),
    },
)

# 3.6 One step size per weight ------------------------------------------------

EXERCISES["sign-or-length"] = (
    lambda rng: [
        (rng.normal(size=4), np.array([3.0, -4.0, 0.0, 0.1]), 0.5),
        (rng.normal(size=3), rng.normal(size=3), 0.1),
    ],
    lambda phi, g, alpha: phi - alpha * g / (np.sqrt(g * g) + 1e-8),
    {
        "That divides by the length of the whole gradient: number by number,"
        " please.": (
            lambda phi, g, alpha: phi - alpha * g / (np.linalg.norm(g) + 1e-8)
        ),
        "Downhill is against the gradient.": (
            lambda phi, g, alpha: phi + alpha * g / (np.sqrt(g * g) + 1e-8)
        ),
        "Take the root of g²: otherwise small gradients make huge steps.": (
            lambda phi, g, alpha: phi - alpha * g / (g * g + 1e-8)
        ),
    },
)


def _rmsprop(phi, g, s, kept=0.9, root=True, old=False):
    new = kept * s + (1 - kept) * g**2
    size = s if old else new
    return phi - 0.01 * g / ((np.sqrt(size) if root else size) + 1e-8), new


EXERCISES["rmsprop-step"] = (
    lambda rng: [
        (rng.normal(size=4), rng.normal(size=4), rng.random(4)),
        (rng.normal(size=3), 10 * rng.normal(size=3), 0.1 + rng.random(3)),
    ],
    _rmsprop,
    {
        "ρ is the share of the old average that is kept.": lambda *args: (
            _rmsprop(*args, kept=0.1)
        ),
        "Divide by the root of s.": lambda *args: _rmsprop(*args, root=False),
        "Divide by the root of the new s.": lambda *args: _rmsprop(
            *args, old=True
        ),
        "That is AdaGrad's sum: here s forgets.": lambda phi, g, s: (
            phi - 0.01 * g / (np.sqrt(s + g**2) + 1e-8),
            s + g**2,
        ),
    },
)


def _adam(
    phi, g, m, v, t, shift=1, inside=False, correct=True, square=True, root=True
):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * (g**2 if square else np.sum(g**2))
    m_hat = m / (1 - 0.9 ** (t + shift)) if correct else m
    v_hat = v / (1 - 0.999 ** (t + shift)) if correct else v
    size = np.sqrt(v_hat + 1e-8 * inside) if root else v_hat
    return phi - 0.001 * m_hat / (size + 1e-8 * (not inside)), m, v


def _epsilon_hat(phi, g, m, v, t):
    """The shorter form of Kingma and Ba: ε is added to the raw root."""
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    rate = 0.001 * np.sqrt(1 - 0.999 ** (t + 1)) / (1 - 0.9 ** (t + 1))
    return phi - rate * m / (np.sqrt(v) + 1e-8), m, v


def _adam_cases(rng):
    """At the start, and later; small gradients, so that the place of ε
    counts.
    """
    first = (
        rng.normal(size=3),
        1e-6 * rng.normal(size=3),
        np.zeros(3),
        np.zeros(3),
        0,
    )
    later = (
        rng.normal(size=4),
        rng.normal(size=4),
        rng.normal(size=4),
        rng.random(4),
        7,
    )
    return [first, later]


EXERCISES["adam-step"] = (
    _adam_cases,
    _adam,
    {
        "Correct the start: divide by 1 - 0.9^(t+1) and 1 - 0.999^(t+1).": (
            lambda *args: _adam(*args, correct=False)
        ),
        "The exponent is t + 1, since t starts at 0.": lambda phi, g, m, v, t: (
            _adam(phi, g, m, v, t, shift=1 if t == 0 else 0)
        ),
        "ε is added to the root, not inside it.": lambda *args: _adam(
            *args, inside=True
        ),
        "That is Kingma and Ba's shorter form, with another ε: correct m and v"
        " first, then add ε to the root.": _epsilon_hat,
        "There is a root over v: its unit is that of a square.": (
            lambda *args: _adam(*args, root=False)
        ),
        "v keeps a square for every coordinate, not their sum.": (
            lambda *args: _adam(*args, square=False)
        ),
    },
)

# 3.7 Weight decay, AdamW, and a race -----------------------------------------


def _adamw(phi, g, m, v, t, inside=False, lam=1e-4):
    if inside:
        return _adam(phi, g + 0.1 * phi, m, v, t)
    new, m, v = _adam(phi, g, m, v, t)
    return new - lam * phi, m, v


EXERCISES["adamw-step"] = (
    _adam_cases,
    _adamw,
    {
        "That is Adam: where is the decay?": lambda *args: _adamw(*args, lam=0),
        "That is the L2 penalty: the decay must not pass through m and v.": (
            lambda *args: _adamw(*args, inside=True)
        ),
        "The decay is multiplied by α, too.": lambda *args: _adamw(
            *args, lam=0.1
        ),
    },
)


def _from_pytorch(lr, momentum, weight_decay):
    return lr / (1 - momentum), momentum, weight_decay / 2


EXERCISES["from-pytorch"] = (
    lambda rng: [(0.1, 0.9, 1e-4), (0.02, 0.5, 0.01)],
    _from_pytorch,
    {
        "The other way round: η = α (1-β), and lr is η.": (
            lambda lr, momentum, weight_decay: (
                lr * (1 - momentum),
                momentum,
                weight_decay / 2,
            )
        ),
        "PyTorch has the classical form: its rate is α (1-β).": (
            lambda lr, momentum, weight_decay: (lr, momentum, weight_decay / 2)
        ),
        "The gradient of λ₂ Σ φ² has a factor 2, PyTorch's w φ has none.": (
            lambda lr, momentum, weight_decay: (
                lr / (1 - momentum),
                momentum,
                weight_decay,
            )
        ),
        "Here weight_decay is a penalty, which does not depend on the rate.": (
            lambda lr, momentum, weight_decay: (
                lr / (1 - momentum),
                momentum,
                weight_decay / (2 * lr),
            )
        ),
    },
)


def _adamax(phi, g, m, u, t, root=False, norm=False, correct=True, eps=1e-8):
    m = 0.9 * m + 0.1 * g
    size = np.linalg.norm(g) if norm else np.abs(g)
    u = np.maximum(0.999 * u, size)
    scale = np.sqrt(u) if root else u
    rate = 0.002 / (1 - 0.9 ** (t + 1)) if correct else 0.002
    return phi - rate * m / (scale + eps), m, u


EXERCISES["adamax-step"] = (
    _adam_cases,
    _adamax,
    {
        "There is no root: u is a size, not a square.": lambda *args: _adamax(
            *args, root=True
        ),
        "|g| number by number, not the norm of the whole gradient.": (
            lambda *args: _adamax(*args, norm=True)
        ),
        "m starts at 0: divide by 1 - 0.9^(t+1).": lambda *args: _adamax(
            *args, correct=False
        ),
        "ε is missing: add it to u.": lambda *args: _adamax(*args, eps=0),
    },
)

# 3.8 Smooth gates, and the contest -------------------------------------------

EXERCISES["gelu-constant"] = (
    None,
    1.7729,
    {
        "That is the constant of its authors, the best one for Φ; here the"
        " error is multiplied by z.": 1.702,
        "That one makes the slopes of the gates at 0 equal.": np.sqrt(
            8 / np.pi
        ),
    },
)


def _far_numbers(rng):
    return [
        (np.array([-1000.0, -750, -400, -30, -1, 0, 1, 30, 400, 750, 1000]),),
        (np.array([[-800, *rng.normal(size=2)], [500, 2, 900]]),),
    ]


def _mish(z):
    e = np.exp(np.minimum(z, 20))
    n = e * (e + 2)
    return z * n / (n + 2)


def _quiet(function):
    """The function without warnings of what overflows."""

    def run(*args):
        with np.errstate(all="ignore"):
            return function(*args)

    return run


EXERCISES["stable-mish"] = (
    _far_numbers,
    _mish,
    {
        "For large z that is infinity over infinity: bound z in the"
        " exponential.": _quiet(
            lambda z: (
                z
                * (np.exp(z) * (np.exp(z) + 2))
                / (np.exp(z) * (np.exp(z) + 2) + 2)
            )
        ),
        "That is the gate: multiply by z.": lambda z: (
            np.exp(np.minimum(z, 20))
            * (np.exp(np.minimum(z, 20)) + 2)
            / (np.exp(np.minimum(z, 20)) * (np.exp(np.minimum(z, 20)) + 2) + 2)
        ),
        "That is Swish.": _quiet(lambda z: z / (1 + np.exp(-z))),
        "Only the exponent is bounded, not z itself.": lambda z: _mish(
            np.minimum(z, 20)
        ),
    },
)


def _far_vectors(rng):
    return [
        (1000 + rng.normal(size=4), 1.5),
        (-1200 + rng.normal(size=3), -0.7),
    ]


def _smooth_max(x, beta):
    weights = np.exp(beta * x - np.max(beta * x))
    return weights @ x / weights.sum()


EXERCISES["smooth-max"] = (
    _far_vectors,
    _smooth_max,
    {
        "That overflows for large numbers: subtract the largest exponent.": (
            _quiet(
                lambda x, beta: np.exp(beta * x) @ x / np.exp(beta * x).sum()
            )
        ),
        "beta belongs into the exponents.": lambda x, beta: _smooth_max(x, 1.0),
        "That is the softmax' normalization; the smooth maximum is a mean of"
        " the x.": lambda x, beta: (
            np.max(beta * x)
            + np.log(np.sum(np.exp(beta * x - np.max(beta * x))))
        ),
    },
)

EXERCISES["meta-acon-size"] = (
    None,
    (192, 2128),
    {
        "The layers of the switch have biases, too.": (192, 2048),
        "Each unit of ACON-C has three numbers.": (3, 2128),
        "There are two layers: there and back.": (192, 1040),
    },
)

# 3.9 Bug museum II -----------------------------------------------------------


def _mask(widths, biases=False, first=True):
    parts = []
    for a, b in zip(widths, widths[1:]):
        pair = [np.ones(a * b, bool), np.full(b, biases)]
        parts += pair if first else pair[::-1]
    return np.concatenate(parts)


EXERCISES["museum-mask"] = (
    lambda rng: [([64, 32, 10],), ([3, 2],), ([2, 5, 4, 1],)],
    _mask,
    {
        "Biases do not decay.": lambda widths: _mask(widths, biases=True),
        "The weights of a layer come first, then its biases.": (
            lambda widths: _mask(widths, first=False)
        ),
        "The biases of a layer stand behind its own weights, not at the end"
        " of φ.": lambda widths: np.sort(_mask(widths))[::-1],
    },
)

EXERCISES["museum-starts"] = (
    lambda rng: [(64, 32), (70, 32), (5, 8), (96, 1)],
    lambda N, B: np.arange(0, N, B),
    {
        "The last batch is missing.": lambda N, B: np.arange(
            0, max(N - B, 0), B
        ),
        "No batch starts behind the last example.": lambda N, B: np.arange(
            0, N + 1, B
        ),
    },
)

EXERCISES["museum-closed"] = (1, 2, 3, 4, 5), (3, 4, 2, 1), {}

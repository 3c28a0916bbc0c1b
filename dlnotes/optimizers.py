"""Optimizers: the two or three lines of the lecture, written on the flat vector
φ.

An optimizer is handed the gradient *function*, not a gradient: Nesterov's needs
it at another point. Its memory is explicit, made by ``init(phi)`` and passed to
every ``step``:

    memory = optimizer.init(phi)
    optimizer.step(phi, grad, memory)      # moves phi and memory in place

α, β and the others are a number, an array that says more, or a schedule: a
function of the step number t = 0, 1, 2, … that returns either. An array is
(M, 1), one value for each model of a population, (P,), one for each parameter,
or (M, P). They are attributes, and may be changed between two steps. Where
α = 0 a parameter stays exactly where it is, even if its derivative is no
number: ``0.1 * (np.arange(f.size) >= 100)`` freezes the first hundred.

Everywhere g = ∂L/∂φ, squares, roots and divisions are taken number by number,
and every moment starts at zero.
"""

from types import SimpleNamespace

import numpy as np

from . import checks
from .schedules import Schedule

SMALL, LARGE = 1e-37, 1e38  # between them float32 has every size
# A sum of a million squares of these is still a number.
LIMITS = {char: float(np.sqrt(np.finfo(char).max)) / 1000 for char in "fd"}


class Optimizer:
    """The base: keeps and checks the hyperparameters, counts the steps t.

    A subclass writes ``update``, which gets every hyperparameter by its name,
    and names in ``moments`` the vectors that it remembers. ``ranges`` says what
    a hyperparameter may be (low ≤ value < high; ε is never 0), ``squares``
    whether g² is taken, and ``freezes`` which hyperparameters must be 0 for
    a parameter to stay where it is. ``products`` are numbers of the memory that
    start at 1: β_t, the product of all β so far, is β^(t+1) if β is constant.
    """

    moments = ()
    products = ()
    squares = False
    freezes = ("alpha",)
    ranges = {
        "alpha": (0, np.inf),
        "beta": (0, 1),
        "gamma": (0, 1),
        "rho": (0, 1),
        "eps": (0, np.inf),
        "lam": (0, np.inf),
    }

    def __init__(self, alpha):
        self.alpha = alpha

    def __setattr__(self, name, value):
        if name in self.ranges and not _is_schedule(value):
            value = self._in_range(name, value)
        super().__setattr__(name, value)

    def init(self, phi):
        """The memory before the first step: t = 0, every moment zero, of φ's
        shape, and every product 1.
        """
        checks.parameters("phi", phi)
        zeros = {name: np.zeros_like(phi) for name in self.moments}
        return SimpleNamespace(t=0, **zeros, **dict.fromkeys(self.products, 1))

    def step(self, phi, grad, memory):
        """Take one step: move ``phi`` and ``memory`` in place. ``grad(phi)``
        returns ∂L/∂φ.
        """
        checks.parameters("phi", phi)
        checks.function("grad", grad)
        self._check_memory(phi, memory)
        values = {
            name: self._at(name, memory.t, phi)
            for name in vars(self)
            if name in self.ranges
        }
        stays = True
        for name in self.freezes:
            stays = stays & (values[name] == 0)
        kept = None if stays is False or not np.any(stays) else phi.copy()
        self.update(phi, self._checked(grad, phi), memory, **values)
        if kept is not None:
            np.copyto(phi, kept, where=stays)
        memory.t += 1

    def update(self, phi, grad, memory, alpha):
        """The lecture's equations, with the hyperparameters at step t. Moves
        ``phi`` and the moments in place.
        """
        raise NotImplementedError

    def _at(self, name, t, phi):
        """The hyperparameter called ``name`` at step t: a float, or an array
        that broadcasts to φ.
        """
        value = getattr(self, name)
        if _is_schedule(value):
            value = self._in_range(name, value(t))
        if isinstance(value, float):
            if value and not SMALL < value < LARGE and phi.dtype == np.float32:
                self._in_range(name, float(_single(value)))
            return value
        checks.spread(name, value, phi)
        if name in ("alpha", "eps", "lam") and phi.dtype == np.float32:
            return self._in_range(name, _single(value)).astype(phi.dtype)
        return value  # 1 - β_t needs its digits, whatever φ's type

    def _in_range(self, name, value):
        return checks.numbers(name, value, *self.ranges[name], name != "eps")

    def _check_memory(self, phi, memory):
        if not isinstance(getattr(memory, "t", None), int) or memory.t < 0:
            raise ValueError(
                f"memory: got {checks.shown(memory)}, expected what"
                " optimizer.init(phi) returns"
            )
        fits = {name: hasattr(memory, name) for name in self.products}
        for name in self.moments:
            moment = getattr(memory, name, None)
            fits[name] = (
                isinstance(moment, np.ndarray)
                and moment.shape == phi.shape
                and moment.dtype == phi.dtype
            )
        for name in (*self.moments, *self.products):
            if not fits[name]:
                raise ValueError(
                    f"memory: its {name} does not fit phi of shape {phi.shape}"
                    f" and type {phi.dtype}; it starts as optimizer.init(phi),"
                    f" for this {type(self).__name__}"
                )

    def _checked(self, grad, phi):
        """``grad``, but what it returns has φ's shape and type, or is an
        error.
        """
        limit = LIMITS[phi.dtype.char]

        def checked(point):
            g = grad(point.astype(phi.dtype, copy=False))
            if not isinstance(g, np.ndarray) or g.shape != phi.shape:
                got = g.shape if isinstance(g, np.ndarray) else checks.shown(g)
                raise ValueError(
                    f"grad: it returned {got}, expected phi's shape {phi.shape}"
                )
            if g.dtype.kind in "iu":
                g = g.astype(phi.dtype)
            if g.dtype != phi.dtype:
                raise ValueError(
                    f"grad: it returned {g.dtype}, expected phi's {phi.dtype}"
                )
            flat = g.ravel()
            if self.squares and not flat.dot(flat) < limit * limit:
                _check_squares(g, limit)
            return g

        return checked

    def __repr__(self):
        values = (f"{name}={_short(v)}" for name, v in vars(self).items())
        return f"{type(self).__name__}({', '.join(values)})"


class GradientDescent(Optimizer):
    """φ ← φ - α g: gradient descent; stochastic, if ``grad`` looks at a
    mini-batch.

    Lecture items 57 (Algorithm 8) and 105. Source: Cauchy 1847; Robbins & Monro
    1951.

    >>> phi = np.array([4.0])
    >>> optimizer = GradientDescent(alpha=0.25)
    >>> optimizer.step(phi, lambda phi: 2 * phi, optimizer.init(phi))
    >>> phi.tolist()
    [2.0]
    """

    def update(self, phi, grad, memory, alpha):
        phi -= alpha * grad(phi)


class Momentum(Optimizer):
    """m ← β m + (1-β) g, φ ← φ - α m: an exponential average of the gradients.

    The classical form v ← β v + g with rate η is the same with α = η/(1-β).
    Lecture item 59 (Algorithm 9). Source: Polyak 1964.

    >>> phi = np.array([4.0])
    >>> optimizer = Momentum(alpha=0.25, beta=0.5)
    >>> optimizer.step(phi, lambda phi: 2 * phi, optimizer.init(phi))
    >>> phi.tolist()
    [3.0]
    """

    moments = ("m",)

    def __init__(self, alpha, beta=0.9):
        self.alpha, self.beta = alpha, beta

    def update(self, phi, grad, memory, alpha, beta):
        average(memory.m, beta, grad(phi))
        phi -= alpha * memory.m


class Nesterov(Momentum):
    """Momentum whose gradient is taken where the momentum leads, at φ - α β m.

    m ← β m + (1-β) g[φ - α β m], φ ← φ - α m. Lecture item 60 (Algorithm 10).
    Source: Nesterov 1983; Sutskever et al. 2013.

    >>> phi = np.array([4.0])
    >>> optimizer = Nesterov(alpha=0.25, beta=0.5)
    >>> memory = optimizer.init(phi)
    >>> for _ in range(2):
    ...     optimizer.step(phi, lambda phi: 2 * phi, memory)
    >>> phi.tolist()
    [1.875]
    """

    def update(self, phi, grad, memory, alpha, beta):
        average(memory.m, beta, grad(phi - alpha * (beta * memory.m)))
        phi -= alpha * memory.m


class SignDescent(Optimizer):
    """φ ← φ - α g/(√(g²) + ε): the lecture's normalised gradient descent.

    Every coordinate moves by α, against the sign of its derivative, however
    small that is. Lecture item 61 (Algorithm 11). Source: Riedmiller & Braun
    1993; Prince 2023, equation 6.13; as signSGD: Bernstein et al. 2018,
    arXiv:1802.04434.

    >>> phi = np.array([4.0, -5.0])
    >>> optimizer = SignDescent(alpha=0.5)
    >>> grad = lambda phi: np.array([2.0, -300.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.5, -4.5]
    """

    squares = True

    def __init__(self, alpha, eps=1e-8):
        self.alpha, self.eps = alpha, eps

    def update(self, phi, grad, memory, alpha, eps):
        g = grad(phi)
        phi -= alpha * g / (np.sqrt(g * g) + eps)


class AdaGrad(Optimizer):
    """s ← s + g², φ ← φ - α g/(√s + ε): steps that shrink as gradients add up.

    Lecture item 62 (Algorithm 12). Source: Duchi, Hazan & Singer 2011.

    >>> phi = np.array([4.0])
    >>> optimizer = AdaGrad(alpha=0.5)
    >>> memory = optimizer.init(phi)
    >>> for _ in range(4):
    ...     optimizer.step(phi, lambda phi: np.array([3.0]), memory)
    >>> phi.round(4).tolist()  # 4 - 0.5 (1 + 1/√2 + 1/√3 + 1/√4)
    [2.6078]
    """

    moments = ("s",)
    squares = True

    def __init__(self, alpha, eps=1e-8):
        self.alpha, self.eps = alpha, eps

    def update(self, phi, grad, memory, alpha, eps):
        g = grad(phi)
        memory.s += g * g
        phi -= alpha * g / (np.sqrt(memory.s) + eps)


class RMSProp(Optimizer):
    """s ← ρ s + (1-ρ) g², φ ← φ - α g/(√s + ε): AdaGrad that forgets.

    ``rho``: ρ, the share of the old average that is kept. The start at s = 0 is
    not corrected: the first step is α/√(1-ρ). Lecture item 63 (Algorithm 13).
    Source: Tieleman & Hinton 2012, lecture 6.5.

    >>> phi = np.array([4.0])
    >>> optimizer = RMSProp(alpha=0.5, rho=0.75)
    >>> grad = lambda phi: np.array([3.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.0]
    """

    moments = ("s",)
    squares = True

    def __init__(self, alpha, rho=0.9, eps=1e-8):
        self.alpha, self.rho, self.eps = alpha, rho, eps

    def update(self, phi, grad, memory, alpha, rho, eps):
        g = grad(phi)
        average(memory.s, rho, g * g)
        phi -= alpha * g / (np.sqrt(memory.s) + eps)


class Adam(Optimizer):
    """Momentum divided by the root of a running mean of g², both corrected for
    their start at 0.

    m ← β m + (1-β) g,  v ← γ v + (1-γ) g²,  m̂ = m/(1-β^(t+1)),  v̂ =
    v/(1-γ^(t+1)), φ ← φ - α m̂/(√v̂ + ε). The first step is α in every
    coordinate, whatever the gradient, as long as it is much larger than ε and
    its square is still a number. For a β that changes, the product of its
    values so far takes the place of β^(t+1): it is what is left of the start.
    Lecture item 64 (Algorithm 14). Source: Kingma & Ba 2014, arXiv:1412.6980.

    >>> phi = np.array([4.0, -5.0])
    >>> optimizer = Adam(alpha=0.5)
    >>> grad = lambda phi: np.array([2.0, -300.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.5, -4.5]
    """

    moments = ("m", "v")
    products = ("beta_t", "gamma_t")
    squares = True

    def __init__(self, alpha=0.001, beta=0.9, gamma=0.999, eps=1e-8):
        self.alpha, self.beta, self.gamma, self.eps = alpha, beta, gamma, eps

    def update(self, phi, grad, memory, alpha, beta, gamma, eps):
        phi -= alpha * self.direction(grad(phi), memory, beta, gamma, eps)

    def direction(self, g, memory, beta, gamma, eps):
        """m̂/(√v̂ + ε), once the moments have been moved."""
        average(memory.m, beta, g)
        average(memory.v, gamma, g * g)
        memory.beta_t *= beta
        memory.gamma_t *= gamma
        m_hat = memory.m / (1 - memory.beta_t)
        v_hat = memory.v / (1 - memory.gamma_t)
        return m_hat / (np.sqrt(v_hat) + eps)


class NAdam(Adam):
    """Adam that looks ahead as Nesterov does: the coming average replaces m̂.

    m̄ = β m/(1-β^(t+2)) + (1-β) g/(1-β^(t+1)), with the new m, and φ ← φ - α
    m̄/(√v̂ + ε). β is constant here; the paper's and the libraries' variant
    lets it grow with t. Lecture item 65. Source: Dozat 2016.

    >>> phi = np.array([4.0])
    >>> optimizer = NAdam(alpha=0.5)
    >>> grad = lambda phi: np.array([2.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(4).tolist()  # a first step of α (0.9 · 0.1/0.19 + 1)
    [3.2632]
    """

    def direction(self, g, memory, beta, gamma, eps):
        average(memory.m, beta, g)
        average(memory.v, gamma, g * g)
        memory.beta_t *= beta
        memory.gamma_t *= gamma
        ahead = beta * memory.m / (1 - beta * memory.beta_t)
        m_bar = ahead + (1 - beta) * g / (1 - memory.beta_t)
        v_hat = memory.v / (1 - memory.gamma_t)
        return m_bar / (np.sqrt(v_hat) + eps)


class AdaMax(Adam):
    """Adam whose scale is the largest recent derivative of each coordinate, not
    their mean square.

    m ← β m + (1-β) g,  u ← max(γ u, abs(g)),  φ ← φ - α/(1-β^(t+1)) · m/(u +
    ε). No root, and u needs no correction. Lecture item 66. Source: Kingma & Ba
    2014, arXiv:1412.6980, section 7.1 (which has no ε).

    >>> phi = np.array([4.0, -5.0])
    >>> optimizer = AdaMax(alpha=0.5)
    >>> grad = lambda phi: np.array([2.0, -300.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.5, -4.5]
    """

    moments = ("m", "u")
    products = ("beta_t",)
    squares = False

    def __init__(self, alpha=0.002, beta=0.9, gamma=0.999, eps=1e-8):
        super().__init__(alpha, beta, gamma, eps)

    def direction(self, g, memory, beta, gamma, eps):
        average(memory.m, beta, g)
        memory.u[...] = np.maximum(gamma * memory.u, np.abs(g))
        memory.beta_t *= beta
        m_hat = memory.m / (1 - memory.beta_t)
        return m_hat / (memory.u + eps)


class WeightDecay(Optimizer):
    """φ ← (1-λ) φ - α g: gradient descent that shrinks the weights at every
    step.

    For a constant α it is gradient descent on L + λ/(2α) Σ φ². ``lam``: λ, not
    multiplied by α. A number shrinks all of φ, biases too, for an optimizer
    sees one flat vector; ``lam=0.01 * f.decay_mask`` spares them. Lecture items
    67 (Algorithm 15) and 68. Source: Hanson & Pratt 1988; Krogh & Hertz 1991.

    >>> phi = np.array([4.0, 4.0])
    >>> optimizer = WeightDecay(alpha=0.25, lam=np.array([0.5, 0.0]))
    >>> grad = lambda phi: np.array([2.0, 2.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.tolist()
    [1.5, 3.5]
    """

    freezes = ("alpha", "lam")
    ranges = Optimizer.ranges | {"lam": (0, 1)}

    def __init__(self, alpha, lam):
        self.alpha, self.lam = alpha, lam

    def update(self, phi, grad, memory, alpha, lam):
        phi[...] = (1 - lam) * phi - alpha * grad(phi)


class AdamW(Adam):
    """Adam with a weight decay of its own: φ ← φ - α (m̂/(√v̂ + ε) + λ φ).

    The decay does not pass through the moments, so that all weights shrink
    alike. ``lam``: λ, which is multiplied by α, and follows its schedule. A
    number shrinks all of φ, biases too, for an optimizer sees one flat vector;
    ``lam=0.01 * f.decay_mask`` spares them. Lecture item 69 (Algorithm 16).
    Source: Loshchilov & Hutter 2017, arXiv:1711.05101.

    >>> phi = np.array([4.0, -5.0])
    >>> optimizer = AdamW(alpha=0.5, lam=0.1)
    >>> grad = lambda phi: np.array([2.0, -300.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.3, -4.25]
    """

    def __init__(self, alpha=0.001, beta=0.9, gamma=0.999, eps=1e-8, lam=0.01):
        super().__init__(alpha, beta, gamma, eps)
        self.lam = lam

    def update(self, phi, grad, memory, alpha, beta, gamma, eps, lam):
        direction = self.direction(grad(phi), memory, beta, gamma, eps)
        phi -= alpha * (direction + lam * phi)


def average(m, beta, new):
    """m ← β m + (1-β) new, in place: the exponential moving average of the
    lecture.
    """
    m *= beta
    m += (1 - beta) * new


def _is_schedule(value):
    return callable(value) and not isinstance(value, type)


def _single(value):
    """``value`` rounded to float32, which has no 1e39 and no 1e-50."""
    with np.errstate(over="ignore"):
        return np.asarray(value, np.float32).astype(float)


def _short(value):
    if isinstance(value, Schedule):
        return repr(value)
    if _is_schedule(value):
        return getattr(value, "__name__", type(value).__name__) + "(t)"
    return f"…{value.shape}" if np.size(value) > 8 else repr(value)


def _check_squares(g, limit):
    """Raise if a square would leave the numbers: the step would be 0."""
    large = np.abs(g[np.isfinite(g)]).max(initial=0)
    if large > limit:
        raise ValueError(
            f"grad: it returned {large:.0e}, expected below {limit:.0e}, for"
            f" squares do not fit into {g.dtype}; scale inputs and targets, or"
            " clip"
        )

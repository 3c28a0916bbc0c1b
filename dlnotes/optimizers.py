"""Optimizers: the two or three lines of the lecture, written on the flat vector
φ.

An optimizer is handed the gradient *function*, not a gradient: Nesterov's needs
it at another point. Its memory is explicit, made by ``init(phi)`` and passed to
every ``step``:

    memory = optimizer.init(phi)
    optimizer.step(phi, grad, memory)      # moves phi and memory in place

α, β and the others are a number, an array of shape (M, 1) (one value for each
model of a population), or a schedule, a function of the step number t = 0, 1,
2, … that returns either. They are attributes, and may be changed between two
steps. A weight decay λ may also be an array of φ's own shape: ``0.01 *
f.decay_mask`` spares the biases.

Everywhere g = ∂L/∂φ, squares, roots and divisions are taken number by number,
and every moment starts at zero.
"""

from types import SimpleNamespace

import numpy as np


class Optimizer:
    """The base: keeps the hyperparameters, counts the steps t, makes the
    memory.

    A subclass names in ``moments`` the vectors that it remembers, and writes
    ``update``.
    """

    moments = ()

    def __init__(self, alpha):
        self.alpha = alpha

    def init(self, phi):
        """The memory before the first step: t = 0 and every moment zero, of φ's
        shape.
        """
        return SimpleNamespace(
            t=0, **{name: np.zeros_like(phi) for name in self.moments}
        )

    def step(self, phi, grad, memory):
        """Take one step: move ``phi`` and ``memory`` in place. ``grad(phi)``
        returns ∂L/∂φ.
        """
        if phi.dtype.kind != "f":
            raise ValueError(f"phi: got {phi.dtype}, expected floats")
        for name in self.moments:
            if getattr(getattr(memory, name, None), "shape", None) != phi.shape:
                raise ValueError(
                    f"memory: its {name} does not fit phi of shape {phi.shape};"
                    " it starts as optimizer.init(phi), for this"
                    f" {type(self).__name__}"
                )

        def checked(point):
            g = grad(point)
            if not isinstance(g, np.ndarray) or g.shape != phi.shape:
                got = (
                    f"shape {g.shape}"
                    if isinstance(g, np.ndarray)
                    else type(g).__name__
                )
                raise ValueError(
                    f"grad: it returned {got}, expected phi's shape {phi.shape}"
                )
            return g

        self.update(phi, checked, memory)
        memory.t += 1

    def update(self, phi, grad, s):
        """The lecture's equations. ``s`` is the memory: s.t, and each moment by
        its name.
        """
        raise NotImplementedError

    def at(self, name, t, phi):
        """The hyperparameter called ``name`` at step t: a float, or a float64
        array (M, 1).
        """
        value = getattr(self, name)
        value = value(t) if callable(value) else value
        if type(value) is not float:
            value = np.asarray(value, float)
            if value.ndim == 0:
                value = float(
                    value
                )  # a NumPy scalar would turn float32 into float64
            else:
                _check_shape(name, value, phi)
        low, high = self.ranges[name]
        inside = (low <= value) & (value < high)
        if not (inside if isinstance(inside, bool) else inside.all()):
            raise ValueError(
                f"{name}: got {value} at step {t}, expected {low} <= {name} <"
                f" {high}"
            )
        return value

    ranges = {
        "alpha": (0, np.inf),
        "beta": (0, 1),
        "gamma": (0, 1),
        "rho": (0, 1),
        "eps": (0, np.inf),
        "lam": (0, np.inf),
    }

    def __repr__(self):
        short = {n: getattr(v, "size", 0) > 8 for n, v in vars(self).items()}
        values = (
            f"{name}=…{value.shape}" if short[name] else f"{name}={value!r}"
            for name, value in vars(self).items()
        )
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

    def update(self, phi, grad, s):
        alpha = self.at("alpha", s.t, phi)
        phi -= cast(alpha, phi) * grad(phi)


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

    def update(self, phi, grad, s):
        alpha, beta = self.at("alpha", s.t, phi), self.at("beta", s.t, phi)
        average(s.m, beta, grad(phi))
        phi -= cast(alpha, phi) * s.m


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

    def update(self, phi, grad, s):
        alpha, beta = self.at("alpha", s.t, phi), self.at("beta", s.t, phi)
        ahead = phi - cast(alpha * beta, phi) * s.m
        average(s.m, beta, grad(ahead))
        phi -= cast(alpha, phi) * s.m


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

    def __init__(self, alpha, eps=1e-8):
        self.alpha, self.eps = alpha, eps

    def update(self, phi, grad, s):
        alpha, eps = self.at("alpha", s.t, phi), self.at("eps", s.t, phi)
        g = grad(phi)
        phi -= cast(alpha, phi) * divided(g, g * g, eps)


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

    def __init__(self, alpha, eps=1e-8):
        self.alpha, self.eps = alpha, eps

    def update(self, phi, grad, s):
        alpha, eps = self.at("alpha", s.t, phi), self.at("eps", s.t, phi)
        g = grad(phi)
        s.s += g * g
        phi -= cast(alpha, phi) * divided(g, s.s.copy(), eps)


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

    def __init__(self, alpha, rho=0.9, eps=1e-8):
        self.alpha, self.rho, self.eps = alpha, rho, eps

    def update(self, phi, grad, s):
        alpha, rho, eps = (
            self.at(name, s.t, phi) for name in ("alpha", "rho", "eps")
        )
        g = grad(phi)
        average(s.s, rho, g * g)
        phi -= cast(alpha, phi) * divided(g, s.s.copy(), eps)


class Adam(Optimizer):
    """Momentum divided by the root of a running mean of g², both corrected for
    their start at 0.

    m ← β m + (1-β) g,  v ← γ v + (1-γ) g²,  m̂ = m/(1-β^(t+1)),  v̂ =
    v/(1-γ^(t+1)), φ ← φ - α m̂/(√v̂ + ε). The first step is α in every
    coordinate, however large the gradient, as long as it is much larger than ε.
    Lecture item 64 (Algorithm 14). Source: Kingma & Ba 2014, arXiv:1412.6980.

    >>> phi = np.array([4.0, -5.0])
    >>> optimizer = Adam(alpha=0.5)
    >>> grad = lambda phi: np.array([2.0, -300.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.5, -4.5]
    """

    moments = ("m", "v")

    def __init__(self, alpha=0.001, beta=0.9, gamma=0.999, eps=1e-8):
        self.alpha, self.beta, self.gamma, self.eps = alpha, beta, gamma, eps

    def update(self, phi, grad, s):
        phi -= self.move(self.at("alpha", s.t, phi), phi, grad(phi), s)

    def move(self, alpha, phi, g, s):
        """The vector α m̂/(√v̂ + ε), once the moments have been moved."""
        beta, gamma, eps = (
            self.at(name, s.t, phi) for name in ("beta", "gamma", "eps")
        )
        average(s.m, beta, g)
        average(s.v, gamma, g * g)
        ratio = divided(s.m, s.v / cast(1 - gamma ** (s.t + 1), phi), eps)
        ratio *= cast(alpha / (1 - beta ** (s.t + 1)), phi)
        return ratio


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

    def move(self, alpha, phi, g, s):
        beta, gamma, eps = (
            self.at(name, s.t, phi) for name in ("beta", "gamma", "eps")
        )
        average(s.m, beta, g)
        average(s.v, gamma, g * g)
        ahead = cast(beta / (1 - beta ** (s.t + 2)), phi) * s.m
        ahead += cast((1 - beta) / (1 - beta ** (s.t + 1)), phi) * g
        ahead *= cast(alpha, phi)
        return divided(ahead, s.v / cast(1 - gamma ** (s.t + 1), phi), eps)


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

    def __init__(self, alpha=0.002, beta=0.9, gamma=0.999, eps=1e-8):
        super().__init__(alpha, beta, gamma, eps)

    def move(self, alpha, phi, g, s):
        beta, gamma, eps = (
            self.at(name, s.t, phi) for name in ("beta", "gamma", "eps")
        )
        average(s.m, beta, g)
        s.u *= cast(gamma, phi)
        np.maximum(s.u, np.abs(g), out=s.u)
        return (
            cast(alpha / (1 - beta ** (s.t + 1)), phi)
            * s.m
            / (s.u + cast(eps, phi))
        )


class WeightDecay(Optimizer):
    """φ ← (1-λ) φ - α g: gradient descent that shrinks the weights at every
    step.

    For a constant α it is gradient descent on L + λ/(2α) Σ φ². ``lam``: λ, a
    number or an array of φ's shape; not multiplied by α. Lecture items 67
    (Algorithm 15) and 68. Source: Hanson & Pratt 1988; Krogh & Hertz 1991.

    >>> phi = np.array([4.0, 4.0])
    >>> optimizer = WeightDecay(alpha=0.25, lam=np.array([0.5, 0.0]))
    >>> grad = lambda phi: np.array([2.0, 2.0])
    >>> optimizer.step(phi, grad, optimizer.init(phi))
    >>> phi.tolist()
    [1.5, 3.5]
    """

    ranges = Optimizer.ranges | {"lam": (0, 1)}

    def __init__(self, alpha, lam):
        self.alpha, self.lam = alpha, lam

    def update(self, phi, grad, s):
        alpha, lam = self.at("alpha", s.t, phi), self.at("lam", s.t, phi)
        g = grad(phi)
        phi *= cast(1 - lam, phi)
        phi -= cast(alpha, phi) * g


class AdamW(Adam):
    """Adam with a weight decay of its own: φ ← φ - α (m̂/(√v̂ + ε) + λ φ).

    The decay does not pass through the moments, so that all weights shrink
    alike. ``lam``: λ, a number or an array of φ's shape; it is multiplied by α,
    and follows its schedule. Lecture item 69 (Algorithm 16). Source: Loshchilov
    & Hutter 2017, arXiv:1711.05101.

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

    def update(self, phi, grad, s):
        alpha, lam = self.at("alpha", s.t, phi), self.at("lam", s.t, phi)
        move = self.move(alpha, phi, grad(phi), s)
        phi *= cast(1 - alpha * lam, phi)
        phi -= move


def average(m, beta, new):
    """m ← β m + (1-β) new, in place: the exponential moving average of the
    lecture.
    """
    m *= cast(beta, m)
    m += cast(1 - beta, m) * new


def divided(m, v, eps):
    """m / (√v + ε), computed in ``v``, which is overwritten."""
    np.sqrt(v, out=v)
    v += cast(eps, v)
    return np.divide(m, v, out=v)


def cast(value, phi):
    """A hyperparameter in φ's float type (a Python float already adapts to
    it).
    """
    return value if isinstance(value, float) else value.astype(phi.dtype)


def _check_shape(name, value, phi):
    """One value for each model, (M, 1); λ may differ from weight to weight,
    too.
    """
    if phi.ndim == 2 and value.shape == (len(phi), 1):
        return
    if name == "lam" and value.shape in (phi.shape, phi.shape[-1:]):
        return
    weights = (
        f", or {phi.shape[-1:]}, one for each weight" if name == "lam" else ""
    )
    raise ValueError(
        f"{name}: got shape {value.shape} for phi of shape {phi.shape},"
        f" expected a number, or (M, 1) for a phi of shape (M, P){weights}"
    )

"""Optimizers: the two or three lines of the lecture, written on the flat vector φ.

An optimizer is handed the gradient *function*, not a gradient: Nesterov's needs it at another
point. Its memory is explicit, made by ``init(phi)`` and passed to every ``step``:

    memory = optimizer.init(phi)
    optimizer.step(phi, grad, memory)      # moves phi and memory in place

α, β and the others are a number, an array of shape (M, 1) (one value for each model of a
population), or a schedule, a function of the step number t = 0, 1, 2, … that returns either. They
are attributes, and may be changed between two steps.
"""

from types import SimpleNamespace

import numpy as np


class Optimizer:
    """The base: keeps the hyperparameters, counts the steps t, makes the memory.

    A subclass names in ``moments`` the vectors that it remembers, and writes ``update``.
    """

    moments = ()

    def __init__(self, alpha):
        self.alpha = alpha

    def init(self, phi):
        """The memory before the first step: t = 0 and every moment zero, of φ's shape."""
        return SimpleNamespace(t=0, **{name: np.zeros_like(phi) for name in self.moments})

    def step(self, phi, grad, memory):
        """Take one step: move ``phi`` and ``memory`` in place. ``grad(phi)`` returns ∂L/∂φ."""
        if phi.dtype.kind != "f":
            raise ValueError(f"phi: got {phi.dtype}, expected floats")
        for name in self.moments:
            if getattr(getattr(memory, name, None), "shape", None) != phi.shape:
                raise ValueError(
                    f"memory: its {name} does not fit phi of shape {phi.shape}; it starts as"
                    f" optimizer.init(phi), for this {type(self).__name__}"
                )

        def checked(point):
            g = grad(point)
            if not isinstance(g, np.ndarray) or g.shape != phi.shape:
                got = f"shape {g.shape}" if isinstance(g, np.ndarray) else type(g).__name__
                raise ValueError(f"grad: it returned {got}, expected phi's shape {phi.shape}")
            return g

        self.update(phi, checked, memory)
        memory.t += 1

    def update(self, phi, grad, s):
        """The lecture's equations. ``s`` is the memory: s.t, and each moment by its name."""
        raise NotImplementedError

    def at(self, name, t, phi):
        """The hyperparameter called ``name`` at step t: a float, or a float64 array (M, 1)."""
        value = getattr(self, name)
        value = value(t) if callable(value) else value
        if type(value) is not float:
            value = np.asarray(value, float)
            if value.ndim == 0:
                value = float(value)  # a NumPy scalar would turn float32 into float64
            elif phi.ndim != 2 or value.shape != (len(phi), 1):
                raise ValueError(
                    f"{name}: got shape {value.shape} for phi of shape {phi.shape}, expected a"
                    " number, or (M, 1) for a phi of shape (M, P)"
                )
        low, high = self.ranges[name]
        inside = (low <= value) & (value < high)
        if not (inside if isinstance(inside, bool) else inside.all()):
            raise ValueError(f"{name}: got {value} at step {t}, expected {low} <= {name} < {high}")
        return value

    ranges = {"alpha": (0, np.inf), "beta": (0, 1), "gamma": (0, 1), "eps": (0, np.inf)}

    def __repr__(self):
        values = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({values})"


class GradientDescent(Optimizer):
    """φ ← φ - α g: gradient descent; stochastic, if ``grad`` looks at a mini-batch.

    Lecture items 57 (Algorithm 8) and 105. Source: Cauchy 1847; Robbins & Monro 1951.

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
        g = grad(phi)
        s.m *= cast(beta, phi)
        s.m += cast(1 - beta, phi) * g
        phi -= cast(alpha, phi) * s.m


class Adam(Optimizer):
    """Momentum divided by the root of a running mean of g², both corrected for their start at 0.

    m ← β m + (1-β) g,  v ← γ v + (1-γ) g²,  m̂ = m/(1-β^(t+1)),  v̂ = v/(1-γ^(t+1)),
    φ ← φ - α m̂/(√v̂ + ε). The first step is α in every coordinate, whatever the gradient's scale.
    Lecture item 64 (Algorithm 14). Source: Kingma & Ba 2014, arXiv:1412.6980.

    >>> phi = np.array([4.0, -5.0])
    >>> optimizer = Adam(alpha=0.5)
    >>> optimizer.step(phi, lambda phi: np.array([2.0, -300.0]), optimizer.init(phi))
    >>> phi.round(6).tolist()
    [3.5, -4.5]
    """

    moments = ("m", "v")

    def __init__(self, alpha=0.001, beta=0.9, gamma=0.999, eps=1e-8):
        self.alpha, self.beta, self.gamma, self.eps = alpha, beta, gamma, eps

    def update(self, phi, grad, s):
        alpha, beta, gamma, eps = (self.at(n, s.t, phi) for n in ("alpha", "beta", "gamma", "eps"))
        g = grad(phi)
        s.m *= cast(beta, phi)
        s.m += cast(1 - beta, phi) * g
        s.v *= cast(gamma, phi)
        s.v += cast(1 - gamma, phi) * g * g
        step = s.v / cast(1 - gamma ** (s.t + 1), phi)  # v̂, then α m̂/(√v̂ + ε), in one buffer
        np.sqrt(step, out=step)
        step += cast(eps, phi)
        np.divide(s.m, step, out=step)
        step *= cast(alpha / (1 - beta ** (s.t + 1)), phi)
        phi -= step


def cast(value, phi):
    """A hyperparameter in φ's float type (a Python float already adapts to it)."""
    return value if isinstance(value, float) else value.astype(phi.dtype)

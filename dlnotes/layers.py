"""Layers: descriptions of functions with parameters, and no arrays of their
own.

A layer says how many entries of φ it needs (``size``), reads its weights as
views into φ, and knows two things: its forward pass and its backward pass. A
leading axis of φ is a population: ``(P,)`` is one network, ``(M, P)`` are M
networks that the same code runs at once.
"""

import functools
from typing import NamedTuple

import numpy as np

from . import checks
from .initializers import he


class Context(NamedTuple):
    """What a layer may need to know besides its input and its parameters.

    ``train``: use batch statistics and update the running ones. ``rng``: None,
    or the Generator of random layers (for a population a list, one Generator a
    model). ``state``: the layer's own view of the running statistics, or None.
    """

    train: bool = False
    rng: object = None
    state: object = None

    def of(self, m):
        """The context of model m of a population."""
        rng, state = (None if a is None else a[m] for a in self[1:])
        return self._replace(rng=rng, state=state)

    def draw(self, sampler, shape):
        """Random numbers, ``sampler(generator, shape)``; each model of a
        population has its own Generator.

        >>> rng = np.random.default_rng(0)
        >>> Context(rng=rng).draw(np.random.Generator.normal, (2, 3)).shape
        (2, 3)
        """
        if isinstance(self.rng, np.random.Generator):
            return sampler(self.rng, size=shape)
        return np.stack([sampler(rng, size=shape[1:]) for rng in self.rng])

    def keep(self, shape, p, dtype=float):
        """A random mask: 0 with probability ``p``, else 1/(1-p), so that its
        mean is 1.

        16 random bits a number are about three times as fast as a uniform
        number, and p is rounded to a multiple of 2⁻¹⁶. With p = 1 all is 0.

        >>> mask = Context(rng=np.random.default_rng(0)).keep((4, 50), 0.75)
        >>> np.unique(mask).tolist()
        [0.0, 4.0]
        """
        dropped = round(p * 2**16)
        mask = self.draw(_bits, shape) >= dropped
        return mask * np.asarray(2**16 / max(2**16 - dropped, 1), dtype)


class Layer:
    """A differentiable function of an input and of some parameters: the base of
    every layer.

    ``size`` is its number of parameters, ``stats`` its number of running
    statistics, and the first ``decays`` parameters are weights, which a penalty
    may shrink (biases are not). ``expects`` is the shape of one example that it
    takes: ``(5,)`` for vectors of five numbers, ``(None, None, 3)`` for
    pictures of any height and width with three channels, ``(..., 3)`` for
    anything of three features. ``draws`` says whether it draws random numbers
    in training, so that there must be a Generator. A layer whose code knows no
    leading axis of models is decorated by `one_by_one`.

    A subclass writes `forward` and `backward`, `fill` if it has parameters, and
    `shape` if its output has another shape than its input.
    """

    size = 0
    stats = 0
    decays = 0
    draws = False
    expects = (...,)

    def shape(self, example):
        """Shape of the output for one example of this shape; in it None is any
        number, and ``...`` in front any further axes.
        """
        return example

    def fill(self, phi, rng):
        """Write initial values into ``phi``, the layer's own view of shape
        ``(size,)``.
        """

    def fill_state(self, state):
        """Write initial running statistics into ``state``, of shape ``(...,
        stats)``.
        """

    def forward(self, x, phi, ctx):
        """Return the output, and whatever `backward` will need.

        ``x`` is (N, …) for a φ of shape (P,), and (M, N, …) for (M, P).
        """
        raise NotImplementedError

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        """Backward pass I: return ∂ℓ/∂x for ``dy`` = ∂ℓ/∂y. Pass II: write
        ∂ℓ/∂φ into ``dphi``.

        With ``need_dx`` false nobody asks for ∂ℓ/∂x (the first layer of a
        network: a third of its work), and None may be returned.
        """
        raise NotImplementedError

    @property
    def decay_mask(self):
        """Which entries of φ are weights: Booleans of shape ``(size,)``."""
        return np.arange(self.size) < self.decays

    def __repr__(self):
        return f"{type(self).__name__}()"


class Dense(Layer):
    """The fully connected layer f = Ω h + β of lecture 1, for every example of
    a batch.

    Rows are examples, so the code reads ``h @ Ω.mT + β``: h is (..., N, D_in),
    Ω is (D_out, D_in) as in the lecture, β is (D_out,), and the result is (...,
    N, D_out). Its parameters are Ω, row by row, then β: D_out (D_in + 1) of
    them. ``init`` fills Ω (He's by default); β starts at zero.

    Lecture items 4 (the layer) and 9-11 (its forward and backward passes).
    Source: Rumelhart, Hinton & Williams 1986, "Learning representations by
    back-propagating errors".

    >>> import numpy as np
    >>> layer = Dense(2, 3)
    >>> layer.size
    9
    >>> y, saved = layer.forward(np.ones((4, 2)), np.arange(9.0), Context())
    >>> y.shape, y[0].tolist()
    ((4, 3), [7.0, 12.0, 17.0])
    """

    def __init__(self, d_in, d_out, init=he):
        self.d_in = checks.count("d_in", d_in)
        self.d_out = checks.count("d_out", d_out)
        self.initializer = checks.function("init", init)
        self.decays = self.d_out * self.d_in
        self.size = self.decays + self.d_out
        self.expects = (self.d_in,)

    def views(self, phi):
        """Ω and β as views into φ, of shapes (..., D_out, D_in) and (...,
        D_out).
        """
        Omega, beta = phi[..., : self.decays], phi[..., self.decays :]
        return Omega.reshape(*phi.shape[:-1], self.d_out, self.d_in), beta

    def shape(self, example):
        return (self.d_out,)

    def fill(self, phi, rng):
        Omega, beta = self.views(phi)
        self.initializer(Omega, rng)
        beta[...] = 0

    def forward(self, x, phi, ctx):
        Omega, beta = self.views(phi)
        y = product(x, Omega.mT)
        y += beta[..., None, :]
        return y, x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        (Omega, _), (dOmega, dbeta) = self.views(phi), self.views(dphi)
        # Pass II: both products sum over the examples, the second by a row of
        # ones.
        np.matmul(dy.mT, saved, out=dOmega)
        np.matmul(np.ones(dy.shape[-2], dy.dtype), dy, out=dbeta)
        return product(dy, Omega) if need_dx else None  # pass I

    def __repr__(self):
        return f"Dense({self.d_in}, {self.d_out})"


class Append(Layer):
    """Appends d learned numbers, the same ones for every example: outputs that
    ignore the input.

    So a network can learn a constant, such as one log σ for all inputs. Shapes:
    (..., N, D) to (..., N, D + d); d parameters, which start at zero and do not
    decay. Lecture item 23 (the homoscedastic model). Source: Prince 2023,
    section 5.3.4.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f = Network(Dense(1, 1), Append(2))
    >>> f(np.array([[3.0], [5.0]]), np.array([1.0, 0.0, 7.0, 8.0])).tolist()
    [[3.0, 7.0, 8.0], [5.0, 7.0, 8.0]]
    """

    expects = (None,)

    def __init__(self, d):
        self.size = checks.count("d", d)

    def shape(self, example):
        return (None if example[0] is None else example[0] + self.size,)

    def fill(self, phi, rng):
        phi[...] = 0

    def forward(self, x, phi, ctx):
        constants = np.broadcast_to(
            phi[..., None, :], x.shape[:-1] + (self.size,)
        )
        return np.concatenate([x, constants], axis=-1), None

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        dphi[...] = dy[..., -self.size :].sum(axis=-2)
        return dy[..., : -self.size]

    def __repr__(self):
        return f"Append({self.size})"


class Inference(Layer):
    """A layer, or a network, that behaves in training as it does afterwards:
    running statistics that stay where they are, and no random numbers.

    For parts that were trained before, and shall be used as they are. Gradients
    still go to all its parameters and through it; what freezes its slice of φ
    is a learning rate of 0 there. Lecture item 56 (Algorithm 7). Source:
    Yosinski et al. 2014, arXiv:1411.1792.

    >>> import numpy as np
    >>> from dlnotes import Dropout, Network, SquaredError
    >>> f, x = Network(Dense(2, 1), Inference(Dropout())), np.ones((1, 2))
    >>> f.gradient(x, np.ones((1, 1)), np.ones(3), SquaredError())  # no rng
    (4.0, array([4., 4., 4.]))
    """

    def __init__(self, layer):
        if not isinstance(layer, Layer):
            raise ValueError(
                f"layer: got {checks.shown(layer)}, expected a layer"
            )
        self.layer = layer
        self.size, self.stats = layer.size, layer.stats
        self.expects = layer.expects

    @property
    def decay_mask(self):
        return self.layer.decay_mask

    def shape(self, example):
        return self.layer.shape(example)

    def fill(self, phi, rng):
        self.layer.fill(phi, rng)

    def fill_state(self, state):
        self.layer.fill_state(state)

    def forward(self, x, phi, ctx):
        return self.layer.forward(x, phi, Context(state=ctx.state))

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        return self.layer.backward(dy, saved, phi, dphi, need_dx)

    def __repr__(self):
        first, *rest = repr(self.layer).splitlines()
        return "\n".join([f"Inference({first})", *rest])


def one_by_one(layer):
    """A class decorator, for a layer that is written for one model: those of a
    population go through it one after the other.

    >>> @one_by_one
    ... class Turned(Layer):
    ...     def forward(self, x, phi, ctx):
    ...         return np.rot90(x, axes=(1, 2)), None
    >>> y, _ = Turned().forward(np.ones((5, 2, 4, 6, 1)), np.empty((5, 0)),
    ...                         Context())
    >>> y.shape
    (5, 2, 6, 4, 1)
    """
    if not isinstance(layer, type) or not issubclass(layer, Layer):
        raise ValueError(
            f"layer: got {checks.shown(layer)}, expected a class of layers"
        )
    forward_one, backward_one = layer.forward, layer.backward

    @functools.wraps(forward_one)
    def forward(self, x, phi, ctx):
        if phi.ndim == 1:
            return forward_one(self, x, phi, ctx)
        pairs = [
            forward_one(self, x[m], phi[m], ctx.of(m)) for m in range(len(phi))
        ]
        y, saved = zip(*pairs)
        return np.stack(y), saved

    @functools.wraps(backward_one)
    def backward(self, dy, saved, phi, dphi, need_dx=True):
        if phi.ndim == 1:
            return backward_one(self, dy, saved, phi, dphi, need_dx)
        dx = [
            backward_one(self, dy[m], saved[m], phi[m], dphi[m], need_dx)
            for m in range(len(phi))
        ]
        return np.stack(dx) if need_dx else None

    layer.forward, layer.backward = forward, backward
    return layer


def product(a, b):
    """a @ b; where the inner axis has length 1 there is nothing to sum, and
    NumPy's product is slow.
    """
    return a * b if a.shape[-1] == 1 else a @ b


def fits(layer, example):
    """The shape of one example, as far as it is known once ``layer`` takes it.

    ValueError: the layer expects another one.
    """
    both = layer.expects, example
    n = max(len(shape) - (... in shape) for shape in both)
    a, b = (_with_axes(shape, n) for shape in both)
    if len(a) != len(b) or any(
        None not in (p, q) and p != q for p, q in zip(a, b)
    ):
        raise ValueError(
            f"layers: {layer!r} expects examples of shape"
            f" {written(layer.expects)}, and gets {written(example)}"
        )
    known = tuple(q if p is None else p for p, q in zip(a, b))
    return (...,) * all(... in shape for shape in both) + known


def _with_axes(shape, n):
    """``shape`` with n axes, where it begins with ``...``."""
    if ... not in shape:
        return shape
    return (None,) * (n - len(shape) + 1) + shape[1:]


def written(example, *before):
    """The shape of an example as a text, its unknown numbers as letters."""
    names = {1: "D", 2: "LC", 3: "HWC"}.get(len(example), "·" * len(example))
    words = [
        "…" if d is ... else name if d is None else str(d)
        for d, name in zip(example, names)
    ]
    words = [*before, *words]
    return f"({', '.join(words)}{',' * (len(words) == 1)})"


def _bits(rng, size):
    """16 random bits a number."""
    n = int(np.prod(size))
    if isinstance(rng.bit_generator, np.random.MT19937):  # 32 bits at a time
        return rng.integers(2**16, size=size, dtype=np.uint16)
    raw = rng.bit_generator.random_raw(-(-n // 4))
    return raw.view(np.uint16)[:n].reshape(size)

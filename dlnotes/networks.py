"""Networks f[x, φ]: layers are descriptions, and all parameters are one flat
array φ.

A layer owns no arrays. It says how many entries of φ it needs (``size``), reads
its weights as views into φ, and knows two things: its forward pass and its
backward pass.

A leading axis of φ is a *population*: ``(P,)`` is one network, ``(M, P)`` are M
networks that the same code runs at once.
"""

from typing import NamedTuple

import numpy as np

from .initializers import he

# Linux gives every freed array over 128 kB back to the system, and the next one
# pays for fresh pages: half the time of a population's step. Freeing one large
# array, which is never touched, makes the C library keep up to 32 MB for reuse.
np.empty(2**25 - 2**16, np.uint8)


class Context(NamedTuple):
    """What a layer may need to know besides its input and its parameters.

    ``train``: use batch statistics and update the running ones. ``rng``: None,
    or the Generator of random layers (for a population a list, one Generator a
    model). ``state``: the layer's own view of the running statistics, or None.
    """

    train: bool = False
    rng: object = None
    state: object = None


class Layer:
    """A differentiable function of an input and of some parameters: the base of
    every layer.

    ``size`` is its number of parameters, ``stats`` its number of running
    statistics, and the first ``decays`` parameters are weights, which a penalty
    may shrink (biases are not). A subclass writes `forward` and `backward`, and
    `fill` if it has parameters.
    """

    size = 0
    stats = 0
    decays = 0
    d_in = None  # the number of input features, where a layer demands one

    def features(self, d):
        """Number of output features for ``d`` input features (None: not known);
        checks d.
        """
        return d

    def fill(self, phi, rng):
        """Write initial values into ``phi``, the layer's own view of shape
        ``(size,)``.
        """

    def fill_state(self, state):
        """Write initial running statistics into ``state``, of shape ``(...,
        stats)``.
        """

    def forward(self, x, phi, ctx):
        """Return the output, and whatever `backward` will need."""
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
        """Which entries of φ are weights: a Boolean array of shape
        ``(size,)``.
        """
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
        for name, d in ("d_in", d_in), ("d_out", d_out):
            if not isinstance(d, (int, np.integer)) or d < 1:
                raise ValueError(
                    f"{name}: got {d!r}, expected a whole number, at least 1"
                )
        self.d_in, self.d_out, self.initializer = int(d_in), int(d_out), init
        self.decays = self.d_out * self.d_in
        self.size = self.decays + self.d_out

    def views(self, phi):
        """Ω and β as views into φ, of shapes (..., D_out, D_in) and (...,
        D_out).
        """
        Omega, beta = phi[..., : self.decays], phi[..., self.decays :]
        return Omega.reshape(*phi.shape[:-1], self.d_out, self.d_in), beta

    def features(self, d):
        if d not in (None, self.d_in):
            raise ValueError(
                f"layers: {self!r} expects {self.d_in} features, and gets {d}"
            )
        return self.d_out

    def fill(self, phi, rng):
        Omega, beta = self.views(phi)
        self.initializer(Omega, rng)
        beta[...] = 0

    def forward(self, x, phi, ctx):
        Omega, beta = self.views(phi)
        y = x @ Omega.mT
        y += beta[..., None, :]
        return y, x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        (Omega, _), (dOmega, dbeta) = self.views(phi), self.views(dphi)
        np.matmul(
            dy.mT, saved, out=dOmega
        )  # pass II: the products sum over the examples;
        np.matmul(
            np.ones(dy.shape[-2], dy.dtype), dy, out=dbeta
        )  # a row of ones does, too
        return dy @ Omega if need_dx else None  # pass I

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
    >>> f = Network(Dense(1, 1), Append(2))
    >>> f(np.array([[3.0], [5.0]]), np.array([1.0, 0.0, 7.0, 8.0])).tolist()
    [[3.0, 7.0, 8.0], [5.0, 7.0, 8.0]]
    """

    def __init__(self, d):
        _check_count("d", d)
        self.size = int(d)

    def features(self, d):
        return None if d is None else d + self.size

    def fill(self, phi, rng):
        phi[...] = 0

    def forward(self, x, phi, ctx):
        lead = (
            np.broadcast_shapes(x.shape[:-2], phi.shape[:-1]) + x.shape[-2:-1]
        )
        parts = x, phi[..., None, :]
        return (
            np.concatenate(
                [np.broadcast_to(a, lead + a.shape[-1:]) for a in parts],
                axis=-1,
            ),
            None,
        )

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        dphi[...] = dy[..., -self.size :].sum(axis=-2)
        return dy[..., : -self.size]

    def __repr__(self):
        return f"Append({self.size})"


class Network(Layer):
    """Layers one after the other: the network f[x, φ] of lecture 1. A network
    is itself a layer.

    ``f(x, phi)`` is the output; `gradient` is back-propagation. Lecture items
    4, 9-11 and 157. Source: Prince 2023, "Understanding Deep Learning", section
    4.5.

    >>> import numpy as np
    >>> from dlnotes import ReLU
    >>> f = Network(Dense(2, 3), ReLU(), Dense(3, 1))
    >>> f
    Network: 13 parameters
      Dense(2, 3)   (N, 3)   9
      ReLU()        (N, 3)   0
      Dense(3, 1)   (N, 1)   4
    >>> phi = f.init(np.random.default_rng(0))
    >>> phi.shape, f(np.ones((5, 2)), phi).shape
    ((13,), (5, 1))
    >>> f.init(np.random.default_rng(0), models=20).shape
    (20, 13)
    """

    def __init__(self, *layers):
        for i, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                hint = (
                    f"; write {layer.__name__}()"
                    if isinstance(layer, type)
                    else ""
                )
                raise ValueError(
                    f"layers[{i}]: got {layer!r}, expected a layer{hint}"
                )
        if not layers:
            raise ValueError("layers: got none, expected at least one layer")
        self.layers = layers
        ends = np.cumsum([0] + [layer.size for layer in layers]).tolist()
        marks = np.cumsum([0] + [layer.stats for layer in layers]).tolist()
        self.size, self.stats = ends[-1], marks[-1]
        self.slices = [slice(a, b) for a, b in zip(ends, ends[1:])]
        self.marks = [slice(a, b) for a, b in zip(marks, marks[1:])]
        self.features(None)
        self.d_in = self._first_d_in()

    def _first_d_in(self):
        """The number of features that the input must have; None if any number
        will do.
        """
        for layer in self.layers:
            if layer.d_in is not None or layer.features(1) != 1:
                return layer.d_in

    # A network as a layer ----------------------------------------------------

    def features(self, d):
        for layer in self.layers:
            d = layer.features(d)
        return d

    def fill(self, phi, rng):
        for layer, own in zip(self.layers, self.slices):
            layer.fill(phi[own], rng)

    def fill_state(self, state):
        for layer, own in zip(self.layers, self.marks):
            layer.fill_state(state[..., own])

    def forward(self, x, phi, ctx):
        saved = []
        for layer, own, mark in zip(self.layers, self.slices, self.marks):
            here = (
                ctx._replace(state=ctx.state[..., mark]) if layer.stats else ctx
            )
            x, keep = layer.forward(x, phi[..., own], here)
            saved.append(keep)
        return x, saved

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        for k in reversed(range(len(self.layers))):
            own = self.slices[k]
            dy = self.layers[k].backward(
                dy, saved[k], phi[..., own], dphi[..., own], need_dx or k > 0
            )
        return dy

    @property
    def decay_mask(self):
        return np.concatenate([layer.decay_mask for layer in self.layers])

    # What a reader calls -----------------------------------------------------

    def init(self, rng, models=None, dtype=float):
        """Fresh parameters: φ of shape ``(P,)``, or ``(models, P)`` for a
        population.

        Each member of a population comes from its own Generator,
        ``rng.spawn(models)[m]``, so that member m is the same network whether
        it is trained alone or among others.
        """
        _check_rng(rng)
        if np.dtype(dtype).kind != "f":
            raise ValueError(
                f"dtype: got {np.dtype(dtype)}, expected a float type"
            )
        if models is None:
            phi = np.full(self.size, np.nan, dtype)
            self.fill(phi, rng)
            if np.isnan(phi).any():
                raise ValueError(
                    "layers: one left parameters without a value; fill them in"
                    " place"
                )
            return phi
        _check_count("models", models)
        return np.stack(
            [self.init(child, dtype=dtype) for child in rng.spawn(models)]
        )

    def init_state(self, models=None, dtype=float):
        """Fresh running statistics: shape ``(stats,)`` or ``(models, stats)``;
        often empty.
        """
        if models is not None:
            _check_count("models", models)
        state = np.empty(
            self.stats if models is None else (models, self.stats), dtype
        )
        self.fill_state(state)
        return state

    def __call__(self, x, phi, *, state=None, rng=None):
        """The output f[x, φ], of shape (N, D_out), or (M, N, D_out) for a
        population.

        ``x``: (N, D), or (M, N, D) when each model has its own data. ``state``:
        running statistics. With ``rng``, random layers stay random (Monte-Carlo
        dropout).
        """
        self.check(x, phi, state)
        return self.forward(x, phi, Context(False, spawn(rng, phi), state))[0]

    def gradient(self, x, y, phi, loss, *, state=None, rng=None):
        """Back-propagation: the mean loss L[φ] of a batch, and ∂L/∂φ, of φ's
        shape.

        ``loss`` is a distribution (Algorithm 1), ``y`` its targets. Layers
        behave as in training: batch statistics, and ``rng`` for random layers;
        ``state`` is moved in place. For a population the loss has shape (M,):
        one for each model.

        Lecture items 9 (forward pass), 10 and 11 (backward passes I and II).

        >>> import numpy as np
        >>> from dlnotes import SquaredError
        >>> f = Network(Dense(1, 1))
        >>> x, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
        >>> loss, dphi = f.gradient(x, y, np.array([1.0, 0.0]), SquaredError())
        >>> loss, dphi.tolist()
        (2.5, [-5.0, -3.0])
        """
        self.check(x, phi, state)
        out, saved = self.forward(x, phi, Context(True, spawn(rng, phi), state))
        nll, dout = loss.nll_and_gradient(out, y)
        N = nll.shape[-1]
        dout /= N
        dphi = np.empty_like(phi)
        if phi.ndim == 1:
            dphi.fill(
                np.nan
                # what a layer forgets to write must not pass for a gradient
            )
        self.backward(dout, saved, phi, dphi, need_dx=False)
        mean = nll.sum(axis=-1) / N
        return (mean if phi.ndim == 2 else float(mean)), dphi

    def check(self, x, phi, state=None):
        """Raise a ValueError that says which of x, φ and state does not fit
        this network.
        """
        for name, a in ("x", x), ("phi", phi):
            if not isinstance(a, np.ndarray):
                raise ValueError(
                    f"{name}: got {type(a).__name__}, expected a NumPy array"
                )
        if phi.ndim not in (1, 2) or phi.shape[-1] != self.size:
            raise ValueError(
                f"phi: got shape {phi.shape}, expected ({self.size},), or (M,"
                f" {self.size}) for M models"
            )
        if phi.dtype.kind != "f":
            raise ValueError(
                f"phi: got {phi.dtype}, expected floats; it starts as"
                " f.init(rng)"
            )
        if x.dtype != phi.dtype:
            raise ValueError(
                f"x: got {x.dtype}, expected φ's float type, {phi.dtype}; write"
                " x.astype(phi.dtype)"
            )
        d_in = self.d_in
        if x.ndim < 2 or (d_in is not None and x.shape[-1] != d_in):
            raise ValueError(
                f"x: got shape {x.shape}, expected (N, {d_in or 'D'}): rows are"
                " examples"
            )
        if (
            d_in is not None
            and x.ndim > 2
            and (x.ndim > 3 or x.shape[:1] != phi.shape[:-1])
        ):
            raise ValueError(
                f"x: got shape {x.shape} for phi of shape {phi.shape}, expected"
                f" (N, {d_in}), or (M, N, {d_in}) with the M models of phi"
            )
        if 0 in x.shape:
            raise ValueError(
                f"x: got shape {x.shape}, expected at least one example"
            )
        if self.stats and (
            state is None or state.shape != phi.shape[:-1] + (self.stats,)
        ):
            got = "None" if state is None else f"shape {state.shape}"
            raise ValueError(
                f"state: got {got}, expected shape"
                f" {phi.shape[:-1] + (self.stats,)}; it starts as"
                " f.init_state()"
            )

    def __repr__(self):
        rows, inner, d = [], {}, None
        for layer in self.layers:
            d = layer.features(d)
            first, *inner[len(rows)] = repr(layer).splitlines()
            rows.append((first, f"(N, {d})" if d else "", f"{layer.size:,}"))
        a, b, c = (max(map(len, column)) for column in zip(*rows))
        lines = [f"Network: {self.size:,} parameters"]
        for k, (name, shape, count) in enumerate(rows):
            lines += [f"  {name:{a}}   {shape:{b}}   {count:>{c}}"]
            lines += [f"  {line}" for line in inner[k]]
        return "\n".join(lines)


def spawn(rng, phi):
    """The Generators of random layers: ``rng`` itself for one model, one of its
    own for each of M.

    ``rng`` may be None, a Generator, or (for a population) already a list of M
    Generators.
    """
    if rng is None:
        return None
    if phi.ndim == 1 or not isinstance(rng, (list, tuple)):
        _check_rng(rng)
        return rng if phi.ndim == 1 else rng.spawn(len(phi))
    for one in rng:
        _check_rng(one)
    if len(rng) != len(phi):
        raise ValueError(
            f"rng: got {len(rng)} Generators, expected one for each of"
            f" {len(phi)} models"
        )
    return rng


def _check_rng(rng):
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng: got {rng!r}, expected a Generator:"
            " np.random.default_rng(seed)"
        )


def _check_count(name, n):
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(
            f"{name}: got {n!r}, expected a whole number, at least 1"
        )

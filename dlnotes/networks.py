"""Networks f[x, φ]: layers one after the other, and all parameters in one flat
array φ.
"""

import numpy as np

from . import checks
from .layers import Context, Layer, fits, written


class Network(Layer):
    """Layers one after the other: the network f[x, φ] of lecture 1. A network
    is itself a layer.

    ``f(x, phi)`` is the output; `gradient` is back-propagation. Lecture items
    4, 9-11 and 157. Source: Prince 2023, "Understanding Deep Learning", section
    4.5.

    >>> import numpy as np
    >>> from dlnotes import Dense, ReLU
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
                    f"; write {layer.__name__}(…)"
                    if isinstance(layer, type) and issubclass(layer, Layer)
                    else ""
                )
                raise ValueError(
                    f"layers[{i}]: got {checks.shown(layer)}, expected a"
                    f" layer{hint}"
                )
        if not layers:
            raise ValueError("layers: got none, expected at least one layer")
        self.layers = layers
        ends = np.cumsum([0] + [layer.size for layer in layers]).tolist()
        marks = np.cumsum([0] + [layer.stats for layer in layers]).tolist()
        self.size, self.stats = ends[-1], marks[-1]
        self.draws = any(layer.draws for layer in layers)
        self.slices = [slice(a, b) for a, b in zip(ends, ends[1:])]
        self.marks = [slice(a, b) for a, b in zip(marks, marks[1:])]
        self.expects = (...,)
        for layer in layers:
            self.expects = fits(layer, self.expects)
            if type(layer).shape is not Layer.shape:
                break
        self.shape(self.expects)

    # A network as a layer ----------------------------------------------------

    def shape(self, example):
        for layer in self.layers:
            example = layer.shape(fits(layer, example))
        return example

    def leaves(self, start=0, mark=0):
        """Every layer that is no network, however deep, with its parts of φ and
        of the statistics: triples (layer, slice, slice).

        A subclass of `Network` with a forward pass of its own is one leaf.
        """
        for layer, own, stats in zip(self.layers, self.slices, self.marks):
            if getattr(type(layer), "forward", None) is Network.forward:
                yield from layer.leaves(start + own.start, mark + stats.start)
            else:
                yield (
                    layer,
                    slice(start + own.start, start + own.stop),
                    slice(mark + stats.start, mark + stats.stop),
                )

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
        checks.generator("rng", rng)
        checks.float_type("dtype", dtype)
        if models is None:
            phi = np.full(self.size, np.nan, dtype)
            self.fill(phi, rng)
            if np.isnan(phi).any():
                raise ValueError(
                    "layers: one left parameters without a value; fill them in"
                    " place"
                )
            return phi
        checks.count("models", models)
        return np.stack(
            [self.init(child, dtype=dtype) for child in rng.spawn(models)]
        )

    def init_state(self, phi):
        """Fresh running statistics for ``phi``: of its type, and of shape
        ``(stats,)`` or ``(M, stats)``; often empty.
        """
        self._check_phi(phi)
        state = np.empty((*phi.shape[:-1], self.stats), phi.dtype)
        self.fill_state(state)
        return state

    def __call__(self, x, phi, *, state=None, rng=None):
        """The output f[x, φ]: (N, …), or (M, N, …) for a population.

        ``x``: (N, D), or (M, N, D) when each model has its own data; signals
        are (N, L, C), pictures (N, H, W, C). ``state``: running statistics.
        With ``rng``, random layers stay random (Monte-Carlo dropout).
        """
        x = self.check(x, phi, state)
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
        >>> from dlnotes import Dense, SquaredError
        >>> f = Network(Dense(1, 1))
        >>> x, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
        >>> loss, dphi = f.gradient(x, y, np.array([1.0, 0.0]), SquaredError())
        >>> loss, dphi.tolist()
        (2.5, [-5.0, -3.0])
        """
        x = self.check(x, phi, state)
        checks.able("loss", loss, "nll_and_gradient")
        if self.draws and rng is None:
            raise ValueError(
                "rng: got None, expected a Generator, which the random layers"
                " of this network draw from in training"
            )
        out, saved = self.forward(x, phi, Context(True, spawn(rng, phi), state))
        nll, dout = loss.nll_and_gradient(out, y)
        N = nll.shape[-1]
        dout /= N
        dphi = np.empty_like(phi)
        if phi.ndim == 1:  # what a layer forgets must not pass for a gradient
            dphi.fill(np.nan)
        self.backward(dout, saved, phi, dphi, need_dx=False)
        mean = nll.sum(axis=-1) / N
        return (mean if phi.ndim == 2 else float(mean)), dphi

    def check(self, x, phi, state=None):
        """``x``, with φ's leading axis of models; a ValueError says which of x,
        φ and state does not fit this network.
        """
        self._check_phi(phi)
        if checks.array("x", x).dtype != phi.dtype:
            raise ValueError(
                f"x: got {x.dtype}, expected φ's float type, {phi.dtype}; write"
                " x.astype(phi.dtype)"
            )
        x = self._check_input(x, phi)
        expected = phi.shape[:-1] + (self.stats,)
        if (self.stats or state is not None) and (
            not isinstance(state, np.ndarray)
            or (state.shape, state.dtype) != (expected, phi.dtype)
            or not state.flags.writeable
        ):
            raise ValueError(
                f"state: got {checks.shown(state)}, expected {phi.dtype} of"
                f" shape {expected}; it starts as f.init_state(phi)"
            )
        return x

    def _check_phi(self, phi):
        if checks.array("phi", phi).ndim not in (1, 2) or (
            phi.shape[-1] != self.size
        ):
            raise ValueError(
                f"phi: got shape {phi.shape}, expected ({self.size},), or (M,"
                f" {self.size}) for M models; it starts as f.init(rng)"
            )
        checks.floats("phi", phi)

    def _check_input(self, x, phi):
        """``x``, once its examples fit, with φ's leading axis."""
        models, expects, reason = phi.shape[:-1], self.expects, ""
        if ... in expects:  # one model takes any shape, and many take vectors
            expects = (None,) * (1 if models else max(1, x.ndim - 1))
        lead, example = x.shape[: -len(expects)], x.shape[-len(expects) :]
        if example != expects:
            try:
                self.shape(example)
            except ValueError as error:
                reason = f"; {error}"
        if reason or not lead or lead[:-1] not in ((), models):
            own = f", or {written(expects, 'M', 'N')} with the M models of phi"
            raise ValueError(
                f"x: got shape {x.shape} for phi of shape {phi.shape}, expected"
                f" {written(expects, 'N')}: rows are examples"
                f"{own * bool(models)}{reason}"
            )
        if 0 in x.shape:
            raise ValueError(
                f"x: got shape {x.shape}, expected at least one example"
            )
        return (
            x if lead[:-1] == models else np.broadcast_to(x, models + x.shape)
        )

    def __repr__(self):
        rows, inner, example = [], {}, self.expects
        for layer in self.layers:
            example = layer.shape(fits(layer, example))
            first, *inner[len(rows)] = repr(layer).splitlines()
            rows.append((first, written(example, "N"), f"{layer.size:,}"))
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
        checks.generator("rng", rng)
        return rng if phi.ndim == 1 else rng.spawn(len(phi))
    for one in rng:
        checks.generator("rng", one)
    if len(rng) != len(phi):
        raise ValueError(
            f"rng: got {len(rng)} Generators, expected one for each of"
            f" {len(phi)} models"
        )
    return rng

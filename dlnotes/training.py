"""The training loop: a generator, which the caller steers."""

import warnings
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .networks import _check_count, spawn


class Step(NamedTuple):
    """What `train` yields after each update.

    ``t``: updates so far; ``epoch``: epochs begun, from 1; ``ends_epoch``: whether all data were
    used up by this step; ``loss``: the mini-batch's loss *before* the update, a float or (M,);
    ``phi``: the parameters, the very array that is trained (copy it to keep it); ``frozen``: for a
    population, which models were stopped because their loss was no longer finite.
    """

    t: int
    epoch: int
    ends_epoch: bool
    loss: object
    phi: np.ndarray
    frozen: object = None


def train(
    f,
    phi,
    x,
    y,
    loss,
    optimizer,
    *,
    epochs,
    batch=None,
    rng=None,
    state=None,
    memory=None,
    wrap=None,
):
    """Train ``f`` in place, by mini-batches drawn without replacement; yield a `Step` per update.

    ``phi`` is (P,) or (M, P) and changes under your hands: after ``break``, Ctrl-C or an error it
    holds what was reached. Each model of a population shuffles with a Generator of its own
    (``rng.spawn(M)[m]``), so it sees what it would see if trained alone. ``batch=None`` is full-batch
    gradient descent. ``state``: running statistics, moved in place; ``memory``: the optimizer's, to
    go on from; ``wrap(grad)`` may return another gradient function (clipping, penalties, freezing).

    A loss that is not finite stops a single model with a FloatingPointError; in a population that
    model is frozen where it stands, and a warning names it.

    Lecture item 57 (Algorithm 8). Source: Robbins & Monro 1951; Bottou 2012, "SGD Tricks".

    >>> from dlnotes import Dense, GradientDescent, Network, SquaredError
    >>> rng = np.random.default_rng(0)
    >>> f, x = Network(Dense(1, 1)), rng.normal(size=(50, 1))
    >>> phi = f.init(rng)
    >>> for step in train(f, phi, x, 3 * x + 1, SquaredError(), GradientDescent(0.1),
    ...                   epochs=20, batch=10, rng=rng):
    ...     if step.loss < 1e-6:
    ...         break
    >>> phi.round(2).tolist()
    [3.0, 1.0]
    """
    f.check(x, phi, state)
    _check_count("epochs", epochs)
    M = len(phi) if phi.ndim == 2 else None
    N = x.shape[1] if M and x.ndim == 3 else x.shape[0]
    if batch is not None:
        _check_count("batch", batch)
        if batch > N:
            raise ValueError(f"batch: got {batch}, expected at most {N}, the examples in x")
        if rng is None:
            raise ValueError("rng: got None, expected a Generator, which shuffles the batches")
    if not isinstance(y, np.ndarray) or N not in y.shape[: 1 if M is None else 2]:
        got = f"shape {y.shape}" if isinstance(y, np.ndarray) else type(y).__name__
        raise ValueError(f"y: got {got}, expected one target for each of the {N} examples in x")
    memory = optimizer.init(phi) if memory is None else memory
    rngs = spawn(rng, phi)
    return _steps(f, phi, x, y, loss, optimizer, epochs, batch, rngs, state, memory, wrap)


def _steps(f, phi, x, y, loss, optimizer, epochs, batch, rngs, state, memory, wrap):
    frozen = np.zeros(phi.shape[:-1], bool)
    N = x.shape[1] if phi.ndim == 2 and x.ndim == 3 else x.shape[0]
    for epoch in range(1, epochs + 1):
        for index, ends_epoch in _batches(N, batch, rngs):
            data = (x, y) if index is None else (_rows(x, index, N), _rows(y, index, N))
            seen = SimpleNamespace(loss=None, kept=None)

            def grad(phi_):
                seen.loss, dphi = f.gradient(*data, phi_, loss, state=state, rng=rngs)
                if not np.isfinite(seen.loss).all():
                    _stop(seen.loss, frozen, memory.t, optimizer)
                seen.kept = phi[frozen] if frozen.any() else None
                return dphi

            with np.errstate(over="ignore", invalid="ignore"):
                optimizer.step(phi, wrap(grad) if wrap else grad, memory)
            if seen.kept is not None:
                phi[frozen] = seen.kept
            yield Step(memory.t, epoch, ends_epoch, seen.loss, phi, frozen)


def _batches(N, batch, rngs):
    """One epoch: row numbers (B,), or (M, B) when each model has its order; and: is it the last?"""
    if batch is None:
        yield None, True
        return
    if isinstance(rngs, np.random.Generator):
        order = rngs.permutation(N)
    else:
        order = np.stack([rng.permutation(N) for rng in rngs])
    for start in range(0, N, batch):
        yield order[..., start : start + batch], start + batch >= N


def _rows(a, index, N):
    """The examples ``index`` of ``a``, which all models share or of which each has its own."""
    if index.ndim == 2 and a.shape[:2] == (len(index), N):
        return a[np.arange(len(index))[:, None], index]
    return a[index]


def _stop(loss, frozen, t, optimizer):
    """The loss is no longer finite: raise for one model, freeze the member of a population."""
    advice = "try a smaller learning rate, scale the inputs, or look for nan in the data"
    if frozen.ndim == 0 or not np.isfinite(loss[~frozen]).any():
        who = "the loss is" if frozen.ndim == 0 else "the losses of all models are"
        raise FloatingPointError(f"{who} not finite at step {t + 1} of {optimizer!r}: {advice}")
    new = ~np.isfinite(loss) & ~frozen
    if new.any():
        names = ", ".join(map(str, np.flatnonzero(new)))
        warnings.warn(
            f"model {names}: the loss is not finite at step {t + 1}; frozen there ({advice})",
            RuntimeWarning,
            stacklevel=2,
        )
        frozen |= new

"""The training loop: a generator, which the caller steers."""

import warnings
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .networks import _check_count, spawn


class Step(NamedTuple):
    """What `train` yields after each update.

    ``t``: updates so far; ``epoch``: epochs begun, from 1; ``ends_epoch``:
    whether all data were used up by this step; ``loss``: the mini-batch's loss
    *before* the update, a float or (M,); ``phi``: the parameters, the very
    array that is trained (copy it to keep it); ``frozen``: for a population,
    which models were stopped because their loss was no longer finite.
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
    """Train ``f`` in place, by mini-batches drawn without replacement; yield a
    `Step` per update.

    ``phi`` is (P,) or (M, P) and changes under your hands: after ``break``,
    Ctrl-C or an error it holds what was reached. Each model of a population
    shuffles with a Generator of its own (``rng.spawn(M)[m]``), so it sees what
    it would see if trained alone. ``batch=None`` is full-batch gradient
    descent. ``state``: running statistics, moved in place; ``memory``: the
    optimizer's, to go on from (a population goes on exactly with a list of
    Generators, ``rng.spawn(M)``, handed to every call; ``epoch`` counts within
    a call); ``wrap(grad)`` may return another gradient function (clipping,
    penalties, freezing).

    A loss that is not finite stops a single model with a FloatingPointError; in
    a population that model is frozen where it stands, and a warning names it.

    Lecture item 57 (Algorithm 8). Source: Robbins & Monro 1951; Bottou 2012,
    "SGD Tricks".

    >>> from dlnotes import Dense, GradientDescent, Network, SquaredError
    >>> rng = np.random.default_rng(0)
    >>> f, x = Network(Dense(1, 1)), rng.normal(size=(50, 1))
    >>> phi = f.init(rng)
    >>> loss, optimizer = SquaredError(), GradientDescent(0.1)
    >>> for step in train(f, phi, x, 3 * x + 1, loss, optimizer,
    ...                   epochs=20, batch=10, rng=rng):
    ...     if step.loss < 1e-6:
    ...         break
    >>> phi.round(2).tolist()
    [3.0, 1.0]
    """
    f.check(x, phi, state)
    _check_count("epochs", epochs)
    for name, value, method in (
        ("loss", loss, "nll"),
        ("optimizer", optimizer, "step"),
    ):
        if isinstance(value, type) or not hasattr(value, method):
            hint = (
                f"; write {value.__name__}(…)"
                if isinstance(value, type)
                else ""
            )
            raise ValueError(
                f"{name}: got {value!r}, expected an object that has"
                f" {method}{hint}"
            )
    M = len(phi) if phi.ndim == 2 else None
    N = x.shape[1] if M and x.ndim == 3 else x.shape[0]
    if batch is not None:
        _check_count("batch", batch)
        if batch > N:
            raise ValueError(
                f"batch: got {batch}, expected at most {N}, the examples in x"
            )
        if rng is None:
            raise ValueError(
                "rng: got None, expected a Generator, which shuffles the"
                " batches"
            )
    own = y_is_own = False
    if not isinstance(y, np.ndarray):
        raise ValueError(
            f"y: got {type(y).__name__}, expected a NumPy array of {N} targets"
        )
    if M is not None:
        own, y_is_own = x.ndim == 3, y.ndim == (2 if loss.labels else 3)
    if y.shape[: 1 + y_is_own] != ((M, N) if y_is_own else (N,)):
        raise ValueError(
            f"y: got shape {y.shape}, expected one target for each of the {N}"
            " examples"
        )
    memory = optimizer.init(phi) if memory is None else memory
    rngs = spawn(rng, phi)

    def data(index):
        if index is None:
            return x, y
        return _rows(x, index, own), _rows(y, index, y_is_own)

    batches = (step for _ in range(epochs) for step in _batches(N, batch, rngs))
    return _steps(
        f, phi, data, batches, loss, optimizer, rngs, state, memory, wrap
    )


def _steps(f, phi, data, batches, loss, optimizer, rngs, state, memory, wrap):
    frozen, epoch = np.zeros(phi.shape[:-1], bool), 1
    moving = [phi, *(getattr(memory, name) for name in optimizer.moments)]
    for index, ends_epoch in batches:
        seen = SimpleNamespace(loss=None, kept=())
        x, y = data(index)

        def grad(point):
            before = (
                state.copy() if state is not None and phi.ndim == 2 else None
            )
            seen.loss, dphi = f.gradient(
                x, y, point, loss, state=state, rng=rngs
            )
            if not np.isfinite(seen.loss).all():
                _stop(seen.loss, frozen, memory.t, optimizer)
            if frozen.any():
                seen.kept = [(a, a[frozen]) for a in moving]
                if before is not None:
                    state[frozen] = before[frozen]
            return dphi

        with np.errstate(over="ignore", invalid="ignore"):
            optimizer.step(phi, wrap(grad) if wrap else grad, memory)
        for array, rows in seen.kept:
            array[frozen] = rows
        yield Step(memory.t, epoch, ends_epoch, seen.loss, phi, frozen.copy())
        epoch += ends_epoch


def _batches(N, batch, rngs):
    """One epoch: row numbers (B,), or (M, B) when each model has its order;
    and: is it the last?
    """
    if batch is None:
        yield None, True
        return
    if isinstance(rngs, np.random.Generator):
        order = rngs.permutation(N)
    else:
        order = np.stack([rng.permutation(N) for rng in rngs])
    for start in range(0, N, batch):
        yield order[..., start : start + batch], start + batch >= N


def _rows(a, index, own):
    """The examples ``index`` of ``a``: of all models' data, or of each model's
    own.
    """
    return a[np.arange(len(index))[:, None], index] if own else a[index]


def _stop(loss, frozen, t, optimizer):
    """The loss is no longer finite: raise for one model, freeze the member of a
    population.
    """
    advice = (
        "try a smaller learning rate, scale the inputs, or look for nan in the"
        " data"
    )
    if frozen.ndim == 0 or not np.isfinite(loss[~frozen]).any():
        who = (
            "the loss is"
            if frozen.ndim == 0
            else "the losses of all models are"
        )
        raise FloatingPointError(
            f"{who} not finite at step {t + 1} of {optimizer!r}: {advice}"
        )
    new = ~np.isfinite(loss) & ~frozen
    if new.any():
        names = ", ".join(map(str, np.flatnonzero(new)))
        warnings.warn(
            f"model {names}: the loss is not finite at step {t + 1}; frozen"
            f" there ({advice})",
            RuntimeWarning,
            stacklevel=2,
        )
        frozen |= new

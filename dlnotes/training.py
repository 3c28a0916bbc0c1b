"""The training loop: an iterator, which the caller steers."""

import warnings
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from . import checks
from .networks import spawn


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
    wrap=None,
):
    """The steps of training, for a loop: ``for step in train(…):`` trains, and
    ``train(…)`` alone does nothing.

    Each `Step` is one update of ``phi``, (P,) or (M, P), which changes under
    your hands, by a mini-batch drawn without replacement: after ``break``,
    Ctrl-C or an error it holds what was reached, and the same iterator goes on
    from there. Each model of a population shuffles with a Generator of its own
    (``rng.spawn(M)[m]``), so it sees what it would see if trained alone.
    ``batch=None`` is full-batch gradient descent. ``state``: running
    statistics, moved in place. ``wrap``: a function that makes another gradient
    function of ``grad`` (clipping, a penalty), or several in a list:
    ``[L2(0.01), clip_by_norm(1.0)]`` adds the penalty's gradient, and clips the
    sum.

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
    checks.able("f", f, "gradient")
    checks.parameters("phi", phi)
    inputs = f.check(x, phi, state)
    N = inputs.shape[phi.ndim - 1]
    checks.count("epochs", epochs)
    checks.able("loss", loss, "nll_and_gradient")
    checks.able("optimizer", optimizer, "step")
    rngs = spawn(rng, phi)
    if batch is not None:
        checks.count("batch", batch, most=N)
        if rng is None:
            raise ValueError(
                "rng: got None, expected a Generator, which shuffles the"
                " batches"
            )
    own = phi.ndim == 2 and inputs.ndim == x.ndim
    y_is_own = _check_targets(y, phi, N, getattr(loss, "labels", False))

    def data(index):
        if index is None:
            return x, y
        return _rows(x, index, own), _rows(y, index, y_is_own)

    batches = (step for _ in range(epochs) for step in _batches(N, batch, rngs))
    wraps = _check_wraps(wrap)
    return _Steps(
        _steps(f, phi, data, batches, loss, optimizer, rngs, state, wraps)
    )


class _Steps:
    """The steps as an iterator, which says so if nobody takes one."""

    def __init__(self, steps):
        self._steps, self._begun = steps, False

    def __iter__(self):
        return self

    def __next__(self):
        self._begun = True
        return next(self._steps)

    def __repr__(self):
        return "the steps of train(…); write: for step in train(…):"

    def __del__(self):
        if not self._begun:
            warnings.warn(
                "train(…) trained nothing; write: for step in train(…):",
                RuntimeWarning,
                stacklevel=2,
            )


def _steps(f, phi, data, batches, loss, optimizer, rngs, state, wraps):
    memory, epoch = optimizer.init(phi), 1
    frozen = np.zeros(phi.shape[:-1], bool)
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
                dphi[frozen] = 0  # nobody looks at it, for it may be nan
                seen.kept = [(a, a[frozen]) for a in moving]
                if before is not None:
                    state[frozen] = before[frozen]
            return dphi

        wrapped = grad
        for wrap in wraps:
            wrapped = checks.function("wrap: it returned", wrap(wrapped))
        with np.errstate(over="ignore", invalid="ignore"):
            optimizer.step(phi, wrapped, memory)
        for array, rows in seen.kept:
            array[frozen] = rows
        yield Step(memory.t, epoch, ends_epoch, seen.loss, phi, frozen.copy())
        epoch += ends_epoch


def _check_targets(y, phi, N, labels):
    """Whether each model has targets of its own; a ValueError if they do not
    go with N examples.
    """
    rank = 1 if labels else 2
    own = phi.ndim == 2 and checks.array("y", y).ndim == rank + 1
    lead = (len(phi), N) if own else (N,)
    if checks.array("y", y).shape[: 1 + own] != lead:
        raise ValueError(
            f"y: got shape {y.shape}, expected one target for each of the {N}"
            " examples"
        )
    if y.ndim != rank + own:
        cure = "y[:, None]" if y.ndim == 1 else "y.argmax(axis=-1)"
        raise ValueError(
            f"y: got shape {y.shape}, expected"
            f" {(N,) if labels else f'({N}, D), D outputs'}; write {cure}"
        )
    return own


def _check_wraps(wrap):
    """A tuple of functions, from none, one or several."""
    wraps = () if wrap is None else (wrap,)
    if isinstance(wrap, (list, tuple)):
        wraps = tuple(wrap)
    for one in wraps:
        checks.function("wrap", one)
    return wraps


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


def path(optimizer, grad, start, steps):
    """The points φ that an optimizer visits, the start included: an array of
    shape (steps + 1, P), or (steps + 1, M, P) for a population.

    For a loss that is a formula: ``grad`` is its gradient function; `train` is
    for networks and data. ``start``: (P,) or (M, P), which stays as it is.

    >>> from dlnotes import GradientDescent
    >>> def bowl(phi):
    ...     return np.array([1.0, 2.0]) * phi
    >>> path(GradientDescent(0.5), bowl, [8.0, 4.0], 3).tolist()
    [[8.0, 4.0], [4.0, 0.0], [2.0, 0.0], [1.0, 0.0]]
    """
    checks.able("optimizer", optimizer, "step")
    checks.function("grad", grad)
    phi = checks.parameters("start", checks.real("start", start).copy())
    points = np.empty((checks.count("steps", steps) + 1, *phi.shape), phi.dtype)
    points[0], memory = phi, optimizer.init(phi)
    for point in points[1:]:
        optimizer.step(phi, grad, memory)
        point[...] = phi
    return points

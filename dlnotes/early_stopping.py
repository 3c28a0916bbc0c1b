"""Early stopping: keep the best parameters, and say when to stop."""

import numpy as np

from . import checks


class EarlyStopping:
    """Remembers the best φ and state, and says stop once ``patience`` checks
    have passed without a better value.

    It steers the loop of `train`: after an epoch, or every so many steps, it is
    told the validation error (or any value of which less is better). ``best``
    is the least so far, ``check`` the number of the check that gave it, counted
    from 1, ``phi`` and ``state`` are copies of that moment, also when training
    ends for want of epochs. A value that is nan is never better.

    Lecture item 83 (Algorithm 18). Source: Morgan & Bourlard 1990; Prechelt
    1998.

    >>> stop, phi = EarlyStopping(patience=2), np.zeros(1)
    >>> for error in 0.5, 0.3, 0.4, 0.35, 0.2:
    ...     phi += 1
    ...     if stop(error, phi):
    ...         break
    >>> stop.best, stop.check, stop.phi.tolist(), phi.tolist()
    (0.3, 2, [2.0], [4.0])
    """

    def __init__(self, patience):
        self.patience = checks.count("patience", patience)
        self.best, self.check, self.checks = np.inf, 0, 0
        self.phi = self.state = None

    def __call__(self, value, phi, state=None):
        """Whether to stop. ``value``: the error of ``phi``, a number."""
        if np.ndim(value) or np.asarray(value).dtype.kind not in "fiu":
            raise ValueError(
                f"value: got {checks.shown(value)}, expected one number"
            )
        checks.floats("phi", phi)
        if state is not None:
            checks.floats("state", state)
        self.checks += 1
        better = bool(value < self.best)
        if better or self.phi is None:
            self.best = float(value) if better else np.inf
            self.check = self.checks
            self.phi = phi.copy()
            self.state = None if state is None else state.copy()
        return self.checks - self.check >= self.patience

    def __repr__(self):
        return (
            f"EarlyStopping({self.patience}): best {self.best:.4g} at check"
            f" {self.check} of {self.checks}"
        )

"""The answers to the exercises of chapter 4."""

import numpy as np

EXERCISES = {}

# 4.1 Schedules ---------------------------------------------------------------

EXERCISES["twice-the-batch"] = (
    None,
    2 / 11,
    {
        "That is the rule of thumb, for a small α h; here 2 - α h counts.": 0.2,
        "The noise has changed: so must the rate.": 0.1,
        "Which of the two noises is the smaller one?": 1 / 19,
    },
)


def _moments(rng):
    return [
        (t, steps, climb, peak)
        for steps, climb, peak in ((100, 30, 1.0), (47, 10, 0.3))
        for t in (0, climb // 2, climb, climb + 5, steps)
    ]


def _halves(up, down):
    """A rate of two half waves, from ``up`` to the peak and on to ``down``."""

    def rate(t, steps, climb, peak):
        if t < climb:
            low, high, share = peak * up, peak, t / climb
        else:
            low, high = peak, peak * down
            share = (t - climb) / (steps - climb)
        return low + (high - low) * (1 - np.cos(np.pi * share)) / 2

    return rate


EXERCISES["two-phases"] = (
    _moments,
    _halves(1 / 25, 1 / 250_000),
    {
        "Begin at peak/25, not at 0.": _halves(0, 1 / 250_000),
        "End at peak/250 000, not at peak/25.": _halves(1 / 25, 1 / 25),
        "Half waves, not lines.": lambda t, steps, climb, peak: np.interp(
            t, [0, climb, steps], [peak / 25, peak, peak / 250_000]
        ),
    },
)

EXERCISES["cycle-steps"] = (
    None,
    10 / 3,
    {
        "That is the rate alone; divide by 1 - β, before and after.": 10.0,
        "1 - β grows from 0.05 to 0.15, and the steps are divided by it.": 30.0,
        "That is the factor of 1/(1-β) alone.": 1 / 3,
    },
)


def _errors(rng):
    return [
        ([0.5, 0.4, 0.4, 0.41, 0.3, 0.35, 0.36, 0.37, 0.38], 0.8, 2, 2),
        ([0.3, 0.5, 0.6, 0.45, 0.4, 0.46, 0.47], 1.0, 10, 2),
        (rng.random(12).round(2).tolist(), 0.1, 5, 3),
    ]


def _performance(equal_is_better=False, forget=False, at_once=False):
    """The rule, or one of its misreadings."""

    def rates(errors, start, factor, patience):
        rate, best, waited, used = start, float("inf"), 0, []
        for error in errors:
            better = error <= best if equal_is_better else error < best
            waited = 0 if better else waited + 1
            best = min(best, error)
            after = rate
            if waited == patience:
                after, waited = rate / factor, 0
                best = float("inf") if forget else best
            used.append(after if at_once else rate)
            rate = after
        return used

    return rates


EXERCISES["performance-rates"] = (
    _errors,
    _performance(),
    {
        "An error that equals the best is not better.": _performance(
            equal_is_better=True
        ),
        "The best so far stays when the rate falls.": _performance(forget=True),
        "The rate falls for the next epoch: this one is over.": _performance(
            at_once=True
        ),
    },
)

# 4.2 Penalties ---------------------------------------------------------------

EXERCISES["penalty-conversion"] = (
    None,
    0.05,
    {
        "The other loss is a sum; this one is a mean over the examples.": 3.0,
        "Both their terms have a ½: multiply the whole by 2/N.": 0.025,
        "Both their terms have a ½, so it cancels.": 0.1,
    },
)


def _regressions(rng):
    return [
        (x, x @ rng.normal(size=d) + 5 + rng.normal(size=n), lam)
        for n, d, lam in ((20, 3, 0.1), (8, 1, 0.0), (5, 9, 2.0))
        for x in [rng.normal(size=(n, d)) + 1]
    ]


def _ridge(x, y, lam):
    x_mean, y_mean = x.mean(axis=0), y.mean()
    x, y = x - x_mean, y - y_mean
    N, D = x.shape
    w = np.linalg.solve(x.T @ x / N + lam * np.eye(D), x.T @ y / N)
    return w, y_mean - w @ x_mean


def _ridge_of_all(x, y, lam):
    x = np.column_stack([x, np.ones(len(x))])
    both = x.T @ x / len(x) + (lam + 1e-9) * np.eye(x.shape[1])
    w = np.linalg.solve(both, x.T @ y / len(x))
    return w[:-1], w[-1]


def _ridge_of_sums(x, y, lam):
    return _ridge(x, y, lam / len(x))


def _ridge_not_centred_back(x, y, lam):
    return _ridge(x, y, lam)[0], y.mean()


EXERCISES["ridge-with-bias"] = (
    _regressions,
    _ridge,
    {
        "The bias is not penalized.": _ridge_of_all,
        "The loss is a mean: divide both products by N.": _ridge_of_sums,
        "The bias is ȳ - wᵀx̄.": _ridge_not_centred_back,
    },
)

EXERCISES["l2-two-directions"] = (
    None,
    0.1 / (0.1 + 10 / 99),
    {
        "In this book's form it is h/(h + 2λ); did you take that twice?": (
            0.1 / (0.1 + 5 / 99)
        ),
        "That is what is lost.": (10 / 99) / (0.1 + 10 / 99),
        "The flat direction has the curvature 0.1: it keeps less.": 0.99,
    },
)


def _vectors(rng):
    return [
        (np.array([3.0, -0.2, 0.0, -4.0]), 0.5),
        (rng.normal(size=(3, 4)), 1.0),
        (rng.normal(size=5), 0.0),
    ]


EXERCISES["soft-threshold-code"] = (
    _vectors,
    lambda phi, t: np.sign(phi) * np.maximum(np.abs(phi) - t, 0),
    {
        "What is longer must be moved, too.": lambda phi, t: np.where(
            np.abs(phi) > t, phi, 0
        ),
        "It jumps over 0: stop there.": lambda phi, t: phi - t * np.sign(phi),
        "Negative numbers move up.": lambda phi, t: np.maximum(phi - t, 0),
    },
)

# 4.3 Early stopping ----------------------------------------------------------


def _curves(rng):
    return [
        ([0.5, 0.4, 0.45, 0.41, 0.3, 0.35], 2),
        ([0.5, 0.4, 0.4, 0.4, 0.4, 0.2], 3),
        ([0.9, 0.8, 0.7, 0.6], 2),
        (rng.random(30).round(2).tolist(), 8),
    ]


def _stop(equal_is_better=False, best_at_end=False, late=0):
    """The rule, or one of its misreadings."""

    def rule(values, patience):
        best, kept = float("inf"), 0
        for epoch, value in enumerate(values, 1):
            if value < best or equal_is_better and value == best:
                best, kept = value, epoch
            if epoch - kept == patience + late:
                break
        return (epoch if best_at_end else kept), epoch

    return rule


EXERCISES["stopping-rule"] = (
    _curves,
    _stop(),
    {
        "A value that equals the best is no improvement.": _stop(
            equal_is_better=True
        ),
        "The best epoch is kept, not the last.": _stop(best_at_end=True),
        "It ends one epoch earlier: patience counts checks.": _stop(late=1),
    },
)

EXERCISES["steps-for-half"] = (
    None,
    4,
    {
        "That is the rule; here the steps are not small: count them.": 5,
        "Three steps are not quite enough.": 3,
        "The factor of a step is 1 - εh, with h = 2.": 7,
    },
)

EXERCISES["kept-by-both"] = (
    None,
    1 - np.exp(-1 / 3),
    {
        "Near, but early stopping keeps a little more.": 0.25,
        "Solve u/(1 + u) = 1/4: u is not 1/4.": 1 - np.exp(-1 / 4),
        "That is what is missing.": np.exp(-1 / 3),
    },
)

# 4.4 Ensembles ---------------------------------------------------------------

EXERCISES["correlated-average"] = (
    None,
    (1.75, 1.0),
    {
        "What is common to all does not shrink with their number.": (1.0, 0.0),
        "Only the part that is not common is divided by four.": (2.5, 1.0),
    },
)

EXERCISES["in-just-one"] = (
    None,
    2 * (1 - np.exp(-1)) * np.exp(-1),
    {
        "That is the share in both.": (1 - np.exp(-1)) ** 2,
        "That is the share in neither.": np.exp(-2),
        "In one and not in the other: there are two ways.": (
            (1 - np.exp(-1)) * np.exp(-1)
        ),
        "That is the share in at least one of them.": 1 - np.exp(-2),
    },
)


def _logits(rng):
    return [
        (rng.normal(size=(3, 5, 4)),),
        (np.array([[[1000.0, 0.0, -1000.0]], [[0.0, -1000.0, 1000.0]]]),),
        (rng.normal(size=(1, 2, 3)),),
    ]


def _log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))


def _log_mean(logits):
    each = _log_softmax(logits)
    largest = each.max(axis=0)
    return largest + np.log(np.mean(np.exp(each - largest), axis=0))


def _quietly(logarithm):
    """The same, without the warning for the logarithm of 0."""

    def quiet(logits):
        with np.errstate(divide="ignore"):
            return logarithm(logits)

    return quiet


EXERCISES["log-mean-probability"] = (
    _logits,
    _log_mean,
    {
        "That is the mean of the logarithms.": lambda logits: np.mean(
            _log_softmax(logits), axis=0
        ),
        "That is the logarithm of the sum: divide by M.": lambda logits: (
            _log_mean(logits) + np.log(len(logits))
        ),
        "Some probabilities are 0 in the computer: stay in logarithms.": (
            _quietly(
                lambda logits: np.log(
                    np.mean(np.exp(_log_softmax(logits)), axis=0)
                )
            )
        ),
    },
)

# 4.5 Dropout -----------------------------------------------------------------


def _masked(rng):
    return [
        (
            rng.normal(size=shape),
            (rng.random(shape) >= p).astype(float),
            p,
            rng.normal(size=shape),
        )
        for shape, p in (((4, 3), 0.5), ((10,), 0.2), ((2, 3, 4), 0.8))
    ]


EXERCISES["dropout-both-ways"] = (
    _masked,
    lambda h, mask, p, dy: (mask / (1 - p) * h, mask / (1 - p) * dy),
    {
        "What remains is divided by 1 - p.": lambda h, mask, p, dy: (
            mask * h,
            mask * dy,
        ),
        "Divide by the probability to be kept, 1 - p.": (
            lambda h, mask, p, dy: (mask / p * h, mask / p * dy)
        ),
        "The derivative passes only where the unit was on.": (
            lambda h, mask, p, dy: (mask / (1 - p) * h, dy / (1 - p))
        ),
        "The factor 1/(1 - p) belongs to the derivative, too.": (
            lambda h, mask, p, dy: (mask / (1 - p) * h, mask * dy)
        ),
    },
)

EXERCISES["dropout-units"] = (
    None,
    (0.01, 100.0),
    {
        "In (b) the weight is proportional to the feature.": (0.01, 0.01),
        "In (a) the penalty does not see the unit: only w x counts.": (
            100.0,
            100.0,
        ),
    },
)

EXERCISES["one-unit-relu"] = (
    None,
    (0.0, 0.5),
    {
        "Where the unit is on, it is doubled.": (0.0, 0.0),
        "Half of the masks give 0.": (0.0, 1.0),
    },
)

# 4.6 Noise, label smoothing, max-norm, augmentation --------------------------

EXERCISES["noise-lambda"] = (
    None,
    20.0,
    {
        "That is this book's λ; the colleague's loss is a sum.": 0.04,
        "The penalty has σ² in it, not the standard deviation.": 100.0,
        "A sum over the examples needs a larger penalty, not a smaller one.": (
            0.04 / 500
        ),
    },
)

EXERCISES["smoothing-conversion"] = (
    None,
    np.log(81),
    {
        "That takes ε for ρ; the right class, too, gets its part of ε.": (
            np.log(0.8 * 19 / 0.2)
        ),
        "The right class gets 1 - ε, and ε/K besides.": np.log(0.8 * 20 / 0.2),
        "The gap is a difference of logits: take the logarithm.": 81.0,
    },
)


def _labels_to_smooth(rng):
    return [
        (rng.integers(K, size=n), K, rho)
        for n, K, rho in ((6, 10, 0.1), (4, 3, 0.5), (1, 2, 0.0))
    ]


def _soft(right, others):
    """Targets from what the right class gets, and each of the others."""

    def soft(y, K, rho):
        targets = np.full((len(y), K), others(K, rho))
        targets[np.arange(len(y)), y] = right(K, rho)
        return targets

    return soft


EXERCISES["soft-targets"] = (
    _labels_to_smooth,
    _soft(lambda K, rho: 1 - rho, lambda K, rho: rho / (K - 1)),
    {
        "That is the other form, with ε/K for every class.": _soft(
            lambda K, rho: 1 - rho + rho / K, lambda K, rho: rho / K
        ),
        "There are K - 1 other classes.": _soft(
            lambda K, rho: 1 - rho, lambda K, rho: rho / K
        ),
        "The others share ρ; it is not for each of them.": _soft(
            lambda K, rho: 1 - rho, lambda K, rho: rho
        ),
    },
)


def _rows_to_shorten(rng):
    return [
        (rng.normal(size=(4, 3)), 1.5),
        (np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]), 1.0),
        (rng.normal(size=(2, 50)), 0.1),
    ]


def _project(length_of, shorten_only=True):
    def project(W, r):
        length = length_of(W)
        if shorten_only:
            length = np.maximum(length, r)
        return W * (r / np.maximum(length, 1e-300))

    return project


EXERCISES["project-rows"] = (
    _rows_to_shorten,
    _project(lambda W: np.linalg.norm(W, axis=1, keepdims=True)),
    {
        "Rows that are short enough stay as they are.": _project(
            lambda W: np.linalg.norm(W, axis=1, keepdims=True), False
        ),
        "A row holds what comes into a unit, a column what leaves one.": (
            _project(lambda W: np.linalg.norm(W, axis=0, keepdims=True))
        ),
        "Each row has a length of its own.": _project(np.linalg.norm),
        "The length is the root of the sum of squares.": _project(
            lambda W: np.abs(W).sum(axis=1, keepdims=True)
        ),
        "Shorten the row as a whole, not number by number.": (
            lambda W, r: np.clip(W, -r, r)
        ),
    },
)

EXERCISES["upside-down"] = (
    None,
    (6, 7, -1, 8, -1, -1, 0, 1, 3, -1),
    {
        "If a becomes b, then b becomes a.": (
            *(6, 7, -1, 8, -1, -1),
            *(-1, -1, -1, -1),
        ),
        "There is one pair more: look at the two waves.": (
            *(6, 7, -1, -1, -1, -1),
            *(0, 1, -1, -1),
        ),
        "Of two classes, upside down is only similar.": (
            *(6, 7, 5, 8, -1, 2),
            *(0, 1, 3, -1),
        ),
    },
)

# 4.7 Few labels ---------------------------------------------------------------


def _cut(*sizes):
    """The slices of layers with so many parameters."""
    ends = np.cumsum([0, *sizes]).tolist()
    return [slice(a, b) for a, b in zip(ends, ends[1:])]


def _networks_to_freeze(rng):
    return [
        (_cut(6, 0, 4), 1, 0.1),
        (_cut(6, 0, 4), 2, 0.1),
        (_cut(3, 5), 0, 0.5),
        (_cut(3, 5), 2, 0.5),
    ]


def _frozen_rates(slices, frozen, alpha):
    rates = np.full(slices[-1].stop, float(alpha))
    for own in slices[:frozen]:
        rates[own] = 0
    return rates


EXERCISES["frozen-rates"] = (
    _networks_to_freeze,
    _frozen_rates,
    {
        "The first layers stay, the others get α.": (
            lambda slices, frozen, alpha: (
                alpha - _frozen_rates(slices, frozen, alpha)
            )
        ),
        "One rate for each parameter, not for each layer.": (
            lambda slices, frozen, alpha: np.where(
                np.arange(len(slices)) < frozen, 0, alpha
            )
        ),
        "All of the first layers, not only the last one of them.": (
            lambda slices, frozen, alpha: np.where(
                np.isin(
                    np.arange(slices[-1].stop),
                    np.r_[slices[frozen - 1]] if frozen else [],
                ),
                0,
                alpha,
            )
        ),
    },
)

EXERCISES["contrastive-chance"] = (
    None,
    np.log(39),
    {
        "A row does not ask itself.": np.log(40),
        "Both versions of each signal are in the batch.": np.log(19),
        "There are two versions of each signal, so more rows.": np.log(20),
    },
)


def _rows_of_cosines(rng):
    return [
        (rng.uniform(-1, 1, n), k, tau)
        for n, k, tau in ((5, 2, 0.5), (7, 0, 0.1), (4, 3, 0.001))
    ]


def _row_loss(cosines, partner, tau):
    z = cosines / tau - np.max(cosines / tau)
    log_p = z - np.log(np.sum(np.exp(z)))
    p = np.exp(log_p)
    return -log_p[partner], (p - (np.arange(len(p)) == partner)) / tau


def _row_loss_of_others(cosines, partner, tau):
    """With the partner left out of the sum."""
    z = cosines / tau
    top = z.max()
    p = np.exp(z - top) * (np.arange(len(z)) != partner)
    total = p.sum()
    loss = np.log(total) + top - z[partner]
    return loss, (p / total - (np.arange(len(z)) == partner)) / tau


def _row_loss_scaled(cosines, partner, tau):
    loss, derivative = _row_loss(cosines, partner, tau)
    return loss, derivative * tau


def _row_loss_without_tau(cosines, partner, tau):
    return _row_loss(cosines, partner, 1.0)


EXERCISES["contrastive-row"] = (
    _rows_of_cosines,
    _row_loss,
    {
        "The sum goes over all others, the partner included.": (
            _row_loss_of_others
        ),
        "The cosines are divided by τ; so is the derivative.": _row_loss_scaled,
        "The logits are the cosines divided by τ.": _row_loss_without_tau,
        "The probability of the partner should rise, so its derivative is"
        " negative.": (
            lambda cosines, partner, tau: (
                _row_loss(cosines, partner, tau)[0],
                -_row_loss(cosines, partner, tau)[1],
            )
        ),
    },
)

# 4.8 What gradient descent minimises by itself -------------------------------


def _bowls(rng):
    """Gradient functions, points and rates."""
    A = rng.normal(size=(3, 3))
    return [
        (lambda phi: 4 * phi, np.array([1.0, -2.0]), 0.1),
        (lambda phi: A.T @ (A @ phi), rng.normal(size=3), 0.2),
        (lambda phi: phi**3 - phi, np.array([2.0]), 0.05),
    ]


def _beside(size):
    """The gradient at a point that lies ``size`` steps of α uphill."""
    return lambda grad, phi, alpha: grad(phi + size * alpha * grad(phi))


EXERCISES["uphill-gradient"] = (
    _bowls,
    _beside(0.5),
    {
        "Uphill: the term is added, it makes steep places dearer.": _beside(
            -0.5
        ),
        "Half a step: the gradient of α/4 ‖g‖² is α/2 H g.": _beside(1.0),
        "A quarter would be right without the 2 of the square.": _beside(0.25),
        "That is the gradient of the loss itself.": _beside(0.0),
    },
)

EXERCISES["effective-curvature"] = (
    None,
    (-np.log(0.8) / 0.1, 2.2),
    {
        "Half of α, for the term is α/4 times 2 h² φ²/2.": (
            -np.log(0.8) / 0.1,
            2.4,
        ),
        "The flow runs for the time α, not for the time 1.": (
            -np.log(0.8),
            2.2,
        ),
        "The steps go faster than the flow: both are larger than h.": (
            -np.log(0.8) / 0.1,
            1.8,
        ),
    },
)

EXERCISES["end-of-the-theorem"] = (
    None,
    (0.4, 0.4),
    {
        "The maximum: h (1 + α h/2) must be positive.": (0.2, 0.4),
        "The minimum: a step multiplies by 1 - α h; when is that below -1?": (
            0.4,
            0.2,
        ),
    },
)

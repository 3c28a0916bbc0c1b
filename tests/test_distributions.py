"""Losses against SciPy, at extreme outputs, and their samples; bad targets."""

import numpy as np
import pytest
import scipy.special
import scipy.stats

import dlnotes as dl
from registry import DISTRIBUTIONS

rng = np.random.default_rng(0)
LOGITS = rng.normal(0, 3, size=(50, 4))
LABELS = rng.integers(0, 4, 50)


def test_nll_against_scipy():
    real = rng.normal(size=(50, 4))
    gauss = scipy.stats.norm(LOGITS, np.sqrt(0.5)).logpdf(real).sum(axis=1)
    assert np.allclose(
        dl.SquaredError().nll(LOGITS, real), -gauss - 4 * 0.5 * np.log(np.pi)
    )
    bits = rng.integers(0, 2, (50, 4))
    bernoulli = (
        scipy.stats.bernoulli(scipy.special.expit(LOGITS))
        .logpmf(bits)
        .sum(axis=1)
    )
    assert np.allclose(dl.Bernoulli().nll(LOGITS, bits), -bernoulli)
    log_p = scipy.special.log_softmax(LOGITS, axis=1)
    assert np.allclose(
        dl.Categorical().nll(LOGITS, LABELS), -log_p[np.arange(50), LABELS]
    )
    assert np.allclose(
        dl.softmax(LOGITS), scipy.special.softmax(LOGITS, axis=1)
    )


REAL = {
    "fixed": (dl.Gaussian(0.3), LOGITS, scipy.stats.norm(LOGITS, 0.3)),
    "a sigma each": (
        dl.Gaussian([1.0, 2.0, 3.0, 4.0]),
        LOGITS,
        scipy.stats.norm(LOGITS, [1, 2, 3, 4]),
    ),
    "predicted": (
        dl.Gaussian(None),
        LOGITS,
        scipy.stats.norm(LOGITS[:, :2], np.exp(LOGITS[:, 2:])),
    ),
    "Laplace": (dl.Laplace(2.0), LOGITS, scipy.stats.laplace(LOGITS, 2.0)),
}


@pytest.mark.parametrize("name", REAL)
def test_real_targets_against_scipy(name):
    """Also far in the tails, where a density is 0.0 and its logarithm is
    not.
    """
    loss, f, oracle = REAL[name]
    assert np.allclose(loss.entropy(f), oracle.entropy().sum(axis=1))
    assert np.array_equal(loss.mode(f), oracle.mean())
    for scale in 1, 100:
        y = oracle.mean() + scale * oracle.std()
        assert np.allclose(loss.nll(f, y), -oracle.logpdf(y).sum(axis=1))


def test_counts_against_scipy():
    y = rng.integers(0, 200, (50, 4))
    oracle = scipy.stats.poisson(np.exp(LOGITS))
    assert np.allclose(
        dl.Poisson().nll(LOGITS, y), -oracle.logpmf(y).sum(axis=1)
    )
    for f in -745.0, -1e5:  # the rate is 0.0, its logarithm is not
        nll, df = dl.Poisson().nll_and_gradient(
            np.array([[f]]), np.array([[2]])
        )
        assert nll[0] == pytest.approx(-2 * f + np.log(2)) and df[0, 0] == -2
    assert dl.Poisson().nll(np.array([[800.0]]), np.array([[2]]))[0] == np.inf
    assert dl.Poisson().mode(np.log([[0.5, 1.0001, 7.9]])).tolist() == [
        [0, 1, 7]
    ]


@pytest.mark.parametrize(
    "name", ["SquaredError", "Gaussian", "Laplace", "Bernoulli", "Categorical"]
)
def test_entropy_and_divergence_are_expectations(name):
    """Both as means over many samples, within five standard errors."""
    loss = dl.Gaussian(None) if name == "Gaussian" else getattr(dl, name)()
    draw = np.random.default_rng(4)
    f, g = draw.normal(size=(2, 1, 4))
    many = np.repeat(f, 100_000, axis=0)
    y = loss.sample(many, draw)
    if name == "SquaredError":  # its constant ½ log π is dropped
        own, other = (
            loss.nll(np.repeat(a, len(y), 0), y) + 2 * np.log(np.pi)
            for a in (f, g)
        )
    else:
        own, other = (loss.nll(np.repeat(a, len(y), 0), y) for a in (f, g))
    error = 5 / np.sqrt(len(y))
    assert abs(own.mean() - loss.entropy(f)[0]) < error * own.std() + 1e-9
    assert (
        abs((other - own).mean() - loss.kl(f, g)[0])
        < error * (other - own).std()
    )
    target = y if name != "Categorical" else np.eye(4)[y]
    if name == "Gaussian":
        target, f = y, np.repeat(f, 1, axis=0)
    off = np.abs(target.mean(axis=0) - loss.mean(f)[0])
    assert np.all(off < error * target.std(axis=0))


def test_divergences():
    """Zero for equal parameters, never negative, additive over the outputs;
    known values.
    """
    f, g = LOGITS, LOGITS[::-1].copy()
    losses = (
        dl.SquaredError(),
        dl.Gaussian(2.0),
        dl.Gaussian(None),
        dl.Laplace(),
        dl.Bernoulli(),
    )
    for loss in (*losses, dl.Categorical(), dl.Poisson()):
        assert np.allclose(loss.kl(f, f), 0, atol=1e-12)
        assert loss.kl(f, g).min() > -1e-12 and loss.kl(f, g).max() > 0.1
    one, two = np.array([[0.0, 0.0]]), np.array([[1.0, np.log(2)]])
    assert dl.Gaussian(None).kl(one, two)[0] == pytest.approx(0.4431, abs=1e-4)
    assert dl.Gaussian(None).kl(two, one)[0] == pytest.approx(1.3069, abs=1e-4)
    rates = np.log([[2.0]]), np.log([[5.0]])
    p, q = scipy.stats.poisson(2.0), scipy.stats.poisson(5.0)
    k = np.arange(80)
    assert dl.Poisson().kl(*rates)[0] == pytest.approx(
        p.pmf(k) @ (p.logpmf(k) - q.logpmf(k))
    )
    with pytest.raises(
        NotImplementedError, match="Poisson.. has no entropy in closed form"
    ):
        dl.Poisson().entropy(rates[0])


def test_divergence_of_laplace_by_quadrature():
    y = np.linspace(-60, 60, 600_001)
    p, q = (scipy.stats.laplace(at, 2.0).logpdf(y) for at in (0.3, 1.5))
    by_sum = np.sum(np.exp(p) * (p - q)) * (y[1] - y[0])
    f, g = np.array([[0.3]]), np.array([[1.5]])
    assert dl.Laplace(2.0).kl(f, g)[0] == pytest.approx(by_sum, abs=1e-6)


@pytest.mark.parametrize(
    "loss", [dl.Gaussian(2.0), dl.Gaussian(None), dl.Laplace(), dl.Bernoulli()]
)
def test_populations_of_real_outputs(loss):
    """Shapes (M, N, D), with M, N and D all different."""
    f, g = np.random.default_rng(8).normal(size=(2, 3, 5, 4))
    for ask in loss.entropy, loss.mode, lambda a: loss.kl(a, g):
        assert ask(f).shape[:2] == (3, 5)
    assert np.allclose(loss.entropy(f)[1], loss.entropy(f[1]))
    assert np.allclose(loss.kl(f, g)[2], loss.kl(f[2], g[2]))
    y = loss.mode(f)
    assert np.allclose(loss.nll(f, y)[1], loss.nll(f[1], y[1]))


def test_squared_error_is_a_gaussian_of_variance_one_half():
    y = rng.normal(size=LOGITS.shape)
    gauss, square = dl.Gaussian(np.sqrt(0.5)), dl.SquaredError()
    assert np.allclose(
        gauss.nll(LOGITS, y) - 2 * np.log(np.pi), square.nll(LOGITS, y)
    )
    pairs = [loss.nll_and_gradient(LOGITS, y)[1] for loss in (gauss, square)]
    assert np.allclose(*pairs)
    assert np.allclose(gauss.entropy(LOGITS), square.entropy(LOGITS))
    assert np.allclose(gauss.kl(LOGITS, y), square.kl(LOGITS, y))


def test_log_softmax_is_exact_in_the_tails():
    f = np.array([[1e5, 0.0, -1e5], [-800.0, -801.0, -800.0]])
    assert np.allclose(
        dl.log_softmax(f), scipy.special.log_softmax(f, axis=1), rtol=1e-14
    )
    assert dl.log_softmax([0, 0]).tolist() == [-np.log(2)] * 2
    assert dl.Categorical().kl(f, f[::-1].copy())[0] == pytest.approx(
        np.log(2 + np.exp(-1))
    )


def test_scales_are_checked():
    assert dl.Gaussian().sigma == dl.Laplace().b == 1
    for make, name in (dl.Gaussian, "sigma"), (dl.Laplace, "b"):
        for bad in 0, -1.0, np.inf, np.nan, [1.0, 0.0]:
            with pytest.raises(
                ValueError, match=f"{name}: got .* expected 0 < "
            ):
                make(bad)
    with pytest.raises(
        ValueError, match="f: got 3 outputs, expected D means and D values log"
    ):
        dl.Gaussian(None).nll(np.zeros((2, 3)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="y: got a value that is no count"):
        dl.Poisson().nll(np.zeros((2, 1)), np.array([[1.5], [2.0]]))
    with pytest.raises(ValueError, match="y: got a value that is no count"):
        dl.Poisson().nll(np.zeros((2, 1)), np.array([[-1], [2]]))


def test_float32_stays_float32():
    f = np.ones((3, 4), np.float32)
    y = np.ones((3, 4), np.float32)
    for loss in (
        dl.Gaussian(2.0),
        dl.Gaussian([1.0, 2, 3, 4]),
        dl.Laplace(0.3),
        dl.Poisson(),
    ):
        nll, df = loss.nll_and_gradient(f, y)
        assert nll.dtype == df.dtype == loss.kl(f, f).dtype == np.float32
    assert (
        dl.Gaussian(None).nll_and_gradient(f, y[:, :2])[1].dtype == np.float32
    )
    draw = np.random.default_rng(0)
    for loss in dl.Gaussian(2.0), dl.Gaussian(None), dl.Laplace(0.3):
        assert loss.sample(f, draw).dtype == loss.entropy(f).dtype == np.float32


def test_samples_of_the_other_distributions():
    n, draw = 40_000, np.random.default_rng(6)
    f = np.repeat([[0.5, -1.0]], n, axis=0)
    fixed = dl.Gaussian([0.5, 2.0]).sample(f, draw)
    assert np.allclose(fixed.mean(axis=0), f[0], atol=4 * 2 / np.sqrt(n))
    assert np.allclose(fixed.std(axis=0), [0.5, 2], rtol=0.03)
    predicted = dl.Gaussian(None).sample(f, draw)
    assert np.allclose(predicted.std(), np.exp(-1), rtol=0.03)
    assert np.allclose(
        dl.Laplace(3.0).sample(f, draw).std(axis=0), 3 * np.sqrt(2), rtol=0.04
    )
    assert np.allclose(
        dl.Poisson().sample(f, draw).mean(axis=0), np.exp(f[0]), rtol=0.03
    )


@pytest.mark.parametrize("size", [40.0, 800.0, 1e5])
def test_extreme_logits(size):
    """No overflow, and the right value, where the naive forms give inf or
    nan.
    """
    f = np.array([[size], [-size]])
    for y, expected in (
        (np.array([[0], [0]]), [size, 0]),
        (np.array([[1], [1]]), [0, size]),
    ):
        nll, df = dl.Bernoulli().nll_and_gradient(f, y)
        assert np.allclose(nll, expected, atol=1e-15) and np.isfinite(df).all()
    nll, df = dl.Categorical().nll_and_gradient(
        np.array([[size, 0, -size]]), np.array([2])
    )
    assert nll[0] == pytest.approx(2 * size) and np.allclose(
        df, [[1, 0, -1]], atol=1e-15
    )
    assert np.allclose(
        dl.softmax(np.array([[size, 0, -size]])), [[1, 0, 0]], atol=1e-15
    )
    tail = dl.Bernoulli().nll(np.array([[40.0]]), np.array([[1]]))
    assert tail[0] == pytest.approx(np.exp(-40), rel=1e-12)


def test_categorical_with_two_classes_is_bernoulli():
    z = rng.normal(size=(20, 1))
    y = rng.integers(0, 2, (20, 1))
    two = np.concatenate([np.zeros_like(z), z], axis=1)
    assert np.allclose(
        dl.Bernoulli().nll(z, y), dl.Categorical().nll(two, y[:, 0])
    )


def test_samples_follow_the_distribution():
    """Means of many samples within four standard errors; modes are where the
    density is highest.
    """
    n, draw = 20_000, np.random.default_rng(1)
    f = np.array([[0.3, -1.2, 2.0]])
    many = np.repeat(f, n, axis=0)
    normal = dl.SquaredError().sample(many, draw)
    assert np.allclose(normal.mean(axis=0), f[0], atol=4 * np.sqrt(0.5 / n))
    assert np.allclose(normal.var(axis=0), 0.5, rtol=0.05)
    p = scipy.special.expit(f[0])
    bits = dl.Bernoulli().sample(many, draw)
    assert np.allclose(bits.mean(axis=0), p, atol=4 * 0.5 / np.sqrt(n))
    share = np.bincount(dl.Categorical().sample(many, draw), minlength=3) / n
    assert np.allclose(share, dl.softmax(f)[0], atol=4 * 0.5 / np.sqrt(n))
    assert dl.SquaredError().mode(f) is f
    assert dl.Bernoulli().mode(np.array([[0.3, -1.2, 0.0]])).tolist() == [
        [1, 0, 0]
    ]
    assert dl.Categorical().mode(f).tolist() == [2]
    assert (
        dl.SquaredError().sample(f.astype(np.float32), draw).dtype == np.float32
    )


def test_a_population_of_outputs():
    """Modes, samples and probabilities of (M, N, K) are those of each (N,
    K).
    """
    f = np.random.default_rng(2).normal(
        0, 50, size=(3, 5, 4)
    )  # so far apart that samples are modes
    assert dl.Categorical().mode(f).shape == (3, 5)
    sampled = dl.Categorical().sample(f, np.random.default_rng(3))
    assert (
        sampled.shape == (3, 5) and (sampled == f.argmax(axis=2)).mean() > 0.8
    )
    assert np.allclose(dl.softmax(f).sum(axis=2), 1)
    assert np.allclose(dl.softmax(f)[1], dl.softmax(f[1]))


def test_the_loss_has_no_factor_and_sums_over_outputs():
    f, y = np.array([[3.0, 4.0], [0.0, 0.0]]), np.zeros((2, 2))
    assert dl.SquaredError().nll(f, y).tolist() == [25, 0]


@pytest.mark.parametrize(
    "loss, f, y, message",
    [
        (
            dl.SquaredError(),
            np.zeros((5, 1)),
            np.zeros(5),
            r"y: got shape \(5,\), expected exactly",
        ),
        (
            dl.SquaredError(),
            np.zeros((5, 1)),
            np.zeros((1, 5)),
            "never|exactly the output's shape",
        ),
        (
            dl.SquaredError(),
            np.zeros((5, 1)),
            np.zeros((5, 1), "f4"),
            "y: got float32, expected",
        ),
        (
            dl.SquaredError(),
            np.zeros((5, 1)),
            [[0]] * 5,
            "y: got .*, expected a NumPy array",
        ),
        (
            dl.SquaredError(),
            np.zeros((0, 1)),
            np.zeros((0, 1)),
            "no empty axis",
        ),
        (dl.SquaredError(), np.zeros(5), np.zeros(5), r"f: got shape \(5,\)"),
        (
            dl.Bernoulli(),
            np.zeros((5, 1)),
            np.full((5, 1), 2),
            "y: got values from 2.0 to 2.0",
        ),
        (
            dl.Bernoulli(),
            np.zeros((2, 1)),
            np.array([[0.5], [2.0]]),
            "y: got values from 0.5 to 2.0",
        ),
        (
            dl.Bernoulli(),
            np.zeros((2, 1)),
            np.array([[-1.0], [0.5]]),
            "values from -1.0 to 0.5",
        ),
        (
            dl.Bernoulli(),
            np.zeros((5, 1)),
            np.full((5, 1), np.nan),
            "y: got values from nan",
        ),
        (
            dl.Bernoulli(),
            np.zeros((5, 1)),
            np.zeros(5, int),
            "exactly the output's shape",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.full(5, 3),
            "labels from 3 to 3, expected 0 to 2",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.full(5, -1),
            "labels from -1 to -1",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.arange(5) - 1,
            "labels from -1 to 3",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.arange(5) - 2,
            "labels from -2 to 2",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.arange(5) // 2 + 1,
            "labels from 1 to 3",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.zeros(5),
            "y: got float64, expected whole numbers",
        ),
        (
            dl.Categorical(),
            np.zeros((5, 3)),
            np.zeros((5, 1), int),
            "labels of shape",
        ),
        (
            dl.Categorical(),
            np.zeros((2, 5, 3)),
            np.zeros((3, 5), int),
            "labels of shape",
        ),
    ],
)
def test_bad_targets_are_named(loss, f, y, message):
    with pytest.raises(ValueError, match=message):
        loss.nll(f, y)


# At the edges ----------------------------------------------------------------

INF = np.inf
EDGES = [-INF, -1e9, -800.0, -40.0, -1e-9, 0.0, 1e-9, 40.0, 800.0, 1e9, INF]


def exact_bernoulli(f):
    """(p, 1 - p, log p, log (1 - p)), by the extended floats of the machine."""
    f = np.longdouble(f)
    with np.errstate(over="ignore"):
        p, q = 1 / (1 + np.exp(-f)), 1 / (1 + np.exp(f))
    return p, q, -np.logaddexp(0, -f), -np.logaddexp(0, f)


def part(p, log_p, log_q):
    """p (log p - log q), and 0 for an event that cannot happen."""
    if log_p == -INF:
        return np.longdouble(0)
    return INF if log_q == -INF else p * (log_p - log_q)


@pytest.mark.parametrize("a", EDGES)
def test_bernoulli_at_every_probability(a):
    loss, f = dl.Bernoulli(), np.array([[a]])
    p, q, log_p, log_q = exact_bernoulli(a)
    assert loss.nll(f, np.array([[1]]))[0] == pytest.approx(-float(log_p))
    assert loss.nll(f, np.array([[0]]))[0] == pytest.approx(-float(log_q))
    entropy = float(-part(p, log_p, 0) - part(q, log_q, 0))
    assert loss.entropy(f)[0] == pytest.approx(entropy, rel=1e-12, abs=0)
    assert loss.mean(f)[0, 0] == pytest.approx(float(p), rel=1e-14)
    assert loss.mode(f)[0, 0] == (a > 0)
    for b in EDGES:
        _, _, log_r, log_t = exact_bernoulli(b)
        exact = part(p, log_p, log_r) + part(q, log_q, log_t)
        kl = loss.kl(f, np.array([[b]]))[0]
        assert kl == pytest.approx(float(exact), rel=1e-6, abs=1e-16), b
        assert kl >= 0


def test_categorical_at_every_probability():
    """A class of probability 0 counts 0; the other two are a Bernoulli."""
    loss, three = dl.Categorical(), np.array([[-INF, 0.0, 1.0]])
    nll, df = loss.nll_and_gradient(three, np.array([1]))
    assert nll[0] == pytest.approx(1.31326169)
    assert np.allclose(df, [[0, 0.26894142 - 1, 0.73105858]])
    assert loss.entropy(three)[0] == pytest.approx(0.58220301)
    assert loss.nll(three, np.array([0]))[0] == INF
    for a in EDGES:
        for b in EDGES:
            two = np.array([[0.0, a]]), np.array([[0.0, b]])
            one = np.array([[a]]), np.array([[b]])
            kl = dl.Bernoulli().kl(*one)[0]
            ours = loss.kl(*two)[0]
            assert ours == pytest.approx(kl, rel=1e-6, abs=1e-15), (a, b)
        ours, theirs = loss.entropy(two[0]), dl.Bernoulli().entropy(one[0])
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-14)
    for row, probabilities in (
        ([INF, 0, -INF], [1, 0, 0]),
        ([INF, INF, 0], [0.5, 0.5, 0]),
        ([-INF, -INF, -5], [0, 0, 1]),
        ([1e308, -1e308, 0], [1, 0, 0]),
    ):
        with np.errstate(over="ignore"):
            assert dl.softmax(np.array(row)).tolist() == probabilities


def test_poisson_at_every_rate():
    loss = dl.Poisson()
    for a, y, nll in (
        (-INF, 0, 0),
        (-INF, 2, INF),
        (-800.0, 0, 0),
        (-800.0, 3, 2400 + np.log(6)),
        (800.0, 3, INF),
        (INF, 0, INF),
        (INF, 3, INF),
    ):
        found, df = loss.nll_and_gradient(np.array([[a]]), np.array([[y]]))
        assert found[0] == pytest.approx(nll), (a, y)
        assert df[0, 0] == loss.mean(np.array([[a]]))[0, 0] - y
    for a, b, kl in (
        (-800.0, 0.0, 1),
        (-INF, 0.0, 1),
        (0.0, -INF, INF),
        (-INF, -INF, 0),
        (INF, INF, 0),
        (5.0, -800.0, np.exp(5) * 805 - np.exp(5)),
        (1.0, 1.0 + 1e-7, np.e * 1e-14 / 2),
        (-700.0, 700.0, np.exp(700)),
    ):
        found = loss.kl(np.array([[a]]), np.array([[b]]))[0]
        assert found == pytest.approx(kl, rel=1e-6), (a, b)
    assert loss.mode(np.array([[42.0]]))[0, 0] == int(np.exp(42.0))
    with pytest.raises(ValueError, match="^f: got a rate of 6.92e.18"):
        loss.mode(np.array([[63 * np.log(2) - np.log(4 / 3)]]))
    for method in loss.mode, lambda f: loss.sample(f, np.random.default_rng(0)):
        with pytest.raises(ValueError, match="^f: got a rate of 5.18e.21"):
            method(np.array([[50.0], [0.0]]))


def test_a_gaussian_at_collapsed_and_endless_scales():
    loss, half = dl.Gaussian(None), 0.5 * np.log(2 * np.pi)
    for mu, s, y, nll, df in (
        (1.0, -800.0, 1.0, half - 800, (0, 1)),
        (2.0, -800.0, 1.0, INF, (INF, -INF)),
        (2.0, 800.0, 1.0, half + 800, (0, 1)),
        (1.0, -INF, 1.0, -INF, (0, 1)),
        (2.0, -INF, 1.0, INF, (INF, -INF)),
        (2.0, INF, 1.0, INF, (0, 1)),
    ):
        found, gradient = loss.nll_and_gradient(
            np.array([[mu, s]]), np.array([[y]])
        )
        assert found[0] == pytest.approx(nll), (mu, s)
        assert gradient[0].tolist() == list(df), (mu, s)
    for s, t, kl in (
        (-800.0, -800.0, 0),
        (-800.0, 0.0, 799.5),
        (0.0, -800.0, INF),
        (1e-5, 0.0, 1e-10),
        (1e-9, 0.0, 1e-18),
    ):
        found = loss.kl(np.array([[3.0, s]]), np.array([[3.0, t]]))[0]
        assert found == pytest.approx(kl, rel=1e-4), (s, t)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("models", [None, 3])
def test_nan_is_no_class_and_no_count(name, models):
    """nan in, nan or an error out."""
    loss, d, targets = DISTRIBUTIONS[name]
    rng = np.random.default_rng(0)
    f = rng.normal(size=(5, d) if models is None else (models, 5, d))
    y = targets(rng, 5)
    f[..., 2, 0] = np.nan
    for call in loss.mode, lambda f: loss.sample(f, rng):
        if "Gaussian" in name or name in ("SquaredError", "Laplace"):
            continue
        with pytest.raises(ValueError, match="^f: got nan"):
            call(f)
    with pytest.raises(ValueError, match="^f: got nan"):
        loss.sample(f, rng)
    nll, df = loss.nll_and_gradient(f, y)
    assert np.isnan(nll[..., 2]).all() and np.isnan(df[..., 2, 0]).all()
    others = np.arange(5) != 2
    assert np.isfinite(nll[..., others]).all()
    assert np.isnan(loss.mean(f)[..., 2, 0]).all()
    for values in (loss.kl(f, f[..., ::-1, :].copy()), loss.kl(f, 0 * f + 1)):
        assert np.isnan(values[..., 2]).all()


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_second_distribution_may_be_shared(name):
    """g of one model against f of many; an error about g names g."""
    loss, d, _ = DISTRIBUTIONS[name]
    f, g = np.random.default_rng(0).normal(size=(2, 3, 4, d))
    each = [loss.kl(f[m], g[0]) for m in range(3)]
    assert np.array_equal(loss.kl(f, g[0]), each)
    assert loss.kl(0 * f, 0 * g[0]).tolist() == np.zeros((3, 4)).tolist()
    for bad in g[0, :3], g[:2], g[..., :-1], g.astype("f4"), None, g.tolist():
        with pytest.raises(ValueError, match="^g: got"):
            loss.kl(f, bad)
    with pytest.raises(ValueError, match="^g: got shape"):
        loss.kl(f[0], g)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_member_equals_its_single_run_to_the_last_bit(name, dtype):
    loss, d, targets = DISTRIBUTIONS[name]
    rng = np.random.default_rng(0)
    f, y = rng.normal(size=(3, 100, d)).astype(dtype), targets(rng, 100)
    y = y.astype(dtype) if y.dtype.kind == "f" else y
    nll, df = loss.nll_and_gradient(f, y)
    for m in range(3):
        one, d_one = loss.nll_and_gradient(f[m], y)
        assert np.array_equal(nll[m], one) and np.array_equal(df[m], d_one)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_half_precision_is_refused(name):
    loss, d, _ = DISTRIBUTIONS[name]
    f = np.zeros((2, d), np.float16)
    for call in loss.mean, loss.mode, lambda f: loss.kl(f, f):
        with pytest.raises(ValueError, match="^f: got float16, expected"):
            call(f)


def test_one_scale_for_each_output():
    for loss, name in (
        (dl.Gaussian([1.0, 2.0]), "sigma"),
        (
            dl.Laplace([1.0, 2.0]),
            "b",
        ),
    ):
        f = np.zeros((3, 1))
        for call in (
            lambda f: loss.nll(f, np.ones((3, 1))),
            loss.entropy,
            lambda f: loss.sample(f, np.random.default_rng(0)),
            lambda f: loss.kl(f, f),
        ):
            with pytest.raises(
                ValueError, match=f"^f: got 1 outputs, .*2, one for each {name}"
            ):
                call(f)
    for make in dl.Gaussian, dl.Laplace:
        with pytest.raises(ValueError, match="got shape .* expected a number"):
            make(np.ones((2, 2)))
        for scale in 1e-60, [1, 1e-60], [1e60, 1]:
            f = np.zeros((2, np.size(scale)), np.float32)
            with pytest.raises(
                ValueError, match="expected a size that float32 has"
            ):
                make(scale).entropy(f)


def test_a_column_of_targets_is_asked_for():
    """The shapes of scikit-learn's data, and of one-hot labels."""
    f, y = np.zeros((5, 1)), np.zeros(5)
    with pytest.raises(ValueError, match=r"^y: .*; write y\[:, None\]"):
        dl.SquaredError().nll(f, y)
    with pytest.raises(ValueError, match=r"^y: .*\(5, 3\)$"):  # no cure
        dl.SquaredError().nll(np.zeros((5, 3)), y)
    with pytest.raises(ValueError, match=r"^y: .*; write y.argmax\(axis=-1\)"):
        dl.Categorical().nll(np.zeros((5, 3)), np.eye(3)[[0, 1, 2, 0, 1]])
    with pytest.raises(ValueError, match=r"^y: .*; write y.astype\(int\)"):
        dl.Categorical().nll(np.zeros((5, 3)), y)


# Label smoothing (items 91 and 92) --------------------------------------------


def test_a_smoothed_label_against_published_numbers():
    """Szegedy's form with ε = 0.1 and five classes: ρ = ε (K-1)/K = 0.08."""
    f = np.array([[2.0, 1.0, 0.0, -1.0, 0.5]])
    nll, df = dl.Categorical(0.08).nll_and_gradient(f, np.array([0]))
    assert nll[0] == pytest.approx(0.7244379396, abs=1e-10)
    expected = [-0.3569787682, 0.1871239361, 0.0561966379, 0.0080311766]
    assert np.allclose(df[0], [*expected, 0.1056270176], atol=1e-10)


def test_a_smoothed_label_is_the_mean_over_labels_replaced_by_lot():
    """Variant B is the expectation of variant A."""
    rng = np.random.default_rng(0)
    f, y, rho = 3 * rng.normal(size=(7, 5)), rng.integers(0, 5, 7), 0.3
    plain = np.stack([dl.Categorical().nll(f, np.full(7, k)) for k in range(5)])
    weights = np.full((5, 7), rho / 4)
    weights[y, np.arange(7)] = 1 - rho
    found = dl.Categorical(rho).nll(f, y)
    assert np.allclose(found, np.sum(weights * plain, axis=0), rtol=1e-13)
    assert np.array_equal(
        dl.Categorical(0.0).nll(f, y), dl.Categorical().nll(f, y)
    )


def test_the_best_gap_of_a_smoothed_label_is_finite():
    """log((1-ρ)(K-1)/ρ): there the derivative is 0, and the least loss is the
    entropy of the target.
    """
    for rho, gap, least in ((0.1, 4.394449, 0.544806), (0.09, None, 0.500288)):
        best = np.log((1 - rho) * 9 / rho)
        f = np.zeros((1, 10))
        f[0, 3] = best
        nll, df = dl.Categorical(rho).nll_and_gradient(f, np.array([3]))
        assert np.allclose(df, 0, atol=1e-15)
        assert nll[0] == pytest.approx(least, abs=1e-6)
        assert gap is None or best == pytest.approx(gap, abs=1e-6)
    assert np.log(91) == pytest.approx(best)  # ε = 0.1 in Szegedy's form


def test_what_cannot_be_smoothed():
    for bad in -0.1, 1, np.nan, None, "1":
        with pytest.raises(ValueError, match="^smoothing: got"):
            dl.Categorical(bad)
    with pytest.raises(ValueError, match="^f: got one class"):
        dl.Categorical(0.1).nll(np.zeros((3, 1)), np.zeros(3, int))

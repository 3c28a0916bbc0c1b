"""Optimizers: the lecture's equations written plainly, known first steps, and
what is refused.
"""

import numpy as np
import pytest

import dlnotes as dl
from registry import OPTIMIZERS, public


def quadratic(phi):
    """The gradient of ½ Σ h φ² with curvatures h = 1, 2, …"""
    return np.arange(1, phi.shape[-1] + 1).astype(phi.dtype) * phi


def run(optimizer, phi, grad, steps):
    phi, memory = phi.copy(), optimizer.init(phi)
    for _ in range(steps):
        optimizer.step(phi, grad, memory)
    assert memory.t == steps
    return phi


def test_all_that_is_public_is_registered():
    assert set(public(dl.Optimizer)) == {type(o) for o in OPTIMIZERS.values()}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_reaches_the_minimum(name):
    end = run(OPTIMIZERS[name], np.array([1.0, -2.0, 3.0]), quadratic, 600)
    assert np.abs(end).max() < 0.05


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_population_is_its_members(name, dtype):
    """Several models with a rate of their own, against one run for each;
    exactly equal.
    """
    optimizer = OPTIMIZERS[name]
    phi = np.random.default_rng(0).normal(size=(4, 3)).astype(dtype)
    rates = np.array([[0.001], [0.01], [0.05], [0.1]])
    several = type(optimizer)(**{**vars(optimizer), "alpha": rates})
    end = run(several, phi, quadratic, 25)
    assert end.dtype == dtype
    for m in range(4):
        alone = type(optimizer)(
            **{**vars(optimizer), "alpha": float(rates[m, 0])}
        )
        assert np.array_equal(end[m], run(alone, phi[m], quadratic, 25))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_schedule_is_the_rate_of_each_step(name):
    optimizer = OPTIMIZERS[name]
    asked = []

    def schedule(t):
        asked.append(t)
        return 0.1 / (1 + t)

    scheduled = type(optimizer)(**{**vars(optimizer), "alpha": schedule})
    by_hand = type(optimizer)(**vars(optimizer))
    a = b = np.array([1.0, 2.0])
    a, b = a.copy(), b.copy()
    memory_a, memory_b = scheduled.init(a), by_hand.init(b)
    for t in range(5):
        scheduled.step(a, quadratic, memory_a)
        by_hand.alpha = 0.1 / (1 + t)
        by_hand.step(b, quadratic, memory_b)
    assert asked == [0, 1, 2, 3, 4] and np.array_equal(a, b)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_gradient_is_not_changed_and_is_asked_for_once(name):
    optimizer, calls = OPTIMIZERS[name], []

    def grad(phi):
        calls.append(np.array([3.0, -4.0]))
        return calls[-1]

    run(optimizer, np.zeros(2), grad, 2)
    assert len(calls) == 2 and all(g.tolist() == [3, -4] for g in calls)


def rosenbrock(phi):
    """The gradient of (1 - a)² + 100 (b - a²)², a bent valley with its minimum
    at (1, 1).
    """
    a, b = phi[..., 0], phi[..., 1]
    return np.stack(
        [2 * (a - 1) - 400 * a * (b - a**2), 200 * (b - a**2)], axis=-1
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_goes_down_a_bent_valley(name):
    """From (-1, 1), where the value is 4; rates from 1e-4 to 1 as a population,
    the best counts.
    """
    optimizer, rates = OPTIMIZERS[name], np.logspace(-4, 0, 17)[:, None]
    small = {"lam": 1e-6} if hasattr(optimizer, "lam") else {}
    several = type(optimizer)(**{**vars(optimizer), "alpha": rates, **small})
    with np.errstate(all="ignore"):
        end = run(several, np.tile([-1.0, 1.0], (17, 1)), rosenbrock, 3000)
        value = (1 - end[:, 0]) ** 2 + 100 * (end[:, 1] - end[:, 0] ** 2) ** 2
    assert np.nanmin(value) < 0.15


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_memory_is_what_its_moments_say(name):
    """Nothing is kept but t, the moments, each of φ's shape and type, and the
    products; two runs are equal.
    """
    optimizer, phi = (
        OPTIMIZERS[name],
        np.array([[1.0, -2.0], [3.0, 0.5]], np.float32),
    )
    before = dict(vars(optimizer))
    memory = optimizer.init(phi)
    named = {"t", *optimizer.moments, *optimizer.products}
    assert set(vars(memory)) == named and memory.t == 0
    ends = [run(optimizer, phi, quadratic, 5) for _ in range(2)]
    assert np.array_equal(*ends) and vars(optimizer) == before
    for moment in optimizer.moments:
        start = getattr(memory, moment)
        assert (
            start.shape == phi.shape
            and start.dtype == phi.dtype
            and not start.any()
        )
    optimizer.step(phi, quadratic, memory)
    for moment in optimizer.moments:
        assert (
            getattr(memory, moment).all()
            and getattr(memory, moment).dtype == np.float32
        )


NUMBERS = {
    "Momentum": ("m",),
    "Nesterov": ("m",),
    "AdaGrad": ("s",),
    "RMSProp": ("s",),
    "Adam": ("m", "v"),
    "NAdam": ("m", "v"),
    "AdaMax": ("m", "u"),
    "AdamW": ("m", "v"),
}


@pytest.mark.parametrize("name", ["Adam", "NAdam", "AdaMax", "AdamW"])
def test_the_correction_is_exact_for_a_beta_that_changes(name):
    """A constant gradient is its own average, whatever β and γ do."""
    rng = np.random.default_rng(0)
    betas, gammas = rng.uniform(0.5, 1, (2, 30, 3, 1))
    kind = type(OPTIMIZERS[name])
    changing = kind(0.1, beta=betas.__getitem__, gamma=gammas.__getitem__)
    if name == "AdamW":
        changing.lam = 0.0
    phi, g = np.zeros((3, 2)), np.array([[2.0, -3.0]] * 3)
    memory = changing.init(phi)
    for t in range(30):
        before = phi.copy()
        changing.step(phi, lambda p: g, memory)
        if name == "AdaMax":
            m_hat = memory.m / (1 - np.prod(betas[: t + 1], axis=0))
            assert np.allclose(m_hat, g, rtol=1e-12)
        elif name != "NAdam":  # whose next β is not known
            assert np.allclose(phi - before, -0.1 * np.sign(g), rtol=1e-8)
    assert np.allclose(memory.beta_t, np.prod(betas, axis=0), rtol=1e-12)


def test_an_error_in_the_gradient_leaves_the_memory_as_it_was():
    optimizer, phi = dl.Adam(0.1), np.ones(2)
    memory = optimizer.init(phi)
    with pytest.raises(ValueError, match="^grad"):
        optimizer.step(phi, lambda p: None, memory)
    assert (memory.t, memory.beta_t, memory.gamma_t) == (0, 1, 1)


def test_how_much_each_remembers():
    for name, optimizer in OPTIMIZERS.items():
        assert optimizer.moments == NUMBERS.get(name, ()), name


# What each does at its first step with g = (1e-3, -5, 1e6), as multiples
# of α against the sign of g.
FIRST = {
    "SignDescent": 1,
    "AdaGrad": 1,
    "RMSProp": 10**0.5,  # 1/√(1-ρ): the start at zero is not corrected
    "Adam": 1,
    "NAdam": 0.9 * 0.1 / (1 - 0.9**2) + 1,
    "AdaMax": 1,
    "AdamW": 1,
}


@pytest.mark.parametrize("name", FIRST)
def test_first_steps_do_not_depend_on_the_scale(name):
    """From φ = 0, so that a decay does nothing (items 61 to 66, 69)."""
    optimizer = type(OPTIMIZERS[name])(alpha=0.25)
    g = np.array([1e-3, -5.0, 1e6])
    step = run(optimizer, np.zeros(3), lambda phi: g, 1)
    assert np.allclose(step, -0.25 * FIRST[name] * np.sign(g), rtol=1e-4)


@pytest.mark.parametrize(
    "special, general",
    [
        (dl.Momentum(0.1, beta=0), dl.GradientDescent(0.1)),
        (dl.Nesterov(0.1, beta=0), dl.GradientDescent(0.1)),
        (dl.WeightDecay(0.1, lam=0), dl.GradientDescent(0.1)),
        (dl.RMSProp(0.1, rho=0), dl.SignDescent(0.1)),
        (dl.Adam(0.1, beta=0, gamma=0), dl.SignDescent(0.1)),
        (dl.NAdam(0.1, beta=0), dl.Adam(0.1, beta=0)),
        (dl.AdaMax(0.1, beta=0, gamma=0), dl.SignDescent(0.1)),
        (dl.AdamW(0.1, lam=0), dl.Adam(0.1)),
    ],
    ids=lambda o: type(o).__name__,
)
def test_limits(special, general):
    phi = np.array([1.0, -2.0, 0.3])
    a, b = run(special, phi, quadratic, 9), run(general, phi, quadratic, 9)
    assert np.allclose(a, b, rtol=1e-12)
    assert not np.allclose(a, phi, atol=1e-3)


def plain(name, phi, steps, g=quadratic):
    """The lecture's equations, each as it stands; α = 0.05, β = 0.8, γ = ρ =
    0.9, ε = 1e-3.
    """
    m = s = u = 0
    for t in range(1, steps + 1):
        d = g(phi - 0.05 * 0.8 * m) if name == "Nesterov" else g(phi)
        m, u = 0.8 * m + 0.2 * d, np.maximum(0.9 * u, np.abs(d))
        s = s + d**2 if name == "AdaGrad" else 0.9 * s + 0.1 * d**2
        m_hat, root = m / (1 - 0.8**t), np.sqrt(s / (1 - 0.9**t)) + 1e-3
        phi = {
            "Nesterov": lambda: phi - 0.05 * m,
            "SignDescent": lambda: phi - 0.05 * d / (np.sqrt(d**2) + 1e-3),
            "AdaGrad": lambda: phi - 0.05 * d / (np.sqrt(s) + 1e-3),
            "RMSProp": lambda: phi - 0.05 * d / (np.sqrt(s) + 1e-3),
            "NAdam": lambda: (
                phi
                - 0.05
                * (0.8 * m / (1 - 0.8 ** (t + 1)) + 0.2 * d / (1 - 0.8**t))
                / root
            ),
            "AdaMax": lambda: phi - 0.05 / (1 - 0.8**t) * m / (u + 1e-3),
            "AdamW": lambda: (
                phi - 0.05 * (m_hat / root + np.array([0.1, 0, 0.3]) * phi)
            ),
            "WeightDecay": lambda: (
                (1 - np.array([0.1, 0, 0.3])) * phi - 0.05 * d
            ),
        }[name]()
    return phi


@pytest.mark.parametrize(
    "name", sorted(set(OPTIMIZERS) - {"GradientDescent", "Momentum", "Adam"})
)
def test_each_is_the_lectures_equations(name):
    values = dict(
        alpha=0.05,
        beta=0.8,
        gamma=0.9,
        rho=0.9,
        eps=1e-3,
        lam=np.array([0.1, 0, 0.3]),
    )
    kind = type(OPTIMIZERS[name])
    optimizer = kind(**{n: values[n] for n in vars(OPTIMIZERS[name])})
    phi = np.array([1.0, -2.0, 0.5])
    assert np.allclose(
        run(optimizer, phi, quadratic, 20), plain(name, phi, 20), rtol=1e-12
    )


def test_adagrad_walks_twice_the_root_of_time():
    """With a constant gradient the step at time T is α/√T, and all of them sum
    to 2α√T (item 62).
    """
    ends = [
        run(dl.AdaGrad(1.0), np.zeros(1), lambda phi: np.ones(1), T)
        for T in (9_999, 10_000)
    ]
    assert np.isclose((ends[0] - ends[1])[0], 1 / 100)
    assert np.isclose(-ends[1][0], 198.5, atol=0.1)


def test_rmsprop_does_not_slow_down():
    """With a constant gradient the steps tend to α (item 63)."""
    ends = [
        run(dl.RMSProp(0.5), np.zeros(1), lambda phi: -np.ones(1), T)
        for T in (400, 401)
    ]
    assert np.isclose((ends[1] - ends[0])[0], 0.5)


def test_adamax_elementwise():
    """A constant gradient (1, 0.001), 100 steps: both coordinates move by 0.2
    (item 66).
    """
    end = run(
        dl.AdaMax(0.002), np.zeros(2), lambda phi: np.array([1, 1e-3]), 100
    )
    assert np.allclose(end, -0.2, rtol=1e-4)
    still = run(dl.AdaMax(0.002), np.ones(2), lambda phi: np.zeros(2), 3)
    assert (still == 1).all()  # a silent coordinate is no division by zero


def test_sign_descent_never_settles():
    end = [
        run(dl.SignDescent(0.01), np.array([0.007, 0.003]), quadratic, t)
        for t in (1, 2)
    ]
    assert np.allclose(end, [[-0.003, -0.007], [0.007, 0.003]], atol=1e-6)


def test_nesterov_is_sutskevers_form():
    """v = -α m with rate α(1-β), gradient at φ + β v (E51)."""
    phi, v = np.array([1.0, -1.0]), 0
    ours = run(dl.Nesterov(0.2, beta=0.9), phi, quadratic, 50)
    for _ in range(50):
        v = 0.9 * v - 0.2 * (1 - 0.9) * quadratic(phi + 0.9 * v)
        phi = phi + v
    assert np.allclose(ours, phi, rtol=1e-12)


def test_weight_decay_is_l2_for_plain_gradient_descent_only():
    """λ of the decay is 2α times λ of the penalty; with a schedule only if the
    decay follows it, and not in Adam (item 68).
    """
    phi, alpha, lam = np.array([1.0, -2.0, 0.5]), 0.1, 0.02
    penalised = dl.L2(lam / (2 * alpha))(quadratic)
    decayed = run(dl.WeightDecay(alpha, lam), phi, quadratic, 30)
    assert np.allclose(
        decayed, run(dl.GradientDescent(alpha), phi, penalised, 30), rtol=1e-12
    )

    def halved(t):
        return alpha / (1 + t)

    punished = run(dl.GradientDescent(halved), phi, penalised, 30)
    decayed = run(dl.WeightDecay(halved, lam), phi, quadratic, 30)
    assert not np.allclose(decayed, punished, rtol=0.1)
    follows = dl.WeightDecay(halved, lambda t: halved(t) * lam / alpha)
    assert np.allclose(run(follows, phi, quadratic, 30), punished, rtol=1e-12)
    adam = run(dl.Adam(alpha), phi, dl.L2(lam)(quadratic), 30)
    assert not np.allclose(
        adam, run(dl.AdamW(alpha, lam=2 * lam), phi, quadratic, 30), rtol=0.1
    )


def test_a_weight_without_a_gradient_decays_by_a_factor_a_step():
    """(1 - λ)^t, and (1 - α λ)^t for AdamW (items 67 and 69)."""
    ends = [
        run(optimizer, np.array([3.0, -1.0]), np.zeros_like, 40)
        for optimizer in (dl.WeightDecay(0.1, 0.02), dl.AdamW(0.1, lam=0.2))
    ]
    assert np.allclose(ends, 0.98**40 * np.array([3.0, -1.0]), rtol=1e-12)


def test_nadam_without_memory_is_adam():
    """β = 0: what comes next is the present gradient (item 65)."""
    phi = np.array([1.0, -2.0])
    ends = [
        run(kind(0.1, beta=0), phi, quadratic, 9)
        for kind in (dl.Adam, dl.NAdam)
    ]
    assert np.allclose(*ends, rtol=1e-12)


@pytest.mark.parametrize("nesterov", [False, True])
def test_pytorch_needs_other_numbers_for_the_same_path(nesterov):
    """Its SGD has the classical form, rate α(1-β); with nesterov its parameters
    are the point at which ours takes the gradient; its weight_decay is 2λ of
    our penalty.
    """
    kind = dl.Nesterov if nesterov else dl.Momentum
    ours, theirs, v = np.array([1.0, -2.0]), np.array([1.0, -2.0]), 0
    optimizer, grad = kind(0.3, beta=0.9), dl.L2(0.05)(quadratic)
    memory = optimizer.init(ours)
    for _ in range(40):
        optimizer.step(ours, grad, memory)
        g = quadratic(theirs) + 0.1 * theirs
        v = 0.9 * v + g
        theirs = theirs - 0.03 * (g + 0.9 * v if nesterov else v)
        seen = ours - 0.3 * 0.9 * memory.m if nesterov else ours
        assert np.allclose(seen, theirs, rtol=1e-12)


def test_adamw_shrinks_every_weight_alike():
    """Gradients that are noise of scale 1 and 100: Adam + L2 spares the noisy
    weight (item 69).
    """
    scale = np.array([1.0, 100.0])
    ends = {}
    for name in "adamw", "l2":
        rng = np.random.default_rng(0)

        def noise(phi, rng=rng):
            return scale * rng.normal(size=phi.shape)

        optimizer = (
            dl.AdamW(1e-3, lam=0.1) if name == "adamw" else dl.Adam(1e-3)
        )
        grad = noise if name == "adamw" else dl.L2(0.05)(noise)
        ends[name] = run(optimizer, np.ones((20, 2)), grad, 5000).mean(axis=0)
    assert np.allclose(ends["adamw"], np.exp(-0.5), atol=0.04)
    assert ends["l2"][0] < 0.7 and ends["l2"][1] > 0.9


def test_a_decay_may_differ_from_weight_to_weight():
    phi = np.ones((2, 3))
    for lam, expected in (
        (np.array([0.5, 0, 0]), [[0.5, 1, 1]] * 2),
        (np.array([[0.5], [0]]), [[0.5] * 3, [1] * 3]),
        (np.array([[0.5, 0, 0], [0, 0, 0.5]]), [[0.5, 1, 1], [1, 1, 0.5]]),
    ):
        for optimizer in dl.WeightDecay(0.0, lam), dl.AdamW(1.0, lam=lam):
            assert (
                run(optimizer, phi, lambda phi: 0 * phi, 1).tolist() == expected
            )


def test_gradient_descent_on_a_quadratic():
    """Each coordinate shrinks by (1 - α h) a step."""
    end = run(dl.GradientDescent(0.1), np.ones(3), quadratic, 7)
    assert np.allclose(end, (1 - 0.1 * np.arange(1, 4)) ** 7, rtol=1e-13)


def test_momentum_is_the_classical_form_rescaled():
    """m = βm + (1-β)g with α equals v = βv + g with rate α(1-β) (item 59)."""
    phi, v = np.array([1.0, -1.0]), 0
    ours = run(dl.Momentum(0.2, beta=0.9), phi, quadratic, 30)
    for _ in range(30):
        v = 0.9 * v + quadratic(phi)
        phi = phi - 0.2 * (1 - 0.9) * v
    assert np.allclose(ours, phi, rtol=1e-13)


def test_adam_is_the_paper_written_plainly():
    phi, m, v = np.array([1.0, -2.0]), 0, 0
    ours = run(
        dl.Adam(0.05, beta=0.8, gamma=0.95, eps=1e-3), phi, quadratic, 20
    )
    for t in range(20):
        g = quadratic(phi)
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g**2
        m_hat, v_hat = m / (1 - 0.8 ** (t + 1)), v / (1 - 0.95 ** (t + 1))
        phi = phi - 0.05 * m_hat / (np.sqrt(v_hat) + 1e-3)
    assert np.allclose(ours, phi, rtol=1e-13)


def test_adams_first_step():
    """α against the sign of the gradient, whatever its size (item 64)."""
    step = run(
        dl.Adam(0.1), np.zeros(3), lambda phi: np.array([1e-3, -5.0, 1e6]), 1
    )
    assert np.allclose(step, [-0.1, 0.1, -0.1], rtol=1e-4)


def test_a_numpy_scalar_does_not_change_float32():
    phi = np.ones(3, np.float32)
    for name, optimizer in OPTIMIZERS.items():
        scalar = type(optimizer)(
            **{**vars(optimizer), "alpha": np.float64(0.1)}
        )
        seen = []
        run(scalar, phi, lambda p, seen=seen: seen.append(p.dtype) or p, 2)
        assert seen == [np.float32] * 2, name
        plain = type(optimizer)(**{**vars(optimizer), "alpha": 0.1})
        assert np.array_equal(
            run(scalar, phi, quadratic, 3), run(plain, phi, quadratic, 3)
        )


OUT_OF_RANGE = {
    "alpha": [-0.1, np.nan, np.inf, "0.1", None, {}, True, 1j, 10**400],
    "beta": [1.0, -0.1, 1.5, np.nan],
    "gamma": [1.0, -0.5, 2.0],
    "rho": [1.0, -0.5, [0.9, 1.0]],
    "eps": [0, -1e-8, np.nan],
    "lam": [-0.1, np.inf, np.array([0.1, -0.1])],
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_is_out_of_range_is_refused_where_it_is_written(name):
    """At the constructor, at an attribute, and for a schedule at its step."""
    kind, values = type(OPTIMIZERS[name]), vars(OPTIMIZERS[name])
    for parameter in values:
        for bad in OUT_OF_RANGE[parameter]:
            message = f"^{parameter}: got .*, expected 0 <=? {parameter} <"
            with pytest.raises(ValueError, match=message):
                kind(**{**values, parameter: bad})
            optimizer = kind(**values)
            with pytest.raises(ValueError, match=message):
                setattr(optimizer, parameter, bad)
            assert vars(optimizer) == values
            scheduled = kind(**{**values, parameter: lambda t, bad=bad: bad})
            phi = np.ones(2)
            memory = scheduled.init(phi)
            with pytest.raises(ValueError, match=message):
                scheduled.step(phi, quadratic, memory)
            assert (phi == 1).all() and memory.t == 0
    with pytest.raises(ValueError, match="lam: got 1.0, expected 0 <= lam < 1"):
        dl.WeightDecay(0.1, lam=1.0)


def test_hyperparameters_that_float32_does_not_have():
    phi = np.ones(2, np.float32)
    for optimizer in dl.Adam(1e39), dl.Adam(0.1, eps=1e-50):
        with pytest.raises(ValueError, match="^(alpha: got inf|eps: got 0.0)"):
            optimizer.step(phi, quadratic, optimizer.init(phi))
    assert run(dl.Adam(0.1, eps=1e-50), np.ones(2), quadratic, 1).max() < 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_or_memory_that_does_not_fit_is_named(name):
    optimizer, phi = OPTIMIZERS[name], np.ones((2, 3))
    for wrong in np.ones(3), np.ones((2, 1)), 1.0, None, [[1.0] * 3] * 2:
        with pytest.raises(
            ValueError,
            match=r"grad: it returned .*, expected phi's shape \(2, 3\)",
        ):
            optimizer.step(
                phi, lambda p, wrong=wrong: wrong, optimizer.init(phi)
            )
    for wrong, message in (
        (np.ones(3, int), "phi: got int64, expected float64"),
        (np.ones(3, np.float16), "phi: got float16, expected float64"),
        ([1.0, 1.0], r"phi: got \[1.0, 1.0\], expected a NumPy array"),
        (np.array(1.0), r"phi: got shape \(\), expected \(P,\)"),
        (np.broadcast_to(1.0, 3), "phi: .*read-only, expected"),
    ):
        with pytest.raises(ValueError, match=message):
            optimizer.step(wrong, quadratic, optimizer.init(np.ones(3)))
    for wrong in 1j * phi, phi.astype("f4"), phi.astype(object):
        with pytest.raises(
            ValueError, match=r"grad: it returned .*, expected phi's float64"
        ):
            optimizer.step(phi, lambda p, w=wrong: w, optimizer.init(phi))
    with pytest.raises(ValueError, match="grad: got 3, expected a function"):
        optimizer.step(phi, 3, optimizer.init(phi))
    for memory in None, 3, {}:
        with pytest.raises(ValueError, match="memory: got .*init"):
            optimizer.step(phi, quadratic, memory)
    if optimizer.moments:
        first = optimizer.moments[0]
        with pytest.raises(
            ValueError, match=f"memory: its {first} does not fit"
        ):
            optimizer.step(phi, quadratic, optimizer.init(phi[0]))
        with pytest.raises(
            ValueError, match=f"memory: its {first} does not fit"
        ):
            optimizer.step(phi, quadratic, dl.GradientDescent(0.1).init(phi))
    for product in optimizer.products:
        memory = optimizer.init(phi)
        delattr(memory, product)
        with pytest.raises(ValueError, match=f"memory: its {product} does"):
            optimizer.step(phi, quadratic, memory)
    assert (phi == 1).all()


def test_a_hyperparameter_says_one_number_for_each_model_weight_or_both():
    """(M, 1), (P,), (M, P) and a schedule of these, against plain numbers."""
    rng = np.random.default_rng(0)
    phi, shapes = rng.normal(size=(3, 4)), [(3, 1), (4,), (3, 4)]
    for optimizer in OPTIMIZERS.values():
        for name, usual in vars(optimizer).items():
            for shape in shapes:
                value = usual * rng.uniform(0.5, 1, shape)
                kind = type(optimizer)
                several = kind(**{**vars(optimizer), name: value})
                same = kind(**{**vars(optimizer), name: lambda t, v=value: v})
                end = run(several, phi, quadratic, 5)
                assert np.array_equal(end, run(same, phi, quadratic, 5))
                each = np.broadcast_to(value, phi.shape)
                for m, p in np.ndindex(phi.shape):
                    alone = kind(**{**vars(optimizer), name: each[m, p]})
                    one = run(alone, phi[m], quadratic, 5)
                    assert np.isclose(one[p], end[m, p], rtol=1e-12)
                single = run(several, phi.astype("f4"), quadratic, 5)
                assert single.dtype == np.float32
                assert np.allclose(single, end, rtol=1e-4, atol=1e-6)


def test_arrays_of_other_shapes_are_named():
    phi = np.ones((2, 3))
    for wrong in np.ones(2), np.ones((3, 1)), np.ones((1, 3)), np.ones((1, 1)):
        for name, optimizer in (
            ("alpha", dl.GradientDescent(wrong)),
            ("beta", dl.Adam(0.1, beta=wrong / 2)),
            ("lam", dl.AdamW(0.1, lam=wrong / 2)),
        ):
            with pytest.raises(
                ValueError,
                match=rf"^{name}: got shape .* for phi of shape \(2, 3\),"
                r" expected a number, or .* \(3,\) or \(2, 3\) or \(2, 1\)$",
            ):
                optimizer.step(phi, quadratic, optimizer.init(phi))
    assert (phi == 1).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("grad", [quadratic, lambda phi: phi * np.nan])
def test_a_rate_of_zero_freezes(name, grad):
    """Exactly, whatever the gradient; one model and many."""
    kind, values = type(OPTIMIZERS[name]), vars(OPTIMIZERS[name])
    start = np.array([[1.0, -2.0, 3.0], [0.5, 1.0, -1.0]])
    mask = np.array([0.0, 1.0, 1.0])
    for phi, on in (start[0], mask), (start, mask), (start, start > 0):
        for rate in 0.1 * on, lambda t, on=on: 0.1 * on:
            lam = {"lam": 0.1 * on} if name == "WeightDecay" else {}
            end = run(kind(**{**values, "alpha": rate, **lam}), phi, grad, 3)
            still = np.broadcast_to(on == 0, phi.shape)
            assert np.array_equal(end[still], phi[still])
            assert not np.any(end[~still] == phi[~still])
    lam = {"lam": 0.0} if name == "WeightDecay" else {}
    for rate in 0.0, np.zeros((2, 1)):
        frozen = kind(**{**values, "alpha": rate, **lam})
        assert np.array_equal(run(frozen, start, grad, 3), start)
    if lam:
        decays = run(kind(alpha=0.0, lam=0.5), start, quadratic, 1)
        assert np.array_equal(decays, start / 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_that_is_the_parameters_themselves(name):
    """The bowl ½ Σ φ²: its gradient function may return φ, and no copy."""
    phi = np.array([1.0, -2.0])
    optimizer = OPTIMIZERS[name]
    end = run(optimizer, phi, lambda phi: phi, 4)
    assert np.array_equal(end, run(optimizer, phi, np.copy, 4))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_of_whole_numbers(name):
    optimizer, phi = OPTIMIZERS[name], np.zeros(3, np.float32)
    whole = run(optimizer, phi, lambda phi: np.array([2, -3, 0]), 3)
    same = run(optimizer, phi, lambda phi: np.array([2, -3, 0], "f4"), 3)
    assert np.array_equal(whole, same) and whole.dtype == np.float32


SQUARE = {"SignDescent", "AdaGrad", "RMSProp", "Adam", "NAdam", "AdamW"}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("large, dtype", [(1e19, "f4"), (1e153, "f8")])
def test_squares_that_are_no_numbers(name, large, dtype):
    """A step of 0, for g² is infinite, would pass unnoticed."""
    kind, values = type(OPTIMIZERS[name]), vars(OPTIMIZERS[name])
    optimizer, phi = kind(**{**values, "alpha": 1e-3}), np.ones((2, 2), dtype)
    memory = optimizer.init(phi)

    def grad(phi):
        return np.array([[1.0, -large], [1, 1]], dtype)

    assert optimizer.squares == (name in SQUARE)
    if name in SQUARE:
        with pytest.raises(ValueError, match="^grad: it returned .*squares"):
            optimizer.step(phi, grad, memory)
        assert (phi == 1).all() and memory.t == 0
    else:
        optimizer.step(phi, grad, memory)
        assert phi[0, 1] > 1


def test_a_million_large_squares_add_up():
    """The largest gradient that is allowed, in AdaGrad, which forgets none."""
    optimizer, phi = dl.AdaGrad(0.1), np.ones(1, np.float32)
    memory = optimizer.init(phi)
    memory.s[:] = 0.999e6 * 1.8e16**2
    optimizer.step(phi, lambda phi: np.full(1, 1.8e16, "f4"), memory)
    assert np.isfinite(memory.s).all() and phi[0] < 1


def test_the_usual_values():
    """Defaults of the papers; ε may be any size (1.0 is used), a rate 0."""
    assert vars(dl.Adam()) == {
        "alpha": 0.001,
        "beta": 0.9,
        "gamma": 0.999,
        "eps": 1e-8,
    }
    assert vars(dl.Momentum(0.1)) == {"alpha": 0.1, "beta": 0.9}
    assert vars(dl.Nesterov(0.1)) == {"alpha": 0.1, "beta": 0.9}
    assert vars(dl.RMSProp(0.1)) == {"alpha": 0.1, "rho": 0.9, "eps": 1e-8}
    assert (
        vars(dl.AdaGrad(0.1))
        == vars(dl.SignDescent(0.1))
        == {
            "alpha": 0.1,
            "eps": 1e-8,
        }
    )
    assert vars(dl.NAdam()) == vars(dl.Adam())
    assert vars(dl.AdaMax()) == {**vars(dl.Adam()), "alpha": 0.002}
    assert vars(dl.AdamW()) == {**vars(dl.Adam()), "lam": 0.01}
    phi = np.ones(2)
    for optimizer in (
        dl.Adam(0.0, eps=1.0),
        dl.Adam(0.0, gamma=0.0, beta=0.0),
        dl.Momentum(0, 0),
    ):
        assert run(optimizer, phi, quadratic, 2).tolist() == [1, 1]
    assert run(dl.GradientDescent(50.0), phi, quadratic, 1).tolist() == [
        -49,
        -99,
    ]


def test_repr():
    assert repr(dl.Momentum(0.1)) == "Momentum(alpha=0.1, beta=0.9)"
    assert (
        repr(dl.WeightDecay(0.1, np.zeros(99)))
        == "WeightDecay(alpha=0.1, lam=…(99,))"
    )

    def halved(t):
        return 0.1 / 2**t

    assert (
        repr(dl.GradientDescent(halved)) == "GradientDescent(alpha=halved(t))"
    )

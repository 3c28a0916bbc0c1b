"""Smooth gates: activations z · g(z) that let z pass by how large it is."""

import math

import numpy as np
from numpy.polynomial.chebyshev import chebval

from . import checks
from .activations import over_examples, per_feature, sigmoid
from .layers import Layer

ROOT = math.sqrt(2 / math.pi)


def normal_cdf(z):
    """The distribution function of N(0, 1), Φ(z) = ½ erfc(-z/√2), of any shape;
    right to 14 digits, and to 12 in the lower tail.

    For x = abs(z)/√2 it is erfc(x) = exp(-x²) r(x), and r is a polynomial in t
    = (x - 2)/(x + 2). Lecture item 47. Source: the change of variable is
    Schonfelder's 1978; the coefficients are computed when the package is
    loaded.

    >>> import numpy as np
    >>> normal_cdf(np.array([0.0, 1.0])).round(13).tolist()
    [0.5, 0.8413447460685]
    >>> f"{normal_cdf(np.array(-10.0)):.12g}"
    '7.61985302416e-24'
    """
    z = checks.real("z", z)
    a = np.minimum(np.abs(z), 40)
    coarse = np.round(16 * a) / 16  # its square is exact, that of a is not
    density = np.exp(-(coarse**2) / 2)
    density *= np.exp((coarse - a) * (coarse + a) / 2)
    x = a / math.sqrt(2)
    tail = density * chebval((x - 2) / (x + 2), ERFCX.astype(z.dtype)) / 2
    return np.where(z < 0, tail, 1 - tail)


def _erfcx(x):
    """exp(x²) erfc(x) of a number: by its continued fraction, or directly."""
    if x < 2:
        return math.exp(x * x) * math.erfc(x)
    below = x
    for k in range(200, 0, -1):
        below = x + k / 2 / below
    return 1 / math.sqrt(math.pi) / below


def _coefficients(n=28):
    """Of the Chebyshev series of erfcx in t = (x - 2)/(x + 2): sums of its
    values at the points cos θ, like those of a Fourier series.
    """
    theta = np.pi * (np.arange(n) + 0.5) / n
    values = [_erfcx(2 / math.tan(angle / 2) ** 2) for angle in theta]
    sums = np.cos(np.outer(np.arange(n), theta)) @ values
    return np.append(sums[0], 2 * sums[1:]) / n


ERFCX = _coefficients()


class _Gated(Layer):
    """z g(z), with the slope g(z) + z g'(z)."""

    def _gate(self, z):
        """The gate g(z), and its derivative."""
        raise NotImplementedError

    def forward(self, x, phi, ctx):
        return x * self._gate(x)[0], x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        gate, slope = self._gate(saved)
        return dy * (gate + saved * slope)


class GELU(_Gated):
    """The Gaussian error linear unit a[z] = z Φ(z), with a' = Φ(z) + z φ(z).

    ``approximate``: None, or one of its authors' two approximations, "tanh"
    for z/2 (1 + tanh(√(2/π) (z + 0.044715 z³))) and "sigmoid" for z σ(1.702 z),
    with their own slopes. They are wrong by at most 4.8e-4 and 0.0204.

    Lecture items 47 and 48. Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> x, none = np.array([[-1e4, -1.0, 1.0]]), np.empty(0)
    >>> Network(GELU())(x, none).round(6).tolist()
    [[-0.0, -0.158655, 0.841345]]
    >>> Network(GELU("tanh"))(x, none).round(6).tolist()
    [[-0.0, -0.158808, 0.841192]]
    """

    def __init__(self, approximate=None):
        text = isinstance(approximate, (str, type(None)))
        if not text or approximate not in (None, "tanh", "sigmoid"):
            raise ValueError(
                f"approximate: got {checks.shown(approximate)}, expected None,"
                " 'tanh' or 'sigmoid'"
            )
        self.approximate = approximate

    def _gate(self, z):
        if self.approximate == "sigmoid":
            gate = sigmoid(1.702 * z)
            return gate, 1.702 * gate * sigmoid(-1.702 * z)
        if self.approximate == "tanh":
            # σ(2u) = (1 + tanh u)/2; beyond 100 nothing changes, but z³ would
            # overflow.
            near = np.clip(z, -100, 100)
            u = 2 * ROOT * (near + 0.044715 * near**3)
            slope = 2 * ROOT * (1 + 3 * 0.044715 * near**2)
            gate = sigmoid(u)
            return gate, slope * gate * sigmoid(-u)
        near = np.clip(z, -40, 40)
        return normal_cdf(z), ROOT / 2 * np.exp(-near * near / 2)

    def __repr__(self):
        return f"GELU({self.approximate or ''})"


class Swish(_Gated):
    """Swish a[z] = z σ(β z), with a' = σ(βz) + βz σ(βz) (1 - σ(βz)).

    With β = 1 it is called SiLU; β = 0 gives z/2, and β → ∞ a ReLU. For a β
    that is learned, see `ACON`. Lecture items 49 and 119. Source: Ramachandran,
    Zoph & Le 2017, arXiv:1710.05941; Elfwing, Uchibe & Doya 2017,
    arXiv:1702.03118.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> x = np.array([[-1e4, 0.0, 2.0]])
    >>> Network(Swish())(x, np.empty(0)).round(6).tolist()
    [[-0.0, 0.0, 1.761594]]
    """

    def __init__(self, beta=1.0):
        self.beta = checks.number("beta", beta, -np.inf, np.inf, False)

    def _gate(self, z):
        gate = sigmoid(self.beta * z)
        return gate, self.beta * gate * sigmoid(-self.beta * z)

    def __repr__(self):
        return f"Swish({self.beta})"


class Mish(_Gated):
    """Mish a[z] = z tanh(log(1 + eᶻ)).

    With n = eᶻ (eᶻ + 2) the gate is n/(n + 2); for z > 0 both are divided by
    e²ᶻ, so that nothing overflows. Lecture items 51 and 121. Source: Misra
    2019, arXiv:1908.08681.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> x = np.array([[-1e4, 0.0, 1e4]])
    >>> Network(Mish())(x, np.empty(0)).tolist()
    [[-0.0, 0.0, 10000.0]]
    """

    def _gate(self, z):
        """The gate n/(n + 2), and its derivative 4 eᶻ (eᶻ + 1)/(n + 2)²."""
        e = np.exp(-np.abs(z))  # eᶻ, or e⁻ᶻ
        n, n2 = e * (e + 2), 1 + 2 * e + 2 * e * e
        below = z < 0
        gate = np.where(below, n / (n + 2), (1 + 2 * e) / n2)
        slope = np.where(
            below,
            4 * e * (e + 1) / (n + 2) ** 2,
            4 * e * e * (1 + e) / (n2 * n2),
        )
        return gate, slope


class ACON(Layer):
    """Activate or not: the smooth maximum of p₁z and p₂z, with learned β, p₁
    and p₂: a[z] = u σ(βu) + p₂z, with u = (p₁ - p₂) z.

    ``kind``: "A" learns β only, with p₁ = 1 and p₂ = 0: a `Swish` whose β is
    learned. "B" learns β and p₂, with p₁ = 1; "C" all three. β = 0 gives the
    mean of the two lines, β → ∞ their maximum. ``d``: 1 for numbers that all
    features share, or the number of features, for some of their own. They start
    at β = 1, p₁ = 1, p₂ = 0 (B: ¼), in this order in φ, and do not decay.

    Lecture items 50 and 122. Source: Ma, Zhang, Liu & Sun 2021,
    arXiv:2009.04759.

    >>> import numpy as np
    >>> from dlnotes import Network
    >>> f, x = Network(ACON("C")), np.array([[-1.0, 0.0, 2.0]])
    >>> f(x, np.array([1e4, 1.0, 0.1])).round(6).tolist()
    [[-0.1, 0.0, 2.0]]
    """

    START = {"A": (1.0,), "B": (1.0, 0.25), "C": (1.0, 1.0, 0.0)}

    def __init__(self, kind="C", d=1):
        if not isinstance(kind, str) or kind not in self.START:
            raise ValueError(
                f"kind: got {checks.shown(kind)}, expected 'A', 'B' or 'C'"
            )
        self.kind, self.d = kind, checks.count("d", d)
        self.size = len(self.START[kind]) * self.d
        self.expects = (...,) if d == 1 else (..., self.d)

    def views(self, phi):
        """β, p₁ and p₂: views into φ of shape (..., d), or numbers."""
        beta, *slopes = np.split(phi, self.size // self.d, axis=-1)
        p1, p2 = {"A": (1, 0), "B": (1, *slopes), "C": slopes}[self.kind]
        return beta, p1, p2

    def fill(self, phi, rng):
        phi[...] = np.repeat(self.START[self.kind], self.d)

    def forward(self, x, phi, ctx):
        beta, p1, p2 = (
            per_feature(p, x) if np.ndim(p) else p for p in self.views(phi)
        )
        u = (p1 - p2) * x
        return u * sigmoid(beta * u) + p2 * x, x

    def backward(self, dy, saved, phi, dphi, need_dx=True):
        x = saved
        beta, p1, p2 = (
            per_feature(p, x) if np.ndim(p) else p for p in self.views(phi)
        )
        u = (p1 - p2) * x
        gate = sigmoid(beta * u)
        bump = u * gate * sigmoid(-beta * u)
        slope = gate + beta * bump  # of u σ(βu)
        dbeta, *dslopes = np.split(dphi, self.size // self.d, axis=-1)
        dbeta[...] = over_examples(dy * u * bump, dbeta)
        for dp, share in zip(reversed(dslopes), (1 - slope, slope)):
            dp[...] = over_examples(dy * x * share, dp)
        return dy * ((p1 - p2) * slope + p2)

    def __repr__(self):
        return f"ACON({self.kind!r}, {self.d})"

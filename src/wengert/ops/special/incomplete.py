"""The incomplete gamma and beta functions, differentiable in every argument to every order.

Both are integrals of a density p(t; a, ...). Derivatives with respect to a parameter are integrals of wₙ p, where wₙ =
∂ⁿp / p is a polynomial in the logarithm of t: the complete Bell polynomial of the derivatives of log p. The integrals
of order n are a primitive; the derivative with respect to the bound is wₙ p there, in the library's own operations.
"""

from __future__ import annotations

from math import comb

from ...core.primitive import Example
from ...core.types import Value
from ..elementwise import log, log1p
from ..families import elementwise, scale
from .domains import over
from .gamma import digamma, polygamma, polygamma_drop

__all__ = [
    "beta_density",
    "betainc",
    "betainc_derivative",
    "betaincc",
    "gamma_density",
    "gammainc",
    "gammainc_derivative",
    "gammaincc",
]

# Gamma: log p = (a - 1) log t - t - log Γ(a) --------------------------------------------------------------------------

gamma_density = elementwise(  # y**(x - shift) exp(-y) / Γ(x)
    "gamma_density",
    lambda x, y, out: scale(out, log(y) - digamma(x)),
    lambda x, y, out, *, shift: scale(x - shift, gamma_density(x, y, shift=shift + 1)) - out,
    examples=over((0.6, 3), {"shift": 1}, arity=2),
)


def _gamma_weight(x: Value, y: Value, order: int) -> Value:
    """∂ⁿp / p at t = y.

    As p = x f, where f has 1 / Γ(x + 1), it is w[n] + n w[n - 1] / x of the Bell polynomials w of f, with w[n + 1] = Σ
    comb(n, k) w[n - k] u[k + 1], u = ∂ log f, ∂² log f, ...: nothing cancels for small x.
    """
    u = [log(y) - digamma(x + 1), *(-polygamma(k, x + 1) for k in range(1, order))]
    w: list[Value] = [1.0]
    for n in range(order):
        terms = [comb(n, k) * w[n - k] * u[k] for k in range(n + 1)]
        w.append(sum(terms[1:], start=terms[0]))
    return w[order] + order * w[order - 1] / x


gammainc_derivative = elementwise(  # of this order with respect to x
    "gammainc_derivative",
    lambda x, y, *, order: gammainc_derivative(x, y, order=order + 1),
    lambda x, y, *, order: scale(gamma_density(x, y, shift=1), _gamma_weight(x, y, order)),
    examples=tuple(e for n in (1, 2) for e in over((0.6, 3), {"order": n}, arity=2)),
)
gammainc = elementwise(
    "gammainc",
    lambda x, y: gammainc_derivative(x, y, order=1),
    lambda x, y: gamma_density(x, y, shift=1),
    examples=over((0.6, 3), arity=2),
)
gammaincc = elementwise(
    "gammaincc",
    lambda x, y: -gammainc_derivative(x, y, order=1),
    lambda x, y: -gamma_density(x, y, shift=1),
    examples=over((0.6, 3), arity=2),
)

# Beta: log p = (a - 1) log t + (b - 1) log(1 - t) - log B(a, b) -------------------------------------------------------

_UNIT = (Example(((2, 1), (2,), ()), domain=(0.2, 0.8), prepare=lambda a, b, x: (a + 0.7, b + 1.2, x)),)

beta_density = elementwise(  # z**(x - shift) (1 - z)**(y - co_shift) / B(x, y)
    "beta_density",
    lambda x, y, z, out: scale(out, log(z) - polygamma_drop(x, y, order=0)),
    lambda x, y, z, out: scale(out, log1p(-z) - polygamma_drop(y, x, order=0)),
    lambda x, y, z, *, shift, co_shift: (
        scale(x - shift, beta_density(x, y, z, shift=shift + 1, co_shift=co_shift))
        - scale(y - co_shift, beta_density(x, y, z, shift=shift, co_shift=co_shift + 1))
    ),
    examples=tuple(Example(e.inputs, {"shift": 1, "co_shift": 1}, e.domain, e.prepare) for e in _UNIT),
)


def _beta_weight(x: Value, y: Value, z: Value, order: int, co_order: int) -> Value:
    """∂ᵐ∂ⁿp / p at t = z, where m derivatives are with respect to x and n to y."""

    def u(j: int, k: int) -> Value:
        if not k:
            return (log(z) if j == 1 else 0.0) - polygamma_drop(x, y, order=j - 1)
        if not j:
            return (log1p(-z) if k == 1 else 0.0) - polygamma_drop(y, x, order=k - 1)
        return polygamma(j + k - 1, x + y)

    def w(m: int, n: int) -> Value:
        if not m and not n:
            return 1.0
        if not m:
            terms = [comb(n - 1, k) * w(0, n - 1 - k) * u(0, k + 1) for k in range(n)]
        else:
            terms = [
                comb(m - 1, j) * comb(n, k) * w(m - 1 - j, n - k) * u(j + 1, k) for j in range(m) for k in range(n + 1)
            ]
        return sum(terms[1:], start=terms[0])

    return w(order, co_order)


betainc_derivative = elementwise(  # of these orders with respect to x and y
    "betainc_derivative",
    lambda x, y, z, *, order, co_order: betainc_derivative(x, y, z, order=order + 1, co_order=co_order),
    lambda x, y, z, *, order, co_order: betainc_derivative(x, y, z, order=order, co_order=co_order + 1),
    lambda x, y, z, *, order, co_order: scale(
        beta_density(x, y, z, shift=1, co_shift=1), _beta_weight(x, y, z, order, co_order)
    ),
    examples=tuple(Example(e.inputs, {"order": 1, "co_order": 1}, e.domain, e.prepare) for e in _UNIT),
)
betainc = elementwise(
    "betainc",
    lambda x, y, z: betainc_derivative(x, y, z, order=1, co_order=0),
    lambda x, y, z: betainc_derivative(x, y, z, order=0, co_order=1),
    lambda x, y, z: beta_density(x, y, z, shift=1, co_shift=1),
    examples=_UNIT,
)
betaincc = elementwise(
    "betaincc",
    lambda x, y, z: -betainc_derivative(x, y, z, order=1, co_order=0),
    lambda x, y, z: -betainc_derivative(x, y, z, order=0, co_order=1),
    lambda x, y, z: -beta_density(x, y, z, shift=1, co_shift=1),
    examples=_UNIT,
)

"""Derivatives of the incomplete gamma and beta functions with respect to their parameters.

With u = log t, or the logit of t, the density is the exponential of a concave function of u, and the derivative of
order n is ∫ wₙ p du over one side of the bound: over the smaller, since over all u it is 0, and nothing cancels in its
tail. From the bound v = |u - u₀| outwards p falls as exp(-h(v)), where h is convex; in units of the v where h = 1 the
integrand always looks alike, and the trapezoidal rule in τ, v = exp(τ - exp(-τ)), converges exponentially (Takahasi and
Mori, Double exponential formulas for numerical integration, Publ. RIMS 9, 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import comb, factorial, pi
from typing import Any

import numpy as np

from ..protocol import quiet
from .blocks import blockwise
from .deferred import scipys
from .polygamma import BERNOULLI, float_dtype, polygamma_drop

__all__ = ["beta_density", "betainc_derivative", "gamma_density", "gammainc_derivative"]

_gammainc, _betainc, _gammaln = scipys("gammainc"), scipys("betainc"), scipys("gammaln")
_psi, _polygamma = scipys("psi"), scipys("polygamma")

_STEP = 0.1
_TAU = np.arange(-3.6, 4.6, _STEP)[:, None]
_HALF_LINE = np.exp(_TAU - np.exp(-_TAU))
_HALF_LINE_WEIGHTS = _STEP * _HALF_LINE * (1 + np.exp(-_TAU))
Rows = Callable[..., Any]


def _reach(h: Rows, slope: Rows, start: Any, level: float) -> Any:
    """The v where the convex h(v) is ``level``, roughly: by Newton's steps, from the right."""
    v = start
    for _ in range(40):
        excess = h(v) - level
        if not (np.abs(excess) > 0.2 * level).any():
            break
        v = np.maximum(v - excess / slope(v), 0.25 * v)
    return v


@cache
def _gauss() -> tuple[Any, Any]:
    """Nodes and weights of Gauss' rule on 0 to 1, each a column."""
    nodes, weights = np.polynomial.legendre.leggauss(56)
    return (nodes[:, None] + 1) / 2, weights[:, None] / 2


def _flat_part(function: Rows, length: Any) -> Any:
    """∫ function(u) du from 0 to ``length``, of what changes where u is a few and is smooth from there on."""
    nodes, weights = _gauss()
    total, low = np.zeros_like(length), np.zeros_like(length)
    for high in (np.minimum(length, 4.0), np.minimum(length, 40.0), length):
        total = total + (high - low) * (weights * function(low + (high - low) * nodes)).sum(0)
        low = high
    return total


# Accurate parts of log p ----------------------------------------------------------------------------------------------


def _log_less(x: Any, ratio: Any) -> Any:
    """log(1 + x) - x, where 1 + x = ratio; near 0 by log(1 + x) = 2 artanh(r), r = x / (2 + x)."""
    near = np.abs(x) < 0.5
    small = np.where(near, x, 0.0)
    r = small / (2 + small)
    series = np.zeros_like(small)
    for k in reversed(range(1, 18)):
        series = (series + 1 / (2 * k + 1)) * (r * r)
    return np.where(near, 2 * r * series - small * r, np.log(np.where(near, 1.0, ratio)) - np.where(near, 1.0, x))


def _stirling_rest(a: Any) -> Any:
    """log Γ(a) - ((a - ½) log a - a + ½ log 2π)."""
    far = a >= 10
    large, small = np.where(far, a, 10.0), np.where(far, 10.0, a)
    series = sum(b / (2 * k * (2 * k - 1)) * large ** float(1 - 2 * k) for k, b in enumerate(BERNOULLI, 1))
    return np.where(far, series, _gammaln(small) - ((small - 0.5) * np.log(small) - small + 0.5 * np.log(2 * pi)))


def _log_less_psi(a: Any) -> Any:
    """log(a) - ψ(a) for large a."""
    return 0.5 / a + sum(b / (2 * k) * a ** float(-2 * k) for k, b in enumerate(BERNOULLI, 1))


# Gamma ----------------------------------------------------------------------------------------------------------------


def gamma_density(a: Any, x: Any, *, shift: int) -> Any:
    """x**(a - shift) exp(-x) / Γ(a)."""
    dtype = float_dtype(a, x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    with quiet():
        inner = (x > 0) & (a > 0) & np.isfinite(x)
        b, y = np.where(inner, a, 1.0), np.where(inner, x, 1.0)
        out = np.where(inner, np.exp(_log_gamma_mass(b, y)) * y ** float(-shift), 0.0)
        at_zero = np.where(a > shift, 0.0, np.where(a == shift, 1 / np.exp(_gammaln(a)), np.inf))
        out = np.where(x == 0, at_zero, out)
        out = np.where((a >= 0) & (x >= 0), out, np.nan)
    return out.astype(dtype)[()]


def _log_gamma_mass(a: Any, x: Any) -> Any:
    """log(x**a exp(-x) / Γ(a)): the density of log t."""
    return a * _log_less((x - a) / a, x / a) + 0.5 * np.log(a / (2 * pi)) - _stirling_rest(a)


def gammainc_derivative(a: Any, x: Any, *, order: int) -> Any:
    """∂ⁿ/∂aⁿ of the regularised lower incomplete gamma function, n > 0."""
    dtype = float_dtype(a, x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    a = np.where((a == 0) & (x > 0), 1e-280, a)  # where it is continuous, from the right
    out = np.where((a > 0) & (x >= 0), 0.0, np.nan)
    inner = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    with quiet():
        below = inner & (_gammainc(a, x) <= 0.5)
        above = inner & ~below
        out[below] = blockwise(partial(_gamma_below, order=order), a[below], x[below])
        out[above] = -blockwise(partial(_gamma_above, order=order), a[above], x[above])
    return out.astype(dtype)[()]


def _gamma_weight(a: Any, log_t: Any, order: int) -> Any:
    """∂ⁿp / p, from log t - ψ(a + 1).

    As p = a f, where f has 1 / Γ(a + 1), it is w[n] + n w[n - 1] / a of the Bell polynomials w of f: nothing cancels
    for small a.
    """
    u = [log_t, *(-_polygamma(k, a + 1) for k in range(1, order))]
    w: list[Any] = [1.0]
    for n in range(order):
        w.append(sum(comb(n, k) * w[n - k] * u[k] for k in range(n + 1)))
    return w[order] + order / a * w[order - 1]


def _centred_log(a: Any, x: Any) -> Any:
    """log(x) - ψ(a + 1)."""
    far = a >= 10
    large, off = np.where(far, a, 10.0), np.where(far, (x - a) / a, 0.0)
    log_ratio = np.where(np.abs(off) < 0.5, np.log1p(off), np.log(x) - np.log(large))
    return np.where(far, log_ratio + _log_less_psi(large) - 1 / large, np.log(x) - _psi(a + 1))


def _gamma_below(a: Any, x: Any, order: int) -> Any:
    scale = _reach(lambda v: a * v + x * np.expm1(-v), lambda v: a - x * np.exp(-v), (1 + x) / a, 1.0)
    v = scale * _HALF_LINE
    values = np.exp(-(a * v + x * np.expm1(-v))) * _gamma_weight(a, _centred_log(a, x) - v, order)
    return np.exp(_log_gamma_mass(a, x)) * scale * (_HALF_LINE_WEIGHTS * values).sum(0)


def _gamma_above(a: Any, x: Any, order: int) -> Any:
    """By Gauss' rule: the integrand is entire, and since exp(v) grows so fast it ends within a short length."""
    flat = (a < 1) & (x < 1)  # p stays up to t = 1, and falls from there on
    start = np.where(flat, 1.0, x)
    nodes, weights = _gauss()
    length = _reach(
        lambda v: start * np.expm1(v) - a * v, lambda v: start * np.exp(v) - a, 3 + np.log1p(50 / start), 45.0
    )
    v = length * nodes
    values = np.exp(a * v - start * np.expm1(v)) * _gamma_weight(a, _centred_log(a, start) + v, order)
    total = np.exp(_log_gamma_mass(a, start)) * length * (weights * values).sum(0)
    if flat.any():

        def mass(u: Any) -> Any:
            """Of log t = -u."""
            return np.exp(-a * u - np.exp(-u) - _gammaln(a)) * _gamma_weight(a, -u - _psi(a + 1), order)

        total = total + np.where(flat, _flat_part(mass, np.where(flat, -np.log(np.minimum(x, 1.0)), 0.0)), 0.0)
    return total


# Beta -----------------------------------------------------------------------------------------------------------------


def beta_density(a: Any, b: Any, x: Any, *, shift: int, co_shift: int) -> Any:
    """x**(a - shift) (1 - x)**(b - co_shift) / B(a, b)."""
    dtype = float_dtype(a, b, x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    a, b, x = np.broadcast_arrays(*(np.asarray(z, np.float64) for z in (a, b, x)))
    with quiet():
        inner = (a > 0) & (b > 0) & (x > 0) & (x < 1)
        c, d, t = (np.where(inner, z, 0.5) for z in (a, b, x))
        out = np.exp(_log_beta_mass(c, d, t, 1 - t)) * t ** float(-shift) * (1 - t) ** float(-co_shift)
        for end, near, n in ((0, a, shift), (1, b, co_shift)):
            constant = np.exp(_gammaln(a + b) - _gammaln(a) - _gammaln(b))
            out = np.where(x == end, np.where(near > n, 0.0, np.where(near == n, constant, np.inf)), out)
        out = np.where((a > 0) & (b > 0) & (x >= 0) & (x <= 1), out, np.nan)
    return out.astype(dtype)[()]


def _log_beta_mass(a: Any, b: Any, x: Any, y: Any) -> Any:
    """log(x**a y**b / B(a, b)), where y = 1 - x: the density of the logit."""
    off = x * b - y * a
    rest = _stirling_rest(a + b) - _stirling_rest(a) - _stirling_rest(b)
    exponent = a * _log_less(off / a, x + b / a * x) + b * _log_less(-off / b, y + a / b * y)
    return exponent + rest + 0.5 * np.log(a / (2 * pi) * (b / (a + b)))


def betainc_derivative(a: Any, b: Any, x: Any, *, order: int, co_order: int) -> Any:
    """∂ᵐ/∂aᵐ ∂ⁿ/∂bⁿ of the regularised incomplete beta function, m + n > 0."""
    dtype = float_dtype(a, b, x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    a, b, x = np.broadcast_arrays(*(np.asarray(z, np.float64) for z in (a, b, x)))
    out = np.where((a > 0) & (b > 0) & (x >= 0) & (x <= 1), 0.0, np.nan)
    inner = (a > 0) & (b > 0) & (x > 0) & (x < 1) & np.isfinite(a) & np.isfinite(b)
    with quiet():
        below = inner & (_betainc(a, b, x) <= 0.5)
        above = inner & ~below
        lower = (a[below], b[below], x[below], 1 - x[below])
        upper = (b[above], a[above], 1 - x[above], x[above])  # as seen from the other end
        out[below] = blockwise(partial(_beta_below, order=order, co_order=co_order), *lower)
        out[above] = -blockwise(partial(_beta_below, order=co_order, co_order=order), *upper)
    return out.astype(dtype)[()]


def _beta_weight(a: Any, b: Any, log_t: Any, log_rest: Any, order: int, co_order: int) -> Any:
    """∂ᵐ∂ⁿp / p, from log t and log(1 - t).

    As p = r g with r = ab / (a + b), where g has 1 / ((a + b + 1) B(a + 1, b + 1)), it is by Leibniz' rule a sum of
    derivatives of r with the Bell polynomials in two variables of g: nothing cancels for small a and b.
    """

    @cache
    def u(j: int, k: int) -> Any:
        if not k:
            return (log_t if j == 1 else 0.0) - polygamma_drop(a + 1, b, order=j - 1)
        if not j:
            return (log_rest if k == 1 else 0.0) - polygamma_drop(b + 1, a, order=k - 1)
        return _polygamma(j + k - 1, a + b + 1)

    @cache
    def w(m: int, n: int) -> Any:
        if not m and not n:
            return 1.0
        if not m:
            return sum(comb(n - 1, k) * w(0, n - 1 - k) * u(0, k + 1) for k in range(n))
        pairs = [(j, k) for j in range(m) for k in range(n + 1)]
        return sum(comb(m - 1, j) * comb(n, k) * w(m - 1 - j, n - k) * u(j + 1, k) for j, k in pairs)

    return sum(
        comb(order, j) * comb(co_order, k) * _harmonic_derivative(a, b, j, k) * w(order - j, co_order - k)
        for j in range(order + 1)
        for k in range(co_order + 1)
    )


def _harmonic_derivative(a: Any, b: Any, j: int, k: int) -> Any:
    """∂ʲ∂ᵏr / r of r = ab / (a + b) = a - a² / (a + b) = b - b² / (a + b), of which the smaller square cancels less."""
    if not j and not k:
        return 1.0

    def one(a: Any, b: Any, j: int, k: int) -> Any:
        """For k > 0: ∂ʲ of (-1)ᵏ⁺¹ k! a² / (a + b)ᵏ⁺¹, over ab / (a + b)."""
        total, squares = 0.0, (a, 2.0, 2 / a)  # a², and its derivatives, over a
        for i in range(min(j, 2) + 1):
            rest = (-1) ** (j - i) * factorial(k + j - i)
            total = total + comb(j, i) * squares[i] * rest / (a + b) ** (k + j - i)
        return (-1) ** (k + 1) * total / b

    if not j:
        return one(a, b, j, k)
    if not k:
        return one(b, a, k, j)
    return np.where(a < b, one(a, b, j, k), one(b, a, k, j))


def _beta_below(a: Any, b: Any, x: Any, y: Any, order: int, co_order: int) -> Any:
    flat = (b < 1) & (x > 0.5)  # p stays down to t = ½, and falls from there on
    start, rest = np.where(flat, 0.5, x), np.where(flat, 0.5, y)

    def log_ratio(v: Any) -> Any:
        """log((1 - t₀) / (1 - t)), where the logit of t is v less than that of t₀."""
        change = start * np.expm1(-v)
        near = change > -0.5
        return np.where(near, np.log1p(np.where(near, change, 0.0)), np.log(rest + start * np.exp(-v)))

    scale = _reach(
        lambda v: a * v + (a + b) * log_ratio(v),
        lambda v: a - (a + b) * start * np.exp(-v) / (rest + start * np.exp(-v)),
        (1 - (a + b) * np.log(rest)) / a,
        1.0,
    )
    v = scale * _HALF_LINE
    ratio = log_ratio(v)
    weight = _beta_weight(a, b, np.log(start) - v - ratio, np.log(rest) - ratio, order, co_order)
    values = np.exp(-(a * v + (a + b) * ratio)) * weight
    total = np.exp(_log_beta_mass(a, b, start, rest)) * scale * (_HALF_LINE_WEIGHTS * values).sum(0)
    if flat.any():

        def mass(u: Any) -> Any:
            """Of the logit u."""
            log_t = -np.log1p(np.exp(-u))
            log_rest = log_t - u
            log_mass = a * log_t + b * log_rest + _gammaln(a + b) - _gammaln(a) - _gammaln(b)
            return np.exp(log_mass) * _beta_weight(a, b, log_t, log_rest, order, co_order)

        length = np.where(flat, np.log(np.where(flat, x, 0.5)) - np.log(np.where(flat, y, 0.5)), 0.0)
        total = total + np.where(flat, _flat_part(mass, length), 0.0)
    return total

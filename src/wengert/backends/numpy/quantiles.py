"""Quantiles of the gamma distribution, and how they move with its shape.

Along a quantile the distribution function P(a, x) is constant, so dx/da = -P_a / p with the density p. With
t = x exp(∓v) below and above the mean, P and 1 - P are integrals over v ≥ 0 of p times x exp(φ(v)), where φ falls from
0; a derivative with respect to a multiplies the integrand by powers of log x - ψ(a) ∓ v. All of it is then a sum of
terms that hardly cancel. See M. Figurnov, S. Mohamed and A. Mnih, "Implicit reparameterization gradients", NeurIPS
2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .protocol import quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_SERIES = 20.0
"""Up to this shape the integral below the mean is summed as a series: it falls too slowly for a quadrature."""
_NODES = 32  # for fourteen digits


def gamma_path(a: Any, drawn: Any, shape: Any, *, order: int) -> Any:
    """x with P(a, x) = P(shape, drawn), or its derivative of this order with respect to a."""
    if any(np.asarray(x).dtype.kind == "c" for x in (a, drawn, shape)):
        raise TypeError("the gamma distribution is of real numbers")
    a, drawn, shape = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (a, drawn, shape)))
    with quiet():
        x = np.array(drawn)
        moved = a != shape
        if moved.any():
            x[moved] = _same_level(a[moved], drawn[moved], shape[moved])
        if order == 0:
            return x[()]
        if order > 3:
            raise NotImplementedError("derivatives of gamma variates are computed to third order")
        path = _path(a.ravel(), x.ravel(), order).reshape(x.shape)
    return np.where(x > 0, path, np.where(np.isnan(a), np.nan, 0.0))[()]  # 0 where x underflows


def _same_level(a: Array, x: Array, shape: Array) -> Array:
    """The quantile for another shape."""
    from scipy import special

    below, above = special.gammainc(shape, x), special.gammaincc(shape, x)
    found: Array = np.where(below < above, special.gammaincinv(a, below), special.gammainccinv(a, above))
    return found


def _path(a: Array, x: Array, order: int) -> Any:
    """The derivative of this order of x along its quantile, by implicit differentiation."""
    from scipy import special

    slope = np.log(x) - special.digamma(a)
    first = special.polygamma(1, a)
    above = x > a
    m = _moments(a, x, above, order)
    sign = np.where(above, 1.0, -1.0)
    r1 = sign * (slope * m[0] + m[1])
    if order == 1:
        return r1
    fall = (a - 1) / x - 1  # the logarithm of the density has the derivatives slope and fall
    r2 = sign * ((slope**2 - first) * m[0] + 2 * slope * m[1] + m[2])
    second = r2 - 2 * r1 * slope - r1**2 * fall
    if order == 2:
        return second
    r3 = (slope**3 - 3 * slope * first - special.polygamma(2, a)) * m[0]
    r3 = sign * (r3 + 3 * (slope**2 - first) * m[1] + 3 * slope * m[2] + m[3])
    return (
        r3
        - r2 * slope
        - r1 * (slope**2 - first)
        - r1 * r2 * fall
        - 2 * second * (slope + r1 * fall)
        - 2 * r1 * (r1 / x - first)
        - r1**2 * (1 / x - r1 * (a - 1) / x**2)
    )


def _moments(a: Array, x: Array, above: Array, order: int) -> Array:
    """∫ (∓v)ᵐ x exp(φ(v)) dv for m up to the order: above the mean v, below it -v."""
    result = np.full((order + 1, *x.shape), np.nan)
    series = ~above & (a < _SERIES)
    for chosen, moments in ((above, _above), (~above & ~series, _below), (series, _summed)):
        if chosen.any():
            result[:, chosen] = moments(a[chosen], x[chosen], order)
    return result


def _above(a: Array, x: Array, order: int) -> Array:
    """φ(v) = a v - x (eᵛ - 1), in two panels, of which the second has the fall."""
    reach = np.log1p(40 / x)
    for _ in range(6):
        reach = reach - (x * np.expm1(reach) - a * reach - 40) / (x * np.exp(reach) - a)
    knee = np.clip(np.log(0.1 / x), 0.25 * reach, 0.9 * reach)
    panels = ((np.zeros_like(x), knee), (knee, reach))
    first, second = (_integrated(lambda v: a * v - x * np.expm1(v), x, 1.0, ends, order) for ends in panels)
    return first + second


def _below(a: Array, x: Array, order: int) -> Array:
    """φ(v) = x (1 - e⁻ᵛ) - a v."""
    reach = 40 / a + 14 / np.sqrt(a)
    for _ in range(8):
        reach = reach - (a * reach + x * np.expm1(-reach) - 40) / (a - x * np.exp(-reach))
    return _integrated(lambda v: -x * np.expm1(-v) - a * v, x, -1.0, (np.zeros_like(x), reach), order)


def _integrated(exponent: Any, x: Array, sign: float, ends: tuple[Array, Array], order: int) -> Array:
    """By Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    start, end = ends
    half = (end - start) / 2
    total = np.zeros((order + 1, *x.shape))
    for node, weight in zip(nodes, weights, strict=True):
        v = start + half * (1 + node)
        term = weight * half * x * np.exp(exponent(v))
        for m in range(order + 1):
            total[m] += term
            term = term * (sign * v)
    return total


def _summed(a: Array, x: Array, order: int) -> Array:
    """Σ xᵏ⁺¹ / (a (a+1) ... (a+k)) and its derivatives with respect to a."""
    total = np.zeros((order + 1, *x.shape))
    term = np.ones_like(x)
    sums = np.zeros((3, *x.shape))
    for k in range(200):
        inverse = 1 / (a + k)
        term = term * x * inverse
        sums += [inverse, inverse**2, inverse**3]
        one, two, three = sums
        factors = (1.0, -one, one**2 + two, -(one**3 + 3 * one * two + 2 * three))
        parts = [term * factor for factor in factors[: order + 1]]
        total += parts
        if (np.abs(parts[-1]) <= 1e-17 * np.abs(total[-1])).all() and k > 3:
            break
    return total

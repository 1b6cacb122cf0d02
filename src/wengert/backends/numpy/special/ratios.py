"""Derivatives of (exp(x) - 1) / x and of log(1 + x) / x."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np

from ..protocol import quiet
from .deferred import scipys
from .polygamma import float_dtype

__all__ = ["exprel_derivative", "log1p_ratio"]

_gammainc = scipys("gammainc")


def exprel_derivative(x: Any, *, order: int) -> Any:
    """∫₀¹ tⁿ exp(x t) dt.

    For x < -1 it is an incomplete gamma function; then the Taylor series Σ xᵏ / (k! (n + 1 + k)), whose terms are
    positive for x > 0; for large x the recurrence E[n] = (exp(x) - n E[n - 1]) / x, divided by exp(x), which may
    overflow.
    """
    dtype = float_dtype(x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    u = np.asarray(x, np.float64)
    negative, large = u < -1, u > 12 + order
    with quiet():
        far = np.where(negative, -u, 1.0)
        gamma = factorial(order) * _gammainc(order + 1.0, far) / far ** (order + 1)
        small = np.where(negative | large, 0.0, u)
        series, term = np.zeros_like(small), np.ones_like(small)
        for k in range(60 + 2 * order):
            series = series + term / (order + 1 + k)
            term = term * small / (k + 1)
        right = np.where(large, u, 20.0)
        scaled = -np.expm1(-right) / right
        for k in range(1, order + 1):
            scaled = (1 - k * scaled) / right
        out = np.where(negative, gamma, np.where(large, np.where(u == np.inf, u, np.exp(right) * scaled), series))
    return out.astype(dtype)[()]


def log1p_ratio(x: Any, *, order: int) -> Any:
    """The derivative of this order of log(1 + x) / x = ∫₀¹ 1 / (1 + x t) dt.

    Near 0 by Gauss' rule, which converges fast since the pole at -1 / x is far; elsewhere by Leibniz' rule,
    x g⁽ⁿ⁾ + n g⁽ⁿ⁻¹⁾ = (log(1 + x))⁽ⁿ⁾.
    """
    dtype = float_dtype(x)
    u = np.asarray(x, np.complex128 if dtype.kind == "c" else np.float64)
    near = (np.abs(u) < 0.5) | ((u.real > 0) & (np.abs(u) < 3))
    with quiet():
        far = np.where(near, 4.0, u)
        out = np.asarray(np.log1p(far) / far)
        for n in range(1, order + 1):
            out = ((-1) ** (n - 1) * factorial(n - 1) / (1 + far) ** n - n * out) / far
        if near.any():
            out = np.where(near, _by_quadrature(np.where(near, u, 0.0), order), out)
        out = np.where(u == -1, (-1) ** order * np.inf, out)
    return out.astype(dtype)[()]


def _by_quadrature(u: Any, order: int) -> Any:
    nodes, weights = np.polynomial.legendre.leggauss(32)
    total = np.zeros_like(u)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        total = total + weight * node**order / (1 + u * node) ** (order + 1)
    return (-1) ** order * factorial(order) * total

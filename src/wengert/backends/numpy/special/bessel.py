"""Derivatives of modified Bessel functions: in the order, and of those that are scaled by an exponential."""

from __future__ import annotations

from functools import partial
from math import comb, pi
from typing import Any

import numpy as np

from ..protocol import quiet
from .blocks import blockwise
from .deferred import scipys
from .polygamma import float_dtype

__all__ = ["ive_derivative", "kve_derivative"]

_ive = scipys("ive")


def ive_derivative(v: Any, x: Any, *, order: int) -> Any:
    """The derivative of order m in ``x`` of exp(-|x|) I_v(x); where x = 0, of I_v(x).

    By recurrence it is Σ (-1)ᵏ comb(2m, k) I_{v + m - k} / 2ᵐ, which cancels for large x: there it is the asymptotic
    series (DLMF 10.40.1), term by term.
    """
    dtype = float_dtype(v, x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    v, x = np.broadcast_arrays(np.asarray(v, np.float64), np.asarray(x, np.float64))
    size = np.abs(x)
    far = size > 18 + v * v / 2
    with quiet():
        near = np.where(far, 1.0, size)
        out = sum((-1) ** k * comb(2 * order, k) * _ive(v + order - k, near) for k in range(2 * order + 1))
        out = np.asarray(out) / 2**order
        at_zero = sum(comb(order, k) * _ive(v + order - 2 * k, np.zeros_like(near)) for k in range(order + 1))
        out = np.where(x == 0, at_zero / 2**order, out)
        if far.any():
            out = np.where(far, _asymptotic(np.where(far, v, 0.0), np.where(far, size, 30.0), order), out)
        parity = np.where((x < 0) & (np.mod(v, 1) == 0), (-1.0) ** (np.mod(v, 2) + order), 1.0)
        out = np.where((x < 0) & (np.mod(v, 1) != 0), np.nan, parity * out)
    return out.astype(dtype)[()]


def _asymptotic(v: Any, x: Any, order: int) -> Any:
    total = np.zeros_like(x)
    coefficient = np.ones_like(x)
    for k in range(32):
        falling = 1.0
        for j in range(order):
            falling *= -(k + 0.5 + j)
        total = total + falling * coefficient
        coefficient = coefficient * (-(4 * v * v - (2 * k + 1) ** 2) / (8 * (k + 1) * x))
    return total / np.sqrt(2 * pi * x) / x**order


def kve_derivative(v: Any, x: Any, *, order: int, co_order: int) -> Any:
    """∂ⁿ/∂vⁿ ∂ᵐ/∂xᵐ exp(x) K_v(x) for real x > 0.

    It is ∫₀^∞ (1 - cosh t)ᵐ exp(x (1 - cosh t)) ∂ⁿ/∂vⁿ cosh(v t) dt (DLMF 10.32.9), by trapezoids: the integrand is
    analytic and even, and they converge exponentially. They lie where it is largest, at sinh t = v / x or at 0.
    """
    dtype = float_dtype(v, x)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    v, x = np.broadcast_arrays(np.asarray(v, np.float64), np.asarray(x, np.float64))
    out = np.full(x.shape, np.nan)
    chosen = (x > 0) & np.isfinite(x) & np.isfinite(v)
    with quiet():
        out[chosen] = blockwise(partial(_trapezoids, n=order, m=co_order), np.abs(v[chosen]), x[chosen])
        out[x == 0] = (-1) ** co_order * np.inf
        if order % 2:
            out = np.where(v == 0, 0.0, out * np.sign(v))
    out[x == np.inf] = 0.0
    return out.astype(dtype)[()]


def _trapezoids(v: Any, x: Any, n: int, m: int) -> Any:
    top = np.arcsinh(v / x)
    width = 1 / np.sqrt(np.hypot(x, v))  # of the peak, where it is narrower than the tail
    low = np.maximum(0.0, top - 10 * width - 45 / np.maximum(v, 1e-9))
    high = top + np.minimum(12 * width, 6 + np.log1p(2 * (50 + 8 * n + 8 * m) / x))
    count = int(np.ceil(np.max((high - low) / (0.2 * np.minimum(1.0, width)))))
    step = (high - low) / count
    t = low + np.arange(count + 1)[:, None] * step
    drop = 2 * np.sinh(t / 2) ** 2  # cosh t - 1
    grown, shrunk = np.exp(v * t - x * drop), np.exp(-v * t - x * drop)
    values = (grown - shrunk if n % 2 else grown + shrunk) * t**n * (-drop) ** m
    return 0.5 * step * (values.sum(0) - 0.5 * values[0])

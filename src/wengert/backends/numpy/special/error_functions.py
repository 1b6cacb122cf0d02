"""Derivatives of the scaled complementary error function."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from ..protocol import quiet
from .deferred import scipys
from .polygamma import float_dtype

__all__ = ["erfcx_derivative"]

_erfcx = scipys("erfcx")


def erfcx_derivative(x: Any, *, order: int) -> Any:
    """The derivative of this order of exp(x²) erfc(x).

    It is y[n] = (-1)ⁿ 2/√π ∫₀^∞ (2t)ⁿ exp(-t² - 2xt) dt, and y[n + 1] = 2x y[n] + 2n y[n - 1]. For x < 1 the recurrence
    is stable upwards, from y[0] and y[1] = 2x y[0] - 2/√π. To the right of it the solution decreases, and it is
    Miller's, downwards (Gautschi, Computational aspects of three-term recurrence relations, SIAM Review 9, 1967); far
    out it is the asymptotic series.
    """
    z = np.asarray(x)
    dtype = float_dtype(z)
    z = z.astype(np.complex128 if z.dtype.kind == "c" else np.float64)
    far = (np.abs(z) > 6.5 + order / 2) & (z.real >= 0)
    right = (z.real >= 1) & ~far
    with quiet():
        left = np.where(far | right, 0.0, z)
        out = np.asarray(_upwards(left, order))
        if right.any():
            out = np.where(right, _downwards(np.where(right, z, 1.0), order), out)
        if far.any():
            out = np.where(far, _asymptotic(np.where(far, z, 10.0 + order), order), out)
    return out.astype(dtype)[()]


def _upwards(z: Any, order: int) -> Any:
    before, now = np.zeros_like(z), _erfcx(z)
    for n in range(order):
        before, now = now, 2 * z * now + (2 * n * before if n else -2 / sqrt(pi))
    return now


def _downwards(z: Any, order: int) -> Any:
    """From ratios r[n] = y[n] / y[n - 1] = -2n / (2z - r[n + 1]), which forget where they start."""
    ratio = np.zeros_like(z)
    factors = np.ones_like(z)
    for n in reversed(range(1, order + 200)):
        ratio = -2 * n / (2 * z - ratio)
        if n <= order:
            factors = factors * ratio
    return _erfcx(z) * factors


def _asymptotic(z: Any, order: int) -> Any:
    """Term by term of erfcx(z) ~ Σ (-1)ᵏ (1/2)ₖ / (√π z^(2k + 1))."""
    total, coefficient = np.zeros_like(z), (-1.0) ** order / sqrt(pi)
    for j in range(1, order + 1):
        coefficient *= j
    term = coefficient / z ** (order + 1)
    for k in range(32):
        total = total + term
        growth = (2 * k + 1 + order) * (2 * k + 2 + order) / ((2 * k + 1) * (2 * k + 2))
        term = term * (-(k + 0.5) * growth) / (z * z)
    return total

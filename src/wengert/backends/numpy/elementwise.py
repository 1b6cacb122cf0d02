"""Elementwise operations, and those that give their inputs back."""

from __future__ import annotations

from math import factorial, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from .protocol import asarray, is_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


_LARGE = 4096
"""From how many elements one pass less is worth some microseconds in NumPy's own Python."""


def promote(*values: Any) -> Any:
    """A number of the dtype to which values of any number promote."""
    return np.zeros((), np.result_type(*values))


def stop_gradient(x: Any) -> Any:
    """``x`` itself."""
    return x


def barrier(*values: Any, count: int) -> tuple[Any, ...]:
    """The first values themselves."""
    return tuple(v if is_array(v) else asarray(v)[()] for v in values[:count])


def absorbing_multiply(x: Any, y: Any) -> Any:
    """``x * y``, and 0 wherever ``x`` is 0."""
    product = x * y
    if isinstance(product, np.ndarray):
        flat = product.ravel("K")
        witness = flat.dot(flat)  # the cheapest pass that an infinity or NaN cannot leave finite
    else:
        witness = product
    if isfinite(witness.real) and isfinite(witness.imag):
        return product
    return np.where(np.equal(x, 0), np.zeros((), product.dtype), product)[()]


def tangent_multiply(x: Any, y: Any) -> Any:
    """``x * y``, and 0 wherever either is 0."""
    product = absorbing_multiply(x, y)
    if np.isfinite(product).all():
        return product
    return np.where(np.equal(y, 0), np.zeros((), product.dtype), product)[()]


def astype(x: Any, *, dtype: Any) -> Any:
    """Conversion to a dtype."""
    return np.asarray(x).astype(dtype)


def xlogy(x: Any, y: Any) -> Any:
    """``x log y``, and 0 where ``x`` is 0, unless ``y`` is NaN."""
    absent = np.equal(x, 0) & ~np.isnan(y)
    return np.where(absent, 0, x * np.log(np.where(absent, 1, y)))[()]


def nan_to_num(x: Any, *, nan: float, posinf: float, neginf: float) -> Any:
    """Numbers in place of NaN and infinities."""
    return np.nan_to_num(x, True, nan, posinf, neginf)


def clip(x: Any, low: Any, high: Any) -> Any:
    """``min(max(x, low), high)``."""
    if getattr(x, "size", 1) > _LARGE and x.dtype.kind == "f":
        return np.clip(x, low, high)
    return np.minimum(np.maximum(x, low), high)


def sinc_derivative(x: Any, *, order: int) -> Any:
    """The derivative of this order of sin(u)/u.

    Away from 0 by Leibniz' rule, u s⁽ⁿ⁾ + n s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾(u); near 0, where that cancels, by the Taylor series
    Σ (-1)ᵏ u^(2k-n) (2k)! / ((2k+1)! (2k-n)!). Where they meet, neither loses more than a digit.
    """
    u = np.asarray(x)
    reach = 1.0 + order / 3
    near = np.abs(u) < reach if u.dtype.kind == "c" else (u < reach) & (u > -reach)  # the least integer has no abs
    far = np.where(near, 1.0, u)
    sine, cosine = np.sin(far), np.cos(far)
    value = sine / far
    for n in range(1, order + 1):
        value = ((sine, cosine, -sine, -cosine)[n % 4] - n * value) / far
    small = np.where(near, u, 0.0)
    series = np.zeros_like(small)
    for k in reversed(range((order + 1) // 2, (order + 1) // 2 + 12 + order)):
        coefficient = (-1.0) ** k / ((2 * k + 1) * factorial(2 * k - order))
        series = series * (small * small) + coefficient
    if order % 2:
        series = series * small
    return np.where(near, series, value).astype(value.dtype)[()]

"""Polygamma functions of complex numbers, and their differences without cancellation."""

from __future__ import annotations

from functools import partial
from math import factorial, pi
from typing import Any

import numpy as np

from ..protocol import quiet
from .blocks import blockwise
from .deferred import scipys

__all__ = ["BERNOULLI", "float_dtype", "polygamma", "polygamma_drop"]

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""B₂, B₄, B₆, ..."""
_SHIFT = 16
"""Arguments to the right of it are far enough for the asymptotic series."""

_polygamma, _psi = scipys("polygamma"), scipys("psi")


def float_dtype(*values: Any) -> Any:
    """The dtype in which SciPy gives a function of numbers of these dtypes: of small ones float32, never float16."""
    dtype = np.result_type(*values)
    return np.result_type(dtype, np.float32) if dtype.kind in "fc" else np.dtype(np.float64)


def polygamma(n: Any, x: Any) -> Any:
    """The derivative of order ``n`` of ψ, in the dtype of ``x`` where ``n`` is a Python number."""
    dtype = float_dtype(n, x)
    if dtype.kind != "c":
        return np.asarray(_polygamma(n, x)).astype(dtype)[()]
    n, z = np.broadcast_arrays(n, np.asarray(x, np.complex128))
    out = np.zeros(z.shape, np.complex128)
    with quiet():
        for order in np.unique(n):
            chosen = n == order
            out[chosen] = _complex(int(order), z[chosen])
    return out.astype(dtype)[()]


def _complex(n: int, z: Any) -> Any:
    """ψ⁽ⁿ⁾(z); left of ½ from (-1)ⁿ ψ⁽ⁿ⁾(1 - z) - ψ⁽ⁿ⁾(z) = dⁿ/dzⁿ π cot(π z)."""
    if n == 0:
        return _psi(z)
    left = z.real < 0.5
    value = _right(n, np.where(left, 1 - z, z))
    if not left.any():
        return value
    return np.where(left, (-1) ** n * value - _cotangent(n, np.where(left, z, 0.25)), value)


def _cotangent(n: int, z: Any) -> Any:
    """dⁿ/dzⁿ π cot(π z): a polynomial in cot; far from the real axis, where that cancels, a series in exp(2πiz)."""
    off = np.abs(z.imag) > 0.5
    polynomial = np.polynomial.Polynomial([0, 1])
    for _ in range(n):
        polynomial = -polynomial.deriv() * np.polynomial.Polynomial([1, 0, 1])
    near = pi ** (n + 1) * polynomial(1 / np.tan(pi * np.where(off, 0.25, z)))
    upper = np.where(z.imag < 0, z.conj(), z)
    turn = np.exp(2j * pi * np.where(off, upper, 1j))
    series = -((2j * pi) ** (n + 1)) * sum(k**n * turn**k for k in range(1, 20 + 2 * n))
    return np.where(off, np.where(z.imag < 0, series.conj(), series), near)


def _right(n: int, z: Any) -> Any:
    """ψ⁽ⁿ⁾(z) by recurrence and the asymptotic series (DLMF 5.15.8), n > 0."""
    total = np.zeros_like(z)
    for k in range(_SHIFT):
        total = total + factorial(n) / (z + k) ** (n + 1)
    w = z + _SHIFT
    total = total + factorial(n - 1) / w**n + factorial(n) / (2 * w ** (n + 1))
    for k, b in enumerate(BERNOULLI, 1):
        total = total + b * factorial(2 * k + n - 1) / factorial(2 * k) / w ** (2 * k + n)
    return (-1) ** (n + 1) * total


def polygamma_drop(a: Any, b: Any, *, order: int) -> Any:
    """ψ⁽ⁿ⁾(a) - ψ⁽ⁿ⁾(a + b), each term of the series for one as a difference; at negative arguments the plain one."""
    dtype = float_dtype(a, b)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    a, b = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    positive = (a > 0) & (a + b > 0)
    out = np.empty(a.shape)
    with quiet():
        out[positive] = blockwise(partial(_drop, n=order), a[positive], b[positive])
        rest = ~positive
        if rest.any():
            out[rest] = _polygamma(order, a[rest]) - _polygamma(order, a[rest] + b[rest])
    return out.astype(dtype)[()]


def _drop(a: Any, b: Any, n: int) -> Any:
    def power_drop(x: Any, p: int) -> Any:
        """x**-p - (x + b)**-p."""
        return x ** float(-p) * -np.expm1(-p * np.log1p(b / x))

    far = a + _SHIFT
    leading = np.log1p(b / far)
    steps = np.arange(_SHIFT)[:, None]
    total = factorial(n) * power_drop(a + steps, n + 1).sum(0) + factorial(n) / 2 * power_drop(far, n + 1)
    total = total + (factorial(n - 1) * power_drop(far, n) if n else leading)
    inverse = far ** float(-n)
    for k, bernoulli in enumerate(BERNOULLI, 1):
        inverse = inverse / (far * far)
        weight = bernoulli * factorial(2 * k + n - 1) / factorial(2 * k)
        total = total + weight * inverse * -np.expm1(-(2 * k + n) * leading)
    return (-1) ** (n + 1) * total

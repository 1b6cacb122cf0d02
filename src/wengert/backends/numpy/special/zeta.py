"""Derivatives of the zeta functions."""

from __future__ import annotations

from functools import partial
from math import factorial
from typing import Any

import numpy as np

from ..protocol import quiet
from .blocks import blockwise
from .deferred import scipys
from .polygamma import BERNOULLI, float_dtype

__all__ = ["riemann_zeta", "riemann_zeta_derivative", "zeta_derivative"]

_TERMS = 40
"""So many are summed one by one: enough for the Euler-Maclaurin series after them to converge for every s."""

_zeta = scipys("zeta")


def riemann_zeta(x: Any) -> Any:
    """The Riemann zeta function, also left of 1."""
    return _zeta(x)


def zeta_derivative(s: Any, q: Any, *, order: int) -> Any:
    """∂ᵐ/∂sᵐ Σ (k + q)**-s for s > 1 and q > 0, by the Euler-Maclaurin formula (DLMF 2.10.1)."""
    dtype = float_dtype(s, q)
    if dtype.kind == "c":
        raise TypeError("of real numbers only")
    s, q = np.broadcast_arrays(np.asarray(s, np.float64), np.asarray(q, np.float64))
    inside = (s > 1) & (q > 0)
    with quiet():
        out = np.full(s.shape, np.nan)
        out[inside] = blockwise(partial(_euler_maclaurin, m=order), s[inside], q[inside])
    return out.astype(dtype)[()]


def _euler_maclaurin(s: Any, q: Any, m: int) -> Any:
    """Of f(t) = t**-s (-log t)ᵐ; its derivatives are t**-(s + j) times polynomials in log t."""
    terms = q + np.arange(_TERMS)[:, None]
    total = (terms**-s * (-np.log(terms)) ** m).sum(0)
    w = q + _TERMS
    log = np.log(w)
    scale = w**-s
    integral = sum(factorial(m) / factorial(m - j) * log ** (m - j) / (s - 1) ** (j + 1) for j in range(m + 1))
    total = total + scale * ((-1) ** m * w * integral + (-log) ** m / 2)
    polynomial = [np.zeros(s.shape)] * m + [np.full(s.shape, (-1.0) ** m)]
    for j in range(1, 2 * len(BERNOULLI)):
        above = [*polynomial[1:], np.zeros(s.shape)]
        polynomial = [(i + 1) * c - (s + j - 1) * p for i, (p, c) in enumerate(zip(polynomial, above, strict=True))]
        if j % 2:
            value = sum(p * log**i for i, p in enumerate(polynomial))
            total = total - BERNOULLI[j // 2] / factorial(j + 1) * scale * w ** float(-j) * value
    return total


def riemann_zeta_derivative(x: Any, *, order: int) -> Any:
    """The derivative of this order of the Riemann zeta function.

    Right of 1 as above; elsewhere, and of complex numbers, by Cauchy's integral over a circle of the entire function
    ζ(z) - 1 / (z - 1), for which trapezoids converge faster than exponentially.
    """
    dtype = float_dtype(x)
    z = np.asarray(x)
    right = (z.real > 1) & (dtype.kind != "c")
    with quiet():
        out = zeta_derivative(np.where(right, z, 2.0).real, 1.0, order=order)
        if not np.all(right):
            found = _cauchy(np.where(right, 0.0, z).astype(np.complex128), order)
            out = np.where(right, out, found if dtype.kind == "c" else found.real)
    return np.asarray(out).astype(dtype)[()]


def _cauchy(z: Any, order: int) -> Any:
    points = 48
    turns = np.exp(2j * np.pi * (np.arange(points) + 0.5) / points)
    total = np.zeros(z.shape, np.complex128)
    for turn in turns:
        total = total + (_zeta(z + turn) - 1 / (z + turn - 1)) * turn ** float(-order)
    return factorial(order) * (total / points + (-1) ** order / (z - 1) ** (order + 1))

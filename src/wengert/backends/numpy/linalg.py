"""Linear algebra of stacks of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def solve(a: Array, b: Array) -> Array:
    """a x = b for stacks of matrices."""
    if b.ndim == 1:
        raise ValueError("solve takes matrices")
    return np.linalg.solve(a, b)


def inv(a: Array) -> Array:
    """The inverse."""
    return np.linalg.inv(a)


def det(a: Array) -> Any:
    """The determinant."""
    return np.linalg.det(a)


def cofactor(a: Array) -> Any:
    """det(a) a⁻ᵀ, of singular matrices too: from a = u s v, cof(a) = det(u) det(v) conj(u) cof(s) conj(v)."""
    return cofactor_derivative(a, np.zeros((0, *a.shape[-2:]), np.float32 if a.dtype.char in "fF" else np.float64))


def cofactor_derivative(a: Array, x: Array) -> Any:
    """The derivative of the cofactors along each of the matrices in a row (the last axis but two of ``x``).

    Of a diagonal matrix s along b it has -b_ji Π s_k at i ≠ j (k ≠ i, j), and Σ_k b_kk Π s_l at i = j (l ≠ i, k).
    Of higher order it is a coefficient of a polynomial, found from its values on a circle in the complex plane.
    """
    dtype = np.result_type(*(y.dtype if y.dtype.kind in "fc" else np.float64 for y in (a, x)))
    n, order = a.shape[-1], x.shape[-3]
    stack = np.broadcast_shapes(a.shape[:-2], x.shape[:-3])
    if order > max(n - 1, 0) or not n:
        return np.zeros((*stack, n, n), dtype)
    if order < 2:
        return _first_cofactors(a, x[..., 0, :, :] if order else None).astype(dtype)
    along = x[..., -1, :, :].astype(np.result_type(dtype, np.complex128))
    count = n - order + 1
    size, step = (np.linalg.norm(y, axis=(-2, -1), keepdims=True) for y in (a, along))
    radius = np.where(size > 0, size, 1) / np.where(step > 0, step, 1)
    total = np.zeros((*stack, n, n), along.dtype)
    for turn in np.exp(2j * np.pi * np.arange(count) / count):
        total += cofactor_derivative(a + radius * turn * along, x[..., :-1, :, :]) / turn
    total /= count * radius
    return (total if dtype.kind == "c" else total.real).astype(dtype)


def _first_cofactors(a: Array, x: Array | None) -> Array:
    """The cofactors, or their derivative along a matrix."""
    n = a.shape[-1]
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    u, s, v = np.linalg.svd(np.where(finite, a, 0))  # which does not converge otherwise
    phase = (np.linalg.det(u) * np.linalg.det(v))[..., None, None]
    before = np.cumprod(np.concatenate([np.ones_like(s[..., :1]), s], -1), -1)
    after = np.cumprod(np.concatenate([np.ones_like(s[..., :1]), s[..., ::-1]], -1), -1)[..., ::-1]
    if x is None:
        others = before[..., :-1] * after[..., 1:]
        return np.where(finite, phase * ((u.conj() * others[..., None, :]) @ v.conj()), np.nan)
    others = np.zeros((*s.shape, n), s.dtype)
    for i in range(n - 1):
        between = np.cumprod(np.concatenate([before[..., i, None], s[..., i + 1 : -1]], -1), -1)
        others[..., i, i + 1 :] = others[..., i + 1 :, i] = between * after[..., i + 2 :]
    b = u.conj().swapaxes(-1, -2) @ x @ v.conj().swapaxes(-1, -2)
    inner = -others * b.swapaxes(-1, -2)
    where = np.arange(n)
    inner[..., where, where] = (others @ b[..., where, where, None])[..., 0]
    return np.where(finite, phase * (u.conj() @ inner @ v.conj()), np.nan)


def slogdet(a: Array) -> tuple[Any, Any]:
    """Sign (or phase) and logarithm of the absolute value of the determinant."""
    return tuple(np.linalg.slogdet(a))


def cholesky(a: Array) -> Array:
    """The lower Cholesky factor."""
    return np.linalg.cholesky(a)

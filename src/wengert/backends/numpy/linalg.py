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
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    u, s, v = np.linalg.svd(np.where(finite, a, 0))  # which does not converge otherwise
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :]).prod(-1)
    phase = np.linalg.det(u) * np.linalg.det(v)
    return np.where(finite, phase[..., None, None] * ((u.conj() * others[..., None, :]) @ v.conj()), np.nan)


def slogdet(a: Array) -> tuple[Any, Any]:
    """Sign (or phase) and logarithm of the absolute value of the determinant."""
    return tuple(np.linalg.slogdet(a))


def cholesky(a: Array) -> Array:
    """The lower Cholesky factor."""
    return np.linalg.cholesky(a)

"""Functions of vectors along the last axis: convolution, interpolation, order statistics, roots of polynomials.

Axes in front of it stack one-dimensional problems, which NumPy's functions do not know: they are called for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def convolve(x: Array, y: Array, *, mode: str) -> Array:
    """The convolution of x and y, which has no axis longer than x: all of it, or where y lies within x."""
    if x.ndim == 1:
        return np.convolve(x, y, mode)  # type: ignore[call-overload,no-any-return]
    size = x.shape[-1] + (y.shape[-1] - 1 if mode == "full" else 1 - y.shape[-1])
    out = np.empty((*x.shape[:-1], size), np.result_type(x, y))
    for i in np.ndindex(out.shape[:-1]):
        out[i] = np.convolve(x[i], y[i], mode)  # type: ignore[call-overload]
    return out


def interp(x: Any, xp: Array, fp: Array) -> Any:
    """The piecewise linear function through the points (xp, fp), constant beyond them."""
    if xp.ndim == 1:
        return np.interp(x, xp, fp)
    out = np.empty(x.shape, np.result_type(fp, np.float64))
    for i in np.ndindex(xp.shape[:-1]):
        out[i] = np.interp(x[i], xp[i], fp[i])
    return out


def interval(x: Any, xp: Array, *, side: str) -> Any:
    """The number of the interval between neighbours in xp in which x lies; at their common end, that on this side."""
    if xp.ndim == 1:
        found = np.searchsorted(xp, x, "right" if side == "right" else "left")
    else:
        found = np.empty(x.shape, np.intp)
        for i in np.ndindex(xp.shape[:-1]):
            found[i] = np.searchsorted(xp[i], x[i], "right" if side == "right" else "left")
    return np.clip(found - 1, 0, max(xp.shape[-1] - 2, 0))


def order_statistics(x: Array, *, ranks: tuple[int, ...] | None) -> Array:
    """The elements of these (distinct, ascending) ranks along the last axis; of all ranks where that is None."""
    if ranks is None:
        return np.sort(x)
    return np.partition(x, ranks)[..., ranks] if ranks else x[..., :0]


def polynomial_roots(p: Array) -> Array:
    """The roots of polynomials whose first coefficient is not 0."""
    out = np.empty((*p.shape[:-1], p.shape[-1] - 1), polynomial_roots_dtype(p).dtype)
    for i in np.ndindex(out.shape[:-1]):
        out[i] = np.roots(p[i])
    return out


def polynomial_roots_dtype(p: Array) -> Array:
    """A number of the dtype of roots: a complex one of the precision of the coefficients."""
    return np.zeros((), np.result_type(p, np.complex64) if p.dtype.kind in "fc" else np.complex128)

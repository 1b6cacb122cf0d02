"""Sorting and searching."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def argsort(x: Any, *, axis: int) -> Array:
    """Indices that sort along an axis, stably."""
    x = np.asarray(x)
    if x.ndim and x.shape[axis] >= _LONG and x.dtype.kind in "fiu" and x.dtype.itemsize >= 4:
        return np.moveaxis(_argsort_last(np.moveaxis(x, axis, -1)), -1, axis)
    return np.argsort(x, axis=axis, kind="stable")


_LONG = 2048
"""From which length on the quicker of NumPy's sorts pays for making it stable."""


def _argsort_last(x: Array) -> Array:
    """Indices that sort along the last axis: NumPy's unstable sort, then the indices of equal elements in order.

    Those are sorted as numbers, the elements' ranks times n plus their indices; a stable sort takes three times as
    long.
    """
    order = np.argsort(x, axis=-1)
    ordered = np.take_along_axis(x, order, -1) if x.ndim > 1 else x[order]
    same = ordered[..., 1:] == ordered[..., :-1]
    if x.dtype.kind == "f" and np.isnan(ordered[..., -1]).any():
        same |= np.isnan(ordered[..., :-1])  # what follows a NaN is NaN
    if not same.any():
        return order
    n = x.shape[-1]
    rank = np.zeros(x.shape, np.intp)
    np.cumsum(~same, axis=-1, out=rank[..., 1:])
    rank *= n
    order += rank
    order.sort(axis=-1)
    order -= rank
    return order


def sort(x: Any, *, axis: int) -> Array:
    """The elements in ascending order along an axis."""
    return np.sort(x, axis=axis)


def partition(x: Any, *, kth: tuple[int, ...], axis: int) -> Array:
    """The elements with those of these places along an axis where sorting would put them."""
    return np.partition(x, kth, axis=axis) if kth else np.array(x)


def argpartition(x: Any, *, kth: tuple[int, ...], axis: int) -> Array:
    """Indices that put the elements of these places along an axis where sorting would put them."""
    return np.argpartition(x, kth, axis=axis)


def searchsorted(a: Any, v: Any, *, side: Any, rows: int) -> Any:
    """Where values belong in a sorted vector."""
    return _row_by_row(lambda x, y: np.searchsorted(x, y, side), a, v, np.intp, v, rows)


def isin(x: Any, among: Any, *, rows: int) -> Any:
    """Which elements are among others."""
    return _row_by_row(np.isin, x, among, np.bool_, x, rows)


def _row_by_row(function: Callable[..., Any], x: Any, y: Any, dtype: Any, like: Any, rows: int) -> Any:
    """A function of two arrays on those at each place of the leading axes; a result has the shape of ``like``."""
    if not rows:
        return function(x, y)
    out = np.empty(np.shape(like), dtype)
    for place in np.ndindex(out.shape[:rows]):
        out[place] = function(x[place], y[place])
    return out

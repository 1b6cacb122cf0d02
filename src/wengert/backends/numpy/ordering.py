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
    return np.argsort(x, axis=axis, kind="stable")


def sort(x: Any, *, axis: int) -> Array:
    """The elements in ascending order along an axis."""
    return np.sort(x, axis=axis)


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

"""Sorting and searching: which element stands where is constant almost everywhere, the elements have derivatives."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ShapeError
from ..core.types import Value, normalize_axis
from ..ops import indexing as ops
from ..ops.shaping import reshape
from .indexing import along_axis, getitem
from .operands import ArrayLike, array_operand, concrete, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["argsort", "searchsorted", "sort", "unique"]


def _flat_or_axis(a: ArrayLike, axis: int | None, name: str) -> tuple[Value, int]:
    x = array_operand(a)
    if axis is None:
        return reshape(x, shape=(prod(x.shape),)), 0
    if not x.shape:
        raise ShapeError(f"{name} needs at least one dimension, or axis=None")
    return x, normalize_axis(axis, len(x.shape))


def sort(a: ArrayLike, axis: int | None = -1, *, kind: str | None = None, stable: bool | None = None) -> Array:
    """A sorted copy.

    Parameters
    ----------
    a : array
    axis : int, optional
        Along which to sort; None sorts the flattened array.
    kind, stable : optional
        As in NumPy, and without effect: equal elements always keep their order.

    Returns
    -------
    Array
        In ascending order, NaN last. Its derivative is permuted as its elements are.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sort([3.0, 1.0, 2.0])
    Array([1., 2., 3.])
    """
    x, axis = _flat_or_axis(a, axis, "sort")
    return result(along_axis(x, ops.argsort(x, axis=axis), axis, unique=True))


def argsort(a: ArrayLike, axis: int | None = -1, *, kind: str | None = None, stable: bool | None = None) -> Array:
    """The indices that sort an array; no derivative follows them.

    Parameters
    ----------
    a : array
    axis : int, optional
        Along which to sort; None sorts the flattened array.
    kind, stable : optional
        As in NumPy, and without effect: equal elements always keep their order.

    Returns
    -------
    Array of int

    Examples
    --------
    >>> import wengert as wg
    >>> wg.argsort([3.0, 1.0, 2.0])
    Array([1, 2, 0])
    """
    x, axis = _flat_or_axis(a, axis, "argsort")
    return result(ops.argsort(x, axis=axis))


def searchsorted(a: ArrayLike, v: ArrayLike, side: str = "left", sorter: ArrayLike | None = None) -> Array:
    """Where to insert values into a sorted vector so that it stays sorted; no derivative follows it.

    Parameters
    ----------
    a : vector
        Sorted in ascending order, or by ``sorter``.
    v : array
        The values.
    side : {'left', 'right'}
        Whether before or after elements that equal the value.
    sorter : vector of int, optional
        Indices that sort ``a``.

    Returns
    -------
    Array of int
        Of the shape of ``v``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.searchsorted([1, 2, 3], [0.5, 2.0])
    Array([0, 1])
    """
    x, values = (concrete(array_operand(y), "searchsorted") for y in (a, v))
    if x.ndim != 1:
        raise ShapeError(f"searchsorted needs a sorted vector, not an array of shape {x.shape}")
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right', not {side!r}")
    order = None if sorter is None else concrete(array_operand(sorter), "searchsorted")
    return result(np.asarray(np.searchsorted(x, values, side, order)))  # type: ignore[call-overload]


def unique(ar: ArrayLike, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False) -> Any:
    """The sorted elements of an array, each once.

    Parameters
    ----------
    ar : array
    return_index, return_inverse, return_counts : bool
        Whether to return, too: where each element occurs first (in the flattened array); which of the elements each
        one of ``ar`` is; how often each occurs.

    Returns
    -------
    Array, or a tuple of Arrays
        The derivative of an element is that of its first occurrence; the indices and counts have none.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unique([2.0, 1.0, 2.0], return_counts=True)
    (Array([1., 2.]), Array([1, 2]))
    """
    x = array_operand(ar)
    _, first, inverse, counts = np.unique(concrete(x, "unique"), True, True, True)
    values = result(getitem(reshape(x, shape=(prod(x.shape),)), first))
    extra = [
        result(y) for y, asked in ((first, return_index), (inverse, return_inverse), (counts, return_counts)) if asked
    ]
    return (values, *extra) if extra else values

"""Sorting and searching: which element stands where is constant almost everywhere, the elements have derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, normalize_axis
from ..ops import elementwise as el, ordering as ops
from ..ops.shaping import flip, reshape
from .indexing import getitem, integers
from .joining import members
from .operands import ArrayLike, array_operand, concrete, holds, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "sort",
    "argsort",
    "sort_complex",
    "partition",
    "argpartition",
    "lexsort",
    "searchsorted",
    "digitize",
]


# Sorting --------------------------------------------------------------------------------------------------------------


def _flat_or_axis(a: ArrayLike, axis: int | None, name: str) -> tuple[Value, int]:
    x = array_operand(a)
    if axis is None:
        return reshape(x, shape=(prod(x.shape),)), 0
    if not x.shape:
        raise ShapeError(f"{name} needs at least one dimension, or axis=None")
    return x, normalize_axis(axis, len(x.shape))


_KINDS = (None, "quicksort", "heapsort", "mergesort", "stable")


def _check_sorting(name: str, kind: Any, order: Any, stable: Any = None) -> None:
    if order is not None:
        raise ValueError(f"{name} with order= sorts by fields, which arrays of numbers do not have")
    if kind not in _KINDS:
        raise ValueError(f"{name} has the kinds {', '.join(map(repr, _KINDS))}, not {kind!r}; all keep equal elements")
    if kind is not None and stable is not None:
        raise ValueError(f"{name} takes kind= or stable=, not both")


def sort(
    a: ArrayLike,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> Array:
    """A sorted copy.

    Parameters
    ----------
    a : array
    axis : int, optional
        Along which to sort; None sorts the flattened array.
    kind, stable : optional
        As in NumPy, and without effect: equal elements always keep their order.
    order : None
        Of NumPy's fields, which arrays of numbers do not have.
    descending : bool
        Whether to sort from the largest to the smallest.

    Returns
    -------
    Array
        In ascending order, NaN last, or in descending order, NaN first. Its derivative is permuted as its elements are.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sort([3.0, 1.0, 2.0])
    Array([1., 2., 3.])
    """
    _check_sorting("sort", kind, order, stable)
    x, axis = _flat_or_axis(a, axis, "sort")
    if not descending:
        return result(ops.sort(x, axis=axis))
    return result(flip(ops.sort(flip(x, axes=(axis,)), axis=axis), axes=(axis,)))


def argsort(
    a: ArrayLike,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> Array:
    """The indices that sort an array; no derivative follows them.

    Parameters
    ----------
    a : array
    axis : int, optional
        Along which to sort; None sorts the flattened array.
    kind, stable : optional
        As in NumPy, and without effect: equal elements always keep their order.
    order : None
        Of NumPy's fields, which arrays of numbers do not have.
    descending : bool
        Whether to sort from the largest to the smallest.

    Returns
    -------
    Array of int

    Examples
    --------
    >>> import wengert as wg
    >>> wg.argsort([3.0, 1.0, 2.0])
    Array([1, 2, 0])
    """
    _check_sorting("argsort", kind, order, stable)
    x, axis = _flat_or_axis(a, axis, "argsort")
    if not descending:
        return result(ops.argsort(x, axis=axis))
    places = flip(ops.argsort(flip(x, axes=(axis,)), axis=axis), axes=(axis,))
    return result(el.subtract(x.shape[axis] - 1, places))


def sort_complex(a: ArrayLike) -> Array:
    """A sorted copy along the last axis, in complex numbers: by the real parts, then by the imaginary ones.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sort_complex([2, 1])
    Array([1.+0.j, 2.+0.j])
    """
    x, axis = _flat_or_axis(a, -1, "sort_complex")
    ordered = ops.sort(x, axis=axis)
    if x.dtype.kind == "c":
        return result(ordered)
    small = x.dtype.kind in "iu" and x.dtype.itemsize < 4
    return result(el.astype(ordered, dtype=np.dtype("complex64" if small else "complex128")))


def partition(
    a: ArrayLike, kth: int | Sequence[int], axis: int | None = -1, kind: str = "introselect", order: None = None
) -> Array:
    """A copy in which some elements are where sorting would put them: no larger ones before, no smaller ones after.

    Parameters
    ----------
    a : array
    kth : int or sequence of int
        The places of these elements.
    axis : int, optional
        Along which to sort; None sorts the flattened array.
    kind : {'introselect'}
        There is no other.
    order : None
        Of NumPy's fields, which arrays of numbers do not have.

    Returns
    -------
    Array
        Its derivative is permuted as its elements are.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.partition([3.0, 1.0, 2.0], 1)[1]
    Array(2.)
    """
    x, axis = _flat_or_axis(a, axis, "partition")
    return result(ops.partition(x, kth=_places("partition", x, kth, axis, kind, order), axis=axis))


def argpartition(
    a: ArrayLike, kth: int | Sequence[int], axis: int | None = -1, kind: str = "introselect", order: None = None
) -> Array:
    """The indices that make the :func:`partition` of an array; no derivative follows them.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.argpartition([3.0, 1.0, 2.0], 0)[0]
    Array(1)
    """
    x, axis = _flat_or_axis(a, axis, "argpartition")
    return result(ops.argpartition(x, kth=_places("argpartition", x, kth, axis, kind, order), axis=axis))


def _places(name: str, x: Value, kth: Any, axis: int, kind: Any, order: Any) -> tuple[int, ...]:
    """The places ``kth`` along an axis, counted from the front."""
    if kind != "introselect":
        raise ValueError(f"{name} has the kind 'introselect' only, not {kind!r}")
    _check_sorting(name, None, order)
    places = concrete(integers(kth), f"kth of {name}")
    n = x.shape[axis]
    if places.ndim > 1:
        raise ShapeError(f"kth of {name} must be an integer or a sequence of integers, not of shape {places.shape}")
    outside = places[(places < -n) | (places >= n)] if places.ndim else places[None][[not -n <= places < n]]
    if outside.size:
        raise ShapeError(f"kth of {name} is {outside[0]}, but there are {n} elements along axis {axis}")
    return tuple(int(i) % n for i in places.ravel())


def lexsort(keys: Any, axis: int = -1) -> Array:
    """The indices that sort by several keys, by the last one first; no derivative follows them.

    Parameters
    ----------
    keys : sequence of arrays, or an array
        Of one shape; of an array the parts along its first axis.
    axis : int
        Along which to sort.

    Returns
    -------
    Array of int
        Where all keys are equal, the order is kept.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.lexsort(([3, 1, 2], [1, 1, 0]))
    Array([2, 1, 0])
    """
    columns = members(keys, "lexsort")
    shapes = {c.shape for c in columns}
    if len(shapes) > 1:
        raise ShapeError(f"lexsort needs keys of one shape, not {' and '.join(map(str, sorted(shapes)))}")
    (shape,) = shapes
    if not shape:
        return result(np.zeros((), np.intp))
    axis = normalize_axis(axis, len(shape))
    order = ops.argsort(columns[0], axis=axis)
    for column in columns[1:]:
        order = ops.permuted(order, ops.argsort(ops.permuted(column, order, axis), axis=axis), axis)
    return result(order)


# Searching ------------------------------------------------------------------------------------------------------------


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
    x, values = array_operand(a), array_operand(v)
    if len(x.shape) != 1:
        raise ShapeError(f"searchsorted needs a sorted vector, not an array of shape {x.shape}")
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right', not {side!r}")
    if sorter is not None:
        order = integers(sorter)
        if order.shape != x.shape:
            raise ShapeError(f"sorter of shape {order.shape} must be as long as the vector of shape {x.shape}")
        x = getitem(x, order)
    return result(ops.searchsorted(x, values, side=side, rows=0))


def digitize(x: ArrayLike, bins: ArrayLike, right: bool = False) -> Array:
    """The number of the bin in which each value is; no derivative follows it.

    Parameters
    ----------
    x : array of real numbers
    bins : vector
        The edges, in ascending or descending order.
    right : bool
        Whether a bin includes its edge at the right instead of that at the left.

    Returns
    -------
    Array of int
        Of the shape of ``x``: i where ``bins[i-1] <= x < bins[i]`` for ascending edges.

    Raises
    ------
    ValueError
        If the edges are in no order.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.digitize([0.2, 6.4, 3.0], [0.0, 1.0, 2.5, 4.0])
    Array([1, 4, 3])
    """
    values, edges = array_operand(x), array_operand(bins)
    if values.dtype.kind == "c":
        raise DTypeError("digitize takes real numbers, not complex ones")
    if len(edges.shape) != 1:
        raise ShapeError(f"digitize needs a vector of edges, not an array of shape {edges.shape}")
    later, earlier = getitem(edges, slice(1, None)), getitem(edges, slice(None, -1))
    purpose = "the order of the edges of digitize"
    side = "left" if right else "right"
    if holds(el.greater_equal(later, earlier), purpose):
        return result(ops.searchsorted(edges, values, side=side, rows=0))
    if not holds(el.less_equal(later, earlier), purpose):
        raise ValueError("the edges of digitize must be in ascending or descending order")
    found = ops.searchsorted(flip(edges, axes=(0,)), values, side=side, rows=0)
    return result(el.subtract(edges.shape[0], found))

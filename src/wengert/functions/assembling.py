"""Arrays with elements put in, taken out or repeated, and arrays put together of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError, IndexingError, ShapeError
from ..core.types import Shape, Value, normalize_axes, normalize_axis
from ..ops import elementwise as el, shaping as ops
from .indexing import fitted, getitem, storable
from .joining import concatenate
from .operands import ArrayLike, array_operand, concrete, result
from .shaping import copy, shape_argument

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["append", "insert", "delete", "resize", "tile", "trim_zeros", "block", "kron"]


def _flat_or_axis(a: Value, axis: int | None) -> tuple[Value, int]:
    """An array and an axis of it; the flattened array without one."""
    if axis is None:
        return ops.reshape(a, shape=(prod(a.shape),)), 0
    return a, normalize_axis(axis, len(a.shape))


# Elements put in and taken out ----------------------------------------------------------------------------------------


def append(arr: ArrayLike, values: ArrayLike, axis: int | None = None) -> Array:
    """An array with more elements at the end.

    Parameters
    ----------
    arr, values : array
        Of equal shapes but for the axis.
    axis : int, optional
        Along which to join; by default both are flattened.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.append([1, 2], [[3], [4]])
    Array([1, 2, 3, 4])
    """
    return concatenate((arr, values), axis=axis)


def insert(arr: ArrayLike, obj: Any, values: ArrayLike, axis: int | None = None) -> Array:
    """An array with elements put in before given places.

    Parameters
    ----------
    arr : array
    obj : int, slice, or vector of integers or booleans
        Before which elements, counted in ``arr`` itself; its length is the place after the last.
    values : array
        What to put in: for one place, as much as it holds along the axis; for several, it broadcasts to one for each.
        It is converted to the dtype of ``arr``.
    axis : int, optional
        By default the array is flattened.

    Returns
    -------
    Array
        Differentiable with respect to ``arr`` and ``values``.

    Raises
    ------
    IndexError
        If there is no such place.
    ShapeError
        If the values do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.insert([1.0, 2.0, 3.0], 1, [8.0, 9.0])
    Array([1., 8., 9., 2., 3.])
    >>> wg.insert([[1, 2], [3, 4]], [0, 2], 5, axis=1)
    Array([[5, 1, 2, 5],
           [5, 3, 4, 5]])
    """
    x, axis = _flat_or_axis(array_operand(arr), axis)
    n, rank = x.shape[axis], len(x.shape)
    places = _insertion(obj, n)
    given = storable(array_operand(values), x.dtype)
    new = given if given.dtype == x.dtype else el.astype(given, dtype=x.dtype)
    count = places.size
    if count == 1:
        new = ops.reshape(new, shape=(*(1,) * (rank - len(new.shape)), *new.shape))
        if not places.ndim and len(new.shape) == rank:
            new = ops.move_axis(new, 0, axis)
        count = new.shape[axis] if len(new.shape) == rank else 1
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
    block = ops.broadcast_to(fitted(new, shape), shape=shape)
    if places.size == 1:
        place = places.item()
        head, tail = _runs(x, axis, [(0, place), (place, n)])
        return result(ops.concatenate(head, block, tail, axis=axis, sizes=(place, count, n - place)))
    joined = ops.concatenate(x, block, axis=axis, sizes=(n, count))
    origins = np.insert(np.arange(n), places, np.arange(n, n + count))
    return result(getitem(joined, (*(slice(None),) * axis, origins)))


def _runs(x: Value, axis: int, bounds: list[tuple[int, int]]) -> list[Value]:
    """The parts of an array between these places along an axis."""
    return [getitem(x, (*(slice(None),) * axis, slice(low, high))) for low, high in bounds]


def _insertion(obj: Any, n: int) -> Any:
    """The places before which to insert, counted from the front."""
    if isinstance(obj, slice):
        return np.arange(*obj.indices(n))
    places = concrete(array_operand(obj), "the places of insert")
    if places.ndim > 1:
        raise ShapeError(f"the places of insert must be an integer or a vector, not of shape {places.shape}")
    if places.dtype.kind == "b":
        return np.flatnonzero(places)
    if places.dtype.kind not in "iu":
        if places.size or hasattr(obj, "dtype"):
            raise IndexingError(f"the places of insert must be integers or booleans, not {places.dtype}")
        places = places.astype(np.intp)
    outside = places[(places < -n) | (places > n)] if places.ndim else places[None][[not -n <= places <= n]]
    if outside.size:
        raise IndexingError(f"insert: the place {outside[0]} is outside an axis of {n} element(s)")
    return np.where(places < 0, places + n, places)


def delete(arr: ArrayLike, obj: Any, axis: int | None = None) -> Array:
    """An array without the elements at given places.

    Parameters
    ----------
    arr : array
    obj : int, slice, or vector of integers or booleans
        The places; booleans say for each whether it is one.
    axis : int, optional
        By default the array is flattened.

    Returns
    -------
    Array

    Raises
    ------
    IndexError
        If there is no such place.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.delete([1, 2, 3, 4], [0, 2])
    Array([2, 4])
    >>> wg.delete([[1, 2], [3, 4]], 0, axis=1)
    Array([[2],
           [4]])
    """
    x, axis = _flat_or_axis(array_operand(arr), axis)
    n = x.shape[axis]
    dropped = _deletion(obj, n)
    if not dropped.size:
        return copy(x)
    breaks = np.flatnonzero(dropped[1:] - dropped[:-1] > 1)
    if breaks.size > _FEW:
        kept = np.ones(n, bool)
        kept[dropped] = False
        return result(getitem(x, (*(slice(None),) * axis, kept)))
    starts = [0, *(dropped[breaks] + 1).tolist(), int(dropped[-1]) + 1]
    ends = [int(dropped[0]), *dropped[breaks + 1].tolist(), n]
    runs = list(zip(starts, ends, strict=True))
    parts = _runs(x, axis, runs)
    return result(ops.concatenate(*parts, axis=axis, sizes=tuple(high - low for low, high in runs)))


_FEW = 16
"""Up to how many gaps it is quicker to join what is between them than to gather the elements one by one."""


def _deletion(obj: Any, n: int) -> Any:
    """The places to delete, in ascending order."""
    if isinstance(obj, slice):
        start, stop, step = obj.indices(n)
        places = np.arange(start, stop, step)
        return places if step > 0 else places[::-1]
    places = concrete(array_operand(obj), "the places of delete")
    if places.dtype.kind == "b":
        if places.shape != (n,):
            raise ShapeError(f"delete needs a boolean for each of the {n} element(s), not the shape {places.shape}")
        return np.flatnonzero(places)
    if places.dtype.kind not in "iu" and places.size:
        raise IndexingError(f"the places of delete must be integers or booleans, not {places.dtype}")
    places = places.astype(np.intp).reshape(-1)
    outside = places[(places < -n) | (places >= n)]
    if outside.size:
        raise IndexingError(f"delete: the place {outside[0]} is outside an axis of {n} element(s)")
    places = np.where(places < 0, places + n, places)
    return places if places.size == 1 else np.unique(places)


def resize(a: ArrayLike, new_shape: Any) -> Array:
    """The elements of the flattened array in a new shape, begun anew where there are too few.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.resize([1, 2, 3], (2, 4))
    Array([[1, 2, 3, 1],
           [2, 3, 1, 2]])
    """
    x, shape = array_operand(a), shape_argument(new_shape)
    if min(shape, default=0) < 0:
        raise ShapeError(f"a shape cannot have negative entries: {shape}")
    size, needed = prod(x.shape), prod(shape)
    if not size:
        return result(np.zeros(shape, x.dtype))
    times = -(-needed // size)
    rows = ops.broadcast_to(ops.reshape(x, shape=(1, size)), shape=(times, size))
    flat = getitem(ops.reshape(rows, shape=(times * size,)), slice(needed))
    return result(ops.reshape(flat, shape=shape))


def tile(A: ArrayLike, reps: int | Sequence[int]) -> Array:
    """The whole array several times along its axes.

    Parameters
    ----------
    A : array
    reps : int or sequence of int
        How often along each of the last axes; where there are more of them than axes, axes are added in front.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.tile([1.0, 2.0], (2, 2))
    Array([[1., 2., 1., 2.],
           [1., 2., 1., 2.]])
    """
    a = array_operand(A)
    times = shape_argument(reps)
    if min(times, default=0) < 0:
        raise ShapeError(f"reps must not be negative, not {times}")
    rank = max(len(times), len(a.shape))
    times = (1,) * (rank - len(times)) + times
    shape = (1,) * (rank - len(a.shape)) + a.shape
    rows = tuple(m for n in shape for m in (1, n))
    spread = tuple(m for r, n in zip(times, shape, strict=True) for m in (r, n))
    x = ops.broadcast_to(ops.reshape(a, shape=rows), shape=spread)
    return result(ops.reshape(x, shape=tuple(r * n for r, n in zip(times, shape, strict=True))))


def trim_zeros(filt: ArrayLike, trim: str = "fb", axis: int | tuple[int, ...] | None = None) -> Array:
    """An array without the zeros at its ends.

    Parameters
    ----------
    filt : array
    trim : {'fb', 'f', 'b'}
        Whether to trim at the front, at the back, or at both.
    axis : int or tuple of int, optional
        By default along all axes, as long as a whole part of the array is zero.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.trim_zeros([0, 0, 1, 0, 2, 0])
    Array([1, 0, 2])
    """
    ends = str(trim).lower()
    if ends not in ("f", "b", "fb", "bf"):
        raise ValueError(f"trim must be 'f', 'b' or 'fb', not {trim!r}")
    x = array_operand(filt)
    places = np.nonzero(concrete(x, "trim_zeros")) if x.shape else ()
    index = [slice(None)] * len(x.shape)
    for i in normalize_axes(axis, len(x.shape)):
        if not places[i].size:  # nothing is left
            index[i] = slice(0)
            continue
        first, last = int(places[i].min()), int(places[i].max()) + 1
        index[i] = slice(first if "f" in ends else None, last if "b" in ends else None)
    return result(getitem(x, tuple(index)))


# Blocks ---------------------------------------------------------------------------------------------------------------


def block(arrays: Any) -> Array:
    """An array put together of blocks.

    Parameters
    ----------
    arrays : array, or nested lists of arrays
        The innermost lists are joined along the last axis, those that hold them along the last but one, and so on.
        Blocks of less dimensions than the lists are deep get new axes in front.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the lists are not equally deep everywhere, one is empty, or the blocks do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.block([[wg.eye(2), wg.zeros((2, 1))], [wg.ones((1, 3))]])
    Array([[1., 0., 0.],
           [0., 1., 0.],
           [1., 1., 1.]])
    """
    depth = _depth(arrays)
    values = _leaves(arrays)
    rank = max(depth, *(len(v.shape) for v in values))
    found = iter(values)

    def joined(nested: Any, axis: int) -> Value:
        if isinstance(nested, list):
            return array_operand(concatenate([joined(part, axis + 1) for part in nested], axis=axis))
        value = next(found)
        return ops.reshape(value, shape=(*(1,) * (rank - len(value.shape)), *value.shape))

    made = joined(arrays, rank - depth)
    return result(made if depth else el.astype(made, dtype=made.dtype))


def _depth(nested: Any) -> int:
    if isinstance(nested, tuple):
        raise DTypeError("block takes lists of arrays, not tuples")
    if not isinstance(nested, list):
        return 0
    depths = {_depth(part) for part in nested}
    if not depths:
        raise ShapeError("block cannot make anything of an empty list")
    if len(depths) > 1:
        raise ShapeError("the lists of block must be equally deep everywhere")
    return 1 + depths.pop()


def _leaves(nested: Any) -> list[Value]:
    if isinstance(nested, list):
        return [leaf for part in nested for leaf in _leaves(part)]
    return [array_operand(nested)]


def kron(a: ArrayLike, b: ArrayLike) -> Array:
    """The Kronecker product: each element of ``a`` times the whole of ``b``, as blocks.

    Parameters
    ----------
    a, b : array
        Where one has less dimensions, it gets new ones in front.

    Returns
    -------
    Array
        Of the shape ``(p_0 q_0, p_1 q_1, ...)`` for shapes p and q.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.kron([1, 10], [1, 2, 3])
    Array([ 1,  2,  3, 10, 20, 30])
    """
    x, y = array_operand(a), array_operand(b)
    rank = max(len(x.shape), len(y.shape))
    p, q = _of_rank(x.shape, rank), _of_rank(y.shape, rank)
    left = ops.reshape(x, shape=tuple(m for n in p for m in (n, 1)))
    right = ops.reshape(y, shape=tuple(m for n in q for m in (1, n)))
    return result(ops.reshape(el.multiply(left, right), shape=tuple(n * m for n, m in zip(p, q, strict=True))))


def _of_rank(shape: Shape, rank: int) -> Shape:
    return (*(1,) * (rank - len(shape)), *shape)

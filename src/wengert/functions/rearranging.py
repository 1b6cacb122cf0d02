"""Functions that reverse, shift and turn an array."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index as as_integer
from typing import TYPE_CHECKING

from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, normalize_axes, normalize_axis
from ..ops import indexing as index_ops, shaping as ops
from .operands import ArrayLike, array_operand, concrete, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["flip", "fliplr", "flipud", "roll", "rollaxis", "rot90"]


# Reversing and shifting -----------------------------------------------------------------------------------------------


def flip(m: ArrayLike, axis: int | tuple[int, ...] | None = None) -> Array:
    """The elements in reverse order along some axes, by default along all.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.flip([[1, 2], [3, 4]], axis=1)
    Array([[2, 1],
           [4, 3]])
    """
    m = array_operand(m)
    return result(ops.flip(m, axes=normalize_axes(axis, len(m.shape))))


def fliplr(m: ArrayLike) -> Array:
    """The columns in reverse order: :func:`flip` along the second axis."""
    return flip(m, axis=1)


def flipud(m: ArrayLike) -> Array:
    """The rows in reverse order: :func:`flip` along the first axis."""
    return flip(m, axis=0)


def roll(a: ArrayLike, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Array:
    """The elements shifted along an axis; those pushed out at one end come in at the other.

    Parameters
    ----------
    a : array
    shift : int or tuple of int
        By how many places; where it is a tuple, along each of the axes.
    axis : int or tuple of int, optional
        By default the flattened array is shifted, and gets its shape back.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.roll(wg.arange(5), 2)
    Array([3, 4, 0, 1, 2])
    """
    a = array_operand(a)
    if axis is None:
        flat = ops.reshape(a, shape=(prod(a.shape),))
        total = sum(_integers(shift, "shift"))
        return result(ops.reshape(_rolled(flat, total, 0), shape=a.shape))
    axes = [normalize_axis(i, len(a.shape)) for i in _integers(axis, "axis")]
    shifts = _integers(shift, "shift")
    if 1 not in (len(axes), len(shifts)) and len(axes) != len(shifts):
        raise ShapeError(f"shift {shift} and axis {axis} must have equal lengths")
    count = len(axes) if len(shifts) == 1 else len(shifts)
    for by, i in zip(shifts * (count // len(shifts)), axes * (count // len(axes)), strict=True):
        a = _rolled(a, by, i)
    return result(a)


def _integers(given: int | Sequence[int], what: str) -> list[int]:
    value = concrete(array_operand(given), what)
    if value.dtype.kind not in "iu":
        raise DTypeError(f"{what} must be an integer or a sequence of integers, not {given!r}")
    return [int(i) for i in value.ravel()]


def _rolled(x: Value, shift: int, axis: int) -> Value:
    n = x.shape[axis]
    start = -shift % n if n else 0
    before = (slice(None),) * axis
    tail, head = (index_ops.getitem(x, index=(*before, part)) for part in (slice(start, None), slice(None, start)))
    return ops.concatenate(tail, head, axis=axis, sizes=(n - start, start))


def rollaxis(a: ArrayLike, axis: int, start: int = 0) -> Array:
    """The array with one axis moved before another; :func:`wengert.moveaxis` says where it is to be.

    Parameters
    ----------
    a : array
    axis : int
        Which axis to move; the others keep their order.
    start : int
        Before which axis to put it, counted in ``a``; ``a.ndim`` puts it last.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.rollaxis(wg.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    a = array_operand(a)
    rank = len(a.shape)
    axis = normalize_axis(axis, rank)
    target = as_integer(start) + rank * (as_integer(start) < 0)
    if not 0 <= target <= rank:
        raise ShapeError(f"start {start} is out of bounds for an array of {rank} dimension(s)")
    return result(ops.move_axis(a, axis, target - (axis < target)))


def rot90(m: ArrayLike, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Array:
    """The array rotated by quarter turns in the plane of two axes, from the first towards the second.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.rot90([[1, 2], [3, 4]])
    Array([[2, 4],
           [1, 3]])
    """
    m = array_operand(m)
    if len(axes) != 2:
        raise ShapeError(f"rot90 needs two axes, not {axes}")
    i, j = (normalize_axis(a, len(m.shape), "axes") for a in axes)
    if i == j:
        raise ShapeError(f"rot90 needs two different axes, not {axes}")
    order = list(range(len(m.shape)))
    order[i], order[j] = j, i
    turns = k % 4
    if turns in (0, 2):
        return result(ops.flip(m, axes=tuple(sorted((i, j))) if turns else ()))
    if turns == 1:
        return result(ops.transpose(ops.flip(m, axes=(j,)), axes=tuple(order)))
    return result(ops.flip(ops.transpose(m, axes=tuple(order)), axes=(j,)))

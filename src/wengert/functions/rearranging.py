"""Functions that reverse, shift, surround and select elements by their places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import Box
from ..core.types import Shape, Value, normalize_axes, normalize_axis
from ..ops import indexing as index_ops, shaping as ops
from ..ops.elementwise import astype, where
from .indexing import getitem
from .operands import ArrayLike, array_operand, concrete, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["flip", "fliplr", "flipud", "roll", "rot90", "pad", "tril", "triu", "diag"]

Widths = tuple[tuple[int, int], ...]


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


# Padding --------------------------------------------------------------------------------------------------------------

_COPYING = ("edge", "reflect", "symmetric", "wrap")
_COMPUTING = ("linear_ramp", "maximum", "mean", "median", "minimum")


def pad(
    array: ArrayLike,
    pad_width: Any,
    mode: str = "constant",
    *,
    constant_values: Any = 0,
    reflect_type: str = "even",
) -> Array:
    """The array with more elements around it.

    Parameters
    ----------
    array : array
    pad_width : int, pair, sequence of pairs, or dict
        How many elements before and after: the same for all axes, or a pair ``(before, after)`` for each, or a dict
        from axes to numbers or pairs.
    mode : {'constant', 'edge', 'reflect', 'symmetric', 'wrap', 'empty'}
        Where the elements come from: ``constant_values``; the nearest end; the array mirrored at the centre of its
        end element, or behind it; the other end; or nowhere (zeros).
    constant_values : number, pair, or sequence of pairs
        As ``pad_width``. One number for all may be a recorded array.
    reflect_type : {'even'}
        NumPy's ``'odd'`` is not provided.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the widths do not fit the axes, are negative, or an empty axis would have to be copied.
    NotImplementedError
        For NumPy's modes that compute what they pad with.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.pad([1, 2, 3], (1, 2))
    Array([0, 1, 2, 3, 0, 0])
    >>> wg.pad([1, 2, 3], 2, mode="reflect")
    Array([3, 2, 1, 2, 3, 2, 1])
    """
    a = array_operand(array)
    widths = _pad_widths(pad_width, len(a.shape))
    if mode in _COMPUTING:
        raise NotImplementedError(
            f"pad has no mode {mode!r}: pad with zeros or mode='edge', or compute the border (wg.mean, wg.max, "
            "wg.linspace, ...) and join it by wg.concatenate"
        )
    if mode in _COPYING:
        if reflect_type != "even":
            raise NotImplementedError(f"pad has no reflect_type {reflect_type!r}; it is 2 * edge - an even reflection")
        return result(_pad_with_own(a, widths, mode))
    if mode not in ("constant", "empty"):
        known = ", ".join(map(repr, ("constant", *_COPYING, "empty")))
        raise ValueError(f"pad has the modes {known}, not {mode!r}")
    if mode == "empty" or (isinstance(constant_values, (int, float)) and constant_values == 0):
        return result(ops.pad(a, widths=widths))
    return result(_pad_with_constants(a, widths, constant_values))


def _pad_widths(pad_width: Any, ndim: int) -> Widths:
    if isinstance(pad_width, dict):
        pairs = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            pairs[normalize_axis(axis, ndim)] = (width, width) if isinstance(width, int) else tuple(width)
        pad_width = pairs
    given = concrete(array_operand(pad_width), "the width of padding")
    if given.dtype.kind not in "iu" and given.size:
        raise DTypeError(f"the widths of padding must be integers, not {given.dtype}")
    try:
        widths = np.broadcast_to(given, (ndim, 2)).tolist()
    except ValueError:
        raise ShapeError(
            f"pad_width of shape {given.shape} does not fit {ndim} axes; give a number, a pair, or {ndim} pair(s)"
        ) from None
    if any(n < 0 for pair in widths for n in pair):
        raise ShapeError(f"the widths of padding must not be negative, not {widths}")
    return tuple((int(low), int(high)) for low, high in widths)


def _pad_with_own(a: Value, widths: Widths, mode: str) -> Value:
    """One gather for each axis, at the places that padding gives to the numbers 0, 1, ..., n - 1."""
    for axis, width in enumerate(widths):
        n = a.shape[axis]
        if width != (0, 0):
            if n == 0:
                raise ShapeError(f"axis {axis} of the shape {a.shape} is empty: pad mode {mode!r} has nothing to copy")
            places = np.pad(backend.arange(n), width, mode=mode)  # type: ignore[call-overload]
            a = getitem(a, (*(slice(None),) * axis, places))
    return a


def _interior(shape: Shape, widths: Widths) -> tuple[slice, ...]:
    return tuple(slice(low, low + n) for n, (low, _) in zip(shape, widths, strict=True))


def _pad_with_constants(a: Value, widths: Widths, constants: Any) -> Value:
    """A background of the constants, into which the array is written."""
    values = array_operand(constants)
    shape = tuple(low + n + high for n, (low, high) in zip(a.shape, widths, strict=True))
    if values.shape == ():
        ground = ops.broadcast_to(astype(values, dtype=a.dtype), shape=shape)
    elif isinstance(values, Box):
        raise ShapeError(f"constant_values of shape {values.shape} must be a number, or not be recorded")
    else:
        zeros = backend.zeros(a.shape, a.dtype)
        ground = np.pad(zeros, widths, mode="constant", constant_values=values)
    return index_ops.index_set(ground, a, index=_interior(a.shape, widths))


# Triangles and diagonals ----------------------------------------------------------------------------------------------


def tril(m: ArrayLike, k: int = 0) -> Array:
    """The lower triangle of a matrix, or of each of a stack; zeros above its ``k``-th diagonal.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.tril([[1, 2], [3, 4]])
    Array([[1, 0],
           [3, 4]])
    """
    m = array_operand(m)
    return result(where(_below(m, k, "tril"), m, backend.zeros((), m.dtype)))


def triu(m: ArrayLike, k: int = 0) -> Array:
    """The upper triangle of a matrix, or of each of a stack; zeros below its ``k``-th diagonal.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.triu([[1, 2], [3, 4]])
    Array([[1, 2],
           [0, 4]])
    """
    m = array_operand(m)
    return result(where(_below(m, k - 1, "triu"), backend.zeros((), m.dtype), m))


def _below(m: Value, k: int, name: str) -> Any:
    """Which places are on or below the ``k``-th diagonal."""
    if not m.shape:
        raise ShapeError(f"{name} needs at least one dimension")
    rows, columns = m.shape[-2:] if len(m.shape) > 1 else m.shape * 2
    return np.tri(rows, columns, k, dtype=bool)


def diag(v: ArrayLike, k: int = 0) -> Array:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix.

    Parameters
    ----------
    v : array of one or two dimensions
    k : int
        Which diagonal: above the main one if positive, below if negative.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If ``v`` has neither one nor two dimensions.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.diag([1, 2])
    Array([[1, 0],
           [0, 2]])
    >>> wg.diag([[1, 2], [3, 4]], k=1)
    Array([2])
    """
    v = array_operand(v)
    if len(v.shape) == 1:
        n = v.shape[0] + abs(k)
        places = backend.arange(v.shape[0])
        rows, columns = places + max(-k, 0), places + max(k, 0)
        return result(index_ops.scatter_add(v, rows, columns, axes=(0, 1), shape=(n, n), unique=True))
    if len(v.shape) != 2:
        raise ShapeError(f"diag needs a vector or a matrix, not an array of shape {v.shape}; see wg.diagonal")
    height, width = v.shape
    length = max(min(height + min(k, 0), width - max(k, 0)), 0)
    places = backend.arange(length)
    return result(index_ops.gather(v, places + max(-k, 0), places + max(k, 0), axes=(0, 1), unique=True))

"""Reading and writing by index: every form that NumPy has, taken apart into a basic and an advanced part.

The basic part (integers, slices, new axes) is one ``getitem``, the advanced part (integer and boolean arrays) one
``gather``, whose result has the axes of the index arrays in front; a ``transpose`` puts them where NumPy has them. A
part with nothing to do has no equation. Writing goes the same way back.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from ..backends import backend
from ..core.errors import DTypeError, IndexingError, ShapeError
from ..core.interpreter import Box, strip
from ..core.types import SCALARS, Shape, Value, is_inexact, normalize_axis
from ..ops import indexing as ops
from ..ops.elementwise import astype, clip, remainder, where
from ..ops.shaping import reshape, transpose
from .index_parts import basic_index, check_broadcast, quick_index, take_apart
from .operands import ArrayLike, array_operand, concrete, operand, result
from .targets import delivered

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["argwhere", "compress", "extract", "flatnonzero", "nonzero", "take", "take_along_axis"]

Index = tuple[Any, ...]
_ALL = slice(None)
_nonzero = backend.implementation("nonzero")


# ---------------------------------------------------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------------------------------------------------


def getitem(x: ArrayLike, index: Any) -> Value:
    """``x[index]``, by NumPy's rules.

    Parameters
    ----------
    x : array
    index
        An integer, slice, Ellipsis, None, integer array or sequence, boolean array or scalar, or a tuple of these. An
        integer array may be an array of a transform; a boolean one must have a value, since it decides about shapes.

    Returns
    -------
    The elements, as a value of the highest level involved.

    Raises
    ------
    IndexError
        If the array has no such element, or the index is none.
    """
    if not isinstance(x, Box):
        x = array_operand(x)
    quick = quick_index(x, index)
    if quick is not None:
        return ops.getitem(x, index=quick)
    basic, axes, arrays, broadcast, position, unique = take_apart(index, x.shape)
    if basic is not None:
        x = ops.getitem(x, index=basic)
    if arrays:
        x = ops.gather(x, *arrays, axes=axes, unique=unique)
        rank = len(broadcast)
        if rank and position:
            rest = range(rank + position, len(x.shape))
            x = transpose(x, axes=(*range(rank, rank + position), *range(rank), *rest))
    return x


# ---------------------------------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------------------------------


def setitem(x: ArrayLike, index: Any, value: ArrayLike) -> Value:
    """A copy of ``x`` in which ``x[index] = value``; where an element is written twice, the last value stays.

    Parameters
    ----------
    x : array
    index
        As for reading. A boolean array may belong to any transform if ``value`` is a scalar.
    value : array
        Broadcasts to the shape of ``x[index]``, and is converted to the dtype of ``x``.

    Returns
    -------
    The new array, as a value of the highest level involved.

    Raises
    ------
    IndexError
        If the array has no such element, or the index is none.
    ShapeError
        If the value does not fit the elements.
    DTypeError
        If complex values, or values on which a derivative depends, are written into an array that cannot hold them.
    """
    x = array_operand(x)
    value = operand(value)
    quick = quick_index(x, index)
    if quick is not None:
        return ops.index_set(x, fitting(value, quick, x.shape, x.dtype), index=quick)
    value = storable(value, x.dtype)
    masked = _write_where(x, index, value)
    if masked is not None:
        return masked
    basic, axes, arrays, broadcast, position, unique = take_apart(index, x.shape)
    if not arrays:
        basic = basic or ()
        return ops.index_set(x, fitting(value, basic, x.shape, x.dtype), index=basic)
    part = x if basic is None else ops.getitem(x, index=basic)
    rest = [n for a, n in enumerate(part.shape) if a not in axes]
    value = fitted(value, (*rest[:position], *broadcast, *rest[position:]))
    value = _arrays_first(value, len(rest) + len(broadcast), len(broadcast), position)
    part = ops.scatter_set(part, value, *arrays, axes=axes, unique=unique)
    return part if basic is None else ops.index_set(x, part, index=basic)


def fitting(value: Value, index: Index, shape: Shape, dtype: Any) -> Value:
    """A value as it can be written at a basic index of an array of this shape and dtype; raises where it cannot."""
    value = storable(value, dtype)
    if not getattr(value, "shape", ()):
        return value
    return fitted(value, ops.indexed_shape(shape, basic_index(index, len(shape))))


def _write_where(x: Value, index: Any, value: Value) -> Value | None:
    """Writing what does not depend on the number of true elements needs no integer indices; None otherwise."""
    mask = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if not (isinstance(mask, Box) or backend.is_array(mask)) or mask.dtype.kind != "b":
        return None
    rank, covered = len(x.shape), len(mask.shape)
    if not covered or mask.shape != x.shape[:covered] or len(getattr(value, "shape", ())) > rank - covered:
        return None
    value = fitted(value, x.shape[covered:])
    if covered < rank:
        mask = reshape(mask, shape=(*mask.shape, *(1,) * (rank - covered)))
    return where(mask, _converted(value, x.dtype), x)


def storable(value: Value, dtype: Any) -> Value:
    """A value that can be written into an array of this dtype without losing more than precision."""
    complex_value = isinstance(value, complex) or (hasattr(value, "dtype") and value.dtype.kind == "c")
    if complex_value and dtype.kind != "c":
        raise DTypeError(
            f"writing complex values into an array of {dtype} would lose their imaginary part; write value.real, or "
            "convert the array with astype(complex)"
        )
    if isinstance(value, Box) and is_inexact(value.dtype) and not is_inexact(dtype):
        if getattr(value, "requires_grad", False):
            raise DTypeError(
                f"writing {value.dtype} values that require a gradient into an array of {dtype} would lose the "
                "gradient; convert the array with astype(float)"
            )
        return astype(value, dtype=dtype)
    return value


def _converted(value: Value, dtype: Any) -> Value:
    """A value that does not change the dtype of what it is combined with."""
    if isinstance(value, SCALARS) and not hasattr(value, "dtype"):
        weak = "biufc".index(dtype.kind) >= {bool: 0, int: 1, float: 3, complex: 4}[type(value)]
        return value if weak else backend.asarray(value, dtype=dtype)
    return value if value.dtype == dtype else astype(value, dtype=dtype)


def fitted(value: Value, shape: Shape) -> Value:
    """A value that broadcasts to ``shape``; as in NumPy it may have more axes in front, of one element each."""
    given: Shape = getattr(value, "shape", ())
    extra = max(len(given) - len(shape), 0)
    kept = given[extra:]
    aligned = zip(kept, shape[len(shape) - len(kept) :], strict=True)
    if any(n != 1 for n in given[:extra]) or any(n not in (1, m) for n, m in aligned):
        raise ShapeError(f"cannot write an array of shape {given} at an index that selects the shape {shape}")
    return reshape(value, shape=kept) if extra else value


def _arrays_first(value: Value, ndim: int, rank: int, position: int) -> Value:
    """A value laid out as NumPy's result, as ``gather`` would lay it out: the axes of the index arrays in front."""
    given = getattr(value, "shape", ())
    if not position or not rank or len(given) <= ndim - position - rank:
        return value
    if len(given) < ndim:
        value = reshape(value, shape=(*(1,) * (ndim - len(given)), *given))
    last = position + rank
    return transpose(value, axes=(*range(position, last), *range(position), *range(last, ndim)))


# ---------------------------------------------------------------------------------------------------------------------
# Functions
# ---------------------------------------------------------------------------------------------------------------------


def take(
    a: ArrayLike, indices: ArrayLike, axis: int | None = None, out: ArrayLike | None = None, mode: str = "raise"
) -> Array:
    """Elements at integer indices along an axis.

    Parameters
    ----------
    a : array
    indices : array of integers, of any shape
    axis : int, optional
        By default the flattened array is indexed.
    out : Array or NumPy array, optional
        Where to write the result.
    mode : {'raise', 'wrap', 'clip'}
        What an index outside the array means: an error, its remainder, or the nearest end (then negative indices are
        outside too).

    Returns
    -------
    Array
        Of shape ``a.shape[:axis] + indices.shape + a.shape[axis + 1:]``. Differentiable with respect to ``a``.

    Raises
    ------
    IndexError
        If an index is out of bounds, with ``mode='raise'``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.take([[1, 2, 3], [4, 5, 6]], [2, 0], axis=1)
    Array([[3, 1],
           [6, 4]])
    """
    a = array_operand(a)
    if axis is None:
        a, axis = reshape(a, shape=(prod(a.shape),)), 0
    axis = normalize_axis(axis, len(a.shape))
    places = within(integers(indices), a.shape[axis], mode)
    return delivered(getitem(a, (*(_ALL,) * axis, places)), out, "take")


def within(indices: Value, n: int, mode: str) -> Value:
    """Indices of ``n`` elements, of which those outside mean what ``mode`` says."""
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"mode must be 'raise', 'wrap' or 'clip', not {mode!r}")
    plain = strip(indices)
    if mode == "raise" or (not isinstance(plain, Box) and plain.size and plain.min() >= 0 and plain.max() < n):
        return indices
    if mode == "wrap":
        return remainder(indices, n)
    return clip(indices, 0, n - 1)


def integers(indices: ArrayLike) -> Value:
    """An array of integers; an empty sequence counts as one."""
    value = array_operand(indices)
    if value.dtype.kind in "iu":
        return value
    if not hasattr(indices, "dtype") and 0 in value.shape:
        return astype(value, dtype=backend.dtype("intp"))
    raise IndexingError(f"indices must be integers, not {value.dtype}; convert them with astype(int)")


def take_along_axis(arr: ArrayLike, indices: ArrayLike, axis: int | None = -1) -> Array:
    """Elements at the indices that another array gives for each one-dimensional slice along an axis.

    Parameters
    ----------
    arr : array
    indices : array of integers
        Of as many dimensions as ``arr``; all but ``axis`` broadcast together.
    axis : int, optional
        None indexes the flattened array.

    Returns
    -------
    Array
        Of the shape of ``indices`` (broadcast). Differentiable with respect to ``arr``.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([[3.0, 1.0, 2.0], [5.0, 6.0, 4.0]])
    >>> wg.take_along_axis(x, wg.argsort(x, axis=1), axis=1)
    Array([[1., 2., 3.],
           [4., 5., 6.]])
    """
    arr, indices = array_operand(arr), integers(indices)
    if axis is None:
        arr, axis = reshape(arr, shape=(prod(arr.shape),)), 0
    if len(arr.shape) != len(indices.shape):
        raise ShapeError(f"indices of shape {indices.shape} and an array of shape {arr.shape} must have equal rank")
    return result(along_axis(arr, indices, normalize_axis(axis, len(arr.shape))))


def along_axis(x: Value, indices: Value, axis: int, *, unique: bool = False) -> Value:
    """``x[..., indices, ...]`` where each slice along the axis has its own indices."""
    arrays = along_axis_index(x.shape, indices, axis)
    check_broadcast(arrays)
    return ops.gather(x, *arrays, axes=tuple(range(len(x.shape))), unique=unique)


def along_axis_index(shape: Shape, indices: Value, axis: int) -> Index:
    """The index of an array at which each slice along the axis has its own indices."""
    rank = len(shape)
    return tuple(
        indices if a == axis else reshape(backend.arange(n), shape=(n, *(1,) * (rank - 1 - a)))
        for a, n in enumerate(shape)
    )


def compress(condition: ArrayLike, a: ArrayLike, axis: int | None = None, out: ArrayLike | None = None) -> Array:
    """Those parts of an array along an axis at which a condition holds.

    Parameters
    ----------
    condition : vector
        Every number but 0 is true. It may be shorter than the axis: the rest is left out.
    a : array
    axis : int, optional
        By default the flattened array is taken apart.
    out : Array or NumPy array, optional
        Where to write the result.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the condition is no vector.
    IndexError
        If it is true beyond the end of the axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.compress([False, True], [[1, 2], [3, 4], [5, 6]], axis=0)
    Array([[3, 4]])
    """
    chosen, x = concrete(array_operand(condition), "compress"), array_operand(a)
    if chosen.ndim != 1:
        raise ShapeError(f"compress needs a vector as condition, not an array of shape {chosen.shape}")
    if axis is None:
        x, axis = reshape(x, shape=(prod(x.shape),)), 0
    axis = normalize_axis(axis, len(x.shape))
    places = chosen != 0 if chosen.size == x.shape[axis] else _nonzero(chosen)[0]
    return delivered(getitem(x, (*(_ALL,) * axis, places)), out, "compress")


def extract(condition: ArrayLike, arr: ArrayLike) -> Array:
    """The elements of the flattened array at which a condition of the same size holds.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.arange(6.0)
    >>> wg.extract(x % 3 == 0, x)
    Array([0., 3.])
    """
    chosen, x = concrete(array_operand(condition), "extract"), array_operand(arr)
    chosen, flat = chosen.reshape(-1), reshape(x, shape=(prod(x.shape),))
    return result(getitem(flat, chosen != 0 if chosen.shape == flat.shape else _nonzero(chosen)[0]))


def nonzero(a: ArrayLike) -> tuple[Array, ...]:
    """The indices of the elements that are not zero, an array for each axis; no derivative follows them.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nonzero([[0, 7], [8, 9]])
    (Array([0, 1, 1]), Array([1, 0, 1]))
    """
    value = concrete(array_operand(a), "nonzero")
    if not value.ndim:
        raise ShapeError("nonzero of an array without dimensions; use wg.atleast_1d(a), or a != 0")
    return tuple(map(result, _nonzero(value)))


def argwhere(a: ArrayLike) -> Array:
    """The indices of the elements that are not zero, a row for each element; no derivative follows them.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.argwhere([[0, 7], [8, 9]])
    Array([[0, 1],
           [1, 0],
           [1, 1]])
    """
    return result(backend.implementation("argwhere")(concrete(array_operand(a), "argwhere")))


def flatnonzero(a: ArrayLike) -> Array:
    """The indices of the elements of the flattened array that are not zero; no derivative follows them.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.flatnonzero([[0, 7], [8, 9]])
    Array([1, 2, 3])
    """
    return result(backend.implementation("flatnonzero")(concrete(array_operand(a), "flatnonzero")))

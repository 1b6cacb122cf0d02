"""Functions that change an array in place.

Into an Array they write as ``x[index] = value`` does: the handle moves on to a new version, gradients with respect to
the old elements and to what was written are right. Into a NumPy array NumPy writes.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Shape, Value, normalize_axis
from ..ops import elementwise as el, shaping as ops
from .indexing import along_axis_index, fitted, getitem, integers, within
from .operands import ArrayLike, array_operand, concrete, operand
from .targets import is_own, plain

__all__ = ["copyto", "put", "putmask", "place", "put_along_axis", "fill_diagonal"]


def copyto(dst: Any, src: ArrayLike, casting: str = "same_kind", where: ArrayLike = True) -> None:
    """Write the elements of one array into another, in place.

    Parameters
    ----------
    dst : Array or NumPy array
        Is changed.
    src : array
        Broadcasts to the shape of ``dst``.
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}
        Which conversions of dtypes are allowed.
    where : array of booleans
        Broadcasts; where it is false, ``dst`` stays as it is.

    Raises
    ------
    DTypeError
        If the conversion is not allowed, or would lose a derivative.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.zeros(3)
    >>> wg.copyto(x, [1, 2, 3], where=[True, False, True])
    >>> x
    Array([1., 0., 3.])
    """
    if not is_own(dst, "copyto"):
        np.copyto(dst, plain(src, "copyto"), casting, where=plain(where, "copyto"))  # type: ignore[arg-type]
        return
    value = operand(src)
    _check_cast(value, dst.dtype, casting)
    if where is True:
        dst[...] = value
        return
    chosen = array_operand(where)
    if chosen.dtype.kind != "b":
        raise DTypeError(f"where of copyto must be booleans, not {chosen.dtype}")
    dst[...] = _chosen(chosen, fitted(value, dst.shape), dst)


def _check_cast(value: Value, dtype: Any, casting: str) -> None:
    given = value.dtype if hasattr(value, "dtype") else np.min_scalar_type(value)
    if not np.can_cast(given, dtype, casting):  # type: ignore[arg-type]
        raise DTypeError(f"copyto cannot convert {given} to {dtype} by the rule casting={casting!r}")


def _chosen(mask: Value, value: Value, x: Any) -> Value:
    """``value`` where the mask holds, ``x`` elsewhere, in the dtype of ``x``."""
    if hasattr(value, "dtype") and value.dtype != x.dtype:
        value = el.astype(value, dtype=x.dtype)
    return el.where(fitted(mask, x.shape), value, x)


def put(a: Any, ind: ArrayLike, v: ArrayLike, mode: str = "raise") -> None:
    """Write values at indices of the flattened array, in place.

    Parameters
    ----------
    a : Array or NumPy array
        Is changed.
    ind : array of integers
        The indices, in the order of a flattened array.
    v : array
        The values, which begin anew where there are fewer of them than indices.
    mode : {'raise', 'wrap', 'clip'}
        What an index outside the array means: an error, its remainder, or the nearest end.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.zeros((2, 2))
    >>> wg.put(x, [0, 3], [1, 2])
    >>> x
    Array([[1., 0.],
           [0., 2.]])
    """
    if not is_own(a, "put"):
        np.put(a, plain(ind, "put"), plain(v, "put"), mode)  # type: ignore[arg-type]
        return
    places = integers(ind)
    places = within(ops.reshape(places, shape=(prod(places.shape),)), a.size, mode)
    value = array_operand(v)
    if 0 not in value.shape and 0 not in places.shape:
        _write_flat(a, places, _cycled(value, places.shape[0]))


def _cycled(v: Value, count: int) -> Value:
    """The elements of an array in one dimension, cut off or begun anew so that there are ``count``."""
    size = prod(v.shape)
    flat = v if len(v.shape) == 1 else ops.reshape(v, shape=(size,))
    if size == 1 or size == count:
        return flat
    return getitem(flat, slice(count) if size > count else np.arange(count) % size)


def _write_flat(a: Any, places: Value, value: Value) -> None:
    """``a.flat[places] = value``: by indices of all axes, of which only the first can be out of bounds."""
    if not a.shape:
        a[...] = getitem(value, -1)
        return
    index = []
    for n in reversed(a.shape[1:]):
        index.append(el.remainder(places, max(n, 1)))
        places = el.floor_divide(places, max(n, 1))
    a[(places, *index[::-1])] = value


def putmask(a: Any, /, mask: ArrayLike, values: ArrayLike) -> None:
    """Write values where a mask of the same shape is true, in place.

    Parameters
    ----------
    a : Array or NumPy array
        Is changed.
    mask : array
        Of the shape of ``a``; every number but 0 is true.
    values : array
        The element of the flattened array that is written has the same place there as in ``a``; the values begin anew
        where there are fewer of them.

    Raises
    ------
    ShapeError
        If the mask has another size.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.arange(4.0)
    >>> wg.putmask(x, x > 1, [10, 20])
    >>> x
    Array([ 0.,  1., 10., 20.])
    """
    if not is_own(a, "putmask"):
        np.putmask(a, plain(mask, "putmask"), plain(values, "putmask"))
        return
    chosen, value = _mask(mask, a, "putmask"), array_operand(values)
    if 0 not in value.shape and a.size:
        if value.shape != a.shape and value.shape:
            value = _cycled(value, a.size)
            value = value if value.shape == (1,) else ops.reshape(value, shape=a.shape)
        a[...] = _chosen(chosen, value, a)


def _mask(mask: ArrayLike, a: Any, name: str) -> Value:
    """A mask of the shape of ``a``, in booleans."""
    value = array_operand(mask)
    if prod(value.shape) != a.size:
        raise ShapeError(f"{name} needs a mask with as many elements as the array: {value.shape} is not {a.shape}")
    if value.dtype.kind != "b":
        value = el.not_equal(value, 0)
    return value if value.shape == a.shape else ops.reshape(value, shape=a.shape)


def place(arr: Any, mask: ArrayLike, vals: ArrayLike) -> None:
    """Write the first values, one after the other, where a mask is true, in place.

    Parameters
    ----------
    arr : Array or NumPy array
        Is changed.
    mask : array
        Of the shape of ``arr``; every number but 0 is true. It must have a value, since it decides how many values
        are written.
    vals : array
        The values, which begin anew where there are too few.

    Raises
    ------
    ShapeError
        If the mask has another size, or there are places but no values.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.zeros(4)
    >>> wg.place(x, [True, False, True, True], [1, 2])
    >>> x
    Array([1., 0., 2., 1.])
    """
    if not is_own(arr, "place"):
        np.place(arr, plain(mask, "place"), plain(vals, "place"))
        return
    chosen, value = concrete(_mask(mask, arr, "place"), "place"), array_operand(vals)
    count = int(np.count_nonzero(chosen))
    if count and 0 in value.shape:
        raise ShapeError("place has no values to write")
    if count:
        arr[chosen] = _cycled(value, count)


def put_along_axis(arr: Any, indices: ArrayLike, values: ArrayLike, axis: int | None) -> None:
    """Write values at the indices that another array gives for each one-dimensional slice along an axis, in place.

    Parameters
    ----------
    arr : Array or NumPy array
        Is changed.
    indices : array of integers
        Of as many dimensions as ``arr``; all but ``axis`` broadcast together.
    values : array
        Broadcasts to the shape of the indices.
    axis : int, optional
        None indexes the flattened array.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([[10.0, 30.0, 20.0], [60.0, 40.0, 50.0]])
    >>> wg.put_along_axis(x, wg.argmax(x, axis=1, keepdims=True), 99, axis=1)
    >>> x
    Array([[10., 99., 20.],
           [99., 40., 50.]])
    """
    if not is_own(arr, "put_along_axis"):
        np.put_along_axis(arr, np.asarray(plain(indices, "put_along_axis")), plain(values, "put_along_axis"), axis)
        return
    places = integers(indices)
    if axis is None:
        if len(places.shape) != 1:
            raise ShapeError(f"put_along_axis with axis=None takes a vector of indices, not the shape {places.shape}")
        _write_flat(arr, places, operand(values))
        return
    if len(places.shape) != arr.ndim:
        raise ShapeError(f"indices of shape {places.shape} and an array of shape {arr.shape} must have equal rank")
    arr[along_axis_index(arr.shape, places, normalize_axis(axis, arr.ndim))] = values


def fill_diagonal(a: Any, val: ArrayLike, wrap: bool = False) -> None:
    """Write values on the main diagonal of an array, in place.

    Parameters
    ----------
    a : Array or NumPy array of at least two dimensions
        Is changed. With more than two dimensions, all have to be equally long.
    val : array
        The values, which begin anew where there are too few.
    wrap : bool
        Whether the diagonal of a matrix with more rows than columns begins anew below itself, one row left out.

    Raises
    ------
    ShapeError
        If ``a`` has less than two dimensions, or more than two of unequal lengths.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.zeros((2, 2))
    >>> wg.fill_diagonal(x, [3, 4])
    >>> x
    Array([[3., 0.],
           [0., 4.]])
    """
    if not is_own(a, "fill_diagonal"):
        np.fill_diagonal(a, plain(val, "fill_diagonal"), wrap)
        return
    value = array_operand(val)
    places = _diagonal(a.shape, wrap)
    if places.size and 0 not in value.shape:
        a[tuple(np.unravel_index(places, a.shape))] = _cycled(value, places.size)


def _diagonal(shape: Shape, wrap: bool) -> Any:
    """Where the elements of the diagonal are in the flattened array."""
    if len(shape) < 2:
        raise ShapeError(f"fill_diagonal needs at least two dimensions, not the shape {shape}")
    if len(shape) == 2:
        rows, columns = shape
        return np.arange(0, rows * columns if wrap else min(columns, rows) * columns, columns + 1)
    if len(set(shape)) > 1:
        raise ShapeError(f"fill_diagonal needs more than two dimensions to be equally long, not the shape {shape}")
    step = sum(shape[0] ** i for i in range(len(shape)))
    return backend.arange(shape[0]) * step

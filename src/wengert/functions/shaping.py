"""Functions that change an array's shape, the order of its axes, or its dtype: elements move, derivatives with them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import Box, strip
from ..core.types import Shape, normalize_axes, normalize_axis
from ..ops import shaping as ops
from ..ops.elementwise import astype as _astype
from .devices import check_device
from .indexing import getitem
from .operands import ArrayLike, array_operand, concrete, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "astype",
    "copy",
    "reshape",
    "ravel",
    "squeeze",
    "expand_dims",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "transpose",
    "permute_dims",
    "matrix_transpose",
    "swapaxes",
    "moveaxis",
    "repeat",
]


def shape_argument(shape: Any) -> Shape:
    """A shape given as an integer or a sequence of integers."""
    try:
        return (as_integer(shape),)
    except TypeError:
        pass
    try:
        return tuple(map(as_integer, shape))
    except TypeError:
        raise DTypeError(f"a shape must be an integer or a tuple of integers, not {shape!r}") from None


# Type -----------------------------------------------------------------------------------------------------------------


def astype(x: ArrayLike, dtype: Any, /, *, copy: bool = True, device: str | None = None) -> Array:
    """The elements converted to another dtype.

    A conversion to integers or booleans has no derivative.

    Parameters
    ----------
    x : array
    dtype
        Anything that NumPy takes for the dtype of numbers.
    copy : bool
        Whether an array that has this dtype already is copied.
    device : "cpu", optional
        As the array API standard has it.

    Returns
    -------
    Array

    Raises
    ------
    DTypeError
        If the dtype is not one of numbers, or complex numbers would lose their imaginary parts.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.astype([1.7, -1.7], int)
    Array([ 1, -1])
    """
    check_device(device)
    x = array_operand(x)
    target = number_dtype(dtype)
    if x.dtype.kind == "c" and target.kind in "fiu":
        raise DTypeError(f"converting {x.dtype} to {target} would lose the imaginary parts; use wg.real(x) first")
    if not copy and x.dtype == target:
        return result(x)
    return result(_astype(x, dtype=target))


def number_dtype(dtype: Any) -> Any:
    """The dtype meant by ``dtype``; raises unless it is one of booleans or numbers."""
    target = backend.dtype(dtype)
    if target.kind not in "biufc":
        raise DTypeError(f"arrays hold booleans and numbers; {dtype!r} is the dtype of neither")
    return target


def copy(a: ArrayLike, order: str = "K", subok: bool = False) -> Array:
    """The same values in memory of its own; derivatives pass through.

    Parameters
    ----------
    a : array
    order : {'K', 'A', 'C', 'F'}
        Of the elements in memory, which nothing but ``numpy()`` shows; what is recorded keeps the order that it has.
    subok : bool
        As in NumPy, and without effect: there are no subclasses.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.copy([1.0, 2.0])
    Array([1., 2.])
    """
    a = array_operand(a)
    if order not in ("K", "A", "C", "F"):
        raise ValueError(f"order must be 'K', 'A', 'C' or 'F', not {order!r}")
    plain = strip(a)
    if order in ("C", "F") and not isinstance(plain, Box):
        return result(np.array(plain, order=order))  # type: ignore[call-overload]
    return result(_astype(a, dtype=a.dtype))


# Shape ----------------------------------------------------------------------------------------------------------------


def reshape(a: ArrayLike, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Array:
    """The same elements in another shape.

    Parameters
    ----------
    a : array
    shape : int or tuple of int
        One of them may be -1: it follows from the others.
    order : {'C', 'F'}
        Whether the last index changes fastest, in both shapes, or the first.
    copy : bool, optional
        True always copies; False raises an error where what is not recorded would have to be copied.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the shape does not have as many elements.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.reshape([1, 2, 3, 4, 5, 6], (2, -1))
    Array([[1, 2, 3],
           [4, 5, 6]])
    """
    a = array_operand(a)
    shape = _without_unknown(shape_argument(shape), a.shape)
    if copy is False and not isinstance(plain := strip(a), Box):
        np.reshape(plain, shape, order, copy=False)  # type: ignore[call-overload]
    if copy:
        a = _astype(a, dtype=a.dtype)
    if order == "C":
        return result(ops.reshape(a, shape=shape))
    if order != "F":
        raise ValueError(f"order must be 'C' or 'F', not {order!r}: an array has no memory layout of its own")
    reverse = tuple(range(len(a.shape)))[::-1]
    flipped = ops.reshape(ops.transpose(a, axes=reverse), shape=shape[::-1])
    return result(ops.transpose(flipped, axes=tuple(range(len(shape)))[::-1]))


def _without_unknown(shape: Shape, given: Shape) -> Shape:
    """``shape`` with the -1 replaced by what ``given`` leaves for it."""
    size = prod(given)
    if -1 in shape:
        known = prod(n for n in shape if n != -1)
        if shape.count(-1) == 1 and known > 0 and size % known == 0:
            return tuple(size // known if n == -1 else n for n in shape)
    elif prod(shape) == size and min(shape, default=0) >= 0:
        return shape
    raise ShapeError(f"an array of shape {given} has {size} element(s) and cannot get the shape {shape}")


def ravel(a: ArrayLike, order: str = "C") -> Array:
    """The elements in one dimension.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ravel([[1, 2], [3, 4]], order="F")
    Array([1, 3, 2, 4])
    """
    return reshape(a, -1, order)


def squeeze(a: ArrayLike, axis: int | tuple[int, ...] | None = None) -> Array:
    """The array without axes of one element.

    Parameters
    ----------
    a : array
    axis : int or tuple of int, optional
        The axes to drop; by default all that have one element.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If one of the axes does not have exactly one element.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.squeeze(wg.ones((1, 3, 1)), axis=0).shape
    (3, 1)
    """
    a = array_operand(a)
    shape = a.shape
    if axis is None:
        axes = tuple(i for i, n in enumerate(shape) if n == 1)
    else:
        axes = normalize_axes(axis, len(shape))
        if any(shape[i] != 1 for i in axes):
            raise ShapeError(f"squeeze drops axes of one element; axis {axis} of the shape {shape} is longer")
    return result(ops.reshape(a, shape=tuple(n for i, n in enumerate(shape) if i not in axes)))


def expand_dims(a: ArrayLike, axis: int | tuple[int, ...]) -> Array:
    """The array with new axes of one element.

    Parameters
    ----------
    a : array
    axis : int or tuple of int
        Where the new axes are in the result.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.expand_dims([1.0, 2.0], axis=(0, 2)).shape
    (1, 2, 1)
    """
    a = array_operand(a)
    new = len(axis) if isinstance(axis, (tuple, list)) else 1
    axes = normalize_axes(axis, len(a.shape) + new)
    sizes = iter(a.shape)
    shape = tuple(1 if i in axes else next(sizes) for i in range(len(a.shape) + new))
    return result(ops.reshape(a, shape=shape))


def _at_least(arrays: Sequence[ArrayLike], shape: Any) -> Any:
    """Each array in the shape that ``shape`` gives for its own."""
    values = [array_operand(a) for a in arrays]
    outputs = tuple(result(ops.reshape(v, shape=shape(v.shape))) for v in values)
    return outputs[0] if len(outputs) == 1 else outputs


def atleast_1d(*arys: ArrayLike) -> Any:
    """Arrays of at least one dimension: an Array for one argument, a tuple for several.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.atleast_1d(2.0)
    Array([2.])
    """
    return _at_least(arys, lambda shape: shape or (1,))


def atleast_2d(*arys: ArrayLike) -> Any:
    """Arrays of at least two dimensions, new ones in front: an Array for one argument, a tuple for several.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.atleast_2d([1.0, 2.0]).shape
    (1, 2)
    """
    return _at_least(arys, lambda shape: (1,) * (2 - len(shape)) + shape)


def atleast_3d(*arys: ArrayLike) -> Any:
    """Arrays of at least three dimensions: an Array for one argument, a tuple for several.

    A vector gets an axis on both sides, a matrix one at the end.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.atleast_3d([1.0, 2.0]).shape
    (1, 2, 1)
    """
    return _at_least(arys, lambda shape: {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape))


# Axes -----------------------------------------------------------------------------------------------------------------


def transpose(a: ArrayLike, axes: int | Sequence[int] | None = None) -> Array:
    """The array with its axes in another order.

    Parameters
    ----------
    a : array
    axes : sequence of int, optional
        A permutation of the axes, by default the reverse: axis ``i`` of the result is axis ``axes[i]`` of ``a``.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If ``axes`` is no permutation of the axes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.transpose(wg.ones((2, 3, 4)), (1, 0, 2)).shape
    (3, 2, 4)
    """
    a = array_operand(a)
    ndim = len(a.shape)
    if axes is None:
        return result(ops.transpose(a, axes=tuple(range(ndim))[::-1]))
    given: Any = axes if isinstance(axes, Sequence) else (axes,)
    order = tuple(normalize_axis(i, ndim, "axes") for i in given)
    if sorted(order) != list(range(ndim)):
        raise ShapeError(f"axes must be a permutation of the {ndim} axes of the shape {a.shape}, not {given}")
    return result(ops.transpose(a, axes=order))


permute_dims = transpose


def matrix_transpose(x: ArrayLike, /) -> Array:
    """The matrices of a stack, transposed: the last two axes exchanged.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.matrix_transpose(wg.ones((2, 3, 4))).shape
    (2, 4, 3)
    """
    x = array_operand(x)
    if len(x.shape) < 2:
        raise ShapeError(f"matrix_transpose needs at least two dimensions, not the shape {x.shape}")
    return result(ops.swap_last(x))


def swapaxes(a: ArrayLike, axis1: int, axis2: int) -> Array:
    """The array with two axes exchanged.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.swapaxes(wg.ones((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    a = array_operand(a)
    order = list(range(len(a.shape)))
    i, j = normalize_axis(axis1, len(order), "axis1"), normalize_axis(axis2, len(order), "axis2")
    order[i], order[j] = j, i
    return result(ops.transpose(a, axes=tuple(order)))


def moveaxis(a: ArrayLike, source: int | Sequence[int], destination: int | Sequence[int]) -> Array:
    """The array with axes moved to other places; the others keep their order.

    Parameters
    ----------
    a : array
    source, destination : int or sequence of int
        Where the axes are, and where they are to be in the result.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.moveaxis(wg.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    a = array_operand(a)
    ndim = len(a.shape)
    origins, targets = _distinct(source, ndim, "source"), _distinct(destination, ndim, "destination")
    if len(origins) != len(targets):
        raise ShapeError(f"source {source} and destination {destination} must name as many axes")
    order = [i for i in range(ndim) if i not in origins]
    for target, origin in sorted(zip(targets, origins, strict=True)):
        order.insert(target, origin)
    return result(ops.transpose(a, axes=tuple(order)))


def _distinct(axes: Any, ndim: int, what: str) -> list[int]:
    found = [normalize_axis(i, ndim, what) for i in (axes if isinstance(axes, Sequence) else (axes,))]
    if len(set(found)) != len(found):
        raise ShapeError(f"{what} {axes} names the same axis twice")
    return found


# Repetition -----------------------------------------------------------------------------------------------------------


def repeat(a: ArrayLike, repeats: ArrayLike, axis: int | None = None) -> Array:
    """Each element several times in a row.

    Parameters
    ----------
    a : array
    repeats : int or array of int
        How often: the same for all, or a number for each along the axis.
    axis : int, optional
        By default the flattened array is repeated.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If there are not as many numbers as elements along the axis, or one is negative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.repeat([1.0, 2.0], 2)
    Array([1., 1., 2., 2.])
    >>> wg.repeat([[1, 2], [3, 4]], [2, 1], axis=0)
    Array([[1, 2],
           [1, 2],
           [3, 4]])
    """
    a = array_operand(a)
    if axis is None:
        a, axis = ops.reshape(a, shape=(prod(a.shape),)), 0
    axis = normalize_axis(axis, len(a.shape))
    before, n, after = a.shape[:axis], a.shape[axis], a.shape[axis + 1 :]
    counts = concrete(array_operand(repeats), "the number of repeats")
    if counts.dtype.kind not in "biu" and counts.size:
        raise DTypeError(f"repeats must be integers, not {counts.dtype}")
    if counts.ndim > 1 or counts.size not in (1, n):
        raise ShapeError(f"repeats of shape {counts.shape} do not fit the {n} element(s) of axis {axis}")
    if counts.size and counts.min() < 0:
        raise ShapeError("repeats must not be negative")
    if counts.size != 1:
        places = np.repeat(backend.arange(n), backend.asarray(counts, "intp"))
        return result(getitem(a, (*(slice(None),) * axis, places)))
    times = int(counts.item())
    spread = ops.broadcast_to(ops.reshape(a, shape=(*before, n, 1, *after)), shape=(*before, n, times, *after))
    return result(ops.reshape(spread, shape=(*before, n * times, *after)))

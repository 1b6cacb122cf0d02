"""Grids: the coordinates of their points, and the indices of their elements."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError, IndexingError, ShapeError
from ..core.interpreter import Box, strip
from ..core.types import Value
from ..ops import elementwise as el, shaping as ops
from .creation import DType, checked_shape, made
from .indexing import nonzero
from .joining import stack
from .operands import ArrayLike, array_operand, holds, result
from .ranges import arange, linspace
from .shaping import number_dtype, shape_argument

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["meshgrid", "mgrid", "ogrid", "indices", "fromfunction", "ix_", "unravel_index", "ravel_multi_index"]


# Coordinates ----------------------------------------------------------------------------------------------------------


def meshgrid(
    *xi: ArrayLike, copy: bool = True, sparse: bool = False, indexing: str = "xy", requires_grad: bool = False
) -> tuple[Array, ...]:
    """The coordinates of a grid, from those along its axes.

    Parameters
    ----------
    *xi : vectors
        The coordinates along each axis.
    copy : bool
        As in NumPy, and without effect: writing into one Array changes no other.
    sparse : bool
        Whether each result keeps one element along all axes but its own, since it would only be repeated.
    indexing : {'xy', 'ij'}
        Whether the first coordinate is along the second axis, as in a picture, or along the first, as in a matrix.
    requires_grad : bool
        Whether computations with the arrays are recorded.

    Returns
    -------
    tuple of Array
        One for each coordinate; differentiable with respect to the vectors.

    Examples
    --------
    >>> import wengert as wg
    >>> x, y = wg.meshgrid([1, 2, 3], [10, 20])
    >>> x + y
    Array([[11, 12, 13],
           [21, 22, 23]])
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing must be 'xy' or 'ij', not {indexing!r}")
    vectors = [array_operand(x) for x in xi]
    for v in vectors:
        if len(v.shape) > 1:
            raise ShapeError(f"meshgrid takes vectors, not an array of shape {v.shape}")
    places = list(range(len(vectors)))
    if indexing == "xy" and len(places) > 1:
        places[:2] = 1, 0
    sizes = [prod(v.shape) for v in vectors]
    shape = tuple(sizes[i] for i in places)
    grids = []
    for i, v in enumerate(vectors):
        own = tuple(sizes[i] if a == places[i] else 1 for a in range(len(places)))
        grid = ops.reshape(v, shape=own)
        grids.append(made(grid if sparse else ops.broadcast_to(grid, shape=shape), requires_grad))
    return tuple(grids)


class Grid:
    """What slices make of a grid: ``mgrid[0:2, 0:1:5j]``, ``ogrid[0:2, 0:1:5j]``.

    A slice ``start:stop:step`` gives :func:`wengert.arange`; with an imaginary step ``nj`` it gives n numbers from
    ``start`` to ``stop``, as :func:`wengert.linspace` does, differentiable with respect to both.
    """

    def __init__(self, dense: bool) -> None:
        self._dense = dense

    def __repr__(self) -> str:
        return f"wengert.{'mgrid' if self._dense else 'ogrid'}"

    def __getitem__(self, slices: Any) -> Any:
        if not isinstance(slices, tuple):
            return result(_coordinates(slices))
        vectors = [_coordinates(part) for part in slices]
        sizes = tuple(v.shape[0] for v in vectors)
        dtype = np.result_type(*[v.dtype for v in vectors]) if vectors else np.dtype(int)
        grids = []
        for axis, vector in enumerate(vectors):
            own = tuple(n if i == axis else 1 for i, n in enumerate(sizes))
            grid = ops.reshape(vector if vector.dtype == dtype else el.astype(vector, dtype=dtype), shape=own)
            grids.append(ops.broadcast_to(grid, shape=sizes) if self._dense else grid)
        if not self._dense:
            return tuple(map(result, grids))
        return stack(grids) if grids else result(np.zeros((0,), dtype))


def _coordinates(part: Any) -> Value:
    """The vector that a slice means."""
    if not isinstance(part, slice):
        raise IndexingError(f"mgrid and ogrid are indexed by slices, not by {part!r}")
    start = 0 if part.start is None else part.start
    step = 1 if part.step is None else part.step
    if part.stop is None:
        raise IndexingError("a slice of mgrid or ogrid must have an end")
    if isinstance(step, (complex, np.complexfloating)):
        return array_operand(linspace(start, part.stop, int(np.abs(step))))
    return array_operand(arange(start, part.stop, step))


mgrid, ogrid = Grid(dense=True), Grid(dense=False)


def indices(dimensions: Any, dtype: DType = int, sparse: bool = False) -> Any:
    """The indices of the elements of a grid.

    Parameters
    ----------
    dimensions : tuple of int
        The shape of the grid.
    dtype
        Of the indices.
    sparse : bool
        Whether each index keeps one element along all axes but its own, since it would only be repeated.

    Returns
    -------
    Array, or a tuple of Arrays if ``sparse``
        Along the first axis: the indices along each axis of the grid.

    Examples
    --------
    >>> import wengert as wg
    >>> rows, columns = wg.indices((2, 3))
    >>> rows
    Array([[0, 0, 0],
           [1, 1, 1]])
    """
    found: Any = np.indices(checked_shape(dimensions), number_dtype(dtype), sparse)  # type: ignore[call-overload]
    return tuple(map(result, found)) if sparse else result(np.asarray(found))


def fromfunction(
    function: Callable[..., Any], shape: Any, *, dtype: DType = float, requires_grad: bool = False, **kwargs: Any
) -> Any:
    """What a function makes of the coordinates of a grid.

    Parameters
    ----------
    function : callable
        Called once, with an array of coordinates for each dimension, and ``kwargs``.
    shape : tuple of int
        Of the grid.
    dtype
        Of the coordinates.
    requires_grad : bool
        Whether computations with the coordinates are recorded.

    Returns
    -------
    What the function returns

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fromfunction(lambda i, j: 10 * i + j, (2, 3), dtype=int)
    Array([[ 0,  1,  2],
           [10, 11, 12]])
    """
    grids = np.indices(checked_shape(shape), dtype=number_dtype(dtype))
    return function(*[made(grid, requires_grad) for grid in grids], **kwargs)


# Indices --------------------------------------------------------------------------------------------------------------


def ix_(*args: ArrayLike) -> tuple[Array, ...]:
    """Vectors of indices as an index of all their combinations.

    Parameters
    ----------
    *args : vectors of integers or booleans
        A boolean one stands for the indices at which it is true.

    Returns
    -------
    tuple of Array

    Raises
    ------
    ShapeError
        If one of them is no vector.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    >>> x[wg.ix_([0, 2], [0, 1])]
    Array([[1., 2.],
           [7., 8.]])
    """
    outer = []
    for axis, given in enumerate(args):
        vector = array_operand(given)
        if len(vector.shape) != 1:
            raise ShapeError(f"ix_ takes vectors, not an array of shape {vector.shape}")
        if vector.shape == (0,) and not hasattr(given, "dtype"):
            vector = np.zeros(0, np.intp)
        if vector.dtype.kind == "b":
            vector = array_operand(nonzero(vector)[0])
        shape = tuple(vector.shape[0] if i == axis else 1 for i in range(len(args)))
        outer.append(result(ops.reshape(vector, shape=shape)))
    return tuple(outer)


def unravel_index(indices: ArrayLike, shape: Any, order: str = "C") -> tuple[Array, ...]:
    """Indices of a flattened array as indices of the array; no derivative follows them.

    Parameters
    ----------
    indices : array of integers
    shape : int or tuple of int
        Of the array.
    order : {'C', 'F'}
        Whether flattening lets the last index change fastest, or the first.

    Returns
    -------
    tuple of Array
        The indices along each axis.

    Raises
    ------
    ShapeError
        If an index is out of bounds.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unravel_index([1, 5], (2, 3))
    (Array([0, 1]), Array([1, 2]))
    """
    flat, sizes = _whole(indices, "unravel_index"), shape_argument(shape)
    _check_flattening(order)
    if not isinstance(flat, Box):
        try:
            return tuple(result(np.asarray(i)) for i in np.unravel_index(flat, sizes, order))  # type: ignore[call-overload]
        except ValueError as error:
            raise ShapeError(f"unravel_index: {error}") from None
    found = []
    for n in sizes if order == "F" else sizes[::-1]:
        found.append(result(el.remainder(flat, n)))
        flat = el.floor_divide(flat, n)
    return tuple(found if order == "F" else found[::-1])


def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C") -> Array:
    """Indices of an array as indices of the flattened array; no derivative follows them.

    Parameters
    ----------
    multi_index : sequence of arrays of integers
        The indices along each axis; broadcast together.
    dims : int or tuple of int
        The shape of the array.
    mode : {'raise', 'wrap', 'clip'}, or one for each axis
        What an index outside the array means: an error, its remainder, or the nearest end.
    order : {'C', 'F'}
        Whether flattening lets the last index change fastest, or the first.

    Returns
    -------
    Array of int

    Raises
    ------
    ShapeError
        If there are not as many indices as axes, or one is out of bounds.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ravel_multi_index(([0, 1], [1, 2]), (2, 3))
    Array([1, 5])
    """
    sizes = shape_argument(dims)
    given = [_whole(i, "ravel_multi_index") for i in multi_index]
    modes = (mode,) * len(sizes) if isinstance(mode, str) else tuple(mode)
    _check_flattening(order)
    unknown = [m for m in modes if m not in ("raise", "wrap", "clip")]
    if unknown:
        raise ValueError(f"mode must be 'raise', 'wrap' or 'clip', not {unknown[0]!r}")
    if len(given) != len(sizes) or len(modes) != len(sizes):
        raise ShapeError(f"ravel_multi_index needs an index and a mode for each of the {len(sizes)} axes")
    axes = range(len(sizes))
    if not any(isinstance(i, Box) for i in given):
        try:
            return result(np.asarray(np.ravel_multi_index(tuple(given), sizes, modes, order)))  # type: ignore[call-overload]
        except ValueError as error:
            raise ShapeError(f"ravel_multi_index: {error}") from None
    flat: Value = 0
    for axis in axes if order == "C" else reversed(axes):
        index, n = given[axis], sizes[axis]
        if modes[axis] == "raise":
            inside = el.logical_and(el.greater_equal(index, 0), el.less(index, n))
            if not holds(inside, "ravel_multi_index with mode='raise'"):
                raise ShapeError(f"ravel_multi_index: an index along axis {axis} is outside 0 ... {n - 1}")
        else:
            index = el.remainder(index, n) if modes[axis] == "wrap" else el.clip(index, 0, n - 1)
        flat = el.add(el.multiply(flat, n), index)
    return result(flat)


def _whole(indices: ArrayLike, name: str) -> Value:
    """Indices as integers of the dtype that NumPy gives to indices."""
    value = array_operand(indices)
    if value.dtype.kind not in "iu" and not (0 in value.shape and not hasattr(indices, "dtype")):
        raise DTypeError(f"{name} takes integers, not {value.dtype}")
    return strip(value if value.dtype == np.intp else el.astype(value, dtype=np.dtype(np.intp)))


def _check_flattening(order: Any) -> None:
    if order not in ("C", "F"):
        raise ValueError(f"order must be 'C' or 'F', not {order!r}")

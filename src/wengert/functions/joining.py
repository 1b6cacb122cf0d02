"""Joining arrays, and splitting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import Box
from ..core.types import Value, normalize_axis
from ..ops import elementwise as el, shaping as ops
from ..ops.indexing import getitem
from .operands import ArrayLike, array_operand, concrete, result
from .shaping import atleast_1d, atleast_2d, atleast_3d, number_dtype, ravel
from .targets import delivered, is_own

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "concatenate",
    "concat",
    "stack",
    "hstack",
    "vstack",
    "dstack",
    "column_stack",
    "unstack",
    "split",
    "array_split",
    "hsplit",
    "vsplit",
    "dsplit",
]

Arrays: TypeAlias = Any
"""A sequence of arrays, or an array: a sequence of its parts along the first axis."""


def members(arrays: Arrays, doing: str) -> list[Value]:
    """The arrays to be joined: those of a sequence, or an array's along its first axis."""
    if isinstance(arrays, Box) or backend.is_array(arrays):
        if not arrays.shape:
            raise ShapeError(f"{doing} needs a sequence of arrays, not one array without dimensions")
        return [getitem(arrays, index=(i,)) for i in range(arrays.shape[0])]
    if not isinstance(arrays, Sequence) or isinstance(arrays, str):
        raise DTypeError(f"{doing} needs a sequence of arrays, not {type(arrays).__name__}")
    if not arrays:
        raise ShapeError(f"{doing} needs at least one array")
    return [array_operand(a) for a in arrays]


# Joining --------------------------------------------------------------------------------------------------------------


def concatenate(
    arrays: Arrays,
    /,
    axis: int | None = 0,
    out: ArrayLike | None = None,
    *,
    dtype: Any = None,
    casting: str = "same_kind",
) -> Array:
    """Arrays joined along an axis that they have.

    Parameters
    ----------
    arrays : sequence of arrays
        Of equal shapes but for the axis; dtypes promote.
    axis : int, optional
        None joins the flattened arrays.
    out : Array or NumPy array, optional
        Where to write the result.
    dtype : optional
        Of the result; not with ``out``, which has its own.
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}
        Which conversions to ``dtype``, or to that of ``out``, are allowed.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the shapes do not fit, or there is no such axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.concatenate([wg.zeros((2, 1)), [[1, 2], [3, 4]]], axis=1)
    Array([[0., 1., 2.],
           [0., 3., 4.]])
    """
    values = members(arrays, "concatenate")
    if axis is None:
        values, axis = [ravel(v) for v in values], 0
    first, *others = [v.shape for v in values]
    if not first:
        raise ShapeError("arrays without dimensions cannot be concatenated; use wg.stack")
    axis = normalize_axis(axis, len(first))
    for shape in others:
        if len(shape) != len(first) or any(
            n != m for i, (n, m) in enumerate(zip(first, shape, strict=True)) if i != axis
        ):
            raise ShapeError(f"arrays of shapes {first} and {shape} cannot be joined along axis {axis}")
    if dtype is not None or out is not None:
        if dtype is not None and out is not None:
            raise DTypeError("concatenate takes dtype= or out=, which has its own dtype, not both")
        if out is not None:
            is_own(out, "concatenate")
        values = _converted(values, number_dtype(dtype) if out is None else out.dtype, casting)
    joined = ops.concatenate(*values, axis=axis, sizes=tuple(v.shape[axis] for v in values))
    return delivered(joined, out, "concatenate")


def _converted(values: list[Value], dtype: Any, casting: Any) -> list[Value]:
    """The arrays in a dtype to which a rule of casting allows them to be converted."""
    for value in values:
        if not np.can_cast(value.dtype, dtype, casting):
            raise DTypeError(f"an array of {value.dtype} cannot be converted to {dtype} by the rule {casting!r}")
    return [v if v.dtype == dtype else el.astype(v, dtype=dtype) for v in values]


concat = concatenate


def stack(
    arrays: Arrays,
    axis: int = 0,
    out: ArrayLike | None = None,
    *,
    dtype: Any = None,
    casting: str = "same_kind",
) -> Array:
    """Arrays of one shape joined along a new axis.

    Parameters
    ----------
    arrays : sequence of arrays
    axis : int
        Where the new axis is in the result.
    out, dtype, casting : optional
        As for :func:`concatenate`.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the shapes differ.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.stack([[1, 2], [3, 4]], axis=1)
    Array([[1, 3],
           [2, 4]])
    """
    values = members(arrays, "stack")
    shapes = {v.shape for v in values}
    if len(shapes) > 1:
        raise ShapeError(f"stack needs arrays of one shape, not {' and '.join(map(str, sorted(shapes)))}")
    (shape,) = shapes
    axis = normalize_axis(axis, len(shape) + 1)
    rows = [ops.reshape(v, shape=(*shape[:axis], 1, *shape[axis:])) for v in values]
    return concatenate(rows, axis, out, dtype=dtype, casting=casting)


def hstack(tup: Arrays, *, dtype: Any = None, casting: str = "same_kind") -> Array:
    """Arrays joined side by side: along the second axis, vectors along their only one.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.hstack([[1, 2], 3])
    Array([1, 2, 3])
    """
    values = [atleast_1d(v) for v in members(tup, "hstack")]
    return concatenate(values, 0 if values[0].ndim == 1 else 1, dtype=dtype, casting=casting)


def vstack(tup: Arrays, *, dtype: Any = None, casting: str = "same_kind") -> Array:
    """Arrays joined one below the other: along the first axis, vectors as rows.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.vstack([[1, 2], [3, 4]])
    Array([[1, 2],
           [3, 4]])
    """
    return concatenate([atleast_2d(v) for v in members(tup, "vstack")], 0, dtype=dtype, casting=casting)


def dstack(tup: Arrays) -> Array:
    """Arrays joined one behind the other: along the third axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.dstack([[1, 2], [3, 4]]).shape
    (1, 2, 2)
    """
    return concatenate([atleast_3d(v) for v in members(tup, "dstack")], 2)


def column_stack(tup: Arrays) -> Array:
    """Arrays joined side by side: vectors as columns, matrices as they are.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.column_stack([[1, 2], [3, 4]])
    Array([[1, 3],
           [2, 4]])
    """
    values = members(tup, "column_stack")
    columns = [v if len(v.shape) > 1 else ops.reshape(v, shape=(*(v.shape or (1,)), 1)) for v in values]
    return concatenate(columns, 1)


# Splitting ------------------------------------------------------------------------------------------------------------


def unstack(x: ArrayLike, /, *, axis: int = 0) -> tuple[Array, ...]:
    """The parts of an array at each place along an axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unstack([[1, 2], [3, 4]], axis=1)
    (Array([1, 3]), Array([2, 4]))
    """
    x = array_operand(x)
    if not x.shape:
        raise ShapeError("unstack needs at least one dimension")
    axis = normalize_axis(axis, len(x.shape))
    return tuple(result(getitem(x, index=(*(slice(None),) * axis, i))) for i in range(x.shape[axis]))


def array_split(ary: ArrayLike, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Array]:
    """Parts of an array along an axis, of nearly equal length if their number is given.

    Parameters
    ----------
    ary : array
    indices_or_sections : int or sequence of int
        The number of parts, of which the first are longer by one where the length does not divide; or the places
        where to split.
    axis : int

    Returns
    -------
    list of Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.array_split(wg.arange(5), 2)
    [Array([0, 1, 2]), Array([3, 4])]
    >>> wg.array_split(wg.arange(5), [1, 4])
    [Array([0]), Array([1, 2, 3]), Array([4])]
    """
    ary = array_operand(ary)
    axis = normalize_axis(axis, len(ary.shape))
    n = ary.shape[axis]
    given = concrete(array_operand(indices_or_sections), "where to split")
    if given.dtype.kind not in "iu" and given.size:
        raise DTypeError(f"split at integers, not at {given.dtype}")
    if given.ndim == 0:
        parts = int(given)
        if parts <= 0:
            raise ShapeError(f"the number of parts must be positive, not {parts}")
        size, longer = divmod(n, parts)
        ends = [size * i + min(i, longer) for i in range(1, parts)]
    else:
        ends = [int(i) for i in given]
    before = (slice(None),) * axis
    bounds = zip([0, *ends], [*ends, n], strict=True)
    return [result(getitem(ary, index=(*before, slice(start, stop)))) for start, stop in bounds]


def split(ary: ArrayLike, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Array]:
    """Parts of an array along an axis, of equal length if their number is given.

    Parameters
    ----------
    ary : array
    indices_or_sections : int or sequence of int
        The number of parts, or the places where to split.
    axis : int

    Returns
    -------
    list of Array

    Raises
    ------
    ShapeError
        If the length is not a multiple of the number of parts; :func:`array_split` allows it.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.split(wg.arange(4), 2)
    [Array([0, 1]), Array([2, 3])]
    """
    ary = array_operand(ary)
    n = ary.shape[normalize_axis(axis, len(ary.shape))]
    if isinstance(indices_or_sections, int) and indices_or_sections > 0 and n % indices_or_sections:
        raise ShapeError(
            f"{n} element(s) along axis {axis} do not split into {indices_or_sections} equal parts; "
            "wg.array_split makes parts of nearly equal length"
        )
    return array_split(ary, indices_or_sections, axis)


def hsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list[Array]:
    """:func:`split` along the second axis; of a vector along its only one."""
    return _split_along(ary, indices_or_sections, 1 if len(array_operand(ary).shape) > 1 else 0, 1)


def vsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list[Array]:
    """:func:`split` along the first axis, of an array of at least two dimensions."""
    return _split_along(ary, indices_or_sections, 0, 2)


def dsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list[Array]:
    """:func:`split` along the third axis."""
    return _split_along(ary, indices_or_sections, 2, 3)


def _split_along(ary: ArrayLike, indices_or_sections: int | Sequence[int], axis: int, least: int) -> list[Array]:
    ary = array_operand(ary)
    if len(ary.shape) < least:
        raise ShapeError(f"this needs an array of at least {least} dimension(s), not of shape {ary.shape}")
    return split(ary, indices_or_sections, axis)

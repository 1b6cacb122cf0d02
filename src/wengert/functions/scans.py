"""Scans: functions that accumulate the elements along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..backends import backend
from ..core.errors import ShapeError
from ..core.types import Value, normalize_axis
from ..ops import reductions as red
from ..ops.shaping import concatenate
from .operands import ArrayLike, array_operand, result
from .reductions import as_dtype, flattened
from .shaping import number_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["cumsum", "cumprod", "cumulative_sum", "cumulative_prod", "cummax", "cummin"]


def cumsum(a: ArrayLike, axis: int | None = None, dtype: Any = None) -> Array:
    """The sums of the elements up to each.

    Parameters
    ----------
    a : array
        The elements.
    axis : int, optional
        The axis along which to add; None for the flattened array.
    dtype : dtype, optional
        In which to add, and of the result; by default that of ``a``, and for small integers the machine's.

    Returns
    -------
    Array
        Of the shape of ``a``.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cumsum([1.0, 2.0, 3.0])
    Array([1., 3., 6.])
    """
    return result(_scanned_in(red.cumsum, a, axis, dtype))


def cumprod(a: ArrayLike, axis: int | None = None, dtype: Any = None) -> Array:
    """The products of the elements up to each; derivatives are exact where some are zero. See :func:`cumsum`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cumprod([1.0, 2.0, 3.0])
    Array([1., 2., 6.])
    """
    return result(_scanned_in(red.cumprod, a, axis, dtype))


def _scanned_in(primitive: Callable[..., Value], a: ArrayLike, axis: int | None, dtype: Any) -> Value:
    x = array_operand(a)
    if axis is None:
        x, axis = flattened(x), 0
    axis = normalize_axis(axis, len(x.shape))
    if dtype is None:
        return primitive(x, axis=axis)
    dtype = number_dtype(dtype)
    return as_dtype(primitive(as_dtype(x, dtype), axis=axis), dtype)


def cumulative_sum(
    x: ArrayLike, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Array:
    """The sums of the elements up to each, by the array API's name; see :func:`cumsum`.

    Parameters
    ----------
    x : array
        The elements.
    axis : int, optional
        The axis along which to add; a vector needs none.
    dtype : dtype, optional
        As for :func:`cumsum`.
    include_initial : bool
        Whether the sum of no elements, 0, comes first.

    Returns
    -------
    Array
        Of the shape of ``x``, but for the initial element.

    Raises
    ------
    ShapeError
        If there are several axes and none is chosen.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cumulative_sum([1.0, 2.0, 3.0], include_initial=True)
    Array([0., 1., 3., 6.])
    """
    return result(_cumulative(red.cumsum, 0, x, axis, dtype, include_initial))


def cumulative_prod(
    x: ArrayLike, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Array:
    """The products of the elements up to each, by the array API's name; see :func:`cumulative_sum`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cumulative_prod([1.0, 2.0, 3.0], include_initial=True)
    Array([1., 1., 2., 6.])
    """
    return result(_cumulative(red.cumprod, 1, x, axis, dtype, include_initial))


def _cumulative(
    primitive: Callable[..., Value], identity: int, a: ArrayLike, axis: int | None, dtype: Any, include_initial: bool
) -> Value:
    x = array_operand(a)
    if axis is None and len(x.shape) > 1:
        raise ShapeError(f"an array of shape {x.shape} has several axes: say along which to go, by axis=")
    out = _scanned_in(primitive, x, axis, dtype)
    if not include_initial:
        return out
    along = normalize_axis(axis or 0, len(out.shape))
    shape = (*out.shape[:along], 1, *out.shape[along + 1 :])
    first = (backend.ones if identity else backend.zeros)(shape, out.dtype)
    return concatenate(first, out, axis=along, sizes=(1, out.shape[along]))


def cummax(a: ArrayLike, axis: int | None = None) -> Array:
    """The largest of the elements up to each, NaN from the first NaN on: NumPy's ``maximum.accumulate``.

    Parameters
    ----------
    a : array
        The elements.
    axis : int, optional
        The axis along which to go; None for the flattened array.

    Returns
    -------
    Array
        Of the shape of ``a``.

    Notes
    -----
    The derivative is that of the largest element; those that tie share it evenly, as in :func:`max`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cummax([1.0, 3.0, 2.0, 4.0])
    Array([1., 3., 3., 4.])
    """
    return result(_scanned_in(red.cummax, a, axis, None))


def cummin(a: ArrayLike, axis: int | None = None) -> Array:
    """The smallest of the elements up to each: NumPy's ``minimum.accumulate``. See :func:`cummax`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cummin([4.0, 3.0, 5.0, 2.0])
    Array([4., 3., 3., 2.])
    """
    return result(_scanned_in(red.cummin, a, axis, None))

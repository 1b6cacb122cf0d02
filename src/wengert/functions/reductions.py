"""Reductions and scans: functions that summarise an array along some of its axes, or accumulate along one."""

from __future__ import annotations

from collections.abc import Callable
from math import prod as _product
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core.errors import ShapeError
from ..core.types import Value, normalize_axes, normalize_axis
from ..ops import elementwise as el, reductions as red
from ..ops.shaping import reshape
from .operands import ArrayLike, array_operand, result
from .shaping import number_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "sum",
    "prod",
    "max",
    "amax",
    "min",
    "amin",
    "logsumexp",
    "any",
    "all",
    "count_nonzero",
    "argmax",
    "argmin",
    "cumsum",
    "cumprod",
]

Axis: TypeAlias = int | tuple[int, ...] | None
Axes: TypeAlias = tuple[int, ...]


def _reduced_in(primitive: Callable[..., Value], a: ArrayLike, axis: Axis, dtype: Any, keepdims: bool) -> Value:
    """A reduction computed in ``dtype``, and given in it where that is not None."""
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    if dtype is None:
        return primitive(x, axes=axes, keepdims=keepdims)
    dtype = number_dtype(dtype)
    return as_dtype(primitive(as_dtype(x, dtype), axes=axes, keepdims=keepdims), dtype)


def as_dtype(x: Value, dtype: Any) -> Value:
    return x if x.dtype == dtype else el.astype(x, dtype=dtype)


def elements_along(x: Value, axes: Axes) -> int:
    """How many elements there are along some axes."""
    shape = x.shape
    return _product(shape) if len(axes) == len(shape) else _product([shape[axis] for axis in axes])


# Sums, products and extremes ------------------------------------------------------------------------------------------


def sum(a: ArrayLike, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
    """The sum of the elements; each has the derivative 1.

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to sum over; None for all.
    dtype : dtype, optional
        In which to add, and of the result; by default that of ``a``, and for small integers the machine's.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([[1.0, 2.0], [3.0, 4.0]])
    >>> wg.sum(x), wg.sum(x, axis=0)
    (Array(10.), Array([4., 6.]))
    """
    return result(_reduced_in(red.sum, a, axis, dtype, keepdims))


def prod(a: ArrayLike, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Array:
    """The product of the elements.

    Parameters
    ----------
    a : array
        The factors.
    axis : int or tuple of int, optional
        The axes to multiply over; None for all.
    dtype : dtype, optional
        In which to multiply, and of the result; by default that of ``a``, and for small integers the machine's.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis.

    Notes
    -----
    The derivative is the product of the other elements, computed without division: it is exact where some are zero.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.prod)(wg.array([2.0, 0.0, 3.0]))
    Array([0., 6., 0.])
    """
    return result(_reduced_in(red.prod, a, axis, dtype, keepdims))


def max(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """The largest element, NaN if there is one.

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, or there is no element along the axes.

    Notes
    -----
    The derivative is 1 at the largest element; where several are the largest, they share it evenly.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.max([[1.0, 4.0], [3.0, 2.0]], axis=1)
    Array([4., 3.])
    >>> wg.grad(wg.max)(wg.array([1.0, 3.0, 3.0]))
    Array([0. , 0.5, 0.5])
    """
    return result(_extreme(red.max, a, axis, keepdims))


def min(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """The smallest element, NaN if there is one; see :func:`max`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.min([[1.0, 4.0], [3.0, 2.0]], axis=1)
    Array([1., 2.])
    """
    return result(_extreme(red.min, a, axis, keepdims))


amax, amin = max, min


def _extreme(primitive: Callable[..., Value], a: ArrayLike, axis: Axis, keepdims: bool) -> Value:
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    if 0 in x.shape:
        require_elements(x, axes, "extreme")
    return primitive(x, axes=axes, keepdims=keepdims)


def require_elements(x: Value, axes: Axes, what: str) -> None:
    if elements_along(x, axes) == 0:
        raise ShapeError(f"there is no {what} of no elements: the array of shape {x.shape} has none along axes {axes}")


def logsumexp(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """log Σ exp(a) without overflow.

    Parameters
    ----------
    a : array
        The exponents.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes; -inf where there is no element.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis.

    Notes
    -----
    The derivative is exp(a - out), the softmax; 0 where all elements are -inf.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logsumexp([1000.0, 1000.0])
    Array(1000.69314718)
    """
    x = array_operand(a)
    return result(red.logsumexp(x, axes=normalize_axes(axis, len(x.shape)), keepdims=keepdims))


# Truth values, counts and positions: without derivatives --------------------------------------------------------------


def any(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """Whether some element is true; every number but 0 is.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.any([[0, 1], [0, 0]], axis=1)
    Array([ True, False])
    """
    x = array_operand(a)
    return result(red.any(x, axes=normalize_axes(axis, len(x.shape)), keepdims=keepdims))


def all(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """Whether every element is true; every number but 0 is.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.all([[1, 1], [1, 0]], axis=1)
    Array([ True, False])
    """
    x = array_operand(a)
    return result(red.all(x, axes=normalize_axes(axis, len(x.shape)), keepdims=keepdims))


def count_nonzero(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """How many elements are not 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.count_nonzero([[0, 1], [2, 3]], axis=1)
    Array([1, 2])
    """
    x = array_operand(a)
    return result(red.sum(el.not_equal(x, 0), axes=normalize_axes(axis, len(x.shape)), keepdims=keepdims))


def argmax(a: ArrayLike, axis: int | None = None, *, keepdims: bool = False) -> Array:
    """The index of the largest element, the first of several.

    Parameters
    ----------
    a : array
        The elements.
    axis : int, optional
        The axis along which to look; None for the flattened array.
    keepdims : bool
        Whether the axis stays, with length 1.

    Returns
    -------
    Array
        Of integers.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, or there is no element along it.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.argmax([[1.0, 4.0], [3.0, 2.0]]), wg.argmax([[1.0, 4.0], [3.0, 2.0]], axis=1)
    (Array(1), Array([1, 0]))
    """
    return result(_position(red.argmax, a, axis, keepdims))


def argmin(a: ArrayLike, axis: int | None = None, *, keepdims: bool = False) -> Array:
    """The index of the smallest element, the first of several; see :func:`argmax`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.argmin([[1.0, 4.0], [3.0, 2.0]], axis=1)
    Array([0, 1])
    """
    return result(_position(red.argmin, a, axis, keepdims))


def _position(primitive: Callable[..., Value], a: ArrayLike, axis: int | None, keepdims: bool) -> Value:
    x = array_operand(a)
    if axis is None:
        require_elements(x, tuple(range(len(x.shape))), "extreme")
        index = primitive(_flat(x), axis=0, keepdims=False)
        return reshape(index, shape=(1,) * len(x.shape)) if keepdims else index
    axis = normalize_axis(axis, len(x.shape))
    require_elements(x, (axis,), "extreme")
    return primitive(x, axis=axis, keepdims=keepdims)


def _flat(x: Value) -> Value:
    return x if len(x.shape) == 1 else reshape(x, shape=(_product(x.shape),))


# Scans ----------------------------------------------------------------------------------------------------------------


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
        x, axis = _flat(x), 0
    axis = normalize_axis(axis, len(x.shape))
    if dtype is None:
        return primitive(x, axis=axis)
    dtype = number_dtype(dtype)
    return as_dtype(primitive(as_dtype(x, dtype), axis=axis), dtype)

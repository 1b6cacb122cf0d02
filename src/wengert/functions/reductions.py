"""Reductions: functions that summarise an array along some of its axes."""

from __future__ import annotations

from builtins import any as _any
from collections.abc import Callable
from math import inf, prod as _product
from typing import TYPE_CHECKING, Any, TypeAlias

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Shape, Value, normalize_axes, normalize_axis
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
]

Axis: TypeAlias = int | tuple[int, ...] | None
Axes: TypeAlias = tuple[int, ...]


def _reduced_in(
    primitive: Callable[..., Value],
    combine: Callable[..., Value],
    identity: int,
    a: ArrayLike,
    axis: Axis,
    dtype: Any,
    keepdims: bool,
    initial: ArrayLike | None,
    where: ArrayLike | None,
) -> Value:
    """A reduction computed in ``dtype``, and given in it where that is not None."""
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    if where is not None:
        x = el.where(mask_of(where, x.shape), x, identity)
    if dtype is not None:
        dtype = number_dtype(dtype)
        x = as_dtype(x, dtype)
    out = primitive(x, axes=axes, keepdims=keepdims)
    if dtype is not None:
        out = as_dtype(out, dtype)
    return out if initial is None else combine(out, _initial(initial, out.dtype))


def mask_of(where: ArrayLike, shape: Shape) -> Value:
    """The argument ``where`` of a reduction of an array of this shape."""
    mask = array_operand(where)
    if mask.dtype.kind != "b":
        raise DTypeError(f"where must be an array of booleans, not of {mask.dtype}; use where != 0")
    lead = len(shape) - len(mask.shape)
    if lead < 0 or _any(n not in (1, m) for n, m in zip(mask.shape, shape[lead:], strict=True)):
        raise ShapeError(f"where of shape {mask.shape} does not broadcast to the shape {shape} of the array")
    return mask


def _initial(initial: ArrayLike, dtype: Any) -> Value:
    value = array_operand(initial)
    if value.shape:
        raise ShapeError(f"initial must be a number, not an array of shape {value.shape}")
    if value.dtype.kind == "c" and dtype.kind != "c":
        raise DTypeError(f"initial must be real where the result is: {initial!r} beside {dtype}")
    return as_dtype(value, dtype)


def as_dtype(x: Value, dtype: Any) -> Value:
    return x if x.dtype == dtype else el.astype(x, dtype=dtype)


def elements_along(x: Value, axes: Axes) -> int:
    """How many elements there are along some axes."""
    shape = x.shape
    return _product(shape) if len(axes) == len(shape) else _product([shape[axis] for axis in axes])


# Sums, products and extremes ------------------------------------------------------------------------------------------


def sum(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
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
    initial : number, optional
        To which the elements are added.
    where : array of bool, optional
        Which elements count, broadcast to ``a``; by default all.

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
    return result(_reduced_in(red.sum, el.add, 0, a, axis, dtype, keepdims, initial, where))


def prod(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
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
    initial : number, optional
        By which the elements are multiplied.
    where : array of bool, optional
        Which elements count, broadcast to ``a``; by default all.

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
    return result(_reduced_in(red.prod, el.multiply, 1, a, axis, dtype, keepdims, initial, where))


def max(
    a: ArrayLike,
    axis: Axis = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """The largest element, NaN if there is one.

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    keepdims : bool
        Whether the axes stay, with length 1.
    initial : number, optional
        With which the elements are compared, too; there may be no element then.
    where : array of bool, optional
        Which elements count, broadcast to ``a``; by default all. It needs ``initial``.

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
    return result(_extreme(red.max, el.maximum, -1, a, axis, keepdims, initial, where))


def min(
    a: ArrayLike,
    axis: Axis = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """The smallest element, NaN if there is one; see :func:`max`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.min([[1.0, 4.0], [3.0, 2.0]], axis=1)
    Array([1., 2.])
    """
    return result(_extreme(red.min, el.minimum, 1, a, axis, keepdims, initial, where))


amax, amin = max, min


def _extreme(
    primitive: Callable[..., Value],
    combine: Callable[..., Value],
    side: int,
    a: ArrayLike,
    axis: Axis,
    keepdims: bool,
    initial: ArrayLike | None,
    where: ArrayLike | None,
) -> Value:
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    if where is not None:
        if initial is None:
            raise ValueError("an extreme with where= needs initial=, which is the result where no element is left")
        x = el.where(mask_of(where, x.shape), x, _end(x.dtype, side))
    if 0 in x.shape and elements_along(x, axes) == 0:
        require_elements(x, axes if initial is None else (), "extreme")
        x = _one_of_each(x, axes, side)
    out = primitive(x, axes=axes, keepdims=keepdims)
    return out if initial is None else combine(out, _initial(initial, out.dtype))


def _end(dtype: Any, side: int) -> Any:
    """The smallest number of a dtype (-1), or the largest (1)."""
    if dtype.kind == "c":
        return complex(side * inf, side * inf)
    return side * inf if dtype.kind == "f" else backend.limits(dtype)[side > 0]


def _one_of_each(x: Value, axes: Axes, side: int) -> Value:
    """In place of no elements along some axes the end of the range, which no number is beyond."""
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    return el.where(backend.zeros(shape, bool), backend.zeros((), x.dtype), _end(x.dtype, side))


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


def any(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False, where: ArrayLike | None = None) -> Array:
    """Whether some element is true, of those where ``where`` holds; every number but 0 is.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.any([[0, 1], [0, 0]], axis=1)
    Array([ True, False])
    """
    x = array_operand(a)
    if where is not None:
        x = el.where(mask_of(where, x.shape), x, False)
    return result(red.any(x, axes=normalize_axes(axis, len(x.shape)), keepdims=keepdims))


def all(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False, where: ArrayLike | None = None) -> Array:
    """Whether every element is true, of those where ``where`` holds; every number but 0 is.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.all([[1, 1], [1, 0]], axis=1)
    Array([ True, False])
    """
    x = array_operand(a)
    if where is not None:
        x = el.where(mask_of(where, x.shape), x, True)
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
        index = primitive(flattened(x), axis=0, keepdims=False)
        return reshape(index, shape=(1,) * len(x.shape)) if keepdims else index
    axis = normalize_axis(axis, len(x.shape))
    require_elements(x, (axis,), "extreme")
    return primitive(x, axis=axis, keepdims=keepdims)


def flattened(x: Value) -> Value:
    return x if len(x.shape) == 1 else reshape(x, shape=(_product(x.shape),))

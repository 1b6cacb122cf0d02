"""Choosing between values, elementwise: the derivative is that of what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..core.types import is_inexact, type_of
from ..ops import elementwise as el
from .indexing import nonzero
from .operands import ArrayLike, array_operand, operand, result
from .shaping import copy

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["where", "maximum", "minimum", "fmax", "fmin", "clip"]


@overload
def where(condition: ArrayLike, /) -> tuple[Array, ...]: ...
@overload
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike, /) -> Array: ...
def where(condition: ArrayLike, x: ArrayLike = None, y: ArrayLike = None, /) -> Array | tuple[Array, ...]:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere.

    Parameters
    ----------
    condition : array
        Of booleans; every number but 0 is true.
    x, y : array, optional
        Broadcast with the condition. Without them the result is :func:`nonzero` of the condition.

    Returns
    -------
    Array or tuple of Array
        Of the broadcast shape and the promoted dtype of ``x`` and ``y``; without these the indices, an array for each
        axis, at which the condition holds.

    Raises
    ------
    TypeError
        If only one of ``x`` and ``y`` is given.

    Notes
    -----
    What is not chosen has the derivative 0, even where its own derivative is infinite or NaN: a finite gradient of
    ``where(x > 0, sqrt(x), 0)`` needs no second ``where``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.where([True, False], [1.0, 2.0], 0.0)
    Array([1., 0.])
    >>> wg.grad(lambda x: wg.where(x > 0, wg.sqrt(x), 0))(0.0)
    Array(0.)
    >>> wg.where([False, True])
    (Array([1]),)
    """
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise TypeError("where takes both x and y, or neither of them: where(condition, x, y) or where(condition)")
    return result(el.where(operand(condition), operand(x), operand(y)))


def maximum(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The larger of the two, NaN if one is; its derivative is that of the larger, ½ of each where they tie.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.maximum([1.0, 3.0], 2.0)
    Array([2., 3.])
    >>> wg.grad(wg.maximum)(2.0, 2.0)
    Array(0.5)
    """
    return result(el.maximum(operand(x1), operand(x2)))


def minimum(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The smaller of the two, NaN if one is; its derivative is that of the smaller, ½ of each where they tie.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.minimum([1.0, 3.0], 2.0)
    Array([1., 2.])
    """
    return result(el.minimum(operand(x1), operand(x2)))


def fmax(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """:func:`maximum`, but of a number and NaN the number.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fmax([1.0, wg.nan], 2.0)
    Array([2., 2.])
    """
    return result(el.fmax(operand(x1), operand(x2)))


def fmin(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """:func:`minimum`, but of a number and NaN the number.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fmin([1.0, wg.nan], 2.0)
    Array([1., 2.])
    """
    return result(el.fmin(operand(x1), operand(x2)))


def clip(
    a: ArrayLike,
    a_min: ArrayLike | None = None,
    a_max: ArrayLike | None = None,
    *,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
) -> Array:
    """Values limited to an interval: min(max(a, a_min), a_max).

    Parameters
    ----------
    a : array
        The values.
    a_min, a_max : array, optional
        The bounds, broadcast with ``a``; None for no bound. Where ``a_min > a_max``, the result is ``a_max``.
    min, max : array, optional
        Other names of the bounds.

    Returns
    -------
    Array
        Of the broadcast shape and the promoted dtype.

    Raises
    ------
    TypeError
        If a bound is given by both of its names.

    Notes
    -----
    The derivative with respect to ``a`` is 1 inside the interval and at its bounds, 0 outside; with respect to a bound
    it is 1 where the bound is the result and ``a`` is not.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.clip([-1.0, 0.5, 3.0], 0.0, 1.0)
    Array([0. , 0.5, 1. ])
    >>> wg.grad(wg.clip)(1.0, 0.0, 1.0)
    Array(1.)
    """
    if (min is not None and a_min is not None) or (max is not None and a_max is not None):
        raise TypeError("clip takes a bound by one of its names only: a_min or min, a_max or max")
    low, high = a_min if min is None else min, a_max if max is None else max
    x = array_operand(a)
    if low is not None and high is not None:
        return result(el.clip(x, operand(low), operand(high)))
    if low is None and high is None:
        return copy(x)
    bound = operand(high if low is None else low)
    dtype = el.maximum.result_type(type_of(x), type_of(bound)).dtype
    if not is_inexact(dtype):
        return result(el.minimum(x, bound) if low is None else el.maximum(x, bound))
    # Not minimum or maximum, since these share the derivative where the value is at the bound.
    x = x if x.dtype == dtype else el.astype(x, dtype=dtype)
    infinity = complex("inf+infj") if dtype.kind == "c" else float("inf")
    return result(el.clip(x, -infinity, bound) if low is None else el.clip(x, bound, infinity))

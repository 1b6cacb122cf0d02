"""Choosing between values, elementwise: the derivative is that of what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, broadcast_shapes, is_inexact, type_of
from ..ops import elementwise as el
from ..ops.shaping import broadcast_to
from .indexing import getitem, integers, nonzero, setitem, within
from .joining import members
from .operands import ArrayLike, array_operand, concrete, holds, operand, result
from .shaping import copy
from .targets import delivered

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["where", "maximum", "minimum", "fmax", "fmin", "clip", "select", "choose", "piecewise"]


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


def select(condlist: Sequence[ArrayLike], choicelist: Sequence[ArrayLike], default: ArrayLike = 0) -> Array:
    """Elements of the first choice whose condition holds.

    Parameters
    ----------
    condlist : sequence of arrays of booleans
    choicelist : sequence of arrays
        One for each condition; all broadcast together.
    default : array
        What there is where no condition holds.

    Returns
    -------
    Array
        Of the promoted dtype of the choices and the default. What is not chosen has the derivative 0.

    Raises
    ------
    ShapeError
        If there are not as many choices as conditions, or there are none.
    DTypeError
        If a condition is not of booleans.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.arange(5.0)
    >>> wg.select([x < 2, x > 2], [x, x**2], -1.0)
    Array([ 0.,  1., -1.,  9., 16.])
    """
    if len(condlist) != len(choicelist):
        raise ShapeError(f"select needs a choice for each condition, not {len(choicelist)} for {len(condlist)}")
    if not len(condlist):
        raise ShapeError("select needs at least one condition")
    conditions = [array_operand(c) for c in condlist]
    for condition in conditions:
        if condition.dtype.kind != "b":
            raise DTypeError(f"the conditions of select must be booleans, not {condition.dtype}")
    choices = [operand(c) for c in choicelist]
    chosen = operand(default)
    dtype = np.result_type(*[c.dtype if hasattr(c, "dtype") else c for c in (*choices, chosen)])
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        chosen = el.where(condition, choice, chosen)
    return result(chosen if chosen.dtype == dtype else el.astype(chosen, dtype=dtype))


def choose(a: ArrayLike, choices: Any, out: ArrayLike | None = None, mode: str = "raise") -> Array:
    """Elements of several arrays, by the number of the array.

    Parameters
    ----------
    a : array of integers
        Which of the choices to take.
    choices : sequence of arrays, or an array
        Broadcast together with ``a``; of an array the parts along its first axis.
    out : Array or NumPy array, optional
        Where to write the result.
    mode : {'raise', 'wrap', 'clip'}
        What a number without a choice means: an error, its remainder, or the nearest choice.

    Returns
    -------
    Array
        Of the promoted dtype of the choices. What is not chosen has the derivative 0.

    Raises
    ------
    ShapeError
        If a number has no choice, with ``mode='raise'``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.choose([0, 1, 0], [[1.0, 2.0, 3.0], 10.0])
    Array([ 1., 10.,  3.])
    """
    values = members(choices, "choose")
    places = integers(a)
    if mode == "raise":
        known = el.logical_and(el.greater_equal(places, 0), el.less(places, len(values)))
        if not holds(known, "choose with mode='raise'"):
            raise ShapeError(f"choose has {len(values)} choices, of the numbers 0 ... {len(values) - 1}")
    else:
        places = within(places, len(values), mode)
    shape = broadcast_shapes(places.shape, *[v.shape for v in values])
    chosen = values[-1]
    for number in range(len(values) - 1):
        chosen = el.where(el.equal(places, number), values[number], chosen)
    return delivered(chosen if chosen.shape == shape else broadcast_to(chosen, shape=shape), out, "choose")


def piecewise(x: ArrayLike, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Array:
    """A function that is given by several, each on its part of the domain.

    Parameters
    ----------
    x : array
    condlist : sequence of arrays of booleans, or one vector
        Of the shape of ``x``; where several hold, the last one counts.
    funclist : sequence of functions and numbers
        One for each condition, and perhaps one more for where none holds, by default 0. A function is called as
        ``function(part, *args, **kw)`` with a vector of the elements at which its condition holds.

    Returns
    -------
    Array
        Of the shape and dtype of ``x``. Each part has the derivative of its own function; :func:`where` chooses under
        :func:`wengert.vmap`, too, where a condition has no single value.

    Raises
    ------
    ShapeError
        If there are neither as many functions as conditions nor one more.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([-4.0, 4.0])
    >>> wg.piecewise(x, [x > 0], [wg.sqrt, lambda x: -wg.sqrt(-x)])
    Array([-2.,  2.])
    """
    value = array_operand(x)
    listed = condlist if isinstance(condlist, (list, tuple)) else array_operand(condlist)
    if not len(getattr(listed, "shape", (1,))) or (value.shape and len(listed) and not _dimensions(listed[0])):
        listed = [condlist]
    conditions = [concrete(array_operand(c), "the conditions of piecewise").astype(bool) for c in listed]
    count = len(conditions)
    if len(funclist) == count + 1:
        conditions.append(~np.logical_or.reduce(conditions) if conditions else np.ones(value.shape, bool))
    elif len(funclist) != count:
        raise ShapeError(f"piecewise needs {count} functions, or {count + 1}, for {count} condition(s)")
    made: Value = np.zeros(value.shape, value.dtype)
    for condition, function in zip(conditions, funclist, strict=True):
        if callable(function):
            part = getitem(value, condition)
            if 0 not in part.shape:
                made = setitem(made, condition, function(result(part), *args, **kw))
        else:
            made = setitem(made, condition, function)
    return result(made)


def _dimensions(x: Any) -> int:
    return len(array_operand(x).shape)

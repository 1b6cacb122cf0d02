"""Numbers at equal distances or ratios."""

from __future__ import annotations

from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ShapeError
from ..core.interpreter import Box, strip
from ..core.types import Value, is_inexact, normalize_axis, type_of
from ..ops import elementwise as el, shaping as ops
from .creation import DType, made
from .operands import ArrayLike, array_operand, concrete, operand, result
from .shaping import astype, number_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["arange", "linspace", "logspace", "geomspace"]


def arange(
    start: ArrayLike,
    stop: ArrayLike | None = None,
    step: ArrayLike = 1,
    dtype: DType = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Array:
    """Evenly spaced numbers, the end excluded.

    Parameters
    ----------
    start, stop : number
        Of one number, the range begins at 0 and that is the end.
    step : number
    dtype : optional
        By default integers for integers, else floats.
    device : "cpu", optional
        There is no other.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array
        Derivatives follow ``start`` and ``step``; how long it is depends on all three, and is constant but for jumps.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arange(3)
    Array([0, 1, 2])
    >>> wg.arange(1.0, 2.0, 0.25)
    Array([1.  , 1.25, 1.5 , 1.75])
    """
    first, last = (0, start) if stop is None else (start, stop)
    target = None if dtype is None else number_dtype(dtype)
    values = np.arange(_number(first), _number(last), _number(step), dtype=target)
    given = [strip(operand(x)) for x in (first, step)]
    if values.dtype.kind not in "fc" or not any(isinstance(x, Box) for x in given):
        return made(values, requires_grad, device)
    begin, apart = (ops.reshape(x, shape=()) if isinstance(x, Box) else x for x in given)
    points = el.add(begin, el.multiply(apart, np.arange(len(values))))
    return made(astype(points, values.dtype, copy=False), requires_grad, device)


def _number(x: ArrayLike) -> Any:
    """The value of one number."""
    value = concrete(operand(x), "arange")
    if np.size(value) != 1 or np.ndim(value) > 1:
        raise ShapeError(f"arange takes numbers, not arrays of shape {np.shape(value)}")
    return value.reshape(())[()] if isinstance(value, np.ndarray) else value


def linspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DType = None,
    axis: int = 0,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Any:
    """Numbers at equal distances from one to another.

    Parameters
    ----------
    start, stop : number or array
        Arrays broadcast; the result is differentiable with respect to both.
    num : int
        How many numbers.
    endpoint : bool
        Whether ``stop`` is the last of them, or the first beyond.
    retstep : bool
        Whether to return the distance, too.
    dtype : optional
        By default floats.
    axis : int
        Along which axis of the result the numbers are, where ``start`` or ``stop`` is an array.
    device : "cpu", optional
        There is no other.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array, or a pair of Arrays with ``retstep=True``

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linspace(0, 1, 5)
    Array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    low, high = strip(operand(start)), strip(operand(stop))
    num = as_integer(num)
    if num < 0:
        raise ShapeError(f"linspace cannot give {num} numbers")
    target = None if dtype is None else number_dtype(dtype)
    if not isinstance(low, Box) and not isinstance(high, Box):
        values, step = np.linspace(low, high, num, endpoint=endpoint, retstep=True, dtype=target, axis=axis)
        marked = made(values, requires_grad, device)
        return (marked, result(np.asarray(step))) if retstep else marked
    low, high = (v if not hasattr(v, "dtype") or is_inexact(v.dtype) else astype(v, float) for v in (low, high))
    difference = el.subtract(high, low)
    rank = len(difference.shape)
    step = el.divide(difference, max(num - 1 if endpoint else num, 1))
    places = np.arange(num).reshape(num, *(1,) * rank)
    points = el.add(low, el.multiply(places, step))
    if endpoint and num > 1:
        points = el.where(places == num - 1, high, points)  # the last one exactly
    values = ops.move_axis(points, 0, normalize_axis(axis, rank + 1))
    if target is not None:
        values = astype(el.floor(values) if target.kind in "iu" else values, target, copy=False)
    marked = made(values, requires_grad, device)
    return (marked, result(step)) if retstep else marked


def logspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    base: ArrayLike = 10.0,
    dtype: DType = None,
    axis: int = 0,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Array:
    """Numbers at equal ratios: ``base`` to the powers ``linspace(start, stop, num)``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logspace(0, 2, 3)
    Array([  1.,  10., 100.])
    """
    low, high, root = operand(start), operand(stop), operand(base)
    if getattr(root, "shape", ()):
        rank = max(len(getattr(x, "shape", ())) for x in (low, high, root))
        low, high, root = (_of_rank(array_operand(x), rank) for x in (low, high, root))
        shape = list(root.shape)
        shape.insert(normalize_axis(axis, rank + 1), 1)
        root = ops.reshape(root, shape=tuple(shape))
    powers = el.power(root, linspace(low, high, num, endpoint, axis=axis))
    return made(powers if dtype is None else astype(powers, dtype, copy=False), requires_grad, device)


def _of_rank(x: Value, rank: int) -> Value:
    return ops.reshape(x, shape=(*(1,) * (rank - len(x.shape)), *x.shape))


def geomspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    dtype: DType = None,
    axis: int = 0,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Array:
    """Numbers at equal ratios from one to another; the arguments are those of :func:`linspace`.

    Raises
    ------
    ValueError
        If one of the ends is 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.geomspace(1, 1000, 4)
    Array([   1.,   10.,  100., 1000.])
    """
    low, high = strip(operand(start)), strip(operand(stop))
    target = None if dtype is None else number_dtype(dtype)
    if not isinstance(low, Box) and not isinstance(high, Box):
        return made(np.geomspace(low, high, as_integer(num), endpoint, target, axis), requires_grad, device)
    low, high = el.multiply(low, 1.0), el.multiply(high, 1.0)
    common = el.add.result_type(type_of(low), type_of(high))
    sign = el.sign(ops.broadcast_to(el.astype(low, dtype=common.dtype), shape=common.shape))
    exponents = linspace(el.log10(el.divide(low, sign)), el.log10(el.divide(high, sign)), num, endpoint, axis=axis)
    place = normalize_axis(axis, len(sign.shape) + 1)
    sign = ops.reshape(sign, shape=(*sign.shape[:place], 1, *sign.shape[place:]))
    values = el.multiply(el.power(10.0, array_operand(exponents)), sign)
    return made(values if target is None else astype(values, target, copy=False), requires_grad, device)

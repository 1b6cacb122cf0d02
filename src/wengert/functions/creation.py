"""Functions that make arrays; each takes ``dtype`` and ``requires_grad``."""

from __future__ import annotations

from math import prod
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ShapeError
from ..core.interpreter import Box
from ..core.types import Shape, Value, is_inexact, normalize_axis
from ..ops import elementwise as el, shaping as ops
from .devices import check_device
from .operands import ArrayLike, array_operand, concrete, operand, result
from .shaping import astype, number_dtype, shape_argument

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "array",
    "asarray",
    "zeros",
    "ones",
    "empty",
    "full",
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "eye",
    "identity",
    "arange",
    "linspace",
    "logspace",
    "meshgrid",
]

DType = Any
"""Anything that NumPy takes for a dtype of numbers, or None."""


def _made(value: Value, requires_grad: bool, device: str | None = None) -> Array:
    check_device(device)
    made = result(value)
    return made.requires_grad_() if requires_grad else made


# From existing data ---------------------------------------------------------------------------------------------------


def array(object: ArrayLike, dtype: DType = None, *, requires_grad: bool = False) -> Array:
    """An array of the given numbers, in memory of its own.

    Parameters
    ----------
    object : array, number, or nested sequence of these
        What is recorded in it stays recorded.
    dtype : optional
        By default NumPy's choice for the numbers.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array

    Raises
    ------
    DTypeError
        If these are no numbers, a sequence is ragged, or integers are to require a gradient.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.array([[1, 2], [3, 4]], dtype=float)
    Array([[1., 2.],
           [3., 4.]])
    """
    value = array_operand(object)
    target = value.dtype if dtype is None else dtype
    return _made(astype(value, target), requires_grad)


def asarray(
    a: ArrayLike,
    dtype: DType = None,
    *,
    device: str | None = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Array:
    """The argument as an array, without a copy where it can be.

    An Array is returned as it is, a NumPy array shares its memory: writing into it changes the Array.

    Parameters
    ----------
    a : array, number, or nested sequence of these
    dtype : optional
        By default NumPy's choice for the numbers.
    device : "cpu", optional
        As the array API standard has it.
    copy : bool, optional
        Whether to make a copy: always, never (it is an error then where there must be one), or by default if need be.
    requires_grad : bool
        Whether computations with the array are recorded. An Array that did not require a gradient still does not;
        the result is another one, of the same memory.

    Returns
    -------
    Array

    Raises
    ------
    DTypeError
        If these are no numbers, a sequence is ragged, or integers are to require a gradient.
    ValueError
        If ``copy=False`` and there must be a copy.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.asarray([1.0, 2.0])
    >>> wg.asarray(x) is x
    True
    """
    check_device(device)
    value = array_operand(a)
    target = value.dtype if dtype is None else number_dtype(dtype)
    if copy is False and (target != value.dtype or not hasattr(a, "dtype")):
        raise ValueError(
            f"asarray: a {type(a).__name__} of {value.dtype} cannot become an array of {target} without a copy; "
            "leave copy=None"
        )
    made = astype(value, target, copy=bool(copy))
    if requires_grad and not made.requires_grad:
        return (made.detach() if made is a else made).requires_grad_()
    return made


# Of one value ---------------------------------------------------------------------------------------------------------


def zeros(shape: Any, dtype: DType = None, *, device: str | None = None, requires_grad: bool = False) -> Array:
    """An array of zeros, of float64 unless ``dtype`` says otherwise.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.zeros((2, 2))
    Array([[0., 0.],
           [0., 0.]])
    """
    return _filled(shape, 0, np.float64 if dtype is None else dtype, requires_grad, device)


def ones(shape: Any, dtype: DType = None, *, device: str | None = None, requires_grad: bool = False) -> Array:
    """An array of ones, of float64 unless ``dtype`` says otherwise.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ones(3)
    Array([1., 1., 1.])
    """
    return _filled(shape, 1, np.float64 if dtype is None else dtype, requires_grad, device)


def empty(shape: Any, dtype: DType = None, *, device: str | None = None, requires_grad: bool = False) -> Array:
    """An array of values that do not matter: here, of zeros."""
    return zeros(shape, dtype, device=device, requires_grad=requires_grad)


def full(
    shape: Any, fill_value: ArrayLike, dtype: DType = None, *, device: str | None = None, requires_grad: bool = False
) -> Array:
    """An array of one value.

    Parameters
    ----------
    shape : int or tuple of int
    fill_value : number or array
        Broadcasts to the shape; what is recorded stays recorded.
    dtype : optional
        By default that of ``fill_value``.
    device : "cpu", optional
        As the array API standard has it.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.full(3, 7.0)
    Array([7., 7., 7.])
    """
    return _filled(shape, fill_value, dtype, requires_grad, device)


def _filled(shape: Any, fill_value: ArrayLike, dtype: DType, requires_grad: bool, device: str | None) -> Array:
    shape = _checked(shape)
    value = array_operand(fill_value)
    target = value.dtype if dtype is None else number_dtype(dtype)
    if isinstance(value, Box):
        return _made(ops.broadcast_to(astype(value, target), shape=shape), requires_grad, device)
    try:
        return _made(np.full(shape, value, target), requires_grad, device)
    except ValueError as error:
        raise ShapeError(f"full: {error}") from None


def _checked(shape: Any) -> Shape:
    sizes = shape_argument(shape)
    if min(sizes, default=0) < 0:
        raise ShapeError(f"a shape cannot have negative entries: {sizes}")
    return sizes


def _like(a: ArrayLike, dtype: DType, shape: Any) -> tuple[Any, DType]:
    """The shape and dtype of an array like ``a``."""
    given = array_operand(a)
    return given.shape if shape is None else shape, given.dtype if dtype is None else dtype


def zeros_like(
    a: ArrayLike, dtype: DType = None, shape: Any = None, *, device: str | None = None, requires_grad: bool = False
) -> Array:
    """Zeros of the shape and dtype of ``a``, unless given.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.zeros_like([1.0, 2.0])
    Array([0., 0.])
    """
    like_shape, like_dtype = _like(a, dtype, shape)
    return _filled(like_shape, 0, like_dtype, requires_grad, device)


def ones_like(
    a: ArrayLike, dtype: DType = None, shape: Any = None, *, device: str | None = None, requires_grad: bool = False
) -> Array:
    """Ones of the shape and dtype of ``a``, unless given.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ones_like([1.0, 2.0])
    Array([1., 1.])
    """
    like_shape, like_dtype = _like(a, dtype, shape)
    return _filled(like_shape, 1, like_dtype, requires_grad, device)


def empty_like(
    a: ArrayLike, dtype: DType = None, shape: Any = None, *, device: str | None = None, requires_grad: bool = False
) -> Array:
    """Values that do not matter, of the shape and dtype of ``a`` unless given: here, zeros."""
    return zeros_like(a, dtype, shape, device=device, requires_grad=requires_grad)


def full_like(
    a: ArrayLike,
    fill_value: ArrayLike,
    dtype: DType = None,
    shape: Any = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Array:
    """One value throughout, in the shape and dtype of ``a`` unless given.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.full_like([1.0, 2.0], 3)
    Array([3., 3.])
    """
    like_shape, like_dtype = _like(a, dtype, shape)
    return _filled(like_shape, fill_value, like_dtype, requires_grad, device)


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DType = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Array:
    """A matrix with ones on its ``k``-th diagonal and zeros elsewhere; of N rows and M columns (by default N).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.eye(2)
    Array([[1., 0.],
           [0., 1.]])
    """
    rows, columns = _checked((N, N if M is None else M))
    return _made(np.eye(rows, columns, k, number_dtype(float if dtype is None else dtype)), requires_grad, device)


def identity(n: int, dtype: DType = None, *, device: str | None = None, requires_grad: bool = False) -> Array:
    """The unit matrix of n rows."""
    return eye(n, dtype=dtype, device=device, requires_grad=requires_grad)


# Ranges ---------------------------------------------------------------------------------------------------------------


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
        As the array API standard has it.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array
        How long it is depends on the numbers, so no derivative follows them; :func:`linspace` has one.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arange(3)
    Array([0, 1, 2])
    >>> wg.arange(1.0, 2.0, 0.25)
    Array([1.  , 1.25, 1.5 , 1.75])
    """
    first, last = (_number(x) for x in ((0, start) if stop is None else (start, stop)))
    target = None if dtype is None else number_dtype(dtype)
    return _made(np.arange(first, last, _number(step), dtype=target), requires_grad, device)


def _number(x: ArrayLike) -> Any:
    """One number, from which nothing can be differentiated."""
    value = concrete(operand(x), "arange")
    if np.ndim(value):
        raise ShapeError(f"arange takes numbers, not arrays of shape {np.shape(value)}")
    return value[()] if isinstance(value, np.ndarray) else value


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
        As the array API standard has it.
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
    low, high = operand(start), operand(stop)
    num = as_integer(num)
    if num < 0:
        raise ShapeError(f"linspace cannot give {num} numbers")
    target = None if dtype is None else number_dtype(dtype)
    if not isinstance(low, Box) and not isinstance(high, Box):
        values, step = np.linspace(low, high, num, endpoint=endpoint, retstep=True, dtype=target, axis=axis)
        made = _made(values, requires_grad, device)
        return (made, result(np.asarray(step))) if retstep else made
    low, high = (v if not hasattr(v, "dtype") or is_inexact(v.dtype) else astype(v, float) for v in (low, high))
    difference = el.subtract(high, low)
    rank = len(difference.shape)
    share = np.linspace(0, 1, num, endpoint).reshape(num, *(1,) * rank)
    points = el.add(el.multiply(low, 1 - share), el.multiply(high, share))
    values = ops.move_axis(points, 0, normalize_axis(axis, rank + 1))
    made = _made(values if target is None else astype(values, target, copy=False), requires_grad, device)
    return (made, result(el.divide(difference, max(num - 1 if endpoint else num, 1)))) if retstep else made


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
    powers = el.power(operand(base), linspace(start, stop, num, endpoint, axis=axis))
    return _made(powers if dtype is None else astype(powers, dtype, copy=False), requires_grad, device)


def meshgrid(
    *xi: ArrayLike, sparse: bool = False, indexing: str = "xy", requires_grad: bool = False
) -> tuple[Array, ...]:
    """The coordinates of a grid, from those along its axes.

    Parameters
    ----------
    *xi : vectors
        The coordinates along each axis.
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
        grids.append(_made(grid if sparse else ops.broadcast_to(grid, shape=shape), requires_grad))
    return tuple(grids)

"""Functions that make arrays of existing data."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ShapeError
from ..core.interpreter import Box, strip
from ..core.types import Value
from ..ops import shaping as ops
from ..ops.elementwise import isfinite
from .creation import DType, check_order, made
from .devices import check_device
from .operands import ArrayLike, array_operand, holds, holds_box, result
from .shaping import astype, number_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "array",
    "asarray",
    "asanyarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfortranarray",
    "frombuffer",
    "fromiter",
]


def array(
    object: ArrayLike,
    dtype: DType = None,
    *,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    requires_grad: bool = False,
) -> Array:
    """An array of the given numbers, in memory of its own.

    Parameters
    ----------
    object : array, number, or nested sequence of these
        What is recorded in it stays recorded.
    dtype : optional
        By default NumPy's choice for the numbers.
    copy : bool, optional
        None copies only where it must; False raises an error there.
    order : {'K', 'A', 'C', 'F'}
        Of the elements in memory, which nothing but ``numpy()`` shows; what is recorded keeps the order that it has.
    subok : bool
        As in NumPy, and without effect: there are no subclasses.
    ndmin : int
        The least number of dimensions; new ones are in front.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array

    Raises
    ------
    DTypeError
        If these are no numbers, a sequence is ragged, or integers are to require a gradient.
    ValueError
        If a copy is needed that ``copy=False`` forbids.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.array([[1, 2], [3, 4]], dtype=float)
    Array([[1., 2.],
           [3., 4.]])
    """
    check_order(order)
    value = array_operand(object)
    if copy:
        value = array_operand(astype(value, value.dtype if dtype is None else dtype))
    else:
        value = _without_copy(object, value, dtype, copy)
    missing = ndmin - len(value.shape)
    if missing > 0:
        value = ops.reshape(value, shape=(*(1,) * missing, *value.shape))
    return made(laid_out(value, order), requires_grad)


def asarray(
    a: ArrayLike,
    dtype: DType = None,
    order: str | None = None,
    *,
    device: Any = None,
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
    order : {'K', 'A', 'C', 'F'}, optional
        Of the elements in memory, as for :func:`array`.
    device : {'cpu'}, optional
        There is no other.
    copy : bool, optional
        True always copies, False raises an error where a copy is needed.
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
        If a copy is needed that ``copy=False`` forbids.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.asarray([1.0, 2.0])
    >>> wg.asarray(x) is x
    True
    """
    check_device(device)
    if copy:
        return array(a, dtype, order="K" if order is None else order, requires_grad=requires_grad)
    value = _without_copy(a, array_operand(a), dtype, copy)
    if order is not None:
        check_order(order)
        value = laid_out(value, order)
    produced = result(value)
    if requires_grad and not produced.requires_grad:
        return (produced.detach() if produced is a else produced).requires_grad_()
    return produced


def _without_copy(given: ArrayLike, value: Value, dtype: DType, copy: bool | None) -> Value:
    """A value of a dtype, converted only if need be; raises where that takes a copy that ``copy=False`` forbids."""
    target = value.dtype if dtype is None else number_dtype(dtype)
    if copy is False and (value.dtype != target or not (value is given or hasattr(given, "__array_interface__"))):
        raise ValueError("this array cannot be made without a copy; leave copy=False out, or give copy=None")
    return value if value.dtype == target else array_operand(astype(value, target))


def laid_out(value: Value, order: str) -> Value:
    """A value in an order of memory, unless it is recorded."""
    plain = strip(value)
    if order in ("K", "A") or isinstance(plain, Box):
        return value
    ordered = np.asarray(plain, order=order)  # type: ignore[call-overload]
    return value if ordered is plain else ordered


def asanyarray(a: ArrayLike, dtype: DType = None, order: str | None = None, *, requires_grad: bool = False) -> Array:
    """:func:`asarray`: there are no subclasses of arrays.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.asanyarray([1, 2])
    Array([1, 2])
    """
    return asarray(a, dtype, order, requires_grad=requires_grad)


def asarray_chkfinite(
    a: ArrayLike, dtype: DType = None, order: str | None = None, *, requires_grad: bool = False
) -> Array:
    """:func:`asarray`, where every element must be finite.

    Raises
    ------
    ValueError
        If there is an infinity or NaN.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.asarray_chkfinite([1.0, wg.inf])
    Traceback (most recent call last):
    ValueError: asarray_chkfinite: the array holds infinities or NaN
    """
    checked = asarray(a, dtype, order, requires_grad=requires_grad)
    if not holds(isfinite(array_operand(checked)), "asarray_chkfinite"):
        raise ValueError("asarray_chkfinite: the array holds infinities or NaN")
    return checked


def ascontiguousarray(a: ArrayLike, dtype: DType = None, *, requires_grad: bool = False) -> Array:
    """An array of at least one dimension whose elements are in C order in memory, unless it is recorded.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ascontiguousarray(2.0)
    Array([2.])
    """
    return _of_a_dimension(a, dtype, "C", requires_grad)


def _of_a_dimension(a: ArrayLike, dtype: DType, order: str, requires_grad: bool) -> Array:
    value = array_operand(asarray(a, dtype, order))
    return made(value if value.shape else ops.reshape(value, shape=(1,)), requires_grad)


def asfortranarray(a: ArrayLike, dtype: DType = None, *, requires_grad: bool = False) -> Array:
    """An array of at least one dimension whose elements are in Fortran order in memory, unless it is recorded.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.asfortranarray([[1, 2], [3, 4]]).numpy().flags.f_contiguous
    True
    """
    return _of_a_dimension(a, dtype, "F", requires_grad)


def frombuffer(
    buffer: Any, dtype: DType = float, count: int = -1, offset: int = 0, *, requires_grad: bool = False
) -> Array:
    """The numbers in a bytes object, or what else has a buffer, as a vector that shares its memory.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.frombuffer(b"abc", dtype="uint8")
    Array([97, 98, 99], dtype=uint8)
    """
    return made(np.frombuffer(buffer, number_dtype(dtype), count, offset), requires_grad)


def fromiter(iter: Iterable[Any], dtype: DType, count: int = -1, *, requires_grad: bool = False) -> Array:
    """The numbers that an iterable gives, as a vector; recorded ones stay recorded.

    Parameters
    ----------
    iter : iterable of numbers
    dtype
        Of the result.
    count : int
        How many to take; -1 for all.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fromiter((i * i for i in range(4)), float)
    Array([0., 1., 4., 9.])
    """
    numbers = list(iter if count < 0 else islice(iter, count))
    if len(numbers) < count:
        raise ValueError(f"fromiter: there were {len(numbers)} numbers, fewer than count={count}")
    if not holds_box(numbers):
        return made(np.fromiter(numbers, number_dtype(dtype)), requires_grad)
    vector = array(numbers, dtype, requires_grad=requires_grad)
    if vector.ndim != 1:
        raise ShapeError(f"fromiter takes numbers, not arrays of shape {vector.shape[1:]}")
    return vector

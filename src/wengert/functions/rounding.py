"""Rounding, elementwise: constant almost everywhere, so that the derivatives are 0."""

from __future__ import annotations

from operator import index as as_integer
from typing import TYPE_CHECKING

from ..ops import elementwise as el
from .operands import ArrayLike, array_operand, operand, result
from .shaping import copy

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["floor", "ceil", "trunc", "fix", "rint", "round", "around"]


def floor(x: ArrayLike, /) -> Array:
    """The largest integer not above x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.floor([-1.5, 1.5])
    Array([-2.,  1.])
    """
    return result(el.floor(operand(x)))


def ceil(x: ArrayLike, /) -> Array:
    """The smallest integer not below x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ceil([-1.5, 1.5])
    Array([-1.,  2.])
    """
    return result(el.ceil(operand(x)))


def trunc(x: ArrayLike, /) -> Array:
    """The integer next to x on the side of 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.trunc([-1.5, 1.5])
    Array([-1.,  1.])
    """
    return result(el.trunc(operand(x)))


fix = trunc


def rint(x: ArrayLike, /) -> Array:
    """The nearest integer, of two the even one.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.rint([0.5, 1.5, 2.4])
    Array([0., 2., 2.])
    """
    return result(el.rint(operand(x)))


def round(a: ArrayLike, decimals: int = 0) -> Array:
    """The nearest number with so many decimals, of two the one whose last digit is even.

    Parameters
    ----------
    a : array
        The numbers; of complex ones both parts are rounded.
    decimals : int
        Digits after the point to keep; a negative number counts digits before it.

    Returns
    -------
    Array
        Of the same shape and dtype.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.round([1.25, 3.75], 1)
    Array([1.2, 3.8])
    >>> wg.round(1234, -2)
    Array(1200)
    """
    x = array_operand(a)
    integer = x.dtype.kind in "iu"
    decimals = as_integer(decimals)
    if integer and decimals >= 0:
        return copy(x)
    if decimals == 0:
        return result(el.rint(x))
    factor = 10.0 ** (decimals if decimals > 0 else -decimals)
    if decimals > 0:
        return result(el.divide(el.rint(el.multiply(x, factor)), factor))
    rounded = el.multiply(el.rint(el.divide(x, factor)), factor)
    return result(el.astype(rounded, dtype=x.dtype) if integer else rounded)


around = round

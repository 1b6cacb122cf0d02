"""Exponentials and logarithms, elementwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops import elementwise as el
from .operands import ArrayLike, operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "logaddexp2"]


def exp(x: ArrayLike, /) -> Array:
    """eˣ, its own derivative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.exp([0.0, 1.0])
    Array([1.        , 2.71828183])
    """
    return result(el.exp(operand(x)))


def exp2(x: ArrayLike, /) -> Array:
    """2ˣ; the derivative is 2ˣ log 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.exp2([0.0, 3.0])
    Array([1., 8.])
    """
    return result(el.exp2(operand(x)))


def expm1(x: ArrayLike, /) -> Array:
    """eˣ - 1 without cancellation near 0; the derivative is eˣ.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.expm1(1e-20)
    Array(1.e-20)
    """
    return result(el.expm1(operand(x)))


def log(x: ArrayLike, /) -> Array:
    """The natural logarithm, NaN for a negative real x; the derivative is 1 / x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.log)(4.0)
    Array(0.25)
    """
    return result(el.log(operand(x)))


def log2(x: ArrayLike, /) -> Array:
    """The logarithm to base 2; the derivative is 1 / (x log 2).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.log2([1.0, 8.0])
    Array([0., 3.])
    """
    return result(el.log2(operand(x)))


def log10(x: ArrayLike, /) -> Array:
    """The logarithm to base 10; the derivative is 1 / (x log 10).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.log10([1.0, 1000.0])
    Array([0., 3.])
    """
    return result(el.log10(operand(x)))


def log1p(x: ArrayLike, /) -> Array:
    """log(1 + x) without cancellation near 0; the derivative is 1 / (1 + x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.log1p(1e-20)
    Array(1.e-20)
    """
    return result(el.log1p(operand(x)))


def logaddexp(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """log(exp(x1) + exp(x2)) without overflow.

    Notes
    -----
    The partial derivatives are exp(x1 - out) and exp(x2 - out), the shares of the sum; 0 where both are -inf.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logaddexp(1000.0, 1000.0)
    Array(1000.69314718)
    >>> wg.grad(wg.logaddexp)(1000.0, 1000.0)
    Array(0.5)
    """
    return result(el.logaddexp(operand(x1), operand(x2)))


def logaddexp2(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """log2(2**x1 + 2**x2) without overflow.

    Notes
    -----
    The partial derivatives are exp2(x1 - out) and exp2(x2 - out), the shares of the sum; 0 where both are -inf.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logaddexp2(1000.0, 1000.0)
    Array(1001.)
    """
    return result(el.logaddexp2(operand(x1), operand(x2)))

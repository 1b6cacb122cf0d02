"""Arithmetic, powers and signs, elementwise.

Arguments broadcast, and dtypes promote, as NumPy's do; a Python number takes the dtype of the array beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..backends import backend
from ..core.types import Value, type_of
from ..ops import elementwise as el
from ..ops.families import result_dtype
from .operands import ArrayLike, array_operand, operand, result
from .shaping import copy

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "true_divide",
    "floor_divide",
    "remainder",
    "mod",
    "divmod",
    "negative",
    "positive",
    "reciprocal",
    "power",
    "pow",
    "float_power",
    "square",
    "sqrt",
    "cbrt",
    "absolute",
    "abs",
    "fabs",
    "sign",
]


# Sums and products ----------------------------------------------------------------------------------------------------


def add(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 + x2; the partial derivatives are 1 and 1.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.add([1.0, 2.0], 3)
    Array([4., 5.])
    """
    return result(el.add(operand(x1), operand(x2)))


def subtract(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 - x2; the partial derivatives are 1 and -1.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.subtract([1.0, 2.0], 3)
    Array([-2., -1.])
    """
    return result(el.subtract(operand(x1), operand(x2)))


def multiply(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 x2; the partial derivatives are x2 and x1.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.multiply([1.0, 2.0], 3)
    Array([3., 6.])
    """
    return result(el.multiply(operand(x1), operand(x2)))


def divide(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 / x2, of integers too; the partial derivatives are 1 / x2 and -x1 / x2².

    Examples
    --------
    >>> import wengert as wg
    >>> wg.divide([1, 2], 2)
    Array([0.5, 1. ])
    """
    return result(el.divide(operand(x1), operand(x2)))


true_divide = divide


def floor_divide(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The largest integer not above x1 / x2; constant almost everywhere, so that its derivatives are 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.floor_divide([7, -7], 2)
    Array([ 3, -4])
    """
    return result(el.floor_divide(operand(x1), operand(x2)))


def remainder(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 - ⌊x1 / x2⌋ x2, which has the sign of x2; the partial derivatives are 1 and -⌊x1 / x2⌋.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.remainder([7, -7], 2)
    Array([1, 1])
    """
    return result(el.remainder(operand(x1), operand(x2)))


mod = remainder


def divmod(x1: ArrayLike, x2: ArrayLike, /) -> tuple[Array, Array]:
    """The pair of :func:`floor_divide` and :func:`remainder`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.divmod(7, 2)
    (Array(3), Array(1))
    """
    x, y = operand(x1), operand(x2)
    return result(el.floor_divide(x, y)), result(el.remainder(x, y))


def negative(x: ArrayLike, /) -> Array:
    """-x; the derivative is -1.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.negative([1.0, -2.0])
    Array([-1.,  2.])
    """
    return result(el.negative(operand(x)))


def positive(x: ArrayLike, /) -> Array:
    """+x, which is x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.positive([1.0, -2.0])
    Array([ 1., -2.])
    """
    return copy(x)


def reciprocal(x: ArrayLike, /) -> Array:
    """1 / x, of integers rounded towards 0; the derivative is -1 / x².

    Examples
    --------
    >>> import wengert as wg
    >>> wg.reciprocal([2.0, 4.0])
    Array([0.5 , 0.25])
    """
    return result(el.reciprocal(operand(x)))


# Powers ---------------------------------------------------------------------------------------------------------------


def power(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 to the power x2.

    Parameters
    ----------
    x1 : array
        The base. Where it is negative, a floating-point exponent that is no integer gives NaN.
    x2 : array
        The exponent. Of integers, only non-negative ones are accepted for an integer base.

    Returns
    -------
    Array
        Of the broadcast shape and the promoted dtype.

    Raises
    ------
    ValueError
        For an integer base and a negative integer exponent.

    Notes
    -----
    The partial derivatives are x2 x1**(x2 - 1) and x1**x2 log(x1). ``x**0`` is constant, so that its derivative is 0
    also at x = 0; ``0**b`` is constant for b >= 0, so that the derivative with respect to b is 0 there.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.power([1.0, 2.0, 3.0], 2)
    Array([1., 4., 9.])
    >>> wg.grad(wg.power)(0.0, 0.0)
    Array(0.)
    """
    return result(el.power(operand(x1), operand(x2)))


pow = power


def float_power(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """:func:`power` in float64 or complex128 at least, so that integers have negative powers too.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.float_power(2, [-1, 1])
    Array([0.5, 2. ])
    """
    x, y = array_operand(x1), array_operand(x2)
    dtype = result_dtype(backend.implementation("float_power"), (x.dtype, y.dtype))
    return result(el.power(_converted(x, dtype), _converted(y, dtype)))


def _converted(x: Value, dtype: Any) -> Value:
    return x if x.dtype == dtype else el.astype(x, dtype=dtype)


def square(x: ArrayLike, /) -> Array:
    """x²; the derivative is 2 x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.square([1.0, -3.0])
    Array([1., 9.])
    """
    return result(el.square(operand(x)))


def sqrt(x: ArrayLike, /) -> Array:
    """√x, NaN for a negative real x; the derivative is 1 / (2 √x), infinite at 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sqrt([1.0, 4.0])
    Array([1., 2.])
    >>> wg.grad(wg.sqrt)(0.0)
    Array(inf)
    """
    return result(el.sqrt(operand(x)))


def cbrt(x: ArrayLike, /) -> Array:
    """The real cube root of a real x; the derivative is 1 / (3 cbrt(x)²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cbrt([8.0, -27.0])
    Array([ 2., -3.])
    """
    return result(el.cbrt(operand(x)))


# Absolute value and sign ----------------------------------------------------------------------------------------------


def absolute(x: ArrayLike, /) -> Array:
    """abs(x), of a complex x its modulus.

    Parameters
    ----------
    x : array
        Real or complex.

    Returns
    -------
    Array
        Of the same shape, real.

    Notes
    -----
    The derivative of a real x is sign(x), 0 at 0. The gradient of a complex x is x / abs(x), the direction of steepest
    ascent, 0 at 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.absolute([-1.5, 2.0])
    Array([1.5, 2. ])
    >>> wg.absolute(3 + 4j)
    Array(5.)
    """
    return result(el.absolute(operand(x)))


abs = absolute


def fabs(x: ArrayLike, /) -> Array:
    """:func:`absolute` of real numbers, always floating point.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fabs([-1, 2])
    Array([1., 2.])
    """
    value = operand(x)
    dtype = result_dtype(backend.implementation("fabs"), (type_of(value).dtype,))
    return result(el.absolute(el.astype(value, dtype=dtype) if type_of(value).dtype != dtype else value))


def sign(x: ArrayLike, /) -> Array:
    """-1, 0 or 1, of a complex x x / abs(x); the derivative of a real x is 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sign([-1.5, 0.0, 2.0])
    Array([-1.,  0.,  1.])
    """
    return result(el.sign(operand(x)))

"""The parts of real numbers, elementwise: signs, steps, fractions, exponents, neighbours and divisors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import ConversionError
from ..core.interpreter import Box
from ..core.types import Value
from ..ops import elementwise as el, floating as ops
from .operands import ArrayLike, array_operand, concrete, operand, result
from .shaping import copy as copied

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "copysign",
    "heaviside",
    "nextafter",
    "spacing",
    "ldexp",
    "frexp",
    "modf",
    "fmod",
    "gcd",
    "lcm",
    "nan_to_num",
    "real_if_close",
]


# Signs and steps ------------------------------------------------------------------------------------------------------


def copysign(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """abs(x1) with the sign of x2, of zeros too.

    Notes
    -----
    The derivative with respect to x1 is 1 or -1, and 0 at x1 = 0, as that of :func:`absolute`; x2 has the derivative 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.copysign([1.0, -2.0], -0.0)
    Array([-1., -2.])
    """
    return result(ops.copysign(operand(x1), operand(x2)))


def heaviside(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The step: 0 where x1 < 0, x2 where x1 = 0, 1 where x1 > 0.

    Notes
    -----
    The derivative with respect to x1 is 0, at the jump too; with respect to x2 it is 1 where x1 = 0, else 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.heaviside([-1.5, 0.0, 2.0], 0.5)
    Array([0. , 0.5, 1. ])
    """
    return result(ops.heaviside(operand(x1), operand(x2)))


# Neighbours, fractions, exponents -------------------------------------------------------------------------------------


def nextafter(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The floating-point number next to x1 on the side of x2; the derivatives are 1 and 0, as of x1 itself.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nextafter(1.0, 2.0) - 1.0
    Array(2.22044605e-16)
    """
    return result(ops.nextafter(operand(x1), operand(x2)))


def spacing(x: ArrayLike, /) -> Array:
    """The distance from x to the floating-point number next to it, away from 0; constant almost everywhere.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.spacing(1.0)
    Array(2.22044605e-16)
    """
    return result(ops.spacing(operand(x)))


def ldexp(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """x1 times 2 to the power x2, an integer; the derivative with respect to x1 is 2**x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ldexp(1.5, [0, 1, 2])
    Array([1.5, 3. , 6. ])
    """
    return result(ops.ldexp(operand(x1), operand(x2)))


def frexp(x: ArrayLike, /) -> tuple[Array, Array]:
    """The mantissa, of absolute value in [½, 1), and the exponent of 2: x = mantissa * 2**exponent.

    Returns
    -------
    mantissa : Array
        Its derivative is 2**-exponent.
    exponent : Array of int
        Without a derivative: constant almost everywhere.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.frexp([3.0, 0.25])
    (Array([0.75, 0.5 ]), Array([ 2, -1], dtype=int32))
    """
    mantissa, exponent = ops.frexp(array_operand(x))
    return result(mantissa), result(exponent)


def modf(x: ArrayLike, /) -> tuple[Array, Array]:
    """The fractional and the integral part, both with the sign of x; their derivatives are 1 and 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.modf([3.5, -0.25])
    (Array([ 0.5 , -0.25]), Array([ 3., -0.]))
    """
    fraction, whole = ops.modf(array_operand(x))
    return result(fraction), result(whole)


def fmod(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The remainder with the sign of the dividend, as C has it: x1 - trunc(x1 / x2) x2.

    Notes
    -----
    The derivatives are 1 and -trunc(x1 / x2). See :func:`remainder` for the one with the sign of the divisor.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fmod([-7.0, 7.0], 3.0)
    Array([-1.,  1.])
    """
    return result(ops.fmod(operand(x1), operand(x2)))


def gcd(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The greatest common divisor of integers.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.gcd([12, 18], 8)
    Array([4, 2])
    """
    return result(ops.gcd(operand(x1), operand(x2)))


def lcm(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The least common multiple of integers.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.lcm([4, 6], 10)
    Array([20, 30])
    """
    return result(ops.lcm(operand(x1), operand(x2)))


# Numbers in place of others -------------------------------------------------------------------------------------------


def nan_to_num(
    x: ArrayLike,
    copy: bool = True,
    nan: ArrayLike = 0.0,
    posinf: ArrayLike | None = None,
    neginf: ArrayLike | None = None,
) -> Array:
    """Numbers in place of NaN and infinities; of complex numbers in both parts.

    Parameters
    ----------
    x : array
        The numbers.
    copy : bool
        False writes the result into ``x``, too, where that is an array.
    nan, posinf, neginf : array
        What stands for NaN, inf and -inf; by default 0 and the largest and smallest number of the dtype.

    Returns
    -------
    Array
        Of the shape and dtype of ``x``.

    Notes
    -----
    The derivative with respect to ``x`` is 1 where it is finite, and 0 where it was replaced: the derivative is there
    that of the replacement.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nan_to_num([1.0, wg.nan, wg.inf], posinf=9.0)
    Array([1., 0., 9.])
    """
    value = array_operand(x)
    replaced = _replaced(value, nan, posinf, neginf)
    if copy:
        return copied(replaced) if replaced is value else result(replaced)
    if not isinstance(x, (Box, np.ndarray)):
        return result(replaced)
    if isinstance(x, np.ndarray):
        if isinstance(replaced, Box):
            raise ConversionError("nan_to_num with copy=False would write a recorded result into a plain NumPy array")
        x[...] = replaced
        return result(replaced)
    x[...] = replaced  # type: ignore[index]
    return x  # type: ignore[return-value]


def _replaced(x: Value, nan: ArrayLike, posinf: ArrayLike | None, neginf: ArrayLike | None) -> Value:
    if x.dtype.kind not in "fc":
        return x
    limits = np.finfo(x.dtype)
    chosen = (nan, limits.max if posinf is None else posinf, limits.min if neginf is None else neginf)
    if all(isinstance(n, (int, float, np.floating)) for n in chosen):
        numbers = dict(zip(("nan", "posinf", "neginf"), map(float, chosen), strict=True))
        return ops.nan_to_num(x, **numbers)
    if x.dtype.kind == "c":
        real, imag = (_replaced(part(x), *chosen) for part in (el.real, el.imag))
        return el.add(real, el.multiply(imag, 1j))
    for place, given in zip((el.isnan(x), el.equal(x, np.inf), el.equal(x, -np.inf)), chosen, strict=True):
        number = operand(given)
        if hasattr(number, "dtype") and number.dtype != x.dtype:
            number = el.astype(number, dtype=x.dtype)
        x = el.where(place, number, x)
    return x


def real_if_close(a: ArrayLike, tol: float = 100) -> Array:
    """The real part of a complex array whose imaginary parts are all next to 0; else the array itself.

    Parameters
    ----------
    a : array
        Its values decide about the result's dtype, so that they must be known: not inside of :func:`vmap`.
    tol : float
        How far from 0 counts as next to it: in units of the dtype's precision if above 1, else absolutely.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.real_if_close([2.1 + 4e-14j], tol=1000)
    Array([2.1])
    """
    x = array_operand(a)
    if x.dtype.kind != "c":
        return result(x)
    if tol > 1:
        tol = float(np.finfo(x.dtype).eps) * tol
    close = np.all(np.abs(np.imag(concrete(x, "real_if_close"))) < tol)
    return result(el.real(x)) if close else result(x)

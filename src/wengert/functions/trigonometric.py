"""Trigonometric and hyperbolic functions and their inverses, elementwise; angles are in radians."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops import elementwise as el
from .operands import ArrayLike, operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "sin",
    "cos",
    "tan",
    "arcsin",
    "asin",
    "arccos",
    "acos",
    "arctan",
    "atan",
    "arctan2",
    "atan2",
    "hypot",
    "sinc",
    "deg2rad",
    "radians",
    "rad2deg",
    "degrees",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "asinh",
    "arccosh",
    "acosh",
    "arctanh",
    "atanh",
]


# Trigonometric --------------------------------------------------------------------------------------------------------


def sin(x: ArrayLike, /) -> Array:
    """The sine; the derivative is cos(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.sin)(0.0)
    Array(1.)
    """
    return result(el.sin(operand(x)))


def cos(x: ArrayLike, /) -> Array:
    """The cosine; the derivative is -sin(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cos([0.0, wg.pi])
    Array([ 1., -1.])
    """
    return result(el.cos(operand(x)))


def tan(x: ArrayLike, /) -> Array:
    """The tangent; the derivative is 1 + tan(x)².

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.tan)(0.0)
    Array(1.)
    """
    return result(el.tan(operand(x)))


def arcsin(x: ArrayLike, /) -> Array:
    """The inverse sine, in [-π/2, π/2]; the derivative is 1 / √(1 - x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arcsin(1.0)
    Array(1.57079633)
    """
    return result(el.arcsin(operand(x)))


def arccos(x: ArrayLike, /) -> Array:
    """The inverse cosine, in [0, π]; the derivative is -1 / √(1 - x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arccos(-1.0)
    Array(3.14159265)
    """
    return result(el.arccos(operand(x)))


def arctan(x: ArrayLike, /) -> Array:
    """The inverse tangent, in [-π/2, π/2]; the derivative is 1 / (1 + x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arctan(1.0)
    Array(0.78539816)
    """
    return result(el.arctan(operand(x)))


def arctan2(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The angle of the point with abscissa ``x2`` and ordinate ``x1``, in [-π, π].

    Notes
    -----
    The partial derivatives are x2 / (x1² + x2²) and -x1 / (x1² + x2²), computed without overflow; 0 at the origin.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arctan2(1.0, -1.0)
    Array(2.35619449)
    >>> wg.grad(wg.arctan2)(0.0, 0.0)
    Array(0.)
    """
    return result(el.arctan2(operand(x1), operand(x2)))


asin, acos, atan, atan2 = arcsin, arccos, arctan, arctan2


def hypot(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """√(x1² + x2²) without overflow.

    Notes
    -----
    The partial derivatives are x1 / out and x2 / out; 0 at the origin, as those of the 2-norm.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.hypot(3.0, 4.0)
    Array(5.)
    """
    return result(el.hypot(operand(x1), operand(x2)))


def sinc(x: ArrayLike, /) -> Array:
    """sin(π x) / (π x), and 1 at 0; the derivatives of every order are exact at and near 0 too.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sinc([0.0, 0.5])
    Array([1.        , 0.63661977])
    """
    return result(el.sinc(operand(x)))


def deg2rad(x: ArrayLike, /) -> Array:
    """Degrees to radians; the derivative is π / 180.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.deg2rad(180.0)
    Array(3.14159265)
    """
    return result(el.deg2rad(operand(x)))


def rad2deg(x: ArrayLike, /) -> Array:
    """Radians to degrees; the derivative is 180 / π.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.rad2deg(wg.pi)
    Array(180.)
    """
    return result(el.rad2deg(operand(x)))


radians, degrees = deg2rad, rad2deg


# Hyperbolic -----------------------------------------------------------------------------------------------------------


def sinh(x: ArrayLike, /) -> Array:
    """The hyperbolic sine; the derivative is cosh(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.sinh)(0.0)
    Array(1.)
    """
    return result(el.sinh(operand(x)))


def cosh(x: ArrayLike, /) -> Array:
    """The hyperbolic cosine; the derivative is sinh(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cosh(0.0)
    Array(1.)
    """
    return result(el.cosh(operand(x)))


def tanh(x: ArrayLike, /) -> Array:
    """The hyperbolic tangent; the derivative is 1 - tanh(x)².

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.tanh)(0.0)
    Array(1.)
    """
    return result(el.tanh(operand(x)))


def arcsinh(x: ArrayLike, /) -> Array:
    """The inverse hyperbolic sine; the derivative is 1 / √(1 + x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arcsinh(1.0)
    Array(0.88137359)
    """
    return result(el.arcsinh(operand(x)))


def arccosh(x: ArrayLike, /) -> Array:
    """The inverse hyperbolic cosine, of x >= 1; the derivative is 1 / √(x² - 1).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.arccosh(1.0)
    Array(0.)
    """
    return result(el.arccosh(operand(x)))


def arctanh(x: ArrayLike, /) -> Array:
    """The inverse hyperbolic tangent, of x in [-1, 1]; the derivative is 1 / (1 - x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(wg.arctanh)(0.0)
    Array(1.)
    """
    return result(el.arctanh(operand(x)))


asinh, acosh, atanh = arcsinh, arccosh, arctanh

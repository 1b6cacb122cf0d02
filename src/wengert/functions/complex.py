"""Complex numbers, elementwise.

Gradients follow PyTorch's convention: the gradient of a real function of z = x + iy is df/dx + i df/dy, the direction
of steepest ascent.
"""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING

from ..ops import elementwise as el
from .operands import ArrayLike, array_operand, operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["conjugate", "conj", "real", "imag", "angle"]


def conjugate(x: ArrayLike, /) -> Array:
    """The complex conjugate; of a real x, x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.conjugate([1 + 2j])
    Array([1.-2.j])
    """
    return result(el.conj(operand(x)))


conj = conjugate


def real(val: ArrayLike) -> Array:
    """The real part, which is linear over the real numbers.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.real([1 + 2j])
    Array([1.])
    """
    x = array_operand(val)
    return result(el.real(x) if x.dtype.kind == "c" else x)


def imag(val: ArrayLike) -> Array:
    """The imaginary part, which is linear over the real numbers; of a real array, zeros.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.imag([1 + 2j])
    Array([2.])
    """
    return result(el.imag(array_operand(val)))


def angle(z: ArrayLike, deg: bool = False) -> Array:
    """The argument of a complex number, in [-π, π].

    Parameters
    ----------
    z : array
        Complex, or real: the angle of a negative number is π, of any other 0.
    deg : bool
        Whether to give degrees instead of radians.

    Returns
    -------
    Array
        Of the same shape, real.

    Notes
    -----
    The gradient is i z / abs(z)², 0 at 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.angle([1j, -1.0], deg=True)
    Array([ 90., 180.])
    """
    radians = el.angle(array_operand(z))
    return result(el.multiply(radians, 180 / pi) if deg else radians)

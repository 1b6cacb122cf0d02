"""Polynomials, by their coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..ops import elementwise as el
from .creation import zeros_like
from .operands import ArrayLike, array_operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["polyval"]


def polyval(p: ArrayLike, x: ArrayLike) -> Array:
    """The value of a polynomial, by Horner's scheme.

    Parameters
    ----------
    p : array
        The coefficients, that of the highest power first. Those of several polynomials stand along further axes, which
        broadcast with ``x``.
    x : array
        Where.

    Raises
    ------
    ShapeError
        If ``p`` has no axis of coefficients.
    DTypeError
        If ``x`` is a polynomial itself.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polyval([1.0, 0.0, -2.0], [1.0, 2.0, 3.0])
    Array([-1.,  2.,  7.])
    >>> wg.grad(wg.polyval, argnums=1)([1.0, 0.0, -2.0], 3.0)
    Array(6.)
    """
    if isinstance(x, np.poly1d):
        raise DTypeError("polyval takes numbers for x, not a polynomial; np.polyval composes two polynomials")
    coefficients, point = array_operand(p), array_operand(x)
    if not coefficients.shape:
        raise ShapeError("polyval needs an array of coefficients, not a number; [c] is the constant c")
    value = zeros_like(point)
    for coefficient in result(coefficients):
        value = el.add(el.multiply(value, point), coefficient)
    return result(value)

"""Comparison and classification, elementwise: the results are booleans, without derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backends import backend
from ..core.errors import ShapeError
from ..core.types import broadcast_shapes
from ..ops import elementwise as el, reductions
from .operands import ArrayLike, array_operand, operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "isclose",
    "allclose",
    "array_equal",
    "array_equiv",
    "isnan",
    "isinf",
    "isfinite",
    "signbit",
]


# Order ----------------------------------------------------------------------------------------------------------------


def equal(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether x1 = x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.equal([1, 2], 2)
    Array([False,  True])
    """
    return result(el.equal(operand(x1), operand(x2)))


def not_equal(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether x1 ≠ x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.not_equal([1, 2], 2)
    Array([ True, False])
    """
    return result(el.not_equal(operand(x1), operand(x2)))


def less(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether x1 < x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.less([1, 2], 2)
    Array([ True, False])
    """
    return result(el.less(operand(x1), operand(x2)))


def less_equal(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether x1 ≤ x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.less_equal([1, 2], 2)
    Array([ True,  True])
    """
    return result(el.less_equal(operand(x1), operand(x2)))


def greater(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether x1 > x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.greater([2, 3], 2)
    Array([False,  True])
    """
    return result(el.greater(operand(x1), operand(x2)))


def greater_equal(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether x1 ≥ x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.greater_equal([1, 2], 2)
    Array([False,  True])
    """
    return result(el.greater_equal(operand(x1), operand(x2)))


# Equality of computed numbers -----------------------------------------------------------------------------------------


def isclose(
    a: ArrayLike, b: ArrayLike, rtol: ArrayLike = 1e-5, atol: ArrayLike = 1e-8, equal_nan: bool = False
) -> Array:
    """Whether abs(a - b) <= atol + rtol abs(b), elementwise.

    Parameters
    ----------
    a, b : array
        Broadcast together; ``b`` is the reference. Infinities are close to themselves only.
    rtol, atol : float or array
        Relative and absolute tolerance.
    equal_nan : bool
        Whether NaN is close to NaN.

    Returns
    -------
    Array
        Of booleans.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isclose([1.0, 1e-9], [1.0 + 1e-6, 0.0])
    Array([ True,  True])
    """
    x, y = el.stop_gradient(array_operand(a)), el.stop_gradient(array_operand(b))
    if y.dtype.kind not in "fc":
        y = el.multiply(y, 1.0)
    with backend.quiet():
        tolerance = el.add(operand(atol), el.multiply(operand(rtol), el.absolute(y)))
        near = el.less_equal(el.absolute(el.subtract(x, y)), tolerance)
    close = el.logical_or(el.logical_and(near, el.isfinite(y)), el.equal(x, y))
    if equal_nan:
        close = el.logical_or(close, el.logical_and(el.isnan(x), el.isnan(y)))
    return result(close)


def allclose(
    a: ArrayLike, b: ArrayLike, rtol: ArrayLike = 1e-5, atol: ArrayLike = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether all elements are close; see :func:`isclose`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.allclose(wg.sin(wg.pi), 0.0)
    True
    """
    return _holds(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a1: ArrayLike, a2: ArrayLike, equal_nan: bool = False) -> bool:
    """Whether two arrays have the same shape and equal elements.

    Parameters
    ----------
    a1, a2 : array
        Not broadcast.
    equal_nan : bool
        Whether NaN equals NaN.

    Returns
    -------
    bool

    Examples
    --------
    >>> import wengert as wg
    >>> wg.array_equal([1, 2], [1, 2]), wg.array_equal([1, 1], 1)
    (True, False)
    """
    x, y = array_operand(a1), array_operand(a2)
    if x.shape != y.shape:
        return False
    same = el.equal(x, y)
    if equal_nan:
        same = el.logical_or(same, el.logical_and(el.isnan(x), el.isnan(y)))
    return _holds(same)


def array_equiv(a1: ArrayLike, a2: ArrayLike) -> bool:
    """Whether two arrays broadcast together and have equal elements then.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.array_equiv([1, 1], 1), wg.array_equiv([1, 2], 1)
    (True, False)
    """
    x, y = array_operand(a1), array_operand(a2)
    try:
        broadcast_shapes(x.shape, y.shape)
    except ShapeError:
        return False
    return _holds(el.equal(x, y))


def _holds(flags: ArrayLike) -> bool:
    """Whether all flags are true, for Python's own control flow."""
    return bool(result(reductions.all(flags, axes=tuple(range(len(flags.shape))), keepdims=False)))


# Classification -------------------------------------------------------------------------------------------------------


def isnan(x: ArrayLike, /) -> Array:
    """Whether x is not a number.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isnan([1.0, wg.nan])
    Array([False,  True])
    """
    return result(el.isnan(operand(x)))


def isinf(x: ArrayLike, /) -> Array:
    """Whether x is infinite.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isinf([1.0, -wg.inf])
    Array([False,  True])
    """
    return result(el.isinf(operand(x)))


def isfinite(x: ArrayLike, /) -> Array:
    """Whether x is neither infinite nor NaN.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isfinite([1.0, wg.nan])
    Array([ True, False])
    """
    return result(el.isfinite(operand(x)))


def signbit(x: ArrayLike, /) -> Array:
    """Whether x has a minus sign, as -0.0 has.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.signbit([0.0, -0.0])
    Array([False,  True])
    """
    return result(el.signbit(operand(x)))

"""Which elements are real, complex or infinite, and which things are: without derivatives."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError
from ..core.types import Value
from ..ops import elementwise as el
from .operands import ArrayLike, array_operand, operand, result
from .targets import delivered

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["isposinf", "isneginf", "isreal", "iscomplex", "isrealobj", "iscomplexobj", "isscalar"]


def isposinf(x: ArrayLike, out: ArrayLike | None = None) -> Array:
    """Whether a real x is positive infinity.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isposinf([1.0, wg.inf, -wg.inf])
    Array([False,  True, False])
    """
    return delivered(el.equal(_real(x, "isposinf"), inf), out, "isposinf")


def isneginf(x: ArrayLike, out: ArrayLike | None = None) -> Array:
    """Whether a real x is negative infinity.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isneginf([1.0, wg.inf, -wg.inf])
    Array([False, False,  True])
    """
    return delivered(el.equal(_real(x, "isneginf"), -inf), out, "isneginf")


def _real(x: ArrayLike, name: str) -> Value:
    value = operand(x)
    if isinstance(value, complex) or (getattr(value, "dtype", None) is not None and value.dtype.kind == "c"):
        raise DTypeError(f"{name} takes real numbers: it has no meaning for complex ones")
    return value


def isreal(x: ArrayLike) -> Array:
    """Whether the imaginary part of each element is 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isreal([1 + 1j, 1 + 0j])
    Array([False,  True])
    """
    value = array_operand(x)
    return result(el.equal(el.imag(value), 0) if value.dtype.kind == "c" else np.ones(value.shape, bool))


def iscomplex(x: ArrayLike) -> Array:
    """Whether the imaginary part of each element is not 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.iscomplex([1 + 1j, 1 + 0j])
    Array([ True, False])
    """
    value = array_operand(x)
    return result(el.not_equal(el.imag(value), 0) if value.dtype.kind == "c" else np.zeros(value.shape, bool))


# Of a whole array -----------------------------------------------------------------------------------------------------


def isrealobj(x: ArrayLike) -> bool:
    """Whether x is of a real dtype.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isrealobj([1.0]), wg.isrealobj([1 + 0j])
    (True, False)
    """
    return not iscomplexobj(x)


def iscomplexobj(x: ArrayLike) -> bool:
    """Whether x is of a complex dtype, whatever its elements are.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.iscomplexobj([1 + 0j])
    True
    """
    return bool(array_operand(x).dtype.kind == "c")


def isscalar(element: Any) -> bool:
    """Whether something is a Python or NumPy number; no array is, not even one without dimensions.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isscalar(1.0), wg.isscalar(wg.array(1.0))
    (True, False)
    """
    return np.isscalar(element)

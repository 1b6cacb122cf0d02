"""Dtypes: what they promote to, what they hold, and of which kind they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.interpreter import Box
from .operands import concrete

__all__ = ["can_cast", "common_type", "finfo", "iinfo", "isdtype", "min_scalar_type", "promote_types", "result_type"]

if TYPE_CHECKING:
    DType = np.dtype[Any]


def _dtype(x: Any) -> Any:
    """An array's dtype; anything else as it is."""
    return x.dtype if isinstance(x, (Box, np.ndarray, np.generic)) else x


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype to which arrays, dtypes and Python numbers promote, of which the last are weak.

    Raises
    ------
    TypeError
        If there is none.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.result_type(wg.ones(2, dtype="float32"), wg.int8, 1.0)
    dtype('float32')
    """
    return np.result_type(*map(_dtype, arrays_and_dtypes))


def promote_types(type1: Any, type2: Any) -> DType:
    """The smallest dtype to which two can be converted safely.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.promote_types("int32", "float32")
    dtype('float64')
    """
    return np.promote_types(type1, type2)


def common_type(*arrays: Any) -> Any:
    """The floating-point or complex type that holds the numbers of all arrays.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.common_type(wg.ones(2, dtype="float32"), wg.arange(2)) is wg.float64
    True
    """
    return np.common_type(*(np.empty(0, _dtype(a)) for a in arrays))


def min_scalar_type(a: Any) -> DType:
    """Of a number the smallest dtype that holds it, of an array its dtype.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.min_scalar_type(200)
    dtype('uint8')
    """
    return np.min_scalar_type(concrete(a, "min_scalar_type"))


def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether an array or a dtype can be converted to a dtype.

    Parameters
    ----------
    from_ : array or dtype
    to : dtype
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}
        What the conversion may do.

    Returns
    -------
    bool

    Examples
    --------
    >>> import wengert as wg
    >>> wg.can_cast(wg.int32, wg.float64), wg.can_cast("float64", "int64")
    (True, False)
    """
    return np.can_cast(_dtype(from_), _dtype(to), casting)


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether a dtype is of a kind.

    Parameters
    ----------
    dtype
    kind : dtype, str, or tuple of these
        A dtype, or 'bool', 'signed integer', 'unsigned integer', 'integral', 'real floating', 'complex floating',
        'numeric'; of a tuple, any of them.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        If one of these is no dtype or no kind.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isdtype(wg.arange(3).dtype, ("integral", "bool"))
    True
    """
    return np.isdtype(np.dtype(dtype), kind)


def finfo(type: Any, /) -> Any:
    """The limits of a floating-point dtype, or of that of an array: ``eps``, ``max``, ``smallest_normal``, ...

    Examples
    --------
    >>> import wengert as wg
    >>> wg.finfo("float32").bits
    32
    """
    return np.finfo(_dtype(type))


def iinfo(type: Any, /) -> Any:
    """The limits of an integer dtype, or of that of an array: ``min``, ``max`` and ``bits``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.iinfo(wg.int8).max
    127
    """
    return np.iinfo(_dtype(type))

"""Logic of truth values and of bits, elementwise: without derivatives."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, normalize_axis
from ..ops import bits, elementwise as el
from ..ops.shaping import reshape
from .operands import ArrayLike, array_operand, operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "logical_and",
    "logical_or",
    "logical_xor",
    "logical_not",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "invert",
    "bitwise_not",
    "bitwise_invert",
    "left_shift",
    "bitwise_left_shift",
    "right_shift",
    "bitwise_right_shift",
    "bitwise_count",
    "packbits",
    "unpackbits",
]


# Truth values: every number but 0 is true -----------------------------------------------------------------------------


def logical_and(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether both are true.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logical_and([0, 1], 2)
    Array([False,  True])
    """
    return result(el.logical_and(operand(x1), operand(x2)))


def logical_or(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether one of the two is true, or both are.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logical_or([0, 1], 0)
    Array([False,  True])
    """
    return result(el.logical_or(operand(x1), operand(x2)))


def logical_xor(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Whether exactly one of the two is true.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logical_xor([0, 1], 1)
    Array([ True, False])
    """
    return result(el.logical_xor(operand(x1), operand(x2)))


def logical_not(x: ArrayLike, /) -> Array:
    """Whether x is false.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.logical_not([0, 1])
    Array([ True, False])
    """
    return result(el.logical_not(operand(x)))


# Bits of integers and booleans ----------------------------------------------------------------------------------------


def bitwise_and(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The bits that both have.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.bitwise_and(0b110, 0b011)
    Array(2)
    """
    return result(el.bitwise_and(operand(x1), operand(x2)))


def bitwise_or(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The bits that one of the two has, or both have.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.bitwise_or(0b110, 0b011)
    Array(7)
    """
    return result(el.bitwise_or(operand(x1), operand(x2)))


def bitwise_xor(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The bits that exactly one of the two has.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.bitwise_xor(0b110, 0b011)
    Array(5)
    """
    return result(el.bitwise_xor(operand(x1), operand(x2)))


def invert(x: ArrayLike, /) -> Array:
    """The bits that x does not have; of a boolean, its negation.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.invert([True, False])
    Array([False,  True])
    """
    return result(el.invert(operand(x)))


bitwise_not = bitwise_invert = invert


def left_shift(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The bits of x1 moved x2 places up: x1 2**x2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.left_shift(5, [0, 1])
    Array([ 5, 10])
    """
    return result(el.left_shift(operand(x1), operand(x2)))


def right_shift(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The bits of x1 moved x2 places down: ⌊x1 / 2**x2⌋.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.right_shift(5, [0, 1])
    Array([5, 2])
    """
    return result(el.right_shift(operand(x1), operand(x2)))


bitwise_left_shift, bitwise_right_shift = left_shift, right_shift


def bitwise_count(x: ArrayLike, /) -> Array:
    """How many bits of abs(x) are set.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.bitwise_count([0b1011, -1])
    Array([3, 1], dtype=uint8)
    """
    return result(el.bitwise_count(operand(x)))


# Bits in bytes --------------------------------------------------------------------------------------------------------


def packbits(a: ArrayLike, /, axis: int | None = None, bitorder: str = "big") -> Array:
    """Truth values as the bits of bytes, eight in each; at the end zeros are added.

    Parameters
    ----------
    a : array of integers or booleans
        Every number but 0 is true.
    axis : int, optional
        Along which to pack; by default the flattened array.
    bitorder : {'big', 'little'}
        Whether the first value is the highest bit or the lowest.

    Returns
    -------
    Array of uint8

    Examples
    --------
    >>> import wengert as wg
    >>> wg.packbits([1, 0, 1, 0, 0, 0, 0, 1, 1])
    Array([161, 128], dtype=uint8)
    """
    x, axis = _flat_or_axis(a, axis)
    if x.dtype.kind not in "biu":
        raise DTypeError(f"packbits takes integers or booleans, not {x.dtype}")
    return result(bits.packbits(x, axis=axis, bitorder=_checked_order(bitorder)))


def unpackbits(a: ArrayLike, /, axis: int | None = None, count: int | None = None, bitorder: str = "big") -> Array:
    """The bits of bytes, as zeros and ones.

    Parameters
    ----------
    a : array of uint8
    axis : int, optional
        Along which to unpack; by default the flattened array.
    count : int, optional
        How many bits to take; where there are less, zeros are added. A negative number leaves out as many at the end.
    bitorder : {'big', 'little'}
        Whether the highest bit comes first or the lowest.

    Returns
    -------
    Array of uint8

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unpackbits(wg.array([161], dtype="uint8"), count=4)
    Array([1, 0, 1, 0], dtype=uint8)
    """
    x, axis = _flat_or_axis(a, axis)
    if x.dtype != np.uint8:
        raise DTypeError(f"unpackbits takes bytes (uint8), not {x.dtype}; convert them with astype('uint8')")
    if count is not None and count < -8 * x.shape[axis]:
        raise ShapeError(f"unpackbits cannot leave out {-count} of {8 * x.shape[axis]} bits")
    if 0 in x.shape:  # NumPy's function leaves what it adds to nothing unset
        length = 8 * x.shape[axis] if count is None else count if count >= 0 else 8 * x.shape[axis] + count
        return result(backend.zeros((*x.shape[:axis], length, *x.shape[axis + 1 :]), x.dtype))
    return result(bits.unpackbits(x, axis=axis, count=count, bitorder=_checked_order(bitorder)))


def _flat_or_axis(a: ArrayLike, axis: int | None) -> tuple[Value, int]:
    x = array_operand(a)
    if axis is None:
        return reshape(x, shape=(prod(x.shape),)), 0
    return x, normalize_axis(axis, len(x.shape))


def _checked_order(bitorder: str) -> str:
    if bitorder not in ("big", "little"):
        raise ValueError(f"bitorder must be 'big' or 'little', not {bitorder!r}")
    return bitorder

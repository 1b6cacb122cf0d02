"""Logic of truth values and of bits, elementwise: without derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops import elementwise as el
from .operands import ArrayLike, operand, result

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

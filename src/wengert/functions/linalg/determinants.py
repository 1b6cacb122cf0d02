"""Determinants."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...ops import linalg as ops
from ..operands import ArrayLike, result
from .arguments import matrices

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["SlogdetResult", "det", "slogdet"]


def det(a: ArrayLike) -> Array:
    """The determinant.

    Parameters
    ----------
    a : array of shape (..., n, n)

    Returns
    -------
    Array
        Of shape (...). Its gradient is the matrix of cofactors, which also a singular matrix has.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.det([[2.0, 0.0], [0.0, 4.0]])
    Array(8.)
    """
    return result(ops.det(matrices(a, "det")))


class SlogdetResult(NamedTuple):
    """The sign of a determinant (for complex matrices its phase) and the logarithm of its absolute value."""

    sign: Array
    logabsdet: Array


def slogdet(a: ArrayLike) -> SlogdetResult:
    """The sign and the logarithm of the absolute value of the determinant, which cannot overflow.

    Parameters
    ----------
    a : array of shape (..., n, n)

    Returns
    -------
    SlogdetResult
        The named tuple ``(sign, logabsdet)`` of arrays of shape (...).

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> import wengert as wg
    >>> sign, logabsdet = wg.linalg.slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> sign, logabsdet
    (Array(-1.), Array(0.))
    """
    sign, logabsdet = ops.slogdet(matrices(a, "slogdet"))
    return SlogdetResult(result(sign), result(logabsdet))

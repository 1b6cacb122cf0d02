"""Functions of square matrices, under SciPy's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ops.matrix_functions import matrix_function
from ..operands import ArrayLike, result
from .arguments import matrices

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["expm", "logm", "sqrtm"]


def expm(A: ArrayLike) -> Array:
    """The exponential of a matrix.

    Parameters
    ----------
    A : array of shape (..., n, n)

    Returns
    -------
    Array
        Of the same shape.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.expm([[0.0, 1.0], [0.0, 0.0]])
    Array([[1., 1.],
           [0., 1.]])
    """
    return result(matrix_function(matrices(A, "expm"), function="expm"))


def logm(A: ArrayLike) -> Array:
    """The principal logarithm of a matrix, which is the inverse of :func:`expm`.

    Parameters
    ----------
    A : array of shape (..., n, n)
        Without eigenvalues that are 0 or, if real, negative.

    Returns
    -------
    Array
        Of the same shape and dtype: of a real matrix whose logarithm is not real it is NaN, as of a negative number.
        (SciPy's is complex then; convert the matrix to get that.)

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.logm(wg.eye(2))
    Array([[0., 0.],
           [0., 0.]])
    """
    return result(matrix_function(matrices(A, "logm"), function="logm"))


def sqrtm(A: ArrayLike) -> Array:
    """The principal square root of a matrix.

    Parameters
    ----------
    A : array of shape (..., n, n)
        Without eigenvalues that are negative, if real.

    Returns
    -------
    Array
        Of the same shape and dtype: of a real matrix whose root is not real it is NaN, as of a negative number.
        (SciPy's is complex then; convert the matrix to get that.)

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]])
    Array([[2., 0.],
           [0., 3.]])
    """
    return result(matrix_function(matrices(A, "sqrtm"), function="sqrtm"))

"""Functions of square matrices, under SciPy's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.types import Value
from ...ops.elementwise import imag, real
from ...ops.linalg import solve
from ...ops.matrix_functions import matrix_function
from ..operands import ArrayLike, result
from .arguments import matrices

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["coshm", "cosm", "expm", "logm", "sinhm", "sinm", "sqrtm", "tanhm", "tanm"]


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


def cosm(A: ArrayLike) -> Array:
    """The cosine of a matrix.

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
    >>> wg.linalg.cosm(wg.zeros((1, 1)))
    Array([[1.]])
    """
    return result(_circular(matrices(A, "cosm"))[0])


def sinm(A: ArrayLike) -> Array:
    """The sine of a matrix.

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
    >>> wg.linalg.sinm(wg.zeros((1, 1)))
    Array([[0.]])
    """
    return result(_circular(matrices(A, "sinm"))[1])


def tanm(A: ArrayLike) -> Array:
    """The tangent of a matrix: the inverse of the cosine times the sine.

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
    numpy.linalg.LinAlgError
        If the cosine is singular.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.tanm(wg.zeros((1, 1)))
    Array([[0.]])
    """
    return result(solve(*_circular(matrices(A, "tanm"))))


def _circular(a: Value) -> tuple[Value, Value]:
    """Cosine and sine: of a real matrix the parts of exp(i a)."""
    turned = matrix_function(1j * a, function="expm")
    if a.dtype.kind != "c":
        return real(turned), imag(turned)
    back = matrix_function(-1j * a, function="expm")
    return (turned + back) / 2, (turned - back) * -0.5j


def coshm(A: ArrayLike) -> Array:
    """The hyperbolic cosine of a matrix.

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
    >>> wg.linalg.coshm(wg.zeros((1, 1)))
    Array([[1.]])
    """
    return result(_hyperbolic(matrices(A, "coshm"))[0])


def sinhm(A: ArrayLike) -> Array:
    """The hyperbolic sine of a matrix.

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
    >>> wg.linalg.sinhm(wg.zeros((1, 1)))
    Array([[0.]])
    """
    return result(_hyperbolic(matrices(A, "sinhm"))[1])


def tanhm(A: ArrayLike) -> Array:
    """The hyperbolic tangent of a matrix: the inverse of the cosine times the sine.

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
    numpy.linalg.LinAlgError
        If the hyperbolic cosine is singular.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.tanhm(wg.zeros((1, 1)))
    Array([[0.]])
    """
    return result(solve(*_hyperbolic(matrices(A, "tanhm"))))


def _hyperbolic(a: Value) -> tuple[Value, Value]:
    """Hyperbolic cosine and sine."""
    growing, falling = (matrix_function(x, function="expm") for x in (a, -a))
    return (growing + falling) / 2, (growing - falling) / 2

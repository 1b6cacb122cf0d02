"""Factors of matrices: triangles, and orthonormal columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...backends import backend
from ...ops import factorisations as fac, linalg as ops
from ...ops.contraction import matmul
from ...ops.elementwise import where
from ...ops.indexing import getitem
from ...ops.shaping import adjoint, pad, reshape
from ...ops.spectral import svd
from ...ops.stacks import hermitian_part, magnitude_dtype
from ..indexing import take_along_axis
from ..operands import ArrayLike, result
from .arguments import matrices

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["polar", "QRResult", "cho_factor", "cholesky", "lu", "lu_factor", "qr"]


def cholesky(a: ArrayLike, /, *, upper: bool = False) -> Array:
    """The Cholesky factor l of a positive definite matrix: ``l @ l.mT.conj() = a``.

    Parameters
    ----------
    a : array of shape (..., n, n)
        Taken to be Hermitian: only the lower triangle is read, and the gradient is Hermitian.
    upper : bool
        Whether to return the upper triangular matrix ``l.mT.conj()``.

    Returns
    -------
    Array
        Lower triangular matrices of the same shape.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        If one is not positive definite.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.cholesky([[4.0, 2.0], [2.0, 2.0]])
    Array([[2., 0.],
           [1., 1.]])
    """
    factor = ops.cholesky(matrices(a, "cholesky"))
    return result(adjoint(factor) if upper else factor)


def cho_factor(a: ArrayLike, lower: bool = False) -> tuple[Array, bool]:
    """The Cholesky factor for :func:`cho_solve`.

    Parameters
    ----------
    a : array of shape (..., n, n)
        Taken to be Hermitian and positive definite; the gradient is Hermitian.
    lower : bool
        Whether the lower triangle is read and the factor is the lower one, else the upper.

    Returns
    -------
    (Array, bool)
        The factor, of the same shape, and ``lower``. The other triangle holds zeros, where SciPy leaves what was there.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        If one is not positive definite.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.cho_factor([[4.0, 2.0], [2.0, 2.0]])
    (Array([[2., 1.],
           [0., 1.]]), False)
    """
    x = matrices(a, "cho_factor")
    if lower:
        return result(ops.cholesky(x)), True
    return result(adjoint(ops.cholesky(adjoint(x)))), False


class QRResult(NamedTuple):
    """Orthonormal columns and an upper triangular matrix."""

    Q: Array
    R: Array


def qr(a: ArrayLike, mode: str = "reduced") -> QRResult | Array:
    """Orthonormal columns q and an upper triangular r with ``q @ r = a``.

    Parameters
    ----------
    a : array of shape (..., m, n)
    mode : {'reduced', 'complete', 'r'}
        Whether q has k = min(m, n) columns, or m, with r to match; or r alone, which has k rows.

    Returns
    -------
    QRResult or Array
        The named tuple ``(Q, R)``, or with ``'r'`` the array r.

    Raises
    ------
    ShapeError
        If there are no matrices.
    ValueError
        For another mode. ``'raw'`` gives LAPACK's reflectors, which have no derivative here.
    numpy.linalg.LinAlgError
        By the derivative, if the first k columns are linearly dependent: q is not differentiable there.

    Notes
    -----
    With ``'complete'`` the last m - k columns of q are any orthonormal basis of what is across the columns of ``a``:
    their tangent has no part within it, and a function that does not depend on the choice has the right gradient.

    Examples
    --------
    >>> import wengert as wg
    >>> abs(wg.linalg.qr([[3.0, 1.0], [4.0, 2.0]], mode="r"))
    Array([[5. , 2.2],
           [0. , 0.4]])
    """
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"qr: mode must be 'reduced', 'complete' or 'r', not {mode!r}")
    x = matrices(a, "qr", square=False)
    if mode == "r":
        return result(fac.qr_triangle(x))
    q, r = fac.qr(x, complete=mode == "complete" and x.shape[-2] > x.shape[-1])
    return QRResult(result(q), result(r))


def lu(a: ArrayLike, permute_l: bool = False, *, p_indices: bool = False) -> tuple[Array, ...]:
    """A permutation p and triangular factors l and u with ``p @ l @ u = a``.

    Parameters
    ----------
    a : array of shape (..., m, n)
    permute_l : bool
        Whether to return ``(p @ l, u)``.
    p_indices : bool
        Whether p is given as indices: ``l[p] @ u = a``.

    Returns
    -------
    p : Array of shape (..., m, m), or integers of shape (..., m)
        Left out with ``permute_l``.
    l : Array of shape (..., m, k)
        Lower triangular with ones on the diagonal, where k = min(m, n).
    u : Array of shape (..., k, n)
        Upper triangular.

    Raises
    ------
    ShapeError
        If there are no matrices.
    numpy.linalg.LinAlgError
        By the derivative, if the leading k × k part of ``p.T @ a`` is singular.

    Examples
    --------
    >>> import wengert as wg
    >>> p, l, u = wg.linalg.lu([[0.0, 2.0], [1.0, 3.0]])
    >>> u
    Array([[1., 3.],
           [0., 2.]])
    """
    lower, upper, rows = fac.lu(matrices(a, "lu", square=False))
    if permute_l:
        return result(take_along_axis(lower, reshape(rows, shape=(*rows.shape, 1)), axis=-2)), result(upper)
    p = rows if p_indices else fac.permuted(rows, magnitude_dtype(lower.dtype))
    return result(p), result(lower), result(upper)


def lu_factor(a: ArrayLike) -> tuple[Array, Array]:
    """The triangular factors of a matrix with its rows interchanged, for :func:`lu_solve`.

    Parameters
    ----------
    a : array of shape (..., m, n)

    Returns
    -------
    lu : Array of shape (..., m, n)
        The upper factor, and below its diagonal the lower one, of which the diagonal of ones is left out.
    piv : Array of integers of shape (..., k)
        With which row each row was interchanged, one after the other; k = min(m, n).

    Raises
    ------
    ShapeError
        If there are no matrices.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.lu_factor([[0.0, 2.0], [1.0, 3.0]])
    (Array([[1., 3.],
           [0., 2.]]), Array([1, 1], dtype=int32))
    """
    lower, upper, rows = fac.lu(matrices(a, "lu_factor", square=False))
    (m, k), n = lower.shape[-2:], upper.shape[-1]
    stack = ((0, 0),) * (len(lower.shape) - 2)
    if k < n:
        lower = pad(lower, widths=(*stack, (0, 0), (0, n - k)))
    if k < m:
        upper = pad(upper, widths=(*stack, (0, m - k), (0, 0)))
    packed = where(backend.lower(m, n, -1, backend.dtype(bool)), lower, upper)
    pivots = getitem(fac.transpositions(rows), index=(*(slice(None),) * len(stack), slice(k)))
    return result(packed), result(pivots)


def polar(a: ArrayLike, side: str = "right") -> tuple[Array, Array]:
    """A matrix u with orthonormal columns or rows and a positive semidefinite p with ``u @ p = a``, or ``p @ u = a``.

    Parameters
    ----------
    a : array of shape (..., m, n)
    side : {'right', 'left'}
        On which side of u the matrix p stands.

    Returns
    -------
    u : Array of shape (..., m, n)
    p : Array of shape (..., n, n), or (..., m, m) on the left

    Raises
    ------
    ShapeError
        If there are no matrices.

    Notes
    -----
    Where singular values coincide, reverse mode is right, and forward mode gives NaN. Where some are 0, u is arbitrary
    in part and has no derivative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.polar([[0.0, -2.0], [3.0, 0.0]])[1]
    Array([[3., 0.],
           [0., 2.]])
    """
    if side not in ("right", "left"):
        raise ValueError(f"polar: side must be 'right' or 'left', not {side!r}")
    x = matrices(a, "polar", square=False)
    left, _, right = svd(x, full=False, strict=False)
    u = matmul(left, right)
    p = matmul(adjoint(u), x) if side == "right" else matmul(x, adjoint(u))
    return result(u), result(hermitian_part(p))

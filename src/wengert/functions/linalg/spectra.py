"""Eigenvalues, singular values, and what is counted by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ...backends import backend
from ...core.types import Value
from ...ops import elementwise as el, reductions as red, spectral as ops
from ...ops.ordering import argsort
from ...ops.shaping import adjoint, flip, reshape
from ..indexing import take_along_axis
from ..operands import ArrayLike, array_operand, result
from .arguments import matrices

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "EigResult",
    "EighResult",
    "SVDResult",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "matrix_rank",
    "svd",
    "svdvals",
]


class EighResult(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Array
    eigenvectors: Array


class EigResult(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Array
    eigenvectors: Array


class SVDResult(NamedTuple):
    """Left singular vectors as columns, singular values, and right singular vectors, conjugated, as rows."""

    U: Array
    S: Array
    Vh: Array


def eigh(a: ArrayLike, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of a Hermitian matrix.

    Parameters
    ----------
    a : array of shape (..., n, n)
        Taken to be Hermitian: one triangle is read, and the gradient is Hermitian.
    UPLO : {'L', 'U'}
        Which triangle is read.

    Returns
    -------
    EighResult
        The named tuple ``(eigenvalues, eigenvectors)`` of arrays of shapes (..., n), ascending, and (..., n, n), the
        vectors as orthonormal columns.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Notes
    -----
    A function that does not depend on the phases (signs) of the vectors has the right gradient; the tangent of a vector
    has no part along it. Where eigenvalues coincide, the vectors are any basis of their space. What depends on the
    space alone has the right gradient there, and so has what depends on the eigenvalues alone. For the rest, such as
    functions of the eigenvalues times the vectors, there is no gradient to be had, and it is NaN: see :func:`eigvalsh`,
    :func:`wengert.linalg.expm`, :func:`wengert.linalg.sqrtm`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues
    Array([1., 2.])
    """
    values, vectors = ops.eigh(_hermitian(a, UPLO, "eigh"), strict=False)
    return EighResult(result(values), result(vectors))


def _hermitian(a: ArrayLike, triangle: str, name: str) -> Value:
    """Hermitian matrices, whose lower triangle is to be read."""
    x = matrices(a, name)
    if triangle not in ("L", "l", "U", "u"):
        raise ValueError(f"{name}: UPLO must be 'L' or 'U', not {triangle!r}")
    return x if triangle in "Ll" else adjoint(x)


def eigvalsh(a: ArrayLike, UPLO: str = "L") -> Array:
    """Eigenvalues of a Hermitian matrix.

    Parameters
    ----------
    a : array of shape (..., n, n)
        Taken to be Hermitian: one triangle is read, and the gradient is Hermitian.
    UPLO : {'L', 'U'}
        Which triangle is read.

    Returns
    -------
    Array
        Of shape (..., n), real, ascending.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Notes
    -----
    Eigenvalues that coincide share their derivatives evenly, which is right for symmetric functions of them, such as
    sums, and gives of the greatest one the subgradient of least norm. Second derivatives are NaN there.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(lambda a: wg.sum(wg.linalg.eigvalsh(a)))(wg.eye(2))
    Array([[1., 0.],
           [0., 1.]])
    """
    return result(ops.eigvalsh(_hermitian(a, UPLO, "eigvalsh")))


def eig(a: ArrayLike) -> EigResult:
    """Eigenvalues and right eigenvectors of a square matrix.

    Parameters
    ----------
    a : array of shape (..., n, n)

    Returns
    -------
    EigResult
        The named tuple ``(eigenvalues, eigenvectors)`` of complex arrays of shapes (..., n), in no particular order,
        and (..., n, n), the vectors as columns of length 1 whose largest elements are real.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        By the derivative, if there is no basis of eigenvectors.

    Notes
    -----
    The results are complex in any case, as in the array API standard. (NumPy's are real where all imaginary parts are
    0: the dtype must not depend on the numbers.) Where eigenvalues coincide, the same holds as for :func:`eigh`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.eig([[0.0, 1.0], [-1.0, 0.0]]).eigenvalues
    Array([0.+1.j, 0.-1.j])
    """
    values, vectors = ops.eig(matrices(a, "eig"), strict=False)
    return EigResult(result(values), result(vectors))


def eigvals(a: ArrayLike) -> Array:
    """Eigenvalues of a square matrix.

    Parameters
    ----------
    a : array of shape (..., n, n)

    Returns
    -------
    Array
        Of shape (..., n), complex in any case (see :func:`eig`), in no particular order.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Notes
    -----
    Eigenvalues that coincide share their derivatives evenly, as those of :func:`eigvalsh`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.eigvals([[0.0, 1.0], [-1.0, 0.0]])
    Array([0.+1.j, 0.-1.j])
    """
    return result(ops.eigvals(matrices(a, "eigvals")))


def svd(
    a: ArrayLike, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> SVDResult | Array:
    """The singular value decomposition ``(u * s) @ vh = a``.

    Parameters
    ----------
    a : array of shape (..., m, n)
    full_matrices : bool
        Whether u and vh are square, of orders m and n, else of shapes (..., m, k) and (..., k, n), where k = min(m, n).
    compute_uv : bool
        Whether to return the vectors, else the singular values alone, as :func:`svdvals`.
    hermitian : bool
        Whether the matrices are taken to be Hermitian: only the lower triangle is read, and the gradient is Hermitian.

    Returns
    -------
    SVDResult or Array
        The named tuple ``(U, S, Vh)``; S is of shape (..., k), descending.

    Raises
    ------
    ShapeError
        If there are no matrices, or with ``hermitian`` if they are not square.

    Notes
    -----
    What does not depend on the phases of the vectors, and on the bases of what is beyond the singular values, has the
    right gradient. Where singular values coincide or are 0, the same holds as for :func:`eigh`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.svd([[0.0, 2.0], [1.0, 0.0]]).S
    Array([2., 1.])
    """
    x = matrices(a, "svd", square=hermitian)
    if hermitian:
        return _hermitian_svd(x, compute_uv)
    if not compute_uv:
        return result(ops.svdvals(x))
    u, s, vh = ops.svd(x, full=bool(full_matrices), strict=False)
    return SVDResult(result(u), result(s), result(vh))


def _hermitian_svd(x: Value, vectors: bool) -> SVDResult | Array:
    """From the eigenvalues, in the order of their sizes."""
    if not vectors:
        sizes = el.absolute(ops.eigvalsh(x))
        return result(take_along_axis(sizes, _descending(sizes), axis=-1))
    w, v = ops.eigh(x, strict=False)
    order = _descending(el.absolute(w))
    w = take_along_axis(w, order, axis=-1)
    u = take_along_axis(v, reshape(order, shape=(*order.shape[:-1], 1, order.shape[-1])), axis=-1)
    signs = el.sign(w)
    vh = adjoint(u * reshape(signs, shape=(*signs.shape[:-1], 1, signs.shape[-1])))
    return SVDResult(result(u), result(el.absolute(w)), result(vh))


def _descending(x: Value) -> Value:
    last = len(x.shape) - 1
    return flip(argsort(x, axis=last), axes=(last,))


def svdvals(x: ArrayLike, /) -> Array:
    """Singular values.

    Parameters
    ----------
    x : array of shape (..., m, n)

    Returns
    -------
    Array
        Of shape (..., min(m, n)), real, descending.

    Raises
    ------
    ShapeError
        If there are no matrices.

    Notes
    -----
    Singular values that coincide share their derivatives evenly, and those of singular values 0 are 0: of sums of
    singular values and of the greatest one these are the subgradients of least norm. Second derivatives are NaN there.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.svdvals([[0.0, 2.0], [1.0, 0.0]])
    Array([2., 1.])
    """
    return result(ops.svdvals(matrices(x, "svdvals", square=False)))


def matrix_rank(A: ArrayLike, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Array:
    """The number of singular values that are not 0 up to rounding; a constant.

    Parameters
    ----------
    A : array of shape (..., m, n), or a vector, which has rank 1 unless it is 0
    tol : array of shape (...), optional
        Up to which singular values count as 0.
    hermitian : bool
        Whether the matrices are taken to be Hermitian, which is quicker.
    rtol : array of shape (...), optional
        The same relative to the largest; by default the larger dimension times the precision.

    Returns
    -------
    Array
        Integers of shape (...).

    Raises
    ------
    ShapeError
        With ``hermitian`` if the matrices are not square.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.matrix_rank(wg.ones((2, 2)))
    Array(1)
    """
    if tol is not None and rtol is not None:
        raise ValueError("matrix_rank takes tol or rtol, not both")
    given = array_operand(A)
    if len(given.shape) < 2:
        some = red.any(el.not_equal(given, 0), axes=tuple(range(len(given.shape))), keepdims=False)
        return result(el.astype(some, dtype=backend.dtype("int64")))
    x = matrices(given, "matrix_rank", square=hermitian)
    sizes = el.absolute(ops.eigvalsh(x)) if hermitian else ops.svdvals(x)
    last = (len(sizes.shape) - 1,)
    if not sizes.shape[-1]:
        return result(backend.zeros(sizes.shape[:-1], backend.dtype("int64")))
    if tol is None:
        relative = max(x.shape[-2:]) * backend.precision(sizes.dtype) if rtol is None else _column(rtol)
        bound = el.multiply(red.max(sizes, axes=last, keepdims=True), relative)
    else:
        bound = _column(tol)
    return result(red.sum(el.greater(sizes, bound), axes=last, keepdims=False))


def _column(x: ArrayLike) -> Value:
    value = array_operand(x)
    return reshape(value, shape=(*value.shape, 1))

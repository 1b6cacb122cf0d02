"""Linear equations, inverses, and least squares."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ...backends import backend
from ...core.errors import ShapeError
from ...core.types import Value, broadcast_shapes, normalize_axis
from ...ops import elementwise as el, factorisations as fac, linalg as ops, pseudoinverse as pseudo, reductions as red
from ...ops.contraction import matmul
from ...ops.indexing import gather
from ...ops.ordering import argsort
from ...ops.shaping import adjoint, broadcast_to, reshape, swap_last, transpose
from ...ops.sylvester import sylvester
from ..indexing import take_along_axis
from ..operands import ArrayLike, array_operand, concrete, operand, result
from .arguments import matrices, numbers, right_hand_sides, without_column

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "LstsqResult",
    "cho_solve",
    "inv",
    "lstsq",
    "lu_solve",
    "pinv",
    "solve",
    "solve_sylvester",
    "solve_triangular",
    "tensorinv",
    "tensorsolve",
]

_NOT_GIVEN = object()
_TRANSPOSED = {0: 0, 1: 1, 2: 2, "N": 0, "T": 1, "C": 2}


def solve(a: ArrayLike, b: ArrayLike) -> Array:
    """The solution x of ``a @ x = b``.

    Parameters
    ----------
    a : array of shape (..., n, n)
    b : array of shape (n,) or (..., n, k)
        A vector only if it has one dimension; else matrices, of which each column is a right-hand side.

    Returns
    -------
    Array
        Of shape (..., n) for a vector, else (..., n, k).

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    numpy.linalg.LinAlgError
        If a matrix is singular.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    Array([1. , 0.5])
    """
    a = matrices(a, "solve")
    right, vector = right_hand_sides(a, b, "solve")
    return result(without_column(ops.solve(a, right), vector))


def solve_triangular(
    a: ArrayLike, b: ArrayLike, trans: int | str = 0, lower: bool = False, unit_diagonal: bool = False
) -> Array:
    """The solution x of ``a @ x = b`` for a triangular matrix.

    Parameters
    ----------
    a : array of shape (..., n, n)
        Only one triangle is read, and its gradient is triangular.
    b : array of shape (n,) or (..., n, k)
        A vector only if it has one dimension; else matrices, of which each column is a right-hand side.
    trans : {0, 1, 2} or {'N', 'T', 'C'}
        Whether to solve with ``a``, with its transpose, or with its conjugate transpose.
    lower : bool
        Which triangle is read.
    unit_diagonal : bool
        Whether the diagonal is taken to be ones, and not read.

    Returns
    -------
    Array
        Of shape (n,) for a vector, else (..., n, k).

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    numpy.linalg.LinAlgError
        If there is a zero on the diagonal.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.solve_triangular([[2.0, 1.0], [9.0, 4.0]], [3.0, 4.0])
    Array([1., 1.])
    """
    a = matrices(a, "solve_triangular")
    right, vector = right_hand_sides(a, b, "solve_triangular")
    a, lower = _transposed(a, lower, trans, "solve_triangular")
    return result(without_column(fac.triangular_solve(a, right, lower=lower, unit=bool(unit_diagonal)), vector))


def _transposed(a: Value, lower: bool, trans: int | str, name: str) -> tuple[Value, bool]:
    """A triangular matrix, transposed as ``trans`` says, and whether it is a lower one then."""
    if trans not in _TRANSPOSED:
        raise ValueError(f"{name}: trans must be 0, 1, 2, 'N', 'T' or 'C', not {trans!r}")
    how = _TRANSPOSED[trans]
    return (a, bool(lower)) if how == 0 else (swap_last(a) if how == 1 else adjoint(a), not lower)


def cho_solve(c_and_lower: tuple[ArrayLike, bool], b: ArrayLike) -> Array:
    """The solution of equations with a positive definite matrix, from its Cholesky factor.

    Parameters
    ----------
    c_and_lower : (array of shape (..., n, n), bool)
        The factor and whether it is the lower one, as :func:`cho_factor` gives them.
    b : array of shape (n,) or (..., n, k)
        A vector only if it has one dimension.

    Returns
    -------
    Array
        Of shape (n,) for a vector, else (..., n, k).

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> factor = wg.linalg.cho_factor([[4.0, 2.0], [2.0, 2.0]])
    >>> wg.linalg.cho_solve(factor, [6.0, 4.0])
    Array([1., 1.])
    """
    factor, lower = c_and_lower
    c = matrices(factor, "cho_solve")
    right, vector = right_hand_sides(c, b, "cho_solve")
    first, second = (c, adjoint(c)) if lower else (adjoint(c), c)
    half = fac.triangular_solve(first, right, lower=True, unit=False)
    return result(without_column(fac.triangular_solve(second, half, lower=False, unit=False), vector))


def lu_solve(lu_and_piv: tuple[ArrayLike, ArrayLike], b: ArrayLike, trans: int | str = 0) -> Array:
    """The solution of equations with a matrix, from its triangular factors.

    Parameters
    ----------
    lu_and_piv : (array of shape (..., n, n), array of shape (..., n))
        The factors in one matrix and the interchanges of rows, as :func:`lu_factor` gives them.
    b : array of shape (n,) or (..., n, k)
        A vector only if it has one dimension.
    trans : {0, 1, 2} or {'N', 'T', 'C'}
        Whether to solve with the matrix, with its transpose, or with its conjugate transpose.

    Returns
    -------
    Array
        Of shape (n,) for a vector, else (..., n, k).

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    numpy.linalg.LinAlgError
        If the matrix is singular.

    Examples
    --------
    >>> import wengert as wg
    >>> factors = wg.linalg.lu_factor([[0.0, 2.0], [1.0, 3.0]])
    >>> wg.linalg.lu_solve(factors, [2.0, 4.0])
    Array([1., 1.])
    """
    factors, pivots = lu_and_piv
    a, pivots = matrices(factors, "lu_solve"), array_operand(pivots)
    if pivots.shape != a.shape[:-1] or pivots.dtype.kind not in "iu":
        raise ShapeError(
            f"lu_solve: matrices of shape {a.shape} need integer pivots of shape {a.shape[:-1]}, "
            f"not {pivots.dtype} of shape {pivots.shape}"
        )
    right, vector = right_hand_sides(a, b, "lu_solve")
    order = fac.interchanged(pivots)
    turned, plain = _transposed(a, True, trans, "lu_solve")
    if plain:
        half = fac.triangular_solve(a, _rows_of(right, order), lower=True, unit=True)
        return result(without_column(fac.triangular_solve(a, half, lower=False, unit=False), vector))
    half = fac.triangular_solve(turned, right, lower=True, unit=False)
    whole = fac.triangular_solve(turned, half, lower=False, unit=True)
    back = argsort(order, axis=len(order.shape) - 1)
    return result(without_column(_rows_of(whole, back), vector))


def _rows_of(x: Value, order: Value) -> Value:
    """The rows of matrices in another order."""
    if len(x.shape) == 2 and len(order.shape) == 1:
        return gather(x, order, axes=(0,), unique=True)
    stack = broadcast_shapes(x.shape[:-2], order.shape[:-1])
    x = broadcast_to(x, shape=(*stack, *x.shape[-2:]))
    places = broadcast_to(reshape(order, shape=(*order.shape, 1)), shape=(*stack, order.shape[-1], 1))
    return take_along_axis(x, places, axis=-2)


def inv(a: ArrayLike) -> Array:
    """The inverse matrix; :func:`solve` is quicker and more exact where it serves.

    Parameters
    ----------
    a : array of shape (..., n, n)

    Returns
    -------
    Array
        Of the same shape.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        If one is singular.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.inv([[2.0, 0.0], [0.0, 4.0]])
    Array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return result(ops.inv(matrices(a, "inv")))


def pinv(a: ArrayLike, rcond: float | None = None, hermitian: bool = False, *, rtol: Any = _NOT_GIVEN) -> Array:
    """The pseudoinverse of Moore and Penrose.

    Parameters
    ----------
    a : array of shape (..., m, n)
    rcond : float, optional
        Singular values up to ``rcond`` times the largest count as 0; by default 1e-15.
    hermitian : bool
        Whether the matrices are taken to be Hermitian: only the lower triangle is read, and the gradient is Hermitian.
    rtol : float or None, optional
        Another name of ``rcond``; None stands for the larger dimension times the precision.

    Returns
    -------
    Array
        Of shape (..., n, m).

    Raises
    ------
    ShapeError
        If there are no matrices.

    Notes
    -----
    The derivative holds where the rank is locally constant, also where it is deficient (Golub and Pereyra, 1973).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.pinv([[2.0, 0.0], [0.0, 0.0]])
    Array([[0.5, 0. ],
           [0. , 0. ]])
    """
    x = matrices(a, "pinv", square=hermitian, factored=True)
    if rcond is not None and rtol is not _NOT_GIVEN:
        raise ValueError("pinv takes rcond or rtol, which mean the same, not both")
    if rcond is None:
        rcond = 1e-15 if rtol is _NOT_GIVEN else rtol
    cutoff = max(x.shape[-2:]) * backend.precision(x.dtype) if rcond is None else _number(rcond, "pinv", "rcond")
    return result(pseudo.pinv(x, rcond=cutoff, hermitian=bool(hermitian)))


def _number(x: Any, function: str, name: str) -> float:
    try:
        return float(concrete(operand(x), name))
    except (TypeError, ValueError):
        raise ShapeError(f"{function} takes one number as {name} for all matrices, not {x!r}") from None


def solve_sylvester(a: ArrayLike, b: ArrayLike, q: ArrayLike) -> Array:
    """The solution x of ``a @ x + x @ b = q``.

    Parameters
    ----------
    a : array of shape (..., m, m)
    b : array of shape (..., n, n)
        With no eigenvalue that is minus one of ``a``.
    q : array of shape (..., m, n)

    Returns
    -------
    Array
        Of shape (..., m, n).

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.solve_sylvester([[1.0]], [[3.0]], [[8.0]])
    Array([[2.]])
    """
    x, y = matrices(a, "solve_sylvester"), matrices(b, "solve_sylvester")
    right = matrices(q, "solve_sylvester", square=False)
    if right.shape[-2:] != (x.shape[-1], y.shape[-1]):
        raise ShapeError(
            f"solve_sylvester: matrices of shapes {x.shape} and {y.shape} do not fit a right-hand side of shape "
            f"{right.shape}"
        )
    broadcast_shapes(x.shape[:-2], y.shape[:-2], right.shape[:-2])  # raises unless the stacks fit
    return result(sylvester(x, y, right))


class LstsqResult(NamedTuple):
    """Least-squares solutions, sums of squared residuals, the rank, and the singular values of the matrix."""

    x: Array
    residuals: Array
    rank: Array
    s: Array


def lstsq(a: ArrayLike, b: ArrayLike, rcond: float | None = None) -> LstsqResult:
    """The x of least norm that minimises the 2-norm of ``b - a @ x``.

    Parameters
    ----------
    a : array of shape (..., m, n)
    b : array of shape (m,) or (..., m, k)
        A vector only if it has one dimension; else matrices, of which each column is a right-hand side.
    rcond : float, optional
        Singular values up to ``rcond`` times the largest count as 0; by default the larger dimension times the
        precision, and with -1 the precision.

    Returns
    -------
    LstsqResult
        The named tuple ``(x, residuals, rank, s)``: the solutions, of shape (n,) for a vector, else (..., n, k); the
        sums of squares of what remains of each right-hand side, of shape (..., k), and (1,) for a vector, but (..., 0)
        where m <= n; the rank; the singular values of ``a``.

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Notes
    -----
    The derivative holds where the rank is locally constant, also where it is deficient (Golub and Pereyra, 1973). Of a
    matrix with m > n of deficient rank there are residuals as of any, where NumPy's are an empty array: the shape must
    not depend on the numbers.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0]).x.round(12)
    Array([1., 2.])
    """
    x = matrices(a, "lstsq", square=False)
    right, vector = right_hand_sides(x, b, "lstsq")
    m, n = x.shape[-2:]
    precision = backend.precision(x.dtype)
    cutoff = precision * max(m, n) if rcond is None else _number(rcond, "lstsq", "rcond")
    solution, rank, values = pseudo.lstsq(x, right, rcond=precision if cutoff < 0 else cutoff)
    size = el.absolute(right - matmul(x, solution)) if m > n else None
    if size is None:
        residuals = backend.zeros((*solution.shape[:-2], 0), values.dtype)
    else:
        residuals = red.sum(size * size, axes=(len(size.shape) - 2,), keepdims=False)
    return LstsqResult(result(without_column(solution, vector)), result(residuals), result(rank), result(values))


def tensorsolve(a: ArrayLike, b: ArrayLike, axes: tuple[int, ...] | None = None) -> Array:
    """The solution x of ``tensordot(a, x, x.ndim) = b``.

    Parameters
    ----------
    a : array of shape (*b.shape, *q)
        With as many elements in q as in ``b``.
    b : array
    axes : tuple of int, optional
        Axes of ``a`` that are moved to the end first.

    Returns
    -------
    Array
        Of shape q.

    Raises
    ------
    ShapeError
        If ``a`` is no square matrix in this sense.

    Examples
    --------
    >>> import wengert as wg
    >>> a = 2.0 * wg.eye(4).reshape(2, 2, 4)
    >>> wg.linalg.tensorsolve(a, wg.ones((2, 2)))
    Array([0.5, 0.5, 0.5, 0.5])
    """
    x, y = numbers(a), numbers(b)
    rank = len(x.shape)
    if axes is not None:
        last = [normalize_axis(axis, rank, "axes") for axis in axes]
        x = transpose(x, axes=(*(i for i in range(rank) if i not in last), *last))
    shape = x.shape[len(y.shape) :]
    size = prod(shape)
    if prod(y.shape) != size or prod(x.shape) != size * size:
        raise ShapeError(
            f"tensorsolve: an array of shape {x.shape} and a right-hand side of shape {y.shape} do not fit: the axes "
            "after those of the right-hand side must have as many elements as it has"
        )
    square = matrices(reshape(x, shape=(size, size)), "tensorsolve")
    return result(reshape(ops.solve(square, reshape(y, shape=(size, 1))), shape=shape))


def tensorinv(a: ArrayLike, ind: int = 2) -> Array:
    """The inverse with respect to ``tensordot(a, b, ind)``.

    Parameters
    ----------
    a : array
        With as many elements along the first ``ind`` axes as along the others.
    ind : int

    Returns
    -------
    Array
        Of the shape of ``a`` with the first ``ind`` axes moved to the end.

    Raises
    ------
    ShapeError
        If ``a`` is no square matrix in this sense.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.tensorinv(2.0 * wg.eye(4).reshape(2, 2, 4)).shape
    (4, 2, 2)
    """
    x = numbers(a)
    if ind < 1:
        raise ValueError(f"tensorinv: ind must be positive, not {ind}")
    size = prod(x.shape[ind:])
    if prod(x.shape[:ind]) != size:
        raise ShapeError(
            f"tensorinv: of an array of shape {x.shape} the first {ind} axes must have as many elements as the others"
        )
    inverse = ops.inv(matrices(reshape(x, shape=(size, size)), "tensorinv"))
    return result(reshape(inverse, shape=(*x.shape[ind:], *x.shape[:ind])))

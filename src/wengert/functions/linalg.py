"""Linear algebra, as the namespace ``wengert.linalg``; all functions take stacks of matrices in the last two axes.

Integers are converted to float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from math import inf
from operator import index as as_integer
from typing import TYPE_CHECKING, Any, NamedTuple

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, broadcast_shapes, is_inexact, normalize_axes, normalize_axis
from ..ops import elementwise as el, linalg as ops, reductions as red
from ..ops.shaping import adjoint, broadcast_to, reshape
from . import contraction
from .contraction import matmul, outer, tensordot, vecdot
from .operands import ArrayLike, array_operand, result
from .shaping import matrix_transpose

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "SlogdetResult",
    "cholesky",
    "det",
    "diagonal",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "slogdet",
    "solve",
    "tensordot",
    "trace",
    "vecdot",
    "vector_norm",
]

Order = float | str | None
Axes = tuple[int, ...]


def _numbers(a: ArrayLike) -> Value:
    """An array of floating-point or complex numbers."""
    x = array_operand(a)
    return x if is_inexact(x.dtype) else el.astype(x, dtype=backend.dtype("float64"))


def _matrices(a: ArrayLike, name: str, *, square: bool = True, factored: bool = True) -> Value:
    """An array of matrices; to be factored, in a precision for which LAPACK does it."""
    x = _numbers(a)
    if len(x.shape) < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "a square matrix" if square else "a matrix"
        raise ShapeError(f"{name} needs {kind}, or a stack of them in the last two axes, not the shape {x.shape}")
    if factored and x.dtype.char not in "fdFD":
        raise DTypeError(f"{name} computes in single and double precision, not in {x.dtype}; convert with astype")
    return x


# Norms ----------------------------------------------------------------------------------------------------------------


def norm(x: ArrayLike, ord: Order = None, axis: int | tuple[int, int] | None = None, keepdims: bool = False) -> Array:
    """A norm of a vector or of a matrix.

    Parameters
    ----------
    x : array
    ord : number or 'fro', optional
        Of vectors: 2 (the default), 1, ``inf`` and ``-inf`` (the greatest and the smallest absolute value), 0 (the
        number of elements that are not zero), or p: (Σ|x|ᵖ)^(1/p). Of matrices: ``'fro'`` (the default), 1, -1,
        ``inf``, ``-inf`` (the greatest or smallest sum of a column, of a row).
    axis : int or pair of int, optional
        Along which axis there are vectors, or along which axes matrices. By default the 2-norm of all elements, or
        with ``ord`` that of a vector or a matrix.
    keepdims : bool
        Whether the axes stay, with one element each.

    Returns
    -------
    Array
        Real. Where it is 0 its gradient is 0 (the subgradient of least norm).

    Raises
    ------
    ShapeError
        If ``x`` is neither a vector nor a matrix and only ``ord`` is given, or the axes do not exist.
    NotImplementedError
        For the orders of matrices that need singular values.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.norm([3.0, 4.0])
    Array(5.)
    >>> wg.linalg.norm([[1.0, 2.0], [3.0, 4.0]], 1)
    Array(6.)
    """
    x = _numbers(x)
    ndim = len(x.shape)
    if axis is None and (ord is None or (ord == 2 and ndim == 1) or (ord == "fro" and ndim == 2)):
        return result(red.norm(x, axes=tuple(range(ndim)), keepdims=keepdims))
    if axis is None and ndim not in (1, 2):
        raise ShapeError(f"norm with ord={ord!r} needs a vector, a matrix, or an axis, not the shape {x.shape}")
    pair = tuple(range(ndim)) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple(normalize_axis(a, ndim) for a in pair)
    if len(axes) == 1:
        return result(_vector_norm(x, ord, axes, keepdims))
    if len(axes) != 2 or axes[0] == axes[1]:
        raise ShapeError(f"norm needs one axis, or two different ones, not {axis}")
    return result(_matrix_norm(x, ord, axes, keepdims))


def vector_norm(
    x: ArrayLike, /, *, axis: int | tuple[int, ...] | None = None, keepdims: bool = False, ord: float = 2
) -> Array:
    """A norm of vectors; along several axes, of their elements taken together.

    Parameters
    ----------
    x : array
    axis : int or tuple of int, optional
        By default all elements are one vector.
    keepdims : bool
        Whether the axes stay, with one element each.
    ord : number
        As for :func:`norm`.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.vector_norm([[3.0, 4.0], [6.0, 8.0]], axis=1)
    Array([ 5., 10.])
    """
    x = _numbers(x)
    return result(_vector_norm(x, ord, normalize_axes(axis, len(x.shape)), keepdims))


def matrix_norm(x: ArrayLike, /, *, keepdims: bool = False, ord: Order = "fro") -> Array:
    """A norm of matrices in the last two axes.

    Parameters
    ----------
    x : array
    keepdims : bool
        Whether the axes stay, with one element each.
    ord : number or 'fro'
        As for :func:`norm`.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.matrix_norm([[3.0, 0.0], [0.0, 4.0]])
    Array(5.)
    """
    x = _matrices(x, "matrix_norm", square=False, factored=False)
    rank = len(x.shape)
    return result(_matrix_norm(x, ord, (rank - 2, rank - 1), keepdims))


def _vector_norm(x: Value, ord: Order, axes: Axes, keepdims: bool) -> Value:
    if ord is None or ord == 2:
        return red.norm(x, axes=axes, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"a vector has no norm of order {ord!r}; the orders are numbers, inf and -inf")
    size = el.absolute(x)
    if ord == inf:
        return red.max(size, axes=axes, keepdims=keepdims)
    if ord == -inf:
        return red.min(size, axes=axes, keepdims=keepdims)
    if ord == 0:
        return red.sum(el.astype(el.not_equal(x, 0), dtype=size.dtype), axes=axes, keepdims=keepdims)
    if ord == 1:
        return red.sum(size, axes=axes, keepdims=keepdims)
    total = red.sum(el.power(size, ord), axes=axes, keepdims=keepdims)
    if ord < 0:
        return el.power(total, 1 / ord)
    none = el.equal(total, 0)  # there the root has no derivative, but the norm has the subgradient 0
    return el.where(none, 0.0, el.power(el.where(none, 1.0, total), 1 / ord))


def _matrix_norm(x: Value, ord: Order, axes: Axes, keepdims: bool) -> Value:
    rows, columns = axes
    both = (min(axes), max(axes))
    if ord is None or ord == "fro":
        return red.norm(x, axes=both, keepdims=keepdims)
    if ord in (2, -2, "nuc"):
        raise NotImplementedError(
            f"the norm of order {ord!r} of a matrix needs its singular values; 'fro', 1 and inf do not"
        )
    if ord not in (1, -1, inf, -inf):
        raise ValueError(f"a matrix has no norm of order {ord!r}; the orders are 'fro', 1, -1, inf and -inf")
    summed = rows if ord in (1, -1) else columns
    sums = red.sum(el.absolute(x), axes=(summed,), keepdims=True)
    extreme = red.max if ord in (1, inf) else red.min
    return extreme(sums, axes=both, keepdims=keepdims)


# Equations and determinants -------------------------------------------------------------------------------------------


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
    a, b = _matrices(a, "solve"), _numbers(b)
    vector = len(b.shape) == 1
    right = reshape(b, shape=(*b.shape, 1)) if vector else b
    if len(right.shape) < 2 or right.shape[-2] != a.shape[-1]:
        raise ShapeError(f"solve: a right-hand side of shape {b.shape} does not fit matrices of shape {a.shape}")
    broadcast_shapes(a.shape[:-2], right.shape[:-2])  # raises unless the stacks fit
    x = ops.solve(a, right)
    return result(reshape(x, shape=x.shape[:-1]) if vector else x)


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
    return result(ops.inv(_matrices(a, "inv")))


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
    return result(ops.det(_matrices(a, "det")))


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
    sign, logabsdet = ops.slogdet(_matrices(a, "slogdet"))
    return SlogdetResult(result(sign), result(logabsdet))


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
    factor = ops.cholesky(_matrices(a, "cholesky"))
    return result(adjoint(factor) if upper else factor)


# Products -------------------------------------------------------------------------------------------------------------


def matrix_power(a: ArrayLike, n: int) -> Array:
    """A square matrix multiplied n times; by its inverse where n is negative.

    Parameters
    ----------
    a : array of shape (..., m, m)
    n : int

    Returns
    -------
    Array
        Of the same shape.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.matrix_power([[1.0, 1.0], [0.0, 1.0]], 3)
    Array([[1., 3.],
           [0., 1.]])
    """
    given = array_operand(a)
    n = as_integer(n)
    x = _matrices(a, "matrix_power", factored=n < 0)
    if n >= 0 and given.dtype.kind in "iu":
        x = given  # products of integers stay integers
    if n == 0:
        return result(broadcast_to(backend.basis(x.shape[-1], x.dtype), shape=x.shape))
    if n == 1:
        return result(el.astype(x, dtype=x.dtype))
    if n < 0:
        x, n = ops.inv(x), -n
    factors = []
    while n:
        if n & 1:
            factors.append(x)
        n >>= 1
        if n:
            x = matmul(x, x)
    return result(reduce(matmul, factors))


def multi_dot(arrays: Sequence[ArrayLike]) -> Array:
    """The product of several matrices, in the order of multiplications that takes the fewest.

    Parameters
    ----------
    arrays : sequence of at least two matrices
        The first and the last may be vectors.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.multi_dot([wg.ones((2, 3)), wg.ones((3, 4)), wg.ones(4)])
    Array([12., 12.])
    """
    factors = [array_operand(a) for a in arrays]
    shapes = [f.shape for f in factors]
    if len(factors) < 2:
        raise ShapeError("multi_dot needs at least two arrays")
    ends = (0, len(factors) - 1)
    if any(len(s) != 2 and not (i in ends and len(s) == 1) for i, s in enumerate(shapes)):
        raise ShapeError(f"multi_dot multiplies matrices, and vectors at the ends, not the shapes {shapes}")
    inner = [(s[-1], t[0]) for s, t in pairwise(shapes)]
    if any(n != m for n, m in inner):
        raise ShapeError(f"multi_dot: the shapes {shapes} do not fit one another")
    sizes = [1 if len(shapes[0]) == 1 else shapes[0][0], *(n for n, _ in inner)]
    sizes.append(1 if len(shapes[-1]) == 1 else shapes[-1][1])
    cuts = _cheapest_cuts(sizes)

    def product(first: int, last: int) -> Value:
        if first == last:
            return factors[first]
        cut = cuts[first, last]
        return matmul(product(first, cut), product(cut + 1, last))

    return result(product(*ends))


def _cheapest_cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to cut each chain of matrices i, ..., j, of sizes[i] × sizes[i + 1] and so on, in two."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    cuts = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j], cuts[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )
    return cuts


# Diagonals of stacks --------------------------------------------------------------------------------------------------


def trace(x: ArrayLike, /, *, offset: int = 0, dtype: Any = None) -> Array:
    """The sum of a diagonal of matrices in the last two axes (:func:`wengert.trace` takes the first two).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.trace([[1.0, 2.0], [3.0, 4.0]])
    Array(5.)
    """
    x = array_operand(x)
    if len(x.shape) < 2:
        raise ShapeError(f"trace needs matrices in the last two axes, not the shape {x.shape}")
    return contraction.trace(x, offset, -2, -1, dtype)


def diagonal(x: ArrayLike, /, *, offset: int = 0) -> Array:
    """A diagonal of matrices in the last two axes (:func:`wengert.diagonal` takes the first two).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.diagonal([[1.0, 2.0], [3.0, 4.0]])
    Array([1., 4.])
    """
    x = array_operand(x)
    if len(x.shape) < 2:
        raise ShapeError(f"diagonal needs matrices in the last two axes, not the shape {x.shape}")
    return contraction.diagonal(x, offset, -2, -1)

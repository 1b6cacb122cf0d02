"""Contractions: sums of products over shared axes. They are linear in each argument, and so their own derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core.errors import ShapeError
from ..core.types import Shape, Value, broadcast_shapes, normalize_axis
from ..ops import contraction as con, elementwise as el, reductions as red
from ..ops.families import conjugate
from ..ops.indexing import getitem
from ..ops.shaping import move_axis, reshape
from .operands import ArrayLike, array_operand, result
from .shaping import number_dtype
from .subscripts import LETTERS, from_lists, plan

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "dot",
    "matmul",
    "vdot",
    "vecdot",
    "matvec",
    "vecmat",
    "inner",
    "outer",
    "tensordot",
    "einsum",
    "trace",
    "diagonal",
]


# Products of vectors and matrices -------------------------------------------------------------------------------------


def dot(a: ArrayLike, b: ArrayLike) -> Array:
    """The dot product: over the last axis of ``a`` and the last but one of ``b`` (its only one if ``b`` is a vector).

    Parameters
    ----------
    a, b : array
        Vectors give their inner product, matrices their matrix product; a scalar multiplies the other argument.

    Returns
    -------
    Array
        Of the axes of ``a`` and then those of ``b``, without the two that were summed over.

    Raises
    ------
    ShapeError
        If the two axes have different lengths.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.dot([1.0, 2.0], [3.0, 4.0])
    Array(11.)
    >>> wg.dot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    Array([3., 7.])
    """
    x, y = array_operand(a), array_operand(b)
    p, q = x.shape, y.shape
    if not p or not q:
        return result(el.multiply(x, y))
    rank = len(q)
    if p[-1] != q[rank - 2 if rank > 1 else 0]:
        _raise_mismatch("dot", p, q)
    if rank <= 2:
        return result(con.matmul(x, y))
    return result(_contract(x, y, (len(p) - 1,), (rank - 2,)))


def _raise_mismatch(name: str, p: Shape, q: Shape) -> None:
    inner = q[-2 if len(q) > 1 else 0]
    raise ShapeError(
        f"{name}: shapes {p} and {q} do not fit: the last axis of the first has length {p[-1]}, "
        f"the {'last but one' if len(q) > 1 else 'axis'} of the second {inner}"
    )


def matmul(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """The matrix product; of stacks of matrices, with their leading axes broadcast. The operator ``@``.

    Parameters
    ----------
    x1, x2 : array
        Of shapes (..., n, k) and (..., k, m); a vector stands for a row on the left, for a column on the right.

    Returns
    -------
    Array
        Of shape (..., n, m), without n where ``x1`` is a vector, without m where ``x2`` is one.

    Raises
    ------
    ShapeError
        If the inner axes have different lengths, the leading axes do not broadcast, or an argument has no axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.matmul([[1.0, 2.0], [3.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]])
    Array([[2., 1.],
           [4., 3.]])
    """
    x, y = array_operand(x1), array_operand(x2)
    p, q = x.shape, y.shape
    if not p or not q:
        raise ShapeError(f"matmul takes arrays of one axis or more, not shapes {p} and {q}; multiply by scalars with *")
    if p[-1] != q[-2 if len(q) > 1 else 0]:
        _raise_mismatch("matmul", p, q)
    if len(p) > 2 and len(q) > 2:
        broadcast_shapes(p[:-2], q[:-2])
    return result(con.matmul(x, y))


def vdot(a: ArrayLike, b: ArrayLike) -> Array:
    """The inner product Σ conj(a) b of all elements, both flattened.

    Parameters
    ----------
    a, b : array
        Of equally many elements.

    Returns
    -------
    Array
        A scalar.

    Raises
    ------
    ShapeError
        If the arrays have different sizes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.vdot([1j, 2.0], [1j, 1.0])
    Array(3.+0.j)
    """
    x, y = _flat(array_operand(a)), _flat(array_operand(b))
    if x.shape != y.shape:
        raise ShapeError(f"vdot takes arrays of equally many elements, not {x.shape[0]} and {y.shape[0]}")
    return result(con.matmul(conjugate(x), y))


def vecdot(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> Array:
    """The inner products Σ conj(x1) x2 of vectors along an axis; the other axes broadcast.

    Parameters
    ----------
    x1, x2 : array
        The vectors.
    axis : int
        The axis along which they lie.

    Returns
    -------
    Array
        Of the broadcast shape without the axis.

    Raises
    ------
    ShapeError
        If the arrays have no such axis, their lengths along it differ, or the other axes do not broadcast.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.vecdot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    Array([3., 7.])
    """
    x, y = array_operand(x1), array_operand(x2)
    i, j = normalize_axis(axis, len(x.shape)), normalize_axis(axis, len(y.shape))
    if x.shape[i] != y.shape[j]:
        raise ShapeError(f"vecdot: shapes {x.shape} and {y.shape} do not fit: their axes {axis} have different lengths")
    last = [move_axis(v, n, len(v.shape) - 1) for v, n in ((conjugate(x), i), (y, j))]
    return einsum("...i,...i->...", *last)


def matvec(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Matrices in the last two axes times vectors in the last axis; the other axes broadcast.

    Parameters
    ----------
    x1 : array of shape (..., m, n)
    x2 : array of shape (..., n)

    Returns
    -------
    Array
        Of shape (..., m).

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    Array([3., 7.])
    """
    matrices, vectors = _fitting(x1, x2, "matvec", 2, 1)
    return einsum("...ij,...j->...i", matrices, vectors)


def vecmat(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Vectors in the last axis, conjugated, times matrices in the last two axes; the other axes broadcast.

    Parameters
    ----------
    x1 : array of shape (..., m)
    x2 : array of shape (..., m, n)

    Returns
    -------
    Array
        Of shape (..., n).

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.vecmat([1.0, 1.0], [[1.0, 2.0], [3.0, 4.0]])
    Array([4., 6.])
    """
    vectors, matrices = _fitting(x1, x2, "vecmat", 1, 2)
    return einsum("...i,...ij->...j", conjugate(vectors), matrices)


def _fitting(x1: ArrayLike, x2: ArrayLike, name: str, rank1: int, rank2: int) -> tuple[Value, Value]:
    """Operands with at least so many axes, of which the adjacent ones have the same length."""
    x, y = array_operand(x1), array_operand(x2)
    if len(x.shape) < rank1 or len(y.shape) < rank2 or x.shape[-1] != y.shape[-rank2]:
        raise ShapeError(f"{name}: shapes {x.shape} and {y.shape} do not fit")
    return x, y


def inner(a: ArrayLike, b: ArrayLike) -> Array:
    """The sum of products over the last axes of both; a scalar multiplies the other argument.

    Parameters
    ----------
    a, b : array
        With last axes of the same length. Nothing is conjugated; see :func:`vdot`.

    Returns
    -------
    Array
        Of the axes of ``a`` and then those of ``b``, without the last of each.

    Raises
    ------
    ShapeError
        If the last axes have different lengths.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.inner([1.0, 2.0], [[3.0, 4.0], [5.0, 6.0]])
    Array([11., 17.])
    """
    x, y = array_operand(a), array_operand(b)
    if not x.shape or not y.shape:
        return result(el.multiply(x, y))
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(f"inner: shapes {x.shape} and {y.shape} do not fit: their last axes have different lengths")
    if len(y.shape) == 1:
        return result(con.matmul(x, y))
    return result(_contract(x, y, (len(x.shape) - 1,), (len(y.shape) - 1,)))


def outer(a: ArrayLike, b: ArrayLike) -> Array:
    """The products of every element of ``a`` with every element of ``b``, both flattened: a bᵀ.

    Parameters
    ----------
    a, b : array
        Of n and m elements.

    Returns
    -------
    Array
        Of shape (n, m).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.outer([1.0, 2.0], [3.0, 4.0])
    Array([[3., 4.],
           [6., 8.]])
    """
    return result(con.einsum(_flat(array_operand(a)), _flat(array_operand(b)), subscripts="A,B->AB"))


def _flat(x: Value) -> Value:
    return x if len(x.shape) == 1 else reshape(x, shape=(prod(x.shape),))


# Contraction of any axes ----------------------------------------------------------------------------------------------

Axes: TypeAlias = int | tuple[int | Sequence[int], int | Sequence[int]]


def tensordot(a: ArrayLike, b: ArrayLike, axes: Axes = 2) -> Array:
    """The sum of products over chosen axes of both.

    Parameters
    ----------
    a, b : array
        The factors.
    axes : int or pair of (int or sequence of int)
        The axes to sum over, of ``a`` and of ``b``; or their number, the last of ``a`` and the first of ``b``.

    Returns
    -------
    Array
        Of the axes of ``a`` and then those of ``b``, without those that were summed over.

    Raises
    ------
    ShapeError
        If there are no such axes, or those that are paired have different lengths.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.tensordot(wg.ones((2, 3, 4)), wg.ones((4, 3, 5)), axes=([1, 2], [1, 0])).shape
    (2, 5)
    """
    x, y = array_operand(a), array_operand(b)
    left, right = _paired_axes(axes, len(x.shape), len(y.shape))
    if len(set(left)) < len(left) or len(set(right)) < len(right):
        raise ShapeError(f"tensordot: axes {axes} name the same axis twice")
    lengths = [x.shape[i] for i in left], [y.shape[j] for j in right]
    if lengths[0] != lengths[1]:
        raise ShapeError(
            f"tensordot: shapes {x.shape} and {y.shape} do not fit along axes {left} and {right}, "
            f"which have the lengths {tuple(lengths[0])} and {tuple(lengths[1])}"
        )
    return result(_contract(x, y, left, right))


def _paired_axes(axes: Axes, p: int, q: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of arrays of ``p`` and ``q`` dimensions that tensordot's argument pairs."""
    if not isinstance(axes, (tuple, list)):
        count = index(axes)
        if not 0 <= count <= min(p, q):
            raise ShapeError(f"tensordot: arrays of {p} and {q} dimensions do not share {count} axes")
        return tuple(range(p - count, p)), tuple(range(count))
    if len(axes) != 2:
        raise ShapeError(f"tensordot: axes must be an integer or a pair (axes of a, axes of b), not {axes}")
    left, right = (tuple(side) if isinstance(side, Sequence) else (side,) for side in axes)
    if len(left) != len(right):
        raise ShapeError(f"tensordot: {len(left)} axes of the first argument cannot be paired with {len(right)}")
    return tuple(normalize_axis(i, p) for i in left), tuple(normalize_axis(j, q) for j in right)


def _contract(x: Value, y: Value, left: tuple[int, ...], right: tuple[int, ...]) -> Value:
    """The sum of products over axes of ``x`` and of ``y``; the others stay, in their order."""
    p = len(x.shape)
    first, second = LETTERS[:p], list(LETTERS[p : p + len(y.shape)])
    for i, j in zip(left, right, strict=True):
        second[j] = first[i]
    rest = [c for i, c in enumerate(first) if i not in left] + [c for j, c in enumerate(second) if j not in right]
    return con.einsum(x, y, subscripts=f"{first},{''.join(second)}->{''.join(rest)}")


def einsum(subscripts: Any, /, *operands: Any, optimize: Any = True) -> Array:
    """The sum of products in Einstein's notation.

    Parameters
    ----------
    subscripts : str
        A letter for each axis of each operand, the operands separated by commas, then ``->`` and the letters of the
        result: what the result lacks is summed over. ``...`` stands for any further axes, which broadcast. Without
        ``->`` the result has the letters that occur once, in alphabetical order.
    *operands : array
        The factors. In NumPy's other form, ``einsum(a, [0, 1], b, [1, 2], [0, 2])``, each is followed by its axes as a
        list of integers (and Ellipsis), and the axes of the result may come last.
    optimize : optional
        Accepted for NumPy's sake: the order of the products is always chosen by the library.

    Returns
    -------
    Array
        Of the axes that the result names.

    Raises
    ------
    ShapeError
        If the subscripts are malformed, do not fit the shapes, or axes of one letter have different lengths.

    Examples
    --------
    >>> import wengert as wg
    >>> a = wg.array([[1.0, 2.0], [3.0, 4.0]])
    >>> wg.einsum("ij,jk->ik", a, a)
    Array([[ 7., 10.],
           [15., 22.]])
    >>> wg.einsum("ii", a), wg.einsum("...ij->...ji", a)[0]
    (Array(5.), Array([1., 3.]))
    """
    if isinstance(subscripts, str):
        text = subscripts
    else:
        text, operands = from_lists((subscripts, *operands))
    values = [array_operand(x) for x in operands]
    explicit, shapes = plan(text, tuple(x.shape for x in values))
    if shapes is not None:
        values = [x if x.shape == s else reshape(x, shape=s) for x, s in zip(values, shapes, strict=True)]
    return result(con.einsum(*values, subscripts=explicit))


# Diagonals ------------------------------------------------------------------------------------------------------------


def trace(a: ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Array:
    """The sum of the elements of a diagonal: what ``numpy.trace`` is on the library's arrays.

    ``wengert.trace`` makes a program of a function; the trace of matrices is :func:`wengert.linalg.trace`.

    Parameters
    ----------
    a : array
        A matrix, or an array of which two axes form matrices.
    offset : int
        Which diagonal: 0 the main one, positive numbers above it, negative ones below.
    axis1, axis2 : int
        The axes of the rows and of the columns.
    dtype : dtype, optional
        In which to add, and of the result; by default that of ``a``, and for small integers the machine's.

    Returns
    -------
    Array
        Of the shape of ``a`` without the two axes.

    Raises
    ------
    ShapeError
        If ``a`` has no two such axes.

    Examples
    --------
    >>> import numpy
    >>> import wengert as wg
    >>> numpy.trace(wg.array([[1.0, 2.0], [3.0, 4.0]]), offset=1)
    Array(2.)
    """
    elements = _diagonal(array_operand(a), offset, axis1, axis2)
    last = (len(elements.shape) - 1,)
    if dtype is None:
        return result(red.sum(elements, axes=last, keepdims=False))
    dtype = number_dtype(dtype)
    return result(el.astype(red.sum(el.astype(elements, dtype=dtype), axes=last, keepdims=False), dtype=dtype))


def diagonal(a: ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The elements of a diagonal, as the last axis.

    Parameters
    ----------
    a : array
        A matrix, or an array of which two axes form matrices.
    offset : int
        Which diagonal: 0 the main one, positive numbers above it, negative ones below.
    axis1, axis2 : int
        The axes of the rows and of the columns.

    Returns
    -------
    Array
        Of the shape of ``a`` without the two axes, and with that of the diagonal.

    Raises
    ------
    ShapeError
        If ``a`` has no two such axes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.diagonal([[1.0, 2.0], [3.0, 4.0]], offset=1)
    Array([2.])
    """
    return result(_diagonal(array_operand(a), offset, axis1, axis2))


def _diagonal(x: Value, offset: int, axis1: int, axis2: int) -> Value:
    rank = len(x.shape)
    if rank < 2:
        raise ShapeError(f"a diagonal needs an array of two axes or more, not one of shape {x.shape}")
    rows, columns = normalize_axis(axis1, rank, "axis1"), normalize_axis(axis2, rank, "axis2")
    if rows == columns:
        raise ShapeError(f"a diagonal needs two different axes, not axis {rows} twice")
    down, across = max(-offset, 0), max(offset, 0)
    n = max(min(x.shape[rows] - down, x.shape[columns] - across), 0)
    if x.shape[rows] != n or x.shape[columns] != n:
        part = [slice(None)] * rank
        part[rows], part[columns] = slice(down, down + n), slice(across, across + n)
        x = getitem(x, index=tuple(part))
    letters = list(LETTERS[:rank])
    letters[columns] = letters[rows]
    rest = [c for i, c in enumerate(letters) if i not in (rows, columns)]
    return con.einsum(x, subscripts=f"{''.join(letters)}->{''.join(rest)}{letters[rows]}")

"""Products and powers of matrices and vectors, and diagonals of stacks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

from ...backends import backend
from ...core.errors import ShapeError
from ...core.types import Value, broadcast_shapes, normalize_axis
from ...ops import elementwise as el, linalg as ops
from ...ops.indexing import getitem
from ...ops.shaping import broadcast_to, concatenate, reshape
from .. import contraction
from ..contraction import matmul
from ..operands import ArrayLike, array_operand, result
from .arguments import matrices

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["cross", "diagonal", "matrix_power", "multi_dot", "trace"]


def cross(x1: ArrayLike, x2: ArrayLike, /, *, axis: int = -1) -> Array:
    """The cross products of vectors of three elements along an axis; the other axes broadcast.

    Parameters
    ----------
    x1, x2 : array
    axis : int
        Along which the vectors lie.

    Returns
    -------
    Array
        Of the broadcast shape.

    Raises
    ------
    ShapeError
        If the vectors do not have three elements, or the shapes do not broadcast.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    Array([0., 0., 1.])
    """
    x, y = array_operand(x1), array_operand(x2)
    places = [normalize_axis(axis, len(v.shape)) for v in (x, y)]
    if x.shape[places[0]] != 3 or y.shape[places[1]] != 3:
        raise ShapeError(f"cross multiplies vectors of three elements, not shapes {x.shape} and {y.shape} along {axis}")
    shape = broadcast_shapes(x.shape, y.shape)
    (a, b, c), (d, e, f) = (_components(v, place) for v, place in zip((x, y), places, strict=True))
    axis = normalize_axis(axis, len(shape))
    parts = [
        reshape(p * s - q * r, shape=(*shape[:axis], 1, *shape[axis + 1 :]))
        for p, q, r, s in ((b, c, e, f), (c, a, f, d), (a, b, d, e))
    ]
    return result(concatenate(*parts, axis=axis, sizes=(1, 1, 1)))


def _components(x: Value, axis: int) -> list[Value]:
    """The three parts along an axis, of the shapes without it."""
    return [getitem(x, index=(*(slice(None),) * axis, i)) for i in range(3)]


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
    x = matrices(a, "matrix_power", factored=n < 0)
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

"""Norms of vectors and matrices, and condition numbers."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ...backends import backend
from ...core.errors import ShapeError
from ...core.types import Value, normalize_axes, normalize_axis
from ...ops import elementwise as el, linalg as ops, reductions as red
from ...ops.indexing import getitem
from ...ops.shaping import reshape, transpose
from ...ops.spectral import svdvals
from ..operands import ArrayLike, result
from .arguments import matrices, numbers

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]

Order = float | str | None
Axes = tuple[int, ...]


def norm(x: ArrayLike, ord: Order = None, axis: int | tuple[int, int] | None = None, keepdims: bool = False) -> Array:
    """A norm of a vector or of a matrix.

    Parameters
    ----------
    x : array
    ord : number, 'fro' or 'nuc', optional
        Of vectors: 2 (the default), 1, ``inf`` and ``-inf`` (the greatest and the smallest absolute value), 0 (the
        number of elements that are not zero), or p: (Σ|x|ᵖ)^(1/p). Of matrices: ``'fro'`` (the default), 1, -1,
        ``inf``, ``-inf`` (the greatest or smallest sum of a column, of a row), 2, -2, ``'nuc'`` (the greatest singular
        value, the smallest, their sum).
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
    ValueError
        If there is no norm of this order.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.norm([3.0, 4.0])
    Array(5.)
    >>> wg.linalg.norm([[1.0, 2.0], [3.0, 4.0]], 1)
    Array(6.)
    """
    x = numbers(x)
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
    x = numbers(x)
    return result(_vector_norm(x, ord, normalize_axes(axis, len(x.shape)), keepdims))


def matrix_norm(x: ArrayLike, /, *, keepdims: bool = False, ord: Order = "fro") -> Array:
    """A norm of matrices in the last two axes.

    Parameters
    ----------
    x : array
    keepdims : bool
        Whether the axes stay, with one element each.
    ord : number, 'fro' or 'nuc'
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
    x = matrices(x, "matrix_norm", square=False, factored=False)
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
    total = red.sum(_powers(size, ord), axes=axes, keepdims=keepdims)
    if ord < 0:
        return el.power(total, 1 / ord)
    none = el.equal(total, 0)  # there the root has no derivative, but the norm has the subgradient 0
    return el.where(none, 0.0, el.power(el.where(none, 1.0, total), 1 / ord))


def _powers(size: Value, ord: float) -> Value:
    """``size**ord``; for an order below 1 the slope at 0, where it is infinite, is 0, as that of the absolute value."""
    if ord >= 1:
        return el.power(size, ord)
    none = el.equal(size, 0)
    return el.where(none, 0.0 if ord > 0 else inf, el.power(el.where(none, 1.0, size), ord))


def _matrix_norm(x: Value, ord: Order, axes: Axes, keepdims: bool) -> Value:
    rows, columns = axes
    both = (min(axes), max(axes))
    if ord is None or ord == "fro":
        return red.norm(x, axes=both, keepdims=keepdims)
    if ord in (2, -2, "nuc"):
        return _spectral_norm(x, ord, axes, keepdims)
    if ord not in (1, -1, inf, -inf):
        raise ValueError(
            f"a matrix has no norm of order {ord!r}; the orders are 'fro', 'nuc', 2, -2, 1, -1, inf and -inf"
        )
    summed = rows if ord in (1, -1) else columns
    sums = red.sum(el.absolute(x), axes=(summed,), keepdims=True)
    extreme = red.max if ord in (1, inf) else red.min
    return extreme(sums, axes=both, keepdims=keepdims)


def _spectral_norm(x: Value, ord: Order, axes: Axes, keepdims: bool) -> Value:
    rest = [a for a in range(len(x.shape)) if a not in axes]
    values = svdvals(transpose(x, axes=(*rest, *axes)))
    reduction = {2: red.max, -2: red.min}.get(ord, red.sum)  # type: ignore[call-overload]
    found = reduction(values, axes=(len(rest),), keepdims=False)
    return reshape(found, shape=tuple(1 if a in axes else n for a, n in enumerate(x.shape))) if keepdims else found


def cond(x: ArrayLike, p: Order = None) -> Array:
    """The condition number: the norm of a matrix times that of its inverse.

    Parameters
    ----------
    x : array of shape (..., n, n)
        For the orders None, 2 and -2 of shape (..., m, n).
    p : number, 'fro' or 'nuc', optional
        The order of the norm (see :func:`norm`); by default 2: the greatest singular value over the smallest.

    Returns
    -------
    Array
        Of shape (...), infinite for singular matrices.

    Raises
    ------
    ShapeError
        If the matrices are not square, or empty.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.cond([[2.0, 0.0], [0.0, 4.0]])
    Array(2.)
    """
    ratio = p is None or p in (2, -2)
    x = matrices(x, "cond", square=not ratio)
    if 0 in x.shape[-2:]:
        raise ShapeError(f"cond needs matrices with elements, not the shape {x.shape}")
    with backend.quiet():
        return result(_condition(x, p, ratio))


def _condition(x: Value, p: Order, ratio: bool) -> Value:
    last = (len(x.shape) - 2, len(x.shape) - 1)
    if ratio:
        values = svdvals(x)
        largest, smallest = (getitem(values, index=(*(slice(None),) * last[0], i)) for i in (0, -1))
        found = el.divide(smallest, largest) if p == -2 else el.divide(largest, smallest)
        none = el.equal(largest, 0)  # the matrix 0, of which it is 0/0
        return el.where(none, inf, found)
    _, logarithm = ops.slogdet(x)
    singular = el.equal(logarithm, -inf)
    mask = reshape(singular, shape=(*singular.shape, 1, 1))
    inverse = ops.inv(el.where(mask, backend.basis(x.shape[-1], x.dtype), x))
    found = el.multiply(*(_matrix_norm(y, p, last, False) for y in (x, inverse)))
    return el.where(singular, inf, found)

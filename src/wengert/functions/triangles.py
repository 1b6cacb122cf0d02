"""Triangles and diagonals of matrices, and the indices of their elements."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import ShapeError
from ..core.types import Value
from ..ops import indexing as index_ops, shaping as ops
from ..ops.elementwise import where
from .operands import ArrayLike, array_operand, concrete, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "tril",
    "triu",
    "diag",
    "diagflat",
    "diag_indices",
    "diag_indices_from",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
    "mask_indices",
]


# Triangles and diagonals ----------------------------------------------------------------------------------------------


def tril(m: ArrayLike, k: int = 0) -> Array:
    """The lower triangle of a matrix, or of each of a stack; zeros above its ``k``-th diagonal.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.tril([[1, 2], [3, 4]])
    Array([[1, 0],
           [3, 4]])
    """
    m = array_operand(m)
    return result(where(_below(m, k, "tril"), m, backend.zeros((), m.dtype)))


def triu(m: ArrayLike, k: int = 0) -> Array:
    """The upper triangle of a matrix, or of each of a stack; zeros below its ``k``-th diagonal.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.triu([[1, 2], [3, 4]])
    Array([[1, 2],
           [0, 4]])
    """
    m = array_operand(m)
    return result(where(_below(m, k - 1, "triu"), backend.zeros((), m.dtype), m))


def _below(m: Value, k: int, name: str) -> Any:
    """Which places are on or below the ``k``-th diagonal."""
    if not m.shape:
        raise ShapeError(f"{name} needs at least one dimension")
    rows, columns = m.shape[-2:] if len(m.shape) > 1 else m.shape * 2
    return np.tri(rows, columns, k, dtype=bool)


def diag(v: ArrayLike, k: int = 0) -> Array:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix.

    Parameters
    ----------
    v : array of one or two dimensions
    k : int
        Which diagonal: above the main one if positive, below if negative.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If ``v`` has neither one nor two dimensions.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.diag([1, 2])
    Array([[1, 0],
           [0, 2]])
    >>> wg.diag([[1, 2], [3, 4]], k=1)
    Array([2])
    """
    v = array_operand(v)
    if len(v.shape) == 1:
        n = v.shape[0] + abs(k)
        places = backend.arange(v.shape[0])
        rows, columns = places + max(-k, 0), places + max(k, 0)
        return result(index_ops.scatter_add(v, rows, columns, axes=(0, 1), shape=(n, n), unique=True))
    if len(v.shape) != 2:
        raise ShapeError(f"diag needs a vector or a matrix, not an array of shape {v.shape}; see wg.diagonal")
    height, width = v.shape
    length = max(min(height + min(k, 0), width - max(k, 0)), 0)
    places = backend.arange(length)
    return result(index_ops.gather(v, places + max(-k, 0), places + max(k, 0), axes=(0, 1), unique=True))


def diagflat(v: ArrayLike, k: int = 0) -> Array:
    """The matrix with the elements of an array on its ``k``-th diagonal, whatever the array's shape.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.diagflat([[1, 2]], 1)
    Array([[0, 1, 0],
           [0, 0, 2],
           [0, 0, 0]])
    """
    v = array_operand(v)
    return diag(ops.reshape(v, shape=(prod(v.shape),)), k)


# Indices --------------------------------------------------------------------------------------------------------------

Indices = tuple["Array", ...]
"""An array of integers for each axis."""


def diag_indices(n: int, ndim: int = 2) -> Indices:
    """The indices of the main diagonal of an array of ``ndim`` axes of ``n`` elements.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.ones((2, 2))
    >>> x[wg.diag_indices(2)] = 5
    >>> x
    Array([[5., 1.],
           [1., 5.]])
    """
    return tuple(result(backend.arange(as_integer(n))) for _ in range(as_integer(ndim)))


def diag_indices_from(arr: ArrayLike) -> Indices:
    """The indices of the main diagonal of an array whose axes are equally long.

    Raises
    ------
    ShapeError
        If there are not at least two axes, or they differ in length.
    """
    shape = array_operand(arr).shape
    if len(shape) < 2 or len(set(shape)) > 1:
        raise ShapeError(f"diag_indices_from needs at least two axes, all of one length, not the shape {shape}")
    return diag_indices(shape[0], len(shape))


def tril_indices(n: int, k: int = 0, m: int | None = None) -> Indices:
    """The indices of the elements on and below the ``k``-th diagonal of a matrix of n rows and m columns (or n).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.tril_indices(2)
    (Array([0, 1, 1]), Array([0, 0, 1]))
    """
    return tuple(map(result, np.tril_indices(as_integer(n), k, m)))


def tril_indices_from(arr: ArrayLike, k: int = 0) -> Indices:
    """The indices of the elements on and below the ``k``-th diagonal of a matrix; see :func:`tril_indices`."""
    n, m = _matrix(arr, "tril_indices_from")
    return tril_indices(n, k, m)


def triu_indices(n: int, k: int = 0, m: int | None = None) -> Indices:
    """The indices of the elements on and above the ``k``-th diagonal of a matrix of n rows and m columns (or n).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.triu_indices(2)
    (Array([0, 0, 1]), Array([0, 1, 1]))
    """
    return tuple(map(result, np.triu_indices(as_integer(n), k, m)))


def triu_indices_from(arr: ArrayLike, k: int = 0) -> Indices:
    """The indices of the elements on and above the ``k``-th diagonal of a matrix; see :func:`triu_indices`."""
    n, m = _matrix(arr, "triu_indices_from")
    return triu_indices(n, k, m)


def _matrix(arr: ArrayLike, name: str) -> tuple[int, int]:
    shape = array_operand(arr).shape
    if len(shape) != 2:
        raise ShapeError(f"{name} needs a matrix, not an array of shape {shape}")
    return shape  # type: ignore[no-any-return]


def mask_indices(n: int, mask_func: Callable[..., ArrayLike], k: Any = 0) -> Indices:
    """The indices of the elements of an n × n matrix of ones that ``mask_func(matrix, k)`` leaves nonzero.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.mask_indices(2, wg.triu)
    (Array([0, 0, 1]), Array([0, 1, 1]))
    """
    ones = result(backend.ones((as_integer(n), as_integer(n)), backend.dtype("int64")))
    kept = concrete(array_operand(mask_func(ones, k)), "mask_indices")
    return tuple(map(result, np.nonzero(kept)))

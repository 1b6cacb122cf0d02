"""Matrices made of blocks and of diagonals, under SciPy's names."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from ...core.types import Value, broadcast_shapes
from ...ops.families import conjugate
from ...ops.indexing import getitem
from ...ops.shaping import broadcast_to, concatenate, flip, pad, reshape
from ..creation import zeros
from ..operands import ArrayLike, array_operand, result

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["block_diag", "toeplitz"]


def block_diag(*arrs: ArrayLike) -> Array:
    """The matrix with these blocks along its diagonal, and zeros elsewhere.

    Parameters
    ----------
    *arrs : arrays of shapes (..., m, n)
        A vector is a matrix of one row, a number one of one element. Stacks broadcast.

    Returns
    -------
    Array
        Of shape (..., sum of m, sum of n).

    Raises
    ------
    ShapeError
        If the stacks do not broadcast.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.block_diag([[1.0, 2.0]], 3.0)
    Array([[1., 2., 0.],
           [0., 0., 3.]])
    """
    if not arrs:
        return zeros((1, 0))
    blocks = [_matrix(array_operand(a)) for a in arrs]
    stack = broadcast_shapes(*[b.shape[:-2] for b in blocks])
    width = sum(b.shape[-1] for b in blocks)
    starts = accumulate((b.shape[-1] for b in blocks), initial=0)
    rows = [
        pad(
            broadcast_to(b, shape=(*stack, *b.shape[-2:])),
            widths=(*((0, 0),) * len(stack), (0, 0), (start, width - start - b.shape[-1])),
        )
        for b, start in zip(blocks, starts, strict=False)
    ]
    return result(concatenate(*rows, axis=len(stack), sizes=tuple(r.shape[-2] for r in rows)))


def _matrix(x: Value) -> Value:
    return x if len(x.shape) > 1 else reshape(x, shape=(1,) * (2 - len(x.shape)) + x.shape)


def toeplitz(c: ArrayLike, r: ArrayLike | None = None) -> Array:
    """The matrix with constant diagonals.

    Parameters
    ----------
    c : array of shape (..., m)
        The first column.
    r : array of shape (..., n), optional
        The first row, of which the first element is not read; by default the conjugate of ``c``.

    Returns
    -------
    Array
        Of shape (..., m, n).

    Raises
    ------
    ShapeError
        If the stacks do not broadcast.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.linalg.toeplitz([1.0, 2.0, 3.0], [9.0, 5.0])
    Array([[1., 5.],
           [2., 1.],
           [3., 2.]])
    """
    column = _vector(array_operand(c))
    row = conjugate(column) if r is None else _vector(array_operand(r))
    stack = broadcast_shapes(column.shape[:-1], row.shape[:-1])
    m, n, last = column.shape[-1], row.shape[-1], len(stack)
    upwards = flip(broadcast_to(column, shape=(*stack, m)), axes=(last,))
    onwards = _sliced(broadcast_to(row, shape=(*stack, n)), slice(1, None))
    if not m or not n:
        return result(zeros((*stack, m, n), dtype=column.dtype))
    values = concatenate(upwards, onwards, axis=last, sizes=(m, n - 1))
    if m == 1:
        return result(reshape(values, shape=(*stack, 1, n)))
    # In rows that are all the same, one after the other, each stride of one less than a row is a row moved by one.
    size = m + n - 1
    rows = broadcast_to(reshape(values, shape=(*stack, 1, size)), shape=(*stack, m, size))
    strides = _sliced(reshape(rows, shape=(*stack, m * size)), slice(m - 1, m - 1 + m * (size - 1)))
    return result(_sliced(reshape(strides, shape=(*stack, m, size - 1)), slice(n)))


def _sliced(x: Value, part: slice) -> Value:
    """A part of the last axis."""
    return getitem(x, index=(*(slice(None),) * (len(x.shape) - 1), part))


def _vector(x: Value) -> Value:
    return x if x.shape else reshape(x, shape=(1,))

"""Products of arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import prod as _product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


_IN_A_ROW = 32
"""From how many elements a call of BLAS for two rows is quicker than NumPy's loop."""


def matmul(x: Array, y: Array) -> Any:
    """The matrix product; ``dot`` is the quicker way to it for vectors and single matrices."""
    return np.dot(x, y) if 0 < x.ndim <= 2 and 0 < y.ndim <= 2 else np.matmul(x, y)


def einsum(*operands: Array, subscripts: str) -> Any:
    """Einstein summation; a pair of operands goes to the matrix product where it can."""
    if len(operands) == 2:
        plan = _pair_plan(subscripts)
        if plan is not None:
            return plan(*operands)
    if len(operands) > 2 and len({x.dtype for x in operands}) > 1:
        dtype = np.result_type(*operands)  # first: the products of pairs would be made in the dtypes of the pairs
        operands = tuple(x.astype(dtype, copy=False) for x in operands)
    return np.einsum(subscripts, *operands, optimize=len(operands) > 2)


@lru_cache(maxsize=512)
def _pair_plan(subscripts: str) -> Callable[[Array, Array], Any] | None:
    """How to contract two operands by one (batched) matrix product; None where there is nothing to contract."""
    left, out = subscripts.split("->")
    a, b = left.split(",")
    if len(set(a)) < len(a) or len(set(b)) < len(b) or set(a + b) - set(out) != set(a) & set(b) - set(out):
        return None
    stack = [c for c in a if c in b and c in out]
    inner = [c for c in a if c in b and c not in out]
    rows = [c for c in a if c not in b]
    columns = [c for c in b if c not in a]
    if not inner:
        return None
    a_order = [a.index(c) for c in (*stack, *rows, *inner)]
    b_order = [b.index(c) for c in (*stack, *inner, *columns)]
    found = [*stack, *rows, *columns]
    out_order = [found.index(c) for c in out]
    rows_alone = len(inner) == 1 and not rows and not columns

    def contract(x: Array, y: Array) -> Any:
        x, y = x.transpose(a_order), y.transpose(b_order)
        if rows_alone:
            return _products_of_rows(x, y).transpose(out_order)
        s, r = len(stack), len(rows)
        shape = (*x.shape[: s + r], *y.shape[s + len(inner) :])
        size = [*x.shape[:s], _product(x.shape[s : s + r]), _product(x.shape[s + r :])]
        product = np.matmul(x.reshape(size), y.reshape(*x.shape[:s], size[-1], _product(y.shape[s + len(inner) :])))
        return product.reshape(shape).transpose(out_order)

    return contract


def _products_of_rows(x: Array, y: Array) -> Any:
    """Σ x y along the last axis, by BLAS where the rows are long and lie in one piece."""
    if x.shape[-1] < _IN_A_ROW or x.strides[-1] != x.itemsize or y.strides[-1] != y.itemsize:
        return np.einsum("...i,...i->...", x, y)
    if x.dtype.kind == "c" or y.dtype.kind == "c":  # vecdot would conjugate the first
        return np.matmul(x[..., None, :], y[..., None])[..., 0, 0]
    return np.vecdot(x, y)

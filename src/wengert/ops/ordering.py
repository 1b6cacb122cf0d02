"""Sorting and searching: the order of the elements is constant almost everywhere, the elements have derivatives.

Where an operation takes several arrays, its parameter ``rows`` counts the leading axes along which they are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.primitive import BatchRule, Example
from ..core.types import ArrayType, Value
from .families import constant, general
from .indexing import gather, scatter_add
from .shaping import reshape, spread

__all__ = ["argpartition", "argsort", "isin", "partition", "permuted", "searchsorted", "sort"]

Params = dict[str, Any]


# Sorting --------------------------------------------------------------------------------------------------------------


argsort = constant(  # stable
    "argsort",
    type_rule=lambda x, *, axis: ArrayType(x.shape, backend.dtype("intp")),
    batch=lambda size, inputs, batched, params: argsort(inputs[0], axis=params["axis"] + 1),
    examples=(Example(((2, 4),), {"axis": 1}), Example(((0,),), {"axis": 0})),
)


def _along(order: Value, axis: int) -> list[Value]:
    """Indices for all axes, of which those of one axis are given for each place."""
    rank = len(order.shape)
    return [
        order if a == axis else reshape(backend.arange(n), shape=(n, *(1,) * (rank - 1 - a)))
        for a, n in enumerate(order.shape)
    ]


def permuted(x: Value, order: Value, axis: int) -> Value:
    """``x`` with the elements of each slice along an axis in another order."""
    return gather(x, *_along(order, axis), axes=tuple(range(len(x.shape))), unique=True)


def _sort_pull(ct: Value, x: Value, *, axis: int) -> Value:
    order = argsort(x, axis=axis)
    return scatter_add(ct, *_along(order, axis), axes=tuple(range(len(x.shape))), shape=x.shape, unique=True)


sort = general(
    "sort",
    "x",
    jvp=[lambda t, x, *, axis: permuted(t, argsort(x, axis=axis), axis)],
    vjp=[_sort_pull],
    type_rule=lambda x, *, axis: x,
    batch=lambda size, inputs, batched, params: sort(inputs[0], axis=params["axis"] + 1),
    examples=(Example(((2, 4),), {"axis": 1}), Example(((3, 2),), {"axis": 0}), Example(((0,),), {"axis": 0})),
)


def _partitioning(x: Value, out: Value, axis: int) -> Value:
    """Where the elements of a partition come from: those of equal rank belong together."""
    return permuted(argsort(x, axis=axis), argsort(argsort(out, axis=axis), axis=axis), axis)


def _partition_pull(ct: Value, x: Value, out: Value, *, axis: int) -> Value:
    order = _partitioning(x, out, axis)
    return scatter_add(ct, *_along(order, axis), axes=tuple(range(len(x.shape))), shape=x.shape, unique=True)


partition = general(
    "partition",
    "x",
    jvp=[lambda t, x, out, *, axis: permuted(t, _partitioning(x, out, axis), axis)],
    vjp=[_partition_pull],
    type_rule=lambda x, *, kth, axis: x,
    batch=lambda size, inputs, batched, params: partition(inputs[0], kth=params["kth"], axis=params["axis"] + 1),
    examples=(
        Example(((2, 4),), {"kth": (1,), "axis": 1}),
        Example(((5, 2),), {"kth": (0, 3), "axis": 0}),
        Example(((1, 0),), {"kth": (0,), "axis": 0}),
    ),
)

argpartition = constant(
    "argpartition",
    type_rule=lambda x, *, kth, axis: ArrayType(x.shape, backend.dtype("intp")),
    batch=lambda size, inputs, batched, params: argpartition(inputs[0], kth=params["kth"], axis=params["axis"] + 1),
    examples=(Example(((2, 4),), {"kth": (1,), "axis": 1}), Example(((5, 2),), {"kth": (0, 3), "axis": 0})),
)


# Searching ------------------------------------------------------------------------------------------------------------


def _search_batch(primitive: Callable[..., Value], shared: int) -> BatchRule:
    """The batch of one input alone (of number ``shared`` there is one for all entries) is more of it; else rows."""

    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        if not batched[shared] and not params["rows"]:
            return primitive(*inputs, **params)
        spreads = [spread(x, b, size) for x, b in zip(inputs, batched, strict=True)]
        return primitive(*spreads, **{**params, "rows": params["rows"] + 1})

    return batch


searchsorted = constant(  # where the values belong in a sorted vector
    "searchsorted",
    type_rule=lambda a, v, *, side, rows: ArrayType(v.shape, backend.dtype("intp")),
    batch=_search_batch(lambda a, v, **p: searchsorted(a, v, **p), 0),
    examples=(
        Example(([-1.0, 0.0, 0.0, 1.0], (2, 3)), {"side": "left", "rows": 0}),
        Example(([0, 1, 1], [[1], [2]]), {"side": "right", "rows": 0}),
        Example(([[0, 1, 1], [1, 2, 3]], [[1, 2], [0, 2]]), {"side": "left", "rows": 1}),
        Example(((0,), ()), {"side": "left", "rows": 0}),
    ),
)

isin = constant(  # which elements are among others
    "isin",
    type_rule=lambda x, among, *, rows: ArrayType(x.shape, backend.dtype("bool")),
    batch=_search_batch(lambda x, among, **p: isin(x, among, **p), 1),
    examples=(
        Example(([[1, 2], [3, 1]], [1, 4]), {"rows": 0}),
        Example(([[1, 2], [3, 1]], [[1, 4], [3, 3]]), {"rows": 1}),
        Example(((0,), ()), {"rows": 0}),
    ),
)

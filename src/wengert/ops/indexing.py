"""Reading and writing by index.

NumPy's indexing is taken apart by :mod:`wengert.functions.indexing` into a basic part (slices, integers, new axes:
``getitem``) and an advanced part (integer arrays: ``gather``). An index of ``getitem`` is a tuple of slices, integers
and None, as NumPy reads it. ``gather`` indexes some ``axes`` by integer arrays that broadcast together; the broadcast
shape comes first in the result, then the axes that were not indexed. Writing and transposed reading follow suit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backends import backend
from ..core.lowering import Assembly, Special, View
from ..core.primitive import Example
from ..core.types import ArrayType, Shape, Value, broadcast_shapes
from .families import constant, linear, scale, shape_rule
from .shaping import reshape, spread

__all__ = [
    "gather",
    "getitem",
    "index_set",
    "indexed_shape",
    "place",
    "scatter_add",
    "scatter_set",
    "scatter_winners",
]

Params = dict[str, Any]
Index = tuple[Any, ...]


def indexed_shape(shape: Shape, index: Index) -> Shape:
    """The shape that a basic index selects."""
    result: list[int] = []
    axis = 0
    for entry in index:
        if entry is None:
            result.append(1)
            continue
        if axis == len(shape):
            given = sum(e is not None for e in index)
            raise IndexError(f"too many indices for array: array is {axis}-dimensional, but {given} were indexed")
        if isinstance(entry, slice):
            result.append(len(range(*entry.indices(shape[axis]))))
        elif not -shape[axis] <= entry < shape[axis]:
            raise IndexError(f"index {entry} is out of bounds for axis {axis} with size {shape[axis]}")
        axis += 1
    return (*result, *shape[axis:])


def _getitem_index(position: Sequence[Any], shape: Shape, *, index: Index) -> list[Any]:
    """Where an element of ``x[index]`` stands in ``x``."""
    result: list[Any] = []
    places = iter(position)
    for entry in index:
        if entry is None:
            next(places)
        elif isinstance(entry, slice):
            start, _, step = entry.indices(shape[len(result)])
            result.append(next(places) * step + start)
        else:
            result.append(entry % shape[len(result)])
    return [*result, *places]


def _getitem_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return getitem(inputs[0], index=(slice(None), *params["index"]))


getitem = linear(
    "getitem",
    lambda ct, x, *, index: place(ct, index=index, shape=x.shape),
    type_rule=shape_rule(lambda x, *, index: indexed_shape(x, index)),
    batch=_getitem_batch,
    add_to=backend.implementation("add_at_index"),
    lowering=View(_getitem_index),
    examples=(
        Example(((4, 3),), {"index": (slice(None, None, -2), None, 1)}),
        Example(((4,),), {"index": (-1,)}),
        Example(((0, 2),), {"index": (slice(0, 0),)}),
        Example(((),), {"index": ()}),
    ),
)


def _place_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return place(inputs[0], index=(slice(None), *params["index"]), shape=(size, *params["shape"]))


place = linear(  # zeros of the given shape, but the argument at the index
    "place",
    lambda ct, x, *, index, shape: getitem(ct, index=index),
    type_rule=shape_rule(lambda x, *, index, shape: shape),
    batch=_place_batch,
    lowering=Assembly(lambda x, *, index, shape: [(0, x, lambda i: _getitem_index(i, shape, index=index))]),
    examples=(
        Example(((2, 1),), {"index": (slice(None, None, -2), None, 1), "shape": (4, 3)}),
        Example(((),), {"index": (1,), "shape": (3,)}),
        Example(((0,),), {"index": (slice(0, 0),), "shape": (3,)}),
    ),
)


def _first_type(x: ArrayType, *others: ArrayType, **params: Any) -> ArrayType:
    return x


def _index_set_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    x, value = inputs
    x = spread(x, batched[0], size)
    index = (slice(None), *params["index"])
    if batched[1]:
        value = _align(value, len(indexed_shape(x.shape, index)))
    return index_set(x, value, index=index)


def _align(x: Value, rank: int) -> Value:
    """A batched value whose shape broadcasts, behind the batch axis, against a shape of this rank in all."""
    missing = rank - len(x.shape)
    return x if missing <= 0 else reshape(x, shape=(x.shape[0], *(1,) * missing, *x.shape[1:]))


def _index_set_parts(x: Shape, value: Shape, *, index: Index) -> list[Any]:
    return [(1, indexed_shape(x, index), lambda i: _getitem_index(i, x, index=index))]


index_set = linear(  # a copy of x in which x[index] = value
    "index_set",
    lambda ct, x, value, *, index: index_set(ct, 0.0, index=index),
    lambda ct, x, value, *, index: getitem(ct, index=index),
    type_rule=_first_type,
    batch=_index_set_batch,
    erase=backend.implementation("erase_at_index"),
    lowering=Assembly(_index_set_parts, onto_first=True),
    examples=(
        Example(((4, 3), (2,)), {"index": (slice(None, None, -2), 1)}),
        Example(((4,), ()), {"index": (slice(1, 3),)}),
        Example(((4, 2), (1, 2)), {"index": (slice(1, 3),)}),
        Example(((0,), ()), {"index": (slice(None),)}),
    ),
)


# Integer arrays as indices --------------------------------------------------------------------------------------------


def _gather_shape(x: Shape, *indices: Shape, axes: tuple[int, ...], unique: bool) -> Shape:
    return (*broadcast_shapes(*indices), *(n for a, n in enumerate(x) if a not in axes))


def _gather_type(x: ArrayType, *indices: ArrayType, axes: tuple[int, ...], unique: bool) -> ArrayType:
    return ArrayType(_gather_shape(x.shape, *[i.shape for i in indices], axes=axes, unique=unique), x.dtype)


def _rank(x: Any) -> int:
    return len(getattr(x, "shape", ()))


def _batched_indices(
    size: int, indices: Sequence[Value], batched: Sequence[bool], leading: bool
) -> tuple[list[Value], int]:
    """Indices aligned so that they broadcast behind the batch axis (an index of their own if ``leading``)."""
    rank = max(_rank(i) - b for i, b in zip(indices, batched, strict=True))
    aligned = [_align(i, rank + 1) if b else i for i, b in zip(indices, batched, strict=True)]
    if leading:
        aligned.insert(0, reshape(backend.arange(size), shape=(size, *(1,) * rank)))
    return aligned, rank


def _gather_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    x, *indices = inputs
    aligned, _ = _batched_indices(size, indices, batched[1:], leading=batched[0])
    axes = params["axes"]
    if batched[0]:
        axes = (0, *(a + 1 for a in axes))
    unique = params["unique"] and batched[0]  # entries of the batch may read the same element of an x that they share
    return gather(x, *aligned, axes=axes, unique=unique)


_GATHER_PARAMS: tuple[tuple[tuple[Any, ...], Params], ...] = (
    (((4, 3), [2, 0, 2]), {"axes": (0,), "unique": False}),
    (((4, 3), [[2], [0]], [1, -1]), {"axes": (0, 1), "unique": False}),
    (((3, 4, 2), [3, 0]), {"axes": (1,), "unique": True}),
    (((4,), 2), {"axes": (0,), "unique": True}),
    (((3, 0), [1, 1]), {"axes": (0,), "unique": False}),
)

gather = linear(
    "gather",
    lambda ct, x, *indices, axes, unique: scatter_add(ct, *indices, axes=axes, shape=x.shape, unique=unique),
    type_rule=_gather_type,
    batch=_gather_batch,
    add_to=backend.implementation("add_at_indices"),
    lowering=Special("gather"),
    examples=tuple(Example(inputs, params) for inputs, params in _GATHER_PARAMS),
)


def _scatter_add_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    value, *indices = inputs
    aligned, _ = _batched_indices(size, indices, batched[1:], leading=True)
    return scatter_add(
        spread(value, batched[0], size),
        *aligned,
        axes=(0, *(a + 1 for a in params["axes"])),
        shape=(size, *params["shape"]),
        unique=params["unique"],
    )


def _scatter_add_type(value: ArrayType, *indices: ArrayType, shape: Shape, **params: Any) -> ArrayType:
    return ArrayType(shape, value.dtype)


scatter_add = linear(  # zeros of the given shape, to which the values are added at the indices
    "scatter_add",
    lambda ct, value, *indices, axes, shape, unique: gather(ct, *indices, axes=axes, unique=unique),
    type_rule=_scatter_add_type,
    batch=_scatter_add_batch,
    lowering=Special("scatter_add"),
    examples=(
        Example(((3, 3), [2, 0, 2]), {"axes": (0,), "shape": (4, 3), "unique": False}),
        Example(((2, 2), [[2], [0]], [1, -1]), {"axes": (0, 1), "shape": (4, 3), "unique": False}),
        Example(((2, 3), [3, 0]), {"axes": (1,), "shape": (3, 4), "unique": True}),
        Example(((2, 0), [1, 1]), {"axes": (0,), "shape": (3, 0), "unique": False}),
    ),
)


def _winners_type(*indices: ArrayType, axes: tuple[int, ...], shape: Shape) -> ArrayType:
    return ArrayType(broadcast_shapes(*[i.shape for i in indices]), backend.dtype("bool"))


def _winners_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    aligned, _ = _batched_indices(size, inputs, batched, leading=True)
    return scatter_winners(*aligned, axes=(0, *(a + 1 for a in params["axes"])), shape=(size, *params["shape"]))


scatter_winners = constant(  # of the values written at the indices, which stay: the last of those at the same place
    "scatter_winners",
    type_rule=_winners_type,
    batch=_winners_batch,
    examples=(
        Example(([2, 0, 2],), {"axes": (0,), "shape": (4, 3)}),
        Example(([[3], [1], [3]], [0, -1, 0]), {"axes": (1, 0), "shape": (2, 4)}),
    ),
)


def _scatter_set_value_transpose(
    ct: Value, x: Any, value: Any, *indices: Value, axes: tuple[int, ...], unique: bool
) -> Value:
    read = gather(ct, *indices, axes=axes, unique=unique)
    if unique:
        return read
    stays = scatter_winners(*indices, axes=axes, shape=x.shape)
    return scale(reshape(stays, shape=(*stays.shape, *(1,) * (len(read.shape) - len(stays.shape)))), read)


def _scatter_set_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    x, value, *indices = inputs
    aligned, rank = _batched_indices(size, indices, batched[2:], leading=True)
    x = spread(x, batched[0], size)
    axes = (0, *(a + 1 for a in params["axes"]))
    if batched[1]:
        value = _align(value, rank + 1 + len(x.shape) - len(axes))
    return scatter_set(x, value, *aligned, axes=axes, unique=params["unique"])


scatter_set = linear(  # a copy of x with the values written at the indices
    "scatter_set",
    lambda ct, x, value, *indices, axes, unique: scatter_set(ct, 0.0, *indices, axes=axes, unique=True),
    _scatter_set_value_transpose,
    type_rule=_first_type,
    batch=_scatter_set_batch,
    erase=backend.implementation("erase_at_indices"),
    lowering=Special("scatter_set"),
    examples=(
        Example(((4, 3), (3, 3), [2, 0, 2]), {"axes": (0,), "unique": False}),
        Example(((4, 3), (2,), [[2], [0]], [1, -1]), {"axes": (0, 1), "unique": False}),
        Example(((3, 4), (), [3, 0]), {"axes": (1,), "unique": True}),
        Example(((3, 0), (2, 0), [1, 1]), {"axes": (0,), "unique": False}),
    ),
)

"""Operations that move elements without changing them: all linear, each with its transpose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from ..backends import backend
from ..core.lowering import Assembly, Special, View
from ..core.primitive import Example, registry
from ..core.types import Shape, Value
from .families import conjugate, linear, shape_rule

__all__ = [
    "adjoint",
    "broadcast_to",
    "concatenate",
    "flip",
    "last_diagonal",
    "move_axis",
    "pad",
    "reshape",
    "spread",
    "swap_last",
    "transpose",
    "unbroadcast",
]

Params = dict[str, Any]


def _reshape_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return reshape(inputs[0], shape=(size, *params["shape"]))


reshape = linear(
    "reshape",
    lambda ct, x, *, shape: reshape(ct, shape=x.shape),
    type_rule=shape_rule(lambda x, *, shape: shape),
    batch=_reshape_batch,
    lowering=Special("reshape"),
    examples=(
        Example(((2, 6),), {"shape": (3, 4)}),
        Example(((),), {"shape": (1, 1)}),
        Example(((0, 3),), {"shape": (3, 0)}),
    ),
)


def _inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


def _transpose_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return transpose(inputs[0], axes=(0, *(a + 1 for a in params["axes"])))


transpose = linear(
    "transpose",
    lambda ct, x, *, axes: transpose(ct, axes=_inverse(axes)),
    type_rule=shape_rule(lambda x, *, axes: tuple(x[a] for a in axes)),
    batch=_transpose_batch,
    lowering=View(lambda i, x, *, axes: [i[a] for a in _inverse(axes)]),
    examples=(
        Example(((2, 3, 4),), {"axes": (1, 2, 0)}),
        Example(((2, 0),), {"axes": (1, 0)}),
        Example(((),), {"axes": ()}),
    ),
)


def swap_last(x: Value) -> Value:
    """The matrix transpose of a stack of matrices."""
    rank = len(x.shape)
    return transpose(x, axes=(*range(rank - 2), rank - 1, rank - 2))


def adjoint(x: Value) -> Value:
    """The conjugate transpose of a stack of matrices."""
    return conjugate(swap_last(x))


def move_axis(x: Value, source: int, target: int) -> Value:
    """``x`` with one axis moved; both counted from the front."""
    if source == target:
        return x
    axes = [a for a in range(len(x.shape)) if a != source]
    axes.insert(target, source)
    return transpose(x, axes=tuple(axes))


def unbroadcast(x: Value, shape: Shape) -> Value:
    """The transpose of broadcasting from ``shape``: sums over the axes that were repeated."""
    lead = len(x.shape) - len(shape)
    axes = (*range(lead), *(a + lead for a, n in enumerate(shape) if n == 1 and x.shape[a + lead] != 1))
    if axes:
        x = registry["sum"](x, axes=axes, keepdims=False)
    return x if x.shape == shape else reshape(x, shape=shape)


def _broadcast_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    (x,) = inputs
    shape = params["shape"]
    aligned = (size, *(1,) * (len(shape) - len(x.shape) + 1), *x.shape[1:])
    return broadcast_to(x if x.shape == aligned else reshape(x, shape=aligned), shape=(size, *shape))


def _broadcast_index(index: Sequence[Any], x: Shape, *, shape: Shape) -> list[Any]:
    return [0 if n == 1 else i for i, n in zip(index[len(index) - len(x) :], x, strict=True)]


broadcast_to = linear(
    "broadcast_to",
    lambda ct, x, *, shape: unbroadcast(ct, x.shape),
    type_rule=shape_rule(lambda x, *, shape: shape),
    batch=_broadcast_batch,
    lowering=View(_broadcast_index),
    examples=(
        Example(((3, 1),), {"shape": (2, 3, 4)}),
        Example(((),), {"shape": (2,)}),
        Example(((1,),), {"shape": (0,)}),
        Example(((2,),), {"shape": (2,)}),
    ),
)


def _concatenate_shape(*shapes: Shape, axis: int, sizes: tuple[int, ...]) -> Shape:
    return (*shapes[0][:axis], sum(s[axis] for s in shapes), *shapes[0][axis + 1 :])


def _concatenate_transpose(ct: Value, *xs: Any, axis: int, sizes: tuple[int, ...]) -> list[Value]:
    parts, start = [], 0
    for size in sizes:
        parts.append(registry["getitem"](ct, index=(*(slice(None),) * axis, slice(start, start + size))))
        start += size
    return parts


def spread(x: Value, batched: bool, size: int) -> Value:
    """``x`` with the batch as axis 0, also where it was not batched."""
    if batched:
        return x
    shape = getattr(x, "shape", ())
    return broadcast_to(reshape(x, shape=(1, *shape)), shape=(size, *shape))


def _concatenate_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    spreads = [spread(x, b, size) for x, b in zip(inputs, batched, strict=True)]
    return concatenate(*spreads, axis=params["axis"] + 1, sizes=params["sizes"])


def _moved(index: Sequence[Any], axis: int, step: int) -> list[Any]:
    return [i + step if a == axis else i for a, i in enumerate(index)]


def _concatenate_parts(*shapes: Shape, axis: int, sizes: tuple[int, ...]) -> list[Any]:
    starts = accumulate(sizes, initial=0)
    return [
        (k, s, partial(_moved, axis=axis, step=start)) for k, (s, start) in enumerate(zip(shapes, starts, strict=False))
    ]


concatenate = linear(
    "concatenate",
    _concatenate_transpose,
    variadic=True,
    type_rule=shape_rule(_concatenate_shape),
    batch=_concatenate_batch,
    lowering=Assembly(_concatenate_parts),
    examples=(
        Example(((2, 3), (2, 1), (2, 0)), {"axis": 1, "sizes": (3, 1, 0)}),
        Example(((2,), (3,)), {"axis": 0, "sizes": (2, 3)}),
        Example(((4,),), {"axis": 0, "sizes": (4,)}),
    ),
)


def _pad_transpose(ct: Value, x: Any, *, widths: tuple[tuple[int, int], ...]) -> Value:
    return registry["getitem"](
        ct, index=tuple(slice(low, low + n) for (low, _), n in zip(widths, x.shape, strict=True))
    )


def _pad_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return pad(inputs[0], widths=((0, 0), *params["widths"]))


def _pad_parts(x: Shape, *, widths: tuple[tuple[int, int], ...]) -> list[Any]:
    return [(0, x, lambda index: [i + low for i, (low, _) in zip(index, widths, strict=True)])]


pad = linear(  # with zeros, which makes it linear
    "pad",
    _pad_transpose,
    type_rule=shape_rule(lambda x, *, widths: tuple(low + n + high for n, (low, high) in zip(x, widths, strict=True))),
    batch=_pad_batch,
    lowering=Assembly(_pad_parts),
    examples=(
        Example(((2, 3),), {"widths": ((1, 0), (2, 3))}),
        Example(((0,),), {"widths": ((1, 1),)}),
        Example(((),), {"widths": ()}),
    ),
)


def _flip_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return flip(inputs[0], axes=tuple(a + 1 for a in params["axes"]))


def _flip_index(index: Sequence[Any], x: Shape, *, axes: tuple[int, ...]) -> list[Any]:
    return [n - 1 - i if a in axes else i for a, (i, n) in enumerate(zip(index, x, strict=True))]


flip = linear(
    "flip",
    lambda ct, x, *, axes: flip(ct, axes=axes),
    type_rule=shape_rule(lambda x, *, axes: x),
    batch=_flip_batch,
    lowering=View(_flip_index),
    examples=(Example(((2, 3),), {"axes": (0, 1)}), Example(((4,),), {"axes": (0,)}), Example(((0,),), {"axes": (0,)})),
)


def _diagonal_transpose(ct: Value, x: Any) -> Value:
    """The cotangent on the diagonal; a zero elsewhere, also where it is infinite."""
    return registry["where"](backend.basis(x.shape[-1], bool), reshape(ct, shape=(*ct.shape, 1)), 0)


last_diagonal = linear(  # of the last two axes: what the compiler makes of an einsum with a letter twice in an operand
    "last_diagonal",
    _diagonal_transpose,
    type_rule=shape_rule(lambda x: x[:-1]),
    batch=lambda size, inputs, batched, params: last_diagonal(inputs[0]),
    lowering=View(lambda i, x: [*i, i[-1]]),
    examples=(Example(((3, 3),)), Example(((2, 4, 4),)), Example(((0, 0),))),
)

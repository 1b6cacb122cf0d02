"""Windows that slide over an array, and their transpose: windows added up where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.lowering import View
from ..core.primitive import Example
from ..core.types import Shape
from .families import linear, shape_rule

__all__ = ["overlap_add", "windows"]

Params = dict[str, Any]
Axes = tuple[int, ...]


def _windows_shape(x: Shape, *, axes: Axes, sizes: tuple[int, ...]) -> Shape:
    places = list(x)
    for axis, size in zip(axes, sizes, strict=True):
        places[axis] -= size - 1
    return (*places, *sizes)


def _windows_index(position: Sequence[Any], x: Shape, *, axes: Axes, sizes: tuple[int, ...]) -> list[Any]:
    index = list(position[: len(x)])
    for axis, offset in zip(axes, position[len(x) :], strict=True):
        index[axis] = index[axis] + offset
    return index


def _shifted(params: Params) -> Params:
    return {**params, "axes": tuple(a + 1 for a in params["axes"])}


windows = (
    linear(  # the windows that slide along some axes, which may repeat: places in front, then the windows' own axes
        "windows",
        lambda ct, x, *, axes, sizes: overlap_add(ct, axes=axes, sizes=sizes),
        type_rule=shape_rule(_windows_shape),
        batch=lambda size, inputs, batched, params: windows(inputs[0], **_shifted(params)),
        lowering=View(_windows_index),
        examples=(
            Example(((5,),), {"axes": (0,), "sizes": (3,)}),
            Example(((3, 4),), {"axes": (1, 0), "sizes": (2, 3)}),
            Example(((4, 2),), {"axes": (0, 0), "sizes": (2, 2)}),
            Example(((0, 2),), {"axes": (1,), "sizes": (2,)}),
        ),
    )
)


def _overlap_shape(x: Shape, *, axes: Axes, sizes: tuple[int, ...]) -> Shape:
    whole = list(x[: len(x) - len(sizes)])
    for axis, size in zip(axes, sizes, strict=True):
        whole[axis] += size - 1
    return tuple(whole)


overlap_add = linear(
    "overlap_add",
    lambda ct, x, *, axes, sizes: windows(ct, axes=axes, sizes=sizes),
    type_rule=shape_rule(_overlap_shape),
    batch=lambda size, inputs, batched, params: overlap_add(inputs[0], **_shifted(params)),
    examples=(
        Example(((3, 3),), {"axes": (0,), "sizes": (3,)}),
        Example(((2, 2, 2, 3),), {"axes": (1, 0), "sizes": (2, 3)}),
        Example(((2, 2, 2, 2),), {"axes": (0, 0), "sizes": (2, 2)}),
        Example(((0, 1, 2),), {"axes": (1,), "sizes": (2,)}),
    ),
)

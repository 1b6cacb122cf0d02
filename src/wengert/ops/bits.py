"""Bits packed into bytes, and taken out of them: without derivatives."""

from __future__ import annotations

from typing import Any

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType
from .families import constant

__all__ = ["packbits", "unpackbits"]

Params = dict[str, Any]


def _moved(params: Params) -> Params:
    return {**params, "axis": params["axis"] + 1}


def _with_length(x: ArrayType, axis: int, length: int) -> ArrayType:
    return ArrayType((*x.shape[:axis], length, *x.shape[axis + 1 :]), backend.dtype("uint8"))


packbits = constant(
    "packbits",
    type_rule=lambda x, *, axis, bitorder: _with_length(x, axis, -(-x.shape[axis] // 8)),
    batch=lambda size, inputs, batched, params: packbits(inputs[0], **_moved(params)),
    examples=(
        Example(([[True, False, True], [False, True, True]],), {"axis": 1, "bitorder": "big"}),
        Example(([2, 0, 1, 0, 0, 0, 0, 1, 1],), {"axis": 0, "bitorder": "little"}),
    ),
)

_BYTES = backend.asarray([[3, 250], [0, 17]], "uint8")

unpackbits = constant(
    "unpackbits",
    type_rule=lambda x, *, axis, count, bitorder: _with_length(
        x, axis, 8 * x.shape[axis] if count is None else count if count >= 0 else 8 * x.shape[axis] + count
    ),
    batch=lambda size, inputs, batched, params: unpackbits(inputs[0], **_moved(params)),
    examples=(
        Example((_BYTES,), {"axis": 1, "count": None, "bitorder": "big"}),
        Example((_BYTES,), {"axis": 0, "count": -3, "bitorder": "little"}),
        Example((_BYTES,), {"axis": 0, "count": 20, "bitorder": "little"}),
    ),
)

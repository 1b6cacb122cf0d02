"""Operations that only say in which order others run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backends import backend
from ..core.primitive import Example, Primitive, register
from ..core.types import ArrayType, Value
from .shaping import spread

__all__ = ["barrier"]

Params = dict[str, Any]


def _type(*types: ArrayType, count: int) -> tuple[ArrayType, ...]:
    return tuple(ArrayType(t.shape, backend.dtype(t.dtype)) for t in types[:count])


def _jvp(tangents: Sequence[Value], values: Sequence[Value], params: Params) -> tuple[Value, ...]:
    return tuple(tangents[: params["count"]])


def _vjp(cotangents: Sequence[Value], values: Sequence[Value], params: Params, wanted: int) -> Sequence[Value]:
    tokens = len(values) - 1 - params["count"]
    return [*(ct if wanted >> i & 1 else None for i, ct in enumerate(cotangents)), *[None] * tokens]


def _batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> tuple[Value, ...]:
    count = params["count"]
    spreads = [spread(x, b, size) for x, b in zip(inputs[:count], batched, strict=False)]
    outputs: tuple[Value, ...] = barrier(*spreads, *inputs[count:], **params)
    return outputs


def _needs(wanted: int, arity: int) -> tuple[int, ...]:
    return tuple(range(arity + 1))


barrier = register(  # the first ``count`` inputs, which are not known before the others (the tokens) are
    Primitive(
        name="barrier",
        family="control",
        evaluate=backend.implementation("barrier"),
        type_rule=_type,
        jvp=_jvp,
        vjp=_vjp,
        batch=_batch,
        needs=_needs,
        examples=(
            Example(((2, 3), 4), {"count": 1}),
            Example(((2,), (0,), [1, 2, 3]), {"count": 2}),
            Example(((),), {"count": 1}),
        ),
        multiple=True,
    )
)
"""``barrier(*values, *tokens, count=n)``: the first ``n`` inputs, as if computed from all of them.

Nothing that is computed from its outputs can be taken for what was computed from its inputs, nor moved before the
tokens: it keeps what is to be computed again in a reverse sweep apart from what was computed before it.
"""

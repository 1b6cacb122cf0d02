"""What the primitives of control flow have in common where interpreters meet them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...backends import backend
from ...core.interpreter import Box, Interpreter, strip, wrap
from ...core.lowering import Special
from ...core.primitive import Primitive, VJPRule
from ...core.types import Value, type_of
from ...eager.tape import Recorder
from ..calls import mine
from ..trace import Stager

__all__ = ["apart", "control_primitive", "recorded_call", "taken_apart"]

Params = dict[str, Any]


def taken_apart(level: Interpreter, inputs: Sequence[Value]) -> tuple[list[Value], tuple[bool, ...]]:
    """Inputs one level down, and which of them the level has noted something about."""
    flags = tuple(mine(level, x) and x._note is not None for x in inputs)
    return [x._value if mine(level, x) else strip(x) for x in inputs], flags


def recorded_call(
    primitive: Primitive,
    level: Recorder,
    inputs: Sequence[Value],
    params: Params,
    outputs: Sequence[Value],
    kept: Any,
    active: Sequence[bool],
) -> tuple[Box, ...]:
    """Outputs that were computed one level down, as arrays of a level that records."""
    values, flags = taken_apart(level, inputs)
    entries = [x._note if f else type_of(v) for x, v, f in zip(inputs, values, flags, strict=True)]
    saved = [backend.frozen_copy(v) if v is x else v for x, v in zip(inputs, values, strict=True)]
    wanted = sum(1 << i for i, f in enumerate(flags) if f)
    lowered = tuple(strip(out) for out in outputs)
    boxes = level.record(primitive, params, entries, (*saved, kept), wanted, lowered, values)
    return tuple(b if a else wrap(x) for b, x, a in zip(boxes, lowered, active, strict=True))


def apart(values: Sequence[Value], tangents: Sequence[Value | None]) -> bool:
    """Whether tangents belong to a level above all values that keeps what it computes: values are not to go there."""

    def top(xs: Sequence[Value | None]) -> Interpreter:
        levels = [x._level for x in xs if isinstance(x, Box)]
        return max(levels, key=lambda level: level.depth, default=Box.ground)

    above = top(tangents)
    return above.depth > top(values).depth and isinstance(above, (Stager, Recorder))


def control_primitive(
    name: str,
    *,
    evaluate: Callable[..., Any],
    type_rule: Callable[..., Any],
    vjp: VJPRule,
    call: Callable[[Interpreter, tuple[Value, ...], Params], Any],
) -> Primitive:
    """A loop or branch: its ``call`` says what interpreters that differentiate or batch make of it.

    It is not in the registry: the laws there are about operations on arrays, and its parameters are programs.
    """
    return Primitive(
        name=name,
        lowering=Special(name),
        family="control",
        evaluate=evaluate,
        type_rule=type_rule,
        jvp=_never_asked_for,
        vjp=vjp,
        batch=_never_asked_for,
        needs=_never_asked_for,
        examples=(),
        multiple=True,
        call=call,
    )


def _never_asked_for(*_: Any) -> Any:
    raise AssertionError("control flow interprets itself")

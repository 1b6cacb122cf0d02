"""Bodies that were differentiated or batched.

Derived programs take first what their derivation captured, of which the values come with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ...backends import backend
from ...core.interpreter import Box, strip
from ...core.program import Program, Variable
from ...core.types import ArrayType, Value, is_inexact
from ...eager.sweep import sweep
from ...eager.tape import Recorder
from ...ops.families import zeros_like
from ..batch import Batch
from ..forward import Forward
from .staging import Body, traced

__all__ = ["Derived", "active_in_loop", "active_outputs", "batched", "pulled", "pushed", "remade"]

Flags = tuple[bool, ...]


class Derived(NamedTuple):
    """A program, and what it captured: the values of its first inputs."""

    program: Program
    captured: tuple[Value, ...]

    def again(self) -> Derived:
        """The same, for another use."""
        return Derived(self.program, remade(self.captured))


def remade(values: Sequence[Value]) -> tuple[Value, ...]:
    """What a derived program captured, for another use: zeros and the like, which rules of derivatives made."""
    return tuple(backend.remade(x) for x in values)


def types_of(variables: Sequence[Any]) -> list[ArrayType]:
    """The types of variables."""
    return [v.type for v in variables]


def active_outputs(program: Program, active: Sequence[bool]) -> list[bool]:
    """Which outputs have derivatives that depend on those of the active inputs."""
    moving = {v for v, a in zip(program.inputs, active, strict=True) if a and is_inexact(v.type.dtype)}
    for equation in program.equations:
        if equation.primitive.vjp is not None and not moving.isdisjoint(equation.inputs):
            moving.update(v for v in equation.outputs if is_inexact(v.type.dtype))
    return [isinstance(out, Variable) and out in moving for out in program.outputs]


def active_in_loop(body: Program, counts: tuple[int, int], given: Flags) -> tuple[Flags, Flags]:
    """Which inputs and outputs have derivatives when these inputs do."""
    constants, carries = counts
    active = list(given)
    while True:
        out = active_outputs(body, active)
        carried = [a or b for a, b in zip(active[constants : constants + carries], out, strict=False)]
        if carried == active[constants : constants + carries]:
            return tuple(active), (*carried, *out[carries:])
        active[constants : constants + carries] = carried


def pushed(program: Program, moving: Flags, wanted: Flags) -> Derived:
    """``(*inputs, *tangents) -> (*outputs, *tangents)``: tangents of the moving inputs, and of the wanted outputs."""
    return _pushed(program, moving, wanted).again()


@lru_cache(maxsize=256)
def _pushed(program: Program, moving: Flags, wanted: Flags) -> Derived:
    tangent_types = [v.type for v, m in zip(program.inputs, moving, strict=True) if m]

    def push(*values: Value) -> list[Value]:
        primals, tangents = values[: len(moving)], iter(values[len(moving) :])
        with Forward() as level:
            boxes = [level.dual(x, next(tangents)) if m else x for x, m in zip(primals, moving, strict=True)]
            outputs = [level.split(out) for out in program.evaluate(*boxes)]
        moved = [_zero(x, primals) if t is None else t for (x, t), w in zip(outputs, wanted, strict=True) if w]
        return [*(x for x, _ in outputs), *moved]

    return Derived(*traced(push, [*types_of(program.inputs), *tangent_types]))


def pulled(program: Program, wanted: Flags, given: Flags, added: Flags) -> Derived:
    """``(*inputs, *totals, *cotangents) -> (*outputs, *cotangents)``.

    Cotangents of the given outputs are turned into those of the wanted inputs; to those of the added inputs, among
    the wanted, the totals are added.
    """
    return _pulled(program, wanted, given, added).again()


@lru_cache(maxsize=256)
def _pulled(program: Program, wanted: Flags, given: Flags, added: Flags) -> Derived:
    total_types = [v.type for v, a in zip(program.inputs, added, strict=True) if a]

    def pull(*values: Value) -> list[Value]:
        primals, rest = values[: len(wanted)], values[len(wanted) :]
        totals, cotangents = iter(rest[: len(total_types)]), rest[len(total_types) :]
        with Recorder() as level:
            boxes = [level.leaf(strip(x)) if w else x for x, w in zip(primals, wanted, strict=True)]
            outputs = program.evaluate(*boxes)
        mine = [isinstance(out, Box) and out._level is level and out._note is not None for out in outputs]
        chosen = [(out, m) for out, m, g in zip(outputs, mine, given, strict=True) if g]
        roots = [(x._note, strip(ct)) for (x, m), ct in zip(chosen, cotangents, strict=True) if m]
        found = sweep(roots, retain=False)
        results: list[Value] = [out._value if isinstance(out, Box) and out._level is level else out for out in outputs]
        for box, x, w, a in zip(boxes, primals, wanted, added, strict=True):
            if w:
                ct = found.get(box._note)
                total = next(totals) if a else None
                parts = [p for p in (total, ct) if p is not None]
                results.append(parts[0] + parts[1] if len(parts) == 2 else parts[0] if parts else _zero(x, primals))
        return results

    cotangent_types = [
        out.type if isinstance(out, Variable) else None for out, g in zip(program.outputs, given, strict=True) if g
    ]
    return Derived(*traced(pull, [*types_of(program.inputs), *total_types, *cotangent_types]))  # type: ignore[list-item]


def _zero(like: Value, boxes: Sequence[Box]) -> Value:
    """Zeros; written down where a program is being written, so that it captures nothing."""
    for x in boxes:
        if isinstance(x._level, Body):
            return x._level.constant(0.0, ArrayType(like.shape, like.dtype))
    return zeros_like(like)


def batched(program: Program, size: int, flags: Flags, forced: Flags) -> tuple[Derived, Flags]:
    """The program on a batch, axis 0 of the flagged inputs; and which outputs have it, the forced ones anyhow."""
    derived, found = _batched(program, size, flags, forced)
    return derived.again(), found


@lru_cache(maxsize=256)
def _batched(program: Program, size: int, flags: Flags, forced: Flags) -> tuple[Derived, Flags]:
    types = [
        ArrayType((size, *v.type.shape), v.type.dtype) if b else v.type
        for v, b in zip(program.inputs, flags, strict=True)
    ]
    found: list[bool] = []

    def run(*values: Value) -> list[Value]:
        with Batch(size) as level:
            boxes = [level.box(strip(x), None) if b else x for x, b in zip(values, flags, strict=True)]
            outputs = program.evaluate(*boxes)
            found[:] = [f or (isinstance(x, Box) and x._level is level) for x, f in zip(outputs, forced, strict=True)]
            return [level.lower(x) if b else x for x, b in zip(outputs, found, strict=True)]

    derived = Derived(*traced(run, types))
    return derived, tuple(found)

"""The primitive ``cond``: one of two programs, as a boolean says.

``cond(predicate, *inputs, true, false)``; both programs take all of the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from ...backends import backend
from ...core.interpreter import Interpreter, apply, strip, wrap
from ...core.program import Program, Variable
from ...core.types import ArrayType, Value
from ...eager.tape import Recorder
from ...ops.elementwise import where
from ...ops.families import zeros_like
from ..batch import Batch
from ..calls import mine
from ..forward import Forward
from ..partition import Parts, split
from .derivation import Derived, active_outputs, batched, pulled, pushed
from .interpretation import apart, control_primitive, recorded_call, taken_apart
from .passes import sections
from .staging import Body, check_body, outside, shown, traced

__all__ = ["bind_cond", "branch", "cond"]

Params = dict[str, Any]
Flags = tuple[bool, ...]


def bind_cond(predicate: Value, true: Derived, false: Derived, operands: Sequence[Value]) -> tuple[Value, ...]:
    """One of two programs, each of what it captured and of the operands."""
    inputs: list[Value] = [*true.captured, *false.captured, *operands]
    programs = []
    for place, own in enumerate((true, false)):
        head, rest = sections(own.program.inputs, len(own.captured), len(operands))
        other = [Variable(v.type) for v in (false, true)[place].program.inputs[: len((false, true)[place].captured)]]
        ordered = (*head, *other, *rest) if place == 0 else (*other, *head, *rest)
        programs.append(Program(ordered, own.program.equations, own.program.outputs, own.program.constants))
    first, second = programs
    out: tuple[Value, ...] = apply(cond, predicate, *inputs, true=first, false=second)
    return out


def branch(
    predicate: Value, true: Callable[[], Sequence[Value]], false: Callable[[], Sequence[Value]]
) -> tuple[Value, ...]:
    """What one of two functions of captured arrays gives."""
    return bind_cond(strip(predicate), Derived(*traced(true, ())), Derived(*traced(false, ())), ())


# ---------------------------------------------------------------------------------------------------------------------
# Evaluation
# ---------------------------------------------------------------------------------------------------------------------


def _type(*types: ArrayType, true: Program, false: Program) -> tuple[ArrayType, ...]:
    predicate, *rest = types
    if predicate.shape or shown(predicate).dtype.kind != "b":
        raise TypeError(f"cond takes a boolean scalar, not {predicate}")
    first, second = check_body("cond", true, rest), check_body("cond", false, rest)
    if first != second:
        raise TypeError(f"the branches of cond give {', '.join(map(str, first))} and {', '.join(map(str, second))}")
    return first


def _evaluate(predicate: Value, *inputs: Value, true: Program, false: Program) -> tuple[Value, ...]:
    with outside(true, false):
        return tuple((true if predicate else false).evaluate(*inputs))


# ---------------------------------------------------------------------------------------------------------------------
# What the interpreters make of it
# ---------------------------------------------------------------------------------------------------------------------


def _call(level: Interpreter, inputs: tuple[Value, ...], params: Params) -> Any:
    if isinstance(level, (Recorder, Forward)):
        with backend.quiet():  # a factor of a derivative may be infinite
            return (_record if isinstance(level, Recorder) else _push)(level, inputs, params)  # type: ignore[arg-type]
    if isinstance(level, Batch):
        return _batch(level, inputs, params)
    return NotImplemented


def _either(params: Params, active: Sequence[bool]) -> Flags:
    """Which outputs have derivatives in either branch."""
    both = (active_outputs(params[name], active) for name in ("true", "false"))
    return tuple(a or b for a, b in zip(*both, strict=True))


class _Sides:
    """The joint bodies of both branches, each in two: the first parts give the residuals of both, the others' zero."""

    def __init__(self, true: Program, false: Program, active: Flags, given: Flags) -> None:
        added = tuple(False for _ in active)
        self.joints = [pulled(p, active, given, added) for p in (true, false)]
        self.parts: list[Parts] = []
        outputs = len(true.outputs)
        for joint in self.joints:
            program = joint.program
            late = program.inputs[len(joint.captured) + len(active) :]
            self.parts.append(split(program, late, late_outputs=range(outputs, len(program.outputs))))
        self.types = [[v.type for v in parts.residuals] for parts in self.parts]
        self.outputs = outputs

    def first(self, place: int) -> Derived:
        """The forward part of a branch: its outputs, its residuals, and zeros in place of the other's."""
        joint, parts = self.joints[place], self.parts[place]

        def run(*values: Value) -> list[Value]:
            out = parts.early.evaluate(*joint.captured, *values)
            zeros = [_zero(values, t) for t in self.types[1 - place]]
            own = out[self.outputs :]
            return [*out[: self.outputs], *(zeros if place else own), *(own if place else zeros)]

        return Derived(*traced(run, [v.type for v in parts.early.inputs[len(joint.captured) :]]))

    def second(self, place: int, late: Sequence[ArrayType]) -> Derived:
        """The backward part of a branch, of the inputs, the residuals of both branches, and the cotangents."""
        joint, parts = self.joints[place], self.parts[place]
        inputs = parts.early.inputs

        def run(*values: Value) -> list[Value]:
            given, first, second, cotangents = sections(
                values, len(inputs) - len(joint.captured), *map(len, self.types), len(late)
            )
            known = dict(zip(inputs, (*joint.captured, *given), strict=True))
            again = [known[v] for v in parts.again]
            return parts.late.evaluate(*(second if place else first), *again, *cotangents)

        types = [v.type for v in inputs[len(joint.captured) :]]
        return Derived(*traced(run, [*types, *self.types[0], *self.types[1], *late]))


def _zero(values: Sequence[Value], type: ArrayType) -> Value:
    for x in values:
        if isinstance(level := getattr(x, "_level", None), Body):
            return level.constant(0.0, type)
    return zeros_like(type)


@lru_cache(maxsize=256)
def _reverse(true: Program, false: Program, active: Flags) -> tuple[Derived, Derived, Derived, Derived, Flags]:
    given = _either({"true": true, "false": false}, active)
    sides = _Sides(true, false, active, given)
    late = [out.type for out, g in zip(true.outputs, given, strict=True) if g]
    return sides.first(0), sides.first(1), sides.second(0, late), sides.second(1, late), given


def _record(level: Recorder, inputs: tuple[Value, ...], params: Params) -> Any:
    (predicate, *values), (_, *wanted) = taken_apart(level, inputs)
    first, second, _, _, given = _reverse(params["true"], params["false"], tuple(wanted))
    out = bind_cond(predicate, first.again(), second.again(), values)
    count = len(params["true"].outputs)
    return recorded_call(cond, level, inputs, params, out[:count], _Residuals(out[count:]), given)


class _Residuals:
    """What the forward part leaves; a recorded sweep computes it anew."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Value]) -> None:
        self.values = values


def _vjp(
    cotangents: Sequence[Value | None], saved: Sequence[Any], params: Params, wanted: int
) -> Sequence[Value | None]:
    predicate, *values, kept = saved
    true, false = params["true"], params["false"]
    flags = tuple(bool(wanted >> i & 1) for i in range(1, len(values) + 1))
    first, second, back_true, back_false, given = _reverse(true, false, flags)
    if kept is None:
        residuals = bind_cond(predicate, first.again(), second.again(), values)[len(true.outputs) :]
    else:
        residuals = kept.values
    late = [
        zeros_like(out.type) if ct is None else ct
        for out, ct, g in zip(true.outputs, cotangents, given, strict=True)
        if g
    ]
    out = iter(bind_cond(predicate, back_true.again(), back_false.again(), (*values, *residuals, *late)))
    return [None, *(next(out) if f else None for f in flags)]


def _push(level: Forward, inputs: tuple[Value, ...], params: Params) -> Any:
    (predicate, *values), (_, *moving) = taken_apart(level, inputs)
    tangents = [x._note for x, m in zip(inputs[1:], moving, strict=True) if m]
    given = _either(params, moving)
    true, false = (pushed(params[name], tuple(moving), given) for name in ("true", "false"))
    out = bind_cond(predicate, true, false, (*values, *tangents))
    count = len(given)
    outputs: Sequence[Value] = out[:count]
    if apart((predicate, *values), tangents):
        outputs = apply(cond, predicate, *values, **params)
    ts = iter(out[count:])
    return tuple(level.dual(o, next(ts) if g else None) for o, g in zip(outputs, given, strict=True))


def _batch(level: Batch, inputs: tuple[Value, ...], params: Params) -> Any:
    flags = tuple(mine(level, x) for x in inputs)
    if flags[0]:  # entries go different ways: both are computed, and each takes its own
        with backend.quiet():  # about those that take the other
            results = [params[name].evaluate(*inputs[1:]) for name in ("true", "false")]
        return tuple(wrap(apply(where, inputs[0], a, b)) for a, b in zip(*results, strict=True))
    predicate, *values = [x._value if f else strip(x) for x, f in zip(inputs, flags, strict=True)]
    both = [params[name] for name in ("true", "false")]
    none = tuple(False for _ in both[0].outputs)
    found = [batched(p, level.size, flags[1:], none)[1] for p in both]
    out = tuple(a or b for a, b in zip(*found, strict=True))
    true, false = (batched(p, level.size, flags[1:], out)[0] for p in both)
    outputs = bind_cond(predicate, true, false, values)
    return tuple(level.box(strip(y), None) if f else wrap(y) for y, f in zip(outputs, out, strict=True))


cond = control_primitive("cond", evaluate=_evaluate, type_rule=_type, vjp=_vjp, call=_call)

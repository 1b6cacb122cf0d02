"""The primitive ``while_loop``: a body applied as long as a condition holds.

``while_loop(*condition_constants, *body_constants, *init, cond, body, counts, max_steps)`` gives the last carry.
``cond`` and ``body`` take their constants, then the carry; ``counts`` are the numbers of constants. ``max_steps`` is a
promise that there are no more steps, where it is known.

A reverse sweep needs the carry of each step. With ``max_steps`` all of them are stored as the loop runs. Without, only
how many steps there were: the sweep takes them again, storing carries at even distances, and between these again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ...backends import backend
from ...core.errors import GraphError
from ...core.interpreter import Interpreter, apply, strip, wrap
from ...core.program import Program, Variable
from ...core.types import ArrayType, Value
from ...eager.tape import Recorder
from ...functions.reductions import any as any_of
from ...functions.selection import minimum, where
from ...ops.elementwise import logical_and
from ...ops.families import zeros_like
from ...ops.indexing import gather, scatter_set
from ...ops.shaping import reshape, spread
from ..batch import Batch
from ..calls import mine
from ..forward import Forward
from .derivation import Derived, active_in_loop, batched, pulled, pushed, remade
from .interpretation import apart, control_primitive, recorded_call, taken_apart
from .passes import sections
from .staging import check_body, impure, outside, shown, traced

__all__ = ["loop", "while_loop"]

Params = dict[str, Any]
Flags = tuple[bool, ...]
Flat = Callable[..., Sequence[Value]]

_STORED = (64, 64)
"""How many carries are stored at a time when an unknown number of steps is reversed: so many of all steps, and so many
between two of these. Up to the product, each step is taken three times; beyond, some are taken more often."""


def loop(condition: Flat, step: Flat, init: Sequence[Value], max_steps: int | None = None) -> tuple[Value, ...]:
    """A loop of flat functions, which may capture arrays."""
    types = [ArrayType(x.shape, x.dtype) for x in init]
    return _bind(Derived(*traced(condition, types)), Derived(*traced(step, types)), init, max_steps)


def _bind(condition: Derived, body: Derived, init: Sequence[Value], max_steps: int | None) -> tuple[Value, ...]:
    out: tuple[Value, ...] = apply(
        while_loop,
        *condition.captured,
        *body.captured,
        *init,
        cond=condition.program,
        body=body.program,
        counts=(len(condition.captured), len(body.captured)),
        max_steps=max_steps,
    )
    return out


# ---------------------------------------------------------------------------------------------------------------------
# Evaluation
# ---------------------------------------------------------------------------------------------------------------------


def _type(
    *types: ArrayType, cond: Program, body: Program, counts: tuple[int, int], max_steps: int | None
) -> tuple[ArrayType, ...]:
    first, second, init = sections(types, *counts, len(types) - sum(counts))
    (predicate,) = check_body("the condition of while_loop", cond, [*first, *init])
    if predicate.shape or predicate.dtype.kind != "b":
        raise TypeError(f"the condition of while_loop must give a boolean scalar, not {predicate}")
    outputs = check_body("the body of while_loop", body, [*second, *init])
    if outputs != tuple(map(shown, init)):
        raise TypeError("the body of while_loop must give a carry of the types that it takes")
    return outputs


def _evaluate(
    *inputs: Value, cond: Program, body: Program, counts: tuple[int, int], max_steps: int | None
) -> tuple[Value, ...]:
    first, second, carry = sections(inputs, *counts, len(inputs) - sum(counts))
    with outside(cond, body):
        while cond.evaluate(*first, *carry)[0]:
            carry = body.evaluate(*second, *carry)
    return tuple(carry)


# ---------------------------------------------------------------------------------------------------------------------
# Forward mode and batches
# ---------------------------------------------------------------------------------------------------------------------


def _call(level: Interpreter, inputs: tuple[Value, ...], params: Params) -> Any:
    if isinstance(level, (Recorder, Forward)):
        with backend.quiet():  # a factor of a derivative may be infinite
            return (_record if isinstance(level, Recorder) else _push)(level, inputs, params)  # type: ignore[arg-type]
    if isinstance(level, Batch):
        return _batch(level, inputs, params)
    return NotImplemented


class _Loop(NamedTuple):
    """The parts of a loop's inputs, and its programs."""

    cond: Program
    body: Program
    first: list[Value]
    """What the condition captured."""
    second: list[Value]
    """What the body captured."""
    init: list[Value]
    max_steps: int | None

    @classmethod
    def of(cls, values: Sequence[Value], params: Params) -> _Loop:
        """The loop with these inputs."""
        counts = params["counts"]
        first, second, init = sections(values, *counts, len(values) - sum(counts))
        return cls(params["cond"], params["body"], first, second, init, params["max_steps"])

    def active(self, flags: Sequence[bool]) -> tuple[Flags, Flags]:
        """Of the body's inputs and of the carry, what depends on flagged inputs of the loop."""
        counts = (len(self.second), len(self.init))
        return active_in_loop(self.body, counts, tuple(flags[len(self.first) :]))

    def goes_on(self, *carry: Value) -> Sequence[Value]:
        """The condition."""
        return self.cond.evaluate(*self.first, *carry)

    def advanced(self, *carry: Value) -> Sequence[Value]:
        """The carry one step later."""
        return self.body.evaluate(*self.second, *carry)


@lru_cache(maxsize=256)
def _pushed(cond: Program, body: Program, counts: tuple[int, int, int], active: Flags, given: Flags) -> tuple[Any, ...]:
    """Condition and body of the loop of values and tangents, and what the body captured."""
    _, second, carries = counts
    joint = pushed(body, active, given)
    k = sum(active[:second])
    parts = sections(joint.program.inputs, len(joint.captured) + second, carries, k, sum(given))
    ordered = (*parts[0], *parts[2], *parts[1], *parts[3])
    step = Program(ordered, joint.program.equations, joint.program.outputs, joint.program.constants)
    unread = [Variable(v.type) for v in parts[3]]
    condition = Program((*cond.inputs, *unread), cond.equations, cond.outputs, cond.constants)
    return condition, step, joint.captured


def _push(level: Forward, inputs: tuple[Value, ...], params: Params) -> Any:
    values, moving = taken_apart(level, inputs)
    given_loop = _Loop.of(values, params)
    active, given = given_loop.active(moving)
    skip, constants = len(given_loop.first), len(given_loop.second)
    tangents = [x._note if m else zeros_like(v) for x, v, m in zip(inputs, values, moving, strict=True)][skip:]
    chosen = [t for t, a in zip(tangents, active, strict=True) if a]
    split_at = sum(active[:constants])
    condition, step, captured = _pushed(
        given_loop.cond, given_loop.body, (skip, constants, len(given_loop.init)), active, given
    )
    out = _bind(
        Derived(condition, tuple(given_loop.first)),
        Derived(step, (*remade(captured), *given_loop.second, *chosen[:split_at])),
        (*given_loop.init, *chosen[split_at:]),
        given_loop.max_steps,
    )
    outputs, moved = out[: len(given)], iter(out[len(given) :])
    if apart(values, [x._note if m else None for x, m in zip(inputs, moving, strict=True)]):
        _refuse_impure(given_loop, "linearized")
        outputs = apply(while_loop, *values, **params)
    return tuple(level.dual(o, next(moved) if g else None) for o, g in zip(outputs, given, strict=True))


def _batch(level: Batch, inputs: tuple[Value, ...], params: Params) -> Any:
    size = level.size
    flags = [mine(level, x) for x in inputs]
    given = _Loop.of([x._value if f else strip(x) for x, f in zip(inputs, flags, strict=True)], params)
    first, second, carried = sections(flags, *params["counts"], len(given.init))
    before = carried
    while True:
        body, out = batched(given.body, size, (*second, *carried), tuple(carried))
        condition, (apart_ways,) = batched(given.cond, size, (*first, *out), (False,))
        new = [True] * len(out) if apart_ways else list(out)
        if new == carried:
            break
        carried = new
    init = [spread(x, was, size) if f else x for x, was, f in zip(given.init, before, carried, strict=True)]
    check = Derived(condition.program, (*condition.captured, *given.first))
    step = Derived(body.program, (*body.captured, *given.second))
    if not apart_ways:
        outputs = _bind(check, step, init, given.max_steps)
        return tuple(level.box(strip(y), None) if f else wrap(y) for y, f in zip(outputs, carried, strict=True))

    def advanced(going: Value, *carry: Value) -> list[Value]:  # an entry that is done stays as it is
        new = step.program.evaluate(*step.captured, *carry)
        kept = [_chosen(going, a, b) for a, b in zip(new, carry, strict=True)]
        return [apply(logical_and, going, check.program.evaluate(*check.captured, *kept)[0]), *kept]

    (going,) = check.program.evaluate(*check.captured, *init)
    with backend.quiet():  # about entries that are done
        out_values = loop(lambda going, *_: [any_of(wrap(going))], advanced, (going, *init), given.max_steps)
    return tuple(level.box(strip(y), None) for y in out_values[1:])


def _chosen(going: Value, new: Value, old: Value) -> Value:
    return where(apply(reshape, going, shape=(*going.shape, *(1,) * (len(new.shape) - 1))), new, old)


# ---------------------------------------------------------------------------------------------------------------------
# Reverse mode
# ---------------------------------------------------------------------------------------------------------------------


class _Kept:
    """What the loop leaves for a reverse sweep; a recorded sweep computes it anew."""

    __slots__ = ("steps", "stores")

    def __init__(self, steps: Value, stores: Sequence[Value]) -> None:
        self.steps = steps
        """How many there were."""
        self.stores = list(stores)
        """The carries of all of them, where there is a bound: those that the reverse step reads."""


def _refuse_impure(given: _Loop, what: str) -> None:
    if impure(given.body):
        raise GraphError(
            f"a while_loop whose body draws random numbers cannot be {what} in a traced function, since the body "
            "would draw others when it runs again; use wg.scan, or draw before the loop"
        )


def _joint(given: _Loop, active: Flags, carried: Flags) -> tuple[Derived, list[bool]]:
    """The reverse step, and which carries it reads."""
    added = tuple(a and i < len(given.second) for i, a in enumerate(active))
    joint = pulled(given.body, active, carried, added)
    program = Program(
        joint.program.inputs,
        joint.program.equations,
        joint.program.outputs[len(given.init) :],
    ).pruned()
    read = {*program.outputs, *(a for e in program.equations for a in e.inputs)}
    start = len(joint.captured) + len(given.second)
    return Derived(program, joint.captured), [v in read for v in program.inputs[start : start + len(given.init)]]


def _run(given: _Loop, reads: Sequence[bool]) -> tuple[Sequence[Value], _Kept]:
    """The loop, with its number of steps, and the carries if there is a bound."""
    bound = given.max_steps
    start = backend.asarray(0, backend.dtype("int64"))
    stores: list[Value] = []
    if bound is not None:
        stores = [backend.zeros((bound, *x.shape), x.dtype) for x, r in zip(given.init, reads, strict=True) if r]
    carries = len(given.init)

    def step(k: Value, *values: Value) -> list[Value]:
        carry, kept = values[:carries], values[carries:]
        read = [x for x, r in zip(carry, reads, strict=True) if r]
        written = [_written(stack, k, x) for stack, x in zip(kept, read, strict=False)]
        return [wrap(k) + 1, *given.advanced(*carry), *written]  # type: ignore[operator]

    def condition(k: Value, *values: Value) -> Sequence[Value]:
        return given.goes_on(*values[:carries])

    steps, *out = loop(condition, step, (start, *given.init, *stores), bound)
    return out[:carries], _Kept(steps, out[carries:])


def _record(level: Recorder, inputs: tuple[Value, ...], params: Params) -> Any:
    values, wanted = taken_apart(level, inputs)
    given = _Loop.of(values, params)
    _refuse_impure(given, "differentiated in reverse mode")
    active, carried = given.active(wanted)
    _, reads = _joint(given, active, carried)
    outputs, kept = _run(given, reads)
    return recorded_call(while_loop, level, inputs, params, outputs, kept, carried)


def _vjp(
    cotangents: Sequence[Value | None], saved: Sequence[Any], params: Params, wanted: int
) -> Sequence[Value | None]:
    *values, kept = saved
    given = _Loop.of(values, params)
    flags = [bool(wanted >> i & 1) for i in range(len(values))]
    active, carried = given.active(flags)
    joint, reads = _joint(given, active, carried)
    if kept is None:
        _, kept = _run(given, reads)
    totals = [zeros_like(x) for x, a in zip(given.second, active, strict=False) if a]
    starts = [
        zeros_like(x) if ct is None else ct for x, ct, a in zip(given.init, cotangents, carried, strict=True) if a
    ]
    before = (*totals, *starts)

    def pull(carry: Sequence[Value], cts: Sequence[Value]) -> list[Value]:
        return joint.program.evaluate(*joint.captured, *given.second, *carry, *cts)

    if not before:
        found: Sequence[Value] = ()
    elif given.max_steps is not None:
        found = _through_stored(given, kept, reads, pull, before)
    else:
        found = _recomputing(given, given.init, kept.steps, pull, before, _STORED)
    results = iter(found)
    every = [*[None] * len(given.first), *(next(results) if a else None for a in active)]
    return [ct if f else None for ct, f in zip(every, flags, strict=True)]


Pull = Callable[[Sequence[Value], Sequence[Value]], list[Value]]


def _through_stored(
    given: _Loop, kept: _Kept, reads: Sequence[bool], pull: Pull, cts: Sequence[Value]
) -> Sequence[Value]:
    """Reverse all steps, of which the carries are stored."""

    def back(k: Value, *cts: Value) -> list[Value]:
        k = wrap(k) - 1  # type: ignore[operator]
        stored = iter(kept.stores)
        carry = [_read(next(stored), k) if r else zeros_like(x) for x, r in zip(given.init, reads, strict=True)]
        return [k, *pull(carry, cts)]

    return loop(lambda k, *_: [wrap(k) > 0], back, (kept.steps, *cts), given.max_steps)[1:]  # type: ignore[operator]


def _recomputing(
    given: _Loop, start: Sequence[Value], steps: Value, pull: Pull, cts: Sequence[Value], sizes: Sequence[int]
) -> Sequence[Value]:
    """Reverse this many steps from a carry on, storing so many carries at a time."""

    def advanced(carry: Sequence[Value], steps: Value) -> Sequence[Value]:
        def step(k: Value, *carry: Value) -> list[Value]:
            return [wrap(k) - 1, *given.advanced(*carry)]  # type: ignore[operator]

        return loop(lambda k, *_: [wrap(k) > 0], step, (steps, *carry))[1:]  # type: ignore[operator]

    if not sizes:  # the steps one by one, each from the start

        def back(k: Value, *cts: Value) -> list[Value]:
            k = wrap(k) - 1  # type: ignore[operator]
            return [k, *pull(advanced(start, k), cts)]

        return loop(lambda k, *_: [wrap(k) > 0], back, (steps, *cts))[1:]  # type: ignore[operator]

    size, *rest = sizes
    total: Any = wrap(steps)
    distance = (total + (size - 1)) // size
    slots = where(total > 0, (total + distance - 1) // where(total > 0, distance, 1), 0)
    stores = [backend.zeros((size, *x.shape), x.dtype) for x in start]

    def store(k: Any, *values: Value) -> list[Value]:
        carry, stacks = values[: len(start)], values[len(start) :]
        written = [_written(stack, k, x) for stack, x in zip(stacks, carry, strict=True)]
        k = wrap(k)
        return [k + 1, *advanced(carry, where(k + 1 < slots, distance, 0)), *written]

    zero = backend.asarray(0, backend.dtype("int64"))
    out = loop(lambda k, *_: [wrap(k) < slots], store, (zero, *start, *stores), size)
    stacks = out[1 + len(start) :]

    def back_to_stored(k: Any, *cts: Value) -> list[Value]:
        k = wrap(k) - 1  # type: ignore[operator]
        carry = [_read(stack, k) for stack in stacks]
        between = minimum(distance, total - k * distance)
        return [k, *_recomputing(given, carry, between, pull, cts, rest)]

    return loop(lambda k, *_: [wrap(k) > 0], back_to_stored, (strip(slots), *cts), size)[1:]  # type: ignore[operator]


def _read(stack: Value, k: Value) -> Value:
    return apply(gather, stack, k, axes=(0,), unique=True)


def _written(stack: Value, k: Value, x: Value) -> Value:
    return apply(scatter_set, stack, x, k, axes=(0,), unique=True)


while_loop = control_primitive("while_loop", evaluate=_evaluate, type_rule=_type, vjp=_vjp, call=_call)

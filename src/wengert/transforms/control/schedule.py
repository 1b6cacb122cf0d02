"""Reversing a loop from few stored carries: the binomial schedule.

With c stored carries and r repetitions of any step, at most C(c + r, c) steps can be reversed; the schedule that
attains it is that of Griewank and Walther ("Algorithm 799: revolve", ACM Transactions on Mathematical Software 26,
2000). It stores carries on the way to a step, reverses what lies behind it, and then what lies before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import comb
from typing import Any

from ...backends import backend
from ...core.errors import GraphError
from ...core.interpreter import Box, apply, wrap
from ...core.primitive import Primitive
from ...core.types import ArrayType, Value
from ...ops.elementwise import equal
from ...ops.families import zeros_like
from ...ops.indexing import gather, scatter_set
from ..checkpoint import checkpoint
from .cond_primitive import branch
from .derivation import pulled
from .passes import bind, sections
from .staging import impure, traced

__all__ = ["ADVANCE", "RESTORE", "REVERSE", "STORE", "actions", "chain", "left", "pulled_by_schedule", "sufficient"]

ADVANCE, RESTORE, STORE, REVERSE = range(4)
_MOST_REPETITIONS = 30


def _repetitions(steps: int, carries: int) -> int:
    """How often a step must be repeated at most."""
    r = 0
    while comb(carries + r, carries) < steps:
        r += 1
    return r


def sufficient(steps: int, carries: int) -> int:
    """As many carries as given, or the least with which no step is repeated too often."""
    while carries < steps and comb(carries + _MOST_REPETITIONS, carries) < steps:
        carries += 1
    return carries


def left(steps: int, carries: int) -> int:
    """How many of the steps to take before the next carry is stored, with so many in all."""
    r = _repetitions(steps, carries)
    return max(1, min(comb(carries + r - 1, carries), steps - comb(carries + r - 2, carries - 1) if r > 1 else 1))


def actions(steps: int, carries: int) -> Iterator[tuple[int, int, int]]:
    """The schedule: what to do, for which step, with which of the stored carries.

    It begins with the first carry at hand.
    """
    yield STORE, 0, 0
    stack = [(0, steps, 0)]  # from a stored carry to where, and which one it is
    while stack:
        low, high, slot = stack.pop()
        yield RESTORE, low, slot
        if high - low == 1:
            yield REVERSE, low, slot
            continue
        middle = low + left(high - low, carries - slot)
        for k in range(low, middle):
            yield ADVANCE, k, slot
        stack.append((low, middle, slot))
        if high - middle == 1:
            yield REVERSE, middle, slot
        else:
            yield STORE, middle, slot + 1
            stack.append((middle, high, slot + 1))


def chain(step: Callable[[Any, int], tuple[Any, Any]], carry: Any, steps: int, carries: int) -> tuple[Any, list[Any]]:
    """Steps of a recorded loop, by nested checkpoints: the last carry, and the results."""

    def run(carry: Any, low: int, high: int, carries: int) -> tuple[Any, list[Any]]:
        if high - low == 1:
            carry, y = step(carry, low)
            return carry, [y]
        middle = low + left(high - low, carries)
        carry, before = checkpoint(lambda carry: run(carry, low, middle, carries))(carry)
        carry, behind = run(carry, middle, high, carries - 1)
        return carry, [*before, *behind]

    return run(carry, 0, steps, sufficient(steps, carries)) if steps else (carry, [])


# ---------------------------------------------------------------------------------------------------------------------
# In a program
# ---------------------------------------------------------------------------------------------------------------------


def _read(stack: Value, i: Value) -> Value:
    return apply(gather, stack, i, axes=(0,), unique=True)


def _written(stack: Value, i: Value, x: Value) -> Value:
    return apply(scatter_set, stack, x, i, axes=(0,), unique=True)


def pulled_by_schedule(
    scan: Primitive,
    values: Sequence[Value],
    cotangents: Sequence[Value | None],
    params: dict[str, Any],
    wanted: Sequence[bool],
    active: tuple[bool, ...],
    given: tuple[bool, ...],
) -> list[Value | None]:
    """The cotangents of a scan's inputs, by a scan over the actions of the schedule."""
    body, length, (constants, carries) = params["body"], params["length"], params["counts"]
    if impure(body):
        raise GraphError(
            "scan(..., checkpoints=...) cannot be differentiated in a traced function if its body draws random "
            "numbers, since it would draw others when it runs again; draw before the loop, or leave checkpoints out"
        )
    consts, init, xs = sections(values, constants, carries, len(values) - constants - carries)
    head = constants + carries
    added = tuple(a and i < constants for i, a in enumerate(active))
    joint = pulled(body, active, given, added)
    count = min(sufficient(length, params["checkpoints"]), max(length, 1))
    plan = list(actions(length, count)) if length else []
    index = [length - 1 - k for _, k, _ in plan] if params["reverse"] else [k for _, k, _ in plan]
    entries = [
        backend.asarray(column, backend.dtype("int64"))
        for column in ([a for a, _, _ in plan], index, [s for *_, s in plan])
    ]
    totals = [zeros_like(x) for x, a in zip(consts, active, strict=False) if a]
    starts = [
        zeros_like(v.type) if ct is None else ct
        for v, ct, g in zip(body.inputs[constants:head], cotangents, given, strict=False)
        if g
    ]
    y_cotangents = [
        (out.type, ct)
        for out, ct, g in zip(body.outputs[carries:], cotangents[carries:], given[carries:], strict=True)
        if g
    ]
    x_stacks = [zeros_like(x) for x, a in zip(xs, active[head:], strict=True) if a]
    stores = [backend.zeros((count, *v.type.shape), v.type.dtype) for v in body.inputs[constants:head]]
    sizes = (carries, len(stores), len(totals), len(starts), len(x_stacks))

    def act(*inputs: Value) -> Sequence[Value]:
        now, kept, sums, cts, found = sections(inputs, *sizes)
        kind, i, slot = inputs[sum(sizes) :]

        def advance() -> list[Value]:
            out = body.evaluate(*consts, *now, *(_read(x, i) for x in xs))
            return [*out[:carries], *kept, *sums, *cts, *found]

        def reverse() -> list[Value]:
            late = [zeros_like(t) if ct is None else _read(ct, i) for t, ct in y_cotangents]
            out = joint.program.evaluate(
                *joint.captured, *consts, *now, *(_read(x, i) for x in xs), *sums, *cts, *late
            )[len(body.outputs) :]
            new_sums, new_cts, parts = sections(out, len(sums), len(cts), len(found))
            written = [_written(stack, i, part) for stack, part in zip(found, parts, strict=True)]
            return [*now, *kept, *new_sums, *new_cts, *written]

        def restore() -> list[Value]:
            return [*(_read(stack, slot) for stack in kept), *kept, *sums, *cts, *found]

        def store() -> list[Value]:
            written = [_written(stack, slot, x) for stack, x in zip(kept, now, strict=True)]
            return [*now, *written, *sums, *cts, *found]

        def rest() -> Sequence[Value]:
            return branch(_is(kind, RESTORE), restore, store)

        return branch(_is(kind, ADVANCE), advance, lambda: branch(_is(kind, REVERSE), reverse, rest))

    first = (*init, *stores, *totals, *starts, *x_stacks)
    types = [*(_type_of(x) for x in first), *(_type_of(e, True) for e in entries)]
    program, captured = traced(act, types)
    out = bind(scan, program, captured, first, entries, len(plan), False)
    _, _, sums, cts, found = sections(out, *sizes)
    results = iter((*sums, *cts, *found))
    every = [next(results) if a else None for a in active]
    return [ct if w else None for ct, w in zip(every, wanted, strict=True)]


def _is(kind: Value, action: int) -> Box:
    return wrap(apply(equal, kind, action))


def _type_of(x: Value, entry: bool = False) -> ArrayType:
    return ArrayType(x.shape[1:] if entry else x.shape, x.dtype)

"""The primitive ``scan``: a body applied once for each entry of some arrays, a carry handed from step to step.

``scan(*constants, *init, *xs, body, length, reverse, counts, checkpoints)`` gives the last carry, and the stacked
results of all steps. ``body`` takes constants, carry and an entry of each of ``xs``, and gives carry and results;
``counts`` are the numbers of constants and carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ...backends import backend
from ...core.interpreter import Interpreter, apply, strip, wrap
from ...core.program import Program
from ...core.types import ArrayType, Value, type_of
from ...eager.tape import Recorder
from ...ops.families import zeros_like
from ...ops.indexing import getitem
from ...ops.shaping import concatenate, move_axis, reshape, spread
from ..batch import Batch
from ..calls import mine
from ..forward import Forward
from .derivation import active_in_loop, batched, pulled, pushed, remade
from .interpretation import apart, control_primitive, recorded_call, taken_apart
from .passes import Kept, TwoPass, bind, hoisted, sections
from .schedule import pulled_by_schedule
from .staging import check_body, outside

__all__ = ["scan", "stacked"]

Params = dict[str, Any]
Counts = tuple[int, int]
Flags = tuple[bool, ...]


# ---------------------------------------------------------------------------------------------------------------------
# Evaluation
# ---------------------------------------------------------------------------------------------------------------------


def _type(
    *types: ArrayType, body: Program, length: int, reverse: bool, counts: Counts, checkpoints: int | None
) -> tuple[ArrayType, ...]:
    constants, carries = counts
    head = constants + carries
    for t in types[head:]:
        if not t.shape or t.shape[0] != length:
            raise TypeError(f"scan of length {length} takes entries of that many, not {t}")
    entries = [ArrayType(t.shape[1:], t.dtype) for t in types[head:]]
    outputs = check_body("scan", body, [*types[:head], *entries])
    if outputs[:carries] != tuple(v.type for v in body.inputs[constants:head]):
        raise TypeError("the body of scan must give a carry of the types that it takes")
    return (*outputs[:carries], *(ArrayType((length, *t.shape), t.dtype) for t in outputs[carries:]))


def _evaluate(
    *inputs: Value, body: Program, length: int, reverse: bool, counts: Counts, checkpoints: int | None
) -> tuple[Value, ...]:
    constants, carries = counts
    consts, carry, xs = sections(inputs, constants, carries, len(inputs) - constants - carries)
    results: list[list[Value]] = [[] for _ in body.outputs[carries:]]
    with outside(body):
        for i in reversed(range(length)) if reverse else range(length):
            entries = [apply(getitem, x, index=(i,)) for x in xs]
            out = body.evaluate(*consts, *carry, *entries)
            carry = out[:carries]
            for column, y in zip(results, out[carries:], strict=True):
                column.append(y)
    types = _type(
        *map(type_of, inputs), body=body, length=length, reverse=reverse, counts=counts, checkpoints=checkpoints
    )[carries:]
    ys = [stacked(column, t, reverse) for column, t in zip(results, types, strict=True)]
    return (*(backend.asarray(x) if not hasattr(x, "dtype") else x for x in carry), *ys)


def stacked(column: Sequence[Value], type: ArrayType, reverse: bool) -> Value:
    """The results of all steps, one behind the other; of this type."""
    if not column:
        return backend.zeros(type.shape, type.dtype)
    rows = [reshape(y, shape=(1, *type.shape[1:])) for y in (reversed(column) if reverse else column)]
    return apply(concatenate, *rows, axis=0, sizes=(1,) * len(rows))


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


@lru_cache(maxsize=256)
def _reverse(body: Program, counts: Counts, wanted: Flags) -> tuple[TwoPass, Flags, Flags]:
    """The scans of a reverse sweep; which inputs are active, and which outputs."""
    constants, carries = counts
    active, given = active_in_loop(body, counts, wanted)
    added = tuple(w and i < constants for i, w in enumerate(active))
    joint = pulled(body, active, given, added)
    late = (0, sum(added) + sum(given[:carries]), sum(given[carries:]))
    sizes = (constants, carries, len(body.inputs) - constants - carries)
    return TwoPass(scan, joint, sizes, late, len(body.outputs)), active, given


def _record(level: Recorder, inputs: tuple[Value, ...], params: Params) -> Any:
    body, counts = params["body"], params["counts"]
    values, wanted = taken_apart(level, inputs)
    if params["checkpoints"] is not None:
        _, given = active_in_loop(body, counts, wanted)
        outputs: Sequence[Value] = apply(scan, *values, **params)
        kept = Kept((), ())
    else:
        passes, _, given = _reverse(body, counts, wanted)
        constants, carries = counts
        consts, init, xs = sections(values, constants, carries, len(values) - constants - carries)
        outputs, kept = passes.first(consts, init, xs, params["length"], params["reverse"])
    return recorded_call(scan, level, inputs, params, outputs, kept, given)


def _vjp(
    cotangents: Sequence[Value | None], saved: Sequence[Any], params: Params, wanted: int
) -> Sequence[Value | None]:
    body, counts, length, reverse = params["body"], params["counts"], params["length"], params["reverse"]
    constants, carries = counts
    *values, kept = saved
    flags = tuple(bool(wanted >> i & 1) for i in range(len(values)))
    if params["checkpoints"] is not None:
        active, given = active_in_loop(body, counts, flags)
        return pulled_by_schedule(scan, values, cotangents, params, flags, active, given)
    passes, active, given = _reverse(body, counts, flags)
    consts, init, xs = sections(values, constants, carries, len(values) - constants - carries)
    if kept is None:
        _, kept = passes.first(consts, init, xs, length, reverse)
    totals = [zeros_like(x) for x, f in zip(consts, flags, strict=False) if f]
    types = [v.type for v in body.inputs[constants : constants + carries]]
    starts = [zeros_like(t) if ct is None else ct for t, ct, g in zip(types, cotangents, given, strict=False) if g]
    late = [
        (zeros_like(out.type), False) if ct is None else (ct, True)
        for out, ct, g in zip(body.outputs[carries:], cotangents[carries:], given[carries:], strict=True)
        if g
    ]
    out = iter(passes.second(consts, xs, kept, (), (*totals, *starts), late, length, not reverse))
    found = [next(out) if a else None for a in active]
    return [ct if f else None for ct, f in zip(found, flags, strict=True)]


@lru_cache(maxsize=256)
def _forward(body: Program, counts: Counts, moving: Flags) -> tuple[TwoPass, Flags, Flags]:
    """The scans of values and, behind them, tangents; which inputs are active, and which outputs."""
    constants, carries = counts
    active, given = active_in_loop(body, counts, moving)
    joint = pushed(body, active, given)
    late = (sum(active[:constants]), sum(given[:carries]), sum(active[constants + carries :]))
    sizes = (constants, carries, len(body.inputs) - constants - carries)
    return TwoPass(scan, joint, sizes, late, len(body.outputs)), active, given


@lru_cache(maxsize=256)
def _together(body: Program, counts: Counts, moving: Flags) -> tuple[Any, ...]:
    """The body of one scan of values and tangents."""
    constants, carries = counts
    active, given = active_in_loop(body, counts, moving)
    joint = pushed(body, active, given)
    entries = len(body.inputs) - constants - carries
    late = (sum(active[:constants]), sum(given[:carries]), sum(active[constants + carries :]))
    c, k, x, dc, dk, dx = sections(joint.program.inputs, len(joint.captured) + constants, carries, entries, *late)
    before, rest, again = hoisted(joint.program, (*c, *dc))
    computed = rest.inputs[: len(before.outputs)]
    y, ys, dy, dys = sections(
        rest.outputs, carries, len(body.outputs) - carries, late[1], len(rest.outputs) - len(body.outputs) - late[1]
    )
    step = Program((*computed, *again, *k, *dk, *x, *dx), rest.equations, (*y, *dy, *ys, *dys), rest.constants)
    positions = [before.inputs.index(v) for v in again]
    return joint.captured, before, step, positions, active, given


def _push(level: Forward, inputs: tuple[Value, ...], params: Params) -> Any:
    body, counts, length, reverse = params["body"], params["counts"], params["length"], params["reverse"]
    constants, carries = counts
    values, moving = taken_apart(level, inputs)
    tangents = [x._note if m else None for x, m in zip(inputs, moving, strict=True)]
    _, given = active_in_loop(body, counts, moving)
    active, _ = active_in_loop(body, counts, moving)
    consts, init, xs = sections(values, constants, carries, len(values) - constants - carries)
    full = [zeros_like(x) if t is None else t for x, t in zip(values, tangents, strict=True)]
    dc, dk, dx = sections(full, constants, carries, len(xs))
    dc = [t for t, a in zip(dc, active, strict=False) if a]
    dk = [t for t, a in zip(dk, active[constants:], strict=False) if a]
    dx = [t for t, a in zip(dx, active[constants + carries :], strict=True) if a]
    moved: Sequence[Value]
    if apart(values, tangents):
        passes, _, _ = _forward(body, counts, moving)
        outputs, kept = passes.first(consts, init, xs, length, reverse)
        moved = passes.second(consts, xs, kept, dc, dk, [(t, True) for t in dx], length, reverse)
    else:
        captured, before, step, positions, _, _ = _together(body, counts, moving)
        fixed = [*remade(captured), *consts, *dc]
        computed = before.evaluate(*fixed)
        fixed = [*computed, *(fixed[p] for p in positions)]
        out = bind(scan, step, fixed, (*init, *dk), (*xs, *dx), length, reverse, params["checkpoints"])
        y, dy, ys, dys = sections(
            out, carries, len(dk), len(body.outputs) - carries, len(out) - len(body.outputs) - len(dk)
        )
        outputs, moved = (*y, *ys), (*dy, *dys)
    ts = iter(moved)
    return tuple(level.dual(o, next(ts) if g else None) for o, g in zip(outputs, given, strict=True))


def _batch(level: Batch, inputs: tuple[Value, ...], params: Params) -> Any:
    body, counts = params["body"], params["counts"]
    constants, carries = counts
    head = constants + carries
    values, flags = [x._value if mine(level, x) else strip(x) for x in inputs], [mine(level, x) for x in inputs]
    results = len(body.outputs) - carries
    while True:
        derived, out = batched(body, level.size, tuple(flags), (*flags[constants:head], *[False] * results))
        if list(out[:carries]) == flags[constants:head]:
            break
        flags[constants:head] = out[:carries]
    consts, init, xs = sections(values, constants, carries, len(values) - head)
    init = [
        spread(x, mine(level, given), level.size) if f else x
        for x, f, given in zip(init, flags[constants:], inputs[constants:], strict=False)
    ]
    xs = [move_axis(x, 0, 1) if f else x for x, f in zip(xs, flags[head:], strict=True)]
    outputs = bind(
        scan,
        derived.program,
        (*derived.captured, *consts),
        init,
        xs,
        params["length"],
        params["reverse"],
        params["checkpoints"],
    )
    outputs = (
        *outputs[:carries],
        *(move_axis(y, 1, 0) if f else y for y, f in zip(outputs[carries:], out[carries:], strict=True)),
    )
    return tuple(level.box(strip(y), None) if f else wrap(y) for y, f in zip(outputs, out, strict=True))


scan = control_primitive("scan", evaluate=_evaluate, type_rule=_type, vjp=_vjp, call=_call)

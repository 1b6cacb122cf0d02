"""A batch as a loop over its entries: what ``vmap`` is in machine code where an entry fits in registers.

A batch of small arrays goes through memory once for each operation that another one reads elsewhere: for each sum over
an axis, each array put together of others. A loop over the entries keeps all of that in registers, but computes one
function at a time where the batch computes several. The costs of both decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from ...core.interpreter import strip
from ...core.lowering import Elementwise, View
from ...core.program import Equation, Program
from ...core.types import ArrayType, Value
from ..batch import Batch
from .passes import bind, hoisted
from .scan_primitive import scan
from .staging import Body, Unknown, impure, traced

__all__ = ["mapped"]

FEW = 32
"""Entries of a batch that is not worth a loop."""
LARGEST = 32
"""Elements of an array that no longer fits in registers."""
LONGEST = 4000
"""Elements of all arrays of an entry beyond which the loop's code would be too long."""
LANES = 4
"""Elements of a batch of which a function like the exponential is computed at once."""
TRANSFER = 8
"""Of writing an element to memory and reading it back, in additions."""


def mapped(
    function: Callable[[Sequence[Value]], Sequence[Value]],
    values: Sequence[Value],
    flags: Sequence[bool],
    size: int,
    has_registers: Callable[[Any], bool],
) -> list[Value] | None:
    """What a function gives for each entry of a batch, stacked along axis 0; None where it asks for values.

    Parameters
    ----------
    function
        Takes and returns values of single entries.
    values
        Those with a flag have a batch of so many entries as their axis 0; entries share the others.
    has_registers
        Whether the machine has registers for elements of a dtype.
    """
    if size < FEW:
        return None
    entries = [x for x, batched in zip(values, flags, strict=True) if batched]

    def body(*inputs: Value) -> Sequence[Value]:
        own = iter(inputs)
        return function([next(own) if batched else x for x, batched in zip(values, flags, strict=True)])

    level = Body()
    try:
        program, captured = traced(body, [ArrayType(x.shape[1:], x.dtype) for x in entries], level)
    except Unknown:  # of what all entries share, it may be told
        level.restore()
        return None
    if level.restore() or impure(program):
        return None
    before, program, again = hoisted(program, program.inputs[: len(captured)])
    known = dict(zip(before.inputs, captured, strict=True))
    shared = (*before.evaluate(*captured), *(known[v] for v in again))
    if _fits_in_registers(program, has_registers) and _of_loop(program) < _of_batch(program):
        return list(bind(scan, program, shared, (), entries, size, reverse=False))
    with Batch(size) as batch:
        boxes = [batch.box(strip(x), None) for x in entries]
        return [strip(batch.lower(y)) for y in program.evaluate(*shared, *boxes)]


def _sizes(equation: Equation) -> list[int]:
    return [prod(v.type.shape) for v in equation.outputs]


def _fits_in_registers(program: Program, has_registers: Callable[[Any], bool]) -> bool:
    """Whether the machine code of an entry needs nothing but registers, and is short."""
    variables = (*program.inputs, *(v for equation in program.equations for v in equation.outputs))
    if not all(v.type.is_weak or has_registers(v.type.dtype) for v in variables):
        return False
    sizes = [size for equation in program.equations for size in _sizes(equation)]
    lowered = all(e.primitive.lowering is not None and not e.primitive.multiple for e in program.equations)
    return lowered and max(sizes, default=0) <= LARGEST and sum(sizes) <= LONGEST


def _of_loop(program: Program) -> float:
    """The cost of an entry in a loop, in additions."""
    return sum(map(_cost, program.equations))


def _of_batch(program: Program) -> float:
    """The cost of an entry in a batch: less for functions, and more between operations."""
    functions = sum(_cost(e) for e in program.equations if _cost(e) >= Elementwise.cost * sum(_sizes(e)))
    moved = sum(sum(_sizes(e)) for e in program.equations if not isinstance(e.primitive.lowering, (Elementwise, View)))
    return _of_loop(program) - functions * (1 - 1 / LANES) + TRANSFER * moved


def _cost(equation: Equation) -> float:
    """Of an operation, in additions."""
    lowering = equation.primitive.lowering
    return sum(_sizes(equation)) * (lowering.cost if isinstance(lowering, Elementwise) else 1.0)

"""Buffers: how long each value is needed, and one arena in which those that are not needed at once share memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

from ..core.program import Equation, Variable
from ..core.types import ArrayType
from .schedule import Kernel, Kind, Schedule, Step, dtype_of

__all__ = ["ALIGNMENT", "Arena", "bytes_of", "last_reads"]

ALIGNMENT = 64


def bytes_of(type: ArrayType) -> int:
    """The memory that a value takes."""
    return prod(type.shape) * dtype_of(type).itemsize


class Arena:
    """Offsets for buffers that live from one position to another."""

    def __init__(self) -> None:
        self.size = 0
        self._taken: list[tuple[int, int, int, int]] = []  # first and last position, first and last byte

    def take(self, first: int, last: int, size: int) -> int:
        """The offset of a buffer needed from one position to another; the lowest that is free all the while."""
        size = -(-max(1, size) // ALIGNMENT) * ALIGNMENT
        busy = sorted((start, end) for a, b, start, end in self._taken if a <= last and first <= b)
        offset = 0
        for start, end in busy:
            if start - offset >= size:
                break
            offset = max(offset, end)
        self._taken.append((first, last, offset, offset + size))
        self.size = max(self.size, offset + size)
        return offset

    def keep(self, size: int) -> int:
        """The offset of a buffer that nothing else shares."""
        offset = self.size
        self._taken.append((-1, 1 << 60, offset, offset + size))
        self.size += -(-max(1, size) // ALIGNMENT) * ALIGNMENT
        return offset


def last_reads(plan: Schedule) -> dict[Variable, int]:
    """For each variable the last position at which its memory is read."""
    last: dict[Variable, int] = {}

    def note(variables: Iterable[Variable], position: int) -> None:
        for v in variables:
            for leaf in _leaves(plan, v):
                last[leaf] = max(last.get(leaf, -1), position)

    for position, (registers, work) in enumerate(zip(plan.registers, plan.work, strict=True)):
        for equation in registers:
            note(_variables(equation), position)
        for item in work:
            if isinstance(item, Step):
                note(_variables(item.equation), position)
            else:
                note((a for e in _read_by(item) for a in _variables(e)), position)
    return last


def _variables(equation: Equation) -> Iterator[Variable]:
    return (a for a in equation.inputs if isinstance(a, Variable))


def _read_by(kernel: Kernel) -> Iterator[Equation]:
    yield from kernel.members
    yield from kernel.reductions


def _leaves(plan: Schedule, variable: Variable) -> Iterator[Variable]:
    """What is read from memory where a variable is read."""
    stack, seen = [variable], {variable}
    while stack:
        v = stack.pop()
        yield v
        equation = plan.definition.get(v)
        if equation is None or plan.in_memory(v) or plan.kinds[equation] != Kind.MAP:
            continue
        for a in _variables(equation):
            if a not in seen:
                seen.add(a)
                stack.append(a)

"""Buffers: how long each value is needed, and one arena in which those that are not needed at once share memory.

A value may take over the very memory of one that dies where it is made: a kernel's result that of an input which it
reads at its own index, and an array with some elements written that of the array as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from ...core.lowering import Assembly, Elementwise, Special
from ...core.program import Atom, Equation, Variable
from ...core.types import ArrayType
from ..native.convention import dtype_of
from .function import Place
from .indices import row_major
from .kinds import Kind, is_view
from .schedule import Kernel, Schedule, Step

if TYPE_CHECKING:
    from .region import Region

__all__ = ["ALIGNMENT", "Arena", "bytes_of", "give_memory", "writes_onto_first"]

ALIGNMENT = 64
SMALL_BUFFER = 64
"""A value of so many elements is kept on the stack."""
FOREVER = 1 << 60


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
        size = _rounded(size)
        offset = 0
        for start, end in self._busy(first, last):
            if start - offset >= size:
                break
            offset = max(offset, end)
        self._taken.append((first, last, offset, offset + size))
        self.size = max(self.size, offset + size)
        return offset

    def keep(self, size: int) -> int:
        """The offset of a buffer that nothing else shares."""
        offset = self.size
        self.size += _rounded(size)
        self._taken.append((-1, FOREVER, offset, self.size))
        return offset

    def hand_over(self, offset: int, size: int, position: int, last: int) -> bool:
        """Give a buffer, of which the value dies at a position, to one that is made there; unless it is taken later."""
        end = offset + _rounded(size)
        overlapping = [(a, b) for a, b, start, stop in self._taken if start < end and offset < stop]
        if any(a > position and a <= last for a, _ in overlapping):
            return False
        self._taken.append((position, last, offset, end))
        return True

    def _busy(self, first: int, last: int) -> list[tuple[int, int]]:
        return sorted((start, end) for a, b, start, end in self._taken if a <= last and first <= b)


def _rounded(size: int) -> int:
    return -(-max(1, size) // ALIGNMENT) * ALIGNMENT


# ---------------------------------------------------------------------------------------------------------------------
# Who reads what, and until when
# ---------------------------------------------------------------------------------------------------------------------


class _Reads:
    """For each variable with memory the last position at which it is read, and what reads it there."""

    def __init__(self, plan: Schedule, alias: Mapping[Variable, Variable]) -> None:
        self.plan, self._alias = plan, alias
        self.last: dict[Variable, int] = {}
        self.readers: dict[Variable, set[Kernel | Step]] = {}
        for position, (registers, work) in enumerate(zip(plan.registers, plan.work, strict=True)):
            self._note((a for e in registers for a in e.inputs), position, None)
            for item in work:
                equations = (item.equation,) if isinstance(item, Step) else (*item.members, *item.reductions)
                self._note((a for e in equations for a in e.inputs), position, item)
        for out in plan.program.outputs:
            self._note((out,), FOREVER, None)

    def _note(self, atoms: Iterable[Atom], position: int, reader: Kernel | Step | None) -> None:
        for leaf in self.leaves(atoms):
            v = self._alias.get(leaf, leaf)
            if position > self.last.get(v, -1):
                self.last[v], self.readers[v] = position, set()
            if reader is not None and position == self.last[v]:
                self.readers[v].add(reader)

    def leaves(self, atoms: Iterable[Atom]) -> Iterator[Variable]:
        """The variables whose memory is read where these values are read."""
        stack = [a for a in dict.fromkeys(atoms) if isinstance(a, Variable)]
        seen = set(stack)
        while stack:
            v = stack.pop()
            yield v
            equation = self.plan.definition.get(v)
            if equation is None or self.plan.in_memory(v) or self.plan.kinds[equation] != Kind.MAP:
                continue
            for a in equation.inputs:
                if isinstance(a, Variable) and a not in seen:
                    seen.add(a)
                    stack.append(a)

    def dies_in(self, variable: Variable, item: Kernel | Step) -> bool:
        """Whether nothing but this reads a variable last."""
        return self.readers.get(variable) == {item} and self.last[variable] == item.position

    def at_own_index(self, kernel: Kernel) -> set[Variable]:
        """What a kernel reads at its own index, and nowhere else."""
        own: set[Variable] = set()
        elsewhere: list[Atom] = []
        made = {e.outputs[0] for e in kernel.members}
        for equation in (*kernel.members, *kernel.reductions):
            for a in equation.inputs:
                if not isinstance(a, Variable) or a in made:
                    continue
                if a.type.shape == kernel.space and not is_view(equation):
                    own.add(a)
                else:
                    elsewhere.append(a)
        return own.difference(self._alias.get(v, v) for v in self.leaves(elsewhere))


def writes_onto_first(equation: Equation) -> bool:
    """Whether an equation's output is its first input with some elements written."""
    lowering = equation.primitive.lowering
    return (isinstance(lowering, Assembly) and lowering.onto_first) or lowering == Special("scatter_set")


# ---------------------------------------------------------------------------------------------------------------------
# Places
# ---------------------------------------------------------------------------------------------------------------------


def give_memory(region: Region, outputs: Sequence[Place | None]) -> None:
    """A place for every value that takes memory: the caller's for a result, else on the stack or in the arena."""
    _Placement(region, outputs)


class _Placement:
    def __init__(self, region: Region, outputs: Sequence[Place | None]) -> None:
        self.region, self.plan, self.reuse = region, region.plan, region.unit.options.reuse
        self.alias = self._reshaped()
        self.reads = _Reads(self.plan, self.alias)
        self.offsets: dict[Variable, int] = {}
        self.on_stack: set[Variable] = set()
        self.given: set[Variable] = set()
        """Those whose memory another value has taken over."""
        self.heirs = self._heirs() if self.reuse else {}
        results = self._results(outputs)
        for equation in region.program.equations:
            if self.plan.kinds[equation] == Kind.REGISTER:
                continue
            for v in equation.outputs:
                if v not in region.places and v not in self.alias and self.plan.in_memory(v):
                    region.bind(v, self._place(v, results.get(v)))

    def _reshaped(self) -> dict[Variable, Variable]:
        """Reshaped values, which share the memory of what they were."""
        alias: dict[Variable, Variable] = {}
        for equation in self.plan.program.equations:
            if self.plan.kinds[equation] == Kind.STEP and equation.primitive.lowering == Special("reshape"):
                (x,) = equation.inputs
                if isinstance(x, Variable) and self._owns(x):
                    alias[equation.outputs[0]] = alias.get(x, x)
        return alias

    def _results(self, outputs: Sequence[Place | None]) -> dict[Variable, Place]:
        """Values that are made where the caller wants them; and so is what they take over."""
        results: dict[Variable, Place] = {}
        for atom, place in zip(self.plan.program.outputs, outputs, strict=True):
            if isinstance(atom, Variable) and place is not None and place.is_contiguous:
                v = self.alias.get(atom, atom)
                if place.dtype == dtype_of(v.type):
                    results.setdefault(v, place)
        for heir in reversed(self.heirs):
            for v in self.heirs[heir]:
                if heir in results and v not in results and v not in self.given and v not in self.region.places:
                    results[v] = _as(results[heir], v.type)
                    self.given.add(v)
                    break
        return results

    def _place(self, v: Variable, result: Place | None) -> Place:
        if result is not None:
            return result.reshaped(v.type.shape)
        first, size = self.plan.position[v], bytes_of(v.type)
        last = max(self.reads.last.get(v, first), first)
        for dying in self.heirs.get(v, ()):
            if dying not in self.given and self._takes_over(v, dying, first, last):
                self.given.add(dying)
                return _as(self.region.places[dying], v.type)
        if prod(v.type.shape) <= SMALL_BUFFER:
            self.on_stack.add(v)
            return self.region.function.buffer(v.type.shape, dtype_of(v.type))
        arena = self.region.arena
        self.offsets[v] = arena.take(first, last, size) if self.reuse else arena.keep(size)
        return Place.contiguous(self.region.at_offset(self.offsets[v]), v.type.shape, dtype_of(v.type))

    def _takes_over(self, v: Variable, dying: Variable, first: int, last: int) -> bool:
        if dying in self.on_stack:
            self.on_stack.add(v)
            return True
        offset = self.offsets.get(dying)
        if offset is None or not self.region.arena.hand_over(offset, bytes_of(v.type), first, last):
            return False
        self.offsets[v] = offset
        return True

    # -- Whose memory a value may take over ---------------------------------------------------------------------------

    def _heirs(self) -> dict[Variable, list[Variable]]:
        """For each value those whose memory it may take, in the order of the program."""
        heirs: dict[Variable, list[Variable]] = {}
        for work in self.plan.work:
            for item in work:
                if isinstance(item, Step):
                    if writes_onto_first(item.equation) and self._writes_in_place(item):
                        heirs[item.equation.outputs[0]] = [self._root(item.equation.inputs[0])]
                    continue
                dying = [v for v in self.reads.at_own_index(item) if self._owns(v) and self.reads.dies_in(v, item)]
                for stored in item.stored:
                    size = dtype_of(stored.type).itemsize
                    heirs[stored] = [v for v in dying if dtype_of(v.type).itemsize == size]
        return heirs

    def _root(self, variable: Variable) -> Variable:
        return self.alias.get(variable, variable)

    def _owns(self, variable: Variable) -> bool:
        """Whether a variable's memory is the region's to give away."""
        definition = self.plan.definition.get(variable)
        return definition is not None and self.plan.kinds[definition] != Kind.REGISTER and self.plan.in_memory(variable)

    def _writes_in_place(self, step: Step) -> bool:
        """Whether the array that a step writes into dies there, and is read before it is written to."""
        base, *others = step.equation.inputs
        if not isinstance(base, Variable) or not self._owns(base) or not self.reads.dies_in(self._root(base), step):
            return False
        if base.type != step.equation.outputs[0].type:
            return False
        unsafe = [a for a in others if not self._reads_what_is_written(a, step.equation)]
        if self._root(base) not in map(self._root, self.reads.leaves(unsafe)):
            return True
        if step.equation.primitive.name != "index_set" or bytes_of(others[0].type) >= bytes_of(base.type):
            return False
        self.region.settled.add(step.equation)
        return True

    def _reads_what_is_written(self, atom: Atom, writing: Equation) -> bool:
        """Whether a value reads of the array only the element that it is then written to."""
        if writing.primitive.name != "index_set" or not isinstance(atom, Variable):
            return False
        stack, seen = [atom], {atom}
        while stack:
            v = stack.pop()
            equation = self.plan.definition.get(v)
            if v is writing.inputs[0]:
                return False
            if equation is None or self.plan.in_memory(v) or self.plan.kinds[equation] != Kind.MAP:
                continue
            if equation.primitive.name == "getitem" and equation.params["index"] == writing.params["index"]:
                if equation.inputs[0] is writing.inputs[0] and v.type.shape == atom.type.shape:
                    continue
            elif not isinstance(equation.primitive.lowering, Elementwise):
                return False
            if v.type.shape != atom.type.shape:
                return False
            for a in equation.inputs:
                if isinstance(a, Variable) and a not in seen:
                    seen.add(a)
                    stack.append(a)
        return True


def _as(place: Place, type: ArrayType) -> Place:
    """The same contiguous memory, for elements of the same size."""
    return replace(place, shape=type.shape, dtype=dtype_of(type), strides=row_major(type.shape))

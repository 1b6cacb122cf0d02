"""The schedule: which equations share a loop, which values are kept in memory, and what runs before what.

Values are of three kinds. *Registers* are small arrays, unrolled into scalars. *Mapped* values are computed element
by element in the loop that reads them, and take memory only where somebody reads them at another place: by another
loop, a library, or the caller. The rest is made by a *step* of its own.

Everything runs at a *position*, as early as what it reads allows. What is read at the same place in a loop over the
same space can be read in the loop that computes it; anything else is there one position later. Mapped values and
reductions over one space at one position, connected by what they read, are one kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...core.program import Atom, Equation, Program, Variable
from ...core.types import Shape
from .kinds import Kind, is_view, kind_of, register_limit, shape_of, size_of
from .storage import Storage

__all__ = ["Kernel", "Schedule", "Step", "schedule"]

MEMBERS = 200
"""Equations that share a loop: so many are still compiled in reasonable time."""


@dataclass(eq=False)
class Kernel:
    """One loop nest: mapped values that it stores, and reductions."""

    position: int
    space: Shape
    stored: list[Variable] = field(default_factory=list)
    reductions: list[Equation] = field(default_factory=list)
    members: list[Equation] = field(default_factory=list)
    """The mapped equations computed at the loop's own index, in order."""


@dataclass(eq=False)
class Step:
    """An equation that runs by itself: a library call, a loop of its own, an effect."""

    position: int
    equation: Equation


@dataclass(eq=False)
class Schedule:
    """What is run, by position."""

    program: Program
    kinds: dict[Equation, str]
    position: dict[Variable, int]
    """From where on a register is there; the position of the kernel or step that makes anything else."""
    stored: set[Variable]
    """Mapped values that take memory."""
    registers: list[list[Equation]]
    """By position: equations on registers, in order."""
    work: list[list[Kernel | Step]]
    """By position: what runs after the registers of that position."""
    definition: dict[Variable, Equation]

    def in_memory(self, variable: Variable) -> bool:
        """Whether a variable has memory of its own."""
        equation = self.definition.get(variable)
        if equation is None or variable in self.stored:
            return True
        return self.kinds[equation] in (Kind.REDUCE, Kind.STEP)


def schedule(program: Program, fuse: bool = True, registers: bool = True) -> Schedule:
    """The schedule of a program; without ``fuse`` every mapped value is stored by a loop of its own."""
    limit = register_limit(program) if registers else 1
    kinds = {equation: kind_of(equation, limit) for equation in program.equations}
    definition = {v: equation for equation in program.equations for v in equation.outputs}
    storage = Storage(program, kinds, definition)
    if not fuse:
        storage.required |= {v for v, e in definition.items() if kinds[e] == Kind.MAP}
    return _Scheduler(program, kinds, definition, storage, fuse).schedule()


class _Scheduler:
    def __init__(
        self,
        program: Program,
        kinds: dict[Equation, str],
        definition: dict[Variable, Equation],
        storage: Storage,
        fuse: bool,
    ) -> None:
        self.program = program
        self.kinds, self.definition, self.storage, self.fuse = kinds, definition, storage, fuse
        self.position: dict[Variable, int] = {}
        self.same_place: dict[Variable, int] = {}
        """For a mapped value: where the latest value is made that it reads at its own index."""
        self.order = {equation: i for i, equation in enumerate(program.equations)}
        self.loops: list[tuple[int, Shape, Equation]] = []
        """Position and space of the reductions, and of the mapped values that are kept."""
        self.steps: list[Step] = []
        self.registers: list[tuple[int, Equation]] = []
        self.members: dict[tuple[int, Shape], int] = {}
        """How many equations there are to the loops over a space at a position."""
        self.effect = 0
        """Where the latest effect is: they keep their order."""
        for equation in program.equations:
            self._place(equation)

    def schedule(self) -> Schedule:
        """What runs, by position."""
        kernels, stored = self._kernels(self.program)
        positions = [*(k.position for k in kernels), *(s.position for s in self.steps), *(p for p, _ in self.registers)]
        count = max(positions, default=-1) + 1
        registers: list[list[Equation]] = [[] for _ in range(count)]
        for at, equation in self.registers:
            registers[at].append(equation)
        work: list[list[Kernel | Step]] = [[] for _ in range(count)]
        for kernel in kernels:
            work[kernel.position].append(kernel)
        for step in self.steps:
            work[step.position].append(step)
        return Schedule(self.program, self.kinds, self.position, stored, registers, work, self.definition)

    def _place(self, equation: Equation) -> None:
        kind = self.kinds[equation]
        if kind == Kind.MAP:
            self._place_map(equation)
            return
        if kind == Kind.REDUCE:
            (x,) = equation.inputs
            at = self._with_room(max(self._needs(x, shape_of(x))), shape_of(x))
            self.loops.append((at, shape_of(x), equation))
        else:
            at = max((self._whole(a) for a in equation.inputs), default=0)
            if not equation.outputs or (kind == Kind.STEP and equation.primitive.call is not None):
                at = self.effect = max(at, self.effect)
            if kind == Kind.REGISTER:
                self.registers.append((at, equation))
            else:
                self.steps.append(Step(at, equation))
        for v in equation.outputs:
            self.position[v] = at

    def _with_room(self, at: int, space: Shape) -> int:
        """The position from which on a loop over a space has room for one more equation."""
        while self.members.get((at, space), 0) >= MEMBERS:
            at += 1
        self.members[at, space] = self.members.get((at, space), 0) + 1
        return at

    def _kind(self, variable: Variable) -> str | None:
        equation = self.definition.get(variable)
        return None if equation is None else self.kinds[equation]

    def _keeps(self, variable: Variable) -> bool:
        """Whether a mapped value is one that others find where it was computed."""
        return variable in self.storage.required or variable in self.storage.candidates

    def _whole(self, atom: Atom) -> int:
        """From which position on all elements of a value can be read."""
        if not isinstance(atom, Variable):
            return 0
        kind = self._kind(atom)
        if kind is None:
            return 0
        if kind == Kind.REGISTER:
            return self.position[atom]
        if kind == Kind.MAP and not self._keeps(atom):
            return max(self.position[atom], self.same_place[atom] + 1)
        return self.position[atom] + 1

    def _needs(self, atom: Atom, space: Shape) -> tuple[int, int]:
        """Where a loop over a space that reads a value may run: for what it reads as a whole, and at its own index."""
        if isinstance(atom, Variable) and self._kind(atom) == Kind.MAP and atom.type.shape == space and self.fuse:
            if self._keeps(atom):
                return 0, self.position[atom]
            return self.position[atom], self.same_place[atom]
        return self._whole(atom), -1

    def _place_map(self, equation: Equation) -> None:
        (out,) = equation.outputs
        space = out.type.shape
        whole, same = 0, -1
        for a in equation.inputs:
            w, s = (self._whole(a), -1) if is_view(equation) else self._needs(a, space)
            whole, same = max(whole, w), max(same, s)
        at = self._with_room(max(whole, same), space)
        if self.members[at, space] == MEMBERS:
            self.storage.required.add(out)  # the last of its loop: what follows reads it from memory
        if self._keeps(out):
            self.loops.append((at, space, equation))
            self.position[out] = at
        else:
            self.position[out], self.same_place[out] = (whole, same) if at == max(whole, same) else (at, same)

    # -- Kernels ------------------------------------------------------------------------------------------------------

    def _kernels(self, program: Program) -> tuple[list[Kernel], set[Variable]]:
        groups: dict[tuple[int, Shape], list[Equation]] = {}
        for at, space, equation in self.loops:
            groups.setdefault((at, space), []).append(equation)
        kernels: list[Kernel] = []
        fused: list[tuple[Kernel, set[Equation]]] = []
        stored = set(self.storage.required)
        for (at, space), sinks in groups.items():
            for component in self._connected(at, space, sinks):
                kernel = Kernel(at, space)
                members: set[Equation] = set()
                for sink in component:
                    members |= self._inlined(at, space, sink, stored)
                kernel.reductions = [e for e in component if self.kinds[e] == Kind.REDUCE]
                kernels.append(kernel)
                fused.append((kernel, members))
        for registers in program.equations:
            if self.kinds[registers] in (Kind.REGISTER, Kind.STEP):
                for a in registers.inputs:
                    if isinstance(a, Variable) and self._kind(a) == Kind.MAP:
                        self._demand(a, stored)
        for kernel, members in fused:
            kernel.members = sorted(members, key=self.order.__getitem__)
            kernel.stored = [
                e.outputs[0]
                for e in kernel.members
                if e.outputs[0] in stored
                and self.position[e.outputs[0]] == kernel.position
                and self._keeps(e.outputs[0])
            ]
        return [k for k in kernels if k.stored or k.reductions], stored

    def _connected(self, at: int, space: Shape, sinks: list[Equation]) -> Iterator[list[Equation]]:
        """The sinks in groups that share something that they read."""
        leader = {sink: sink for sink in sinks}

        def find(x: Equation) -> Equation:
            while leader[x] is not x:
                leader[x] = x = leader[leader[x]]
            return x

        reader: dict[Variable | Equation, Equation] = {}
        for sink in sinks:
            inlined = self._inlined(at, space, sink, None)
            seen: Iterable[Variable | Equation] = {
                *inlined,
                *(a for e in inlined for a in e.inputs if isinstance(a, Variable) and size_of(a) > 1),
                *(a for a in sink.inputs if isinstance(a, Variable)),
            }
            for item in seen:
                other = reader.setdefault(item, sink)
                leader[find(sink)] = find(other)
        components: dict[Equation, list[Equation]] = {}
        for sink in sinks:
            components.setdefault(find(sink), []).append(sink)
        yield from components.values()

    def _inlined(self, at: int, space: Shape, sink: Equation, stored: set[Variable] | None) -> set[Equation]:
        """The mapped equations computed at the loop's index for a sink; what it reads elsewhere is to be stored."""
        found: set[Equation] = set()
        stack: list[Equation] = []

        def visit(v: Atom) -> None:
            if not isinstance(v, Variable) or self._kind(v) != Kind.MAP:
                return
            equation = self.definition[v]
            here = v.type.shape == space and (not self._keeps(v) or (self.position[v] == at and self.fuse))
            if here:
                if equation not in found:
                    found.add(equation)
                    if not self._keeps(v):  # what is kept is a sink itself
                        stack.append(equation)
            elif stored is not None:
                self._demand(v, stored)

        if self.kinds[sink] == Kind.MAP:
            found.add(sink)
            stack.append(sink)
        else:
            visit(sink.inputs[0])
        while stack:
            equation = stack.pop()
            if is_view(equation):
                if stored is not None:
                    for a in equation.inputs:
                        if isinstance(a, Variable) and self._kind(a) == Kind.MAP:
                            self._demand(a, stored)
            else:
                for a in equation.inputs:
                    visit(a)
        return found

    def _demand(self, variable: Variable, stored: set[Variable]) -> None:
        """Somebody reads a mapped value away from the loop that may keep it: what is kept below it is stored."""
        stack = [variable]
        seen = {variable}
        while stack:
            v = stack.pop()
            if self._keeps(v):
                stored.add(v)
                continue
            for a in self.definition[v].inputs:
                if isinstance(a, Variable) and a not in seen and self._kind(a) == Kind.MAP:
                    seen.add(a)
                    stack.append(a)

"""A region: the code of one program, or of a loop's body, from its schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from ...core.lowering import Special
from ...core.program import Atom, Equation, Program, Variable
from ...core.types import Shape
from ..native.convention import dtype_of
from ..scalars.ir import DType, Scalar
from .callout import CallOut
from .function import Function, Place
from .kernels import emit_kernel
from .kinds import Kind, is_view
from .memory import Arena, give_memory
from .schedule import Kernel, Step, schedule
from .scope import Scope, elements, viewed_place

__all__ = ["Options", "Region", "Unit"]


class Options:
    """What the lowering may use."""

    def __init__(
        self, fuse: bool = True, registers: bool = True, threads: int = 1, blas: bool = True, reuse: bool = True
    ) -> None:
        self.fuse, self.registers, self.threads, self.blas, self.reuse = fuse, registers, threads, blas, reuse


class Unit:
    """What the regions of one compiled function share: its arena, and what it calls out to."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.callouts: list[CallOut] = []
        self.constants: dict[Variable, Place] = {}
        """The arrays that the program and the bodies of its loops captured."""


class Region(Scope):
    """The code of one program in a function."""

    def __init__(
        self,
        function: Function,
        program: Program,
        unit: Unit,
        arena: Arena,
        base: str,
        outer: Region | None = None,
    ) -> None:
        self.unit, self.arena, self.base, self.outer = unit, arena, base, outer
        options = unit.options
        super().__init__(function, schedule(program, options.fuse, options.registers))
        self.program = program
        self.places: dict[Variable, Place] = {}
        self.inputs_in_registers: set[Variable] = set()
        self.writable: set[Variable] = set()
        """Inputs whose memory may be written to, once nobody reads them any more."""
        self.factors: dict[tuple[Variable, DType], Any] = {}
        """Matrices that were factored, for all that is solved with them: see :mod:`.factors`."""
        self.settled: set[Equation] = set()
        """Writes in place of a value that is computed from the same array: it has to be complete before."""
        self._spilled: dict[Variable, Place] = {}
        self._pointers: dict[int, str] = {}

    # -- Where things are ---------------------------------------------------------------------------------------------

    def bind(self, variable: Variable, place: Place) -> None:
        """Say where an input, a constant or an output stands."""
        self.places[variable] = place

    def bind_scalars(self, variable: Variable, scalars: Mapping[tuple[int, ...], Scalar]) -> None:
        """Say what the elements of a small input are."""
        self.inputs_in_registers.add(variable)
        for index, scalar in scalars.items():
            self.scalars[variable, index] = scalar

    def has_registers(self, variable: Variable) -> bool:
        """Whether an input came as scalars."""
        return variable in self.inputs_in_registers

    def in_registers(self, variable: Variable) -> bool:
        """Whether the elements of a variable are scalars."""
        equation = self.plan.definition.get(variable)
        return variable in self.inputs_in_registers or (
            equation is not None and self.plan.kinds[equation] == Kind.REGISTER
        )

    def place(self, variable: Variable) -> Place | None:
        """The memory of a variable, or of what it is a view of."""
        found = self.places.get(variable)
        if found is not None:
            return found
        equation = self.plan.definition.get(variable)
        if equation is None or self.plan.kinds[equation] != Kind.MAP or not is_view(equation):
            return None
        (x,) = equation.inputs
        base = self.place(x) if isinstance(x, Variable) else None
        if base is None:
            return None
        found = self.places[variable] = viewed_place(equation, base)
        return found

    def target(self, variable: Variable) -> Place:
        """Where a value is to be stored."""
        return self.places[variable]

    def at_offset(self, offset: int) -> str:
        """A pointer into the arena."""
        found = self._pointers.get(offset)
        if found is None:
            found = self._pointers[offset] = self.function.value(
                f"getelementptr inbounds i8, ptr {self.base}, i64 {offset}"
            )
        return found

    def scratch(self, shape: Shape, dtype: DType) -> Place:
        """Memory that nothing else uses."""
        pointer = self.at_offset(self.arena.keep(prod(shape) * dtype.itemsize))
        return Place.contiguous(pointer, shape, dtype)

    def spilled(self, variable: Variable) -> Place:
        """The memory of a small array that lives in registers."""
        found = self._spilled.get(variable)
        if found is None:
            shape = variable.type.shape
            found = self.function.buffer(shape, dtype_of(variable.type))
            for index in elements(shape):
                self.function.store(self.read(variable, index), found, index)
            self._spilled[variable] = found
        return found

    def memory(self, atom: Atom, dtype: DType | None = None) -> Place:
        """An input of a step, in memory: where it stands, or where it is put for the purpose."""
        if not isinstance(atom, Variable):
            assert dtype is not None
            place = self.function.buffer((), dtype)
            self.function.store(self.literal(atom, dtype), place, ())
            return place
        found = self.place(atom)
        if found is not None:
            return found
        return self.spilled(atom) if self.in_registers(atom) else self.materialised(atom)

    def materialised(self, variable: Variable) -> Place:
        """A mapped value, computed for one reader."""
        place = self.scratch(variable.type.shape, dtype_of(variable.type))
        self.write_to(variable, place)
        return place

    # -- The whole ----------------------------------------------------------------------------------------------------

    def run(self, outputs: Sequence[Place | None]) -> None:
        """Write the code; the results go to these places, those without one are read by the caller."""
        give_memory(self, outputs)
        for registers, work in zip(self.plan.registers, self.plan.work, strict=True):
            for equation in registers:
                self._registers(equation)
            for item in work:
                if isinstance(item, Kernel):
                    emit_kernel(self, item)
                else:
                    self._step(item)
        for atom, place in zip(self.program.outputs, outputs, strict=True):
            if place is not None:
                self.deliver(atom, place)

    def deliver(self, atom: Atom, place: Place) -> None:
        """Put a result where it belongs, unless it is there."""
        if not isinstance(atom, Variable):
            self.function.store(self.literal(atom, place.dtype), place, [0] * len(place.shape))
            return
        found = self.place(atom)
        if found is not None and found.dtype == place.dtype:
            if (found.pointer, found.offset) != (place.pointer, place.offset):
                self.copy(found, place)
            return
        if self.plan.definition.get(atom) is None or self.plan.kinds[self.plan.definition[atom]] == Kind.REGISTER:
            for index in elements(atom.type.shape):
                self.function.store(self.m.cast(self.read(atom, index), place.dtype), place, index)
            return
        self.write_to(atom, place)

    # -- Equations on registers ---------------------------------------------------------------------------------------

    def _registers(self, equation: Equation) -> None:
        if equation.primitive.lowering == Special("guard"):
            from .steps import emit_guard

            emit_guard(self, equation)
            return
        (out,) = equation.outputs
        for index in elements(out.type.shape):
            self.scalars[out, index] = self.compute(equation, index)

    # -- Loops that write ---------------------------------------------------------------------------------------------

    def write_to(self, atom: Atom, place: Place) -> None:
        """Compute a value into memory."""
        from .writes import emit_write

        emit_write(self, atom, place, place.shape, lambda index: index)

    def copy(self, source: Place, target: Place) -> None:
        """Copy elements."""
        from .writes import emit_copy

        emit_copy(self, source, target)

    def _step(self, step: Step) -> None:
        from .steps import emit_step

        emit_step(self, step.equation)

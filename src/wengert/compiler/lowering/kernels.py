"""Kernels: one loop nest that computes mapped values, stores those that are read elsewhere, and reduces.

A kernel is a function of its own: of pointers that do not overlap, of the small numbers that it reads, and of the part
of its outermost axis that it is to do, so that several threads can share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ...core.lowering import Elementwise, Reduction
from ...core.program import Atom, Equation, Variable
from ...core.types import Shape
from ..native.convention import dtype_of
from ..scalars.ir import DType, Scalar, register_type
from .function import Function, Place
from .indices import AnyIndex, Index, constant_of
from .kinds import element_cost, is_view
from .parallel import Partial, call_kernel, share_for
from .schedule import Kernel
from .scope import Scope, in_shape

if TYPE_CHECKING:
    from .region import Region

__all__ = ["KernelScope", "emit_kernel"]

BLOCK = 1024
"""Long sums are made of sums of so many elements: the rounding error grows with the number of blocks."""
CALL = 10.0
"""Additions that an element costs from which on a loop gains nothing by being unrolled, beyond its vector code."""
ON_STACK = 64
"""The parts that threads make of a result of so many elements are kept on the stack."""


class KernelScope(Scope):
    """A kernel being written: what it reads from its surroundings becomes a parameter."""

    def __init__(self, region: Region, name: str) -> None:
        super().__init__(Function(region.function.module, name, []), region.plan)
        self.region = region
        self.arguments: list[str] = []
        """What is passed, as types and texts."""
        self.line: Shape | None = None
        """The shape of the arrays that are read along one line, whatever their axes."""
        self._params: dict[str, str] = {}
        self._places: dict[Variable, Place | None] = {}

    def param(self, type: str, text: str, attributes: str = "") -> str:
        """The parameter for something of the surroundings."""
        found = self._params.get(text)
        if found is None:
            found = self._params[text] = f"%p{len(self._params)}"
            self.function.params.append(f"{type} {attributes}{found}")
            self.arguments.append(f"{type} {text}")
        return found

    def local(self, place: Place) -> Place:
        """A place of the surroundings, seen from here."""
        return replace(place, pointer=self.param("ptr", place.pointer, "noalias nocapture "))

    def passed(self, scalar: Scalar) -> Scalar:
        """A number of the surroundings."""
        type = register_type(scalar.dtype)
        return Scalar(scalar.dtype, tuple(self.param(type, p) if p.startswith("%") else p for p in scalar.parts))

    def place(self, variable: Variable) -> Place | None:
        """The memory of a variable."""
        if variable not in self._places:
            place = self.region.place(variable)
            self._places[variable] = None if place is None else self.local(place)
        return self._places[variable]

    def leaf(self, variable: Variable, index: Sequence[AnyIndex]) -> Scalar | None:
        """The element of a variable that need not be computed here."""
        if self.region.in_registers(variable):
            if constant_of(index) is not None:
                return self.passed(self.region.read(variable, index))
            return self.function.load(self._along_line(self.local(self.region.spilled(variable))), index)
        place = self.place(variable)
        return None if place is None else self.function.load(self._along_line(place), index)

    def _along_line(self, place: Place) -> Place:
        return place.reshaped((place.size,)) if self.line is not None and place.shape == self.line else place


def emit_kernel(region: Region, kernel: Kernel) -> None:
    """Write a kernel as a function, and its call."""
    _Nest(region, kernel).write()


class _Accumulator:
    """One reduction of a kernel, in the indices of its loop nest."""

    def __init__(self, equation: Equation, rank: int, axes: Sequence[int], target: Place) -> None:
        lowering = equation.primitive.lowering
        assert isinstance(lowering, Reduction)
        self.lowering, self.target = lowering, target
        (self.source,) = equation.inputs
        self.dtype = dtype_of(equation.outputs[0].type)
        self.kept = [a for a in range(rank) if a not in axes]
        self.depth = len(self.kept)
        self.trailing = self.kept == list(range(self.depth))
        """Whether the innermost axes are reduced: then there is one total, in a register."""
        self.is_sum = lowering.start(self.dtype) == 0 and self.dtype.kind in "fc"
        self.total: Place | None = None
        self.block: Place | None = None
        self.is_partial = False
        """Whether the target has one line for each thread."""

    @property
    def total_dtype(self) -> DType:
        """Sums of blocks are added up in double precision."""
        if not self.is_sum or self.block is None:
            return self.dtype
        return np.dtype(np.complex128 if self.dtype.kind == "c" else np.float64)

    def start(self, f: Function, dtype: DType) -> Scalar:
        """The number from which it starts."""
        return f.m.cast(f.m.constant(self.lowering.start(self.dtype), self.dtype), dtype)

    def add(self, f: Function, scalar: Scalar, place: Place, index: Sequence[AnyIndex] = ()) -> None:
        """Combine a number with what stands at a place."""
        total = f.load(place, index)
        f.store(self.lowering.combine(f.m, total, f.m.cast(scalar, place.dtype)), place, index)


class _Nest:
    """The loops of a kernel, from the outermost axis to the innermost."""

    def __init__(self, region: Region, kernel: Kernel) -> None:
        self.region, self.kernel = region, kernel
        self.scope = KernelScope(region, f"kernel{region.function.module.number()}")
        self.f = self.scope.function
        self.flat = self._is_flat()
        self.space = (prod(kernel.space),) if self.flat else kernel.space
        self.scope.line = kernel.space if self.flat else None
        self.lead = next((d for d, n in enumerate(self.space) if n != 1), None)
        """The outermost axis with a loop: the one that is shared out."""
        self.extent = 1 if self.lead is None else self.space[self.lead]
        self.partials: list[Partial] = []
        self.share = share_for(region, kernel, self.extent, self._crosses)
        self.stored = [(v, self._stored_place(v)) for v in kernel.stored]
        self.accumulators = [self._accumulator(e) for e in kernel.reductions]

    def write(self) -> None:
        """Write the function, and its call."""
        for a in self.accumulators:
            if a.is_partial:
                offset = self.f.value(f"mul nsw i64 %thread, {max(1, a.target.size)}")
                a.target = replace(a.target, pointer=self.f.m.element(a.target.pointer, offset, a.dtype))
            if not a.trailing:
                self._fill(a)
        self._outer = dict(self.scope.scalars)
        self._axis(0, [])
        self.f.emit("ret void")
        self.f.params += ["i64 %lo", "i64 %hi", "i64 %thread"]
        module = self.f.module
        module.functions.append(self.f.text(f"{module.attributes('nounwind')} "))
        call_kernel(self.region.function, self.f.name, self.scope.arguments, self.extent, self.share, self.partials)

    # -- What is read and written -------------------------------------------------------------------------------------

    def _is_flat(self) -> bool:
        """Whether the loop can run through memory in one line: whatever it reads is contiguous, or one number."""
        kernel = self.kernel
        if len(kernel.space) < 2:
            return False
        members = {e.outputs[0] for e in kernel.members}

        def plain(a: Atom) -> bool:
            if not isinstance(a, Variable) or a in members:
                return True
            if a.type.shape != kernel.space:
                return prod(a.type.shape) == 1
            if self.region.in_registers(a):
                return True
            place = self.region.place(a)
            return place is not None and place.is_contiguous

        return (
            all(not is_view(e) and all(map(plain, e.inputs)) for e in kernel.members)
            and all(len(e.params["axes"]) == len(kernel.space) and plain(e.inputs[0]) for e in kernel.reductions)
            and all(self.region.target(v).is_contiguous for v in kernel.stored)
        )

    def _stored_place(self, variable: Variable) -> Place:
        place = self.scope.local(self.region.target(variable))
        return place.reshaped(self.space) if self.flat else place

    def _crosses(self, equation: Equation) -> bool:
        """Whether a reduction combines what different threads compute."""
        return bool(equation.params["axes"]) if self.flat else self.lead in equation.params["axes"]

    def _accumulator(self, equation: Equation) -> _Accumulator:
        axes = range(len(self.space)) if self.flat else equation.params["axes"]
        kept = tuple(n for a, n in enumerate(self.space) if a not in axes)
        out = self.region.target(equation.outputs[0]).reshaped(kept)
        if self.share == 1 or not self._crosses(equation):
            accumulator = _Accumulator(equation, len(self.space), axes, self.scope.local(out))
        else:
            accumulator = self._partial(equation, axes, out)
        if accumulator.trailing:
            accumulator.total = self.f.buffer((), accumulator.dtype)
            several = len(self.space) - accumulator.depth > 1 or self.space[-1] > 2 * BLOCK
            if accumulator.is_sum and several and self.space[-1] > 1:
                accumulator.block = accumulator.total
                accumulator.total = self.f.buffer((), accumulator.total_dtype)
        return accumulator

    def _partial(self, equation: Equation, axes: Sequence[int], out: Place) -> _Accumulator:
        """A reduction of which each thread makes its part, in a line of its own."""
        shape = (self.share, *out.shape)
        on_stack = out.size <= ON_STACK
        lines = (self.region.function.buffer if on_stack else self.region.scratch)(shape, out.dtype)
        accumulator = _Accumulator(equation, len(self.space), axes, self.scope.local(lines).reshaped(out.shape))
        accumulator.is_partial = True
        self.partials.append(Partial(accumulator.lowering, lines, out))
        return accumulator

    # -- Loops --------------------------------------------------------------------------------------------------------

    def _axis(self, depth: int, index: list[AnyIndex]) -> None:
        """The loops from an axis on."""
        totals = [(a, a.total) for a in self.accumulators if a.depth == depth and a.total is not None]
        for a, total in totals:
            self.f.store(a.start(self.f, total.dtype), total, ())
        if depth == len(self.space):
            self._element(index)
        elif self.space[depth] == 1:
            self._axis(depth + 1, [*index, 0])
        else:
            self._loop(depth, index)
        for a, total in totals:
            self.f.store(self.f.m.cast(self.f.load(total, ()), a.dtype), a.target, index[:depth])

    def _loop(self, depth: int, index: list[AnyIndex]) -> None:
        n = self.space[depth]
        start, stop = ("%lo", "%hi") if depth == self.lead else ("0", str(n))
        certain = depth != self.lead and n > 0
        unrolls = all(element_cost(e) < CALL for e in self.kernel.members)

        def body(i: str) -> None:
            self._axis(depth + 1, [*index, Index(0, {i: 1})])

        sums = [a for a in self.accumulators if a.block is not None]
        if depth < len(self.space) - 1 or not sums:
            self.f.loop(start, stop, body, certain, unrolls=unrolls)
        elif n <= 2 * BLOCK:
            self._block(sums, lambda: self.f.loop(start, stop, body, certain, unrolls=unrolls))
        else:
            self._blocks(sums, start, stop, lambda first, last: self.f.loop(first, last, body, True, unrolls=unrolls))

    def _block(self, sums: Sequence[_Accumulator], loop: Callable[[], None]) -> None:
        """Sum up one block, and add what it gives to the totals."""
        for a in sums:
            assert a.block is not None
            self.f.store(a.start(self.f, a.dtype), a.block, ())
        loop()
        for a in sums:
            assert a.block is not None
            assert a.total is not None
            a.add(self.f, self.f.load(a.block, ()), a.total)

    def _blocks(self, sums: Sequence[_Accumulator], start: str, stop: str, loop: Callable[[str, str], None]) -> None:
        f = self.f
        f.module.declare("i64 @llvm.smin.i64(i64, i64)")

        def block(first: str) -> None:
            end = f.value(f"add nsw i64 {first}, {BLOCK}")
            last = f.value(f"call i64 @llvm.smin.i64(i64 {end}, i64 {stop})")
            self._block(sums, lambda: loop(first, last))

        f.loop(start, stop, block, step=BLOCK)

    def _element(self, index: list[AnyIndex]) -> None:
        """What is done at one index. All is read before anything is stored: a result may take the place of an input."""
        scope, f, m = self.scope, self.f, self.f.m
        scope.scalars = dict(self._outer)
        for equation in self.kernel.members:
            scope.scalars[equation.outputs[0], tuple(index)] = self._computed(equation, index)
        results = [m.cast(scope.read(v, index), place.dtype) for v, place in self.stored]
        reduced = [scope.element(a.source, index, a.dtype) for a in self.accumulators]
        for (_, place), result in zip(self.stored, results, strict=True):
            f.store(result, place, index)
        for a, scalar in zip(self.accumulators, reduced, strict=True):
            if a.total is None:
                a.add(f, scalar, a.target, [index[k] for k in a.kept])
            else:
                a.add(f, scalar, a.block or a.total)

    def _computed(self, equation: Equation, index: list[AnyIndex]) -> Scalar:
        scope = self.scope
        if not isinstance(equation.primitive.lowering, Elementwise):
            return scope.compute(equation, index)
        scalars = [
            scope.read(a, self._index_in(a.type.shape, index)) if isinstance(a, Variable) else a
            for a in equation.inputs
        ]
        return scope.elementwise_of(equation, scalars)

    def _index_in(self, shape: Shape, index: list[AnyIndex]) -> Sequence[AnyIndex]:
        """The index of an input of this shape, broadcast to the kernel's space."""
        if not self.flat:
            return in_shape(index, self.kernel.space, shape)
        return index if shape == self.kernel.space else [0] * len(shape)

    def _fill(self, accumulator: _Accumulator) -> None:
        """Start what is added to element by element: of a target that threads share, each its own part of the axis."""
        f, place = self.f, accumulator.target
        first, last = "0", str(place.size)
        if self.share > 1 and not accumulator.is_partial:
            each = place.size // self.extent
            first, last = (f.value(f"mul nsw i64 {bound}, {each}") for bound in ("%lo", "%hi"))
        line, start = place.reshaped((place.size,)), accumulator.start(f, accumulator.dtype)
        f.loop(first, last, lambda i: f.store(start, line, [Index(0, {i: 1})]))

"""Kernels: one loop nest that computes mapped values, stores those that are read elsewhere, and reduces.

A kernel is a function of its own: of pointers that do not overlap, of the small numbers that it reads, and of the part
of its outermost axis that it is to do, so that several threads can share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from ..core.lowering import Elementwise, Reduction
from ..core.program import Equation, Variable
from ..core.types import Shape
from .function import Function, Place
from .indices import AnyIndex, Index, constant_of
from .ir import Scalar, register_type
from .schedule import Kernel, Kind, dtype_of, is_view
from .scope import Scope, in_shape

if TYPE_CHECKING:
    from .region import Region

__all__ = ["KernelScope", "emit_kernel", "share_out"]

BLOCK = 1024
"""Long sums are made of sums of so many elements: the rounding error grows with the number of blocks."""


class KernelScope(Scope):
    """A kernel being written: what it reads from its surroundings becomes a parameter."""

    def __init__(self, region: Region, name: str) -> None:
        super().__init__(Function(region.function.module, name, []), region.plan)
        self.region = region
        self.arguments: list[str] = []
        """What is passed, as types and texts."""
        self.flat: Shape | None = None
        """The shape of what is read along one line, whatever its axes."""
        self._params: dict[str, str] = {}
        self._places: dict[Variable, Place | None] = {}

    def param(self, type: str, text: str, attributes: str = "") -> str:
        """The parameter for something of the surroundings."""
        found = self._params.get(text)
        if found is None:
            found = self._params[text] = f"%p{len(self._params)}"
            self.function.params.append(f"{type} {attributes}{found}".replace("  ", " "))
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
        equation = self.plan.definition.get(variable)
        if (equation is not None and self.plan.kinds[equation] == Kind.REGISTER) or self.region.has_registers(variable):
            if constant_of(index) is not None:
                return self.passed(self.region.read(variable, index))
            return self.function.load(self._line(self.local(self.region.spilled(variable))), index)
        place = self.place(variable)
        return None if place is None else self.function.load(self._line(place), index)

    def _line(self, place: Place) -> Place:
        return place.reshaped((place.size,)) if place.shape == self.flat else place


class _Accumulator:
    """One reduction in a kernel."""

    def __init__(self, scope: KernelScope, equation: Equation, space: Shape, target: Place) -> None:
        self.equation, self.space, self.target = equation, space, target
        lowering = equation.primitive.lowering
        assert isinstance(lowering, Reduction)
        self.lowering = lowering
        self.dtype = dtype_of(equation.outputs[0].type)
        axes = equation.params["axes"]
        self.kept = [a for a in range(len(space)) if a not in axes]
        self.depth = len(space) - len(axes)
        self.trailing = self.kept == list(range(self.depth))
        """Whether the innermost axes are reduced: then the total is in a register."""
        self.blocked = self.lowering.start(self.dtype) == 0 and self.dtype.kind in "fc"
        self.function = scope.function
        self.partial = False
        """Whether the target is this thread's part, beside those of the others."""
        self.total, self.block = (scope.function.buffer((), self.dtype) for _ in range(2))

    def start(self) -> Scalar:
        """The number from which it starts."""
        return self.function.m.constant(self.lowering.start(self.dtype), self.dtype)

    def add(self, scalar: Scalar, place: Place, index: Sequence[AnyIndex]) -> None:
        """Combine a number with what stands at a place."""
        m = self.function.m
        total = self.function.load(place, index)
        self.function.store(self.lowering.combine(m, total, m.cast(scalar, self.dtype)), place, index)


def emit_kernel(region: Region, kernel: Kernel) -> None:
    """Write a kernel as a function, and its call."""
    module = region.function.module
    name = f"kernel{module.number()}"
    scope = KernelScope(region, name)
    f = scope.function
    flat = _is_flat(scope, kernel)
    space = (prod(kernel.space),) if flat else kernel.space or (1,)
    if not kernel.space:
        flat = True
    targets = [(v, scope.local(region.target(v))) for v in kernel.stored]
    sums = []
    for equation in kernel.reductions:
        out = region.target(equation.outputs[0])
        kept = tuple(n for a, n in enumerate(kernel.space) if a not in equation.params["axes"])
        sums.append((equation, out.reshaped(kept)))
    share = region.threads_for(kernel, space)
    accumulators: list[_Accumulator] = []
    partial: list[tuple[_Accumulator, Place, Place]] = []
    for equation, out in sums:
        crosses = bool(kernel.space) and 0 in equation.params["axes"]
        if flat and kernel.space:
            crosses = bool(equation.params["axes"])
        if share > 1 and crosses:
            whole = (
                region.function.buffer((share, *out.shape), out.dtype)
                if out.size <= 64
                else region.scratch((share, *out.shape), out.dtype)
            )
            local = scope.local(whole)
            mine = replace(local, shape=out.shape, strides=local.strides[1:])
            accumulator = _accumulator(scope, equation, kernel, mine, flat)
            accumulator.partial = True
            partial.append((accumulator, whole, out))
        else:
            accumulator = _accumulator(scope, equation, kernel, scope.local(out), flat)
        accumulators.append(accumulator)
    _write_body(scope, kernel, space, flat, targets, accumulators)
    module.functions.append(f.text("#" + module.attributes("nounwind").lstrip("#") + " "))
    _call(region, scope, space, share, partial)


def _accumulator(scope: KernelScope, equation: Equation, kernel: Kernel, target: Place, flat: bool) -> _Accumulator:
    found = _Accumulator(scope, equation, kernel.space, target)
    if flat:
        found.kept, found.depth, found.trailing = [], 0, True
    return found


def _is_flat(scope: KernelScope, kernel: Kernel) -> bool:
    """Whether the loop can run through memory in one line: whatever it reads is contiguous, or one number."""
    if len(kernel.space) < 2:
        return not kernel.reductions or all(len(e.params["axes"]) == len(kernel.space) for e in kernel.reductions)
    members = set(kernel.members)

    def plain(v: object) -> bool:
        if not isinstance(v, Variable):
            return True
        if v.type.shape != kernel.space:
            return prod(v.type.shape) == 1
        if scope.plan.definition.get(v) in members:
            return True
        place = scope.place(v)
        return place is not None and place.is_contiguous

    if any(is_view(e) or not isinstance(e.primitive.lowering, Elementwise) for e in kernel.members):
        return False
    if not all(len(e.params["axes"]) == len(kernel.space) and plain(e.inputs[0]) for e in kernel.reductions):
        return False
    if not all(scope.region.target(v).is_contiguous for v in kernel.stored):
        return False
    return all(plain(a) for e in kernel.members for a in e.inputs)


def _write_body(
    scope: KernelScope,
    kernel: Kernel,
    space: Shape,
    flat: bool,
    targets: Sequence[tuple[Variable, Place]],
    accumulators: Sequence[_Accumulator],
) -> None:
    f, m = scope.function, scope.m
    lo, hi, thread = "%lo", "%hi", "%thread"
    for a in accumulators:
        if a.partial:
            offset = f.value(f"mul nsw i64 {thread}, {max(1, a.target.size)}")
            a.target = replace(a.target, pointer=m.element(a.target.pointer, offset, a.dtype))
        if not a.trailing:
            _fill(f, a.target, a.start())
    scope.flat = kernel.space if flat else None

    def innermost(index: list[AnyIndex]) -> None:
        scope.scalars = dict(outer)
        for equation in kernel.members:
            (out,) = equation.outputs
            key = tuple(index)
            if isinstance(equation.primitive.lowering, Elementwise):
                scalars = [
                    scope.read(a, _index_in(index, kernel.space, a.type.shape, flat)) if isinstance(a, Variable) else a
                    for a in equation.inputs
                ]
                scope.scalars[out, key] = scope.elementwise_of(equation, scalars)
            else:
                scope.scalars[out, key] = scope.compute(equation, index)
        for variable, place in targets:
            stored = m.cast(scope.read(variable, index), place.dtype)
            f.store(stored, place.reshaped(space) if flat else place, index)
        for a in accumulators:
            x = a.equation.inputs[0]
            scalar = scope.read(x, index) if isinstance(x, Variable) else m.constant(x, a.dtype)
            if a.trailing:
                a.add(scalar, a.block if blocks and a.blocked else a.total, ())
            else:
                a.add(scalar, a.target, [index[k] for k in a.kept])

    outer = dict(scope.scalars)
    rank = len(space)
    blocks = any(a.trailing and a.blocked for a in accumulators) and space[-1] > 2 * BLOCK

    def nest(depth: int, index: list[AnyIndex]) -> None:
        here = [a for a in accumulators if a.trailing and a.depth == depth]
        for a in here:
            f.store(a.start(), a.total, ())
        if depth == rank:
            innermost(index)
        else:
            n = space[depth]
            start, stop = (lo, hi) if depth == 0 else ("0", str(n))
            certain = depth > 0 and n > 0

            def body(i: str) -> None:
                nest(depth + 1, [*index, Index(0, {i: 1})])

            if depth == rank - 1 and blocks:
                _blocked_loop(f, start, stop, body, [a for a in accumulators if a.trailing and a.blocked])
            else:
                f.loop(start, stop, body, certain)
        for a in here:
            f.store(f.load(a.total, ()), a.target, index[: a.depth])

    nest(0, [])
    f.emit("ret void")
    f.params += ["i64 %lo", "i64 %hi", "i64 %thread"]


def _index_in(index: list[AnyIndex], space: Shape, shape: Shape, flat: bool) -> Sequence[AnyIndex]:
    if not flat:
        return in_shape(index, space, shape)
    return index if shape == space else [0] * len(shape)


def _fill(f: Function, place: Place, scalar: Scalar) -> None:
    f.loop("0", str(place.size), lambda i: f.store(scalar, place.reshaped((place.size,)), [Index(0, {i: 1})]))


def _blocked_loop(
    f: Function, start: str, stop: str, body: Callable[[str], None], sums: Sequence[_Accumulator]
) -> None:
    def block(first: str) -> None:
        for a in sums:
            f.store(a.start(), a.block, ())
        end = f.value(f"add nsw i64 {first}, {BLOCK}")
        last = f.value(f"call i64 @llvm.smin.i64(i64 {end}, i64 {stop})")
        f.loop(first, last, body, certain=True)
        for a in sums:
            a.add(f.load(a.block, ()), a.total, ())

    f.module.declare("i64 @llvm.smin.i64(i64, i64)")
    f.loop(start, stop, block, step=BLOCK)


# ---------------------------------------------------------------------------------------------------------------------
# Calling a kernel, by one thread or several
# ---------------------------------------------------------------------------------------------------------------------


def _call(
    region: Region,
    scope: KernelScope,
    space: Shape,
    share: int,
    partial: Sequence[tuple[_Accumulator, Place, Place]],
) -> None:
    f, name = region.function, scope.function.name
    if share == 1:
        f.emit(f"call void @{name}({', '.join([*scope.arguments, 'i64 0', f'i64 {space[0]}', 'i64 0'])})")
        return
    for a, whole, _ in partial:
        _fill(f, whole, f.m.constant(a.lowering.start(a.dtype), a.dtype))
    share_out(region, name, scope.arguments, space[0], share)
    for a, whole, out in partial:

        def combine(i: str, a: _Accumulator = a, whole: Place = whole, out: Place = out) -> None:
            total: Scalar | None = None
            lines = whole.reshaped((share, max(1, out.size)))
            for t in range(share):
                scalar = f.load(lines, [t, Index(0, {i: 1})])
                total = scalar if total is None else a.lowering.combine(f.m, total, scalar)
            assert total is not None
            f.store(total, out.reshaped((max(1, out.size),)), [Index(0, {i: 1})])

        f.loop("0", str(out.size), combine, certain=out.size > 0)


def share_out(region: Region, name: str, arguments: Sequence[str], n: int, share: int) -> None:
    """Call a kernel from several threads, each with its part of the outermost axis."""
    module, f = region.function.module, region.function
    part = Function(module, f"{name}_part", ["ptr %data"])
    pairs = [argument.split(" ", 1) for argument in arguments]
    struct = f"{{ {', '.join(type for type, _ in pairs) or 'i64'} }}"
    passed = []
    data = f.alloca(struct, 1)
    for k, (type, text) in enumerate(pairs):
        slot = f.value(f"getelementptr inbounds {struct}, ptr {data}, i32 0, i32 {k}")
        f.emit(f"store {type} {text}, ptr {slot}")
        slot = part.value(f"getelementptr inbounds {struct}, ptr %data, i32 0, i32 {k}")
        passed.append(f"{type} {part.value(f'load {type}, ptr {slot}')}")
    module.declare("i32 @omp_get_thread_num()")
    module.declare("i32 @omp_get_num_threads()")
    module.declare("void @GOMP_parallel(ptr, ptr, i32, i32)")
    thread = part.value(f"sext i32 {part.value('call i32 @omp_get_thread_num()')} to i64")
    team = part.value(f"sext i32 {part.value('call i32 @omp_get_num_threads()')} to i64")
    grain = 64 if n >= 4096 else 1
    units = -(-n // grain)

    def bound(t: str) -> str:
        scaled = part.value(f"mul nsw i64 {t}, {units}")
        unit = part.value(f"sdiv i64 {scaled}, {team}")
        at = part.value(f"mul nsw i64 {unit}, {grain}")
        return part.value(f"call i64 @llvm.smin.i64(i64 {at}, i64 {n})")

    module.declare("i64 @llvm.smin.i64(i64, i64)")
    lo = bound(thread)
    hi = bound(part.value(f"add nsw i64 {thread}, 1"))
    part.emit(f"call void @{name}({', '.join([*passed, f'i64 {lo}', f'i64 {hi}', f'i64 {thread}'])})")
    part.emit("ret void")
    module.functions.append(part.text())
    f.emit(f"call void @GOMP_parallel(ptr @{name}_part, ptr {data}, i32 {share}, i32 0)")

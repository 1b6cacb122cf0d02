"""Loops shared out over threads, where they take much longer than the threads take to start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from ...core.lowering import Reduction
from ...core.program import Equation
from ..scalars.ir import Module, Scalar
from .function import Function, Place
from .indices import Index
from .kinds import Kind, element_cost
from .schedule import Kernel

if TYPE_CHECKING:
    from .region import Region

__all__ = ["Partial", "call_kernel", "share_for"]

WORTH = 250_000
"""Additions (some 25 µs of them, where starting the threads takes 2 to 7) from which on a loop is shared out."""
BESIDE_BLAS = 8
"""So many times more it takes in a program with matrix products: BLAS has threads of its own, which wait for work by
looking for it, and two teams of them are in one another's way."""
PARTIAL = 1 << 16
"""Elements of a reduction's result beyond which it is not made once for each thread."""
GRAIN = 64
"""Threads get multiples of so many indices of a long axis: they do not write to the same lines of the cache."""


class Partial(NamedTuple):
    """A reduction of which every thread makes a part: they are combined when all have finished."""

    lowering: Reduction
    lines: Place
    """The parts, one line for each thread."""
    out: Place


def share_for(region: Region, kernel: Kernel, extent: int, crosses: Callable[[Equation], bool]) -> int:
    """The number of threads for a kernel whose outermost loop has this extent, and which reductions may cross."""
    threads = region.unit.options.threads
    if threads < 2 or extent < threads:
        return 1
    work = prod(kernel.space) * (1.0 + sum(map(element_cost, kernel.members)) + len(kernel.reductions))
    if work < WORTH or (work < WORTH * BESIDE_BLAS and _uses_blas(region)):
        return 1
    if any(crosses(e) and prod(e.outputs[0].type.shape) > PARTIAL for e in kernel.reductions):
        return 1
    return threads


def _uses_blas(region: Region) -> bool:
    return any(e.primitive.name == "matmul" and region.plan.kinds[e] == Kind.STEP for e in region.program.equations)


def call_kernel(
    f: Function, name: str, arguments: Sequence[str], extent: int, share: int, partials: Sequence[Partial]
) -> None:
    """Call a kernel, by at most ``share`` threads."""
    alone = f"call void @{name}({', '.join([*arguments, 'i64 0', f'i64 {extent}', 'i64 0'])})"
    if share == 1:
        f.emit(alone)
        return
    for partial in partials:
        _start(f, partial)
    f.module.globals("@wengert_threads = external global i32")
    threads = f.value("load i32, ptr @wengert_threads")
    several, one, done = (f.new_label(what) for what in ("several", "one", "done"))
    f.branch_if(f.value(f"icmp sgt i32 {threads}, 1"), several, one)
    f.begin(one)
    f.emit(alone)
    f.branch(done)
    f.begin(several)
    _share_out(f, name, arguments, extent, share, threads)
    f.branch(done)
    f.begin(done)
    for partial in partials:
        _combine(f, partial, share)


def _start(f: Function, partial: Partial) -> None:
    """Fill the lines, of which some may have no thread."""
    dtype, line = partial.lines.dtype, partial.lines.reshaped((partial.lines.size,))
    start = f.m.constant(partial.lowering.start(dtype), dtype)
    f.loop("0", str(line.size), lambda i: f.store(start, line, [Index(0, {i: 1})]))


def _combine(f: Function, partial: Partial, share: int) -> None:
    """Make the result of the lines."""
    size = max(1, partial.out.size)
    lines, out = partial.lines.reshaped((share, size)), partial.out.reshaped((size,))

    def combine(i: str) -> None:
        at = Index(0, {i: 1})
        total: Scalar = f.load(lines, [0, at])
        for thread in range(1, share):
            total = partial.lowering.combine(f.m, total, f.load(lines, [thread, at]))
        f.store(total, out, [at])

    f.loop("0", str(partial.out.size), combine, certain=partial.out.size > 0)


def _share_out(f: Function, name: str, arguments: Sequence[str], extent: int, share: int, threads: str) -> None:
    """Have OpenMP's runtime call the kernel from its threads, each with a part of the outermost axis."""
    module = f.module
    pairs = [argument.split(" ", 1) for argument in arguments]
    struct = f"{{ {', '.join(type for type, _ in pairs) or 'i64'} }}"
    data = f.alloca(struct, 1)
    for k, (type, text) in enumerate(pairs):
        f.emit(f"store {type} {text}, ptr {f.value(f'getelementptr inbounds {struct}, ptr {data}, i32 0, i32 {k}')}")
    module.functions.append(_part(module, name, struct, [type for type, _ in pairs], extent))
    module.declare("i32 @llvm.smin.i32(i32, i32)")
    module.declare("void @GOMP_parallel(ptr, ptr, i32, i32)")
    team = f.value(f"call i32 @llvm.smin.i32(i32 {threads}, i32 {share})")
    f.emit(f"call void @GOMP_parallel(ptr @{name}_part, ptr {data}, i32 {team}, i32 0)")


def _part(module: Module, name: str, struct: str, types: Sequence[str], extent: int) -> str:
    """The function that each thread calls: it finds out which part is its own."""
    f = Function(module, f"{name}_part", ["ptr %data"])
    passed = []
    for k, type in enumerate(types):
        slot = f.value(f"getelementptr inbounds {struct}, ptr %data, i32 0, i32 {k}")
        passed.append(f"{type} {f.value(f'load {type}, ptr {slot}')}")
    module.declare("i32 @omp_get_thread_num()")
    module.declare("i32 @omp_get_num_threads()")
    module.declare("i64 @llvm.smin.i64(i64, i64)")
    thread = f.value(f"sext i32 {f.value('call i32 @omp_get_thread_num()')} to i64")
    team = f.value(f"sext i32 {f.value('call i32 @omp_get_num_threads()')} to i64")
    grain = GRAIN if extent >= GRAIN * GRAIN else 1
    units = -(-extent // grain)

    def bound(t: str) -> str:
        unit = f.value(f"sdiv i64 {f.value(f'mul nsw i64 {t}, {units}')}, {team}")
        return f.value(f"call i64 @llvm.smin.i64(i64 {f.value(f'mul nsw i64 {unit}, {grain}')}, i64 {extent})")

    lo, hi = bound(thread), bound(f.value(f"add nsw i64 {thread}, 1"))
    f.emit(f"call void @{name}({', '.join([*passed, f'i64 {lo}', f'i64 {hi}', f'i64 {thread}'])})")
    f.emit("ret void")
    return f.text()

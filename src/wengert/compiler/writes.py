"""Loops that only write: copies, and parts of arrays that are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING

from ..core.program import Atom, Variable
from ..core.types import Shape
from .function import Place
from .indices import AnyIndex, Index
from .kernels import KernelScope
from .scope import elements, in_shape

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_copy", "emit_loop", "emit_write", "emit_zeros"]

Rule = Callable[[Sequence[AnyIndex]], Sequence[AnyIndex]]
UNROLLED = 16


def emit_loop(region: Region, space: Shape, body: Callable[[KernelScope, list[AnyIndex]], None]) -> None:
    """A loop nest in a function of its own."""
    if 0 in space:
        return
    module = region.function.module
    scope = KernelScope(region, f"loop{module.number()}")

    def nest(index: list[AnyIndex]) -> None:
        if len(index) == len(space):
            scope.scalars = {}
            body(scope, index)
        else:
            scope.function.loop("0", str(space[len(index)]), lambda i: nest([*index, Index(0, {i: 1})]), certain=True)

    nest([])
    scope.function.emit("ret void")
    module.functions.append(scope.function.text())
    region.function.emit(f"call void @{scope.function.name}({', '.join(scope.arguments)})")


def emit_write(region: Region, atom: Atom, place: Place, space: Shape, rule: Rule, accumulate: bool) -> None:
    """Write a value, broadcast to ``space``, where a rule says for each of its indices."""
    shape = atom.type.shape if isinstance(atom, Variable) else ()

    def write(scope: Region | KernelScope, target: Place, index: Sequence[AnyIndex]) -> None:
        f, at = scope.function, rule(list(index))
        scalar = scope.m.cast(scope.element(atom, in_shape(index, space, shape), place.dtype), place.dtype)
        if accumulate:
            scalar = scope.m.add(f.load(target, at), scalar)
        f.store(scalar, target, at)

    if prod(space) <= UNROLLED:
        for index in elements(space):
            write(region, place, index)
        return
    emit_loop(region, space, lambda scope, index: write(scope, scope.local(place), index))


def emit_copy(region: Region, source: Place, target: Place) -> None:
    """Copy elements; all at once where both are contiguous."""
    f = region.function
    if (source.pointer, source.offset, source.strides) == (target.pointer, target.offset, target.strides):
        return
    if source.is_contiguous and target.is_contiguous:
        f.module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        size = source.size * source.dtype.itemsize
        f.emit(f"call void @llvm.memcpy.p0.p0.i64(ptr {f.base(target)}, ptr {f.base(source)}, i64 {size}, i1 false)")
        return

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        scope.function.store(scope.function.load(scope.local(source), index), scope.local(target), index)

    emit_loop(region, target.shape, body)


def emit_zeros(region: Region, place: Place) -> None:
    """Fill a contiguous array with zeros."""
    f = region.function
    f.module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    size = place.size * place.dtype.itemsize
    f.emit(f"call void @llvm.memset.p0.i64(ptr {f.base(place)}, i8 0, i64 {size}, i1 false)")

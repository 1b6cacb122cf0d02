"""Loops that only write: copies, and parts of arrays that are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING

from ...core.program import Atom
from ...core.types import Shape
from ..scalars.ir import supported
from .function import Function, Place
from .indices import AnyIndex, Index
from .kernels import KernelScope
from .scope import elements, in_shape

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_copy", "emit_loop", "emit_spread", "emit_write", "emit_zeros"]

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
        elif space[len(index)] == 1:
            nest([*index, 0])
        else:
            scope.function.loop("0", str(space[len(index)]), lambda i: nest([*index, Index(0, {i: 1})]), certain=True)

    nest([])
    scope.function.emit("ret void")
    module.functions.append(scope.function.text())
    region.function.emit(f"call void @{scope.function.name}({', '.join(scope.arguments)})")


def emit_write(region: Region, atom: Atom, target: Place, space: Shape, rule: Rule) -> None:
    """Write a value, broadcast to ``space``, where a rule says for each of its indices."""
    shape = region.shape_of(atom)

    def write(scope: Region | KernelScope, place: Place, index: Sequence[AnyIndex]) -> None:
        scalar = scope.element(atom, in_shape(index, space, shape), place.dtype)
        scope.function.store(scope.m.cast(scalar, place.dtype), place, rule(list(index)))

    if prod(space) <= UNROLLED:
        for index in elements(space):
            write(region, target, index)
    else:
        emit_loop(region, space, lambda scope, index: write(scope, scope.local(target), index))


def emit_spread(region: Region, source: Place, target: Place, space: Shape, rule: Rule) -> None:
    """Write what is in memory, broadcast to ``space``, where a rule says for each of its indices."""

    def write(scope: KernelScope, index: list[AnyIndex]) -> None:
        scalar = scope.function.load(scope.local(source), in_shape(index, space, source.shape))
        scope.function.store(scope.m.cast(scalar, target.dtype), scope.local(target), rule(list(index)))

    emit_loop(region, space, write)


def emit_copy(region: Region, source: Place, target: Place) -> None:
    """Copy elements, unless they are there already; all at once where both are contiguous."""
    f = region.function
    if (source.pointer, source.offset, source.strides) == (target.pointer, target.offset, target.strides):
        return
    if source.is_contiguous and target.is_contiguous:
        _memcpy(f, f.base(target), f.base(source), source.size * source.dtype.itemsize)
        return

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        g, here, there = scope.function, scope.local(source), scope.local(target)
        if supported(source.dtype):
            g.store(g.load(here, index), there, index)
        else:
            _memcpy(g, g.address(there, index), g.address(here, index), source.dtype.itemsize)

    emit_loop(region, target.shape, body)


def _memcpy(f: Function, target: str, source: str, size: int) -> None:
    f.module.declare("void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    f.emit(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")


def emit_zeros(region: Region, place: Place) -> None:
    """Fill a contiguous array with zeros."""
    f = region.function
    f.module.declare("void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    size = place.size * place.dtype.itemsize
    f.emit(f"call void @llvm.memset.p0.i64(ptr {f.base(place)}, i8 0, i64 {size}, i1 false)")

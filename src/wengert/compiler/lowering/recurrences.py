"""Scans along an axis: each element from the one before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...core.program import Equation
from ..scalars.ir import Scalar
from .indices import AnyIndex, Index
from .kernels import KernelScope

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_cumulative", "emit_recurrence"]

Following = Callable[[KernelScope, Scalar | None, list[AnyIndex]], Scalar]


def emit_cumulative(region: Region, equation: Equation) -> bool:
    """Write a cumulative sum or product."""
    (x,) = equation.inputs
    name = equation.primitive.name

    def following(scope: KernelScope, before: Scalar | None, index: list[AnyIndex]) -> Scalar:
        m, dtype = scope.m, region.places[equation.outputs[0]].dtype
        scalar: Scalar = m.cast(scope.element(x, index, dtype), dtype)
        if before is None:
            return scalar
        return m.add(before, scalar) if name == "cumsum" else m.multiply(before, scalar)

    return _emit(region, equation, following)


def emit_recurrence(region: Region, equation: Equation) -> bool:
    """Write h[i] = a[i] h[i-1] + b[i], where a state that is 0 adds 0."""
    a, b = equation.inputs

    def following(scope: KernelScope, before: Scalar | None, index: list[AnyIndex]) -> Scalar:
        m, dtype = scope.m, region.places[equation.outputs[0]].dtype
        added: Scalar = m.cast(scope.element(b, index, dtype), dtype)
        if before is None:
            return added
        factor = m.cast(scope.element(a, index, dtype), dtype)
        zero = m.constant(0, dtype)
        product = m.select(m.compare("==", before, zero), zero, m.multiply(before, factor))
        return m.add(product, added)

    return _emit(region, equation, following)


def _emit(region: Region, equation: Equation, following: Following) -> bool:
    (out,), axis = equation.outputs, equation.params["axis"]
    target = region.places.get(out)
    if target is None:
        return False
    shape = target.shape
    if 0 in shape:
        return True
    module = region.function.module
    scope = KernelScope(region, f"recurrence{module.number()}")
    f, local = scope.function, scope.local(target)

    def element(index: Sequence[AnyIndex], first: bool) -> None:
        scope.scalars = {}
        before = [*index]
        before[axis] = before[axis] + -1
        f.store(following(scope, None if first else f.load(local, before), list(index)), local, index)

    def nest(index: list[AnyIndex], first: bool) -> None:
        depth = len(index)
        if depth == len(shape):
            element(index, first)
        elif shape[depth] == 1:
            nest([*index, 0], first or depth == axis)
        elif depth == axis:
            nest([*index, 0], True)
            f.loop("1", str(shape[axis]), lambda i: nest([*index, Index(0, {i: 1})], False))
        else:
            f.loop("0", str(shape[depth]), lambda i: nest([*index, Index(0, {i: 1})], first), certain=True)

    nest([], False)
    f.emit("ret void")
    module.functions.append(f.text())
    region.function.emit(f"call void @{f.name}({', '.join(scope.arguments)})")
    return True

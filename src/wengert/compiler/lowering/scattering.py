"""Reading and writing at integer indices that are known when the program runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core.program import Atom, Equation, Variable
from ...core.types import Shape, broadcast_shapes
from ..native.convention import RUN_EAGERLY
from .function import Place
from .indices import AnyIndex, Index
from .kernels import KernelScope
from .scope import in_shape
from .writes import emit_loop, emit_zeros

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_gather", "emit_scatter"]

_INTEGER = np.dtype(np.int64)


def emit_gather(region: Region, equation: Equation) -> bool:
    """Write the elements at integer indices."""
    x, *indices = equation.inputs
    (out,) = equation.outputs
    target = region.places.get(out)
    if target is None:
        return False
    source, axes = region.memory(x, target.dtype), equation.params["axes"]
    shape = _check(region, indices, [source.shape[a] for a in axes])

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        at = _position(scope, index, indices, shape, axes, source.shape)
        scope.function.store(scope.function.load(scope.local(source), at), scope.local(target), index)

    emit_loop(region, target.shape, body)
    return True


def emit_scatter(region: Region, equation: Equation) -> bool:
    """Write values at integer indices, one after the other: added, or the last one stays."""
    adds = equation.primitive.name == "scatter_add"
    value, *indices = equation.inputs if adds else equation.inputs[1:]
    (out,) = equation.outputs
    target = region.places.get(out)
    if target is None:
        return False
    axes = equation.params["axes"]
    shape = _check(region, indices, [target.shape[a] for a in axes])
    if adds:
        emit_zeros(region, target)
    else:
        region.copy(region.memory(equation.inputs[0], target.dtype), target)
    rest = tuple(n for a, n in enumerate(target.shape) if a not in axes)
    space = (*shape, *rest)
    given = value.type.shape if isinstance(value, Variable) else ()
    if isinstance(value, Variable):
        region.memory(value)

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        f, m, local = scope.function, scope.m, scope.local(target)
        at = _position(scope, index, indices, shape, axes, target.shape)
        scalar = m.cast(scope.element(value, in_shape(index, space, given), target.dtype), target.dtype)
        f.store(m.add(f.load(local, at), scalar) if adds else scalar, local, at)

    emit_loop(region, space, body)
    return True


def _check(region: Region, indices: Sequence[Atom], sizes: Sequence[int]) -> Shape:
    """Leave the function where an index is out of bounds; the shape of the indices broadcast together."""
    f, m = region.function, region.m
    shapes = [region.shape_of(i) for i in indices]
    bad = f.buffer((), np.dtype(np.bool_))
    f.store(m.constant(False, bad.dtype), bad, ())
    for atom, size, shape in zip(indices, sizes, shapes, strict=True):

        def body(
            scope: KernelScope, index: list[AnyIndex], atom: Atom = atom, size: int = size, bad: Place = bad
        ) -> None:
            n = scope.m
            i = n.cast(scope.element(atom, index, _INTEGER), _INTEGER)
            outside = n.logical(
                "or",
                n.compare("<", i, n.constant(-size, _INTEGER)),
                n.compare(">=", i, n.constant(size, _INTEGER)),
            )
            local = scope.local(bad)
            scope.function.store(n.logical("or", scope.function.load(local, ()), outside), local, ())

        emit_loop(region, shape, body)
    passed, failed = f.new_label("passed"), f.new_label("failed")
    f.branch_if(f.load(bad, ()).parts[0], failed, passed)
    f.begin(failed)
    f.emit(f"ret i32 {RUN_EAGERLY}")
    f.begin(passed)
    return broadcast_shapes(*shapes)


def _position(
    scope: KernelScope,
    index: Sequence[AnyIndex],
    indices: Sequence[Atom],
    shape: Shape,
    axes: tuple[int, ...],
    within: Shape,
) -> list[AnyIndex]:
    """Where an element stands: the indexed axes come first in ``index``, then the others."""
    m, rank = scope.m, len(shape)
    others = iter(index[rank:])
    at: list[AnyIndex] = [0 if a in axes else next(others) for a in range(len(within))]
    for atom, axis in zip(indices, axes, strict=True):
        given = atom.type.shape if isinstance(atom, Variable) else ()
        i = m.cast(scope.element(atom, in_shape(index[:rank], shape, given), _INTEGER), _INTEGER)
        zero, size = m.constant(0, _INTEGER), m.constant(within[axis], _INTEGER)
        wrapped = m.select(m.compare("<", i, zero), m.add(i, size), i)
        at[axis] = Index(0, {wrapped.parts[0]: 1})
    return at

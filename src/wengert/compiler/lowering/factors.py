"""Matrices as BLAS and LAPACK solve with them: in columns, factored or triangular, and once in a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...core.program import Atom, Variable
from ...core.types import Shape
from ..native.convention import RUN_EAGERLY
from ..scalars.ir import DType, Scalar
from .blas import LETTERS, call, integer, leading, usable
from .function import Place
from .indices import AnyIndex, Index
from .kernels import KernelScope
from .structure import Origin, origin
from .writes import emit_loop

if TYPE_CHECKING:
    from .region import Region

__all__ = ["INTEGER", "LONG", "Factors", "check_regular", "column_step", "factored", "fill", "leave_if", "over_stack"]

INTEGER, LONG = np.dtype(np.int32), np.dtype(np.int64)
"""The dtypes of LAPACK's integers, and of indices."""
_TILE = 8
"""Elements of a cache line, or a few more."""


@dataclass
class Factors:
    """A stack of matrices in columns: triangular ones, or lower and upper ones in one, with pivots."""

    columns: Place
    """What is in columns, as an array in rows: the transposed matrices."""
    triangle: str | None = None
    """``"lower"`` or ``"upper"``; None for both in one."""
    pivots: Place | None = None
    info: Place | None = None
    """What LAPACK said of each."""
    regular: bool = False
    """Whether the code so far has left if one is singular."""

    @property
    def stack(self) -> Shape:
        """How many there are."""
        return self.columns.shape[:-2]

    @property
    def size(self) -> int:
        """Rows of a matrix."""
        return self.columns.shape[-1]

    def over(self, stack: Shape) -> Factors:
        """The same matrices, in a stack of another shape."""
        if stack == self.stack:
            return self
        columns = _restacked(self.columns, stack)
        pivots = None if self.pivots is None else self.pivots.reshaped((*stack, self.size))
        return replace(self, columns=columns, pivots=pivots)


def factored(region: Region, a: Variable, dtype: DType) -> tuple[Factors, Origin]:
    """Factors, and how ``a`` is made from what they are of."""
    first, memory, triangle = origin(region, a)
    if triangle is not None and memory.variable.type.dtype == dtype and a.type.shape[-1]:
        place = usable(region, region.memory(memory.variable))
        how = leading(place)
        assert how is not None
        if memory.transposed:
            triangle = "lower" if triangle == "upper" else "upper"
        if how[0] == "T":
            return _known(region, memory.variable, _swapped(place), triangle), memory
        # The memory holds, in columns, the transpose.
        other = "lower" if triangle == "upper" else "upper"
        turned = replace(memory, transposed=not memory.transposed)
        return _known(region, memory.variable, place, other), turned
    found = region.factors.get((first.variable, dtype))
    if found is None:
        # Of the matrix as it is first wanted, so that its pivots are those of the eager evaluation.
        found = region.factors[first.variable, dtype] = (_factorisation(region, a, dtype), first)
    factors, wanted = found
    transposed, conjugated = first.transposed ^ wanted.transposed, first.conjugated ^ wanted.conjugated
    return factors, Origin(first.variable, transposed, conjugated)


def _known(region: Region, variable: Variable, columns: Place, triangle: str) -> Factors:
    """The factors of what is triangular: itself."""
    key = (variable, columns.dtype)
    found = region.factors.get(key)
    if found is None:
        found = region.factors[key] = (Factors(columns, triangle), Origin(variable))
    return found[0]


def _factorisation(region: Region, a: Variable, dtype: DType) -> Factors:
    """P a = l u, of a stack of matrices."""
    shape = a.type.shape
    stack, n = shape[:-2], shape[-1]
    columns = region.scratch(shape, dtype)
    pivots, info = region.scratch(shape[:-1], INTEGER), region.scratch(stack, INTEGER)
    fill(region, a, _swapped(columns))
    name = f"lapack.{LETTERS[dtype.char]}getrf"

    def factor(index: list[AnyIndex]) -> None:
        f = region.function
        matrix, pivot, status = (
            f.address(columns, [*index, 0, 0]),
            f.address(pivots, [*index, 0]),
            f.address(info, index),
        )
        size = integer(f, n)
        call(f, name, size, size, f"ptr {matrix}", size, f"ptr {pivot}", f"ptr {status}")

    if columns.size:
        over_stack(region, stack, factor)
    return Factors(columns, None, pivots, info)


def check_regular(region: Region, factors: Factors) -> None:
    """Leave the function where a matrix is singular."""
    if factors.regular:
        return
    factors.regular = True
    if factors.info is not None:
        info = factors.info

        def singular(scope: KernelScope, index: list[AnyIndex]) -> Scalar:
            scalar: Scalar = scope.m.compare(
                "!=", scope.function.load(scope.local(info), index), scope.m.constant(0, INTEGER)
            )
            return scalar

        leave_if(region, factors.stack, singular)
        return

    def zero(scope: KernelScope, index: list[AnyIndex]) -> Scalar:
        element = scope.function.load(scope.local(factors.columns), [*index, index[-1]])
        scalar: Scalar = scope.m.compare("==", element, scope.m.constant(0, factors.columns.dtype))
        return scalar

    leave_if(region, factors.columns.shape[:-1], zero)


def leave_if(region: Region, space: Shape, condition: Callable[[KernelScope, list[AnyIndex]], Scalar]) -> None:
    """Leave the function where a condition is true at some index, for the eager evaluation."""
    f = region.function
    bad = f.buffer((), np.dtype(np.bool_))
    f.store(f.m.constant(False, bad.dtype), bad, ())

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        local = scope.local(bad)
        found = scope.m.logical("or", scope.function.load(local, ()), condition(scope, index))
        scope.function.store(found, local, ())

    emit_loop(region, space, body)
    passed, failed = f.new_label("passed"), f.new_label("failed")
    f.branch_if(f.load(bad, ()).parts[0], failed, passed)
    f.begin(failed)
    f.emit(f"ret i32 {RUN_EAGERLY}")
    f.begin(passed)


# ---------------------------------------------------------------------------------------------------------------------
# Memory
# ---------------------------------------------------------------------------------------------------------------------


def _swapped(place: Place) -> Place:
    """The transposed matrices, in the same memory."""
    *stack, rows, columns = place.shape
    *lead, down, across = place.strides
    return replace(place, shape=(*stack, columns, rows), strides=(*lead, across, down))


def _restacked(place: Place, stack: Shape) -> Place:
    """The same matrices, in a stack of another shape."""
    steps = iter([s for n, s in zip(place.shape[:-2], place.strides, strict=False) if n != 1])
    if [n for n in stack if n != 1] != [n for n in place.shape[:-2] if n != 1]:
        return place.reshaped((*stack, *place.shape[-2:]))  # only what is contiguous is ever reshaped so
    strides = tuple(0 if n == 1 else next(steps) for n in stack)
    return replace(place, shape=(*stack, *place.shape[-2:]), strides=(*strides, *place.strides[-2:]))


def column_step(columns: Place) -> int:
    """The step from one column to the next."""
    return max(columns.strides[-2], columns.shape[-1], 1)


def over_stack(region: Region, stack: Shape, body: Callable[[list[AnyIndex]], None]) -> None:
    """Write a body for each matrix of a stack."""

    def nest(index: list[AnyIndex]) -> None:
        if len(index) == len(stack):
            body(index)
        else:
            size = str(stack[len(index)])
            region.function.loop("0", size, lambda i: nest([*index, Index(0, {i: 1})]), certain=True)

    nest([])


def fill(region: Region, atom: Atom, target: Place) -> None:
    """Put matrices, broadcast over stacks, where they are to be worked on."""
    assert isinstance(atom, Variable)
    source = region.place(atom)
    if source is None or source.dtype != target.dtype or source.shape != target.shape:
        region.write_to(atom, target)
    elif (source.strides[-1] > source.strides[-2]) != (target.strides[-1] > target.strides[-2]):
        _turn(region, source, target)
    elif _swapped(source).is_contiguous and _swapped(target).is_contiguous:
        region.copy(_swapped(source), _swapped(target))
    else:
        region.copy(source, target)


def _turn(region: Region, source: Place, target: Place) -> None:
    """Copy matrices from rows to columns or the other way round, in strips that stay in the cache."""
    if target.strides[-1] > target.strides[-2]:
        source, target = _swapped(source), _swapped(target)
    *stack, rows, columns = target.shape
    if target.size == 0:
        return

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        f, here, there = scope.function, scope.local(source), scope.local(target)

        def strip(first: str) -> None:
            end = f.value(f"add nsw i64 {first}, {_TILE}")
            inside = f.value(f"icmp slt i64 {end}, {columns}")
            last = f.value(f"select i1 {inside}, i64 {end}, i64 {columns}")

            def row(i: str) -> None:
                def element(j: str) -> None:
                    at: Sequence[AnyIndex] = [*index, Index(0, {i: 1}), Index(0, {j: 1})]
                    f.store(f.load(here, at), there, at)

                f.loop(first, last, element, certain=True)

            f.loop("0", str(rows), row, certain=True)

        f.loop("0", str(columns), strip, certain=True, step=_TILE)

    emit_loop(region, tuple(stack), body)

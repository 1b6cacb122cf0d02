"""Reading values where code is being written: from registers, from memory, or by computing them on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from ...core.lowering import Assembly, Elementwise, Reduction, Special, View
from ...core.program import Atom, Equation, Variable
from ...core.types import Shape
from ..native.convention import dtype_of
from ..scalars.arithmetic import Arithmetic
from ..scalars.elementwise import lower_elementwise
from ..scalars.ir import DType, Scalar
from .function import Function, Place
from .indices import AnyIndex, constant_of, row_major
from .kinds import is_unit_reshape
from .schedule import Schedule

__all__ = ["Scope", "elements", "in_shape", "viewed_place"]


def elements(shape: Shape) -> Any:
    """All indices of a small array."""
    return product(*map(range, shape))


def in_shape(index: Sequence[AnyIndex], given: Shape, shape: Shape) -> list[AnyIndex]:
    """An index of a broadcast array of the given shape, as one of an array of this shape that was broadcast to it."""
    lead = len(given) - len(shape)
    return [0 if n == 1 else i for i, n in zip(index[lead:], shape, strict=True)]


class Scope:
    """Where code is written that reads values of one program, in one function."""

    def __init__(self, function: Function, plan: Schedule) -> None:
        self.function, self.plan = function, plan
        self.scalars: dict[tuple[Variable, tuple[AnyIndex, ...]], Scalar] = {}

    @property
    def m(self) -> Arithmetic:
        """The machine arithmetic."""
        return self.function.m

    def place(self, variable: Variable) -> Place | None:
        """The memory of a variable, or of what it is a view of; None where it has none."""
        raise NotImplementedError

    def shape_of(self, atom: Atom) -> Shape:
        """The shape of an input."""
        return atom.type.shape if isinstance(atom, Variable) else ()

    def read(self, variable: Variable, index: Sequence[AnyIndex]) -> Scalar:
        """The element of a variable at an index.

        What has to be computed first is put on a stack: a chain of equations may be longer than Python's own.
        """
        wanted = (variable, tuple(index))
        found = self.scalars.get(wanted)
        if found is not None:
            return found
        stack = [wanted]
        while stack:
            key = stack[-1]
            if key in self.scalars:
                stack.pop()
                continue
            scalar = self.leaf(*key)
            if scalar is None:
                equation = self.plan.definition[key[0]]
                missing = [k for k in self._operands(equation, key[1]) if k not in self.scalars]
                if missing:
                    stack += missing
                    continue
                scalar = self.compute(equation, key[1])
            self.scalars[key] = scalar
            stack.pop()
        return self.scalars[wanted]

    def leaf(self, variable: Variable, index: Sequence[AnyIndex]) -> Scalar | None:
        """The element of a variable that need not be computed here; None for others."""
        place = self.place(variable)
        return None if place is None else self.function.load(place, index)

    def _operands(self, equation: Equation, index: Sequence[AnyIndex]) -> list[tuple[Variable, tuple[AnyIndex, ...]]]:
        """The elements that an element of an equation's output is computed from, where there are few."""
        lowering, shape = equation.primitive.lowering, equation.outputs[0].type.shape
        if isinstance(lowering, Elementwise):
            atoms = [a for a in equation.inputs if isinstance(a, Variable)]
            return [(a, tuple(in_shape(index, shape, a.type.shape))) for a in atoms]
        if isinstance(lowering, View) and isinstance(equation.inputs[0], Variable):
            (x,) = equation.inputs
            return [(x, tuple(lowering.rule(index, x.type.shape, **equation.params)))]
        return []

    def literal(self, atom: Atom, dtype: DType) -> Scalar:
        """A Python number, in this dtype or, where that does not hold it, in the one to which both promote."""
        return self.m.constant(atom, np.result_type(dtype, atom))

    def element(self, atom: Atom, index: Sequence[AnyIndex], like: DType) -> Scalar:
        """The element of an input; a Python number in the dtype ``like``."""
        return self.read(atom, index) if isinstance(atom, Variable) else self.literal(atom, like)

    # -- Computing ----------------------------------------------------------------------------------------------------

    def compute(self, equation: Equation, index: Sequence[AnyIndex]) -> Scalar:
        """The element of an equation's output at an index."""
        lowering = equation.primitive.lowering
        if isinstance(lowering, Elementwise):
            return self.elementwise(equation, index)
        if isinstance(lowering, View):
            return self._view(equation, lowering, index)
        if isinstance(lowering, Assembly):
            return self._assembly(equation, lowering, index)
        if isinstance(lowering, Reduction):
            return self._reduction(equation, lowering, index)
        if lowering == Special("reshape"):
            return self._reshape(equation, index)
        assert lowering == Special("matmul"), equation.primitive
        return self._matmul(equation, index)

    def elementwise(self, equation: Equation, index: Sequence[AnyIndex]) -> Scalar:
        """The element of an elementwise equation."""
        (out,) = equation.outputs
        scalars = [
            self.read(a, in_shape(index, out.type.shape, a.type.shape)) if isinstance(a, Variable) else a
            for a in equation.inputs
        ]
        return self.elementwise_of(equation, scalars)

    def elementwise_of(self, equation: Equation, scalars: Sequence[Any]) -> Scalar:
        """An elementwise equation of given scalars; those of Python numbers promote weakly."""
        weak = [isinstance(a, Variable) and isinstance(a.type.dtype, type) for a in equation.inputs]
        if any(weak):
            types = [a.type.dtype if isinstance(a, Variable) else type(a) for a in equation.inputs]
            common = np.result_type(*[t(1) if isinstance(t, type) else t for t in types])
            scalars = [self.m.cast(s, common) if w else s for s, w in zip(scalars, weak, strict=True)]
        out = equation.outputs[0]
        return lower_elementwise(self.m, equation.primitive, scalars, dtype_of(out.type), dict(equation.params))

    def _view(self, equation: Equation, lowering: View, index: Sequence[AnyIndex]) -> Scalar:
        (x,) = equation.inputs
        like = dtype_of(equation.outputs[0].type)
        return self.element(x, lowering.rule(index, self.shape_of(x), **equation.params), like)

    def _reshape(self, equation: Equation, index: Sequence[AnyIndex]) -> Scalar:
        (x,) = equation.inputs
        shape, like = self.shape_of(x), dtype_of(equation.outputs[0].type)
        fixed = constant_of(index)
        if fixed is None:
            assert is_unit_reshape(equation)
            return self.element(x, without_units(index, equation.outputs[0].type.shape, shape), like)
        number = sum(i * s for i, s in zip(fixed, row_major(equation.outputs[0].type.shape), strict=True))
        return self.element(x, [number // s % n for s, n in zip(row_major(shape), shape, strict=True)], like)

    def _assembly(self, equation: Equation, lowering: Assembly, index: Sequence[AnyIndex]) -> Scalar:
        """The element of a small array that is put together: by the last part that covers it."""
        like = dtype_of(equation.outputs[0].type)
        wanted = tuple(index)
        found: tuple[Atom, Sequence[AnyIndex]] | None = (equation.inputs[0], index) if lowering.onto_first else None
        shapes = [self.shape_of(a) for a in equation.inputs]
        for number, region, rule in lowering.parts(*shapes, **equation.params):
            for place in elements(region):
                if tuple(rule(list(place))) == wanted:
                    found = equation.inputs[number], in_shape(place, region, shapes[number])
        if found is None:
            return self.literal(0, like)
        return self.m.cast(self.element(*found, like), like)

    def _reduction(self, equation: Equation, lowering: Reduction, index: Sequence[AnyIndex]) -> Scalar:
        (x,) = equation.inputs
        shape, axes = self.shape_of(x), equation.params["axes"]
        dtype = dtype_of(equation.outputs[0].type)
        kept = iter(index if not equation.params["keepdims"] else [i for a, i in enumerate(index) if a not in axes])
        full: list[AnyIndex] = [0 if a in axes else next(kept) for a in range(len(shape))]
        total: Scalar | None = None
        for part in elements(tuple(shape[a] for a in axes)):
            for a, i in zip(axes, part, strict=True):
                full[a] = i
            scalar = self.m.cast(self.element(x, list(full), dtype), dtype)
            total = scalar if total is None else lowering.combine(self.m, total, scalar)
        return self.literal(lowering.start(dtype), dtype) if total is None else total

    def _matmul(self, equation: Equation, index: Sequence[AnyIndex]) -> Scalar:
        x, y = equation.inputs
        dtype = dtype_of(equation.outputs[0].type)
        columns = [] if len(y.type.shape) == 1 else [index[-1]]
        rows = list(index[: len(index) - len(columns)])
        total = self.literal(0, dtype)
        for k in range(x.type.shape[-1]):
            a = self.m.cast(self.read(x, [*rows, k]), dtype)
            b = self.m.cast(self.read(y, [k, *columns]), dtype)
            product = self.m.multiply(a, b)
            total = product if k == 0 else self.m.add(total, product, reassociate=True)
        return total


def viewed_place(equation: Equation, base: Place) -> Place:
    """The output of a view, in the memory of its input."""
    (out,) = equation.outputs
    lowering = equation.primitive.lowering

    def rule(index: Sequence[AnyIndex]) -> Sequence[AnyIndex]:
        if isinstance(lowering, View):
            found: Sequence[AnyIndex] = lowering.rule(index, base.shape, **equation.params)
            return found
        return without_units(index, out.type.shape, base.shape)

    return base.viewed(rule, out.type.shape)


def without_units(index: Sequence[AnyIndex], shape: Shape, wanted: Shape) -> list[AnyIndex]:
    """The index in an array of the wanted shape, which differs only in axes of length one."""
    rest = iter([i for i, n in zip(index, shape, strict=True) if n != 1])
    return [0 if n == 1 else next(rest) for n in wanted]

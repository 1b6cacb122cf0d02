"""How each equation is run: on registers, element by element in a loop, as a reduction, or in a step of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from ...core.lowering import Assembly, Elementwise, Reduction, Special, View
from ...core.program import Atom, Equation, Program, Variable
from ...core.types import Shape
from ..native.convention import dtype_of
from ..scalars.elementwise import lowers
from ..scalars.ir import DType, supported

__all__ = [
    "Kind",
    "element_cost",
    "fits",
    "is_small",
    "is_unit_reshape",
    "is_view",
    "kind_of",
    "register_limit",
    "shape_of",
    "size_of",
]

REGISTERS = (16, 9, 4, 1)
"""Arrays of at most so many elements live in registers: the first of these with which the program stays small."""
LONGEST = 9
"""A longer axis is a loop, which computes several elements at once."""
UNROLLED = 12_000
"""Scalars in a program beyond which fewer arrays are unrolled."""
INNER_PRODUCTS = 64
"""A matrix product of at most so many multiplications is unrolled."""


class Kind:
    """How an equation is run."""

    REGISTER = "register"
    MAP = "map"
    REDUCE = "reduce"
    STEP = "step"


def size_of(atom: Atom) -> int:
    """Number of elements."""
    return prod(atom.type.shape) if isinstance(atom, Variable) else 1


def shape_of(atom: Atom) -> Shape:
    """The shape; a Python number has none."""
    return atom.type.shape if isinstance(atom, Variable) else ()


def is_small(shape: Shape, limit: int) -> bool:
    """Whether an array of this shape lives in registers where those of at most ``limit`` elements do."""
    return prod(shape) <= limit and max(shape, default=0) <= LONGEST


def is_view(equation: Equation) -> bool:
    """Whether the output is the input's memory, seen otherwise."""
    lowering = equation.primitive.lowering
    return isinstance(lowering, View) or lowering == Special("reshape")


def element_cost(equation: Equation) -> float:
    """Of computing an element again, in additions."""
    lowering = equation.primitive.lowering
    if not isinstance(lowering, Elementwise):
        return 0.0
    return 1.0 if equation.outputs[0].type.dtype == np.bool_ else lowering.cost


def fits(atom: Atom, dtype: DType) -> bool:
    """Whether a Python number can be written into an array: what cannot is an error, the evaluation's to raise."""
    if isinstance(atom, Variable) or dtype.kind == "c":
        return True
    if isinstance(atom, complex):
        return False
    if dtype.kind in "iu":
        return math.isfinite(atom) and np.iinfo(dtype).min <= atom <= np.iinfo(dtype).max
    return True


def is_unit_reshape(equation: Equation) -> bool:
    """Whether a reshape only adds or takes away axes of length one."""
    (x,), shape = equation.inputs, equation.params["shape"]
    return [n for n in shape_of(x) if n != 1] == [n for n in shape if n != 1]


def kind_of(equation: Equation, limit: int) -> str:
    """How an equation is run, where arrays of at most ``limit`` elements live in registers."""
    lowering = equation.primitive.lowering
    types = [a.type for a in (*equation.inputs, *equation.outputs) if isinstance(a, Variable)]
    if lowering == Special("guard") and supported(dtype_of(types[0])):
        return Kind.REGISTER
    if lowering is None or equation.primitive.multiple or not all(supported(dtype_of(t)) for t in types):
        return Kind.STEP
    (out,) = equation.outputs
    small_inputs = all(is_small(shape_of(a), limit) for a in equation.inputs)
    small = is_small(shape_of(out), limit)
    if isinstance(lowering, Elementwise):
        if not lowers(equation.primitive, _operands(equation.inputs), dtype_of(out.type), **equation.params):
            return Kind.STEP
        return Kind.REGISTER if small and small_inputs else Kind.MAP
    if isinstance(lowering, View):
        return Kind.REGISTER if small else Kind.MAP
    if isinstance(lowering, Assembly):
        written = all(fits(a, dtype_of(out.type)) for a in equation.inputs)
        return Kind.REGISTER if small and small_inputs and written else Kind.STEP
    if isinstance(lowering, Reduction):
        (x,) = equation.inputs
        if size_of(x) == 0 and not lowering.of_nothing:
            return Kind.STEP  # an error, which is the evaluation's to raise
        return Kind.REGISTER if small and small_inputs else Kind.REDUCE
    assert isinstance(lowering, Special)
    if lowering.name == "reshape":
        return Kind.REGISTER if small else Kind.MAP if is_unit_reshape(equation) else Kind.STEP
    if lowering.name == "matmul":
        x, y = equation.inputs
        products = size_of(out) * (shape_of(x)[-1] if shape_of(x) else 1)
        plain = len(shape_of(x)) <= 2 and len(shape_of(y)) <= 2
        unrolled = small and small_inputs and plain and products <= INNER_PRODUCTS
        return Kind.REGISTER if unrolled else Kind.STEP
    return Kind.STEP


def _operands(atoms: Sequence[Atom]) -> list[Any]:
    return [dtype_of(a.type) if isinstance(a, Variable) else a for a in atoms]


def register_limit(program: Program) -> int:
    """The size up to which arrays live in registers."""
    shapes = [v.type.shape for equation in program.equations for v in equation.outputs]
    for limit in REGISTERS:
        if sum(prod(shape) for shape in shapes if is_small(shape, limit)) <= UNROLLED:
            return limit
    return REGISTERS[-1]

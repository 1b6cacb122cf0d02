"""Matrix products, by the BLAS that SciPy exports.

BLAS has its matrices in columns. A matrix in rows is its transpose in columns, so that instead of z = x y the product
zᵀ = yᵀ xᵀ is asked for, and all three are as they lie in memory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...core.program import Atom, Equation
from ...core.types import Shape, broadcast_shapes
from ..scalars.ir import DType, register_type
from .function import Function, Place
from .indices import Index
from .scope import in_shape
from .writes import emit_spread, emit_zeros

if TYPE_CHECKING:
    from .region import Region

__all__ = ["LETTERS", "call", "character", "emit_matmul", "integer", "leading", "number", "operand", "usable"]

LETTERS = {"f": "s", "d": "d", "F": "c", "D": "z"}
"""How the names of BLAS's functions begin, by dtype."""


def integer(f: Function, value: int) -> str:
    """An argument: a pointer to a constant."""
    return f"ptr {f.module.constant('i32', str(value))}"


def character(f: Function, value: str) -> str:
    """An argument: a pointer to a constant."""
    return f"ptr {f.module.constant('i8', str(ord(value)))}"


def number(f: Function, value: float, dtype: DType) -> str:
    """An argument: a pointer to a constant."""
    type = register_type(dtype)
    parts = [f"{type} {value!r}", f"{type} 0.0"][: 2 if dtype.kind == "c" else 1]
    text = ", ".join(parts)
    return f"ptr {f.module.constant(f'[{len(parts)} x {type}]', f'[{text}]')}"


def call(f: Function, name: str, *arguments: str) -> None:
    """Call a function of BLAS or LAPACK, like ``blas.dgemm``."""
    f.module.declare(f'void @"{name}"({", ".join(["ptr"] * len(arguments))})')
    f.emit(f'call void @"{name}"({", ".join(arguments)})')


def emit_matmul(region: Region, equation: Equation) -> bool:
    """Write a (stack of) matrix product(s); False where BLAS has none of this kind."""
    (out,) = equation.outputs
    target = region.places.get(out)
    if target is None or target.dtype.char not in LETTERS or not region.unit.options.blas:
        return False
    x, y = (operand(region, a, target.dtype) for a in equation.inputs)
    if target.size == 0:
        return True
    if x.shape[-1] == 0:
        emit_zeros(region, target)
        return True
    rows, columns = len(x.shape) > 1, len(y.shape) > 1
    if not rows:
        x = replace(x, shape=(1, *x.shape), strides=(0, *x.strides))
    if not columns:
        y = replace(y, shape=(*y.shape, 1), strides=(*y.strides, 0))
    stack = broadcast_shapes(x.shape[:-2], y.shape[:-2])
    z = target.reshaped((*stack, x.shape[-2], y.shape[-1]))
    x, y = usable(region, x), usable(region, y)
    _over_stack(region.function, stack, x, y, z)
    return True


def operand(region: Region, atom: Atom, dtype: DType) -> Place:
    """An operand in memory, in the dtype of the product."""
    place = region.memory(atom, dtype)
    if place.dtype == dtype:
        return place
    converted = region.scratch(place.shape, dtype)

    emit_spread(region, place, converted, place.shape, list)
    return converted


def leading(place: Place) -> tuple[str, int] | None:
    """How BLAS is to read the transpose of a matrix, and the step from one of its columns to the next."""
    (m, n), (down, across) = place.shape[-2:], place.strides[-2:]
    if (across == 1 or n == 1) and (down >= max(1, n) or m == 1):
        return "N", max(down, n, 1)
    if (down == 1 or m == 1) and (across >= max(1, m) or n == 1):
        return "T", max(across, m, 1)
    return None


def usable(region: Region, place: Place) -> Place:
    """A matrix that BLAS can read."""
    if leading(place) is not None:
        return place
    copy = region.scratch(place.shape, place.dtype)
    region.copy(place, copy)
    return copy


def _over_stack(f: Function, stack: Shape, x: Place, y: Place, z: Place) -> None:
    def nest(index: list[Index]) -> None:
        if len(index) < len(stack):
            f.loop("0", str(stack[len(index)]), lambda i: nest([*index, Index(0, {i: 1})]), certain=True)
            return
        pointers = []
        for place in (x, y, z):
            lead = in_shape(index, stack, place.shape[:-2])
            pointers.append(f.address(place, [*lead, 0, 0]))
        _product(f, x, y, z, pointers)

    nest([])


def _product(f: Function, x: Place, y: Place, z: Place, pointers: list[str]) -> None:
    letter = LETTERS[z.dtype.char]
    (m, k), n = x.shape[-2:], y.shape[-1]
    px, py, pz = (f"ptr {p}" for p in pointers)
    alpha, beta = number(f, 1.0, z.dtype), number(f, 0.0, z.dtype)
    how_x, how_y = leading(x), leading(y)
    assert how_x is not None
    assert how_y is not None
    (tx, ldx), (ty, ldy) = how_x, how_y
    one, size = integer(f, 1), (integer(f, n), integer(f, m), integer(f, k))
    if n == 1:  # x times a vector: BLAS reads xᵀ
        flipped, (rows, columns) = ("T", (k, m)) if tx == "N" else ("N", (m, k))
        step = integer(f, y.strides[-2] if k > 1 else 1)
        shape = (character(f, flipped), integer(f, rows), integer(f, columns))
        call(f, f"blas.{letter}gemv", *shape, alpha, px, integer(f, ldx), py, step, beta, pz, one)
    elif m == 1:
        rows, columns = (n, k) if ty == "N" else (k, n)
        step = integer(f, x.strides[-1] if k > 1 else 1)
        shape = (character(f, ty), integer(f, rows), integer(f, columns))
        call(f, f"blas.{letter}gemv", *shape, alpha, py, integer(f, ldy), px, step, beta, pz, one)
    else:
        how, ends = (character(f, ty), character(f, tx)), (beta, pz, integer(f, n))
        call(f, f"blas.{letter}gemm", *how, *size, alpha, py, integer(f, ldy), px, integer(f, ldx), *ends)

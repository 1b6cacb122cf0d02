"""Matrix products, by the BLAS that SciPy exports.

BLAS has its matrices in columns. A matrix in rows is its transpose in columns, so that instead of z = x y the product
zᵀ = yᵀ xᵀ is asked for, and all three are as they lie in memory.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.program import Equation, Variable
from ..core.types import Shape, broadcast_shapes
from .function import Function, Place
from .indices import Index
from .ir import DType, register_type
from .scope import in_shape
from .writes import emit_loop, emit_zeros

if TYPE_CHECKING:
    from .kernels import KernelScope
    from .region import Region

__all__ = ["emit_matmul"]

_LETTERS = {"f": "s", "d": "d", "F": "c", "D": "z"}


def emit_matmul(region: Region, equation: Equation) -> bool:
    """Write a (stack of) matrix product(s); False where BLAS has none of this kind."""
    (out,) = equation.outputs
    target = region.places.get(out)
    if target is None or target.dtype.char not in _LETTERS or not region.unit.options.blas:
        return False
    x, y = (_operand(region, a, target.dtype) for a in equation.inputs)
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
    x, y = _usable(region, x), _usable(region, y)
    _over_stack(region.function, stack, x, y, z)
    return True


def _operand(region: Region, atom: object, dtype: DType) -> Place:
    """An operand in memory, in the dtype of the product."""
    assert isinstance(atom, Variable)
    place = region.memory(atom)
    if place.dtype == dtype:
        return place
    converted = region.scratch(place.shape, dtype)

    def convert(scope: KernelScope, index: list[object]) -> None:
        scalar = scope.function.load(scope.local(place), index)  # type: ignore[arg-type]
        scope.function.store(scope.m.cast(scalar, dtype), scope.local(converted), index)  # type: ignore[arg-type]

    emit_loop(region, place.shape, convert)  # type: ignore[arg-type]
    return converted


def _leading(place: Place) -> tuple[str, int] | None:
    """How BLAS is to read the transpose of a matrix, and the step from one of its columns to the next."""
    (m, n), (down, across) = place.shape[-2:], place.strides[-2:]
    if (across == 1 or n == 1) and (down >= max(1, n) or m == 1):
        return "N", max(down, n, 1)
    if (down == 1 or m == 1) and (across >= max(1, m) or n == 1):
        return "T", max(across, m, 1)
    return None


def _usable(region: Region, place: Place) -> Place:
    """A matrix that BLAS can read."""
    if _leading(place) is not None:
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
    letter, type = _LETTERS[z.dtype.char], register_type(z.dtype)
    (m, k), n = x.shape[-2:], y.shape[-1]
    parts = 2 if z.dtype.kind == "c" else 1
    module = f.module
    one, zero = ("1.0", "0.0")
    scalar = f"[{parts} x {type}]"
    unit = module.constant(scalar, f"[{', '.join([f'{type} {one}', f'{type} {zero}'][:parts])}]")
    nothing = module.constant(scalar, f"[{', '.join([f'{type} {zero}'] * parts)}]")

    def integer(value: int) -> str:
        return f"ptr {module.constant('i32', str(value))}"

    def character(value: str) -> str:
        return f"ptr {module.constant('i8', str(ord(value)))}"

    px, py, pz = (f"ptr {p}" for p in pointers)
    alpha, beta = f"ptr {unit}", f"ptr {nothing}"
    how_x, how_y = _leading(x), _leading(y)
    assert how_x is not None and how_y is not None
    (tx, ldx), (ty, ldy) = how_x, how_y
    if n == 1:  # x times a vector: BLAS reads xᵀ
        flipped = "T" if tx == "N" else "N"
        size = (k, m) if tx == "N" else (m, k)
        step = y.strides[-2] if k > 1 else 1
        arguments = [
            character(flipped),
            *map(integer, size),
            alpha,
            px,
            integer(ldx),
            py,
            integer(step),
            beta,
            pz,
            integer(1),
        ]
        name = f"{letter}gemv"
    elif m == 1:
        size = (n, k) if ty == "N" else (k, n)
        step = x.strides[-1] if k > 1 else 1
        arguments = [
            character(ty),
            *map(integer, size),
            alpha,
            py,
            integer(ldy),
            px,
            integer(step),
            beta,
            pz,
            integer(1),
        ]
        name = f"{letter}gemv"
    else:
        arguments = [
            character(ty),
            character(tx),
            integer(n),
            integer(m),
            integer(k),
            alpha,
            py,
            integer(ldy),
            px,
            integer(ldx),
            beta,
            pz,
            integer(n),
        ]
        name = f"{letter}gemm"
    module.declare(f'void @"blas.{name}"({", ".join(["ptr"] * len(arguments))})')
    f.emit(f'call void @"blas.{name}"({", ".join(arguments)})')

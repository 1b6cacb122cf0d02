"""Lowering: from a simplified program to one module of LLVM IR."""

from __future__ import annotations

import platform
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from math import prod

from ...core.program import Program, Variable
from ...core.types import ArrayType, Value, type_of
from ..native import symbols
from ..native.calling import layout_is_known
from ..native.convention import dtype_of
from ..scalars.ir import DType, Module
from .callout import CallOut
from .entry import emit_entry
from .function import Function, Place
from .kinds import element_cost
from .memory import Arena
from .region import Options, Region, Unit
from .schedule import Schedule

__all__ = ["LOWERING_STAGES", "Lowered", "lowered"]

LOWERING_STAGES = ("fuse", "registers", "reuse", "threads", "vector math", "blas")
"""What can be switched off of the lowering, beside the stages of the simplifier."""

_WORTH_RELEASING = 20_000
"""Additions from which on the interpreter lock is released: some five microseconds of work."""
_CUBIC = ("matmul", "cholesky", "solve", "inv", "det", "slogdet")
"""What takes as many additions for each element as its first input has columns."""


@dataclass(frozen=True)
class Lowered:
    """A module, and what its caller must provide."""

    ir: str
    plan: Schedule
    outputs: tuple[ArrayType, ...]
    arena: int
    callouts: tuple[CallOut, ...]
    constants: dict[Variable, Value]


@cache
def _vector_isa() -> str | None:
    """The instruction set in which libmvec is called."""
    if platform.machine() not in ("x86_64", "AMD64") or not symbols.available("vector math"):
        return None
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            flags = next((line.split() for line in file if line.startswith("flags")), [])
    except OSError:
        return None
    return "d" if "avx2" in flags and "fma" in flags else "b"


def lowered(program: Program, off: Collection[str] = ()) -> Lowered:
    """Lower a program whose inputs and outputs have dtypes that are supported."""
    isa = None if "vector math" in off else _vector_isa()
    module = Module(isa, lambda symbol: symbols.address(symbol) is not None)
    threads = symbols.threads() if "threads" not in off and symbols.available("threads") else 1
    options = Options(
        fuse="fuse" not in off,
        registers="registers" not in off,
        threads=threads,
        blas="blas" not in off,
        reuse="reuse" not in off,
    )
    unit, arena = Unit(options), Arena()
    main = Function(module, "main", ["ptr %frame"], "i32")
    types = [*map(_memory_type, (v.type for v in program.inputs))]
    outputs = [out.type if isinstance(out, Variable) else type_of(out) for out in program.outputs]
    constants = captured_arrays(program)
    frame = iter(range(1 << 30))

    def pointer() -> str:
        slot = main.value(f"getelementptr inbounds ptr, ptr %frame, i64 {next(frame)}")
        return main.value(f"load ptr, ptr {slot}")

    places = [Place.contiguous(pointer(), *t) for t in types]
    results = [Place.contiguous(pointer(), t.shape, dtype_of(t)) for t in outputs]
    base = pointer()
    unit.constants = {v: Place.contiguous(pointer(), v.type.shape, dtype_of(v.type)) for v in constants}
    slot = main.value(f"getelementptr inbounds ptr, ptr %frame, i64 {next(frame)}")
    main.emit(f"%callout = load ptr, ptr {slot}")
    region = Region(main, program, unit, arena, base)
    for variable, place in zip(program.inputs, places, strict=True):
        region.bind(variable, place)
    for variable in program.constants:
        region.bind(variable, unit.constants[variable])
    region.run(results)
    main.emit("ret i32 0")
    module.functions.append(main.text() if layout_is_known() else main.text(linkage=""))
    emit_entry(module, places, len(results), len(constants), "main", _is_long(program, unit))
    return Lowered(module.text(), region.plan, tuple(outputs), arena.size, tuple(unit.callouts), constants)


def captured_arrays(program: Program) -> dict[Variable, Value]:
    """The arrays that a program and the bodies of its loops and branches captured."""
    found = dict(program.constants)
    for equation in program.equations:
        for param in equation.params.values():
            if isinstance(param, Program):
                found.update(captured_arrays(param))
    return found


def _memory_type(type: ArrayType) -> tuple[tuple[int, ...], DType]:
    return type.shape, dtype_of(type)


def _is_long(program: Program, unit: Unit) -> bool:
    """Whether the program runs long enough for other threads to be let run meanwhile."""
    if unit.callouts:
        return True
    total = 0.0
    for equation in program.equations:
        size = max((prod(v.type.shape) for v in equation.outputs), default=0)
        size = max(size, *(prod(a.type.shape) for a in equation.inputs if isinstance(a, Variable)), 0)
        name = equation.primitive.name
        inner = equation.inputs[0].type.shape[-1:] if name in _CUBIC else ()
        total += size * prod(inner) * (1.0 + element_cost(equation))
        if equation.primitive.family == "control":
            return True
    return total > _WORTH_RELEASING

"""What a module of LLVM IR is put together from: functions, declarations, attributes; scalars and their types."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ...core.lowering import NotLowered
from .vector_math import variants

__all__ = [
    "DType",
    "Module",
    "Operand",
    "Scalar",
    "literal_text",
    "memory_type",
    "part_dtype",
    "register_type",
    "supported",
]

DType: TypeAlias = np.dtype[Any]

_FLOATS = {4: "float", 8: "double"}
_SUPPORTED = frozenset(map(np.dtype, ("?", *"bhilqBHILQ", *"fdFD")))


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number in a compiled program: a dtype, and LLVM's operands (names like ``%v12``, or literals).

    A complex number has two parts, real and imaginary; any other one. A bool is an ``i1``.
    """

    dtype: DType
    parts: tuple[str, ...]


Operand: TypeAlias = Scalar | bool | int | float | complex
"""A scalar, or a Python number, which promotes weakly."""


def supported(dtype: Any) -> bool:
    """Whether there are scalars of this dtype: bool, integers, float32, float64, complex64, complex128."""
    return isinstance(dtype, np.dtype) and dtype in _SUPPORTED and dtype.isnative


def part_dtype(dtype: DType) -> DType:
    """The dtype of the parts of a complex number; another dtype as it is."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def register_type(dtype: DType) -> str:
    """LLVM's type of a scalar; of a complex one, of each part."""
    if dtype.kind == "b":
        return "i1"
    if dtype.kind in "iu":
        return f"i{8 * dtype.itemsize}"
    return _FLOATS[dtype.itemsize // 2 if dtype.kind == "c" else dtype.itemsize]


def memory_type(dtype: DType) -> str:
    """LLVM's type of an element in memory; of a dtype without scalars just its bytes."""
    if not supported(dtype):
        return f"[{dtype.itemsize} x i8]"
    if dtype.kind == "b":
        return "i8"
    return f"[2 x {register_type(dtype)}]" if dtype.kind == "c" else register_type(dtype)


def literal_text(value: Any, dtype: DType) -> str:
    """A number as LLVM writes it; NotLowered where the dtype does not hold it."""
    if dtype.kind == "b":
        return "true" if value else "false"
    if dtype.kind in "iu":
        number, bits = int(value), 8 * dtype.itemsize
        if not -(1 << bits) // 2 * (dtype.kind == "i") <= number < 1 << bits - (dtype.kind == "i"):
            raise NotLowered(f"{number} is no {dtype}")
        return str(number - (1 << bits) if number >> bits - 1 == 1 else number)
    with np.errstate(over="ignore"):
        rounded = float(dtype.type(value))
    return f"0x{struct.unpack('<Q', struct.pack('<d', rounded))[0]:016X}"


class Module:
    """One module of LLVM IR.

    Parameters
    ----------
    vector_isa
        The instruction set for which loops may call libmvec: ``"b"`` (SSE), ``"d"`` (AVX2 and FMA), ``"e"`` (AVX-512);
        None to leave math functions scalar in loops.
    has
        Whether libmvec has a symbol.
    """

    def __init__(self, vector_isa: str | None = None, has: Callable[[str], bool] = lambda symbol: True) -> None:
        self.vector_isa = vector_isa
        self.fused = vector_isa is not None and vector_isa >= "d"
        """Whether the machine has fused multiplications, which make some functions faster inline than called."""
        self.functions: list[str] = []
        self._has = has
        self._declarations: dict[str, None] = {}
        self._globals: dict[str, None] = {}
        self._loops = 0
        self._attributes: dict[str, int] = {}
        self._constants: dict[str, str] = {}
        self._vector_functions: dict[str, None] = {}
        self._math: dict[tuple[str, int, int], tuple[str, str]] = {}
        self._names = 0

    def fresh(self) -> str:
        """A name for a value that no other value of the module has."""
        self._names += 1
        return f"%v{self._names}"

    def number(self) -> int:
        """A number that nothing else of the module has."""
        self._names += 1
        return self._names

    def declare(self, signature: str) -> None:
        """Declare a function, like ``double @cbrt(double)``; once, however often it is said."""
        self._declarations[signature] = None

    def globals(self, definition: str) -> None:
        """Define or declare a variable; once, however often it is said."""
        self._globals[definition] = None

    def as_it_stands(self) -> str:
        """What is appended to the branch back of a loop that is not to be unrolled."""
        self._loops += 1
        return f", !llvm.loop !{self._loops}"

    def attributes(self, text: str) -> str:
        """The group of these function attributes, like ``#0``."""
        return f"#{self._attributes.setdefault(text, len(self._attributes))}"

    def constant(self, type: str, text: str) -> str:
        """The name of a constant in memory, made once however often it is asked for."""
        key = f"{type} {text}"
        found = self._constants.get(key)
        if found is None:
            found = self._constants[key] = f"@constant{len(self._constants)}"
        return found

    def math_function(self, name: str, itemsize: int, arity: int) -> tuple[str, str]:
        """Name and attribute group with which to call a math function of the C library, declared."""
        key = (name, itemsize, arity)
        found = self._math.get(key)
        if found is None:
            found = self._math[key] = self._declare_math(name, itemsize, arity)
        return found

    def _declare_math(self, name: str, itemsize: int, arity: int) -> tuple[str, str]:
        scalar, symbol = _FLOATS[itemsize], name if itemsize == 8 else f"{name}f"
        self.declare(f"{scalar} @{symbol}({', '.join([scalar] * arity)})")
        attributes = "nounwind willreturn memory(none)"
        mappings = []
        for vector_symbol, lanes in variants(name, itemsize, self.vector_isa, self._has):
            vector = f"<{lanes} x {scalar}>"
            self.declare(f"{vector} @{vector_symbol}({', '.join([vector] * arity)})")
            self._vector_functions[vector_symbol] = None
            mappings.append(f"_ZGV_LLVM_N{lanes}{'v' * arity}_{symbol}({vector_symbol})")
        if mappings:
            attributes += f' "vector-function-abi-variant"="{",".join(mappings)}"'
        return symbol, self.attributes(attributes)

    def text(self) -> str:
        """The module."""
        constants = (f"{name} = private unnamed_addr constant {text}" for text, name in self._constants.items())
        lines = [
            *constants,
            *self._globals,
            *self.functions,
            *(f"declare {signature}" for signature in self._declarations),
        ]
        if self._vector_functions:  # which nothing calls before loops are vectorised
            used = ", ".join(f"ptr @{symbol}" for symbol in self._vector_functions)
            lines.append(
                f"@llvm.compiler.used = appending global [{len(self._vector_functions)} x ptr] [{used}], "
                'section "llvm.metadata"'
            )
        lines += [f"attributes #{number} = {{ {text} }}" for text, number in self._attributes.items()]
        if self._loops:
            lines.append('!0 = !{!"llvm.loop.unroll.disable"}')
            lines += [f"!{number} = distinct !{{!{number}, !0}}" for number in range(1, self._loops + 1)]
        return "\n".join(lines) + "\n"


class Block:
    """Writes instructions to ``lines``, the current basic block.

    Parameters
    ----------
    module
        Where functions are declared.
    lines
        The basic block.
    """

    def __init__(self, module: Module, lines: list[str] | None = None) -> None:
        self.module = module
        self.lines: list[str] = [] if lines is None else lines

    def fresh(self) -> str:
        """A name for a value."""
        return self.module.fresh()

    def emit(self, instruction: str) -> str:
        """Write an instruction; gives the name of its value."""
        name = self.module.fresh()
        self.lines.append(f"  {name} = {instruction}")
        return name

    def intrinsic(self, name: str, x: Scalar, *rest: str) -> Scalar:
        """Call an intrinsic of LLVM on scalars of one dtype; ``rest`` are operands with their types."""
        kind = register_type(x.dtype)
        suffix = {"float": "f32", "double": "f64"}.get(kind, kind)
        operands = ", ".join([f"{kind} {part}" for part in x.parts] + list(rest))
        types = ", ".join([kind] * len(x.parts) + [text.split()[0] for text in rest])
        self.module.declare(f"{kind} @llvm.{name}.{suffix}({types})")
        return Scalar(x.dtype, (self.emit(f"call {kind} @llvm.{name}.{suffix}({operands})"),))

    def element(self, pointer: str, index: str, dtype: DType) -> str:
        """The address of an element: of the one at ``index`` (an i64), counted in elements of this dtype."""
        return self.emit(f"getelementptr inbounds {memory_type(dtype)}, ptr {pointer}, i64 {index}")

    def load(self, pointer: str, dtype: DType, metadata: str = "") -> Scalar:
        """The element at an address; ``metadata`` is appended to the instructions."""
        kind = "i8" if dtype.kind == "b" else register_type(dtype)
        align = dtype.itemsize // 2 if dtype.kind == "c" else dtype.itemsize
        places = (pointer, self._imaginary(pointer, kind)) if dtype.kind == "c" else (pointer,)
        parts = [self.emit(f"load {kind}, ptr {place}, align {align}{metadata}") for place in places]
        if dtype.kind == "b":
            parts = [self.emit(f"icmp ne i8 {parts[0]}, 0")]
        return Scalar(dtype, tuple(parts))

    def store(self, x: Scalar, pointer: str, metadata: str = "") -> None:
        """Write an element at an address."""
        kind, parts = register_type(x.dtype), x.parts
        if x.dtype.kind == "b":
            kind, parts = "i8", (self.emit(f"zext i1 {parts[0]} to i8"),)
        align = x.dtype.itemsize // len(parts)
        places = (pointer, self._imaginary(pointer, kind)) if x.dtype.kind == "c" else (pointer,)
        for part, place in zip(parts, places, strict=True):
            self.lines.append(f"  store {kind} {part}, ptr {place}, align {align}{metadata}")

    def _imaginary(self, pointer: str, kind: str) -> str:
        return self.emit(f"getelementptr inbounds {kind}, ptr {pointer}, i64 1")

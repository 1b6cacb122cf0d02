"""Arithmetic on scalars: what lowering rules are given as ``m``, writing LLVM IR.

The meaning of every operation is NumPy's. Arithmetic, comparisons, square roots, rounding and integers give NumPy's
results bit for bit, apart from what a NaN carries. Math functions, scalar or vectorised, are within 4 ulp of NumPy's in
float64, and within 4 ulp of the exact result in float32, where NumPy's own are off by up to 4; zeros with their signs,
infinities and NaN are where NumPy has them. Complex products and quotients are within 4 ulp of the modulus.

No rule opens a basic block: a choice is a ``select``, so that loops of any rules become vector code.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ...core.lowering import NotLowered
from . import complex_scalars
from .inline_math import FUNCTIONS
from .ir import Block, DType, Module, Operand, Scalar, literal_text, part_dtype, register_type, supported

__all__ = ["Arithmetic", "Module", "Operand", "Scalar", "supported"]

_BOOL = np.dtype(bool)
_SIGNED = {"<": "slt", "<=": "sle", ">": "sgt", ">=": "sge", "==": "eq", "!=": "ne"}
_UNSIGNED = {"<": "ult", "<=": "ule", ">": "ugt", ">=": "uge", "==": "eq", "!=": "ne"}
_FLOATING = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


class Arithmetic(Block):
    """Operations on scalars; Python numbers among the operands promote weakly, operands of several dtypes promote."""

    # Dtypes ----------------------------------------------------------------------------------------------------------

    def constant(self, value: Any, dtype: DType) -> Scalar:
        """A number."""
        if dtype.kind == "c":
            number = complex(value)
            part = part_dtype(dtype)
            return Scalar(dtype, (literal_text(number.real, part), literal_text(number.imag, part)))
        if isinstance(value, complex) or (dtype.kind in "iu" and isinstance(value, float)):
            raise NotLowered(f"{value!r} is no {dtype}")
        return Scalar(dtype, (literal_text(value, dtype),))

    def literal(self, x: Operand) -> int | None:
        """The value of an integer that is known when the program is compiled."""
        if not isinstance(x, Scalar):
            return x if isinstance(x, int) else None
        return None if x.dtype.kind not in "iu" or x.parts[0].startswith("%") else int(x.parts[0])

    def literal_complex(self, x: Scalar) -> complex | None:
        """The value of a complex number that is known when the program is compiled."""
        if any(part.startswith("%") for part in x.parts):
            return None
        return complex(*(struct.unpack("<d", struct.pack("<Q", int(part, 16)))[0] for part in x.parts))

    def promote(self, *operands: Operand) -> tuple[Scalar, ...]:
        """The operands in the dtype to which they promote."""
        return self.cast_all(operands, common_dtype(*operands))

    def cast_all(self, operands: tuple[Operand, ...], dtype: DType) -> tuple[Scalar, ...]:
        """The operands in a dtype."""
        if not supported(dtype):
            raise NotLowered(f"there is no arithmetic of {dtype}")
        return tuple(self.cast(x, dtype) for x in operands)

    def cast(self, x: Operand, dtype: DType) -> Scalar:
        """NumPy's ``astype``; what an integer dtype does not hold becomes some number."""
        if not isinstance(x, Scalar):
            return self.constant(x, dtype)
        if x.dtype == dtype:
            return x
        if dtype.kind == "b":
            return self.truth(x)
        if x.dtype.kind == "c":
            part = part_dtype(dtype)
            return (
                self.complex(self.cast(self.real(x), part), self.cast(self.imag(x), part))
                if dtype.kind == "c"
                else self.cast(self.real(x), dtype)
            )
        if dtype.kind == "c":
            part = part_dtype(dtype)
            return self.complex(self.cast(x, part), self.constant(0.0, part))
        source, target = register_type(x.dtype), register_type(dtype)
        if source == target:
            return Scalar(dtype, x.parts)
        unsigned = x.dtype.kind in "bu"
        if dtype.kind == "f":
            operation = (
                ("fpext" if dtype.itemsize == 8 else "fptrunc")
                if x.dtype.kind == "f"
                else "uitofp"
                if unsigned
                else "sitofp"
            )
        elif x.dtype.kind == "f":
            return self._to_integer(x, dtype)
        else:
            wider = x.dtype.kind == "b" or dtype.itemsize > x.dtype.itemsize
            operation = ("zext" if unsigned else "sext") if wider else "trunc"
        return Scalar(dtype, (self.emit(f"{operation} {source} {x.parts[0]} to {target}"),))

    def _to_integer(self, x: Scalar, dtype: DType) -> Scalar:
        """As C compilers convert on x86-64, and NumPy with them; frozen, since LLVM gives no value out of range."""
        if dtype == np.uint64:
            high = self.compare(">=", x, 2.0**63)
            low = self._to_integer(self.subtract(x, self.select(high, 2.0**63, 0.0)), np.dtype(np.int64))
            return self.cast(self.bitwise("xor", low, self.select(high, -(2**63), 0)), dtype)
        bits = 64 if dtype.itemsize * 8 + (dtype.kind == "u") > 32 else 32
        wide = self.emit(f"fptosi {register_type(x.dtype)} {x.parts[0]} to i{bits}")
        wide = self.emit(f"freeze i{bits} {wide}")
        return self.cast(Scalar(np.dtype(f"i{bits // 8}"), (wide,)), dtype)

    def inexact(self, x: Operand) -> Scalar:
        """The number in the floating-point dtype that NumPy's math functions take it in."""
        x = self.scalar(x)
        if x.dtype.kind in "biu":
            return self.cast_all((x,), np.dtype({1: "f2", 2: "f4"}.get(x.dtype.itemsize, "f8")))[0]
        return x

    def truth(self, x: Operand) -> Scalar:
        """Whether the number is not 0; NaN is not."""
        x = self.scalar(x)
        return x if x.dtype.kind == "b" else self.compare("!=", x, self.constant(0, x.dtype))

    def scalar(self, x: Operand) -> Scalar:
        """The operand; a Python number in the dtype that NumPy gives it alone."""
        return x if isinstance(x, Scalar) else self.constant(x, common_dtype(x))

    # Arithmetic ------------------------------------------------------------------------------------------------------

    def _binary(self, operation: str, x: Scalar, y: Scalar) -> Scalar:
        return Scalar(x.dtype, (self.emit(f"{operation} {register_type(x.dtype)} {x.parts[0]}, {y.parts[0]}"),))

    def add(self, x: Operand, y: Operand, reassociate: bool = False) -> Scalar:
        """x + y; of bools or. With ``reassociate`` sums may be made in any order, and with fused products."""
        x, y = self.promote(x, y)
        flags = " reassoc contract" if reassociate else ""
        match x.dtype.kind:
            case "b":
                return self._binary("or", x, y)
            case "c":
                return complex_scalars.by_parts(self, lambda a, b: self.add(a, b, reassociate), x, y)
            case "f":
                return self._binary(f"fadd{flags}", x, y)
        return self._binary("add", x, y)

    def subtract(self, x: Operand, y: Operand) -> Scalar:
        """x - y."""
        x, y = self.promote(x, y)
        if x.dtype.kind == "b":
            raise NotLowered("NumPy subtracts no bools")
        if x.dtype.kind == "c":
            return complex_scalars.by_parts(self, self.subtract, x, y)
        return self._binary("fsub" if x.dtype.kind == "f" else "sub", x, y)

    def multiply(self, x: Operand, y: Operand, reassociate: bool = False) -> Scalar:
        """x y; of bools and."""
        x, y = self.promote(x, y)
        flags = " reassoc contract" if reassociate else ""
        match x.dtype.kind:
            case "b":
                return self._binary("and", x, y)
            case "c":
                return complex_scalars.multiply(self, x, y)
            case "f":
                return self._binary(f"fmul{flags}", x, y)
        return self._binary("mul", x, y)

    def divide(self, x: Operand, y: Operand) -> Scalar:
        """x / y, of floating-point or complex numbers."""
        x, y = self.promote(x, y)
        if x.dtype.kind == "c":
            return complex_scalars.divide(self, x, y)
        return self._binary("fdiv", *self._floating(x, y))

    def reciprocal(self, x: Operand) -> Scalar:
        """1 / x, of a floating-point or complex number."""
        x = self.scalar(x)
        return complex_scalars.reciprocal(self, x) if x.dtype.kind == "c" else self.divide(1.0, x)

    def negative(self, x: Operand) -> Scalar:
        """-x."""
        x = self.scalar(x)
        match x.dtype.kind:
            case "b":
                raise NotLowered("NumPy negates no bools")
            case "c":
                return complex_scalars.by_parts(self, self.negative, x)
            case "f":
                return Scalar(x.dtype, (self.emit(f"fneg {register_type(x.dtype)} {x.parts[0]}"),))
        return self.subtract(0, x)

    def fused(self, x: Scalar, y: Scalar, z: Scalar) -> Scalar:
        """x y + z with one rounding, for the insides of a function; its machine must have the instruction."""
        parts = (*x.parts, *y.parts, *z.parts)
        return self.intrinsic("fma", Scalar(self._floating(x)[0].dtype, parts))

    def _floating(self, *xs: Scalar) -> tuple[Scalar, ...]:
        for x in xs:
            if x.dtype.kind != "f":
                raise NotLowered(f"not of {x.dtype}")
        return xs

    def floor_quotient(self, x: Scalar, y: Scalar) -> tuple[Scalar, Scalar]:
        """Quotient rounded down and remainder of integers; both 0 where the divisor is."""
        x, y = self.promote(x, y)
        zero = self.compare("==", y, self.constant(0, y.dtype))
        if x.dtype.kind == "u":
            divisor = self.select(zero, 1, y)
            quotient, rest = self._binary("udiv", x, divisor), self._binary("urem", x, divisor)
        elif x.dtype.kind == "i":
            minus = self.compare("==", y, -1)  # of which the smallest integer has no quotient: hardware traps
            divisor = self.select(self.logical("or", zero, minus), 1, y)
            quotient, rest = self._binary("sdiv", x, divisor), self._binary("srem", x, divisor)
            signs = self.compare("<", self.bitwise("xor", rest, y), 0)
            down = self.logical("and", signs, self.compare("!=", rest, 0))
            quotient = self.select(down, self.subtract(quotient, 1), quotient)
            quotient = self.select(minus, self.negative(x), quotient)
            rest = self.select(down, self.add(rest, y), rest)
        else:
            raise NotLowered(f"not of {x.dtype}")
        return self.select(zero, 0, quotient), self.select(zero, 0, rest)

    # Comparison, selection, logic ------------------------------------------------------------------------------------

    def compare(self, operation: str, x: Operand, y: Operand) -> Scalar:
        """``<``, ``<=``, ``>``, ``>=``, ``==`` or ``!=``; of an unsigned and a signed integer too exact."""
        if isinstance(x, Scalar) and isinstance(y, Scalar) and {x.dtype.kind, y.dtype.kind} == {"i", "u"}:
            return self._compare_signs(operation, x, y)
        x, y = self.promote(x, y)
        match x.dtype.kind:
            case "c":
                return complex_scalars.compare(self, operation, x, y)
            case "f":
                text = f"fcmp {_FLOATING[operation]}"
            case "i":
                text = f"icmp {_SIGNED[operation]}"
            case _:
                text = f"icmp {_UNSIGNED[operation]}"
        return Scalar(_BOOL, (self.emit(f"{text} {register_type(x.dtype)} {x.parts[0]}, {y.parts[0]}"),))

    def _compare_signs(self, operation: str, x: Scalar, y: Scalar) -> Scalar:
        wide = np.dtype(np.uint64)
        unsigned = self.compare(operation, self.cast(x, wide), self.cast(y, wide))
        signed = x if x.dtype.kind == "i" else y
        below = operation in ("<", "<=", "!=") if signed is x else operation in (">", ">=", "!=")
        return self.select(self.compare("<", signed, 0), below, unsigned)

    def select(self, condition: Scalar, x: Operand, y: Operand) -> Scalar:
        """X where the condition (a bool) holds, else y."""
        x, y = self.promote(x, y)
        kind, test = register_type(x.dtype), condition.parts[0]
        return Scalar(
            x.dtype,
            tuple(
                self.emit(f"select i1 {test}, {kind} {a}, {kind} {b}") for a, b in zip(x.parts, y.parts, strict=True)
            ),
        )

    def logical(self, operation: str, x: Operand, y: Operand) -> Scalar:
        """``and``, ``or`` or ``xor`` of truths."""
        return self._binary(operation, self.truth(x), self.truth(y))

    def logical_not(self, x: Operand) -> Scalar:
        """Whether the number is 0."""
        return self._binary("xor", self.truth(x), self.constant(True, _BOOL))

    def bitwise(self, operation: str, x: Operand, y: Operand) -> Scalar:
        """``and``, ``or`` or ``xor`` of bits."""
        return self._binary(operation, *self._bits(*self.promote(x, y)))

    def invert(self, x: Operand) -> Scalar:
        """All bits the other way; of a bool its opposite."""
        (x,) = self._bits(self.scalar(x))
        return self._binary("xor", x, Scalar(x.dtype, ("true" if x.dtype.kind == "b" else "-1",)))

    def shift(self, direction: str, x: Operand, y: Operand) -> Scalar:
        """``left`` or ``right``; by a negative number or more than all bits, all are shifted out."""
        x, y = self._bits(*self.promote(x, y))
        if x.dtype.kind == "b":
            raise NotLowered("NumPy shifts no bools")
        unsigned = np.dtype(f"u{x.dtype.itemsize}")
        within = self.compare("<", self.cast(y, unsigned), self.constant(8 * x.dtype.itemsize, unsigned))
        if direction == "left":
            return self.select(within, self._binary("shl", x, y), 0)
        if x.dtype.kind == "u":
            return self.select(within, self._binary("lshr", x, y), 0)
        return self._binary("ashr", x, self.select(within, y, 8 * x.dtype.itemsize - 1))

    def _bits(self, *xs: Scalar) -> tuple[Scalar, ...]:
        for x in xs:
            if x.dtype.kind not in "biu":
                raise NotLowered(f"{x.dtype} has no bits")
        return xs

    def maximum(self, x: Operand, y: Operand) -> Scalar:
        """The larger one, the second of equal ones (+0 and -0); NaN where one is."""
        return self._extremum(">", x, y)

    def minimum(self, x: Operand, y: Operand) -> Scalar:
        """The smaller one, the second of equal ones (+0 and -0); NaN where one is."""
        return self._extremum("<", x, y)

    def largest(self, x: Operand, y: Operand) -> Scalar:
        """The larger one of many, in any order: +0 rather than -0; NaN where one is."""
        return self._of_many("maximum", self.maximum, x, y)

    def smallest(self, x: Operand, y: Operand) -> Scalar:
        """The smaller one of many, in any order: -0 rather than +0; NaN where one is."""
        return self._of_many("minimum", self.minimum, x, y)

    def _of_many(self, name: str, plain: Callable[[Operand, Operand], Scalar], x: Operand, y: Operand) -> Scalar:
        """LLVM makes vector code of a loop over its own intrinsic, and not of comparisons that look out for NaN."""
        x, y = self.promote(x, y)
        if x.dtype.kind != "f":
            return plain(x, y)
        return self.intrinsic(name, Scalar(self._floating(x)[0].dtype, (*x.parts, *y.parts)))

    def _extremum(self, operation: str, x: Operand, y: Operand) -> Scalar:
        x, y = self.promote(x, y)
        if x.dtype.kind == "c":
            found = self.select(self.compare(f"{operation}=", x, y), x, y)
        else:
            found = self.select(self.compare(operation, x, y), x, y)
        return self.select(self.isnan(x), x, found) if x.dtype.kind in "fc" else found

    # Complex numbers -------------------------------------------------------------------------------------------------

    def complex(self, real: Scalar, imag: Scalar) -> Scalar:
        """The complex number of two parts of one floating-point dtype."""
        return Scalar(np.dtype(f"c{2 * real.dtype.itemsize}"), (*real.parts, *imag.parts))

    def real(self, x: Operand) -> Scalar:
        """The real part."""
        x = self.scalar(x)
        return Scalar(part_dtype(x.dtype), x.parts[:1])

    def imag(self, x: Operand) -> Scalar:
        """The imaginary part; of a real number 0."""
        x = self.scalar(x)
        return Scalar(part_dtype(x.dtype), x.parts[1:]) if x.dtype.kind == "c" else self.constant(0, x.dtype)

    def conj(self, x: Operand) -> Scalar:
        """The complex conjugate; a real number as it is."""
        x = self.scalar(x)
        return self.complex(self.real(x), self.negative(self.imag(x))) if x.dtype.kind == "c" else x

    def complex_sign(self, x: Scalar) -> Scalar:
        """x / |x|, and 0 at 0."""
        return complex_scalars.sign(self, x)

    def complex_power(self, x: Scalar, y: Scalar) -> Scalar:
        """x**y, where y is known to be a small whole number."""
        exponent = self.literal_complex(y)
        if exponent is None or exponent.imag != 0 or not exponent.real.is_integer():
            raise NotLowered("a complex power")
        return complex_scalars.power(self, x, int(exponent.real))

    # Floating point --------------------------------------------------------------------------------------------------

    def isnan(self, x: Operand) -> Scalar:
        """Whether it is NaN."""
        x = self.scalar(x)
        if x.dtype.kind == "c":
            return self.logical("or", self.isnan(self.real(x)), self.isnan(self.imag(x)))
        if x.dtype.kind != "f":
            return self.constant(False, _BOOL)
        return Scalar(_BOOL, (self.emit(f"fcmp uno {register_type(x.dtype)} {x.parts[0]}, {x.parts[0]}"),))

    def isinf(self, x: Operand) -> Scalar:
        """Whether it is infinite."""
        x = self.scalar(x)
        if x.dtype.kind == "c":
            return self.logical("or", self.isinf(self.real(x)), self.isinf(self.imag(x)))
        return (
            self.compare("==", self.absolute(x), float("inf")) if x.dtype.kind == "f" else self.constant(False, _BOOL)
        )

    def isfinite(self, x: Operand) -> Scalar:
        """Whether it is neither infinite nor NaN."""
        x = self.scalar(x)
        if x.dtype.kind == "c":
            return self.logical("and", self.isfinite(self.real(x)), self.isfinite(self.imag(x)))
        return self.compare("<", self.absolute(x), float("inf")) if x.dtype.kind == "f" else self.constant(True, _BOOL)

    def signbit(self, x: Operand) -> Scalar:
        """Whether the sign is negative, of zeros and NaN too."""
        x = self.scalar(x)
        match x.dtype.kind:
            case "f":
                bits = self.emit(f"bitcast {register_type(x.dtype)} {x.parts[0]} to i{8 * x.dtype.itemsize}")
                return self.compare("<", Scalar(np.dtype(f"i{x.dtype.itemsize}"), (bits,)), 0)
            case "c":
                raise NotLowered("a complex number has no sign")
        return self.compare("<", x, 0) if x.dtype.kind == "i" else self.constant(False, _BOOL)

    def absolute(self, x: Operand) -> Scalar:
        """The absolute value."""
        x = self.scalar(x)
        match x.dtype.kind:
            case "c":
                return self.math("hypot", self.real(x), self.imag(x))
            case "f":
                return self.intrinsic("fabs", x)
            case "i":
                return self.intrinsic("abs", x, "i1 false")
        return x

    def copysign(self, x: Operand, y: Operand) -> Scalar:
        """X with the sign of y."""
        x, y = self._floating(*self.promote(x, y))
        return self.intrinsic("copysign", Scalar(x.dtype, (*x.parts, *y.parts)))

    def rounded(self, direction: str, x: Operand) -> Scalar:
        """``floor``, ``ceil``, ``trunc`` or ``roundeven`` (NumPy's rint); an integer as it is."""
        x = self.scalar(x)
        return x if x.dtype.kind in "biu" else self.intrinsic(direction, self._floating(x)[0])

    def sqrt(self, x: Operand) -> Scalar:
        """The square root."""
        x = self.scalar(x)
        return (
            complex_scalars.math(self, "sqrt", x)
            if x.dtype.kind == "c"
            else self.intrinsic("sqrt", self._floating(x)[0])
        )

    def math(self, name: str, *operands: Operand) -> Scalar:
        """A function of C's math library, by its name for float64."""
        xs = self.promote(*operands)
        if xs[0].dtype.kind == "c":
            return complex_scalars.math(self, name, *xs)
        kind = register_type(self._floating(*xs)[0].dtype)
        inline = FUNCTIONS.get(name)
        if inline is not None and self.module.fused and xs[0].dtype.itemsize == 8:
            return inline(self, *xs)
        symbol, group = self.module.math_function(name, xs[0].dtype.itemsize, len(xs))
        arguments = ", ".join(f"{kind} {x.parts[0]}" for x in xs)
        return Scalar(xs[0].dtype, (self.emit(f"call {kind} @{symbol}({arguments}) {group}"),))


def common_dtype(*operands: Any) -> DType:
    """The dtype to which scalars, dtypes and Python numbers (by their type, weakly) promote."""
    return _common_dtype(*[_weak(x) for x in operands])


def _weak(x: Any) -> Any:
    return x.dtype if isinstance(x, Scalar) else x if isinstance(x, (np.dtype, type)) else type(x)


@cache
def _common_dtype(*kinds: Any) -> DType:
    if len(kinds) == 1 and isinstance(kinds[0], np.dtype):
        return kinds[0]
    return np.result_type(*[k if isinstance(k, np.dtype) else k(1) for k in kinds])

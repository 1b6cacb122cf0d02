"""Arithmetic on complex scalars: pairs of real ones, by NumPy's algorithms."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core.lowering import NotLowered
from .ir import Scalar, register_type

if TYPE_CHECKING:
    from .arithmetic import Arithmetic

__all__ = ["by_parts", "compare", "divide", "math", "multiply", "power", "sign"]

_MATH = frozenset(
    ("exp", "log", "sqrt", *(a + f + h for a in ("", "a") for f in ("sin", "cos", "tan") for h in ("", "h")))
)
"""Functions that NumPy takes from C's complex math library, and so do we."""
_CALLABLE = platform.machine() in ("x86_64", "AMD64") and platform.system() in ("Linux", "Darwin")
"""Whether complex numbers are passed as the System V ABI says: of float32 in one register, of float64 in two."""


def by_parts(m: Arithmetic, operation: Callable[..., Scalar], *xs: Scalar) -> Scalar:
    """The operation on the real parts, and on the imaginary parts."""
    return m.complex(operation(*map(m.real, xs)), operation(*map(m.imag, xs)))


def multiply(m: Arithmetic, x: Scalar, y: Scalar) -> Scalar:
    """(a + bi)(c + di) = ac - bd + (ad + bc)i."""
    a, b, c, d = m.real(x), m.imag(x), m.real(y), m.imag(y)
    return m.complex(
        m.subtract(m.multiply(a, c), m.multiply(b, d)),
        m.add(m.multiply(a, d), m.multiply(b, c)),
    )


def divide(m: Arithmetic, x: Scalar, y: Scalar) -> Scalar:
    """Smith's algorithm: by the larger part of the divisor first, so that nothing overflows."""
    a, b, c, d = m.real(x), m.imag(x), m.real(y), m.imag(y)
    real_larger = m.compare(">=", m.absolute(c), m.absolute(d))
    large, small = m.select(real_larger, c, d), m.select(real_larger, d, c)
    zero = m.logical("and", m.compare("==", c, 0.0), m.compare("==", d, 0.0))
    ratio = m.divide(small, large)
    scale = m.divide(1.0, m.add(large, m.multiply(small, ratio)))
    first, second = m.select(real_larger, a, b), m.select(real_larger, b, a)
    real = m.add(first, m.multiply(second, ratio))
    cross = m.multiply(first, ratio)  # of the imaginary part b - a ratio, or b ratio - a
    imag = m.subtract(m.select(real_larger, b, cross), m.select(real_larger, cross, a))
    modulus = m.absolute(c)
    return m.complex(
        m.select(zero, m.divide(a, modulus), m.multiply(real, scale)),
        m.select(zero, m.divide(b, modulus), m.multiply(imag, scale)),
    )


def reciprocal(m: Arithmetic, x: Scalar) -> Scalar:
    """1 / x, as NumPy divides there."""
    a, b = m.real(x), m.imag(x)
    real_larger = m.compare("<=", m.absolute(b), m.absolute(a))
    large, small = m.select(real_larger, a, b), m.select(real_larger, b, a)
    ratio = m.divide(small, large)
    divisor = m.add(large, m.multiply(small, ratio))
    return m.complex(
        m.divide(m.select(real_larger, 1.0, ratio), divisor),
        m.divide(m.negative(m.select(real_larger, ratio, 1.0)), divisor),
    )


def compare(m: Arithmetic, operation: str, x: Scalar, y: Scalar) -> Scalar:
    """By the real parts, then by the imaginary parts."""
    a, b, c, d = m.real(x), m.imag(x), m.real(y), m.imag(y)
    if operation == "==":
        return m.logical("and", m.compare("==", a, c), m.compare("==", b, d))
    if operation == "!=":
        return m.logical("or", m.compare("!=", a, c), m.compare("!=", b, d))
    unordered = m.logical("or", m.isnan(b), m.isnan(d))
    ordered = m.logical("and", m.compare(operation[0], a, c), m.logical_not(unordered))
    return m.logical("or", ordered, m.logical("and", m.compare("==", a, c), m.compare(operation, b, d)))


def sign(m: Arithmetic, x: Scalar) -> Scalar:
    """x / |x|; 0 of 0, and the direction where one part alone is infinite."""
    a, b = m.real(x), m.imag(x)
    modulus = m.absolute(x)
    zero = m.compare("==", modulus, 0.0)
    divisor = m.select(zero, 1.0, modulus)
    infinite = m.isinf(modulus)

    def part(mine: Scalar, other: Scalar) -> Scalar:
        unit = m.select(
            m.isinf(mine),
            m.select(m.isinf(other), float("nan"), m.copysign(m.constant(1.0, mine.dtype), mine)),
            m.select(m.isinf(other), 0.0, float("nan")),
        )
        return m.select(infinite, unit, m.divide(m.select(zero, 0.0, mine), divisor))

    real, imag = part(a, b), part(b, a)
    lost = m.isnan(modulus)
    return m.complex(m.select(lost, float("nan"), real), m.select(lost, float("nan"), imag))


def power(m: Arithmetic, x: Scalar, exponent: int) -> Scalar:
    """x**n for a small n >= 0, by NumPy's order of products."""
    if not 0 <= exponent < 100:
        raise NotLowered("NumPy raises complex numbers to other powers by logarithms")
    if exponent == 0:
        return m.constant(1.0, x.dtype)
    if exponent == 3:
        return m.multiply(x, m.multiply(x, x))
    result: Scalar | None = None
    square = x
    while True:
        if exponent & 1:
            result = square if result is None else m.multiply(result, square)
        exponent >>= 1
        if not exponent:
            assert result is not None
            return result
        square = m.multiply(square, square)


def math(m: Arithmetic, name: str, *xs: Scalar) -> Scalar:
    """A function of C's complex math library."""
    if name not in _MATH or len(xs) != 1 or not _CALLABLE:
        raise NotLowered(f"{name} of complex numbers")
    (x,) = xs
    real, imag = x.parts
    group = m.module.attributes("nounwind willreturn memory(none)")
    if x.dtype.itemsize == 16:
        m.module.declare(f"{{double, double}} @c{name}(double, double)")
        pair = m.emit(f"call {{double, double}} @c{name}(double {real}, double {imag}) {group}")
        parts = tuple(m.emit(f"extractvalue {{double, double}} {pair}, {i}") for i in (0, 1))
    else:
        m.module.declare(f"<2 x float> @c{name}f(<2 x float>)")
        half = m.emit(f"insertelement <2 x float> poison, {register_type(x.dtype)} {real}, i32 0")
        full = m.emit(f"insertelement <2 x float> {half}, {register_type(x.dtype)} {imag}, i32 1")
        pair = m.emit(f"call <2 x float> @c{name}f(<2 x float> {full}) {group}")
        parts = tuple(m.emit(f"extractelement <2 x float> {pair}, i32 {i}") for i in (0, 1))
    return Scalar(x.dtype, parts)

"""Lowerings of elementwise operations that take more than a line: NumPy's algorithms, in machine arithmetic ``m``.

A choice is a ``select`` of two results, never a branch, so that loops become vector code.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, log, pi
from typing import Any

from ..core.lowering import Elementwise, NotLowered

__all__ = [
    "absorbing_multiply",
    "angle",
    "compared",
    "floor_divide",
    "logaddexp",
    "logaddexp2",
    "logical",
    "math",
    "power",
    "reciprocal",
    "remainder",
    "sign",
    "sinc",
    "sinc_derivative",
    "tangent_multiply",
    "xlogy",
]

Rule = Callable[..., Any]


def math(name: str) -> Rule:
    """A function of the math library."""
    return lambda m, *xs: m.math(name, *xs)


def compared(operation: str) -> Elementwise:
    """A comparison: it promotes by itself, since integers of any dtypes compare exactly."""
    return Elementwise(lambda m, x, y: m.compare(operation, x, y), cast=False)


def logical(operation: str) -> Elementwise:
    """An operation on truths: each input's in its own dtype."""
    return Elementwise(lambda m, x, y: m.logical(operation, x, y), cast=False)


def absorbing_multiply(m: Any, x: Any, y: Any) -> Any:
    """``x * y``, and 0 where x is 0 and y infinite or NaN; where x is a mask, y or a zero of its sign."""
    x, y = m.scalar(x), m.scalar(y)
    if x.dtype.kind == "b" and y.dtype.kind == "f":
        return m.select(x, y, m.copysign(m.constant(0.0, y.dtype), y))
    product = m.multiply(x, y)
    return m.select(m.logical("and", m.isnan(product), m.logical_not(x)), 0, product)


def tangent_multiply(m: Any, x: Any, y: Any) -> Any:
    """``x * y``, and 0 where one is 0 and the other infinite or NaN."""
    product = m.multiply(x, y)
    absent = m.logical("or", m.logical_not(x), m.logical_not(y))
    return m.select(m.logical("and", m.isnan(product), absent), 0, product)


def reciprocal(m: Any, x: Any) -> Any:
    """1 / x; of an integer its whole part, and of 0 what hardware makes of infinity."""
    if x.dtype.kind in "fc":
        return m.reciprocal(x)
    lowest = -(2 ** (8 * x.dtype.itemsize - 1)) if x.dtype.kind == "i" and x.dtype.itemsize >= 4 else 0
    unit = m.compare("==", m.absolute(x), 1)
    return m.select(m.compare("==", x, 0), lowest, m.select(unit, x, 0))


def remainder(m: Any, x: Any, y: Any) -> Any:
    """``x - floor(x / y) y``: Python's, with the sign of the divisor."""
    if x.dtype.kind != "f":
        return m.floor_quotient(x, y)[1]
    return _divmod(m, x, y)[1]


def floor_divide(m: Any, x: Any, y: Any) -> Any:
    """``floor(x / y)``."""
    if x.dtype.kind != "f":
        return m.floor_quotient(x, y)[0]
    return _divmod(m, x, y)[0]


def _divmod(m: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """NumPy's (and Python's) quotient and remainder of floating-point numbers, made from C's fmod."""
    rest = m.math("fmod", x, y)
    quotient = m.divide(m.subtract(x, rest), y)
    other_sign = m.logical("xor", m.compare("<", y, 0.0), m.compare("<", rest, 0.0))
    whole = m.compare("==", rest, 0.0)
    down = m.logical("and", other_sign, m.logical_not(whole))
    quotient = m.select(down, m.subtract(quotient, 1.0), quotient)
    adjusted = m.select(down, m.add(rest, y), m.select(whole, m.copysign(m.constant(0.0, y.dtype), y), rest))
    floor = m.rounded("floor", quotient)
    floor = m.select(m.compare(">", m.subtract(quotient, floor), 0.5), m.add(floor, 1.0), floor)
    ratio = m.divide(x, y)
    floor = m.select(m.compare("==", quotient, 0.0), m.copysign(m.constant(0.0, y.dtype), ratio), floor)
    by_zero = m.compare("==", y, 0.0)
    return m.select(by_zero, ratio, floor), m.select(by_zero, rest, adjusted)


def power(m: Any, x: Any, y: Any) -> Any:
    """``x**y``; of integers by squaring: an exponent that may be negative is NumPy's to refuse."""
    if x.dtype.kind == "f":
        return m.math("pow", x, y)
    if x.dtype.kind == "c":
        return m.complex_power(x, y)
    exponent = m.literal(y)
    if exponent is not None and exponent >= 0 and x.dtype.kind in "iu":
        return _by_squaring(m, x, exponent)
    if x.dtype.kind != "u":
        raise NotLowered("NumPy raises an error for a negative exponent")
    result, base = m.constant(1, x.dtype), x
    for bit in range(8 * x.dtype.itemsize):
        wanted = m.truth(m.bitwise("and", y, 1 << bit))
        result = m.select(wanted, m.multiply(result, base), result)
        base = m.multiply(base, base)
    return result


def _by_squaring(m: Any, x: Any, exponent: int) -> Any:
    result = m.constant(1, x.dtype)
    while exponent:
        if exponent & 1:
            result = m.multiply(result, x)
        exponent >>= 1
        if exponent:
            x = m.multiply(x, x)
    return result


def sign(m: Any, x: Any) -> Any:
    """-1, 0 or 1; NaN of NaN."""
    if x.dtype.kind == "b":
        raise NotLowered("NumPy has no sign of bools")
    if x.dtype.kind == "c":
        return m.complex_sign(x)
    one, minus, zero = (m.constant(n, x.dtype) if n >= 0 or x.dtype.kind != "u" else None for n in (1, -1, 0))
    rest = zero if x.dtype.kind != "f" else m.select(m.isnan(x), x, zero)
    below = rest if minus is None else m.select(m.compare("<", x, 0), minus, rest)
    return m.select(m.compare(">", x, 0), one, below)


def angle(m: Any, x: Any) -> Any:
    """The argument; of a real number 0, or pi where its sign is negative."""
    if x.dtype.kind == "c":
        return m.math("atan2", m.imag(x), m.real(x))
    return m.select(m.isnan(x), x, m.select(m.signbit(x), pi, 0.0))


def logaddexp(m: Any, x: Any, y: Any) -> Any:
    """log(exp(x) + exp(y)), from the larger one, so that nothing overflows."""
    difference = m.subtract(x, y)
    correction = m.math("log1p", m.math("exp", m.negative(m.absolute(difference))))
    return _log_of_sum(m, x, y, difference, correction, log(2.0))


def logaddexp2(m: Any, x: Any, y: Any) -> Any:
    """log2(2**x + 2**y)."""
    difference = m.subtract(x, y)
    correction = m.math("log1p", m.math("exp2", m.negative(m.absolute(difference))))
    return _log_of_sum(m, x, y, difference, m.multiply(correction, 1 / log(2.0)), 1.0)


def _log_of_sum(m: Any, x: Any, y: Any, difference: Any, correction: Any, of_equal: float) -> Any:
    total = m.add(m.select(m.compare(">", difference, 0.0), x, y), correction)
    total = m.select(m.isnan(difference), difference, total)
    return m.select(m.compare("==", x, y), m.add(x, of_equal), total)  # also infinities of the same sign


def _xlogy(m: Any, x: Any, y: Any) -> Any:
    """``x log y``, and 0 where x is 0, unless y is NaN; the logarithm in y's own dtype, as the backend takes it."""
    y = m.inexact(y)
    absent = m.logical("and", m.logical_not(x), m.logical_not(m.isnan(y)))
    return m.select(absent, 0, m.multiply(x, m.math("log", m.select(absent, 1, y))))


xlogy = Elementwise(_xlogy, cast=False)


def sinc(m: Any, x: Any) -> Any:
    """sin(pi x) / (pi x), at 0 as good as 1."""
    x = m.multiply(x, pi)
    x = m.select(m.truth(x), x, (2.0**-52 if x.dtype.itemsize == 8 else 2.0**-23) if x.dtype.kind == "f" else 1e-20)
    return m.divide(m.math("sin", x), x)


def sinc_derivative(m: Any, x: Any, *, order: int) -> Any:
    """As the backend evaluates it: by Leibniz' rule away from 0, by the Taylor series near it."""
    if x.dtype.kind != "f":
        raise NotLowered("of real numbers only")
    near = m.compare("<", m.absolute(x), 1.0 + order / 3)
    far = m.select(near, 1.0, x)
    sine, cosine = m.math("sin", far), m.math("cos", far)
    value = m.divide(sine, far)
    for n in range(1, order + 1):
        term = (sine, cosine, m.negative(sine), m.negative(cosine))[n % 4]
        value = m.divide(m.subtract(term, m.multiply(value, float(n))), far)
    small = m.select(near, x, 0.0)
    square = m.multiply(small, small)
    series = m.constant(0.0, x.dtype)
    for k in reversed(range((order + 1) // 2, (order + 1) // 2 + 12 + order)):
        series = m.add(m.multiply(series, square), (-1.0) ** k / ((2 * k + 1) * factorial(2 * k - order)))
    if order % 2:
        series = m.multiply(series, small)
    return m.select(near, series, value)

"""Lowerings of special functions: SciPy's algorithms, in machine arithmetic ``m``."""

from __future__ import annotations

from math import sqrt
from typing import Any

from ...core.lowering import NotLowered

__all__ = ["entr", "erf", "erfc", "expit", "log_expit", "logit", "ndtr", "xlog1py"]


def _real(x: Any) -> None:
    if x.dtype.kind != "f":
        raise NotLowered("of real numbers only")


def erf(m: Any, x: Any) -> Any:
    """The C library's."""
    _real(x)
    return m.math("erf", x)


def erfc(m: Any, x: Any) -> Any:
    """The C library's."""
    _real(x)
    return m.math("erfc", x)


def ndtr(m: Any, x: Any) -> Any:
    """erfc(-x / √2) / 2."""
    _real(x)
    return m.multiply(m.math("erfc", m.multiply(x, -sqrt(0.5))), 0.5)


def expit(m: Any, x: Any) -> Any:
    """1 / (1 + exp(-x)), by the exponential that cannot overflow."""
    small = m.math("exp", m.negative(m.absolute(x)))
    return m.divide(m.select(m.compare("<", x, 0.0), small, 1.0), m.add(small, 1.0))


def log_expit(m: Any, x: Any) -> Any:
    """min(x, 0) - log1p(exp(-|x|))."""
    small = m.math("log1p", m.math("exp", m.negative(m.absolute(x))))
    return m.subtract(m.select(m.compare("<", x, 0.0), x, -0.0), small)


def logit(m: Any, x: Any) -> Any:
    """log(x / (1 - x)), near ½ by two logarithms of numbers near 1."""
    s = m.multiply(m.subtract(x, 0.5), 2.0)
    near = m.logical("and", m.compare(">=", x, 0.3), m.compare("<=", x, 0.65))
    middle = m.select(near, s, 0.0)
    close = m.subtract(m.math("log1p", middle), m.math("log1p", m.negative(middle)))
    return m.select(near, close, m.math("log", m.divide(x, m.subtract(1.0, x))))


def entr(m: Any, x: Any) -> Any:
    """-x log(x), 0 at 0, and -inf below."""
    value = m.negative(m.multiply(x, m.math("log", m.select(m.compare(">", x, 0.0), x, 1.0))))
    value = m.select(m.compare("==", x, 0.0), 0.0, m.select(m.compare("<", x, 0.0), float("-inf"), value))
    return m.select(m.isnan(x), x, value)


def xlog1py(m: Any, x: Any, y: Any) -> Any:
    """``x log(1 + y)``, and 0 where x is 0, unless y is NaN."""
    _real(x)
    absent = m.logical("and", m.logical_not(x), m.logical_not(m.isnan(y)))
    return m.select(absent, 0.0, m.multiply(x, m.math("log1p", m.select(absent, 1.0, y))))

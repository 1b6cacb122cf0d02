"""Elementwise operations on the parts of a number: its sign, fraction and exponent, its neighbours and divisors.

They are of real numbers only. Partial derivatives as in :mod:`wengert.ops.elementwise`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, nan
from typing import Any

from ..backends import backend
from ..core.lowering import NotLowered
from ..core.primitive import BatchRule, Example
from ..core.types import ArrayType, Value
from .elementwise import imag, isfinite, kept, real, rint, sign
from .families import elementwise, general, result_dtype, zeros_like

__all__ = [
    "copysign",
    "fmod",
    "frexp",
    "gcd",
    "heaviside",
    "lcm",
    "ldexp",
    "modf",
    "nan_to_num",
    "nextafter",
    "spacing",
]

Params = dict[str, Any]


def _zero(t: Value) -> Value:
    return zeros_like(t)


_SIGNS = (  # away from the jumps
    Example(([1.7, -1.7, 1.7, -1.7], [0.7, 0.7, -0.7, -0.7])),
    Example(([[1.7], [-0.9]], [0.7, -0.4, 1.1])),
    Example((1.7, [0.7, -0.4])),
    Example(((), ()), domain=(0.6, 0.9), prepare=lambda x, y: (x, 0.5 * y)),
    Example(((0, 2), (2,)), domain=(0.5, 2.0)),
)

copysign = elementwise(  # |x| with the sign of y
    "copysign",
    lambda x, out: sign(x) * sign(out),
    _zero,
    examples=_SIGNS,
    lower=lambda m, x, y: m.copysign(x, y),
    cost=1,
)
heaviside = elementwise(  # 0 for x < 0, y for x = 0, 1 for x > 0
    "heaviside",
    _zero,
    lambda t, x: kept(t, x == 0),
    examples=(
        *_SIGNS,
        Example(([-1.0, 0.0, 2.0], (3,)), prepare=lambda x, y: (backend.asarray([-1.0, 0.0, 2.0], y.dtype), y)),
    ),
    lower=lambda m, x, y: m.select(
        m.compare("<", x, 0.0), 0.0, m.select(m.compare(">", x, 0.0), 1.0, m.select(m.isnan(x), x, y))
    ),
)
fmod = elementwise(  # x - trunc(x / y) y; the quotient is found from the remainder, which is exact
    "fmod",
    1,
    lambda x, y, out: rint((out - x) / y),
    examples=_SIGNS,
)
ldexp = elementwise(  # x 2ⁿ
    "ldexp",
    lambda t, y: ldexp(t, y),
    None,
    examples=(Example(((2, 3), [-2, 0, 3])), Example(((), [[1], [-1]])), Example(((0,), 3))),
)
nextafter = elementwise(  # x, but for a rounding error
    "nextafter",
    1,
    _zero,
    examples=_SIGNS,
)
spacing = elementwise("spacing", _zero, domain=(0.6, 0.9))


def _kept_where_finite(t: Value, x: Value) -> Value:
    """Of a complex number each part by itself."""
    if x.dtype.kind != "c":
        return kept(t, isfinite(x))
    parts = [kept(part(t), isfinite(part(x))) for part in (real, imag)]
    return parts[0] + 1j * parts[1]


def _finite(m: Any, x: Any, *, nan: float, posinf: float, neginf: float) -> Any:
    if x.dtype.kind != "f":
        raise NotLowered("of real numbers only")
    infinite = m.select(m.compare("==", x, inf), posinf, m.select(m.compare("==", x, -inf), neginf, x))
    return m.select(m.isnan(x), nan, infinite)


_REPLACEMENTS = {"nan": 0.5, "posinf": 2.0, "neginf": -3.0}
nan_to_num = elementwise(  # a number in place of NaN and of either infinity
    "nan_to_num",
    _kept_where_finite,
    examples=(
        Example(((2, 3),), _REPLACEMENTS),
        Example(((),), _REPLACEMENTS),
        Example(([inf, 1.0, -inf, nan],), _REPLACEMENTS),
        Example(((0,),), _REPLACEMENTS),
    ),
    lower=_finite,
)

_NATURALS = (Example(([12, -18, 0], [[8], [5]])), Example((6, [4, 9])))
gcd = elementwise("gcd", None, None, examples=_NATURALS)
lcm = elementwise("lcm", None, None, examples=_NATURALS)


# A number taken apart: two outputs, of which the second is constant almost everywhere ---------------------------------


def _parts_type(name: str) -> Callable[[ArrayType], tuple[ArrayType, ...]]:
    def type_rule(x: ArrayType) -> tuple[ArrayType, ...]:
        parts = [result_dtype(_part(name, i), (x.dtype,)) for i in (0, 1)]
        return tuple(ArrayType(x.shape, dtype) for dtype in parts)

    return type_rule


_parts: dict[tuple[str, int], Callable[..., Any]] = {}


def _part(name: str, i: int) -> Callable[..., Any]:
    """One output of an operation that has several; the same function every time, since dtypes are cached by it."""
    evaluate = backend.implementation(name)
    return _parts.setdefault((name, i), lambda x: evaluate(x)[i])


def _alone(primitive: Callable[[Value], Any]) -> BatchRule:
    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Any:
        return primitive(inputs[0])

    return batch


def _frexp_pull(ct: tuple[Value | None, Value | None], out: tuple[Value, Value]) -> Value | None:
    return None if ct[0] is None else ldexp(ct[0], -out[1])


frexp = general(  # x = m 2ᵉ with ½ <= |m| < 1
    "frexp",
    "x",
    jvp=[lambda t, out: (ldexp(t, -out[1]), None)],
    vjp=[_frexp_pull],
    type_rule=_parts_type("frexp"),
    batch=_alone(lambda x: frexp(x)),
    examples=(Example(([[0.3, -5.0], [1.7, 100.0]],)), Example(((),), domain=(0.6, 0.9)), Example(((0, 2),))),
    multiple=True,
)


def _modf_pull(ct: tuple[Value | None, Value | None], x_type: Any) -> Value:
    return zeros_like(x_type) if ct[0] is None else ct[0]


modf = general(  # the fraction and the whole number, both with the sign of x
    "modf",
    "x",
    jvp=[lambda t: (t, None)],
    vjp=[_modf_pull],
    type_rule=_parts_type("modf"),
    batch=_alone(lambda x: modf(x)),
    examples=(Example(([[0.3, -5.2], [1.7, 100.5]],)), Example(((),), domain=(0.6, 0.9)), Example(((0, 2),))),
    multiple=True,
)

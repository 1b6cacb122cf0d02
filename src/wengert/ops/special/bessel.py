"""Bessel functions (x: the order, y: the argument, where there are both)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.primitive import Example, Primitive
from ...core.types import Value
from ..elementwise import exp, real_part, sign
from ..families import conjugate, elementwise, scale
from .domains import over
from .orders import fixed

__all__ = [
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "ive_derivative",
    "j0",
    "j1",
    "jv",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kv",
    "kve",
    "kve_derivative",
    "y0",
    "y1",
    "yn",
    "yv",
]

# In the argument: half the difference or sum of the neighbouring orders (DLMF 10.6.1, 10.29.1) ------------------------


def _orders(v: Any, domain: tuple[float, float] = (0.5, 3.0), **params: Any) -> tuple[Example, ...]:
    return (Example((v, (2, 2)), params, domain=domain),)


def _neighbours(function: Callable[[], Primitive], before: float, after: float) -> Callable[..., Value]:
    def partial(x: Value, y: Value) -> Value:
        f = function()
        return before * f(x - 1.0, y) + after * f(x + 1.0, y)

    return partial


jv = elementwise("jv", fixed("jv", "v"), _neighbours(lambda: jv, 0.5, -0.5), examples=_orders(0.7))
yv = elementwise("yv", fixed("yv", "v"), _neighbours(lambda: yv, 0.5, -0.5), examples=_orders(0.7))
yn = elementwise("yn", fixed("yn", "n"), _neighbours(lambda: yn, 0.5, -0.5), examples=_orders(2))
iv = elementwise("iv", fixed("iv", "v"), _neighbours(lambda: iv, 0.5, 0.5), examples=_orders(0.7))

j0 = elementwise("j0", lambda x: -j1(x), examples=over((0.5, 3)))
j1 = elementwise("j1", lambda x: 0.5 * (j0(x) - jv(2.0, x)), examples=over((0.5, 3)))
y0 = elementwise("y0", lambda x: -y1(x), examples=over((0.5, 3)))
y1 = elementwise("y1", lambda x: 0.5 * (y0(x) - yv(2.0, x)), examples=over((0.5, 3)))
i0 = elementwise("i0", lambda x: i1(x), examples=over((0.5, 3)))
i1 = elementwise("i1", lambda x: 0.5 * (i0(x) + iv(2.0, x)), examples=over((0.5, 3)))
k0 = elementwise("k0", lambda x: -k1(x), examples=over((0.5, 3)))
k1 = elementwise("k1", lambda x: -0.5 * (k0(x) + kv(2.0, x)), examples=over((0.5, 3)))

# Scaled by an exponential: the sums of neighbouring orders would cancel for large arguments ---------------------------

kve_derivative = elementwise(  # of exp(y) K(x, y), of these orders with respect to x and y
    "kve_derivative",
    lambda x, y, *, order, co_order: kve_derivative(x, y, order=order + 1, co_order=co_order),
    lambda x, y, *, order, co_order: kve_derivative(x, y, order=order, co_order=co_order + 1),
    examples=over((0.5, 3), {"order": 1, "co_order": 1}, arity=2),
)
ive_derivative = elementwise(  # of exp(-|y|) I(x, y), of this order with respect to y; real y
    "ive_derivative",
    fixed("ive", "v"),
    lambda x, y, *, order: ive_derivative(x, y, order=order + 1),
    examples=(*_orders(0.7, order=1), *_orders(2.0, (30, 60), order=1)),
)


def _kve_by_argument(x: Value, y: Value) -> Value:
    if y.dtype.kind == "c":
        return kve(x, y) - 0.5 * (kve(x - 1.0, y) + kve(x + 1.0, y))
    return kve_derivative(x, y, order=0, co_order=1)


def _ive_push(t: Value, x: Value, y: Value) -> Value:
    """Of a complex argument the scale exp(-|Re y|) is not holomorphic."""
    if y.dtype.kind != "c":
        return scale(t, ive_derivative(x, y, order=1))
    growth = 0.5 * (ive(x - 1.0, y) + ive(x + 1.0, y))
    return scale(t, growth) - sign(real_part(y)) * real_part(t) * ive(x, y)


def _ive_pull(t: Value, x: Value, y: Value) -> Value:
    if y.dtype.kind != "c":
        return scale(t, ive_derivative(x, y, order=1))
    growth = 0.5 * (ive(x - 1.0, y) + ive(x + 1.0, y))
    return scale(t, conjugate(growth)) - sign(real_part(y)) * real_part(t * conjugate(ive(x, y)))


kv = elementwise(
    "kv",
    lambda x, y: exp(-y) * kve_derivative(x, y, order=1, co_order=0),
    _neighbours(lambda: kv, -0.5, -0.5),
    examples=(*_orders(0.7), *over((0.5, 3), arity=2)),
)
kve = elementwise(
    "kve",
    lambda x, y: kve_derivative(x, y, order=1, co_order=0),
    _kve_by_argument,
    examples=(*_orders(0.7), *over((0.5, 3), arity=2)),
)
ive = elementwise("ive", fixed("ive", "v"), (_ive_push, _ive_pull), examples=_orders(0.7))

k0e = elementwise("k0e", lambda x: kve_derivative(0.0, x, order=0, co_order=1), examples=over((0.5, 3)))
k1e = elementwise("k1e", lambda x: kve_derivative(1.0, x, order=0, co_order=1), examples=over((0.5, 3)))
i0e = elementwise("i0e", lambda x: ive_derivative(0.0, x, order=1), examples=over((0.5, 3)))
i1e = elementwise("i1e", lambda x: ive_derivative(1.0, x, order=1), examples=over((0.5, 3)))

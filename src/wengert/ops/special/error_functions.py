"""The error function, the normal distribution's, and what is built on them."""

from __future__ import annotations

from math import pi, sqrt as _sqrt

from ...core.primitive import Example
from ...core.types import Value
from ..elementwise import exp, real_part, where
from ..families import elementwise, scale
from . import lowered
from .domains import over

__all__ = [
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfcx_derivative",
    "erfi",
    "erfinv",
    "log_ndtr",
    "ndtr",
    "ndtri",
    "ndtri_exp",
    "owens_t",
    "wofz",
]

_PEAK = 2 / _sqrt(pi)  # erf'(0)
_ROOT_2PI = _sqrt(2 * pi)
_ROOT_HALF = _sqrt(0.5)

erf = elementwise("erf", lambda x: _PEAK * exp(-x * x), examples=over((-2, 2)), lower=lowered.erf)
erfc = elementwise("erfc", lambda x: -_PEAK * exp(-x * x), examples=over((-2, 2)), lower=lowered.erfc)
erfi = elementwise("erfi", lambda x: _PEAK * exp(x * x), examples=over((-1, 1)))
erfinv = elementwise("erfinv", lambda out: exp(out * out) / _PEAK, examples=over((-0.9, 0.9)))
erfcinv = elementwise("erfcinv", lambda out: -exp(out * out) / _PEAK, examples=over((0.1, 1.9)))

# exp(x²) erfc(x) = 2/√π ∫ exp(-t² - 2 x t) dt: the rule 2 x erfcx(x) - 2/√π would cancel for large x.
erfcx_derivative = elementwise(
    "erfcx_derivative",
    lambda x, *, order: erfcx_derivative(x, order=order + 1),
    examples=(*over((-1, 4), {"order": 1}), *over((5, 12), {"order": 2})),
)
erfcx = elementwise("erfcx", lambda x: erfcx_derivative(x, order=1), examples=over((-1, 4)))
wofz = elementwise("wofz", lambda x: erfcx_derivative(x * -1j, order=1) * -1j, examples=over((-1, 1)))

# The normal distribution ----------------------------------------------------------------------------------------------


def _hazard(x: Value, out: Value) -> Value:
    """φ(x) / Φ(x): in the lower tail, where both vanish, by the scaled complementary error function."""
    tail = real_part(x) < -1.0
    below = _sqrt(2 / pi) / erfcx(where(tail, x, -1.0) * -_ROOT_HALF)
    return where(tail, below, exp(-0.5 * x * x - out) / _ROOT_2PI)


def _inverse_hazard(x: Value, out: Value) -> Value:
    """Φ(z) / φ(z) at the output z, where x = log Φ(z)."""
    tail = out < -1.0
    below = erfcx(where(tail, out, -1.0) * -_ROOT_HALF) * _sqrt(pi / 2)
    return where(tail, below, exp(x + 0.5 * out * out) * _ROOT_2PI)


ndtr = elementwise("ndtr", lambda x: exp(-0.5 * x * x) / _ROOT_2PI, examples=over((-2, 2)), lower=lowered.ndtr)
log_ndtr = elementwise("log_ndtr", _hazard, examples=(*over((-0.9, 2)), Example(((3,),), domain=(-9, -1.5))))
ndtri = elementwise("ndtri", lambda out: exp(0.5 * out * out) * _ROOT_2PI, examples=over((0.1, 0.9)))
ndtri_exp = elementwise("ndtri_exp", _inverse_hazard, examples=over((-2, -0.2)))
owens_t = elementwise(
    "owens_t",
    lambda x, y: exp(-0.5 * x * x) * erf(scale(x, y) * _ROOT_HALF) * (-0.5 / _ROOT_2PI),
    lambda x, y: exp(scale(-0.5 * x * x, 1 + y * y)) / (2 * pi * (1 + y * y)),
    examples=over((-2, 2), arity=2),
)

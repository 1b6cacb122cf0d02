"""Integrals of elementary functions, and the inverse of w exp(w)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...backends import backend
from ...core.primitive import Example, Primitive, registry
from ...core.types import ArrayType, Value
from ..elementwise import cos, cosh, exp, real_part, sin, sinc_derivative
from ..families import conjugate, elementwise, general, result_dtype, scale
from .domains import over
from .orders import fixed
from .ratios import log1p_ratio

__all__ = ["exp1", "expi", "expn", "fresnel", "lambertw", "shichi", "sici", "spence", "wrightomega"]

exp1 = elementwise("exp1", lambda x: -exp(-x) / x, examples=over((0.5, 3)))
expi = elementwise("expi", lambda x: exp(x) / x, examples=over((0.5, 3)))
expn = elementwise(
    "expn",
    fixed("expn", "n"),
    lambda x, y: -expn(x - 1, y),
    examples=(Example((4, (2, 2)), domain=(0.5, 3.0)),),
)
spence = elementwise("spence", lambda x: -log1p_ratio(x - 1, order=0), examples=over((0.4, 2)))


def pair(name: str, *partials: Callable[[Value], Value], examples: tuple[Example, ...]) -> Primitive:
    """An elementwise operation with two outputs, from their derivatives."""
    evaluate = backend.implementation(name)

    def type_rule(x: ArrayType) -> tuple[ArrayType, ArrayType]:
        found = ArrayType(x.shape, result_dtype(evaluate, (x.dtype,)))
        return found, found

    def push(t: Value, x: Value) -> tuple[Value, ...]:
        return tuple(scale(t, partial(x)) for partial in partials)

    def pull(ct: tuple[Value | None, ...], x: Value) -> Value | None:
        total = None
        for part, partial in zip(ct, partials, strict=True):
            if part is not None:
                term = scale(part, conjugate(partial(x)))
                total = term if total is None else total + term
        return total

    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: dict[str, Any]) -> Any:
        return registry[name](*inputs)

    return general(
        name, "x", jvp=[push], vjp=[pull], type_rule=type_rule, batch=batch, examples=examples, multiple=True
    )


def _sinhc(x: Value) -> Value:
    """sinh(x) / x = sin(ix) / ix."""
    value = sinc_derivative(x * 1j, order=0)
    return value if x.dtype.kind == "c" else real_part(value)


sici = pair("sici", lambda x: sinc_derivative(x, order=0), lambda x: cos(x) / x, examples=over((0.5, 3)))
shichi = pair("shichi", _sinhc, lambda x: cosh(x) / x, examples=over((0.5, 3)))
fresnel = pair(
    "fresnel",
    lambda x: sin(_HALF_PI * x * x),
    lambda x: cos(_HALF_PI * x * x),
    examples=over((-1.5, 1.5)),
)
_HALF_PI = 1.5707963267948966

lambertw = elementwise(  # w exp(w) = x on the branch y: dw = dx / (exp(w) (1 + w))
    "lambertw",
    lambda out: exp(-out) / (1 + out),
    None,
    examples=(
        Example(((2, 2), 0), {"tol": 1e-8}, (0.2, 2.0)),
        Example(((2,), [0, 1]), {"tol": 1e-8}, (0.2, 2.0)),
    ),
)
wrightomega = elementwise("wrightomega", lambda out: out / (1 + out), examples=over((-2, 2)))

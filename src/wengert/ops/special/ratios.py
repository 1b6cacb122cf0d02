"""Quotients with a removable singularity, as families closed under differentiation."""

from __future__ import annotations

from ..families import elementwise
from .domains import over

__all__ = ["exprel", "exprel_derivative", "log1p_ratio"]

exprel_derivative = elementwise(  # of (exp(x) - 1) / x: ∫₀¹ tⁿ exp(x t) dt
    "exprel_derivative",
    lambda x, *, order: exprel_derivative(x, order=order + 1),
    examples=(*over((-2, 2), {"order": 1}), *over((-30, -3), {"order": 2})),
)
exprel = elementwise("exprel", lambda x: exprel_derivative(x, order=1), examples=over((-2, 2)))
log1p_ratio = elementwise(  # the derivative of this order of log(1 + x) / x
    "log1p_ratio",
    lambda x, *, order: log1p_ratio(x, order=order + 1),
    examples=(*over((-0.4, 2), {"order": 0}), *over((-0.4, 2), {"order": 1})),
)

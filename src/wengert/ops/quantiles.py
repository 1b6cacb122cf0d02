"""Quantiles as functions of a distribution's parameter: what makes its variates differentiable."""

from __future__ import annotations

from ..core.primitive import Example
from .families import elementwise

__all__ = ["gamma_path"]

# z with P(x, z) = P(z₀, y), where y is a gamma number of shape z₀: it moves with the shape x along its quantile, from
# y at x = z₀. With ``order``, its derivative of this order. What was drawn, and for which shape, is constant.
gamma_path = elementwise(
    "gamma_path",
    lambda x, y, z, *, order: gamma_path(x, y, z, order=order + 1),
    None,
    None,
    examples=(
        Example(((2, 3), [1, 2, 4], [2, 3, 1]), {"order": 0}, domain=(0.5, 4.0)),
        Example(((), [20, 31], [25]), {"order": 0}, domain=(22.5, 30.0)),
    ),
)

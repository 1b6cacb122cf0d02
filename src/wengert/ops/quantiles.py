"""Quantiles as functions of a distribution's parameter: what makes its variates differentiable."""

from __future__ import annotations

from ..core.primitive import Example
from .families import elementwise

__all__ = ["gamma_quantile"]

gamma_quantile = (
    elementwise(  # x with P(a, x) = (level + 1/2) / 2⁵³ for an integer level; order: of the derivative in a
        "gamma_quantile",
        lambda x, y, *, order: gamma_quantile(x, y, order=order + 1),
        None,
        examples=(
            Example(((2, 3), [1 << 50, 1 << 52, 3 << 51]), {"order": 0}, domain=(0.5, 4.0)),
            Example(((), [7 << 50, 1]), {"order": 0}, domain=(20.5, 30.0)),
        ),
    )
)

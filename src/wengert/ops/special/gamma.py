"""The gamma function, its logarithmic derivatives, the beta function and the zeta functions."""

from __future__ import annotations

from ...core.primitive import Example
from ...core.types import Value
from ..families import elementwise
from .domains import over
from .orders import fixed

__all__ = [
    "beta",
    "betaln",
    "binom",
    "digamma",
    "gamma",
    "gammaln",
    "loggamma",
    "polygamma",
    "polygamma_drop",
    "riemann_zeta",
    "zeta",
    "zeta_derivative",
]

polygamma = elementwise(  # the derivative of order x of ψ, at y
    "polygamma",
    fixed("polygamma", "n"),
    lambda x, y: polygamma(x + 1, y),
    examples=(Example((1, (2, 2)), domain=(0.5, 3.0)), Example(([1, 2], (2,)), domain=(0.5, 3.0))),
)
digamma = elementwise("digamma", lambda x: polygamma(1, x), examples=over((0.5, 3)))
gamma = elementwise("gamma", lambda x, out: out * digamma(x), examples=over((0.5, 3)))
gammaln = elementwise("gammaln", lambda x: digamma(x), examples=over((0.5, 3)))
loggamma = elementwise("loggamma", lambda x: digamma(x), examples=over((0.5, 3)))

polygamma_drop = elementwise(  # ψ⁽ⁿ⁾(x) - ψ⁽ⁿ⁾(x + y), exact where y is small
    "polygamma_drop",
    lambda x, y, *, order: polygamma_drop(x, y, order=order + 1),
    lambda x, y, *, order: -polygamma(order + 1, x + y),
    examples=over((0.5, 3), {"order": 0}, arity=2),
)
betaln = elementwise(
    "betaln",
    lambda x, y: polygamma_drop(x, y, order=0),
    lambda x, y: polygamma_drop(y, x, order=0),
    examples=over((0.5, 3), arity=2),
)
beta = elementwise(
    "beta",
    lambda x, y, out: out * polygamma_drop(x, y, order=0),
    lambda x, y, out: out * polygamma_drop(y, x, order=0),
    examples=over((0.5, 3), arity=2),
)
binom = elementwise(
    "binom",
    lambda x, y, out: out * (digamma(x + 1) - digamma(x - y + 1)),
    lambda x, y, out: out * (digamma(x - y + 1) - digamma(y + 1)),
    examples=(Example(((2, 1), (2,)), domain=(0.2, 1.1), prepare=lambda x, y: (x + 3, y)),),
)

# Zeta functions: the derivative of order m with respect to s of Σ (k + q)**-s -----------------------------------------


def _zeta_by_offset(x: Value, y: Value, *, order: int) -> Value:
    """∂/∂q commutes with ∂/∂s, and of the sum it is -s Σ (k + q)**-(s + 1)."""
    value = -x * zeta_derivative(x + 1, y, order=order)
    return value - order * zeta_derivative(x + 1, y, order=order - 1) if order else value


zeta_derivative = elementwise(
    "zeta_derivative",
    lambda x, y, *, order: zeta_derivative(x, y, order=order + 1),
    _zeta_by_offset,
    examples=tuple(e for order in (0, 1) for e in over((1.5, 3), {"order": order}, arity=2)),
)
zeta = elementwise(
    "zeta",
    lambda x, y: zeta_derivative(x, y, order=1),
    lambda x, y: -x * zeta(x + 1, y),
    examples=over((1.5, 3), arity=2),
)
riemann_zeta = elementwise(
    "riemann_zeta",
    lambda x: riemann_zeta_derivative(x, order=1),
    examples=over((1.5, 3)),
)
riemann_zeta_derivative = elementwise(
    "riemann_zeta_derivative",
    lambda x, *, order: riemann_zeta_derivative(x, order=order + 1),
    examples=(*over((1.5, 3), {"order": 1}), *over((-3, 0.5), {"order": 2})),
)

"""The logistic function, entropies, and other closed forms that are exact where the naive ones are not."""

from __future__ import annotations

from math import nan

from ...core.types import Value
from ..elementwise import absolute, clip, hypot, log, log1p, power, where
from ..families import elementwise, scale
from . import lowered
from .domains import over
from .ratios import exprel_derivative, log1p_ratio

__all__ = [
    "boxcox",
    "boxcox1p",
    "entr",
    "expit",
    "huber",
    "inv_boxcox",
    "inv_boxcox1p",
    "kl_div",
    "log_expit",
    "logit",
    "pseudo_huber",
    "rel_entr",
    "xlog1py",
]

expit = elementwise("expit", lambda x, out: out * expit(-x), examples=over((-3, 3)), lower=lowered.expit)
log_expit = elementwise("log_expit", lambda x: expit(-x), examples=over((-3, 3)), lower=lowered.log_expit)
logit = elementwise("logit", lambda x: 1 / (x * (1 - x)), examples=over((0.1, 0.9)), lower=lowered.logit)

# Entropies ------------------------------------------------------------------------------------------------------------


def _nothing(x: Value, y: Value) -> Value:
    """Where both are 0: the functions are 0 there by definition, and so are their derivatives by convention."""
    return (x == 0) & (y == 0)


def _outside(x: Value, y: Value) -> Value:
    """Where the functions are infinite by definition, and have no derivative."""
    return (x < 0) | (y < 0)


def _log_ratio(x: Value, y: Value) -> Value:
    """log(x / y), also exact where x is almost y, and where the quotient overflows; 0 where both are 0."""
    zero, near = _nothing(x, y), absolute(x - y) < 0.5 * y
    close = log1p(where(near, (x - y) / where(near, y, 1.0), 0.0))
    far = log(where(zero, 1.0, x)) - log(where(zero, 1.0, y))
    return where(_outside(x, y), nan, where(near, close, far))


def _ratio(x: Value, y: Value) -> Value:
    """x / y; 0 where both are 0."""
    return where(_outside(x, y), nan, x / where(_nothing(x, y), 1.0, y))


entr = elementwise("entr", lambda x: -log(x) - 1, examples=over((0.3, 2)), lower=lowered.entr)
rel_entr = elementwise(
    "rel_entr",
    lambda x, y: where(_nothing(x, y), 0.0, _log_ratio(x, y) + 1),
    lambda x, y: -_ratio(x, y),
    examples=over((0.3, 2), arity=2),
)
kl_div = elementwise("kl_div", _log_ratio, lambda x, y: 1 - _ratio(x, y), examples=over((0.3, 2), arity=2))
xlog1py = elementwise(  # x log(1 + y), and 0 where x = 0
    "xlog1py",
    lambda x, y: log1p(where((x == 0) & _no_logarithm(y), 0.0, y)),
    lambda x, y: x / where((x == 0) & (y == -1), 1.0, 1 + y),
    examples=over((0.3, 2), arity=2),
    lower=lowered.xlog1py,
)


def _no_logarithm(y: Value) -> Value:
    """Where log(1 + y) is none."""
    return y == -1 if getattr(y, "dtype", None) is not None and y.dtype.kind == "c" else y <= -1


# Losses (x: where the quadratic part ends, y: the residual) -----------------------------------------------------------


def _pseudo_huber_by_bound(x: Value, y: Value) -> Value:
    """With s² = x² + y²: (s - x)² / s, where s - x = y² / (s + x)."""
    s = hypot(x, y)
    return where(x < 0, nan, power(y / _positive(s + x) * y, 2) / _positive(s))


def _positive(x: Value) -> Value:
    return where(x == 0, 1.0, x)


huber = elementwise(
    "huber",
    lambda x, y: where(x < 0, nan, where(absolute(y) > x, absolute(y) - x, 0.0)),
    lambda x, y: where(x < 0, nan, clip(y, -x, x)),
    examples=over((0.2, 2), arity=2),
)
pseudo_huber = elementwise(
    "pseudo_huber",
    _pseudo_huber_by_bound,
    lambda x, y: where(x < 0, nan, x * (y / _positive(hypot(x, y)))),
    examples=over((0.2, 2), arity=2),
)

# The power transformation (y: the exponent) ---------------------------------------------------------------------------


def _boxcox_by_exponent(logarithm: Value, y: Value) -> Value:
    """Of log(x) exprel(y log(x)): log²(x) exprel'(y log(x)), and 1 / y² at x = 0."""
    zero = logarithm == -float("inf")
    finite = where(zero, 0.0, logarithm)
    inside = finite * finite * exprel_derivative(y * finite, order=1)
    return where(zero, 1 / where(zero, y * y, 1.0), inside)


def _inv_boxcox_by_exponent(x: Value, y: Value) -> Value:
    """The derivative of log1p(x y) / y."""
    return x * x * log1p_ratio(x * y, order=1)


boxcox = elementwise(  # (x**y - 1) / y
    "boxcox",
    lambda x, y: power(x, y - 1),
    lambda x, y: _boxcox_by_exponent(log(x), y),
    examples=over((0.3, 2), arity=2),
)
boxcox1p = elementwise(
    "boxcox1p",
    lambda x, y: power(1 + x, y - 1),
    lambda x, y: _boxcox_by_exponent(log1p(x), y),
    examples=over((0.3, 2), arity=2),
)
inv_boxcox = elementwise(  # (1 + x y)**(1 / y)
    "inv_boxcox",
    lambda x, y, out: out / (1 + x * y),
    lambda x, y, out: scale(out, _inv_boxcox_by_exponent(x, y)),
    examples=over((0.3, 2), arity=2),
)
inv_boxcox1p = elementwise(
    "inv_boxcox1p",
    lambda x, y, out: (1 + out) / (1 + x * y),
    lambda x, y, out: (1 + out) * _inv_boxcox_by_exponent(x, y),
    examples=over((0.3, 2), arity=2),
)

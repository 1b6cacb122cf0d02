"""Elementwise operations and their partial derivatives (x, y, z: the inputs; out: the output; t: a tangent)."""

from __future__ import annotations

from math import inf, log as _log, pi
from typing import Any

from ..core.lowering import Elementwise
from ..core.primitive import Example
from ..core.types import Value
from . import lowered
from .families import absorbing_multiply, conjugate, elementwise, scale, zeros_like
from .lowered import compared, logical, math

_LN2, _LN10 = _log(2.0), _log(10.0)


def _zero(t: Value) -> Value:
    return zeros_like(t)


def _below(x: Value) -> Value:
    """A divisor that is 0 only where what is divided is: 0 / inf = 0 there, and so are the derivatives of any order."""
    return where(x == 0, inf, x)


# Comparison and logic: no derivative --------------------------------------------------------------------------------

equal = elementwise("equal", None, None, lower=compared("=="), cost=1)
not_equal = elementwise("not_equal", None, None, lower=compared("!="), cost=1)
less = elementwise("less", None, None, lower=compared("<"), cost=1)
less_equal = elementwise("less_equal", None, None, lower=compared("<="), cost=1)
greater = elementwise("greater", None, None, lower=compared(">"), cost=1)
greater_equal = elementwise("greater_equal", None, None, lower=compared(">="), cost=1)
logical_and = elementwise("logical_and", None, None, lower=logical("and"), cost=1)
logical_or = elementwise("logical_or", None, None, lower=logical("or"), cost=1)
logical_xor = elementwise("logical_xor", None, None, lower=logical("xor"))
logical_not = elementwise("logical_not", None, lower=lambda m, x: m.logical_not(x), cost=1)
isnan = elementwise("isnan", None, lower=lambda m, x: m.isnan(x))
isinf = elementwise("isinf", None, lower=lambda m, x: m.isinf(x))
isfinite = elementwise("isfinite", None, lower=lambda m, x: m.isfinite(x))
signbit = elementwise("signbit", None, lower=lambda m, x: m.signbit(x))
_BITS = (Example(([3, 5], [[1], [6]])), Example((3, [5])), Example(([True, False], True)))
bitwise_and = elementwise("bitwise_and", None, None, examples=_BITS, lower=lambda m, x, y: m.bitwise("and", x, y))
bitwise_or = elementwise("bitwise_or", None, None, examples=_BITS, lower=lambda m, x, y: m.bitwise("or", x, y))
bitwise_xor = elementwise("bitwise_xor", None, None, examples=_BITS, lower=lambda m, x, y: m.bitwise("xor", x, y))
bitwise_count = elementwise("bitwise_count", None, examples=(Example(([-3, 0, 255],)),))
left_shift = elementwise("left_shift", None, None, examples=_BITS[:2], lower=lambda m, x, y: m.shift("left", x, y))
right_shift = elementwise("right_shift", None, None, examples=_BITS[:2], lower=lambda m, x, y: m.shift("right", x, y))
invert = elementwise(
    "invert", None, examples=(Example(([3, -5],)), Example(([True, False],))), lower=lambda m, x: m.invert(x)
)

# Selection: the derivative of what is selected ----------------------------------------------------------------------


def kept(t: Value, mask: Value) -> Value:
    """``t`` where the mask is true, and 0 elsewhere, also where ``t`` is infinite or NaN.

    As a product, since ``where`` mispredicts a branch for every other element of a random mask: on a million elements
    it takes five times as long.
    """
    return absorbing_multiply(mask, t)


where = elementwise(
    "where",
    None,
    lambda t, x: kept(t, x != 0),
    lambda t, x: kept(t, x == 0),
    examples=tuple(
        Example(inputs)
        for inputs in (
            ([[True, False, True], [False, False, True]], (2, 3), (2, 3)),
            ([True, False, True], (2, 1), ()),
            (True, (0,), ()),
            ([[False], [True]], (3,), (2, 3)),
            ((2,), (2,), (2,)),
        )
    ),
    lower=Elementwise(lambda m, x, y, z: m.select(m.truth(x), y, z), cast=False),
    cost=1,
)
maximum = elementwise(  # a tie shares its derivative: ½ each
    "maximum",
    lambda t, x, y: kept(t, x > y) + kept(t / 2, x == y),
    lambda t, x, y: kept(t, y > x) + kept(t / 2, x == y),
    lower=lambda m, x, y: m.maximum(x, y),
    cost=1,
)
minimum = elementwise(
    "minimum",
    lambda t, x, y: kept(t, x < y) + kept(t / 2, x == y),
    lambda t, x, y: kept(t, y < x) + kept(t / 2, x == y),
    lower=lambda m, x, y: m.minimum(x, y),
    cost=1,
)
fmax = elementwise(  # of a number and NaN the number
    "fmax",
    lambda t, x, y: kept(t, (x > y) | (y != y)) + kept(t / 2, x == y),
    lambda t, x, y: kept(t, (y > x) | ((x != x) & (y == y))) + kept(t / 2, x == y),
    lower=lambda m, x, y: m.select(m.isnan(y), x, m.select(m.isnan(x), y, m.maximum(x, y))),
)
fmin = elementwise(
    "fmin",
    lambda t, x, y: kept(t, (x < y) | (y != y)) + kept(t / 2, x == y),
    lambda t, x, y: kept(t, (y < x) | ((x != x) & (y == y))) + kept(t / 2, x == y),
    lower=lambda m, x, y: m.select(m.isnan(y), x, m.select(m.isnan(x), y, m.minimum(x, y))),
)
clip = elementwise(  # min(max(x, y), z): at a bound the derivative is that of x; where y > z, NumPy's result is z
    "clip",
    lambda t, x, y, z: kept(t, (x >= y) & (x <= z)),
    lambda t, x, y, z: kept(t, (x < y) & (y <= z)),
    lambda t, x, y, z: kept(t, (x > z) | (y > z)),
    examples=tuple(Example(s) for s in (((2, 3), (2, 3), (2, 3)), ((4,), (), ()), ((0,), (), ()))),
    lower=lambda m, x, y, z: m.minimum(m.maximum(x, y), z),
)

# Arithmetic ---------------------------------------------------------------------------------------------------------

add = elementwise("add", 1, 1, lower=lambda m, x, y: m.add(x, y), cost=1)
subtract = elementwise("subtract", 1, -1, lower=lambda m, x, y: m.subtract(x, y), cost=1)
multiply = elementwise("multiply", lambda y: y, lambda x: x, lower=lambda m, x, y: m.multiply(x, y), cost=1)
divide = elementwise(
    "divide", lambda y: 1 / y, lambda y, out: -out / y, domain=(0.5, 2.0), lower=lambda m, x, y: m.divide(x, y), cost=4
)
negative = elementwise("negative", -1, lower=lambda m, x: m.negative(x), cost=1)
reciprocal = elementwise("reciprocal", lambda out: -out * out, domain=(0.5, 2.0), lower=lowered.reciprocal, cost=4)
square = elementwise("square", lambda x: 2 * x, lower=lambda m, x: m.multiply(x, x))
_SIGNS = (  # of dividends and divisors, away from the jumps
    Example(([1.7, -1.7, 1.7, -1.7], [0.7, 0.7, -0.7, -0.7])),
    Example(([[1.7], [-0.9]], [0.7, -0.4, 1.1])),
    Example(([7, -7, 7, -7], [2, 2, -2, -2])),
    Example((1.7, [0.7, -0.4])),
    Example(((), ()), domain=(0.6, 0.9), prepare=lambda x, y: (x, 0.5 * y)),
    Example(((0, 2), (2,)), domain=(0.5, 2.0)),
)
remainder = elementwise(  # x - floor(x / y) y
    "remainder", 1, lambda x, y: -floor_divide(x, y), examples=_SIGNS, lower=lowered.remainder
)
floor_divide = elementwise("floor_divide", _zero, _zero, examples=_SIGNS, lower=lowered.floor_divide)


def _power_by_exponent(x: Value, y: Value, out: Value) -> Value:
    """x**y log x; 0 at x = 0 where y >= 0, since 0**y is constant there; NaN where x < 0, which has no x**(y + dy)."""
    if isinstance(x, (int, float)) and not hasattr(x, "dtype") and x > 0:
        return scale(out, _log(x))
    return scale(out, log(where((x == 0) & (y >= 0), 1.0, x)))


def _power_by_base(x: Value, y: Value) -> Value:
    """y x**(y - 1); 0 where y = 0, since x**0 is constant, also at x = 0.

    The exponent is changed at x = y = 0 only: elsewhere the derivative with respect to y reads it.
    """
    if isinstance(y, (int, float)) and not hasattr(y, "dtype"):
        return 0.0 if y == 0 else y if y == 1 else y * x if y == 2 else y * power(x, y - 1)
    return scale(y, power(x, where((x == 0) & (y == 0), 1, y - 1)))


power = elementwise(
    "power",
    _power_by_base,
    _power_by_exponent,
    examples=(
        *(Example(s, domain=(0.5, 2.0)) for s in (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), ()), ((0, 2), (0, 2)))),
        *(Example(((2, 3), exponent)) for exponent in (0, 1, 2, 3.0, [0, 2, 3])),
        Example(((3,), [-1.5, 0.0, 0.5]), domain=(0.5, 2.0)),
        Example((2.0, (2, 3))),
    ),
    lower=lowered.power,
)

# Rounding: constant almost everywhere -------------------------------------------------------------------------------

floor = elementwise("floor", _zero, domain=(0.1, 0.9), lower=lambda m, x: m.rounded("floor", x))
ceil = elementwise("ceil", _zero, domain=(0.1, 0.9), lower=lambda m, x: m.rounded("ceil", x))
trunc = elementwise("trunc", _zero, domain=(0.1, 0.9), lower=lambda m, x: m.rounded("trunc", x))
rint = elementwise("rint", _zero, domain=(0.1, 0.4), lower=lambda m, x: m.rounded("roundeven", x))


def _sign_push(t: Value, x: Value, out: Value) -> Value:
    """0 for a real number; of a complex one, x / |x| turns by the part of dx across: i x/|x| Im(conj(x) dx) / |x|²."""
    if x.dtype.kind != "c":
        return zeros_like(t)
    return out * (1j * imag(scale(t, conj(out)))) / _below(absolute(x))


_BOTH_SIGNS = (
    *(Example((s,), domain=(0.5, 2.0)) for s in ((2, 3), (), (0, 2))),
    Example(((2, 3),), domain=(-2.0, -0.5)),
)
sign = elementwise("sign", _sign_push, examples=_BOTH_SIGNS, lower=lowered.sign)  # its derivative is symmetric

# Complex numbers: linear over the reals, not over the complex numbers -----------------------------------------------


def real_part(x: Value) -> Value:
    """The real part; a real value as it is."""
    return real(x) if x.dtype.kind == "c" else x


def _times_i(t: Value) -> Value:
    return t * 1j


conj = elementwise("conj", lambda t: conj(t), lower=lambda m, x: m.conj(x), cost=1)
real = elementwise("real", (lambda t: real(t), lambda t: t), lower=lambda m, x: m.real(x), cost=1)
imag = elementwise("imag", (lambda t: imag(t), _times_i), lower=lambda m, x: m.imag(x), cost=1)
absolute = elementwise(  # d|x| = Re(conj(x) dx) / |x|, and 0 at 0
    "absolute",
    (lambda t, x: real_part(conjugate(sign(x)) * t), lambda t, x: scale(t, sign(x))),
    examples=_BOTH_SIGNS,
    lower=lambda m, x: m.absolute(x),
    cost=1,
)


def _angle_push(t: Value, x: Value) -> Value:
    """d arg(x) = Im(conj(x) dx) / |x|², and 0 at 0; of a real number arg is constant."""
    if x.dtype.kind != "c":
        return zeros_like(t)
    return imag(scale(t, conj(_over_squared_modulus(x))))


def _angle_pull(t: Value, x: Value) -> Value:
    if x.dtype.kind != "c":
        return zeros_like(t)
    return scale(t, _over_squared_modulus(x)) * 1j


def _over_squared_modulus(x: Value) -> Value:
    """x / |x|², in two steps, so that the square does not overflow."""
    modulus = _below(absolute(x))
    return (x / modulus) / modulus


angle = elementwise("angle", (_angle_push, _angle_pull), examples=_BOTH_SIGNS, lower=lowered.angle)

# Powers, exponentials and logarithms --------------------------------------------------------------------------------

sqrt = elementwise("sqrt", lambda out: 0.5 / out, domain=(0.5, 2.0), lower=lambda m, x: m.sqrt(x), cost=4)
cbrt = elementwise("cbrt", lambda out: 1 / (3 * out * out), domain=(0.5, 2.0), lower=math("cbrt"))
exp = elementwise("exp", lambda out: out, lower=math("exp"))
exp2 = elementwise("exp2", lambda out: out * _LN2, lower=math("exp2"))
expm1 = elementwise("expm1", lambda x: exp(x), lower=math("expm1"))
log = elementwise("log", lambda x: 1 / x, domain=(0.5, 2.0), lower=math("log"))
log2 = elementwise("log2", lambda x: 1 / (x * _LN2), domain=(0.5, 2.0), lower=math("log2"))
log10 = elementwise("log10", lambda x: 1 / (x * _LN10), domain=(0.5, 2.0), lower=math("log10"))
log1p = elementwise("log1p", lambda x: 1 / (1 + x), domain=(-0.5, 2.0), lower=math("log1p"))


def _share(x: Value, y: Value) -> Value:
    """exp(x) / (exp(x) + exp(y)) = exp(-logaddexp(0, y - x)), which cannot overflow; 0 where both are -inf."""
    return exp(-logaddexp(0.0, where(x == -inf, inf, y - x)))


def _share2(x: Value, y: Value) -> Value:
    return exp2(-logaddexp2(0.0, where(x == -inf, inf, y - x)))


def _log_or_zero(x: Value, y: Value) -> Value:
    """Log y, and 0 where x log y is 0 by definition."""
    if isinstance(y, (int, float)) and not hasattr(y, "dtype") and y > 0:
        return _log(y)
    undefined = y == 0 if getattr(y, "dtype", x.dtype).kind == "c" else y <= 0
    return log(where((x == 0) & undefined, 1.0, y))


logaddexp = elementwise("logaddexp", _share, lambda y, x: _share(y, x), lower=lowered.logaddexp)
logaddexp2 = elementwise("logaddexp2", _share2, lambda y, x: _share2(y, x), lower=lowered.logaddexp2)
xlogy = elementwise(  # x log y, and 0 where x = 0, whatever log y is
    "xlogy",
    _log_or_zero,
    lambda x, y: x / where((x == 0) & (y == 0), inf, y),
    domain=(0.5, 2.0),
    lower=lowered.xlogy,
)

# Trigonometric and hyperbolic functions -----------------------------------------------------------------------------

sin = elementwise("sin", lambda x: cos(x), lower=math("sin"))
cos = elementwise("cos", lambda x: -sin(x), lower=math("cos"))
tan = elementwise("tan", lambda out: 1 + out * out, domain=(-1.0, 1.0), lower=math("tan"))
arcsin = elementwise("arcsin", lambda x: 1 / sqrt((1 - x) * (1 + x)), domain=(-0.8, 0.8), lower=math("asin"))
arccos = elementwise("arccos", lambda x: -1 / sqrt((1 - x) * (1 + x)), domain=(-0.8, 0.8), lower=math("acos"))
arctan = elementwise("arctan", lambda x: 1 / (1 + x * x), lower=math("atan"))
sinh = elementwise("sinh", lambda x: cosh(x), lower=math("sinh"))
cosh = elementwise("cosh", lambda x: sinh(x), lower=math("cosh"))
tanh = elementwise("tanh", lambda out: 1 - out * out, lower=math("tanh"))
arcsinh = elementwise("arcsinh", lambda x: 1 / sqrt(1 + x * x), lower=math("asinh"))
arccosh = elementwise("arccosh", lambda x: 1 / (sqrt(x - 1) * sqrt(x + 1)), domain=(1.5, 3.0), lower=math("acosh"))
arctanh = elementwise("arctanh", lambda x: 1 / ((1 - x) * (1 + x)), domain=(-0.8, 0.8), lower=math("atanh"))


def _over_square_sum(a: Value, x: Value, y: Value) -> Value:
    """a / (x² + y²), and 0 where x = y = 0; in two steps, so that the squares do not overflow."""
    radius = _below(hypot(x, y))
    return (a / radius) / radius


_QUADRANTS = (
    Example(((2, 3), (2, 3)), domain=(0.5, 2.0)),
    Example(((2, 3), (3,)), domain=(0.5, 2.0), prepare=lambda x, y: (-x, y)),
    Example(((), (3,)), domain=(0.5, 2.0), prepare=lambda x, y: (x, -y)),
    Example(((2, 1), (3,)), domain=(0.5, 2.0), prepare=lambda x, y: (-x, -y)),
    Example(((0, 2), (0, 2)), domain=(0.5, 2.0)),
)
arctan2 = elementwise(
    "arctan2",
    lambda x, y: _over_square_sum(y, x, y),
    lambda x, y: -_over_square_sum(x, x, y),
    examples=_QUADRANTS,
    lower=math("atan2"),
)
hypot = elementwise(  # the derivative at the origin is 0, as the 2-norm's
    "hypot",
    lambda x, out: x / _below(out),
    lambda y, out: y / _below(out),
    examples=_QUADRANTS,
    lower=math("hypot"),
)
sinc_derivative = elementwise(  # d^order/du^order of sin(u)/u, exact near 0, where the quotient rule cancels
    "sinc_derivative",
    lambda x, *, order: sinc_derivative(x, order=order + 1),
    examples=(*(Example(((2, 3),), {"order": n}) for n in (0, 1, 2, 3)), Example(((0,),), {"order": 1})),
    lower=lowered.sinc_derivative,
)
sinc = elementwise("sinc", lambda x: pi * sinc_derivative(pi * x, order=1), lower=lowered.sinc)
deg2rad = elementwise("deg2rad", pi / 180, lower=lambda m, x: m.multiply(x, pi / 180))
rad2deg = elementwise("rad2deg", 180 / pi, lower=lambda m, x: m.multiply(x, 180 / pi))

# Types ----------------------------------------------------------------------------------------------------------------


def _astype_adjoint(t: Value, x_type: Any) -> Value:
    return t  # the sweep gives a cotangent the dtype of what it belongs to


astype = elementwise(
    "astype",
    (lambda t, *, dtype: astype(t, dtype=dtype), _astype_adjoint),
    examples=tuple(Example(((2, 3),), {"dtype": d}) for d in ("float32", "float64", "complex128")),
    lower=Elementwise(lambda m, x, *, dtype: x, cast=False),
    cost=1,
)

stop_gradient = elementwise("stop_gradient", None, lower=lambda m, x: x, cost=1)

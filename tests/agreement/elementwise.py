"""Operations on each element by itself."""

import numpy as np
import torch

import wengert as wg

from .inputs import between, each, integers, magnitudes, normal, plane, pointwise, signed, together, unit_disc
from .operation import operation

anywhere = signed(magnitudes(1e-3, 30.0))
positive = magnitudes(1e-3, 30.0)
moderate = between(-4.0, 4.0)


def _with_condition(random):
    shapes = together(random, 3)
    condition = random.integers(0, 2, shapes[0]).astype(bool)
    return [normal(random, s) for s in shapes[1:]], {"condition": np.asarray(condition)}


def _with_zeros_and_ties(random, shape):
    return np.round(normal(random, shape) * 2) / 2


OPERATIONS = [
    # arithmetic
    operation("add", torch.add, pointwise(anywhere, anywhere), pointwise(plane, normal)),
    operation("subtract", torch.subtract, pointwise(anywhere, anywhere), pointwise(normal, plane)),
    operation("multiply", torch.multiply, pointwise(anywhere, anywhere), pointwise(plane, plane)),
    operation("divide", torch.divide, pointwise(anywhere, anywhere), pointwise(plane, plane), pointwise(normal, plane)),
    operation(
        "floor_divide", lambda x, y: torch.div(x, y, rounding_mode="floor"), pointwise(anywhere, signed(between(1, 5)))
    ),
    operation("remainder", torch.remainder, pointwise(anywhere, signed(between(1, 5)))),
    operation("fmod", torch.fmod, pointwise(anywhere, signed(between(1, 5)))),
    operation(
        "divmod",
        lambda x, y: (torch.div(x, y, rounding_mode="floor"), torch.remainder(x, y)),
        pointwise(anywhere, signed(between(1, 5))),
    ),
    operation("negative", torch.negative, pointwise(anywhere), pointwise(plane)),
    operation("positive", torch.positive, pointwise(anywhere), pointwise(plane)),
    operation("reciprocal", torch.reciprocal, pointwise(anywhere), pointwise(plane)),
    operation("square", torch.square, pointwise(anywhere), pointwise(plane)),
    operation("sqrt", torch.sqrt, pointwise(positive), pointwise(plane)),
    operation("cbrt", lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), pointwise(anywhere)),
    operation(
        "power",
        torch.pow,
        pointwise(positive, moderate),
        pointwise(plane, plane),
        pointwise(positive, plane),
        pointwise(plane, normal),
    ),
    operation(
        "Array.__pow__",
        lambda x, n: x**n,
        pointwise(anywhere, n=(2, 3, -1, 0)),
        pointwise(positive, n=(0.5, -1.5)),
        pointwise(plane, n=(2, -3, 0.5)),
        wengert=lambda x, n: x**n,
    ),
    operation("Array.__rpow__", lambda x, a: a**x, pointwise(moderate, a=(2, 0.5)), wengert=lambda x, a: a**x),
    operation("float_power", torch.float_power, pointwise(positive, moderate), pointwise(plane, plane)),
    operation("abs", torch.abs, pointwise(anywhere), pointwise(plane)),
    operation("fabs", torch.abs, pointwise(anywhere)),
    operation("sign", torch.sgn, pointwise(anywhere), pointwise(plane)),
    operation("copysign", torch.copysign, pointwise(anywhere, anywhere)),
    operation(
        "heaviside",
        lambda x, half: torch.heaviside(x.detach(), half) + 0 * x,  # it has no derivative there, not even 0
        pointwise(anywhere, half=(np.array(0.5),)),
        wengert=lambda x, half: wg.heaviside(x, half),
    ),
    operation(
        "ldexp",
        lambda x, exponent: torch.ldexp(x, exponent.to(x.dtype)),
        pointwise(anywhere, exponent=(np.array(3), np.array(-2))),
        wengert=lambda x, exponent: wg.ldexp(x, exponent),
    ),
    operation("frexp", lambda x: torch.frexp(x)[0], pointwise(anywhere), wengert=lambda x: wg.frexp(x)[0]),
    operation("modf", lambda x: (torch.frac(x), torch.trunc(x)), pointwise(anywhere)),
    operation("nan_to_num", torch.nan_to_num, pointwise(anywhere)),
    operation(
        "Array.__iadd__",
        lambda x, y: _in_place(x + 0 * y, y),
        pointwise(anywhere, anywhere),
        wengert=lambda x, y: _in_place(x + 0 * y, y),
    ),
    # exponentials and logarithms
    operation("exp", torch.exp, pointwise(between(-20, 20)), pointwise(plane)),
    operation("exp2", torch.exp2, pointwise(between(-20, 20)), pointwise(plane)),
    operation("expm1", torch.expm1, pointwise(signed(magnitudes(1e-9, 10.0))), pointwise(plane)),
    operation("log", torch.log, pointwise(magnitudes(1e-9, 1e9)), pointwise(plane)),
    operation("log2", torch.log2, pointwise(magnitudes(1e-9, 1e9)), pointwise(plane)),
    operation("log10", torch.log10, pointwise(magnitudes(1e-9, 1e9)), pointwise(plane)),
    operation("log1p", torch.log1p, pointwise(magnitudes(1e-9, 1e3)), pointwise(between(-0.99, 0)), pointwise(plane)),
    operation("logaddexp", torch.logaddexp, pointwise(between(-30, 30), between(-30, 30))),
    operation("logaddexp2", torch.logaddexp2, pointwise(between(-30, 30), between(-30, 30))),
    # trigonometric and hyperbolic
    operation("sin", torch.sin, pointwise(between(-10, 10)), pointwise(plane)),
    operation("cos", torch.cos, pointwise(between(-10, 10)), pointwise(plane)),
    operation("tan", torch.tan, pointwise(between(-10, 10)), pointwise(plane)),
    operation("arcsin", torch.arcsin, pointwise(between(-0.999, 0.999)), pointwise(plane)),
    operation("arccos", torch.arccos, pointwise(between(-0.999, 0.999)), pointwise(plane)),
    operation("arctan", torch.arctan, pointwise(anywhere), pointwise(plane)),
    operation("arctan2", torch.arctan2, pointwise(anywhere, anywhere)),
    operation("sinh", torch.sinh, pointwise(between(-8, 8)), pointwise(plane)),
    operation("cosh", torch.cosh, pointwise(between(-8, 8)), pointwise(plane)),
    operation("tanh", torch.tanh, pointwise(moderate), pointwise(plane)),
    operation("arcsinh", torch.arcsinh, pointwise(anywhere), pointwise(plane)),
    operation("arccosh", torch.arccosh, pointwise(between(1.001, 30)), pointwise(plane)),
    operation("arctanh", torch.arctanh, pointwise(between(-0.999, 0.999)), pointwise(unit_disc)),
    operation("sinc", torch.sinc, pointwise(signed(magnitudes(1e-2, 10.0))), pointwise(plane)),
    operation("hypot", torch.hypot, pointwise(anywhere, anywhere)),
    operation("deg2rad", torch.deg2rad, pointwise(anywhere)),
    operation("rad2deg", torch.rad2deg, pointwise(anywhere)),
    # selecting
    operation("maximum", torch.maximum, pointwise(anywhere, anywhere), pointwise(integers(-2, 2), integers(-2, 2))),
    operation("minimum", torch.minimum, pointwise(anywhere, anywhere), pointwise(integers(-2, 2), integers(-2, 2))),
    operation("fmax", torch.fmax, pointwise(anywhere, anywhere)),
    operation("fmin", torch.fmin, pointwise(anywhere, anywhere)),
    operation(
        "clip",
        lambda *bounded: torch.clamp(*torch.broadcast_tensors(*bounded)),  # it does not broadcast x against the bounds
        pointwise(moderate, between(-3, 0), between(0, 3)),
        pointwise(integers(-3, 3), integers(-3, 0), integers(1, 3)),
    ),
    operation(
        "where",
        lambda x, y, condition: torch.where(condition, x, y),
        each(_with_condition),
        wengert=lambda x, y, condition: wg.where(condition, x, y),
    ),
    # rounding
    operation("floor", torch.floor, pointwise(anywhere), pointwise(_with_zeros_and_ties)),
    operation("ceil", torch.ceil, pointwise(anywhere), pointwise(_with_zeros_and_ties)),
    operation("trunc", torch.trunc, pointwise(anywhere), pointwise(_with_zeros_and_ties)),
    operation("rint", torch.round, pointwise(anywhere), pointwise(_with_zeros_and_ties)),
    operation("round", lambda x, decimals: torch.round(x, decimals=decimals), pointwise(anywhere, decimals=(0, 1, 2))),
    # complex numbers
    operation("real", lambda z: torch.real(z) if z.is_complex() else z, pointwise(plane), pointwise(normal)),
    operation("imag", torch.imag, pointwise(plane)),
    operation("conj", torch.conj, pointwise(plane), pointwise(normal)),
    operation(
        "angle",
        lambda z, deg: torch.rad2deg(torch.angle(z)) if deg else torch.angle(z),
        pointwise(plane, deg=(False, True)),
        pointwise(anywhere, deg=(False, True)),
    ),
    operation(
        "astype",
        lambda x, dtype: x.to(getattr(torch, dtype)),
        pointwise(anywhere, dtype=("float64", "complex128")),
        pointwise(plane, dtype=("complex128",)),
        wengert=lambda x, dtype: wg.astype(x, dtype),
    ),
]


def _in_place(x, y):
    x += y
    x *= y
    x -= 2.0
    x /= 3.0
    return x

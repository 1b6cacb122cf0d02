"""The conventions of docs/conventions.md: a case for each section, forward, reverse and second order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wengert as wg

PAGE = Path(__file__).parents[1] / "docs" / "conventions.md"
INF, NAN = np.inf, np.nan


@dataclass(frozen=True)
class Case:
    """A function at a point, and what its derivatives are there by convention."""

    name: str
    function: Callable[..., Any]
    args: Sequence[Any]
    gradients: Sequence[Any]
    """Of the sum of the result, one for each argument."""
    second: Sequence[Any] | None = None
    """The Hessian of the sum times a vector of ones, for each argument; None where it does not exist."""
    rounding: float = 0.0
    """Of the expected numbers, in units of the dtype's precision."""

    def at(self, dtype: str) -> list[Any]:
        return [wg.array(np.asarray(x, dtype)) for x in self.args]

    def total(self, *args: Any) -> Any:
        return wg.sum(self.function(*args))

    def compare(self, found: Any, expected: Any, dtype: str) -> None:
        found, expected = np.asarray(found), np.asarray(expected, dtype)
        assert found.dtype == dtype
        assert found.shape == expected.shape
        if self.rounding:
            finite = np.abs(expected[np.isfinite(expected)])
            tolerance = self.rounding * np.finfo(dtype).eps
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * np.max(finite, initial=0))
        else:
            np.testing.assert_array_equal(found, expected)


def zero(*args):
    return [np.zeros(np.shape(x)) for x in args]


CASES = {
    "abs and sign": [
        Case("abs", wg.abs, [0.0], [0.0], [0.0]),
        Case("abs of an array", wg.abs, [[-1.0, 0.0, -0.0, 2.0]], [[-1.0, 0.0, 0.0, 1.0]], [np.zeros(4)]),
        Case("sign", wg.sign, [[-1.0, 0.0, 2.0]], [np.zeros(3)], [np.zeros(3)]),
    ],
    "Ties of two": [
        Case("maximum", wg.maximum, [1.0, 1.0], [0.5, 0.5], zero(1, 1)),
        Case("minimum", wg.minimum, [1.0, 1.0], [0.5, 0.5], zero(1, 1)),
        Case("maximum at infinity", wg.maximum, [-INF, -INF], [0.5, 0.5], zero(1, 1)),
        Case("maximum with itself", lambda x: wg.maximum(x, x), [[1.0, -2.0]], [[1.0, 1.0]], [[0.0, 0.0]]),
        Case("relu", lambda x: wg.maximum(x, 0.0), [[-1.0, 0.0, 1.0]], [[0.0, 0.5, 1.0]], [np.zeros(3)]),
        Case(
            "maximum, broadcast",
            wg.maximum,
            [[1.0, 2.0, 3.0], 2.0],
            [[0.0, 0.5, 1.0], 1.5],
            zero([0] * 3, 0),
        ),
    ],
    "Ties in a reduction": [
        Case("max", wg.max, [[3.0, 1.0, 3.0]], [[0.5, 0.0, 0.5]], [np.zeros(3)]),
        Case("min", wg.min, [[1.0, 1.0, 1.0, 2.0]], [[1 / 3, 1 / 3, 1 / 3, 0.0]], [np.zeros(4)]),
        Case(
            "max along an axis",
            lambda x: wg.max(x, axis=1),
            [[[1.0, 2.0], [3.0, 3.0]]],
            [[[0.0, 1.0], [0.5, 0.5]]],
            [np.zeros((2, 2))],
        ),
        Case("max at infinity", wg.max, [[-INF, -INF]], [[0.5, 0.5]], [np.zeros(2)]),
        Case("cummax", wg.cummax, [[1.0, 3.0, 3.0, 2.0]], [[1.0, 1 + 0.5 + 0.5, 0.5 + 0.5, 0.0]], [np.zeros(4)]),
        Case("cummin", wg.cummin, [[3.0, 3.0, 1.0]], [[1.5, 0.5, 1.0]], [np.zeros(3)]),
    ],
    "Clip at a bound": [
        Case(
            "clip",
            lambda x: wg.clip(x, 0.0, 1.0),
            [[-0.5, 0.0, 0.5, 1.0, 1.5]],
            [[0.0, 1.0, 1.0, 1.0, 0.0]],
            [np.zeros(5)],
        ),
        Case("one bound", lambda x: wg.clip(x, 0.0), [[-0.5, 0.0, 0.5]], [[0, 1, 1]], [np.zeros(3)]),
        Case("the other", lambda x: wg.clip(x, None, 0.0), [[-0.5, 0.0, 0.5]], [[1, 1, 0]], zero([0] * 3)),
        Case("the lower bound", wg.clip, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], zero(0, 0, 0)),
        Case("the upper bound", wg.clip, [1.0, 0.0, 1.0], [1.0, 0.0, 0.0], zero(0, 0, 0)),
        Case("below", wg.clip, [-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], zero(0, 0, 0)),
        Case("an interval of one point, below", wg.clip, [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], zero(0, 0, 0)),
        Case("an interval of one point, above", wg.clip, [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], zero(0, 0, 0)),
        Case("an empty interval", wg.clip, [0.5, 1.0, 0.0], [0.0, 0.0, 1.0], zero(0, 0, 0)),
    ],
    "Jumps": [
        *(
            Case(f.__name__, f, [[-1.0, 0.0, 2.0, 2.5]], [np.zeros(4)], [np.zeros(4)])
            for f in (wg.floor, wg.ceil, wg.trunc, wg.rint)
        ),
        Case("remainder", wg.remainder, [[6.0, -6.0], [2.0, 2.0]], [[1.0, 1.0], [-3.0, 3.0]], zero([0, 0], [0, 0])),
        Case("floor_divide", wg.floor_divide, [6.0, 2.0], [0.0, 0.0], [0.0, 0.0]),
    ],
    "Sorting ties": [
        Case(
            "sort",
            lambda x: wg.sort(x) * np.array([1, 10, 100]).astype("float32"),
            [[2.0, 1.0, 1.0]],
            [[100.0, 1.0, 10.0]],
            [np.zeros(3)],
        ),
    ],
    "Roots at 0": [
        Case("sqrt", wg.sqrt, [0.0], [INF], [-INF]),
        Case("cbrt", wg.cbrt, [0.0], [INF]),
    ],
    "The 2-norm at 0": [
        Case("norm", wg.linalg.norm, [[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
        Case("norm of a number", wg.linalg.vector_norm, [0.0], [0.0], [0.0]),
        Case("squared", lambda x: wg.linalg.norm(x) ** 2, [[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
        Case("square", lambda x: wg.square(wg.linalg.norm(x)), [np.zeros(2)], zero([0, 0]), zero([0, 0])),
        Case(
            "of rows, one of which is 0",
            lambda x: wg.linalg.norm(x, axis=1),
            [[[0.0, 0.0], [3.0, 4.0]]],
            [[[0.0, 0.0], [0.6, 0.8]]],
            [[[0.0, 0.0], [(16 - 12) / 125, (9 - 12) / 125]]],
            rounding=4,
        ),
        Case("Frobenius", lambda x: wg.linalg.norm(x, "fro"), [np.zeros((2, 2))], zero([[0] * 2] * 2)),
        Case("3-norm", lambda x: wg.linalg.norm(x, 3), [[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
        Case("1-norm", lambda x: wg.linalg.norm(x, 1), [[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
    ],
    "The standard deviation of constants": [
        Case("std", wg.std, [[2.0, 2.0, 2.0]], [np.zeros(3)], [np.zeros(3)]),
        Case("of one", lambda x: wg.std(x, axis=0), [[2.0]], [[0.0]], [[0.0]]),
        Case(
            "with ddof",
            lambda x: wg.std(x, axis=1, ddof=1),
            [[[2.0, 2.0], [0.0, 2.0]]],
            [[[0.0, 0.0], [-(0.5**0.5), 0.5**0.5]]],
            rounding=4,
        ),
        Case("var", wg.var, [[2.0, 2.0, 2.0]], [np.zeros(3)], [np.zeros(3)]),
    ],
    "Powers with exponent 0": [
        Case("x**0", lambda x: x**0, [[0.0, 2.0, -1.0]], [np.zeros(3)], [np.zeros(3)]),
        Case("x**0.0", lambda x: x**0.0, [[0.0, 2.0, -1.0]], [np.zeros(3)], [np.zeros(3)]),
        Case("at infinity", lambda x: x**0.0, [[INF, -INF, NAN]], [np.zeros(3)], [np.zeros(3)]),
        Case("float_power", lambda x: wg.float_power(x, 0).astype(x.dtype), [0.0], [0.0], [0.0]),
        Case(
            "an array of exponents",
            lambda x: x ** np.array([0, 1, 2, 3]).astype("int8"),
            [np.zeros(4)],
            [[0.0, 1.0, 0.0, 0.0]],
            [[0.0, 0.0, 2.0, 0.0]],
        ),
        # both are differentiated: d/dx (y x**(y - 1)) + d/dy (y x**(y - 1)), and the same of x**y log x
        Case("both", wg.power, [[0.0, 0.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]], [[0, 2], [0, 0]]),
        Case(
            "mixed derivatives elsewhere",
            wg.power,
            [2.0, 0.0],
            [0.0, np.log(2.0)],
            [0.5, 0.5 + np.log(2.0) ** 2],
            rounding=4,
        ),
    ],
    "Powers of 0": [
        Case("0**b", lambda b: 0.0**b, [[0.0, 0.5, 1.0, 2.0]], [np.zeros(4)], [np.zeros(4)]),
        Case(
            "an array of zeros",
            lambda b: wg.zeros(2, dtype=b.dtype) ** b,
            [[0.0, 2.0]],
            zero([0, 0]),
            zero([0, 0]),
        ),
        Case("a negative base", lambda b: (-2.0) ** b, [2.0], [NAN]),
        Case("a negative base, a fixed exponent", lambda x: x**3.0, [-2.0], [12.0], [-12.0]),
    ],
    "Angles and distances at the origin": [
        Case("arctan2", wg.arctan2, [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
        Case("hypot", wg.hypot, [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
        Case("angle", wg.angle, [[0.0, -1.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
        Case(
            "arctan2 far away",
            wg.arctan2,
            [1e30, 1e30],
            [0.5e-30, -0.5e-30],
            rounding=4,
        ),
    ],
    "Logarithms of sums of nothing": [
        Case("logsumexp", wg.special.logsumexp, [[-INF, -INF]], [[0.0, 0.0]], [[0.0, 0.0]]),
        Case(
            "of rows, one of which is masked out",
            lambda x: wg.special.logsumexp(x, axis=1),
            [[[-INF, -INF], [-INF, 3.0]]],
            [[[0.0, 0.0], [0.0, 1.0]]],
            [np.zeros((2, 2))],
        ),
        Case("logaddexp", wg.logaddexp, [-INF, -INF], [0.0, 0.0], [0.0, 0.0]),
        Case("logaddexp2", wg.logaddexp2, [-INF, -INF], [0.0, 0.0], [0.0, 0.0]),
    ],
    "Products through zeros": [
        Case("one zero", wg.prod, [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]], [[5.0, 3.0, 2.0]]),
        Case("two zeros", wg.prod, [[0.0, 0.0, 3.0]], [[0.0, 0.0, 0.0]], [[3.0, 3.0, 0.0]]),
        Case("three zeros", wg.prod, [np.zeros(3)], [np.zeros(3)], [np.zeros(3)]),
        Case(
            "along axes",
            lambda x: wg.prod(x, axis=(0, 2)),
            [[[[2.0, 3.0], [0.0, 5.0]], [[7.0, 0.0], [0.0, 11.0]]]],
            [[[[0.0, 0.0], [0.0, 0.0]], [[0.0, 42.0], [0.0, 0.0]]]],
            [[[[21.0, 14.0], [55.0, 0.0]], [[6.0, 41.0], [55.0, 0.0]]]],
        ),
        # x1, x1 x2, x1 x2 x3, ...
        Case(
            "cumprod, one zero",
            wg.cumprod,
            [[2.0, 0.0, 3.0, 5.0]],
            [[1.0, 2 * (1 + 3 + 15), 0.0, 0.0]],
            [[1.0 + 3 + 15, 1 + (3 + 2) + (15 + 10 + 6), 2 * (1 + 5), 6.0]],
        ),
        Case(
            "cumprod, two zeros",
            wg.cumprod,
            [[2.0, 0.0, 0.0, 5.0]],
            [[1.0, 2.0, 0.0, 0.0]],
            [[1.0, 1.0 + 2 + 10, 2.0 + 10, 0.0]],
        ),
        Case("cumprod, only zeros", wg.cumprod, [np.zeros(3)], [[1.0, 0.0, 0.0]], [[1.0, 1.0, 0.0]]),
    ],
    "Determinants of singular matrices": [
        Case(
            "det",
            wg.linalg.det,
            [[[1.0, 2.0], [2.0, 4.0]]],
            [[[4.0, -2.0], [-2.0, 1.0]]],
            rounding=16,
        ),
        Case("rank 0", wg.linalg.det, [np.zeros((2, 2))], [np.zeros((2, 2))]),
        Case(
            "rank 2 of 3",
            wg.linalg.det,
            [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]],
            [[[-3.0, 6.0, -3.0], [6.0, -12.0, 6.0], [-3.0, 6.0, -3.0]]],
            rounding=64,
        ),
    ],
    "Functions made for accuracy": [
        Case("expm1: exp x", wg.expm1, [1e-10], [1.0000000001], [1.0000000001], rounding=1),
        Case("log1p: 1 / (1 + x)", wg.log1p, [1e-10], [0.9999999999], [-0.9999999998], 1),
        Case(
            "logaddexp: 1 / (1 + exp(y - x)), and s (1 - s)",
            lambda x: wg.logaddexp(x, np.array([999.0, -1003.0, 0.0], x.dtype)),
            [[1000.0, -1000.0, 50.0]],
            [[0.73105857863000488, 0.95257412682243322, 1.0]],
            rounding=2,
        ),
        Case(
            "logaddexp, the smaller one",
            lambda y: wg.logaddexp(50.0, y),
            [0.0],
            [1.9287498479639178e-22],
            [1.9287498479639178e-22],
            rounding=2,
        ),
        Case(
            "logaddexp2: 1 / (1 + 2**(y - x))",
            wg.logaddexp2,
            [1000.0, 999.0],
            [2 / 3, 1 / 3],
            [0.0, 0.0],
            rounding=2,
        ),
        Case(
            "logsumexp, far from 0",
            wg.special.logsumexp,
            [[1000.0, 1000.0, -1000.0]],
            [[0.5, 0.5, 0.0]],
            [np.zeros(3)],
            rounding=2,
        ),
        Case(
            "xlogy: log y and x / y",
            wg.special.xlogy,
            [[0.0, 0.0, 2.0], [0.0, 3.0, 4.0]],
            [[0.0, np.log(3.0), np.log(4.0)], [0.0, 0.0, 0.5]],
            [[0.0, 1 / 3, 0.25], [0.0, 1 / 3, 0.25 - 0.125]],
            rounding=2,
        ),
        Case("xlogy of a number", lambda x: wg.special.xlogy(x, 0.0), [0.0], [0.0], [0.0]),
    ],
    "What is masked out": [
        Case(
            "a root",
            lambda x: wg.where(x > 0, wg.sqrt(x), 0.0),
            [[0.0, 4.0, -1.0]],
            [[0.0, 0.25, 0.0]],
            [[0.0, -1 / 32, 0.0]],
        ),
        Case(
            "a logarithm",
            lambda x: wg.where(x > 0, wg.log(x), 0.0),
            [[0.0, 4.0, -1.0]],
            [[0.0, 0.25, 0.0]],
            [[0.0, -1 / 16, 0.0]],
        ),
        Case(
            "a quotient",
            lambda x, y: wg.where(y != 0, x / y, 0.0),
            [[1.0, 1.0, 0.0], [0.0, 4.0, 0.0]],
            [[0.0, 0.25, 0.0], [0.0, -1 / 16, 0.0]],
            [[0.0, -1 / 16, 0.0], [0.0, 2 / 64 - 1 / 16, 0.0]],
        ),
        Case(
            "a power",
            lambda x: wg.where(x > 0, x**1.5 + x**-0.5, 0.0),
            [[0.0, 4.0, -1.0]],
            [[0.0, 3 - 1 / 16, 0.0]],
            [[0.0, 3 / 8 + 3 / 128, 0.0]],
        ),
        Case(
            "what is NaN with its derivative",
            lambda x: wg.where(wg.abs(x) < 1, wg.arcsin(x) + wg.arccosh(x) * 0 + wg.arctanh(x), 0.0),
            [[3.0, -INF, NAN]],
            [np.zeros(3)],
            [np.zeros(3)],
        ),
        Case(
            "a norm of which nothing is left",
            lambda x: wg.where(wg.any(x > 0, axis=1), wg.log(wg.linalg.norm(x, axis=1)), 0.0),
            [[[0.0, 0.0], [3.0, 4.0]]],
            [[[0.0, 0.0], [3 / 25, 4 / 25]]],
            [[[0.0, 0.0], [(1 - 2 * 3 * 7 / 25) / 25, (1 - 2 * 4 * 7 / 25) / 25]]],
            rounding=8,
        ),
        Case("by an index", lambda x: wg.log(x)[1], [[0.0, 4.0]], [[0.0, 0.25]], [[0.0, -1 / 16]]),
        Case(
            "by an array of indices",
            lambda x: wg.sqrt(x)[[1, 2]],
            [[0.0, 4.0, 1.0]],
            [[0.0, 0.25, 0.5]],
            [[0.0, -1 / 32, -1 / 4]],
        ),
        Case(
            "by writing over it",
            lambda x: _overwritten(wg.sqrt(x)),
            [[0.0, 4.0]],
            [[0.0, 0.25]],
            [[0.0, -1 / 32]],
        ),
        Case(
            "by a maximum",
            lambda x: wg.maximum(wg.sqrt(x), 1.0),
            [[0.0, 4.0]],
            [[0.0, 0.25]],
            [[0.0, -1 / 32]],
        ),
        Case(
            "in a cumulative product",
            lambda x: wg.where(np.array([True, True, False]), wg.cumprod(1 / x), 0.0),
            [[1.0, 2.0, 0.0]],
            [[-1.5, -0.25, 0.0]],
            [[3.25, 0.5, 0.0]],
        ),
    ],
    "Elements of sets": [
        Case("unique", wg.unique, [[2.0, 1.0, 2.0]], [[1.0, 1.0, 0.0]], [np.zeros(3)]),
        Case("union1d", wg.union1d, [[2.0, 1.0], [2.0, 3.0]], [[1.0, 1.0], [0.0, 1.0]], zero([0, 0], [0, 0])),
        Case(
            "intersect1d",
            lambda x, y: wg.intersect1d(x, y) * wg.sum(y),
            [[2.0, 1.0], [2.0, 3.0]],
            [[5.0, 0.0], [2.0, 2.0]],
            [[2.0, 0.0], [1.0, 1.0]],
        ),
        Case("setxor1d", wg.setxor1d, [[2.0, 1.0], [2.0, 3.0]], [[0.0, 1.0], [0.0, 1.0]], zero([0, 0], [0, 0])),
    ],
    "Signs and steps": [
        Case(
            "copysign",
            wg.copysign,
            [[0.0, -2.0, 3.0], [-1.0, 1.0, -0.0]],
            [[0.0, -1.0, -1.0], np.zeros(3)],
            zero([0] * 3, [0] * 3),
        ),
        Case(
            "heaviside",
            wg.heaviside,
            [[-1.0, 0.0, 2.0], [0.5, 0.5, 0.5]],
            [np.zeros(3), [0.0, 1.0, 0.0]],
            zero([0] * 3, [0] * 3),
        ),
    ],
    "Parts of numbers": [
        Case(
            "fmod",
            wg.fmod,
            [[6.0, -6.0, 5.0], [2.0, 2.0, -3.0]],
            [np.ones(3), [-3.0, 3.0, 1.0]],
            zero([0] * 3, [0] * 3),
        ),
        Case("the fraction", lambda x: wg.modf(x)[0], [[2.0, -0.5, 0.0]], [np.ones(3)], [np.zeros(3)]),
        Case("the whole part", lambda x: wg.modf(x)[1], [[2.0, -0.5]], [np.zeros(2)], [np.zeros(2)]),
        Case("the mantissa", lambda x: wg.frexp(x)[0], [[2.0, -0.75, 0.0]], [[0.25, 1.0, 1.0]], [np.zeros(3)]),
        Case(
            "the neighbour", wg.nextafter, [[0.0, 1.0], [1.0, 1.0]], [np.ones(2), np.zeros(2)], zero([0] * 2, [0] * 2)
        ),
        Case("the distance to it", wg.spacing, [[1.0, 0.0]], [np.zeros(2)], [np.zeros(2)]),
    ],
    "In place of NaN": [
        Case(
            "nan_to_num",
            lambda x: wg.nan_to_num(x, nan=1.0, posinf=2.0, neginf=3.0),
            [[NAN, INF, -INF, 2.0]],
            [[0.0, 0.0, 0.0, 1.0]],
            [np.zeros(4)],
        ),
        Case("what replaces it", lambda n: wg.nan_to_num([NAN, 1.0], nan=n), [3.0], [1.0], [0.0]),
        Case("nansum", wg.nansum, [[NAN, 1.0, 2.0]], [[0.0, 1.0, 1.0]], [np.zeros(3)]),
        Case("nanmean", wg.nanmean, [[NAN, 1.0, 2.0]], [[0.0, 0.5, 0.5]], [np.zeros(3)]),
        Case("nanprod", wg.nanprod, [[NAN, 3.0, 2.0]], [[0.0, 2.0, 3.0]], [[0.0, 1.0, 1.0]]),
        Case("nanmax, a tie", wg.nanmax, [[2.0, NAN, 2.0]], [[0.5, 0.0, 0.5]], [np.zeros(3)]),
        Case("nanmin of nothing", wg.nanmin, [[NAN, NAN]], [[0.0, 0.0]], [np.zeros(2)]),
        Case("nanmedian", wg.nanmedian, [[NAN, 3.0, 1.0]], [[0.0, 0.5, 0.5]], [np.zeros(3)]),
        Case("nanstd of constants", wg.nanstd, [[NAN, 2.0, 2.0]], [np.zeros(3)], [np.zeros(3)]),
    ],
    "Quantiles": [
        Case("ties", lambda x: wg.quantile(x, 0.5), [[2.0, 1.0, 1.0, 5.0]], [[0.5, 0.0, 0.5, 0.0]], [np.zeros(4)]),
        Case("the median", wg.median, [[1.0, 1.0, 1.0]], [[0.0, 1.0, 0.0]], [np.zeros(3)]),
        Case("the largest", lambda x: wg.quantile(x, 1.0), [[1.0, 3.0, 3.0]], [[0.0, 0.0, 1.0]], [np.zeros(3)]),
        Case("the share", lambda q: wg.quantile([0.0, 1.0, 3.0], q), [0.5], [4.0], [0.0]),
    ],
    "Interpolation at its points": [
        Case(
            "the place",
            lambda x: wg.interp(x, [-1.0, 0.0, 1.0], [1.0, 0.0, 3.0]),
            [[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0]],
            [[0.0, -1.0, -1.0, 1.0, 3.0, 3.0, 0.0]],
            [np.zeros(7)],
        ),
        Case(
            "the ordinates",
            lambda y: wg.interp(0.0, [-1.0, 0.0, 1.0], y),
            [[1.0, 0.0, 3.0]],
            [[0, 1, 0]],
            [np.zeros(3)],
        ),
        Case("the abscissas", lambda x: wg.interp(0.0, x, [1.0, 0.0, 3.0]), [[-1.0, 0.0, 1.0]], [[0, -1, 0]]),
    ],
    "Unwrapped angles": [
        Case("unwrap", wg.unwrap, [[0.0, 3.0, -3.0]], [np.ones(3)], [np.zeros(3)]),
        Case("a jump", lambda x: wg.unwrap(x, period=4), [[0.0, 2.0, -2.0]], [np.ones(3)], [np.zeros(3)]),
    ],
    "Histograms": [
        Case(
            "weights",
            lambda w: wg.histogram([0.5, 1.0, 2.0, 3.0], [0, 1, 2], weights=w)[0],
            [np.ones(4)],
            [[1.0, 1.0, 1.0, 0.0]],
            [np.zeros(4)],
        ),
        Case("edges", lambda x: wg.histogram(x, 2)[1], [[3.0, 0.0, 1.0]], [[1.5, 1.5, 0.0]], [np.zeros(3)]),
    ],
    "Roots of polynomials": [
        Case("simple", lambda p: wg.roots(p), [[1.0, 0.0, -1.0]], [[0.0, -1.0, 0.0]], rounding=16),
        Case("at zero", lambda p: wg.roots(p), [[2.0, 4.0, 0.0, 0.0][:3]], [[1.0, -0.5, 0.0]], rounding=16),
        Case("beside a double one", lambda p: wg.roots(p)[:1], [[1.0, 1.0, 0.0, 0.0]], [[1.0, -1.0, 1.0, -1.0]]),
        Case("double", lambda p: wg.real(wg.roots(p)), [[1.0, 0.0, 0.0]], [[NAN, NAN, NAN]]),
    ],
    "Ties in a window": [
        Case(
            "max_pool",
            lambda x: wg.max_pool(x, (2,), padding=((0, 1),)),
            [[3.0, 3.0, 1.0, 2.0, -7.0]],
            [[0.5, 0.5, 0.0, 1.0, 1.0]],
            [np.zeros(5)],
        ),
    ],
    "Eigenvalues that coincide": [
        Case("a symmetric function", lambda a: wg.linalg.eigvalsh(a) ** 2, [np.eye(2)], [2 * np.eye(2)], rounding=16),
        Case("the greatest one", lambda a: wg.linalg.eigvalsh(a)[-1], [np.eye(2)], [np.eye(2) / 2], rounding=16),
        Case("of any matrix", lambda a: wg.real(wg.linalg.eigvals(a)), [np.eye(2)], [np.eye(2)], rounding=16),
        Case("the greatest singular value", lambda a: wg.linalg.norm(a, 2), [np.eye(2)], [np.eye(2) / 2], rounding=16),
        Case("singular values 0", wg.linalg.svdvals, [np.diag([3.0, 0.0])], [np.diag([1.0, 0.0])], rounding=16),
        Case("a root", wg.linalg.sqrtm, [np.eye(2)], [np.full((2, 2), 0.5)], [np.full((2, 2), -0.5)], rounding=16),
    ],
    "Phases of vectors": [
        Case(
            "a projection",
            lambda a: wg.linalg.eigh(a).eigenvectors[0, 0] ** 2,
            [[[2.0, 1.0], [1.0, 2.0]]],
            [[[-0.25, 0.0], [0.0, 0.25]]],
            [[[0.25, 0.0], [0.0, -0.25]]],
            rounding=16,
        ),
    ],
    "Pseudoinverses": [
        Case(
            "pinv",
            wg.linalg.pinv,
            [[[2.0, 0.0], [0.0, 0.0]]],
            [[[-0.25, 0.25], [0.25, 0.0]]],
            rounding=16,
        ),
        Case(
            "lstsq",
            lambda a: wg.linalg.lstsq(a, np.array([4.0, 0.0], a.dtype)).x,
            [[[2.0, 0.0], [0.0, 0.0]]],
            [[[-1.0, 1.0], [0.0, 0.0]]],
            rounding=16,
        ),
    ],
    "Roots and logarithms of real matrices": [
        Case("sqrtm", wg.linalg.sqrtm, [[[-4.0]]], [[[NAN]]], [[[NAN]]]),
        Case("logm", wg.linalg.logm, [[[-4.0]]], [[[NAN]]], [[[NAN]]]),
    ],
    "Special functions at the ends of their domains": [
        Case("entr", wg.special.entr, [[0.0, 1.0]], [[INF, -1.0]], [[-INF, -1.0]]),
        Case("erfinv", wg.special.erfinv, [[-1.0, 1.0]], [[INF, INF]]),
        Case("gammainc", lambda x: wg.special.gammainc([3.0, 1.0, 0.5], x), [np.zeros(3)], [[0.0, 1.0, INF]]),
        Case("gammainc at infinity", lambda a: wg.special.gammainc(a, INF), [2.0], [0.0], [0.0]),
        Case("gammaincc", lambda x: wg.special.gammaincc([3.0, 1.0], x), [np.zeros(2)], [[0.0, -1.0]], [[0.0, 1.0]]),
        Case("rel_entr", wg.special.rel_entr, [[0.0, 0.0], [0.0, 2.0]], [[0.0, -INF], [0.0, 0.0]]),
        Case("kl_div", wg.special.kl_div, [[0.0, 0.0], [0.0, 2.0]], [[0.0, -INF], [1.0, 1.0]]),
        Case("rel_entr outside", wg.special.rel_entr, [[-1.0, 1.0, -1.0], [1.0, -1.0, -1.0]], [[NAN] * 3, [NAN] * 3]),
        Case("xlog1py", wg.special.xlog1py, [[0.0, 0.0], [-1.0, 1.0]], [[0.0, np.log(2)], [0.0, 0.0]], rounding=1),
        Case("i0e", wg.special.i0e, [0.0], [0.0], [0.5]),
        Case("i1e", wg.special.i1e, [0.0], [0.5], [0.0]),
        Case("ive", lambda x: wg.special.ive(2, x), [0.0], [0.0], [0.25]),
        Case("huber", wg.special.huber, [[1.0, 1.0], [1.0, -1.0]], [[0.0, 0.0], [1.0, -1.0]], [[0.0, 0.0], [1.0, 1.0]]),
        Case("huber outside", wg.special.huber, [-1.0, 1.0], [NAN, NAN]),
        Case("pseudo_huber", wg.special.pseudo_huber, [0.0, 0.0], [0.0, 0.0]),
        Case("pseudo_huber outside", wg.special.pseudo_huber, [-1.0, 1.0], [NAN, NAN]),
        Case("boxcox", lambda y: wg.special.boxcox(np.e, y), [0.0], [0.5], [1 / 3], rounding=4),
        Case("boxcox of 0", lambda y: wg.special.boxcox(0.0, y), [2.0], [0.25], [-0.25]),
        Case("inv_boxcox", lambda y: wg.special.inv_boxcox(1.0, y), [0.0], [-np.e / 2], [11 * np.e / 12], rounding=4),
        Case("lambertw", lambda x: wg.real(wg.special.lambertw(x)), [0.0], [1.0], [-2.0]),
        Case("owens_t", lambda h: wg.special.owens_t(h, INF), [0.0], [0.0]),
    ],
    "Special functions in their tails": [
        Case("log_ndtr", wg.special.log_ndtr, [-1e6], [1000000.000001], [-0.999999999999], rounding=4),
        Case("erfcx", wg.special.erfcx, [1e6], [-5.641895835469100e-13], [1.128379167092127e-18], rounding=8),
        Case("expit", wg.special.expit, [60.0], [8.7565107626965203e-27], [-8.7565107626965203e-27], rounding=64),
        Case("i0e", wg.special.i0e, [1e6], [-1.9947121500246404e-10], [2.992068973055139e-16], rounding=8),
        Case("k0e", wg.special.k0e, [1e6], [-6.266568336615697e-10], [9.399850154963944e-16], rounding=64),
        Case("betaln", lambda a: wg.special.betaln(a, 1.0), [1e7], [-1e-7], [1e-14], rounding=8),
    ],
}


def _overwritten(x):
    x[0] = 0.0
    return x


ALL = [pytest.param(case, id=f"{section}: {case.name}") for section, cases in CASES.items() for case in cases]
for_all_cases = pytest.mark.parametrize("case", ALL)
for_both_precisions = pytest.mark.parametrize("dtype", ["float64", "float32"])
# A masked branch is computed all the same, with the warnings that NumPy gives.
pytestmark = pytest.mark.filterwarnings("ignore:.* encountered in:RuntimeWarning")


@for_both_precisions
@for_all_cases
def test_reverse(case, dtype):
    args = case.at(dtype)
    numbers = tuple(range(len(args)))
    for found, expected in zip(wg.grad(case.total, argnums=numbers)(*args), case.gradients, strict=True):
        case.compare(found, expected, dtype)
    leaves = [x.requires_grad_() for x in case.at(dtype)]
    case.total(*leaves).backward()
    for leaf, expected in zip(leaves, case.gradients, strict=True):
        case.compare(leaf.grad, expected, dtype)


@for_both_precisions
@for_all_cases
def test_forward(case, dtype):
    args = case.at(dtype)
    for i, expected in enumerate(case.gradients):
        partials = np.zeros(args[i].shape, dtype)
        for place in np.ndindex(partials.shape):
            tangents = [np.zeros(x.shape, dtype) for x in args]
            tangents[i][place] = 1
            _, moved = wg.jvp(case.function, args, tangents)
            partials[place] = np.sum(np.asarray(moved))
        case.compare(partials, expected, dtype)


@for_both_precisions
@pytest.mark.parametrize("case", [p for p in ALL if p.values[0].second is not None])
def test_second_order(case, dtype):
    args = case.at(dtype)
    ones = [np.ones(x.shape, dtype) for x in args]
    numbers = tuple(range(len(args)))
    gradient = wg.grad(case.total, argnums=numbers)

    def sum_of_gradients(*args):
        return sum(wg.sum(g) for g in gradient(*args))

    def slope(*args):
        return wg.jvp(case.total, args, ones)[1]

    leaves = [x.requires_grad_() for x in case.at(dtype)]
    case.total(*leaves).backward(create_graph=True)
    first = sum(wg.sum(x.grad) for x in leaves)
    for leaf in leaves:
        leaf.grad = None
    if first.requires_grad:
        first.backward()
    ways = {
        "reverse over reverse": wg.grad(sum_of_gradients, argnums=numbers)(*args),
        "forward over reverse": wg.jvp(gradient, args, ones)[1],
        "reverse over forward": wg.grad(slope, argnums=numbers)(*args),
        "the tape twice": [wg.zeros_like(x) if x.grad is None else x.grad for x in leaves],
    }
    for way, found in ways.items():
        for one, expected in zip(found, case.second, strict=True):
            try:
                case.compare(one, expected, dtype)
            except AssertionError as error:
                error.add_note(way)
                raise


# Derivatives of sin(πx)/(πx) of orders 1 to 5: Σ (-1)ᵏ π²ᵏ x^(2k-n) (2k)! / ((2k+1)! (2k-n)!), with fifty digits.
SINC_POINTS = [1e-9, 1e-4, 0.01, 0.3, 0.5, 1.0, 2.5, -1e-4, -0.3]
SINC_DERIVATIVES = """
-3.2898681336964531e-9 -0.00032898681012267561 -0.032895434481712399 -0.90202813013888879 -1.2732395447351627 -1.0
-0.050929581789406507 0.00032898681012267561 0.90202813013888879

-3.2898681336964529 -3.2898680362873624 -3.2888941000101958 -2.4584852862661743 -1.1902271282389357 2.0
-1.2158933960043921 -3.2898680362873624 -2.4584852862661743

1.9481818206800489e-8 0.00194818179778983 0.19479529272766102 5.2474931529243694 7.1413627694336144 3.8696044010893586
1.4590720752052705 -0.00194818179778983 -5.2474931529243694

19.481818206800487 19.481817520093925 19.474951580404112 13.648773849855683 4.8816512051307252 -15.478417604357434
10.067995351791495 19.481817520093925 13.648773849855683

-1.3734131336790064e-7 -0.013734131161076527 -1.3732374272360797 -36.627473667589358 -48.816512051307252
-20.017003012215265 -20.135990703582991 0.013734131161076527 36.627473667589358
"""


def test_sinc_has_exact_derivatives_of_every_order():
    function, derivatives = wg.sinc, [np.array(row.split(), float) for row in SINC_DERIVATIVES.strip().split("\n\n")]
    for n, expected in enumerate(derivatives, 1):
        function = wg.grad(lambda x, f=function: wg.sum(f(x)))
        found = np.asarray(function(wg.array(SINC_POINTS)))
        scale = np.pi**n / (n + 1)  # the largest value that the derivative has
        np.testing.assert_allclose(found, expected, rtol=4e-15, atol=4e-16 * scale)
        near = np.abs(SINC_POINTS) < 0.02
        np.testing.assert_allclose(found[near], expected[near], rtol=2e-15)  # no digit is lost near 0
    moved = wg.jvp(wg.sinc, (wg.array(SINC_POINTS),), (np.ones(9),))[1]
    np.testing.assert_allclose(moved, derivatives[0], rtol=4e-15, atol=1e-15)


# Complex numbers -----------------------------------------------------------------------------------------------------

Z = np.array([3 + 4j, -1 + 0.5j, -2j, 0.25])
COMPLEX = {
    "abs(z)²": (lambda z: wg.abs(z) ** 2, 2 * Z),
    "real(z)": (wg.real, np.ones(4)),
    "imag(z)": (wg.imag, 1j * np.ones(4)),
    "abs(z)": (wg.abs, Z / np.abs(Z)),
    "angle(z)": (wg.angle, 1j * Z / np.abs(Z) ** 2),
    "z conj(z)": (lambda z: wg.real(z * wg.conj(z)), 2 * Z),
    "conj": (lambda z: wg.real(wg.conj(z) * (1 + 2j)), np.full(4, 1 + 2j)),
    "holomorphic": (lambda z: wg.real(wg.exp(1j * z)), np.conj(1j * np.exp(1j * Z))),
    "the norm": (lambda z: wg.linalg.norm(z), Z / np.linalg.norm(Z)),
    "the phase": (lambda z: wg.real(wg.sign(z)), (1 - Z.real / np.abs(Z) * Z / np.abs(Z)) / np.abs(Z)),
}


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("name", COMPLEX)
def test_complex_gradient_is_the_direction_of_steepest_ascent(name, dtype):
    function, expected = COMPLEX[name]
    z, t = wg.array(Z.astype(dtype)), np.array([1, 1j, 2 - 1j, -0.5j]).astype(dtype)
    tolerance = 8 * np.finfo(dtype).eps
    gradient = wg.grad(lambda z: wg.sum(function(z)))(z)
    assert gradient.dtype == dtype
    np.testing.assert_allclose(gradient, expected, rtol=tolerance, atol=tolerance)
    moved = wg.jvp(lambda z: wg.sum(function(z)), (z,), (t,))[1]
    np.testing.assert_allclose(moved, np.sum(np.conj(expected) * t).real, rtol=4 * tolerance, atol=4 * tolerance)
    leaf = wg.array(z).requires_grad_()
    wg.sum(function(leaf)).backward()
    np.testing.assert_array_equal(leaf.grad, gradient)


def test_complex_second_derivative_of_the_modulus():
    """The Hessian of abs(z) is the projection across z over abs(z); of its square, twice the identity."""
    t = np.array([1, 1j, 2 - 1j, -0.5j])
    across = 1j * Z / np.abs(Z)
    projected = across * (np.conj(across) * t).real / np.abs(Z)
    for function, expected in ((wg.abs, projected), (lambda z: wg.abs(z) ** 2, 2 * t)):
        gradient = wg.grad(lambda z, f=function: wg.sum(f(z)))
        np.testing.assert_allclose(wg.jvp(gradient, (wg.array(Z),), (t,))[1], expected, atol=1e-15)
        weighted = lambda z, g=gradient: wg.sum(wg.real(g(z) * np.conj(t)))  # noqa: E731
        np.testing.assert_allclose(wg.grad(weighted)(wg.array(Z)), expected, atol=1e-15)


@pytest.mark.parametrize("function", [wg.abs, wg.angle, lambda z: wg.real(wg.sign(z)), wg.linalg.norm])
def test_complex_zero(function):
    z = wg.zeros(2, dtype=complex)
    gradient = wg.grad(lambda z: wg.sum(function(z)))
    np.testing.assert_array_equal(gradient(z), np.zeros(2))
    np.testing.assert_array_equal(wg.jvp(function, (z,), (np.ones(2) + 1j,))[1], np.zeros(np.shape(function(z))))
    np.testing.assert_array_equal(wg.jvp(gradient, (z,), (np.ones(2) + 1j,))[1], np.zeros(2))


# The page ------------------------------------------------------------------------------------------------------------


def test_every_section_of_the_page_has_a_case():
    sections = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    tested = {*CASES, "Complex numbers"}
    assert [s for s in sections if s not in tested] == []
    assert tested <= set(sections)


def test_every_row_of_the_table_leads_to_a_section():
    text = PAGE.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", s).lower().replace(" ", "-") for s in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == anchors

"""Part 1: from the limit to the derivative."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disable-error-code="union-attr,operator"

import numpy as np

import wengert as wg
from wengert.tour import display

from ..stage import Part


def limit():
    """The derivative as a limit.

    The derivative of f(x) = 3x² − 4x at x = 1 is what the difference quotient tends to as h goes to 0. It comes nearer
    with each smaller h and never arrives; `wg.grad` gives the limit itself, exactly.
    """

    def f(x):
        return 3 * x**2 - 4 * x

    exact = wg.grad(f)(1.0)
    print("      h   (f(1 + h) - f(1)) / h   exact      error")
    for h in (0.1, 0.01, 0.001, 0.0001, 0.00001):
        quotient = (f(1 + h) - f(1)) / h
        error = quotient - exact
        print(f"{h:7.0e}   {quotient:21.10f}   {exact:5.1f}   {error:8.1e}")

    assert exact == 2
    assert abs(quotient - exact) < 1e-4
    return f


def tangent(f):
    """The slope of the tangent.

    The derivative is the slope of the line that touches the curve. `wg.plot` draws the curve, its derivative (by
    differentiating the function at each point), and the tangent.
    """
    slope = wg.grad(f)(1.0)
    print(f"the tangent at x = 1 is y = {slope} x + ({f(1.0) - slope * 1.0})")
    assert slope == 2
    assert f(1.0) - slope == -3

    display(
        wg.plot(f, (0, 3), tangent_at=1),
        "f(x) = 3x² − 4x, its derivative 6x − 4, and the tangent at x = 1.",
    )


def sine():
    """A derivative that nobody looked up.

    The derivative of sin comes from differentiating sin: `grad` for the derivative at one point, `vmap` to take it at
    many points at once. Only the check at the end knows that it is called cos.
    """
    x = np.linspace(-2 * np.pi, 2 * np.pi, 1001)
    slope = wg.vmap(wg.grad(wg.sin))(x)
    error = np.max(np.abs(slope - np.cos(x)))
    print(f"largest difference from cos x at {len(x)} points: {error}")
    assert error < 1e-15

    display(
        wg.plot(wg.sin, (-2 * np.pi, 2 * np.pi)),
        "sin x and its derivative, found by differentiation.",
    )


def higher_orders():
    """Derivatives of derivatives.

    A derivative is a function like any other, so it has a derivative. After four of them sin comes back.
    """
    derivative = wg.sin
    for order in range(1, 5):
        derivative = wg.grad(derivative)
        print(f"derivative {order} of sin at 1: {derivative(1.0):+.12f}")

    assert abs(derivative(1.0) - np.sin(1.0)) < 1e-15


PART = Part(
    1,
    "derivative",
    "Derivatives",
    "What a derivative is, first by brute force and then exactly: limits, slopes, tangents.",
    (limit, tangent, sine, higher_orders),
)

"""A curve through points, and how long it is: the natural cubic spline, its equations solved by the Thomas algorithm.

W. H. Press et al., Numerical Recipes, 3rd edition, sections 2.4.2 and 3.3.
"""

import numpy as np


def solve_tridiagonal(lower, main, upper, right):
    """x with lower[i] x[i - 1] + main[i] x[i] + upper[i] x[i + 1] = right[i], by elimination without pivoting."""
    n = len(main)
    pivot, x = np.zeros_like(right), np.zeros_like(right)
    divisor = main[0]
    x[0] = right[0] / divisor
    for i in range(1, n):
        pivot[i] = upper[i - 1] / divisor
        divisor = main[i] - lower[i] * pivot[i]
        x[i] = (right[i] - lower[i] * x[i - 1]) / divisor
    for i in range(n - 2, -1, -1):
        x[i] -= pivot[i + 1] * x[i + 1]
    return x


def second_derivatives(x, y):
    """Those of the spline at the points; 0 at both ends."""
    h = x[1:] - x[:-1]
    slopes = (y[1:] - y[:-1]) / h
    result = np.zeros_like(y)
    result[1:-1] = solve_tridiagonal(h[:-1] / 6, (h[:-1] + h[1:]) / 3, h[1:] / 6, slopes[1:] - slopes[:-1])
    return result


def spline(x, y, at):
    """The spline through (x, y), with x increasing, at other places; the outer pieces go on beyond the ends."""
    curvature = second_derivatives(x, y)
    left = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    h = x[left + 1] - x[left]
    a = (x[left + 1] - at) / h
    b = (at - x[left]) / h
    bend = ((a**3 - a) * curvature[left] + (b**3 - b) * curvature[left + 1]) * h**2 / 6
    return a * y[left] + b * y[left + 1] + bend


def length(heights, x, pieces=200):
    """The length of the curve through points of these heights, measured along a chain of straight pieces."""
    at = np.linspace(x[0], x[-1], pieces + 1)
    curve = spline(x, heights, at)
    return np.sum(np.hypot(at[1:] - at[:-1], curve[1:] - curve[:-1]))


def example():
    x = np.array([0.0, 0.7, 1.5, 2.0, 3.1, 4.0, 5.2, 6.0])
    return {"heights": np.sin(x) + 0.2 * x, "x": x}

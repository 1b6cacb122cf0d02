"""The problems particle and saddle in plain Python and NumPy: the suite's descent, with derivatives by tangents.

The four functions of a problem differ in how a library is to find the derivatives, not in what they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Input = Any
SMALL = 1e-5
CHARGES = ((10.0, 10.0), (10.0, 0.0))
"""Where the charges are if w is zero; w lowers the first."""
STEP = 0.1

Point = np.ndarray


def argmin(
    value: Callable[[Point], float],
    gradient: Callable[[Point], Point],
    start: Point,
    gradient_tangent: Callable[[Point], Point] | None = None,
) -> tuple[Point, Point]:
    """The suite's descent with a step that grows and shrinks: where it ends, and the tangents of that.

    `gradient_tangent` gives, of the tangents of the point, those of the gradient there: they follow every accepted
    step. The comparisons, and with them the step's length, count as constant, as in every derivative of a program.
    """
    x, fx, g = start, value(start), gradient(start)
    tangent = np.zeros((len(start), len(start)))
    accepted, rate = 0, SMALL
    while math.hypot(*g) > SMALL:
        if accepted == 10:
            rate, accepted = 2 * rate, 0
            continue
        moved = x - rate * g
        if math.hypot(*(x - moved)) <= SMALL:
            break
        f_moved = value(moved)
        if f_moved < fx:
            if gradient_tangent is not None:
                tangent = tangent - rate * gradient_tangent(tangent)
            x, fx, g, accepted = moved, f_moved, gradient(moved), accepted + 1
        else:
            rate, accepted = rate / 2, 0
    return x, tangent


def particle(input: Input) -> np.ndarray:
    w, _ = argmin(
        lambda w: flight(w[0])[0], lambda w: np.array([flight(w[0])[1]]), np.array([input["w"]], dtype=np.float64)
    )
    return w[0]


def flight(w: float) -> tuple[float, float]:
    """The square of where the particle lands, and its derivative by w."""
    (x, y), (vx, vy) = (0.0, 8.0), (0.75, 0.0)
    (dx, dy), (dvx, dvy) = (0.0, 0.0), (0.0, 0.0)
    while True:
        (ax, ay), (dax, day) = _acceleration(x, y, dx, dy, w)
        x, y, dx, dy = x + STEP * vx, y + STEP * vy, dx + STEP * dvx, dy + STEP * dvy
        if y <= 0:
            tau = -y / vy
            dtau = -(dy + tau * dvy) / vy
            landed = x + tau * vx
            return landed**2, 2 * landed * (dx + dtau * vx + tau * dvx)
        vx, vy, dvx, dvy = vx + STEP * ax, vy + STEP * ay, dvx + STEP * dax, dvy + STEP * day


def _acceleration(x: float, y: float, dx: float, dy: float, w: float) -> tuple[tuple[float, float], ...]:
    """Minus the gradient of the potential, Σ r/|r|³ over the ways r from the charges, and its tangent by w."""
    ax = ay = dax = day = 0.0
    for (cx, cy), lowered in zip(CHARGES, (1.0, 0.0), strict=True):
        rx, ry, dry = x - cx, y - (cy - lowered * w), dy + lowered
        square = rx * rx + ry * ry
        cube = square * math.sqrt(square)
        along = 3 * (rx * dx + ry * dry) / square
        ax, ay = ax + rx / cube, ay + ry / cube
        dax, day = dax + (dx - along * rx) / cube, day + (dry - along * ry) / cube
    return (ax, ay), (dax, day)


def saddle(input: Input) -> np.ndarray:
    """Minimises over a the maximum over b of |a|² − |b|², which an inner descent finds."""
    start = np.asarray(input["start"], dtype=np.float64)
    a, _ = argmin(lambda a: _worst(a, start)[0], lambda a: _worst(a, start)[1], start)
    b, _ = argmin(lambda b: -_height(a, b), lambda b: 2 * b, start)
    return np.concatenate([a, b])


def _height(a: Point, b: Point) -> float:
    return float(a @ a - b @ b)


def _worst(a: Point, start: Point) -> tuple[float, Point]:
    """The maximum over b, and its gradient by a through the inner descent.

    The inner gradient is that of −f by b, 2b; its derivatives are 0 by a and 2 by b.
    """
    b, tangent = argmin(lambda b: -_height(a, b), lambda b: 2 * b, start, lambda tangent: 2 * tangent)
    return _height(a, b), 2 * a - 2 * b @ tangent

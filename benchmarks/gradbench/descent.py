"""What particle and saddle share: descent with a step that grows and shrinks, and the modes of their gradients."""

from __future__ import annotations

from collections.abc import Callable

import wengert as wg

Function = Callable[[wg.Array], wg.Array]
Mode = Callable[[Function], Function]
PRECISION = 1e-5

MODES: dict[str, Mode] = {"f": wg.jacfwd, "r": wg.grad}
"""The gradient of a function: forward, a tangent for each variable, or reverse."""


def norm(x: wg.Array) -> wg.Array:
    return wg.sqrt(wg.sum(x * x))


def argmin(f: Function, mode: Mode, start: wg.Array, longest: int | None = None) -> wg.Array:
    """Where f is least, downhill from a start, in at most so many steps: a reverse sweep then stores all of them."""
    gradient = mode(f)

    def step(state: tuple) -> tuple:
        x, fx, g, size, count, _ = state
        growing = count == 10
        size, count = wg.where(growing, 2 * size, size), wg.where(growing, 0, count)
        new = x - size * g
        moved = norm(x - new) > PRECISION
        value = f(new)

        def accepted() -> tuple:
            slope = gradient(new)
            return new, value, slope, size, count + 1, norm(slope) > PRECISION

        def refused() -> tuple:
            return x, fx, g, size / 2, wg.zeros_like(count), moved

        return wg.cond(moved & (value < fx), accepted, refused)

    g = gradient(start)
    first = (start, f(start), g, wg.asarray(1e-5), wg.asarray(0), norm(g) > PRECISION)
    return wg.while_loop(lambda state: state[-1], step, first, max_steps=longest)[0]


def argmax(f: Function, mode: Mode, start: wg.Array, longest: int | None = None) -> wg.Array:
    return argmin(lambda x: -f(x), mode, start, longest)

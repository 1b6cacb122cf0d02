"""What particle and saddle share: descent with a step that grows and shrinks, and the modes of their gradients."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

Function = Callable[[jax.Array], jax.Array]
Mode = Callable[[Function], Function]
PRECISION = 1e-5

MODES: dict[str, Mode] = {"f": jax.jacfwd, "r": jax.grad}
"""The gradient of a function: forward, a tangent for each variable, or reverse."""


def norm(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.sum(x * x))


def argmin(f: Function, mode: Mode, start: jax.Array) -> jax.Array:
    """Where f is least, downhill from a start."""
    gradient = mode(f)

    def step(state: tuple) -> tuple:
        x, fx, g, size, count, _ = state
        growing = count == 10
        size, count = jnp.where(growing, 2 * size, size), jnp.where(growing, 0, count)
        new = x - size * g
        moved = norm(x - new) > PRECISION
        value = f(new)

        def accepted() -> tuple:
            slope = gradient(new)
            return new, value, slope, size, count + 1, norm(slope) > PRECISION

        def refused() -> tuple:
            return x, fx, g, size / 2, jnp.zeros_like(count), moved

        return lax.cond(moved & (value < fx), accepted, refused)

    g = gradient(start)
    first = (start, f(start), g, jnp.asarray(1e-5), jnp.asarray(0), norm(g) > PRECISION)
    return lax.while_loop(lambda state: state[-1], step, first)[0]


def argmax(f: Function, mode: Mode, start: jax.Array) -> jax.Array:
    return argmin(lambda x: -f(x), mode, start)

"""Gradient descent with a step that grows and shrinks, as particle and saddle have it, and loops for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Function = Callable[[jax.Array], jax.Array]
Loop = Callable[[Callable[[Any], jax.Array], Callable[[Any], Any], Any], Any]
PRECISION = 1e-5


def bounded(longest: int) -> Loop:
    """A `jax.lax.while_loop` that reverse mode can go through, because its length is known; NaN if it is too short."""

    def loop(unfinished: Callable[[Any], jax.Array], step: Callable[[Any], Any], start: Any) -> Any:
        @jax.checkpoint  # several times faster
        def masked(state: Any, _: None) -> tuple[Any, None]:
            going = unfinished(state)
            return jax.tree.map(lambda new, old: jnp.where(going, new, old), step(state), state), None

        state, _ = jax.lax.scan(masked, start, length=longest)
        failed = unfinished(state)
        return jax.tree.map(lambda x: jnp.where(failed, jnp.nan, x) if x.dtype == float else x, state)

    return loop


def norm(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.sum(x * x))


def argmin(f: Function, gradient: Function, start: jax.Array, loop: Loop = jax.lax.while_loop) -> jax.Array:
    """Where f is least, downhill from a start."""

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

        return jax.lax.cond(moved & (value < fx), accepted, refused)

    g = gradient(start)
    first = (start, f(start), g, jnp.array(1e-5), jnp.array(0), norm(g) > PRECISION)
    return loop(lambda state: state[-1], step, first)[0]

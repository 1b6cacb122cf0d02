"""Steering a charged particle: a charge's place is found by descent, through a loop of unknown length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from .descent import Loop, argmin, bounded

STEP = 0.1
LONGEST = 400
"""Steps of a flight, where reverse mode has to go through it; it takes about 355."""
Mode = Callable[[Callable[..., jax.Array]], Callable[..., Any]]


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (jnp.array(float(input["w"])),)


def forward(f: Callable[..., jax.Array]) -> Callable[..., Any]:
    """The partial derivatives of a function of scalars, by a tangent for each."""

    def partials(*xs: jax.Array) -> tuple[jax.Array, ...]:
        seeds = [tuple(jnp.array(float(i == j)) for j in range(len(xs))) for i in range(len(xs))]
        return tuple(jax.jvp(f, xs, seed)[1] for seed in seeds)

    return partials


def reverse(f: Callable[..., jax.Array]) -> Callable[..., Any]:
    return lambda *xs: jax.grad(f, tuple(range(len(xs))))(*xs)


def miss(w: jax.Array, mode: Mode, loop: Loop) -> jax.Array:
    """The square of how far from the origin the particle lands. Its coordinates are scalars: XLA is best at those."""
    charges = [(10.0, 10 - w), (10.0, 0.0)]
    force = mode(lambda x, y: -sum(1 / jnp.sqrt((x - a) ** 2 + (y - b) ** 2) for a, b in charges))

    def step(state: tuple) -> tuple:
        x, y, v, u, *_ = state
        a, b = force(x, y)
        return x + STEP * v, y + STEP * u, v + STEP * a, u + STEP * b, v, u

    start = tuple(jnp.array(x) for x in (0.0, 8.0, 0.75, 0.0, 0.75, 0.0))
    x, y, _, _, v, u = loop(lambda state: state[1] > 0, step, start)
    return (x - y / u * v) ** 2


def steering(outer: Mode, inner: Mode, loop: Loop) -> Callable[[jax.Array], jax.Array]:
    def value(w: jax.Array) -> jax.Array:
        return miss(w, inner, jax.lax.while_loop)

    def slope(w: jax.Array) -> jax.Array:
        return outer(lambda w: miss(w, inner, loop))(w)[0]

    return jax.jit(lambda w: argmin(value, slope, w))


ff = steering(forward, forward, jax.lax.while_loop)
fr = steering(forward, reverse, jax.lax.while_loop)
rf = steering(reverse, forward, bounded(LONGEST))
rr = steering(reverse, reverse, bounded(LONGEST))

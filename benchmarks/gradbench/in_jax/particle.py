"""Steering a charged particle: a charge's place is found by descent, through a loop of unknown length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from .descent import MODES, Mode, argmin

STEP = 0.1


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (jnp.asarray(float(input["w"])),)


def distance(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.sum((a - b) ** 2))


def miss(w: jax.Array, mode: Mode) -> jax.Array:
    """The square of how far from the origin the particle lands."""
    charges = [jnp.stack([10.0, 10 - w]), jnp.array([10.0, 0.0])]
    force = mode(lambda x: -sum(1 / distance(x, charge) for charge in charges))

    def step(state: tuple) -> tuple:
        x, v, _ = state
        return x + STEP * v, v + STEP * force(x), v

    start = jnp.array([0.75, 0.0])
    x, _, v = lax.while_loop(lambda state: state[0][1] > 0, step, (jnp.array([0.0, 8.0]), start, start))
    return (x[0] - x[1] / v[1] * v[0]) ** 2


def steering(outer: Mode, inner: Mode) -> Callable[[jax.Array], jax.Array]:
    return jax.jit(lambda w: argmin(lambda w: miss(w, inner), outer, w))


# There is no reverse mode through a loop of unknown length, so that the outer one has to be forward.
ff, fr = (steering(MODES["f"], MODES[inner]) for inner in "fr")

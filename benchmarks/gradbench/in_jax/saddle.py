"""A saddle point: one descent inside the other, differentiated through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .descent import Function, Loop, argmin, bounded

LONGEST = 200
"""Steps of an inner descent, where reverse mode has to go through it; it takes 155."""
Mode = Callable[[Function], Function]


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (jnp.array(np.asarray(input["start"], float)),)


def f(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.sum(a**2) - jnp.sum(b**2)


def minmax(outer: Mode, inner: Mode, loop: Loop) -> Callable[[jax.Array], jax.Array]:
    @jax.jit
    def found(start: jax.Array) -> jax.Array:
        def best_answer(a: jax.Array, loop: Loop = jax.lax.while_loop) -> jax.Array:
            negative = lambda b: -f(a, b)  # noqa: E731
            return argmin(negative, inner(negative), start, loop)

        a = argmin(lambda a: f(a, best_answer(a)), outer(lambda a: f(a, best_answer(a, loop))), start)
        return jnp.concatenate([a, best_answer(a)])

    return found


ff = minmax(jax.jacfwd, jax.jacfwd, jax.lax.while_loop)
fr = minmax(jax.jacfwd, jax.grad, jax.lax.while_loop)
rf = minmax(jax.grad, jax.jacfwd, bounded(LONGEST))
rr = minmax(jax.grad, jax.grad, bounded(LONGEST))

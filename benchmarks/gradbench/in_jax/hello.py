"""The protocol's greeting: a square and its derivative."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def prepare(x: float) -> tuple[Any, ...]:
    return (jnp.array(float(x)),)


@jax.jit
def square(x: jax.Array) -> jax.Array:
    return x * x


double = jax.jit(jax.grad(square))

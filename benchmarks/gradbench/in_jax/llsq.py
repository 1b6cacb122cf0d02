"""Least squares: how far a polynomial is from the sign function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    t = jnp.linspace(-1.0, 1.0, int(input["n"]))
    return jnp.array(np.asarray(input["x"], float)), t, jnp.sign(t)


@jax.jit
def primal(x: jax.Array, t: jax.Array, s: jax.Array) -> jax.Array:
    def horner(value: jax.Array, coefficient: jax.Array) -> tuple[jax.Array, None]:
        return value * t + coefficient, None

    value, _ = jax.lax.scan(horner, jnp.zeros_like(t), x, reverse=True, unroll=8)
    return jnp.sum((s - value) ** 2) / 2


gradient = jax.jit(jax.grad(primal))

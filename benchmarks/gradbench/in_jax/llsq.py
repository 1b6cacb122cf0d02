"""Least squares: the polynomial by a scan over its coefficients, the fastest of several ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    t = jnp.linspace(-1.0, 1.0, int(input["n"]))
    return jnp.asarray(np.asarray(input["x"], float)), t, jnp.sign(t)


@jax.jit
def primal(x: jax.Array, t: jax.Array, s: jax.Array) -> jax.Array:
    value, _ = jax.lax.scan(lambda v, c: (v * t + c, None), jnp.zeros_like(t), x, reverse=True, unroll=8)
    return jnp.sum((s - value) ** 2) / 2


gradient = jax.jit(jax.grad(primal))

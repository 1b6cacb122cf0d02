"""k-means: for the cost the least of all distances, for the derivatives those to the nearest centroids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(jnp.asarray(np.asarray(input[name], float)) for name in ("points", "centroids"))


@jax.jit
def cost(points: jax.Array, centroids: jax.Array) -> jax.Array:
    squares = jnp.sum(centroids**2, axis=1) - 2 * points @ centroids.T
    return jnp.sum(points**2) + jnp.sum(jnp.min(squares, axis=1))


def to_nearest(points: jax.Array, centroids: jax.Array) -> jax.Array:
    """The same number; its derivatives need no mask of all pairs."""
    squares = jax.lax.stop_gradient(jnp.sum(centroids**2, axis=1) - 2 * points @ centroids.T)
    return jnp.sum((points - centroids[jnp.argmin(squares, axis=1)]) ** 2)


@jax.jit
def dir(points: jax.Array, centroids: jax.Array) -> jax.Array:
    def gradient(centroids: jax.Array) -> jax.Array:
        return jax.grad(to_nearest, 1)(points, centroids)

    first, diagonal = jax.jvp(gradient, (centroids,), (jnp.ones_like(centroids),))
    return first / diagonal

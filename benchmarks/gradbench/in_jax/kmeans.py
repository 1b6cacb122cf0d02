"""k-means clustering: a Newton step for the centroids, of which the Hessian is diagonal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(jnp.array(np.asarray(input[name], float)) for name in ("points", "centroids"))


@jax.jit
def cost(points: jax.Array, centroids: jax.Array) -> jax.Array:
    squares = jnp.sum(centroids**2, axis=1)

    @jax.checkpoint  # by the hundred, and the distances are not kept: they stay in the cache
    def nearest(point: jax.Array) -> jax.Array:
        return point @ point + jnp.min(squares - 2 * centroids @ point)

    return jnp.sum(jax.lax.map(nearest, points, batch_size=100))


@jax.jit
def dir(points: jax.Array, centroids: jax.Array) -> jax.Array:
    """Gradient over Hessian's diagonal, which is the Hessian's product with ones."""
    gradient, diagonal = jax.jvp(lambda c: jax.grad(cost, 1)(points, c), (centroids,), (jnp.ones_like(centroids),))
    return gradient / diagonal

"""k-means clustering: a Newton step for the centroids, of which the Hessian is diagonal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(wg.asarray(np.asarray(input[name], float)) for name in ("points", "centroids"))


@wg.compile
def cost(points: wg.Array, centroids: wg.Array) -> wg.Array:
    nearest = wg.argmin(wg.sum(centroids**2, axis=1) - 2 * points @ centroids.T, axis=1)
    return wg.sum((points - centroids[nearest]) ** 2)


@wg.compile
def dir(points: wg.Array, centroids: wg.Array) -> wg.Array:
    """Gradient over Hessian's diagonal, which is the Hessian's product with ones."""
    gradient, diagonal = wg.jvp(lambda c: wg.grad(cost, 1)(points, c), (centroids,), (wg.ones_like(centroids),))
    return gradient / diagonal

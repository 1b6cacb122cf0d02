"""k-means clustering: a Newton step for the centroids, of which the Hessian is diagonal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(wg.asarray(np.asarray(input[name], float)) for name in ("points", "centroids"))


def scores(points: wg.Array, centroids: wg.Array) -> wg.Array:
    """The squares of all distances, but for what does not depend on the centroid."""
    return wg.sum(centroids**2, axis=1) - 2 * points @ centroids.T


@wg.compile
def cost(points: wg.Array, centroids: wg.Array) -> wg.Array:
    return wg.sum(points**2) + wg.sum(wg.min(scores(points, centroids), axis=1))


def to_nearest(points: wg.Array, centroids: wg.Array) -> wg.Array:
    """The same number; its derivatives need no mask of all pairs."""
    nearest = wg.argmin(scores(points, centroids), axis=1)
    return wg.sum((points - centroids[nearest]) ** 2)


@wg.compile
def dir(points: wg.Array, centroids: wg.Array) -> wg.Array:
    """Gradient over Hessian's diagonal, which is the Hessian's product with ones."""

    def gradient(centroids: wg.Array) -> wg.Array:
        return wg.grad(to_nearest, 1)(points, centroids)

    first, diagonal = wg.jvp(gradient, (centroids,), (wg.ones_like(centroids),))
    return first / diagonal

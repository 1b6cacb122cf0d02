"""Bundle adjustment: the sparse Jacobian of many reprojection errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    n, m, p = (int(input[name]) for name in ("n", "m", "p"))
    shapes = {"cam": (n, 11), "x": (m, 3), "w": (p,), "feat": (p, 2)}
    return tuple(jnp.array(np.broadcast_to(np.asarray(input[name], float), shape)) for name, shape in shapes.items())


def cross(a: Sequence[jax.Array], b: Sequence[jax.Array]) -> list[jax.Array]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def dot(a: Sequence[jax.Array], b: Sequence[jax.Array]) -> jax.Array:
    return sum(x * y for x, y in zip(a, b, strict=True))


def rotated(r: Sequence[jax.Array], v: Sequence[jax.Array]) -> list[jax.Array]:
    """The vector turned about the axis r, by as many radians as r is long (Rodrigues)."""
    square = dot(r, r)
    turned = square > 0
    angle = jnp.sqrt(jnp.where(turned, square, 1.0))
    c, s = jnp.cos(angle), jnp.sin(angle)
    axis = [x / angle for x in r]
    along = dot(axis, v) * (1 - c)
    far = [x * c + y * s + z * along for x, y, z in zip(v, cross(axis, v), axis, strict=True)]
    return [jnp.where(turned, x, y + z) for x, y, z in zip(far, v, cross(r, v), strict=True)]


def reprojection(variables: jax.Array, feature: jax.Array) -> jax.Array:
    """How far from the feature a camera (11 numbers) sees a point (3), times a weight. XLA is best at scalars."""
    *camera, x, y, z, w = variables
    focal, principal, k1, k2 = camera[6], camera[7:9], camera[9], camera[10]
    seen = rotated(camera[:3], [x - camera[3], y - camera[4], z - camera[5]])
    h = seen[0] / seen[2], seen[1] / seen[2]
    square = dot(h, h)
    scale = focal * (1 + k1 * square + k2 * square**2)
    return jnp.stack([w * (scale * h[i] + principal[i] - feature[i]) for i in range(2)])


def weight_error(w: jax.Array) -> jax.Array:
    return 1 - w**2


def observations(cam: jax.Array, x: jax.Array, w: jax.Array) -> jax.Array:
    """What each observation depends on."""
    i = jnp.arange(len(w))
    return jnp.concatenate([cam[i % len(cam)], x[i % len(x)], w[:, None]], axis=1)


@jax.jit
def objective(cam: jax.Array, x: jax.Array, w: jax.Array, feat: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jax.vmap(reprojection)(observations(cam, x, w), feat), weight_error(w)


@jax.jit
def jacobian(cam: jax.Array, x: jax.Array, w: jax.Array, feat: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Compressed sparse rows: a block of 2 x 15 for each observation, then a diagonal of the weights."""
    n, m, p = len(cam), len(x), len(w)
    blocks = jax.vmap(jax.jacrev(reprojection))(observations(cam, x, w), feat)
    values = jnp.concatenate([blocks.ravel(), jax.vmap(jax.grad(weight_error))(w)])

    i, j = jnp.arange(p)[:, None, None], jnp.arange(15)
    first = jnp.where(j < 11, 11 * (i % n), jnp.where(j < 14, 11 * n + 3 * (i % m) - 11, 11 * n + 3 * m + i - 14))
    columns = jnp.concatenate(
        [jnp.broadcast_to(first + j, (p, 2, 15)).ravel(), jnp.arange(11 * n + 3 * m, 11 * n + 3 * m + p)]
    )
    rows = jnp.concatenate([jnp.arange(0, 30 * p, 15), jnp.arange(30 * p, 31 * p + 1)])
    return rows, columns, values


def reply(name: str, result: Any) -> Any:
    """All observations of a request are alike: the protocol asks for the first, and the last number."""
    if name == "objective":
        (errors, weights), count = result, len(result[1])
        return {
            "reproj_error": {"elements": errors[0].tolist(), "repeated": count},
            "w_err": {"element": weights[0].item(), "repeated": count},
        }
    return {
        name: [*array[:30].tolist(), array[-1].item()]
        for name, array in zip(("rows", "cols", "vals"), result, strict=True)
    }

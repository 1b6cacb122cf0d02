"""Bundle adjustment: the sparse Jacobian of many reprojection errors, a batch of reverse sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    n, m, p = (int(input[name]) for name in ("n", "m", "p"))
    shapes = {"cam": (n, 11), "x": (m, 3), "w": (p,), "feat": (p, 2)}
    arrays = [jnp.asarray(np.broadcast_to(np.asarray(input[name], float), shape)) for name, shape in shapes.items()]
    return *arrays, (jnp.arange(p) % n, jnp.arange(p) % m, jnp.arange(p))


def rotated(r: jax.Array, v: jax.Array) -> jax.Array:
    square = jnp.dot(r, r)
    turned = square > 0
    angle = jnp.sqrt(jnp.where(turned, square, 1.0))
    axis = r / angle
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    far = v * cos + cross(axis, v) * sin + axis * jnp.dot(axis, v) * (1 - cos)
    return jnp.where(turned, far, v + cross(r, v))


def cross(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def reprojection(variables: jax.Array, feat: jax.Array) -> jax.Array:
    """Of a camera's 11 numbers, a point's 3 and a weight."""
    cam, x, w = variables[:11], variables[11:14], variables[14]
    seen = rotated(cam[:3], x - cam[3:6])
    h = seen[:2] / seen[2]
    square = jnp.dot(h, h)
    return w * (cam[6] * h * (1 + cam[9] * square + cam[10] * square**2) + cam[7:9] - feat)


def weight_error(w: jax.Array) -> jax.Array:
    return 1 - w**2


@jax.jit
def objective(cam, x, w, feat, observed):
    camera, point, weight = observed
    variables = jnp.concatenate([cam[camera], x[point], w[weight][:, None]], axis=1)
    return jax.vmap(reprojection)(variables, feat), weight_error(w)


@jax.jit
def jacobian(cam, x, w, feat, observed):
    camera, point, weight = observed
    p = len(w)
    points, weights = 11 * len(cam), 11 * len(cam) + 3 * len(x)
    variables = jnp.concatenate([cam[camera], x[point], w[weight][:, None]], axis=1)
    blocks = jax.vmap(jax.jacrev(reprojection))(variables, feat)
    columns = jnp.concatenate(
        [
            11 * camera[:, None] + jnp.arange(11),
            points + 3 * point[:, None] + jnp.arange(3),
            weights + weight[:, None],
        ],
        axis=1,
    )
    both = jnp.repeat(columns[:, None], 2, axis=1).ravel()
    rows = jnp.concatenate([15 * jnp.arange(2 * p), 30 * p + jnp.arange(p + 1)])
    return (
        rows,
        jnp.concatenate([both, weights + weight]),
        jnp.concatenate([blocks.ravel(), jax.vmap(jax.grad(weight_error))(w)]),
    )

"""Hand tracking: the tall Jacobian, by a batch of forward passes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

FINGERS = 5


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    data, model = input["data"], input["data"]["model"]
    theta, points, relatives, absolutes, positions, weights = (
        jnp.asarray(np.asarray(x, float))
        for x in (
            input["theta"],
            data["points"],
            model["base_relatives"],
            model["inverse_base_absolutes"],
            model["base_positions"],
            model["weights"],
        )
    )
    us = np.asarray(input["us"], float).reshape(-1, 2)
    seen = np.asarray(data["correspondences"])
    if len(us):
        seen = np.asarray(model["triangles"])[seen]
    mirror = np.array([-1.0 if model["is_mirrored"] else 1.0, 1.0, 1.0])
    hand = (relatives, absolutes, positions, weights, jnp.asarray(mirror))
    return theta, jnp.asarray(us), points, jnp.asarray(seen), hand, tuple(int(p) for p in model["parents"])


def rotations(x: jax.Array, z: jax.Array) -> jax.Array:
    """Turns about x, then about z, in homogeneous coordinates."""
    (cx, sx), (cz, sz), zero, one = (
        (jnp.cos(x), jnp.sin(x)),
        (jnp.cos(z), jnp.sin(z)),
        jnp.zeros_like(x),
        jnp.ones_like(x),
    )
    rows = [[cz, -sz * cx, sz * sx, zero], [sz, cz * cx, -cz * sx, zero], [zero, sx, cx, zero], [zero, zero, zero, one]]
    return jnp.moveaxis(jnp.stack([jnp.stack(row) for row in rows]), 2, 0)


def bones(theta: jax.Array, parents: tuple[int, ...], relatives: jax.Array, absolutes: jax.Array) -> jax.Array:
    """What the pose does to the points of each bone."""
    angles = theta[6:].reshape(FINGERS, 4)
    still = jnp.zeros(FINGERS)
    about_x = jnp.stack([still, angles[:, 0], angles[:, 2], angles[:, 3]], axis=1).ravel()
    about_z = jnp.stack([still, angles[:, 1], still, still], axis=1).ravel()
    local = relatives @ rotations(jnp.pad(about_x, 1), jnp.pad(about_z, 1))
    placed: list[jax.Array] = []
    for bone, parent in enumerate(parents):
        placed.append(local[bone] if parent < 0 else placed[parent] @ local[bone])
    return jnp.stack(placed) @ absolutes


def turn(r: jax.Array) -> jax.Array:
    """The rotation about the axis r, by as many radians as r is long."""
    angle = jnp.sqrt(jnp.sum(r * r))
    u = r / angle
    cross = jnp.array(
        [[[0, 0, 0], [0, 0, -1], [0, 1, 0]], [[0, 0, 1], [0, 0, 0], [-1, 0, 0]], [[0, -1, 0], [1, 0, 0], [0, 0, 0]]]
    )
    g = (
        jnp.cos(angle) * np.eye(3)
        + (1 - jnp.cos(angle)) * jnp.outer(u, u)
        + jnp.sin(angle) * jnp.tensordot(u, cross, 1)
    )
    return jnp.where(angle < 1e-4, np.eye(3), g)


def vertices(theta: jax.Array, hand: tuple, parents: tuple[int, ...]) -> jax.Array:
    relatives, absolutes, positions, weights, mirror = hand
    transforms = bones(theta, parents, relatives, absolutes)[:, :3]
    skinned = jnp.einsum("pb,bij,pj->pi", weights, transforms, positions) * mirror
    return skinned @ turn(theta[:3]).T + theta[3:6]


def residuals(
    theta: jax.Array, us: jax.Array, points: jax.Array, seen: jax.Array, hand: tuple, parents: tuple[int, ...]
) -> jax.Array:
    at = vertices(theta, hand, parents)[seen]
    if len(us):
        u, v = us[:, :1], us[:, 1:]
        at = u * at[:, 0] + v * at[:, 1] + (1 - u - v) * at[:, 2]
    return (points - at).ravel()


objective = jax.jit(residuals, static_argnames="parents")


@partial(jax.jit, static_argnames="parents")
def jacobian(
    theta: jax.Array, us: jax.Array, points: jax.Array, seen: jax.Array, hand: tuple, parents: tuple[int, ...]
) -> jax.Array:
    """Each residual depends on its own two us alone: a direction for all u, one for all v, and those of theta."""
    by_theta = jax.jacfwd(residuals)(theta, us, points, seen, hand, parents)
    if not len(us):
        return by_theta

    def along(direction: jax.Array) -> jax.Array:
        return jax.jvp(
            lambda us: residuals(theta, us, points, seen, hand, parents), (us,), (direction + jnp.zeros_like(us),)
        )[1]

    return jnp.concatenate([jax.vmap(along, out_axes=1)(jnp.eye(2)), by_theta], axis=1)

"""Hand tracking: the tall Jacobian of how far a skinned hand is from what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

FINGERS = 5
Hand = tuple[jax.Array, jax.Array, jax.Array, jax.Array]


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    data, model = input["data"], input["data"]["model"]
    theta, points = (jnp.array(np.asarray(x, float)) for x in (input["theta"], data["points"]))
    names = ("base_relatives", "inverse_base_absolutes", "base_positions", "weights")
    hand = tuple(jnp.array(np.asarray(model[name], float)) for name in names)
    us = np.asarray(input["us"], float).reshape(-1, 2)
    seen = np.asarray(data["correspondences"])
    if len(us):
        seen = np.asarray(model["triangles"])[seen]
    parents = tuple(int(parent) for parent in model["parents"])
    return theta, jnp.array(us), points, jnp.array(seen), hand, parents, bool(model["is_mirrored"])


def rotations(x: jax.Array, z: jax.Array) -> jax.Array:
    """Turns about x, then about z, in homogeneous coordinates."""
    (cx, sx), (cz, sz), zero, one = (
        (jnp.cos(x), jnp.sin(x)),
        (jnp.cos(z), jnp.sin(z)),
        jnp.zeros(len(x)),
        jnp.ones(len(x)),
    )
    rows = [[cz, -sz * cx, sz * sx, zero], [sz, cz * cx, -cz * sx, zero], [zero, sx, cx, zero], [zero, zero, zero, one]]
    return jnp.stack([jnp.stack(row, axis=1) for row in rows], axis=1)


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
    square = r @ r
    still = square < 1e-8
    angle = jnp.sqrt(jnp.where(still, 1.0, square))
    u = r / angle
    cross = jnp.array([[0, -u[2], u[1]], [u[2], 0, -u[0]], [-u[1], u[0], 0]])
    g = jnp.cos(angle) * jnp.eye(3) + (1 - jnp.cos(angle)) * jnp.outer(u, u) + jnp.sin(angle) * cross
    return jnp.where(still, jnp.eye(3), g)


@partial(jax.jit, static_argnums=(5, 6))
def objective(
    theta: jax.Array,
    us: jax.Array,
    points: jax.Array,
    seen: jax.Array,
    hand: Hand,
    parents: tuple[int, ...],
    mirrored: bool,
) -> jax.Array:
    relatives, absolutes, positions, weights = hand
    transforms = bones(theta, parents, relatives, absolutes)
    # The shares of all bones in one matrix product: of the ways to skin, the fastest for 26 tangents.
    shares = (weights[:, :, None] * positions[:, None, :]).reshape(len(positions), -1)
    skinned = shares @ jnp.swapaxes(transforms[:, :3], 1, 2).reshape(-1, 3)
    if mirrored:
        skinned = skinned * jnp.array([-1.0, 1.0, 1.0])
    at = (skinned @ turn(theta[:3]).T + theta[3:6])[seen]
    if len(us):
        u, v = us[:, :1], us[:, 1:]
        at = u * at[:, 0] + v * at[:, 1] + (1 - u - v) * at[:, 2]
    return (points - at).ravel()


@partial(jax.jit, static_argnums=(5, 6))
def jacobian(theta: jax.Array, us: jax.Array, *rest: Any) -> jax.Array:
    """Each residual depends on its own two us alone: a direction for all u, one for all v, and those of theta."""
    by_theta = jax.jacfwd(objective)(theta, us, *rest)
    if not len(us):
        return by_theta

    def along(direction: jax.Array) -> jax.Array:
        return jax.jvp(lambda us: objective(theta, us, *rest), (us,), (jnp.broadcast_to(direction, us.shape),))[1]

    return jnp.concatenate([jax.vmap(along, out_axes=1)(jnp.eye(2)), by_theta], axis=1)

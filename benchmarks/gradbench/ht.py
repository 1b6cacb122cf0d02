"""Hand tracking: the tall Jacobian of how far a skinned hand is from what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg

FINGERS = 5


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    data, model = input["data"], input["data"]["model"]
    theta, points, relatives, absolutes, positions, weights = (
        wg.asarray(np.asarray(x, float))
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
    hand = (tuple(model["parents"]), relatives, absolutes, positions, weights, mirror)
    return theta, wg.asarray(us), points, wg.asarray(seen), hand


def rotations(x: wg.Array, z: wg.Array) -> wg.Array:
    """Turns about x, then about z, in homogeneous coordinates."""
    cx, sx, cz, sz = wg.cos(x), wg.sin(x), wg.cos(z), wg.sin(z)
    zero, one = wg.zeros_like(x), wg.ones_like(x)
    rows = [[cz, -sz * cx, sz * sx, zero], [sz, cz * cx, -cz * sx, zero], [zero, sx, cx, zero], [zero, zero, zero, one]]
    return wg.moveaxis(wg.stack([wg.stack(row) for row in rows]), 2, 0)


def bones(theta: wg.Array, parents: tuple[int, ...], relatives: wg.Array, absolutes: wg.Array) -> wg.Array:
    """What the pose does to the points of each bone."""
    angles = theta[6:].reshape(FINGERS, 4)
    still = wg.zeros(FINGERS)
    about_x = wg.stack([still, angles[:, 0], angles[:, 2], angles[:, 3]], axis=1).ravel()
    about_z = wg.stack([still, angles[:, 1], still, still], axis=1).ravel()
    local = relatives @ rotations(wg.pad(about_x, 1), wg.pad(about_z, 1))
    placed: list[wg.Array] = []
    for bone, parent in enumerate(parents):
        placed.append(local[bone] if parent < 0 else placed[parent] @ local[bone])
    return wg.stack(placed) @ absolutes


def turn(r: wg.Array) -> wg.Array:
    """The rotation about the axis r, by as many radians as r is long."""
    angle = wg.sqrt(wg.sum(r * r))
    u = r / angle
    cross = wg.array(
        [[[0, 0, 0], [0, 0, -1], [0, 1, 0]], [[0, 0, 1], [0, 0, 0], [-1, 0, 0]], [[0, -1, 0], [1, 0, 0], [0, 0, 0]]]
    )
    cos, sin = wg.cos(angle), wg.sin(angle)
    g = cos * np.eye(3) + (1 - cos) * wg.outer(u, u) + sin * wg.tensordot(u, cross, 1)
    return wg.where(angle < 1e-4, np.eye(3), g)


def vertices(theta: wg.Array, hand: tuple) -> wg.Array:
    parents, relatives, absolutes, positions, weights, mirror = hand
    transforms = bones(theta, parents, relatives, absolutes)[:, :3]
    skinned = wg.einsum("pb,bij,pj->pi", weights, transforms, positions) * mirror
    return skinned @ turn(theta[:3]).T + theta[3:6]


def residuals(theta: wg.Array, us: wg.Array, points: wg.Array, seen: wg.Array, hand: tuple) -> wg.Array:
    at = vertices(theta, hand)[seen]
    if len(us):
        u, v = us[:, :1], us[:, 1:]
        at = u * at[:, 0] + v * at[:, 1] + (1 - u - v) * at[:, 2]
    return (points - at).ravel()


objective = wg.compile(residuals)


@wg.compile
def jacobian(theta: wg.Array, us: wg.Array, points: wg.Array, seen: wg.Array, hand: tuple) -> wg.Array:
    """Each residual depends on its own two us alone: a direction for all u, one for all v, and those of theta."""
    by_theta = wg.jacfwd(residuals)(theta, us, points, seen, hand)
    if not len(us):
        return by_theta

    def along(direction: wg.Array) -> wg.Array:
        tangent = direction + wg.zeros_like(us)
        return wg.jvp(lambda us: residuals(theta, us, points, seen, hand), (us,), (tangent,))[1]

    return wg.concatenate([wg.vmap(along, out_axes=1)(wg.eye(2)), by_theta], axis=1)

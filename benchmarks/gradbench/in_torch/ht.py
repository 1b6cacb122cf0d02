"""Hand tracking: the tall Jacobian of how far a skinned hand is from what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import jacfwd, jvp, vmap

FINGERS = 5


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    data, model = input["data"], input["data"]["model"]
    theta, points, relatives, absolutes, positions, weights = (
        torch.tensor(np.asarray(x, float))
        for x in (
            input["theta"],
            data["points"],
            model["base_relatives"],
            model["inverse_base_absolutes"],
            model["base_positions"],
            model["weights"],
        )
    )
    us = torch.tensor(np.asarray(input["us"], float).reshape(-1, 2))
    seen = np.asarray(data["correspondences"])
    if len(us):
        seen = np.asarray(model["triangles"])[seen]
    mirror = torch.tensor([-1.0 if model["is_mirrored"] else 1.0, 1.0, 1.0], dtype=torch.float64)
    hand = (tuple(model["parents"]), relatives, absolutes, positions, weights, mirror)
    return theta, us, points, torch.tensor(seen, dtype=torch.int64), hand


def rotations(x: Tensor, z: Tensor) -> Tensor:
    """Turns about x, then about z, in homogeneous coordinates."""
    cx, sx, cz, sz, zero, one = x.cos(), x.sin(), z.cos(), z.sin(), torch.zeros_like(x), torch.ones_like(x)
    rows = (cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero, zero, zero, zero, one)
    return torch.stack(rows, 1).view(-1, 4, 4)


def bones(theta: Tensor, parents: tuple[int, ...], relatives: Tensor, absolutes: Tensor) -> Tensor:
    """What the pose does to the points of each bone."""
    angles = theta[6:].view(FINGERS, 4)
    still = angles.new_zeros(FINGERS)
    about_x = torch.stack((still, angles[:, 0], angles[:, 2], angles[:, 3]), 1).ravel()
    about_z = torch.stack((still, angles[:, 1], still, still), 1).ravel()
    ends = angles.new_zeros(1)
    local = relatives @ rotations(torch.cat((ends, about_x, ends)), torch.cat((ends, about_z, ends)))
    placed: list[Tensor] = []
    for parent, bone in zip(parents, local.unbind(), strict=True):
        placed.append(bone if parent < 0 else placed[parent] @ bone)
    return torch.stack(placed) @ absolutes


def turn(r: Tensor) -> Tensor:
    """The rotation about the axis r, by as many radians as r is long."""
    angle = r.dot(r).sqrt()
    u = r / angle
    x, y, z = u.unbind()
    zero = torch.zeros_like(x)
    cross = torch.stack((zero, -z, y, z, zero, -x, -y, x, zero)).view(3, 3)
    eye = torch.eye(3, dtype=r.dtype)
    g = angle.cos() * eye + (1 - angle.cos()) * torch.outer(u, u) + angle.sin() * cross
    return torch.where(angle < 1e-4, eye, g)


def vertices(theta: Tensor, hand: tuple) -> Tensor:
    parents, relatives, absolutes, positions, weights, mirror = hand
    transforms = bones(theta, parents, relatives, absolutes)[:, :3]
    weighted = (weights[:, :, None] * positions[:, None]).flatten(1)  # [p, 4b], the same for every pose
    skinned = weighted @ transforms.mT.reshape(-1, 3) * mirror
    return skinned @ turn(theta[:3]).T + theta[3:6]


def residuals(theta: Tensor, us: Tensor, points: Tensor, seen: Tensor, hand: tuple) -> Tensor:
    at = vertices(theta, hand)[seen]
    if len(us):
        u, v = us[:, :1], us[:, 1:]
        at = u * at[:, 0] + v * at[:, 1] + (1 - u - v) * at[:, 2]
    return (points - at).ravel()


objective = residuals


def jacobian(theta: Tensor, us: Tensor, points: Tensor, seen: Tensor, hand: tuple) -> Tensor:
    """Each residual depends on its own two us alone: a direction for all u, one for all v, and those of theta."""
    by_theta = jacfwd(residuals)(theta, us, points, seen, hand)
    if not len(us):
        return by_theta

    def along(direction: Tensor) -> Tensor:
        return jvp(lambda us: residuals(theta, us, points, seen, hand), (us,), (direction.expand_as(us),))[1]

    by_us = vmap(along, out_dims=1)(torch.eye(2, dtype=us.dtype))
    return torch.cat((by_us, by_theta), 1)

"""Bundle adjustment: the sparse Jacobian of many reprojection errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, jacrev, vmap

Observed = tuple[Tensor, Tensor]


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    n, m, p = (int(input[name]) for name in ("n", "m", "p"))
    shapes = {"cam": (n, 11), "x": (m, 3), "w": (p,), "feat": (p, 2)}
    arrays = [torch.tensor(np.broadcast_to(np.asarray(input[name], float), shape)) for name, shape in shapes.items()]
    return *arrays, (torch.arange(p) % n, torch.arange(p) % m)  # by which camera which point


def rotated(r: Tensor, v: Tensor) -> Tensor:
    """The vector turned about the axis r, by as many radians as r is long (Rodrigues)."""
    square = r.dot(r)
    turned = square > 0
    angle = torch.where(turned, square, 1.0).sqrt()
    axis = r / angle
    cos = angle.cos()
    far = v * cos + torch.linalg.cross(axis, v) * angle.sin() + axis * (axis.dot(v) * (1 - cos))
    return torch.where(turned, far, v + torch.linalg.cross(r, v))


def reprojection(cam: Tensor, x: Tensor, w: Tensor, feat: Tensor) -> Tensor:
    """How far from the feature a camera sees a point."""
    rotation, centre, focal, principal, k1, k2 = cam[:3], cam[3:6], cam[6], cam[7:9], cam[9], cam[10]
    seen = rotated(rotation, x - centre)
    h = seen[:2] / seen[2]
    square = h.dot(h)
    return w * (focal * h * (1 + k1 * square + k2 * square**2) + principal - feat)


def block(cam: Tensor, x: Tensor, w: Tensor, feat: Tensor) -> Tensor:
    """Two rows of the Jacobian, of which 15 columns are not zero."""
    by_cam, by_x, by_w = jacrev(reprojection, (0, 1, 2))(cam, x, w, feat)
    return torch.cat((by_cam, by_x, by_w[:, None]), 1)


def weight_error(w: Tensor) -> Tensor:
    return 1 - w**2


def objective(cam: Tensor, x: Tensor, w: Tensor, feat: Tensor, observed: Observed) -> tuple[Tensor, Tensor]:
    camera, point = observed
    return vmap(reprojection)(cam[camera], x[point], w, feat), weight_error(w)


AT_ONCE = 1 << 14
"""How many observations are differentiated at once, so that what is between stays in the caches."""


def jacobian(cam: Tensor, x: Tensor, w: Tensor, feat: Tensor, observed: Observed) -> tuple[Tensor, Tensor, Tensor]:
    """Compressed sparse rows: where each begins, columns, values; a block of 2 x 15 for each observation, then a
    diagonal of the weights.
    """
    camera, point = observed
    p = len(w)
    points = 11 * len(cam)
    weights = points + 3 * len(x)
    diagonal = weights + torch.arange(p)

    vals = w.new_empty(31 * p)
    blocks = vals[: 30 * p].view(p, 2, 15)
    for i in range(0, p, AT_ONCE):
        some = slice(i, i + AT_ONCE)
        blocks[some] = vmap(block)(cam[camera[some]], x[point[some]], w[some], feat[some])
    vals[30 * p :] = vmap(grad(weight_error))(w)

    cols = camera.new_empty(31 * p)
    columns = cols[: 30 * p].view(p, 2, 15)
    columns[:, :, :11] = (11 * camera[:, None] + torch.arange(11))[:, None]
    columns[:, :, 11:14] = (points + 3 * point[:, None] + torch.arange(3))[:, None]
    columns[:, :, 14] = diagonal[:, None]
    cols[30 * p :] = diagonal

    rows = torch.cat((15 * torch.arange(2 * p), 30 * p + torch.arange(p + 1)))
    return rows, cols, vals

"""Bundle adjustment: the sparse Jacobian of many reprojection errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg

Observed = tuple[wg.Array, wg.Array, wg.Array]


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    n, m, p = (int(input[name]) for name in ("n", "m", "p"))
    shapes = {"cam": (n, 11), "x": (m, 3), "w": (p,), "feat": (p, 2)}
    arrays = [wg.array(np.broadcast_to(np.asarray(input[name], float), shape)) for name, shape in shapes.items()]
    observed = wg.arange(p) % n, wg.arange(p) % m, wg.arange(p)  # by which camera which point, with which weight
    return *arrays, observed


def rotated(r: wg.Array, v: wg.Array) -> wg.Array:
    """The vector turned about the axis r, by as many radians as r is long (Rodrigues)."""
    square = wg.dot(r, r)
    turned = square > 0
    angle = wg.sqrt(wg.where(turned, square, 1))
    axis = r / angle
    far = v * wg.cos(angle) + cross(axis, v) * wg.sin(angle) + axis * wg.dot(axis, v) * (1 - wg.cos(angle))
    return wg.where(turned, far, v + cross(r, v))


def cross(a: wg.Array, b: wg.Array) -> wg.Array:
    return wg.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def reprojection(cam: wg.Array, x: wg.Array, w: wg.Array, feat: wg.Array) -> wg.Array:
    """How far from the feature a camera sees a point."""
    rotation, centre, focal, principal, k1, k2 = cam[:3], cam[3:6], cam[6], cam[7:9], cam[9], cam[10]
    seen = rotated(rotation, x - centre)
    h = seen[:2] / seen[2]
    square = wg.dot(h, h)
    return w * (focal * h * (1 + k1 * square + k2 * square**2) + principal - feat)


def block(cam: wg.Array, x: wg.Array, w: wg.Array, feat: wg.Array) -> wg.Array:
    """Two rows of the Jacobian, of which 15 columns are not zero."""
    by_cam, by_x, by_w = wg.jacobian(reprojection, (0, 1, 2))(cam, x, w, feat)
    return wg.concatenate([by_cam, by_x, by_w[:, None]], axis=1)


def weight_error(w: wg.Array) -> wg.Array:
    return 1 - w**2


@wg.compile
def objective(cam: wg.Array, x: wg.Array, w: wg.Array, feat: wg.Array, observed: Observed) -> tuple[wg.Array, wg.Array]:
    camera, point, weight = observed
    return wg.vmap(reprojection)(cam[camera], x[point], w[weight], feat), weight_error(w)


@wg.compile
def entries(cam: wg.Array, x: wg.Array, w: wg.Array, feat: wg.Array, observed: Observed) -> tuple[wg.Array, wg.Array]:
    """Columns and values of the Jacobian: a block of 2 x 15 for each observation, then a diagonal of the weights."""
    camera, point, weight = observed
    points = 11 * len(cam)
    weights = points + 3 * len(x)

    def columns(camera: wg.Array, point: wg.Array, weight: wg.Array) -> wg.Array:
        row = wg.concatenate([11 * camera + wg.arange(11), points + 3 * point + wg.arange(3), weights + weight[None]])
        return wg.stack([row, row])

    return (
        wg.concatenate([wg.vmap(columns)(camera, point, weight).ravel(), weights + weight]),
        wg.concatenate(
            [
                wg.vmap(block)(cam[camera], x[point], w[weight], feat).ravel(),
                wg.vmap(wg.grad(weight_error))(w),
            ]
        ),
    )


def jacobian(
    cam: wg.Array, x: wg.Array, w: wg.Array, feat: wg.Array, observed: Observed
) -> tuple[wg.Array, wg.Array, wg.Array]:
    """Compressed sparse rows: where each begins, columns, values."""
    p = len(w)
    rows = wg.concatenate([15 * wg.arange(2 * p), 30 * p + wg.arange(p + 1)])
    return rows, *entries(cam, x, w, feat, observed)


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

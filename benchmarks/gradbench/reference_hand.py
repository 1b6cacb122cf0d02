"""The problem ht in plain NumPy: the residuals of a hand, and their tangents along every parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from .rotation import rotation_derivative

Input = Any

ANGLES = [(2 + 4 * f + joint, axis) for f in range(5) for joint, axis in ((0, 0), (0, 2), (1, 0), (2, 0))]
"""θ[6:] one by one: the bone that turns, and about which axis (0 is x, 2 is z)."""
LEAST_TURN = 1e-4
"""A hand that is turned by less counts as not turned at all."""


def objective(input: Input) -> np.ndarray:
    """The residuals, three of each correspondence."""
    theta, us, data = _arrays(input)
    at, _ = _measured(us, data)
    vertices, _ = _posed(theta, data["model"])
    g, _ = _placed(theta, vertices, np.empty((0, *vertices.shape)))
    return (np.asarray(data["points"], dtype=np.float64) - at(g)).ravel()


def jacobian(input: Input) -> np.ndarray:
    """The columns of the two us, if there are any, and of the 26 parameters."""
    theta, us, data = _arrays(input)
    at, by_us = _measured(us, data)
    vertices, tangents = _posed(theta, data["model"])
    g, by_theta = _placed(theta, vertices, tangents)
    columns = [*by_us(g), *(at(column) for column in by_theta)]
    return -np.stack(columns, axis=-1).reshape(-1, len(columns))


def _arrays(input: Input) -> tuple[np.ndarray, np.ndarray, Input]:
    return np.asarray(input["theta"], np.float64), np.asarray(input["us"], np.float64).reshape(-1, 2), input["data"]


def _measured(us: np.ndarray, data: Input) -> tuple[Any, Any]:
    """The linear map of the vertices to the points that correspond to the measured ones, and its derivatives by us."""
    where = np.asarray(data["correspondences"], dtype=np.int64)
    if not len(us):
        return lambda vertices: vertices[where], lambda vertices: []
    a, b, c = np.asarray(data["model"]["triangles"], dtype=np.int64)[where].T
    u, v = us[:, :1], us[:, 1:]
    return (
        lambda x: u * x[a] + v * x[b] + (1 - u - v) * x[c],
        lambda x: [x[a] - x[c], x[b] - x[c]],
    )


def _posed(theta: np.ndarray, model: Input) -> tuple[np.ndarray, np.ndarray]:
    """The vertices [V, 3] with the fingers bent, and their tangents [20, V, 3] along θ[6:]."""
    transforms = _transforms(theta[6:], model)
    positions, weights = (np.asarray(model[name], dtype=np.float64) for name in ("base_positions", "weights"))
    held = (weights[:, :, None] * positions[:, None, :]).reshape(len(positions), -1)  # [V, 4 for each bone]
    count = len(transforms)
    by_bone = transforms[:, :, :3].transpose(1, 3, 0, 2).reshape(-1, 3 * count)
    skin = (held @ by_bone).reshape(-1, count, 3).transpose(1, 0, 2)
    if model["is_mirrored"]:
        skin = skin * [-1, 1, 1]
    return skin[0], skin[1:]


def _transforms(angles: np.ndarray, model: Input) -> np.ndarray:
    """The bones' transforms [22, 4, 4] and after them their tangents along each angle: [1 + 20, 22, 4, 4]."""
    relatives, inverses = (
        np.asarray(model[name], dtype=np.float64) for name in ("base_relatives", "inverse_base_absolutes")
    )
    turns = np.zeros((1 + len(angles), len(relatives), 4, 4))
    turns[0] = np.eye(4)
    for bone in dict.fromkeys(bone for bone, _ in ANGLES):
        of_bone = [(i, axis) for i, (turned, axis) in enumerate(ANGLES) if turned == bone]
        about = {axis: _about(axis, angles[i]) for i, axis in of_bone}
        x, z = (about.get(axis, (np.eye(4), np.zeros((4, 4)))) for axis in (0, 2))
        turns[0, bone] = z[0] @ x[0]
        for i, axis in of_bone:
            turns[1 + i, bone] = z[0] @ x[1] if axis == 0 else z[1] @ x[0]
    absolutes = np.empty_like(turns)
    for bone, parent in enumerate(np.asarray(model["parents"], dtype=np.int64)):
        own = relatives[bone] @ turns[:, bone]
        if parent < 0:
            absolutes[:, bone] = own
        else:
            absolutes[:, bone] = absolutes[0, parent] @ own
            absolutes[1:, bone] += absolutes[1:, parent] @ own[0]
    return absolutes @ inverses


def _about(axis: int, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """The rotation about an axis, and its derivative by the angle."""
    j, k = (axis + 1) % 3, (axis + 2) % 3
    c, s = np.cos(angle), np.sin(angle)
    turn, derivative = np.eye(4), np.zeros((4, 4))
    turn[[j, j, k, k], [j, k, j, k]] = c, -s, s, c
    derivative[[j, j, k, k], [j, k, j, k]] = -s, -c, c, -s
    return turn, derivative


def _placed(theta: np.ndarray, vertices: np.ndarray, tangents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vertices turned and moved as a whole, and the tangents along θ, [26, V, 3] if those of θ[6:] are given."""
    by_turn, turn = rotation_derivative(theta[:3], vertices)
    if np.linalg.norm(theta[:3]) < LEAST_TURN:
        turn, by_turn = np.eye(3), np.zeros_like(by_turn)
    by_move = np.broadcast_to(np.eye(3)[:, None], (3, *vertices.shape))
    return vertices @ turn.T + theta[3:6], np.concatenate([by_turn.transpose(2, 0, 1), by_move, tangents @ turn.T])

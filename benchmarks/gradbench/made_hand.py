"""A hand for the problem ht, made from a seed: the shapes and the scale of the suite's hand, and none of its numbers.

The skeleton has the suite's 22 bones: a wrist, five fingers of four bones, a forearm. Lengths are in metres.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import reference
from .rotation import rotate

Input = Any
VERTICES = {"small": 544, "big": 10000}
"""The vertices of the suite's two models."""
TRIANGLES = 1084
IN_TRIANGLES = 544
"""The triangles use the first vertices only."""
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
BONES = ["wrist", *(f"{finger}{i}" for finger in FINGERS for i in range(1, 5)), "forearm"]
NOISE = 0.1


def make(kind: str, vertices: int, count: int, is_mirrored: bool, seed: int) -> Input:
    """A hand of so many vertices, measured at so many of its points."""
    rng = np.random.default_rng(seed)
    return observed(_model(vertices, is_mirrored, rng), kind, count, rng)


def observed(model: Input, kind: str, count: int, rng: np.random.Generator) -> Input:
    """A pose of the model, and `count` points measured on it: at vertices (simple), inside triangles (complicated)."""
    theta = _pose(rng)
    if kind == "simple":
        us = np.empty((0, 2))
        correspondences = rng.integers(len(model["base_positions"]), size=count)
    else:
        us = rng.random((count, 2))
        us = np.where(us.sum(axis=1, keepdims=True) > 1, 1 - us, us)
        correspondences = rng.integers(len(model["triangles"]), size=count)
    data = {"correspondences": correspondences, "points": np.zeros((count, 3)), "model": model}
    hand = {"theta": theta, "us": us, "data": data}
    on_the_hand = -reference.evaluate("ht", "objective", hand).reshape(count, 3)
    data["points"] = on_the_hand + rng.normal(scale=NOISE, size=(count, 3))
    return hand


def _pose(rng: np.random.Generator) -> np.ndarray:
    """The hand turned and moved, its fingers bent and a little spread."""
    bent = rng.uniform((0.1, -0.2, 0.1, 0.1), (0.9, 0.2, 0.9, 0.6), size=(len(FINGERS), 4))
    return np.concatenate([rng.normal(size=3), rng.normal(scale=0.5, size=3), bent.ravel()])


def _model(vertices: int, is_mirrored: bool, rng: np.random.Generator) -> Input:
    parents = _parents()
    relatives = _relatives(parents, rng)
    absolutes = _absolutes(parents, relatives)
    positions, weights = _skin(absolutes[:, :3, 3], vertices, rng)
    return {
        "bone_count": len(BONES),
        "bone_names": list(BONES),
        "parents": parents,
        "base_relatives": relatives,
        "inverse_base_absolutes": np.linalg.inv(absolutes),
        "base_positions": positions,
        "weights": weights,
        "triangles": _triangles(min(vertices, IN_TRIANGLES), rng),
        "is_mirrored": is_mirrored,
    }


def _parents() -> np.ndarray:
    """The first bone of a finger and the forearm hang on the wrist, every other bone on the one before it."""
    parents = np.arange(-1, len(BONES) - 1)
    parents[1::4] = 0
    return parents


def _relatives(parents: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rigid motions from each bone's frame to its parent's: turned a little, and a bone's length away."""
    relatives = np.zeros((len(parents), 4, 4))
    relatives[:, 3, 3] = 1
    turns = rng.normal(scale=0.3, size=(len(parents), 3))
    for axis in range(3):
        relatives[:, :3, axis] = rotate(turns, np.eye(3)[axis])
    relatives[1:, 1, 3] = rng.uniform(0.02, 0.05, size=len(parents) - 1)
    relatives[2::4, 1, 3] += 0.05  # the palm
    relatives[1:21:4, 0, 3] = 0.02 * np.arange(-2, 3)  # the fingers side by side
    relatives[21, 1, 3] *= -1  # the forearm goes the other way
    return relatives


def _absolutes(parents: np.ndarray, relatives: np.ndarray) -> np.ndarray:
    absolutes = relatives.copy()
    for bone, parent in enumerate(parents):
        if parent >= 0:
            absolutes[bone] = absolutes[parent] @ relatives[bone]
    return absolutes


def _skin(joints: np.ndarray, vertices: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Vertices around the joints, each held by its one to four nearest, with weights that sum to one."""
    positions = np.ones((vertices, 4))
    positions[:, :3] = joints[rng.integers(len(joints), size=vertices)] + rng.normal(scale=0.01, size=(vertices, 3))
    distances = np.linalg.norm(positions[:, None, :3] - joints, axis=2)
    nearest = np.argsort(distances, axis=1)[:, :4]
    shares = rng.uniform(0.1, 1, size=(vertices, 4)) * (np.arange(4) <= rng.integers(4, size=(vertices, 1)))
    weights = np.zeros((vertices, len(joints)))
    np.put_along_axis(weights, nearest, shares / shares.sum(axis=1, keepdims=True), axis=1)
    return positions, weights


def _triangles(vertices: int, rng: np.random.Generator) -> np.ndarray:
    """Three different vertices each."""
    steps = rng.integers(1, vertices // 2, size=(TRIANGLES, 3))
    steps[:, 0] = rng.integers(vertices, size=TRIANGLES)
    return np.cumsum(steps, axis=1) % vertices

"""The suite's own files for ba, ht and lstm: their folder is given by whoever has it, and is no part of the project.

The folder holds ``ba/``, ``ht/`` and ``lstm/``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

Input = Any
HAND_KINDS = ("simple", "complicated")
HAND_COUNTS = dict(enumerate((100, 192, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 100000), start=1))
"""How many correspondences hand1, hand2, ... have."""


def hand_of(size: str) -> tuple[str, str, int]:
    """Kind, model and number of ``handI``, or of ``KIND_MODEL_handI``; the suite's default is complicated and big."""
    found = re.fullmatch(r"(?:(simple|complicated)_(small|big)_)?hand(\d+)", size)
    if found is None or int(found[3]) not in HAND_COUNTS:
        raise ValueError("a hand is handI or KIND_MODEL_handI, with I from 1 to 12")
    return found[1] or "complicated", found[2] or "big", int(found[3])


def ba(data: Path, size: str) -> Input:
    """One camera, point, weight and feature, which the tool repeats."""
    file = _only_file(data / "ba", f"{size}_n*_m*_p*.txt")
    counts, camera, point, weight, feature = file.read_text(encoding="utf-8").splitlines()[:5]
    n, m, p = map(int, counts.split())
    return {
        "n": n,
        "m": m,
        "p": p,
        "cam": _floats(camera),
        "x": _floats(point),
        "w": float(weight),
        "feat": _floats(feature),
    }


def has_hand(data: Path, kind: str, model: str, hand: int) -> bool:
    return any(_hand_folder(data, kind, model).glob(_hand_pattern(hand)))


def ht(data: Path, kind: str, model: str, hand: int) -> Input:
    """What was measured of a hand, its parameters, and the model of the hand."""
    file = _only_file(_hand_folder(data, kind, model), _hand_pattern(hand))
    lines = file.read_text(encoding="utf-8").splitlines()
    count, _ = map(int, lines[0].split())
    measured = [line.split() for line in lines[1 : count + 1]]
    rest = lines[count + 1 :]
    us = np.empty((0, 2))
    if kind == "complicated":
        us = np.array([_floats(line) for line in rest[:count]])
        rest = rest[count:]
    return {
        "theta": np.array([float(line) for line in rest[:26]]),
        "us": us,
        "data": {
            "correspondences": np.array([int(fields[0]) for fields in measured]),
            "points": np.array([list(map(float, fields[1:4])) for fields in measured]),
            "model": hand_model(data, model),
        },
    }


def hand_model(data: Path, model: str) -> Input:
    """Bones, vertices with their weights, and triangles."""
    folder = data / "ht" / f"model_{model}"
    bones = _fields(folder / "bones.txt")
    vertices = _fields(folder / "vertices.txt")
    matrices = np.array([list(map(float, bone[2:34])) for bone in bones]).reshape(len(bones), 2, 4, 4)
    positions = np.ones((len(vertices), 4))
    weights = np.zeros((len(vertices), len(bones)))
    for v, vertex in enumerate(vertices):
        positions[v, :3] = list(map(float, vertex[:3]))
        pairs = vertex[9 : 9 + 2 * int(vertex[8])]
        weights[v, list(map(int, pairs[::2]))] = list(map(float, pairs[1::2]))
    return {
        "bone_count": len(bones),
        "bone_names": [bone[0] for bone in bones],
        "parents": np.array([int(bone[1]) for bone in bones]),
        "base_relatives": matrices[:, 0],
        "inverse_base_absolutes": matrices[:, 1],
        "base_positions": positions,
        "weights": weights,
        "triangles": np.array([list(map(int, triangle[:3])) for triangle in _fields(folder / "triangles.txt")]),
        "is_mirrored": False,
    }


def text(data: Path, characters: int) -> str:
    """The text, cut to a number of characters."""
    found = (data / "lstm" / "text8192.txt").read_text(encoding="utf-8")[:characters]
    if len(found) < characters:
        raise ValueError(f"the text has {len(found)} characters only")
    return found


def _hand_folder(data: Path, kind: str, model: str) -> Path:
    return data / "ht" / f"{kind}_{model}"


def _hand_pattern(hand: int) -> str:
    return f"hand{hand}_t26_c*.txt"


def _only_file(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} should have one file {pattern}, and has {len(found)}")
    return found[0]


def _fields(file: Path) -> list[list[str]]:
    return [line.split(":") for line in file.read_text(encoding="utf-8").splitlines() if line]


def _floats(line: str) -> np.ndarray:
    return np.array(line.split(), dtype=float)

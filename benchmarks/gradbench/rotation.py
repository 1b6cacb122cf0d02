"""Rotations by vectors (axis times angle) of many vectors at once, and their derivative, in plain NumPy."""

from __future__ import annotations

import numpy as np


def rotate(r: np.ndarray, v: np.ndarray) -> np.ndarray:
    """R(r) v for vectors along the last axis, by Rodrigues' formula; v + r × v where r is zero."""
    angle = np.linalg.norm(r, axis=-1, keepdims=True)
    sine, versine = _sinc(angle), _sinc(angle / 2) ** 2 / 2  # over the angle, over its square
    along = (r * v).sum(axis=-1, keepdims=True)
    return np.cos(angle) * v + sine * np.cross(r, v) + versine * along * r


def rotation_derivative(r: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """∂(R(r) v)/∂r and ∂(R(r) v)/∂v = R(r), both [..., 3, 3].

    The first is − R [v]× J, with J = I − (1 − cos φ)/φ² [r]× + (φ − sin φ)/φ³ [r]×² the right Jacobian of the rotations
    and φ the angle.
    """
    turn = np.stack([rotate(r, unit) for unit in np.eye(3)], axis=-1)
    angle = np.linalg.norm(r, axis=-1)[..., None, None]
    across = cross_matrix(r)
    some = np.where(angle > 0, angle, 1)
    third = np.where(angle > 0, (some - np.sin(some)) / some**3, 1 / 6)
    right = np.eye(3) - _sinc(angle / 2) ** 2 / 2 * across + third * across @ across
    return -turn @ cross_matrix(v) @ right, turn


def cross_matrix(v: np.ndarray) -> np.ndarray:
    """[v]×, the matrix of w ↦ v × w."""
    return np.stack([np.cross(v, unit) for unit in np.eye(3)], axis=-1)


def _sinc(angle: np.ndarray) -> np.ndarray:
    return np.sinc(angle / np.pi)

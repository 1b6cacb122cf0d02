"""A system of differential equations, by the classical Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return wg.asarray(np.asarray(input["x"], float)), int(input["s"])


@wg.compile
def primal(x: wg.Array, s: int) -> wg.Array:
    h = 2 / s

    def slope(y: wg.Array) -> wg.Array:
        return x * wg.concatenate([wg.ones(1), y[:-1]])

    def step(_: int, y: wg.Array) -> wg.Array:
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    return wg.fori_loop(0, s, step, wg.zeros_like(x))


@wg.compile
def gradient(x: wg.Array, s: int) -> wg.Array:
    return wg.grad(lambda x: primal(x, s)[-1])(x)

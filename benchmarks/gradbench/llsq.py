"""Least squares: how far a polynomial is from the sign function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    t = wg.linspace(-1.0, 1.0, int(input["n"]))
    return wg.asarray(np.asarray(input["x"], float)), t, wg.sign(t)


@wg.compile
def primal(x: wg.Array, t: wg.Array, s: wg.Array) -> wg.Array:
    value, _ = wg.scan(lambda v, coefficient: (v * t + coefficient, None), wg.zeros_like(t), x, reverse=True, unroll=8)
    return wg.sum((s - value) ** 2) / 2


gradient = wg.compile(wg.grad(primal))

"""The logarithm of a sum of exponentials, from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (wg.asarray(np.asarray(input["x"], float)),)


@wg.compile
def primal(x: wg.Array) -> wg.Array:
    a = wg.stop_gradient(wg.max(x))  # whatever it is, it cancels
    return a + wg.log(wg.sum(wg.exp(x - a)))


gradient = wg.compile(wg.grad(primal))

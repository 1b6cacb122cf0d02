"""Steering a charged particle: a charge's place is found by descent, through a loop of unknown length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import wengert as wg

from .descent import MODES, Mode, argmin

STEP = 0.1
LONGEST = 400
"""Steps of a flight at most; it takes some 355."""


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (wg.asarray(float(input["w"])),)


def distance(a: wg.Array, b: wg.Array) -> wg.Array:
    return wg.sqrt(wg.sum((a - b) ** 2))


def miss(w: wg.Array, mode: Mode) -> wg.Array:
    """The square of how far from the origin the particle lands."""
    charges = [wg.stack([10.0, 10 - w]), wg.array([10.0, 0.0])]
    force = mode(lambda x: -sum(wg.reciprocal(distance(x, charge)) for charge in charges))

    def step(state: tuple) -> tuple:
        x, v, _ = state
        return x + STEP * v, v + STEP * force(x), v

    start = wg.array([0.75, 0.0])
    x, _, v = wg.while_loop(
        lambda state: state[0][1] > 0, step, (wg.array([0.0, 8.0]), start, start), max_steps=LONGEST
    )
    return (x[0] - x[1] / v[1] * v[0]) ** 2


def steering(outer: Mode, inner: Mode) -> Callable[[wg.Array], wg.Array]:
    return wg.compile(lambda w: argmin(lambda w: miss(w, inner), outer, w))


ff, fr, rf, rr = (steering(MODES[outer], MODES[inner]) for outer, inner in ("ff", "fr", "rf", "rr"))

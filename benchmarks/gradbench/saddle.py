"""A saddle point: one descent inside the other, differentiated through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import wengert as wg

from .descent import MODES, Mode, argmax, argmin

LONGEST = 200
"""Steps of a descent at most; it takes 155."""


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (wg.asarray(np.asarray(input["start"], float)),)


def f(a: wg.Array, b: wg.Array) -> wg.Array:
    return wg.sum(a**2) - wg.sum(b**2)


def minmax(outer: Mode, inner: Mode) -> Callable[[wg.Array], wg.Array]:
    @wg.compile
    def found(start: wg.Array) -> wg.Array:
        def best_answer(a: wg.Array) -> wg.Array:
            return argmax(lambda b: f(a, b), inner, start, LONGEST)

        a = argmin(lambda a: f(a, best_answer(a)), outer, start)
        return wg.concatenate([a, best_answer(a)])

    return found


ff, fr, rf, rr = (minmax(MODES[outer], MODES[inner]) for outer, inner in ("ff", "fr", "rf", "rr"))

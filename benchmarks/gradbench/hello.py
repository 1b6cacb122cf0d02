"""The protocol's greeting: a square and its derivative."""

from __future__ import annotations

from typing import Any

import wengert as wg


def prepare(x: float) -> tuple[Any, ...]:
    return (wg.asarray(float(x)),)


@wg.compile
def square(x: wg.Array) -> wg.Array:
    return x * x


double = wg.compile(wg.grad(square))

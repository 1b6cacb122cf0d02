"""A determinant by expansion in minors: nothing but the recursion, and no minor is shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return wg.asarray(np.asarray(input["A"], float)), int(input["ell"])


def det(a: wg.Array) -> wg.Array:
    """The expansion along the first row, with its minors all at once."""
    n = len(a)
    if n == 1:
        return a[0, 0]
    others = np.array([[j for j in range(n) if j != i] for i in range(n)])
    minors = wg.moveaxis(a[1:, others], 1, 0)
    return wg.dot(a[0] * (-1.0) ** np.arange(n), wg.vmap(det)(minors))


@wg.compile
def primal(a: wg.Array, ell: int) -> wg.Array:
    return det(a.reshape(ell, ell))


gradient = wg.compile(wg.grad(primal))

"""A determinant by expansion in minors: nothing but the recursion, and no minor is shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return wg.asarray(np.asarray(input["A"], float)), int(input["ell"])


AT_ONCE = 10
"""The largest determinant whose minors are computed all at once: those of a larger one would fill the memory."""


def det(a: wg.Array) -> wg.Array:
    """The expansion along the first row."""
    n = len(a)
    if n == 1:
        return a[0, 0]
    others = np.array([[j for j in range(n) if j != i] for i in range(n)])
    minors = wg.moveaxis(a[1:, others], 1, 0)
    signed = a[0] * (-1.0) ** np.arange(n)
    if n <= AT_ONCE:
        return wg.dot(signed, wg.vmap(det)(minors))

    def term(total: wg.Array, factor_and_minor: tuple[wg.Array, wg.Array]) -> tuple[wg.Array, None]:
        factor, minor = factor_and_minor
        return total + factor * wg.checkpoint(det)(minor), None

    return wg.scan(term, 0.0, (signed, minors))[0]


@wg.compile
def primal(a: wg.Array, ell: int) -> wg.Array:
    return det(a.reshape(ell, ell))


gradient = wg.compile(wg.grad(primal))

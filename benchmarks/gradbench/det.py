"""A determinant by expansion in minors: nothing but the recursion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return wg.asarray(np.asarray(input["A"], float)), int(input["ell"])


AT_ONCE = 8
"""The largest determinant of which all minors are one batch; those of a larger one come one after the other."""
WRITTEN_OUT = 4
"""The largest minors that are written out. Of one such matrix the compiler computes equal minors of two rows once (6 of
12): the only ones that are shared."""


def det(a: wg.Array) -> wg.Array:
    """The expansion along the first row."""
    n = len(a)
    if n <= AT_ONCE:
        return determinants(a[:, :, None])[0]
    of_minor = wg.checkpoint(det) if n == AT_ONCE + 1 else det
    _, found = wg.scan(lambda _, minor: (None, of_minor(minor)), None, wg.moveaxis(minors(a), 1, 0))
    return wg.dot(signed(a[0]), found)


def determinants(a: wg.Array) -> wg.Array:
    """Those of a batch of matrices, which is the last axis."""
    n = len(a)
    if n <= WRITTEN_OUT:
        return expansion(list(a), list(range(n)))
    batch = wg.moveaxis(minors(a), 1, 2).reshape(n - 1, n - 1, -1)
    return wg.sum(signed(a[0]) * determinants(batch).reshape(n, -1), axis=0)


def minors(a: wg.Array) -> wg.Array:
    """Of the first row: rows, minors, columns."""
    n = len(a)
    return a[1:, np.array([[j for j in range(n) if j != i] for i in range(n)]).reshape(n, n - 1)]


def signed(row: wg.Array) -> wg.Array:
    return row * ((-1.0) ** np.arange(len(row))).reshape(-1, *[1] * (row.ndim - 1))


def expansion(rows: list[wg.Array], columns: list[int]) -> wg.Array:
    """Of some columns of these rows, number by number."""
    if len(rows) == 1:
        return rows[0][columns[0]]
    terms = (
        (-1.0) ** k * rows[0][column] * expansion(rows[1:], columns[:k] + columns[k + 1 :])
        for k, column in enumerate(columns)
    )
    return sum(terms)


@wg.compile
def primal(a: wg.Array, ell: int) -> wg.Array:
    return det(a.reshape(ell, ell))


gradient = wg.compile(wg.grad(primal))

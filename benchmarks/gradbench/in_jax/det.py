"""A determinant by expansion in minors: nothing but the recursion, and no minor is shared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

AT_ONCE = 6
"""The size of the largest minors whose whole expansion is one batch; larger ones come one after the other."""


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return jnp.array(np.asarray(input["A"], float)), int(input["ell"])


def minors(a: jax.Array, axis: int) -> jax.Array:
    """Those of the first row, along a new axis."""
    return jnp.stack([jnp.concatenate([a[1:, :j], a[1:, j + 1 :]], axis=1) for j in range(len(a))], axis=axis)


def batch_det(a: jax.Array) -> jax.Array:
    """Determinants of an array [n, n, batch]."""
    n = len(a)
    if n == 1:
        return a[0, 0]
    if n == 3:  # the last steps written out: fewer arrays, and no minor of a minor occurs twice
        cofactors = (a[1, k - 2] * a[2, k - 1] - a[1, k - 1] * a[2, k - 2] for k in range(3))
        return sum(a[0, k] * cofactor for k, cofactor in enumerate(cofactors))
    inner = batch_det(minors(a, 2).reshape(n - 1, n - 1, -1)).reshape(n, -1)
    return jnp.sum((-1.0) ** np.arange(n)[:, None] * a[0] * inner, axis=0)


def det(a: jax.Array) -> jax.Array:
    n = len(a)
    if n <= AT_ONCE:
        return batch_det(a[:, :, None])[0]
    inner = jax.lax.map(jax.checkpoint(det) if n == AT_ONCE + 1 else det, minors(a, 0))
    return jnp.dot((-1.0) ** np.arange(n) * a[0], inner)


@partial(jax.jit, static_argnums=1)
def primal(a: jax.Array, ell: int) -> jax.Array:
    return det(a.reshape(ell, ell))


gradient = jax.jit(jax.grad(primal), static_argnums=1)

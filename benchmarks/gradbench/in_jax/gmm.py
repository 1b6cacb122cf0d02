"""A Gaussian mixture: the log posterior of its weights, means and precisions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import lgamma, log, pi
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    parameters = {name: jnp.array(np.asarray(input[name], float)) for name in ("alpha", "mu", "q", "l")}
    k, d = parameters["mu"].shape
    parameters["l"] = parameters["l"].reshape(k, d * (d - 1) // 2)
    return parameters, jnp.array(np.asarray(input["x"], float)), float(input["gamma"]), int(input["m"])


def log_wishart_constant(d: int, k: int, gamma: float, m: int) -> float:
    """The part of the log prior that no parameter changes."""
    dof = d + m + 1
    log_gamma = d * (d - 1) / 4 * log(pi) + sum(lgamma((dof - j) / 2) for j in range(d))
    return k * (dof * d * log(gamma / 2**0.5) - log_gamma)


@partial(jax.jit, static_argnums=(2, 3))
def objective(parameters: dict[str, jax.Array], x: jax.Array, gamma: float, m: int) -> jax.Array:
    alpha, mu, q, l = (parameters[name] for name in ("alpha", "mu", "q", "l"))
    k, d = mu.shape
    columns, rows = np.triu_indices(d, 1)  # column by column of a lower triangle, the first numbered by columns
    factors = jnp.exp(q)[:, :, None] * jnp.eye(d)
    factors = factors.at[:, rows, columns].set(l, unique_indices=True)

    @jax.checkpoint  # one component after the other, and none is kept: what a component needs stays in the cache
    def distances(component: tuple[jax.Array, jax.Array]) -> jax.Array:
        factor, mean = component
        return jnp.sum((factor @ x.T - (factor @ mean)[:, None]) ** 2, axis=0)

    terms = (alpha + jnp.sum(q, axis=1))[:, None] - jax.lax.map(distances, (factors, mu)) / 2
    likelihood = jnp.sum(jax.nn.logsumexp(terms, axis=0)) - len(x) * (d / 2 * log(2 * pi) + jax.nn.logsumexp(alpha))
    prior = m * jnp.sum(q) - gamma**2 / 2 * (jnp.sum(jnp.exp(2 * q)) + jnp.sum(l**2))
    return likelihood + prior + log_wishart_constant(d, k, gamma, m)


jacobian = jax.jit(jax.grad(objective), static_argnums=(2, 3))

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
    parameters = {name: jnp.asarray(np.asarray(input[name], float)) for name in ("alpha", "mu", "q", "l")}
    k, d = parameters["mu"].shape
    parameters["l"] = parameters["l"].reshape(k, d * (d - 1) // 2)
    return parameters, jnp.asarray(np.asarray(input["x"], float)), float(input["gamma"]), int(input["m"])


def log_wishart_constant(d: int, k: int, gamma: float, m: int) -> float:
    dof = d + m + 1
    log_gamma = d * (d - 1) / 4 * log(pi) + sum(lgamma((dof - j) / 2) for j in range(d))
    return k * (dof * d * log(gamma / 2**0.5) - log_gamma)


@partial(jax.jit, static_argnames=("gamma", "m"))
def objective(parameters: dict[str, jax.Array], x: jax.Array, gamma: float, m: int) -> jax.Array:
    alpha, mu, q, l = (parameters[name] for name in ("alpha", "mu", "q", "l"))
    k, d = mu.shape
    n = len(x)
    columns, rows = np.triu_indices(d, 1)
    factors = jnp.exp(q)[:, :, None] * jnp.eye(d)
    factors = factors.at[:, rows, columns].set(l, unique_indices=True)
    z = (factors.reshape(k * d, d) @ x.T).reshape(k, d, n) - factors @ mu[:, :, None]
    log_densities = jnp.sum(q, axis=1)[:, None] - jnp.sum(z**2, axis=1) / 2
    likelihood = jnp.sum(jax.nn.logsumexp(alpha[:, None] + log_densities, axis=0)) - n * (
        d / 2 * log(2 * pi) + jax.nn.logsumexp(alpha)
    )
    prior = m * jnp.sum(q) - gamma**2 / 2 * (jnp.sum(jnp.exp(2 * q)) + jnp.sum(l**2))
    return likelihood + prior + log_wishart_constant(d, k, gamma, m)


jacobian = jax.jit(jax.grad(objective), static_argnames=("gamma", "m"))

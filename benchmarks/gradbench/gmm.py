"""A Gaussian mixture: the log posterior of its weights, means and precisions."""

from __future__ import annotations

from collections.abc import Mapping
from math import lgamma, log, pi
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    parameters = {name: wg.asarray(np.asarray(input[name], float)) for name in ("alpha", "mu", "q", "l")}
    k, d = parameters["mu"].shape
    parameters["l"] = wg.reshape(parameters["l"], (k, d * (d - 1) // 2))
    return parameters, wg.asarray(np.asarray(input["x"], float)), float(input["gamma"]), int(input["m"])


def log_wishart_constant(d: int, k: int, gamma: float, m: int) -> float:
    """The part of the log prior that no parameter changes."""
    dof = d + m + 1
    log_gamma = d * (d - 1) / 4 * log(pi) + sum(lgamma((dof - j) / 2) for j in range(d))
    return k * (dof * d * log(gamma / 2**0.5) - log_gamma)


@wg.compile
def objective(parameters: dict[str, wg.Array], x: wg.Array, gamma: float, m: int) -> wg.Array:
    alpha, mu, q, l = (parameters[name] for name in ("alpha", "mu", "q", "l"))
    k, d = mu.shape
    n = len(x)
    columns, rows = np.triu_indices(d, 1)  # column by column of a lower triangle, the first numbered by columns
    factors = wg.exp(q)[:, :, None] * np.eye(d)
    factors[:, rows, columns] = l

    z = (factors.reshape(k * d, d) @ x.T).reshape(k, d, n) - factors @ mu[:, :, None]
    log_densities = wg.sum(q, axis=1)[:, None] - wg.sum(z**2, axis=1) / 2
    likelihood = wg.sum(wg.logsumexp(alpha[:, None] + log_densities, axis=0)) - n * (
        d / 2 * log(2 * pi) + wg.logsumexp(alpha)
    )
    prior = m * wg.sum(q) - gamma**2 / 2 * (wg.sum(wg.exp(2 * q)) + wg.sum(l**2))
    return likelihood + prior + log_wishart_constant(d, k, gamma, m)


jacobian = wg.compile(wg.grad(objective))

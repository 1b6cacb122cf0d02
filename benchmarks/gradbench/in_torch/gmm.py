"""A Gaussian mixture: the log posterior of its weights, means and precisions."""

from __future__ import annotations

from collections.abc import Mapping
from math import lgamma, log, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    parameters = {name: torch.tensor(np.asarray(input[name], float)) for name in ("alpha", "mu", "q", "l")}
    k, d = parameters["mu"].shape
    parameters["l"] = parameters["l"].reshape(k, d * (d - 1) // 2)
    return parameters, torch.tensor(np.asarray(input["x"], float)), float(input["gamma"]), int(input["m"])


def log_wishart_constant(d: int, k: int, gamma: float, m: int) -> float:
    """The part of the log prior that no parameter changes."""
    dof = d + m + 1
    log_gamma = d * (d - 1) / 4 * log(pi) + sum(lgamma((dof - j) / 2) for j in range(d))
    return k * (dof * d * log(gamma / 2**0.5) - log_gamma)


def objective(parameters: dict[str, Tensor], x: Tensor, gamma: float, m: int) -> Tensor:
    alpha, mu, q, l = (parameters[name] for name in ("alpha", "mu", "q", "l"))
    k, d = mu.shape
    n = len(x)
    columns, rows = torch.triu_indices(d, d, 1)  # column by column of a lower triangle
    exp_q = q.exp()
    places = rows * d + columns
    factors = exp_q.diag_embed().flatten(1).index_copy(1, places, l).view(k, d, d)

    z = (factors.view(k * d, d) @ x.T).view(k, d, n) - factors @ mu[:, :, None]
    log_densities = (alpha + q.sum(1))[:, None] - z.square().sum(1) / 2
    likelihood = log_densities.logsumexp(0).sum() - n * (d / 2 * log(2 * pi) + alpha.logsumexp(0))
    prior = m * q.sum() - gamma**2 / 2 * (exp_q.square().sum() + l.square().sum())
    return likelihood + prior + log_wishart_constant(d, k, gamma, m)


def jacobian(parameters: dict[str, Tensor], x: Tensor, gamma: float, m: int) -> dict[str, Tensor]:
    parameters = {name: parameter.detach().requires_grad_() for name, parameter in parameters.items()}
    gradients = torch.autograd.grad(objective(parameters, x, gamma, m), list(parameters.values()))
    return dict(zip(parameters, gradients, strict=True))

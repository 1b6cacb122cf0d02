"""k-means clustering: a Newton step for the centroids, of which the Hessian is diagonal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(torch.tensor(np.asarray(input[name], float)) for name in ("points", "centroids"))


def nearest(points: Tensor, centroids: Tensor) -> Tensor:
    return torch.addmm(centroids.square().sum(1), points, centroids.T, alpha=-2).argmin(1)


def cost(points: Tensor, centroids: Tensor) -> Tensor:
    chosen = nearest(points, centroids.detach())  # no derivative goes through it
    return (points - centroids.index_select(0, chosen)).square().sum()


def dir(points: Tensor, centroids: Tensor) -> Tensor:
    """Gradient over Hessian's diagonal, which is the Hessian's product with ones."""
    centroids = centroids.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(cost(points, centroids), centroids, create_graph=True)
    (diagonal,) = torch.autograd.grad(gradient.sum(), centroids)
    return gradient.detach() / diagonal

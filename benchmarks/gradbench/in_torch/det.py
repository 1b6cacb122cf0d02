"""A determinant by expansion in minors: nothing but the recursion, and no minor is shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return torch.tensor(np.asarray(input["A"], float)), int(input["ell"])


AT_ONCE = 10
"""The largest determinant whose minors are computed all at once: those of a larger one would fill the memory."""


def dets(a: Tensor) -> Tensor:
    """The expansion along the first row of each matrix of [n, n, count]."""
    n, _, count = a.shape
    if n == 1:
        return a[0, 0]
    others = torch.tensor([j + (j >= i) for j in range(n - 1) for i in range(n)])
    minors = a[1:].index_select(1, others).view(n - 1, n - 1, n * count)
    signs = 1 - 2 * (torch.arange(n) % 2)[:, None]
    signed = a[0] * signs
    if n <= AT_ONCE:
        return (signed * dets(minors).view(n, count)).sum(0)
    terms = zip(signed, minors.view(n - 1, n - 1, n, count).unbind(2), strict=True)
    return sum(factor * checkpoint(dets, minor, use_reentrant=False) for factor, minor in terms)


def primal(a: Tensor, ell: int) -> Tensor:
    return dets(a.view(ell, ell, 1))[0]


def gradient(a: Tensor, ell: int) -> Tensor:
    a = a.detach().requires_grad_()
    return torch.autograd.grad(primal(a, ell), a)[0]

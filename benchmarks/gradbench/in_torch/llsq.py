"""Least squares: how far a polynomial is from the sign function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    t = torch.tensor(np.linspace(-1.0, 1.0, int(input["n"])))
    return torch.tensor(np.asarray(input["x"], float)), t, t.sign()


MATRIX = 4096
"""At most so many places have their powers in a matrix; that of more is slower to fill than Horner's rule is."""


def polynomial(x: Tensor, t: Tensor) -> Tensor:
    if len(x) > 1 and len(t) <= MATRIX:
        return torch.linalg.vander(t, N=len(x)) @ x
    *others, value = x.unbind()
    for coefficient in reversed(others):
        value = torch.addcmul(coefficient, value, t)
    return value


def primal(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return (s - polynomial(x, t)).square().sum() / 2


def gradient(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    x = x.detach().requires_grad_()
    return torch.autograd.grad(primal(x, t, s), x)[0]

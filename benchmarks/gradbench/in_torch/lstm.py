"""A recurrent network that reads a text character by character: the gradient of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    main, extra, state, sequence = (
        torch.tensor(np.asarray(input[name], float)) for name in ("main_params", "extra_params", "state", "sequence")
    )
    layers, b = len(main) // 2, extra.shape[1]
    return (main.reshape(layers, 2, 4, b), extra), state.reshape(layers, 2, b), sequence


def layer(parameters: Tensor, state: Tensor, x: Tensor) -> Tensor:
    """What a layer makes of the whole text; two of its gates see only what it reads, so they need no loop."""
    (w_forget, w_in, w_out, w_change), (v_forget, v_in, v_out, v_change) = (p.unbind() for p in parameters)
    keep = torch.addcmul(v_forget, x, w_forget).sigmoid().unbind()
    show = torch.addcmul(v_out, x, w_out).sigmoid().unbind()
    h, s = state
    shown = []
    for kept, visible in zip(keep, show, strict=True):
        change = torch.addcmul(v_in, h, w_in).sigmoid() * torch.addcmul(v_change, h, w_change).tanh()
        s = torch.addcmul(change, s, kept)
        h = visible * s.tanh()
        shown.append(h)
    return torch.stack(shown)


def objective(parameters: tuple[Tensor, Tensor], state: Tensor, sequence: Tensor) -> Tensor:
    main, extra = parameters
    x = sequence[:-1] * extra[0]
    for of_layer, start in zip(main, state, strict=True):
        x = layer(of_layer, start, x)
    y = torch.addcmul(extra[2], x, extra[1])
    totals = (sequence[1:] * (y - (2 + y.exp().sum(1, keepdim=True)).log())).sum(1)
    return -totals.mean() / extra.shape[1]


def jacobian(parameters: tuple[Tensor, Tensor], state: Tensor, sequence: Tensor) -> Tensor:
    main, extra = parameters = tuple(p.detach().requires_grad_() for p in parameters)
    gradients = torch.autograd.grad(objective(parameters, state, sequence), (main, extra))
    return torch.cat([gradient.ravel() for gradient in gradients])

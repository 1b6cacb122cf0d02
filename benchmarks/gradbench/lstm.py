"""A recurrent network that reads a text character by character: the gradient of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import wengert as wg


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    main, extra, state, sequence = (
        wg.asarray(np.asarray(input[name], float)) for name in ("main_params", "extra_params", "state", "sequence")
    )
    layers, b = len(main) // 2, extra.shape[1]
    return (main.reshape(layers, 2, 4, b), extra), state.reshape(layers, 2, b), sequence


def sigmoid(x: wg.Array) -> wg.Array:
    return 1 / (1 + wg.exp(-x))


@wg.compile
def objective(parameters: tuple[wg.Array, wg.Array], state: wg.Array, sequence: wg.Array) -> wg.Array:
    main, extra = parameters

    def layer(parameters: wg.Array, state: wg.Array, x: wg.Array) -> wg.Array:
        (w_forget, w_in, w_out, w_change), (v_forget, v_in, v_out, v_change) = parameters
        h, s = state
        s = s * sigmoid(x * w_forget + v_forget) + sigmoid(h * w_in + v_in) * wg.tanh(h * w_change + v_change)
        return sigmoid(x * w_out + v_out) * wg.tanh(s), s

    def character(states: list, characters: tuple[wg.Array, wg.Array]):
        x, after = characters
        x = x * extra[0]
        new = []
        for parameters, state in zip(main, states, strict=True):
            new.append(layer(parameters, state, x))
            x = new[-1][0]
        y = x * extra[1] + extra[2]
        return new, wg.sum(after * (y - wg.log(2 + wg.sum(wg.exp(y)))))

    _, totals = wg.scan(character, [(h, s) for h, s in state], (sequence[:-1], sequence[1:]))
    return -wg.mean(totals) / extra.shape[1]


@wg.compile
def jacobian(parameters: tuple[wg.Array, wg.Array], state: wg.Array, sequence: wg.Array) -> wg.Array:
    main, extra = wg.grad(objective)(parameters, state, sequence)
    return wg.concatenate([main.ravel(), extra.ravel()])

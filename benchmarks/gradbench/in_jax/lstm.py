"""A recurrent network: layer after layer, with the gates that no state enters computed for the whole text at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    main, extra, state, sequence = (
        jnp.asarray(np.asarray(input[name], float)) for name in ("main_params", "extra_params", "state", "sequence")
    )
    layers, b = len(main) // 2, extra.shape[1]
    return (main.reshape(layers, 2, 4, b), extra), state.reshape(layers, 2, b), sequence


def layer(parameters: jax.Array, state: jax.Array, xs: jax.Array) -> jax.Array:
    (w_forget, w_in, w_out, w_change), (v_forget, v_in, v_out, v_change) = parameters
    gates = jax.nn.sigmoid(xs * w_forget + v_forget), jax.nn.sigmoid(xs * w_out + v_out)

    def character(carry, entry):
        (h, s), (forget, out) = carry, entry
        s = s * forget + jax.nn.sigmoid(h * w_in + v_in) * jnp.tanh(h * w_change + v_change)
        h = out * jnp.tanh(s)
        return (h, s), h

    return jax.lax.scan(character, (state[0], state[1]), gates)[1]


@jax.jit
def objective(parameters: tuple[jax.Array, jax.Array], state: jax.Array, sequence: jax.Array) -> jax.Array:
    main, extra = parameters
    xs = sequence[:-1] * extra[0]
    for own, start in zip(main, state, strict=True):
        xs = layer(own, start, xs)
    y = xs * extra[1] + extra[2]
    terms = sequence[1:] * (y - jnp.log(2 + jnp.sum(jnp.exp(y), axis=1, keepdims=True)))
    return -jnp.mean(terms)


@jax.jit
def jacobian(parameters: tuple[jax.Array, jax.Array], state: jax.Array, sequence: jax.Array) -> jax.Array:
    main, extra = jax.grad(objective)(parameters, state, sequence)
    return jnp.concatenate([main.ravel(), extra.ravel()])

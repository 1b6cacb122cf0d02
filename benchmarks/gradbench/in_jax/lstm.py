"""A recurrent network that reads a text character by character: the gradient of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

State = tuple[jax.Array, jax.Array]


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    main, extra, state, sequence = (
        jnp.array(np.asarray(input[name], float)) for name in ("main_params", "extra_params", "state", "sequence")
    )
    layers, b = len(main) // 2, extra.shape[1]
    return (main.reshape(layers, 2, 4, b), extra), state.reshape(layers, 2, b), sequence


def layer(parameters: jax.Array, state: jax.Array, xs: jax.Array) -> jax.Array:
    """The hidden vectors of a layer at all times; two of its gates depend on what it reads alone."""
    (w_forget, w_in, w_out, w_change), (v_forget, v_in, v_out, v_change) = parameters

    @jax.checkpoint  # keeping nothing but the states is faster for long texts
    def cell(state: State, gates: State) -> tuple[State, jax.Array]:
        (h, s), (forget, out) = state, gates
        s = s * forget + jax.nn.sigmoid(h * w_in + v_in) * jnp.tanh(h * w_change + v_change)
        h = out * jnp.tanh(s)
        return (h, s), h

    gates = jax.nn.sigmoid(xs * w_forget + v_forget), jax.nn.sigmoid(xs * w_out + v_out)
    return jax.lax.scan(cell, (state[0], state[1]), gates)[1]


@jax.jit
def objective(parameters: tuple[jax.Array, jax.Array], state: jax.Array, sequence: jax.Array) -> jax.Array:
    main, extra = parameters
    xs = sequence[:-1] * extra[0]
    for i in range(len(main)):
        xs = layer(main[i], state[i], xs)
    ys = xs * extra[1] + extra[2]
    return -jnp.mean(sequence[1:] * (ys - jnp.log(2 + jnp.sum(jnp.exp(ys), axis=1, keepdims=True))))


@jax.jit
def jacobian(parameters: tuple[jax.Array, jax.Array], state: jax.Array, sequence: jax.Array) -> jax.Array:
    main, extra = jax.grad(objective)(parameters, state, sequence)
    return jnp.concatenate([main.ravel(), extra.ravel()])

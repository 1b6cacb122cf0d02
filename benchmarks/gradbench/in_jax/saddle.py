"""A saddle point: one descent inside the other, differentiated through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .descent import MODES, Mode, argmax, argmin


def prepare(input: Mapping[str, Any]) -> tuple[Any, ...]:
    return (jnp.asarray(np.asarray(input["start"], float)),)


def f(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.sum(a**2) - jnp.sum(b**2)


def minmax(outer: Mode, inner: Mode) -> Callable[[jax.Array], jax.Array]:
    @jax.jit
    def found(start: jax.Array) -> jax.Array:
        def best_answer(a: jax.Array) -> jax.Array:
            return argmax(lambda b: f(a, b), inner, start)

        a = argmin(lambda a: f(a, best_answer(a)), outer, start)
        return jnp.concatenate([a, best_answer(a)])

    return found


# There is no reverse mode through a loop of unknown length, so that the outer one has to be forward.
ff, fr = (minmax(MODES["f"], MODES[inner]) for inner in "fr")

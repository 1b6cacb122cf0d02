"""The roots of polynomials, whose coefficients stand along the last axis, highest power first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .elementwise import real_part
from .families import conjugate, general, result_dtype, scale
from .indexing import getitem
from .reductions import sum
from .shaping import concatenate, reshape

__all__ = ["polynomial_roots"]

Params = dict[str, Any]


def _sensitivity(p: Value, roots: Value) -> Value:
    """The derivative of each root with respect to each coefficient: p(r) = 0 gives dr = -Σ rᵏ dpₖ / p'(r)."""
    n = p.shape[-1] - 1
    every = (slice(None),) * (len(p.shape) - 1)
    r = reshape(roots, shape=(*roots.shape, 1))
    powers = [r * 0 + 1]
    slope = r * 0
    for k in range(1, n + 1):
        slope = slope + k * reshape(getitem(p, index=(*every, n - k)), shape=(*p.shape[:-1], 1, 1)) * powers[-1]
        powers.append(powers[-1] * r)
    return -concatenate(*powers[::-1], axis=len(p.shape), sizes=(1,) * (n + 1)) / slope


def _push(t: Value, p: Value, out: Value) -> Value:
    moved = scale(reshape(t, shape=(*t.shape[:-1], 1, t.shape[-1])), _sensitivity(p, out))
    return sum(moved, axes=(len(p.shape),), keepdims=False)


def _pull(ct: Value, p: Value, out: Value) -> Value:
    pulled = scale(reshape(ct, shape=(*ct.shape, 1)), conjugate(_sensitivity(p, out)))
    found = sum(pulled, axes=(len(p.shape) - 1,), keepdims=False)
    return found if p.dtype.kind == "c" else real_part(found)


def _type(p: ArrayType) -> ArrayType:
    return ArrayType((*p.shape[:-1], p.shape[-1] - 1), result_dtype(_complex, (p.dtype,), 1))


_complex = backend.implementation("polynomial_roots_dtype")


def _batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return polynomial_roots(inputs[0])


polynomial_roots = general(  # complex numbers; the first coefficient is not 0
    "polynomial_roots",
    "p",
    jvp=[_push],
    vjp=[_pull],
    type_rule=_type,
    batch=_batch,
    examples=(
        Example(([1.0, -1.0, -2.75, 1.5],)),
        Example(([[2.0, -3.0, -0.5], [1.0, 0.5, 0.0]],)),
        Example(([[1.5]],)),
    ),
)

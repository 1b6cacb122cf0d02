"""One-dimensional convolution along the last axis; axes in front of it stack convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.primitive import Example
from ..core.types import Shape, Value
from .families import conjugate, multilinear, shape_rule
from .shaping import flip, spread

__all__ = ["convolve"]

Params = dict[str, Any]


def _reversed(x: Value) -> Value:
    return conjugate(flip(x, axes=(len(x.shape) - 1,)))


def _shape(x: Shape, y: Shape, *, mode: str) -> Shape:
    return (*x[:-1], x[-1] + (y[-1] - 1 if mode == "full" else 1 - y[-1]))


def _pull_first(ct: Value, x: Any, y: Value, *, mode: str) -> Value:
    """Correlation with y: where all of y was added the result is shorter than ct, and the other way round."""
    return convolve(ct, _reversed(y), mode="valid" if mode == "full" else "full")


def _pull_second(ct: Value, x: Value, y: Any, *, mode: str) -> Value:
    """Full: z[i + k] = Σ x[i] y[k], so that the cotangent of y is the correlation of ct with x.

    Valid: z[i] = Σ y[k] x[i + m - 1 - k], so that y[m - 1 - j] is given Σ ct[i] conj(x[i + j]).
    """
    if mode == "full":
        return convolve(ct, _reversed(x), mode="valid")
    return _reversed(convolve(x, _reversed(ct), mode="valid"))


def _batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return convolve(*[spread(v, b, size) for v, b in zip(inputs, batched, strict=True)], **params)


convolve = multilinear(  # z[i] = Σ x[i - k] y[k]; "full", or "valid": where y, the shorter, lies within x
    "convolve",
    _pull_first,
    _pull_second,
    type_rule=shape_rule(_shape),
    batch=_batch,
    arity=2,
    examples=(
        Example(((5,), (3,)), {"mode": "full"}),
        Example(((5,), (3,)), {"mode": "valid"}),
        Example(((2,), (4,)), {"mode": "full"}),
        Example(((3,), (3,)), {"mode": "valid"}),
        Example(((2, 4), (2, 2)), {"mode": "full"}),
        Example(((0, 4), (0, 2)), {"mode": "valid"}),
    ),
)

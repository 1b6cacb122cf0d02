"""Random draws: an operation that gives something else whenever it is performed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backends import backend
from ..core.errors import ConversionError
from ..core.interpreter import Box, apply, noted, state
from ..core.primitive import Primitive
from ..core.types import ArrayType, DType, Shape, Value
from .elementwise import stop_gradient
from .shaping import reshape

__all__ = ["draw", "draw_given", "underlying"]

Params = dict[str, Any]


def _evaluate(
    *inputs: Value, generator: Any, kind: str, arguments: tuple[Any, ...], shape: Shape, dtype: DType
) -> Value:
    return backend.asarray(generator.draw(kind, (*inputs, shape) if inputs else arguments), dtype)


def _type(
    *inputs: ArrayType, generator: Any, kind: str, arguments: tuple[Any, ...], shape: Shape, dtype: DType
) -> ArrayType:
    return ArrayType(shape, dtype)


def _batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    """A draw for each entry: as many as a loop would make, and in its order."""
    rank = len(params["shape"])
    aligned = [
        reshape(x, shape=(size, *(1,) * (rank + 1 - len(x.shape)), *x.shape[1:])) if b else x
        for x, b in zip(inputs, batched, strict=True)
    ]
    return _performed(aligned, {**params, "shape": (size, *params["shape"])})


# It is not in the registry: the laws there are about functions of inputs.
draw = Primitive(
    name="draw",
    family="random",
    evaluate=_evaluate,
    type_rule=_type,
    jvp=None,
    vjp=None,
    batch=_batch,
    needs=lambda wanted, arity: tuple(range(arity + 1)),
    examples=(),
    pure=False,
)
"""``generator.draw(kind, arguments)``, or with inputs ``draw(kind, (*inputs, shape))``, of this shape and dtype."""


def underlying(x: Value) -> Value:
    """``x`` without the levels that differentiate: what a draw that is given it depends on."""
    x = stop_gradient(x)
    while isinstance(x, Box) and not x._level.takes_impure:
        try:
            x = x._level.concrete(x, "a parameter of a random draw")
        except ConversionError:
            break  # of a batch, which has a rule
    return x


def draw_given(*inputs: Value, generator: Any, kind: str, shape: Shape, dtype: DType) -> Value:
    """A draw with parameters that are values, seen through :func:`underlying`: a constant."""
    return _performed(inputs, {"generator": generator, "kind": kind, "arguments": (), "shape": shape, "dtype": dtype})


def _performed(inputs: Sequence[Value], params: Params) -> Value:
    """What levels that write programs take is noted where a function runs again, as a draw without inputs is."""
    boxes = [x for x in inputs if isinstance(x, Box)]
    if all(x._level.takes_impure for x in boxes):
        return noted(state.journal, draw, tuple(inputs), params)
    return apply(draw, *inputs, **params)

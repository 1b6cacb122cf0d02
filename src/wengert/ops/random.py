"""Random draws: an operation that gives something else whenever it is performed."""

from __future__ import annotations

from typing import Any

from ..backends import backend
from ..core.primitive import Primitive
from ..core.types import ArrayType, DType, Shape, Value

__all__ = ["draw"]


def _evaluate(*, generator: Any, kind: str, arguments: tuple[Any, ...], shape: Shape, dtype: DType) -> Value:
    return backend.asarray(generator.draw(kind, arguments), dtype)


def _type(*, generator: Any, kind: str, arguments: tuple[Any, ...], shape: Shape, dtype: DType) -> ArrayType:
    return ArrayType(shape, dtype)


def _underivable(*_: Any) -> Any:
    raise AssertionError("a draw has no inputs that could be differentiated or batched")


# It is not in the registry: the laws there are about functions of inputs.
draw = Primitive(
    name="draw",
    family="random",
    evaluate=_evaluate,
    type_rule=_type,
    jvp=None,
    vjp=None,
    batch=_underivable,
    needs=_underivable,
    examples=(),
    arity=0,
    pure=False,
)
"""``generator.draw(kind, arguments)``, of this shape and dtype."""

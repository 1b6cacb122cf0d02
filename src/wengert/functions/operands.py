"""What the public functions accept as arrays, and what they give back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..backends import backend
from ..core.errors import DTypeError
from ..core.interpreter import Box, wrap
from ..core.primitive import registry
from ..core.types import SCALARS, Value
from ..ops.shaping import concatenate, reshape

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["ArrayLike", "array_operand", "concrete", "holds", "holds_box", "operand", "result"]

ArrayLike: TypeAlias = Any
"""An Array, a NumPy array or scalar, a Python number, or a nested sequence of these."""


def operand(x: ArrayLike) -> Value:
    """An argument as a value that primitives take; a Python number stays one, so that it promotes weakly."""
    if isinstance(x, (Box, *SCALARS)) or backend.is_array(x):
        return x
    return array_operand(x)


def array_operand(x: ArrayLike) -> Value:
    """An argument as a value with shape and dtype; a sequence is stacked, recorded elements and all."""
    if isinstance(x, Box) or backend.is_array(x):
        return x
    if isinstance(x, (list, tuple)) and holds_box(x):
        return _stack([array_operand(item) for item in x])
    try:
        value = backend.asarray(x)
    except ValueError as error:
        raise DTypeError(f"cannot make an array of {x!r}: {error}") from None
    if value.dtype.kind not in "biufc":
        raise DTypeError(f"expected numbers or an array of numbers, not {x!r} of type {type(x).__name__}")
    return value


_NUMBERS = {bool, int, float, complex}


def holds_box(x: Any) -> bool:
    """Whether a nested sequence holds an array of a transform, or a recorded one."""
    if _NUMBERS.issuperset(map(type, x)):  # the commonest case, made quick
        return False
    return any(isinstance(item, Box) or (isinstance(item, (list, tuple)) and holds_box(item)) for item in x)


def _stack(items: list[Value]) -> Value:
    """Arrays of one shape, joined along a new first axis."""
    shapes = {item.shape for item in items}
    if len(shapes) > 1:
        raise DTypeError(f"a sequence of arrays must hold equal shapes, not {sorted(shapes)}")
    rows = [reshape(item, shape=(1, *item.shape)) for item in items]
    return concatenate(*rows, axis=0, sizes=(1,) * len(rows))


def concrete(x: Value, purpose: str) -> Value:
    """The value of the backend behind all levels; raises where a level has no single value."""
    while isinstance(x, Box):
        x = x._level.concrete(x, purpose)
    return x


def holds(flags: Value, purpose: str) -> bool:
    """Whether all flags are true: one question, so that a compiled program guards one answer and not every flag."""
    if 0 in flags.shape:
        return True
    axes = tuple(range(len(flags.shape)))
    return bool(concrete(registry["all"](flags, axes=axes, keepdims=False), purpose))


def result(value: Value) -> Array:
    """What a public function returns: an Array."""
    return wrap(value)  # type: ignore[return-value]

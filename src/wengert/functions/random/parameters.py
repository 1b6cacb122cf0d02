"""The parameters of distributions: plain ones go to NumPy, arrays of the library are followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.errors import ConversionError, DTypeError, ShapeError
from ...core.interpreter import Box
from ...core.types import Shape, Value, broadcast_shapes, is_inexact
from ..operands import ArrayLike, operand
from ..shaping import shape_argument

__all__ = [
    "Fixed",
    "Named",
    "Size",
    "check_positive",
    "constant",
    "fixed",
    "followed",
    "given_shape",
    "no_output",
    "real",
    "thawed",
]

Size = Any
"""A shape, a number of elements, or None for what the parameters broadcast to."""


class Fixed:
    """An array as a parameter of an equation: it compares by its elements."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = np.array(array)
        self.array.flags.writeable = False

    def _key(self) -> tuple[Any, ...]:
        return self.array.shape, self.array.dtype, self.array.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fixed) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return np.array2string(self.array, threshold=8, edgeitems=2, separator=", ").replace("\n", "")


class Named(tuple[tuple[str, Any], ...]):
    """Arguments that NumPy takes by name only: the last of a draw's arguments."""


def fixed(x: Any) -> Any:
    """A plain parameter as one of an equation."""
    return x.item() if np.ndim(x) == 0 and hasattr(x, "item") else x if np.ndim(x) == 0 else Fixed(x)


def thawed(x: Any) -> Any:
    """What NumPy is given for it."""
    return x.array if isinstance(x, Fixed) else x


def followed(values: Sequence[Value]) -> bool:
    """Whether one of the parameters is an array of the library, on which derivatives or programs may depend."""
    return any(isinstance(x, Box) for x in values)


def _shape(x: Value) -> Shape:
    return x.shape if isinstance(x, Box) else np.shape(x)


def given_shape(size: Size, *parameters: Value) -> Shape:
    """The shape of a result: the size, to which the parameters have to broadcast, or what they broadcast to."""
    shapes = [_shape(x) for x in parameters]
    shape = broadcast_shapes(*shapes) if shapes else ()
    if size is None:
        return shape
    asked = shape_argument(size)
    if broadcast_shapes(shape, asked) != asked:
        raise ShapeError(f"parameters of shapes {' and '.join(map(str, shapes))} do not broadcast to size {asked}")
    return asked


def constant(x: ArrayLike, what: str) -> Any:
    """A parameter without derivative, as NumPy takes it; one that is differentiated is an error."""
    value = operand(x)
    while isinstance(value, Box):
        if is_inexact(value.dtype) and value._level.differentiates(value):
            raise ConversionError(
                f"{what} has no reparameterised gradient here: no rule says how a draw moves with it; x.detach() says "
                "that no derivative is meant"
            )
        value = value._level.concrete(value, what)
    return value


def check_positive(value: Value, what: str, *, strict: bool = False) -> None:
    """Refuse what is negative (or 0), where there is a value to look at that no transform has to follow."""
    if isinstance(value, Box):
        if value._level is not Box.ground:
            return
        value = value._value
    if np.any(np.less_equal(value, 0) if strict else np.less(value, 0)):
        raise ValueError(f"{what} of a random distribution must {'be positive' if strict else 'not be negative'}")


def no_output(out: Any, name: str) -> None:
    """Refuse NumPy's ``out``."""
    if out is not None:
        raise NotImplementedError(f"{name} makes a new array, and has no out=; write x[...] = rng.{name}(...)")


def real(x: ArrayLike, name: str) -> Value:
    """A parameter of a continuous distribution."""
    value = operand(x)
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    if kind == "c" or isinstance(value, complex):
        raise DTypeError(f"{name} of a random distribution must be real, not complex")
    return value

"""Array types: a shape and a dtype, and how shapes broadcast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from .errors import DTypeError, ShapeError

__all__ = [
    "SCALARS",
    "ArrayType",
    "DType",
    "Shape",
    "Value",
    "broadcast_shapes",
    "is_inexact",
    "normalize_axes",
    "normalize_axis",
    "type_of",
]

Shape: TypeAlias = tuple[int, ...]
DType: TypeAlias = Any  # the backend's dtype object, or a Python scalar's type, which promotes weakly
Value: TypeAlias = Any  # an array of the backend, a Python scalar, or a Box of a lower level

SCALARS = (bool, int, float, complex)


@dataclass(frozen=True, slots=True)
class ArrayType:
    """The type of a value: its shape and dtype.

    The dtype of a Python scalar is its Python type: it takes part in promotion weakly (NEP 50).
    """

    shape: Shape
    dtype: DType

    @property
    def is_weak(self) -> bool:
        """Whether it is the type of a Python scalar."""
        return isinstance(self.dtype, type)

    def __str__(self) -> str:
        name = self.dtype.__name__ if isinstance(self.dtype, type) else str(self.dtype)
        return f"{name}[{', '.join(map(str, self.shape))}]"


def type_of(value: Value) -> ArrayType:
    """The type of an array or of a Python scalar."""
    if isinstance(value, SCALARS) and not hasattr(value, "dtype"):
        return ArrayType((), type(value))
    return ArrayType(value.shape, value.dtype)


def is_inexact(dtype: DType) -> bool:
    """Whether values of this dtype have derivatives: floating point or complex."""
    return dtype in (float, complex) if isinstance(dtype, type) else dtype.kind in "fc"


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape to which ``shapes`` broadcast, by NumPy's rule."""
    rank = max(map(len, shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for axis, size in enumerate(shape, rank - len(shape)):
            if size != 1:
                if result[axis] not in (1, size):
                    raise ShapeError(f"shapes {' and '.join(map(str, shapes))} do not broadcast together")
                result[axis] = size
    return tuple(result)


def normalize_axis(axis: int, ndim: int, what: str = "axis") -> int:
    """``axis`` counted from the front; raises ShapeError where an array of ``ndim`` dimensions has no such axis."""
    try:
        index = axis.__index__()
    except AttributeError:
        raise DTypeError(f"{what} must be an integer, not {axis!r}") from None
    if not -ndim <= index < ndim:
        raise ShapeError(f"{what} {index} is out of bounds for an array of {ndim} dimension(s)")
    return index % ndim


def normalize_axes(axis: int | tuple[int, ...] | list[int] | None, ndim: int) -> tuple[int, ...]:
    """The axes meant by NumPy's ``axis`` argument, sorted and counted from the front; None means all."""
    if axis is None:
        return tuple(range(ndim))
    axes = [normalize_axis(a, ndim) for a in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    if len(set(axes)) != len(axes):
        raise ShapeError(f"axis {axis} names the same axis twice")
    return tuple(sorted(axes))

"""Arrays that functions write into: ``out=``, and what a function changes in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ConversionError, DTypeError, ShapeError
from ..core.interpreter import Box
from ..core.types import Value
from .operands import result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["delivered", "is_own", "plain", "store"]


def is_own(target: Any, name: str) -> bool:
    """Whether what a function changes in place is an Array; False for NumPy's, an error for anything else."""
    if isinstance(target, Box):
        return True
    if not isinstance(target, np.ndarray):
        raise DTypeError(f"{name} writes into an array, not into {type(target).__name__}")
    return False


def plain(x: Any, name: str) -> Any:
    """An argument for NumPy's own function, which writes into a NumPy array; raises if a derivative would be lost."""
    if not isinstance(x, Box):
        return x
    try:
        return np.asarray(x)
    except ConversionError:
        raise ConversionError(
            f"{name} would write a recorded value into a plain NumPy array, which would lose its derivative; make the "
            "target a wengert array, or detach() the value"
        ) from None


def store(value: Any, target: Any, name: str) -> Any:
    """Write a result where ``out=`` says, and give that back."""
    written = value if is_own(target, name) else plain(value, name)
    if not np.can_cast(value.dtype, target.dtype, "same_kind"):
        raise DTypeError(f"{name} cannot store {value.dtype} in an array of {target.dtype}; convert the array first")
    if value.shape != target.shape:
        raise ShapeError(f"{name} cannot store a result of shape {value.shape} in an array of shape {target.shape}")
    target[...] = written
    return target


def delivered(value: Value, out: Any, name: str) -> Array:
    """What a function with ``out=`` returns: an Array, or ``out`` after the result was written into it."""
    return result(value) if out is None else store(value, out, name)

"""Conditions: what loops and branches ask of them."""

from __future__ import annotations

from typing import Any

from ...backends import backend
from ...core.errors import DTypeError, ShapeError
from ...core.interpreter import Box, apply, strip
from ...core.types import Value
from ...ops.reductions import any as any_of
from ..arguments import array_value
from ..batch import Batch

__all__ = ["holds", "predicate_value"]


def predicate_value(x: Any, what: str) -> Value:
    """A condition as a value; raises unless it is one boolean."""
    if not (isinstance(x, (Box, bool)) or backend.is_array(x)):
        raise DTypeError(f"{what} must be a boolean, not {x!r} of type {type(x).__name__}")
    value = array_value(x, what)
    if value.shape:
        raise ShapeError(f"{what} must be a single boolean, not of shape {value.shape}; use wg.all or wg.any")
    if value.dtype.kind != "b":
        raise DTypeError(f"{what} must be a boolean, not {value.dtype}; compare it with something")
    return value


def holds(x: Value, what: str) -> tuple[bool, bool]:
    """Whether a condition holds, for any entry of a batch; and whether there is a batch."""
    batched = False
    while isinstance(x, Box):
        level = x._level
        if isinstance(level, Batch):
            x, batched = strip(apply(any_of, x._value, axes=(0,), keepdims=False)), True
        else:
            x = level.concrete(x, what)
    return bool(x), batched

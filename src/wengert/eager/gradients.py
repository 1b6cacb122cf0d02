"""Where a reverse sweep begins and where it ends: roots with their cotangents, leaves with their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import numpy as np

from ..core.errors import DTypeError, GraphError, ShapeError
from ..core.interpreter import Box, wrap
from ..core.types import DType, Shape, Value
from .ownership import alone
from .tape import EAGER, Leaf, Node

__all__ = ["check_cotangent", "deposit", "root", "unit_cotangent"]

_depositing = Lock()


def check_cotangent(given: Any, what: str, shape: Shape, dtype: DType) -> None:
    """Raise unless a cotangent or gradient fits an array of this shape and dtype."""
    if given.shape != shape:
        raise ShapeError(f"the {what} of an array of shape {shape} cannot have shape {given.shape}")
    if given.dtype.kind == "c" and dtype.kind != "c":
        raise DTypeError(f"the {what} of an array of {dtype} cannot be of {given.dtype}")


def unit_cotangent(array: Box) -> np.ndarray[Any, np.dtype[Any]]:
    """Ones of the shape and dtype of a real array."""
    if array.dtype.kind == "c":
        raise DTypeError(
            f"a complex array ({array.dtype}{list(array.shape)}) has no gradient without a cotangent: give "
            "y.backward(cotangent), or take a real part or absolute value first"
        )
    return np.ones(array.shape, array.dtype)


def root(array: Any) -> Node:
    """The node from which a sweep starts; raises GraphError where there is none, or where it would miss a leaf."""
    if not isinstance(array, Box) or not isinstance(array._note, Node):
        inside = array._level.name if isinstance(array, Box) and array._level.depth else ""
        raise GraphError(
            f"an array inside {inside} has no graph of its own; use wg.grad or wg.vjp there"
            if inside
            else "this array does not require a gradient: nothing that led to it was recorded; "
            "call requires_grad_() on an input before computing"
        )
    below = array._value
    while isinstance(below, Box):
        if below._level is EAGER and isinstance(below._note, Node):
            raise GraphError(
                f"backward() inside {array._level.name} reaches the arguments of the transform, but not the arrays "
                "outside of it that require a gradient; use wg.grad or wg.vjp inside, or detach() them"
            )
        below = below._value
    return array._note


def deposit(gradients: Mapping[Node, Value], *, overwrite: bool) -> None:
    """Give leaves their gradients: added to what is there, or in its place."""
    with _depositing:  # other threads may accumulate into the same leaves
        for leaf, gradient in gradients.items():
            assert isinstance(leaf, Leaf)
            _deposit(leaf, gradient, overwrite)


def _deposit(leaf: Leaf, gradient: Value, overwrite: bool) -> None:
    """Give a leaf its gradient; an attached one keeps its handle, and its memory unless somebody else can see that."""
    grad = leaf.grad
    if not leaf.attached or isinstance(gradient, Box) or (grad is not None and grad._note is not None):
        leaf.grad = wrap(gradient if grad is None or overwrite else grad + gradient)
    elif grad is None:
        leaf.grad = wrap(np.array(gradient))
    elif not alone(grad):
        grad._value = np.array(gradient if overwrite else grad._value + gradient)
    elif overwrite:
        grad._value[...] = gradient
    else:
        grad._value += gradient

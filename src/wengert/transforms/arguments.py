"""What the transforms ask of a function's arguments and results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.errors import DTypeError, ShapeError, TreeError
from ..core.interpreter import Box, strip
from ..core.tree import Tree, same_structure
from ..core.types import SCALARS, Value, is_inexact

__all__ = [
    "array_value",
    "check_function",
    "check_callable",
    "differentiable_value",
    "fixed_except",
    "is_single",
    "split_aux",
    "tangent_values",
]


def array_value(x: Any, what: str) -> Value:
    """A leaf as a value with shape and dtype."""
    if isinstance(x, Box) or backend.is_array(x):
        return strip(x)
    if isinstance(x, SCALARS):
        return backend.asarray(x)
    raise DTypeError(f"{what} must be an array or a number, not {x!r} of type {type(x).__name__}")


def differentiable_value(x: Any, what: str) -> Value:
    """A leaf as a value that can be differentiated with respect to; a Python integer counts as a float."""
    if isinstance(x, int) and not isinstance(x, bool):
        x = float(x)
    value = array_value(x, what)
    if not is_inexact(value.dtype):
        raise DTypeError(
            f"{what} is of {value.dtype}: only floating-point and complex arrays have derivatives; "
            "convert with astype(float), or leave it out of argnums"
        )
    return value


def tangent_values(tree: Any, primals: Sequence[Value], structure: Tree, what: str) -> list[Value]:
    """The leaves of a tangent or cotangent, which has the structure, shapes and kinds of what it belongs to."""
    values = []
    for x, primal in zip(same_structure(tree, structure, f"the {what}"), primals, strict=True):
        value = array_value(x, f"the {what}")
        shape, dtype = getattr(primal, "shape", ()), getattr(primal, "dtype", None)
        if value.shape != shape:
            raise ShapeError(f"the {what} of an array of shape {shape} cannot have shape {value.shape}")
        if dtype is not None and value.dtype.kind == "c" and dtype.kind != "c":
            raise DTypeError(f"the {what} of an array of {dtype} cannot be of {value.dtype}")
        values.append(value)
    return values


def check_callable(function: Any) -> None:
    """Raise DTypeError unless the argument is a function."""
    if not callable(function):
        given = repr(function)
        if hasattr(function, "dtype"):
            given = f"an array of {function.dtype}{list(function.shape)} (of a matrix, x.trace() sums the diagonal)"
        raise DTypeError(f"expected a function, not {given} of type {type(function).__name__}")


def is_single(argnums: int | Sequence[int]) -> bool:
    """Whether argnums names one argument, whose derivative then stands alone."""
    return hasattr(argnums, "__index__")


def check_function(function: Any) -> None:
    """Raise TypeError unless something can be called: said where the transform is made, not where it is used."""
    if not callable(function):
        raise TypeError(f"expected a function, not {function!r}")


def fixed_except(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], argnums: int | Sequence[int]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function of the chosen arguments alone, and these arguments."""
    check_callable(function)
    numbers: Any = (argnums,) if is_single(argnums) else argnums
    if not isinstance(numbers, (tuple, list)) or not all(map(is_single, numbers)):
        raise DTypeError(f"argnums must be an integer or a tuple of integers, not {argnums!r}")
    for number in numbers:
        if not -len(args) <= number < len(args):
            raise TreeError(
                f"argnums={argnums} names an argument that is not given: there are {len(args)} positional arguments"
            )
    positions = [number % len(args) for number in numbers]
    if len(set(positions)) != len(positions):
        raise TreeError(f"argnums={argnums} names an argument twice")

    def chosen(*values: Any) -> Any:
        full = list(args)
        for position, value in zip(positions, values, strict=True):
            full[position] = value
        return function(*full, **kwargs)

    return chosen, tuple(args[position] for position in positions)


def split_aux(out: Any, has_aux: bool) -> tuple[Any, Any]:
    """The differentiated part of a result, and the rest of it."""
    if not has_aux:
        return out, None
    if not isinstance(out, tuple) or len(out) != 2:
        raise TreeError(f"with has_aux=True the function must return a pair (output, aux), not {type(out).__name__}")
    return out[0], out[1]

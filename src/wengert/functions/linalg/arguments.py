"""What the functions of linear algebra accept as numbers and as matrices."""

from __future__ import annotations

from ...backends import backend
from ...core.errors import DTypeError, ShapeError
from ...core.types import Value, broadcast_shapes, is_inexact
from ...ops import elementwise as el
from ...ops.shaping import reshape
from ..operands import ArrayLike, array_operand

__all__ = ["matrices", "numbers", "right_hand_sides", "without_column"]


def numbers(a: ArrayLike) -> Value:
    """An array of floating-point or complex numbers; integers are converted to float64."""
    x = array_operand(a)
    return x if is_inexact(x.dtype) else el.astype(x, dtype=backend.dtype("float64"))


def matrices(a: ArrayLike, name: str, *, square: bool = True, factored: bool = True) -> Value:
    """An array of matrices; to be factored, in a precision for which LAPACK does it."""
    x = numbers(a)
    if len(x.shape) < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "a square matrix" if square else "a matrix"
        raise ShapeError(f"{name} needs {kind}, or a stack of them in the last two axes, not the shape {x.shape}")
    if factored and x.dtype.char not in "fdFD":
        raise DTypeError(f"{name} computes in single and double precision, not in {x.dtype}; convert with astype")
    return x


def right_hand_sides(a: Value, b: ArrayLike, name: str) -> tuple[Value, bool]:
    """The right-hand sides of equations with the matrices ``a`` as columns, and whether it was one vector."""
    b = numbers(b)
    vector = len(b.shape) == 1
    right = reshape(b, shape=(*b.shape, 1)) if vector else b
    if len(right.shape) < 2 or right.shape[-2] != a.shape[-2]:
        raise ShapeError(f"{name}: a right-hand side of shape {b.shape} does not fit matrices of shape {a.shape}")
    broadcast_shapes(a.shape[:-2], right.shape[:-2])  # raises unless the stacks fit
    return right, vector


def without_column(x: Value, vector: bool) -> Value:
    """A solution, as a vector where the right-hand side was one."""
    return reshape(x, shape=x.shape[:-1]) if vector else x

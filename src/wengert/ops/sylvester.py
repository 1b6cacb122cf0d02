"""Sylvester's equation, which is linear in the solution on either side."""

from __future__ import annotations

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .contraction import matmul
from .families import general, result_dtype
from .shaping import adjoint
from .stacks import batch_stack, float_dtype, regular, stack_shape

__all__ = ["sylvester"]

_promote = backend.implementation("promote")


def _solution_type(a: ArrayType, b: ArrayType, q: ArrayType) -> ArrayType:
    dtype = result_dtype(_promote, (float_dtype(a, b), float_dtype(q)))
    return ArrayType((*stack_shape(a, b, q), *q.shape[-2:]), dtype)


def _pulled(ct: Value, a: Value, b: Value) -> Value:
    """The cotangent of the right-hand side."""
    return sylvester(adjoint(a), adjoint(b), ct)


sylvester = general(  # a x + x b = q
    "sylvester",
    "a b q",
    jvp=[
        lambda t, a, b, out: -sylvester(a, b, matmul(t, out)),
        lambda t, a, b, out: -sylvester(a, b, matmul(out, t)),
        lambda t, a, b: sylvester(a, b, t),
    ],
    vjp=[
        lambda ct, a, b, out: -matmul(_pulled(ct, a, b), adjoint(out)),
        lambda ct, a, b, out: -matmul(adjoint(out), _pulled(ct, a, b)),
        _pulled,
    ],
    type_rule=_solution_type,
    batch=batch_stack(lambda a, b, q: sylvester(a, b, q)),
    examples=tuple(
        Example(shapes, prepare=lambda a, b, q: (regular(a), regular(b), q))
        for shapes in (((2, 2), (3, 3), (2, 3)), ((2, 1, 1), (2, 2), (1, 2)), ((0, 0), (2, 2), (0, 2)))
    ),
)

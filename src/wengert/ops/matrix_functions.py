"""Functions of a square matrix: the exponential, the logarithm, the square root.

All have the same derivative: that of f along e is the upper right block of f([[a, e], [0, a]]), and its adjoint is that
of f at aᴴ (R. Mathias, "A chain rule for matrix functions and applications", SIAM Journal on Matrix Analysis and
Applications 17 (1996); N. Higham, "Functions of Matrices" (2008), theorems 3.6 and 3.9). The rule names f again, so
that it holds in every order.
"""

from __future__ import annotations

from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .families import general, zeros_like
from .indexing import getitem
from .shaping import adjoint, concatenate
from .stacks import batch_stack, float_dtype, regular

__all__ = ["matrix_function"]


def _along(a: Value, e: Value, function: str) -> Value:
    """The derivative at a along e."""
    n, rank = a.shape[-1], len(a.shape)
    left = concatenate(a, zeros_like(a), axis=rank - 2, sizes=(n, n))
    right = concatenate(e, a, axis=rank - 2, sizes=(n, n))
    whole = matrix_function(concatenate(left, right, axis=rank - 1, sizes=(n, n)), function=function)
    return getitem(whole, index=(*(slice(None),) * (rank - 2), slice(n), slice(n, None)))


matrix_function = general(  # SciPy's ``function``; of a real matrix it is real, and NaN where there is no real one
    "matrix_function",
    "a",
    jvp=[lambda t, a, *, function: _along(a, t, function)],
    vjp=[lambda ct, a, *, function: _along(adjoint(a), ct, function)],
    type_rule=lambda a, *, function: ArrayType(a.shape, float_dtype(a)),
    batch=batch_stack(lambda a, *, function: matrix_function(a, function=function)),
    examples=tuple(
        Example((s,), {"function": name}, prepare=lambda a: (regular(a),))
        for name, shapes in (
            ("expm", ((3, 3), (2, 2, 2), (0, 0))),
            ("sqrtm", ((2, 2), (2, 1, 1))),
            ("logm", ((1, 1),)),  # larger ones take seconds in higher orders
        )
        for s in shapes
    ),
)

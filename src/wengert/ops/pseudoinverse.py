"""Generalised inverses and least squares, also of matrices of deficient rank.

The derivatives are those of G. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least
squares problems whose variables separate", SIAM Journal on Numerical Analysis 10 (1973). They hold where the rank is
locally constant.
"""

from __future__ import annotations

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .contraction import matmul
from .families import general
from .shaping import adjoint
from .spectral import singular_values_pull, singular_values_push
from .stacks import (
    batch_stack,
    float_dtype,
    hermitian_part,
    leading_columns,
    leading_rows,
    magnitude_dtype,
    regular,
    stack_shape,
)

__all__ = ["lstsq", "pinv"]


def _pinv_type(a: ArrayType, *, rcond: float, hermitian: bool) -> ArrayType:
    return ArrayType((*a.shape[:-2], a.shape[-1], a.shape[-2]), float_dtype(a))


def _given(t: Value, hermitian: bool) -> Value:
    """A tangent or cotangent of what is taken to be Hermitian."""
    return hermitian_part(t) if hermitian else t


def _pinv_push(t: Value, a: Value, out: Value, *, rcond: float, hermitian: bool) -> Value:
    """-a⁺ da a⁺ + a⁺ a⁺ᴴ daᴴ (1 - a a⁺) + (1 - a⁺ a) daᴴ a⁺ᴴ a⁺."""
    t = _given(t, hermitian)
    square = matmul(adjoint(t), adjoint(out))  # daᴴ a⁺ᴴ
    outer = matmul(matmul(out, adjoint(out)), adjoint(t))
    return (
        matmul(square - matmul(out, matmul(a, square)), out)
        + outer
        - matmul(matmul(outer, a), out)
        - matmul(out, matmul(t, out))
    )


def _pinv_pull(ct: Value, a: Value, out: Value, *, rcond: float, hermitian: bool) -> Value:
    flipped, inverse = adjoint(ct), adjoint(out)
    left = matmul(matmul(flipped, out), inverse)
    right = matmul(matmul(inverse, out), flipped)
    total = (
        left
        - matmul(a, matmul(out, left))
        + right
        - matmul(matmul(right, out), a)
        - matmul(inverse, matmul(ct, inverse))
    )
    return _given(total, hermitian)


def _of_rank_one(a: Value) -> Value:
    return matmul(leading_columns(a, 1), leading_rows(a, 1))


_PLAIN = {"rcond": 1e-13, "hermitian": False}

pinv = general(
    "pinv",
    "a",
    jvp=[_pinv_push],
    vjp=[_pinv_pull],
    type_rule=_pinv_type,
    batch=batch_stack(lambda a, **params: pinv(a, **params)),
    examples=(
        *(Example((s,), _PLAIN) for s in ((3, 2), (2, 3), (2, 2, 2), (0, 2))),
        Example(((3, 3),), {"rcond": 1e-3, "hermitian": False}, prepare=lambda a: (_of_rank_one(a),)),
        Example(((3, 3),), {"rcond": 1e-13, "hermitian": True}, prepare=lambda a: (hermitian_part(regular(a)),)),
    ),
)


def _lstsq_type(a: ArrayType, b: ArrayType, *, rcond: float) -> tuple[ArrayType, ArrayType, ArrayType]:
    stack, dtype = stack_shape(a, b), float_dtype(a, b)
    return (
        ArrayType((*stack, a.shape[-1], b.shape[-1]), dtype),
        ArrayType(stack, backend.dtype("intp")),
        ArrayType((*stack, min(a.shape[-2:])), magnitude_dtype(dtype)),
    )


Outputs = tuple[Value, Value, Value]


def _lstsq_push(t: Value, a: Value, b: Value, out: Outputs, *, rcond: float) -> tuple[Value, None, Value]:
    """From x = a⁺ b: -a⁺ da x + a⁺ a⁺ᴴ daᴴ (b - a x) + (1 - a⁺ a) daᴴ a⁺ᴴ x."""
    x, inverse = out[0], pinv(a, rcond=rcond, hermitian=False)
    turned, residual = adjoint(inverse), b - matmul(a, x)
    moved = matmul(turned, matmul(adjoint(t), residual)) - matmul(t, x)
    beyond = matmul(adjoint(t), matmul(turned, x))
    dx = matmul(inverse, moved - matmul(a, beyond)) + beyond
    return dx, None, singular_values_push(t, a)


def _lstsq_pull(
    ct: tuple[Value | None, object, Value | None], a: Value, b: Value, out: Outputs, *, rcond: float
) -> Value:
    by_x, _, by_s = ct
    total = None if by_s is None else singular_values_pull(by_s, a)
    if by_x is None:
        return total
    x, inverse = out[0], pinv(a, rcond=rcond, hermitian=False)
    turned = adjoint(inverse)
    by_b = matmul(turned, by_x)
    part = (
        matmul(b - matmul(a, x), adjoint(matmul(inverse, by_b)))
        + matmul(matmul(turned, x), adjoint(by_x - matmul(inverse, matmul(a, by_x))))
        - matmul(by_b, adjoint(x))
    )
    return part if total is None else total + part


def _lstsq_pull_b(ct: tuple[Value | None, object, object], a: Value, *, rcond: float) -> Value | None:
    return None if ct[0] is None else matmul(adjoint(pinv(a, rcond=rcond, hermitian=False)), ct[0])


lstsq = general(  # the solution of least norm, the rank, and the singular values of a
    "lstsq",
    "a b",
    jvp=[
        _lstsq_push,
        lambda t, a, *, rcond: (matmul(pinv(a, rcond=rcond, hermitian=False), t), None, None),
    ],
    vjp=[_lstsq_pull, _lstsq_pull_b],
    type_rule=_lstsq_type,
    batch=batch_stack(lambda a, b, *, rcond: lstsq(a, b, rcond=rcond)),
    examples=(
        *(
            Example(shapes, {"rcond": 1e-13})
            for shapes in (
                ((3, 2), (3, 2)),
                ((2, 3), (2, 1)),
                ((2, 1, 2, 2), (2, 2, 1)),
                ((0, 2), (0, 1)),
            )
        ),
        Example(  # of the singular values 0 there are first derivatives only
            ((3, 3), (3, 2)),
            {"rcond": 1e-3},
            prepare=lambda a, b: (_of_rank_one(a), b),
            invariant=lambda x, rank, s: (x,),
        ),
    ),
    multiple=True,
)

"""Linear algebra on stacks of matrices (the last two axes).

The derivatives are those of M. Giles, "An extended collection of matrix derivative results for forward and reverse
mode automatic differentiation", Oxford University Computing Laboratory, 2008.
"""

from __future__ import annotations

from functools import reduce

from ..core.lowering import Special
from ..core.primitive import Example
from ..core.types import ArrayType, Shape, Value, broadcast_shapes
from .contraction import einsum, matmul
from .elementwise import add, imag, real_part
from .families import conjugate, general
from .indexing import getitem
from .shaping import adjoint, broadcast_to, concatenate, reshape, swap_last
from .stacks import (
    batch_stack,
    float_dtype,
    lower_half,
    magnitude_dtype,
    positive,
    regular,
    scalar_matrix,
    square_examples,
    stack_shape,
)

__all__ = ["cholesky", "cofactor", "cofactor_derivative", "det", "inv", "slogdet", "solve"]


def _solve_type(a: ArrayType, b: ArrayType) -> ArrayType:
    shape = (*stack_shape(a, b), *b.shape[-2:])
    return ArrayType(shape, float_dtype(a, b))


def _solve_examples(*shapes: tuple[Shape, Shape]) -> tuple[Example, ...]:
    return tuple(Example(s, prepare=lambda a, b: (regular(a), b)) for s in shapes)


def _solve_pull_a(ct: Value, a: Value, out: Value) -> Value:
    return -matmul(solve(adjoint(a), ct), adjoint(out))


solve = general(  # a x = b for a stack of matrices b
    "solve",
    "a b",
    jvp=[lambda t, a, out: -solve(a, matmul(t, out)), lambda t, a: solve(a, t)],
    vjp=[_solve_pull_a, lambda ct, a: solve(adjoint(a), ct)],
    type_rule=_solve_type,
    batch=batch_stack(lambda a, b: solve(a, b)),
    lowering=Special("solve"),
    examples=_solve_examples(((3, 3), (3, 2)), ((2, 1, 2, 2), (4, 2, 1)), ((0, 0), (0, 1))),
)


def _inv_type(a: ArrayType) -> ArrayType:
    return ArrayType(a.shape, float_dtype(a))


inv = general(
    "inv",
    "a",
    jvp=[lambda t, out: -matmul(matmul(out, t), out)],
    vjp=[lambda ct, out: -matmul(matmul(adjoint(out), ct), adjoint(out))],
    type_rule=_inv_type,
    batch=batch_stack(lambda a: inv(a)),
    lowering=Special("inv"),
    examples=square_examples((3, 3), (2, 2, 2), (0, 0)),
)


# The determinant: its gradient is the matrix of cofactors, which also a singular matrix has -------------------------


def _trace_of_product(a: Value, b: Value) -> Value:
    """tr(a b) of stacks."""
    letters = "uvwxyz"[: max(len(a.shape), len(b.shape)) - 2]
    left, right = letters[len(letters) - len(a.shape) + 2 :], letters[len(letters) - len(b.shape) + 2 :]
    return einsum(a, b, subscripts=f"{left}ij,{right}ji->{letters}")


def _det_type(a: ArrayType) -> ArrayType:
    return ArrayType(a.shape[:-2], float_dtype(a))


det = general(
    "det",
    "a",
    jvp=[lambda t, a: _trace_of_product(swap_last(cofactor(a)), t)],
    vjp=[lambda ct, a: scalar_matrix(ct) * conjugate(cofactor(a))],
    type_rule=_det_type,
    batch=batch_stack(lambda a: det(a)),
    lowering=Special("det"),
    examples=square_examples((3, 3), (2, 2, 2), (0, 0), (1, 1)),
)


def _beside(x: Value, t: Value) -> Value:
    """One more matrix in a row of them."""
    stack = broadcast_shapes(x.shape[:-3], t.shape[:-2])
    x = broadcast_to(x, shape=(*stack, *x.shape[-3:]))
    t = broadcast_to(_row(t), shape=(*stack, 1, *t.shape[-2:]))
    return concatenate(x, t, axis=len(stack), sizes=(x.shape[-3], 1))


def _row(t: Value) -> Value:
    """A row of one matrix."""
    return reshape(t, shape=(*t.shape[:-2], 1, *t.shape[-2:]))


def _others(x: Value, i: int) -> Value:
    """A row of matrices without the i-th."""
    axis, every = len(x.shape) - 3, slice(None)
    before, after = (getitem(x, index=(*(every,) * axis, part)) for part in (slice(i), slice(i + 1, None)))
    return concatenate(before, after, axis=axis, sizes=(i, x.shape[-3] - i - 1))


def _member(x: Value, i: int) -> Value:
    return getitem(x, index=(*(slice(None),) * (len(x.shape) - 3), i))


def _cofactors_push_x(t: Value, a: Value, x: Value) -> Value:
    terms = [cofactor_derivative(a, _beside(_others(x, i), _member(t, i))) for i in range(x.shape[-3])]
    return reduce(add, terms)


def _cofactors_pull_x(ct: Value, a: Value, x: Value) -> Value:
    parts = [_row(conjugate(cofactor_derivative(a, _beside(_others(x, i), conjugate(ct))))) for i in range(x.shape[-3])]
    return concatenate(*parts, axis=len(parts[0].shape) - 3, sizes=(1,) * len(parts))


def _cofactors_type(a: ArrayType, x: ArrayType) -> ArrayType:
    return ArrayType((*broadcast_shapes(a.shape[:-2], x.shape[:-3]), *a.shape[-2:]), float_dtype(a, x))


cofactor_derivative = general(  # of the cofactors, along all matrices of a row x₁, ..., xₖ
    # Contracted with a matrix y it is the derivative of the determinant along y, x₁, ..., xₖ, which is symmetric in
    # them: so the adjoint of any argument exchanges it with the cotangent.
    "cofactor_derivative",
    "a x",
    jvp=[lambda t, a, x: cofactor_derivative(a, _beside(x, t)), _cofactors_push_x],
    vjp=[lambda ct, a, x: conjugate(cofactor_derivative(a, _beside(x, conjugate(ct)))), _cofactors_pull_x],
    type_rule=_cofactors_type,
    batch=batch_stack(lambda a, x: cofactor_derivative(a, x), 2, 3),
    examples=(
        Example(((3, 3), (1, 3, 3))),
        Example(((2, 2, 2), (2, 2, 2))),
        Example(((1, 1), (1, 1, 1))),
        Example(((0, 0), (1, 0, 0))),
    ),
)
cofactor = general(
    "cofactor",
    "a",
    jvp=[lambda t, a: cofactor_derivative(a, _row(t))],
    vjp=[lambda ct, a: conjugate(cofactor_derivative(a, _row(conjugate(ct))))],
    type_rule=_inv_type,
    batch=batch_stack(lambda a: cofactor(a)),
    examples=(*square_examples((3, 3), (2, 2, 2), (0, 0), (1, 1)), Example(([[1.0, 2.0], [2.0, 4.0]],))),
)


def _trace(a: Value) -> Value:
    letters = "uvwxyz"[: len(a.shape) - 2]
    return einsum(a, subscripts=f"{letters}ii->{letters}")


def _slogdet_type(a: ArrayType) -> tuple[ArrayType, ArrayType]:
    dtype = float_dtype(a)
    return ArrayType(a.shape[:-2], dtype), ArrayType(a.shape[:-2], magnitude_dtype(dtype))


def _slogdet_push(t: Value, a: Value, out: tuple[Value, Value]) -> tuple[Value | None, Value]:
    """With τ = tr(a⁻¹ da): d log|det| = Re τ, and the phase turns by Im τ."""
    tau = _trace(solve(a, t))
    turn = out[0] * (imag(tau) * 1j) if tau.dtype.kind == "c" else None
    return turn, real_part(tau)


def _slogdet_pull(ct: tuple[Value | None, Value | None], a: Value, out: tuple[Value, Value]) -> Value | None:
    turn, growth = ct
    inverse = adjoint(inv(a))
    total = None if growth is None else scalar_matrix(growth) * inverse
    if turn is not None and turn.dtype.kind == "c":
        weight = -imag(conjugate(turn) * out[0])
        part = scalar_matrix(weight * 1j) * inverse  # in this order: 1j times a NumPy scalar is a Python number
        total = part if total is None else total + part
    return total


slogdet = general(
    "slogdet",
    "a",
    jvp=[_slogdet_push],
    vjp=[_slogdet_pull],
    type_rule=_slogdet_type,
    batch=batch_stack(lambda a: slogdet(a)),
    lowering=Special("slogdet"),
    examples=square_examples((3, 3), (2, 2, 2), (0, 0)),
    multiple=True,
)


# The Cholesky factor: its argument is taken to be Hermitian, and so is the cotangent ----------------------------------


def _cholesky_push(t: Value, out: Value) -> Value:
    symmetric = (t + adjoint(t)) / 2
    inner = solve(out, adjoint(solve(out, symmetric)))
    return matmul(out, lower_half(inner))


def _cholesky_pull(ct: Value, out: Value) -> Value:
    inner = lower_half(matmul(adjoint(out), ct))
    symmetric = solve(adjoint(out), adjoint(solve(adjoint(out), adjoint(inner + adjoint(inner)))))
    return symmetric / 2


cholesky = general(
    "cholesky",
    "a",
    jvp=[_cholesky_push],
    vjp=[_cholesky_pull],
    type_rule=_inv_type,
    batch=batch_stack(lambda a: cholesky(a)),
    lowering=Special("cholesky"),
    examples=tuple(Example((s,), prepare=positive) for s in ((3, 3), (2, 2, 2), (0, 0))),
)

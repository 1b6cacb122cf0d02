"""Linear algebra on stacks of matrices (the last two axes).

The derivatives are those of M. Giles, "An extended collection of matrix derivative results for forward and reverse
mode automatic differentiation", Oxford University Computing Laboratory, 2008.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.lowering import Special
from ..core.primitive import BatchRule, Example
from ..core.types import ArrayType, Shape, Value, broadcast_shapes, is_inexact
from .contraction import einsum, matmul
from .elementwise import imag, real_part
from .families import conjugate, general, result_dtype
from .shaping import adjoint, reshape, swap_last

__all__ = ["cholesky", "cofactor", "det", "inv", "slogdet", "solve"]

Params = dict[str, Any]


def _batch(primitive: Callable[..., Value]) -> BatchRule:
    """The batch axis is one more leading axis of the stack."""

    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        rank = max(len(x.shape) - b for x, b in zip(inputs, batched, strict=True))
        aligned = [
            reshape(x, shape=(size, *(1,) * (rank + 1 - len(x.shape)), *x.shape[1:])) if b else x
            for x, b in zip(inputs, batched, strict=True)
        ]
        return primitive(*aligned, **params)

    return batch


def _float_dtype(*types: ArrayType) -> Any:
    """What the matrices have in common, where integers count as float64, however small they are."""
    dtypes = [t.dtype if is_inexact(t.dtype) else backend.dtype(float) for t in types]
    return result_dtype(_quotient, (dtypes[0], dtypes[-1]))


_quotient = backend.implementation("divide")


def _solve_type(a: ArrayType, b: ArrayType) -> ArrayType:
    shape = (*broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:])
    return ArrayType(shape, _float_dtype(a, b))


def _regular(a: Value) -> Value:
    """A well-conditioned matrix from any: identity plus a contraction."""
    n = a.shape[-1]
    return 0.2 * a + 2.0 * backend.basis(n, a.dtype)


def _solve_examples(*shapes: tuple[Shape, Shape]) -> tuple[Example, ...]:
    return tuple(Example(s, prepare=lambda a, b: (_regular(a), b)) for s in shapes)


def _square_examples(*shapes: Shape) -> tuple[Example, ...]:
    integers = Example(([[2, 1], [1, 3]],))
    return (*(Example((s,), prepare=lambda a: (_regular(a),)) for s in shapes), integers)


def _solve_pull_a(ct: Value, a: Value, out: Value) -> Value:
    return -matmul(solve(adjoint(a), ct), adjoint(out))


solve = general(  # a x = b for a stack of matrices b
    "solve",
    "a b",
    jvp=[lambda t, a, out: -solve(a, matmul(t, out)), lambda t, a: solve(a, t)],
    vjp=[_solve_pull_a, lambda ct, a: solve(adjoint(a), ct)],
    type_rule=_solve_type,
    batch=_batch(lambda a, b: solve(a, b)),
    lowering=Special("solve"),
    examples=_solve_examples(((3, 3), (3, 2)), ((2, 1, 2, 2), (4, 2, 1)), ((0, 0), (0, 1))),
)


def _inv_type(a: ArrayType) -> ArrayType:
    return ArrayType(a.shape, _float_dtype(a))


inv = general(
    "inv",
    "a",
    jvp=[lambda t, out: -matmul(matmul(out, t), out)],
    vjp=[lambda ct, out: -matmul(matmul(adjoint(out), ct), adjoint(out))],
    type_rule=_inv_type,
    batch=_batch(lambda a: inv(a)),
    lowering=Special("inv"),
    examples=_square_examples((3, 3), (2, 2, 2), (0, 0)),
)


# The determinant: its gradient is the matrix of cofactors, which also a singular matrix has -------------------------


def _trace_of_product(a: Value, b: Value) -> Value:
    """tr(a b) of stacks."""
    letters = "uvwxyz"[: max(len(a.shape), len(b.shape)) - 2]
    left, right = letters[len(letters) - len(a.shape) + 2 :], letters[len(letters) - len(b.shape) + 2 :]
    return einsum(a, b, subscripts=f"{left}ij,{right}ji->{letters}")


def _scalar(x: Value) -> Value:
    """A stack of numbers, as one of matrices with one element."""
    return reshape(x, shape=(*x.shape, 1, 1))


def _det_type(a: ArrayType) -> ArrayType:
    return ArrayType(a.shape[:-2], _float_dtype(a))


det = general(
    "det",
    "a",
    jvp=[lambda t, a: _trace_of_product(swap_last(cofactor(a)), t)],
    vjp=[lambda ct, a: _scalar(ct) * conjugate(cofactor(a))],
    type_rule=_det_type,
    batch=_batch(lambda a: det(a)),
    lowering=Special("det"),
    examples=_square_examples((3, 3), (2, 2, 2), (0, 0), (1, 1)),
)


def _cofactor_push(t: Value, a: Value, out: Value) -> Value:
    """d cof = tr(a⁻¹ da) cof - cof (a⁻¹ da)ᵀ, from cof = det(a) a⁻ᵀ."""
    ratio = solve(a, t)
    return _scalar(_trace(ratio)) * out - matmul(out, swap_last(ratio))


def _cofactor_pull(ct: Value, a: Value, out: Value) -> Value:
    product = matmul(swap_last(ct), conjugate(out))
    total = _scalar(_trace(product))
    identity = backend.basis(a.shape[-1], a.dtype)
    return solve(adjoint(a), total * identity - product)


def _trace(a: Value) -> Value:
    letters = "uvwxyz"[: len(a.shape) - 2]
    return einsum(a, subscripts=f"{letters}ii->{letters}")


cofactor = general(
    "cofactor",
    "a",
    jvp=[_cofactor_push],
    vjp=[_cofactor_pull],
    type_rule=_inv_type,
    batch=_batch(lambda a: cofactor(a)),
    examples=_square_examples((3, 3), (2, 2, 2), (0, 0), (1, 1)),
)


def _slogdet_type(a: ArrayType) -> tuple[ArrayType, ArrayType]:
    dtype = _float_dtype(a)
    magnitude = result_dtype(backend.implementation("absolute"), (dtype,))
    return ArrayType(a.shape[:-2], dtype), ArrayType(a.shape[:-2], magnitude)


def _slogdet_push(t: Value, a: Value, out: tuple[Value, Value]) -> tuple[Value | None, Value]:
    """With τ = tr(a⁻¹ da): d log|det| = Re τ, and the phase turns by Im τ."""
    tau = _trace(solve(a, t))
    turn = out[0] * (imag(tau) * 1j) if tau.dtype.kind == "c" else None
    return turn, real_part(tau)


def _slogdet_pull(ct: tuple[Value | None, Value | None], a: Value, out: tuple[Value, Value]) -> Value | None:
    turn, growth = ct
    inverse = adjoint(inv(a))
    total = None if growth is None else _scalar(growth) * inverse
    if turn is not None and turn.dtype.kind == "c":
        weight = -imag(conjugate(turn) * out[0])
        part = _scalar(weight * 1j) * inverse  # in this order: 1j times a NumPy scalar is a Python number
        total = part if total is None else total + part
    return total


slogdet = general(
    "slogdet",
    "a",
    jvp=[_slogdet_push],
    vjp=[_slogdet_pull],
    type_rule=_slogdet_type,
    batch=_batch(lambda a: slogdet(a)),
    lowering=Special("slogdet"),
    examples=_square_examples((3, 3), (2, 2, 2), (0, 0)),
    multiple=True,
)


# The Cholesky factor: its argument is taken to be Hermitian, and so is the cotangent ----------------------------------


def _lower_half(a: Value) -> Value:
    """The lower triangle with half the diagonal: Φ with Φ(s) + Φ(s)ᴴ = s for Hermitian s."""
    n = a.shape[-1]
    return a * backend.half_lower(n, a.dtype)


def _cholesky_push(t: Value, out: Value) -> Value:
    symmetric = (t + adjoint(t)) / 2
    inner = solve(out, adjoint(solve(out, symmetric)))
    return matmul(out, _lower_half(inner))


def _cholesky_pull(ct: Value, out: Value) -> Value:
    inner = _lower_half(matmul(adjoint(out), ct))
    symmetric = solve(adjoint(out), adjoint(solve(adjoint(out), adjoint(inner + adjoint(inner)))))
    return symmetric / 2


def _positive(a: Value) -> tuple[Value]:
    """A positive definite matrix from any."""
    return (matmul(a, adjoint(a)) + 2.0 * backend.basis(a.shape[-1], a.dtype),)


cholesky = general(
    "cholesky",
    "a",
    jvp=[_cholesky_push],
    vjp=[_cholesky_pull],
    type_rule=_inv_type,
    batch=_batch(lambda a: cholesky(a)),
    lowering=Special("cholesky"),
    examples=tuple(Example((s,), prepare=_positive) for s in ((3, 3), (2, 2, 2), (0, 0))),
)

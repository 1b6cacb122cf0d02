"""What the operations on stacks of matrices (the last two axes) share: batching, types, parts of matrices, examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.primitive import BatchRule, Example
from ..core.types import ArrayType, DType, Shape, Value, broadcast_shapes, is_inexact
from .contraction import matmul
from .elementwise import kept, where
from .families import result_dtype
from .indexing import getitem
from .shaping import adjoint, reshape

__all__ = [
    "as_columns",
    "as_rows",
    "batch_stack",
    "diagonal_matrix",
    "float_dtype",
    "hermitian_part",
    "leading_columns",
    "leading_rows",
    "lower_half",
    "lower_part",
    "magnitude_dtype",
    "off_range",
    "positive",
    "regular",
    "scalar_matrix",
    "skew_part",
    "square_examples",
    "stack_shape",
    "trailing_columns",
]

Params = dict[str, Any]


# Rules ---------------------------------------------------------------------------------------------------------------


def batch_stack(primitive: Callable[..., Any], *cores: int) -> BatchRule:
    """The batch axis is one more leading axis of the stack.

    ``cores`` are the numbers of axes that a single input has: two for a matrix, which is the default.
    """

    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Any:
        own = cores or (2,) * len(inputs)
        leads = [len(x.shape) - b - core for x, b, core in zip(inputs, batched, own, strict=True)]
        lead = max(leads)
        aligned = [
            reshape(x, shape=(size, *(1,) * (lead - n), *x.shape[1:])) if b and n < lead else x
            for x, b, n in zip(inputs, batched, leads, strict=True)
        ]
        return primitive(*aligned, **params)

    return batch


def stack_shape(*matrices: ArrayType) -> Shape:
    """The leading axes of matrices, broadcast."""
    return broadcast_shapes(*[m.shape[:-2] for m in matrices])


def float_dtype(*types: ArrayType) -> DType:
    """What the matrices have in common, where integers count as float64, however small they are."""
    dtypes = [t.dtype if is_inexact(t.dtype) else backend.dtype(float) for t in types]
    return result_dtype(_quotient, (dtypes[0], dtypes[-1]))


_quotient = backend.implementation("divide")
_absolute = backend.implementation("absolute")


def magnitude_dtype(dtype: DType) -> DType:
    """The dtype of absolute values."""
    return result_dtype(_absolute, (dtype,))


# Parts of matrices ---------------------------------------------------------------------------------------------------


def hermitian_part(a: Value) -> Value:
    """(a + aᴴ) / 2."""
    return (a + adjoint(a)) / 2


def skew_part(a: Value) -> Value:
    """(a - aᴴ) / 2."""
    return (a - adjoint(a)) / 2


def lower_part(a: Value, diagonal: int = 0) -> Value:
    """The lower triangle, up to a diagonal."""
    return kept(a, backend.lower(a.shape[-2], a.shape[-1], diagonal, backend.dtype(bool)))


def lower_half(a: Value) -> Value:
    """The lower triangle with half the diagonal: Φ with Φ(s) + Φ(s)ᴴ = s for Hermitian s."""
    return a * backend.half_lower(a.shape[-1], a.dtype)


def diagonal_matrix(d: Value) -> Value:
    """The matrix with a vector on its diagonal, of stacks; zeros elsewhere, also where the vector is not finite."""
    return where(backend.basis(d.shape[-1], backend.dtype(bool)), as_rows(d), 0)


def as_rows(d: Value) -> Value:
    """A stack of vectors, as one of matrices with one row."""
    return reshape(d, shape=(*d.shape[:-1], 1, d.shape[-1]))


def as_columns(d: Value) -> Value:
    """A stack of vectors, as one of matrices with one column."""
    return reshape(d, shape=(*d.shape, 1))


def scalar_matrix(x: Value) -> Value:
    """A stack of numbers, as one of matrices with one element."""
    return reshape(x, shape=(*x.shape, 1, 1))


def leading_columns(a: Value, n: int) -> Value:
    """The first columns."""
    return a if a.shape[-1] == n else getitem(a, index=_along(a, slice(n), 1))


def leading_rows(a: Value, n: int) -> Value:
    """The first rows."""
    return a if a.shape[-2] == n else getitem(a, index=_along(a, slice(n), 2))


def trailing_columns(a: Value, n: int) -> Value:
    """The columns after the first."""
    return getitem(a, index=_along(a, slice(n, None), 1))


def _along(a: Value, part: slice, place: int) -> tuple[slice, ...]:
    """An index of one axis, counted from the back."""
    everything = slice(None)
    return (*(everything,) * (len(a.shape) - place), part, *(everything,) * (place - 1))


def off_range(u: Value, x: Value) -> Value:
    """(1 - u uᴴ) x for orthonormal columns u: the part of x across their span."""
    return x - matmul(u, matmul(adjoint(u), x))


# Examples ------------------------------------------------------------------------------------------------------------


def regular(a: Value) -> Value:
    """A well-conditioned matrix from any square one: a multiple of the identity plus a contraction."""
    return 0.2 * a + 2.0 * backend.basis(a.shape[-1], a.dtype)


def positive(a: Value) -> tuple[Value]:
    """A positive definite matrix from any square one."""
    return (matmul(a, adjoint(a)) + 2.0 * backend.basis(a.shape[-1], a.dtype),)


def square_examples(*shapes: Shape, **params: Any) -> tuple[Example, ...]:
    """Well-conditioned matrices of these shapes, and one of integers."""
    return (
        *(Example((s,), params, prepare=lambda a: (regular(a),)) for s in shapes),
        Example(([[2, 1], [1, 3]],), params),
    )

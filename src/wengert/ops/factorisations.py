"""Triangular equations, and the factors l u and q r of matrices of any shape.

A perturbation of the matrix is written in the factors themselves, as l (inner) u or q (inner) r. Then what moves either
factor is a triangle of the inner matrix; what a rectangular matrix has beyond it follows by one more equation. For q r
this is the derivation of S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions with
application in optimum experimental design" (2010).
"""

from __future__ import annotations

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .contraction import matmul
from .elementwise import astype, equal
from .families import constant, general
from .shaping import adjoint, concatenate, flip, pad, swap_last
from .stacks import (
    as_columns,
    batch_stack,
    float_dtype,
    leading_columns,
    leading_rows,
    lower_half,
    lower_part,
    off_range,
    regular,
    stack_shape,
    trailing_columns,
)

__all__ = ["interchanged", "lu", "permuted", "qr", "qr_triangle", "transpositions", "triangular_solve"]


# Triangular equations ------------------------------------------------------------------------------------------------


def _solution_type(a: ArrayType, b: ArrayType, *, lower: bool, unit: bool) -> ArrayType:
    return ArrayType((*stack_shape(a, b), *b.shape[-2:]), float_dtype(a, b))


def _triangle(a: Value, lower: bool, unit: bool) -> Value:
    """The part of a matrix that is read."""
    if lower:
        return lower_part(a, -1 if unit else 0)
    return swap_last(lower_part(swap_last(a), -1 if unit else 0))


def _solution_push(t: Value, a: Value, out: Value, *, lower: bool, unit: bool) -> Value:
    return -triangular_solve(a, matmul(_triangle(t, lower, unit), out), lower=lower, unit=unit)


def _solution_pull_a(ct: Value, a: Value, out: Value, *, lower: bool, unit: bool) -> Value:
    return -_triangle(matmul(_solution_pull_b(ct, a, lower=lower, unit=unit), adjoint(out)), lower, unit)


def _solution_pull_b(ct: Value, a: Value, *, lower: bool, unit: bool) -> Value:
    return triangular_solve(adjoint(a), ct, lower=not lower, unit=unit)


triangular_solve = general(  # a x = b, where of a only one triangle is read, and with ``unit`` not its diagonal
    "triangular_solve",
    "a b",
    jvp=[_solution_push, lambda t, a, *, lower, unit: triangular_solve(a, t, lower=lower, unit=unit)],
    vjp=[_solution_pull_a, _solution_pull_b],
    type_rule=_solution_type,
    batch=batch_stack(lambda a, b, **params: triangular_solve(a, b, **params)),
    examples=tuple(
        Example(shapes, {"lower": lower, "unit": unit}, prepare=lambda a, b: (regular(a), b))
        for shapes, lower, unit in (
            (((3, 3), (3, 2)), True, False),
            (((3, 3), (3, 2)), False, True),
            (((2, 1, 2, 2), (4, 2, 1)), False, False),
            (((0, 0), (0, 1)), True, True),
        )
    ),
)


def _over(x: Value, r: Value) -> Value:
    """x r⁻¹ for an upper triangular r."""
    return adjoint(triangular_solve(adjoint(r), adjoint(x), lower=True, unit=False))


def _over_adjoint(x: Value, r: Value) -> Value:
    """x r⁻ᴴ for an upper triangular r."""
    return adjoint(triangular_solve(r, adjoint(x), lower=False, unit=False))


def _widened(x: Value, rows: int, columns: int) -> Value:
    """A matrix with zeros below and to the right, up to this size."""
    m, n = x.shape[-2:]
    if (m, n) == (rows, columns):
        return x
    return pad(x, widths=(*((0, 0),) * (len(x.shape) - 2), (0, rows - m), (0, columns - n)))


# Orthonormal columns and an upper triangle ---------------------------------------------------------------------------


def _qr_type(a: ArrayType, *, complete: bool) -> tuple[ArrayType, ArrayType]:
    *stack, m, n = a.shape
    k, dtype = m if complete else min(m, n), float_dtype(a)
    return ArrayType((*stack, m, k), dtype), ArrayType((*stack, k, n), dtype)


def _skew_of(p: Value) -> Value:
    """The skew-Hermitian matrix that leaves of ``p`` an upper triangle, real on the diagonal, as r is."""
    half = lower_half(p)
    return half - adjoint(half)


def _qr_push(t: Value, out: tuple[Value, Value], *, complete: bool) -> tuple[Value, Value]:
    """From d = da r⁻¹: qᴴ dq is the skew part of qᴴ d by its lower triangle, and dr the rest."""
    m, n = t.shape[-2:]
    k = min(m, n)
    q, r = leading_columns(out[0], k), leading_rows(out[1], k)
    d = _over(leading_columns(t, k), leading_columns(r, k))
    inner = matmul(adjoint(q), d)
    skew = _skew_of(inner)
    across = d - matmul(q, inner)
    dq = matmul(q, skew) + across
    dr = matmul(adjoint(q), t) - matmul(skew, r)
    if out[0].shape[-1] > k:
        rest = trailing_columns(out[0], k)
        other = -matmul(q, matmul(adjoint(across), rest))
        dq = concatenate(dq, other, axis=len(dq.shape) - 1, sizes=(k, other.shape[-1]))
        dr = _widened(dr, m, n)
    return dq, dr


def _qr_pull(ct: tuple[Value | None, Value | None], out: tuple[Value, Value], *, complete: bool) -> Value:
    by_q, by_r = ct
    m, n = out[0].shape[-2], out[1].shape[-1]
    k = min(m, n)
    q, r = leading_columns(out[0], k), leading_rows(out[1], k)
    turned = across = moved = None
    if by_q is not None:
        mine = leading_columns(by_q, k)
        turned, across = matmul(adjoint(q), mine), off_range(q, mine)
        if by_q.shape[-1] > k:
            rest, other = trailing_columns(out[0], k), trailing_columns(by_q, k)
            across = across - matmul(rest, matmul(adjoint(other), q))
    if by_r is not None:
        by_r = leading_rows(by_r, k)
        moved = matmul(q, by_r)
        by_skew = -matmul(by_r, adjoint(r))
        turned = by_skew if turned is None else turned + by_skew
    by_d = matmul(q, lower_half(turned - adjoint(turned)))
    if across is not None:
        by_d = by_d + across
    total = _widened(_over_adjoint(by_d, leading_columns(r, k)), m, n)
    return total if moved is None else total + moved


def _qr_invariants(q: Value, r: Value) -> tuple[Value, ...]:
    k = min(q.shape[-2], r.shape[-1])
    rest = trailing_columns(q, k)
    return leading_columns(q, k), r, matmul(rest, adjoint(rest))


_SHAPES = ((3, 2), (2, 3), (2, 2, 2), (2, 0), (0, 2))


def _independent(a: Value) -> tuple[Value]:
    """A matrix of any shape whose first columns, and leading minors, are well away from dependence."""
    m, n = a.shape[-2:]
    return (0.3 * a + 2.0 * backend.basis(max(m, n), a.dtype)[:m, :n],)


qr = general(  # as LAPACK gives it: the diagonal of r is real. What is beyond the range has any basis, as in svd.
    "qr",
    "a",
    jvp=[_qr_push],
    vjp=[_qr_pull],
    type_rule=_qr_type,
    batch=batch_stack(lambda a, *, complete: qr(a, complete=complete)),
    examples=(
        *(Example((s,), {"complete": False}, prepare=_independent) for s in _SHAPES),
        *(Example((s,), {"complete": True}, prepare=_independent, invariant=_qr_invariants) for s in ((3, 2), (2, 0))),
        Example(([[2, 1], [1, 3]],), {"complete": False}),
    ),
    multiple=True,
)


def _triangle_push(t: Value, a: Value) -> Value:
    return _qr_push(t, qr(a, complete=False), complete=False)[1]


def _triangle_pull(ct: Value, a: Value) -> Value:
    return _qr_pull((None, ct), qr(a, complete=False), complete=False)


qr_triangle = general(  # r without q
    "qr_triangle",
    "a",
    jvp=[_triangle_push],
    vjp=[_triangle_pull],
    type_rule=lambda a: _qr_type(a, complete=False)[1],
    batch=batch_stack(lambda a: qr_triangle(a)),
    examples=tuple(Example((s,), prepare=_independent) for s in ((3, 2), (2, 3), (2, 2, 2), (0, 2))),
)


# Triangles with exchanged rows ---------------------------------------------------------------------------------------


def _lu_type(a: ArrayType) -> tuple[ArrayType, ArrayType, ArrayType]:
    *stack, m, n = a.shape
    k, dtype = min(m, n), float_dtype(a)
    rows = ArrayType((*stack, m), backend.dtype("intp"))
    return ArrayType((*stack, m, k), dtype), ArrayType((*stack, k, n), dtype), rows


def permuted(rows: Value, dtype: object) -> Value:
    """The permutation matrix p of p l u."""
    return astype(equal(as_columns(rows), backend.arange(rows.shape[-1])), dtype=dtype)


def _lu_push(t: Value, out: tuple[Value, Value, Value]) -> tuple[Value, Value, None]:
    """From l⁻¹ pᵀ da u⁻¹: what is below its diagonal moves l, the rest u."""
    l, u, rows = out
    k = l.shape[-1]
    t = matmul(swap_last(permuted(rows, t.dtype)), t)
    d = _over(leading_columns(t, k), leading_columns(u, k))
    top = leading_rows(l, k)
    inner = triangular_solve(top, leading_rows(d, k), lower=True, unit=True)
    below = lower_part(inner, -1)
    dl = d - matmul(l, inner - below)
    du = triangular_solve(top, leading_rows(t, k), lower=True, unit=True) - matmul(below, u)
    return dl, du, None


def _lu_pull(ct: tuple[Value | None, Value | None, object], out: tuple[Value, Value, Value]) -> Value:
    by_l, by_u, _ = ct
    l, u, rows = out
    m, k, n = l.shape[-2], l.shape[-1], u.shape[-1]
    top = adjoint(leading_rows(l, k))
    by_inner = None
    if by_l is not None:
        turned = matmul(adjoint(l), by_l)
        by_inner = lower_part(turned, -1) - turned
    if by_u is not None:
        below = -lower_part(matmul(by_u, adjoint(u)), -1)
        by_inner = below if by_inner is None else by_inner + below
    by_d = _widened(triangular_solve(top, by_inner, lower=False, unit=True), m, k)
    if by_l is not None:
        by_d = by_d + by_l
    total = _widened(_over_adjoint(by_d, leading_columns(u, k)), m, n)
    if by_u is not None:
        total = total + _widened(triangular_solve(top, by_u, lower=False, unit=True), m, n)
    return matmul(permuted(rows, total.dtype), total)


def _exchanged(a: Value) -> tuple[Value]:
    """As :func:`_independent`, with the rows in another order."""
    return (flip(_independent(a)[0], axes=(len(a.shape) - 2,)),)


lu = general(  # l with a unit diagonal, u, and which row of l u each row of the matrix is
    "lu",
    "a",
    jvp=[_lu_push],
    vjp=[_lu_pull],
    type_rule=_lu_type,
    batch=batch_stack(lambda a: lu(a)),
    examples=tuple(Example((s,), prepare=_exchanged) for s in _SHAPES),
    multiple=True,
)
transpositions = constant(
    "transpositions",
    type_rule=lambda rows: ArrayType(rows.shape, backend.dtype("int32")),
    batch=batch_stack(lambda rows: transpositions(rows), 1),
    examples=(Example(([2, 0, 1],)), Example(([[1, 0], [0, 1]],))),
)
interchanged = constant(
    "interchanged",
    type_rule=lambda pivots: ArrayType(pivots.shape, backend.dtype("intp")),
    batch=batch_stack(lambda pivots: interchanged(pivots), 1),
    examples=(Example(([1, 2, 2],)), Example(([[1, 1], [0, 1]],))),
)

"""Eigenvalues and singular values, with and without their vectors.

What becomes of eigenvalues that coincide is said in :mod:`wengert.ops.coincidence`.

The formulas are those of J. Magnus, "On differentiating eigenvalues and eigenvectors", Econometric Theory 1 (1985), and
of J. Townsend, "Differentiating the singular value decomposition" (2016), the latter split into parts for the
differences and for the sums of singular values: they are the eigenvalues ±s of [[0, a], [aᴴ, 0]].
"""

from __future__ import annotations

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .coincidence import divide_by_gaps, rounding_bound, shared, spoilt_bound, tie_shares
from .contraction import matmul
from .elementwise import absolute, astype, imag, real_part, where
from .families import conjugate, general, result_dtype
from .linalg import solve
from .reductions import argmax, sum as sum_
from .shaping import adjoint, concatenate, last_diagonal, reshape, swap_last
from .stacks import (
    as_columns,
    as_rows,
    batch_stack,
    diagonal_matrix,
    float_dtype,
    hermitian_part,
    leading_columns,
    leading_rows,
    magnitude_dtype,
    off_range,
    skew_part,
    trailing_columns,
)

__all__ = [
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "singular_values_pull",
    "singular_values_push",
    "svd",
    "svdvals",
]

Pair = tuple[Value | None, Value | None]
Triple = tuple[Value | None, Value | None, Value | None]

_quotient = backend.implementation("divide")


def _inner_columns(u: Value, x: Value) -> Value:
    """The inner products of columns."""
    return sum_(conjugate(u) * x, axes=(len(u.shape) - 2,), keepdims=False)


# Hermitian matrices --------------------------------------------------------------------------------------------------


def _eigvalsh_type(a: ArrayType) -> ArrayType:
    return ArrayType(a.shape[:-1], magnitude_dtype(float_dtype(a)))


def _eigh_type(a: ArrayType, *, strict: bool) -> tuple[ArrayType, ArrayType]:
    return _eigvalsh_type(a), ArrayType(a.shape, float_dtype(a))


def _eigh_push(t: Value, out: tuple[Value, Value], *, strict: bool) -> tuple[Value, Value]:
    w, v = out
    moved = matmul(adjoint(v), matmul(hermitian_part(t), v))
    bound = rounding_bound(moved, strict)
    return real_part(last_diagonal(moved)), matmul(v, divide_by_gaps(moved, w, w, bound, size=w.shape[-1], hollow=True))


def _eigh_pull(ct: Pair, out: tuple[Value, Value], *, strict: bool) -> Value:
    by_values, by_vectors = ct
    w, v = out
    if by_vectors is None:
        return matmul(v * as_rows(by_values), adjoint(v))
    turned = matmul(adjoint(v), by_vectors)
    bound = rounding_bound(turned, strict)
    if by_values is not None:
        bound = spoilt_bound(bound, as_rows(by_values), as_columns(by_values))
    inner = divide_by_gaps(skew_part(turned), w, w, bound, size=w.shape[-1], hollow=True)
    if by_values is not None:
        inner = inner + diagonal_matrix(by_values)
    return matmul(v, matmul(inner, adjoint(v)))


def _projectors(u: Value, v: Value) -> Value:
    """u_i v_iᴴ for each pair of columns: what does not depend on their common phase."""
    return reshape(u, shape=(*u.shape[:-1], 1, u.shape[-1])) * conjugate(
        reshape(v, shape=(*v.shape[:-2], 1, *v.shape[-2:]))
    )


_HERMITIAN = (
    *(Example((s,), prepare=lambda a: (hermitian_part(a),)) for s in ((3, 3), (2, 2, 2), (0, 0))),
    Example(([[2, 1], [1, 3]],)),
)

eigh = general(  # of the lower triangle; the gradient is Hermitian
    # The phase of a vector is arbitrary: its tangent has no part along the vector. With ``strict`` there is no
    # derivative wherever eigenvalues coincide: for vectors that go with functions of eigenvalues from elsewhere.
    "eigh",
    "a",
    jvp=[_eigh_push],
    vjp=[_eigh_pull],
    type_rule=_eigh_type,
    batch=batch_stack(lambda a, *, strict: eigh(a, strict=strict)),
    examples=tuple(
        Example(e.inputs, {"strict": strict}, prepare=e.prepare, invariant=lambda w, v: (w, _projectors(v, v)))
        for e in _HERMITIAN
        for strict in ([False, True] if e.inputs == ((3, 3),) else [False])
    ),
    multiple=True,
)


def _eigvalsh_push(t: Value, a: Value) -> Value:
    w, v = eigh(a, strict=True)
    moved = real_part(_inner_columns(v, matmul(hermitian_part(t), v)))
    return shared(moved, tie_shares(w, w, size=w.shape[-1], signed=False))


def _eigvalsh_pull(ct: Value, a: Value) -> Value:
    w, v = eigh(a, strict=True)
    return matmul(v * as_rows(shared(ct, tie_shares(w, w, size=w.shape[-1], signed=False))), adjoint(v))


eigvalsh = general(
    "eigvalsh",
    "a",
    jvp=[_eigvalsh_push],
    vjp=[_eigvalsh_pull],
    type_rule=_eigvalsh_type,
    batch=batch_stack(lambda a: eigvalsh(a)),
    examples=_HERMITIAN,
)


# Singular values -----------------------------------------------------------------------------------------------------


def _svdvals_type(a: ArrayType) -> ArrayType:
    return ArrayType((*a.shape[:-2], min(a.shape[-2:])), magnitude_dtype(float_dtype(a)))


def _svd_type(a: ArrayType, *, full: bool, strict: bool) -> tuple[ArrayType, ArrayType, ArrayType]:
    values, dtype = _svdvals_type(a), float_dtype(a)
    stack, (m, n), k = a.shape[:-2], a.shape[-2:], values.shape[-1]
    rows, columns = (m, n) if full else (k, k)
    return ArrayType((*stack, m, rows), dtype), values, ArrayType((*stack, columns, n), dtype)


def _svd_push(t: Value, out: tuple[Value, Value, Value], *, full: bool, strict: bool) -> tuple[Value, Value, Value]:
    """From p = uᴴ da v follow uᴴ du = h + r and vᴴ dv = h - r.

    Here h is the Hermitian part of p over s_j - s_i, and r its skew part over s_j + s_i.
    """
    s = out[1]
    k, m, n = s.shape[-1], t.shape[-2], t.shape[-1]
    u, v = leading_columns(out[0], k), adjoint(leading_rows(out[2], k))
    right, left = matmul(t, v), matmul(adjoint(t), u)
    p = matmul(adjoint(u), right)
    bound = rounding_bound(p, strict)
    h = divide_by_gaps(hermitian_part(p), s, s, bound, size=max(m, n), hollow=True)
    r = divide_by_gaps(skew_part(p), -s, s, bound, size=max(m, n), hollow=False)
    parts = []
    for basis, moved, turned, given in ((u, right, h + r, out[0]), (v, left, h - r, adjoint(out[2]))):
        moves = matmul(basis, turned)
        if basis.shape[-2] > k:
            across = _over_values(off_range(basis, moved), s, rounding_bound(moved, strict), max(m, n))
            moves = moves + across
            if full:
                rest = trailing_columns(given, k)
                moves = _joined(moves, -matmul(basis, matmul(adjoint(across), rest)))
        parts.append(moves)
    return parts[0], real_part(last_diagonal(p)), adjoint(parts[1])


def _over_values(e: Value, s: Value, bound: Value, size: int) -> Value:
    """Columns over singular values: gaps to the zeros of what has no singular value."""
    return divide_by_gaps(e, backend.zeros((1,), s.dtype), s, bound, size=size, hollow=False)


def _joined(left: Value, right: Value) -> Value:
    """Columns beside columns."""
    sizes = (left.shape[-1], right.shape[-1])
    return concatenate(left, right, axis=len(left.shape) - 1, sizes=sizes)


def _svd_pull(ct: Triple, out: tuple[Value, Value, Value], *, full: bool, strict: bool) -> Value:
    by_u, by_s, by_v = ct[0], ct[1], None if ct[2] is None else adjoint(ct[2])
    s = out[1]
    k = s.shape[-1]
    u, v = leading_columns(out[0], k), adjoint(leading_rows(out[2], k))
    if by_u is None and by_v is None:
        return matmul(u * as_rows(by_s), adjoint(v))
    m, n = u.shape[-2], v.shape[-2]
    turned_u, across_u = _turned(by_u, u, out[0], k)
    turned_v, across_v = _turned(by_v, v, adjoint(out[2]), k)
    both, apart = _sum(turned_u, turned_v), _sum(turned_u, None if turned_v is None else -turned_v)
    bound = rounding_bound(both, strict) + (
        0.0 if turned_u is None or turned_v is None else rounding_bound(apart, strict)
    )
    rows = None if by_s is None else as_rows(by_s)
    columns = None if by_s is None else as_columns(by_s)
    spoilt = spoilt_bound(bound, rows, columns)
    by_p = divide_by_gaps(skew_part(both), s, s, spoilt, size=max(m, n), hollow=True)
    phases = spoilt if u.dtype.kind == "c" else bound  # of a singular value 0: real vectors have none
    by_p = by_p + divide_by_gaps(skew_part(apart), -s, s, phases, size=max(m, n), hollow=False)
    if by_s is not None:
        by_p = by_p + diagonal_matrix(by_s)
    left = matmul(u, by_p)
    if across_u is not None:
        left = left + _over_values(across_u, s, spoilt_bound(rounding_bound(by_u, strict), rows), max(m, n))
    total = matmul(left, adjoint(v))
    if across_v is not None:
        over = _over_values(across_v, s, spoilt_bound(rounding_bound(by_v, strict), rows), max(m, n))
        total = total + matmul(u, adjoint(over))
    return total


def _turned(ct: Value | None, basis: Value, given: Value, k: int) -> Pair:
    """A cotangent of singular vectors, in their basis, and across it."""
    if ct is None:
        return None, None
    mine = leading_columns(ct, k)
    turned = matmul(adjoint(basis), mine)
    if basis.shape[-2] == k:
        return turned, None
    across = mine - matmul(basis, turned)
    if given.shape[-1] > k:
        rest, other = trailing_columns(given, k), trailing_columns(ct, k)
        across = across - matmul(rest, matmul(adjoint(other), basis))
    return turned, across


def _sum(x: Value | None, y: Value | None) -> Value:
    return y if x is None else x if y is None else x + y


def _svd_invariants(u: Value, s: Value, vh: Value) -> tuple[Value, ...]:
    k, v = s.shape[-1], adjoint(vh)
    first = leading_columns(u, k)
    found = (s, _projectors(first, first), _projectors(first, leading_columns(v, k)))
    rest = [trailing_columns(x, k) for x in (u, v) if x.shape[-1] > k]
    return (*found, *(matmul(x, adjoint(x)) for x in rest))


_RECTANGLES = ((3, 2), (2, 3), (2, 2, 2), (0, 2))

svd = general(
    # Phases of pairs of vectors, and with ``full`` the bases of what is beyond the singular values, are arbitrary:
    # their tangents have no part within. ``strict`` is as in eigh.
    "svd",
    "a",
    jvp=[_svd_push],
    vjp=[_svd_pull],
    type_rule=_svd_type,
    batch=batch_stack(lambda a, **params: svd(a, **params)),
    examples=(
        *(
            Example((s,), {"full": full, "strict": strict}, invariant=_svd_invariants)
            for s in _RECTANGLES
            for full, strict in ((False, False), (True, False), (False, True))
            if s == (3, 2) or (s == (2, 3) and not strict) or (full and not strict)
        ),
        Example(([[2, 1], [1, 3]],), {"full": False, "strict": False}),
    ),
    multiple=True,
)


def singular_values_push(t: Value, a: Value) -> Value:
    """The derivative of the singular values along a direction."""
    u, s, vh = svd(a, full=False, strict=True)
    moved = real_part(_inner_columns(u, matmul(t, adjoint(vh))))
    return shared(moved, tie_shares(s, s, size=max(a.shape[-2:]), signed=True))


def singular_values_pull(ct: Value, a: Value) -> Value:
    """The cotangent of a matrix for one of its singular values."""
    u, s, vh = svd(a, full=False, strict=True)
    return matmul(u * as_rows(shared(ct, tie_shares(s, s, size=max(a.shape[-2:]), signed=True))), vh)


svdvals = general(
    "svdvals",
    "a",
    jvp=[singular_values_push],
    vjp=[singular_values_pull],
    type_rule=_svdvals_type,
    batch=batch_stack(lambda a: svdvals(a)),
    examples=(*(Example((s,)) for s in _RECTANGLES), Example(([[2, 1], [1, 3]],))),
)


# Matrices of any kind ------------------------------------------------------------------------------------------------


def _eigvals_type(a: ArrayType) -> ArrayType:
    return ArrayType(a.shape[:-1], result_dtype(_quotient, (float_dtype(a), complex)))


def _eig_type(a: ArrayType, *, strict: bool) -> tuple[ArrayType, ArrayType]:
    values = _eigvals_type(a)
    return values, ArrayType(a.shape, values.dtype)


def _largest(v: Value) -> tuple[Value, Value]:
    """Where each column has its largest element, and that element: LAPACK turns it to be real."""
    places = argmax(absolute(v), axis=len(v.shape) - 2, keepdims=True)
    chosen = places == reshape(backend.arange(v.shape[-2]), shape=(v.shape[-2], 1))
    return chosen, _picked(chosen, real_part(v))


def _picked(chosen: Value, x: Value) -> Value:
    return sum_(where(chosen, x, 0), axes=(len(x.shape) - 2,), keepdims=True)


def _eig_push(t: Value, out: tuple[Value, Value], *, strict: bool) -> tuple[Value, Value]:
    """The vectors stay of length 1, and their largest elements real."""
    w, v = out
    moved = solve(v, matmul(t, v))
    n = w.shape[-1]
    moves = matmul(v, divide_by_gaps(moved, w, w, rounding_bound(moved, strict), size=n, hollow=True))
    if n:
        chosen, largest = _largest(v)
        growth = as_rows(real_part(_inner_columns(v, moves)))
        turn = _picked(chosen, imag(moves)) / largest
        moves = moves - v * (growth + 1j * turn)
    return last_diagonal(moved), moves


def _eig_pull(ct: Pair, out: tuple[Value, Value], *, strict: bool) -> Value:
    by_values, by_vectors = ct
    w, v = out
    n = w.shape[-1]
    inner = None if by_values is None else diagonal_matrix(by_values)
    if by_vectors is not None:
        if n:
            along = as_rows(_inner_columns(by_vectors, v))
            chosen, largest = _largest(v)
            turn = imag(along) / largest
            by_vectors = by_vectors - v * real_part(along) + 1j * where(chosen, turn, 0)
        turned = matmul(adjoint(v), by_vectors)
        bound = rounding_bound(turned, strict)
        if by_values is not None:
            bound = spoilt_bound(bound, as_rows(by_values), as_columns(by_values))
        over = divide_by_gaps(turned, conjugate(w), conjugate(w), bound, size=n, hollow=True)
        inner = over if inner is None else inner + over
    return solve(adjoint(v), matmul(inner, adjoint(v)))


def _distinct(a: Value) -> tuple[Value]:
    """A matrix with eigenvalues that are apart, some of them in complex pairs where there is room."""
    n = a.shape[-1]
    turned = reshape(backend.arange(n * n), shape=(n, n)) % 3 - 1
    return (0.3 * a + backend.basis(n, a.dtype) * backend.arange(n) + 0.5 * astype(turned, dtype=a.dtype),)


_GENERAL = (
    *(Example((s,), prepare=_distinct) for s in ((3, 3), (2, 2, 2), (0, 0))),
    Example(([[2, 1], [1, 3]],)),
)

eig = general(
    "eig",
    "a",
    jvp=[_eig_push],
    vjp=[_eig_pull],
    type_rule=_eig_type,
    batch=batch_stack(lambda a, *, strict: eig(a, strict=strict)),
    examples=tuple(Example(e.inputs, {"strict": False}, prepare=e.prepare) for e in _GENERAL),
    multiple=True,
)


def _eigvals_push(t: Value, a: Value, out: Value) -> Value:
    w, v = eig(a, strict=True)  # in an order that may be another
    shares = tie_shares(out, w, size=w.shape[-1], signed=False)
    return shared(last_diagonal(solve(v, matmul(t, v))), shares)


def _eigvals_pull(ct: Value, a: Value, out: Value) -> Value:
    w, v = eig(a, strict=True)
    shares = swap_last(tie_shares(out, w, size=w.shape[-1], signed=False))
    return solve(adjoint(v), as_columns(shared(ct, shares)) * adjoint(v))


eigvals = general(
    "eigvals",
    "a",
    jvp=[_eigvals_push],
    vjp=[_eigvals_pull],
    type_rule=_eigvals_type,
    batch=batch_stack(lambda a: eigvals(a)),
    examples=_GENERAL,
)

"""Eigenvalues that coincide: quotients by their differences, and derivatives that they share.

The vectors of eigenvalues that coincide are any basis of their space. Derivatives divide by the differences of
eigenvalues: where these are zero up to rounding, the quotient is 0 if its numerator is zero up to rounding, which it is
for what does not depend on the choice of the basis, and NaN if it is not.
"""

from __future__ import annotations

from typing import Any

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value, broadcast_shapes
from .elementwise import stop_gradient, where
from .families import conjugate, constant, general, result_dtype
from .reductions import norm, sum as sum_
from .stacks import as_columns, as_rows, batch_stack, float_dtype, magnitude_dtype

__all__ = ["divide_by_gaps", "rounding_bound", "shared", "spoilt_bound", "tie_shares"]


def _gaps_type(e: ArrayType, rows: ArrayType, columns: ArrayType, bound: ArrayType, **params: Any) -> ArrayType:
    stack = broadcast_shapes(e.shape[:-2], rows.shape[:-1], columns.shape[:-1], bound.shape[:-2])
    dtype = result_dtype(_quotient, (float_dtype(e), float_dtype(rows, columns)))
    return ArrayType((*stack, *e.shape[-2:]), dtype)


_quotient = backend.implementation("divide")


def _gaps_push(t: Value, rows: Value, columns: Value, bound: Value, *, size: int, hollow: bool) -> Value:
    return divide_by_gaps(t, rows, columns, _bound_again(t, bound), size=size, hollow=hollow)


def _gaps_pull(ct: Value, rows: Value, columns: Value, bound: Value, *, size: int, hollow: bool) -> Value:
    return _gaps_push(ct, conjugate(rows), conjugate(columns), bound, size=size, hollow=hollow)


def _gaps_slope(ct: Value, rows: Value, columns: Value, bound: Value, out: Value, *, size: int, hollow: bool) -> Value:
    return conjugate(out) * _gaps_pull(ct, rows, columns, bound, size=size, hollow=hollow)


divide_by_gaps = general(  # e_ij / (columns_j - rows_i), and where these coincide 0 or NaN
    # NaN if |e_ij| is more than rounding relative to ``bound``, a matrix that broadcasts. A negative bound says that
    # it is NaN in any case. ``size`` is that of the matrix whose eigenvalues they are; ``hollow`` makes the diagonal 0.
    "divide_by_gaps",
    "e rows columns bound",
    jvp=[
        _gaps_push,
        lambda t, rows, columns, bound, out, *, size, hollow: _gaps_push(
            out * as_columns(t), rows, columns, bound, size=size, hollow=hollow
        ),
        lambda t, rows, columns, bound, out, *, size, hollow: (
            -_gaps_push(out * as_rows(t), rows, columns, bound, size=size, hollow=hollow)
        ),
        None,
    ],
    vjp=[
        _gaps_pull,
        lambda ct, rows, columns, bound, out, *, size, hollow: sum_(
            _gaps_slope(ct, rows, columns, bound, out, size=size, hollow=hollow),
            axes=(len(ct.shape) - 1,),
            keepdims=False,
        ),
        lambda ct, rows, columns, bound, out, *, size, hollow: (
            -sum_(
                _gaps_slope(ct, rows, columns, bound, out, size=size, hollow=hollow),
                axes=(len(ct.shape) - 2,),
                keepdims=False,
            )
        ),
        None,
    ],
    type_rule=_gaps_type,
    batch=batch_stack(lambda *inputs, **params: divide_by_gaps(*inputs, **params), 2, 1, 1, 2),
    examples=(
        Example(
            ((3, 3), (3,), (3,), [[1]]),
            {"size": 3, "hollow": True},
            prepare=lambda e, r, c, b: (e, _apart(r), _apart(r), b),
        ),
        Example(
            ((2, 3, 2), (1,), (2, 2), [[1]]),
            {"size": 3, "hollow": False},
            prepare=lambda e, r, c, b: (e, r, _apart(c) + 5.0, b),
        ),
        Example(((0, 0), (0,), (0,), [[1]]), {"size": 0, "hollow": False}),
    ),
)


def _apart(w: Value) -> Value:
    """Numbers at least a half from one another."""
    return 0.1 * w + backend.arange(w.shape[-1])


def _size_of(e: Value) -> Value:
    """How large the elements of matrices are, for what counts as rounding; matrices of one element."""
    axes = (len(e.shape) - 2, len(e.shape) - 1)
    return stop_gradient(norm(e, axes=axes, keepdims=True))


def rounding_bound(e: Value, strict: bool) -> Value:
    """What numerators made of these matrices are compared with; with ``strict`` one that lets nothing pass."""
    return -1.0 - _size_of(e) if strict else _size_of(e)


def _bound_again(e: Value, bound: Value) -> Value:
    """The bound for other numerators; what is NaN in any case stays so."""
    return where(bound < 0, bound, _size_of(e))


tie_shares = constant(  # in row i one over the number of w's elements that coincide with v_i, in the places of these
    # Both are the same numbers, perhaps in different orders; w is sorted if it is real. With ``signed`` they stand for
    # ±w, so that those of 0 cancel.
    "tie_shares",
    type_rule=lambda v, w, *, size, signed: ArrayType((*v.shape, w.shape[-1]), magnitude_dtype(float_dtype(w))),
    batch=batch_stack(lambda v, w, **params: tie_shares(v, w, **params), 1, 1),
    examples=(
        *(
            Example((numbers, numbers), {"size": 3, "signed": signed})
            for numbers in ([1.0, 2.0, 2.5], [[1.0, 1.0, 2.0], [0.0, 0.0, 1.0]])
            for signed in (False, True)
        ),
        Example(([1.0, 2j, 1.0], [1.0, 1.0, 2j]), {"size": 3, "signed": False}),
        Example(((0,), (0,)), {"size": 0, "signed": False}),
    ),
)


def shared(d: Value, shares: Value) -> Value:
    """Derivatives by eigenvalues, or of them, shared evenly by those that coincide."""
    return sum_(where(shares == 0, 0, shares * as_rows(d)), axes=(len(d.shape),), keepdims=False)


def spoilt_bound(bound: Value, *cotangents: Value | None) -> Value:
    """The bound for vectors that are used with functions of their own eigenvalues.

    Where those coincide, the basis that would be right depends on the direction: there is no derivative to be had.
    """
    for ct in cotangents:
        if ct is not None:
            bound = where(ct != 0, -1.0, bound)
    return bound

"""Contractions: multilinear, so that each is its own derivative."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..backends import backend
from ..core.errors import ShapeError
from ..core.lowering import Special
from ..core.primitive import Example
from ..core.types import Shape, Value, broadcast_shapes
from .families import conjugate, multilinear, shape_rule
from .shaping import adjoint, reshape

__all__ = ["einsum", "matmul"]

Params = dict[str, Any]


def _matmul_shape(x: Shape, y: Shape) -> Shape:
    if not x or not y or x[-1] != y[-2 if len(y) > 1 else 0]:
        raise ShapeError(f"matmul: shapes {x} and {y} do not fit: the last axis of the first must match")
    return (
        *broadcast_shapes(x[:-2], y[:-2]),
        *x[-2:-1],
        *(y[-1:] if len(y) > 1 else ()),
    )


def _column(x: Value) -> Value:
    return reshape(x, shape=(*x.shape, 1))


def _row(x: Value) -> Value:
    return reshape(x, shape=(*x.shape[:-1], 1, x.shape[-1]))


def _flat(x: Value) -> Value:
    return reshape(x, shape=x.shape[:-1])


def _matmul_left(ct: Value, x: Any, y: Value) -> Value:
    """The cotangent of x in x @ y: ct yᴴ, with the missing axes of vectors put back."""
    if len(y.shape) == 1:
        return (ct if len(x.shape) == 1 else _column(ct)) * conjugate(y)
    if len(x.shape) == 1:
        return _flat(matmul(conjugate(y), _column(ct)))
    return matmul(ct, adjoint(y))


def _matmul_right(ct: Value, x: Value, y: Any) -> Value:
    """The cotangent of y in x @ y: xᴴ ct, with the missing axes of vectors put back."""
    if len(x.shape) == 1:
        return ct * conjugate(x) if len(y.shape) == 1 else _column(conjugate(x)) * _row(ct)
    if len(y.shape) == 1:
        return _flat(matmul(adjoint(x), _column(ct)))
    return matmul(adjoint(x), ct)


def _matmul_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    """Vectors become matrices; then the batch axis is one more leading axis."""
    x, y = inputs
    x_rank, y_rank = (len(v.shape) - b for v, b in zip(inputs, batched, strict=True))
    if x_rank == 1:
        x = _row(x)
    if y_rank == 1:
        y = _column(y)
    lead = max(x_rank, y_rank, 2) - 2
    x, y = (
        reshape(v, shape=(size, *(1,) * (lead + 3 - len(v.shape)), *v.shape[1:]))
        if b and len(v.shape) < lead + 3
        else v
        for v, b in zip((x, y), batched, strict=True)
    )
    out = matmul(x, y)
    if y_rank == 1:
        out = _flat(out)
    if x_rank == 1:
        axis = len(out.shape) - (1 if y_rank == 1 else 2)
        out = reshape(out, shape=(*out.shape[:axis], *out.shape[axis + 1 :]))
    return out


matmul = multilinear(
    "matmul",
    _matmul_left,
    _matmul_right,
    type_rule=shape_rule(_matmul_shape),
    batch=_matmul_batch,
    arity=2,
    lowering=Special("matmul"),
    examples=tuple(
        Example(shapes)
        for shapes in (
            ((2, 3), (3, 4)),
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 1, 2, 3), (4, 3, 2)),
            ((3,), (2, 3, 4)),
            ((2, 2, 3), (3,)),
            ((0, 3), (3, 2)),
            ((2, 0), (0, 2)),
        )
    ),
)


# Einstein summation: subscripts are explicit ("ij,jk->ik"), one letter an axis ----------------------------------------


@lru_cache(maxsize=1024)
def _sides(subscripts: str) -> tuple[tuple[str, ...], str]:
    left, right = subscripts.split("->")
    return tuple(left.split(",")), right


def _sizes(terms: Sequence[str], shapes: Sequence[Shape]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if len(term) != len(shape):
            raise ShapeError(f"einsum: subscripts {term!r} name {len(term)} axes of an array of shape {shape}")
        for letter, n in zip(term, shape, strict=True):
            if sizes.setdefault(letter, n) != n:
                raise ShapeError(f"einsum: axes called {letter!r} have lengths {sizes[letter]} and {n}")
    return sizes


def _einsum_shape(*shapes: Shape, subscripts: str) -> Shape:
    terms, out = _sides(subscripts)
    sizes = _sizes(terms, shapes)
    return tuple(sizes[letter] for letter in out)


def _einsum_transpose(ct: Value, position: int, *operands: Any, subscripts: str) -> Value:
    """Contract the cotangent with the other operands, to the axes of this one.

    A letter that only this operand has was summed: its cotangent is repeated, by a contraction with ones. A letter
    that occurs in it twice took a diagonal: the cotangent goes back there, by a contraction with a unit matrix.
    """
    terms, out = _sides(subscripts)
    mine, dtype = terms[position], ct.dtype
    others = [(term, conjugate(x)) for i, (term, x) in enumerate(zip(terms, operands, strict=True)) if i != position]
    known = set(out).union(*[set(term) for term, _ in others])
    fresh = iter(sorted(set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") - set("".join(terms))))
    target: list[str] = []
    for letter, n in zip(mine, operands[position].shape, strict=True):
        name = letter
        if letter in target:
            name = next(fresh)
            others.append((letter + name, backend.basis(n, dtype)))
        elif letter not in known:
            others.append((letter, backend.ones((n,), dtype)))
        target.append(name)
    left = ",".join([out, *[term for term, _ in others]])
    return einsum(ct, *[x for _, x in others], subscripts=f"{left}->{''.join(target)}")


def _einsum_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    terms, out = _sides(params["subscripts"])
    used = set("".join(terms))
    letter = next(c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba" if c not in used)
    left = ",".join(letter + term if b else term for term, b in zip(terms, batched, strict=True))
    return einsum(*inputs, subscripts=f"{left}->{letter}{out}")


einsum = multilinear(
    "einsum",
    _einsum_transpose,
    variadic=True,
    type_rule=shape_rule(_einsum_shape),
    batch=_einsum_batch,
    examples=tuple(
        Example(shapes, {"subscripts": subscripts})
        for shapes, subscripts in (
            (((2, 3), (3, 4)), "ij,jk->ik"),
            (((2, 3), (2, 3)), "ij,ij->"),
            (((3, 3),), "ii->i"),
            (((3, 3),), "ii->"),
            (((2, 3),), "ij->j"),
            (((2, 3),), "ij->ji"),
            (((2,), (3,)), "i,j->ij"),
            (((2, 3), (3, 4), (4, 2)), "ij,jk,kl->il"),
            (((5, 2, 3), (5, 3, 4)), "bij,bjk->bki"),
            (((3, 3, 2), (2,)), "iij,j->i"),
            (((), (2,)), ",i->i"),
            (((0, 3), (3,)), "ij,j->i"),
        )
    ),
)

"""Rewrite rules of reductions and contractions, where sums may be taken in another order."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, prod
from typing import Any

from ...backends import backend
from ...core.program import Atom
from .expansion import shifted_powers
from .patterns import Hole, Match, Rule, Sample, o

__all__ = ["REDUCTION"]

x, y = Hole("x"), Hole("y")
_REDUCTIONS = ("sum", "prod", "max", "min", "any", "all")


def _axis(axes: tuple[int, ...], keepdims: bool = False) -> dict[str, Any]:
    return {"axes": axes, "keep": keepdims}


def _without_kept_axes(m: Match) -> Atom | None:
    """A reduction without ``keepdims``, reshaped: so that it is the same as one that was asked for like that."""
    if not m.root_params["keepdims"]:
        return None
    reduced = m.apply(m.primitive, *m.inputs, axes=m.root_params["axes"], keepdims=False)
    return m.make("reshape", reduced, shape=m.out.shape)


def _over_single_elements(m: Match) -> bool:
    return all(m.type("x").shape[a] == 1 for a in m.params["axes"])


def _floating(m: Match) -> bool:
    return bool(backend.dtype(m.out.dtype).kind == "f")


def _sum_of_repeated(m: Match) -> Atom | None:
    """n times what is repeated n times."""
    shape, source = m.params["shape"], m.type("x").shape
    aligned = (1,) * (len(shape) - len(source)) + source
    times = prod(n for a, n in enumerate(shape) if a in m.params["axes"] and aligned[a] == 1)
    if times < 2 or not _floating(m):
        return None
    atom = m["x"] if source == aligned else m.make("reshape", m["x"], shape=aligned)
    summed = m.make("sum", atom, axes=m.params["axes"], keepdims=False)
    # axes that are left out of the sum are still to be repeated
    return m.spread(m.make("multiply", summed, times), m.out.shape)


def _matrix_times_column(m: Match) -> Atom | None:
    """A product with a matrix of one column, from which the column is taken, is one with a vector."""
    matrix, vector = m.type("x").shape, m.type("y").shape
    if len(matrix) != 2 or len(vector) != 1 or m.params["column"] != (*vector, 1) or m.out.shape != matrix[:1]:
        return None
    return m.make("matmul", m["x"], m["y"])


def _row_times_matrix(m: Match) -> Atom | None:
    vector, matrix = m.type("x").shape, m.type("y").shape
    if len(matrix) != 2 or len(vector) != 1 or m.params["row"] != (1, *vector) or m.out.shape != matrix[1:]:
        return None
    return m.make("matmul", m["x"], m["y"])


def _not_larger(name: str) -> Callable[[Match], bool]:
    """Whether the result has no more elements than what is in a hole."""
    return lambda m: _floating(m) and prod(m.out.shape) <= prod(m.type(name).shape)


# The derivative of logsumexp is made without its maximum at hand: it is exp(x - s) / Σ exp(x - s), shifted by what
# logsumexp itself gives. With the maximum as the shift the powers are those of logsumexp, and computed once.


def _softmax(reshaped: bool) -> Any:
    """How the derivative of logsumexp is written, with the axes that were summed put back or not."""

    def kept(term: Any) -> Any:
        return o.reshape(term, shape="kept") if reshaped else term

    result = o.logsumexp(x, axes="axes", keepdims="keep")
    powers = o.exp(o.subtract(x, kept(o.where(o.equal(result, -inf), 0.0, result))))
    total = o.sum(powers, axes="summed", keepdims="keep")
    return o.divide(powers, kept(o.where(o.equal(total, 0), inf, total)))


def _softmax_of_maximum(m: Match) -> Atom | None:
    axes = m.params["axes"]
    if not _floating(m) or m.type("x") != m.out or axes != m.params["summed"] or any(m.out.shape[a] == 0 for a in axes):
        return None
    found = shifted_powers(m.make, m["x"], axes)
    total = m.make("sum", found.powers, axes=axes, keepdims=False)
    divisor = m.make("where", m.make("equal", total, 0), inf, total)
    # a shift by infinity makes all of them NaN
    divisor = m.make("where", m.make("equal", found.peak, inf), nan, divisor)
    if "kept" in m.params:
        divisor = m.make("reshape", divisor, shape=m.params["kept"])
    return m.make("divide", found.powers, divisor)


REDUCTION: tuple[Rule, ...] = (
    *(
        Rule(
            f"{name} over no axes that matter",
            getattr(o, name)(x, axes="axes", keepdims="keep"),
            o.reshape(x, shape=lambda m: m.out.shape),
            _over_single_elements,
            signed_zeros=False,
            samples=(
                Sample({"x": (2, 1)}, _axis((1,))),
                Sample({"x": (3,)}, _axis(())),
                Sample({"x": (1, 3)}, _axis((0,), True)),
            ),
        )
        for name in _REDUCTIONS
    ),
    *(
        Rule(
            f"{name} that keeps axes",
            getattr(o, name)(x, axes="axes", keepdims="keep"),
            _without_kept_axes,
            samples=(Sample({"x": (2, 3)}, _axis((1,), True)),),
        )
        for name in _REDUCTIONS
    ),
    *(
        Rule(
            f"softmax, {name}",
            _softmax(reshaped),
            _softmax_of_maximum,
            ulps=64,
            signed_zeros=False,
            samples=(Sample({"x": shape}, {**_axis(axes), "summed": axes, "kept": kept}, "df"),),
        )
        for name, reshaped, shape, axes, kept in (
            ("along an axis", True, (7, 3), (1,), (7, 1)),
            ("of all", False, (5,), (0,), ()),
        )
    ),
    *(
        Rule(
            f"{name} that keeps axes",
            getattr(o, name)(x, axes="axes", keepdims="keep"),
            _without_kept_axes,
            samples=(Sample({"x": (2, 3)}, _axis((1,), True), "df"),),
        )
        for name in ("norm", "logsumexp")
    ),
    Rule(
        "sum of repeated",
        o.sum(o.broadcast_to(x, shape="shape"), axes="axes", keepdims="keep"),
        _sum_of_repeated,
        ulps=8,
        signed_zeros=False,
        samples=(
            Sample({"x": ()}, {"shape": (5,), **_axis((0,))}),
            Sample({"x": (3,)}, {"shape": (2, 3), **_axis((0, 1))}),
            Sample({"x": (2, 1, 3)}, {"shape": (4, 2, 2, 3), **_axis((1, 2))}),
        ),
    ),
    Rule(
        "sum of negatives",
        o.sum(o.negative(x), axes="axes", keepdims="keep"),
        o.negative(o.sum(x, axes=lambda m: m.params["axes"], keepdims=lambda m: m.params["keep"])),
        _floating,
        signed_zeros=False,
        samples=(Sample({"x": (2, 3)}, _axis((1,))),),
    ),
    Rule(
        "matmul of two negatives",
        o.matmul(o.negative(x), o.negative(y)),
        o.matmul(x, y),
        _floating,
        signed_zeros=False,
        samples=(Sample({"x": (2, 3), "y": (3, 4)}),),
    ),
    Rule(
        "matmul, negative left",
        o.matmul(o.negative(x), y),
        o.negative(o.matmul(x, y)),
        _not_larger("x"),
        signed_zeros=False,
        samples=(Sample({"x": (2, 3), "y": (3, 2)}),),
    ),
    Rule(
        "matmul, negative right",
        o.matmul(x, o.negative(y)),
        o.negative(o.matmul(x, y)),
        _not_larger("y"),
        signed_zeros=False,
        samples=(Sample({"x": (2, 3), "y": (3, 2)}),),
    ),
    Rule(
        "matrix times column",
        o.reshape(o.matmul(x, o.reshape(y, shape="column")), shape="flat"),
        _matrix_times_column,
        ulps=8,
        signed_zeros=False,
        samples=(Sample({"x": (2, 3), "y": (3,)}, {"column": (3, 1), "flat": (2,)}),),
    ),
    Rule(
        "row times matrix",
        o.reshape(o.matmul(o.reshape(x, shape="row"), y), shape="flat"),
        _row_times_matrix,
        ulps=8,
        signed_zeros=False,
        samples=(Sample({"x": (3,), "y": (3, 2)}, {"row": (1, 3), "flat": (2,)}),),
    ),
)
"""Rules whose root adds up, and what becomes of a matrix product."""

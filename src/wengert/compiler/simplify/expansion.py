"""``expand``: operations that are made of others are written out, so that their parts fuse with what is around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from math import prod
from typing import NamedTuple

from ...backends import backend
from ...core.program import Atom, Equation, Program
from ...core.types import ArrayType
from .rewriter import Rewriter, type_of_atom

__all__ = ["EXPANSIONS", "expand", "shifted_powers"]

Expansion = Callable[[Rewriter, Equation, tuple[Atom, ...]], Atom | None]

EXPANSIONS: dict[str, Expansion] = {}
"""How a composite primitive is written out, by its name; None where it is left alone."""


def expand(program: Program) -> Program:
    """Write out composite primitives. Results agree with their evaluation to a few units in the last place."""
    rewriter = Rewriter(program)
    for equation in program.equations:
        expansion = EXPANSIONS.get(equation.primitive.name)
        inputs = rewriter.inputs(equation)
        if expansion is not None:
            mark = rewriter.mark()
            atom = expansion(rewriter, equation, inputs)
            if atom is not None and rewriter.fits(equation.outputs[0], atom):
                rewriter.replace(equation.outputs[0], atom)
                continue
            rewriter.back_to(mark)
        rewriter.keep(equation, inputs)
    return rewriter.program()


def _expansion(name: str) -> Callable[[Expansion], Expansion]:
    def enter(function: Expansion) -> Expansion:
        EXPANSIONS[name] = function
        return function

    return enter


# Elementwise --------------------------------------------------------------------------------------------------------


@_expansion("clip")
def _clip(r: Rewriter, equation: Equation, inputs: tuple[Atom, ...]) -> Atom | None:
    x, low, high = inputs
    return r.make("minimum", r.make("maximum", x, low), high)


@_expansion("square")
def _square(r: Rewriter, equation: Equation, inputs: tuple[Atom, ...]) -> Atom | None:
    (x,) = inputs
    return r.make("multiply", x, x)


# Reductions ---------------------------------------------------------------------------------------------------------


def _inexact(r: Rewriter, x: Atom) -> Atom:
    """Integers are reduced in float64."""
    kind = backend.dtype(type_of_atom(x).dtype).kind
    return x if kind in "fc" else r.make("astype", x, dtype=backend.dtype(float))


@_expansion("norm")
def _norm(r: Rewriter, equation: Equation, inputs: tuple[Atom, ...]) -> Atom | None:
    x = _inexact(r, inputs[0])
    if type_of_atom(x).dtype.kind == "c":
        real, imag = r.make("real", x), r.make("imag", x)
        squares = r.make("add", r.make("multiply", real, real), r.make("multiply", imag, imag))
    else:
        squares = r.make("multiply", x, x)
    return r.make("sqrt", r.make("sum", squares, **equation.params))


@_expansion("logsumexp")
def _logsumexp(r: Rewriter, equation: Equation, inputs: tuple[Atom, ...]) -> Atom | None:
    axes, out = equation.params["axes"], equation.outputs[0].type
    x = _inexact(r, inputs[0])
    if any(type_of_atom(x).shape[a] == 0 for a in axes):
        return None  # a maximum of nothing
    powers = shifted_powers(r.make, x, axes)
    total = r.make("log", r.make("sum", powers.powers, axes=axes, keepdims=False))
    return _reshaped(r, r.make("add", total, powers.shift), out.shape)


class ShiftedPowers(NamedTuple):
    """exp(x - shift), where the shift is the maximum ``peak`` if that is finite, else 0."""

    powers: Atom
    peak: Atom
    shift: Atom


def shifted_powers(make: Callable[..., Atom], x: Atom, axes: tuple[int, ...]) -> ShiftedPowers:
    """Powers that cannot overflow: what logsumexp and its derivative have in common."""
    type = type_of_atom(x)
    kept = tuple(1 if a in axes else n for a, n in enumerate(type.shape))
    peak = make("max", make("real", x) if type.dtype.kind == "c" else x, axes=axes, keepdims=False)
    shift = make("where", make("isfinite", peak), peak, 0.0)
    aligned = shift if type_of_atom(shift).shape == kept else make("reshape", shift, shape=kept)
    return ShiftedPowers(make("exp", make("subtract", x, aligned)), peak, shift)


def _reshaped(r: Rewriter, x: Atom, shape: tuple[int, ...]) -> Atom:
    return x if type_of_atom(x).shape == shape else r.make("reshape", x, shape=shape)


def _transposed(r: Rewriter, x: Atom, axes: tuple[int, ...]) -> Atom:
    return x if axes == tuple(range(len(axes))) else r.make("transpose", x, axes=axes)


# Einstein summation -------------------------------------------------------------------------------------------------


@_expansion("einsum")
def _einsum(r: Rewriter, equation: Equation, inputs: tuple[Atom, ...]) -> Atom | None:
    left, out = equation.params["subscripts"].split("->")
    terms = left.split(",")
    dtype = equation.outputs[0].type.dtype
    if not hasattr(dtype, "kind") or dtype.kind == "b":  # which adds up by "or"
        return None
    if len(terms) > 2:  # two of a smaller dtype must not overflow before they meet the third
        inputs = tuple(x if type_of_atom(x).dtype == dtype else r.make("astype", x, dtype=dtype) for x in inputs)
    operands = [_diagonals(r, x, term) for x, term in zip(inputs, terms, strict=True)]
    if len(operands) == 1:
        x, term = _summed(r, *operands[0], set(out), equation.outputs[0].type)
        return _transposed(r, x, tuple(map(term.index, out)))
    while len(operands) > 2:
        i, j = _cheapest(operands, out)
        pair = operands[i], operands[j]
        operands = [operand for k, operand in enumerate(operands) if k not in (i, j)]
        needed = set(out).union(*(term for _, term in operands))
        kept = "".join(dict.fromkeys(c for _, term in pair for c in term if c in needed))
        operands.insert(i, (_contracted(r, *pair, kept, equation.outputs[0].type), kept))
    first, second = operands
    return _contracted(r, first, second, out, equation.outputs[0].type)


def _cheapest(operands: list[tuple[Atom, str]], out: str) -> tuple[int, int]:
    """The two operands whose product takes the least memory beyond their own."""

    def size(letters: Iterable[str]) -> int:
        return prod(sizes[c] for c in letters)

    def growth(pair: tuple[int, int]) -> int:
        a, b = (operands[k][1] for k in pair)
        needed = set(out).union(*(term for k, (_, term) in enumerate(operands) if k not in pair))
        return size(needed & {*a, *b}) - size(a) - size(b)

    sizes = {c: n for x, term in operands for c, n in zip(term, type_of_atom(x).shape, strict=True)}
    return min(combinations(range(len(operands)), 2), key=growth)


def _contracted(r: Rewriter, first: tuple[Atom, str], second: tuple[Atom, str], out: str, type: ArrayType) -> Atom:
    """The contraction of two operands."""
    x, a = _summed(r, *first, set(out) | set(second[1]), type)
    y, b = _summed(r, *second, set(out) | set(a), type)
    return _pair(r, x, a, y, b, out)


def _diagonals(r: Rewriter, x: Atom, term: str) -> tuple[Atom, str]:
    """An operand in which no letter occurs twice."""
    while len(set(term)) < len(term):
        letter = next(c for c in term if term.count(c) > 1)
        first, second = [a for a, c in enumerate(term) if c == letter][:2]
        others = [a for a in range(len(term)) if a not in (first, second)]
        x = r.make("last_diagonal", _transposed(r, x, (*others, first, second)))
        term = "".join(term[a] for a in others) + letter
    return x, term


def _summed(r: Rewriter, x: Atom, term: str, others: set[str], out: ArrayType) -> tuple[Atom, str]:
    """An operand without the axes that nothing else has, which are summed, in the dtype of the result."""
    axes = tuple(a for a, letter in enumerate(term) if letter not in others)
    if not axes:
        return x, term
    if type_of_atom(x).dtype != out.dtype:
        x = r.make("astype", x, dtype=out.dtype)
    return r.make("sum", x, axes=axes, keepdims=False), "".join(c for c in term if c in others)


def _pair(r: Rewriter, x: Atom, a: str, y: Atom, b: str, out: str) -> Atom:
    """A product with sums over what both have: as one (stack of) matrix products, or elementwise where that is enough.

    Letters are of four kinds: of the *stack* (in both operands and the result), *inner* (in both, summed), and *rows*
    and *columns*, which one operand has.
    """
    stack = [c for c in out if c in a and c in b]
    inner = [c for c in a if c in b and c not in out]
    rows = [c for c in out if c not in b]
    columns = [c for c in out if c not in a]
    if not inner or not (rows or columns):
        return _elementwise(r, x, a, y, b, out, inner)
    size = {
        **dict(zip(a, type_of_atom(x).shape, strict=True)),
        **dict(zip(b, type_of_atom(y).shape, strict=True)),
    }

    def sizes(*groups: list[str]) -> tuple[int, ...]:
        return tuple(size[c] for group in groups for c in group)

    def merged(*groups: list[str]) -> tuple[int, ...]:
        """The shape in which each group but the stack is one axis; an empty one is none, where there is no stack."""
        return tuple(prod(sizes(g)) for g in groups if g or stack)

    left = _ordered(r, x, a, [*stack, *rows, *inner])
    right = _ordered(r, y, b, [*stack, *inner, *columns])
    product = r.make(
        "matmul",
        _reshaped(r, left, (*sizes(stack), *merged(rows, inner))),
        _reshaped(r, right, (*sizes(stack), *merged(inner, columns))),
    )
    found = [*stack, *rows, *columns]
    return _transposed(r, _reshaped(r, product, sizes(found)), tuple(map(found.index, out)))


def _ordered(r: Rewriter, x: Atom, term: str, order: list[str]) -> Atom:
    return _transposed(r, x, tuple(map(term.index, order)))


def _elementwise(r: Rewriter, x: Atom, a: str, y: Atom, b: str, out: str, inner: list[str]) -> Atom:
    """A product by broadcasting, with the inner axes summed; of two vectors as a dot product."""
    if a == b and len(a) == 1 and inner:
        return r.make("matmul", x, y)
    order = [*out, *inner]
    product = r.make("multiply", _aligned(r, x, a, order), _aligned(r, y, b, order))
    if not inner:
        return product
    return r.make("sum", product, axes=tuple(range(len(out), len(order))), keepdims=False)


def _aligned(r: Rewriter, x: Atom, term: str, order: list[str]) -> Atom:
    """An operand with its axes in this order, and axes of one element for those that it does not have."""
    mine = [c for c in order if c in term]
    x = _ordered(r, x, term, mine)
    size = dict(zip(mine, type_of_atom(x).shape, strict=True))
    first = order.index(mine[0]) if mine else len(order)  # broadcasting puts axes in front by itself
    return _reshaped(r, x, tuple(size.get(c, 1) for c in order[first:]))

"""Rewrite rules of elementwise arithmetic and logic.

None reassociates: what they give equals what evaluation gives, to the bit where no bound is stated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import frexp, inf, isfinite, isnan, prod
from typing import Any

from ...backends import backend
from ...core.program import Atom
from ...core.types import ArrayType, Shape
from .constants import LARGEST
from .patterns import CAPTURED, Family, Hole, Match, Number, Rule, Sample, o
from .rewriter import type_of_atom

__all__ = ["ARITHMETIC"]

x, y, z, b = Hole("x"), Hole("y"), Hole("z"), Hole("b")

_VECTORS = (Sample({"x": (7,), "y": (7,)}), Sample({"x": (2, 7), "y": (7,)}))
_BOOLS = (Sample({"x": (7,), "y": (7,), "b": (7,)}, dtypes="?"),)
_MASKED = (Sample({"b": "?7", "x": (7,), "y": (7,)}),)


def _kind(type: ArrayType) -> str:
    kind: str = backend.dtype(type.dtype).kind
    return kind


def _is(kinds: str) -> Callable[[Match], bool]:
    """Whether the result is of one of these kinds of numbers."""
    return lambda m: _kind(m.out) in kinds


_real = _is("fiu")


def _floating(m: Match) -> bool:
    """Whether the result is floating point, and of float32 at least: the numbers in rules fit into that."""
    return _kind(m.out) == "f" and backend.dtype(m.out.dtype).itemsize >= 4


def _alike(*names: str) -> Callable[[Match], bool]:
    """Whether a real result has the dtype of what is in the holes: the negative of an integer is not always that of it.

    (An unsigned one wraps around, and so does the least of the signed ones.)
    """
    return lambda m: _kind(m.out) in "fi" and all(m.type(name).dtype == m.out.dtype for name in names)


def _bool(name: str) -> Callable[[Match], bool]:
    """Whether what is in a hole is an array of truth values."""
    return lambda m: _kind(m.type(name)) == "b"


def _whole(name: str) -> Callable[[Match], bool]:
    """Whether a real result has the shape of what is in a hole, so that work moves but does not grow."""
    return lambda m: _kind(m.out) in "fi" and m.type(name) == m.out


def _power_of_two(c: Any) -> bool:
    return (
        isinstance(c, (int, float)) and not isinstance(c, bool) and c != 0 and isfinite(c) and abs(frexp(c)[0]) == 0.5
    )


def _finite(c: Any) -> bool:
    return not isinstance(c, (bool, complex)) and isfinite(c)


c = Number("c", lambda c: _finite(c) and c != 0, (3.0, -0.5))
anything_finite = Number("c", _finite, (3.0, -0.5, 0.0))
not_bool = Number("c", lambda c: not isinstance(c, bool), (3.0, -2))
# Of float32, the narrowest that has a compiled form, 2**±100 is still a normal number, and so is its reciprocal.
two_to_any = Number(
    "c", lambda c: _power_of_two(c) and 2.0**-100 <= abs(c) <= 2.0**100 and abs(c) != 1, (2, 0.25, -4.0)
)
two_up = Number("c", lambda c: _power_of_two(c) and 2 <= abs(c) <= 2**40, (2.0, -4.0))
two_up_again = Number("d", lambda c: _power_of_two(c) and 2 <= abs(c) <= 2**40, (2.0, -8.0))
true = Number("c", lambda c: c is True, (True,))
false = Number("c", lambda c: c is False, (False,))
falsy = Number("c", lambda c: c == 0, (0, False))


def _negated(name: str) -> list[Rule]:
    """The sign moves out of an operation that is odd in each of two inputs."""
    op: Callable[..., Any] = getattr(o, name)
    absorbs = name.endswith("_multiply")
    rules = [
        Rule(
            f"{name} of two negatives", op(o.negative(x), o.negative(y)), op(x, y), _alike("x", "y"), samples=_VECTORS
        ),
        Rule(f"{name}, negative left", op(o.negative(x), y), o.negative(op(x, y)), _whole("x"), samples=_VECTORS),
        Rule(f"{name}, negative right", op(x, o.negative(y)), o.negative(op(x, y)), _whole("y"), samples=_VECTORS[:1]),
    ]
    return [Rule(**{**vars(r), "signed_zeros": not absorbs}) for r in rules]


def _minus(m: Match) -> Any:
    return -m["c"]


# Signs --------------------------------------------------------------------------------------------------------------

_SIGNS = (
    Rule("double negative", o.negative(o.negative(x)), x, _is("fiuc"), samples=_VECTORS),
    Rule("times -1", o.multiply(x, -1), o.negative(x), _alike("x"), samples=_VECTORS),
    Rule(
        "negative times number",
        o.multiply(o.negative(x), not_bool),
        o.multiply(x, _minus),
        lambda m: _floating(m) and _alike("x")(m),
        samples=_VECTORS,
    ),
    Rule(
        "number over negative",
        o.divide(not_bool, o.negative(x)),
        o.divide(_minus, x),
        lambda m: _floating(m) and _alike("x")(m),
        samples=_VECTORS,
    ),
    *_negated("multiply"),
    *_negated("divide"),
    *_negated("absorbing_multiply"),
    *_negated("tangent_multiply"),
    Rule("plus negative", o.add(x, o.negative(y)), o.subtract(x, y), _alike("y"), samples=_VECTORS),
    Rule("minus negative", o.subtract(x, o.negative(y)), o.add(x, y), _alike("y"), samples=_VECTORS),
    Rule("absolute of negative", o.absolute(o.negative(x)), o.absolute(x), _floating, samples=_VECTORS),
    Rule("absolute of absolute", o.absolute(o.absolute(x)), o.absolute(x), _real, samples=_VECTORS),
    Rule("cosine of negative", o.cos(o.negative(x)), o.cos(x), _floating, samples=_VECTORS),
    Rule("cosh of negative", o.cosh(o.negative(x)), o.cosh(x), _floating, samples=_VECTORS),
)

# Neutral elements and powers of two: exact --------------------------------------------------------------------------

_NEUTRAL = (
    Rule("times 1", o.multiply(x, 1), x, _real, samples=_VECTORS),
    Rule("over 1", o.divide(x, 1), x, _floating, samples=_VECTORS),
    Rule("plus -0.0", o.add(x, -0.0), x, _floating, samples=_VECTORS),  # not +0.0: -0.0 + 0.0 is 0.0
    Rule("plus 0", o.add(x, 0), x, _is("iu"), samples=_VECTORS),
    Rule("minus 0", o.subtract(x, 0), x, _real, samples=_VECTORS),
    Rule("plus itself", o.add(x, x), o.multiply(2, x), _real, samples=_VECTORS),
    Rule("over 2**n", o.divide(x, two_to_any), o.multiply(x, lambda m: 1 / m["c"]), _floating, samples=_VECTORS),
    Rule(
        "times 2**m times 2**n",
        o.multiply(o.multiply(x, two_up), two_up_again),
        o.multiply(x, lambda m: m["c"] * m["d"]),
        _floating,
        samples=_VECTORS,
    ),
)

# Products that absorb: 0 stays 0 ------------------------------------------------------------------------------------

_ABSORBING = (
    Rule("absorb in 1", o.absorbing_multiply(1, x), x, _real, samples=_VECTORS),
    Rule("absorb 1", o.absorbing_multiply(x, 1), x, _real, signed_zeros=False, samples=_VECTORS),
    Rule("absorb in a number", o.absorbing_multiply(c, x), o.multiply(c, x), _real, samples=_VECTORS),
    Rule(
        "absorb a number",
        o.absorbing_multiply(x, anything_finite),
        o.multiply(x, anything_finite),
        _real,
        signed_zeros=False,
        samples=_VECTORS,
    ),
    Rule("nothing to absorb", o.absorbing_multiply(x, y), o.multiply(x, y), lambda m: m.absorbs_nothing("x", "y")),
    Rule("absorb in 0", o.absorbing_multiply(0, x), lambda m: m.full(0), signed_zeros=False, samples=_VECTORS),
    Rule("1 meets a tangent", o.tangent_multiply(1, x), x, _real, signed_zeros=False, samples=_VECTORS),
    Rule("tangent meets 1", o.tangent_multiply(x, 1), x, _real, signed_zeros=False, samples=_VECTORS),
    Rule(
        "number meets tangent", o.tangent_multiply(c, x), o.multiply(c, x), _real, signed_zeros=False, samples=_VECTORS
    ),
    Rule(
        "tangent meets number", o.tangent_multiply(x, c), o.multiply(x, c), _real, signed_zeros=False, samples=_VECTORS
    ),
    Rule("0 meets tangent", o.tangent_multiply(0, x), lambda m: m.full(0), signed_zeros=False, samples=_VECTORS),
    Rule("tangent meets 0", o.tangent_multiply(x, 0), lambda m: m.full(0), signed_zeros=False, samples=_VECTORS),
    Rule(
        "a mask as a number",
        o.multiply(b, 1),
        lambda m: m.make("astype", m["b"], dtype=m.out.dtype) if m.type("b").shape == m.out.shape else None,
        _bool("b"),
        samples=(Sample({"b": "?7"}),),
    ),
    Rule(
        "absorb in a mask as a number",
        o.absorbing_multiply(o.astype(b, dtype="to"), x),
        o.absorbing_multiply(b, x),
        _bool("b"),
        samples=tuple(Sample({"b": "?7", "x": (7,)}, {"to": d}, d.char) for d in map(backend.dtype, "fd")),
    ),
)

# Powers -------------------------------------------------------------------------------------------------------------


def _exactly(n: float) -> Number:
    return Number("c", lambda c: not isinstance(c, bool) and bool(c == n), (int(n), float(n)) if n == int(n) else (n,))


_square = o.multiply(x, x)


@cache
def _power_takes_roots() -> bool:
    """Whether this NumPy's ``power`` takes the square root for an exponent of 0.5: pow makes inf of -inf, sqrt NaN."""
    with backend.quiet():
        return bool(isnan(backend.implementation("power")(backend.asarray([-inf, 1.0]), 0.5)[0]))


_POWERS = (
    Rule("power 1", o.power(x, _exactly(1)), x, _real, samples=_VECTORS),
    Rule("power 0", o.power(x, _exactly(0)), lambda m: m.full(1), _real, samples=_VECTORS),
    Rule("power 2", o.power(x, _exactly(2)), _square, _real, ulps=1, samples=_VECTORS),
    # Two products, each rounded: where pow rounds once, they differ by two units in the last place at most.
    Rule("power 3", o.power(x, _exactly(3)), o.multiply(_square, x), _real, ulps=3, samples=_VECTORS),
    Rule("power 4", o.power(x, _exactly(4)), o.multiply(_square, _square), _real, ulps=3, samples=_VECTORS),
    Rule(
        "power -1",
        o.power(x, _exactly(-1)),
        o.divide(1, x),
        _floating,
        ulps=1,
        samples=_VECTORS,
    ),
    Rule(
        "power 0.5",
        o.power(x, _exactly(0.5)),
        o.sqrt(x),
        lambda m: _floating(m) and _power_takes_roots(),
        samples=_VECTORS if _power_takes_roots() else (),
    ),
    Rule(
        "root of absolute",
        o.power(o.absolute(x), _exactly(0.5)),
        o.sqrt(o.absolute(x)),
        _floating,
        ulps=1,
        samples=_VECTORS,
    ),
    Rule(
        "root of a square",
        o.power(o.multiply(x, x), _exactly(0.5)),
        o.sqrt(_square),
        _floating,
        ulps=1,
        samples=_VECTORS,
    ),
)

# Selection and logic ------------------------------------------------------------------------------------------------


def _chosen(name: str) -> Callable[[Match], Atom | None]:
    """What is in a hole, in the shape and dtype of the result."""

    def build(m: Match) -> Atom | None:
        atom = m[name]
        type = type_of_atom(atom)
        if not hasattr(type.dtype, "kind"):
            return m.full(atom)
        if type.dtype != m.out.dtype:
            atom = m.make("astype", atom, dtype=m.out.dtype)
        return m.spread(atom, m.out.shape)

    return build


def _pair(name: str, pattern: Any, replacement: Any, condition: Callable[[Match], bool], **more: Any) -> list[Rule]:
    """A rule of truth values, for the logical operations and the bitwise ones."""
    return [Rule(f"{kind} {name}", pattern(kind), replacement, condition, **more) for kind in ("logical", "bitwise")]


_LOGIC = (
    Rule("where true", o.where(true, x, y), _chosen("x"), samples=_VECTORS),
    Rule("where false", o.where(false, x, y), _chosen("y"), samples=_VECTORS),
    Rule("where makes no difference", o.where(b, x, x), _chosen("x"), samples=_MASKED),
    Rule("where not", o.where(o.logical_not(b), x, y), o.where(b, y, x), samples=_MASKED),
    Rule("maximum of the same", o.maximum(x, x), x, samples=_VECTORS),
    Rule("minimum of the same", o.minimum(x, x), x, samples=_VECTORS),
    Rule("not false", o.not_equal(b, falsy), b, _bool("b"), samples=_BOOLS),
    Rule("is false", o.equal(b, falsy), o.logical_not(b), _bool("b"), samples=_BOOLS),
    Rule("is true", o.equal(b, true), b, _bool("b"), samples=_BOOLS),
    Rule("not true", o.not_equal(b, true), o.logical_not(b), _bool("b"), samples=_BOOLS),
    Rule("not not", o.logical_not(o.logical_not(b)), b, _bool("b"), samples=_BOOLS),
    Rule("not equal", o.logical_not(o.equal(x, y)), o.not_equal(x, y), samples=_VECTORS),  # NaN differs from NaN
    Rule("not unequal", o.logical_not(o.not_equal(x, y)), o.equal(x, y), samples=_VECTORS),
    Rule("invert truth", o.invert(b), o.logical_not(b), _bool("b"), samples=_BOOLS),
    *_pair("and true", lambda k: getattr(o, f"{k}_and")(b, true), b, _bool("b"), samples=_BOOLS),
    *_pair(
        "and false", lambda k: getattr(o, f"{k}_and")(b, false), lambda m: m.full(False), _bool("b"), samples=_BOOLS
    ),
    *_pair("and itself", lambda k: getattr(o, f"{k}_and")(b, b), b, _bool("b"), samples=_BOOLS),
    *_pair("or false", lambda k: getattr(o, f"{k}_or")(b, false), b, _bool("b"), samples=_BOOLS),
    *_pair("or true", lambda k: getattr(o, f"{k}_or")(b, true), lambda m: m.full(True), _bool("b"), samples=_BOOLS),
    *_pair("or itself", lambda k: getattr(o, f"{k}_or")(b, b), b, _bool("b"), samples=_BOOLS),
)

# Types --------------------------------------------------------------------------------------------------------------


def _widens(m: Match) -> bool:
    """Whether the first of two conversions loses nothing."""
    first, second = m.type("x").dtype, m.params["to"]
    return hasattr(first, "kind") and backend.implementation("can_cast")(first, second, "safe")


_WIDE = tuple(
    Sample({"x": (7,)}, {"to": backend.dtype(to), "then": backend.dtype(then)}, given)
    for given, to, then in (("f", "d", "f"), ("i", "d", "l"), ("?", "i", "d"))
)

_TYPES = (
    Rule("same dtype", o.astype(x, dtype="to"), x, samples=(Sample({"x": (7,)}, {"to": backend.dtype("d")}, "d"),)),
    Rule(
        "wider, then another dtype",
        o.astype(o.astype(x, dtype="to"), dtype="then"),
        o.astype(x, dtype=lambda m: m.params["then"]),
        lambda m: _widens(m) and (m.params["to"].kind != "c" or m.params["then"].kind == "c"),
        samples=_WIDE,
    ),
    Rule("conjugate of conjugate", o.conj(o.conj(x)), x, samples=(Sample({"x": (7,)}, dtypes="Dd"),)),
    Rule("conjugate of real", o.conj(x), x, _is("fi"), samples=_VECTORS),
    Rule("real part of real", o.real(x), x, lambda m: _kind(m.type("x")) in "fi", samples=_VECTORS),
)

# Broadcasting -------------------------------------------------------------------------------------------------------


def _source(m: Match, atom: Atom) -> Atom:
    """What an input of an elementwise operation repeats, which broadcasts by itself."""
    definition = m.definition(atom)
    if definition is None or definition.primitive.name not in ("broadcast_to", "reshape"):
        return atom
    (source,) = definition.inputs
    shape = type_of_atom(source).shape
    if definition.primitive.name == "reshape":  # which only puts axes in front
        new = type_of_atom(atom).shape
        return source if (1,) * (len(new) - len(shape)) + shape == new else atom
    return source


def _sink(m: Match) -> Atom | None:
    """Compute with what was not repeated yet, and repeat the result where nothing else gives it its shape."""
    inputs = [_source(m, atom) for atom in m.inputs]
    if all(new is old for new, old in zip(inputs, m.inputs, strict=True)):
        return None
    return m.spread(m.apply(m.primitive, *inputs, **m.root_params), m.out.shape)


def _reshape_later(m: Match) -> Atom | None:
    """Compute with what was not reshaped yet, where all inputs are reshaped alike, numbers or constants apart."""
    sources: list[Atom] = []
    shape = None
    for atom in m.inputs:
        definition = m.definition(atom)
        if definition is not None and definition.primitive.name == "reshape" and atom.type.shape == m.out.shape:
            (source,) = definition.inputs
            if shape not in (None, type_of_atom(source).shape):
                return None
            shape = type_of_atom(source).shape
    if shape is None or _adds_axes(m.out.shape, shape):
        return None
    for atom in m.inputs:
        definition = m.definition(atom)
        if not hasattr(atom, "type") or atom.type.shape == ():
            sources.append(atom)
        elif definition is not None and definition.primitive.name == "reshape" and atom.type.shape == m.out.shape:
            sources.append(definition.inputs[0])
        elif m.is_constant(atom) and atom.type.shape == m.out.shape:
            sources.append(m.make("reshape", atom, shape=shape))
        else:
            return None
    return m.make("reshape", m.apply(m.primitive, *sources, **m.root_params), shape=m.out.shape)


def _adds_axes(before: Shape, after: Shape) -> bool:
    """Whether a shape is another with axes of length one added: those are taken away, by ``_squeezed``."""
    return len(after) > len(before) and [n for n in before if n != 1] == [n for n in after if n != 1]


def _squeezed(m: Match) -> Atom | None:
    """Compute without axes of one element, where an input had none before it was reshaped."""
    rank = len(m.out.shape)
    axes = [a for a, n in enumerate(m.out.shape) if n != 1]
    if len(axes) == rank or not any(_has_new_axes(m, atom) for atom in m.inputs):
        return None
    inputs: list[Atom] = []
    for atom in m.inputs:
        shape = type_of_atom(atom).shape
        first = rank - len(shape)
        short = tuple(shape[a - first] for a in axes if a >= first)
        inputs.append(atom if short == shape else m.make("reshape", atom, shape=short))
    return m.make("reshape", m.apply(m.primitive, *inputs, **m.root_params), shape=m.out.shape)


def _has_new_axes(m: Match, atom: Atom) -> bool:
    """Whether an atom is a reshape that added axes of one element, or a constant that can be reshaped beforehand."""
    shape = type_of_atom(atom).shape
    if 1 not in shape:
        return False
    if m.is_constant(atom):
        return prod(shape) <= LARGEST
    definition = m.definition(atom)
    if definition is None or definition.primitive.name != "reshape":
        return False
    source = type_of_atom(definition.inputs[0]).shape
    return len(source) < len(shape) and [n for n in source if n != 1] == [n for n in shape if n != 1]


_BROADCASTING = (
    Rule("repeat later", Family("elementwise", ("broadcast_to", "reshape")), _sink),
    Rule("no axes of one element", Family("elementwise", ("reshape", CAPTURED)), _squeezed),
    Rule("reshape later", Family("elementwise", ("reshape",)), _reshape_later),
)

ARITHMETIC: tuple[Rule, ...] = (*_TYPES, *_NEUTRAL, *_ABSORBING, *_SIGNS, *_POWERS, *_LOGIC, *_BROADCASTING)
"""Rules whose root is elementwise."""

"""The language of rewrite rules: a pattern of equations, what stands in its place, and when.

A pattern is made of holes, numbers and operations on them::

    Rule("double negative", o.negative(o.negative(x)), x)

In a pattern a parameter is given a name, under which a match knows it (where a name stands twice, the parameters are
equal); in a replacement it is a function of the match::

    Rule("reshape of reshape", o.reshape(o.reshape(x)), o.reshape(x, shape=lambda m: m.out.shape))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from ...backends import backend
from ...core.primitive import Primitive
from ...core.program import Atom, Variable
from ...core.types import ArrayType, Shape
from .bounds import absorbs_nothing
from .rewriter import frozen, type_of_atom

if TYPE_CHECKING:
    from .algebra import Algebra

__all__ = [
    "COMMUTATIVE",
    "Family",
    "Hole",
    "Match",
    "Number",
    "Op",
    "Pattern",
    "Rest",
    "Rule",
    "Sample",
    "CAPTURED",
    "match",
    "kind_of_number",
    "may_match",
    "o",
    "same_number",
]

COMMUTATIVE = frozenset(
    ["add", "multiply", "equal", "not_equal"]
    + [f"{kind}_{operation}" for kind in ("logical", "bitwise") for operation in ("and", "or", "xor")]
)
"""Primitives whose two inputs may change places, to the bit."""


@dataclass(frozen=True)
class Hole:
    """Matches any atom, and the same one wherever it stands again."""

    name: str


@dataclass(frozen=True)
class Rest:
    """Matches all inputs that follow, as a tuple; stands last in an operation only."""

    name: str


@dataclass(frozen=True)
class Number:
    """Matches a Python number with a property."""

    name: str
    test: Callable[[Any], bool]
    samples: tuple[Any, ...]
    """Numbers that have the property, for the tests."""


@dataclass(frozen=True)
class Op:
    """Matches an equation of a primitive."""

    primitive: str
    inputs: tuple[Pattern, ...]
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """Matches an equation of any primitive of a family, of which an input is made by one of some primitives.

    It stands at the root of a pattern only.
    """

    family: str
    made_by: tuple[str, ...]


Pattern = Any  # Hole | Rest | Number | Op | Family, or a Python number that stands for itself


class _Operations:
    """``o.add(x, y)`` is the pattern of an equation of the primitive ``add``."""

    def __getattr__(self, name: str) -> Callable[..., Op]:
        return lambda *inputs, **params: Op(name, inputs, params)


o = _Operations()


@dataclass(frozen=True)
class Sample:
    """Shapes (or types) of a pattern's holes, and its parameters, on which the tests try a rule."""

    holes: dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)
    dtypes: str = "dfil?"


@dataclass(frozen=True)
class Rule:
    """What stands in place of a pattern: a pattern, or a function of the match that gives an atom or None.

    A rule applies only where the new atom has the type of the old one. It is exact, NaN, infinities and signed zeros
    included, unless it says otherwise.
    """

    name: str
    pattern: Pattern
    replacement: Any
    condition: Callable[[Match], bool] | None = None
    ulps: int = 0
    """By how many units in the last place results may differ."""
    signed_zeros: bool = True
    """Whether zeros keep their sign. Not in reductions; nor where a zero is *absorbed*: there evaluation itself gives
    one sign or the other, as other elements of the array are finite or not."""
    samples: tuple[Sample, ...] = ()


class Match:
    """A pattern found in a program."""

    def __init__(
        self, algebra: Algebra, primitive: Primitive, inputs: Sequence[Atom], params: dict[str, Any], out: ArrayType
    ) -> None:
        self._algebra = algebra
        self.primitive = primitive
        self.inputs = inputs
        self.root_params = params
        self.out = out
        """The type of the result."""
        self.atoms: dict[str, Atom] = {}
        self.params: dict[str, Any] = {}
        self.make = algebra.make
        self.apply = algebra.apply

    def __getitem__(self, name: str) -> Atom:
        return self.atoms[name]

    def type(self, name: str) -> ArrayType:
        """The type of what is in a hole."""
        return type_of_atom(self.atoms[name])

    def definition(self, atom: Atom) -> Any:
        """The equation that assigns a variable; None for inputs, constants and numbers."""
        return self._algebra.definitions.get(atom) if isinstance(atom, Variable) else None

    def absorbs_nothing(self, x: str, y: str) -> bool:
        """Whether the product of what is in two holes is 0 wherever the first is."""
        return backend.dtype(self.out.dtype).kind == "f" and absorbs_nothing(
            self._algebra.definitions, self.atoms[x], self.atoms[y]
        )

    def is_constant(self, atom: Atom) -> bool:
        """Whether an atom is an array that the program captured."""
        return isinstance(atom, Variable) and atom in self._algebra.constants

    def full(self, number: Any) -> Atom:
        """An array of the result's type, of one number."""
        return self._algebra.full(number, self.out)

    def spread(self, atom: Atom, shape: Shape) -> Atom:
        """An atom broadcast to a shape."""
        return atom if type_of_atom(atom).shape == shape else self.make("broadcast_to", atom, shape=shape)


def same_number(a: Any, b: Any) -> bool:
    """Whether two Python numbers are equal, signs of zeros included; True is no number."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b) and repr(complex(a)) == repr(complex(b))


NUMBER, SPECIAL, CAPTURED = "a number", "a special number", "captured"
"""What an input is that no equation made: a Python number, or an array that the program captured."""


def kind_of_number(number: Any) -> str:
    """Whether a number is one of those that patterns may name as they are: 0, 1, infinity, and their negatives."""
    return SPECIAL if abs(number) in (0, 1, inf) else NUMBER


def may_match(pattern: Op | Family, kinds: Sequence[str]) -> bool:
    """Whether a pattern can match an equation whose inputs are of these kinds: a first question, and a quick one."""
    if isinstance(pattern, Family):
        return any(kind in pattern.made_by for kind in kinds)
    if pattern.inputs and isinstance(pattern.inputs[-1], Rest):
        return True
    if len(pattern.inputs) != len(kinds):
        return False
    orders = (kinds, kinds[::-1]) if pattern.primitive in COMMUTATIVE else (kinds,)
    return any(all(map(_may_be, pattern.inputs, order)) for order in orders)


def _may_be(pattern: Pattern, kind: str) -> bool:
    if isinstance(pattern, Op):
        return pattern.primitive == kind
    if isinstance(pattern, Number):
        return kind in (NUMBER, SPECIAL)
    return isinstance(pattern, Hole) or kind == kind_of_number(pattern) == SPECIAL


def match(pattern: Pattern, atom: Atom, found: Match) -> bool:
    """Match a pattern with an atom, and note what is in its holes."""
    if isinstance(pattern, Op):
        equation = found.definition(atom)
        if equation is None or equation.primitive.name != pattern.primitive:
            return False
        return match_inputs(pattern, equation.inputs, equation.params, found)
    if isinstance(pattern, Hole):
        earlier = found.atoms.setdefault(pattern.name, atom)
        if earlier is atom:
            return True
        return not isinstance(earlier, Variable) and not isinstance(atom, Variable) and same_number(earlier, atom)
    if isinstance(atom, Variable):
        return False
    if isinstance(pattern, Number):
        return bool(pattern.test(atom)) and match(Hole(pattern.name), atom, found)
    return same_number(pattern, atom)


def match_inputs(pattern: Op, inputs: Sequence[Atom], params: Any, found: Match) -> bool:
    """Match an operation's inputs and parameters; of a commutative one in either order."""
    if pattern.inputs and isinstance(pattern.inputs[-1], Rest):
        fixed = len(pattern.inputs) - 1
        found.atoms[pattern.inputs[-1].name] = tuple(inputs[fixed:])
        pattern, inputs = Op(pattern.primitive, pattern.inputs[:-1], pattern.params), inputs[:fixed]
    if len(pattern.inputs) != len(inputs):
        return False
    if pattern.primitive not in COMMUTATIVE or len(inputs) != 2:
        return _match_all(pattern, inputs, params, found)
    before = dict(found.atoms), dict(found.params)
    if _match_all(pattern, inputs, params, found):
        return True
    found.atoms, found.params = before
    return _match_all(pattern, inputs[::-1], params, found)


def _match_all(pattern: Op, inputs: Sequence[Atom], params: Any, found: Match) -> bool:
    for part, atom in zip(pattern.inputs, inputs, strict=True):
        if not isinstance(part, (Hole, Op)) and isinstance(atom, Variable):
            return False
    for part, atom in zip(pattern.inputs, inputs, strict=True):
        if not match(part, atom, found):
            return False
    for key, name in pattern.params.items():  # a name that stands again means an equal parameter
        if name in found.params and frozen(found.params[name]) != frozen(params[key]):
            return False
        found.params[name] = params[key]
    return True

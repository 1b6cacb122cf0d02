"""What is known of values without running: where an array cannot be infinite, and where a NaN in it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import exp, isfinite

from ...backends import backend
from ...core.program import Atom, Equation, Variable
from .rewriter import type_of_atom

__all__ = ["absorbs_nothing"]

Definitions = Mapping[Variable, Equation]
Bound = tuple[float, frozenset[Variable]]
"""A bound on the magnitude, and arrays: an element is NaN only where one of these is."""

_DEPTH = 6
_LARGEST = 1e30
"""Larger bounds count as none: in float32 a product of them may be infinite."""

_STRICT = {
    *("add", "subtract", "multiply", "divide", "negative", "absorbing_multiply"),
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "arctan"),
}
"""Elementwise primitives that give NaN for NaN, whatever their other input is."""


def absorbs_nothing(definitions: Definitions, x: Atom, y: Atom) -> bool:
    """Whether ``x * y`` is 0 wherever ``x`` is, so that ``absorbing_multiply`` has nothing to absorb.

    So it is where ``y`` is never infinite, and NaN only where ``x`` is as well: as in tanh(a) * exp(-a * a).
    """
    bound = _bound(definitions, y, _DEPTH)
    if bound is None or not isinstance(x, Variable):
        return False
    return bound[1] <= _spread_nan(definitions, x)


def _spread_nan(definitions: Definitions, x: Variable) -> set[Variable]:
    """Arrays that make an element of ``x`` NaN where theirs is: those of its shape that it is computed of."""
    found = {x}
    level = [x]
    for _ in range(_DEPTH):
        inputs: list[Variable] = []
        for variable in level:
            equation = definitions.get(variable)
            if equation is None or equation.primitive.name not in _STRICT:
                continue
            absorbs = equation.primitive.name == "absorbing_multiply"  # its second input does not matter at a zero
            inputs += [
                a
                for a in equation.inputs[: 1 if absorbs else None]
                if isinstance(a, Variable) and a not in found and a.type.shape == x.type.shape
            ]
            found.update(inputs)
        level = inputs
    return found


def _bound(definitions: Definitions, atom: Atom, depth: int) -> Bound | None:
    """A bound on an array of real floating-point numbers or truth values; None where none is known."""
    if not isinstance(atom, Variable):
        known = isinstance(atom, (bool, int, float)) and isfinite(atom)
        return (abs(float(atom)), frozenset()) if known else None
    kind = backend.dtype(type_of_atom(atom).dtype).kind
    if kind == "b":
        return 1.0, frozenset()
    equation = definitions.get(atom)
    if kind != "f" or equation is None or depth == 0 or backend.dtype(atom.type.dtype).itemsize < 4:
        return None
    name, inputs = equation.primitive.name, equation.inputs
    if name in ("tanh", "arctan") and isinstance(inputs[0], Variable):
        return 1.6, frozenset(inputs)
    if name == "exp" and (source := _negative_square(definitions, inputs[0])) is not None:
        return 1.0, frozenset([source])
    bounds = [_bound(definitions, a, depth - 1) for a in inputs] if name in _BOUNDED else []
    known_bounds = [b for b in bounds if b is not None]
    if not bounds or len(known_bounds) < len(bounds):
        return None
    limit = _BOUNDED[name](*[b[0] for b in known_bounds])
    return (limit, frozenset().union(*[b[1] for b in known_bounds])) if limit < _LARGEST else None


_BOUNDED: dict[str, Callable[..., float]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x + y,
    "multiply": lambda x, y: x * y,
    "negative": lambda x: x,
    "sin": lambda x: 1.0,  # of infinity it is NaN
    "cos": lambda x: 1.0,
    "exp": lambda x: exp(min(x, 100.0)),
}


def _negative_square(definitions: Definitions, atom: Atom) -> Variable | None:
    """``x`` of -(x * x)."""
    outer = definitions.get(atom) if isinstance(atom, Variable) else None
    if outer is None or outer.primitive.name != "negative":
        return None
    inner = definitions.get(outer.inputs[0])
    if inner is None or inner.primitive.name != "multiply" or inner.inputs[0] is not inner.inputs[1]:
        return None
    found = inner.inputs[0]
    return found if isinstance(found, Variable) else None

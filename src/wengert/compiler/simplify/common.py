"""``common``: what is computed twice is computed once."""

from __future__ import annotations

from typing import Any

from ...core.program import Atom, Equation, Program, Variable
from .patterns import COMMUTATIVE
from .rewriter import Rewriter, effectful, frozen

__all__ = ["common"]


def common(program: Program) -> Program:
    """Replace equations that equal an earlier one (the same primitive, inputs and parameters) by its outputs.

    What has an effect, such as a draw of random numbers or a barrier, equals nothing.
    """
    rewriter = Rewriter(program)
    known: dict[Any, Equation] = {}
    for equation in program.equations:
        inputs = rewriter.inputs(equation)
        if effectful(equation):
            rewriter.keep(equation, inputs)
            continue
        earlier = known.setdefault(_key(equation, inputs), equation)
        if earlier is equation:
            rewriter.keep(equation, inputs)
        else:
            for variable, same in zip(equation.outputs, earlier.outputs, strict=True):
                rewriter.replace(variable, same)
    return rewriter.program()


def _key(equation: Equation, inputs: tuple[Atom, ...]) -> Any:
    name = equation.primitive.name
    atoms = [id(a) if isinstance(a, Variable) else frozen(a) for a in inputs]
    if name in COMMUTATIVE and len(inputs) == 2:
        atoms.sort(key=repr)
    params = tuple((k, frozen(v)) for k, v in equation.params.items())
    if len(params) > 1:
        params = tuple(sorted(params, key=lambda pair: pair[0]))
    return (equation.primitive, *atoms), params, tuple(v.type for v in equation.outputs)

"""``dead``: what nobody reads is not computed."""

from __future__ import annotations

from dataclasses import replace

from ...core.program import Program, Variable
from .rewriter import effectful

__all__ = ["dead"]


def dead(program: Program) -> Program:
    """Leave out equations and constants on which no output depends; what has an effect stays."""
    alive = {out for out in program.outputs if isinstance(out, Variable)}
    kept = []
    for equation in reversed(program.equations):
        if not alive.isdisjoint(equation.outputs) or effectful(equation):
            kept.append(equation)
            alive.update(a for a in equation.inputs if isinstance(a, Variable))
    constants = {v: value for v, value in program.constants.items() if v in alive}
    if len(kept) == len(program.equations) and len(constants) == len(program.constants):
        return program
    return replace(program, equations=tuple(kept[::-1]), constants=constants)

"""Simplification: stages that turn a program into one that computes the same with less.

Each stage takes a program and gives one of the same input and output types, which type-checks; each can be left out
alone, to find the one at fault.
"""

from __future__ import annotations

from collections.abc import Collection

from ...core.program import Program
from .algebra import algebra
from .common import common
from .constants import constants
from .dead import dead
from .expansion import expand
from .inlining import inline
from .rewriter import Stage, everywhere

__all__ = ["STAGES", "simplified"]

STAGES: dict[str, Stage] = {
    "inline": everywhere(inline),
    "constants": everywhere(constants),
    "common": everywhere(common),
    "algebra": everywhere(algebra),
    "expand": everywhere(expand),
    "dead": everywhere(dead),
}
"""The stages by their names, in the order in which each first runs."""

_ROUNDS = 10
"""Rounds after which a program is taken as it is; two are usual, of which the second finds nothing to do."""


def simplified(program: Program, off: Collection[str] = ()) -> Program:
    """A program that computes the same with less.

    Parameters
    ----------
    program
        Its constants never change: arrays to be read anew at each call are inputs.
    off
        Names of stages to leave out.

    Returns
    -------
    A program with the same types of inputs and outputs, of which no stage changes anything any more.
    """
    unknown = set(off) - set(STAGES)
    if unknown:
        raise ValueError(f"no stage is called {', '.join(sorted(unknown))}; there are {', '.join(STAGES)}")
    stages = [stage for name, stage in STAGES.items() if name not in off]
    for _ in range(_ROUNDS):
        before = program
        for stage in stages:
            program = stage(program)
        if program is before:
            break
    return program

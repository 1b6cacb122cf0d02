"""``split``: a program in two, one that runs early and one that runs when the rest of the inputs is there.

A program of values and cotangents becomes a forward and a backward program this way; a loop's body, what can be
computed once before the loop and what each step is left with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import prod
from typing import NamedTuple

from ..core.lowering import Elementwise
from ..core.primitive import Primitive
from ..core.program import Atom, Equation, Program, Variable
from ..ops.shaping import broadcast_to, reshape

__all__ = ["Parts", "split"]


class Parts(NamedTuple):
    """A program that was split.

    What the program gives is put together of both parts' outputs: ``late_outputs`` says which are the late part's.
    """

    early: Program
    """Takes the inputs that are not late; gives the program's early outputs, then the residuals, all in order."""
    late: Program
    """Takes the residuals, then ``again``, then the late inputs, all in order; gives the late outputs in order."""
    residuals: tuple[Variable, ...]
    """What the late part reads and the early part must give."""
    again: tuple[Variable, ...]
    """Those early inputs that the late part is given once more."""
    late_outputs: tuple[int, ...]
    """The positions, among the program's outputs, of those that the late part gives."""


def split(
    program: Program,
    late: Collection[Variable],
    *,
    late_outputs: Collection[int] = (),
    again: Collection[Variable] | None = None,
    recompute: bool = True,
    impure_late: bool = False,
) -> Parts:
    """Partition a program by which inputs are known early.

    Equations that do not depend on the late inputs go to the early part. Constants are kept by each part that reads
    them. Both parts keep the variables of the program, and only equations and constants that they need.

    Parameters
    ----------
    program
        What to split.
    late
        The inputs that are known late only.
    late_outputs
        Positions of outputs that the late part is to give although they do not depend on the late inputs.
    again
        The early inputs that the late part may be given once more instead of as residuals, because they are there
        anyway; by default all.
    recompute
        Whether a residual that follows by cheap elementwise work from what else is kept is computed again, instead of
        kept too.
    impure_late
        Whether impure equations go to the late part, as they must where it runs several times.

    Examples
    --------
    >>> import wengert as wg
    >>> program = wg.trace(lambda x, t: wg.sin(x) * t)(1.0, 1.0)
    >>> parts = split(program, program.inputs[1:])
    >>> print(parts.early)
    program(a: float64[]) -> float64[]:
      b: float64[] = sin(a)
      return b
    >>> print(parts.late)
    program(a: float64[], b: float64[]) -> float64[]:
      c: float64[] = multiply(a, b)
      return c
    """
    waiting = set(late)
    early_equations: list[Equation] = []
    late_equations: list[Equation] = []
    made: dict[Variable, Equation] = {}
    for equation in program.equations:
        if waiting.isdisjoint(equation.inputs) and (equation.primitive.pure or not impure_late):
            early_equations.append(equation)
            made.update(dict.fromkeys(equation.outputs, equation))
        else:
            late_equations.append(equation)
            waiting.update(equation.outputs)
    moved = tuple(k for k, out in enumerate(program.outputs) if k in late_outputs or out in waiting)
    early_inputs = tuple(v for v in program.inputs if v not in late)
    late_inputs = tuple(v for v in program.inputs if v in late)
    free = set(early_inputs if again is None else again) | set(program.constants)
    results = tuple(program.outputs[k] for k in moved)
    late_equations = _needed(late_equations, results)
    # in the order in which they are made, so that the parts do not depend on the order of a set
    read = [a for a in _read(late_equations, results) if a not in waiting]
    if recompute:
        repeated = _recomputed(read, made, free)
        order = {id(e): k for k, e in enumerate(early_equations)}
        repeated.sort(key=lambda e: order[id(e)])
        late_equations = [*repeated, *late_equations]
        own = {v for e in repeated for v in e.outputs}
        read = [a for a in _read(late_equations, results) if a not in waiting and a not in own]
    residuals = tuple(v for v in read if v not in free)
    passed = tuple(v for v in early_inputs if v in free and v in set(read))
    early_results = (*(out for k, out in enumerate(program.outputs) if k not in moved), *residuals)
    return Parts(
        _part(program, early_inputs, early_equations, early_results),
        _part(program, (*residuals, *passed, *late_inputs), late_equations, results),
        residuals,
        passed,
        moved,
    )


def _part(
    program: Program, inputs: Sequence[Variable], equations: Sequence[Equation], outputs: Sequence[Atom]
) -> Program:
    return Program(tuple(inputs), tuple(equations), tuple(outputs), program.constants).pruned()


def _needed(equations: Sequence[Equation], outputs: Sequence[Atom]) -> list[Equation]:
    """The equations on which the outputs depend."""
    alive = {out for out in outputs if isinstance(out, Variable)}
    kept = []
    for equation in reversed(equations):
        if not equation.primitive.pure or not alive.isdisjoint(equation.outputs):
            kept.append(equation)
            alive.update(a for a in equation.inputs if isinstance(a, Variable))
    return kept[::-1]


def _read(equations: Sequence[Equation], outputs: Sequence[Atom]) -> list[Variable]:
    """The variables that the equations and the result read, once each."""
    atoms = (*(a for e in equations for a in e.inputs), *outputs)
    return list(dict.fromkeys(a for a in atoms if isinstance(a, Variable)))


# ---------------------------------------------------------------------------------------------------------------------
# What to compute again
# ---------------------------------------------------------------------------------------------------------------------


def _is_cheap(primitive: Primitive) -> bool:
    """Whether an operation costs less than to write a value and read it back."""
    lowering = primitive.lowering
    return primitive in (broadcast_to, reshape) or (isinstance(lowering, Elementwise) and lowering.cost <= 1)


def _recomputed(read: Sequence[Variable], made: dict[Variable, Equation], free: Collection[Variable]) -> list[Equation]:
    """Cheap equations that the late part can repeat, so that it needs fewer residuals."""
    kept = {v for v in read if v in made or v not in free}
    repeated: dict[int, Equation] = {}

    def follows(v: Variable, trail: list[Equation], available: Callable[[Variable], bool]) -> bool:
        """Whether a variable follows by cheap equations, which are added to the trail, from what is available."""
        if available(v):
            return True
        equation = made.get(v)
        if equation is None or not _is_cheap(equation.primitive) or len(trail) >= 8:
            return False
        trail.append(equation)
        return all(follows(a, trail, available) for a in equation.inputs if isinstance(a, Variable))

    for v in read:  # what was broadcast or copied is kept as it was before
        while v in kept and (source := _source(v, made)) is not None:
            kept.remove(v)
            repeated[id(made[v])] = made[v]
            if source not in free:
                kept.add(source)
            v = source
    positions = {id(e): k for k, e in enumerate(made.values())}
    for v in sorted(kept & made.keys(), key=lambda v: positions[id(made[v])], reverse=True):
        trail: list[Equation] = []
        kept.remove(v)
        if follows(v, trail, lambda u: u in kept or u in free):
            repeated.update((id(e), e) for e in trail)
        else:
            kept.add(v)
    return list(repeated.values())


def _source(v: Variable, made: dict[Variable, Equation]) -> Variable | None:
    """What a variable is a larger copy of, or the same elements."""
    equation = made.get(v)
    if equation is None or equation.primitive not in (broadcast_to, reshape):
        return None
    (source,) = equation.inputs
    if not isinstance(source, Variable) or isinstance(source.type.dtype, type):
        return None
    return source if prod(source.type.shape) <= prod(v.type.shape) else None

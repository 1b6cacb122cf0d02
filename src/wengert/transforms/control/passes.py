"""A joint body in two scans: one that computes and keeps, and one that reads what was kept.

A joint body computes values, and with them cotangents or tangents. It is taken apart threefold: what does not change
from step to step is computed once; what belongs to the values goes to the first scan; the rest, to the second.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.interpreter import apply
from ...core.primitive import Primitive
from ...core.program import Program, Variable
from ...core.types import Value
from ..partition import split
from .derivation import Derived, remade

__all__ = ["Kept", "TwoPass", "bind", "hoisted", "sections"]


def sections(values: Sequence[Value], *sizes: int) -> list[list[Value]]:
    """Consecutive parts of these sizes."""
    parts, start = [], 0
    for size in sizes:
        parts.append(list(values[start : start + size]))
        start += size
    return parts


def hoisted(program: Program, fixed: Sequence[Variable]) -> tuple[Program, Program, tuple[Variable, ...]]:
    """What can be computed before a loop, and what is left for each step.

    Returns
    -------
    The program of what depends on the fixed inputs alone; the rest, whose first inputs are what that gives, and then
    those of the fixed inputs that it reads; and these.
    """
    changing = set(program.inputs) - set(fixed)
    parts = split(program, changing, late_outputs=range(len(program.outputs)), recompute=False, impure_late=True)
    return parts.early, parts.late, parts.again


def bind(
    scan: Primitive,
    body: Program,
    consts: Sequence[Value],
    init: Sequence[Value],
    xs: Sequence[Value],
    length: int,
    reverse: bool,
    checkpoints: int | None = None,
) -> tuple[Value, ...]:
    """A scan with a body of constants, carry and entries; without the constants and entries that it does not read."""
    read = {*body.outputs, *(a for e in body.equations for a in e.inputs)}
    vc, vk, vx = sections(body.inputs, len(consts), len(init), len(xs))
    pairs_c = [(v, x) for v, x in zip(vc, consts, strict=True) if v in read]
    pairs_x = [(v, x) for v, x in zip(vx, xs, strict=True) if v in read]
    inputs = (*(v for v, _ in pairs_c), *vk, *(v for v, _ in pairs_x))
    if len(inputs) != len(body.inputs):
        body = Program(inputs, body.equations, body.outputs, body.constants)
    out: tuple[Value, ...] = apply(
        scan,
        *(x for _, x in pairs_c),
        *init,
        *(x for _, x in pairs_x),
        body=body,
        length=length,
        reverse=reverse,
        counts=(len(pairs_c), len(init)),
        checkpoints=checkpoints,
    )
    return out


class Kept:
    """What the first scan leaves for the second; a recorded sweep computes it anew."""

    __slots__ = ("before", "stacks")

    def __init__(self, before: Sequence[Value], stacks: Sequence[Value]) -> None:
        self.before = list(before)
        """What was computed once."""
        self.stacks = list(stacks)
        """What each step kept."""


class TwoPass:
    """The two scans of a joint body.

    Parameters
    ----------
    scan
        The primitive.
    joint
        Takes constants, carry and entries, then late constants, late carry and late entries; gives carry and results,
        then late carry and late results.
    early, late
        How many constants, carries and entries there are of either kind.
    given
        How many outputs are not late.
    """

    def __init__(
        self, scan: Primitive, joint: Derived, early: tuple[int, int, int], late: tuple[int, int, int], given: int
    ) -> None:
        self.scan, self._captured, self.given = scan, joint.captured, given
        program = joint.program
        fixed, self.carry, self.entries, self.late_fixed, self.late_carry, self.late_entries = sections(
            program.inputs, len(joint.captured) + early[0], *early[1:], *late
        )
        self.fixed: list[Variable] = fixed
        self.before, rest, self.again = hoisted(program, fixed)
        computed = rest.inputs[: len(self.before.outputs)]
        parts = split(
            rest,
            {*self.late_fixed, *self.late_carry, *self.late_entries},
            late_outputs=range(given, len(program.outputs)),
            again=(*computed, *self.again, *self.entries),
        )
        self.first_body = parts.early
        passed = set(parts.again)
        self.fixed_again = [v for v in (*computed, *self.again) if v in passed]
        self.entries_again = [v for v in self.entries if v in passed]
        self.computed, self.residuals, self.second_body = computed, parts.residuals, parts.late

    def first(
        self, consts: Sequence[Value], init: Sequence[Value], xs: Sequence[Value], length: int, reverse: bool
    ) -> tuple[tuple[Value, ...], Kept]:
        """The outputs, and what is kept."""
        known = dict(zip(self.fixed, (*remade(self._captured), *consts), strict=True))
        before = self.before.evaluate(*known.values())
        fixed = [*before, *(known[v] for v in self.again)]
        out = bind(self.scan, self.first_body, fixed, init, xs, length, reverse)
        return out[: self.given], Kept(before, out[self.given :])

    def second(
        self,
        consts: Sequence[Value],
        xs: Sequence[Value],
        kept: Kept,
        late_consts: Sequence[Value],
        late_init: Sequence[Value],
        late_xs: Sequence[tuple[Value, bool]],
        length: int,
        reverse: bool,
    ) -> tuple[Value, ...]:
        """The late outputs; a late entry is a stack of entries, or (False) the same for all steps."""
        known = dict(zip(self.fixed, (*remade(self._captured), *consts), strict=True))
        known.update(zip(self.computed, kept.before, strict=True))
        stacks = dict(zip(self.entries, xs, strict=True))
        same = [(v, x) for v, (x, stacked) in zip(self.late_entries, late_xs, strict=True) if not stacked]
        changing = [(v, x) for v, (x, stacked) in zip(self.late_entries, late_xs, strict=True) if stacked]
        fixed = [
            *((v, known[v]) for v in self.fixed_again),
            *zip(self.late_fixed, late_consts, strict=True),
            *same,
        ]
        entries = [
            *zip(self.residuals, kept.stacks, strict=True),
            *((v, stacks[v]) for v in self.entries_again),
            *changing,
        ]
        body = self.second_body
        inputs = (*(v for v, _ in fixed), *self.late_carry, *(v for v, _ in entries))
        body = Program(inputs, body.equations, body.outputs, body.constants)
        return bind(self.scan, body, [x for _, x in fixed], late_init, [x for _, x in entries], length, reverse)

"""A schedule as text."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.program import Equation, names
from .module import Lowered
from .schedule import Kernel

__all__ = ["plan_text"]


def plan_text(lowered: Lowered) -> str:
    """What runs in which order, and what shares a loop."""
    plan = lowered.plan
    name = names(plan.program)
    called_out = {c.equation for c in lowered.callouts}

    def text(equation: Equation) -> str:
        outputs = ", ".join(f"{name[v]}: {v.type}" for v in equation.outputs)
        inputs = ", ".join(name.get(a, repr(a)) if a in name else repr(a) for a in equation.inputs)
        arrow = f"{outputs} = " if outputs else ""
        return f"{arrow}{equation.primitive.name}({inputs})"

    def lines() -> Iterator[str]:
        for registers, work in zip(plan.registers, plan.work, strict=True):
            if registers:
                yield "registers:"
                yield from (f"  {text(e)}" for e in registers)
            for item in work:
                if isinstance(item, Kernel):
                    yield f"loop over {list(item.space)}:"
                    yield from (
                        f"  {text(e)}" + (" [stored]" if e.outputs[0] in item.stored else "") for e in item.members
                    )
                    yield from (f"  {text(e)} [reduced]" for e in item.reductions)
                elif item.equation in called_out:
                    yield f"called out: {text(item.equation)}"
                else:
                    yield f"step: {text(item.equation)}"

    return "\n".join([*lines(), f"arena: {lowered.arena} bytes"])

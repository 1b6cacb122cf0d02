"""Calling out: an equation without machine code of its own is evaluated by NumPy, from the compiled program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.program import Equation, Variable
from ..native.convention import CALLED_OUT_FAILED, dtype_of
from .function import Place

if TYPE_CHECKING:
    from .region import Region

__all__ = ["CallOut", "emit_callout"]


@dataclass(frozen=True)
class CallOut:
    """An equation, and how its inputs and outputs lie in the memory that is passed."""

    equation: Equation
    places: tuple[Place, ...]


def emit_callout(region: Region, equation: Equation) -> None:
    """Write a call of the function that evaluates equations, which the caller of the program provides."""
    f = region.function
    places = [region.memory(a) for a in equation.inputs if isinstance(a, Variable)]
    for v in equation.outputs:
        if v not in region.places:
            region.bind(v, region.scratch(v.type.shape, dtype_of(v.type)))
        places.append(region.places[v])
    pointers = f.alloca("ptr", len(places))
    for k, place in enumerate(places):
        slot = f.value(f"getelementptr inbounds ptr, ptr {pointers}, i64 {k}")
        f.emit(f"store ptr {f.base(place)}, ptr {slot}")
    number = len(region.unit.callouts)
    region.unit.callouts.append(CallOut(equation, tuple(places)))
    status = f.value(f"call i32 %callout(i64 {number}, ptr {pointers})")
    failed, passed = f.new_label("failed"), f.new_label("passed")
    f.branch_if(f.value(f"icmp eq i32 {status}, 0"), passed, failed)
    f.begin(failed)
    f.emit(f"ret i32 {CALLED_OUT_FAILED}")
    f.begin(passed)

"""Equations that run by themselves: guards, assemblies, library calls, loops of their own, and calls out to NumPy."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING

from ...core.lowering import Assembly, Special
from ...core.program import Equation, Variable
from ..native.convention import dtype_of
from ..scalars.ir import supported
from ..tracing.guards import condition
from .blas import emit_matmul
from .callout import emit_callout
from .control import emit_cond, emit_scan, emit_while
from .function import Place
from .kinds import fits
from .lapack import emit_cholesky, emit_det, emit_inv, emit_slogdet, emit_solve, emit_triangular_matmul
from .recurrences import emit_cumulative, emit_recurrence
from .scattering import emit_gather, emit_scatter
from .writes import emit_spread, emit_write, emit_zeros

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_guard", "emit_step"]


def emit_step(region: Region, equation: Equation) -> None:
    """Write the code of one equation."""
    lowering = equation.primitive.lowering
    types = [a.type for a in (*equation.inputs, *equation.outputs) if isinstance(a, Variable)]
    if not all(supported(dtype_of(t)) for t in types) and lowering not in _COPIES:
        emit_callout(region, equation)
    elif isinstance(lowering, Assembly) and all(fits(a, dtype_of(types[-1])) for a in equation.inputs):
        _emit_assembly(region, equation, lowering)
    elif isinstance(lowering, Special) and lowering.name in _SPECIAL:
        if not _SPECIAL[lowering.name](region, equation):
            emit_callout(region, equation)
    else:
        emit_callout(region, equation)


def _emit_assembly(region: Region, equation: Equation, lowering: Assembly) -> None:
    (out,) = equation.outputs
    target = region.target(out)
    shapes = [region.shape_of(a) for a in equation.inputs]
    parts = lowering.parts(*shapes, **equation.params)
    if lowering.onto_first:
        region.copy(region.memory(equation.inputs[0], target.dtype), target)
    elif sum(prod(part[1]) for part in parts) < target.size:
        emit_zeros(region, target)
    for number, space, rule in parts:
        atom = equation.inputs[number]
        if equation in region.settled:
            assert isinstance(atom, Variable)
            emit_spread(region, region.materialised(atom), target, space, rule)
        else:
            emit_write(region, atom, target, space, rule)


def _emit_reshape(region: Region, equation: Equation) -> bool:
    (x,), (out,) = equation.inputs, equation.outputs
    target = region.places.get(out)
    if target is None:
        assert isinstance(x, Variable)
        region.bind(out, region.places[x].reshaped(out.type.shape))
        return True
    region.copy(region.memory(x, target.dtype), target.reshaped(region.shape_of(x)))
    return True


def _emit_matmul(region: Region, equation: Equation) -> bool:
    return emit_triangular_matmul(region, equation) or emit_matmul(region, equation)


def emit_guard(region: Region, equation: Equation) -> None:
    """Leave the function, saying which guard failed, unless a number is what it was when the program was traced.

    The number that was met is left at the beginning of the arena.
    """
    f, m = region.function, region.m
    (x,), params = equation.inputs, equation.params
    assert isinstance(x, Variable)
    met = region.read(x, [0] * len(x.type.shape))
    holds = condition(m, met, params["kind"], params["expected"])
    passed, failed = f.new_label("passed"), f.new_label("failed")
    f.branch_if(holds.parts[0], passed, failed)
    f.begin(failed)
    if params["kind"] == "number":
        f.store(met, Place.contiguous(region.base, (), met.dtype), ())
    f.emit(f"ret i32 {params['number'] + 1}")
    f.begin(passed)


_COPIES = {Special("reshape"), *map(Special, ("scan", "while_loop", "cond"))}
"""What takes dtypes that have no scalars: their elements are copied at most."""
_SPECIAL: dict[str, Callable[[Region, Equation], bool]] = {
    "reshape": _emit_reshape,
    "matmul": _emit_matmul,
    "cholesky": emit_cholesky,
    "solve": emit_solve,
    "inv": emit_inv,
    "det": emit_det,
    "slogdet": emit_slogdet,
    "gather": emit_gather,
    "scatter_add": emit_scatter,
    "scatter_set": emit_scatter,
    "cumsum": emit_cumulative,
    "cumprod": emit_cumulative,
    "linear_recurrence": emit_recurrence,
    "scan": emit_scan,
    "while_loop": emit_while,
    "cond": emit_cond,
}
"""How each special lowering is written; what gives False is called out after all."""

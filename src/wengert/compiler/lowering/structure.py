"""What a program says of a matrix: of which other one it is the transpose, and whether it is triangular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.lowering import Special
from ...core.program import Atom, Equation, Variable
from .kinds import Kind

if TYPE_CHECKING:
    from .region import Region

__all__ = ["Origin", "origin"]


@dataclass(frozen=True)
class Origin:
    """A matrix (or stack of them) as another one: transposed, or conjugated, or both, or neither.

    The stack may have another shape than that of the other one, but its matrices in the same order.
    """

    variable: Variable
    transposed: bool = False
    conjugated: bool = False

    def of(self, other: Origin) -> Origin:
        """The same matrix, where this one's variable is from elsewhere itself."""
        return Origin(other.variable, self.transposed ^ other.transposed, self.conjugated ^ other.conjugated)


def origin(region: Region, matrix: Variable) -> tuple[Origin, Origin, str | None]:
    """Where a matrix comes from.

    Returns
    -------
    First the matrix that was there first; then the first on the way to it whose memory is sure to be there still where
    this one is read; then ``"lower"`` or ``"upper"`` if *this* matrix is known to be triangular.
    """
    plan = region.plan
    first = memory = Origin(matrix)
    in_memory = False
    while True:
        equation = plan.definition.get(first.variable)
        if equation is None:
            return first, first if not in_memory else memory, None
        if not in_memory:
            memory = first
            in_memory = plan.kinds[equation] != Kind.MAP or plan.in_memory(first.variable)
        step = _step(equation)
        if step is None:
            triangle = "lower" if equation.primitive.lowering == Special("cholesky") else None
            if triangle and first.transposed:
                triangle = "upper"
            return first, memory, triangle
        first = first.of(step)


def _step(equation: Equation) -> Origin | None:
    """What an equation makes its matrices from, if it only moves or conjugates them."""
    x: Atom = equation.inputs[0] if equation.inputs else 0.0
    if not isinstance(x, Variable) or len(x.type.shape) < 2:
        return None
    name, shape = equation.primitive.name, x.type.shape
    lead = tuple(range(len(shape) - 2))
    if name == "transpose":
        axes = equation.params["axes"]
        if axes == (*lead, len(shape) - 1, len(shape) - 2):
            return Origin(x, transposed=True)
        return Origin(x) if axes == tuple(range(len(shape))) else None
    if name == "reshape":
        return Origin(x) if equation.params["shape"][-2:] == shape[-2:] else None
    return Origin(x, conjugated=x.type.dtype.kind == "c") if name == "conj" else None

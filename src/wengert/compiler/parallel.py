"""By how many threads a loop is run: as many as there are, where it takes much longer than to start them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from ..core.types import Shape
from .schedule import Kernel, Kind, element_cost

if TYPE_CHECKING:
    from .region import Region

__all__ = ["share_for"]

WORTH = 250_000
"""Additions (some 25 µs of them, where starting the threads takes 2 to 7) from which on a loop is shared out."""
BESIDE_BLAS = 8
"""So many times more it takes in a program with matrix products: BLAS has threads of its own, which wait for work by
looking for it, and two teams of them are in one another's way."""
PARTIAL = 1 << 16
"""Elements of a reduction's result beyond which it is not made once for each thread."""


def share_for(region: Region, kernel: Kernel, space: Shape) -> int:
    """The threads for a kernel over this space."""
    threads = region.unit.options.threads
    if threads < 2 or space[0] < threads:
        return 1
    work = prod(space) * (1.0 + sum(map(element_cost, kernel.members)) + len(kernel.reductions))
    if work < WORTH * (BESIDE_BLAS if _uses_blas(region) else 1):
        return 1
    for equation in kernel.reductions:
        axes = equation.params["axes"]
        if 0 in axes and prod(n for a, n in enumerate(kernel.space) if a not in axes) > PARTIAL:
            return 1
    return threads


def _uses_blas(region: Region) -> bool:
    return any(e.primitive.name == "matmul" and region.plan.kinds[e] == Kind.STEP for e in region.program.equations)

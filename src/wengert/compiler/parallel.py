"""By how many threads a loop is run: as many as there are, where it takes much longer than to start them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from ..core.types import Shape
from .schedule import Kernel, element_cost

if TYPE_CHECKING:
    from .region import Region

__all__ = ["share_for"]

WORTH = 60_000
"""Additions (some 20 µs of them, where starting the threads takes 2 to 7) from which on a loop is shared out."""
PARTIAL = 1 << 16
"""Elements of a reduction's result beyond which it is not made once for each thread."""


def share_for(region: Region, kernel: Kernel, space: Shape) -> int:
    """The threads for a kernel over this space."""
    threads = region.unit.options.threads
    if threads < 2 or space[0] < threads:
        return 1
    work = prod(space) * (1.0 + sum(map(element_cost, kernel.members)) + len(kernel.reductions))
    if work < WORTH:
        return 1
    for equation in kernel.reductions:
        axes = equation.params["axes"]
        if 0 in axes and prod(n for a, n in enumerate(kernel.space) if a not in axes) > PARTIAL:
            return 1
    return threads

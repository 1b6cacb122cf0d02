"""Examples for the law suite: one is enough of an elementwise operation that is a plain function of SciPy's."""

from __future__ import annotations

from typing import Any

from ...core.primitive import Example

__all__ = ["over"]


def over(domain: tuple[float, float], params: dict[str, Any] | None = None, arity: int = 1) -> tuple[Example, ...]:
    """Examples with values in an interval; of several inputs one broadcasts."""
    shapes = {1: ((2, 2),), 2: ((2, 1), (2,)), 3: ((2, 1), (2,), ())}[arity]
    return (Example(shapes, params or {}, domain=(float(domain[0]), float(domain[1]))),)

"""The orders of special functions: some have no derivative here, and say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.errors import GraphError

__all__ = ["fixed"]


def fixed(function: str, argument: str, advice: str = "") -> Callable[..., Any]:
    """The partial derivative that there is none of: it raises in either mode."""

    def partial(t: Any) -> Any:
        raise GraphError(
            f"{function} has no derivative with respect to its argument {argument} here; "
            + (advice or f"pass {argument} as a plain number, or detach it: wg.stop_gradient({argument})")
        )

    return partial

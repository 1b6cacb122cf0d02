"""SciPy's special functions, imported when the first of them is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["i0", "lambertw", "scipys"]


def scipys(name: str) -> Callable[..., Any]:
    """SciPy's special function of this name, looked up once, when it is first called."""
    found: Callable[..., Any] | None = None

    def evaluate(*inputs: Any) -> Any:
        nonlocal found
        if found is None:
            import scipy.special

            found = getattr(scipy.special, name)
        return found(*inputs)

    evaluate.__module__, evaluate.__name__ = __name__, name
    return evaluate


i0 = scipys("i0")  # NumPy's function of this name takes ten times as long


def lambertw(z: Any, k: Any, *, tol: float) -> Any:
    """The branch ``k`` of the inverse of w exp(w)."""
    return _lambertw(z, k, tol)


_lambertw = scipys("lambertw")

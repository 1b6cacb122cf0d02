"""Special functions: SciPy's own, imported when the first of them is called, and the derivatives that SciPy lacks."""

from . import bessel, deferred, error_functions, incomplete, polygamma, ratios, zeta
from .deferred import scipys

__all__ = ["MODULES", "scipys"]

MODULES = (deferred, error_functions, polygamma, incomplete, bessel, ratios, zeta)
"""Where primitives are evaluated otherwise than by SciPy's function of their name."""

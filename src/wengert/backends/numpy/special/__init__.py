"""Special functions: SciPy's own, imported when the first of them is called, and the derivatives that SciPy lacks."""

from . import bessel, deferred, error_functions, incomplete, polygamma, ratios, zeta

__all__ = ["MODULES"]

MODULES = (deferred, error_functions, polygamma, incomplete, bessel, ratios, zeta)
"""Where the primitives that are special functions are evaluated."""

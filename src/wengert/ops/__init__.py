"""Every primitive, once: what it computes and what follows for its derivatives.

Importing this package fills the registry. A primitive is called like a function; on values of the backend it is
evaluated, on boxes it goes through their interpreters.
"""

from . import (
    bits,
    contraction,
    control,
    convolution,
    elementwise,
    factorisations,
    families,
    fft,
    filtering,
    floating,
    indexing,
    interpolation,
    linalg,
    matrix_functions,
    order_statistics,
    ordering,
    polynomials,
    pseudoinverse,
    random,
    quantiles,
    reductions,
    shaping,
    special,
    spectral,
    sylvester,
    windows,
)

__all__ = [
    "bits",
    "contraction",
    "control",
    "convolution",
    "elementwise",
    "factorisations",
    "families",
    "fft",
    "filtering",
    "floating",
    "indexing",
    "interpolation",
    "linalg",
    "matrix_functions",
    "order_statistics",
    "ordering",
    "polynomials",
    "pseudoinverse",
    "random",
    "reductions",
    "shaping",
    "special",
    "spectral",
    "sylvester",
    "windows",
]
__all__ = ["contraction", "control", "elementwise", "families", "indexing", "linalg", "reductions", "shaping"]
__all__ += ["convolution", "fft", "quantiles", "windows"]

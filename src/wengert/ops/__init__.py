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
    reductions,
    shaping,
    special,
    spectral,
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
    "windows",
]
    factorisations as factorisations,
    matrix_functions as matrix_functions,
    pseudoinverse as pseudoinverse,
    spectral as spectral,
    sylvester as sylvester,
)

__all__ += ["factorisations", "matrix_functions", "pseudoinverse", "spectral", "sylvester"]

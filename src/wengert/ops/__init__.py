"""Every primitive, once: what it computes and what follows for its derivatives.

Importing this package fills the registry. A primitive is called like a function; on values of the backend it is
evaluated, on boxes it goes through their interpreters.
"""

from . import contraction, control, elementwise, families, indexing, linalg, reductions, shaping

__all__ = ["contraction", "control", "elementwise", "families", "indexing", "linalg", "reductions", "shaping"]

from . import (
    coincidence as coincidence,
    factorisations as factorisations,
    matrix_functions as matrix_functions,
    pseudoinverse as pseudoinverse,
    spectral as spectral,
    sylvester as sylvester,
)

__all__ += ["coincidence", "factorisations", "matrix_functions", "pseudoinverse", "spectral", "sylvester"]

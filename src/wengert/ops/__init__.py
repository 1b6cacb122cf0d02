"""Every primitive, once: what it computes and what follows for its derivatives.

Importing this package fills the registry. A primitive is called like a function; on values of the backend it is
evaluated, on boxes it goes through their interpreters.
"""

from . import (
    contraction,
    control,
    convolution,
    elementwise,
    families,
    fft,
    indexing,
    linalg,
    quantiles,
    reductions,
    shaping,
    windows,
)

__all__ = ["contraction", "control", "elementwise", "families", "indexing", "linalg", "reductions", "shaping"]
__all__ += ["convolution", "fft", "quantiles", "windows"]

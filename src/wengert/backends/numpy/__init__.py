"""The NumPy backend: values are NumPy arrays and scalars.

A primitive is evaluated by the function of its name in one of this package's modules, else by NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from . import (
    contraction,
    convolution,
    elementwise,
    fft,
    linalg,
    movement,
    ordering,
    quantiles,
    reductions,
    samples,
    special,
    windows,
)
from .protocol import (
    arange,
    asarray,
    basis,
    dtype,
    frozen_copy,
    half_lower,
    is_array,
    limits,
    lower,
    made,
    noting,
    ones,
    precision,
    quiet,
    remade,
    sample,
    zeros,
)

__all__ = [
    "arange",
    "asarray",
    "basis",
    "dtype",
    "frozen_copy",
    "half_lower",
    "implementation",
    "is_array",
    "limits",
    "lower",
    "made",
    "noting",
    "ones",
    "precision",
    "quiet",
    "remade",
    "sample",
    "zeros",
]

_MODULES: tuple[ModuleType, ...] = (
    contraction,
    convolution,
    elementwise,
    fft,
    linalg,
    movement,
    ordering,
    quantiles,
    reductions,
    samples,
    windows,
    *special.MODULES,
)


def implementation(name: str) -> Callable[..., Any]:
    """The function that evaluates the primitive of this name."""
    for module in (*_MODULES, *special.MODULES):
        own = vars(module).get(name)
        if own is not None and getattr(own, "__module__", None) == module.__name__:
            return own  # type: ignore[no-any-return]
    return getattr(np, name)  # type: ignore[no-any-return]

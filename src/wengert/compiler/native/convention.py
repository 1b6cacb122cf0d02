"""What compiled code and its callers agree on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.types import ArrayType

__all__ = ["CALLED_OUT_FAILED", "FITS_NOT", "RUN_EAGERLY", "dtype_of"]

FITS_NOT = -1
"""What the entry gives for arrays of other types than those compiled for; 0 where the code ran, and a guard's number
plus one where that guard failed."""
CALLED_OUT_FAILED = -2
"""What it gives when an evaluation raised an error."""
RUN_EAGERLY = -3
"""What it gives when the eager evaluation has to say what is wrong."""


def dtype_of(type: ArrayType) -> np.dtype[Any]:
    """The dtype in which a value of this type is computed; a Python number's is that which it has as an array."""
    return np.dtype(type.dtype)

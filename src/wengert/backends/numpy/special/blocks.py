"""Evaluation of many terms or nodes an element, in arrays that the cache holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["blockwise"]

_ELEMENTS = 256


def blockwise(function: Callable[..., Any], *columns: Any) -> Any:
    """A function of one-dimensional arrays, applied to some elements at a time."""
    size = len(columns[0])
    parts = [function(*(c[i : i + _ELEMENTS] for c in columns)) for i in range(0, size, _ELEMENTS)]
    return np.concatenate(parts) if parts else np.zeros(0)

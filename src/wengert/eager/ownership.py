"""Whether anybody else can see an array's memory: what may be written, and what must be copied."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..core.interpreter import Box

__all__ = ["alone"]


class _Handle:
    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = np.empty(0)


def _references(handle: Any) -> int:
    return sys.getrefcount(handle._value)


_NO_OTHERS = _references(_Handle())
"""The references to an array's memory where nobody else can see it: the array's, and those of the question itself."""


def alone(array: Box) -> bool:
    """Whether nobody else can see the memory of an array, so that it can be written instead of copied."""
    return (
        type(array._value) is np.ndarray
        and array._value.base is None
        and array._value.flags.writeable
        and _references(array) <= _NO_OTHERS
    )

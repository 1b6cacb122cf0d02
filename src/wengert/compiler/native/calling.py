"""Calling machine code from Python: as a builtin that reads NumPy's arrays itself.

The layout of an array object is NumPy's C API (``PyArrayObject_fields``), that of a builtin Python's (``PyMethodDef``).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

__all__ = [
    "CONTIGUOUS_ALIGNED",
    "DATA",
    "DESCRIPTOR",
    "DIMENSIONS",
    "FLAGS",
    "NDIM",
    "TYPE",
    "builtin",
    "layout_is_known",
]

TYPE, DATA, NDIM, DIMENSIONS, DESCRIPTOR, FLAGS = 8, 16, 24, 32, 56, 64
"""Where an array object has what, in bytes."""
CONTIGUOUS_ALIGNED = 0x0001 | 0x0100
"""Flags of an array."""


class _Method(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("method", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_FASTCALL = 0x0080


@cache
def layout_is_known() -> bool:
    """Whether arrays lie in memory as they are read here: asked of an array."""
    if (
        sys.implementation.name != "cpython"
        or sys.maxsize < 1 << 60
        or not getattr(sys, "_is_gil_enabled", lambda: True)()
    ):
        return False
    x = np.ones((3, 5))

    def field(base: int, offset: int) -> int:
        return ctypes.c_int64.from_address(base + offset).value

    here = id(x)
    return (
        field(here, TYPE) == id(np.ndarray)
        and field(here, DATA) == x.ctypes.data
        and ctypes.c_int.from_address(here + NDIM).value == 2
        and field(field(here, DIMENSIONS), 8) == 5
        and field(here, DESCRIPTOR) == id(x.dtype)
        and ctypes.c_int.from_address(here + FLAGS).value & CONTIGUOUS_ALIGNED == CONTIGUOUS_ALIGNED
    )


def builtin(address: int, table: np.ndarray[Any, Any]) -> Callable[..., int]:
    """The function at an address, as a builtin with an array for its ``self``."""
    method = _Method(b"compiled", address, _FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    _METHODS.append(method)  # Python keeps a pointer to it
    function: Callable[..., int] = make(ctypes.addressof(method), table, None)
    return function


_METHODS: list[_Method] = []

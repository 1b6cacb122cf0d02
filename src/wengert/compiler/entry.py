"""The way in: a builtin function of Python made of machine code, which reads NumPy's arrays itself.

It is called with the input arrays, the output arrays and the arena. It looks whether the inputs are what the code was
compiled for, and gives 0 where it ran, or a number that says why it did not.

The layout of an array object is NumPy's C API (``PyArrayObject_fields``), that of a builtin Python's (``PyMethodDef``).
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from .function import Function, Place
from .ir import Module

__all__ = ["FITS_NOT", "builtin", "emit_entry"]

FITS_NOT = -1
"""What the entry gives for arrays of other types than those compiled for."""

_TYPE, _DATA, _NDIM, _DIMENSIONS, _DESCRIPTOR, _FLAGS = 8, 16, 24, 32, 56, 64
_CONTIGUOUS_ALIGNED = 0x0001 | 0x0100


def emit_entry(module: Module, inputs: Sequence[Place], outputs: int, constants: int, main: str, release: bool) -> None:
    """Write the builtin: ``entry(table, args, count)``.

    The table (the builtin's ``self``, an array of addresses) has what is known only in this process: the function that
    evaluates what was called out, the type of arrays, the inputs' dtypes, and the constants.
    """
    f = Function(module, "entry", ["ptr %self", "ptr %args", "i64 %count"], "ptr")
    module.declare("ptr @PyLong_FromLong(i64)")

    def field(base: str, offset: int, type: str = "ptr") -> str:
        return f.value(f"load {type}, ptr {f.value(f'getelementptr inbounds i8, ptr {base}, i64 {offset}')}")

    def argument(k: int) -> str:
        return field("%args", 8 * k)

    refuse = f.new_label("refuse")

    def require(condition: str) -> None:
        following = f.new_label("next")
        f.branch_if(condition, following, refuse)
        f.begin(following)

    table = field("%self", _DATA)
    total = len(inputs) + outputs + 1
    require(f.value(f"icmp eq i64 %count, {total}"))
    frame = f.alloca("ptr", total + constants + 1)

    def put(k: int, pointer: str) -> None:
        f.emit(f"store ptr {pointer}, ptr {f.value(f'getelementptr inbounds ptr, ptr {frame}, i64 {k}')}")

    array_type = field(table, 8)
    for k, place in enumerate(inputs):
        array = argument(k)
        require(f.value(f"icmp eq ptr {field(array, _TYPE)}, {array_type}"))
        require(f.value(f"icmp eq ptr {field(array, _DESCRIPTOR)}, {field(table, 16 + 8 * k)}"))
        require(f.value(f"icmp eq i32 {field(array, _NDIM, 'i32')}, {len(place.shape)}"))
        dimensions = field(array, _DIMENSIONS)
        for axis, n in enumerate(place.shape):
            require(f.value(f"icmp eq i64 {field(dimensions, 8 * axis, 'i64')}, {n}"))
        flags = f.value(f"and i32 {field(array, _FLAGS, 'i32')}, {_CONTIGUOUS_ALIGNED}")
        require(f.value(f"icmp eq i32 {flags}, {_CONTIGUOUS_ALIGNED}"))
        put(k, field(array, _DATA))
    for k in range(len(inputs), total):
        put(k, field(argument(k), _DATA))
    for k in range(constants):
        put(total + k, field(table, 16 + 8 * (len(inputs) + k)))
    put(total + constants, field(table, 0))
    if release:
        module.declare("ptr @PyEval_SaveThread()")
        module.declare("void @PyEval_RestoreThread(ptr)")
        saved = f.value("call ptr @PyEval_SaveThread()")
    status = f.value(f"call i32 @{main}(ptr {frame})")
    if release:
        f.emit(f"call void @PyEval_RestoreThread(ptr {saved})")
    wide = f.value(f"sext i32 {status} to i64")
    f.emit(f"ret ptr {f.value(f'call ptr @PyLong_FromLong(i64 {wide})')}")
    f.begin(refuse)
    f.emit(f"ret ptr {f.value(f'call ptr @PyLong_FromLong(i64 {FITS_NOT})')}")
    module.functions.append(f.text(linkage=""))


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
        field(here, _TYPE) == id(np.ndarray)
        and field(here, _DATA) == x.ctypes.data
        and ctypes.c_int.from_address(here + _NDIM).value == 2
        and field(field(here, _DIMENSIONS), 8) == 5
        and field(here, _DESCRIPTOR) == id(x.dtype)
        and ctypes.c_int.from_address(here + _FLAGS).value & _CONTIGUOUS_ALIGNED == _CONTIGUOUS_ALIGNED
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

"""The way in: a builtin function of Python made of machine code, which reads NumPy's arrays itself.

It is called with the input arrays, the output arrays and the arena. It looks whether the inputs are what the code was
compiled for, and gives 0 where it ran, or a number that says why it did not.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..native.calling import CONTIGUOUS_ALIGNED, DATA, DESCRIPTOR, DIMENSIONS, FLAGS, NDIM, TYPE
from ..native.convention import FITS_NOT
from ..scalars.ir import Module
from .function import Function, Place

__all__ = ["emit_entry"]


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

    table = field("%self", DATA)
    total = len(inputs) + outputs + 1
    require(f.value(f"icmp eq i64 %count, {total}"))
    frame = f.alloca("ptr", total + constants + 1)

    def put(k: int, pointer: str) -> None:
        f.emit(f"store ptr {pointer}, ptr {f.value(f'getelementptr inbounds ptr, ptr {frame}, i64 {k}')}")

    array_type = field(table, 8)
    for k, place in enumerate(inputs):
        array = argument(k)
        require(f.value(f"icmp eq ptr {field(array, TYPE)}, {array_type}"))
        require(f.value(f"icmp eq ptr {field(array, DESCRIPTOR)}, {field(table, 16 + 8 * k)}"))
        require(f.value(f"icmp eq i32 {field(array, NDIM, 'i32')}, {len(place.shape)}"))
        dimensions = field(array, DIMENSIONS)
        for axis, n in enumerate(place.shape):
            require(f.value(f"icmp eq i64 {field(dimensions, 8 * axis, 'i64')}, {n}"))
        flags = f.value(f"and i32 {field(array, FLAGS, 'i32')}, {CONTIGUOUS_ALIGNED}")
        require(f.value(f"icmp eq i32 {flags}, {CONTIGUOUS_ALIGNED}"))
        put(k, field(array, DATA))
    for k in range(len(inputs), total):
        put(k, field(argument(k), DATA))
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

"""An executable: the machine code of one program, ready to be called with arrays."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from ..backends import backend
from ..core.program import Program, Variable
from . import loader, machine, symbols
from .callout import CALLED_OUT_FAILED, CallOut
from .entry import builtin
from .guards import GuardFailed
from .lower import Lowered, lowered
from .scattering import RUN_EAGERLY
from .schedule import dtype_of
from .simplify import STAGES, simplified
from .store import Store, host, key_of

__all__ = ["Executable", "RunEagerly"]


class RunEagerly(Exception):
    """The compiled program met what the eager evaluation has to say an error about."""


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p)


class Executable:
    """Machine code of a program.

    Parameters
    ----------
    program
        Any program.
    off
        Stages to leave out.
    """

    def __init__(self, program: Program, off: Collection[str] = ()) -> None:
        self.program = program
        self.simplified = simplified(program, [name for name in off if name in STAGES])
        self.lowered: Lowered = lowered(self.simplified, off)
        self.from_store, code = _object_code(self.lowered.ir)
        self.loaded = loader.load(code, symbols.address)
        self._constants = [_aligned(value) for value in self.lowered.constants.values()]
        self._callouts = [_evaluator(c) for c in self.lowered.callouts]
        self._failed = threading.local()
        self._callback = _CALLBACK(self._call_out)
        callback = ctypes.cast(self._callback, ctypes.c_void_p).value if self._callouts else 0
        self.input_types = [v.type for v in program.inputs]
        self.input_dtypes = [dtype_of(t) for t in self.input_types]
        table = [callback, id(np.ndarray), *map(id, self.input_dtypes), *(c.ctypes.data for c in self._constants)]
        self._table = np.array(table, np.uint64)
        self.entry: Callable[..., int] = builtin(self.loaded.address("entry"), self._table)
        self.outputs = [(t.shape, dtype_of(t)) for t in self.lowered.outputs]
        self._arenas: list[np.ndarray[Any, Any]] = []
        self.arena_size = self.lowered.arena + 64

    def __call__(self, inputs: Sequence[Any]) -> list[np.ndarray[Any, Any]]:
        """The outputs for inputs of the program's types.

        Raises
        ------
        GuardFailed
            The inputs would have led Python elsewhere.
        RunEagerly
            The eager evaluation is to say what is wrong.
        """
        arrays = [
            np.require(x, dtype, ("C", "A")) if type(x) is np.ndarray else np.array(x, dtype)
            for x, dtype in zip(inputs, self.input_dtypes, strict=True)
        ]
        results = [np.empty(shape, dtype) for shape, dtype in self.outputs]
        arena = self.take_arena()
        status = self.entry(*arrays, *results, arena)
        self._arenas.append(arena)
        if status:
            self.explain(status)
        return results

    def take_arena(self) -> np.ndarray[Any, Any]:
        """Memory for a call; it goes back by :meth:`give_arena`."""
        try:
            return self._arenas.pop()
        except IndexError:
            return np.empty(self.arena_size, np.uint8)

    def give_arena(self, arena: np.ndarray[Any, Any]) -> None:
        """Keep memory for the next call."""
        self._arenas.append(arena)

    def explain(self, status: int) -> None:
        """Raise what a number other than 0 stands for."""
        if status > 0:
            raise GuardFailed(status - 1)
        if status == CALLED_OUT_FAILED:
            error, self._failed.error = self._failed.error, None
            raise error
        if status == RUN_EAGERLY:
            raise RunEagerly
        raise AssertionError(f"compiled code refused arrays that were prepared for it (status {status})")

    def _call_out(self, number: int, pointers: int) -> int:
        """Evaluate an equation on the memory that compiled code points to."""
        try:
            self._callouts[number](pointers)
        except BaseException as error:  # it is raised again by the caller of the compiled code
            self._failed.error = error
            return 1
        return 0


_store = Store()


def _object_code(ir: str) -> tuple[bool, bytes]:
    """Object code of a module: from the store, or made and stored."""
    key = key_of(ir, host())
    found = _store.get(key)
    if found is not None:
        return True, found
    code = machine.optimised(ir).object
    _store.put(key, code)
    return False, code


def _aligned(constant: Any) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(constant).reshape(np.shape(constant))


def _evaluator(callout: CallOut) -> Callable[[int], None]:
    """A function that evaluates an equation on arrays at the addresses that stand one after the other in memory."""
    equation, places = callout.equation, callout.places
    shown = [_view(p.shape, p.dtype, p.strides) for p in places]
    arity = len(places) - len(equation.outputs)
    variables = [a for a in equation.inputs if isinstance(a, Variable)]
    weak = [v.type.is_weak for v in variables]

    def evaluate(pointers: int) -> None:
        addresses = (ctypes.c_size_t * len(places)).from_address(pointers)
        arrays = [view(address) for view, address in zip(shown, addresses, strict=True)]
        values = iter([x.item() if w else x for x, w in zip(arrays, weak, strict=False)])
        inputs = [next(values) if isinstance(a, Variable) else a for a in equation.inputs]
        with backend.quiet():
            out = equation.primitive.evaluate(*inputs, **equation.params)
        for target, result in zip(arrays[arity:], out if equation.primitive.multiple else (out,), strict=True):
            target[...] = result

    return evaluate


def _view(shape: tuple[int, ...], dtype: Any, strides: tuple[int, ...]) -> Callable[[int], np.ndarray[Any, Any]]:
    steps = tuple(s * dtype.itemsize for s in strides)
    low = sum((n - 1) * s for n, s in zip(shape, steps, strict=True) if s < 0 and n)
    high = sum((n - 1) * s for n, s in zip(shape, steps, strict=True) if s > 0 and n) + dtype.itemsize
    memory = ctypes.c_char * (high - low)

    def view(address: int) -> np.ndarray[Any, Any]:
        return np.ndarray(shape, dtype, memory.from_address(address + low), -low, steps)

    return view

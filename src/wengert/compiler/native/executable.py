"""An executable: the machine code of one program, ready to be called with arrays."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...backends import backend
from ...core.program import Equation, Program, Variable
from ..tracing.guards import GuardFailed, guard
from . import loader, symbols
from .calling import builtin, layout_is_known
from .convention import CALLED_OUT_FAILED, FITS_NOT, RUN_EAGERLY, dtype_of
from .prepared import Prepared, compiled_again, lowering_of, prepared

if TYPE_CHECKING:
    from ..lowering.callout import CallOut
    from ..lowering.module import Lowered

__all__ = ["Executable", "RunEagerly"]


class RunEagerly(Exception):
    """The compiled program met what the eager evaluation has to say an error about."""


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p)
_MAIN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
_ARENAS = 16
_LARGE = 1 << 20


class Executable:
    """Machine code of a program.

    Parameters
    ----------
    program
        Any program.
    off
        Stages to leave out.

    Attributes
    ----------
    entry
        Takes input arrays, output arrays and an arena; gives 0, or a number for :meth:`failure`.
    outputs
        Shapes and dtypes of the output arrays.
    from_store
        Whether the object code was found on disk.
    """

    def __init__(self, program: Program, off: Collection[str] = ()) -> None:
        self.program = program
        self._off = tuple(off)
        made, self.loaded = _loaded(program, self._off)
        self.from_store = made.from_store
        self._constants = made.constants
        self._callouts = [_evaluator(c) for c in made.callouts]
        self._failed = threading.local()
        self._callback = _CALLBACK(self._call_out)
        self.input_dtypes = [dtype_of(v.type) for v in program.inputs]
        self._shapes = [v.type.shape for v in program.inputs]
        self._guards = {e.params["number"]: e for e in _guards(program)}
        self.outputs = [(shape, np.dtype(dtype)) for shape, dtype in made.outputs]
        self.entry: Callable[..., int] = self._builtin() if layout_is_known() else self._by_pointers()
        self.arena_size = made.arena + 64
        self._arenas: list[np.ndarray[Any, Any]] = []
        self._kept = _ARENAS if self.arena_size < _LARGE else 1

    def __call__(self, inputs: Sequence[Any]) -> list[np.ndarray[Any, Any]]:
        """The outputs for inputs of the program's types.

        Raises
        ------
        GuardFailed
            The inputs would have led Python elsewhere.
        RunEagerly
            The eager evaluation is to say what is wrong.
        """
        results = [np.empty(shape, dtype) for shape, dtype in self.outputs]
        arena = self.take_arena()
        status = self.entry(*inputs, *results, arena)
        if status == FITS_NOT:  # other memory layouts, Python numbers, ...
            prepared = map(_prepared, inputs, self.input_dtypes)
            status = self.entry(*prepared, *results, arena)
        failure = self.failure(status, arena) if status else None
        self.give_arena(arena)
        if failure is not None:
            raise failure
        return results

    @cached_property
    def _stages(self) -> tuple[Program, Lowered]:
        return lowering_of(self.program, self._off)

    @property
    def simplified(self) -> Program:
        """The program that was lowered."""
        return self._stages[0]

    @property
    def lowered(self) -> Lowered:
        """Its module; made again for a person who asks."""
        return self._stages[1]

    def take_arena(self) -> np.ndarray[Any, Any]:
        """Memory for a call; it goes back by :meth:`give_arena`."""
        try:
            return self._arenas.pop()
        except IndexError:
            return np.empty(self.arena_size, np.uint8)

    def give_arena(self, arena: np.ndarray[Any, Any]) -> None:
        """Keep memory for the next call, unless there is plenty."""
        if len(self._arenas) < self._kept:
            self._arenas.append(arena)

    def failure(self, status: int, arena: np.ndarray[Any, Any]) -> BaseException:
        """What a number other than 0 stands for; the arena is that of the call."""
        if status > 0:
            equation = self._guards[status - 1]
            kind, expected = equation.params["kind"], equation.params["expected"]
            if kind == "truth":
                return GuardFailed(status - 1, kind, not expected)
            dtype = dtype_of(equation.inputs[0].type)
            return GuardFailed(status - 1, kind, arena[: dtype.itemsize].view(dtype).item())
        if status == CALLED_OUT_FAILED:
            error: BaseException = self._failed.error
            self._failed.error = None
            return error
        if status == RUN_EAGERLY:
            return RunEagerly()
        return AssertionError(f"compiled code refused arrays that were prepared for it (status {status})")

    def _call_out(self, number: int, pointers: int) -> int:
        """Evaluate an equation on the memory that compiled code points to."""
        try:
            self._callouts[number](pointers)
        except BaseException as error:  # it is raised again by the caller of the compiled code
            self._failed.error = error
            return 1
        return 0

    # -- Ways in ------------------------------------------------------------------------------------------------------

    def _callback_address(self) -> int:
        return (ctypes.cast(self._callback, ctypes.c_void_p).value or 0) if self._callouts else 0

    def _builtin(self) -> Callable[..., int]:
        """A builtin function of Python, which reads arrays itself."""
        table = [id(np.ndarray), *map(id, self.input_dtypes), *(c.ctypes.data for c in self._constants)]
        self._table = np.array([self._callback_address(), *table], np.uint64)
        return builtin(self.loaded.address("entry"), self._table)

    def _by_pointers(self) -> Callable[..., int]:
        """The same for a Python whose arrays lie in memory otherwise: what they are is asked of NumPy."""
        main = _MAIN(self.loaded.address("main"))
        arity = len(self.input_dtypes)
        fixed = [*(c.ctypes.data for c in self._constants), self._callback_address()]

        def entry(*arrays: Any) -> int:
            for x, shape, dtype in zip(arrays[:arity], self._shapes, self.input_dtypes, strict=True):
                fits = type(x) is np.ndarray and x.shape == shape and x.dtype == dtype
                if not (fits and x.flags.c_contiguous and x.flags.aligned):
                    return FITS_NOT
            frame = [*(x.ctypes.data for x in arrays), *fixed]
            return main((ctypes.c_size_t * len(frame))(*frame))  # type: ignore[no-any-return]

        return entry


def _prepared(x: Any, dtype: Any) -> np.ndarray[Any, Any]:
    """An input as the entry takes it."""
    return np.require(x, dtype, ("C", "A")) if type(x) is np.ndarray else np.array(x, dtype)


def _loaded(program: Program, off: tuple[str, ...]) -> tuple[Prepared, loader.Loaded]:
    """The code of a program, in memory; code from the store that does not fit this process is made anew."""
    made = prepared(program, off)
    if made.from_store:
        try:
            return made, loader.load(made.code, symbols.address)
        except (loader.LinkError, RuntimeError):
            made = compiled_again(program, off)
    return made, loader.load(made.code, symbols.address)


def _guards(program: Program) -> Iterator[Equation]:
    """The guards of a program, those in functions that it calls among them."""
    for equation in program.equations:
        if equation.primitive is guard:
            yield equation
        for param in equation.params.values():
            if isinstance(param, Program):
                yield from _guards(param)


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

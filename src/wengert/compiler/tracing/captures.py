"""Arrays that a function captured, while it is traced: an operation on them is written down like any other.

A captured array is a handle that any thread may use at any time. For as long as a thread traces a function that
captured it, the handle says that it belongs to a level of its own. That level asks who is operating: for the thread
that traces, the array is an input of the program; for all others it is what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, ClassVar, Protocol, Self

from ...core.interpreter import Box, Interpreter, apply, state
from ...core.primitive import Primitive
from ...core.types import Shape, Value

__all__ = ["Captures", "Tracing", "present"]


class Tracing(Protocol):
    """A level that traces, and has inputs for captured arrays."""

    def placeholder(self, array: Box) -> Box | None:
        """The array as an input of the program; None if it is none of those that were captured."""


class _Held:
    """An array that is captured by functions being traced."""

    __slots__ = ("array", "holders", "level")

    def __init__(self, array: Box) -> None:
        self.array, self.level, self.holders = array, array._level, 0


_held: dict[int, _Held] = {}
_lock = Lock()


class _Captured(Interpreter):
    """The level of captured arrays: every operation goes to where it belongs."""

    name: ClassVar[str] = "compile"

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """The operation on what the arrays are for this thread."""
        return apply(primitive, *map(present, inputs), **params)

    def shape_of(self, box: Box) -> Shape:
        """The shape that the array always shows."""
        held = _held.get(id(box))
        return box._value.shape if held is None else held.level.shape_of(box)

    def concrete(self, box: Box, purpose: str) -> Value:
        """The value that the array has for this thread."""
        shown = present(box)
        return shown._level.concrete(shown, purpose)

    def differentiates(self, box: Box) -> bool:
        """Whether a derivative may come to depend on an array."""
        return original(box)._level.differentiates(box)


def present(x: Value) -> Any:
    """What a value is for this thread: an input of a program being traced, or the array that it always was."""
    if not isinstance(x, Box) or type(x._level) is not _Captured:
        return x
    for level in reversed(state.levels):
        if (found := getattr(level, "placeholder", None)) is not None and (box := found(x)) is not None:
            return box
    return original(x)


def original(x: Box) -> Box:
    """The array as it is when nobody traces."""
    held = _held.get(id(x))
    return x if held is None else Box.array_type(x._value, held.level, x._note)


class Captures:
    """The captured arrays of one trace: ``with Captures(arrays):`` around it.

    Parameters
    ----------
    arrays
        The handles.
    depth
        Of the level that traces.
    """

    def __init__(self, arrays: Sequence[Box], depth: int) -> None:
        self._arrays = arrays
        self._level = _Captured(depth)
        self._before = [(array._value, array._note) for array in arrays]

    def __enter__(self) -> Self:
        with _lock:
            for array in self._arrays:
                held = _held.get(id(array))
                if held is None:
                    held = _held[id(array)] = _Held(array)
                    array._level = self._level
                held.holders += 1
        return self

    def __exit__(self, *_: object) -> None:
        with _lock:
            for array in self._arrays:
                held = _held[id(array)]
                held.holders -= 1
                if not held.holders:
                    del _held[id(array)]
                    if type(array._level) is _Captured:
                        array._level = held.level

    def written(self, level: Interpreter) -> list[int]:
        """Which of the arrays became arrays of a level; they are set back."""
        found = []
        for k, (array, (value, note)) in enumerate(zip(self._arrays, self._before, strict=True)):
            if array._level is level:
                found.append(k)
                array._value, array._level, array._note = value, self._level, note
        return found

"""Levels, their interpreters, and ``apply``: the one door through which every operation goes.

A transform opens a *level* and passes *boxes* of that level to the function it transforms. An operation on boxes is
given its meaning by the interpreter of the highest level among its inputs, in terms of values one level down, where
the same rule holds again, until only values of the backend are left: those are evaluated. Levels nest, so what one
transform notes about a value is never taken for what another noted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from .errors import DTypeError, LevelError, ShapeError, WengertError, user_location
from .types import Shape, Value, type_of

if TYPE_CHECKING:
    from .primitive import Primitive

__all__ = [
    "Box",
    "Interpreter",
    "Journal",
    "State",
    "Visit",
    "apply",
    "located",
    "noted",
    "perform",
    "placed",
    "raise_closed",
    "state",
    "strip",
    "wrap",
]


class State(threading.local):
    """What each thread keeps for itself."""

    depth: int = 0
    """Depth of the innermost open level."""
    levels: tuple[Interpreter, ...] = ()
    """The open levels, from the outermost inwards."""
    floor: int = 0
    """Levels below this depth do not record (see ``no_grad``)."""
    tape: list[Any] | None = None
    """Where the innermost open collector (see ``record``) wants what is recorded."""
    watch: Any = None
    """The innermost ``detect_anomaly``."""
    visits: tuple[Visit, ...] = ()
    """To levels of transforms that have returned, which take operations again."""
    body: Interpreter | None = None
    """The innermost body of a loop or branch that is being written: what is computed in it is part of it, also what is
    computed from arrays of lower levels alone."""
    journal: Journal | None = None
    """Where the results of impure operations are noted, or read again."""
    scoped: bool = False
    """Whether any of these is set: one question, on the hot path, instead of three."""

    def scope(self, floor: int, tape: list[Any] | None) -> tuple[int, list[Any] | None]:
        """Set floor and tape; gives what they were."""
        before = self.floor, self.tape
        self.floor, self.tape = floor, tape
        self._update()
        return before

    def set_watch(self, watch: Any) -> None:
        """Set who looks at what is recorded and swept."""
        self.watch = watch
        self._update()

    def _update(self) -> None:
        self.scoped = self.floor != 0 or self.tape is not None or self.watch is not None


state = State()


class Box:
    """A value as one level sees it: the value one level down, and what the level's interpreter notes about it.

    The note is a node of the tape, a tangent, a variable of a program, ..., as the interpreter needs. The one
    subclass is the array type that users hold.
    """

    __slots__ = ("__weakref__", "_level", "_note", "_value")

    array_type: ClassVar[type[Box]]
    ground: ClassVar[Interpreter]

    def __init__(self, value: Value, level: Interpreter, note: Any = None) -> None:
        self._value = value
        self._level = level
        self._note = note

    @property
    def shape(self) -> Shape:
        """Tuple of the array's dimensions."""
        return self._level.shape_of(self)

    @property
    def dtype(self) -> Any:
        """Data type of the elements."""
        return self._value.dtype


_next_depth = count(1).__next__


class Interpreter:
    """One level: gives operations on its boxes a meaning in terms of the values one level down.

    A level opened later lies higher, and no two lie equally high.
    """

    name: ClassVar[str] = "a transform"
    takes_impure: bool = False
    """Whether the level writes down impure operations, whatever their inputs are."""
    mapper: ClassVar[Callable[..., Any] | None] = None
    """How ``vmap`` is to apply a function below this level, if not to whole batches."""
    overwritten: list[Any]
    """Of the body of a loop or branch: arrays of the surroundings that were written to, with what they were before."""

    def __init__(self, depth: int | None = None) -> None:
        self.depth: int = _next_depth() if depth is None else depth
        self.open: bool = True

    def __enter__(self) -> Self:
        self._outer = state.depth, state.levels
        state.depth, state.levels = self.depth, (*state.levels, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        state.depth, state.levels = self._outer
        self.open = False

    @contextmanager
    def reopened(self, values_only: bool = False) -> Iterator[Visit]:
        """A scope in which the level takes operations of this thread, for a rule that runs after its transform.

        With ``values_only`` a level that pushes tangents along lets them be.
        """
        before = state.depth, state.visits
        visit = Visit(self, values_only)
        state.depth, state.visits = max(state.depth, self.depth), (*state.visits, visit)
        try:
            yield visit
        finally:
            state.depth, state.visits = before

    def mark(self) -> Any:
        """Where the level stands, for :meth:`back_to`."""

    def back_to(self, mark: Any) -> None:
        """Forget what was noted about operations since."""

    def box(self, value: Value, note: Any) -> Box:
        """A value of this level."""
        return Box.array_type(value, self, note)

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """The meaning of one operation; at least one of the inputs is a box of this level, or it is impure."""
        raise NotImplementedError

    def shape_of(self, box: Box) -> Shape:
        """The shape that a box of this level shows."""
        shape: Shape = box._value.shape
        return shape

    def differentiates(self, box: Box) -> bool:
        """Whether a derivative may come to depend on a box of this level."""
        return box._note is not None

    def is_number(self, box: Box) -> bool:
        """Whether a box of this level stands for a Python number, which repeats a list that it is multiplied with."""
        return False

    def concrete(self, box: Box, purpose: str) -> Value:
        """The value of a box one level down, for Python's own control flow; raises where it has no single value."""
        return box._value


class Visit:
    """A scope in which a level is open again."""

    def __init__(self, level: Interpreter, values_only: bool) -> None:
        self.level = level
        self.values_only = values_only
        self.used = False
        """Whether there was an operation on an array of the level."""


def apply(primitive: Primitive, *inputs: Value, **params: Any) -> Any:
    """Apply a primitive to values of any level.

    Parameters
    ----------
    primitive
        The operation.
    *inputs
        Boxes, arrays of the backend, or Python scalars.
    **params
        Static parameters, as the primitive names them.

    Returns
    -------
    A box where one of the inputs is a box, else an array of the backend; a tuple of them where the primitive has
    several outputs.
    """
    top: Interpreter | None = None
    for x in inputs:
        if isinstance(x, Box):
            level = x._level
            if top is None or level.depth > top.depth:
                top = level
    if top is None:
        if not primitive.pure:
            return noted(state.journal, primitive, inputs, params)
        try:
            return primitive.evaluate(*inputs, **params)
        except (ValueError, TypeError, IndexError) as error:
            raise located(error, primitive, inputs, params) from None
    if not top.open:
        raise_closed(top)
    elif state.body is not None:
        top = placed(top)
    return top.process(primitive, inputs, params)


def placed(level: Interpreter) -> Interpreter:
    """Where an operation on arrays of an open level belongs: there, or in the body that is being written.

    What is computed from eager arrays alone has values, which Python's control flow may look at.
    """
    body = state.body
    if body is None or not 0 < level.depth < body.depth or any(visit.level is level for visit in state.visits):
        return level
    return body


def perform(
    primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any], depth: float = float("inf")
) -> Any:
    """Apply an impure primitive to values of the backend.

    The innermost open level that takes such operations, of those below a depth, writes it down, for the program to
    perform it anew whenever it runs.
    """
    for level in reversed(state.levels):
        if level.takes_impure and level.depth < depth:
            return level.process(primitive, inputs, params)
    try:
        return primitive.evaluate(*inputs, **params)
    except (ValueError, TypeError, IndexError) as error:
        raise located(error, primitive, inputs, params) from None


class Journal:
    """The results of impure operations, for a function that runs again and must compute the same again.

    ``with journal.noting():`` around the first run, ``with journal.reading():`` around each further one.
    """

    def __init__(self) -> None:
        self.results: list[Any] = []
        self.outer: Journal | None = None
        self._unread: Iterator[Any] | None = None

    @contextmanager
    def noting(self) -> Iterator[None]:
        """A scope in which results are noted."""
        with self._current():
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A scope in which the results are those that were noted, in order."""
        self._unread = iter(self.results)
        try:
            with self._current():
                yield
        finally:
            self._unread = None

    @contextmanager
    def _current(self) -> Iterator[None]:
        self.outer, state.journal = state.journal, self
        try:
            yield
        finally:
            state.journal, self.outer = self.outer, None


_END = object()


def noted(journal: Journal | None, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
    """The result of an impure operation: from the journal where one is being read, else of performing it."""
    if journal is None:
        return perform(primitive, inputs, params)
    if journal._unread is not None:
        found = next(journal._unread, _END)
        if found is not _END:
            return found
    out = noted(journal.outer, primitive, inputs, params)
    if journal._unread is None:
        journal.results.append(out)
    return out


def located(error: Exception, primitive: Primitive, values: Sequence[Value], params: dict[str, Any]) -> Exception:
    """The backend's error, with the operation, its operands and the user's line; an error of the user's as it is."""
    if isinstance(error, WengertError) or primitive.call is not None:
        return error
    operands = ", ".join(str(type_of(v)) for v in values)
    options = "".join(f", {k}={v}" for k, v in params.items())
    where = f"{primitive.name}({operands}{options})"
    kind = {ValueError: ShapeError, TypeError: DTypeError}.get(type(error))
    if kind is DTypeError or (kind is ShapeError and "shape" in str(error)):
        return kind(f"{where}: {error}")
    error.add_note(f"in {where}")
    location = user_location()
    if location is not None:
        error.add_note(f"at {location}")
    return error


def raise_closed(level: Interpreter) -> None:
    """Raise LevelError for a box of a transform that has returned, unless this thread has reopened its level."""
    for visit in state.visits:
        if visit.level is level:
            visit.used = True
            return
    raise LevelError(
        f"an array made inside {level.name} was used after it had returned; return it from the transformed "
        "function (has_aux=True where there is one) instead of storing it outside"
    )


def strip(value: Value) -> Value:
    """A value of the backend in place of a box that adds nothing to it."""
    if isinstance(value, Box) and value._level.depth == 0 and value._note is None:
        return value._value
    return value


def wrap(value: Value) -> Box:
    """A box for a value of the backend; a box stays as it is."""
    return value if isinstance(value, Box) else Box.array_type(value, Box.ground, None)

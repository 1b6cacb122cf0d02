"""A specialisation: a function for arguments of certain types, with the paths through it that were met."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from ..core.errors import GraphError, TreeError
from ..core.interpreter import Box, state, strip, wrap
from ..core.tree import Tree, unflatten
from ..core.types import ArrayType, Value
from .choice import Choice
from .notices import notify
from .path import Path
from .tracing.draws import Rewind, drawn_by
from .tracing.environment import Environment
from .tracing.guards import GuardFailed, outcome_of
from .tracing.randomness import Sources
from .tracing.tracer import Seen, Traced, described, trace_path

if TYPE_CHECKING:
    from .compiled import Compiled

__all__ = ["Call", "Specialisation", "Way", "same"]

PATHS = 32
"""So many ways through a function are kept for one specialisation; others are run eagerly."""
SNAPSHOTS = 8
"""So often a function is traced again because arrays changed that it may read unseen; then it runs eagerly."""
HARMLESS = 3
"""So often a captured array must change without consequence until it is no longer looked at."""
ATTEMPTS = 8
"""So often a call is traced again because machine code saw something else at a guard than NumPy."""
SMALL = 4096
"""Captured NumPy arrays of so many elements are always looked at: Python's control flow may depend on them."""


class Call(NamedTuple):
    """One call of a compiled function."""

    specialisation: Specialisation
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    values: list[Value]
    """The arrays and numbers among the arguments."""
    types: list[ArrayType]
    static: list[tuple[int, Any]]
    """Arguments that are fixed as a whole, with their positions."""
    rest: list[tuple[int, Any]]
    """What is fixed among the leaves of the others, with their positions."""
    leaves: int
    tree: Tree
    root: Callable[..., Any]
    """The function, with the objects among its fixed arguments."""
    environment: Environment
    captured: list[Any]
    looking: bool = False
    """Whether it is only asked which way the call would take."""

    def arguments(self, boxes: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The function's arguments, with these in the places of arrays and numbers."""
        fixed, given = dict(self.rest), iter(boxes)
        leaves = [fixed[i] if i in fixed else next(given) for i in range(self.leaves)]
        args, *named = unflatten(self.tree, leaves)
        full = list(args)
        for number, x in self.static:
            full.insert(number, x)
        return tuple(full), named[0] if named else {}


class Way:
    """A way through the function."""

    def __init__(self, path: Path, traced: Traced) -> None:
        self.path, self.traced = path, traced
        self.draws = drawn_by(traced.program)


class _RunEagerly(Exception):
    """The function itself is to be run."""


class _Group:
    """The ways for captured arrays that may have been read unseen, as they were then."""

    def __init__(self, watched: dict[int, Any]) -> None:
        self.watched = watched
        self.choice: Choice[Way] = Choice()

    def fits(self, captured: Sequence[Any]) -> bool:
        """Whether these arrays still are what they were."""
        return all(same(captured[k], kept) for k, kept in self.watched.items())


_Taken: TypeAlias = tuple[Way, _Group, Sequence[Value]]


class _Kept(NamedTuple):
    """What a small array was."""

    dtype: Any
    shape: tuple[int, ...]
    data: bytes


def same(array: Any, kept: Any) -> bool:
    """Whether a captured array still is what it was."""
    value = strip(array)
    if type(kept) is _Kept and not isinstance(value, Box):
        return bool(value.dtype == kept.dtype and value.shape == kept.shape and value.tobytes() == kept.data)
    if isinstance(kept, np.ndarray) and isinstance(value, np.ndarray):
        value = np.ascontiguousarray(value)
        alike = value.dtype == kept.dtype and value.shape == kept.shape
        return alike and bool(np.array_equal(value.view(np.uint8), kept.view(np.uint8)))
    return value is kept


def _kept(array: Any) -> Any:
    value = strip(array)
    if isinstance(value, Box):
        return value
    if value.size <= SMALL:
        return _Kept(value.dtype, value.shape, value.tobytes())
    return np.array(value, order="C")


class Specialisation:
    """The ways through a function for arguments of the same types."""

    def __init__(self, owner: Compiled) -> None:
        self.owner = owner
        self.full = ""
        """Why no further ways are looked for."""
        self.traced = 0
        self._groups: list[_Group] = []
        self._snapshots = 0
        self._harmless: dict[int, int] = {}
        self._lock = threading.RLock()

    @property
    def ways(self) -> list[Way]:
        """All that are known."""
        return [way for group in list(self._groups) for way in group.choice.ways]

    def __call__(self, call: Call) -> Any:
        """What the function gives."""
        found = self._taken(call)
        if found is None:
            return self.owner.function(*call.args, **call.kwargs)
        way, group, outputs = found
        given, weak = iter(outputs), iter(way.path.weak)
        leaves = [_leaf(next(given), next(weak)) if r is None else r for r in way.traced.results]
        self.owner.remember(way, group.watched, call)
        return unflatten(way.traced.out_tree, leaves)

    def way_for(self, call: Call) -> Way:
        """The way that a call takes."""
        found = self._taken(call._replace(looking=True))
        if found is None:
            raise GraphError(f"{self.owner!r} is not compiled for these arguments: {self.full or 'they give an error'}")
        if found[0].path.made is None:
            raise GraphError("lower() takes arrays that are not being differentiated or batched")
        return found[0]

    def _taken(self, call: Call) -> _Taken | None:
        """A way with its outputs; None where the function is to run eagerly."""
        try:
            found = self._search(call)
            if isinstance(found, list) and not self.full:
                with self._lock:
                    found = self._search(call)  # another thread may have met it meanwhile
                    if isinstance(found, list) and not self.full:
                        return self._explored(call, found)
        except _RunEagerly:
            return None
        return None if isinstance(found, list) else found

    def _search(self, call: Call) -> _Taken | list[tuple[str, Any]]:
        """The known way that a call takes, or what the guards saw up to the one from which no way is known."""
        seen: list[tuple[str, Any]] = []
        for group in list(self._groups):
            if not group.fits(call.captured):
                continue
            way, tried = group.choice.first(), set[int]()
            while way is not None and id(way) not in tried:
                tried.add(id(way))
                try:
                    outputs = self._run(way, call)
                except GuardFailed as failed:
                    seen = [*way.traced.guards[: failed.number], (failed.kind, failed.value)]
                    way = group.choice.after([outcome_of(*outcome) for outcome in seen])
                else:
                    group.choice.took(way)
                    return way, group, outputs
        return seen

    def _explored(self, call: Call, seen: list[tuple[str, Any]]) -> _Taken | None:
        """A new way with its outputs; None where none is to be looked for."""
        for _ in range(ATTEMPTS):
            found = self._new(call, seen)
            if found is None:
                return None
            way, group = found
            try:
                return way, group, self._run(way, call)
            except GuardFailed as failed:  # NumPy's value was another than that of machine code, which counts
                seen = [*way.traced.guards[: failed.number], (failed.kind, failed.value)]
                group.choice.remove(way)
        return None

    def _run(self, way: Way, call: Call) -> Sequence[Value]:
        if way.draws and state.journal is not None:  # somebody notes down what is drawn
            raise _RunEagerly
        rewind = Rewind(way.draws)
        inputs = [*call.values, *(strip(call.captured[k]) for k in way.traced.captured)]
        try:
            outputs = way.path(inputs)
        except GuardFailed:
            rewind()
            raise
        except Exception as error:  # the eager evaluation says it, too, and of which line of the user's
            rewind()
            raise _RunEagerly from error
        if call.looking:
            rewind()
        return outputs

    # -- New ways -----------------------------------------------------------------------------------------------------

    def _new(self, call: Call, seen: Seen) -> tuple[Way, _Group] | None:
        """Trace the call."""
        function = self.owner.function
        if len(self.ways) >= PATHS:
            self._give_up(
                f"it took more than {PATHS} different ways through Python's control flow for arguments of the same "
                "types; use wg.cond, wg.while_loop, wg.scan or wg.where, or pass numbers that it branches on by "
                "static_argnums"
            )
            return None
        if self._snapshots > SNAPSHOTS:
            names = ", ".join(sorted({call.environment.arrays[k].path for g in self._groups for k in g.watched}))
            self._give_up(
                f"it computes outside of wg functions with captured arrays that change from call to call ({names}); "
                "pass them as arguments, or make them wg arrays"
            )
            return None
        self.traced += 1
        sources = Sources(call.environment)
        traced = trace_path(function, call.arguments, call.values, call.types, call.captured, seen)
        self._check_environment(call)
        self.owner.warn_of_unseen(call.environment, sources.used())
        found = self._harmlessly_the_same(traced, call)
        if found is not None:
            return found
        path = Path(traced.program, self.owner.name, self.owner.off)
        if not any(isinstance(x, Box) for x in (*call.values, *map(strip, call.captured))):
            path.prepare()
        way, group = Way(path, traced), self._group_for(traced, call)
        group.choice.add(way, [outcome_of(*outcome) for outcome in traced.guards])
        return way, group

    def _group_for(self, traced: Traced, call: Call) -> _Group:
        """The group that a way belongs to."""
        watched = self._watched(traced, call)
        for group in self._groups:
            if group.watched.keys() == watched.keys() and group.fits(call.captured):
                return group
        self._snapshots += any(not group.fits(call.captured) for group in self._groups)
        group = _Group(watched)
        self._groups.insert(0, group)
        return group

    def _watched(self, traced: Traced, call: Call) -> dict[int, Any]:
        """The captured arrays that the trace may depend on without saying so."""
        found = {}
        for k in traced.frozen:
            array = call.captured[k]
            if self._harmless.get(k, 0) < HARMLESS and (traced.unexplained or array.size <= SMALL):
                found[k] = _kept(array)
        return found

    def _harmlessly_the_same(self, traced: Traced, call: Call) -> tuple[Way, _Group] | None:
        """A known way that is the same although arrays changed; if that recurs, these are no longer looked at."""
        for group in self._groups:
            if group.fits(call.captured):
                continue
            for way in group.choice.ways:
                if _same_program(way.traced, traced):
                    for k, kept in group.watched.items():
                        if not same(call.captured[k], kept):
                            self._harmless[k] = self._harmless.get(k, 0) + 1
                    other = _Group(self._watched(traced, call))
                    other.choice.add(way, [outcome_of(*outcome) for outcome in traced.guards])
                    if len(group.choice.ways) == 1:
                        self._groups.remove(group)
                    self._groups.insert(0, other)
                    return way, other
        return None

    def _check_environment(self, call: Call) -> None:
        """Refuse functions that change what they captured."""
        function, changed = self.owner.function, call.environment.difference()
        held = zip(call.environment.current() or (), call.captured, strict=False)  # an array for another: no difference
        if changed is None and all(x is y or not isinstance(x, Box) or x._level.open for x, y in held):
            return
        for array in Environment(call.root).arrays:
            found = array.read()
            if isinstance(found, Box) and not found._level.open:
                raise TreeError(
                    f"{described(function)} stores an array in {array.path}, which it captured; a compiled function "
                    "runs only once for all calls of the same types: return the array"
                )
        if self.owner.changed_itself():
            raise TreeError(
                f"{described(function)} changes {changed}, which it captured, when it is called; a compiled function "
                "runs only once for all calls of the same types: return what changes"
            )

    def _give_up(self, why: str) -> None:
        self.full = why
        notify(f"{self.owner!r} runs eagerly from now on for arguments like these, where no path is known: {why}")


def _same_program(a: Traced, b: Traced) -> bool:
    """Whether two traces are one program, constants included."""
    if (a.captured, a.guards, a.results, a.out_tree) != (b.captured, b.guards, b.results, b.out_tree):
        return False
    constants = zip(a.program.constants.values(), b.program.constants.values(), strict=False)
    return (
        len(a.program.constants) == len(b.program.constants)
        and all(same(x, _kept(y)) for x, y in constants)
        and str(a.program) == str(b.program)
    )


def _leaf(value: Value, weak: bool) -> Any:
    if weak and isinstance(value, (np.ndarray, np.generic)):
        return value.item()
    return wrap(value)

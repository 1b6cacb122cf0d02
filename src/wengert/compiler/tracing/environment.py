"""What a function captures: the arrays that a compiled function reads anew at each call, and what it may take as fixed.

A compiled function was traced once, but Python looks up what a function captured whenever it runs. So all places that
the function's code can reach by name are known here: arrays are read from theirs at each call, and of everything else
a call sees whether it is still what the function was traced with.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import is_
from typing import Any

import numpy as np

from ...eager.array import Array
from .places import Captured, Check, is_array, plain_key
from .reach import Reach

__all__ = ["Captured", "Environment"]

_GONE = (LookupError, AttributeError, ValueError, RuntimeError)
"""What reading a place raises that has been deleted, or is being changed by another thread."""


class Environment:
    """What a function's code can reach by name, as it is now.

    Followed are closure cells, globals, attributes, defaults, the parts of methods and partials, items of containers,
    and the functions and objects found there, but not the code of libraries. Nothing of the user's is run. Of an
    object's attributes those count that some reached code names; that a name on its way is rebound is noticed, and so
    is a change in a container. Not followed are weak references and the insides of objects written in C that are no
    arrays. Two places that hold one array are noticed to part, but two arrays that become one stay two.

    Parameters
    ----------
    function : callable
        Where to begin.
    limit : int
        How many objects to follow.

    Attributes
    ----------
    arrays : list of Captured
        Each array once, at the first place where it was found.
    generators : list of str
        Places of random generators and iterators, whose state changes unseen.
    sources : list of (str, object)
        These places with what stands there.
    complete : bool
        Whether everything was followed: False past the limit, or where code evaluates text or
        looks at thread-local variables.
    trivial : bool
        Whether there is nothing that could change.
    """

    __slots__ = (
        "_aliases",
        "_checks",
        "_contents",
        "_deep",
        "_function",
        "_keys",
        "_objects",
        "_reads",
        "_token",
        "arrays",
        "complete",
        "generators",
        "sources",
        "trivial",
    )

    def __init__(self, function: Callable[..., Any], limit: int = 10_000) -> None:
        reach = Reach(function, limit)
        self._function = function
        self.arrays: list[Captured] = reach.arrays
        self.generators: list[str] = list(dict.fromkeys(reach.generators))
        self.sources: list[tuple[str, Any]] = reach.sources
        self.complete: bool = reach.complete
        self._checks: list[Check] = reach.checks
        self._objects = reach.objects
        self._contents = reach.contents
        self._keys = reach.keys
        self._aliases = reach.aliases
        self._reads = [(array.get, array.key) for array in self.arrays]
        self._deep = bool(self._objects or self._contents or self._keys)
        self._token = _Token(tuple(reach.token))
        self.trivial: bool = not (self._checks or self._deep or self._reads)

    def token(self) -> Hashable:
        """All that is not an array: equal for environments for which the function does the same with its arrays."""
        return self._token

    def values(self) -> list[Any]:
        """The arrays now, in the order of ``arrays``; holds only if nothing else changed."""
        return [get(key) for get, key in self._reads]

    def changed(self) -> bool:
        """Whether anything but arrays is no longer what it was, or is found at another place."""
        return not self.trivial and self.current() is None

    def current(self) -> list[Any] | None:
        """The arrays now, as ``values`` gives them; None if ``changed``: one pass for both."""
        if self.trivial:
            return []
        try:
            for get, key, expected, _ in self._checks:
                if get(key) is not expected:
                    if self._moved() is not None:
                        return None
                    break
            if self._deep:
                for thing, kind, attributes, size, _ in self._objects:
                    if type(thing) is not kind or thing.__dict__ is not attributes or len(attributes) != size:
                        return None
                for mapping, keys, _ in self._keys:
                    if list(mapping) != keys:
                        return None
                for items, container, expected, _ in self._contents:
                    if not _same_items(items(container), expected):
                        return None
            values = []
            for get, key in self._reads:
                value = get(key)
                if type(value) not in _TYPES and not is_array(value):
                    return None
                values.append(value)
            for get, key, index, _ in self._aliases:
                if get(key) is not values[index]:
                    return None
        except _GONE:
            return None
        return values

    def difference(self) -> str | None:
        """Where the first thing stands that ``changed`` since, for messages; None where nothing did."""
        if not self.changed():
            return None
        for get, key, expected, path in self._checks:
            if not _holds(get, key, expected):
                return path
        for thing, kind, attributes, size, path in self._objects:
            if type(thing) is not kind or thing.__dict__ is not attributes or len(attributes) != size:
                return path
        for mapping, keys, path in self._keys:
            if list(mapping) != keys:
                return path
        for items, container, expected, path in self._contents:
            if not _same_items(items(container), expected):
                return path
        for array in self.arrays:
            try:
                if not is_array(array.read()):
                    return array.path
            except _GONE:
                return array.path
        for get, key, index, path in self._aliases:
            if not _holds(get, key, self.arrays[index].read()):
                return path
        return ""  # it became as it was in the meantime

    def _moved(self) -> str | None:
        """The first place that holds something else; an equal number counts as the same and is remembered."""
        for number, (get, key, expected, path) in enumerate(self._checks):
            now = get(key)
            if now is not expected:
                if not _equal(now, expected):
                    return path
                self._checks[number] = (get, key, now, path)
        return None


_TYPES = frozenset({Array, np.ndarray})


class _Token:
    """A tuple that computes its hash once."""

    __slots__ = ("_hash", "entries")

    def __init__(self, entries: tuple[Hashable, ...]) -> None:
        self.entries = entries
        self._hash = hash(entries)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Token) and self._hash == other._hash and self.entries == other.entries


def _equal(now: Any, expected: Any) -> bool:
    """Whether both are the same number, text, ...; of unknown objects only identity is asked."""
    if type(now) is not type(expected):
        return False
    key = plain_key(expected)
    return key is not None and plain_key(now) == key


def _holds(get: Callable[[Any], Any], key: Any, expected: Any) -> bool:
    """Whether a place still holds what is expected there."""
    try:
        now = get(key)
    except _GONE:
        return False
    return now is expected or _equal(now, expected)


def _same_items(now: Any, expected: list[Any]) -> bool:
    """Whether a container holds the same objects, or equal numbers, in the same order."""
    if len(now) == len(expected) and all(map(is_, now, expected)):
        return True
    return len(now) == len(expected) and all(a is b or _equal(a, b) for a, b in zip(now, expected, strict=True))

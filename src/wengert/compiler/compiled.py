"""A compiled function: specialised on what it is called with."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Sequence
from functools import partial, update_wrapper
from types import MethodType
from typing import Any, NamedTuple

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, TreeError
from ..core.interpreter import Box, state, strip
from ..core.tree import flatten
from ..core.types import SCALARS, ArrayType, Value, type_of
from ..transforms.arguments import check_callable
from ..transforms.trace import Stager
from .hot import MISS, Hot, hot_path
from .notices import notify
from .specialisation import Call, Specialisation, Way
from .stages import Stages, check_stages
from .tracing.environment import Environment
from .tracing.places import plain_key

__all__ = ["CacheInfo", "Compiled"]

_HOT = 4
"""So many kinds of calls have a short way in at once."""
_FIXED_INTEGERS = 8
"""So many values of an integer argument are fixed when the function is traced."""
_KEPT = 512
"""So many specialisations, and ways to see what is captured, are kept."""


class CacheInfo(NamedTuple):
    """What a compiled function holds."""

    specialisations: int
    """Combinations of types and static arguments that it was called with."""
    paths: int
    """Ways through the function, over all specialisations."""
    traced: int
    """How often the function was run to trace it."""
    from_disk: int
    """Paths whose object code was found in the cache on disk."""
    eager: int
    """Specialisations that look for no further paths: other calls run eagerly."""


class Compiled:
    """A function that is compiled when it is called; see :func:`wengert.compile`."""

    def __init__(self, function: Callable[..., Any], static_argnums: Any = (), off: Collection[str] = ()) -> None:
        check_callable(function)
        self.function = function
        self.static = _numbers(static_argnums)
        self.off = check_stages(off)
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self._hot: tuple[tuple[Way, Hot], ...] = ()
        self._lock = threading.RLock()
        self._changes = 0
        self._warned = False
        self._specialisations: dict[Any, Specialisation] = {}
        self._environments: dict[Any, tuple[Callable[..., Any], Environment]] = {}
        self._integers: dict[int, set[int]] = {}
        self._bound: dict[int, tuple[Any, Compiled]] = {}
        update_wrapper(self, function, updated=())

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.function, '__qualname__', self.name)}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives for these arguments."""
        for _, hot in self._hot:
            out = hot(args, kwargs)
            if out is not MISS:
                return out
        return self._call(args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if any(isinstance(level, Stager) for level in (*state.levels, *(v.level for v in state.visits))):
            return self.function(*args, **kwargs)  # it becomes part of a program that somebody is writing
        call = self._request(args, kwargs)
        return call.specialisation(call)

    # -- As a method, and elsewhere -----------------------------------------------------------------------------------

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None or isinstance(self.function, staticmethod):
            return self
        attributes = getattr(instance, "__dict__", None)
        if type(attributes) is not dict:  # a class, or an object with slots
            known = self._bound.get(id(instance))
            if known is None:
                _make_room(self._bound)
                known = self._bound[id(instance)] = (instance, self._for(instance))
            return known[1]
        methods = attributes.get(_METHODS)
        if methods is None:
            methods = attributes[_METHODS] = _Methods()
        found = methods.get(self)
        if (
            found is None or getattr(found.function, "__self__", None) is not instance
        ):  # the attributes may be those of a copy
            methods = attributes[_METHODS] = _Methods({k: m for k, m in methods.items() if m is not found})
            found = methods[self] = self._for(instance)
        return found

    def _for(self, instance: Any) -> Compiled:
        """The method of an object."""
        static = tuple(n - 1 if n > 0 else n for n in self.static if n)
        return Compiled(MethodType(self.function, instance), static, self.off)

    def __reduce__(self) -> Any:
        found: Any = sys.modules.get(getattr(self, "__module__", None) or "")
        for name in getattr(self, "__qualname__", "").split("."):
            found = getattr(found, name, None)
        return self.__qualname__ if found is self else (Compiled, (self.function, self.static, self.off))

    def __copy__(self) -> Compiled:
        return Compiled(self.function, self.static, self.off)

    # -- What a call is for -------------------------------------------------------------------------------------------

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """A call taken apart, with the specialisation that it is for."""
        static, dynamic = self._divided(args)
        leaves, tree = flatten((dynamic, kwargs) if kwargs else (dynamic,))
        values: list[Value] = []
        types: list[ArrayType] = []
        rest: list[tuple[int, Any]] = []
        for i, x in enumerate(leaves):
            value = None if type(x) is int and self._is_fixed(i, x) else _value(x)
            if value is None:
                rest.append((i, x))
            else:
                values.append(value)
                types.append(type_of(x) if type(x) in SCALARS else ArrayType(value.shape, value.dtype))
        fixed = (*static, *rest)
        keys = tuple([(i, type(x), x if (key := plain_key(x)) is None else key) for i, x in fixed])
        try:
            hash(keys)
        except TypeError:
            raise DTypeError(
                "a compiled function takes arrays, numbers and containers of them; other arguments are fixed when it "
                f"is traced and must be hashable, unlike {_unhashable([x for _, x in fixed])}"
            ) from None
        root, environment, captured = self._captured([x for _, x in fixed if plain_key(x) is None])
        arrays = tuple([ArrayType(a.shape, a.dtype) for a in captured])
        key = (tree, tuple(types), len(static), keys, environment.token(), arrays)
        found = self._specialisations.get(key)
        if found is None:
            with self._lock:
                found = self._specialisations.get(key)
                if found is None:
                    _make_room(self._specialisations)
                    found = self._specialisations[key] = Specialisation(self)
        return Call(found, args, kwargs, values, types, static, rest, len(leaves), tree, root, environment, captured)

    def _is_fixed(self, place: int, number: int) -> bool:
        """Whether an integer is fixed: the first few at a place are, since Python does so much with them.

        They are sizes, indices, exponents, flags. One that counts calls becomes a number like any other.
        """
        seen = self._integers.setdefault(place, set())
        if len(seen) < _FIXED_INTEGERS:
            seen.add(number)
        return number in seen

    def _divided(self, args: tuple[Any, ...]) -> tuple[list[tuple[int, Any]], tuple[Any, ...]]:
        """The static arguments with their positions, and the others."""
        if not self.static:
            return [], args
        for number in self.static:
            if not -len(args) <= number < len(args):
                raise TreeError(
                    f"static_argnums={self.static} names an argument that is not given: there are {len(args)} "
                    "positional arguments"
                )
        numbers = sorted({number % len(args) for number in self.static})
        return [(k, args[k]) for k in numbers], tuple([x for k, x in enumerate(args) if k not in numbers])

    def _captured(self, things: Sequence[Any]) -> tuple[Callable[..., Any], Environment, list[Any]]:
        """What can be seen of the function and of objects among its arguments, and the captured arrays."""
        key = tuple(map(id, things))
        known = self._environments.get(key)
        captured = None if known is None else known[1].current()
        while known is None or captured is None:
            root = partial(self.function, *things) if things else self.function
            with self._lock:
                self._environments.pop(key, None)
                _make_room(self._environments)
                known = self._environments[key] = (root, Environment(root))
            self._hot = ()
            captured = known[1].current()
        return (*known, captured)

    # -- What specialisations say -------------------------------------------------------------------------------------

    def changed_itself(self) -> bool:
        """Note that the function changed what it captures; whether it did so before (a memo is filled but once)."""
        self._changes += 1
        return self._changes > 2

    def warn_of_unseen(self, environment: Environment, used: Sequence[str]) -> None:
        """Warn, once, of what changes from call to call and cannot be seen to."""
        if self._warned or (environment.complete and not used):
            return
        self._warned = True
        if used:
            what = (
                f"it drew from {', '.join(used)}, which gives the same in all compiled calls; use wg.random for numbers"
            )
            what += " that differ from call to call, or pass them as arguments"
        else:
            what = (
                "it captures too many objects, or evaluates text, or looks at thread-local variables: what changes "
                "there from call to call is not noticed; pass it as arguments"
            )
        notify(f"{self!r} was traced, but {what}")

    def remember(self, way: Way, watched: dict[int, Any], call: Call) -> None:
        """Make a short way in for calls like this."""
        known = self._hot
        if (known and known[0][0] is way) or any(map(_is_looked_at, (*call.values, *call.captured))):
            return
        made = next((hot for w, hot in known if w is way), None) or hot_path(way, watched, call)
        if made is not None:
            self._hot = ((way, made), *[entry for entry in known if entry[0] is not way][: _HOT - 1])

    # -- What a person can ask ----------------------------------------------------------------------------------------

    def lower(self, *args: Any, **kwargs: Any) -> Stages:
        """What the compiler makes of the function for these arguments, stage by stage; see :class:`Stages`."""
        call = self._request(args, kwargs)
        return Stages(call.specialisation.way_for(call).path.executable)

    def cache_info(self) -> CacheInfo:
        """How many specialisations and paths there are."""
        found = list(self._specialisations.values())
        ways = [way for specialisation in found for way in specialisation.ways]
        made = [way.path.made for way in ways]
        return CacheInfo(
            len(found),
            len(ways),
            sum(s.traced for s in found),
            sum(1 for executable in made if executable is not None and executable.from_store),
            sum(1 for s in found if s.full),
        )

    def clear_cache(self) -> None:
        """Forget all specialisations; what is on disk stays."""
        with self._lock:
            self._specialisations, self._environments, self._bound = {}, {}, {}
            self._hot = ()


_METHODS = "__wengert_compiled__"
"""Where an object keeps its compiled methods."""


class _Methods(dict[Compiled, Compiled]):
    """The compiled methods of one object; they are not copied with it."""

    def __copy__(self) -> _Methods:
        return _Methods()

    def __deepcopy__(self, memo: dict[int, Any]) -> _Methods:
        return _Methods()

    def __reduce__(self) -> Any:
        return _Methods, ()


def _is_looked_at(x: Value) -> bool:
    return isinstance(strip(x), Box)


def _value(x: Any) -> Value | None:
    """An argument that may differ from call to call: an array, or a number; None for one that is fixed."""
    if isinstance(x, Box):
        return strip(x)
    if type(x) is float or type(x) is complex or (type(x) is int and -_INT64 <= x < _INT64):
        return x
    if backend.is_array(x) and x.dtype.kind in "biufc":
        value = x if type(x) is np.ndarray else np.asarray(x)
        return value if value.dtype.isnative else value.astype(value.dtype.newbyteorder("="))
    return None


_INT64 = 1 << 63


def _make_room(kept: dict[Any, Any]) -> None:
    """Forget the oldest entries of what grows with what a program does."""
    while len(kept) >= _KEPT:
        kept.pop(next(iter(kept)), None)


def _unhashable(values: Sequence[Any]) -> str:
    for x in values:
        try:
            hash(x if (key := plain_key(x)) is None else key)
        except TypeError:
            return f"{x!r} of type {type(x).__name__}"
    return "one of them"


def _numbers(static_argnums: Any) -> tuple[int, ...]:
    numbers = (static_argnums,) if hasattr(static_argnums, "__index__") else static_argnums
    if not isinstance(numbers, (tuple, list)) or not all(hasattr(n, "__index__") for n in numbers):
        raise DTypeError(f"static_argnums must be an integer or a tuple of integers, not {static_argnums!r}")
    return tuple(n.__index__() for n in numbers)

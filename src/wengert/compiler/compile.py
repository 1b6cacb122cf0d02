"""``compile``: a function as machine code, specialised on what it is called with."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Collection, Sequence
from functools import update_wrapper
from typing import Any, NamedTuple

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, TreeError, WengertError
from ..core.interpreter import Box, state, strip, wrap
from ..core.tree import Tree, flatten, unflatten
from ..core.types import SCALARS, ArrayType, Value, type_of
from ..eager.array import Array
from ..eager.tape import EAGER
from ..transforms.arguments import check_callable
from ..transforms.trace import Stager
from .environment import Environment
from .executable import Executable, RunEagerly
from .guards import GuardFailed
from .path import Path
from .stages import Stages, check_stages
from .tracing import Traced, trace_path

__all__ = ["CacheInfo", "Compiled", "compile"]

PATHS = 32
"""So many ways through a function are kept for one specialisation; then it runs eagerly."""


class CacheInfo(NamedTuple):
    """What a compiled function holds."""

    specialisations: int
    """Combinations of types and static arguments that it was traced for."""
    paths: int
    """Ways through the function, over all specialisations."""
    calls: int
    """Calls that did not take the shortest way in."""
    traced: int
    """How often the function was run to trace it."""
    from_disk: int
    """Paths whose object code was found in the cache on disk."""
    eager: int
    """Specialisations that run eagerly, because they cannot be compiled."""


class Compiled:
    """A function that is compiled when it is called; see :func:`compile`."""

    def __init__(self, function: Callable[..., Any], static_argnums: Any, off: Collection[str]) -> None:
        check_callable(function)
        self.function = function
        self.static = _numbers(static_argnums)
        self.off = check_stages(off)
        self._specialisations: dict[Any, _Specialisation] = {}
        self._environment: Environment | None = None
        self._hot: _Hot | None = None
        self._lock = threading.RLock()
        self._calls = 0
        self._changes = 0
        update_wrapper(self, function, updated=())

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.function, '__qualname__', self.function)!s}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return _Bound(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives for these arguments."""
        hot = self._hot
        if hot is not None and not kwargs and not state.levels:
            out = hot(args)
            if out is not None:
                return out[0]
        return self._call(args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if any(isinstance(level, Stager) for level in (*state.levels, *(v.level for v in state.visits))):
            return self.function(*args, **kwargs)
        self._calls += 1
        call = self._request(args, kwargs)
        return call.specialisation(call)

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Call:
        """A call taken apart, with the specialisation that it is for."""
        static, dynamic = self._divided(args)
        leaves, tree = flatten((dynamic, kwargs))
        values: list[Value] = []
        types: list[ArrayType] = []
        rest: list[tuple[int, Any]] = []
        for i, x in enumerate(leaves):
            if isinstance(x, Box) or backend.is_array(x):
                values.append(strip(x))
                types.append(ArrayType(x.shape, x.dtype))
            elif type(x) in SCALARS:
                values.append(x)
                types.append(type_of(x))
            else:
                rest.append((i, x))
        environment, captured = self._captured()
        key = (
            tree,
            tuple(types),
            tuple((i, type(x), x) for i, x in (*static, *rest)),
            environment.token(),
            tuple(ArrayType(a.shape, a.dtype) for a in captured),
        )
        try:
            found = self._specialisations.get(key)
        except TypeError:
            raise DTypeError(
                "a compiled function takes arrays, numbers and containers of them; other arguments are fixed when it "
                f"is traced and must be hashable, unlike {_unhashable([x for _, x in (*static, *rest)])}"
            ) from None
        if found is None:
            with self._lock:
                found = self._specialisations.setdefault(key, _Specialisation(self, environment))
        return _Call(found, args, kwargs, values, types, static, rest, len(leaves), tree, captured)

    def _divided(self, args: tuple[Any, ...]) -> tuple[list[tuple[int, Any]], tuple[Any, ...]]:
        """The static arguments with their numbers (below zero, apart from leaves), and the others."""
        if not self.static:
            return [], args
        numbers = set()
        for number in self.static:
            if not -len(args) <= number < len(args):
                raise TreeError(
                    f"static_argnums={self.static} names an argument that is not given: there are {len(args)}"
                )
            numbers.add(number % len(args))
        static = [(~i, args[i]) for i in sorted(numbers)]
        return static, tuple(x for i, x in enumerate(args) if i not in numbers)

    def _captured(self) -> tuple[Environment, list[Any]]:
        environment = self._environment
        captured = environment.current() if environment is not None else None
        while environment is None or captured is None:
            environment = self._environment = Environment(self.function)
            captured = environment.current()
            self._hot = None
        return environment, captured

    def changed_itself(self) -> bool:
        """Note that the function changed what it captures; whether it did so before (a memo is filled but once)."""
        self._changes += 1
        return self._changes > 2

    # -- What a person can ask ------------------------------------------------------------------------------------------

    def lower(self, *args: Any, **kwargs: Any) -> Stages:
        """What the compiler makes of the function for these arguments, stage by stage; see :class:`Stages`."""
        call = self._request(args, kwargs)
        path = call.specialisation.path_for(call)
        return Stages(path.executable)

    def cache_info(self) -> CacheInfo:
        """How many specialisations and paths there are."""
        found = list(self._specialisations.values())
        paths = [p for s in found for p in s.paths]
        made = [p.path._executable for p in paths]
        return CacheInfo(
            len(found),
            len(paths),
            self._calls,
            sum(s.traced for s in found),
            sum(1 for e in made if e is not None and e.from_store),
            sum(1 for s in found if s.eager),
        )

    def clear_cache(self) -> None:
        """Forget all specialisations; what is on disk stays."""
        with self._lock:
            self._specialisations = {}
            self._environment, self._hot = None, None


class _Bound:
    """A compiled method of an object."""

    def __init__(self, compiled: Compiled, instance: Any) -> None:
        self.compiled, self.instance = compiled, instance

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        own = vars(self.instance).setdefault("__wengert_compiled__", {}) if hasattr(self.instance, "__dict__") else {}
        method = own.get(self.compiled)
        if method is None:
            function = self.compiled.function.__get__(self.instance)
            method = own[self.compiled] = Compiled(function, self.compiled.static, self.compiled.off)
        return method(*args, **kwargs)


def _unhashable(values: Sequence[Any]) -> str:
    for x in values:
        try:
            hash(x)
        except TypeError:
            return f"{x!r} of type {type(x).__name__}"
    return "one of them"


def _numbers(static_argnums: Any) -> tuple[int, ...]:
    numbers = (static_argnums,) if hasattr(static_argnums, "__index__") else static_argnums
    if not isinstance(numbers, (tuple, list)) or not all(hasattr(n, "__index__") for n in numbers):
        raise DTypeError(f"static_argnums must be an integer or a tuple of integers, not {static_argnums!r}")
    return tuple(n.__index__() for n in numbers)


class _Call(NamedTuple):
    """One call of a compiled function."""

    specialisation: _Specialisation
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    values: list[Value]
    types: list[ArrayType]
    static: list[tuple[int, Any]]
    rest: list[tuple[int, Any]]
    leaves: int
    tree: Tree
    captured: list[Any]

    def arguments(self, boxes: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The function's arguments, with these in the places of arrays and numbers."""
        fixed, given = dict(self.rest), iter(boxes)
        leaves = [fixed[i] if i in fixed else next(given) for i in range(self.leaves)]
        args, kwargs = unflatten(self.tree, leaves)
        full = list(args)
        for number, x in self.static:
            full.insert(~number, x)
        return tuple(full), kwargs


class _PathOfCall(NamedTuple):
    path: Path
    traced: Traced
    snapshot: tuple[Any, ...] | None
    """What the captured arrays were, where constants may have been computed from them."""

    def fits(self, captured: Sequence[Any]) -> bool:
        """Whether the captured arrays are what the constants were computed from."""
        if self.snapshot is None:
            return True
        return all(_same(a, b) for a, b in zip(captured, self.snapshot, strict=True))


def _same(array: Any, kept: Any) -> bool:
    value = strip(array)
    if isinstance(value, Box):
        return value is kept
    return isinstance(kept, np.ndarray) and value.dtype == kept.dtype and value.tobytes() == kept.tobytes()


class _Specialisation:
    """The paths through a function for arguments of the same types."""

    def __init__(self, owner: Compiled, environment: Environment) -> None:
        self.owner, self.environment = owner, environment
        self.paths: list[_PathOfCall] = []
        self.eager = False
        self.traced = 0
        self._lock = threading.RLock()

    def __call__(self, call: _Call) -> Any:
        """What the function gives."""
        if self.eager:
            return self.owner.function(*call.args, **call.kwargs)
        try:
            for found in list(self.paths):
                if not found.fits(call.captured):
                    continue
                try:
                    return self._run(found, call)
                except GuardFailed:
                    continue
            found = self._new_path(call)
            if found is None:
                return self.owner.function(*call.args, **call.kwargs)
            return self._run(found, call)
        except (RunEagerly, GuardFailed):
            return self.owner.function(*call.args, **call.kwargs)

    def path_for(self, call: _Call) -> Path:
        """The path that a call takes."""
        for found in self.paths:
            try:
                if found.fits(call.captured):
                    self._run(found, call)
                    return found.path
            except GuardFailed:
                continue
        made = self._new_path(call)
        if made is None:
            raise DTypeError(f"{self.owner!r} runs eagerly for these arguments: see the warning")
        return made.path

    def _run(self, found: _PathOfCall, call: _Call) -> Any:
        captured = [call.captured[k] for k in found.traced.captured]
        outputs = found.path([*call.values, *map(strip, captured)])
        if found is not self.paths[0]:
            with self._lock:
                self.paths.remove(found)
                self.paths.insert(0, found)
        self.owner._hot = _Hot.of(self, found, call)
        return unflatten(found.traced.out_tree, [wrap(o) for o in outputs])

    def _new_path(self, call: _Call) -> _PathOfCall | None:
        with self._lock:
            if len(self.paths) >= PATHS:
                self._give_up(
                    f"it took more than {PATHS} different ways through Python's control flow for arguments of the "
                    "same types; use wg.cond, wg.while_loop, wg.scan or wg.where, or pass numbers that it branches on "
                    "by static_argnums"
                )
                return None
            self.traced += 1
            function = self.owner.function
            try:
                traced = trace_path(function, call.arguments, call.values, call.types, call.captured)
            except RecursionError:
                raise
            changed = self.environment.difference()
            if changed is not None and self.owner.changed_itself():
                raise TreeError(
                    f"{getattr(function, '__name__', function)} changes {changed}, which it captured, when it is "
                    "called; a compiled function runs only once for all calls of the same types: return what changes"
                )
            try:
                path = Path(traced.program, getattr(function, "__name__", "function"), self.owner.off)
                if not any(isinstance(x, Box) for x in (*call.values, *map(strip, call.captured))):
                    path.executable  # noqa: B018
            except WengertError:
                raise
            except Exception as error:  # a fault of the compiler: the function is right, so let it run
                self._give_up(
                    f"the compiler failed ({type(error).__name__}: {error}), which is a fault of wengert's: "
                    "please report it with the function and the arguments' shapes and dtypes"
                )
                return None
            snapshot = tuple(_kept(a) for a in call.captured) if traced.unexplained and call.captured else None
            made = _PathOfCall(path, traced, snapshot)
            self.paths.insert(0, made)
            return made

    def _give_up(self, why: str) -> None:
        self.eager = True
        warnings.warn(f"{self.owner!r} runs eagerly from now on for arguments like these: {why}", stacklevel=6)


def _kept(array: Any) -> Any:
    value = strip(array)
    return value if isinstance(value, Box) else np.array(value)


class _Hot:
    """The shortest way in, for a call like the last one."""

    def __init__(
        self, specialisation: _Specialisation, found: _PathOfCall, call: _Call, executable: Executable
    ) -> None:
        self.kinds = [t.dtype if t.is_weak else np.ndarray for t in call.types]
        self.tree = call.tree
        self.flat = all(type(a) in (Array, np.ndarray, float, int, bool, complex) for a in call.args)
        self.environment = None if specialisation.environment.trivial else specialisation.environment
        self.captured = found.traced.captured
        self.executable = executable
        self.entry = executable.entry
        self.outputs = executable.outputs
        self.out_tree = found.traced.out_tree
        self.single = (
            len(self.outputs) == 1 and not isinstance(found.traced.out_tree, tuple) and _is_leaf(self.out_tree)
        )

    @staticmethod
    def of(specialisation: _Specialisation, found: _PathOfCall, call: _Call) -> _Hot | None:
        """For a call without static arguments, on plain arrays."""
        executable = found.path._executable
        if executable is None or call.static or call.rest or call.kwargs or found.snapshot is not None:
            return None
        return _Hot(specialisation, found, call, executable)

    def __call__(self, args: tuple[Any, ...]) -> tuple[Any] | None:
        """The result, in a tuple; None where the call is another."""
        if self.flat:
            leaves: Sequence[Any] = args
            if len(args) != len(self.kinds):
                return None
        else:
            leaves, tree = flatten((args, {}))
            if tree != self.tree:
                return None
        values = []
        for x, kind in zip(leaves, self.kinds, strict=True):
            given = type(x)
            if given is Array:
                if x._note is not None or x._level is not EAGER:
                    return None
                x = x._value
                given = type(x)
            if given is not kind:
                if kind is not np.ndarray or not isinstance(x, np.generic):
                    return None
                x = np.asarray(x)
            elif kind is not np.ndarray:
                x = np.array(x)
            values.append(x)
        if self.environment is not None:
            captured = self.environment.current()
            if captured is None:
                return None
            for k in self.captured:
                x = captured[k]
                if type(x) is Array:
                    if x._note is not None or x._level is not EAGER:
                        return None
                    x = x._value
                if type(x) is not np.ndarray:
                    x = np.asarray(x)
                values.append(x)
        executable = self.executable
        results = [_empty(shape, dtype) for shape, dtype in self.outputs]
        arena = executable.take_arena()
        status = self.entry(*values, *results, arena)
        executable.give_arena(arena)
        if status:
            return None
        if self.single:
            return (Array(results[0], EAGER, None),)
        return (unflatten(self.out_tree, [Array(x, EAGER, None) for x in results]),)


_empty = np.empty


def _is_leaf(tree: Tree) -> bool:
    return flatten(0.0)[1] is tree


def compile(
    function: Callable[..., Any] | None = None,
    *,
    static_argnums: int | Sequence[int] = (),
    off: Collection[str] = (),
) -> Any:
    """A function like ``function``, as machine code.

    The function is traced when it is called with arguments of new shapes or dtypes: it runs once, on placeholders,
    and what it does with them becomes a program, which is compiled. Python's own control flow may depend on values:
    the program then holds for the way that was taken, with a guard at each decision, and other ways are compiled when
    they are met. What else Python does, such as printing, it does when the function is traced. Arrays that the function
    captured are read anew at each call, and other captured values are watched.

    Parameters
    ----------
    function : callable
        Takes and returns arrays, numbers, or containers of them. Left out, the result is a decorator.
    static_argnums : int or sequence of int
        Positional arguments that the function is specialised on by value; they must be hashable. So are all arguments
        that are neither arrays nor numbers.
    off : collection of str
        Stages of the compiler to leave out, to find the one at fault: see ``wengert.compiler.stages.STAGES``.

    Returns
    -------
    A :class:`Compiled` function, which takes part in all transforms. ``lower(*args)`` shows what the compiler makes of
    it, ``cache_info()`` what it holds.

    Raises
    ------
    DTypeError, TreeError, GraphError
        When it is called, if the function cannot be traced.

    Examples
    --------
    >>> import wengert as wg
    >>> @wg.compile
    ... def f(x):
    ...     b = x * 2
    ...     while wg.linalg.norm(b) < 1000:
    ...         b = b * 2
    ...     return wg.sum(b)
    >>> f(wg.array([1.0, 2.0]))
    Array(1536.)
    >>> wg.grad(f)(wg.array([1.0, 2.0]))
    Array([512., 512.])
    """
    if function is None:
        return lambda f: Compiled(f, static_argnums, off)
    return Compiled(function, static_argnums, off)

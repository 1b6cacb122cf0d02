"""The shortest way in: for a call like one before, on arrays that nothing looks at, straight to machine code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..core.tree import Tree, flatten, unflatten
from ..eager.array import Array
from ..eager.tape import EAGER
from .specialisation import Call, Way, same

if TYPE_CHECKING:
    from .tracing.environment import Environment

__all__ = ["MISS", "Hot", "hot_path"]

MISS = object()
"""What a short way gives for a call that is not for it."""

Hot: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any]], Any]
"""Takes positional and keyword arguments; gives the result, or MISS."""

_Entrance: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any]], list[Any] | None]

_ndarray, _asarray, _empty = np.ndarray, np.asarray, np.empty


def hot_path(way: Way, watched: dict[int, Any], call: Call) -> Hot | None:
    """The short way for calls like this; None where there is none.

    Parameters
    ----------
    way
        That the call took.
    watched
        Captured arrays that must be what they were.
    call
        On arrays of the ground level.
    """
    executable = way.path.made
    if executable is None or way.draws:
        return None
    enter = _entrance(call)
    captured = _captured(way, watched, call)
    leave = _exit(way)
    outputs, entry = executable.outputs, executable.entry
    take, give = executable.take_arena, executable.give_arena

    def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values = enter(args, kwargs)
        if values is None or (captured is not None and not captured(values)):
            return MISS
        results = [_empty(shape, dtype) for shape, dtype in outputs]
        arena = take()
        status = entry(*values, *results, arena)
        give(arena)
        return MISS if status else leave(results)

    return run


# ---------------------------------------------------------------------------------------------------------------------
# What goes in
# ---------------------------------------------------------------------------------------------------------------------


class _Fixed:
    """An argument that must be this very object."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing


def _entrance(call: Call) -> _Entrance:
    """What makes of arguments the arrays that machine code takes; None where they are others."""
    kinds = _kinds(call)
    if kinds is None:
        return _containers(call)
    if all(kind is _ndarray for kind in kinds):
        return _arrays(len(kinds))
    count = len(kinds)

    def enter(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any] | None:
        return _taken(args, kinds) if len(args) == count and not kwargs else None

    return enter


def _arrays(count: int) -> _Entrance:
    """The commonest case: arrays, and nothing else."""

    def enter(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any] | None:
        if len(args) != count or kwargs:
            return None
        values = []
        for x in args:
            if type(x) is Array:
                if x._note is not None or x._level is not EAGER:
                    return None
                x = x._value
            if type(x) is not _ndarray:
                if not isinstance(x, np.generic):
                    return None
                x = _asarray(x)
            values.append(x)
        return values

    return enter


def _taken(leaves: Sequence[Any], kinds: Sequence[Any]) -> list[Any] | None:
    """The leaves that are arrays or numbers of these kinds, as arrays."""
    values = []
    for x, kind in zip(leaves, kinds, strict=True):
        given = type(x)
        if given is Array:
            if x._note is not None or x._level is not EAGER:
                return None
            x = x._value
            given = type(x)
        if kind is _ndarray:
            if given is not _ndarray:
                if not isinstance(x, np.generic):
                    return None
                x = _asarray(x)
        elif type(kind) is _Fixed:
            if x is not kind.thing and (given is not int or type(kind.thing) is not int or x != kind.thing):
                return None
            continue
        elif given is kind:
            x = _asarray(x)
        else:
            return None
        values.append(x)
    return values


def _kinds(call: Call) -> list[Any] | None:
    """What each positional argument must be: an array, a type of numbers, or an object; None if one is a container."""
    if call.kwargs:
        return None
    static = dict(call.static)
    dynamic = [x for k, x in enumerate(call.args) if k not in static]
    if any(flatten(x)[1] is not _LEAF for x in dynamic):
        return None
    kinds = _leaf_kinds(call)
    for k in sorted(static):
        kinds.insert(k, _Fixed(static[k]))
    return kinds


def _leaf_kinds(call: Call) -> list[Any]:
    rest = dict(call.rest)
    types = iter(call.types)
    return [
        _Fixed(rest[k]) if k in rest else t.dtype if (t := next(types)).is_weak else _ndarray
        for k in range(call.leaves)
    ]


def _containers(call: Call) -> _Entrance:
    """Arguments of which some are containers, or given by name."""
    kinds, tree, static = _leaf_kinds(call), call.tree, dict(call.static)
    count = len(call.args)

    def enter(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any] | None:
        if len(args) != count:
            return None
        if static:
            if any(args[k] is not x for k, x in static.items()):
                return None
            args = tuple(x for k, x in enumerate(args) if k not in static)
        leaves, found = flatten((args, kwargs) if kwargs else (args,))
        return _taken(leaves, kinds) if found == tree else None

    return enter


def _captured(way: Way, watched: dict[int, Any], call: Call) -> Callable[[list[Any]], bool] | None:
    """What adds the captured arrays to the values; False where they are not what they were."""
    environment: Environment = call.environment
    if environment.trivial:
        return None
    current, inputs = environment.current, way.traced.captured

    def add(values: list[Any]) -> bool:
        captured = current()
        if captured is None:
            return False
        for k, kept in watched.items():
            if not same(captured[k], kept):
                return False
        for k in inputs:
            x = captured[k]
            if type(x) is Array:
                if x._note is not None or x._level is not EAGER:
                    return False
                x = x._value
            values.append(x if type(x) is _ndarray else _asarray(x))
        return True

    return add


# ---------------------------------------------------------------------------------------------------------------------
# What comes out
# ---------------------------------------------------------------------------------------------------------------------


def _exit(way: Way) -> Callable[[list[Any]], Any]:
    """What makes the result of the output arrays."""
    traced, weak = way.traced, way.path.weak
    tree: Tree = traced.out_tree
    if any(r is not None for r in traced.results) or any(weak):
        numbers = traced.results

        def mixed(results: list[Any]) -> Any:
            given = iter([x.item() if w else Array(x, EAGER) for x, w in zip(results, weak, strict=True)])
            return unflatten(tree, [next(given) if r is None else r for r in numbers])

        return mixed
    if tree is _LEAF:
        return lambda results: Array(results[0], EAGER)
    if type(unflatten(tree, list(range(len(weak))))) is tuple and tree == flatten(tuple(range(len(weak))))[1]:
        if len(weak) == 2:
            return lambda results: (Array(results[0], EAGER), Array(results[1], EAGER))
        return lambda results: tuple([Array(x, EAGER) for x in results])
    return lambda results: unflatten(tree, [Array(x, EAGER) for x in results])


_LEAF = flatten(0.0)[1]

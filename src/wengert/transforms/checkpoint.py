"""``checkpoint``: trade memory for time by computing a function's intermediate values again in the reverse sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from ..core.interpreter import Box, Interpreter, apply, state, strip, wrap
from ..core.primitive import Primitive
from ..core.tree import unflatten
from ..core.types import Value, type_of
from ..eager.modes import enable_grad
from ..eager.sweep import sweep
from ..eager.tape import Node, Output, Recorder
from .batch import Batch
from .calls import FlatCall, FlatFunction, at_level, call_primitive, mine
from .forward import Forward

__all__ = ["checkpoint"]


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function like ``function`` of which only the arguments are kept for the reverse sweep.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays. It runs again in the sweep, with the same arguments, and
        must compute the same again. Arrays that it captures are differentiated as usual.

    Returns
    -------
    A function of the same arguments.

    Examples
    --------
    >>> import wengert as wg
    >>> block = wg.checkpoint(lambda x: wg.sin(wg.sin(wg.sin(x))))
    >>> wg.grad(block)(0.0)
    Array(1.)
    """

    @wraps(function)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        call = FlatCall(lambda *xs: function(*xs, **kwargs), args)
        name = f"checkpoint[{getattr(function, '__name__', 'function')}]"
        out = apply(_primitive(call, name), *call.inputs) if call.inputs else call()
        return unflatten(call.out_tree, [wrap(x) for x in out])

    return checkpointed


def _primitive(function: FlatFunction, name: str) -> Primitive:
    def call(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        if isinstance(level, Recorder):
            return _record(function, name, level, inputs)
        if isinstance(level, Forward):
            return _push(function, name, level, inputs)
        assert isinstance(level, Batch)
        flags = [mine(level, x) for x in inputs]
        values = [x._value if b else x for x, b in zip(inputs, flags, strict=True)]
        out = apply(_primitive(at_level(level, function, flags), name), *values)
        return tuple(level.box(strip(o), None) for o in out)

    return call_primitive(name, function, call, vjp=_recompute)


def _recompute(*_: Any) -> Any:
    raise AssertionError("recorded calls have a VJP of their own")


def _push(function: FlatFunction, name: str, level: Forward, inputs: tuple[Value, ...]) -> Any:
    """Values and tangents together are a function of values and tangents: that function is checkpointed."""
    moving = [mine(level, x) for x in inputs]
    primals = [x._value if m else strip(x) for x, m in zip(inputs, moving, strict=True)]
    tangents = [x._note for x, m in zip(inputs, moving, strict=True) if m]
    still: list[bool] = []

    def both(*values: Value) -> tuple[Value, ...]:
        directions = iter(values[len(primals) :])
        boxes = [level.dual(v, next(directions)) if m else v for v, m in zip(values, moving, strict=False)]
        with level.reopened():
            pairs = [level.split(strip(o)) for o in function(*boxes)]
        still[:] = [t is None for _, t in pairs]
        return tuple(v for v, _ in pairs) + tuple(t for _, t in pairs if t is not None)

    out = apply(_primitive(both, name), *primals, *tangents)
    values, moved = out[: len(still)], iter(out[len(still) :])
    return tuple(level.dual(v, None if s else next(moved)) for v, s in zip(values, still, strict=True))


def _record(function: FlatFunction, name: str, level: Recorder, inputs: tuple[Value, ...]) -> Any:
    """Run the function, see on which recorded arrays it depends, forget the rest."""
    outer = state.scope(state.floor, None)
    try:
        fresh = [level.leaf(x._value) if _recorded(level, x) else x for x in inputs]
        outputs = function(*fresh)
    finally:
        state.scope(*outer)
    own = {x._note for x, given in zip(fresh, inputs, strict=True) if x is not given}
    roots = [o._note for o in outputs if _recorded(level, o)]
    first = min((n.order for n in own), default=0)
    captured = _boundary(roots, own, first)
    values = tuple(x._value if mine(level, x) else x for x in inputs)
    notes = [x._note if _recorded(level, x) else type_of(strip(x)) for x in inputs]
    moving = [_recorded(level, x) for x in inputs]
    primitive = call_primitive(name, function, lambda *_: None, vjp=_pull(function, level, moving, captured))
    lowered = tuple(strip(o._value if mine(level, o) else o) for o in outputs)
    wanted = sum(1 << i for i, n in enumerate((*notes, *captured)) if isinstance(n, Node))
    saved = (*values, *[None] * len(captured), None)
    boxes = level.record(primitive, {}, (*notes, *captured), saved, wanted, lowered)
    return tuple(b if _recorded(level, o) else wrap(o) for b, o in zip(boxes, outputs, strict=True))


def _recorded(level: Interpreter, x: Value) -> bool:
    return isinstance(x, Box) and x._level is level and isinstance(x._note, Node)


def _boundary(roots: Sequence[Node], own: set[Node], first: int) -> tuple[Node, ...]:
    """The nodes older than ``first`` on which the roots directly depend."""
    seen, stack, found = set(roots), list(roots), []
    while stack:
        node = stack.pop()
        if node in own:
            continue
        if node.order < first:
            found.append(node)
            continue
        for parent in node.inputs:
            if isinstance(parent, Node) and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return tuple(found)


def _pull(
    function: FlatFunction, level: Recorder, moving: Sequence[bool], captured: tuple[Node, ...]
) -> Callable[..., Sequence[Value | None]]:
    def vjp(
        cotangents: Sequence[Value | None], saved: Sequence[Any], params: dict[str, Any], wanted: int
    ) -> Sequence[Value | None]:
        # in a recorded sweep the saved inputs are recorded arrays themselves, and the second sweep is recorded too
        lifted = any(_recorded(level, v) for v in saved[: len(moving)])
        xs = [
            (v if lifted else level.leaf(v)) if m else v for v, m in zip(saved[: len(moving)], moving, strict=True)
        ]
        with level.reopened(), enable_grad():
            outputs = function(*xs)
        targets = [x._note if m else None for x, m in zip(xs, moving, strict=True)]
        roots = [
            (o._note, ct)
            for o, ct in zip(outputs, cotangents, strict=True)
            if ct is not None and _recorded(level, o)
        ]
        found = sweep(
            roots,
            retain=lifted,
            lift=level.box if lifted else None,
            targets={*captured, *[t for t in targets if t is not None]},
        )
        return [None if t is None else found.get(t) for t in (*targets, *captured)]

    return vjp

"""``checkpoint``: trade memory for time by computing a function's intermediate values again in the reverse sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from ..core.errors import GraphError
from ..core.interpreter import Box, Interpreter, Journal, apply, state, strip, wrap
from ..core.primitive import Primitive
from ..core.program import Program
from ..core.tree import unflatten
from ..core.types import Value, type_of
from ..eager.sweep import sweep
from ..eager.tape import Leaf, Node, Recorder
from ..ops.control import barrier
from .arguments import check_callable, check_function
from .batch import Batch
from .calls import FlatCall, FlatFunction, at_level, call_primitive, mine, of_level, older
from .forward import Forward
from .trace import Stager

__all__ = ["checkpoint"]


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function like ``function`` of which only the arguments are kept for the reverse sweep.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays. It runs again in the sweep, with the same arguments, and
        must compute the same again; what it draws from ``wg.random`` is kept. Arrays that it captures are
        differentiated as usual.

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
    check_callable(function)
    name = f"checkpoint[{getattr(function, '__name__', 'function')}]"

    check_function(function)

    @wraps(function)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        call = FlatCall(lambda *xs: function(*xs, **kwargs), args)
        out = apply(_primitive(call, name), *call.take_inputs())
        return unflatten(call.out_tree, [wrap(x) for x in out])

    return checkpointed


def _primitive(function: FlatFunction, name: str) -> Primitive:
    def evaluate(*values: Value) -> tuple[Value, ...]:
        return _record(function, name, values)

    def call(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        if isinstance(level, Recorder):
            return _record(function, name, inputs)
        if isinstance(level, Forward):
            return _push(function, name, level, inputs)
        if isinstance(level, Stager):
            return _stage(function, name, level, inputs)
        assert isinstance(level, Batch)
        flags = [mine(level, x) for x in inputs]
        values = [x._value if b else x for x, b in zip(inputs, flags, strict=True)]
        out = apply(_primitive(at_level(level, of_level(level, function), flags), name), *values)
        return tuple(level.box(strip(o), None) for o in out)

    return call_primitive(name, evaluate, call, vjp=_differently)


def _differently(*_: Any) -> Any:
    raise AssertionError("a recorded call has a VJP of its own")


def _stage(function: FlatFunction, name: str, level: Stager, inputs: tuple[Value, ...]) -> Any:
    """In a program the call is an equation, with the program of the function beside it."""
    program, captured, outputs = level.subprogram(of_level(level, function), inputs)
    atoms = (*map(level.atom, inputs), *captured)
    return level.write(_primitive(_evaluated(program), name), atoms, {"program": program}, outputs)


def _evaluated(program: Program) -> FlatFunction:
    return lambda *values: tuple(program.evaluate(*values))


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
            pairs = [level.split(strip(o)) for o in of_level(level, function)(*boxes)]
        still[:] = [t is None for _, t in pairs]
        return tuple(v for v, _ in pairs) + tuple(t for _, t in pairs if t is not None)

    out = apply(_primitive(both, name), *primals, *tangents)
    values, moved = out[: len(still)], iter(out[len(still) :])
    return tuple(level.dual(v, None if s else next(moved)) for v, s in zip(values, still, strict=True))


# ---------------------------------------------------------------------------------------------------------------------
# Recording
# ---------------------------------------------------------------------------------------------------------------------


def _record(function: FlatFunction, name: str, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
    """Run the function, see on which recorded arrays it depends, inputs or captured ones, and forget the rest."""
    floor, start = state.floor, Leaf((), None).order
    scopes = (*state.levels, *(visit.level for visit in state.visits))
    journal = Journal()
    with _scope(floor), journal.noting():
        outputs = function(*inputs)
    level = max((o._level for o in outputs if _node(o)), key=lambda level: level.depth, default=None)
    if level is None:
        return outputs
    notes = [_node(x, level) for x in inputs]
    captured = tuple(older([n for o in outputs if (n := _node(o, level))], start) - set(notes))
    values = tuple(x._value if mine(level, x) else strip(x) for x in inputs)
    lowered = tuple(strip(o._value if mine(level, o) else o) for o in outputs)
    primitive = call_primitive(
        name,
        _not_to_be_run_again if captured else function,
        _differently,
        tuple(map(type_of, lowered)),
        vjp=_pull(function, level, scopes, floor, notes, captured, journal),
    )
    nodes = (*notes, *captured)
    wanted = sum(1 << i for i, node in enumerate(nodes) if node)
    entries = [type_of(values[i]) if node is None else node for i, node in enumerate(nodes)]
    boxes = level.record(primitive, {}, entries, (*values, *[None] * len(captured), _PLAIN), wanted, lowered)
    return tuple(b if _node(o, level) else o for b, o in zip(boxes, outputs, strict=True))


@contextmanager
def _scope(floor: int) -> Iterator[None]:
    """A scope in which as much is recorded as above this depth, and not collected."""
    outer = state.scope(floor, None)
    try:
        yield
    finally:
        state.scope(*outer)


def _node(x: Value, level: Interpreter | None = None) -> Node | None:
    """The node of a recorded array (of this level)."""
    recorded = isinstance(x, Box) and isinstance(x._note, Node) and (level is None or x._level is level)
    return x._note if recorded else None


def _not_to_be_run_again(*_: Value) -> Any:
    raise GraphError("a checkpointed function that captured arrays cannot be run from a tape; use wg.trace")


_PLAIN = object()
"""Stands behind the saved values of a call; in a recorded sweep, where they are recorded themselves, there is None."""


def _pull(
    function: FlatFunction,
    level: Recorder,
    scopes: Sequence[Interpreter],
    floor: int,
    notes: Sequence[Node | None],
    captured: tuple[Node, ...],
    journal: Journal,
) -> Callable[..., Sequence[Value | None]]:
    above = [scope for scope in scopes if scope.depth > level.depth]  # the function may look at arrays of theirs

    def vjp(
        cotangents: Sequence[Value | None], saved: Sequence[Any], params: dict[str, Any], wanted: int
    ) -> Sequence[Value | None]:
        lifted = saved[-1] is None
        values = _apart(saved[: len(notes)], cotangents)
        inputs = [v if lifted or n is None else level.box(v, n) for v, n in zip(values, notes, strict=True)]
        with ExitStack() as stack:
            for reopened in (*above, level):
                stack.enter_context(reopened.reopened(values_only=True))
            stack.enter_context(_scope(floor))
            stack.enter_context(journal.reading())
            outputs = function(*inputs)
        roots = [
            (n, ct) for o, ct in zip(outputs, cotangents, strict=True) if ct is not None and (n := _node(o, level))
        ]
        targets = {*captured, *(n for n in notes if n)}
        found = sweep(roots, retain=lifted, lift=level.box if lifted else None, targets=targets)
        return [found.pop(n, None) if n else None for n in (*notes, *captured)]  # pop: an array may be given twice

    return vjp


def _apart(values: Sequence[Value], cotangents: Sequence[Value | None]) -> list[Value]:
    """The values, where a program is written not to be taken for those from which the first run computed."""
    apart = list(values)
    places = [i for i, x in enumerate(values) if _is_staged(x)]
    if places:
        tokens = [ct for ct in cotangents if ct is not None]
        behind = apply(barrier, *(values[i] for i in places), *tokens, count=len(places))
        for i, x in zip(places, behind, strict=True):
            apart[i] = x
    return apart


def _is_staged(x: Value) -> bool:
    """Whether a value stands for a variable of a program."""
    while isinstance(x, Box):
        if isinstance(x._level, Stager):
            return True
        x = x._value
    return False

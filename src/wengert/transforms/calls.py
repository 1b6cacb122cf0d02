"""Functions of the user as operations: flat in arrays, and run at a level that may have returned already."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.errors import TreeError
from ..core.interpreter import Box, Interpreter, state, strip, wrap
from ..core.primitive import Primitive
from ..core.program import Program, Variable, check
from ..core.tree import Tree, flatten, unflatten
from ..core.types import SCALARS, ArrayType, Value, type_of
from ..eager.tape import Node
from .arguments import array_value
from .batch import Batch

__all__ = [
    "CapturedAbove",
    "FlatCall",
    "FlatFunction",
    "at_level",
    "call_primitive",
    "mine",
    "of_level",
    "older",
    "positional",
]

FlatFunction = Callable[..., tuple[Value, ...]]


class FlatCall:
    """One call of a function, flat in its array arguments; what is no array is fixed."""

    def __init__(self, function: Callable[..., Any], args: Sequence[Any]) -> None:
        self.function = function
        leaves, self.in_tree = flatten(tuple(args))
        self._positions = [i for i, x in enumerate(leaves) if isinstance(x, (Box, *SCALARS)) or backend.is_array(x)]
        self._inputs: list[Value] = [array_value(leaves[i], "an argument") for i in self._positions]
        for i in self._positions:
            leaves[i] = None
        self._leaves = leaves
        self.out_tree: Tree = None

    def take_inputs(self) -> list[Value]:
        """The array arguments, once: a tape holds on to the call, and is not to hold on to its arrays."""
        inputs, self._inputs = self._inputs, []
        return inputs

    def arguments(self, values: Sequence[Value]) -> Any:
        """The arguments with these arrays in their places."""
        full = list(self._leaves)
        for position, value in zip(self._positions, values, strict=True):
            full[position] = wrap(value)
        return unflatten(self.in_tree, full)

    def __call__(self, *values: Value) -> tuple[Value, ...]:
        """The function's outputs, flat."""
        leaves, self.out_tree = flatten(self.function(*self.arguments(values)))
        return tuple(strip(array_value(x, "what the function returns")) for x in leaves)


def positional(signature: inspect.Signature, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments of a call by position, defaults included."""
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    if bound.kwargs:
        raise TreeError(f"a function with rules of its own takes positional arguments only, not {list(bound.kwargs)}")
    return bound.args


def mine(level: Interpreter, x: Value) -> bool:
    """Whether a value is a box of this level."""
    return isinstance(x, Box) and x._level is level


class CapturedAbove(Exception):
    """A call turned out to have captured arrays of a level above all of its arguments."""

    def __init__(self, level: Interpreter, asked: Interpreter) -> None:
        super().__init__(level)
        self.level, self.asked = level, asked


def of_level(level: Interpreter, function: FlatFunction) -> FlatFunction:
    """The function; raises CapturedAbove if an output is of a level above."""

    def checked(*values: Value) -> tuple[Value, ...]:
        outputs = function(*values)
        above = [x._level for x in outputs if isinstance(x, Box) and x._level.depth > level.depth]
        if above:
            raise CapturedAbove(max(above, key=lambda found: found.depth), level)
        return outputs

    return checked


def at_level(level: Batch, function: Callable[..., Any], batched: Sequence[bool] | None = None) -> Callable[..., Any]:
    """A function of values one level below ``level`` that runs ``function`` on boxes of it.

    What ``function`` captured at that level meets its arguments there, entry by entry. Inputs are batched as
    ``batched`` says, or all; outputs all are. Nested tuples of values go in and come out; None stays None.
    """

    def enter(x: Any, flag: bool) -> Any:
        if isinstance(x, (tuple, list)):
            return tuple(enter(part, flag) for part in x)
        return level.box(x, None) if flag and x is not None else x

    def leave(x: Any) -> Any:
        if isinstance(x, (tuple, list)):
            return tuple(leave(part) for part in x)
        return None if x is None else level.lower(x)

    def run(*args: Any) -> Any:
        flags = [True] * len(args) if batched is None else batched
        boxes = [enter(x, flag) for x, flag in zip(args, flags, strict=True)]
        with level.reopened():
            return leave(function(*boxes))

    return run


def call_primitive(
    name: str,
    function: FlatFunction,
    call: Callable[[Interpreter, tuple[Value, ...], dict[str, Any]], Any],
    types: tuple[ArrayType, ...] | None = None,
    **rules: Any,
) -> Primitive:
    """An operation that runs a function of the user, and interprets itself.

    Its type is known once it ran: ``types``, or what its parameter ``program`` says where it stands in a program.
    """

    def interpret(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        marks = [(above, above.mark()) for above in state.levels if above.depth > level.depth]
        try:
            return call(level, inputs, params)
        except CapturedAbove as found:  # then it is for that level to say first what becomes of the call
            if found.asked is not level:
                raise
            for above, mark in marks:
                above.back_to(mark)
            return call(found.level, inputs, params)

    def evaluate(*inputs: Value, program: Program | None = None) -> tuple[Value, ...]:
        return function(*inputs)

    def type_rule(*inputs: ArrayType, program: Program | None = None) -> tuple[ArrayType, ...]:
        if program is None:
            assert types is not None
            return types
        check(program)
        expected = tuple(v.type for v in program.inputs)
        if inputs != expected:
            raise TypeError(f"{name} takes {', '.join(map(str, expected))}, not {', '.join(map(str, inputs))}")
        return tuple(out.type if isinstance(out, Variable) else type_of(out) for out in program.outputs)

    def unbatched(*_: Any) -> Any:
        raise AssertionError("a call interprets itself")

    return Primitive(
        name=name,
        family="call",
        evaluate=evaluate,
        type_rule=type_rule,
        jvp=unbatched,
        batch=unbatched,
        needs=unbatched,
        examples=(),
        multiple=True,
        call=interpret,
        **rules,
    )


def older(roots: Sequence[Node], start: int) -> set[Node]:
    """The nodes older than ``start`` on which the roots depend through none older."""
    seen, stack, found = set(roots), list(roots), set()
    while stack:
        node = stack.pop()
        if node.order < start:
            found.add(node)
            continue
        for parent in node.inputs:
            if isinstance(parent, Node) and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return found

"""Tracing for the compiler: types flow, and values only where Python asks for one; then a guard is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, GraphError
from ..core.interpreter import Box, strip
from ..core.program import Atom, Equation, Program, Variable
from ..core.tree import Tree, flatten
from ..core.types import SCALARS, ArrayType, Value
from ..functions.operands import concrete
from ..ops.elementwise import equal
from ..ops.reductions import all as all_true
from ..transforms.arguments import array_value
from ..transforms.trace import Tracer
from .guards import guard

__all__ = ["PathTracer", "Traced", "trace_path"]


class Traced(NamedTuple):
    """What tracing a call gave."""

    program: Program
    """Its inputs are the arguments, then the captured arrays that it reads."""
    captured: tuple[int, ...]
    """Which of the captured arrays are inputs."""
    out_tree: Tree
    unexplained: bool
    """Whether there are constants that might have been computed from captured arrays."""
    guards: tuple[tuple[str, Any], ...]


class PathTracer(Tracer):
    """Traces one path through a function, for real arguments.

    Parameters
    ----------
    captured
        The arrays that the function is known to read from outside.
    """

    name: ClassVar[str] = "compile"

    def __init__(self, captured: Sequence[Any]) -> None:
        super().__init__()
        self._arguments: dict[Variable, Value] = {}
        self._known: dict[Variable, Any] = {}
        self._order: dict[Equation, int] = {}
        self._definition: dict[Variable, Equation] = {}
        self._captures: dict[int, tuple[int, Any]] = {}
        for k, array in enumerate(captured):
            value = strip(array) if isinstance(array, Box) else array
            self._captures[id(value)] = (k, value)
            self._captures.setdefault(id(array), (k, array))
        self.captured_inputs: dict[int, Variable] = {}
        self.unexplained = False
        self.guards: list[tuple[str, Any]] = []
        self._generators: dict[int, tuple[Any, Any]] = {}

    def argument(self, value: Value, type: ArrayType) -> Box:
        """The next argument: of this type, which for a Python number is that of the number."""
        box = self.weak_input(type.dtype) if type.is_weak else self.input(type)
        self._arguments[box._note] = value
        return box

    # -- What is captured -----------------------------------------------------------------------------------------------

    def atom(self, x: Value) -> Atom:
        """How an equation refers to a value; a captured array is an input."""
        if isinstance(x, Box) and x._level is self:
            return x._note
        if isinstance(x, SCALARS) and not hasattr(x, "dtype"):
            return x
        value = strip(x)
        found = self._captures.get(id(value))
        if found is None and isinstance(x, Box):
            found = self._captures.get(id(x))
        if found is not None:
            return self._captured_input(*found)
        if isinstance(value, Box):
            raise _Unreachable(
                "a compiled function uses an array that is being differentiated, and that is not found where the "
                "function's names lead; pass it as an argument"
            )
        if not backend.made(value):
            self.unexplained = True
        return super().atom(x)

    def _captured_input(self, number: int, array: Value) -> Variable:
        variable = self.captured_inputs.get(number)
        if variable is None:
            shape = ArrayType(array.shape, array.dtype)
            variable = self.captured_inputs[number] = Variable(shape)
            self._arguments[variable] = array
        return variable

    # -- Values -----------------------------------------------------------------------------------------------------------

    def concrete(self, box: Box, purpose: str) -> Value:
        """The value, of which the program is to take note where Python's control flow may depend on it."""
        variable: Variable = box._note
        value = self._value(variable)
        if purpose in ("repr", "str"):
            return value
        if purpose == "a branch":
            self._guard(variable, "truth", bool(value))
        elif value.size == 1 and not value.shape:
            self._guard(variable, "number", value.item())
        else:
            same = self.process(equal, (box, np.array(value)), {})
            axes = tuple(range(value.ndim))
            whole = self.process(all_true, (same,), {"axes": axes, "keepdims": False})
            self._guard(whole._note, "truth", True)
        return value

    def _guard(self, variable: Variable, kind: str, expected: Any) -> None:
        params = {"number": len(self.guards), "kind": kind, "expected": expected}
        self.equations.append(Equation(guard, (variable,), params, ()))
        self.guards.append((kind, expected))

    def _value(self, variable: Variable) -> Any:
        """The value of a variable, computed with all that it needs, once."""
        if variable in self._known:
            return self._known[variable]
        for equation in self.equations[len(self._order) :]:
            self._order[equation] = len(self._order)
            self._definition.update(dict.fromkeys(equation.outputs, equation))
        constants = {c.variable: c.kept for known in self._captured.values() for c in known}
        needed: set[Equation] = set()
        stack = [variable]
        while stack:
            v = stack.pop()
            if v in self._known:
                continue
            if v in constants:
                self._known[v] = constants[v]
            elif v in self._arguments:
                value = concrete(self._arguments[v], "the control flow of a compiled function")
                self._known[v] = value if v.type.is_weak else np.asarray(value)
            elif self._definition[v] not in needed:
                needed.add(self._definition[v])
                stack += [a for a in self._definition[v].inputs if isinstance(a, Variable)]
        with backend.quiet():
            for equation in sorted(needed, key=self._order.__getitem__):
                self._evaluate(equation)
        return self._known[variable]

    def _evaluate(self, equation: Equation) -> None:
        generator = equation.params.get("generator") if not equation.primitive.pure else None
        if generator is not None:  # the compiled program draws again: it is to get the same
            self._generators.setdefault(id(generator), (generator, generator.bit_generator.state))
        inputs = [self._known[a] if isinstance(a, Variable) else a for a in equation.inputs]
        out = equation.primitive.evaluate(*inputs, **equation.params)
        outputs = out if equation.primitive.multiple else (out,)
        for v, value in zip(equation.outputs, outputs, strict=True):
            value = concrete(value, "the control flow of a compiled function")
            self._known[v] = value.item() if v.type.is_weak else np.asarray(value)

    def rewind(self) -> None:
        """Set random generators back to where they were."""
        for generator, state in self._generators.values():
            generator.bit_generator.state = state


class _Unreachable(GraphError):
    """An array that a compiled program cannot take as an input."""


def trace_path(
    function: Callable[..., Any],
    arguments: Callable[[Sequence[Any]], tuple[tuple[Any, ...], dict[str, Any]]],
    values: Sequence[Value],
    types: Sequence[ArrayType],
    captured: Sequence[Any],
) -> Traced:
    """Trace a call.

    Parameters
    ----------
    arguments
        Gives positional and keyword arguments for the array arguments.
    values, types
        The array arguments, and their types.
    captured
        The arrays that the function can reach by itself.
    """
    handles = [(a, a._value, a._level, a._note) for a in captured if isinstance(a, Box)]
    with PathTracer(captured) as level, backend.noting():
        boxes = [level.argument(v, t) for v, t in zip(values, types, strict=True)]
        variables = [box._note for box in boxes]
        try:
            args, kwargs = arguments(boxes)
            out = function(*args, **kwargs)
            leaves, out_tree = flatten(out)
            atoms = [level.atom(_result(x, function)) for x in leaves]
        finally:
            level.rewind()
            written = [a for a, value, own, note in handles if a._level is level]
            for a, value, own, note in handles:
                if a._level is level:
                    a._value, a._level, a._note = value, own, note
        for k, (box, variable) in enumerate(zip(boxes, variables, strict=True)):
            if box._note is not variable:
                raise GraphError(
                    f"{_named(function)} writes into its argument {k}, which a compiled function cannot do to the "
                    "caller's array; copy it first (x = x.copy()), or return the new array"
                )
        if written:
            raise GraphError(
                f"{_named(function)} writes into an array that it captured, which a compiled function cannot do; "
                "take it as an argument and return the new array"
            )
        numbers = tuple(sorted(level.captured_inputs))
        inputs = (*variables, *(level.captured_inputs[k] for k in numbers))
        read = {a for a in (*atoms, *(a for e in level.equations for a in e.inputs)) if isinstance(a, Variable)}
        program = Program(inputs, tuple(level.equations), tuple(atoms), level.constants(read))
    return Traced(program, numbers, out_tree, level.unexplained, tuple(level.guards))


def _named(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _result(x: Any, function: Any) -> Value:
    if isinstance(x, (Box, *SCALARS)) or backend.is_array(x):
        return strip(array_value(x, "what a compiled function returns")) if not isinstance(x, SCALARS) else x
    code = getattr(function, "__code__", None)
    where = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    raise DTypeError(
        f"a compiled function returns arrays and numbers in containers, but {_named(function)}{where} returned "
        f"{x!r} of type {type(x).__name__}"
    )

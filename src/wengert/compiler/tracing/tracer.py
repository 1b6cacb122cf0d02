"""Tracing for the compiler: types flow, and values only where Python asks for one; then a guard is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np

from ...backends import backend
from ...core.errors import ConversionError, DTypeError, GraphError
from ...core.interpreter import Box, raise_closed, state, strip
from ...core.primitive import Primitive
from ...core.program import Atom, Equation, Program, Variable
from ...core.tree import Tree, flatten
from ...core.types import SCALARS, ArrayType, Value
from ...eager.tape import EAGER
from ...functions.operands import concrete
from ...ops.elementwise import equal, logical_and, logical_or, not_equal, signbit
from ...ops.reductions import all as all_true
from ...transforms.arguments import array_value
from ...transforms.control.mapping import mapped
from ...transforms.trace import Tracer, shown
from ..scalars.ir import supported
from .captures import Captures, original
from .draws import Rewind, generators_of
from .guards import guard, holds

__all__ = ["PathTracer", "Seen", "Traced", "described", "trace_path", "undisturbed"]


Seen: TypeAlias = Sequence[tuple[str, Any]]
"""Outcomes of guards: their kinds, and a bool or a number."""


class Traced(NamedTuple):
    """What tracing a call gave."""

    program: Program
    """Its inputs are the arguments, then the captured arrays that it reads."""
    captured: tuple[int, ...]
    """Which of the captured arrays are inputs."""
    out_tree: Tree
    results: tuple[Any, ...]
    """What the leaves of the result are: Python numbers as they are, None for the next output of the program."""
    frozen: frozenset[int]
    """Which of the captured arrays may have been read in ways that left no trace."""
    unexplained: bool
    """Whether there are constants that may have been computed from those."""
    guards: tuple[tuple[str, Any], ...]


class _ReadAsNumPy(Exception):
    """A captured array was turned into a NumPy array: then its values are constants of the program."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class PathTracer(Tracer):
    """Traces one path through a function, for real arguments.

    Parameters
    ----------
    captured
        The arrays that the function is known to read from outside.
    seen
        What machine code found at the first guards: Python is shown the same, though NumPy might differ in a last bit.
    """

    name: ClassVar[str] = "compile"
    mapper = staticmethod(partial(mapped, has_registers=supported))

    def __init__(self, captured: Sequence[Any], seen: Seen = ()) -> None:
        super().__init__()
        self._seen = seen
        self._arguments: dict[Variable, Value] = {}
        self._known: dict[Variable, Any] = {}
        self._order: dict[Equation, int] = {}
        self._definition: dict[Variable, Equation] = {}
        self._looked_at: dict[int, int] = {}  # by list of equations
        self._given: dict[Variable, Atom] = {}
        self._captures: dict[int, tuple[int, Any]] = {}
        self._gradients = {}
        for k, array in enumerate(captured):
            self._captures.setdefault(id(strip(array)), (k, array))
            self._captures[id(array)] = (k, array)
            gradient = getattr(array, "grad", None)
            if gradient is not None:
                self._gradients[id(strip(gradient))] = gradient
        self.captured_inputs: dict[int, Variable] = {}
        self._boxes: dict[int, Box] = {}
        self.unexplained = False
        self.guards: list[tuple[str, Any]] = []
        self.rewind = Rewind()

    def argument(self, value: Value, type: ArrayType) -> Box:
        """The next argument: of this type, which for a Python number is that of the number."""
        box = self.weak_input(type.dtype) if type.is_weak else self.input(type)
        self._arguments[box._note] = value
        return box

    # -- What is captured ---------------------------------------------------------------------------------------------

    def placeholder(self, array: Box) -> Box | None:
        """A captured array as an input of the program."""
        found = self._captures.get(id(array))
        if found is None or found[1] is not array:
            return None
        variable = self._captured_input(*found)
        box = self._boxes.get(found[0])
        if box is None or box._note is not variable:
            box = self._boxes[found[0]] = self.box(shown(variable.type), variable)
        return box

    def atom(self, x: Value) -> Atom:
        """How an equation refers to a value; a captured array is an input."""
        if isinstance(x, Box) and x._level is self:
            return x._note
        if isinstance(x, SCALARS) and not hasattr(x, "dtype"):
            return x
        value = strip(x)
        found = self._captures.get(id(x)) or self._captures.get(id(value))
        if found is not None:
            return self._captured_input(*found)
        if isinstance(value, Box):
            if isinstance(value._level, PathTracer):
                raise_closed(value._level)
            raise GraphError(
                "a compiled function uses an array that is being differentiated, and that is not found where the "
                "function's names lead; pass it as an argument"
            )
        if id(value) in self._gradients:
            raise GraphError(
                "a compiled function reads .grad of an array that it captured, which it cannot see change; "
                "pass the gradient as an argument"
            )
        if not backend.made(value):
            self.unexplained = True
        return super().atom(x)

    def _captured_input(self, number: int, array: Value) -> Variable:
        variable = self.captured_inputs.get(number)
        if variable is None:
            variable = self.captured_inputs[number] = Variable(ArrayType(array.shape, array.dtype))
            self._arguments[variable] = original(array) if isinstance(array, Box) else array
        return variable

    # -- Operations ---------------------------------------------------------------------------------------------------

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Find the types of the outputs, and write the equation."""
        if primitive is guard:  # of a path that is being written once more
            (x,) = inputs
            value = self._value(self.atom(x))
            if not holds(value, params["kind"], params["expected"]):
                raise GraphError("what was recorded of a compiled function does not hold for these values")
            self._guard(self.atom(x), params["kind"], params["expected"])
            return ()
        return super().process(primitive, inputs, params)

    def subprogram(
        self, function: Callable[..., Sequence[Value]], inputs: Sequence[Value]
    ) -> tuple[Program, tuple[Variable, ...], tuple[Value, ...]]:
        """What a function does with values as a program of its own."""
        atoms = [self.atom(x) for x in inputs]
        self._define()

        def entered(*boxes: Value) -> Sequence[Value]:
            self._given.update(zip((box._note for box in boxes), atoms, strict=True))
            outputs = function(*boxes)
            self._define()
            return outputs

        return super().subprogram(entered, inputs)

    def back_to(self, mark: int) -> None:
        """Strike out the equations written since, guards among them."""
        struck = sum(e.primitive is guard for e in self.equations[mark:])
        del self.guards[len(self.guards) - struck :]
        super().back_to(mark)
        self._looked_at[id(self.equations)] = min(mark, self._looked_at.get(id(self.equations), 0))

    def differentiates(self, box: Box) -> bool:
        """Whether an argument on which an array depends is being differentiated."""
        self._define()
        stack: list[Atom] = [box._note]
        seen = set(stack)
        while stack:
            v = self._source(stack.pop())
            if v in self._arguments:
                value = self._arguments[v]
                if isinstance(value, Box) and value._level.differentiates(value):
                    return True
            elif v in self._definition:
                for a in self._definition[v].inputs:
                    if isinstance(a, Variable) and a not in seen:
                        seen.add(a)
                        stack.append(a)
        return False

    # -- Values -------------------------------------------------------------------------------------------------------

    def concrete(self, box: Box, purpose: str) -> Value:
        """The value, of which the program is to take note where Python's control flow may depend on it."""
        if not self.open:
            raise_closed(self)
        variable: Variable = box._note
        if purpose == "a NumPy array":
            self._check_numpy(box)
        value = np.asarray(self._value(variable))  # a Python number is known as one
        if purpose in ("repr", "str"):
            return value
        kind = "truth" if purpose == "a branch" else "number"
        if len(self.guards) < len(self._seen) and self._seen[len(self.guards)][0] == kind and value.size == 1:
            value = np.full(value.shape, self._seen[len(self.guards)][1], bool if kind == "truth" else value.dtype)
        if kind == "truth":
            self._guard(variable, kind, bool(value))
        elif value.size == 1:
            self._guard(variable, kind, value.item())
        else:
            self._guard_all(box, np.array(value))
        return value

    def _check_numpy(self, box: Box) -> None:
        """What has no derivative to lose may become a NumPy array, and the program is then for its values.

        That is an array of integers or booleans, such as a mask, and a captured one that nothing looks at.
        """
        for number, v in self.captured_inputs.items():
            array = self._arguments[v]
            if v is box._note and isinstance(array, Box) and array._level is EAGER and array._note is None:
                raise _ReadAsNumPy(number)
        if box.dtype.kind in "biu":
            return
        raise ConversionError(
            f"a compiled function runs on placeholders: an array ({box._note.type}) that depends on its arguments "
            "cannot become a NumPy array; use wg functions, or item() and tolist() for numbers, for which it is then "
            "specialised"
        )

    def _guard_all(self, box: Box, expected: np.ndarray[Any, Any]) -> None:
        """Take note of all elements of an array."""
        same = self.process(equal, (box, expected), {})
        if expected.dtype.kind in "fc" and (unordered := np.isnan(expected)).any():
            itself = self.process(not_equal, (box, box), {})
            same = self.process(logical_or, (same, self.process(logical_and, (itself, unordered), {})), {})
        if expected.dtype.kind == "f" and not expected.all():
            sign = self.process(signbit, (box,), {})
            alike = self.process(logical_or, (expected != 0, self.process(equal, (sign, np.signbit(expected)), {})), {})
            same = self.process(logical_and, (same, alike), {})
        whole = self.process(all_true, (same,), {"axes": tuple(range(expected.ndim)), "keepdims": False})
        self._guard(whole._note, "truth", True)

    def _guard(self, variable: Variable, kind: str, expected: Any) -> None:
        params = {"number": len(self.guards), "kind": kind, "expected": expected}
        self.equations.append(Equation(guard, (variable,), params, ()))
        self.guards.append((kind, expected))

    def _define(self) -> None:
        """Look at the equations written since, also where they are those of a program within."""
        start = self._looked_at.get(id(self.equations), 0)
        for equation in self.equations[start:]:
            self._order[equation] = len(self._order)
            self._definition.update(dict.fromkeys(equation.outputs, equation))
        self._looked_at[id(self.equations)] = len(self.equations)

    def _source(self, atom: Atom) -> Atom:
        """What an input of a program within was given."""
        while isinstance(atom, Variable) and atom in self._given:
            atom = self._given[atom]
        return atom

    def _value(self, variable: Variable) -> Any:
        """The value of a variable, computed with all that it needs, once."""
        asked = self._source(variable)
        if asked in self._known or not isinstance(asked, Variable):
            return self._known[asked] if isinstance(asked, Variable) else np.asarray(asked)
        self._define()
        constants = {c.variable: c.kept for known in self._captured.values() for c in known}
        needed: set[Equation] = set()
        stack: list[Atom] = [asked]
        last = -1  # all that is drawn up to here, since each draw depends on those before
        while stack:
            v = self._source(stack.pop())
            if v in self._known or not isinstance(v, Variable):
                continue
            if v in constants:
                self._known[v] = constants[v]
            elif v in self._arguments:
                value = concrete(self._arguments[v], "the control flow of a compiled function")
                self._known[v] = value if v.type.is_weak else np.asarray(value)
            elif self._definition[v] not in needed:
                equation = self._definition[v]
                needed.add(equation)
                stack += equation.inputs
                if generators_of(equation) and self._order[equation] > last:
                    last = self._order[equation]
                    earlier = (e for e, k in self._order.items() if k < last and generators_of(e))
                    stack += [e.outputs[0] for e in earlier]
        with backend.quiet():
            for equation in sorted(needed, key=self._order.__getitem__):
                self._evaluate(equation)
        return self._known[asked]

    def _evaluate(self, equation: Equation) -> None:
        self.rewind.remember(generators_of(equation))  # the compiled program draws again: it is to get the same
        atoms = map(self._source, equation.inputs)
        inputs = [self._known[a] if isinstance(a, Variable) else a for a in atoms]
        out = equation.primitive.evaluate(*inputs, **equation.params)
        outputs = out if equation.primitive.multiple else (out,)
        for v, value in zip(equation.outputs, outputs, strict=True):
            value = concrete(value, "the control flow of a compiled function")
            if v.type.is_weak:
                self._known[v] = value.item() if hasattr(value, "item") else value
            else:
                self._known[v] = np.asarray(value)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A scope in which nobody collects, looks at or notes down what is done to write a program."""
    outer, watch, journal = state.scope(state.floor, None), state.watch, state.journal
    state.set_watch(None)
    state.journal = None
    try:
        yield
    finally:
        state.scope(*outer)
        state.set_watch(watch)
        state.journal = journal


def trace_path(
    function: Callable[..., Any],
    arguments: Callable[[Sequence[Any]], tuple[tuple[Any, ...], dict[str, Any]]],
    values: Sequence[Value],
    types: Sequence[ArrayType],
    captured: Sequence[Any],
    seen: Seen = (),
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
    seen
        What machine code found at the first guards.
    """
    plain: set[int] = set()
    while True:
        try:
            with undisturbed():
                return _trace(function, arguments, values, types, captured, plain, seen)
        except _ReadAsNumPy as found:
            plain.add(found.number)


def _trace(
    function: Callable[..., Any],
    arguments: Callable[[Sequence[Any]], tuple[tuple[Any, ...], dict[str, Any]]],
    values: Sequence[Value],
    types: Sequence[ArrayType],
    captured: Sequence[Any],
    plain: Collection[int],
    seen: Seen,
) -> Traced:
    with PathTracer(captured, seen) as level, backend.noting():
        handles = Captures([a for k, a in enumerate(captured) if isinstance(a, Box) and k not in plain], level.depth)
        boxes = [level.argument(v, t) for v, t in zip(values, types, strict=True)]
        variables = [box._note for box in boxes]
        with handles:
            try:
                args, kwargs = arguments(boxes)
                out = function(*args, **kwargs)
                leaves, out_tree = flatten(out)
                results = tuple(_number(x, function) for x in leaves)
                atoms = tuple(
                    level.atom(array_value(x, "a result")) for x, r in zip(leaves, results, strict=True) if r is None
                )
            finally:
                level.rewind()
                written = handles.written(level)
        for k, (box, variable) in enumerate(zip(boxes, variables, strict=True)):
            if box._note is not variable:
                raise GraphError(
                    f"{described(function)} writes into its argument {k}, which a compiled function cannot do to the "
                    "caller's array; copy it first (x = x.copy()), or return the new array"
                )
        if written:
            raise GraphError(
                f"{described(function)} writes into an array that it captured, which a compiled function cannot do; "
                "take it as an argument and return the new array"
            )
        numbers = tuple(sorted(level.captured_inputs))
        inputs = (*variables, *(level.captured_inputs[k] for k in numbers))
        read = {a for a in (*atoms, *(a for e in level.equations for a in e.inputs)) if isinstance(a, Variable)}
        program = Program(inputs, tuple(level.equations), atoms, level.constants(read))
    frozen = frozenset(k for k, a in enumerate(captured) if k in plain or not isinstance(a, Box))
    return Traced(program, numbers, out_tree, results, frozen, level.unexplained, tuple(level.guards))


def described(function: Any) -> str:
    """A function's name, and where it stands."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    name = getattr(function, "__name__", type(function).__name__)
    return name if code is None else f"{name} ({code.co_filename}:{code.co_firstlineno})"


def _number(x: Any, function: Any) -> Any:
    """A result that is a Python number; None for one that is an array."""
    if isinstance(x, SCALARS) and not hasattr(x, "dtype"):
        return x
    if isinstance(x, Box) or (backend.is_array(x) and x.dtype.kind in "biufc"):
        return None
    raise DTypeError(
        f"a compiled function returns arrays and numbers in containers, but {described(function)} returned "
        f"{x!r} of type {type(x).__name__}"
    )

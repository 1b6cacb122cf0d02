"""``trace``: a function as a program; ``linearize``: its derivative at a point as one.

Tracing runs the function on real values and records every equation that depends on the arguments. Python's control
flow goes where the values lead it; the program is the path that was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Any, ClassVar, NamedTuple

from ..backends import backend
from ..core.errors import ConversionError
from ..core.interpreter import Box, Interpreter, apply, located, perform, state, strip, wrap
from ..core.primitive import Primitive
from ..core.program import Atom, Equation, Program, Variable
from ..core.tree import Tree, flatten, unflatten
from ..core.types import SCALARS, ArrayType, DType, Value, is_inexact, type_of
from ..ops.elementwise import (
    absolute,
    add,
    divide,
    floor_divide,
    multiply,
    negative,
    power,
    remainder,
    stop_gradient,
    subtract,
)
from ..ops.families import zeros_like
from .arguments import array_value, check_callable, check_function, differentiable_value
from .forward import push_forward

__all__ = ["Stager", "Tracer", "linearize", "shown", "trace"]

_equal = backend.implementation("array_equal")


class _Constant(NamedTuple):
    """An array that a program captured."""

    variable: Variable
    kept: Value
    original: Value
    """Kept so that its identity is not given to another."""


class Stager(Interpreter):
    """Writes a program while values are computed: a box of this level notes its variable."""

    name: ClassVar[str] = "trace"

    def __init__(self, takes_impure: bool = True) -> None:
        super().__init__()
        self.takes_impure = takes_impure
        self.inputs: list[Variable] = []
        self.equations: list[Equation] = []
        self._captured: dict[int, list[_Constant]] = {}

    def input(self, value: Value) -> Box:
        """The next argument of the program."""
        variable = Variable(type_of(value))
        self.inputs.append(variable)
        return self.box(value, variable)

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Evaluate one level down, and write the equation."""
        if primitive.call is not None and (called := primitive.call(self, inputs, params)) is not NotImplemented:
            return called
        values = tuple(map(self.value, inputs))
        out = apply(primitive, *values, **params) if primitive.pure else perform(primitive, values, params, self.depth)
        boxes = self.write(primitive, tuple(map(self.atom, inputs)), params, out if primitive.multiple else (out,))
        return boxes if primitive.multiple else boxes[0]

    def mark(self) -> int:
        """The number of equations."""
        return len(self.equations)

    def back_to(self, mark: int) -> None:
        """Strike out the equations written since."""
        del self.equations[mark:]

    def value(self, x: Value) -> Value:
        """A value one level down."""
        return x._value if isinstance(x, Box) and x._level is self else strip(x)

    def write(
        self, primitive: Primitive, atoms: Sequence[Atom], params: dict[str, Any], outputs: Sequence[Value]
    ) -> tuple[Box, ...]:
        """Write an equation of which the outputs are known."""
        variables = tuple(Variable(type_of(x)) for x in outputs)
        self.equations.append(Equation(primitive, tuple(atoms), params, variables))
        boxes = tuple(self.box(strip(x), v) for x, v in zip(outputs, variables, strict=True))
        if (
            self.depth < state.floor and primitive.vjp is not None
        ):  # constant here, and when the program is differentiated
            boxes = tuple(apply(stop_gradient, box) if is_inexact(box.dtype) else box for box in boxes)
        return boxes

    def subprogram(
        self, function: Callable[..., Sequence[Value]], inputs: Sequence[Value]
    ) -> tuple[Program, tuple[Variable, ...], tuple[Value, ...]]:
        """What a function does with values as a program of its own.

        Returns
        -------
        The program, whose inputs are those of the function and then what it captured; the variables that it captured;
        and the outputs, one level down.
        """
        outer, self.equations = self.equations, []
        try:
            boxes = [self.box(self.value(x), Variable(type_of(x))) for x in inputs]
            outputs = function(*boxes)
            written = self.equations
        finally:
            self.equations = outer
        results = [self.atom(x) for x in outputs]
        own = [box._note for box in boxes]
        defined = {*own, *(v for equation in written for v in equation.outputs)}
        read = [*(a for equation in written for a in equation.inputs), *results]
        captured = tuple(dict.fromkeys(a for a in read if isinstance(a, Variable) and a not in defined))
        return Program((*own, *captured), tuple(written), tuple(results)), captured, tuple(map(self.value, outputs))

    def atom(self, x: Value) -> Atom:
        """How an equation refers to a value: a variable, or a Python scalar itself."""
        if isinstance(x, Box) and x._level is self:
            return x._note
        if isinstance(x, SCALARS) and not hasattr(x, "dtype"):
            return x
        value = strip(x)
        known = self._captured.setdefault(id(value), [])
        for constant in known:
            if constant.kept is value or _equal(constant.kept, value):
                return constant.variable
        kept = (
            value if isinstance(x, Box) else backend.frozen_copy(value)
        )  # the user may write into an array of his own
        known.append(_Constant(Variable(type_of(value)), kept, value))
        return known[-1].variable

    def constants(self, variables: Collection[Variable]) -> dict[Variable, Value]:
        """Those of the variables that stand for arrays captured from outside, with the arrays."""
        constants = (c for known in self._captured.values() for c in known)
        return {c.variable: c.kept for c in constants if c.variable in variables}

    def program(self, outputs: list[Any], in_tree: Tree | None, out_tree: Tree | None) -> Program:
        """What was written, as a program with these results."""
        atoms = tuple(self.atom(x if isinstance(x, SCALARS) else _array_or_box(x)) for x in outputs)
        read = {*atoms, *(a for equation in self.equations for a in equation.inputs)}
        return Program(tuple(self.inputs), tuple(self.equations), atoms, self.constants(read), in_tree, out_tree)


class Tracer(Stager):
    """Writes a program without computing anything: the value of a box of this level is its type.

    A Python number that became an input promotes weakly, as it does where it stands in the function.
    """

    def input(self, value: Value) -> Box:
        """The next argument of the program: anything with a shape and a dtype, a type itself, or a Python number."""
        return self._placed(self._variable(value))

    def weak_input(self, scalar: type) -> Box:
        """The next argument of the program: a Python number of this type."""
        return self._placed(self._variable(ArrayType((), scalar)))

    def _variable(self, value: Value) -> Variable:
        self.inputs.append(Variable(type_of(value)))
        return self.inputs[-1]

    def _placed(self, variable: Variable) -> Box:
        return self.box(shown(variable.type), variable)

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Find the types of the outputs, and write the equation."""
        if primitive.call is not None and (called := primitive.call(self, inputs, params)) is not NotImplemented:
            return called
        atoms = tuple(map(self.atom, inputs))
        types = [a.type if isinstance(a, Variable) else type_of(a) for a in atoms]
        try:
            out = primitive.result_type(*types, **params)
        except (ValueError, TypeError, IndexError) as error:
            raise located(error, primitive, types, params) from None
        outputs = out if primitive.multiple else (out,)
        if primitive in _PYTHON_ARITHMETIC and all(isinstance(t.dtype, type) for t in types):
            outputs = tuple(ArrayType((), _weak(t)) for t in outputs)
        boxes = self.write(primitive, atoms, params, outputs)
        return boxes if primitive.multiple else boxes[0]

    def write(
        self, primitive: Primitive, atoms: Sequence[Atom], params: dict[str, Any], outputs: Sequence[Value]
    ) -> tuple[Box, ...]:
        """Write an equation of which the types of the outputs are known."""
        boxes = super().write(primitive, atoms, params, outputs)
        for box in boxes:
            box._value = shown(box._value)
        return boxes

    def is_number(self, box: Box) -> bool:
        """Whether a box of this level stands for a Python number."""
        return isinstance(box._note, Variable) and box._note.type.is_weak

    def concrete(self, box: Box, purpose: str) -> Value:
        """There is no value yet: raises ConversionError."""
        raise ConversionError(
            f"{purpose} needs a value, but here a function is traced for all values; "
            "use wg.where, wg.cond, wg.while_loop, wg.fori_loop or wg.scan"
        )


def shown(type: ArrayType) -> ArrayType:
    """A type as the traced function sees it: a Python number has the dtype that it would have as an array."""
    return ArrayType(type.shape, backend.dtype(type.dtype))


_PYTHON_ARITHMETIC = {add, subtract, multiply, divide, negative, power, floor_divide, remainder, absolute}
"""Operators that give a Python number for Python numbers."""


def _weak(type: ArrayType) -> DType:
    """The Python type of a number."""
    return {"b": int, "i": int, "u": int, "f": float, "c": complex}[type.dtype.kind]


def _array_or_box(x: Any) -> Value:
    """A result as it was returned, checked to be an array."""
    return x if isinstance(x, Box) else array_value(x, "what the function returns")


def trace(function: Callable[..., Any]) -> Callable[..., Program]:
    """A function of the same arguments that gives the program of what ``function`` does with them.

    The program holds for arguments of the same shapes and dtypes, and for the path that Python's control flow took.
    It can be printed, called, differentiated and traced again.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.

    Returns
    -------
    A function that gives a :class:`wengert.Program`.

    Examples
    --------
    >>> import wengert as wg
    >>> print(wg.trace(lambda x: 2 * wg.dot(x, x))(wg.arange(4.0)))
    program(a: float64[4]) -> float64[]:
      b: float64[] = matmul(a, a)
      c: float64[] = multiply(2, b)
      return c
    """
    check_callable(function)

    check_function(function)

    @wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Program:
        leaves, in_tree = flatten(args)
        with Stager() as level:
            boxes = [level.input(array_value(x, "an argument of trace")) for x in leaves]
            out = function(*unflatten(in_tree, boxes), **kwargs)
        outputs, out_tree = flatten(out)
        return level.program(outputs, in_tree, out_tree)

    return traced


def linearize(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """A function's value at a point, and its derivative there as a linear function of tangents.

    The derivative is a program that was written once; calling it does not run ``function`` again.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.
    *primals
        The point: floating-point or complex.

    Returns
    -------
    value
        ``function(*primals)``.
    derivative : callable
        ``derivative(*tangents)`` is the directional derivative; tangents have the structure of the primals.

    Examples
    --------
    >>> import wengert as wg
    >>> y, derivative = wg.linearize(wg.exp, 0.0)
    >>> derivative(3.0)
    Array(3.)
    """
    check_callable(function)
    leaves, in_tree = flatten(primals)
    values = [backend.frozen_copy(differentiable_value(x, "an argument of linearize")) for x in leaves]
    with Stager(takes_impure=False) as level:  # what is drawn belongs to the point
        tangents = [level.input(zeros_like(value)) for value in values]
        outputs, moved, out_tree, _ = push_forward(function, values, tangents, in_tree, False)
        results = [zeros_like(x) if t is None else t for x, t in zip(outputs, moved, strict=True)]
    program = level.program(results, in_tree, out_tree).pruned()
    return unflatten(out_tree, [wrap(x) for x in outputs]), program

"""``trace``: a function as a program; ``linearize``: its derivative at a point as one.

Tracing runs the function on real values and records every equation that depends on the arguments. Python's control
flow goes where the values lead it; the program is the path that was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from ..core.interpreter import Box, Interpreter, apply, strip, wrap
from ..core.primitive import Primitive
from ..core.program import Equation, Program, Variable
from ..core.tree import Tree, flatten, unflatten
from ..core.types import SCALARS, Value, type_of
from ..ops.families import zeros_like
from .arguments import array_value, differentiable_value
from .forward import push_forward

__all__ = ["Stager", "linearize", "trace"]


class Stager(Interpreter):
    """Writes a program while values are computed: a box of this level notes its variable."""

    name: ClassVar[str] = "trace"

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[Variable] = []
        self.equations: list[Equation] = []
        self._captured: dict[int, tuple[Variable, Value]] = {}

    def input(self, value: Value) -> Box:
        """The next argument of the program."""
        variable = Variable(type_of(value))
        self.inputs.append(variable)
        return self.box(value, variable)

    def process(self, primitive: Primitive, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Evaluate one level down, and write the equation."""
        values = [x._value if isinstance(x, Box) and x._level is self else strip(x) for x in inputs]
        atoms = tuple(self.atom(x) for x in inputs)
        out = apply(primitive, *values, **params)
        outputs = out if primitive.multiple else (out,)
        variables = tuple(Variable(type_of(x)) for x in outputs)
        self.equations.append(Equation(primitive, atoms, params, variables))
        boxes = tuple(self.box(strip(x), v) for x, v in zip(outputs, variables, strict=True))
        return boxes if primitive.multiple else boxes[0]

    def atom(self, x: Value) -> Any:
        """How an equation refers to a value: a variable, or a Python scalar itself."""
        if isinstance(x, Box) and x._level is self:
            return x._note
        if isinstance(x, SCALARS) and not hasattr(x, "dtype"):
            return x
        value = strip(x)
        if id(value) not in self._captured:
            self._captured[id(value)] = (Variable(type_of(value)), value)
        return self._captured[id(value)][0]

    def program(self, outputs: list[Any], in_tree: Tree | None, out_tree: Tree | None) -> Program:
        """What was written, as a program with these results."""
        atoms = tuple(self.atom(x if isinstance(x, SCALARS) else _array_or_box(x)) for x in outputs)
        constants = dict(self._captured.values())
        return Program(tuple(self.inputs), tuple(self.equations), atoms, constants, in_tree, out_tree)


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
    leaves, in_tree = flatten(primals)
    values = [differentiable_value(x, "an argument of linearize") for x in leaves]
    with Stager() as level:
        tangents = [level.input(zeros_like(value)) for value in values]
        outputs, moved, out_tree, _ = push_forward(function, values, tangents, in_tree, False)
        results = [zeros_like(x) if t is None else t for x, t in zip(outputs, moved, strict=True)]
    program = level.program(results, in_tree, out_tree).pruned()
    return unflatten(out_tree, [wrap(x) for x in outputs]), program

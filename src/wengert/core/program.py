"""Programs: Wengert lists with typed inputs, equations in order, and outputs; printed, checked and evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from .errors import DTypeError, ShapeError, TreeError
from .interpreter import apply, wrap
from .primitive import Primitive, registry
from .tree import Tree, flatten, unflatten
from .types import SCALARS, ArrayType, Value, type_of

__all__ = ["Equation", "Program", "Variable", "check", "names"]


class Variable:
    """A typed place that one equation, or the program's caller, assigns once."""

    __slots__ = ("type",)

    def __init__(self, type: ArrayType) -> None:
        self.type = type

    def __repr__(self) -> str:
        return f"<variable {self.type}>"


Atom = Any  # a Variable, or a Python scalar standing for itself


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """One application of a primitive."""

    primitive: Primitive
    inputs: tuple[Atom, ...]
    params: Mapping[str, Any]
    outputs: tuple[Variable, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """A Wengert list.

    A program is called like the function it was traced from, with arguments of the same types, and can itself be
    differentiated, batched and traced. ``str(program)`` shows it.

    Parameters
    ----------
    inputs
        The variables that a caller provides, in order.
    equations
        What is computed, in order; each variable is assigned once, before its use.
    outputs
        Variables, or Python scalars standing for themselves.
    constants
        Values of the arrays that the traced function captured.
    in_tree, out_tree
        The containers of the arguments and of the result; None where they are flat.
    """

    inputs: tuple[Variable, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Atom, ...]
    constants: Mapping[Variable, Value] = field(default_factory=dict)
    in_tree: Tree | None = None
    out_tree: Tree | None = None

    def __call__(self, *args: Any) -> Any:
        """What the traced function gives for these arguments."""
        leaves, tree = flatten(args)
        if self.in_tree is not None and tree != self.in_tree:
            raise TreeError(f"the program takes arguments of the structure {self.in_tree}, not {tree}")
        outputs = [out if _is_python_scalar(out) else wrap(out) for out in self.evaluate(*leaves)]
        if self.out_tree is not None:
            return unflatten(self.out_tree, outputs)
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def evaluate(self, *inputs: Value) -> list[Value]:
        """The outputs for flat inputs, as values of whatever level the inputs have."""
        if len(inputs) != len(self.inputs):
            raise TreeError(f"the program takes {len(self.inputs)} arrays, not {len(inputs)}")
        values: dict[Atom, Value] = dict(self.constants)
        for variable, value in zip(self.inputs, inputs, strict=True):
            values[variable] = _fitting(value, variable.type)
        for equation, dead in zip(self.equations, self._last_uses, strict=True):
            args = [values[a] if isinstance(a, Variable) else a for a in equation.inputs]
            out = apply(equation.primitive, *args, **equation.params)
            if equation.primitive.multiple:
                values.update(zip(equation.outputs, out, strict=True))
            else:
                values[equation.outputs[0]] = out
            for variable in dead:
                del values[variable]
        return [values[out] if isinstance(out, Variable) else out for out in self.outputs]

    @cached_property
    def _last_uses(self) -> list[list[Variable]]:
        """For each equation the variables that nobody reads after it, so that evaluation lets them go."""
        alive = {out for out in self.outputs if isinstance(out, Variable)}
        dead: list[list[Variable]] = []
        for equation in reversed(self.equations):
            involved = dict.fromkeys(a for a in (*equation.inputs, *equation.outputs) if isinstance(a, Variable))
            dead.append([v for v in involved if v not in alive])
            alive.update(involved)
        return dead[::-1]

    def pruned(self) -> Program:
        """The program without the equations on which no output depends; impure ones stay."""
        alive = {out for out in self.outputs if isinstance(out, Variable)}
        kept = []
        for equation in reversed(self.equations):
            if not equation.primitive.pure or not alive.isdisjoint(equation.outputs):
                kept.append(equation)
                alive.update(a for a in equation.inputs if isinstance(a, Variable))
        constants = {v: value for v, value in self.constants.items() if v in alive}
        return Program(self.inputs, tuple(kept[::-1]), self.outputs, constants, self.in_tree, self.out_tree)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        return f"<program of {len(self.equations)} equation(s): {self._signature(names(self))}>"

    def _signature(self, name: Mapping[Variable, str]) -> str:
        inputs = ", ".join(f"{name[v]}: {v.type}" for v in self.inputs)
        outputs = ", ".join(str(o.type) if isinstance(o, Variable) else type(o).__name__ for o in self.outputs)
        return f"program({inputs}) -> {outputs or 'nothing'}"


def _is_python_scalar(value: Value) -> bool:
    return isinstance(value, SCALARS) and not hasattr(value, "dtype")


def _fitting(value: Value, expected: ArrayType) -> Value:
    """An argument in the dtype that its variable has."""
    if not (isinstance(value, SCALARS) or hasattr(value, "dtype")):
        raise DTypeError(f"a program takes arrays and numbers, not {value!r} of type {type(value).__name__}")
    given = type_of(value)
    if given.shape != expected.shape:
        raise ShapeError(f"the program was traced for {expected}, not {given}; trace the function again")
    if given.dtype == expected.dtype and not _is_python_scalar(value):
        return value
    if _kind(given.dtype) > _kind(expected.dtype):
        raise DTypeError(f"the program was traced for {expected}, not {given}; trace the function again")
    return registry["astype"](value, dtype=expected.dtype)


def _kind(dtype: Any) -> int:
    """Which kinds of numbers hold which."""
    if isinstance(dtype, type):
        return [bool, int, float, complex].index(dtype)
    return {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}[dtype.kind]


def _letters() -> Iterator[str]:
    """a, b, ..., z, aa, ab, ..."""
    for length in count(1):
        for number in range(26**length):
            digits = [number // 26**place % 26 for place in reversed(range(length))]
            yield "".join(chr(ord("a") + digit) for digit in digits)


def names(program: Program) -> dict[Variable, str]:
    """A short name for each variable, in the order in which the program's text shows them."""
    outputs = (v for equation in program.equations for v in equation.outputs)
    return dict(zip((*program.inputs, *program.constants, *outputs), _letters(), strict=False))


def _lines(program: Program) -> Iterator[str]:
    name = names(program)

    def atom(a: Atom) -> str:
        return name.get(a, "?") if isinstance(a, Variable) else repr(a)

    yield f"{program._signature(name)}:"
    for variable in program.constants:
        yield f"  {name[variable]}: {variable.type} is captured"
    for equation in program.equations:
        outputs = ", ".join(f"{name[v]}: {v.type}" for v in equation.outputs)
        inner = {k: v for k, v in equation.params.items() if isinstance(v, Program)}
        params = [f"{k}={format_param(v)}" for k, v in equation.params.items() if k not in inner]
        yield f"  {outputs} = {equation.primitive.name}({', '.join([*map(atom, equation.inputs), *params])})"
        for key, nested in inner.items():
            first, *rest = _lines(nested)
            yield f"    where {key} is {first}"
            yield from (f"    {line}" for line in rest)
    yield f"  return {', '.join(map(atom, program.outputs)) or 'nothing'}"


def format_param(value: Any) -> str:
    """A parameter as one would write it."""
    if isinstance(value, slice):
        start, stop, step = ("" if part is None else str(part) for part in (value.start, value.stop, value.step))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    if isinstance(value, tuple):
        return f"({', '.join(map(format_param, value))}{',' if len(value) == 1 else ''})"
    if value is Ellipsis:
        return "..."
    if isinstance(value, SCALARS) or value is None or isinstance(value, str):
        return repr(value)
    if callable(value) and not isinstance(value, type):
        return getattr(value, "__name__", type(value).__name__)
    return str(value)


def check(program: Program) -> None:
    """Raise TypeError unless the program is well formed and every equation's types follow from its primitive."""
    defined = {*program.inputs, *program.constants}
    name = names(program)

    def resolve(atom: Atom, where: str) -> ArrayType:
        if isinstance(atom, Variable):
            if atom not in defined:
                raise TypeError(f"{where} reads {name.get(atom, '?')} before its assignment\n{program}")
            return atom.type
        if not isinstance(atom, SCALARS):
            raise TypeError(f"{where} reads {atom!r}, which is neither a variable nor a Python scalar\n{program}")
        return type_of(atom)

    for number, equation in enumerate(program.equations):
        where = f"equation {number} ({equation.primitive.name})"
        inputs = [resolve(atom, where) for atom in equation.inputs]
        expected = equation.primitive.result_type(*inputs, **equation.params)
        types: Sequence[ArrayType] = expected if equation.primitive.multiple else (expected,)
        found = tuple(v.type for v in equation.outputs)
        if found != tuple(types):
            raise TypeError(
                f"{where} assigns {', '.join(map(str, found))}, but its type is {', '.join(map(str, types))}\n{program}"
            )
        if not defined.isdisjoint(equation.outputs):
            raise TypeError(f"{where} assigns a variable twice\n{program}")
        defined.update(equation.outputs)
    for out in program.outputs:
        resolve(out, "the result")

"""``constants``: arrays of one number become that number, and what depends on constants alone is computed now.

Cotangents begin as ones, and derivatives that vanish as zeros. A program's constants never change: an array that is to
be read at each call is an input.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ...backends import backend
from ...core.interpreter import apply
from ...core.primitive import Primitive
from ...core.program import Atom, Equation, Program, Variable
from ...core.types import ArrayType, Shape, Value
from ...ops.families import result_dtype
from ...ops.shaping import broadcast_to, reshape
from .rewriter import Rewriter, bodies, effectful, type_of_atom
from .surroundings import with_constants

__all__ = ["LARGEST", "constants"]

LARGEST = 1024
"""Elements of the largest array that is computed beforehand and kept in the program."""
_COMPARED = 1 << 20
"""Bytes up to which two constants are compared."""

_promote = backend.implementation("promote")


def constants(program: Program) -> Program:
    """Put numbers in place of constant arrays, where types allow, and compute what is constant and small."""
    if not program.constants and not any(all(not isinstance(a, Variable) for a in e.inputs) for e in program.equations):
        return program
    return _Constants(program).run()


class _Constants(Rewriter):
    """What is known about the variables of a program: a *uniform* one has one number for all elements."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.uniform: dict[Variable, Any] = {}
        """The number that all elements are, as an array of no dimensions."""
        self.small: dict[Variable, Any] = {}
        """Other constants of few elements."""
        self._filled: dict[Any, Variable] = {}
        """Variables of the new program for uniform arrays: by the number and the shape."""
        self._pending: set[Variable] = set()
        """Uniform variables that nobody has needed as an array yet."""
        self._captured(program)

    def _captured(self, program: Program) -> None:
        known: dict[Any, Variable] = {}
        for variable, value in program.constants.items():
            if not backend.is_array(value) or type_of_atom(variable) != ArrayType(value.shape, value.dtype):
                continue
            number = _only_number(value)
            if number is None:
                if value.nbytes <= _COMPARED:
                    earlier = known.setdefault((value.dtype, value.shape, value.tobytes()), variable)
                    if earlier is not variable:
                        self.replace(variable, earlier)
                if value.size <= LARGEST:
                    self.small[variable] = value
                continue
            self.uniform[variable] = number
            if variable.type.shape == ():
                earlier = self._filled.setdefault(_key(number, ()), variable)
                if earlier is not variable:
                    self.replace(variable, earlier)
            else:
                self._pending.add(variable)

    def run(self) -> Program:
        """The new program."""
        for equation in self.source.equations:
            self._rewrite(equation)
        outputs = tuple(self._needed(self.atom(out)) for out in self.source.outputs)
        if self.changed:
            read = {a for equation in self.equations for a in equation.inputs if isinstance(a, Variable)}
            read.update(out for out in outputs if isinstance(out, Variable))
            self.constants = {v: value for v, value in self.constants.items() if v in read}
        return self.program(outputs)

    def _rewrite(self, equation: Equation) -> None:
        inputs = self.inputs(equation)
        if equation.params and any(True for _ in bodies(equation)):
            specialised, inputs = with_constants(equation, inputs, self._worth_knowing)
            self.changed |= specialised is not equation
            equation = specialised
        known = any(a in self.uniform or a in self.small for a in inputs if isinstance(a, Variable))
        if not (known or all(not isinstance(a, Variable) for a in inputs)) or effectful(equation):
            self.keep(equation, inputs)
            return
        if equation.primitive in (broadcast_to, reshape) and inputs[0] in self.uniform:
            self._repeat(equation, inputs)
        elif not self._compute(equation, inputs) and not (known and self._fill_in(equation, inputs)):
            self.keep(equation, tuple(map(self._needed, inputs)))

    def _worth_knowing(self, variable: Variable) -> Value | None:
        """The value of a small constant."""
        if not self._value_is_known(variable) or isinstance(variable.type.dtype, type):
            return None
        return np.ascontiguousarray(self._value(variable)).reshape(variable.type.shape)

    # What is constant ------------------------------------------------------------------------------------------------

    def _repeat(self, equation: Equation, inputs: tuple[Atom, ...]) -> None:
        """A number repeated is how a uniform array is written."""
        (output,) = equation.outputs
        number = self.uniform[inputs[0]]
        key = _key(number, output.type.shape)
        earlier = self._filled.get(key)
        if earlier is not None:
            self.replace(output, earlier)
        elif inputs[0].type.shape == () and equation.primitive is _filling(output.type.shape):
            self.keep(equation, tuple(map(self._needed, inputs)))
            self.uniform[output] = number
            self._filled[key] = output
        else:
            self._define(output, number)

    def _compute(self, equation: Equation, inputs: tuple[Atom, ...]) -> bool:
        """Compute an equation of constants, if it is small or uniform."""
        if equation.primitive.multiple or equation.primitive.call is not None:
            return False
        (output,) = equation.outputs
        elementwise = equation.primitive.family == "elementwise"
        numbers = [self.uniform.get(a) if isinstance(a, Variable) else a for a in inputs]
        if elementwise and all(n is not None for n in numbers):
            values: list[Any] = numbers
        elif prod(output.type.shape) <= LARGEST and all(self._value_is_known(a) for a in inputs):
            values = [self._value(a) for a in inputs]
        else:
            return False
        try:
            with backend.quiet():
                result = apply(equation.primitive, *values, **equation.params)
        except Exception:  # it may never run: the error is then nobody's
            return False
        return self._define(output, result)

    def _value_is_known(self, atom: Atom) -> bool:
        if not isinstance(atom, Variable) or atom in self.small:
            return True
        return atom in self.uniform and prod(atom.type.shape) <= LARGEST

    def _value(self, atom: Atom) -> Value:
        if not isinstance(atom, Variable):
            return atom
        found = self.small.get(atom)
        return np.broadcast_to(self.uniform[atom], atom.type.shape) if found is None else found

    def _define(self, output: Variable, result: Any) -> bool:
        """Let a variable be a constant, given by its value or by the number that all its elements are."""
        if isinstance(output.type.dtype, type):  # a Python number
            number = output.type.dtype(np.asarray(result).item())
            self.replace(output, number)
            return True
        result = np.asarray(result)
        if result.dtype != output.type.dtype or result.shape not in ((), output.type.shape):
            return False
        variable = Variable(output.type)
        number = result if result.shape == () and _literal(result) is not None else _only_number(result)
        if number is not None:
            self.uniform[variable] = number
            self._pending.add(variable)
        elif result.shape == output.type.shape:
            kept = result.copy()
            kept.flags.writeable = False
            self.small[variable] = self.constants[variable] = kept
        else:
            return False
        self.replace(output, variable)
        return True

    def _needed(self, atom: Atom) -> Atom:
        """The atom, written out if it is a uniform array that is needed as such."""
        return self._filled_array(self.uniform[atom], atom.type.shape) if atom in self._pending else atom

    def _filled_array(self, number: Any, shape: tuple[int, ...]) -> Variable:
        key = _key(number, shape)
        found = self._filled.get(key)
        if found is None:
            if shape == ():
                found = Variable(ArrayType((), number.dtype))
                self.constants[found] = number
                self.changed = True
            else:
                found = self.apply(_filling(shape), self._filled_array(number, ()), shape=shape)
            self._filled[key] = found
            self.uniform[found] = number
        return found

    # What reads constants ------------------------------------------------------------------------------------------

    def _fill_in(self, equation: Equation, inputs: tuple[Atom, ...]) -> bool:
        """Put numbers in place of an elementwise equation's uniform inputs, as far as its dtypes allow."""
        primitive, params = equation.primitive, dict(equation.params)
        if primitive.family != "elementwise":
            return False
        (output,) = equation.outputs
        if isinstance(output.type.dtype, type):
            return False
        filled = list(inputs)
        for position, atom in enumerate(inputs):
            if isinstance(atom, Variable) and atom in self.uniform:
                trial = [*filled[:position], _literal(self.uniform[atom]), *filled[position + 1 :]]
                # comparisons give bool in any case: the dtype in which they compare must stay as well
                promoted = _promoted(trial) == _promoted(filled)
                if promoted and self.result_type(primitive, trial, params).dtype == output.type.dtype:
                    filled = trial
        if all(new is old for new, old in zip(filled, inputs, strict=True)):
            return False
        shape = self.result_type(primitive, filled, params).shape
        atoms = tuple(self._needed(a) if isinstance(a, Variable) else a for a in filled)
        if shape == output.type.shape:
            self.keep(equation, atoms)
        else:  # computed for fewer elements, and then repeated
            self.replace(
                output, self.apply(broadcast_to, self.apply(primitive, *atoms, **params), shape=output.type.shape)
            )
        return True


def _filling(shape: Shape) -> Primitive:
    """The primitive by which an array of this shape is made of one number."""
    return reshape if all(n == 1 for n in shape) else broadcast_to


def _promoted(atoms: list[Atom]) -> Any:
    """The dtype to which the inputs of an equation promote."""
    return result_dtype(_promote, tuple(type_of_atom(a).dtype for a in atoms))


def _key(number: Any, shape: tuple[int, ...]) -> Any:
    return number.dtype, number.tobytes(), shape


def _literal(number: Any) -> Any:
    """The Python number that an array of no dimensions holds exactly; None where there is none."""
    found = number.item()
    return found if isinstance(found, (bool, int, float, complex)) else None


def _only_number(value: Any) -> Any:
    """The number that all elements are, bit by bit, as an array of no dimensions; None where they differ."""
    value = np.asarray(value)
    if value.size == 0 or value.dtype.kind not in "biufc":
        return None
    first = np.array(value[(0,) * value.ndim])  # a copy: it keeps nothing of the array alive
    first.flags.writeable = False
    if _literal(first) is None:
        return None
    if all(step == 0 or n == 1 for step, n in zip(value.strides, value.shape, strict=True)):
        return first
    if first.tobytes() != np.asarray(value[(-1,) * value.ndim]).tobytes():
        return None
    units = np.ascontiguousarray(value).reshape(-1).view(np.uint8).reshape(value.size, -1)
    return first if (units == units[0]).all() else None

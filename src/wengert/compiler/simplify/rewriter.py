"""The toolkit of the stages: a new program, written equation by equation, with atoms in place of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import is_not
from typing import Any

from ...core.primitive import Primitive, registry
from ...core.program import Atom, Equation, Program, Variable
from ...core.types import ArrayType, Value, type_of

__all__ = ["Rewriter", "Stage", "bodies", "effectful", "everywhere", "frozen", "type_of_atom"]

Stage = Callable[[Program], Program]


def type_of_atom(atom: Atom) -> ArrayType:
    """The type of a variable, or of the Python scalar that stands for itself."""
    return atom.type if isinstance(atom, Variable) else type_of(atom)


class Rewriter:
    """A program being written after another one.

    The stages run through the old equations in order. Each is kept, with what its inputs have become, or its outputs
    are replaced by other atoms *of the same types*: so whatever reads them keeps its type too.
    """

    def __init__(self, program: Program) -> None:
        self.source = program
        self.equations: list[Equation] = []
        self.definitions: dict[Variable, Equation] = {}
        """The new equation that assigns each variable."""
        self.constants: dict[Variable, Value] = dict(program.constants)
        self.changed = False
        self._substitution: dict[Variable, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        """What an atom of the old program has become."""
        return self._substitution.get(atom, atom) if isinstance(atom, Variable) else atom

    def inputs(self, equation: Equation) -> tuple[Atom, ...]:
        """What the inputs of an old equation have become."""
        substitution = self._substitution
        if not substitution:
            return equation.inputs
        return tuple([substitution.get(a, a) if isinstance(a, Variable) else a for a in equation.inputs])

    def keep(self, equation: Equation, inputs: tuple[Atom, ...] | None = None) -> None:
        """Write an old equation, with these inputs of the same types."""
        inputs = self.inputs(equation) if inputs is None else inputs
        if inputs is not equation.inputs and any(map(is_not, inputs, equation.inputs)):
            equation = Equation(equation.primitive, inputs, equation.params, equation.outputs)
            self.changed = True
        self.write(equation)

    def write(self, equation: Equation) -> None:
        """Write an equation as it stands."""
        self.equations.append(equation)
        for variable in equation.outputs:
            self.definitions[variable] = equation

    def result_type(self, primitive: Primitive, inputs: Sequence[Atom], params: dict[str, Any]) -> ArrayType:
        """The type of the primitive's one output."""
        found: ArrayType = primitive.result_type(*map(type_of_atom, inputs), **params)
        return found

    def apply(self, primitive: Primitive, *inputs: Atom, **params: Any) -> Atom:
        """Write a new equation; gives its one output."""
        output = Variable(self.result_type(primitive, inputs, params))
        self.write(Equation(primitive, inputs, params, (output,)))
        self.changed = True
        return output

    def make(self, name: str, *inputs: Atom, **params: Any) -> Atom:
        """The result of a primitive, by its name."""
        return self.apply(registry[name], *inputs, **params)

    def fits(self, variable: Variable, atom: Atom) -> bool:
        """Whether an atom may stand in a variable's place."""
        return type_of_atom(atom) == variable.type

    def replace(self, variable: Variable, atom: Atom) -> None:
        """Put an atom of the new program in a variable's place from here on."""
        if not self.fits(variable, atom):
            raise TypeError(f"{type_of_atom(atom)} cannot stand for {variable.type}")
        self._substitution[variable] = atom
        self.changed = True

    def mark(self) -> tuple[int, bool]:
        """Where the new program stands, for :meth:`back_to`."""
        return len(self.equations), self.changed

    def back_to(self, mark: tuple[int, bool]) -> None:
        """Strike out the equations written since."""
        length, self.changed = mark
        del self.equations[length:]

    def program(self, outputs: tuple[Atom, ...] | None = None) -> Program:
        """The new program; the old one where nothing has changed."""
        outputs = tuple(map(self.atom, self.source.outputs)) if outputs is None else outputs
        if not self.changed:
            return self.source
        return replace(self.source, equations=tuple(self.equations), outputs=outputs, constants=self.constants)


# ---------------------------------------------------------------------------------------------------------------------
# Programs within programs
# ---------------------------------------------------------------------------------------------------------------------


def bodies(equation: Equation) -> Iterator[Program]:
    """The programs among an equation's parameters: bodies of loops, branches, functions of the user."""
    for value in equation.params.values():
        if isinstance(value, Program):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from (part for part in value if isinstance(part, Program))


def everywhere(stage: Stage) -> Stage:
    """The stage, for the bodies in a program's equations as well as for itself."""

    def through(value: Any) -> Any:
        if isinstance(value, Program):
            return run(value)
        if isinstance(value, (tuple, list)) and any(isinstance(part, Program) for part in value):
            return type(value)(map(through, value))
        return value

    def run(program: Program) -> Program:
        equations = list(program.equations)
        changed = False
        for number, equation in enumerate(equations):
            if equation.params and any(True for _ in bodies(equation)):
                params = {name: through(value) for name, value in equation.params.items()}
                if list(bodies(equation)) != list(bodies(replace(equation, params=params))):
                    equations[number] = replace(equation, params=params)
                    changed = True
        return stage(replace(program, equations=tuple(equations)) if changed else program)

    return run


def effectful(equation: Equation) -> bool:
    """Whether an equation does more than to compute its outputs: it is never dropped, merged or computed beforehand.

    So it is where there are no outputs (a guard), where the primitive is impure (a draw of random numbers) or of the
    family "effect", where it calls what no program describes, or where one of its bodies holds such an equation.
    """
    primitive = equation.primitive
    if not equation.outputs or not primitive.pure or primitive.family == "effect":
        return True
    inner = list(bodies(equation)) if equation.params else []
    if primitive.call is not None and not inner:
        return True
    return any(effectful(e) for body in inner for e in body.equations)


def frozen(value: Any) -> Any:
    """Something hashable that equals that of another parameter only if the two mean the same."""
    if isinstance(value, (tuple, list)):
        return (type(value), *map(frozen, value))
    if isinstance(value, slice):  # not hashable in Python 3.11
        return (slice, frozen(value.start), frozen(value.stop), frozen(value.step))
    if isinstance(value, dict):
        return (dict, *((k, frozen(v)) for k, v in sorted(value.items())))
    if isinstance(value, (bool, int, float, complex)):  # 1 and 1.0, 0.0 and -0.0 are different; NaN is itself
        return (type(value), repr(value))
    try:
        hash(value)
    except TypeError:
        return (type(value), id(value))
    return value

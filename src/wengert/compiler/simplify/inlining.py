"""``inline``: functions of the user become their equations."""

from __future__ import annotations

from dataclasses import replace

from ...core.program import Atom, Equation, Program, Variable
from ...ops.elementwise import stop_gradient
from .rewriter import Rewriter

__all__ = ["inline"]


def inline(program: Program) -> Program:
    """Write the equations of a call's program in its place, and a value in place of its ``stop_gradient``.

    A program that is compiled is not differentiated any more, so neither a rule of the user's nor the end of a
    derivative means anything in it. Structured control flow stays: its bodies run any number of times.
    """
    rewriter = Rewriter(program)
    for equation in program.equations:
        _write(rewriter, equation)
    return rewriter.program()


def _write(rewriter: Rewriter, equation: Equation) -> None:
    inner = _called(equation)
    if inner is not None:
        results = _inlined(rewriter, inner, rewriter.inputs(equation))
        for variable, atom in zip(equation.outputs, results, strict=True):
            rewriter.replace(variable, atom)
        return
    if equation.primitive is stop_gradient:
        (atom,) = rewriter.inputs(equation)
        if rewriter.fits(equation.outputs[0], atom):  # an array: of a Python number it makes one
            rewriter.replace(equation.outputs[0], atom)
            return
    rewriter.keep(equation)


def _called(equation: Equation) -> Program | None:
    """The program of a call of the user's function."""
    inner = equation.params.get("program")
    called = equation.primitive.call is not None and equation.primitive.family == "call"
    return inner if called and isinstance(inner, Program) else None


def _inlined(rewriter: Rewriter, inner: Program, inputs: tuple[Atom, ...]) -> list[Atom]:
    """Write the equations of a program with variables of their own, since it may be called again."""
    atoms: dict[Atom, Atom] = dict(zip(inner.inputs, inputs, strict=True))
    for variable, value in inner.constants.items():
        atoms[variable] = Variable(variable.type)
        rewriter.constants[atoms[variable]] = value
    for equation in inner.equations:
        outputs = tuple(Variable(v.type) for v in equation.outputs)
        arguments = tuple(_read(rewriter, atoms, a) for a in equation.inputs)
        _write(rewriter, replace(equation, inputs=arguments, outputs=outputs))
        atoms.update(zip(equation.outputs, outputs, strict=True))
    return [_read(rewriter, atoms, out) for out in inner.outputs]


def _read(rewriter: Rewriter, atoms: dict[Atom, Atom], atom: Atom) -> Atom:
    return rewriter.atom(atoms[atom]) if isinstance(atom, Variable) else atom

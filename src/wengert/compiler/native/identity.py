"""What a program is, exactly, as bytes: equal for programs that compile to the same code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...core.program import Atom, Program, Variable
from ...core.types import ArrayType

__all__ = ["identity"]


class _Opaque(Exception):
    """A program holds something that has no name beyond this process: a function of the user's, a generator."""


def identity(program: Program) -> bytes | None:
    """Types, equations, parameters and constants of a program; None where it holds something without a lasting name."""
    try:
        return "\n".join(_lines(program, {})).encode()
    except _Opaque:
        return None


def _lines(program: Program, outer: Mapping[Variable, int]) -> Iterator[str]:
    numbers: dict[Variable, int] = dict(outer)

    def name(variable: Variable) -> str:
        return f"{numbers.setdefault(variable, len(numbers))}:{_type(variable.type)}"

    def atom(a: Atom) -> str:
        return name(a) if isinstance(a, Variable) else f"{type(a).__name__} {a!r}"

    yield f"inputs {' '.join(map(name, program.inputs))}"
    for variable, value in program.constants.items():
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise _Opaque
        yield f"constant {name(variable)} {np.ascontiguousarray(array).tobytes().hex()}"
    for equation in program.equations:
        if equation.primitive.call is not None and equation.primitive.family == "call":
            raise _Opaque
        params = [f"{key}={_param(value)}" for key, value in sorted(equation.params.items())]
        inputs = " ".join(map(atom, equation.inputs))
        yield f"{' '.join(map(name, equation.outputs))} = {equation.primitive.name} {inputs} {' '.join(params)}"
    yield f"outputs {' '.join(map(atom, program.outputs))}"


def _type(type: ArrayType) -> str:
    dtype = type.dtype.__name__ if type.is_weak else type.dtype.str
    return f"{dtype}{list(type.shape)}"


def _param(value: Any) -> str:
    if value is None or value is Ellipsis or isinstance(value, (bool, int, float, complex, str, slice)):
        return repr(value)
    if isinstance(value, (tuple, list)):
        return f"({','.join(map(_param, value))})"
    if isinstance(value, np.dtype):
        return str(value.str)
    if isinstance(value, Program):
        return "{" + "\n".join(_lines(value, {})) + "}"
    raise _Opaque

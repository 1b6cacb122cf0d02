"""Functions in Python, traced on values, and written as programs from types alone: all must give the same."""

from collections.abc import Callable
from typing import Any

import numpy as np

import wengert as wg
from wengert.core.program import Program, check
from wengert.core.tree import flatten
from wengert.core.types import type_of
from wengert.transforms.trace import Tracer


def close(a: Any, b: Any, tolerance: float = 1e-10) -> None:
    """The same numbers up to rounding, of the same types, in the same containers."""
    first, second = flatten(a), flatten(b)
    assert first[1] == second[1]
    for x, y in zip(first[0], second[0], strict=True):
        found, expected = np.asarray(wg.asarray(x).numpy()), np.asarray(wg.asarray(y).numpy())
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-11)


def nested(program: Program) -> list[Program]:
    """A program and those inside it."""
    inner = [v for e in program.equations for v in e.params.values() if isinstance(v, Program)]
    return [program, *(p for q in inner for p in nested(q))]


def primitives(program: Program) -> list[str]:
    """The names of the primitives, in order."""
    return [e.primitive.name for e in program.equations]


def lazily(f: Callable[..., Any], *args: Any) -> Program:
    """The program of a function of arrays, written without values."""
    with Tracer() as level:
        out = f(*[level.input(type_of(np.asarray(x))) for x in args])
    outputs, out_tree = flatten(out)
    return level.program(outputs, flatten(args)[1], out_tree)


def everywhere(f: Callable[..., Any], *args: Any, tolerance: float = 1e-10) -> Any:
    """The result, which is the same in Python and in a program, however that is written."""
    expected = f(*args)
    for program in (wg.trace(f)(*args), lazily(f, *args)):
        for part in nested(program):
            check(part)
        close(program(*args), expected, tolerance)
    return expected

"""Programs built by hand: text, type check, evaluation and pruning."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.primitive import registry
from wengert.core.program import Equation, Program, Variable, check, format_param, names
from wengert.core.types import ArrayType

close = np.testing.assert_allclose
F = np.dtype("float64")


def variables(*shapes: tuple[int, ...], dtype: Any = F) -> list[Variable]:
    return [Variable(ArrayType(shape, dtype)) for shape in shapes]


def example() -> Program:
    """(a, b) ↦ (2a + b, b), with an equation that nobody reads."""
    a, b, doubled, total, unused = variables((3,), (), (3,), (3,), (3,))
    equations = (
        Equation(registry["multiply"], (2.0, a), {}, (doubled,)),
        Equation(registry["sin"], (a,), {}, (unused,)),
        Equation(registry["add"], (doubled, b), {}, (total,)),
    )
    return Program((a, b), equations, (total, b))


def test_text() -> None:
    program = example()
    assert (
        str(program)
        == """program(a: float64[3], b: float64[]) -> float64[3], float64[]:
  c: float64[3] = multiply(2.0, a)
  d: float64[3] = sin(a)
  e: float64[3] = add(c, b)
  return e, b"""
    )
    assert repr(program) == "<program of 3 equation(s): program(a: float64[3], b: float64[]) -> float64[3], float64[]>"
    assert repr(program.inputs[0]) == "<variable float64[3]>"
    assert list(names(program).values()) == ["a", "b", "c", "d", "e"]


def test_names_go_on_after_z() -> None:
    first, *rest = variables(*[()] * 800)
    equations, previous = [], first
    for variable in rest:
        equations.append(Equation(registry["negative"], (previous,), {}, (variable,)))
        previous = variable
    text = list(names(Program((first,), tuple(equations), (previous,))).values())
    assert text[24:29] == ["y", "z", "aa", "ab", "ac"]
    assert text[26 + 26**2] == "aaa"
    assert len(set(text)) == 800


def test_evaluation() -> None:
    program = example()
    check(program)
    total, b = program(np.ones(3), 5.0)
    close(total, 7)
    close(b, 5)
    close(wg.jacobian(lambda x: program(x, 5.0)[0])(np.ones(3)), 2 * np.eye(3))
    assert all(isinstance(out, wg.Array) for out in program(np.ones(3), 5.0))
    with pytest.raises(wg.TreeError, match="takes 2 arrays, not 1"):
        program(np.ones(3))


def test_pruning() -> None:
    pruned = example().pruned()
    check(pruned)
    assert [e.primitive.name for e in pruned.equations] == ["multiply", "add"]
    close(pruned(np.ones(3), 5.0)[0], 7)


def replaced(program: Program, **changes: Any) -> Program:
    parts = {name: getattr(program, name) for name in ("inputs", "equations", "outputs", "constants")}
    return Program(**{**parts, **changes})


def test_the_check_finds_what_is_wrong() -> None:
    program = example()
    a, b = program.inputs
    multiply, sin, add = program.equations
    (stranger,) = variables((3,))
    (wrong,) = variables((4,))
    (single,) = variables((3,), dtype=np.dtype("float32"))
    for equations, outputs, message in (
        ((add, multiply, sin), program.outputs, r"equation 0 \(add\) reads d before its assignment"),
        ((multiply, sin), program.outputs, r"the result reads \? before its assignment"),
        ((multiply, multiply, add), program.outputs, "assigns a variable twice"),
        ((Equation(registry["sin"], (a,), {}, (wrong,)),), (b,), r"assigns float64\[4\], but its type is float64\[3\]"),
        ((Equation(registry["sin"], (a,), {}, (single,)),), (b,), r"float32\[3\], but its type is float64\[3\]"),
        ((Equation(registry["sin"], (a,), {}, (stranger, wrong)),), (b,), "but its type is"),
        ((Equation(registry["sin"], ("text",), {}, (stranger,)),), (b,), "neither a variable nor a Python scalar"),
        ((Equation(registry["add"], (a, stranger), {}, (wrong,)),), (b,), "before its assignment"),
        ((), (stranger,), "the result reads"),
        ((), ("text",), "neither"),
    ):
        with pytest.raises(TypeError, match=message) as caught:
            check(replaced(program, equations=equations, outputs=outputs))
        assert "program(" in str(caught.value)


def test_constants() -> None:
    x, c, y = variables((2,), (2,), (2,))
    program = Program((x,), (Equation(registry["add"], (x, c), {}, (y,)),), (y,), {c: np.array([1.0, 2.0])})
    check(program)
    assert "b: float64[2] is captured" in str(program)
    close(program(np.zeros(2)), [1, 2])
    close(program(np.zeros(2)), [1, 2])
    assert program.pruned().constants
    assert not replaced(program, equations=(), outputs=(x,)).pruned().constants


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (slice(None), ":"),
        (slice(1, None), "1:"),
        (slice(None, None, -1), "::-1"),
        (slice(1, 5, 2), "1:5:2"),
        ((), "()"),
        ((1,), "(1,)"),
        ((slice(None), None, 2, ...), "(:, None, 2, ...)"),
        (True, "True"),
        ("ij->ji", "'ij->ji'"),
        (np.dtype("float32"), "float32"),
        (np.sum, "sum"),
        (((0, 1), (2, 3)), "((0, 1), (2, 3))"),
    ],
)
def test_parameters_read_as_one_would_write_them(value: Any, text: str) -> None:
    assert format_param(value) == text

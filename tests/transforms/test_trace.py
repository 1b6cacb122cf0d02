"""trace and linearize: programs as text, checked, called, differentiated, and traced again."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.program import check

close = np.testing.assert_allclose


def traced(f: Any, *args: Any, **kwargs: Any) -> wg.Program:
    program = wg.trace(f)(*args, **kwargs)
    check(program)
    check(program.pruned())
    return program


def lines(text: str) -> str:
    return text.strip("\n")


# -- Text ------------------------------------------------------------------------------------------------------------


def test_the_text_of_a_program() -> None:
    w = wg.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    def f(x: Any, p: Any) -> Any:
        h = wg.tanh(w @ x + p["b"])
        return {"sum": wg.sum(h, axis=0), "h": (h[1:], 3.0)}

    program = traced(f, wg.ones(2), {"b": np.float32(1.5), "none": None})
    assert str(program) == lines(
        """
program(a: float64[2], b: float32[]) -> float64[2], float, float64[]:
  c: float64[3, 2] is captured
  d: float64[3] = matmul(c, a)
  e: float64[3] = add(d, b)
  f: float64[3] = tanh(e)
  g: float64[] = sum(f, axes=(0,), keepdims=False)
  h: float64[2] = getitem(f, index=(1:,))
  return h, 3.0, g
"""
    )


def test_a_python_scalar_stands_for_itself() -> None:
    program = traced(lambda x: (2 * x + 0.5j, 3.0, True), 1.0)
    assert str(program) == lines(
        """
program(a: float64[]) -> complex128[], float, bool:
  b: float64[] = multiply(2, a)
  c: complex128[] = add(b, 0.5j)
  return c, 3.0, True
"""
    )
    assert program(2.0)[1:] == (3.0, True)


def test_operations_that_do_not_depend_on_the_arguments_are_not_written() -> None:
    c = wg.ones(3)
    program = traced(lambda x: x + wg.sum(wg.exp(c) * 2), 1.0)
    assert [e.primitive.name for e in program.equations] == ["add"]
    assert len(program.constants) == 1


def test_a_captured_array_is_captured_once() -> None:
    c = np.array([1.0, 2.0])
    x = wg.array(3.0, requires_grad=True)
    program = traced(lambda v: v * c + c * x + x * v, np.ones(2))
    assert len(program.constants) == 2 + 1  # c, x and c·x


def test_control_flow_goes_where_the_values_lead_it() -> None:
    def f(x: Any) -> Any:
        while x < 10:
            x = x * 2
        return -x if x > 20 else x

    assert str(traced(f, 3.0)) == lines(
        """
program(a: float64[]) -> float64[]:
  b: bool[] = less(a, 10)
  c: float64[] = multiply(a, 2)
  d: bool[] = less(c, 10)
  e: float64[] = multiply(c, 2)
  f: bool[] = less(e, 10)
  g: bool[] = greater(e, 20)
  return e
"""
    )
    assert [e.primitive.name for e in traced(f, 3.0).pruned().equations] == ["multiply", "multiply"]


def test_the_text_of_derivatives() -> None:
    program = traced(wg.grad(lambda x: x**3), 2.0)
    assert program.pruned().equations
    assert "program(a: float64[]) -> float64[]:" in str(program)
    close(program(5.0), 75)
    batch = traced(wg.vmap(lambda x, y: x @ y, (0, None)), np.ones((4, 3)), np.ones(3))
    close(batch(np.eye(4, 3), np.arange(3.0)), [0, 1, 2, 0])


def test_multiple_outputs_and_no_outputs() -> None:
    program = traced(lambda a: wg.linalg.slogdet(a), np.eye(2))
    assert str(program) == lines(
        """
program(a: float64[2, 2]) -> float64[], float64[]:
  b: float64[], c: float64[] = slogdet(a)
  return b, c
"""
    )
    _, logabs = program(3 * np.eye(2))
    close(logabs, np.log(9))
    nothing = traced(lambda x: None, 1.0)
    assert str(nothing) == "program(a: float64[]) -> nothing:\n  return nothing"
    assert nothing(2.0) is None
    assert str(traced(lambda: 5.0)) == "program() -> float:\n  return 5.0"


def test_an_argument_that_is_returned() -> None:
    program = traced(lambda x, y: (y, x, x), 1.0, np.ones(2))
    assert str(program) == "program(a: float64[], b: float64[2]) -> float64[2], float64[], float64[]:\n  return b, a, a"
    close(program(3.0, [4.0, 5.0][0] * np.ones(2))[0], 4)


def test_nested_programs_are_indented() -> None:
    def block(x: Any) -> Any:
        return wg.checkpoint(wg.sin)(x) * y

    y = wg.array(2.0)
    program = traced(lambda x: wg.checkpoint(block)(x + 1), 1.0)
    assert str(program) == lines(
        """
program(a: float64[]) -> float64[]:
  b: float64[] is captured
  c: float64[] = add(a, 1)
  d: float64[] = checkpoint[block](c, b)
    where program is program(a: float64[], b: float64[]) -> float64[]:
      c: float64[] = checkpoint[sin](a)
        where program is program(a: float64[]) -> float64[]:
          b: float64[] = sin(a)
          return b
      d: float64[] = multiply(c, b)
      return d
  return d
"""
    )


# -- Calling ---------------------------------------------------------------------------------------------------------


def test_a_program_is_called_like_the_function() -> None:
    def f(x: Any, p: Any, *, scale: float) -> Any:
        return [wg.sum(x) * scale, {"q": p[0] - p[1]}]

    program = traced(f, np.ones(3), (1.0, np.ones(2)), scale=3.0)
    for x in (np.arange(3.0), wg.arange(3.0), np.arange(3)):
        result = program(x, (2.0, np.ones(2)))
        assert isinstance(result[0], wg.Array)
        close(result[0], 9)
        close(result[1]["q"], [1, 1])
    assert result[0].dtype == np.float64


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((np.ones(3), 1.0), wg.ShapeError, r"traced for float64\[2\], not float64\[3\]; trace the function again"),
        ((np.ones(2), np.ones(1)), wg.ShapeError, r"float64\[\], not float64\[1\]"),
        ((np.ones(2),), wg.TreeError, "structure"),
        ((np.ones(2), 1.0, 2.0), wg.TreeError, "structure"),
        (((np.ones(2), 1.0),), wg.TreeError, "structure"),
        ((np.ones(2), 1j), wg.DTypeError, "float64.*complex"),
        ((np.ones(2) * 1j, 1.0), wg.DTypeError, r"traced for float64\[2\], not complex128\[2\]"),
        ((np.ones(2), "text"), wg.DTypeError, "not 'text' of type str"),
    ],
)
def test_calls_that_do_not_fit(args: Any, error: type[Exception], message: str) -> None:
    program = traced(lambda x, y: x * y, np.ones(2), 1.0)
    with pytest.raises(error, match=message) as caught:
        program(*args)
    assert "test_trace.py" in caught.value.__notes__[-1]


def test_arguments_are_converted_to_the_dtypes_of_the_program() -> None:
    program = traced(lambda x: x * 2, np.ones(2, "float32"))
    for x in (np.ones(2, int), np.ones(2), wg.ones(2), np.array([True, True])):
        assert program(x).dtype == np.float32
    x = wg.ones(2, requires_grad=True)
    wg.sum(program(x)).backward()
    close(x.grad, 2)
    assert x.grad.dtype == np.float64
    integers = traced(lambda n: n + 1, np.arange(3))
    with pytest.raises(wg.DTypeError, match="int64"):
        integers(np.ones(3))


def test_programs_under_every_transform() -> None:
    def f(x: Any) -> Any:
        return wg.sum(wg.sin(x) * x)

    program, x = traced(f, np.ones(3)), np.array([0.1, 0.2, 0.3])
    for transform in (
        lambda g: wg.grad(g)(x),
        lambda g: wg.jvp(g, (x,), (x,)),
        lambda g: wg.hessian(g)(x),
        lambda g: wg.vmap(wg.grad(g))(np.stack([x, 2 * x])),
        lambda g: wg.linearize(g, x)[1](x),
        lambda g: traced(g, x)(x),
        lambda g: traced(wg.grad(g), x)(x),
        lambda g: wg.checkpoint(g)(x),
    ):
        result, expected = transform(program), transform(f)
        close(
            result[1] if isinstance(result, tuple) else result, expected[1] if isinstance(expected, tuple) else expected
        )
    leaf = wg.array(x, requires_grad=True)
    program(leaf).backward()
    close(leaf.grad, wg.grad(f)(x))


def test_a_program_keeps_the_arrays_that_it_captured() -> None:
    a, b = np.array([1.0, 2.0]), wg.array([3.0, 4.0])
    program = traced(lambda x: x * a + b, np.ones(2))
    a[:] = 100
    b[:] = 100
    close(program(np.ones(2)), [4, 6])


def test_an_array_of_the_user_that_changes_while_it_is_traced() -> None:
    buffer = np.zeros(2)

    def f(x: Any) -> Any:
        total = x
        for k in range(3):
            buffer[:] = k
            total = total + buffer + buffer
        return total

    program = traced(f, np.zeros(2))
    close(program(np.zeros(2)), f(np.zeros(2)))
    assert len(program.constants) == 3


def test_a_program_of_an_outer_level() -> None:
    def f(x: Any) -> Any:
        program = wg.trace(lambda y: y * x + x)(2.0)  # captures x
        check(program)
        return program(x)

    close(wg.grad(f)(3.0), 7)
    close(wg.hessian(f)(3.0), 2)
    close(wg.vmap(f)(np.array([1.0, 2.0])), [2, 6])
    close(traced(f, 3.0)(5.0), 30)
    x = wg.array(3.0, requires_grad=True)
    f(x).backward()
    close(x.grad, 7)


def test_a_long_program() -> None:
    def f(x: Any) -> Any:
        for _ in range(3000):
            x = x * 0.999 + 0.001
        return x

    program = traced(f, 1.0)
    assert len(program.equations) == 6000
    close(wg.grad(program)(1.0), 0.999**3000)
    assert len(str(program).splitlines()) == 6002


def test_evaluation_lets_intermediate_values_go() -> None:
    import tracemalloc

    def f(x: Any) -> Any:
        for _ in range(30):
            x = wg.sin(x)
        return x

    x = np.ones(50_000)
    program = traced(f, x)
    del f
    tracemalloc.start()
    program(x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * x.nbytes


def test_wrong_arguments_of_trace() -> None:
    with pytest.raises(wg.DTypeError, match="argument of trace must be an array or a number, not 'text'"):
        wg.trace(lambda x: x)("text")
    with pytest.raises(wg.DTypeError, match="'text'"):
        wg.trace(lambda x: "text")(1.0)


# -- Writing, rules, checkpoints -------------------------------------------------------------------------------------


def test_writing_in_a_traced_function() -> None:
    def f(x: Any) -> Any:
        y = wg.zeros(3)
        y[0] = x[1]
        y += x
        y[[1, 2]] *= 2.0
        return y

    program, x = traced(f, np.ones(3)), np.array([1.0, 2.0, 3.0])
    close(program(x), f(wg.array(x)))
    close(wg.jacobian(program)(x), wg.jacobian(f)(x))


def test_linearize() -> None:
    calls = []

    def f(x: Any, p: Any) -> Any:
        calls.append(1)
        return {"y": wg.sin(x) * p["k"], "sum": wg.sum(x)}

    x, p = np.array([0.1, 0.2]), {"k": np.array([3.0, 4.0])}
    value, derivative = wg.linearize(f, x, p)
    check(derivative)
    close(value["y"], np.sin(x) * p["k"])
    for k in range(4):
        t = np.array([k, 1.0])
        moved = derivative(t, {"k": t})
        expected = wg.jvp(f, (x, p), (t, {"k": t}))[1]
        close(moved["y"], expected["y"])
        close(moved["sum"], expected["sum"])
    assert len(calls) == 1 + 4
    x[:] = 50.0
    p["k"][:] = 50.0
    close(derivative(t, {"k": t})["y"], expected["y"])
    with pytest.raises(wg.TreeError, match="structure"):
        derivative(t)
    with pytest.raises(wg.ShapeError, match=r"float64\[2\], not float64\[3\]"):
        derivative(np.ones(3), {"k": t})
    with pytest.raises(wg.DTypeError, match="complex"):
        derivative(t * 1j, {"k": t})


def test_the_program_of_a_derivative_is_linear_and_short() -> None:
    _, derivative = wg.linearize(lambda x: wg.exp(wg.sin(x)), 0.3)
    assert {e.primitive.name for e in derivative.equations} <= {"multiply", "absorbing_multiply"}
    close(derivative(0.0), 0)
    close(derivative(2.0), 2 * derivative(1.0))
    close(wg.grad(derivative)(5.0), derivative(1.0))
    close(wg.vmap(derivative)(np.arange(3.0)), derivative(1.0) * np.arange(3))


def test_linearize_of_what_does_not_depend_on_the_point() -> None:
    value, derivative = wg.linearize(lambda x: (3.0, wg.ones(2), x, wg.argmax(x)), np.ones(2))
    close(value[1], [1, 1])
    moved = derivative(np.array([5.0, 6.0]))
    close(moved[0], 0)
    close(moved[1], [0, 0])
    close(moved[2], [5, 6])
    close(moved[3], 0)


def test_linearize_refuses_what_grad_refuses() -> None:
    with pytest.raises(wg.DTypeError, match="int64"):
        wg.linearize(lambda x: x, np.arange(3))
    with pytest.raises(wg.DTypeError, match="function"):
        wg.linearize(1.0, 2.0)  # type: ignore[arg-type]

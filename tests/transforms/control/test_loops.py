from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg
from wengert.transforms.control import while_primitive

X, S = np.array([0.3, 0.5]), np.array(1.3)
MANY = np.array([[0.3, 0.5], [0.1, 0.1], [5.0, 30.0]])


def grown(x: Any, s: Any, **options: Any) -> Any:
    state = wg.while_loop(
        lambda c: wg.sum(c["y"] * c["y"]) < 100.0,
        lambda c: {"y": c["y"] * s + wg.sin(c["y"]), "n": c["n"] + 1},
        {"y": x, "n": 0},
        **options,
    )
    return wg.sum(state["y"] ** 2) * s + state["n"]


def by_hand(x: Any, s: Any) -> Any:
    n = 0
    while wg.sum(x * x) < 100.0:
        x, n = x * s + wg.sin(x), n + 1
    return wg.sum(x**2) * s + n


for_all_bounds = pytest.mark.parametrize("bound", [None, 30])


@for_all_bounds
def test_while(staged: Any, bound: int | None) -> None:
    f = lambda x, s: grown(x, s, max_steps=bound)  # noqa: E731
    x, s = wg.array(X), wg.array(S)
    staged.close(staged.everywhere(f, X, S), by_hand(x, s))
    every = (0, 1)
    staged.close(staged.everywhere(wg.grad(f, every), X, S), wg.grad(by_hand, every)(X, S))
    pushed = lambda f: lambda x, s: wg.jvp(f, (x, s), (wg.cos(x), wg.sin(s)))  # noqa: E731
    staged.close(staged.everywhere(pushed(f), X, S), pushed(by_hand)(X, S))
    _, derivative = wg.linearize(f, X, S)
    staged.close(derivative(np.cos(X), np.sin(S)), pushed(by_hand)(x, s)[1])


@for_all_bounds
def test_second_order(staged: Any, bound: int | None) -> None:
    f = lambda x, s: grown(x, s, max_steps=bound)  # noqa: E731
    staged.close(staged.everywhere(wg.hessian(f), X, S), wg.hessian(by_hand)(X, S))
    twice = lambda f: wg.grad(lambda x, s: wg.sum(wg.grad(f)(x, s) ** 2), (0, 1))  # noqa: E731
    staged.close(staged.everywhere(twice(f), X, S), twice(by_hand)(X, S))
    other = lambda f: wg.grad(lambda x, s: wg.jvp(lambda x: f(x, s), (x,), (x,))[1], (0, 1))  # noqa: E731
    staged.close(staged.everywhere(other(f), X, S), other(by_hand)(X, S))


@for_all_bounds
def test_entries_of_a_batch_take_different_numbers_of_steps(staged: Any, bound: int | None) -> None:
    f = lambda x, s: grown(x, s, max_steps=bound)  # noqa: E731
    each = lambda f: wg.stack([wg.asarray(f(wg.array(x), wg.array(S))) for x in MANY])  # noqa: E731
    staged.close(staged.everywhere(wg.vmap(f, in_axes=(0, None)), MANY, S), each(by_hand))
    staged.close(staged.everywhere(wg.vmap(wg.grad(f), in_axes=(0, None)), MANY, S), each(wg.grad(by_hand)))
    total = wg.grad(lambda m, s: wg.sum(wg.vmap(f, in_axes=(0, None))(m, s)), (0, 1))
    a, b = staged.everywhere(total, MANY, S)
    staged.close(a, each(wg.grad(by_hand)))
    staged.close(b, wg.sum(each(wg.grad(by_hand, 1))))
    staged.close(
        staged.everywhere(wg.vmap(f, in_axes=(None, 0)), X, np.array([1.3, 2.0])),
        wg.stack([by_hand(wg.array(X), wg.array(s)) for s in (1.3, 2.0)]),
    )


def test_a_finished_entry_has_no_part_in_what_overflows(staged: Any) -> None:
    f = lambda x: wg.while_loop(lambda y: y < 10, lambda y: wg.exp(y), x)  # noqa: E731
    xs = np.array([0.0, 9.0, 800.0])
    expected = wg.stack([wg.grad(f)(x) for x in xs])
    with np.errstate(over="ignore"):
        staged.close(staged.everywhere(wg.vmap(wg.grad(f)), xs), expected)


def test_a_batch_in_which_all_go_together(staged: Any) -> None:
    f = lambda x: wg.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] * x), (0, 1.0))[1]  # noqa: E731
    staged.close(staged.everywhere(wg.vmap(f), X), wg.array(X**3))
    program = wg.trace(wg.vmap(f))(X)
    (loop,) = [e for e in program.equations if e.primitive.name == "while_loop"]
    assert sorted(v.type.shape for v in loop.outputs) == [(), (2,)]


def test_no_steps(staged: Any) -> None:
    for bound in (None, 0, 5):
        f = lambda x: wg.while_loop(lambda y: y > 100, lambda y: y * y, x, max_steps=bound)  # noqa: B023, E731
        staged.close(staged.everywhere(wg.grad(f), S), wg.array(1.0))
        staged.close(staged.everywhere(f, S), wg.array(S))


def test_the_bound_ends_the_loop(staged: Any) -> None:
    f = lambda x: wg.while_loop(lambda y: y < 100, lambda y: 2 * y, x, max_steps=3)  # noqa: E731
    staged.close(staged.everywhere(f, S), wg.array(8 * S))
    staged.close(staged.everywhere(wg.grad(f), S), wg.array(8.0))
    staged.close(staged.everywhere(wg.vmap(f), X), wg.array(8 * X))


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 7, 8, 9, 20, 63])
def test_any_number_of_steps_is_reversed_from_few_values(
    staged: Any, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(while_primitive, "_STORED", (2, 2))

    def f(x: Any, n: Any) -> Any:
        return wg.while_loop(lambda c: c[0] < n, lambda c: (c[0] + 1, wg.sin(c[1]) * x), (0, x))[1]

    def g(x: Any) -> Any:
        y = x
        for _ in range(steps):
            y = wg.sin(y) * x
        return y

    program = wg.trace(lambda x, n: wg.grad(f)(x, n))(S, np.array(1))
    staged.close(program(S, np.array(steps)), wg.grad(g)(S))


def test_the_program_shows_condition_and_body() -> None:
    program = wg.trace(lambda x: wg.while_loop(lambda y: y < 10, lambda y: y * x, x))(2.0)
    assert str(program) == (
        "program(a: float64[]) -> float64[]:\n"
        "  b: float64[] = while_loop(a, a, counts=(0, 1), max_steps=None)\n"
        "    where cond is program(a: float64[]) -> bool[]:\n"
        "      b: bool[] = less(a, 10)\n"
        "      return b\n"
        "    where body is program(a: float64[], b: float64[]) -> float64[]:\n"
        "      c: float64[] = multiply(b, a)\n"
        "      return c\n"
        "  return b"
    )


def test_backward_twice(staged: Any) -> None:
    program = wg.trace(grown)(X, S)
    for f in (grown, program):
        x = wg.array(X, requires_grad=True)
        f(x, S).backward(create_graph=True)
        gradient, x.grad = x.grad, None
        staged.close(gradient.detach(), wg.grad(by_hand)(X, S))
        wg.sum(gradient**2).backward()
        staged.close(x.grad.detach(), wg.grad(lambda x: wg.sum(wg.grad(by_hand)(x, S) ** 2))(X))


def test_draws_in_a_loop() -> None:
    rng = wg.random.default_rng(0)

    def f(x: Any) -> Any:
        return wg.while_loop(lambda y: y < 10, lambda y: y + x * wg.abs(rng.normal()), x)

    wg.grad(f)(1.0)
    program = wg.trace(f)(1.0)
    assert program(1.0).item() != program(1.0).item()
    with pytest.raises(wg.GraphError, match="draws random numbers"):
        wg.trace(wg.grad(f))(1.0)


# -- fori_loop ---------------------------------------------------------------------------------------------------------


def power(x: Any, low: Any, high: Any) -> Any:
    return wg.fori_loop(low, high, lambda i, v: v * x + i, 1.0)


def power_by_hand(x: Any, low: int, high: int) -> Any:
    v = wg.array(1.0)
    for i in range(low, high):
        v = v * x + i
    return v


@settings(deadline=None, max_examples=20)
@given(st.integers(-3, 3), st.integers(-3, 6))
def test_fori(staged: Any, low: int, high: int) -> None:
    for f in (lambda x: power(x, low, high), wg.grad(lambda x: power(x, low, high) + 0 * x)):
        staged.everywhere(f, S)
    staged.close(power(wg.array(S), low, high), power_by_hand(wg.array(S), low, high))
    staged.close(
        wg.grad(lambda x: power(x, low, high) + 0 * x)(S), wg.grad(lambda x: power_by_hand(x, low, high) + 0 * x)(S)
    )
    computed = lambda x, a, b: wg.grad(lambda x: power(x, a, b) + 0 * x)(x)  # noqa: E731
    staged.close(
        staged.everywhere(computed, S, np.array(low), np.array(high)), wg.grad(lambda x: power(x, low, high) + 0 * x)(S)
    )


def test_bounds_that_are_known_make_a_scan() -> None:
    names = [e.primitive.name for e in wg.trace(lambda x: power(x, 0, 3))(S).equations]
    assert names == ["scan"]
    assert "while_loop" in [e.primitive.name for e in wg.trace(lambda x, n: power(x, 0, n))(S, np.array(3)).equations]


def test_bounds_of_a_batch(staged: Any) -> None:
    xs, ns = np.array([1.1, 0.7, 0.5]), np.array([3, 5, 0])
    expected = wg.stack([power_by_hand(wg.array(x), 0, n) for x, n in zip(xs, ns, strict=True)])
    staged.close(staged.everywhere(wg.vmap(lambda x, n: power(x, 0, n)), xs, ns), expected)


def test_indexing_by_the_counter(staged: Any) -> None:
    def f(xs: Any) -> Any:
        def step(i: Any, v: Any) -> Any:
            total, out = v
            total = total + xs[i] * i
            out[i] = total
            return total, out

        total, out = wg.fori_loop(0, 4, step, (0.0, wg.zeros(4)))
        return total + wg.sum(out**2)

    xs = np.array([1.0, 2.0, 3.0, 4.0])
    staged.close(staged.everywhere(f, xs), wg.array(20.0 + 0 + 4 + 64 + 400))
    staged.everywhere(wg.grad(f), xs)
    wg.testing.check_grads(f, (xs,), order=2)
    wg.testing.check_grads(wg.trace(f)(xs), (xs,), order=2)


# -- Bad input ---------------------------------------------------------------------------------------------------------


def in_python(f: Callable[[], Any]) -> Any:
    return f()


def in_a_program(f: Callable[[], Any]) -> Any:
    return wg.trace(lambda x: f())(1.0)


@pytest.mark.parametrize("run", [in_python, in_a_program])
def test_bad_input(run: Callable[..., Any]) -> None:
    with pytest.raises(wg.DTypeError, match="expected a function, not 3"):
        run(lambda: wg.while_loop(3, lambda x: x, 0.0))  # type: ignore[arg-type]
    with pytest.raises(wg.DTypeError, match="expected a function, not 3"):
        run(lambda: wg.fori_loop(0, 3, 3, 0.0))  # type: ignore[arg-type]
    with pytest.raises(wg.DTypeError, match="condition of while_loop must be a boolean, not float64"):
        run(lambda: wg.while_loop(lambda x: x, lambda x: x, 1.0))
    with pytest.raises(wg.DTypeError, match="must be a boolean, not None"):
        run(lambda: wg.while_loop(lambda x: None, lambda x: x, 1.0))
    with pytest.raises(wg.ShapeError, match=r"single boolean, not of shape \(2,\); use wg.all"):
        run(lambda: wg.while_loop(lambda x: x > 0, lambda x: x, wg.ones(2)))
    with pytest.raises(wg.TreeError, match="value of the structure"):
        run(lambda: wg.while_loop(lambda x: x[0] > 0, lambda x: (x, x), (1.0, 2.0)))
    with pytest.raises(wg.ShapeError, match=r"type of value\[1\] from float64\[\] to float64\[2\]"):
        run(lambda: wg.while_loop(lambda x: x[0] > 0, lambda x: (x[0], wg.ones(2)), (1.0, 2.0)))
    with pytest.raises(ValueError, match="max_steps must be a number of steps, not 1.5"):
        run(lambda: wg.while_loop(lambda x: x > 0, lambda x: x, 1.0, max_steps=1.5))  # type: ignore[arg-type]
    with pytest.raises(wg.DTypeError, match="upper of fori_loop must be an integer, not float64"):
        run(lambda: wg.fori_loop(0, 1.5, lambda i, x: x, 1.0))
    with pytest.raises(wg.ShapeError, match=r"lower of fori_loop must be a single integer, not of shape \(2,\)"):
        run(lambda: wg.fori_loop(np.ones(2, int), 3, lambda i, x: x, 1.0))


def test_a_body_that_looks_at_values(staged: Any) -> None:
    f = lambda x: wg.while_loop(lambda y: y < 10, lambda y: 2 * y if y > 5 else 3 * y, x)  # noqa: E731
    staged.close(f(1.0), wg.array(18.0))
    with pytest.raises(wg.ConversionError, match=r"wg\.cond"):
        wg.trace(f)(1.0)
    program = wg.trace(lambda x: wg.fori_loop(0, 3, lambda i, y: 2 * y if y > 5 else 3 * y, x))(1.0)
    staged.close(program(1.0), wg.array(18.0))


def test_a_number_becomes_wider(staged: Any) -> None:
    out = staged.everywhere(lambda x: wg.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] + x), (0, 0)), S)
    assert [x.dtype for x in out] == [np.int64, np.float64]

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg

Y = np.array(2.0)
SMALL, LARGE = np.array([0.3, 0.4]), np.array([1.0, 2.0])


def chosen(x: Any, y: Any) -> Any:
    out = wg.cond(
        wg.sum(x) > 1,
        lambda x: {"a": wg.sin(x) * y, "b": 1.0},
        lambda x: {"a": wg.exp(x), "b": y},
        x,
    )
    return wg.sum(out["a"]) * out["b"]


def by_hand(x: Any, y: Any) -> Any:
    return wg.sum(wg.sin(x) * y) if wg.sum(x) > 1 else wg.sum(wg.exp(x)) * y


@pytest.mark.parametrize("x", [SMALL, LARGE], ids=["false", "true"])
def test_derivatives(staged: Any, x: Any) -> None:
    every = (0, 1)
    staged.close(staged.everywhere(chosen, x, Y), by_hand(wg.array(x), wg.array(Y)))
    staged.close(staged.everywhere(wg.grad(chosen, every), x, Y), wg.grad(by_hand, every)(x, Y))
    staged.close(staged.everywhere(wg.hessian(chosen), x, Y), wg.hessian(by_hand)(x, Y))
    twice = lambda f: wg.grad(lambda x, y: wg.sum(wg.grad(f)(x, y) ** 2), every)  # noqa: E731
    staged.close(staged.everywhere(twice(chosen), x, Y), twice(by_hand)(x, Y))
    pushed = lambda f: lambda x, y: wg.jvp(f, (x, y), (wg.cos(x), wg.sin(y)))  # noqa: E731
    staged.close(staged.everywhere(pushed(chosen), x, Y), pushed(by_hand)(x, Y))
    _, derivative = wg.linearize(chosen, x, Y)
    staged.close(derivative(x, Y), wg.jvp(by_hand, (x, Y), (x, Y))[1])


def test_the_program_holds_both_branches(staged: Any) -> None:
    program = wg.trace(chosen)(SMALL, Y)
    for x in (SMALL, LARGE):
        staged.close(program(x, Y), by_hand(wg.array(x), wg.array(Y)))
        staged.close(wg.grad(program)(x, Y), wg.grad(by_hand)(x, Y))
    text = str(wg.trace(lambda x: wg.cond(x > 0, lambda: x * 2, lambda: -x))(1.0))
    assert text == (
        "program(a: float64[]) -> float64[]:\n"
        "  b: bool[] = greater(a, 0)\n"
        "  c: float64[] = cond(b, a, a)\n"
        "    where true is program(a: float64[], b: float64[]) -> float64[]:\n"
        "      c: float64[] = multiply(a, 2)\n"
        "      return c\n"
        "    where false is program(a: float64[], b: float64[]) -> float64[]:\n"
        "      c: float64[] = negative(b)\n"
        "      return c\n"
        "  return c"
    )


def test_a_gradient_runs_the_forward_part_once() -> None:
    program = wg.trace(wg.grad(lambda x: wg.cond(x > 0, lambda: wg.tanh(x), lambda: x)))(1.0)
    first, second = [e for e in program.equations if e.primitive.name == "cond"]
    assert "tanh" in str(first.params["true"])
    assert "tanh" not in str(second.params["true"])


def test_batches(staged: Any) -> None:
    many = np.stack([SMALL, LARGE])
    each = lambda f, *ys: wg.stack([wg.asarray(f(wg.array(x), wg.array(Y))) for x in many])  # noqa: E731
    staged.close(staged.everywhere(wg.vmap(chosen, in_axes=(0, None)), many, Y), each(by_hand))
    staged.close(staged.everywhere(wg.vmap(wg.grad(chosen), in_axes=(0, None)), many, Y), each(wg.grad(by_hand)))
    shared = wg.vmap(chosen, in_axes=(None, 0))
    for x in (SMALL, LARGE):
        staged.close(staged.everywhere(shared, x, np.ones(3)), wg.stack([by_hand(wg.array(x), wg.array(1.0))] * 3))
    total = lambda f: wg.grad(lambda m, y: wg.sum(wg.vmap(f, in_axes=(0, None))(m, y)), (0, 1))  # noqa: E731
    found = staged.everywhere(total(chosen), many, Y)
    staged.close(found[0], each(wg.grad(by_hand)))


def test_the_branch_not_taken_has_no_part_in_the_gradient(staged: Any) -> None:
    f = lambda x: wg.cond(x > 0, wg.sqrt, lambda x: 0 * x, x)  # noqa: E731
    with np.errstate(divide="ignore"):
        staged.close(staged.everywhere(wg.vmap(wg.grad(f)), np.array([4.0, 0.0])), wg.array([0.25, 0.0]))


def test_conditions() -> None:
    assert wg.cond(True, lambda: 1, lambda: 2).item() == 1
    assert wg.cond(np.bool_(False), lambda: 1, lambda: 2).item() == 2
    assert wg.cond(wg.array(True), lambda x: x, lambda x: 2 * x, 3).item() == 3
    program = wg.trace(lambda x: wg.cond(False, lambda: 1 / 0, lambda: x * 2))(1.0)
    assert [e.primitive.name for e in program.equations] == ["multiply"]
    assert wg.trace(lambda x, b: wg.cond(b, lambda: x, lambda: 2 * x))(1.0, True)(3.0, False).item() == 6
    x = wg.array(3.0, requires_grad=True)
    wg.cond(x > 2, lambda: x * x, lambda: x).backward()
    assert x.grad.item() == 6


def test_numbers_fit_what_the_other_branch_gives(staged: Any) -> None:
    f = lambda x: wg.cond(x > 0, lambda: x, lambda: 0)  # noqa: E731
    program = wg.trace(f)(1.0)
    assert program(-1.0).dtype == np.float64
    staged.close(wg.vmap(f)(np.array([1.0, -1.0])), wg.array([1.0, 0.0]))
    staged.close(wg.trace(wg.vmap(f))(np.array([1.0, -1.0]))(np.array([1.0, -1.0])), wg.array([1.0, 0.0]))


def test_arrays_inside_containers_and_nothing(staged: Any) -> None:
    f = lambda x: wg.cond(x["p"] > 0, lambda a, b: (a["p"], None), lambda a, b: (b, None), x, 2.0)  # noqa: E731
    staged.close(staged.everywhere(lambda x: f({"p": x}), Y), (wg.array(2.0), None))
    assert wg.trace(lambda x: wg.cond(x > 0, lambda: (), lambda: ()) or x)(1.0)(1.0).item() == 1


def in_a_program(f: Callable[[Any], Any], x: Any = 1.0) -> Any:
    return wg.trace(f)(x)


def in_a_batch(f: Callable[[Any], Any]) -> Any:
    return wg.vmap(f)(np.array([1.0, -1.0]))


@pytest.mark.parametrize("run", [in_a_program, in_a_batch])
def test_branches_that_differ(run: Callable[..., Any]) -> None:
    with pytest.raises(wg.TreeError, match="branches of cond must return containers of one structure"):
        run(lambda x: wg.cond(x > 0, lambda: (x, x), lambda: x))
    with pytest.raises(wg.ShapeError, match=r"result\['a'\] is float64\[\] if true and float64\[2\] if false"):
        run(lambda x: wg.cond(x > 0, lambda: {"a": x}, lambda: {"a": wg.ones(2)}))
    with pytest.raises(wg.DTypeError, match=r"result is float64\[\] if true and int64\[\] if false; convert"):
        run(lambda x: wg.cond(x > 0, lambda: x, lambda: wg.array(1)))
    with pytest.raises(wg.DTypeError, match="what a branch of cond returns must be an array"):
        run(lambda x: wg.cond(x > 0, lambda: "text", lambda: x))


@pytest.mark.parametrize("run", [lambda f: f(wg.array(1.0)), in_a_program])
def test_bad_input(run: Callable[..., Any]) -> None:
    with pytest.raises(wg.DTypeError, match="condition of cond must be a boolean, not float64; compare"):
        run(lambda x: wg.cond(x, lambda: x, lambda: x))
    with pytest.raises(wg.DTypeError, match="must be a boolean, not 1 of type int"):
        run(lambda x: wg.cond(1, lambda: x, lambda: x))
    with pytest.raises(wg.ShapeError, match=r"single boolean, not of shape \(2,\)"):
        run(lambda x: wg.cond(wg.ones(2) > x, lambda: x, lambda: x))
    with pytest.raises(wg.DTypeError, match="expected a function"):
        run(lambda x: wg.cond(x > 0, 1, lambda: x))  # type: ignore[arg-type]
    with pytest.raises(wg.DTypeError, match="operand of cond must be an array"):
        run(lambda x: wg.cond(x > 0, lambda y: x, lambda y: x, "text"))


def test_only_the_branch_that_is_taken_is_computed() -> None:
    def f(x: Any) -> Any:
        matrix = x * wg.eye(2)
        return wg.cond(x > 0, lambda: wg.sum(wg.linalg.cholesky(matrix)), lambda: -x)

    for y in (4.0, -4.0):
        program = wg.trace(f)(y)
        assert [e.primitive.name for e in program.equations][-1] == "cond"
        assert [program(x).item() for x in (4.0, -4.0)] == [4, 4]
        gradient = wg.trace(wg.grad(f))(y)
        assert [gradient(x).item() for x in (4.0, -4.0)] == [0.5, -1]
    derivative = wg.grad(lambda x: wg.trace(f)(4.0)(x) * 2)
    assert [derivative(x).item() for x in (4.0, -4.0)] == [1, -2]


def test_arrays_of_a_body_stay_in_it() -> None:
    kept = []

    def f(x: Any) -> Any:
        out = wg.cond(x > 0, lambda: kept.append(2 * x) or x, lambda: x)  # type: ignore[func-returns-value]
        return out + kept[0]

    with pytest.raises(wg.LevelError, match="made inside the body of a loop or branch was used after it had returned"):
        wg.trace(f)(1.0)
    assert wg.trace(lambda x: x * 2)(1.0)(2.0).item() == 4

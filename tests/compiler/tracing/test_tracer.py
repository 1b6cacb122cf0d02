"""Tracing a call: what cannot be traced is told with the user's line."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.interpreter import state

X = wg.array([1.0, 2.0, 3.0])
leaked: Any = None


def told(error: pytest.ExceptionInfo[BaseException]) -> str:
    """The message, and the line that it names."""
    return " ".join([str(error.value), *getattr(error.value, "__notes__", [])])


def test_results_that_are_no_arrays() -> None:
    def text(x: Any) -> Any:
        return {"a": x, "b": "a text"}

    with pytest.raises(TypeError, match="'a text' of type str") as error:
        wg.compile(text)(X)
    assert f"text ({__file__}:" in told(error)


def test_an_argument_cannot_become_a_numpy_array() -> None:
    def f(x: Any) -> Any:
        return np.add.outer(x.numpy(), 1)

    with pytest.raises(wg.ConversionError, match=r"item\(\) and tolist\(\)") as error:
        wg.compile(f)(X)
    assert "np.add.outer(x.numpy(), 1)" in told(error)


def test_arguments_cannot_be_written() -> None:
    def item(x: Any) -> Any:
        x[0] = 1.0
        return x

    def whole(x: Any) -> Any:
        x += 1
        return x

    for f in (item, whole):
        with pytest.raises(wg.GraphError, match="writes into its argument 0") as error:
            wg.compile(f)(X)
        assert __file__ in told(error)
    np.testing.assert_array_equal(X.numpy(), [1, 2, 3])


def test_own_arrays_can_be_written() -> None:
    def f(x: Any) -> Any:
        y = wg.zeros(5)
        for i in range(5):
            y[i] = x[i % 3] * i
        y += 1
        return y

    np.testing.assert_array_equal(wg.compile(f)(X).numpy(), f(X).numpy())


def test_captured_containers_cannot_collect() -> None:
    arrays: list[Any] = []
    numbers: list[int] = []

    def keeps(x: Any) -> Any:
        arrays.append(x * 2)
        return x

    def counts(x: Any) -> Any:
        numbers.append(1)
        return x

    with pytest.raises(wg.TreeError, match=r"arrays\[0\]") as error:
        wg.compile(keeps)(X)
    assert f"keeps ({__file__}:" in told(error)
    compiled = wg.compile(counts)
    compiled(X)  # it may have filled a memo
    compiled(X)
    with pytest.raises(wg.TreeError, match="changes numbers"):
        compiled(X)


def test_placeholders_that_got_away() -> None:
    def f(x: Any) -> Any:
        global leaked
        leaked = x * 2
        return x

    wg.compile(f)(X)
    with pytest.raises(wg.LevelError, match="inside compile"):
        leaked + 1
    with pytest.raises(wg.LevelError, match="inside compile"):
        float(leaked[0])


def test_errors_of_the_function_are_its_own() -> None:
    def divides(x: Any) -> Any:
        return x * (1 / 0)

    def interrupted(x: Any) -> Any:
        raise KeyboardInterrupt

    def shapes(x: Any) -> Any:
        return x + wg.ones(4)

    for f, kind in ((divides, ZeroDivisionError), (interrupted, KeyboardInterrupt)):
        with pytest.raises(kind):
            wg.compile(f)(X)
    with pytest.raises(wg.ShapeError, match="broadcast") as error:
        wg.compile(shapes)(X)
    assert "return x + wg.ones(4)" in told(error)
    assert (state.levels, state.journal) == ((), None)


def test_draws_are_those_of_the_eager_run() -> None:
    def function(rng: Any) -> Any:
        def f(x: Any) -> Any:
            z = x + rng.normal(size=3)
            if wg.sum(rng.normal(size=2)) > 0:  # needs a second draw, while the first is not looked at
                z = z * 2
            for _ in range(int(rng.integers(1, 4))):
                z = z + rng.normal(0.0, x)
            return wg.sum(z)

        return f

    compiled, eager = wg.compile(function(wg.random.default_rng(0))), function(wg.random.default_rng(0))
    for _ in range(20):
        np.testing.assert_allclose(compiled(X).numpy(), eager(X).numpy())
    for _ in range(5):
        np.testing.assert_allclose(wg.grad(compiled)(X).numpy(), wg.grad(eager)(X).numpy())

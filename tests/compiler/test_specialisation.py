"""Specialisations: limits, arrays that change unseen, errors at run time, and faults of the compiler."""

import warnings
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler import path

X = wg.array([1.0, 2.0, 3.0])


def test_past_a_limit_on_ways_it_runs_eagerly() -> None:
    compiled = wg.compile(lambda x: x * float(x[0]))

    def check(count: int) -> None:
        for k in range(count):
            np.testing.assert_array_equal(compiled(X + k).numpy(), ((X + k) * (k + 1.0)).numpy())

    with pytest.warns(UserWarning, match="different ways") as told:
        check(40)
    assert len(told) == 1
    assert told[0].filename == __file__
    info = compiled.cache_info()
    assert (info.eager, info.paths) == (1, 32)
    assert compiled(X)[0] == 1
    with pytest.raises(wg.GraphError, match="different ways"):
        compiled.lower(X + 50)


def test_numpy_arrays_that_change_are_looked_at_only_where_it_matters() -> None:
    n = np.zeros(3)
    explained = wg.compile(lambda x: wg.sum(n * x))
    for _ in range(20):
        n += 0.5
        np.testing.assert_allclose(explained(X).numpy(), np.sum(n * X.numpy()))
    assert explained.cache_info()[1:3] == (1, 4)


def test_numpy_expressions_that_change_with_each_call_run_eagerly_in_the_end() -> None:
    n = np.zeros(3)
    compiled = wg.compile(lambda x: wg.sum(x * (n * 2)))

    def check(count: int) -> None:
        for k in range(count):
            n[:] = k + 0.5
            np.testing.assert_allclose(compiled(X).numpy(), np.sum(n * 2 * X.numpy()))

    with pytest.warns(UserWarning, match=r"change from call to call \(n\)") as told:
        check(20)
    assert len(told) == 1


def test_large_arrays_are_compared_where_constants_may_depend_on_them() -> None:
    n = np.ones(10_000)
    compiled = wg.compile(lambda x: wg.sum(x * n[::2].reshape(-1)))
    x = np.ones(5000)
    assert [compiled(x), compiled(x)] == [5000, 5000]
    n[0] = 2.0
    assert [compiled(x), compiled(x)] == [5001, 5001]


def test_errors_at_run_time_are_the_eager_ones() -> None:
    cholesky = wg.compile(wg.linalg.cholesky)
    cholesky(wg.eye(3))
    with pytest.raises(np.linalg.LinAlgError):
        cholesky(-wg.eye(3))
    with pytest.raises(np.linalg.LinAlgError):
        wg.grad(lambda a: wg.sum(cholesky(a)))(-wg.eye(3))

    def item(x: Any, i: Any) -> Any:
        return x[i]

    compiled = wg.compile(item)
    compiled(X, wg.array([0, 1]))
    for f in (compiled, lambda x, i: wg.grad(lambda x: wg.sum(compiled(x, i)))(x)):
        with pytest.raises(IndexError) as error:
            f(X, wg.array([0, 5]))
        with pytest.raises(IndexError) as eager:
            item(X, wg.array([0, 5]))
        assert str(error.value) == str(eager.value)


def test_an_error_takes_no_draws() -> None:
    def function(rng: Any) -> Any:
        return lambda a: wg.linalg.cholesky(a) * rng.normal(0.0, wg.ones(2))

    compiled, eager = wg.compile(function(wg.random.default_rng(0))), function(wg.random.default_rng(0))
    for a in (wg.eye(2), -wg.eye(2), wg.eye(2)):
        try:
            expected = eager(a).numpy()
        except np.linalg.LinAlgError:
            with pytest.raises(np.linalg.LinAlgError):
                compiled(a)
        else:
            np.testing.assert_allclose(compiled(a).numpy(), expected)


def test_checkpoint_draws_the_same_again() -> None:
    def function(rng: Any) -> Any:
        return lambda x: wg.sum(wg.sin(x * rng.normal(0.0, wg.ones(3))))

    inner = wg.grad(wg.checkpoint(wg.compile(function(wg.random.default_rng(0)))))
    outer = wg.compile(wg.grad(wg.checkpoint(function(wg.random.default_rng(0)))))
    eager = wg.grad(wg.checkpoint(function(wg.random.default_rng(0))))
    for _ in range(4):
        expected = eager(X).numpy()
        np.testing.assert_allclose(inner(X).numpy(), expected)
        np.testing.assert_allclose(outer(X).numpy(), expected)


def test_a_fault_of_the_compiler_is_told_and_the_function_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(path, "Executable", fail)
    compiled = wg.compile(lambda x: wg.sum(x * x) if x[0] > 0 else wg.sum(x))
    with pytest.warns(UserWarning, match="a fault.*Please report") as told:
        assert compiled(X) == 14
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compiled(X) == 14
    with pytest.warns(UserWarning, match="Please report"):
        assert compiled(-X) == -6
    with pytest.warns(UserWarning, match="Please report"):
        np.testing.assert_allclose(wg.grad(compiled)(X).numpy(), 2 * X.numpy())
    weak = wg.compile(lambda x, n: x * n)
    with pytest.warns(UserWarning, match="Please report"):
        assert weak(wg.ones(3, dtype="float32"), 2.0).dtype == np.float32


def test_a_fault_in_making_a_derivative_is_told_and_it_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(path, "split", fail)
    monkeypatch.setattr(path, "push_forward", fail)
    compiled = wg.compile(lambda x: wg.sum(x * x))
    compiled(X)
    with pytest.warns(UserWarning, match="Please report"):
        np.testing.assert_allclose(wg.grad(compiled)(X).numpy(), 2 * X.numpy())
    with pytest.warns(UserWarning, match="Please report"):
        assert wg.jvp(compiled, (X,), (X,))[1] == 28

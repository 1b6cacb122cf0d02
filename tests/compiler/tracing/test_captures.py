"""Arrays that a compiled function captured: read at each call, differentiated, and left as they are."""

import threading
import warnings
from typing import Any

import numpy as np
import pytest

import wengert as wg

X = wg.array([1.0, 2.0, 3.0])
W = wg.array([1.0, 1.0, 1.0])
N = np.array([1.0, 1.0, 1.0])
K = 2.0


def test_globals_are_read_at_each_call() -> None:
    global W, N, K
    compiled = wg.compile(lambda x: wg.sum(W * x) + wg.sum(N * x) * K)
    assert compiled(X) == 18
    W = W * 2
    assert compiled(X) == 24
    N[0] = 2.0
    assert compiled(X) == 26
    N = N * 2
    assert compiled(X) == 40
    W[0] = 0.0
    assert compiled(X) == 38
    traced = compiled.cache_info().traced
    K = 1.0
    assert compiled(X) == 24
    K = 2.0
    assert compiled(X) == 38
    assert compiled.cache_info().traced == traced + 1


def test_local_variables_are_read_at_each_call() -> None:
    w: Any = X
    n = np.ones(3)
    compiled = wg.compile(lambda x: wg.sum(w * x) + wg.sum(n * x))
    assert compiled(X) == 20
    w = X * 2
    assert compiled(X) == 34
    n[:] = 0
    assert compiled(X) == 28
    w = wg.ones(1)
    assert compiled(X) == 6
    w = 2.0
    assert compiled(X) == 12


def test_items_of_containers_are_read_at_each_call() -> None:
    config: dict[str, Any] = {"w": X.copy(), "k": 3.0, "l": [X.copy()]}
    compiled = wg.compile(lambda x: wg.sum(config["w"] * x) * config["k"] + wg.sum(config["l"][0] * x))
    assert compiled(X) == 56
    config["w"] = X * 2
    assert compiled(X) == 98
    config["l"][0] = X * 2
    assert compiled(X) == 112
    config["k"] = 1.0
    assert compiled(X) == 56
    config["l"].append(3)
    assert compiled(X) == 56
    config["w"] *= 0
    assert compiled(X) == 28


def test_numpy_expressions_of_captured_arrays() -> None:
    n, w = np.ones(3), wg.ones(3)
    compiled = wg.compile(lambda x: wg.sum(x * (n * 2)) + wg.sum(x * (w + 1)))
    assert [compiled(X), compiled(X)] == [24, 24]
    n[0] = 2.0
    assert [compiled(X), compiled(X)] == [26, 26]
    w = w * 3
    assert [compiled(X), compiled(X)] == [38, 38]
    n = n * 0
    assert [compiled(X), compiled(X)] == [24, 24]
    n, w = np.array([2.0, 1.0, 1.0]), wg.ones(3)
    assert [compiled(X), compiled(X)] == [26, 26]


def test_an_expression_of_captured_arrays_is_part_of_the_program() -> None:
    w = wg.zeros(3, requires_grad=True)
    loss = wg.compile(lambda x, y: wg.mean((w.T @ x - y) ** 2) + 0.0 * wg.sum(w**2))
    x = np.random.default_rng(0).normal(size=(3, 50))
    y = np.array([1.0, -2.0, 3.0]) @ x
    for _ in range(200):
        loss(x, y).backward()
        with wg.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    np.testing.assert_allclose(w.detach().numpy(), [1, -2, 3], rtol=1e-3)
    assert loss.cache_info().traced == 1


def test_control_flow_on_captured_arrays() -> None:
    n, w = np.ones(3), wg.ones(3)
    by_numpy = wg.compile(lambda x: x * 2 if n[0] > 0 else x * 3)
    by_array = wg.compile(lambda x: x * 2 if w[0] > 0 else x * 3)
    by_number = wg.compile(lambda x: x * float(w[1]))
    assert (by_numpy(X)[0], by_array(X)[0], by_number(X)[0]) == (2, 2, 1)
    n[0] = w[0] = -1.0
    w[1] = 4.0
    assert (by_numpy(X)[0], by_array(X)[0], by_number(X)[0]) == (3, 3, 4)


def test_an_array_read_as_numpy_is_a_constant_until_it_changes() -> None:
    w = wg.ones(3)
    compiled = wg.compile(lambda x: np.asarray(w) * x + w.numpy() + w)
    assert compiled(X)[0] == 3
    w[0] = 5.0
    assert compiled(X)[0] == 15
    w = wg.ones(3)
    assert [compiled(X)[0], compiled(X)[0]] == [3, 3]


def test_gradients_flow_to_captured_arrays() -> None:
    w = wg.array([1.0, 2.0, 3.0], requires_grad=True)
    for f, expected in (
        (lambda x: wg.sum(w * x * x), [1.0, 4.0, 9.0]),
        (lambda x: wg.sum((w * 2) * x), [2.0, 4.0, 6.0]),
        (lambda x: wg.sum(w[::-1].T * x) + wg.sum(x), [3.0, 2.0, 1.0]),
        (lambda x: wg.sum(w.detach() * w * x), [1.0, 4.0, 9.0]),
    ):
        w.grad = None
        wg.compile(f)(X).backward()
        assert w.grad is not None
        np.testing.assert_allclose(w.grad.numpy(), expected)


def test_gradients_flow_to_arrays_of_outer_transforms() -> None:
    def direct(v: Any) -> Any:
        return wg.compile(lambda x: wg.sum(v * v * x))(X)

    def before(v: Any) -> Any:
        u = v * 2
        return wg.compile(lambda x: wg.sum(wg.sin(u) * x) + wg.sum(v * 2))(X)

    np.testing.assert_allclose(wg.grad(direct)(X).numpy(), [2, 8, 18])
    np.testing.assert_allclose(wg.hessian(direct)(X).numpy(), np.diag([2.0, 4.0, 6.0]))
    np.testing.assert_allclose(wg.compile(wg.grad(direct))(X).numpy(), [2, 8, 18])
    np.testing.assert_allclose(wg.jvp(direct, (X,), (X,))[1].numpy(), 72)
    np.testing.assert_allclose(wg.grad(before)(X).numpy(), 2 * np.cos(2 * X.numpy()) * X.numpy() + 2)
    np.testing.assert_allclose(wg.vmap(before)(wg.ones((2, 3))).numpy(), [6 * np.sin(2) + 6] * 2)


def test_gradients_flow_to_what_loops_and_rules_capture() -> None:
    w = wg.array([1.0, 2.0, 3.0], requires_grad=True)
    doubled = wg.custom_vjp(lambda x: x * 2)
    doubled.defvjp(lambda x: (x * 2, None), lambda r, g: (2 * g,))

    def f(x: Any) -> Any:
        y = wg.scan(lambda c, a: (c * w + a, wg.sum(w * 2) * c), wg.ones(3), x)[1]
        z = wg.cond(wg.sum(w) > 0, lambda: wg.sum(w * x), lambda: wg.sum(x))
        rest = (
            wg.checkpoint(lambda x: wg.sum(wg.sin(w) * x))(x) + wg.sum(doubled(w)) + wg.sum(wg.vmap(lambda a: a * w)(x))
        )
        return wg.sum(y) + z + rest + wg.grad(lambda x: wg.sum(w * x * x))(x)[1]

    f(X).backward()
    expected, w.grad = w.grad, None
    wg.compile(f)(X).backward()
    assert expected is not None
    assert w.grad is not None
    np.testing.assert_allclose(w.grad.numpy(), expected.numpy(), rtol=1e-12)
    constant = wg.array([1.0, 2.0, 3.0])
    summed = wg.compile(lambda x: wg.scan(lambda c, a: (c * constant + a, None), wg.ones(3), x)[0])
    before = summed(X).numpy()
    constant *= 2
    assert not np.allclose(before, summed(X).numpy())


def test_captured_arrays_cannot_be_written() -> None:
    w = wg.array([1.0, 2.0, 3.0])

    def item(x: Any) -> Any:
        w[0] = 5.0
        return w * x

    def whole(x: Any) -> Any:
        nonlocal w
        w += x
        return w

    def copied(x: Any) -> Any:
        own = w.copy()
        own[0] = 5.0
        return own * x

    for f in (item, whole):
        with pytest.raises(wg.GraphError, match="captured"):
            wg.compile(f)(X)
        np.testing.assert_array_equal(w.numpy(), [1, 2, 3])
    assert wg.compile(copied)(X)[0] == 5
    assert w[0] == 1


def test_gradients_of_captured_arrays_cannot_be_read() -> None:
    w = wg.ones(3, requires_grad=True)
    wg.sum(w * w).backward()
    with pytest.raises(wg.GraphError, match=r"\.grad"):
        wg.compile(lambda x: x * w.grad)(X)


def test_what_was_read_once_from_a_memo_stays() -> None:
    memo: dict[int, Any] = {}

    def table(n: int) -> Any:
        if n not in memo:
            memo[n] = np.arange(float(n))
        return memo[n]

    compiled = wg.compile(lambda x: wg.sum(x * table(3)))
    assert [compiled(X).item() for _ in range(4)] == [8] * 4


def test_other_threads_see_captured_arrays_as_they_are() -> None:
    shared = wg.array([1.0, 2.0, 3.0])
    tracing, go_on = threading.Event(), threading.Event()

    def f(x: Any) -> Any:
        y = (shared * 2) * x
        tracing.set()
        assert go_on.wait(10)
        return wg.sum(y) + wg.sum(shared)

    compiled = wg.compile(f)
    results = []
    thread = threading.Thread(target=lambda: results.append(compiled(X)))
    thread.start()
    assert tracing.wait(10)
    assert shared.shape == (3,)
    np.testing.assert_array_equal((shared * 2).numpy(), [2, 4, 6])
    np.testing.assert_array_equal(wg.grad(lambda s: wg.sum(s * shared))(X).numpy(), [1, 2, 3])
    assert (float(shared[1]), bool(shared[0] > 0)) == (2.0, True)
    other = wg.compile(lambda x: wg.sum((shared + 0) * x))
    assert other(X) == 14
    go_on.set()
    thread.join()
    assert results == [34]
    assert other(X) == 14


def test_many_threads_trace_and_call_with_the_same_arrays() -> None:
    w = wg.array([1.0, 2.0, 3.0])
    weighted = wg.compile(lambda x: wg.sum((w * 2) * x) + wg.sum(w**2))
    plain = wg.compile(lambda x: wg.sum(wg.exp(x) * x))
    branching = wg.compile(lambda x: wg.sum(x * x) if x[0] > 0 else wg.sum(wg.sin(x)))
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        random = np.random.default_rng(seed)
        try:
            for _ in range(20):
                x = random.normal(size=int(random.integers(1, 6)))
                s = random.normal(size=(len(x), 3))
                np.testing.assert_allclose(plain(x).numpy(), np.sum(np.exp(x) * x))
                np.testing.assert_allclose(branching(x).numpy(), np.sum(x * x if x[0] > 0 else np.sin(x)))
                np.testing.assert_allclose(wg.grad(plain)(x).numpy(), np.exp(x) * (x + 1))
                np.testing.assert_allclose(weighted(s).numpy(), np.sum(2 * w.numpy() * s) + 14)
                assert (w * 2)[0] == 2
        except BaseException as error:
            errors.append(error)

    with warnings.catch_warnings():
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not errors, errors[0]
    assert w._level.depth == 0

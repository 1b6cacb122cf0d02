"""The reverse sweep: against closed forms, against forward mode, and from many threads at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

close = np.testing.assert_allclose

# -- Random programs of smooth operations -----------------------------------------------------------------------------

UNARY: list[Callable[[Any], Any]] = [
    wg.sin,
    wg.cos,
    wg.tanh,
    wg.arctan,
    lambda x: wg.exp(x / 4),
    lambda x: wg.log(2 + x * x),
    lambda x: wg.sqrt(1 + x**2),
    lambda x: -x,
    lambda x: 0.5 * x + 1,
    lambda x: x[::-1],
    lambda x: wg.cumsum(x) / 3,
    lambda x: x - wg.mean(x),
    lambda x: wg.concatenate([x[1:], x[:1]]),
    lambda x: wg.logsumexp(x) * x,
    lambda x: x.reshape(1, -1).T[:, 0],
    lambda x: wg.outer(x, x).sum(axis=1) / 4,
]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x - 2 * y,
    lambda x, y: x * y / 2,
    lambda x, y: x / (2 + y * y),
    lambda x, y: (1 + x * x) ** (y / 4),
    lambda x, y: wg.dot(x, y) * x / 4,
    lambda x, y: wg.where(np.array([True, False, True]), x, y),
    lambda x, y: wg.arctan2(x, 3 + y * y),
    lambda x, y: wg.logaddexp(x, y),
    lambda x, y: wg.hypot(x, 1 + y * y),
]


def _written(x: Any, y: Any) -> Any:
    z = x * 1.0
    z[1] = y[0]
    z += y / 2
    return z


BINARY.append(_written)

Step = tuple[int, int, int]


@st.composite
def programs(draw: st.DrawFn, length: int = 6) -> list[Step]:
    """Steps, each an operation with the places of its operands among what is there already."""
    steps = []
    for place in range(draw(st.integers(1, length))):
        operation = draw(st.integers(0, len(UNARY) + len(BINARY) - 1))
        steps.append((operation, draw(st.integers(0, place + 1)), draw(st.integers(0, place + 1))))
    return steps


def run(steps: list[Step], x: Any, y: Any) -> Any:
    values = [x, y]
    for operation, first, second in steps:
        if operation < len(UNARY):
            values.append(UNARY[operation](values[first]))
        else:
            values.append(BINARY[operation - len(UNARY)](values[first], values[second]))
    return wg.sum(values[-1] * np.array([1.0, -0.5, 2.0]))


POINT = (np.array([0.3, -0.7, 1.1]), np.array([0.9, 0.2, -0.4]))


@given(programs())
@settings(max_examples=60, deadline=None)
def test_all_ways_to_a_gradient_agree(steps: list[Step]) -> None:
    def f(x: Any, y: Any) -> Any:
        return run(steps, x, y)

    x, y = POINT
    gradient = wg.grad(f, argnums=(0, 1))(x, y)
    leaves = [wg.array(v, requires_grad=True) for v in POINT]
    f(*leaves).backward()
    program = wg.trace(f)(x, y)
    forward = wg.jacfwd(f, argnums=(0, 1))(x, y)
    _, linear = wg.linearize(f, x, y)
    h = 1e-4
    for k in range(2):
        expected = np.asarray(gradient[k])
        grads = leaves[k].grad
        close(np.zeros(3) if grads is None else grads, expected, rtol=1e-10, atol=1e-12)
        close(wg.grad(program, argnums=k)(x, y), expected, rtol=1e-10, atol=1e-12)
        close(wg.grad(wg.checkpoint(f), argnums=k)(x, y), expected, rtol=1e-10, atol=1e-12)
        close(forward[k], expected, rtol=1e-9, atol=1e-11)
        for i in range(3):
            directions = [np.eye(3)[i] * (k == 0), np.eye(3)[i] * (k == 1)]
            close(wg.jvp(f, (x, y), tuple(directions))[1], expected[i], rtol=1e-9, atol=1e-11)
            close(linear(*directions), expected[i], rtol=1e-9, atol=1e-11)
            step = [f(*[v + t * h * d for v, d in zip(POINT, directions, strict=True)]).item() for t in (-2, -1, 1, 2)]
            difference = (8 * (step[2] - step[1]) - (step[3] - step[0])) / (12 * h)
            close(difference, expected[i], rtol=1e-6, atol=1e-7)


@given(programs(4), st.permutations(["fwd", "rev", "rev"]))
@settings(max_examples=25, deadline=None)
def test_third_derivatives_agree_in_all_modes(steps: list[Step], modes: list[str]) -> None:
    def f(x: Any) -> Any:
        return run(steps, x, POINT[1] * x[0])

    def derivative(g: Callable[..., Any], mode: str) -> Callable[..., Any]:
        direction = np.array([0.2, -0.5, 0.7])
        if mode == "fwd":
            return lambda x: wg.jvp(g, (x,), (direction,))[1]
        return lambda x: wg.dot(wg.grad(g)(x), direction)

    first, second = f, f
    for mode in modes:
        first, second = derivative(first, mode), derivative(second, "fwd")
    close(first(POINT[0]), second(POINT[0]), rtol=1e-7, atol=1e-8)


# -- Structure -------------------------------------------------------------------------------------------------------


def test_many_paths_are_summed_once_each() -> None:
    x = wg.array(1.1, requires_grad=True)
    y = x
    for _ in range(60):  # 2⁶⁰ paths
        y = y * 0.5 + y * 0.5
    y.backward()
    close(x.grad, 1)


def test_wide_graphs() -> None:
    x = wg.array(2.0, requires_grad=True)
    total = sum((x * k for k in range(1000)), start=x * 0)
    total.backward()
    close(x.grad, 999 * 500)


def test_an_operation_that_takes_an_array_twice() -> None:
    x = wg.array([1.0, 2.0], requires_grad=True)
    (wg.dot(x, x) + (x * x).sum() + (x**x).sum() + wg.where(x > 1, x, x).sum()).backward()
    v = np.array([1.0, 2.0])
    close(x.grad, 4 * v + v**v * (np.log(v) + 1) + 1)


def test_roots_that_depend_on_each_other() -> None:
    x = wg.array(2.0).attach_grad()
    with wg.record() as tape:
        y = x * x
        z = y * y
    tape.backward([y, z])
    close(x.grad, 4 + 32)
    x.grad.zero_()
    with wg.record() as tape:
        y = x * x
    tape.backward([y, y])
    close(x.grad, 8)


def test_a_cotangent_that_is_exactly_zero_stays_zero() -> None:
    x = wg.array([-1.0, 0.0, 4.0], requires_grad=True)
    with np.errstate(invalid="ignore"):
        root = wg.sqrt(x)
    wg.where(x > 0, root, 0).sum().backward()
    close(x.grad, [0, 0, 0.25])
    y = wg.array([0.0, 1.0], requires_grad=True)
    with np.errstate(divide="ignore"):
        log = wg.log(y)
    log.backward([0.0, 1.0])
    close(y.grad, [0, 1])


def test_floating_point_warnings_of_a_sweep_are_not_the_users() -> None:
    x = wg.array([0.0, 4.0], requires_grad=True)
    with np.errstate(all="raise"):
        wg.sqrt(x).sum().backward()
    close(x.grad, [np.inf, 0.25])


def test_outputs_of_which_some_are_not_used() -> None:
    a = np.array([[2.0, 1.0], [0.5, 3.0]])
    x = wg.array(a, requires_grad=True)
    sign, logabs = wg.linalg.slogdet(x)
    sign.backward(retain_graph=True)
    assert x.grad is None or not np.any(x.grad)  # constant
    x.grad = None
    logabs.backward(retain_graph=True)
    close(x.grad, np.linalg.inv(a).T)
    x.grad = None
    (sign * logabs + logabs).backward()
    close(x.grad, 2 * np.linalg.inv(a).T)


# -- Threads ---------------------------------------------------------------------------------------------------------


def test_threads_differentiate_independently() -> None:
    def work(k: int) -> None:
        for order in range(20):
            x = wg.array(float(k), requires_grad=True)
            with wg.no_grad() if order % 3 == 0 else wg.enable_grad():
                recorded = (x * 2).requires_grad
            assert recorded == (order % 3 != 0)
            y = wg.sin(x) * k
            y.backward()
            close(x.grad, k * np.cos(k))
            close(wg.hessian(lambda v: wg.sum(v**3))(np.array([float(k)])), [[6.0 * k]])
            close(wg.vmap(wg.grad(lambda v: v * k))(np.ones(3)), k)
            with wg.record() as tape:
                wg.exp(x)
            assert len(tape) == 1

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, k) for k in range(16)]:
            done.result()


def test_recording_state_belongs_to_a_thread() -> None:
    x = wg.array(1.0, requires_grad=True)
    seen: list[bool] = []
    with wg.no_grad(), wg.record() as tape, wg.no_grad():
        thread = threading.Thread(target=lambda: seen.append((x * 2).requires_grad and wg.is_grad_enabled()))
        thread.start()
        thread.join()
        assert not (x * 2).requires_grad
    assert seen == [True]
    assert len(tape) == 0


def test_a_shared_graph_is_swept_by_many_threads() -> None:
    x = wg.array([0.5, 1.5], requires_grad=True)
    f = wg.checkpoint(lambda x: wg.sin(x) * x)
    shared = f(wg.exp(x) + x**2)
    expected = wg.grad(lambda x: wg.sum(wg.sin(wg.exp(x) + x**2) * (wg.exp(x) + x**2)))(x.detach())
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for _ in range(25):
            wg.sum(shared).backward(retain_graph=True)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for _ in range(8)]:
            done.result()
    close(x.grad, 200 * np.asarray(expected))  # no sweep is lost where two accumulate at the same time


def test_a_pullback_is_called_by_many_threads() -> None:
    scale = 3.0

    @wg.custom_vjp
    def f(x: Any) -> Any:
        return scale * x

    f.defvjp(lambda x: (scale * x, None), lambda _, ct: (scale * ct,))

    def g(x: Any) -> Any:
        captured = x * x
        return wg.checkpoint(lambda y: f(y) * captured)(x)

    _, pull = wg.vjp(g, np.array([2.0, 3.0]))
    barrier = threading.Barrier(8)

    def work(k: int) -> None:
        barrier.wait()
        for _ in range(50):
            close(pull(np.full(2, float(k)))[0], k * 9 * np.array([4.0, 9.0]))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, k) for k in range(8)]:
            done.result()


@pytest.mark.parametrize("create", [False, True])
def test_decorated_functions_keep_the_state_of_each_thread(create: bool) -> None:
    decorate = wg.enable_grad() if create else wg.no_grad()
    barrier = threading.Barrier(6)

    @decorate
    def inside(x: wg.Array) -> bool:
        barrier.wait()
        return (x * 2).requires_grad

    def work(k: int) -> None:
        x = wg.ones((), requires_grad=True)
        with wg.no_grad() if k % 2 else wg.enable_grad():
            assert inside(x) == create
            assert (x * 2).requires_grad == (k % 2 == 0)
        assert (x * 2).requires_grad

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work, k) for k in range(6)]:
            done.result()

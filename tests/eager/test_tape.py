"""Recording: what an equation remembers, that it keeps no more than its derivative reads, and for how long."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose


class Tracked(np.ndarray[Any, np.dtype[Any]]):
    """An ndarray whose end can be observed."""


def tracked(values: Any) -> tuple[wg.Array, "weakref.ref[Any]"]:
    """A leaf, and a reference to the memory of its elements."""
    x = wg.array(values, dtype=float, requires_grad=True)
    return x, weakref.ref(x._value)


def kept(record: Callable[[wg.Array], wg.Array], n: int = 100_000) -> float:
    """How many arrays of the size of its input a recorded function keeps, besides the input and output."""
    x = wg.ones(n, requires_grad=True)
    record(x)
    gc.collect()
    tracemalloc.start()
    y = record(x)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del y
    return size / (8 * n)


@pytest.mark.parametrize(
    ("record", "arrays"),
    [
        (lambda x: x + 1.0, 1),
        (lambda x: ((x + 1.0) - 2.0) + 3.0, 1),  # sums save nothing: only the result is left
        (lambda x: ((x * 2.0) / 4.0) * 3.0, 1),  # a constant factor needs no array
        (lambda x: wg.negative(wg.negative(x)), 1),
        (lambda x: wg.sum(x + 1.0), 0),
        (lambda x: wg.exp(x), 1),  # the output itself
        (lambda x: wg.exp(wg.exp(x)), 2),
        (lambda x: wg.sin(x + 1.0), 2),  # the input, and the result
        (lambda x: wg.sum(wg.tanh(x)), 1),
        (lambda x: (x + 1.0).reshape(-1, 10).T, 1),
        (lambda x: (x + 1.0)[::2] * 2.0, 0.5),  # indexing remembers the shape, not the array
        (lambda x: wg.sum(x * wg.ones(1)), 0),  # of a product with a constant only the constant is kept
    ],
)
def test_what_is_kept(record: Callable[[wg.Array], wg.Array], arrays: float) -> None:
    assert kept(record) == pytest.approx(arrays, abs=0.1)


def test_nothing_is_recorded_without_need() -> None:
    x = wg.ones(3, requires_grad=True)
    assert kept(lambda x: wg.exp(wg.exp(x.detach()))) == pytest.approx(1, abs=0.1)
    assert not wg.exp(x.detach()).requires_grad
    assert not (x > 0).requires_grad


def test_saved_arrays_die_as_the_sweep_goes_past_them() -> None:
    x = wg.ones(1000, requires_grad=True)
    alive: list[int] = []
    saved: list[weakref.ref[Any]] = []
    y = x
    for _ in range(10):
        y = wg.exp(-y)
        saved.append(weakref.ref(y._value))
        y.register_hook(lambda g: alive.append(sum(ref() is not None for ref in saved)))
    y = wg.sum(y)
    gc.disable()
    try:
        y.backward()
        assert sum(ref() is not None for ref in saved) == 0
    finally:
        gc.enable()
    assert alive[-1] <= 2
    assert alive == sorted(alive, reverse=True)


def test_the_peak_of_the_sweep_is_not_above_that_of_the_recording() -> None:
    n, steps = 50_000, 20
    x = wg.ones(n, requires_grad=True)

    def run() -> tuple[float, float]:
        tracemalloc.start()
        y = x
        for _ in range(steps):
            y = wg.sin(y)
        z = wg.sum(y)
        del y
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        z.backward()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return before / (8 * n), peak / (8 * n)

    run()
    recorded, peak = run()
    assert recorded == pytest.approx(steps, abs=1)
    assert peak <= recorded + 4


def test_a_retained_graph_keeps_its_arrays_and_a_freed_one_does_not() -> None:
    x = wg.ones(1000, requires_grad=True)
    h = wg.exp(x)
    y, ref = wg.sum(wg.sin(h)), weakref.ref(h._value)
    del h
    y.backward(retain_graph=True)
    assert ref() is not None
    y.backward()
    assert ref() is None


def test_a_graph_that_is_dropped_goes_at_once() -> None:
    gc.disable()
    try:
        x, ref = tracked([1.0, 2.0])
        y = wg.sum(wg.sin(x) ** 2)
        del x
        assert ref() is not None
        del y
        assert ref() is None
    finally:
        gc.enable()


def chain(n: int) -> tuple[wg.Array, wg.Array]:
    x = wg.array(1.0, requires_grad=True)
    y = x
    for _ in range(n // 2):
        y = y * 0.5 + 0.5
    return x, y


@pytest.mark.parametrize("n", [20_000, pytest.param(500_000, marks=pytest.mark.slow)])
def test_a_long_chain_goes_forward_and_backward_without_recursion(n: int) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        x, y = chain(n)
        y.backward(retain_graph=True)
        close(x.grad, 0.5 ** (n // 2))
        del y  # a graph of this depth is let go of without a sweep
        x, y = chain(n)
        del x, y
        x, y = chain(n)
        y.backward()
        del x, y
    finally:
        sys.setrecursionlimit(limit)


def test_a_long_chain_of_operations_with_several_outputs_and_dropped() -> None:
    a = wg.array([[2.0, 0.1], [0.0, 1.0]], requires_grad=True)
    y = a
    for _ in range(5000):
        sign, logabs = wg.linalg.slogdet(y)
        y = a + (sign * logabs)
    del y, sign, logabs


def test_grad_of_a_long_chain() -> None:
    def f(x: wg.Array) -> wg.Array:
        for _ in range(20_000):
            x = x * 0.9999
        return x

    close(wg.grad(f)(1.0), 0.9999**20_000)


def test_integer_and_boolean_operands_are_constants() -> None:
    x = wg.array([1.0, 2.0], requires_grad=True)
    for other in (np.array([2, 3]), np.array([True, False]), wg.array([2, 3]), wg.array([1, 2], dtype="uint8")):
        x.grad = None
        wg.sum(x * other + other - x / (other + 1)).backward()
        close(x.grad, np.asarray(other) - 1 / (np.asarray(other) + 1))


def test_numpy_scalars_as_operands() -> None:
    x = wg.array(3.0, requires_grad=True)
    y = np.float64(2.0) * x * np.float32(0.5) + np.int64(1) * x ** np.int32(2)
    y.backward()
    close(x.grad, 1 + 6)


def test_an_error_names_the_operation_its_operands_and_the_line() -> None:
    x = wg.ones((2, 3), requires_grad=True)
    with pytest.raises(wg.ShapeError, match=r"add\(float64\[2, 3\], float64\[4\]\)") as caught:
        x + wg.ones(4)  # the user's line
    assert "test_tape.py" in caught.value.__notes__[-1]
    assert "x + wg.ones(4)  # the user's line" in caught.value.__notes__[-1]
    with pytest.raises(np.linalg.LinAlgError) as singular:
        wg.linalg.inv(wg.zeros((2, 2), requires_grad=True))
    assert any("inv(float64[2, 2])" in note for note in singular.value.__notes__)

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.lowering import schedule as schedules
from wengert.compiler.lowering.kinds import Kind, fits
from wengert.compiler.lowering.schedule import Kernel, schedule

X = np.linspace(-1, 1, 1000)
ROWS = np.linspace(-1, 1, 600).reshape(20, 30)


def kernels(plan):
    return [item for work in plan.work for item in work if isinstance(item, Kernel)]


def test_a_value_and_its_gradient_share_one_loop(lowering):
    def f(x):
        return wg.sum(wg.tanh(x) * wg.exp(-x * x) + wg.sin(x))

    (kernel,) = kernels(lowering.lowered_of(wg.value_and_grad(f), X).plan)
    assert len(kernel.reductions) == 1
    assert len(kernel.stored) == 1
    lowering.same(wg.value_and_grad(f), X, tolerance=1e-12)


def test_softmax(lowering):
    def softmax(x):
        e = wg.exp(x - wg.max(x, axis=1, keepdims=True))
        return e / wg.sum(e, axis=1, keepdims=True)

    plan = lowering.lowered_of(softmax, ROWS).plan
    first, second, third = kernels(plan)
    assert [e.primitive.name for e in first.reductions] == ["max"]
    assert [e.primitive.name for e in second.reductions] == ["sum"]
    assert not third.reductions
    assert [e.primitive.name for e in third.members][-1] == "divide"
    lowering.same(softmax, ROWS)


def test_what_nothing_connects_is_not_joined(lowering):
    plan = lowering.lowered_of(lambda x, y: (wg.exp(x), wg.sin(y)), X, X).plan
    assert len(kernels(plan)) == 2


def test_without_fusion_each_value_has_its_loop(lowering):
    program = lowering.program_of(lambda x: wg.exp(wg.sin(x)) * 2, X)
    assert len(kernels(schedule(program))) == 1
    assert len(kernels(schedule(program, fuse=False))) == 3


def test_small_arrays_live_in_registers(lowering):
    plan = lowering.lowered_of(lambda x: x @ x * 2, X[:4]).plan
    assert set(plan.kinds.values()) == {Kind.REGISTER}
    assert not kernels(plan)


def test_a_large_program_unrolls_less(lowering):
    def f(x):
        for _ in range(2000):
            x = wg.sin(x) + 1
        return x

    assert set(lowering.lowered_of(f, X[:2]).plan.kinds.values()) == {Kind.REGISTER}
    assert set(schedule(lowering.program_of(f, X[:9])).kinds.values()) == {Kind.MAP}


def test_loops_have_a_limited_number_of_equations(lowering, monkeypatch):
    monkeypatch.setattr(schedules, "MEMBERS", 10)

    def f(x):
        y = x
        for k in range(45):
            y = wg.sin(y + k) * x
        return wg.sum(y), y

    found = kernels(lowering.lowered_of(f, X).plan)
    assert len(found) > 9
    assert max(len(k.members) for k in found) <= 20
    lowering.same(f, X, tolerance=1e-11)


@pytest.mark.parametrize(
    ("number", "dtype", "expected"),
    [
        (3, "int8", True),
        (300, "int8", False),
        (-1, "uint8", False),
        (0.5, "int64", True),
        (float("nan"), "int64", False),
        (1j, "float64", False),
        (1j, "complex64", True),
        (2, "bool", True),
    ],
)
def test_which_numbers_an_array_holds(number, dtype, expected):
    assert fits(number, np.dtype(dtype)) is expected
    array = np.zeros(2, dtype)
    if expected:
        array[0] = number
    else:
        with pytest.raises((OverflowError, ValueError, TypeError)):
            array[0] = number

import numpy as np
import pytest

import wengert as wg

RANDOM = np.random.default_rng(0)


def test_what_has_no_machine_code_is_evaluated_by_numpy(lowering):
    def f(x):
        y = wg.sin(x)
        return wg.argsort(y.T[:, ::-1], axis=0), wg.sum(wg.sort(y, axis=1) * x)

    x = RANDOM.uniform(-1, 1, (7, 30))
    found = lowering.lowered_of(f, x)
    assert {c.equation.primitive.name for c in found.callouts} >= {"argsort"}
    assert "called out" in lowering.plan_of(f, x)
    lowering.same(f, x)


def test_small_arrays_and_numbers(lowering):
    lowering.same(lambda x: wg.argsort(x * 2) + 1, np.array([3.0, 1.0, 2.0]))
    lowering.same(lambda x: wg.sin(wg.sort(x)[0]), np.array([3.0, 1.0]))


def test_an_error_reaches_the_caller():
    with pytest.raises(ValueError, match="negative integer powers"):
        wg.compile(lambda x, y: x**y)(np.array([2, 3]), np.array([1, -1]))


def test_numbers_that_do_not_fit_are_the_eager_error():
    def f(x):
        x = x.copy()
        x[0] = 300
        return x

    for n in (3, 100):
        with pytest.raises(OverflowError):
            wg.compile(f)(np.zeros(n, "int8"))

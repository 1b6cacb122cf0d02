import numpy as np
import pytest

import wengert as wg
from wengert.compiler.lowering import outlining
from wengert.compiler.lowering.module import LOWERING_STAGES, lowered
from wengert.compiler.native.executable import Executable

X = np.linspace(-1, 1, 300)


def test_what_the_caller_provides(lowering):
    found = lowering.lowered_of(lambda x: (wg.cumsum(wg.argsort(x)) + wg.array(X), wg.sum(x)), X)
    assert [str(t) for t in found.outputs] == ["float64[300]", "float64[]"]
    assert len(found.constants) == 1
    assert len(found.callouts) == 1
    assert found.arena > 0


@pytest.mark.parametrize("stage", LOWERING_STAGES)
def test_without_a_stage(lowering, stage):
    def f(x):
        y = wg.tanh(x) @ wg.outer(x, x)
        y[3] = 0.0
        return wg.sum(y * y), y[:4] + x[:4]

    lowering.same(wg.value_and_grad(lambda x: f(x)[0]), X, off=(stage,), tolerance=1e-11)


def test_the_stages_are_seen_in_the_module(lowering):
    program = lowering.program_of(lambda x: wg.sum(wg.tanh(x) @ x.T), X[:256].reshape(16, 16).repeat(20, 0))
    everything = lowered(program).ir
    assert "blas.dgemm" in everything
    assert "blas.dgemm" not in lowered(program, ("blas",)).ir
    assert "_ZGV" not in lowered(program, ("vector math",)).ir


def test_long_code_is_divided_into_functions(lowering, monkeypatch):
    monkeypatch.setattr(outlining, "LONGEST", 50)
    monkeypatch.setattr(outlining, "PART", 20)

    def f(x, z, i):
        y = x
        for k in range(10):
            y = wg.tanh(y * x) + wg.exp(-y) + i[k % 2]
            if k == 4:
                z = z * wg.sin(y[0] + 1j)
        return y, z, wg.sum(y) > 1, wg.sin(wg.ones(40) * y[1])

    args = X[:3].copy(), np.array([1 + 2j, 0.5]), np.array([3, 4])
    found = lowering.lowered_of(f, *args)
    assert found.ir.count("noinline") > 10
    lowering.same(f, *args, tolerance=1e-11)


def test_guards_between_the_parts(monkeypatch):
    monkeypatch.setattr(outlining, "LONGEST", 30)
    monkeypatch.setattr(outlining, "PART", 20)

    def f(x):
        for _ in range(6):
            x = wg.tanh(x) * 2 + wg.exp(-x)
            if x[0] > 1.5:
                x = x - 0.75
        return x

    compiled = wg.compile(f)
    for start in (0.1, 0.9, 2.0):
        x = np.array([start, 0.5, 0.25])
        np.testing.assert_allclose(np.asarray(compiled(x)), np.asarray(f(wg.array(x))), rtol=1e-12)


def test_a_program_of_nothing(lowering):
    lowering.same(lambda x: (), X)
    lowering.same(lambda x: x, X)


def test_a_call_leaves_its_inputs_as_they_are(lowering):
    program = lowering.program_of(lambda x, y: (wg.sin(x) + y, y @ x), X, X)
    given = [X.copy(), X.copy()]
    Executable(program)(given)
    np.testing.assert_array_equal(given, [X, X])

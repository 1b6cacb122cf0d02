"""Random programs give the same compiled as evaluated, with each stage on or off; so do their derivatives."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import wengert as wg
from wengert.compiler.native.executable import Executable
from wengert.compiler.stages import stage_names
from wengert.core.program import Program

LARGE = 1e5
"""Derivatives beyond are too badly conditioned to be compared."""
few = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=400, derandomize=False)


@pytest.fixture(autouse=True)
def nothing_is_stored(monkeypatch):
    monkeypatch.setenv("WENGERT_CACHE_SIZE", "0")


@given(data=st.data())
@few
def test_compiled_is_eager(programs, data):
    compare_with_derivatives(*data.draw(programs.programs()))


@pytest.mark.parametrize("stage", stage_names())
@given(data=st.data())
@settings(few, max_examples=2)
def test_without_a_stage(programs, stage, data):
    compare_with_derivatives(*data.draw(programs.programs(equations=25)), off=(stage,))


@pytest.mark.slow
@pytest.mark.parametrize("stage", [None, *stage_names()])
@given(data=st.data())
@many
def test_many(programs, stage, data):
    compare_with_derivatives(*data.draw(programs.programs()), off=() if stage is None else (stage,))


def compare_with_derivatives(program: Program, values: Sequence[Any], off: Sequence[str] = ()) -> None:
    with np.errstate(all="ignore"):
        single = has_single_precision(program)
        compare(program, values, off, single)
        free = [i for i, x in enumerate(values) if x.dtype.kind in "fc"]
        scalar = scalar_of(program, values, free)
        if not free or not hasattr(scalar(*(wg.array(values[i]) for i in free)), "dtype"):
            return  # nothing depends on what can be differentiated
        numbers = tuple(range(len(free)))
        directions = [np.cos(np.arange(values[i].size)).reshape(values[i].shape) for i in free]

        def along(*xs: Any) -> Any:
            gradients = wg.grad(scalar, argnums=numbers)(*xs)
            return sum(wg.sum(wg.real(g * d)) for g, d in zip(gradients, directions, strict=True))

        point = [values[i] for i in free]
        for derivative in (wg.grad(scalar, argnums=numbers), wg.grad(along, argnums=numbers)):
            traced = wg.trace(derivative)(*point)
            if not all(np.all(np.abs(x) <= LARGE) for x in traced.evaluate(*point)):
                return
            compare(traced, point, off, single)


def has_single_precision(program: Program) -> bool:
    variables = [*program.inputs, *program.constants, *(v for e in program.equations for v in e.outputs)]
    return any(v.type.dtype in ("float32", "complex64") for v in variables)


def scalar_of(program: Program, values: Sequence[Any], free: Sequence[int]) -> Callable[..., Any]:
    """A number made of all outputs, as a function of the inputs that can be differentiated."""

    def scalar(*xs: Any) -> Any:
        full = list(values)
        for i, x in zip(free, xs, strict=True):
            full[i] = x
        outputs = program(*full)
        total: Any = 0.0
        for y in outputs if isinstance(outputs, tuple) else (outputs,):
            if hasattr(y, "dtype") and y.dtype.kind in "fc":
                total = total + wg.sum(wg.tanh(wg.real(y)))
                if y.dtype.kind == "c":
                    total = total + wg.sum(wg.sin(wg.imag(y)))
        return total

    return scalar


def compare(program: Program, values: Sequence[Any], off: Sequence[str], single: bool) -> None:
    tolerance = 2e-3 if single else 1e-8
    for found, expected in zip(Executable(program, off)(values), program.evaluate(*values), strict=True):
        expected = np.asarray(expected)
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        if expected.dtype.kind in "fc":
            size = max(1.0, float(np.abs(expected).max(initial=0.0)))
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * size)
        else:
            np.testing.assert_array_equal(found, expected)

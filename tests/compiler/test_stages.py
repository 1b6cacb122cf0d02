"""Stages by name, and their texts."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.stages import stage_names

STAGES = stage_names()

X = wg.array([1.0, 2.0, 3.0])


def f(x: Any) -> Any:
    y = wg.sin(x) * 2 + wg.exp(-x)
    return wg.sum(y * y), wg.dot(x, y), wg.cumsum(x), x @ wg.outer(x, y)


@pytest.mark.parametrize("off", [(), *STAGES, STAGES])
def test_each_stage_can_be_left_out(off: Any) -> None:
    gradient = wg.grad(lambda x: f(x)[0])
    for found, expected in zip(wg.compile(f, off=off)(X), f(X), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-12)
    np.testing.assert_allclose(wg.compile(gradient, off=off)(X).numpy(), gradient(X).numpy(), rtol=1e-12)


def test_unknown_stages_are_refused() -> None:
    with pytest.raises(TypeError, match="no stage is called 'fusion'; there are .*fuse"):
        wg.compile(f, off="fusion")


def test_every_stage_has_a_text() -> None:
    stages = wg.compile(lambda x: wg.sum(x * 2 + wg.sort(x)) if x[0] > 0 else x).lower(X)
    assert "guard" in str(stages.program)
    assert len(stages.simplified.equations) <= len(stages.program.equations)
    assert stages.called_out
    assert "called out" in stages.fused
    assert "define" in stages.llvm
    assert "define" in stages.optimised
    assert "ret" in stages.assembly
    assert repr(stages).startswith("<stages of ")
    text = str(stages)
    headings = [text.index(f"{name}\n---") for name in ("program", "simplified", "fused", "llvm", "assembly")]
    assert headings == sorted(headings)


def test_lower_draws_nothing_and_takes_plain_arrays() -> None:
    rng, other = wg.random.default_rng(0), wg.random.default_rng(0)
    compiled = wg.compile(lambda x: x + rng.normal(size=3))
    for _ in range(2):
        compiled.lower(X)
        np.testing.assert_array_equal(compiled(X).numpy(), (X + other.normal(size=3)).numpy())
    with pytest.raises(wg.GraphError, match="differentiated"):
        wg.grad(lambda x: wg.compile(lambda x: x).lower(x))(X)

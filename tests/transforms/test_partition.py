from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg
from wengert.core.program import Program, check
from wengert.transforms.partition import Parts, split


def names(program: Program) -> list[str]:
    return [e.primitive.name for e in program.equations]


def run(program: Program, parts: Parts, late: Any, *inputs: Any) -> list[Any]:
    """What the program gives, by its parts."""
    known = dict(zip(program.inputs, inputs, strict=True))
    check(parts.early)
    check(parts.late)
    count = len(parts.residuals)
    early = parts.early.evaluate(*(known[v] for v in parts.early.inputs))
    kept = early[len(early) - count :]
    assert parts.late.inputs == (*parts.residuals, *parts.again, *(v for v in program.inputs if v in late))
    behind = iter(parts.late.evaluate(*kept, *(known[v] for v in parts.late.inputs[count:])))
    before = iter(early)
    return [next(behind if k in parts.late_outputs else before) for k in range(len(program.outputs))]


def joint(f: Any, x: Any) -> Program:
    """Value and cotangent as one program of the argument and a cotangent."""

    def both(x: Any, ct: Any) -> Any:
        y, pullback = wg.vjp(f, x)
        return y, pullback(ct)[0]

    return wg.trace(both)(x, np.asarray(f(wg.array(x)).numpy()))


def test_forward_and_backward() -> None:
    x, ct = np.array([0.1, 0.2]), np.array([1.0, 3.0])
    program = joint(lambda x: wg.exp(wg.sin(x)), x)
    parts = split(program, program.inputs[1:])
    assert names(parts.early) == ["sin", "exp", "cos"]
    assert parts.late_outputs == (1,)
    assert set(names(parts.late)) == {"absorbing_multiply"}
    assert len(parts.residuals) == 2
    assert parts.again == ()
    for found, expected in zip(run(program, parts, program.inputs[1:], x, ct), program(x, ct), strict=True):
        np.testing.assert_allclose(found, expected.numpy())


def test_inputs_are_passed_again_or_kept() -> None:
    program = joint(lambda x: x * x, np.ones(2))
    late = program.inputs[1:]
    assert split(program, late).again == program.inputs[:1]
    kept = split(program, late, again=())
    assert (kept.again, kept.residuals) == ((), program.inputs[:1])
    assert kept.early.outputs[1:] == program.inputs[:1]


def test_cheap_work_is_done_again() -> None:
    program = wg.trace(lambda x, t: wg.where(x > 0, 2 * x, x) * t)(np.ones(3), np.ones(3))
    late = program.inputs[1:]
    parts = split(program, late)
    assert parts.residuals == ()
    assert names(parts.early) == []
    np.testing.assert_allclose(run(program, parts, late, np.ones(3), np.ones(3))[0], 2)
    parts = split(program, late, recompute=False)
    assert len(parts.residuals) == 1
    assert names(parts.late) == ["multiply"]


def test_what_was_broadcast_is_kept_as_it_was() -> None:
    program = wg.trace(lambda x, t: wg.broadcast_to(wg.sin(x), (5,)) * t)(1.0, np.ones(5))
    parts = split(program, program.inputs[1:])
    assert [v.type.shape for v in parts.residuals] == [()]
    assert names(parts.late) == ["broadcast_to", "multiply"]


def test_constants_and_early_outputs() -> None:
    w = np.array([2.0, 3.0])
    program = wg.trace(lambda x, t: (w * x, t * w, 1.0, t, x))(np.ones(2), np.ones(2))
    late = program.inputs[1:]
    parts = split(program, late)
    assert parts.late_outputs == (1, 3)
    assert next(iter(parts.early.constants.values())) is next(iter(parts.late.constants.values()))
    for found, expected in zip(run(program, parts, late, w, w), program(w, w), strict=True):
        np.testing.assert_allclose(found, wg.asarray(expected).numpy())
    forced = split(program, late, late_outputs=range(5))
    assert forced.early.outputs == forced.residuals
    for found, expected in zip(run(program, forced, late, w, w), program(w, w), strict=True):
        np.testing.assert_allclose(found, wg.asarray(expected).numpy())


def test_nothing_late_or_everything() -> None:
    program = wg.trace(lambda x: wg.sin(x))(1.0)
    assert names(split(program, ()).early) == ["sin"]
    assert names(split(program, ()).late) == []
    assert names(split(program, program.inputs).late) == ["sin"]


def test_checkpointed_work_is_late() -> None:
    program = joint(wg.checkpoint(lambda x: wg.sin(wg.exp(wg.sin(x)))), np.ones(2))
    parts = split(program, program.inputs[1:], again=())
    assert parts.residuals == program.inputs[:1]
    assert names(parts.early).count("sin") == 2
    assert names(parts.late).count("sin") == 1


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=25), st.data()
)
def test_random_programs(steps: list[tuple[int, int, int]], data: st.DataObject) -> None:
    rules = [
        lambda x, y: wg.sin(x),
        lambda x, y: x * y,
        lambda x, y: x + y,
        lambda x, y: wg.where(x > y, x, y),
        lambda x, y: wg.broadcast_to(wg.sum(x, keepdims=True), (3,)),
        lambda x, y: wg.tanh(x) * 0.5,
    ]

    def f(*inputs: Any) -> Any:
        values = list(inputs)
        for rule, i, j in steps:
            values.append(rules[rule](values[i % len(values)], values[j % len(values)]))
        return tuple(values[-4:])

    inputs = [np.array([0.1, -0.2, 0.3]) * k for k in (1, 2, 3)]
    program = wg.trace(f)(*inputs)
    late = data.draw(st.sets(st.sampled_from(program.inputs)))
    again = data.draw(st.none() | st.sets(st.sampled_from(program.inputs)))
    moved = data.draw(st.sets(st.sampled_from(range(len(program.outputs)))))
    recompute = data.draw(st.booleans())
    parts = split(program, late, again=again, late_outputs=moved, recompute=recompute)
    assert moved <= set(parts.late_outputs)
    for found, expected in zip(run(program, parts, late, *inputs), program.evaluate(*inputs), strict=True):
        np.testing.assert_allclose(found, expected)


def test_random_draws_are_computed_once() -> None:
    rng = wg.random.default_rng(0)
    program = wg.trace(lambda x, t: (x * rng.normal(size=2), t * rng.normal(size=2)))(np.ones(2), np.ones(2))
    late = program.inputs[1:]
    parts = split(program, late)
    assert names(parts.early).count("draw") == 2
    assert "draw" not in names(parts.late)
    parts = split(program, late, impure_late=True)
    assert names(parts.late).count("draw") == 2
    assert "draw" not in names(parts.early)


@pytest.mark.parametrize("late", [0, 1])
def test_the_order_is_that_of_the_program(late: int) -> None:
    program = wg.trace(lambda x, t: (wg.sin(x) * t, wg.cos(x) * t, wg.exp(x) * t))(1.0, 2.0)
    first, second = (split(program, program.inputs[late : late + 1]) for _ in range(2))
    assert str(first.early) == str(second.early)
    assert first.residuals == second.residuals

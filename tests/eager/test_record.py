"""The collector form: what a tape holds, prints and differentiates."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.program import check

close = np.testing.assert_allclose


def test_the_gradient_overwrites_in_place_of_accumulating() -> None:
    x = wg.arange(4.0).attach_grad()
    for _ in range(3):
        with wg.record() as tape:
            y = 2 * wg.dot(x, x)
        tape.backward(y)
    close(x.grad, [0, 4, 8, 12])
    with wg.record() as tape:
        y = x.sum()
    tape.backward(y)
    close(x.grad, 1)
    z = wg.ones(4, requires_grad=True)  # without attach_grad, too
    for _ in range(2):
        with wg.record() as tape:
            y = (z * z).sum()
        tape.backward(y)
    close(z.grad, 2)


def test_leaves_that_have_no_part_in_it_keep_their_gradients() -> None:
    x, w = wg.array(1.0).attach_grad(), wg.array(2.0).attach_grad()
    with wg.record() as tape:
        y = x * w
    tape.backward(y)
    with wg.record() as tape:
        z = x * 5
    tape.backward(z)
    close(x.grad, 5)
    close(w.grad, 1)


def test_a_non_scalar_is_summed() -> None:
    x = wg.arange(3.0).attach_grad()
    with wg.record() as tape:
        y = x * x
    tape.backward(y)
    close(x.grad, [0, 2, 4])


def test_several_heads_of_several_shapes() -> None:
    x = wg.arange(3.0).attach_grad()
    with wg.record() as tape:
        y = x * x
        z = wg.outer(y, x)
        w = wg.sum(x)
    tape.backward([y, z, w])
    v = np.arange(3.0)
    expected = 2 * v + 2 * v * v.sum() + (v * v).sum() + 1
    close(x.grad, expected)


def test_a_second_sweep_needs_the_graph_retained() -> None:
    x = wg.array(3.0).attach_grad()
    with wg.record() as tape:
        y = x * x
    tape.backward(y, retain_graph=True)
    tape.backward(y)
    close(x.grad, 6)
    with pytest.raises(wg.GraphError, match="freed"):
        tape.backward(y)
    close(x.grad, 6)


def test_heads_that_were_not_recorded() -> None:
    x = wg.array(3.0).attach_grad()
    with wg.record() as tape:
        y = x * x
        z = wg.ones(())
        with wg.no_grad():
            u = x * 2
    for head in (z, u, y.detach(), [y, z], 5.0, [y, 5.0]):
        with pytest.raises((wg.GraphError, TypeError)):
            tape.backward(head)
    with pytest.raises(wg.GraphError, match="not none"):
        tape.backward([])
    close(x.grad, 0)
    tape.backward(y)
    close(x.grad, 6)


def test_recording_is_on_inside_even_in_no_grad() -> None:
    x = wg.array(3.0).attach_grad()
    with wg.no_grad():
        with wg.record() as tape:
            y = x * x
            assert wg.is_grad_enabled()
        assert not wg.is_grad_enabled()
        z = x * 2
    assert not z.requires_grad
    assert len(tape) == 1
    tape.backward(y)
    close(x.grad, 6)


def test_nested_scopes_collect_for_the_outer_ones_too() -> None:
    x = wg.array(2.0).attach_grad()
    with wg.record() as outer:
        y = x * x
        with wg.record() as inner:
            z = wg.exp(y)
        with wg.record() as second:
            w = z + 1
        u = w * 2
    assert [len(tape) for tape in (outer, inner, second)] == [4, 1, 1]
    outer.backward(u)
    close(x.grad, 2 * np.exp(4) * 4)
    assert str(inner) == "program(a: float64[]) -> float64[]:\n  b: float64[] = exp(a)\n  return b"


def test_a_tape_can_be_entered_again() -> None:
    x = wg.array(2.0).attach_grad()
    tape = wg.record()
    with wg.record() as outer:
        with tape:
            y = x * x
        with tape:
            z = y + 1
            with tape:
                w = wg.exp(z)
            v = w * 2
    assert len(tape) == len(outer) == 4
    tape.backward(v)
    close(x.grad, 2 * np.exp(5) * 4)


def test_the_scope_ends_with_an_error() -> None:
    x, kept = wg.array(2.0).attach_grad(), []
    with wg.no_grad():
        tape = wg.record()

        def fail() -> None:
            with tape:
                kept.append(x * x)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert not wg.is_grad_enabled()
    wg.exp(x)
    assert len(tape) == 1
    tape.backward(kept[0])
    close(x.grad, 4)


def test_transforms_inside_a_scope() -> None:
    x = wg.array(2.0).attach_grad()
    with wg.record() as tape:
        y = wg.grad(lambda v: v**3)(x)
    tape.backward(y)
    close(x.grad, 12)


GOLDEN: list[tuple[Any, str]] = [
    (
        lambda x: 2 * wg.dot(x, x),
        """
program(a: float64[3]) -> float64[]:
  b: float64[] = matmul(a, a)
  c: float64[] = multiply(2, b)
  return c""",
    ),
    (
        lambda x: x[1:] * np.ones(2) + wg.sum(x, axis=0, keepdims=True),
        """
program(a: float64[3], b: float64[2]) -> float64[2]:
  c: float64[2] = getitem(a, index=(1:,))
  d: float64[2] = multiply(c, b)
  e: float64[1] = sum(a, axes=(0,), keepdims=True)
  f: float64[2] = add(d, e)
  return f""",
    ),
    (
        lambda x: wg.linalg.slogdet(x * x.reshape(3, 1) + wg.eye(3))[1],
        """
program(a: float64[3], b: float64[3, 3]) -> float64[], float64[]:
  c: float64[3, 1] = reshape(a, shape=(3, 1))
  d: float64[3, 3] = multiply(a, c)
  e: float64[3, 3] = add(d, b)
  f: float64[], g: float64[] = slogdet(e)
  return f, g""",
    ),
    (
        lambda x: wg.astype(wg.maximum(x, 0.0), "float32") ** 2.0,
        """
program(a: float64[3]) -> float32[3]:
  b: float64[3] = maximum(a, 0.0)
  c: float32[3] = astype(b, dtype=float32)
  d: float32[3] = power(c, 2.0)
  return d""",
    ),
]


@pytest.mark.parametrize(("record", "text"), GOLDEN, ids=range(len(GOLDEN)))
def test_the_text_of_a_tape(record: Any, text: str) -> None:
    x = wg.arange(3.0).attach_grad()
    with wg.record() as tape:
        record(x)
    assert str(tape) == text.strip()
    check(tape.program())
    assert repr(tape) == f"<tape of {len(tape)} equation(s)>"


def test_writes_on_a_tape() -> None:
    x = wg.array(2.0).attach_grad()
    with wg.record() as tape:
        y = wg.zeros(3)
        y[1] = x * x
        y += 1
    assert (
        str(tape)
        == """
program(a: float64[], b: float64[3]) -> float64[3]:
  c: float64[] = multiply(a, a)
  d: float64[3] = index_set(b, c, index=(1,))
  e: float64[3] = add(d, 1)
  return e""".strip()
    )
    tape.backward(y)
    close(x.grad, 4)
    check(tape.program())


def test_an_empty_tape() -> None:
    with wg.record() as tape:
        wg.ones(2) + 1
    assert len(tape) == 0
    assert str(tape) == "program() -> nothing:\n  return nothing"


def test_calls_on_a_tape() -> None:
    @wg.custom_vjp
    def double(x: Any) -> Any:
        return 2 * x

    double.defvjp(lambda x: (2 * x, None), lambda _, ct: (2 * ct,))
    x, w = wg.array(2.0).attach_grad(), wg.array(3.0).attach_grad()

    def inner(v: Any) -> Any:
        return wg.sin(v) * w

    with wg.record() as tape:
        y = wg.checkpoint(inner)(double(x))
    assert (
        str(tape)
        == """
program(a: float64[], b: float64[]) -> float64[]:
  c: float64[] = double(a)
  d: float64[] = checkpoint[inner](c, b)
  return d""".strip()
    )
    check(tape.program())
    tape.backward(y)
    close(x.grad, 2 * np.cos(4) * 3)
    close(w.grad, np.sin(4))


def test_a_tape_is_a_program_of_its_leaves() -> None:
    x = wg.arange(3.0).attach_grad()
    with wg.record() as tape:
        wg.sum(wg.exp(x) * 2.0)
    program = tape.program()
    check(program)
    close(program(np.ones(3)), 6 * np.e)
    close(wg.grad(program)(np.ones(3)), 2 * np.e)


# -- program_of ------------------------------------------------------------------------------------------------------


def test_the_program_of_an_array_is_what_it_depends_on() -> None:
    x, w = wg.array(1.0, requires_grad=True), wg.array([2.0, 3.0], requires_grad=True)
    unused = wg.exp(x) * 2  # noqa: F841
    y = wg.sum(w * x)
    z = wg.cos(y)
    assert (
        str(wg.program_of(y))
        == """
program(a: float64[2], b: float64[]) -> float64[]:
  c: float64[2] = multiply(a, b)
  d: float64[] = sum(c, axes=(0,), keepdims=False)
  return d""".strip()
    )
    both = wg.program_of(z, y)
    check(both)
    assert [str(v.type) for v in both.outputs] == ["float64[]", "float64[]"]
    close(both(np.array([2.0, 3.0]), 1.0), [np.cos(5), 5])
    leaf = wg.program_of(x)
    assert str(leaf) == "program(a: float64[]) -> float64[]:\n  return a"


def test_the_program_of_one_of_several_outputs() -> None:
    a = wg.array([[2.0, 1.0], [0.5, 3.0]], requires_grad=True)
    program = wg.program_of(wg.linalg.slogdet(a)[1] * 2)
    check(program)
    assert "a: float64[2, 2]" in str(program)
    close(program(a.detach()), 2 * np.log(5.5))


def test_the_program_of_what_was_not_recorded() -> None:
    with pytest.raises(wg.GraphError, match="does not require a gradient"):
        wg.program_of(wg.ones(2))


def test_the_program_of_a_freed_graph_can_still_be_read() -> None:
    x = wg.array(1.0, requires_grad=True)
    y = wg.exp(x)
    y.backward()
    assert "exp(a)" in str(wg.program_of(y))


def test_the_program_of_a_deep_graph() -> None:
    x = wg.array(1.0, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y + 1
    assert len(wg.program_of(y).equations) == 5000

"""Batches as loops over their entries: what a compiled ``vmap`` writes, and that it gives what an eager one gives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.transforms.control import mapping

POINTS = np.random.default_rng(0).normal(size=(50, 3))
TURN = np.array([[0.0, -1.0, 0.5], [1.0, 0.0, 0.2], [0.1, 0.3, 1.0]])


def cross(a: Any, b: Any) -> Any:
    return wg.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def turned(x: Any) -> Any:
    """Small, with parts that are put together: a loop."""
    return cross(x, wg.array([1.0, 2.0, 3.0])) / (1 + wg.dot(x, x))


def looped(f: Callable[..., Any], *args: Any) -> bool:
    """Whether the traced program has a loop over the entries."""
    return " scan(" in str(wg.compile(f).lower(*args).program)


def same(f: Callable[..., Any], *args: Any) -> None:
    """Compiled equals eager, with the same structure."""
    expected, found = f(*args), wg.compile(f)(*args)
    assert isinstance(found, type(expected))
    for a, b in zip(*((x if isinstance(x, tuple) else (x,)) for x in (found, expected)), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        tolerance = 1e-5 if a.dtype == "float32" else 1e-12
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=tolerance, atol=tolerance / 10)


def test_small_entries_are_a_loop_and_others_a_batch() -> None:
    x = wg.array(POINTS)
    assert looped(wg.vmap(turned), x)
    assert looped(wg.vmap(wg.jacobian(turned)), x)
    assert not looped(wg.vmap(turned), x[: mapping.FEW - 1])  # few
    assert not looped(wg.vmap(lambda x: wg.exp(x) * x), x)  # nothing between operations
    assert not looped(wg.vmap(lambda x: wg.sum(wg.exp(x))), x)  # functions are most of it
    assert not looped(wg.vmap(lambda x: cross(x, x) + wg.sum(wg.outer(wg.ones(100), x))), x)  # large


def test_nothing_changes_where_no_machine_code_is_written() -> None:
    assert "scan" not in str(wg.trace(wg.vmap(turned))(wg.array(POINTS)))


FUNCTIONS = {
    "plain": lambda x: wg.vmap(turned)(x),
    "jacobian": lambda x: wg.vmap(wg.jacobian(turned))(x),
    "hessian": lambda x: wg.vmap(wg.hessian(lambda p: wg.sum(turned(p) ** 2)))(x),
    "jvp": lambda x: wg.jvp(wg.vmap(turned), (x,), (wg.cos(x),)),
    "grad": lambda x: wg.grad(lambda x: wg.sum(wg.vmap(turned)(x) ** 2))(x),
    "grad of what is shared": lambda x: wg.grad(lambda w: wg.sum(wg.vmap(lambda p: turned(w @ p))(x) ** 2))(
        wg.array(TURN)
    ),
    "hessian of what is shared": lambda x: wg.hessian(lambda w: wg.sum(wg.vmap(lambda p: turned(w * p))(x) ** 2))(
        wg.array(TURN[0])
    ),
    "nested": lambda x: wg.vmap(lambda k: wg.vmap(lambda p: turned(p * k))(x))(wg.linspace(0.0, 1.0, 40)),
    "inner batch": lambda x: wg.vmap(lambda p: wg.vmap(lambda k: turned(p * k))(wg.arange(3.0)))(x),
    "axes": lambda x: wg.vmap(turned, in_axes=1, out_axes=1)(x.T),
    "last axis": lambda x: wg.vmap(turned, in_axes=-1, out_axes=-1)(x.T),
    "two": lambda x: wg.vmap(lambda p, t: (cross(p, t[0]), t), in_axes=(0, None))(x, wg.array(TURN)),
    "not batched": lambda x: wg.vmap(lambda p: (turned(p), wg.arange(2.0), 3.0))(x),
    "integers": lambda x: wg.vmap(lambda i: wg.stack([i, 2 * i, x[i % 7, 0] > 0]))(wg.arange(40)),
    "shared computation": lambda x: wg.vmap(lambda p: turned(p) * wg.sum(wg.exp(x)))(x),
    "float32": lambda x: wg.astype(wg.vmap(turned)(wg.astype(x, "float32")), "float32"),
    "empty": lambda x: wg.vmap(turned)(x[:0]),
    "linalg": lambda x: wg.vmap(lambda p: wg.linalg.solve(wg.array(TURN), turned(p)))(x),
    "loop inside": lambda x: wg.vmap(lambda p: wg.fori_loop(0, 4, lambda i, y: turned(y) + i, p))(x),
    "cond inside": lambda x: wg.vmap(lambda p: wg.cond(p[0] > 0, turned, lambda p: -p, p))(x),
    "checkpoint": lambda x: wg.vmap(wg.grad(lambda p: wg.sum(wg.checkpoint(turned)(p))))(x),
    "compiled inside": lambda x: wg.vmap(wg.compile(turned))(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_equals_eager(name: str) -> None:
    same(FUNCTIONS[name], wg.array(POINTS))


def test_containers_and_keywords() -> None:
    f = wg.vmap(lambda pair, *, scale: {"a": turned(pair[0]) * scale, "b": (pair[1],)})
    x = wg.array(POINTS)
    found = wg.compile(lambda x: f((x, x[:, 0]), scale=x[:, 1]))(x)
    expected = f((x, x[:, 0]), scale=x[:, 1])
    assert found.keys() == expected.keys()
    np.testing.assert_allclose(found["a"].numpy(), expected["a"].numpy(), rtol=1e-13)
    np.testing.assert_array_equal(found["b"][0].numpy(), expected["b"][0].numpy())


def test_python_may_look_at_what_all_entries_share() -> None:
    @wg.compile
    def f(x: Any, sign: Any) -> Any:
        return wg.vmap(lambda p: turned(p) if sign > 0 else -p)(x)

    x = wg.array(POINTS)
    for sign in (1.0, -1.0):
        expected = wg.vmap(turned)(x) if sign > 0 else -x
        np.testing.assert_allclose(f(x, wg.array(sign)).numpy(), expected.numpy(), rtol=1e-13)


def test_a_branch_on_an_entry_is_the_error_that_it_is_for_every_vmap() -> None:
    f = wg.compile(wg.vmap(lambda p: turned(p) if p[0] > 0 else p))
    with pytest.raises(wg.ConversionError, match="under vmap there is one for each of 50 batch entries"):
        f(wg.array(POINTS))


def test_a_result_that_no_entry_changes_can_be_left_alone() -> None:
    f = wg.vmap(lambda p: (turned(p), wg.arange(2.0)), out_axes=(0, None))
    same(f, wg.array(POINTS))


def test_random_numbers_differ_between_entries_and_calls() -> None:
    @wg.compile
    def f(x: Any) -> Any:
        return wg.vmap(lambda p: turned(p) + wg.random.default_rng().normal(size=3))(x)

    x = wg.array(POINTS)
    assert not np.array_equal(f(x).numpy(), f(x).numpy())


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64"])
def test_shared_python_numbers_promote_weakly(dtype: str) -> None:
    f = lambda x, p: wg.vmap(lambda x: wg.stack([x[0] * x[1], x[1] * x[2], x.sum()]) * p + 2 * p)(x)  # noqa: E731
    x = wg.astype(wg.array(POINTS), dtype)
    assert wg.compile(f)(x, 2.5).dtype == f(x, 2.5).dtype == np.dtype(dtype)


def test_dtypes_without_registers_are_a_batch() -> None:
    assert not looped(wg.vmap(turned), wg.astype(wg.array(POINTS), "float16"))


@pytest.mark.parametrize("inner", ["cond", "vmap", "scan"])
def test_inner_functions_may_look_at_what_all_entries_share(inner: str) -> None:
    def entry(x: Any, s: Any) -> Any:
        positive = bool((s * 2)[0] > 0)
        chosen = lambda x: turned(x) if positive else x  # noqa: E731
        if inner == "cond":
            return wg.cond(x[0] > 0, chosen, lambda x: x, x)
        if inner == "vmap":
            return wg.vmap(lambda k: chosen(x * k))(wg.arange(40.0))
        return wg.scan(lambda c, _: (chosen(c), None), x, length=2)[0]

    f = wg.vmap(entry, (0, None))
    same(f, wg.array(POINTS), wg.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("by_entry", [False, True])
def test_writing_into_an_array_of_the_surroundings(by_entry: bool) -> None:
    def f(x: Any, s: Any) -> Any:
        s = s * 1.0

        def entry(x: Any) -> Any:
            if by_entry:
                t = s * x
                t[0] = x[1]
                return turned(x) + t
            s[0] = 7.0
            return turned(x) + s

        return wg.vmap(entry)(x)

    same(f, wg.array(POINTS), wg.array([1.0, 2.0, 3.0]))


def test_an_index_outside_an_entry_is_an_error() -> None:
    for function in (lambda x: turned(x) * x[5], lambda x: turned(x) + x[-4]):
        with pytest.raises(IndexError, match="out of bounds"):
            wg.compile(wg.vmap(function))(wg.array(POINTS))
    with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 3"):
        wg.compile(lambda x: x[5] * 2)(wg.array(POINTS[0]))

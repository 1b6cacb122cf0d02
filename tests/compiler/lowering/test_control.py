"""Compiled loops and branches give what Python's own give: values, derivatives of both modes, and batches."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg

X = np.linspace(0.2, 1.0, 5)
LONG = np.linspace(-1.0, 1.0, 40)


def same(found: Any, expected: Any) -> None:
    leaves = [np.asarray(x.numpy() if hasattr(x, "numpy") else x) for x in _flat(found)]
    wanted = [np.asarray(x.numpy() if hasattr(x, "numpy") else x) for x in _flat(expected)]
    assert len(leaves) == len(wanted)
    for a, b in zip(leaves, wanted, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, (tuple, list)):
        return [leaf for part in tree for leaf in _flat(part)]
    return [] if tree is None else [tree]


def rows(x: Any) -> Any:
    """A carry in registers, entries and results of a scan."""
    return wg.scan(lambda c, row: (c * 0.5 + wg.sum(wg.sin(row)), row * c), 0.3, wg.outer(x, x))


def large(x: Any) -> Any:
    """A carry in memory, which two steps read from one place and write to another."""

    def step(c: Any, _: Any) -> Any:
        return wg.tanh(c + 0.1 * wg.flip(c)), wg.sum(c)

    return wg.scan(step, x, None, length=7)


def backwards(x: Any) -> Any:
    return wg.scan(lambda c, y: (c * y, c + y), 1.0, x, reverse=True)


def exchanged(x: Any) -> Any:
    """Two large carries that change places."""
    return wg.fori_loop(0, 5, lambda i, c: (c[1], c[0] * 1.1 + i), (x, 2 * x))


def filled(x: Any) -> Any:
    """A loop that fills an array."""

    def step(i: Any, y: Any) -> Any:
        y = y.copy()
        y[i] = wg.sin(x[i]) * i
        return y

    return wg.fori_loop(0, len(x), step, wg.zeros(len(x)))


def nested(x: Any) -> Any:
    def outer(c: Any, row: Any) -> Any:
        inner = wg.fori_loop(0, 3, lambda i, s: s * 0.5 + wg.cos(row) * (i + 1), c)
        return inner, wg.cond(wg.sum(inner) > 0, lambda v: wg.exp(-v), lambda v: v * v, inner)

    return wg.scan(outer, x, wg.stack([x, 2 * x, -x]))


def unchanged(x: Any) -> Any:
    """A part of the carry that is handed on as it is, and one that ends as a number."""
    return wg.scan(lambda c, y: ((c[0], c[1] + c[0][1] * y, 2.5), None), (x, 0.0, 1.0), x)[0]


def looked_up(x: Any) -> Any:
    """Loops that read what is captured, at an index that they compute."""
    table = wg.array(np.arange(12.0))
    return wg.fori_loop(0, 6, lambda i, s: s + table[2 * i] * x, wg.zeros(len(x)))


SCANS = [rows, large, backwards, exchanged, filled, nested, unchanged, looked_up]


@pytest.mark.parametrize("function", SCANS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [X, LONG], ids=["registers", "memory"])
def test_loops(function: Callable[..., Any], x: np.ndarray) -> None:
    total = reduced(function)
    same(wg.compile(function)(x), function(wg.array(x)))
    same(wg.compile(wg.value_and_grad(total))(x), wg.value_and_grad(total)(x))
    same(wg.grad(wg.compile(total))(x), wg.grad(total)(x))
    direction = np.cos(x)
    same(wg.compile(lambda x, t: wg.jvp(function, (x,), (t,)))(x, direction), wg.jvp(function, (x,), (direction,)))
    stacked = np.stack([x, 0.5 * x])
    same(wg.compile(wg.vmap(function))(stacked), wg.vmap(function)(stacked))


@pytest.mark.parametrize("function", SCANS, ids=lambda f: f.__name__)
def test_second_derivatives_of_loops(function: Callable[..., Any]) -> None:
    total = reduced(function)
    same(wg.compile(wg.hessian(total))(X), wg.hessian(total)(X))


def reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    """A scalar of all results."""
    return lambda x: sum(wg.sum(wg.sin(leaf)) for leaf in _flat(function(x)) if leaf.dtype.kind == "f")


@pytest.mark.parametrize("length", [0, 1, 2])
def test_short_loops(length: int) -> None:
    def function(x: Any) -> Any:
        return wg.scan(lambda c, _: (wg.sin(c), c[::-1]), x, None, length=length)

    for x in (X, LONG):
        same(wg.compile(function)(x), function(wg.array(x)))


def test_while_loops_stop_where_python_does() -> None:
    def function(x: Any, limit: Any) -> Any:
        return wg.while_loop(lambda c: wg.sum(c[0] ** 2) < limit, lambda c: (c[0] * 1.5, c[1] + 1), (x, 0))

    compiled = wg.compile(function)
    for x in (X, LONG):
        for limit in (0.0, 10.0, 1e6):
            same(compiled(x, np.array(limit)), function(wg.array(x), wg.array(limit)))
    assert compiled.cache_info().paths == 2  # one for each shape: the trip count is no part of the program


def test_reverse_mode_through_while_loops() -> None:
    def function(x: Any) -> Any:
        return wg.sum(wg.while_loop(lambda c: wg.sum(c**2) < 100.0, lambda c: c * 1.5 + wg.sin(c), x))

    def bounded(x: Any) -> Any:
        found = wg.while_loop(lambda c: wg.sum(c**2) < 100.0, lambda c: c * 1.5 + wg.sin(c), x, max_steps=20)
        return wg.sum(found)

    for x in (X, LONG):
        same(wg.compile(wg.grad(function))(x), wg.grad(function)(x))
        same(wg.compile(wg.grad(bounded))(x), wg.grad(function)(x))


def test_branches_run_one_side() -> None:
    def function(x: Any) -> Any:
        return wg.cond(wg.sum(x) > 0, lambda x: (wg.sqrt(x), wg.sum(x)), lambda x: (x * x, wg.prod(x)), x)

    compiled = wg.compile(function)
    for x in (X, -X, LONG + 2, LONG - 2):
        same(compiled(x), function(wg.array(x)))
        same(wg.compile(wg.jacobian(lambda x: function(x)[0]))(x), wg.jacobian(lambda x: function(x)[0])(x))


def test_a_body_may_call_out_draw_and_factorise() -> None:
    rng, twin = wg.random.default_rng(3), wg.random.default_rng(3)
    matrix = 4 * np.eye(3) + np.outer(np.arange(3.0), np.arange(3.0))

    def function(x: Any, rng: Any = rng) -> Any:
        def step(c: Any, _: Any) -> Any:
            noise = rng.standard_normal(3)
            return wg.linalg.solve(wg.array(matrix), c + noise), wg.sort(noise)

        return wg.scan(step, x, None, length=4)

    same(wg.compile(function)(np.ones(3)), function(wg.ones(3), twin))


def test_a_loop_that_fills_an_array_copies_nothing() -> None:
    ir = wg.compile(filled).lower(np.ones(500)).llvm
    main = ir[ir.index("@main(") :]
    loop = main[main.index("\nloop") : main.index("\nend")]
    assert "scatter_set" in str(wg.compile(filled).lower(np.ones(500)).simplified)
    assert "llvm.memcpy" not in loop


def test_integers_and_booleans_are_carried() -> None:
    def function(n: Any) -> Any:
        """Collatz: the steps to 1, and whether there was an odd number on the way."""
        return wg.while_loop(
            lambda c: c[0] != 1,
            lambda c: (wg.where(c[0] % 2 == 0, c[0] // 2, 3 * c[0] + 1), c[1] + 1, c[2] | (c[0] % 2 == 1)),
            (n, 0, wg.array(False)),
        )

    for n in (1, 6, 8, 27):
        same(wg.compile(function)(np.array(n)), function(wg.array(n)))

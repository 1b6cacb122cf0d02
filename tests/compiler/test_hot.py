"""The shortest way in is taken for calls like those before, and for no others."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.compiled import Compiled

X = wg.array([1.0, 2.0, 3.0])


def slow(compiled: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the calls that took the long way."""
    count = [0]
    call = Compiled._call

    def counted(self: Compiled, args: Any, kwargs: Any) -> Any:
        count[0] += self is compiled
        return call(self, args, kwargs)

    monkeypatch.setattr(Compiled, "_call", counted)
    return count


W = wg.ones(3)
N = np.ones(3)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (lambda x: x * 2, (X,)),
        (lambda x: (x, x * 2, wg.sum(x)), (X,)),
        (lambda x, y: x * y, (X, np.ones(3))),
        (lambda x: x * 2, (wg.sum(X) / 2,)),
        (lambda x: x * 2, (np.float64(2.0),)),
        (lambda d, k: {"a": d["x"] * k}, ({"x": X}, 2.0)),
        (lambda x, k: x * k, (X, 2)),
        (lambda x, k, flag: x * k if flag else x, (X, 2j, True)),
        (lambda x, mode: x, (X, "a mode")),
        (lambda k: k + 1, (2,)),
        (lambda x: (x, 3, None), (X,)),
        (lambda x: x * W, (X,)),
        (lambda x: x * N, (X,)),
        (lambda x: x if x[0] > 0 else -x, (X,)),
    ],
)
def test_the_second_call_takes_it(function: Any, arguments: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = wg.compile(function)
    compiled(*arguments)
    count = slow(compiled, monkeypatch)
    for _ in range(3):
        assert str(compiled(*arguments)) == str(wg.core.tree.map_tree(_as_array, function(*arguments)))
    assert count == [0]


def _as_array(x: Any) -> Any:
    return wg.asarray(x) if isinstance(x, (np.ndarray, np.generic)) else x


def test_keywords_and_a_few_shapes_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = wg.compile(lambda x, k=1.0: wg.sum(x * k))
    calls = [({"k": 2.0}, X), ({}, X), ({}, X[:2])]
    for kwargs, x in calls:
        compiled(x, **kwargs)
    count = slow(compiled, monkeypatch)
    assert [compiled(x, **kwargs).item() for kwargs, x in calls * 3] == [12, 6, 3] * 3
    assert count == [0]


def test_two_ways_in_turn_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = wg.compile(lambda x: x * 2 if x[0] > 0 else x * 3)
    compiled(X)
    compiled(-X)
    count = slow(compiled, monkeypatch)
    assert [compiled(x)[0].item() for x in (X, -X) * 3] == [2, -3] * 3
    assert count == [0]


def test_arrays_that_are_looked_at_do_not_take_it() -> None:
    compiled = wg.compile(lambda x: x * 2)
    recorded = wg.ones(3, requires_grad=True)
    for _ in range(3):
        assert not compiled(X).requires_grad
        assert compiled(recorded).requires_grad
        np.testing.assert_array_equal(wg.vmap(compiled)(wg.ones((2, 3))).numpy(), 2 * np.ones((2, 3)))


def test_other_values_of_what_is_fixed_do_not_take_it() -> None:
    compiled = wg.compile(lambda x, flag, mode: x if flag else len(mode) * x)
    for _ in range(2):
        for flag, mode, expected in ((True, "a", 1), (False, "ab", 2), (False, "abc", 3)):
            assert compiled(X, flag, mode)[0] == expected

"""Programs have the same identity where they compile to the same code, and only there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.native.identity import identity


def of(function: Callable[..., Any], *args: Any) -> bytes | None:
    return identity(wg.trace(function)(*args))


X = np.arange(3.0)


def test_tracing_again_gives_the_same() -> None:
    def function(x: Any) -> Any:
        return wg.sum(x[::-1] ** 2) + wg.fori_loop(0, 3, lambda i, c: c + wg.sin(x), x)

    assert of(function, X) == of(function, X) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda x: x * 2, lambda x: x * 3),
        (lambda x: x * 2, lambda x: x * 2.0),
        (lambda x: x * 0.0, lambda x: x * -0.0),
        (lambda x: x + x, lambda x: x * x),
        (lambda x: x[1:], lambda x: x[:2]),
        (lambda x: wg.sum(x), lambda x: wg.sum(x, keepdims=True)),
        (lambda x: x * np.array([1.0, 2.0, 3.0]), lambda x: x * np.array([1.0, 2.0, 4.0])),
        (lambda x: (x, x + 1), lambda x: (x + 1, x)),
        (lambda x: wg.fori_loop(0, 3, lambda i, c: c + 1, x), lambda x: wg.fori_loop(0, 3, lambda i, c: c + 2, x)),
    ],
)
def test_whatever_differs_shows(one: Callable[..., Any], other: Callable[..., Any]) -> None:
    assert of(one, X) != of(other, X)


def test_types_are_part_of_it() -> None:
    assert (
        len({of(lambda x: x + x, np.ones(shape, dtype)) for shape in [(), (2,)] for dtype in ["f4", "f8", "i8"]}) == 6
    )


def test_what_has_no_lasting_name_has_no_identity() -> None:
    rng = wg.random.default_rng(0)
    assert of(lambda x: x + rng.random(3), X) is None
    assert of(wg.checkpoint(lambda x: x * x), X) is None

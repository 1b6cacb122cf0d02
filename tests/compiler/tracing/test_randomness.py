"""Numbers drawn by other means than wg.random are told of."""

import random
import warnings
from typing import Any

import numpy as np
import pytest

import wengert as wg

X = wg.array([1.0, 2.0, 3.0])


def drawing() -> dict[str, Any]:
    rng, bits = np.random.default_rng(0), np.random.MT19937(0)
    own, legacy = random.Random(0), np.random.RandomState(0)
    numbers = iter(range(100))
    return {
        "rng": lambda x: x + rng.normal(size=3),
        "bits": lambda x: x + float(bits.random_raw()),
        "np.random": lambda x: x + np.random.normal(size=3),  # noqa: NPY002
        "random": lambda x: x + random.random(),
        "own": lambda x: x + own.random(),
        "legacy": lambda x: x + legacy.normal(size=3),
        "numbers": lambda x: x + next(numbers),
    }


@pytest.mark.parametrize("name", drawing())
def test_a_source_is_named_once(name: str) -> None:
    compiled = wg.compile(drawing()[name])
    with pytest.warns(UserWarning, match=rf"drew from {name}.* use wg\.random") as told:
        compiled(X)
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(X)
        compiled(X[:2]) if name not in ("rng", "np.random", "legacy") else None


def test_sources_that_are_not_used_are_not_told_of() -> None:
    rng = np.random.default_rng(0)

    def f(x: Any) -> Any:
        return x + rng.normal(size=3) + np.random.normal() if len(x) == 7 else x  # noqa: NPY002

    assert wg.compile(f)(X)[0] == 1


def test_what_cannot_be_seen_is_told_of() -> None:
    with pytest.warns(UserWarning, match="evaluates text"):
        wg.compile(lambda x: x * eval("2.0"))(X)

"""What a function draws unseen while it is traced: numbers of random generators that are not wengert's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from .environment import Environment

__all__ = ["Sources"]


class Sources:
    """The sources of numbers that a function captured, as they are before it is traced."""

    def __init__(self, environment: Environment) -> None:
        self._before = [(path, read, read()) for path, source in environment.sources if (read := _reader(source))]
        self._opaque = [path for path, source in environment.sources if _reader(source) is None]

    def used(self) -> list[str]:
        """Where those stand from which something was taken since, or that cannot be asked."""
        return [*self._opaque, *(path for path, read, before in self._before if not _same(read(), before))]


def _reader(source: Any) -> Callable[[], Any] | None:
    """How to read the state of a source."""
    if source is np.random:
        return np.random.get_state
    if source is random:
        return random.getstate
    if isinstance(source, random.Random):
        return source.getstate
    if isinstance(source, np.random.RandomState):
        return source.get_state
    if isinstance(source, np.random.Generator):
        return lambda: source.bit_generator.state
    if isinstance(source, np.random.BitGenerator):
        return lambda: source.state
    return None


def _same(a: Any, b: Any) -> bool:
    return repr(a) == repr(b)

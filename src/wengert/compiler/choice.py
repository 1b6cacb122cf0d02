"""Choosing a path: the ways through a function form a tree, which forks where a guard had different outcomes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

__all__ = ["Choice"]

T = TypeVar("T")


class _Fork(Generic[T]):
    """A guard, and where each of its outcomes led."""

    __slots__ = ("branches",)

    def __init__(self) -> None:
        self.branches: dict[Hashable, _Fork[T] | T] = {}


class Choice(Generic[T]):
    """The ways through a function, by the outcomes of their guards in order.

    Two ways with the same outcomes up to a guard ask the same at that guard. So a run that failed at a guard, where it
    met some outcome, says below which branch the way is that it ought to have taken, if that is known.
    """

    def __init__(self) -> None:
        self._root: _Fork[T] | T | None = None
        self._outcomes: dict[int, tuple[Hashable, ...]] = {}
        self.ways: list[T] = []
        self._last: T | None = None

    def add(self, way: T, outcomes: Sequence[Hashable]) -> None:
        """Enter a way, which is the first to be tried from now on."""
        self._outcomes[id(way)] = tuple(outcomes)
        self.ways.append(way)
        self._last = way
        if not outcomes:
            self._root = way
            return
        if not isinstance(self._root, _Fork):
            self._root = _Fork()
        fork = self._root
        for outcome in outcomes[:-1]:
            below = fork.branches.get(outcome)
            if not isinstance(below, _Fork):
                below = fork.branches[outcome] = _Fork()
            fork = below
        fork.branches[outcomes[-1]] = way

    def first(self) -> T | None:
        """The way that was taken last."""
        return self._last

    def took(self, way: T) -> None:
        """Note which way was taken."""
        self._last = way

    def remove(self, way: T) -> None:
        """Take a way out again."""
        self.ways.remove(way)
        others = [(w, self._outcomes[id(w)]) for w in self.ways]
        last = self._last if self._last is not way else None
        self._root, self._outcomes, self.ways = None, {}, []
        for other, outcomes in others:
            self.add(other, outcomes)
        self._last = last or self._last if others else None

    def after(self, outcomes: Sequence[Hashable]) -> T | None:
        """The way to try after the first guards had these outcomes; None if none is known."""
        found: _Fork[T] | T | None = self._root
        for outcome in outcomes:
            if not isinstance(found, _Fork):
                return None
            found = found.branches.get(outcome)
        return self._longest(found)

    def _longest(self, found: _Fork[T] | T | None) -> T | None:
        """Of the ways below a branch the longest: where it fails, it tells the most."""
        if not isinstance(found, _Fork):
            return found
        best, length = None, -1
        stack: list[tuple[_Fork[T] | T, int]] = [(found, 0)]
        while stack:
            node, depth = stack.pop()
            if isinstance(node, _Fork):
                stack += [(branch, depth + 1) for branch in node.branches.values()]
            elif depth > length:
                best, length = node, depth
        return best

"""Random draws of a program: which generators it draws from, and how to set them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...core.program import Equation, Program

__all__ = ["Rewind", "drawn_by", "generators_of"]


def generators_of(equation: Equation) -> list[Any]:
    """The generators that an equation draws from, itself or in the programs that it runs."""
    params = equation.params
    found = [params["generator"]] if not equation.primitive.pure and "generator" in params else []
    for value in params.values():
        if isinstance(value, Program):
            found += drawn_by(value)
        elif isinstance(value, tuple):
            found += [g for part in value if isinstance(part, Program) for g in drawn_by(part)]
    return found


def drawn_by(program: Program) -> list[Any]:
    """The generators that a program draws from, once each."""
    return list({id(g): g for equation in program.equations for g in generators_of(equation)}.values())


class Rewind:
    """Sets generators back to where they were when they were first remembered."""

    def __init__(self, generators: Iterable[Any] = ()) -> None:
        self._states: dict[int, tuple[Any, Any]] = {}
        self.remember(generators)

    def remember(self, generators: Iterable[Any]) -> None:
        """Note the states of generators, unless they were noted before."""
        for generator in generators:
            if id(generator) not in self._states:
                self._states[id(generator)] = (generator, generator.bit_generator.state)

    def __call__(self) -> None:
        """Set them back."""
        for generator, state in self._states.values():
            generator.bit_generator.state = state

    def __iter__(self) -> Iterator[Any]:
        return (generator for generator, _ in self._states.values())

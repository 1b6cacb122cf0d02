"""Indices of compiled loops: integers, and affine combinations of loop variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

__all__ = ["AnyIndex", "Index", "constant_of", "linear", "row_major"]


class Index:
    """``constant + Σ factor · name`` of 64-bit integers, which the names stand for in the compiled code."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: int, terms: Mapping[str, int]) -> None:
        self.constant = constant
        self.terms = {name: factor for name, factor in terms.items() if factor}

    def __add__(self, other: AnyIndex) -> AnyIndex:
        if isinstance(other, int):
            return _plain(Index(self.constant + other, self.terms))
        terms = dict(self.terms)
        for name, factor in other.terms.items():
            terms[name] = terms.get(name, 0) + factor
        return _plain(Index(self.constant + other.constant, terms))

    __radd__ = __add__

    def __mul__(self, factor: int) -> AnyIndex:
        return _plain(Index(self.constant * factor, {name: f * factor for name, f in self.terms.items()}))

    __rmul__ = __mul__

    def __neg__(self) -> AnyIndex:
        return self * -1

    def __sub__(self, other: AnyIndex) -> AnyIndex:
        return self + (-other)

    def __rsub__(self, other: AnyIndex) -> AnyIndex:
        return (-self) + other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and self.constant == other.constant and self.terms == other.terms

    def __hash__(self) -> int:
        return hash((self.constant, frozenset(self.terms.items())))

    def __repr__(self) -> str:
        return " + ".join([*(f"{f}·{n}" for n, f in self.terms.items()), str(self.constant)])


AnyIndex: TypeAlias = int | Index


def _plain(index: Index) -> AnyIndex:
    return index if index.terms else index.constant


def constant_of(index: Sequence[AnyIndex]) -> tuple[int, ...] | None:
    """The index as integers, or None where it depends on a loop."""
    found = tuple(i for i in index if isinstance(i, int))
    return found if len(found) == len(index) else None


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides, in elements, of an array that is contiguous in C order."""
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= n
    return tuple(strides[::-1])


def linear(index: Sequence[AnyIndex], strides: Sequence[int], offset: int = 0) -> AnyIndex:
    """The element's number in memory."""
    total: AnyIndex = offset
    for i, stride in zip(index, strides, strict=True):
        if stride:
            total = total + i * stride
    return total

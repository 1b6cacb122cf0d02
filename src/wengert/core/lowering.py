"""How a primitive becomes machine code: what stands in its record for the compiler to read.

A lowering says what one element of the output is, in terms of elements of the inputs; loops, fusion and memory are the
compiler's. A primitive without a lowering is called out to its evaluation from the compiled program.

Rules are given ``m``, the machine arithmetic that the compiler emits instructions with; scalars are its scalars, and
an index is one of its indices, which take ``+``, ``-`` and ``*`` with integers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Assembly", "Elementwise", "Lowering", "NotLowered", "Reduction", "Special", "View"]


class NotLowered(Exception):
    """A rule has no machine code for these dtypes or parameters: the compiler calls out to the evaluation."""


@dataclass(frozen=True)
class Elementwise:
    """``rule(m, *scalars, **params) -> scalar``, element by element of the inputs broadcast together.

    With ``cast`` the scalars come in the dtype to which all inputs and the output promote; without, in their own.
    The result is cast to the output's dtype. ``cost`` is that of an element, in additions: what costs no more than one
    is computed again rather than written to memory and read back.
    """

    rule: Callable[..., Any]
    cast: bool = True
    cost: float = 15.0


@dataclass(frozen=True)
class View:
    """``rule(index, shape, **params) -> index``: where the output's element stands in the input of this shape."""

    rule: Callable[..., Any]


@dataclass(frozen=True)
class Assembly:
    """The output is put together from its inputs: some are written at places of it.

    ``parts(*shapes, **params)`` gives for each part the number of the input, the shape of the region that it is
    written to (and broadcast to before), and a rule from an index in the region to one in the output. What no part
    covers is zero, or with ``onto_first`` as in the first input.
    """

    parts: Callable[..., Any]
    onto_first: bool = False


@dataclass(frozen=True)
class Reduction:
    """``combine(m, total, scalar) -> total`` over the elements along ``axes``, from ``start(dtype)``.

    The scalars come in the output's dtype. ``of_nothing`` says whether there is a result where there are no elements.
    """

    combine: Callable[..., Any]
    start: Callable[[Any], Any]
    of_nothing: bool = True


@dataclass(frozen=True)
class Special:
    """What the compiler knows a way of its own for, under this name."""

    name: str


Lowering = Elementwise | View | Assembly | Reduction | Special

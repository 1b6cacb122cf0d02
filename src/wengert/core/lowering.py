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

__all__ = ["Elementwise", "Lowering", "Movement", "Reduction", "Special"]


@dataclass(frozen=True)
class Elementwise:
    """``rule(m, *scalars, **params) -> scalar``, element by element of the inputs broadcast together.

    With ``cast`` the scalars come in the dtype to which all inputs and the output promote; without, in their own.
    The result is cast to the output's dtype.
    """

    rule: Callable[..., Any]
    cast: bool = True


@dataclass(frozen=True)
class Movement:
    """``rule(m, index, *inputs, **params) -> scalar``: the output's element at an index.

    An input is called with an index, and gives its element there; it has a ``shape``.
    """

    rule: Callable[..., Any]


@dataclass(frozen=True)
class Reduction:
    """``combine(m, total, scalar) -> total`` over the elements along ``axes``, from ``start(dtype)``.

    The scalars come in the output's dtype.
    """

    combine: Callable[..., Any]
    start: Callable[[Any], Any]


@dataclass(frozen=True)
class Special:
    """What the compiler knows a way of its own for, under this name."""

    name: str


Lowering = Elementwise | Movement | Reduction | Special

"""The notation of ``einsum``: what users may write, made explicit.

The primitive takes one letter an axis, equal lengths for equal letters, and an explicit result. Ellipses, spaces,
implicit results, axes that broadcast and the form with lists of integers end here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..core.errors import ShapeError
from ..core.types import Shape

__all__ = ["LETTERS", "from_lists", "plan"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Names of axes, in the order in which an implicit result has them."""


def from_lists(arguments: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """``(a, [0, 1], b, [1, 2], [0, 2])`` as the subscripts ``"AB,BC->AC"`` and the operands."""
    result = _from_list(arguments[-1]) if len(arguments) % 2 else None
    pairs = arguments[: len(arguments) // 2 * 2]
    operands, terms = tuple(pairs[::2]), [_from_list(axes) for axes in pairs[1::2]]
    if not operands:
        raise ShapeError("einsum takes subscripts and operands, or operands each followed by the list of its axes")
    return ",".join(terms) + ("" if result is None else f"->{result}"), operands


def _from_list(axes: Any) -> str:
    if not isinstance(axes, (list, tuple)):
        raise ShapeError(
            f"einsum: an operand must be followed by the list of its axes, not by {type(axes).__name__}; "
            "or give the subscripts as a string first"
        )
    try:
        return "".join("..." if axis is Ellipsis else LETTERS[range(len(LETTERS))[axis]] for axis in axes)
    except (IndexError, TypeError):
        raise ShapeError(f"einsum: axes are named by integers from 0 to 51 or Ellipsis, not as in {axes}") from None


@lru_cache(maxsize=1024)
def plan(subscripts: str, shapes: tuple[Shape, ...]) -> tuple[str, tuple[Shape, ...] | None]:
    """Explicit subscripts, and the shapes that the operands need for them (None: those that they have).

    An axis of length 1 whose letter has another length elsewhere broadcasts: it is dropped from its operand.
    """
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ShapeError(f"einsum: {subscripts!r} is for {len(terms)} operand(s), not {len(shapes)}")
    used = {c for c in subscripts if c in LETTERS}
    spare = [c for c in LETTERS if c not in used]
    wide = [_ellipsis_rank(term, shape, subscripts) for term, shape in zip(terms, shapes, strict=True)]
    rank = max(wide)
    if rank > len(spare):
        raise ShapeError(f"einsum: {subscripts!r} needs more than {len(LETTERS)} different axes")
    ellipsis = "".join(spare[:rank])
    terms = [term.replace("...", ellipsis[rank - n :]) for term, n in zip(terms, wide, strict=True)]
    if arrow:
        if "..." not in right and ellipsis:
            raise ShapeError(f"einsum: the result of {subscripts!r} must have the axes '...' of the operands")
        out = right.replace("...", ellipsis, 1)
        _check_letters(out, subscripts)
    else:
        letters = "".join(terms)
        out = ellipsis + "".join(c for c in sorted(used) if letters.count(c) == 1)
    unknown = sorted(set(out) - set("".join(terms)))
    if unknown or len(set(out)) < len(out):
        problem = f"{unknown[0]!r}, which no operand has" if unknown else "the same axis twice"
        raise ShapeError(f"einsum: the result of {subscripts!r} has {problem}")
    lengths = _lengths(terms, shapes, subscripts)
    kept = [
        [i for i, (c, n) in enumerate(zip(term, shape, strict=True)) if n == lengths[c]]
        for term, shape in zip(terms, shapes, strict=True)
    ]
    explicit = ",".join("".join(term[i] for i in keep) for term, keep in zip(terms, kept, strict=True)) + "->" + out
    needed = tuple(tuple(shape[i] for i in keep) for shape, keep in zip(shapes, kept, strict=True))
    return explicit, None if needed == shapes else needed


def _ellipsis_rank(term: str, shape: Shape, subscripts: str) -> int:
    """How many axes '...' stands for."""
    named = _check_letters(term, subscripts)
    if "..." not in term:
        if named != len(shape):
            raise ShapeError(f"einsum: {term!r} in {subscripts!r} names {named} axes of an array of shape {shape}")
        return 0
    if named > len(shape):
        raise ShapeError(f"einsum: {term!r} in {subscripts!r} names {named} axes of an array of shape {shape}")
    return len(shape) - named


def _check_letters(term: str, subscripts: str) -> int:
    """The number of letters; raises unless there is nothing else but one ellipsis."""
    letters = term.replace("...", "", 1)
    for c in letters:
        if c not in LETTERS:
            raise ShapeError(f"einsum: axes are named by letters or '...', not by {c!r} as in {subscripts!r}")
    return len(letters)


def _lengths(terms: Sequence[str], shapes: Sequence[Shape], subscripts: str) -> dict[str, int]:
    """The length of each letter's axes; those of length 1 broadcast."""
    lengths: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        mine: dict[str, int] = {}
        for c, n in zip(term, shape, strict=True):
            found = lengths.setdefault(c, n)
            if found == 1:
                lengths[c] = n
            if (found != n and 1 not in (found, n)) or mine.setdefault(c, n) != n:
                raise ShapeError(
                    f"einsum: axes called {c!r} in {subscripts!r} have the lengths {found} and {n} "
                    f"in arrays of shapes {', '.join(map(str, shapes))}"
                )
    return lengths

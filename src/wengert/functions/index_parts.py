"""An index taken apart: what NumPy's rules make of integers, slices, new axes, and integer and boolean arrays."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index as as_integer
from typing import Any, NamedTuple

from ..backends import backend
from ..core.errors import DTypeError, IndexingError, ShapeError, WengertError
from ..core.interpreter import Box, strip
from ..core.types import Shape, Value, broadcast_shapes
from ..ops.elementwise import astype
from .operands import array_operand, concrete

__all__ = ["Index", "Parts", "basic_index", "check_broadcast", "is_basic", "quick_index", "take_apart"]

Index = tuple[Any, ...]
_ALL = slice(None)
_nonzero = backend.implementation("nonzero")


# ---------------------------------------------------------------------------------------------------------------------
# Basic indices
# ---------------------------------------------------------------------------------------------------------------------


def _is_plain(entry: Any) -> bool:
    """Whether an entry is an integer, a slice of integers, or None: what ``getitem`` takes as it is."""
    kind = type(entry)
    if kind is slice:
        start, stop, step = entry.start, entry.stop, entry.step
        return (
            (start is None or type(start) is int)
            and (stop is None or type(stop) is int)
            and (step is None or type(step) is int)
        )
    return kind is int or entry is None


def is_basic(index: Any) -> bool:
    """Whether an index is made of Python integers, slices of them, None and Ellipsis only."""
    if type(index) is not tuple:
        return index is Ellipsis or _is_plain(index)
    return all(entry is Ellipsis or _is_plain(entry) for entry in index)


def basic_index(index: Index, ndim: int) -> Index:
    """A basic index of an array of ``ndim`` dimensions, with slices in place of its Ellipsis."""
    taken = sum(entry is not None and entry is not Ellipsis for entry in index)
    if taken > ndim:
        raise IndexingError(f"too many indices: the array has {ndim} dimension(s), but {taken} were indexed")
    at = [i for i, entry in enumerate(index) if entry is Ellipsis]
    if not at:
        return index
    if len(at) > 1:
        raise IndexingError("an index can have only one Ellipsis ('...')")
    before, after = index[: at[0]], index[at[0] + 1 :]
    return (*before, *(_ALL,) * (ndim - taken), *after) if after else before


def quick_index(x: Value, index: Any) -> Index | None:
    """The index for ``getitem`` where it is basic; None where it has to be taken apart."""
    kind = type(index)
    if kind is int:
        return (index,)
    if kind is not tuple:
        index = (index,)
    ellipsis = False
    for entry in index:
        if type(entry) is not int and not _is_plain(entry):
            if entry is not Ellipsis:
                return None
            ellipsis = True
    return basic_index(index, len(x.shape)) if ellipsis else index


# ---------------------------------------------------------------------------------------------------------------------
# Taking an index apart
# ---------------------------------------------------------------------------------------------------------------------


class Parts(NamedTuple):
    """What an index comes to."""

    basic: Index | None
    """For ``getitem``; None where there is nothing to do."""
    axes: tuple[int, ...]
    """The axes that the arrays index, counted after the basic part."""
    arrays: tuple[Value, ...]
    broadcast: Shape
    """The shape of the arrays together."""
    position: int
    """The axis of the result at which that shape stands."""
    unique: bool
    """Whether the arrays are known to select no element twice."""


def take_apart(index: Any, shape: Shape) -> Parts:
    """What an index comes to for an array of this shape."""
    given = [_entry(e) for e in (index if isinstance(index, tuple) else (index,))]
    if len(given) <= len(shape) and all(_is_integer_array(e) for e in given):  # the commonest case, made quick
        together = check_broadcast(given)
        return Parts(None, tuple(range(len(given))), tuple(given), together, 0, prod(together) <= 1)
    entries = _expanded(given, len(shape))
    slicing = any(e is None or isinstance(e, bool) or (isinstance(e, slice) and e != _ALL) for e in entries)
    basic: list[Any] = []
    axes: list[int] = []
    arrays: list[Value] = []
    hits: list[int] = []
    source = target = 0  # the axis of the array, and of what the basic part makes of it
    for entry in entries:
        if isinstance(entry, bool):  # a new axis, of which the one element is taken or not
            basic.append(None)
            arrays.append(backend.arange(int(entry)))
            axes.append(target)
            target += 1
        elif entry is None:
            basic.append(None)
            target += 1
        elif isinstance(entry, slice):
            basic.append(entry)
            source, target = source + 1, target + 1
        elif isinstance(entry, int):
            if slicing:
                basic.append(entry)
            else:
                arrays.append(entry)
                axes.append(target)
                target += 1
            source += 1
        elif entry.dtype.kind == "b":
            _check_mask(entry.shape, shape, source)
            found = _nonzero(entry)
            hits.append(len(found[0]))
            arrays += found
            axes += range(target, target + entry.ndim)
            basic += (_ALL,) * entry.ndim
            source, target = source + entry.ndim, target + entry.ndim
        else:
            basic.append(_ALL)
            arrays.append(entry)
            axes.append(target)
            source, target = source + 1, target + 1
    if all(type(a) is int for a in arrays):  # integers alone: no need of the advanced part
        return Parts(tuple(entries), (), (), (), 0, True)
    broadcast = check_broadcast(arrays)
    unique = prod(broadcast) <= 1 or (len(broadcast) == 1 and broadcast[0] in hits)
    position = _position(entries) if _position(given) else 0  # an Ellipsis that stands for no axis separates, too
    return Parts(tuple(basic) if slicing else None, tuple(axes), tuple(arrays), broadcast, position, unique)


def _entry(entry: Any) -> Any:
    """One part of an index: None, Ellipsis, an int, a bool, a slice of ints, an integer array or a boolean array.

    A boolean array is one of the backend; an integer array may belong to any level, since only its shape matters.
    """
    if entry is None or entry is Ellipsis or type(entry) is int:
        return entry
    if isinstance(entry, slice):
        return slice(_bound(entry.start), _bound(entry.stop), _bound(entry.step))
    value = strip(entry)
    if not isinstance(value, Box) and not backend.is_array(value):
        if hasattr(value, "__index__") and not isinstance(value, bool):
            return as_integer(value)
        try:
            value = array_operand(value)
        except DTypeError:
            raise _no_index(entry) from None
        if not isinstance(value, Box) and value.size == 0 and not hasattr(entry, "dtype"):
            value = astype(value, dtype=backend.dtype("intp"))  # an empty list holds no floats either
    kind = value.dtype.kind
    if kind == "b":
        value = concrete(value, "boolean indexing")
        return value if value.ndim else bool(value)
    if kind not in "iu":
        raise _no_index(entry)
    if not isinstance(value, Box) and not value.ndim:
        return int(value)
    return entry if isinstance(entry, Box) else value


def _is_integer_array(entry: Any) -> bool:
    return hasattr(entry, "dtype") and entry.dtype.kind != "b"


def _bound(bound: Any) -> int | None:
    try:
        return None if bound is None else as_integer(bound)
    except WengertError:
        raise
    except TypeError:
        raise DTypeError(f"the bounds of a slice must be integers or None, not {bound!r}") from None


def _no_index(entry: Any) -> IndexingError:
    dtype = getattr(entry, "dtype", None)
    given = repr(entry) if dtype is None else f"an array of {dtype}"
    return IndexingError(
        f"an index must be made of integers, slices, '...', None, and integer or boolean arrays, not {given}"
        + ("; convert it with astype(int)" if dtype is not None else "")
    )


def _expanded(entries: list[Any], ndim: int) -> list[Any]:
    """The entries with slices in place of the Ellipsis."""
    taken = 0
    for e in entries:
        if e is not None and e is not Ellipsis and not isinstance(e, bool):
            taken += e.ndim if hasattr(e, "dtype") and e.dtype.kind == "b" else 1
    if taken > ndim:
        raise IndexingError(f"too many indices: the array has {ndim} dimension(s), but {taken} were indexed")
    at = [i for i, e in enumerate(entries) if e is Ellipsis]
    if len(at) > 1:
        raise IndexingError("an index can have only one Ellipsis ('...')")
    return [*entries[: at[0]], *[_ALL] * (ndim - taken), *entries[at[0] + 1 :]] if at else entries


def _check_mask(mask: Shape, shape: Shape, axis: int) -> None:
    for i, n in enumerate(mask, axis):
        if n not in (0, shape[i]):  # NumPy lets an empty one pass
            raise IndexingError(
                f"a boolean index of shape {mask} does not match the array of shape {shape}: axis {i} has "
                f"{shape[i]} element(s), the index {n}"
            )


def check_broadcast(arrays: Sequence[Value]) -> Shape:
    """The shape to which index arrays broadcast; raises IndexError where they do not."""
    shapes = [getattr(a, "shape", ()) for a in arrays]
    try:
        return broadcast_shapes(*shapes)
    except ShapeError:
        raise IndexingError(f"index arrays of shapes {' and '.join(map(str, shapes))} do not broadcast") from None


def _position(entries: Sequence[Any]) -> int:
    """Where the axes of the index arrays stand: in the place of the arrays if these are adjacent, else in front.

    Integers beside arrays count as arrays.
    """
    basic = [e is None or e is Ellipsis or isinstance(e, slice) for e in entries]
    first = basic.index(False)
    last = len(basic) - 1 - basic[::-1].index(False)
    return 0 if any(basic[first:last]) else first

"""Basic indices as ranges: what each takes of every axis."""

from __future__ import annotations

from typing import Any

from ...core.types import Shape

__all__ = ["disjoint", "index_of", "ranges"]

Index = tuple[Any, ...]


def ranges(index: Index, shape: Shape) -> list[range]:
    """The positions that a basic index takes along each axis."""
    entries = [entry for entry in index if entry is not None]
    found = []
    for axis, size in enumerate(shape):
        entry = entries[axis] if axis < len(entries) else slice(None)
        if isinstance(entry, slice):
            found.append(range(size)[entry])
        else:
            position = entry % size
            found.append(range(position, position + 1))
    return found


def index_of(found: range | int) -> Any:
    """The entry of an index that takes these positions, or this one."""
    if isinstance(found, int):
        return found
    if len(found) == 0:
        return slice(0, 0)
    if found.step > 0:
        return slice(found.start, found[-1] + 1, None if found.step == 1 else found.step)
    return slice(found.start, found[-1] - 1 if found[-1] > 0 else None, found.step)


def disjoint(first: Index, second: Index, shape: Shape) -> bool:
    """Whether two basic indices certainly take no element in common."""
    return any(_apart(a, b) for a, b in zip(ranges(first, shape), ranges(second, shape), strict=True))


def _apart(a: range, b: range) -> bool:
    if not a or not b or max(a) < min(b) or max(b) < min(a):
        return True
    if abs(a.step) == abs(b.step):
        return bool((a.start - b.start) % abs(a.step))
    return False

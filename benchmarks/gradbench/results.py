"""Results of every library as NumPy arrays, and how far they are from what is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
ALLOWED = 1e-9
"""The largest difference, in units of the largest element."""


def arrays(tree: Any) -> Arrays:
    """The arrays of a tree by their places in it, dicts in the order of their keys; a tree that is one is ``result``.

    Whatever is not of double precision (or whole numbers) is an error.
    """
    return {place.removeprefix(".") or "result": array(leaf) for place, leaf in _leaves(tree, "")}


def lists(tree: Any) -> Any:
    """The same tree, of nested lists and numbers."""
    if isinstance(tree, Mapping):
        return {name: lists(tree[name]) for name in tree}
    if isinstance(tree, tuple | list):
        return [lists(branch) for branch in tree]
    return array(tree).tolist()


def array(leaf: Any) -> np.ndarray:
    """An array of any library as one of NumPy's."""
    if hasattr(leaf, "detach"):
        leaf = leaf.detach()
    found = np.asarray(leaf)
    if found.dtype != np.float64 and found.dtype.kind not in "iu":
        raise TypeError(f"a result is {found.dtype}, and not float64")
    return found


def _leaves(tree: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for name in sorted(tree):
            yield from _leaves(tree[name], f"{place}.{name}")
    elif isinstance(tree, tuple | list):
        for i, branch in enumerate(tree):
            yield from _leaves(branch, f"{place}.{i}")
    else:
        yield place, tree


class Wrong(Exception):
    """A result is not what it should be."""


def difference(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> float:
    """The largest difference in units of an array's largest element, or of 1 where the array is all zeros.

    What has another structure or shape, or is not finite, or should be a whole number and is another, is wrong.
    """
    if set(found) != set(expected):
        raise Wrong(f"it has {', '.join(sorted(found))} instead of {', '.join(sorted(expected))}")
    worst = 0.0
    for name, right in expected.items():
        mine = found[name]
        if mine.shape != right.shape:
            raise Wrong(f"{name} has the shape {mine.shape} instead of {right.shape}")
        if not np.all(np.isfinite(mine)):
            raise Wrong(f"{name} is not finite")
        if mine.dtype.kind != "f" or right.dtype.kind != "f":
            if not np.array_equal(mine, right) or mine.dtype.kind == "f":
                raise Wrong(f"{name} has other whole numbers")
            continue
        apart = float(np.max(np.abs(mine - right), initial=0.0))
        worst = max(worst, apart / (float(np.max(np.abs(right), initial=0.0)) or 1.0))
    return worst


def check(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> float:
    """The difference, if it is as small as it has to be."""
    apart = difference(found, expected)
    if not apart <= ALLOWED:
        raise Wrong(f"it is {apart:.1e} off, where {ALLOWED:.0e} is allowed")
    return apart

"""Windows that slide over the last axes of an array."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
Sizes = tuple[int, ...]

PIECE = 1 << 18
"""About so many bytes of an array are worked on at a time."""


def window_positions(sizes: Sizes, window: Sizes, strides: Sizes, dilation: Sizes) -> Sizes:
    """At how many positions windows fit into axes of these sizes."""
    return tuple(
        max(0, (n - (k - 1) * d - 1) // s + 1) for n, k, s, d in zip(sizes, window, strides, dilation, strict=True)
    )


def windows(x: Any, *, window: Sizes, strides: Sizes, dilation: Sizes) -> Array:
    """A read-only view: the windows' elements come before their positions, both after the other axes."""
    lead = x.ndim - len(window)
    positions = window_positions(x.shape[lead:], window, strides, dilation)
    steps = x.strides[lead:]
    taps = (step * d for step, d in zip(steps, dilation, strict=True))
    places = (step * s for step, s in zip(steps, strides, strict=True))
    shape = (*x.shape[:lead], *window, *positions)
    return np.lib.stride_tricks.as_strided(x, shape, (*x.strides[:lead], *taps, *places), writeable=False)


def overlap_add(y: Any, *, sizes: Sizes, strides: Sizes, dilation: Sizes) -> Array:
    """Zeros, to which windows are added where they stand."""
    d = len(sizes)
    lead, window, positions = y.shape[: y.ndim - 2 * d], y.shape[y.ndim - 2 * d : y.ndim - d], y.shape[y.ndim - d :]
    out = np.zeros((*lead, *sizes), y.dtype)
    for tap, place in _taps(window, positions, strides, dilation):
        out[place] += y[(..., *tap, *(slice(None),) * d)]
    return out


def window_max(x: Any, *, window: Sizes, strides: Sizes, dilation: Sizes) -> Array:
    """The largest element of each window: one axis after the other."""
    lead = x.ndim - len(window)
    positions = window_positions(x.shape[lead:], window, strides, dilation)
    result = np.empty((*x.shape[:lead], *positions), x.dtype)
    for largest, piece in _pieces(len(window), result, x):
        for axis, (k, p, s, d) in enumerate(zip(window, positions, strides, dilation, strict=True), 1):
            places = [((slice(None),) * axis + place[1:]) for _, place in _taps((k,), (p,), (s,), (d,))]
            larger = np.maximum(piece[places[0]], piece[places[-1]])
            for place in places[1:-1]:
                np.maximum(larger, piece[place], out=larger)
            piece = larger
        largest[...] = piece
    return result


def window_max_adjoint(ct: Any, x: Any, out: Any, *, window: Sizes, strides: Sizes, dilation: Sizes) -> Array:
    """The cotangent of each window, shared evenly by its largest elements."""
    if ct.dtype.kind not in "fc":
        raise TypeError(f"a cotangent of dtype {ct.dtype}")
    positions = out.shape[out.ndim - len(window) :]
    places = [place for _, place in _taps(window, positions, strides, dilation)]
    result = np.zeros(x.shape, ct.dtype)
    finite = np.isfinite(ct).all()
    for target, piece, largest, share in _pieces(len(window), result, x, out, ct):
        count = np.zeros(largest.shape, np.int32)
        for place in places:
            count += piece[place] == largest
        if count.max(initial=0) > 1:
            share = share / np.maximum(count, 1).astype(share.dtype)
        for place in places:
            attained = piece[place] == largest
            target[place] += share * attained if finite else np.where(attained, share, 0)
    return result


def _pieces(dimensions: int, result: Array, *others: Array) -> Iterator[tuple[Array, ...]]:
    """Some of the leading entries of each array, all of the last axes: what the second-level cache holds."""
    arrays = []
    for array in (result, *others):
        sizes = array.shape[array.ndim - dimensions :]
        arrays.append(array.reshape(prod(array.shape[: array.ndim - dimensions]), *sizes))
    count = len(arrays[0])
    some = max(1, PIECE * count // (1 + max(array.nbytes for array in arrays)))
    for start in range(0, count, some):
        yield tuple(array[start : start + some] for array in arrays)


def _taps(
    window: Sizes, positions: Sizes, strides: Sizes, dilation: Sizes
) -> Iterator[tuple[tuple[int, ...], tuple[Any, ...]]]:
    """Each place in a window, and where the elements at this place of all windows stand."""
    for tap in np.ndindex(*window):
        starts = [k * d for k, d in zip(tap, dilation, strict=True)]
        ends = [start + (p - 1) * s + 1 if p else start for start, p, s in zip(starts, positions, strides, strict=True)]
        yield tap, (..., *map(slice, starts, ends, strides))

"""Windows that slide over an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def windows(x: Any, *, axes: tuple[int, ...], sizes: tuple[int, ...]) -> Array:
    """The windows at all places; a read-only view."""
    return np.lib.stride_tricks.sliding_window_view(x, sizes, axes)


def overlap_add(x: Array, *, axes: tuple[int, ...], sizes: tuple[int, ...]) -> Array:
    """The sum of the windows, each at its place: axis by axis, the fewer of places and offsets one by one."""
    for axis, size in zip(reversed(axes), reversed(sizes), strict=True):
        places = x.shape[axis]
        windowed = np.moveaxis(x, axis, 0)
        total = np.zeros((places + size - 1, *windowed.shape[1:-1]), x.dtype)
        if size < places:
            for offset in range(size):
                total[offset : offset + places] += windowed[..., offset]
        else:
            for place in range(places):
                total[place : place + size] += np.moveaxis(windowed[place], -1, 0)
        x = np.moveaxis(total, 0, axis)
    return x

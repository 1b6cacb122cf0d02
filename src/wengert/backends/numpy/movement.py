"""Shaping, joining and indexing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
Axes = tuple[int, ...]


def reshape(x: Any, *, shape: tuple[int, ...]) -> Array:
    """The elements in C order, in another shape."""
    if isinstance(x, np.ndarray) and _repeats_elements(x, shape):
        x = x[..., 0].repeat(x.shape[-1])  # NumPy's copy would take three times as long: it goes run by run
    return np.reshape(x, shape)


def _repeats_elements(x: Array, shape: tuple[int, ...]) -> bool:
    """Whether the last axis is one that was broadcast, and is to be one with the axis before, which was not."""
    return x.ndim > 1 and x.strides[-1] == 0 != x.strides[-2] and 1 < x.shape[-1] < shape[-1]


def transpose(x: Any, *, axes: Axes) -> Array:
    """Permuted axes; a view."""
    return np.asarray(x).transpose(axes)


def broadcast_to(x: Any, *, shape: tuple[int, ...]) -> Array:
    """Repeated axes; a read-only view."""
    x = np.asarray(x)
    if x.size == 1 and x.ndim <= len(
        shape
    ):  # NumPy's function takes three microseconds, and sums of all elements come back this way
        view = np.ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
        view.flags.writeable = False
        return view
    return np.broadcast_to(x, shape)


def concatenate(*xs: Array, axis: int, sizes: tuple[int, ...]) -> Array:
    """Arrays joined along an axis."""
    return np.concatenate(xs, axis)


def pad(x: Any, *, widths: tuple[tuple[int, int], ...]) -> Array:
    """Zeros around the array."""
    x = np.asarray(x)
    out = np.zeros([low + n + high for n, (low, high) in zip(x.shape, widths, strict=True)], x.dtype)
    out[tuple(slice(low, low + n) for n, (low, _) in zip(x.shape, widths, strict=True))] = x
    return out


def flip(x: Any, *, axes: Axes) -> Array:
    """Reversed axes; a view."""
    return np.flip(x, axes)


def last_diagonal(x: Any) -> Array:
    """The diagonals of a stack of square matrices; a read-only view."""
    return np.diagonal(x, 0, -2, -1)


def getitem(x: Any, *, index: tuple[Any, ...]) -> Any:
    """Basic indexing; a view."""
    return x[index]


def place(x: Any, *, index: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    """Zeros, but ``x`` at the index."""
    out = np.zeros(shape, x.dtype)
    out[index] = x
    return out


def index_set(x: Array, value: Any, *, index: tuple[Any, ...]) -> Array:
    """A copy with the value at the index."""
    out = np.array(x)
    out[index] = value
    return out


def add_at_index(buffer: Array, cotangent: Any, *, index: tuple[Any, ...]) -> None:
    """Add at a basic index, in place."""
    buffer[index] += cotangent


def erase_at_index(buffer: Array, value: Any, *, index: tuple[Any, ...]) -> None:
    """Zero at a basic index, in place."""
    buffer[index] = 0


def add_at_indices(buffer: Array, cotangent: Any, *indices: Any, axes: Axes, unique: bool) -> None:
    """Add at integer indices, in place."""
    if unique:
        _front(buffer, axes)[indices] += cotangent
    else:
        np.add.at(_front(buffer, axes), indices, cotangent)


def erase_at_indices(buffer: Array, value: Any, *indices: Any, axes: Axes, unique: bool) -> None:
    """Zero at integer indices, in place."""
    _front(buffer, axes)[indices] = 0


def _front(x: Array, axes: Axes) -> Array:
    """A view with these axes first, in this order."""
    return x if axes == tuple(range(len(axes))) else np.moveaxis(x, axes, range(len(axes)))


def gather(x: Array, *indices: Any, axes: Axes, unique: bool) -> Any:
    """The elements at integer indices along some axes."""
    if len(indices) == 1 and type(indices[0]) is np.ndarray and indices[0].dtype.kind == "i":
        index, (axis,) = indices[0], axes
        taken = x.take(index, axis)  # quicker than indexing
        return taken if not axis else np.moveaxis(taken, range(axis, axis + index.ndim), range(index.ndim))
    return _front(x, axes)[indices]


def scatter_add(value: Array, *indices: Any, axes: Axes, shape: tuple[int, ...], unique: bool) -> Array:
    """Zeros, to which the values are added at integer indices."""
    out = np.zeros(shape, value.dtype)
    if unique:
        _front(out, axes)[indices] = value
    else:
        np.add.at(_front(out, axes), indices, value)
    return out


def scatter_set(x: Array, value: Any, *indices: Any, axes: Axes, unique: bool) -> Array:
    """A copy with the values at integer indices."""
    out = np.array(x)
    _front(out, axes)[indices if unique else _in_order(indices)] = value
    return out


def _in_order(indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """The indices in a layout that NumPy runs through in order, so that of two at the same place the last one wins."""
    return tuple(np.asarray(i, order="C") for i in np.broadcast_arrays(*indices))


def scatter_winners(*indices: Any, axes: Axes, shape: tuple[int, ...]) -> Any:
    """Which of the values written at these indices stay."""
    target = np.empty([shape[a] for a in axes], np.intp)
    order = np.arange(np.broadcast(*indices).size).reshape(np.broadcast_shapes(*map(np.shape, indices)))
    target[_in_order(indices)] = order
    return target[indices] == order

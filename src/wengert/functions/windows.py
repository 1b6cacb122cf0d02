"""Pooling, and windows that slide over an array."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Shape, Value, is_inexact, normalize_axis
from ..ops import elementwise as el, windows as ops
from ..ops.indexing import getitem
from ..ops.reductions import sum
from ..ops.shaping import move_axis
from .convolution import Pairs, Sizes, per_axis, side_pairs
from .operands import ArrayLike, array_operand, result
from .rearranging import pad

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["avg_pool", "max_pool", "sliding_window_view"]

_FEW = 16
"""Up to so many elements of a window are summed one by one, which compiles to one loop."""


def max_pool(
    x: ArrayLike,
    window: int | Sequence[int],
    *,
    stride: int | Sequence[int] | None = None,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """The largest element of each window; elements that tie share its derivative evenly.

    Parameters
    ----------
    x : array of shape (..., *sizes)
    window : int or sequence of int
        The sizes of a window: a sequence along as many of the last axes, a number along all but the first two.
    stride : int or sequence of int, optional
        How far the windows are apart; by default they lie side by side.
    padding : int or sequence
        How much there is around, which is never the largest: along all axes; along each, on both sides or as a pair
        ``(before, after)``.
    dilation : int or sequence of int
        How far neighbours in a window are apart.

    Returns
    -------
    Array
        Of shape (..., *positions). Where the stride does not divide what is left, the rest has no window.

    Raises
    ------
    ShapeError
        If the array has too few axes, or a window is larger than the padded array.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.max_pool([[[1.0, 4.0, 3.0, 2.0, 7.0]]], 2)
    Array([[[4., 3.]]])
    """
    x = array_operand(x)
    if x.dtype.kind == "c":
        raise DTypeError(f"max_pool orders real numbers, not {x.dtype}; pool wg.abs(x) or wg.real(x)")
    sizes, strides, pairs = _window(x, window, stride, padding, "max_pool")
    dilations = per_axis(dilation, len(sizes), "dilation")
    lowest = -inf if x.dtype.kind == "f" else backend.limits(x.dtype)[0]
    x = _padded(x, pairs, lowest)
    _require_positions(x.shape, sizes, dilations, "max_pool")
    return result(ops.window_max(x, window=sizes, strides=strides, dilation=dilations))


def avg_pool(
    x: ArrayLike,
    window: int | Sequence[int],
    *,
    stride: int | Sequence[int] | None = None,
    padding: Any = 0,
    count_include_pad: bool = True,
) -> Array:
    """The mean of each window.

    Parameters
    ----------
    x : array of shape (..., *sizes)
        Integers are converted to float64.
    window, stride
        As for :func:`max_pool`.
    padding : int or sequence
        How many zeros there are around: along all axes; along each, on both sides or as a pair ``(before, after)``.
    count_include_pad : bool
        Whether these zeros count: if not, a mean is that of the elements of ``x`` in its window.

    Returns
    -------
    Array
        Of shape (..., *positions).

    Raises
    ------
    ShapeError
        As for :func:`max_pool`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.avg_pool([[[1.0, 5.0, 3.0, 3.0]]], 2)
    Array([[[3., 3.]]])
    >>> wg.avg_pool([[[2.0, 4.0]]], 2, padding=1, count_include_pad=False)
    Array([[[2., 4.]]])
    """
    x = array_operand(x)
    if not is_inexact(x.dtype):
        x = el.astype(x, dtype=backend.dtype("float64"))
    sizes, strides, pairs = _window(x, window, stride, padding, "avg_pool")
    lengths, dtype = x.shape[len(x.shape) - len(sizes) :], x.dtype
    x = _padded(x, pairs, 0)
    _require_positions(x.shape, sizes, (1,) * len(sizes), "avg_pool")
    for axis, (k, s) in enumerate(zip(sizes, strides, strict=True), len(x.shape) - len(sizes)):
        x = _window_sums(x, axis, k, s)
    if count_include_pad:
        return result(x / prod(sizes))
    counts = np.ones(())
    for n, k, s, (low, high) in zip(lengths, sizes, strides, pairs, strict=True):
        places = np.pad(np.ones(n), (low, high))
        counts = counts[..., None] * np.lib.stride_tricks.sliding_window_view(places, k)[::s].sum(-1)
    return result(x / counts.astype(dtype))


def _window(
    x: Value, window: int | Sequence[int], stride: int | Sequence[int] | None, padding: Any, name: str
) -> tuple[Sizes, Sizes, Pairs]:
    """The sizes of windows, how far they are apart, and the padding, along the last axes."""
    rank = len(window) if isinstance(window, Sequence) else len(x.shape) - 2
    sizes = per_axis(window, max(rank, 0), f"the window of {name}")
    if not 0 < rank <= len(x.shape):
        raise ShapeError(
            f"{name} with the window {window} takes an array with "
            + (f"at least {rank}" if rank > 0 else "three or more")
            + f" axes, not the shape {x.shape}"
        )
    strides = sizes if stride is None else per_axis(stride, rank, "stride")
    return sizes, strides, side_pairs(padding, rank)


def _padded(x: Value, pairs: Pairs, value: Any) -> Value:
    if not any(low or high for low, high in pairs):
        return x
    return array_operand(pad(x, ((0, 0),) * (len(x.shape) - len(pairs)) + pairs, constant_values=value))


def _require_positions(shape: Shape, window: Sizes, dilation: Sizes, name: str) -> None:
    sizes = shape[len(shape) - len(window) :]
    if any((k - 1) * d >= n for n, k, d in zip(sizes, window, dilation, strict=True)):
        raise ShapeError(f"{name}: a window of shape {window} is larger than the array, of shape {sizes} with padding")


def _window_sums(x: Value, axis: int, k: int, s: int) -> Value:
    """The sums of k elements along an axis, s apart."""
    if k > _FEW:
        found = ops.windows(
            move_axis(x, axis, len(x.shape) - 1), window=(k,), strides=(s,), dilation=(1,)
        )  # (..., k, positions)
        return move_axis(sum(found, axes=(len(x.shape) - 1,), keepdims=False), len(x.shape) - 1, axis)
    last = (x.shape[axis] - k) // s * s + 1
    total = None
    for start in range(k):
        part = getitem(x, index=(*(slice(None),) * axis, slice(start, start + last, s)))
        total = part if total is None else total + part
    return total


def sliding_window_view(
    x: ArrayLike, window_shape: int | Sequence[int], axis: int | Sequence[int] | None = None
) -> Array:
    """All windows of a shape: NumPy's function in ``numpy.lib.stride_tricks``.

    Parameters
    ----------
    x : array
    window_shape : int or sequence of int
    axis : int or sequence of int, optional
        Along which axes the windows slide; by default along all.

    Returns
    -------
    Array
        The axes of the windows come last; an axis of n elements, along which they have k, becomes one of n - k + 1.

    Raises
    ------
    ShapeError
        If there are not as many axes as sizes, or a window is larger than the array.

    Examples
    --------
    >>> import wengert as wg
    >>> windows = wg.sliding_window_view([1.0, 2.0, 4.0, 8.0], 2)
    >>> wg.max(windows, axis=-1)
    Array([2., 4., 8.])
    """
    value = array_operand(x)
    shape = tuple(window_shape) if isinstance(window_shape, Sequence) else (window_shape,)
    sizes = per_axis(shape, len(shape), "window_shape", 0)
    given: Any = range(len(value.shape)) if axis is None else axis if isinstance(axis, Sequence) else (axis,)
    axes = [normalize_axis(a, len(value.shape)) for a in given]
    if len(axes) != len(sizes):
        raise ShapeError(f"window_shape {window_shape} must have a size for each of the axes {tuple(axes)}")
    for a, k in zip(axes, sizes, strict=True):
        if k > value.shape[a]:
            raise ShapeError(f"a window of shape {sizes} along axes {tuple(axes)} is larger than the array {x!r}")
        last = len(value.shape) - 1
        found = ops.windows(move_axis(value, a, last), window=(k,), strides=(1,), dilation=(1,))
        value = move_axis(move_axis(found, last, last + 1), last, a)
    return result(value)

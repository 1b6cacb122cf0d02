"""Convolution: windows of the input are laid out as a matrix, piece by piece, and multiplied with the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]

PIECE = 1 << 19
"""About so many bytes are laid out at a time: half of what a second-level cache holds."""
_PER_PRODUCT, _PER_SUM = 0.025, 4.0
"""What a multiplication in a matrix product takes, and an addition to a window, in copies of an element."""


def dilated_size(size: int, dilation: int) -> int:
    """How long an axis is with gaps between its elements, ``dilation - 1`` each."""
    return (size - 1) * dilation + 1 if size else 0


def convolved_shape(
    x: Sizes, w: Sizes, *, strides: Sizes, padding: Pairs, lhs_dilation: Sizes, rhs_dilation: Sizes, groups: int
) -> Sizes:
    """The shape of a convolution."""
    sizes = [
        max(0, (dilated_size(n, ld) + low + high - dilated_size(k, rd)) // s + 1)
        for n, k, s, (low, high), ld, rd in zip(x[2:], w[2:], strides, padding, lhs_dilation, rhs_dilation, strict=True)
    ]
    return (x[0], w[0], *sizes)


def convolution(
    x: Array, w: Array, *, strides: Sizes, padding: Pairs, lhs_dilation: Sizes, rhs_dilation: Sizes, groups: int
) -> Array:
    """out[n, o, p] = Σ x̃[n, c, p s + k d] w[o, c, k], where x̃ is x with gaps between its elements and zeros around."""
    dtype = np.result_type(x, w)
    shape = convolved_shape(
        x.shape,
        w.shape,
        strides=strides,
        padding=padding,
        lhs_dilation=lhs_dilation,
        rhs_dilation=rhs_dilation,
        groups=groups,
    )
    if 0 in shape or 0 in x.shape or 0 in w.shape:
        return np.zeros(shape, dtype)
    x = x.astype(dtype, copy=False).reshape(x.shape[0], groups, w.shape[1], *x.shape[2:])
    w = w.astype(dtype, copy=False).reshape(groups, w.shape[0] // groups, *w.shape[1:])
    out, kernel = shape[2:], w.shape[3:]
    gathering = x[0].size // prod(x.shape[3:]) * prod(out) * (1 + w.shape[1] * _PER_PRODUCT)
    scattering = shape[1] * prod(x.shape[3:]) * (_PER_SUM + w.shape[2] * _PER_PRODUCT)
    if prod(strides) == 1 and scattering < gathering and not _one_dimensional(x, w, strides, rhs_dilation):
        result = _scattered(x, w, out, _Grid([low for low, _ in padding], lhs_dilation, rhs_dilation))
    else:
        padded = _padded(x, padding, lhs_dilation)
        if _one_dimensional(padded, w, strides, rhs_dilation):
            result = _correlated(padded, w)
        else:
            windows = _windows(padded, kernel, out, strides, rhs_dilation)
            result = (_gathered if prod(kernel) <= prod(out) else _summed)(windows, w, out)
    return result.reshape(shape)


def _padded(x: Array, padding: Pairs, dilation: Sizes) -> Array:
    """``x`` with gaps between its elements and zeros around; cut off where padding is negative."""
    lead, sizes = x.shape[:3], x.shape[3:]
    if max(dilation, default=1) == 1 and all(low <= 0 and high <= 0 for low, high in padding):
        kept: Any = (..., *(slice(-low, n + high) for n, (low, high) in zip(sizes, padding, strict=True)))
        cut: Array = x[kept]
        return cut
    lengths = [dilated_size(n, d) + low + high for n, d, (low, high) in zip(sizes, dilation, padding, strict=True)]
    out = np.zeros((*lead, *lengths), x.dtype)
    source, target = [slice(None)] * 3, [slice(None)] * 3
    for n, length, d, (low, _) in zip(sizes, lengths, dilation, padding, strict=True):
        first, last = _inside(low, d, length, 0, n)
        source.append(slice(first, last))
        target.append(slice(low + first * d, low + last * d, d))
    out[tuple(target)] = x[tuple(source)]
    return out


def _inside(offset: int, step: int, length: int, first: int, last: int) -> tuple[int, int]:
    """For which i of [first, last) there is offset + i step in [0, length)."""
    first = max(first, -(offset // step))
    return first, max(first, min(last, -((offset - length) // step)))


def _windows(x: Array, kernel: Sizes, out: Sizes, strides: Sizes, dilation: Sizes) -> Array:
    """A view: [n, g, c, k, p] is the element that meets the kernel's k for the output's p."""
    x = np.ascontiguousarray(x)  # and so made without as_strided, which takes ten microseconds
    steps = x.strides[3:]
    taps = [step * d for step, d in zip(steps, dilation, strict=True)]
    places = [step * s for step, s in zip(steps, strides, strict=True)]
    return np.ndarray((*x.shape[:3], *kernel, *out), x.dtype, x, 0, (*x.strides[:3], *taps, *places))


def _pieces(outer: int, inner: int, size: int, piece: int) -> Iterator[tuple[slice, slice]]:
    """Slices of two axes, the inner one cut only where one entry of the outer is more than a piece of all."""
    each = max(1, size // outer)
    some, rows = max(1, piece // each), inner if each <= piece else max(1, piece * inner // each)
    for start in range(0, outer, some):
        for row in range(0, inner, rows):
            yield slice(start, min(start + some, outer)), slice(row, min(row + rows, inner))


class _Buffer:
    """Memory for pieces, one after the other."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.memory = np.empty(0, dtype)

    def __call__(self, shape: Sequence[int]) -> Array:
        size = prod(shape)
        if size > self.memory.size:
            self.memory = np.empty(size, self.memory.dtype)
        return self.memory[:size].reshape(shape)

    def copy(self, view: Array) -> Array:
        copied = self(view.shape)
        np.copyto(copied, view)
        return copied


def _gathered(windows: Array, w: Array, out: Sizes) -> Array:
    """A product of matrices for each image, of the kernel with windows as columns."""
    n, g = windows.shape[:2]
    matrices = w.reshape(g, w.shape[1], -1)
    result = np.empty((n, g, w.shape[1], *out), w.dtype)
    first, rest = (out[0], out[1:]) if out else (1, ())
    result = result.reshape(n, g, w.shape[1], first, prod(rest))
    windows = windows.reshape(*windows.shape, 1) if not out else windows
    axis = windows.ndim - 1 - len(rest)
    buffer = _Buffer(w.dtype)
    for images, rows in _pieces(n, first, windows.nbytes, PIECE):
        columns = buffer.copy(windows[(images, *(slice(None),) * (axis - 1), rows)])
        columns = columns.reshape(len(columns), g, matrices.shape[2], -1)
        target = result[images, :, :, rows]
        if rows == slice(0, first):
            np.matmul(matrices, columns, out=target.reshape(*target.shape[:3], -1))
        else:
            target[...] = np.matmul(matrices, columns).reshape(target.shape)
    return result


def _summed(windows: Array, w: Array, out: Sizes) -> Array:
    """One product of matrices, of windows as rows with the kernel, in pieces that are summed: for long kernels."""
    n, g, c, *_ = windows.shape
    d = len(out)
    windows = windows.transpose(1, 0, *range(3 + d, 3 + 2 * d), *range(2, 3 + d))
    total = np.zeros((g, n * prod(out), w.shape[1]), w.dtype)
    buffer = _Buffer(w.dtype)
    for channels, rows in _pieces(c, w.shape[3], windows.nbytes, PIECE):
        part: Any = (..., channels, rows, *(slice(None),) * (d - 1))
        patches = buffer.copy(windows[part])
        matrices = w[:, :, channels, rows].reshape(g, w.shape[1], -1)
        total += np.matmul(patches.reshape(g, total.shape[1], -1), matrices.transpose(0, 2, 1))
    return np.ascontiguousarray(total.reshape(g, n, *out, -1).transpose(1, 0, 2 + d, *range(2, 2 + d)))


class _Grid(NamedTuple):
    """Where elements of the input meet the output: i of it, with k of the kernel, at i d - k e + low."""

    low: Sequence[int]
    input_steps: Sequence[int]
    kernel_steps: Sequence[int]

    def meeting(self, tap: Sequence[int], spans: Sequence[tuple[int, int]], out: Sizes) -> tuple[list[Any], list[Any]]:
        """Slices of these spans of the input, and those of the output that they are added to."""
        source, target = [], []
        for low, d, e, k, (start, stop), length in zip(*self, tap, spans, out, strict=True):
            first, last = _inside(low - k * e, d, length, start, stop)
            source.append(slice(first - start, last - start))
            target.append(slice(low - k * e + first * d, low - k * e + last * d, d))
        return source, target


def _scattered(x: Array, w: Array, out: Sizes, grid: _Grid) -> Array:
    """Each element of the input times the kernel, added to where it goes: for few filters, and inputs with gaps."""
    (n, g, c, *sizes), (_, o, _, *kernel) = x.shape, w.shape
    d = len(out)
    matrices = w.transpose(0, *range(3, 3 + d), 1, 2).reshape(g, prod(kernel) * o, c)
    result = np.zeros((n, g, o, *out), w.dtype)
    buffer = _Buffer(w.dtype)
    for images, rows in _pieces(n, sizes[0], n * prod(sizes) * matrices[:, :, 0].nbytes, 4 * PIECE):
        piece = np.ascontiguousarray(x[images, :, :, rows])
        product = buffer((len(piece), g, matrices.shape[1], prod(piece.shape[3:])))
        np.matmul(matrices, piece.reshape(len(piece), g, c, -1), out=product)
        product = product.reshape(len(piece), g, *kernel, o, *piece.shape[3:])
        spans = [(rows.start, rows.stop), *((0, size) for size in sizes[1:])]
        for tap in np.ndindex(*kernel):
            source, target = grid.meeting(tap, spans, out)
            result[(images, ..., *target)] += product[(slice(None), slice(None), *tap, slice(None), *source)]
    return result


def _one_dimensional(x: Array, w: Array, strides: Sizes, dilation: Sizes) -> bool:
    """Whether it is a long correlation of single channels, which NumPy has a loop for."""
    return (
        strides == dilation == (1,)
        and w.shape[2] == 1
        and w.shape[1] <= 4
        and w.dtype.kind in "fc"
        and w.shape[3] * x.shape[3] >= 1 << 12
    )


def _correlated(x: Array, w: Array) -> Array:
    """NumPy's correlation of each pair."""
    return np.stack(
        [[[np.correlate(a, f.conj()) for f in fs] for a, fs in zip(xs, w[:, :, 0], strict=True)] for xs in x[:, :, 0]]
    )

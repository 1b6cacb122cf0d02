"""Discrete Fourier transforms, as the namespace ``wengert.fft``: NumPy's, and those of the array API standard.

Every transform is linear and its own derivative; gradients are transforms the other way. Single precision stays single.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, normalize_axes, normalize_axis
from ..ops import fft as ops, indexing
from ..ops.families import conjugate
from ..ops.shaping import pad
from .operands import ArrayLike, array_operand, operand, result
from .rearranging import roll
from .shaping import number_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]

Axes = Sequence[int] | None
Norm = str | None


# Parameters -----------------------------------------------------------------------------------------------------------


def _norm(norm: Norm) -> str:
    if norm is None:
        return "backward"
    if norm not in ops.MIRRORED:
        raise ValueError(f"norm must be 'backward', 'ortho' or 'forward', not {norm!r}")
    return norm


def _points(n: Any) -> int:
    """A number of points to transform."""
    count = as_integer(n)
    if count < 1:
        raise ShapeError(f"a Fourier transform needs at least one point along each of its axes, not {count}")
    return count


def _sized(x: Value, sizes: Sequence[int], axes: Sequence[int]) -> Value:
    """``x`` cut off or filled up with zeros at the end, to these sizes along these axes."""
    if all(x.shape[axis] == n for n, axis in zip(sizes, axes, strict=True)):
        return x
    wanted = dict(zip(axes, sizes, strict=True))
    kept = [min(m, wanted.get(axis, m)) for axis, m in enumerate(x.shape)]
    if tuple(kept) != x.shape:
        x = indexing.getitem(x, index=tuple(slice(0, m) for m in kept))
    widths = tuple((0, wanted.get(axis, m) - m) for axis, m in enumerate(kept))
    return pad(x, widths=widths) if any(high for _, high in widths) else x


def _sizes_and_axes(x: Value, s: Sequence[int] | None, axes: Axes) -> tuple[list[int], list[int]]:
    """How many points along which axes; -1 in ``s`` means as many as there are, and so does no ``s``."""
    rank = len(x.shape)
    if axes is None:
        numbers = list(range(rank) if s is None else range(rank - len(s), rank))
        if numbers and numbers[0] < 0:
            raise ShapeError(f"s {tuple(s or ())} has more entries than an array of shape {x.shape} has axes")
    else:
        numbers = [normalize_axis(a, rank, "axes") for a in axes]
    sizes = [x.shape[a] for a in numbers] if s is None else [as_integer(n) for n in s]
    if len(sizes) != len(numbers):
        raise ShapeError(f"s {tuple(sizes)} and axes {tuple(numbers)} must have equal lengths")
    return [
        _points(x.shape[a] if n == -1 and s is not None else n) for n, a in zip(sizes, numbers, strict=True)
    ], numbers


# The four transforms, of values ---------------------------------------------------------------------------------------


def _complex(x: Value, sizes: Sequence[int], axes: Sequence[int], inverse: bool, norm: str) -> Value:
    """Along several axes; one that is named twice is transformed twice, from the last to the first."""
    if not axes:
        return x
    if len(set(axes)) < len(axes):
        x = _complex(x, sizes[1:], axes[1:], inverse, norm)
        sizes, axes = sizes[:1], axes[:1]
    return ops.fft(_sized(x, sizes, axes), axes=tuple(sorted(axes)), inverse=inverse, norm=norm)


def _half(x: Value, n: int, axis: int, norm: str, name: str) -> Value:
    if x.dtype.kind == "c":
        raise DTypeError(f"{name} transforms real numbers, not {x.dtype}; use fft, or wg.real(x) first")
    return ops.rfft(_sized(x, (n,), (axis,)), axis=axis, doubled=False, norm=norm)


def _from_half(x: Value, n: int, axis: int, norm: str) -> Value:
    return ops.irfft(_sized(x, (n // 2 + 1,), (axis,)), axis=axis, size=n, doubled=True, norm=norm)


def _along(x: Value, n: int | None, axis: int) -> tuple[int, int]:
    """How many points along which axis."""
    axis = normalize_axis(axis, len(x.shape))
    return _points(x.shape[axis] if n is None else n), axis


def _from_half_along(x: Value, n: int | None, axis: int) -> tuple[int, int]:
    axis = normalize_axis(axis, len(x.shape))
    return _points(2 * (x.shape[axis] - 1) if n is None else n), axis


# Along one axis -------------------------------------------------------------------------------------------------------


def fft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: Norm = None) -> Array:
    """The discrete Fourier transform along an axis: y[k] = Σ a[j] exp(-2πi jk/n).

    Parameters
    ----------
    a : array
    n : int, optional
        How many points to transform: ``a`` is cut off, or filled up with zeros. By default as many as there are.
    axis : int
    norm : {'backward', 'ortho', 'forward'}, optional
        Where the factor is: 1/n in the inverse transform (the default), 1/√n in both, 1/n in this one.

    Returns
    -------
    Array
        Complex, with n elements along the axis.

    Raises
    ------
    ShapeError
        If there is no such axis, or no point along it.
    ValueError
        For another norm.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.abs(wg.fft.fft([0.0, 0.0, 4.0, 0.0]))
    Array([4., 4., 4., 4.])
    """
    x = array_operand(a)
    n, axis = _along(x, n, axis)
    return result(_complex(x, (n,), (axis,), False, _norm(norm)))


def ifft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: Norm = None) -> Array:
    """The inverse of :func:`fft`, with its parameters: y[j] = 1/n Σ a[k] exp(2πi jk/n).

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([1.0, 2.0, 4.0])
    >>> wg.allclose(wg.fft.ifft(wg.fft.fft(x)), x)
    True
    """
    x = array_operand(a)
    n, axis = _along(x, n, axis)
    return result(_complex(x, (n,), (axis,), True, _norm(norm)))


def rfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: Norm = None) -> Array:
    """The first half, n // 2 + 1 elements, of :func:`fft` of real numbers; the rest are its conjugates mirrored.

    Parameters are those of :func:`fft`; of complex numbers it is a DTypeError.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.rfft([1.0, 0.0, 0.0, 0.0])
    Array([1.+0.j, 1.+0.j, 1.+0.j])
    """
    x = array_operand(a)
    n, axis = _along(x, n, axis)
    return result(_half(x, n, axis, _norm(norm), "rfft"))


def irfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: Norm = None) -> Array:
    """The inverse of :func:`rfft`: n real numbers of the first half of their spectrum.

    Parameters
    ----------
    a : array
        Cut off or filled up to n // 2 + 1 elements along the axis. Imaginary parts that a spectrum of real numbers does
        not have, of the first and for even n of the last element, do not count: their gradient is 0.
    n : int, optional
        By default 2(m - 1), if ``a`` has m elements along the axis: an odd number has to be given.
    axis, norm
        As for :func:`fft`.

    Returns
    -------
    Array
        Real, with n elements along the axis.

    Raises
    ------
    ShapeError, ValueError
        As for :func:`fft`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.irfft(wg.fft.rfft([1.0, 2.0, 3.0]), 3)
    Array([1., 2., 3.])
    """
    x = array_operand(a)
    n, axis = _from_half_along(x, n, axis)
    return result(_from_half(x, n, axis, _norm(norm)))


def hfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: Norm = None) -> Array:
    """The transform, of n real numbers, of the first half of a signal with conjugate symmetry.

    Parameters are those of :func:`irfft`, of which it is the other direction.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.hfft([1.0, 2.0, 1.0])
    Array([ 6.,  0., -2.,  0.])
    """
    x = array_operand(a)
    n, axis = _from_half_along(x, n, axis)
    return result(_from_half(conjugate(x), n, axis, ops.MIRRORED[_norm(norm)]))


def ihfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: Norm = None) -> Array:
    """The inverse of :func:`hfft`: the first half, n // 2 + 1 elements, of :func:`ifft` of real numbers.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.ihfft([4.0, 0.0, 0.0, 0.0])
    Array([1.-0.j, 1.-0.j, 1.-0.j])
    """
    x = array_operand(a)
    n, axis = _along(x, n, axis)
    return result(conjugate(_half(x, n, axis, ops.MIRRORED[_norm(norm)], "ihfft")))


# Along several axes ---------------------------------------------------------------------------------------------------


def fftn(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = None, norm: Norm = None) -> Array:
    """The discrete Fourier transform along several axes: :func:`fft` along each.

    Parameters
    ----------
    a : array
    s : sequence of int, optional
        How many points along each of the axes; -1 for as many as there are, which is the default.
    axes : sequence of int, optional
        By default all, or with ``s`` the last ``len(s)``. An axis named twice is transformed twice.
    norm : {'backward', 'ortho', 'forward'}, optional
        As for :func:`fft`.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If there are no such axes, not as many as entries of ``s``, or no point along one.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.real(wg.fft.fftn([[1.0, 2.0], [4.0, 8.0]]))
    Array([[15., -5.],
           [-9.,  3.]])
    """
    x = array_operand(a)
    return result(_complex(x, *_sizes_and_axes(x, s, axes), False, _norm(norm)))


def ifftn(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = None, norm: Norm = None) -> Array:
    """The inverse of :func:`fftn`, with its parameters.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.real(wg.fft.ifftn([[15.0, -5.0], [-9.0, 3.0]]))
    Array([[1., 2.],
           [4., 8.]])
    """
    x = array_operand(a)
    return result(_complex(x, *_sizes_and_axes(x, s, axes), True, _norm(norm)))


def rfftn(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = None, norm: Norm = None) -> Array:
    """:func:`rfft` along the last of several axes, then :func:`fft` along the others; parameters as for :func:`fftn`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.rfftn(wg.ones((2, 4))).shape
    (2, 3)
    """
    x = array_operand(a)
    sizes, numbers = _sizes_and_axes(x, s, axes)
    _require_axes(numbers, "rfftn")
    norm = _norm(norm)
    x = _half(x, sizes[-1], numbers[-1], norm, "rfftn")
    return result(_complex(x, sizes[:-1], numbers[:-1], False, norm))


def irfftn(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = None, norm: Norm = None) -> Array:
    """The inverse of :func:`rfftn`: :func:`irfft` along the last of several axes, after :func:`ifft` along the others.

    Parameters
    ----------
    a : array
    s : sequence of int, optional
        Of the result. By default, along the last of the axes, 2(m - 1) for m elements: an odd number has to be given.
    axes, norm
        As for :func:`fftn`.

    Returns
    -------
    Array
        Real.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.irfftn(wg.fft.rfftn([[1.0, 2.0, 3.0]]), (1, 3))
    Array([[1., 2., 3.]])
    """
    x = array_operand(a)
    sizes, numbers = _sizes_and_axes(x, s, axes)
    _require_axes(numbers, "irfftn")
    norm = _norm(norm)
    last = _points(2 * (x.shape[numbers[-1]] - 1)) if s is None else sizes[-1]
    x = _complex(x, sizes[-2::-1], numbers[-2::-1], True, norm)  # the one that NumPy does from the first to the last
    return result(_from_half(x, last, numbers[-1], norm))


def _require_axes(axes: Sequence[int], name: str) -> None:
    if not axes:
        raise ShapeError(f"{name} needs at least one axis to transform")


def fft2(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = (-2, -1), norm: Norm = None) -> Array:
    """:func:`fftn` along the last two axes."""
    return fftn(a, s, axes, norm)


def ifft2(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = (-2, -1), norm: Norm = None) -> Array:
    """:func:`ifftn` along the last two axes."""
    return ifftn(a, s, axes, norm)


def rfft2(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = (-2, -1), norm: Norm = None) -> Array:
    """:func:`rfftn` along the last two axes."""
    return rfftn(a, s, axes, norm)


def irfft2(a: ArrayLike, s: Sequence[int] | None = None, axes: Axes = (-2, -1), norm: Norm = None) -> Array:
    """:func:`irfftn` along the last two axes."""
    return irfftn(a, s, axes, norm)


# Frequencies ----------------------------------------------------------------------------------------------------------


def fftfreq(n: int, d: ArrayLike = 1.0, dtype: Any = None, device: Any = None) -> Array:
    """The frequencies of the elements of :func:`fft`, in cycles per unit: 0, 1, ..., -2, -1, over n d.

    Parameters
    ----------
    n : int
        How many points are transformed.
    d : number
        How far they are apart.
    dtype : optional
        By default float64.
    device : optional
        Only ``'cpu'``.

    Returns
    -------
    Array
        Of shape (n,).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.fftfreq(4, 0.5)
    Array([ 0. ,  0.5, -1. , -0.5])
    """
    n = _points(n)
    return _frequencies(n, np.concatenate([np.arange((n + 1) // 2), np.arange(-(n // 2), 0)]), d, dtype, device)


def rfftfreq(n: int, d: ArrayLike = 1.0, dtype: Any = None, device: Any = None) -> Array:
    """The frequencies of the n // 2 + 1 elements of :func:`rfft`, in cycles per unit; parameters as :func:`fftfreq`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.rfftfreq(4, 0.5)
    Array([0. , 0.5, 1. ])
    """
    n = _points(n)
    return _frequencies(n, np.arange(n // 2 + 1), d, dtype, device)


def _frequencies(n: int, cycles: Any, d: ArrayLike, dtype: Any, device: Any) -> Array:
    if device not in (None, "cpu"):
        raise ValueError(f"arrays are on the device 'cpu', not {device!r}")
    spacing = operand(d)
    if getattr(spacing, "shape", ()) != ():
        raise ShapeError(f"the distance d of points must be a number, not an array of shape {spacing.shape}")
    target = number_dtype(float if dtype is None else dtype)
    if target.kind not in "fc":
        raise DTypeError(f"frequencies are floating-point numbers, not {target}")
    return result(cycles.astype(target) * (1.0 / (n * spacing)))


def fftshift(x: ArrayLike, axes: int | Sequence[int] | None = None) -> Array:
    """The elements rolled along some axes, by default all, so that frequency 0 comes to the middle.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.fftshift(wg.fft.fftfreq(4))
    Array([-0.5 , -0.25,  0.  ,  0.25])
    """
    return _shifted(x, axes, lambda n: n // 2)


def ifftshift(x: ArrayLike, axes: int | Sequence[int] | None = None) -> Array:
    """The inverse of :func:`fftshift`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.fft.ifftshift([-0.5, -0.25, 0.0, 0.25])
    Array([ 0.  ,  0.25, -0.5 , -0.25])
    """
    return _shifted(x, axes, lambda n: -(n // 2))


def _shifted(x: ArrayLike, axes: int | Sequence[int] | None, by: Any) -> Array:
    value = array_operand(x)
    numbers = normalize_axes(axes if axes is None or isinstance(axes, int) else tuple(axes), len(value.shape))
    return roll(value, [by(value.shape[a]) for a in numbers], numbers) if numbers else result(value)

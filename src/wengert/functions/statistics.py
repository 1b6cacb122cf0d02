"""Statistics: means, variances and ranges of the elements along some axes."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from ..backends import backend
from ..core.errors import ShapeError
from ..core.types import Value, normalize_axes, normalize_axis
from ..ops import elementwise as el, reductions as red
from ..ops.shaping import broadcast_to, reshape, transpose
from .operands import ArrayLike, array_operand, result
from .reductions import Axes, Axis, as_dtype, elements_along, mask_of, max, min
from .shaping import number_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["mean", "average", "var", "std", "ptp"]


# Moments --------------------------------------------------------------------------------------------------------------


def mean(
    a: ArrayLike, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, where: ArrayLike | None = None
) -> Array:
    """The arithmetic mean; each of n elements has the derivative 1/n.

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to average over; None for all.
    dtype : dtype, optional
        In which to add, and of the result; by default that of ``a``, and float64 for integers.
    keepdims : bool
        Whether the axes stay, with length 1.
    where : array of bool, optional
        Which elements count, broadcast to ``a``; by default all.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes; NaN, with a warning, where there is no element.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.mean([[1.0, 2.0], [3.0, 4.0]], axis=0)
    Array([2., 3.])
    """
    x, given = inexact(a, dtype)
    mask = None if where is None else mask_of(where, x.shape)
    return result(as_dtype(mean_of(x, mask, normalize_axes(axis, len(x.shape)), keepdims), given))


def inexact(a: ArrayLike, dtype: Any) -> tuple[Value, Any]:
    """An array in the dtype in which its mean is computed, and the dtype in which that is given."""
    x = array_operand(a)
    if dtype is not None:
        x = as_dtype(x, number_dtype(dtype))
        return x, x.dtype
    given = x.dtype
    if given.kind in "biu":
        x = el.astype(x, dtype=backend.dtype("float64"))
        return x, x.dtype
    if given.itemsize == 2:  # half precision would overflow
        x = el.astype(x, dtype=backend.dtype("float32"))
    return x, given


def mean_of(x: Value, mask: Value | None, axes: Axes, keepdims: bool) -> Value:
    """The mean of the elements in the mask."""
    return _mean(x, mask, _count(x, mask, axes, keepdims), axes, keepdims)


def _mean(x: Value, mask: Value | None, count: Value, axes: Axes, keepdims: bool) -> Value:
    return divided(red.sum(x if mask is None else el.where(mask, x, 0), axes=axes, keepdims=keepdims), count)


def _count(x: Value, mask: Value | None, axes: Axes, keepdims: bool) -> Value:
    """How many elements there are along some axes; of those in the mask, in the dtype of the real elements."""
    if mask is None:
        return elements_along(x, axes)
    if mask.shape != x.shape:
        mask = broadcast_to(mask, shape=x.shape)
    return as_dtype(red.sum(mask, axes=axes, keepdims=keepdims), _real_dtype(x.dtype))


def _real_dtype(dtype: Any) -> Any:
    return dtype if dtype.kind != "c" else backend.dtype(f"f{dtype.itemsize // 2}")


def divided(total: Value, count: Value) -> Value:
    """``total / count``; by an array where that is zero, so that it is infinite or NaN, and its derivative too."""
    if hasattr(count, "dtype"):
        return el.divide(total, count)
    return el.divide(total, count if count > 0 else backend.zeros((), total.dtype))


def average(
    a: ArrayLike,
    axis: Axis = None,
    weights: ArrayLike | None = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """The weighted mean Σ w a / Σ w.

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to average over; None for all.
    weights : array, optional
        Of the shape of ``a``, or of the lengths of the axes in their order; by default all are 1.
    returned : bool
        Whether to return the sums of the weights, too.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Array, or a pair of Arrays with ``returned=True``
        Of the shape of ``a`` without the axes.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, or the weights have another shape.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.average([1.0, 2.0, 4.0], weights=[2, 1, 1])
    Array(2.)
    """
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    if weights is None:
        average = mean(x, axis, keepdims=keepdims)
        count = backend.asarray(elements_along(x, axes), average.dtype)
        return (average, result(broadcast_to(count, shape=average.shape))) if returned else average
    w = array_operand(weights)
    if w.shape != x.shape:
        w = _aligned_weights(w, x.shape, axis)
    if x.dtype.kind in "biu":
        x = el.astype(x, dtype=backend.dtype("float64"))
    product = el.multiply(x, w)
    weight = red.sum(as_dtype(w, product.dtype), axes=axes, keepdims=True)
    out = el.divide(red.sum(product, axes=axes, keepdims=True), weight)
    shape = out.shape if keepdims else tuple(n for i, n in enumerate(x.shape) if i not in axes)
    average = result(out if keepdims else reshape(out, shape=shape))
    if not returned:
        return average
    return average, result(reshape(broadcast_to(weight, shape=out.shape), shape=shape))


def _aligned_weights(w: Value, shape: tuple[int, ...], axis: Axis) -> Value:
    """Weights along some axes, in a shape that broadcasts against ``shape``."""
    if axis is None:
        raise ShapeError(f"weights of shape {w.shape} for an array of shape {shape} need an axis along which they lie")
    axes = [normalize_axis(a, len(shape)) for a in (axis if isinstance(axis, tuple) else (axis,))]
    if w.shape != tuple(shape[a] for a in axes):
        raise ShapeError(
            f"weights of shape {w.shape} fit neither the shape {shape} of the array nor its axes {tuple(axes)}"
        )
    ordered = transpose(w, axes=tuple(sorted(range(len(axes)), key=axes.__getitem__)))
    return reshape(ordered, shape=tuple(n if a in axes else 1 for a, n in enumerate(shape)))


def var(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    *,
    ddof: float = 0,
    keepdims: bool = False,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: float | None = None,
) -> Array:
    """The variance: the mean of abs(a - mean(a))².

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    dtype : dtype, optional
        In which to compute; by default that of ``a``, and float64 for integers.
    ddof : float
        Delta degrees of freedom: the sum of the n squares is divided by n - ddof.
    keepdims : bool
        Whether the axes stay, with length 1.
    where : array of bool, optional
        Which elements count, broadcast to ``a``; by default all.
    mean : array, optional
        The mean, if it is known, with the axes that are reduced kept (``keepdims=True``); derivatives follow it.
    correction : float, optional
        The array API's name for ``ddof``.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes, real; NaN, with a warning, where n - ddof is not positive.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis.
    TypeError
        If both ``ddof`` and ``correction`` are given.

    Notes
    -----
    The derivative is 2 (a - mean(a)) / (n - ddof).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.var([1.0, 2.0, 3.0, 4.0])
    Array(1.25)
    """
    x, given = inexact(a, dtype)
    mask = None if where is None else mask_of(where, x.shape)
    axes = normalize_axes(axis, len(x.shape))
    out = variance_of(x, mask, axes, keepdims, delta(ddof, correction), mean=mean)
    return result(out if given.kind == "c" else as_dtype(out, given))


def variance_of(
    x: Value,
    mask: Value | None,
    axes: Axes,
    keepdims: bool,
    ddof: float,
    of_nothing: float = 0.0,
    mean: ArrayLike | None = None,
) -> Value:
    """The variance of the elements in the mask."""
    deviation, freedom = _deviations(x, mask, axes, keepdims, ddof, of_nothing, mean)
    if deviation.dtype.kind == "c":
        squares = el.add(el.square(el.real(deviation)), el.square(el.imag(deviation)))
    else:
        squares = el.square(deviation)
    return divided(red.sum(squares, axes=axes, keepdims=keepdims), freedom)


def _deviations(
    x: Value,
    mask: Value | None,
    axes: Axes,
    keepdims: bool,
    ddof: float,
    of_nothing: float,
    mean: ArrayLike | None,
) -> tuple[Value, Value]:
    """The elements less their mean, or the one given, 0 outside of the mask; and the degrees of freedom.

    Where there are none, these are ``of_nothing``.
    """
    count = _count(x, mask, axes, True)
    deviation = el.subtract(x, _mean(x, mask, count, axes, True) if mean is None else array_operand(mean))
    if deviation.shape != x.shape:
        raise ShapeError(f"the mean of an array of shape {x.shape} must broadcast to it: keep its axes (keepdims=True)")
    if mask is None:
        return deviation, count - ddof if count > ddof else of_nothing
    freedom = el.where(el.greater(count, ddof), el.subtract(count, ddof), of_nothing)
    if not keepdims:
        freedom = reshape(freedom, shape=tuple(n for i, n in enumerate(x.shape) if i not in axes))
    return el.where(mask, deviation, 0), freedom


def std(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    *,
    ddof: float = 0,
    keepdims: bool = False,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: float | None = None,
) -> Array:
    """The standard deviation, the square root of the variance.

    Parameters
    ----------
    a, axis, dtype, ddof, keepdims, where, mean, correction
        As for :func:`var`.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes, real.

    Notes
    -----
    The derivative is (a - mean(a)) / ((n - ddof) std(a)), and 0 where all elements are equal.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.std([1.0, 3.0])
    Array(1.)
    >>> wg.grad(wg.std)(wg.array([2.0, 2.0]))
    Array([0., 0.])
    """
    x, given = inexact(a, dtype)
    mask = None if where is None else mask_of(where, x.shape)
    axes = normalize_axes(axis, len(x.shape))
    out = deviation_of(x, mask, axes, keepdims, delta(ddof, correction), mean=mean)
    return result(out if given.kind == "c" else as_dtype(out, given))


def deviation_of(
    x: Value,
    mask: Value | None,
    axes: Axes,
    keepdims: bool,
    ddof: float,
    of_nothing: float = 0.0,
    mean: ArrayLike | None = None,
) -> Value:
    """The standard deviation of the elements in the mask."""
    deviation, freedom = _deviations(x, mask, axes, keepdims, ddof, of_nothing, mean)
    root = el.sqrt(freedom) if hasattr(freedom, "dtype") else sqrt(freedom)
    return divided(red.norm(deviation, axes=axes, keepdims=keepdims), root)


def delta(ddof: float, correction: float | None) -> float:
    """What is taken from the number of elements, by either of its names."""
    if correction is not None and ddof != 0:
        raise TypeError(f"ddof={ddof} and correction={correction} mean the same: give only one of them")
    return ddof if correction is None else correction


# Ranges ---------------------------------------------------------------------------------------------------------------


def ptp(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """The range of the elements, from peak to peak: the largest less the smallest; see :func:`max`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ptp([1.0, 4.0, 3.0])
    Array(3.)
    """
    x = array_operand(a)
    return result(el.subtract(max(x, axis, keepdims=keepdims), min(x, axis, keepdims=keepdims)))

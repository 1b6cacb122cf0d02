"""Medians and quantiles, with NaN among the elements or without them.

A quantile lies at a real position among the sorted elements, and is interpolated between its neighbours. Which elements
these are is constant almost everywhere; the derivatives of the quantile are theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import Box
from ..core.types import Shape, Value, normalize_axes
from ..ops import elementwise as el, reductions as red
from ..ops.indexing import gather, getitem
from ..ops.order_statistics import along_last, order_statistics
from ..ops.ordering import argsort
from ..ops.shaping import reshape, transpose
from .operands import ArrayLike, array_operand, concrete, result
from .reductions import Axes, Axis, as_dtype, elements_along, require_elements

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["median", "quantile", "percentile", "nanmedian", "nanquantile", "nanpercentile"]


# Medians --------------------------------------------------------------------------------------------------------------


def median(a: ArrayLike, axis: Axis = None, *, overwrite_input: bool = False, keepdims: bool = False) -> Array:
    """The middle one of the sorted elements, or the mean of the middle two; its derivative is theirs.

    Parameters
    ----------
    a : array
        The elements.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    overwrite_input : bool
        As in NumPy, and without effect: the input is left as it is.
    keepdims : bool
        Whether the axes stay, with length 1.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes; of float64 for integers. NaN where an element is NaN.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, or there is no element along the axes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.median([3.0, 1.0, 10.0]), wg.median([3, 1, 10, 2])
    (Array(3.), Array(2.5))
    """
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    require_elements(x, axes, "median")
    rows = _rows(x, axes)
    n = rows.shape[-1]
    ordered = order_statistics(rows, ranks=(n // 2,) if n % 2 else (n // 2 - 1, n // 2))
    out = el.divide(_nth(ordered, 0), 1) if n % 2 else el.divide(el.add(_nth(ordered, 0), _nth(ordered, 1)), 2)
    if x.dtype.kind in "fc":
        out = _unless_nan(rows, out)
    return result(_kept(out, x.shape, axes) if keepdims else out)


def nanmedian(a: ArrayLike, axis: Axis = None, *, overwrite_input: bool = False, keepdims: bool = False) -> Array:
    """The :func:`median` of the elements that are not NaN; NaN where there is none.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanmedian([3.0, wg.nan, 1.0])
    Array(2.)
    """
    x = array_operand(a)
    if x.dtype.kind not in "fc":
        return median(x, axis, keepdims=keepdims)
    axes = normalize_axes(axis, len(x.shape))
    require_elements(x, axes, "median")
    rows = _rows(x, axes)
    ordered, counts = order_statistics(rows, ranks=None), _counts(rows)
    low, high = (_at(ordered, el.floor_divide(m, 2)) for m in (el.subtract(counts, 1), counts))
    odd = el.equal(el.remainder(counts, 2), 1)
    out = el.where(odd, high, el.divide(el.add(low, high), 2))
    return result(_kept(out, x.shape, axes) if keepdims else out)


def _rows(x: Value, axes: Axes) -> Value:
    """The elements along the axes in rows, along the last axis."""
    outer = tuple(i for i in range(len(x.shape)) if i not in axes)
    if outer + axes != tuple(range(len(x.shape))):
        x = transpose(x, axes=outer + axes)
    shape = (*x.shape[: len(outer)], elements_along(x, tuple(range(len(outer), len(x.shape)))))
    return x if x.shape == shape else reshape(x, shape=shape)


def _nth(ordered: Value, i: int) -> Value:
    return getitem(ordered, index=(*(slice(None),) * (len(ordered.shape) - 1), i))


def _at(ordered: Value, indices: Value) -> Value:
    """In each row the element at its own index."""
    row = reshape(indices, shape=(*indices.shape, 1))
    arrays, axes = along_last(ordered.shape, row)
    return reshape(gather(ordered, *arrays, axes=axes, unique=True), shape=indices.shape)


def _counts(rows: Value) -> Value:
    """How many elements of each row are not NaN."""
    return red.sum(el.logical_not(el.isnan(rows)), axes=(len(rows.shape) - 1,), keepdims=False)


def _unless_nan(rows: Value, out: Value) -> Value:
    """NaN for the rows in which there is one."""
    largest = red.max(el.stop_gradient(rows), axes=(len(rows.shape) - 1,), keepdims=False)
    return el.where(el.isnan(largest), largest, out)


def _kept(out: Value, shape: Shape, axes: Axes) -> Value:
    """With the reduced axes put back, behind those in front of the result."""
    lead = len(out.shape) - (len(shape) - len(axes))
    return reshape(out, shape=(*out.shape[:lead], *(1 if i in axes else n for i, n in enumerate(shape))))


# Quantiles ------------------------------------------------------------------------------------------------------------


def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    *,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    weights: ArrayLike | None = None,
) -> Array:
    """The number below which a share of the elements lies.

    Parameters
    ----------
    a : array
        The elements, real.
    q : array
        The shares, in [0, 1]; of at most two dimensions. Its values must be known: it may not be an array of
        :func:`vmap`.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    overwrite_input : bool
        As in NumPy, and without effect: the input is left as it is.
    method : str
        How to interpolate between two elements: 'linear', 'hazen', 'weibull', 'median_unbiased', 'normal_unbiased' or
        'interpolated_inverted_cdf'; or how to choose: 'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation',
        'lower', 'higher', 'midpoint', 'nearest'. They are those of NumPy.
    keepdims : bool
        Whether the axes stay, with length 1.
    weights : array, optional
        Non-negative, of the shape of ``a`` or of the lengths of the axes; with ``method='inverted_cdf'`` only.

    Returns
    -------
    Array
        Of the shape of ``q``, followed by that of ``a`` without the axes. NaN where an element is NaN.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, there is no element along the axes, or weights have another shape.
    DTypeError
        If ``a`` is complex.
    ValueError
        If ``q`` is not within [0, 1], there is no such method, or weights are negative, all zero or not finite.

    Notes
    -----
    The derivative belongs to the one or two elements of which the quantile is made, of equal ones to those that a
    stable sort would put there. The derivative with respect to ``q`` is the slope of the interpolation, and 0 where an
    element is chosen; weights choose, and have the derivative 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.quantile([3.0, 1.0, 2.0, 4.0], [0.0, 0.25])
    Array([1.  , 1.75])
    >>> wg.grad(wg.quantile)(wg.array([3.0, 1.0, 2.0, 4.0]), 0.25)
    Array([0.  , 0.25, 0.75, 0.  ])
    """
    x = _real(a, "quantile")
    return result(_quantiles(x, array_operand(q), _is_weak(q), axis, method, keepdims, weights, skip_nan=False))


def percentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    *,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    weights: ArrayLike | None = None,
) -> Array:
    """The :func:`quantile` for a share in percent.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.percentile([3.0, 1.0, 2.0, 4.0], 50)
    Array(2.5)
    """
    x = _real(a, "percentile")
    return result(
        _quantiles(x, el.divide(array_operand(q), 100), _is_weak(q), axis, method, keepdims, weights, skip_nan=False)
    )


def nanquantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    *,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    weights: ArrayLike | None = None,
) -> Array:
    """The :func:`quantile` of the elements that are not NaN; NaN where there is none.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanquantile([3.0, wg.nan, 2.0, 4.0], 0.5)
    Array(3.)
    """
    x = _real(a, "nanquantile")
    return result(_quantiles(x, array_operand(q), _is_weak(q), axis, method, keepdims, weights, skip_nan=True))


def nanpercentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    *,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    weights: ArrayLike | None = None,
) -> Array:
    """The :func:`nanquantile` for a share in percent.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanpercentile([3.0, wg.nan, 2.0, 4.0], 50)
    Array(3.)
    """
    x = _real(a, "nanpercentile")
    return result(
        _quantiles(x, el.divide(array_operand(q), 100), _is_weak(q), axis, method, keepdims, weights, skip_nan=True)
    )


def _real(a: ArrayLike, name: str) -> Value:
    x = array_operand(a)
    if x.dtype.kind == "c":
        raise DTypeError(f"{name} takes real numbers, which have an order, not {x.dtype}")
    return x


def _is_weak(q: ArrayLike) -> bool:
    """Whether it is a Python number, so that the result has the dtype of the elements."""
    return q._level.is_number(q) if isinstance(q, Box) else type(q) in (int, float)


def _quantiles(
    x: Value,
    q: Value,
    weak: bool,
    axis: Axis,
    method: str,
    keepdims: bool,
    weights: ArrayLike | None,
    skip_nan: bool,
) -> Value:
    axes = normalize_axes(axis, len(x.shape))
    require_elements(x, axes, "quantile")
    _check_shares(q)
    if method not in _CHOICES and method not in _POSITIONS:
        raise ValueError(f"method must be one of {', '.join((*_POSITIONS, *_CHOICES))}, not {method!r}")
    rows = _rows(x, axes)
    flat = reshape(q, shape=(elements_along(q, tuple(range(len(q.shape)))),))
    if weights is not None:
        if method != "inverted_cdf":
            raise ValueError(f"weights are for method='inverted_cdf', not {method!r}")
        out = _weighted(rows, flat, _rows(_aligned_weights(weights, x.shape, axis, axes), axes), skip_nan)
    else:
        out = _unweighted(rows, flat, weak, method, skip_nan and x.dtype.kind == "f")
    if x.dtype.kind == "f" and not skip_nan:
        out = _unless_nan(rows, out)
    out = reshape(out, shape=(*q.shape, *out.shape[1:]))
    return _kept(out, x.shape, axes) if keepdims else out


def _check_shares(q: Value) -> None:
    shares = concrete(q, "the q of a quantile")
    if shares.ndim > 2:
        raise ShapeError(f"q must have at most 2 dimensions, not the shape {shares.shape}")
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"quantiles are for shares in [0, 1], percentiles for those in [0, 100]: not {shares}")


def _unweighted(rows: Value, q: Value, weak: bool, method: str, skip_nan: bool) -> Value:
    """The quantiles of each row, one for each share in front."""
    n: Any = rows.shape[-1]
    if skip_nan:
        counts = _counts(rows)
        n = as_dtype(
            reshape(counts, shape=(1, *counts.shape)), q.dtype if q.dtype.kind == "f" else backend.dtype(float)
        )
        q = reshape(q, shape=(*q.shape, *(1,) * len(counts.shape)))
    if method == "linear" and q.dtype.kind in "biu":
        method = "lower"  # of the first and the last element nothing is interpolated
    if method in _CHOICES:
        (out,) = _chosen(rows, n, _CHOICES[method](n, q))
        return out
    position, weight = _POSITIONS[method](n, q)
    below = el.floor(el.stop_gradient(position))
    gamma = el.subtract(position, below) if weight is None else weight(el.subtract(position, below))
    if weak and rows.dtype.kind == "f" and gamma.dtype != rows.dtype:
        gamma = el.astype(gamma, dtype=rows.dtype)
    low, high = _chosen(rows, n, below, el.add(below, 1))
    return _interpolated(low, high, reshape(gamma, shape=(*gamma.shape, *(1,) * (len(low.shape) - len(gamma.shape)))))


def _interpolated(low: Value, high: Value, gamma: Value) -> Value:
    """From the nearer one, so that the result is exact at both."""
    difference = el.subtract(high, low)
    return el.where(
        el.greater_equal(gamma, 0.5),
        el.subtract(high, el.multiply(difference, el.subtract(1, gamma))),
        el.add(low, el.multiply(difference, gamma)),
    )


_MANY = 64
"""More ranks than these are found by sorting."""


def _chosen(rows: Value, n: Any, *ranks: Value) -> list[Value]:
    """The elements of some ranks in each row: of the same in all, or of its own where n is an array of counts."""
    ranks = tuple(as_dtype(el.clip(r, 0, el.subtract(n, 1)), backend.dtype("intp")) for r in ranks)
    if isinstance(n, int):
        wanted = [concrete(r, "the q of a quantile") for r in ranks]
        distinct = np.unique(np.concatenate(wanted))
        if len(distinct) > _MANY:
            ordered = order_statistics(rows, ranks=None)
        else:
            ordered = order_statistics(rows, ranks=tuple(distinct.tolist()))
            wanted = [np.searchsorted(distinct, r) for r in wanted]
        return [gather(ordered, r, axes=(len(rows.shape) - 1,), unique=False) for r in wanted]
    ordered = order_statistics(rows, ranks=None)
    last = len(rows.shape) - 1
    places = [reshape(backend.arange(m), shape=(m, *(1,) * (last - 1 - a))) for a, m in enumerate(rows.shape[:-1])]
    return [gather(ordered, *places, r, axes=tuple(range(last + 1)), unique=False) for r in ranks]


# The definitions of Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996)
# 361-365: positions count from 0, real ones for what is interpolated, and ranks for what is chosen.

Position = tuple[Value, Callable[[Value], Value] | None]


def _continuous(alpha: float, beta: float) -> Callable[[Any, Value], Position]:
    return lambda n, q: (n * q + (alpha + q * (1 - alpha - beta)) - 1, None)


def _midway(n: Any, q: Value) -> Position:
    position = (n - 1) * q
    return 0.5 * (el.floor(position) + el.ceil(position)), None


def _averaged(n: Any, q: Value) -> Position:
    """Half way to the next one at a jump of the distribution, else all the way."""
    return n * q - 1, lambda gamma: el.where(el.equal(gamma, 0), 0.5, 1.0)


def _closest(n: Any, q: Value) -> Value:
    """The nearest one; of two that are equally near that of even rank, counted from 1."""
    position = n * q - 1.5
    below = el.floor(position)
    tied = el.logical_and(el.equal(position, below), el.equal(el.remainder(below, 2), 1))
    return el.where(tied, below, below + 1)


_POSITIONS: dict[str, Callable[[Any, Value], Position]] = {
    "linear": lambda n, q: ((n - 1) * q, None),
    "hazen": _continuous(0.5, 0.5),
    "weibull": _continuous(0.0, 0.0),
    "median_unbiased": _continuous(1 / 3, 1 / 3),
    "normal_unbiased": _continuous(3 / 8, 3 / 8),
    "interpolated_inverted_cdf": _continuous(0.0, 1.0),
    "averaged_inverted_cdf": _averaged,
    "midpoint": _midway,
}
_CHOICES: dict[str, Callable[[Any, Value], Value]] = {
    "inverted_cdf": lambda n, q: el.ceil(n * q - 1),
    "closest_observation": _closest,
    "lower": lambda n, q: el.floor((n - 1) * q),
    "higher": lambda n, q: el.ceil((n - 1) * q),
    "nearest": lambda n, q: el.rint((n - 1) * q),
}


# With weights ---------------------------------------------------------------------------------------------------------


def _aligned_weights(weights: ArrayLike, shape: Shape, axis: Axis, axes: Axes) -> Value:
    """Weights of the shape of the elements."""
    w = concrete(array_operand(weights), "the weights of a quantile")
    if w.shape != shape:
        order = axes if axis is None else tuple(a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,)))
        if axis is None or w.shape != tuple(shape[a] for a in order):
            raise ShapeError(
                f"weights of shape {w.shape} fit neither the shape {shape} of the array nor its axes {axis}"
            )
        w = w.transpose(sorted(range(len(order)), key=order.__getitem__))
        w = np.broadcast_to(w.reshape([n if a in axes else 1 for a, n in enumerate(shape)]), shape)
    if (w < 0).any():
        raise ValueError("weights of a quantile must not be negative")
    total = w.sum(axes)
    if not (np.isfinite(total) & (total > 0)).all():
        raise ValueError("weights of a quantile must be finite, and not all be 0")
    return w


def _weighted(rows: Value, q: Value, weights: Value, skip_nan: bool) -> Value:
    """The first element, in order, at which the weights so far are the share of all."""
    last = len(rows.shape) - 1
    if skip_nan and rows.dtype.kind == "f":
        weights = el.where(el.isnan(rows), 0, weights)
    order = argsort(rows, axis=last)
    arrays, axes = along_last(rows.shape, order)
    ordered = gather(rows, *arrays, axes=axes, unique=True)
    sums = red.cumsum(as_dtype(gather(weights, *arrays, axes=axes, unique=True), backend.dtype(float)), axis=last)
    shares = el.divide(sums, getitem(sums, index=(*(slice(None),) * last, slice(-1, None))))
    if q.dtype.kind == "f":
        shares = as_dtype(shares, q.dtype)
    shares = el.where(el.equal(shares, 0), -1, shares)  # no element without weight is chosen
    q = reshape(q, shape=(q.shape[0], *(1,) * (last + 1)))
    before = red.sum(el.less(shares, q), axes=(last + 1,), keepdims=False)
    index = el.clip(before, 0, rows.shape[-1] - 1)
    places = [reshape(backend.arange(m), shape=(m, *(1,) * (last - 1 - a))) for a, m in enumerate(rows.shape[:-1])]
    return gather(ordered, *places, index, axes=tuple(range(last + 1)), unique=False)

"""Histograms: how many samples, or which sum of weights, falls into each bin.

Counts are constant almost everywhere. Sums of weights are linear in the weights, and bin edges that follow from the
samples have the derivatives of their extremes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ShapeError
from ..core.interpreter import Box
from ..core.types import Value
from ..ops import elementwise as el, reductions as red
from ..ops.indexing import gather, getitem, scatter_add
from ..ops.shaping import reshape
from .operands import ArrayLike, array_operand, concrete, operand, result
from .reductions import flattened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..eager.array import Array

    Edges = NDArray[Any]

__all__ = ["histogram", "histogram2d", "histogramdd", "histogram_bin_edges"]

Range = tuple[ArrayLike, ArrayLike]


# Of one variable ------------------------------------------------------------------------------------------------------


def histogram_bin_edges(
    a: ArrayLike, bins: Any = 10, range: Range | None = None, weights: ArrayLike | None = None
) -> Array:
    """The edges of the bins of :func:`histogram`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.histogram_bin_edges([0.0, 1.0, 4.0], bins=2)
    Array([0., 2., 4.])
    """
    x = flattened(array_operand(a))
    w = None if weights is None else concrete(array_operand(weights), "histogram_bin_edges")
    found = np.histogram_bin_edges(_known(x), _plain_bins(bins), _plain_range(range), w)
    return result(_edges(x, found, bins, range))


def histogram(
    a: ArrayLike,
    bins: Any = 10,
    range: Range | None = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """How many samples fall into each bin, and the edges of the bins.

    Parameters
    ----------
    a : array
        The samples, flattened. Their values must be known: they may not be an array of :func:`vmap`.
    bins : int, vector or str
        The number of bins of equal width, the edges of all bins, or the name of a rule of NumPy's for their number.
    range : pair of numbers, optional
        Where the first bin begins and the last one ends; by default at the smallest and the largest sample.
    density : bool, optional
        Whether to divide by the widths and the total, so that the integral is 1.
    weights : array, optional
        What each sample counts, of the shape of ``a``.

    Returns
    -------
    hist : Array
        Of integers, or of the dtype of the weights, or of floats for a density.
    bin_edges : Array
        One more than bins; the last bin contains its right edge, too.

    Raises
    ------
    ShapeError
        If the weights have another shape than the samples.
    ValueError, TypeError
        If there are no such bins, as NumPy says.

    Notes
    -----
    The sums are differentiable with respect to the weights, and as constant almost everywhere as counts with respect to
    the samples. Edges that are computed have the derivatives of the smallest and the largest sample (or of ``range``).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.histogram([1.0, 2.0, 1.0, 3.5], bins=[0, 1, 2, 3, 4])
    (Array([0, 2, 1, 1]), Array([0, 1, 2, 3, 4]))
    >>> wg.grad(lambda w: wg.histogram([0.5, 1.5, 1.6], 2, (0, 2), weights=w)[0][1])(wg.ones(3))
    Array([0., 1., 1.])
    """
    samples = array_operand(a)
    x, w = flattened(samples), _checked_weights(weights, samples.shape)
    values = _known(x)
    total: Value
    if isinstance(w, Box):
        found = np.histogram_bin_edges(values, _plain_bins(bins), _plain_range(range), _plain_weights(w))
        total = _sums(w, [(values, found)])
    else:
        total, found = np.histogram(values, _plain_bins(bins), _plain_range(range), None, w)
    edges = _edges(x, found, bins, range)
    if density:
        total = _density(total, [edges])
    return result(total), result(edges)


def _known(x: Value) -> Any:
    values = concrete(x, "a histogram")
    return values.astype(np.uint8) if values.dtype.kind == "b" else values


def _plain_bins(bins: Any) -> Any:
    if isinstance(bins, (str, int)):
        return bins
    return concrete(bins, "the bins of a histogram") if isinstance(bins, Box) else bins


def _plain_range(range: Range | None) -> Any:
    return None if range is None else tuple(concrete(operand(end), "the range of a histogram") for end in range)


def _checked_weights(weights: ArrayLike | None, shape: tuple[int, ...]) -> Value | None:
    if weights is None:
        return None
    w = array_operand(weights)
    if w.shape != shape:
        raise ShapeError(f"weights of shape {w.shape} do not fit samples of shape {shape}")
    return flattened(w)


def _plain_weights(w: Value | None) -> Any:
    """Weights that NumPy can add; ones in place of those that may be recorded, which are added by ``_sums``."""
    return np.ones(w.shape, w.dtype) if isinstance(w, Box) else w


def _edges(x: Value, found: Edges, bins: Any, range: Range | None) -> Value:
    """NumPy's edges, with the derivatives that they have: of given ones their own, else of the first and the last."""
    if not isinstance(bins, str) and np.ndim(_plain_bins(bins)):
        return array_operand(bins) if isinstance(bins, Box) else found
    if range is not None:
        ends = [operand(end) for end in range]
    elif isinstance(x, Box) and x.dtype.kind == "f" and 0 not in x.shape:
        ends = [extreme(x, axes=(0,), keepdims=False) for extreme in (red.min, red.max)]
    else:
        return found
    share = np.linspace(0, 1, len(found), dtype=found.dtype)
    for end, weight in zip(ends, (1 - share, share), strict=True):
        if isinstance(end, Box):
            zero = el.subtract(end, el.stop_gradient(end))  # with the derivative of the end
            found = el.add(found, el.multiply(weight, zero))
    return found


def _sums(w: Value, variables: Sequence[tuple[Any, Edges]]) -> Value:
    """The sum of the weights of the samples in each bin of some variables."""
    inside = np.ones(variables[0][0].shape, bool)
    places = []
    for values, edges in variables:
        values = values.astype(np.result_type(values, edges), copy=False)
        inside &= (values >= edges[0]) & (values <= edges[-1])
        places.append(np.minimum(np.searchsorted(edges, values, "right") - 1, len(edges) - 2))
    if not inside.all():
        chosen = np.flatnonzero(inside)
        w, places = gather(w, chosen, axes=(0,), unique=True), [place[chosen] for place in places]
    return scatter_add(
        w,
        *places,
        axes=tuple(range(len(places))),
        shape=tuple(len(edges) - 1 for _, edges in variables),
        unique=False,
    )


def _density(total: Value, edges: Sequence[Value]) -> Value:
    rank = len(edges)
    every = tuple(range(rank))
    out = el.divide(total, red.sum(total, axes=every, keepdims=False))
    for axis, e in enumerate(edges):
        widths = el.subtract(getitem(e, index=(slice(1, None),)), getitem(e, index=(slice(None, -1),)))
        out = el.divide(out, reshape(widths, shape=tuple(widths.shape[0] if a == axis else 1 for a in every)))
    return out


# Of several variables -------------------------------------------------------------------------------------------------


def histogram2d(
    x: ArrayLike,
    y: ArrayLike,
    bins: Any = 10,
    range: Sequence[Range | None] | None = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[Array, Array, Array]:
    """The :func:`histogramdd` of two variables; their edges follow the counts one by one.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.histogram2d([0.5, 1.5], [0.5, 0.5], bins=[[0, 1, 2], [0, 1]])[0]
    Array([[1.],
           [1.]])
    """
    u, v = array_operand(x), array_operand(y)
    if u.shape != v.shape or len(u.shape) != 1:
        raise ShapeError(f"histogram2d takes two vectors of one length, not arrays of shapes {u.shape} and {v.shape}")
    if hasattr(bins, "__len__") and len(bins) not in (1, 2):
        bins = [bins, bins]  # the same edges for both
    hist, (first, second) = histogramdd((u, v), bins, range, density, weights)
    return hist, first, second


def histogramdd(
    sample: ArrayLike,
    bins: Any = 10,
    range: Sequence[Range | None] | None = None,
    density: bool | None = None,
    weights: ArrayLike | None = None,
) -> tuple[Array, tuple[Array, ...]]:
    """How many samples of several variables fall into each bin, and the edges of the bins.

    Parameters
    ----------
    sample : matrix, or sequence of vectors
        The samples: a row for each, or a vector for each variable.
    bins : int, or sequence of int or vector
        As for :func:`histogram`, for all variables or one for each.
    range : sequence of pairs, optional
        As for :func:`histogram`, one for each variable.
    density, weights
        As for :func:`histogram`.

    Returns
    -------
    hist : Array
        With an axis for each variable, of floats.
    edges : tuple of Array
        One for each variable.

    Examples
    --------
    >>> import wengert as wg
    >>> hist, edges = wg.histogramdd(wg.array([[0.5, 0.5], [1.5, 0.5]]), bins=[[0, 1, 2], [0, 1]])
    >>> hist
    Array([[1.],
           [1.]])
    """
    columns = _columns(sample)
    w = _checked_weights(weights, columns[0].shape)
    values = [_known(c) for c in columns]
    each = list(bins) if hasattr(bins, "__len__") else [bins] * len(columns)
    ranges = [None] * len(columns) if range is None else list(range)
    total: Value
    total, found = np.histogramdd(
        np.stack(values, axis=1),
        [_plain_bins(b) for b in each],
        None if range is None else [_plain_range(r) for r in ranges],
        None,
        _plain_weights(w),
    )
    if isinstance(w, Box):
        total = _sums(
            w if w.dtype.kind in "fc" else el.astype(w, dtype=total.dtype), list(zip(values, found, strict=True))
        )
    edges = [_edges(c, e, b, r) for c, e, b, r in zip(columns, found, each, ranges, strict=True)]
    if density:
        total = _density(total, edges)
    return result(total), tuple(map(result, edges))


def _columns(sample: ArrayLike) -> list[Value]:
    """The samples of each variable."""
    if hasattr(sample, "shape") and len(sample.shape) == 2:
        x = array_operand(sample)
        return [getitem(x, index=(slice(None), i)) for i in range(x.shape[1])]
    if hasattr(sample, "shape"):
        return [flattened(array_operand(sample))]
    vectors = [array_operand(v) for v in sample]
    if not vectors or any(v.shape != vectors[0].shape or len(v.shape) != 1 for v in vectors):
        raise ShapeError(f"histogramdd takes vectors of one length, not arrays of shapes {[v.shape for v in vectors]}")
    return vectors

"""Reductions and scans that pass over NaN, under NumPy's names; quantiles of that kind are with the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..backends import backend
from ..core.types import Value, normalize_axes
from ..ops import elementwise as el, reductions as red
from .operands import ArrayLike, array_operand, result
from .reductions import Axis, as_dtype, elements_along, mask_of, max, min, prod, sum
from .scans import cumprod, cumsum
from .selection import fmax, fmin
from .statistics import delta, deviation_of, inexact, mean_of, variance_of

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "nansum",
    "nanprod",
    "nanmax",
    "nanmin",
    "nanmean",
    "nanvar",
    "nanstd",
    "nancumsum",
    "nancumprod",
]


def _filled(a: ArrayLike, number: float) -> Value:
    """An array with a number in place of NaN."""
    x = array_operand(a)
    return el.where(el.isnan(x), number, x) if x.dtype.kind in "fc" else x


# Sums and products ----------------------------------------------------------------------------------------------------


def nansum(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """The :func:`sum` of the elements that are not NaN, which have the derivative 1; NaN has the derivative 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nansum([1.0, wg.nan, 2.0])
    Array(3.)
    """
    return sum(_filled(a, 0), axis, dtype, keepdims=keepdims, initial=initial, where=where)


def nanprod(
    a: ArrayLike,
    axis: Axis = None,
    dtype: Any = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """The product (:func:`prod`) of the elements that are not NaN.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanprod([3.0, wg.nan, 2.0])
    Array(6.)
    """
    return prod(_filled(a, 1), axis, dtype, keepdims=keepdims, initial=initial, where=where)


def nancumsum(a: ArrayLike, axis: int | None = None, dtype: Any = None) -> Array:
    """The cumulative sums (:func:`cumsum`) with 0 in place of NaN.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nancumsum([1.0, wg.nan, 2.0])
    Array([1., 1., 3.])
    """
    return cumsum(_filled(a, 0), axis, dtype)


def nancumprod(a: ArrayLike, axis: int | None = None, dtype: Any = None) -> Array:
    """The cumulative products (:func:`cumprod`) with 1 in place of NaN.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nancumprod([3.0, wg.nan, 2.0])
    Array([3., 3., 6.])
    """
    return cumprod(_filled(a, 1), axis, dtype)


# Extremes -------------------------------------------------------------------------------------------------------------


def nanmax(
    a: ArrayLike,
    axis: Axis = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """The largest of the elements that are not NaN, which share its derivative evenly; NaN where there is none.

    Parameters
    ----------
    a, axis, keepdims, initial, where
        As for :func:`max`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanmax([1.0, wg.nan, 2.0])
    Array(2.)
    """
    return _extreme(red.nanmax, max, fmax, a, axis, keepdims, initial, where)


def nanmin(
    a: ArrayLike,
    axis: Axis = None,
    *,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike | None = None,
) -> Array:
    """The smallest of the elements that are not NaN; see :func:`nanmax`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanmin([1.0, wg.nan, 2.0])
    Array(1.)
    """
    return _extreme(red.nanmin, min, fmin, a, axis, keepdims, initial, where)


def _extreme(
    primitive: Callable[..., Value],
    plain: Callable[..., Array],
    combine: Callable[..., Array],
    a: ArrayLike,
    axis: Axis,
    keepdims: bool,
    initial: ArrayLike | None,
    where: ArrayLike | None,
) -> Array:
    x = array_operand(a)
    axes = normalize_axes(axis, len(x.shape))
    if x.dtype.kind not in "fc" or elements_along(x, axes) == 0:
        return plain(x, axis, keepdims=keepdims, initial=initial, where=where)
    if where is not None:
        if initial is None:
            raise ValueError("an extreme with where= needs initial=, which is the result where no element is left")
        x = el.where(mask_of(where, x.shape), x, backend.asarray(float("nan"), x.dtype))
    out = primitive(x, axes=axes, keepdims=keepdims)
    return result(out) if initial is None else combine(out, as_dtype(array_operand(initial), out.dtype))


# Moments --------------------------------------------------------------------------------------------------------------


def nanmean(
    a: ArrayLike, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, where: ArrayLike | None = None
) -> Array:
    """The :func:`mean` of the elements that are not NaN; NaN where there is none.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanmean([1.0, wg.nan, 2.0])
    Array(1.5)
    """
    x, given = inexact(a, dtype)
    return result(as_dtype(mean_of(x, _present(x, where), normalize_axes(axis, len(x.shape)), keepdims), given))


def _present(x: Value, where: ArrayLike | None) -> Value:
    """Which elements are not NaN, of those in a mask."""
    present = el.logical_not(el.isnan(x))
    return present if where is None else el.logical_and(present, mask_of(where, x.shape))


def nanvar(
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
    """The variance (:func:`var`) of the elements that are not NaN; NaN where there are no more than ``ddof``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanvar([1.0, wg.nan, 3.0])
    Array(1.)
    """
    return _spread(variance_of, a, axis, dtype, keepdims, where, delta(ddof, correction), mean)


def nanstd(
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
    """The standard deviation (:func:`std`) of the elements that are not NaN; see :func:`nanvar`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanstd([1.0, wg.nan, 3.0])
    Array(1.)
    """
    return _spread(deviation_of, a, axis, dtype, keepdims, where, delta(ddof, correction), mean)


def _spread(
    measure: Callable[..., Value],
    a: ArrayLike,
    axis: Axis,
    dtype: Any,
    keepdims: bool,
    where: ArrayLike | None,
    ddof: float,
    mean: ArrayLike | None,
) -> Array:
    x, given = inexact(a, dtype)
    axes = normalize_axes(axis, len(x.shape))
    out = measure(x, _present(x, where), axes, keepdims, ddof, float("nan"), mean)
    return result(out if given.kind == "c" else as_dtype(out, given))

"""Logarithms of sums of exponentials, and the distributions that belong to them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ...backends import backend
from ...core.types import Value, broadcast_shapes, normalize_axes
from ...ops import elementwise as el, reductions as red
from ...ops.families import absorbing_multiply
from ...ops.shaping import broadcast_to, reshape
from ..operands import ArrayLike, array_operand, result
from ..reductions import Axes, Axis, elements_along, require_elements

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _inexact(x: Value) -> Value:
    return x if x.dtype.kind in "fc" else el.astype(x, dtype="float64")


def logsumexp(
    a: ArrayLike,
    axis: Axis = None,
    b: ArrayLike | None = None,
    keepdims: bool = False,
    return_sign: bool = False,
) -> Array | tuple[Array, Array]:
    """log Σ b exp(a) without overflow.

    Parameters
    ----------
    a : array
        The exponents.
    axis : int or tuple of int, optional
        The axes to reduce; None for all.
    b : array, optional
        Factors of the exponentials, 1 by default.
    keepdims : bool
        Whether the axes stay, with length 1.
    return_sign : bool
        Whether to return the sign (or phase) of the sum too, and the logarithm of its absolute value.

    Returns
    -------
    Array
        Of the shape of ``a`` without the axes; -inf where there is no element. NaN where the sum is negative, unless
        its sign is asked for.
    Array
        The sign, with ``return_sign``.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, or ``b`` does not broadcast with it.

    Notes
    -----
    The derivative with respect to ``a`` is b exp(a - out); 0 where all elements are -inf.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.logsumexp([1000.0, 1000.0])
    Array(1000.69314718)
    >>> wg.special.logsumexp([1.0, 2.0], b=[1.0, -1.0], return_sign=True)
    (Array(1.54132485), Array(-1.))
    """
    x, factor = _inexact(array_operand(a)), None if b is None else array_operand(b)
    if factor is not None:
        shape = broadcast_shapes(x.shape, factor.shape)
        x, factor = (broadcast_to(each, shape=shape) for each in (x, factor))
    axes = normalize_axes(axis, len(x.shape))
    if factor is None and not return_sign:
        return result(red.logsumexp(x, axes=axes, keepdims=keepdims))
    total, shift, absent = _shifted_sum(x, factor, axes, keepdims)
    size = el.absolute(total) if return_sign else total
    with backend.quiet():  # of a negative sum there is none, and NaN says so
        logarithm = el.where(absent, -inf, el.log(size) + shift)
    return (result(logarithm), result(el.sign(total))) if return_sign else result(logarithm)


def _shifted_sum(x: Value, factor: Value | None, axes: Axes, keepdims: bool) -> tuple[Value, Value, Value]:
    """Σ b exp(a - shift); the shift; and where there is nothing to sum, and 1 stands for the sum."""
    exponent = el.real_part(x) if factor is None else el.where(factor == 0, -inf, el.real_part(x))
    if elements_along(x, axes):
        peak = el.stop_gradient(red.max(exponent, axes=axes, keepdims=True))
    else:
        kept = [1 if axis in axes else n for axis, n in enumerate(x.shape)]
        peak = broadcast_to(array_operand(-inf), shape=tuple(kept))
    shift = el.where(el.isfinite(peak), peak, 0.0)
    with backend.quiet():  # that of an element whose factor is 0 may overflow
        terms = el.exp(x - shift)
        if factor is not None:
            terms = absorbing_multiply(factor, terms)  # an infinite exponential counts nothing where its factor is 0
    total = red.sum(terms, axes=axes, keepdims=keepdims)
    shift, peak = (reshape(each, shape=total.shape) for each in (shift, peak))
    absent = peak == -inf
    return el.where(absent, 1.0, total), shift, absent


def softmax(x: ArrayLike, axis: Axis = None) -> Array:
    """exp(x) / Σ exp(x) without overflow.

    Parameters
    ----------
    x : array
        The logarithms of weights.
    axis : int or tuple of int, optional
        The axes along which to sum; None for all.

    Returns
    -------
    Array
        Of the shape of ``x``, with the sum 1 along the axes.

    Raises
    ------
    ShapeError
        If ``x`` has no such axis, or there is no element along the axes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.softmax([1000.0, 1000.0, 0.0])
    Array([0.5, 0.5, 0. ])
    """
    weights = el.exp(_below_peak(x, axis)[0])
    axes = normalize_axes(axis, len(weights.shape))
    return result(weights / red.sum(weights, axes=axes, keepdims=True))


def log_softmax(x: ArrayLike, axis: Axis = None) -> Array:
    """log(softmax(x)), exact also where the softmax underflows.

    Parameters
    ----------
    x : array
        The logarithms of weights.
    axis : int or tuple of int, optional
        The axes along which to sum; None for all.

    Returns
    -------
    Array
        Of the shape of ``x``.

    Raises
    ------
    ShapeError
        If ``x`` has no such axis, or there is no element along the axes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.log_softmax([1000.0, 1000.0, 0.0])
    Array([-6.93147181e-01, -6.93147181e-01, -1.00069315e+03])
    """
    shifted, axes = _below_peak(x, axis, finite=True)
    return result(shifted - red.logsumexp(shifted, axes=axes, keepdims=True))


def _below_peak(x: ArrayLike, axis: Axis, finite: bool = False) -> tuple[Value, Axes]:
    """``x`` less its maximum along the axes, of which the result does not depend; less 0 where that must be finite."""
    value = _inexact(array_operand(x))
    axes = normalize_axes(axis, len(value.shape))
    require_elements(value, axes, "softmax")
    peak = el.stop_gradient(red.max(el.real_part(value), axes=axes, keepdims=True))
    return value - (el.where(el.isfinite(peak), peak, 0.0) if finite else peak), axes

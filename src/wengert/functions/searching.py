"""Counting, and the places of extremes among what is a number."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.types import Value
from ..ops import elementwise as el
from ..ops.indexing import scatter_add
from . import reductions
from .operands import ArrayLike, array_operand, concrete, holds, result
from .targets import delivered

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["bincount", "nanargmax", "nanargmin"]


def bincount(x: ArrayLike, /, weights: ArrayLike | None = None, minlength: int = 0) -> Array:
    """How often each of the numbers 0, 1, 2, ... occurs, or the sum of the weights of where it does.

    Parameters
    ----------
    x : vector of integers
        None of them negative.
    weights : vector, optional
        As long as ``x``; the result is differentiable with respect to them.
    minlength : int
        The least length of the result.

    Returns
    -------
    Array
        As long as the largest number in ``x`` asks for: of integers, or of float64 with weights.

    Raises
    ------
    ShapeError
        If ``x`` is no vector or holds negative numbers, or there are not as many weights.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.bincount([0, 2, 2])
    Array([1, 0, 2])
    >>> wg.bincount([0, 2, 2], weights=[0.5, 1.0, 2.0])
    Array([0.5, 0. , 3. ])
    """
    numbers = concrete(array_operand(x), "bincount")
    if numbers.size and not np.can_cast(numbers.dtype, np.intp, "safe"):
        raise DTypeError(f"bincount takes integers, not {numbers.dtype}")
    numbers = numbers.astype(np.intp, copy=False)
    if numbers.ndim != 1:
        raise ShapeError(f"bincount takes a vector, not an array of shape {numbers.shape}")
    if minlength < 0:
        raise ShapeError(f"minlength of bincount must not be negative, not {minlength}")
    if numbers.size and numbers.min() < 0:
        raise ShapeError("bincount takes numbers that are not negative")
    if weights is None:
        return result(np.bincount(numbers, minlength=minlength))
    given = array_operand(weights)
    if given.dtype.kind == "c":
        raise DTypeError("the weights of bincount must be real")
    if given.shape != numbers.shape:
        raise ShapeError(f"bincount needs as many weights as numbers, not {given.shape} for {numbers.shape}")
    length = max(int(numbers.max(initial=-1)) + 1, minlength)
    shares = given if given.dtype == np.float64 else el.astype(given, dtype=np.dtype(float))
    return result(scatter_add(shares, numbers, axes=(0,), shape=(length,), unique=False))


def nanargmax(a: ArrayLike, axis: int | None = None, out: ArrayLike | None = None, *, keepdims: bool = False) -> Array:
    """The first index of the largest element that is a number; no derivative follows it.

    Parameters
    ----------
    a : array
    axis : int, optional
        Along which to search; by default in the flattened array.
    out : Array or NumPy array, optional
        Where to write the result.
    keepdims : bool
        Whether the axis stays, with length 1.

    Returns
    -------
    Array of int

    Raises
    ------
    ValueError
        If there is no number along an axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanargmax([wg.nan, 1.0, 3.0])
    Array(2)
    """
    return delivered(_among_numbers("nanargmax", reductions.argmax, a, -inf, axis, keepdims), out, "nanargmax")


def nanargmin(a: ArrayLike, axis: int | None = None, out: ArrayLike | None = None, *, keepdims: bool = False) -> Array:
    """The first index of the smallest element that is a number; the arguments are those of :func:`nanargmax`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.nanargmin([wg.nan, 3.0, 1.0])
    Array(2)
    """
    return delivered(_among_numbers("nanargmin", reductions.argmin, a, inf, axis, keepdims), out, "nanargmin")


def _among_numbers(
    name: str, search: Callable[..., Any], a: ArrayLike, last: float, axis: int | None, keepdims: bool
) -> Value:
    x = array_operand(a)
    if x.dtype.kind in "fc":
        missing = el.isnan(x)
        somewhere = el.logical_not(array_operand(reductions.all(missing, axis)))
        if 0 not in x.shape and not holds(somewhere, name):
            raise ShapeError(f"{name} needs a number along the axis: there is only NaN")
        x = el.where(missing, last, x)
    found: Value = search(x, axis, keepdims=keepdims)
    return found

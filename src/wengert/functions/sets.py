"""Arrays as sets: which elements there are is constant almost everywhere, the elements have derivatives.

What is returned are elements of the arguments, taken at constant indices; where equal elements stand for each other, it
is the first of them, in the order of the arguments, that the derivative belongs to.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.interpreter import Box, strip
from ..core.types import Value, normalize_axis
from ..ops import elementwise as el, ordering
from ..ops.shaping import reshape
from .indexing import getitem
from .joining import concatenate
from .operands import ArrayLike, array_operand, concrete, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "intersect1d",
    "union1d",
    "setdiff1d",
    "setxor1d",
    "isin",
]


# One array ------------------------------------------------------------------------------------------------------------


def unique(
    ar: ArrayLike,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The sorted elements of an array, each once.

    Parameters
    ----------
    ar : array
    return_index, return_inverse, return_counts : bool
        Whether to return, too: where each element occurs first (in the flattened array, or along the axis); which of
        the elements each one of ``ar`` is; how often each occurs.
    axis : int, optional
        Along which to take the parts of the array as its elements; by default the elements are those of the flattened
        array.
    equal_nan : bool
        Whether NaN equals NaN.
    sorted : bool
        False allows another order, of which no use is made where the array is recorded.

    Returns
    -------
    Array, or a tuple of Arrays
        The derivative of an element is that of its first occurrence; the indices and counts have none.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unique([2.0, 1.0, 2.0], return_counts=True)
    (Array([1., 2.]), Array([1, 2]))
    """
    x = array_operand(ar)
    if axis is not None:
        axis = normalize_axis(axis, len(x.shape))
    plain, asked = strip(x), (return_index, return_inverse, return_counts)
    if not isinstance(plain, Box):
        found = np.unique(plain, *asked, axis=axis, equal_nan=equal_nan, sorted=sorted)  # type: ignore[call-overload]
        return tuple(map(result, found)) if any(asked) else result(found)
    _, first, *rest = np.unique(  # type: ignore[call-overload]
        concrete(x, "unique"), True, return_inverse, return_counts, axis=axis, equal_nan=equal_nan
    )
    values = _flat(x) if axis is None else x
    values = result(getitem(values, (*(slice(None),) * (axis or 0), first)))
    extra = [result(y) for y in ([first] if return_index else []) + rest]
    return (values, *extra) if extra else values


def _flat(x: Value) -> Value:
    return x if len(x.shape) == 1 else reshape(x, shape=(prod(x.shape),))


class UniqueAllResult(NamedTuple):
    """What :func:`unique_all` returns."""

    values: Array
    indices: Array
    inverse_indices: Array
    counts: Array


class UniqueCountsResult(NamedTuple):
    """What :func:`unique_counts` returns."""

    values: Array
    counts: Array


class UniqueInverseResult(NamedTuple):
    """What :func:`unique_inverse` returns."""

    values: Array
    inverse_indices: Array


def unique_all(x: ArrayLike) -> UniqueAllResult:
    """The sorted elements, where each occurs first, which of them each one is, and how often each occurs.

    No NaN equals another; see :func:`unique`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unique_all([2.0, 1.0, 2.0]).indices
    Array([1, 0])
    """
    return UniqueAllResult(*unique(x, True, True, True, equal_nan=False))


def unique_counts(x: ArrayLike) -> UniqueCountsResult:
    """The sorted elements, and how often each occurs.

    No NaN equals another; see :func:`unique`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unique_counts([2.0, 1.0, 2.0]).counts
    Array([1, 2])
    """
    return UniqueCountsResult(*unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x: ArrayLike) -> UniqueInverseResult:
    """The sorted elements, and which of them each one is.

    No NaN equals another; see :func:`unique`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unique_inverse([2.0, 1.0, 2.0]).inverse_indices
    Array([1, 0, 1])
    """
    return UniqueInverseResult(*unique(x, return_inverse=True, equal_nan=False))


def unique_values(x: ArrayLike) -> Array:
    """The sorted elements, each once; no NaN equals another, see :func:`unique`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unique_values([2.0, 1.0, 2.0])
    Array([1., 2.])
    """
    found: Array = unique(x, equal_nan=False)
    return found


# Two arrays -----------------------------------------------------------------------------------------------------------


def intersect1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """The sorted elements that are in both arrays.

    Parameters
    ----------
    ar1, ar2 : array
        Are flattened.
    assume_unique : bool
        Whether each of them holds no element twice, which is quicker; where it is not true, the result is wrong.
    return_indices : bool
        Whether to return, too, where the elements occur first in each of the flattened arrays.

    Returns
    -------
    Array, or a tuple of three Arrays
        The derivative of an element is that of its first occurrence in ``ar1``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.intersect1d([3, 1, 2], [2, 3, 4])
    Array([2, 3])
    """
    x, y = _flat(array_operand(ar1)), _flat(array_operand(ar2))
    one, other = concrete(x, "intersect1d"), concrete(y, "intersect1d")
    if not return_indices and not _recorded(x):
        return result(np.intersect1d(one, other, assume_unique))
    values, first, second = np.intersect1d(one, other, assume_unique, return_indices=True)
    common = getitem(x, first)
    common = result(common if common.dtype == values.dtype else el.astype(common, dtype=values.dtype))
    return (common, result(first), result(second)) if return_indices else common


def _recorded(x: Value) -> bool:
    return isinstance(strip(x), Box)


def union1d(ar1: ArrayLike, ar2: ArrayLike) -> Array:
    """The sorted elements that are in one of the arrays, or in both.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.union1d([3, 1, 2], [2, 3, 4])
    Array([1, 2, 3, 4])
    """
    found: Array = unique(concatenate((ar1, ar2), axis=None))
    return found


def setdiff1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False) -> Array:
    """The elements of one array that are not in another.

    Parameters
    ----------
    ar1, ar2 : array
        Are flattened.
    assume_unique : bool
        Whether each of them holds no element twice; then the elements keep their order, else they are sorted.

    Returns
    -------
    Array
        The derivative of an element is that of its first occurrence.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.setdiff1d([3, 1, 2], [2, 4])
    Array([1, 3])
    """
    x, others = _flat(array_operand(ar1)), concrete(array_operand(ar2), "setdiff1d")
    if not _recorded(x):
        return result(np.setdiff1d(strip(x), others, assume_unique))
    if not assume_unique:
        x, others = array_operand(unique(x)), np.unique(others)
    return result(getitem(x, np.isin(concrete(x, "setdiff1d"), others, assume_unique=True, invert=True)))


def setxor1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False) -> Array:
    """The sorted elements that are in exactly one of the arrays.

    Parameters
    ----------
    ar1, ar2 : array
        Are flattened.
    assume_unique : bool
        Whether each of them holds no element twice, which is quicker; where it is not true, the result is wrong.

    Returns
    -------
    Array
        The derivative of an element is that of its first occurrence.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.setxor1d([3, 1, 2], [2, 4])
    Array([1, 3, 4])
    """
    pair = (ar1, ar2) if assume_unique else (unique(ar1), unique(ar2))
    joined = array_operand(concatenate(pair, axis=None))
    values = concrete(joined, "setxor1d")
    if not _recorded(joined):
        ordered = np.sort(values)
        return result(ordered[_lonely(ordered)])
    order = np.argsort(values, kind="stable")
    return result(getitem(joined, order[_lonely(values[order])]))


def _lonely(ordered: Any) -> Any:
    """Which elements of a sorted vector equal none of their neighbours."""
    differs = np.concatenate(([True], ordered[1:] != ordered[:-1], [True]))
    return (differs[1:] & differs[:-1])[: len(ordered)]


def isin(
    element: ArrayLike,
    test_elements: ArrayLike,
    assume_unique: bool = False,
    invert: bool = False,
    *,
    kind: str | None = None,
) -> Array:
    """Which elements of an array are among others; no derivative follows it.

    Parameters
    ----------
    element, test_elements : array
    assume_unique : bool
        As in NumPy, a promise that neither holds an element twice; without effect.
    invert : bool
        Whether to say which are not.
    kind : {None, 'sort', 'table'}
        As in NumPy, and without effect: the quicker way is chosen.

    Returns
    -------
    Array of bool
        Of the shape of ``element``. NaN is not among any elements.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.isin([[1, 2], [3, 4]], [2, 3])
    Array([[False,  True],
           [ True, False]])
    """
    if kind not in (None, "sort", "table"):
        raise ValueError(f"isin has the kinds None, 'sort' and 'table', not {kind!r}")
    x, among = array_operand(element), array_operand(test_elements)
    found = ordering.isin(x, _flat(among), rows=0)
    return result(el.logical_not(found) if invert else found)

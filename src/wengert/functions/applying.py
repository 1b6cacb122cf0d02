"""Functions applied along axes, and to windows that slide over an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from ..core.errors import ShapeError
from ..core.interpreter import strip
from ..core.types import normalize_axis
from ..ops import shaping as ops
from ..ops.indexing import getitem
from .operands import ArrayLike, array_operand, concrete, result
from .shaping import expand_dims

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["apply_along_axis", "apply_over_axes"]


def apply_along_axis(func1d: Callable[..., ArrayLike], axis: int, arr: ArrayLike, *args: Any, **kwargs: Any) -> Array:
    """What a function makes of each vector along an axis.

    Parameters
    ----------
    func1d : callable
        Called as ``func1d(vector, *args, **kwargs)`` for each of the vectors, one after the other;
        :func:`wengert.vmap` calls a function once for all of them.
    axis : int
        Along which the vectors are.
    arr : array

    Returns
    -------
    Array
        With the axes of what the function returns in place of the axis. Differentiable as the function is.

    Raises
    ------
    ShapeError
        If there is no vector, or what the function returns differs in shape.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.apply_along_axis(lambda v: v[::-1] + v.sum(), 1, [[1, 2], [3, 4]])
    Array([[ 5,  4],
           [11, 10]])
    """
    x = strip(array_operand(arr))
    axis = normalize_axis(axis, len(x.shape))
    outer = (*x.shape[:axis], *x.shape[axis + 1 :])
    if 0 in outer:
        raise ShapeError(f"apply_along_axis: an array of shape {x.shape} has no vectors along axis {axis}")
    last = ops.move_axis(x, axis, len(outer))
    rows = [
        strip(array_operand(func1d(result(getitem(last, index=place)), *args, **kwargs)))
        for place in product(*map(range, outer))
    ]
    shapes = {row.shape for row in rows}
    if len(shapes) > 1:
        raise ShapeError(f"the function of apply_along_axis returned the shapes {' and '.join(map(str, shapes))}")
    (shape,) = shapes
    flat = [ops.reshape(row, shape=(1, *shape)) for row in rows]
    made = ops.reshape(ops.concatenate(*flat, axis=0, sizes=(1,) * len(flat)), shape=(*outer, *shape))
    rank = len(outer)
    order = (*range(axis), *range(rank, rank + len(shape)), *range(axis, rank))
    return result(made if order == tuple(range(len(order))) else ops.transpose(made, axes=order))


def apply_over_axes(func: Callable[[Any, int], ArrayLike], a: ArrayLike, axes: int | Sequence[int]) -> Array:
    """A function of an array and an axis, applied to one axis after the other.

    Parameters
    ----------
    func : callable
        Called as ``func(a, axis)``; its result has as many axes as its argument, or one less, which is put back with
        one element.
    a : array
    axes : int or sequence of int

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If a result has another number of dimensions.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.apply_over_axes(wg.sum, [[1, 2], [3, 4]], (0, 1))
    Array([[10]])
    """
    made = result(array_operand(a))
    rank = len(made.shape)
    for given in concrete(array_operand(axes), "the axes of apply_over_axes").reshape(-1).tolist():
        axis = normalize_axis(given, rank)
        found = result(array_operand(func(made, axis)))
        if found.ndim == rank - 1:
            found = expand_dims(found, axis)
        if found.ndim != rank:
            raise ShapeError(f"the function of apply_over_axes turned {rank} dimension(s) into {found.ndim}")
        made = found
    return made

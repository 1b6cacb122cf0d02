"""Broadcasting, and the questions that shapes answer."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from ..core.errors import ShapeError
from ..core.types import broadcast_shapes as _broadcast, normalize_axes
from ..ops import shaping as ops
from .operands import ArrayLike, array_operand, result
from .shaping import shape_argument

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["broadcast_to", "broadcast_arrays", "broadcast_shapes", "shape", "ndim", "size"]


def broadcast_to(array: ArrayLike, shape: Any, subok: bool = False) -> Array:
    """The array repeated to a shape, by NumPy's rule; its derivative is summed over the repetitions.

    ``subok`` is NumPy's, and without effect: there are no subclasses.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.broadcast_to([1.0, 2.0], (2, 2))
    Array([[1., 2.],
           [1., 2.]])
    """
    a = array_operand(array)
    shape = shape_argument(shape)
    lead = len(shape) - len(a.shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(a.shape, shape[lead:], strict=True)):
        raise ShapeError(f"an array of shape {a.shape} does not broadcast to the shape {shape}")
    return result(ops.broadcast_to(a, shape=shape))


def broadcast_arrays(*args: ArrayLike, subok: bool = False) -> tuple[Array, ...]:
    """Arrays repeated to the shape to which they broadcast together.

    ``subok`` is NumPy's, and without effect: there are no subclasses.

    Examples
    --------
    >>> import wengert as wg
    >>> [x.shape for x in wg.broadcast_arrays(wg.ones((2, 1)), wg.ones(3))]
    [(2, 3), (2, 3)]
    """
    values = [array_operand(a) for a in args]
    shape = broadcast_shapes(*[v.shape for v in values])
    return tuple(result(ops.broadcast_to(v, shape=shape)) for v in values)


def broadcast_shapes(*args: Any) -> tuple[int, ...]:
    """The shape to which shapes broadcast.

    Raises
    ------
    ShapeError
        If they do not.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.broadcast_shapes((2, 1), 3)
    (2, 3)
    """
    shapes = [shape_argument(given) for given in args]
    if min((n for given in shapes for n in given), default=0) < 0:
        raise ShapeError(f"a shape cannot have negative entries: {shapes}")
    return _broadcast(*shapes)


def shape(a: ArrayLike) -> tuple[int, ...]:
    """The number of elements along each axis.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.shape([[1, 2, 3]])
    (1, 3)
    """
    found: tuple[int, ...] = array_operand(a).shape
    return found


def ndim(a: ArrayLike) -> int:
    """The number of dimensions.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ndim([[1, 2, 3]])
    2
    """
    return len(shape(a))


def size(a: ArrayLike, axis: int | tuple[int, ...] | None = None) -> int:
    """The number of elements, or of those along some axes.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.size([[1, 2, 3]]), wg.size([[1, 2, 3]], 0)
    (3, 1)
    """
    sizes = shape(a)
    return prod(sizes[i] for i in normalize_axes(axis, len(sizes)))

"""Interpolation between points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import Box
from ..core.types import Value, is_inexact
from ..ops import elementwise as el, interpolation as ops
from ..ops.indexing import gather, getitem
from ..ops.ordering import argsort
from ..ops.shaping import concatenate
from .operands import ArrayLike, array_operand, operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["interp"]


def interp(
    x: ArrayLike,
    xp: ArrayLike,
    fp: ArrayLike,
    left: ArrayLike | None = None,
    right: ArrayLike | None = None,
    period: ArrayLike | None = None,
) -> Array:
    """Piecewise linear interpolation through points.

    Parameters
    ----------
    x : array
        Where to interpolate.
    xp : vector
        The abscissas of the points, ascending (which is not checked), unless there is a ``period``.
    fp : vector
        Their ordinates, real or complex.
    left, right : number, optional
        The values for ``x < xp[0]`` and ``x > xp[-1]``; by default the first and the last of ``fp``.
    period : number, optional
        The abscissas are on a circle of this circumference; ``left`` and ``right`` mean nothing then.

    Returns
    -------
    Array
        Of the shape of ``x``, in double precision.

    Raises
    ------
    ShapeError
        If ``xp`` and ``fp`` are not vectors of the same length, or have no element.
    ValueError
        If the period is 0.

    Notes
    -----
    Differentiable with respect to all arguments. The derivative with respect to ``x`` is the slope of the segment in
    which it lies; at a point between two segments it is the mean of their slopes, at the first and last point the slope
    of the segment there, and beyond them 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.interp([0.0, 1.5, 5.0], [1.0, 2.0, 3.0], [3.0, 2.0, 0.0])
    Array([3. , 2.5, 0. ])
    >>> wg.grad(wg.interp)(2.0, [1.0, 2.0, 3.0], [3.0, 2.0, 0.0])
    Array(-1.5)
    """
    place, points, values = (array_operand(v) for v in (x, xp, fp))
    if len(points.shape) != 1 or points.shape != values.shape or 0 in points.shape:
        raise ShapeError(
            f"interp takes points xp and fp that are vectors of one length, not empty, but their shapes are "
            f"{points.shape} and {values.shape}"
        )
    place, points = _real(place, "x"), _real(points, "xp")
    if not is_inexact(values.dtype):
        values = el.astype(values, dtype=backend.dtype(float))
    if period is not None:
        return result(_periodic(place, points, values, operand(period)))
    out = ops.interp(place, points, values)
    if left is not None:
        out = el.where(el.less(place, getitem(points, index=(0,))), _like(left, values), out)
    if right is not None:
        out = el.where(el.greater(place, getitem(points, index=(-1,))), _like(right, values), out)
    return result(out)


def _real(x: Value, name: str) -> Value:
    """A real argument, in floating point."""
    if x.dtype.kind == "c":
        raise DTypeError(f"interp takes a real {name}, not one of {x.dtype}; only fp may be complex")
    return x if x.dtype.kind == "f" else el.astype(x, dtype=backend.dtype(float))


def _like(value: ArrayLike, fp: Value) -> Value:
    number = operand(value)
    if fp.dtype.kind != "c" and (number.dtype.kind == "c" if hasattr(number, "dtype") else isinstance(number, complex)):
        raise DTypeError(f"interp takes real values beyond the ends of real points, not {value!r}")
    return number


def _periodic(x: Value, xp: Value, fp: Value, period: Value) -> Value:
    """Everything folded into one period, and one point more on both sides."""
    if not isinstance(period, Box) and period == 0:
        raise ValueError("interp takes a period that is not 0")
    period = el.absolute(period)
    x, xp = el.remainder(x, period), el.remainder(xp, period)
    order = argsort(xp, axis=0)
    xp, fp = (gather(v, order, axes=(0,), unique=True) for v in (xp, fp))
    first, last = (getitem(xp, index=(i,)) for i in (slice(0, 1), slice(-1, None)))
    before, after = (getitem(fp, index=(i,)) for i in (slice(-1, None), slice(0, 1)))
    sizes = (1, xp.shape[0], 1)
    return ops.interp(
        x,
        concatenate(el.subtract(last, period), xp, el.add(first, period), axis=0, sizes=sizes),
        concatenate(before, fp, after, axis=0, sizes=sizes),
    )

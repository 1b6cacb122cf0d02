"""Differences, difference quotients and sums that stand for integrals; cross products and the unwrapping of angles."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.interpreter import Box
from ..core.types import Shape, Value, broadcast_shapes, is_inexact, normalize_axes, normalize_axis
from ..ops import elementwise as el, reductions as red
from ..ops.indexing import getitem
from ..ops.shaping import broadcast_to, concatenate, move_axis, reshape
from .operands import ArrayLike, array_operand, operand, result
from .reductions import as_dtype, flattened

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["diff", "ediff1d", "gradient", "trapezoid", "cross", "unwrap"]

_ALL = slice(None)


def _slice(x: Value, axis: int, start: int | None, stop: int | None) -> Value:
    return getitem(x, index=(*(_ALL,) * axis, slice(start, stop)))


def _differences(x: Value, axis: int) -> Value:
    after, before = _slice(x, axis, 1, None), _slice(x, axis, None, -1)
    return el.not_equal(after, before) if x.dtype.kind == "b" else el.subtract(after, before)


def _joined(parts: Sequence[Value], axis: int) -> Value:
    if len(parts) == 1:
        return parts[0]
    return concatenate(*parts, axis=axis, sizes=tuple(p.shape[axis] for p in parts))


# Differences ----------------------------------------------------------------------------------------------------------


def diff(
    a: ArrayLike, n: int = 1, axis: int = -1, prepend: ArrayLike | None = None, append: ArrayLike | None = None
) -> Array:
    """The differences between neighbours, n times over.

    Parameters
    ----------
    a : array
    n : int
        How often to take differences.
    axis : int
        Along which axis neighbours stand.
    prepend, append : array, optional
        What to put before and behind ``a`` first; a number is put before or behind every row.

    Returns
    -------
    Array
        With n elements less along the axis; of booleans, whether neighbours differ.

    Raises
    ------
    ShapeError
        If ``a`` has no such axis, or ``prepend`` or ``append`` another shape.
    ValueError
        If ``n`` is negative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.diff([1.0, 2.0, 4.0, 7.0]), wg.diff([1.0, 2.0, 4.0, 7.0], n=2)
    (Array([1., 2., 3.]), Array([1., 1.]))
    >>> wg.diff([1.0, 3.0], prepend=0.0)
    Array([1., 2.])
    """
    x = array_operand(a)
    n = as_integer(n)
    if n == 0:
        return result(x)
    if n < 0:
        raise ValueError(f"diff takes differences n >= 0 times, not {n}")
    if not x.shape:
        raise ShapeError("diff needs an array of at least one dimension")
    axis = normalize_axis(axis, len(x.shape))
    if prepend is not None or append is not None:
        ends = [None if end is None else _beside(array_operand(end), x.shape, axis) for end in (prepend, append)]
        x = _joined([part for part in (ends[0], x, ends[1]) if part is not None], axis)
    for _ in range(n):
        x = _differences(x, axis)
    return result(x)


def _beside(end: Value, shape: Shape, axis: int) -> Value:
    """What is put before or behind an array of this shape; a number once in every row."""
    expected = (*shape[:axis], 1, *shape[axis + 1 :])
    if not end.shape:
        return broadcast_to(end, shape=expected)
    if len(end.shape) != len(shape) or any(
        n != m for a, (n, m) in enumerate(zip(end.shape, shape, strict=True)) if a != axis
    ):
        raise ShapeError(f"diff cannot put an array of shape {end.shape} beside one of shape {shape} on axis {axis}")
    return end


def ediff1d(ary: ArrayLike, to_end: ArrayLike | None = None, to_begin: ArrayLike | None = None) -> Array:
    """The differences between neighbours of the flattened array, between what is to stand before and behind them.

    Raises
    ------
    TypeError
        If ``to_begin`` or ``to_end`` cannot be stored in the dtype of ``ary``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ediff1d([1.0, 2.0, 4.0], to_begin=0.0, to_end=[8.0, 9.0])
    Array([0., 1., 2., 8., 9.])
    """
    x = flattened(array_operand(ary))
    ends = []
    for name, end in (("to_begin", to_begin), ("to_end", to_end)):
        value = None if end is None else flattened(array_operand(end))
        if value is not None and "biufc".index(value.dtype.kind) > "biufc".index(x.dtype.kind):
            raise TypeError(f"ediff1d cannot store {name} of {value.dtype} beside differences of {x.dtype}")
        ends.append(value if value is None or value.dtype == x.dtype else el.astype(value, dtype=x.dtype))
    differences = el.subtract(_slice(x, 0, 1, None), _slice(x, 0, None, -1))
    return result(_joined([part for part in (ends[0], differences, ends[1]) if part is not None], 0))


# Difference quotients -------------------------------------------------------------------------------------------------


def gradient(f: ArrayLike, *varargs: ArrayLike, axis: int | tuple[int, ...] | None = None, edge_order: int = 1) -> Any:
    """The derivatives of sampled values along some axes, by second-order central differences inside.

    It is a linear function of the samples. For the derivative of a function of yours see :func:`grad`.

    Parameters
    ----------
    f : array
        The samples.
    *varargs : number or vector
        The distance between samples, or the coordinates of all: one for all axes, or one for each.
    axis : int or tuple of int, optional
        The axes to differentiate along; None for all.
    edge_order : {1, 2}
        The order of accuracy at the ends.

    Returns
    -------
    Array or tuple of Array
        Of the shape of ``f``; a tuple where there are several axes.

    Raises
    ------
    ShapeError
        If there are too few samples along an axis, or coordinates do not fit them.
    TypeError
        If there are distances, but neither one number nor as many as axes.

    Notes
    -----
    Differentiable with respect to the samples, the distances and the coordinates. Integers are taken in
    float64.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.gradient([1.0, 2.0, 4.0, 7.0])
    Array([1. , 1.5, 2.5, 3. ])
    >>> wg.gradient([0.0, 1.0, 4.0], [0.0, 1.0, 2.0], edge_order=2)
    Array([0., 2., 4.])
    """
    x = array_operand(f)
    rank = len(x.shape)
    axes = normalize_axes(axis, rank)
    if isinstance(axis, tuple):  # in the order in which they were given
        axes = tuple(normalize_axis(a, rank) for a in axis)
    if edge_order not in (1, 2):
        raise ValueError(f"gradient has edges of order 1 and 2, not {edge_order}")
    if x.dtype.kind == "b":
        raise DTypeError("gradient takes numbers, not booleans; convert them with astype(float)")
    if x.dtype.kind in "iu":
        x = el.astype(x, dtype=backend.dtype(float))
    spacings = _spacings(varargs, x.shape, axes)
    found = []
    for along, h in zip(axes, spacings, strict=True):
        if x.shape[along] < edge_order + 1:
            raise ShapeError(
                f"gradient with edge_order={edge_order} needs {edge_order + 1} samples along an axis; "
                f"axis {along} of the shape {x.shape} has {x.shape[along]}"
            )
        found.append(result(_quotients(x, h, along, edge_order)))
    return found[0] if len(found) == 1 else tuple(found)


def _spacings(given: Sequence[ArrayLike], shape: Shape, axes: tuple[int, ...]) -> list[Value]:
    """For each axis the distance of its samples, or the distances between neighbours, shaped to lie along it."""
    values = [operand(h) for h in given] or [1.0] * len(axes)
    if len(values) == 1 and not getattr(values[0], "shape", ()):
        values = values * len(axes)
    if len(values) != len(axes):
        raise TypeError(
            f"gradient takes one number, or a number or vector for each of {len(axes)} axes, not {len(given)}"
        )
    return [_distances(h, shape, a) for a, h in zip(axes, values, strict=True)]


def _distances(h: Value, shape: Shape, axis: int) -> Value:
    given = getattr(h, "shape", ())
    if not given:
        return h
    if given != (shape[axis],):
        raise ShapeError(f"gradient: coordinates of shape {given} do not fit axis {axis} of the shape {shape}")
    if not is_inexact(h.dtype):
        h = el.astype(h, dtype=backend.dtype(float))
    steps = _differences(h, 0)
    if not isinstance(steps, Box) and len(steps) and (steps == steps[0]).all():
        return steps[0]  # the formula for equal distances takes a quarter of the time
    return reshape(steps, shape=tuple(steps.shape[0] if a == axis else 1 for a in range(len(shape))))


def _quotients(x: Value, h: Value, axis: int, edge_order: int) -> Value:
    """Inside by parabolas through three neighbours; at the ends by the two or three samples there."""
    edge = _slope_at_edge if edge_order == 1 else _parabola_at_edge
    if not getattr(h, "shape", ()):
        inside = el.divide(el.subtract(_slice(x, axis, 2, None), _slice(x, axis, None, -2)), el.multiply(2.0, h))
        first = last = [h, h]
    else:
        before, after = _slice(h, axis, None, -1), _slice(h, axis, 1, None)
        inside = _weighted(
            (-after / (before * (before + after)), _slice(x, axis, None, -2)),
            ((after - before) / (before * after), _slice(x, axis, 1, -1)),
            (before / (after * (before + after)), _slice(x, axis, 2, None)),
        )
        first = [_slice(h, axis, i, i + 1) for i in range(edge_order)]
        last = [_slice(h, axis, -1 - i, -i or None) for i in range(edge_order)]
    start = edge([_slice(x, axis, i, i + 1) for i in range(edge_order + 1)], first)
    end = edge([_slice(x, axis, -1 - i, -i or None) for i in range(edge_order + 1)], last)
    return _joined([as_dtype(part, x.dtype) for part in (start, inside, el.negative(end))], axis)


def _slope_at_edge(samples: Sequence[Value], steps: Sequence[Value]) -> Value:
    """From the first sample to the second."""
    return el.divide(el.subtract(samples[1], samples[0]), steps[0])


def _parabola_at_edge(samples: Sequence[Value], steps: Sequence[Value]) -> Value:
    """The slope at the first of three samples."""
    a, b = steps
    return _weighted(
        (-(2 * a + b) / (a * (a + b)), samples[0]),
        ((a + b) / (a * b), samples[1]),
        (-a / (b * (a + b)), samples[2]),
    )


def _weighted(*terms: tuple[Value, Value]) -> Value:
    total = None
    for weight, samples in terms:
        term = el.multiply(weight, samples)
        total = term if total is None else el.add(total, term)
    return total


# Integrals ------------------------------------------------------------------------------------------------------------


def trapezoid(y: ArrayLike, x: ArrayLike | None = None, dx: ArrayLike = 1.0, axis: int = -1) -> Array:
    """The integral of samples along an axis by the trapezoidal rule.

    Parameters
    ----------
    y : array
        The samples.
    x : array, optional
        Where they were taken: a vector along the axis, or an array that broadcasts with ``y``.
    dx : number
        The distance between samples, where ``x`` is not given.
    axis : int
        Along which axis to integrate.

    Returns
    -------
    Array
        Of the shape of ``y`` without the axis.

    Notes
    -----
    Linear in ``y``, and differentiable with respect to ``x`` and ``dx``, too.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.trapezoid([1.0, 2.0, 3.0])
    Array(4.)
    >>> wg.trapezoid([1.0, 2.0, 3.0], x=[4.0, 6.0, 8.0])
    Array(8.)
    """
    samples = array_operand(y)
    axis = normalize_axis(axis, len(samples.shape))
    if x is None:
        steps = operand(dx)
    else:
        places = array_operand(x)
        if len(places.shape) == 1:
            steps = _differences(places, 0)
            steps = reshape(steps, shape=tuple(steps.shape[0] if a == axis else 1 for a in range(len(samples.shape))))
        else:
            steps = _differences(places, normalize_axis(axis - len(samples.shape), len(places.shape)))
    pairs = el.add(_slice(samples, axis, 1, None), _slice(samples, axis, None, -1))
    if not getattr(steps, "shape", ()):
        total = el.multiply(steps, red.sum(pairs, axes=(axis,), keepdims=False))
    else:
        areas = el.multiply(steps, pairs)
        total = red.sum(areas, axes=(axis + len(areas.shape) - len(samples.shape),), keepdims=False)
    return result(el.divide(total, 2.0))


# Vectors and angles ---------------------------------------------------------------------------------------------------


def cross(
    a: ArrayLike, b: ArrayLike, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Array:
    """The cross product of vectors of three components.

    Parameters
    ----------
    a, b : array
        Stacks of vectors, which broadcast.
    axisa, axisb, axisc : int
        The axes of ``a``, ``b`` and the result along which the components stand.
    axis : int, optional
        In place of all three.

    Returns
    -------
    Array
        Bilinear in the arguments.

    Raises
    ------
    ShapeError
        If there are not three components: of vectors in the plane write ``a[0] * b[1] - a[1] * b[0]``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    Array([0., 0., 1.])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = array_operand(a), array_operand(b)
    if not x.shape or not y.shape:
        raise ShapeError("cross needs arrays of at least one dimension")
    at, bt = normalize_axis(axisa, len(x.shape), "axisa"), normalize_axis(axisb, len(y.shape), "axisb")
    if x.shape[at] != 3 or y.shape[bt] != 3:
        raise ShapeError(
            f"cross takes vectors of 3 components, not {x.shape[at]} and {y.shape[bt]}; "
            "in the plane write a[0] * b[1] - a[1] * b[0]"
        )
    x, y = move_axis(x, at, 0), move_axis(y, bt, 0)
    (a0, a1, a2), (b0, b1, b2) = ([getitem(v, index=(i,)) for i in range(3)] for v in (x, y))
    parts = [_minor(a1, b2, a2, b1), _minor(a2, b0, a0, b2), _minor(a0, b1, a1, b0)]
    shape = broadcast_shapes(x.shape[1:], y.shape[1:])
    stacked = _joined([reshape(part, shape=(1, *shape)) for part in parts], 0)
    return result(move_axis(stacked, 0, normalize_axis(axisc, len(shape) + 1, "axisc")))


def _minor(a: Value, b: Value, c: Value, d: Value) -> Value:
    return el.subtract(el.multiply(a, b), el.multiply(c, d))


def unwrap(p: ArrayLike, discont: float | None = None, axis: int = -1, *, period: float = 2 * pi) -> Array:
    """Angles made continuous: whole periods are added so that neighbours differ by no more than half of one.

    Parameters
    ----------
    p : array
        Real.
    discont : float, optional
        A smaller difference stays; by default, and at least, half of the period.
    axis : int
        Along which to go.
    period : float
        The period.

    Returns
    -------
    Array
        Of the shape of ``p``; integers stay integers where the period is one.

    Notes
    -----
    What is added is constant almost everywhere: each element has the derivative 1.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.unwrap([0, 1, 2, -1, 0], period=4)
    Array([0, 1, 2, 3, 4])
    """
    x = array_operand(p)
    axis = normalize_axis(axis, len(x.shape))
    steps = _differences(el.stop_gradient(x), axis)
    whole = steps.dtype.kind in "iu" and isinstance(period, int)
    half = period // 2 if whole else period / 2
    folded = el.subtract(el.remainder(el.add(steps, half), period), half)
    if not (whole and period % 2):  # a step of half a period up stays one
        folded = el.where(el.logical_and(el.equal(folded, -half), el.greater(steps, 0)), half, folded)
    small = el.less(el.absolute(steps), period / 2 if discont is None else discont)
    correction = el.where(small, 0, el.subtract(folded, steps))
    added = as_dtype(red.cumsum(correction, axis=axis), folded.dtype)
    rest = el.add(_slice(x, axis, 1, None), added)
    return result(_joined([as_dtype(_slice(x, axis, None, 1), rest.dtype), rest], axis))

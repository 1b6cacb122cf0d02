"""Padding: an array with more elements around it, in every way that NumPy computes them.

Axis after axis, a block before and a block after are joined to the array. What is joined along one axis is padded
along the next, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Value, normalize_axis
from ..ops import elementwise as el, shaping as ops
from ..ops.families import absorbing_multiply
from ..ops.indexing import getitem
from . import quantiles, reductions, statistics
from .indexing import getitem as getitem_of_any, storable
from .operands import ArrayLike, array_operand, concrete, result
from .ranges import linspace
from .shaping import astype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["pad"]

Blocks: TypeAlias = tuple[Value, Value]
Widths: TypeAlias = tuple[tuple[int, int], ...]
Border: TypeAlias = Callable[[Value, int, tuple[int, int], Any], Blocks]
"""``(x, axis, (before, after), option) -> blocks``: what is joined to both ends of an axis."""


def pad(
    array: ArrayLike,
    pad_width: Any,
    mode: str = "constant",
    *,
    stat_length: Any = None,
    constant_values: Any = None,
    end_values: Any = None,
    reflect_type: str | None = None,
) -> Array:
    """The array with more elements around it.

    Parameters
    ----------
    array : array
    pad_width : int, pair, sequence of pairs, or dict
        How many elements before and after: the same for all axes, or a pair ``(before, after)`` for each, or a dict
        from axes to numbers or pairs.
    mode : str
        Where the elements come from:

        - ``'constant'``: ``constant_values``;
        - ``'edge'``: the nearest end;
        - ``'linear_ramp'``: evenly spaced from ``end_values``, outside, to the nearest end;
        - ``'maximum'``, ``'minimum'``, ``'mean'``, ``'median'``: of the ``stat_length`` elements at that end;
        - ``'reflect'``, ``'symmetric'``: the array mirrored at the centre of its end element, or behind it;
        - ``'wrap'``: the other end;
        - ``'empty'``: nowhere (zeros).
    stat_length : int, pair, or sequence of pairs, optional
        By default the whole axis.
    constant_values, end_values : number, pair, or sequence of pairs, optional
        As ``pad_width``; by default 0. They may be recorded, and have derivatives.
    reflect_type : {'even', 'odd'}, optional
        Of an odd mirror image the values are mirrored, too, at that of the end: twice the end less the image.

    Returns
    -------
    Array

    Raises
    ------
    ShapeError
        If the widths do not fit the axes, are negative, or an empty axis would have to be copied.
    ValueError
        If there is no such mode, or the mode does not use an argument.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.pad([1, 2, 3], (1, 2))
    Array([0, 1, 2, 3, 0, 0])
    >>> wg.pad([1, 2, 3], 2, mode="reflect")
    Array([3, 2, 1, 2, 3, 2, 1])
    >>> wg.pad([1.0, 2.0, 6.0], 1, mode="mean")
    Array([3., 1., 2., 6., 3.])
    """
    x = array_operand(array)
    ndim = len(x.shape)
    widths = _widths(pad_width, ndim)
    if callable(mode):
        raise ValueError("pad takes no function as mode; compute the borders and join them by wg.concatenate")
    options = {
        "stat_length": stat_length,
        "constant_values": constant_values,
        "end_values": end_values,
        "reflect_type": reflect_type,
    }
    border, option = _border(mode, {name: given for name, given in options.items() if given is not None})
    if mode == "empty" or (mode == "constant" and type(option) in (int, float) and option == 0):
        return result(ops.pad(x, widths=widths))
    if mode != "constant" and 0 in x.shape:
        for axis, (n, width) in enumerate(zip(x.shape, widths, strict=True)):
            if n == 0 and width != (0, 0):
                raise ShapeError(f"axis {axis} of the shape {x.shape} is empty: pad mode {mode!r} has nothing to copy")
        return result(ops.pad(x, widths=widths))
    pairs = _pairs(option, ndim, mode) if border in (_constants, _ramps) else _lengths(option, ndim)
    for axis, width in enumerate(widths):
        if width != (0, 0):
            before, after = border(x, axis, width, pairs[axis])
            x = ops.concatenate(before, x, after, axis=axis, sizes=(width[0], x.shape[axis], width[1]))
    return result(x)


def _border(mode: str, given: dict[str, Any]) -> tuple[Border, Any]:
    """What makes the blocks of a mode, and its option."""
    if mode not in _MODES:
        raise ValueError(f"pad has the modes {', '.join(map(repr, _MODES))}, not {mode!r}")
    border, option, default = _MODES[mode]
    unknown = [name for name in given if name != option]
    if unknown:
        uses = f"only {option}" if option else "none of them"
        raise ValueError(f"pad mode {mode!r} does not use {', '.join(unknown)}; it uses {uses}")
    chosen = given.get(option, default)
    if option == "reflect_type":
        if chosen not in ("even", "odd"):
            raise ValueError(f"reflect_type of pad must be 'even' or 'odd', not {chosen!r}")
        return partial(border, odd=chosen == "odd"), None
    return border, chosen


# The arguments --------------------------------------------------------------------------------------------------------


def _widths(pad_width: Any, ndim: int) -> Widths:
    if isinstance(pad_width, dict):
        pairs = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            pairs[normalize_axis(axis, ndim)] = (width, width) if isinstance(width, int) else tuple(width)
        pad_width = pairs
    return _integer_pairs(pad_width, ndim, "pad_width")


def _integer_pairs(given: Any, ndim: int, what: str) -> Widths:
    value = concrete(array_operand(given), f"{what} of pad")
    if value.dtype.kind not in "iu" and value.size:
        raise DTypeError(f"{what} of pad must be integers, not {value.dtype}")
    try:
        pairs = np.broadcast_to(value, (ndim, 2)).tolist()
    except ValueError:
        raise _misfit(what, value, ndim) from None
    if any(n < 0 for pair in pairs for n in pair):
        raise ShapeError(f"{what} of pad must not be negative, not {pairs}")
    return tuple((int(low), int(high)) for low, high in pairs)


def _misfit(what: str, value: Value, ndim: int) -> ShapeError:
    return ShapeError(
        f"{what} of shape {value.shape} does not fit {ndim} axes; give a number, a pair, or {ndim} pair(s)"
    )


def _lengths(stat_length: Any, ndim: int) -> Any:
    return [None] * ndim if stat_length is None else _integer_pairs(stat_length, ndim, "stat_length")


def _pairs(given: Any, ndim: int, mode: str) -> list[tuple[Value, Value]]:
    """A number for each end of each axis."""
    value = array_operand(given)
    shape = value.shape
    if len(shape) > 2 or any(n not in (1, m) for n, m in zip(shape, (ndim, 2)[2 - len(shape) :], strict=True)):
        raise _misfit("constant_values" if mode == "constant" else "end_values", value, ndim)
    table = ops.broadcast_to(value, shape=(ndim, 2))
    return [(getitem(table, index=(i, 0)), getitem(table, index=(i, 1))) for i in range(ndim)]


# The blocks -----------------------------------------------------------------------------------------------------------


def _along(x: Value, axis: int, part: slice) -> Value:
    return getitem(x, index=(*(slice(None),) * axis, part))


def _repeated(slab: Value, axis: int, width: int) -> Value:
    """An array of one element along an axis, or of no dimension, repeated along the axis."""
    return ops.broadcast_to(slab, shape=(*slab.shape[:axis], width, *slab.shape[axis + 1 :]))


def _constants(x: Value, axis: int, width: tuple[int, int], values: tuple[Value, Value]) -> Blocks:
    def block(value: Value, size: int) -> Value:
        shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
        given = array_operand(astype(storable(value, x.dtype), x.dtype, copy=False))
        return ops.broadcast_to(given, shape=shape)

    return block(values[0], width[0]), block(values[1], width[1])


def _edges(x: Value, axis: int, width: tuple[int, int], _: None) -> Blocks:
    first, last = _along(x, axis, slice(0, 1)), _along(x, axis, slice(-1, None))
    return _repeated(first, axis, width[0]), _repeated(last, axis, width[1])


def _ramps(x: Value, axis: int, width: tuple[int, int], ends: tuple[Value, Value]) -> Blocks:
    n = x.shape[axis]

    def ramp(end: Value, place: int, size: int) -> Value:
        edge = getitem(x, index=(*(slice(None),) * axis, place))
        return linspace(end, edge, size, endpoint=False, dtype=x.dtype, axis=axis)

    return ramp(ends[0], 0, width[0]), ops.flip(ramp(ends[1], n - 1, width[1]), axes=(axis,))


def _statistic(
    x: Value, axis: int, width: tuple[int, int], lengths: tuple[int, int] | None, *, of: Callable[..., Value]
) -> Blocks:
    n = x.shape[axis]
    first, last = (n, n) if lengths is None else (min(lengths[0], n), min(lengths[1], n))

    def slab(part: slice) -> Value:
        value = of(_along(x, axis, part), axis, keepdims=True)
        if value.dtype != x.dtype:
            value = el.astype(el.rint(value) if x.dtype.kind in "iu" else value, dtype=x.dtype)
        return value

    if 0 in (first, last):
        raise ShapeError("stat_length of pad must not be 0: there is no statistic of no elements")
    start = slab(slice(None, first))
    end = start if first == last == n else slab(slice(n - last, None))
    return _repeated(start, axis, width[0]), _repeated(end, axis, width[1])


def _wrapped(x: Value, axis: int, width: tuple[int, int], _: None) -> Blocks:
    before, after = _places(x.shape[axis], width)
    return _taken(x, axis, before % x.shape[axis]), _taken(x, axis, after % x.shape[axis])


def _mirrored(x: Value, axis: int, width: tuple[int, int], _: None, *, centred: bool, odd: bool) -> Blocks:
    """The array mirrored at its ends again and again, at the centre of the end elements or behind them.

    With the period m, which is n - 1 or n, the element that stands k m + r from the first is one mirrored k times. An
    odd mirror image f(-i) = 2 f(0) - f(i) at one end, f(m + i) = 2 f(m) - f(m - i) at the other, has the translation
    f(i + 2 m) = f(i) + 2 (f(m) - f(0)), so that all of it is f(k m + r) = k (f(m) - f(0)) + f(r) for even k, and
    k (f(m) - f(0)) + f(m) + f(0) - f(m - r) for odd k.
    """
    n = x.shape[axis]
    if n == 1:
        return _edges(x, axis, width, None)
    period = n - 1 if centred else n

    def block(places: Any) -> Value:
        k, r = np.divmod(places, period)
        turned = k % 2
        image = _taken(x, axis, np.where(turned, n - 1 - r if not centred else period - r, r))
        if not odd:
            return image
        numbers = el.astype(image, dtype=backend.dtype("intp")) if x.dtype.kind == "b" else image
        column = (-1, *(1,) * (len(x.shape) - 1 - axis))
        ends = []
        for part, weights in ((slice(0, 1), turned - k), (slice(-1, None), turned + k)):
            end = el.astype(_along(x, axis, part), dtype=numbers.dtype)
            with backend.quiet():  # 0 times an infinite end
                ends.append(absorbing_multiply(weights.astype(numbers.dtype).reshape(column), end))
        signs = (1 - 2 * turned).astype(numbers.dtype).reshape(column)
        total = el.add(el.add(*ends), el.multiply(signs, numbers))
        return total if total.dtype == x.dtype else el.astype(total, dtype=x.dtype)

    before, after = _places(n, width)
    return block(before), block(after)


def _places(n: int, width: tuple[int, int]) -> tuple[Any, Any]:
    """Where the elements before and after stand, counted from the first of the array."""
    return np.arange(-width[0], 0), np.arange(n, n + width[1])


def _taken(x: Value, axis: int, places: Any) -> Value:
    """The elements at these places along an axis: a slice where they follow each other, forwards or backwards."""
    first, last = (int(places[0]), int(places[-1])) if places.size else (0, -1)
    for step in (1, -1):
        if places.size == step * (last - first) + 1 and (places[1:] - places[:-1] == step).all():
            end = last + step
            return _along(x, axis, slice(first, end if end >= 0 else None, step) if places.size else slice(0))
    return getitem_of_any(x, (*(slice(None),) * axis, places))


_MODES: dict[str, tuple[Any, str, Any]] = {  # what makes the blocks, the option it uses, and that option's default
    "constant": (_constants, "constant_values", 0),
    "edge": (_edges, "", None),
    "linear_ramp": (_ramps, "end_values", 0),
    "maximum": (partial(_statistic, of=reductions.max), "stat_length", None),
    "mean": (partial(_statistic, of=statistics.mean), "stat_length", None),
    "median": (partial(_statistic, of=quantiles.median), "stat_length", None),
    "minimum": (partial(_statistic, of=reductions.min), "stat_length", None),
    "reflect": (partial(_mirrored, centred=True), "reflect_type", "even"),
    "symmetric": (partial(_mirrored, centred=False), "reflect_type", "even"),
    "wrap": (_wrapped, "", None),
    "empty": (None, "", None),
}

"""Piecewise linear interpolation through points whose abscissas ascend along the last axis.

Axes in front of it stack interpolations; ``x`` has the same ones in front, and any behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .elementwise import kept, real_part, where
from .families import conjugate, constant, general, result_dtype, scale
from .indexing import gather, getitem, scatter_add
from .order_statistics import along_last
from .shaping import reshape, spread

__all__ = ["interp", "interval"]

Params = dict[str, Any]


def _batch(primitive: Callable[..., Value]) -> Callable[..., Value]:
    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        if not any(batched[1:]) and len(inputs[1].shape) == 1:
            return primitive(*inputs, **params)
        return primitive(*[spread(v, b, size) for v, b in zip(inputs, batched, strict=True)], **params)

    return batch


def _interval_type(x: ArrayType, xp: ArrayType, *, side: str) -> ArrayType:
    return ArrayType(x.shape, backend.dtype("intp"))


interval = constant(  # the number of the interval between neighbours in xp in which x lies, or which is next to it
    "interval",
    type_rule=_interval_type,
    batch=_batch(lambda *inputs, side: interval(*inputs, side=side)),
    examples=(
        Example(([0.5, 2.0, 9.0, -1.0], [0.0, 1.0, 2.0, 4.0]), {"side": "left"}),
        Example(([[0.5, 2.0], [0.0, 4.0]], [0.0, 1.0, 2.0, 4.0]), {"side": "right"}),
        Example(([[0.5], [2.0]], [[0.0, 1.0, 2.0], [0.0, 2.0, 3.0]]), {"side": "left"}),
    ),
)

_SIDES = ("left", "right")


def _read(values: Value, indices: Value) -> Value:
    """In each row of a stack the elements at the row's indices."""
    arrays, axes = along_last(values.shape, indices)
    return gather(values, *arrays, axes=axes, unique=False)


def _differences(values: Value) -> Value:
    every = (slice(None),) * (len(values.shape) - 1)
    return getitem(values, index=(*every, slice(1, None))) - getitem(values, index=(*every, slice(None, -1)))


def _end(values: Value, index: int, x: Any) -> Value:
    """The first or last element of each row, in a shape that broadcasts against x."""
    lead = len(values.shape) - 1
    ends = getitem(values, index=(*(slice(None),) * lead, index))
    return reshape(ends, shape=(*values.shape[:-1], *(1,) * (len(x.shape) - lead)))


def _within(x: Value, xp: Value) -> Value:
    return (x >= _end(xp, 0, x)) & (x <= _end(xp, -1, x))


def _slope(x: Value, xp: Value, fp: Value) -> Value:
    """The derivative with respect to x: at a point of xp the mean of both sides', at an end the inner one, 0 beyond."""
    if xp.shape[-1] == 1:
        return backend.zeros(x.shape, backend.dtype(float))
    slopes = _differences(fp) / _differences(xp)
    left, right = (_read(slopes, interval(x, xp, side=side)) for side in _SIDES)
    return kept(left / 2 + right / 2, _within(x, xp))


def _deposit(ct: Value, x: Value, xp: Value) -> Value:
    """The transpose of interpolation in fp: each cotangent is shared out between the neighbours of x.

    Interpolated in the interval on the left of a point and in that on its right, with half the weight each, so that the
    derivative of this one with respect to x and xp is consistent with ``_slope``.
    """
    if xp.shape[-1] == 1:
        arrays, axes = along_last(xp.shape, interval(x, xp, side="left"))
        return scatter_add(ct, *arrays, axes=axes, shape=xp.shape, unique=False)
    total: Any = 0
    low, high = _end(xp, 0, x), _end(xp, -1, x)
    x = where(x < low, low, where(x > high, high, x))
    for side in _SIDES:
        i = interval(x, xp, side=side)
        start = _read(xp, i)
        share = (x - start) / (_read(xp, i + 1) - start)
        for indices, weight in ((i, 1 - share), (i + 1, share)):
            arrays, axes = along_last(xp.shape, indices)
            total = total + scatter_add(scale(ct / 2, weight), *arrays, axes=axes, shape=xp.shape, unique=False)
    return total


def _pull_points(ct: Value, x: Value, xp: Value, fp: Value) -> Value:
    return -_deposit(_pull_place(ct, x, xp, fp), x, xp)


def _pull_place(ct: Value, x: Value, xp: Value, fp: Value) -> Value:
    return real_part(scale(ct, conjugate(_slope(x, xp, fp))))


def _type(x: ArrayType, xp: ArrayType, fp: ArrayType) -> ArrayType:
    return ArrayType(x.shape, result_dtype(_double, (fp.dtype,)))


def _double(fp: Value) -> Value:
    return fp * backend.sample(backend.dtype(float), 0)


# With s the slope, the same interpolation serves all: dy = s dx + interp(x, xp, dfp) - s interp(x, xp, dxp)
interp = general(
    "interp",
    "x xp fp",
    jvp=[
        lambda t, x, xp, fp: scale(t, _slope(x, xp, fp)),
        lambda t, x, xp, fp: scale(-interp(x, xp, t), _slope(x, xp, fp)),
        lambda t, x, xp: interp(x, xp, t),
    ],
    vjp=[_pull_place, _pull_points, _deposit],
    type_rule=_type,
    batch=_batch(lambda *inputs: interp(*inputs)),
    examples=(
        Example(([-0.5, 0.2, 1.5, 3.0], [-1.0, 0.0, 0.7, 2.0], (4,))),
        Example(([[-0.5], [1.1]], [0.0, 0.7, 2.0], (3,))),
        Example(((), [0.0, 1.0], (2,)), domain=(0.1, 0.9)),
        Example(([[-0.5, 0.2], [1.5, 9.0]], [[-1.0, 0.0, 0.7], [0.0, 2.0, 3.0]], (2, 3))),
        Example(([0.5, -1.0], [0.0], (1,))),
        Example(((0,), [0.0, 1.0], (2,))),
    ),
)

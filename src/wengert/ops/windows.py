"""Windows that slide over the last axes of an array: ``strides`` apart, ``dilation`` from element to element.

A window has as many axes as ``window`` has entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..backends import backend
from ..core.primitive import BatchRule, Example
from ..core.types import Shape, Value
from .elementwise import astype, kept, maximum
from .families import general, linear, shape_rule
from .reductions import sum
from .shaping import reshape, spread

__all__ = ["overlap_add", "window_max", "window_max_adjoint", "windows"]

Params = dict[str, Any]
Sizes = tuple[int, ...]

_positions = backend.implementation("window_positions")


def _split(shape: Shape, dimensions: int) -> tuple[Shape, Shape]:
    return shape[: len(shape) - dimensions], shape[len(shape) - dimensions :]


def _windows_shape(x: Shape, *, window: Sizes, strides: Sizes, dilation: Sizes) -> Shape:
    lead, sizes = _split(x, len(window))
    return (*lead, *window, *_positions(sizes, window, strides, dilation))


def _batch(primitive: Callable[..., Value]) -> BatchRule:
    """The batch axis is one more leading axis."""

    def batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
        return primitive(*[spread(x, b, size) for x, b in zip(inputs, batched, strict=True)], **params)

    return batch


_CASES: tuple[tuple[Shape, Sizes, Sizes, Sizes], ...] = (
    ((5,), (2,), (1,), (2,)),
    ((2, 3, 4), (2, 2), (1, 2), (1, 1)),
    ((2, 1), (2,), (1,), (1,)),
    ((0, 3), (2,), (1,), (1,)),
)
_EXAMPLES = tuple(Example((s,), {"window": w, "strides": t, "dilation": d}) for s, w, t, d in _CASES)

windows = linear(  # (..., *window, *positions)
    "windows",
    lambda ct, x, *, window, strides, dilation: overlap_add(
        ct, sizes=_split(x.shape, len(window))[1], strides=strides, dilation=dilation
    ),
    type_rule=shape_rule(_windows_shape),
    batch=_batch(lambda x, **p: windows(x, **p)),
    arity=1,
    examples=_EXAMPLES,
)
overlap_add = linear(  # the sum of windows, each where it stands in axes of these sizes
    "overlap_add",
    lambda ct, y, *, sizes, strides, dilation: windows(
        ct, window=_split(_split(y.shape, len(sizes))[0], len(sizes))[1], strides=strides, dilation=dilation
    ),
    type_rule=shape_rule(lambda y, *, sizes, strides, dilation: (*y[: len(y) - 2 * len(sizes)], *sizes)),
    batch=_batch(lambda y, **p: overlap_add(y, **p)),
    arity=1,
    examples=tuple(
        Example(
            (_windows_shape(s, window=w, strides=t, dilation=d),),
            {"sizes": _split(s, len(w))[1], "strides": t, "dilation": d},
        )
        for s, w, t, d in _CASES
    ),
)


# The largest elements of windows: those that tie share the derivative evenly, as in the reduction --------------------


def _attained(x: Value, out: Value, params: Params) -> tuple[Value, tuple[int, ...]]:
    """Which elements of the windows are the largest; and the axes of the windows."""
    dimensions = len(params["window"])
    lead, positions = _split(out.shape, dimensions)
    largest = reshape(out, shape=(*lead, *(1,) * dimensions, *positions))
    return windows(x, **params) == largest, tuple(range(len(lead), len(lead) + dimensions))


def _window_max_push(t: Value, x: Value, out: Value, *, window: Sizes, strides: Sizes, dilation: Sizes) -> Value:
    params = {"window": window, "strides": strides, "dilation": dilation}
    attained, axes = _attained(x, out, params)
    count = maximum(sum(attained, axes=axes, keepdims=False), 1)  # NaN does not even equal itself
    return sum(kept(windows(t, **params), attained), axes=axes, keepdims=False) / astype(count, dtype=t.dtype)


def _window_max_pull(ct: Value, x: Value, out: Value, *, window: Sizes, strides: Sizes, dilation: Sizes) -> Value:
    return window_max_adjoint(ct, x, out, window=window, strides=strides, dilation=dilation)


window_max = general(
    "window_max",
    "x",
    jvp=[_window_max_push],
    vjp=[_window_max_pull],
    type_rule=shape_rule(
        lambda x, *, window, strides, dilation: (
            *_split(x, len(window))[0],
            *_positions(_split(x, len(window))[1], window, strides, dilation),
        )
    ),
    batch=_batch(lambda x, **p: window_max(x, **p)),
    arity=1,
    examples=_EXAMPLES,
)
window_max_adjoint = linear(  # of cotangents; x and the maxima decide where they go, and that is constant
    "window_max_adjoint",
    lambda ct, cotangent, x, out, **params: _window_max_push(ct, x, out, **params),
    None,
    None,
    type_rule=lambda ct, x, out, *, window, strides, dilation: type(ct)(x.shape, ct.dtype),
    batch=_batch(lambda ct, x, out, **p: window_max_adjoint(ct, x, out, **p)),
    arity=3,
    examples=(
        Example(
            ((4,), [1, 3, 2, 3, 3], [3, 3, 3, 3]),
            {"window": (2,), "strides": (1,), "dilation": (1,)},
        ),
        Example(
            ((2, 1, 2), [[[1, 3, 2, 0]], [[2, 2, 1, 4]]], [[[3, 2]], [[2, 4]]]),
            {"window": (1, 2), "strides": (1, 2), "dilation": (2, 1)},
        ),
    ),
)

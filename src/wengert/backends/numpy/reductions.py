"""Reductions and scans."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .elementwise import absorbing_multiply
from .protocol import quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
Axes = tuple[int, ...]


def _reduction(ufunc: Any) -> Callable[..., Any]:
    def reduce(x: Any, *, axes: Axes, keepdims: bool) -> Any:
        return ufunc.reduce(x, axis=axes, keepdims=keepdims)

    reduce.__module__ = __name__
    return reduce


sum = _reduction(np.add)
prod = _reduction(np.multiply)
max = _reduction(np.maximum)
min = _reduction(np.minimum)
nanmax = _reduction(np.fmax)
nanmin = _reduction(np.fmin)
any = _reduction(np.logical_or)
all = _reduction(np.logical_and)


def norm(x: Any, *, axes: Axes, keepdims: bool) -> Any:
    """The 2-norm over some axes; of integers in float64."""
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    if len(axes) == x.ndim and not keepdims:
        flat = x.ravel("K")
        return np.sqrt(np.vdot(flat, flat).real)
    squares = x.real * x.real + x.imag * x.imag if x.dtype.kind == "c" else x * x
    return np.sqrt(sum(squares, axes=axes, keepdims=keepdims))


def logsumexp(x: Any, *, axes: Axes, keepdims: bool) -> Any:
    """log Σ exp(x), shifted by the maximum so that nothing overflows."""
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    peak = np.maximum.reduce(x.real, axis=axes, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(peak), peak, 0)
    with np.errstate(divide="ignore"):
        result = np.log(np.add.reduce(np.exp(x - shift), axis=axes, keepdims=True)) + shift
    return result if keepdims else result.reshape([n for a, n in enumerate(x.shape) if a not in axes])[()]


def argmax(x: Any, *, axis: int, keepdims: bool) -> Any:
    """The first index of the maximum."""
    return np.argmax(x, axis=axis, keepdims=keepdims)


def argmin(x: Any, *, axis: int, keepdims: bool) -> Any:
    """The first index of the minimum."""
    return np.argmin(x, axis=axis, keepdims=keepdims)


def cummax(x: Any, *, axis: int) -> Array:
    """The largest element up to each."""
    return np.maximum.accumulate(x, axis)


def cummin(x: Any, *, axis: int) -> Array:
    """The smallest element up to each."""
    return np.minimum.accumulate(x, axis)


def linear_recurrence(a: Array, b: Array, *, axis: int) -> Array:
    """h[i] = a[i] h[i-1] + b[i] along an axis, where a state that is 0 adds 0, even if its factor is not finite."""
    out = np.array(b, dtype=np.result_type(a, b))
    factors, states = np.moveaxis(a, axis, 0), np.moveaxis(out, axis, 0)
    if np.isfinite(a).all():
        for i in range(1, len(states)):
            states[i] += states[i - 1] * factors[i]
    else:
        with quiet():
            for i in range(1, len(states)):
                states[i] += absorbing_multiply(states[i - 1], factors[i])
    return out

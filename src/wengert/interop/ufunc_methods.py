"""What NumPy's ufuncs have besides being called: ``outer``, ``reduce``, ``accumulate``, ``reduceat`` and ``at``.

Each is made of the library's function of the ufunc's name, so that it is differentiable wherever the function is. Where
the library has a function for the method itself (``sum`` for ``add.reduce``), that one serves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from inspect import Parameter, signature
from math import prod
from typing import Any

import numpy as np

from .. import functions
from ..core.errors import ShapeError
from ..core.types import normalize_axes, normalize_axis
from ..functions.operands import concrete, operand

__all__ = ["NAMED", "parameters", "whole"]

Function = Callable[..., Any]

NAMED = {
    "add.reduce": "sum",
    "multiply.reduce": "prod",
    "maximum.reduce": "max",
    "minimum.reduce": "min",
    "logical_and.reduce": "all",
    "logical_or.reduce": "any",
    "add.accumulate": "cumsum",
    "multiply.accumulate": "cumprod",
    "maximum.accumulate": "cummax",
    "minimum.accumulate": "cummin",
    "logaddexp.reduce": "logsumexp",
}
"""The functions that are methods of ufuncs."""


def outer(ufunc: np.ufunc, own: Function, a: Any, b: Any, **kwargs: Any) -> Any:
    """All pairs of elements."""
    a, b = functions.asarray(a), functions.asarray(b)
    return own(a.reshape(*a.shape, *(1,) * b.ndim), b, **kwargs)


def reduce(
    ufunc: np.ufunc,
    own: Function,
    a: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The elements along some axes combined, from the first on."""
    x = functions.asarray(a) if dtype is None else functions.astype(a, dtype)
    axes = normalize_axes(axis, x.ndim)
    # NumPy says which ufuncs can be reduced at all, and over several axes
    ufunc.reduce(np.ones((1,) * x.ndim, x.dtype), axis=None if x.ndim == 0 else axes)
    rows = _rows(x, axes)
    chosen: Any = True if where is True else _rows(functions.broadcast_to(where, x.shape), axes)
    total, rest = _start(ufunc, x, rows, initial, where)
    for i in rest:
        step = own(total, rows[i])
        total = step if where is True else functions.where(chosen[i], step, total)
    return total.reshape([1 if i in axes else n for i, n in enumerate(x.shape)]) if keepdims else total


def _rows(x: Any, axes: tuple[int, ...]) -> Any:
    """The axes in front, as one."""
    kept = [n for i, n in enumerate(x.shape) if i not in axes]
    return functions.moveaxis(x, axes, range(len(axes))).reshape(prod(x.shape[a] for a in axes), *kept)


def _start(ufunc: np.ufunc, x: Any, rows: Any, initial: Any, where: Any) -> tuple[Any, range]:
    """What a reduction begins with, and which rows follow."""
    if initial is None and where is True and len(rows):
        return functions.copy(rows[0]), range(1, len(rows))
    if initial is None:
        initial = ufunc.identity
    if initial is None:
        raise ShapeError(f"{ufunc.__name__}.reduce of nothing, or with where=, has no identity: give initial=")
    return functions.full(rows.shape[1:], initial, dtype=functions.result_type(x, initial)), range(len(rows))


def accumulate(ufunc: np.ufunc, own: Function, array: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    """All partial results along an axis."""
    x = functions.asarray(array) if dtype is None else functions.astype(array, dtype)
    axis = normalize_axis(axis, x.ndim)
    ufunc.accumulate(np.ones((1,) * x.ndim, x.dtype), axis)
    rows = functions.moveaxis(x, axis, 0)
    if not len(rows):
        return functions.copy(x)
    totals = [rows[0]]
    for i in range(1, len(rows)):
        totals.append(own(totals[-1], rows[i]))
    return functions.stack(totals, axis)


def reduceat(
    ufunc: np.ufunc, own: Function, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: None = None
) -> Any:
    """The elements between one index and the next combined; the element at an index that the next does not exceed."""
    x = functions.asarray(array)
    axis = normalize_axis(axis, x.ndim)
    begins = np.asarray(concrete(operand(indices), "reduceat"))
    ufunc.reduceat(np.broadcast_to(np.ones((), x.dtype), (x.shape[axis],)), begins)  # checks the indices
    rows = functions.moveaxis(x, axis, 0)
    parts = []
    for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True):
        part = rows[begin : end if end > begin else begin + 1]
        parts.append(whole(ufunc, "reduce", own, part, axis=0, dtype=dtype))
    return functions.stack(parts, axis) if parts else functions.zeros((0, *rows.shape[1:]), x.dtype)


def at(ufunc: np.ufunc, own: Function, a: Any, indices: Any, *b: Any) -> None:
    """``a[indices] = ufunc(a[indices], b)``, and again for every time that an index is repeated."""
    places = np.arange(a.size).reshape(a.shape)[_plain(indices)]
    operands = [functions.broadcast_to(x, places.shape).reshape(-1) for x in b]
    flat = functions.ravel(a)
    for chosen in _rounds(places.reshape(-1)):
        target = places.reshape(-1)[chosen]
        flat[target] = own(flat[target], *[x[chosen] for x in operands])
    a[...] = flat.reshape(a.shape)


def _plain(index: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(map(_plain, index))
    return index if isinstance(index, slice) or index is None or index is Ellipsis else concrete(operand(index), "at")


def _rounds(places: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
    """Positions among the places, such that none is met twice in a round, and in the order in which they come."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    first = np.searchsorted(ordered, ordered)
    repeated = np.arange(len(places)) - first
    for number in range(int(repeated.max(initial=-1)) + 1):
        yield np.sort(order[repeated == number])


def whole(ufunc: np.ufunc, method: str, own: Function, *args: Any, **kwargs: Any) -> Any:
    """The method, by the library's function for it if there is one that takes these arguments."""
    if method in ("reduce", "accumulate"):
        kwargs.setdefault("axis", 0)
    named = NAMED.get(f"{ufunc.__name__}.{method}")
    if named is not None:
        function = getattr(functions, named)
        if kwargs.keys() <= parameters(function).keys():
            return function(*args, **kwargs)
    return _METHODS[method](ufunc, own, *args, **kwargs)


@lru_cache(maxsize=1024)
def parameters(function: Function) -> Mapping[str, Parameter]:
    """The parameters of a function, by name."""
    return signature(function).parameters


_METHODS: dict[str, Function] = {
    "outer": outer,
    "reduce": reduce,
    "accumulate": accumulate,
    "reduceat": reduceat,
    "at": at,
}

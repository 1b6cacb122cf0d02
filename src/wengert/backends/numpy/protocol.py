"""What the library asks of its array library, for NumPy: values, and arrays made from nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def is_array(value: Any) -> bool:
    """Whether ``value`` is a NumPy array or scalar."""
    return isinstance(value, (np.ndarray, np.generic))


def asarray(value: Any, dtype: Any = None, copy: bool | None = None) -> Array:
    """``value`` as a NumPy array."""
    return np.array(value, dtype=dtype, copy=copy)


def frozen_copy(value: Any) -> Any:
    """``value``, or a copy of it where somebody could write into it, be it through what it is a view of."""
    if not isinstance(value, np.ndarray) or (value.base is None and not value.flags.writeable):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


class _Made(threading.local):
    arrays: dict[int, Array] | None = None


_made = _Made()


@contextmanager
def noting() -> Iterator[None]:
    """A scope that remembers the arrays that are made from nothing: zeros, ones and their like."""
    outer, _made.arrays = _made.arrays, {}
    try:
        yield
    finally:
        _made.arrays = outer


def made(value: Any) -> bool:
    """Whether an array was made from nothing, by the library itself, in the innermost scope that remembers it."""
    return _made.arrays is not None and id(value) in _made.arrays


def remade(array: Any) -> Any:
    """An array that was made from nothing earlier, and counts as if made now."""
    return _noted(array) if isinstance(array, np.ndarray) else array


def _noted(array: Array) -> Array:
    if _made.arrays is not None:
        _made.arrays[id(array)] = array
    return array


def zeros(shape: tuple[int, ...], dtype: Any) -> Array:
    """Zeros."""
    return _noted(np.zeros(shape, dtype))


def ones(shape: tuple[int, ...], dtype: Any) -> Array:
    """Ones."""
    return _noted(np.ones(shape, dtype))


def basis(size: int, dtype: Any) -> Array:
    """The standard basis as the rows of a matrix."""
    return _noted(np.eye(size, dtype=dtype))


def half_lower(size: int, dtype: Any) -> Array:
    """Ones below the diagonal and halves on it."""
    return _noted(np.tri(size, size, -1, dtype) + 0.5 * np.eye(size, dtype=dtype))


def lower(rows: int, columns: int, diagonal: int, dtype: Any) -> Array:
    """Ones below and on a diagonal, zeros above."""
    return _noted(np.tri(rows, columns, diagonal, dtype))


def arange(size: int) -> Array:
    """The integers from zero."""
    return _noted(np.arange(size))


def dtype(spec: Any) -> np.dtype[Any]:
    """The dtype object that ``spec`` means."""
    found: np.dtype[Any] = np.dtype(spec)
    return found


def limits(dtype: Any) -> tuple[Any, Any]:
    """The smallest and the largest integer or boolean of a dtype."""
    return (False, True) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def precision(dtype: Any) -> float:
    """The distance from 1 to the next number of an inexact dtype."""
    return float(np.finfo(dtype).eps)


def sample(dtype: Any, ndim: int) -> Any:
    """Ones, one element along each axis; for a Python type the Python scalar 1."""
    return np.ones((1,) * ndim, dtype) if isinstance(dtype, np.dtype) else dtype(1)


def quiet() -> AbstractContextManager[Any]:
    """A scope without floating-point warnings."""
    return np.errstate(all="ignore")

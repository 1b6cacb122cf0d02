"""Convolution and correlation of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import ShapeError
from ..core.types import Value
from ..ops import elementwise as el
from ..ops.filtering import convolve as _convolve
from ..ops.indexing import getitem
from ..ops.shaping import flip, reshape
from .operands import ArrayLike, array_operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["convolve", "correlate"]

_MODES = ("full", "same", "valid")


def convolve(a: ArrayLike, v: ArrayLike, mode: str = "full") -> Array:
    """The convolution of two vectors: Σ a[i] v[k - i].

    Parameters
    ----------
    a, v : vector
        Of n and m elements.
    mode : {'full', 'same', 'valid'}
        Which part of the n + m - 1 numbers: all; max(n, m) in the middle; the max(n, m) - min(n, m) + 1 for which the
        shorter vector lies within the longer one.

    Returns
    -------
    Array
        A vector of the promoted dtype.

    Raises
    ------
    ShapeError
        If one of them is no vector, or has no element.

    Notes
    -----
    It is linear in both; the derivative's transpose is a correlation.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.convolve([1.0, 2.0, 3.0], [0.0, 1.0, 0.5])
    Array([0. , 1. , 2.5, 4. , 1.5])
    """
    x, y = _vectors("convolve", a, v, mode)
    if y.shape[0] > x.shape[0]:
        x, y = y, x
    return result(_part(x, y, mode, (y.shape[0] - 1) // 2))


def correlate(a: ArrayLike, v: ArrayLike, mode: str = "valid") -> Array:
    """The cross-correlation of two vectors: Σ a[i + k] conj(v[i]).

    Parameters
    ----------
    a, v : vector
    mode : {'valid', 'same', 'full'}
        As for :func:`convolve`.

    Returns
    -------
    Array
        A vector of the promoted dtype.

    Raises
    ------
    ShapeError
        If one of them is no vector, or has no element.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.correlate([1.0, 2.0, 3.0], [0.0, 1.0, 0.5], "same")
    Array([2. , 3.5, 3. ])
    """
    x, y = _vectors("correlate", a, v, mode)
    y = flip(y if y.dtype.kind != "c" else el.conj(y), axes=(0,))
    if y.shape[0] > x.shape[0]:  # from the other end, as NumPy
        return result(_part(y, x, mode, x.shape[0] // 2))
    return result(_part(x, y, mode, (y.shape[0] - 1) // 2))


def _vectors(name: str, a: ArrayLike, v: ArrayLike, mode: str) -> tuple[Value, Value]:
    if mode not in _MODES:
        raise ValueError(f"mode of {name} must be 'full', 'same' or 'valid', not {mode!r}")
    x, y = (array_operand(z) for z in (a, v))
    x, y = (reshape(z, shape=(1,)) if not z.shape else z for z in (x, y))
    if len(x.shape) != 1 or len(y.shape) != 1:
        raise ShapeError(f"{name} takes vectors, not arrays of shapes {x.shape} and {y.shape}; use wg.vmap for stacks")
    if 0 in (*x.shape, *y.shape):
        raise ShapeError(f"{name} takes vectors with elements, not those of shapes {x.shape} and {y.shape}")
    return x, y


def _part(x: Value, y: Value, mode: str, start: int) -> Value:
    """The part of the convolution that the mode says, where y is not longer than x."""
    if mode != "same":
        return _convolve(x, y, mode=mode)
    full = _convolve(x, y, mode="full")
    return getitem(full, index=(slice(start, start + x.shape[0]),))

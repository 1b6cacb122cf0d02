"""Functions that make arrays of zeros, of ones, or of one value; each takes ``dtype`` and ``requires_grad``."""

from __future__ import annotations

from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ShapeError
from ..core.interpreter import Box, strip
from ..core.types import Shape, Value
from ..ops import shaping as ops
from .devices import check_device
from .operands import ArrayLike, array_operand, result
from .shaping import astype, number_dtype, shape_argument

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "zeros",
    "ones",
    "empty",
    "full",
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "eye",
    "identity",
    "tri",
]

DType = Any
"""Anything that NumPy takes for a dtype of numbers, or None."""


def made(value: Value, requires_grad: bool, device: str | None = None) -> Array:
    """What a creation function returns."""
    check_device(device)
    array = result(value)
    return array.requires_grad_() if requires_grad else array


def check_order(order: Any) -> None:
    if order not in ("K", "A", "C", "F"):
        raise ValueError(f"order must be 'K', 'A', 'C' or 'F', not {order!r}")


# Of one value ---------------------------------------------------------------------------------------------------------


def zeros(
    shape: Any, dtype: DType = None, order: str = "C", *, device: Any = None, requires_grad: bool = False
) -> Array:
    """An array of zeros, of float64 unless ``dtype`` says otherwise.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.zeros((2, 2))
    Array([[0., 0.],
           [0., 0.]])
    """
    check_device(device)
    return made(np.zeros(checked_shape(shape), _float_or(dtype), _creating(order)), requires_grad)


def ones(
    shape: Any, dtype: DType = None, order: str = "C", *, device: Any = None, requires_grad: bool = False
) -> Array:
    """An array of ones, of float64 unless ``dtype`` says otherwise.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ones(3)
    Array([1., 1., 1.])
    """
    check_device(device)
    return made(np.ones(checked_shape(shape), _float_or(dtype), _creating(order)), requires_grad)


def empty(
    shape: Any, dtype: DType = None, order: str = "C", *, device: Any = None, requires_grad: bool = False
) -> Array:
    """An array of values that do not matter: here, of zeros."""
    return zeros(shape, dtype, order, device=device, requires_grad=requires_grad)


def _float_or(dtype: DType) -> Any:
    return number_dtype(float if dtype is None else dtype)


def _creating(order: Any) -> Any:
    """The order in memory of a new array."""
    if order not in ("C", "F"):
        raise ValueError(f"order must be 'C' or 'F', not {order!r}")
    return order


def full(
    shape: Any,
    fill_value: ArrayLike,
    dtype: DType = None,
    order: str = "C",
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Array:
    """An array of one value.

    Parameters
    ----------
    shape : int or tuple of int
    fill_value : number or array
        Broadcasts to the shape; what is recorded stays recorded.
    dtype : optional
        By default that of ``fill_value``.
    order : {'C', 'F'}
        Of the elements in memory, which nothing but ``numpy()`` shows.
    device : {'cpu'}, optional
        There is no other.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.full(3, 7.0)
    Array([7., 7., 7.])
    """
    check_device(device)
    return _filled(shape, fill_value, dtype, requires_grad, _creating(order))


def _filled(shape: Any, fill_value: ArrayLike, dtype: DType, requires_grad: bool, order: str = "C") -> Array:
    shape = checked_shape(shape)
    value = strip(array_operand(fill_value))
    target = value.dtype if dtype is None else number_dtype(dtype)
    if isinstance(value, Box):
        lead = len(shape) - len(value.shape)
        if lead < 0 or any(n not in (1, m) for n, m in zip(value.shape, shape[lead:], strict=True)):
            raise ShapeError(f"full: a value of shape {value.shape} does not broadcast to the shape {shape}")
        return made(ops.broadcast_to(astype(value, target), shape=shape), requires_grad)
    try:
        return made(np.full(shape, value, target, order), requires_grad)  # type: ignore[call-overload]
    except ValueError as error:
        raise ShapeError(f"full: {error}") from None


def checked_shape(shape: Any) -> Shape:
    sizes = shape_argument(shape)
    if min(sizes, default=0) < 0:
        raise ShapeError(f"a shape cannot have negative entries: {sizes}")
    return sizes


def _like(a: ArrayLike, dtype: DType, shape: Any, order: Any, device: Any) -> tuple[Any, DType, str]:
    """The shape, the dtype and the order in memory of an array like ``a``."""
    check_device(device)
    check_order(order)
    given = array_operand(a)
    plain = strip(given)
    if order in ("K", "A"):
        order = "F" if isinstance(plain, np.ndarray) and plain.flags.fnc else "C"
    return given.shape if shape is None else shape, given.dtype if dtype is None else dtype, order


def zeros_like(
    a: ArrayLike,
    dtype: DType = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Array:
    """Zeros of the shape and dtype of ``a``, unless given.

    Parameters
    ----------
    a : array
    dtype, shape : optional
        By default those of ``a``.
    order : {'K', 'A', 'C', 'F'}
        Of the elements in memory, which nothing but ``numpy()`` shows.
    subok : bool
        As in NumPy, and without effect: there are no subclasses.
    device : {'cpu'}, optional
        There is no other.
    requires_grad : bool
        Whether computations with the array are recorded.

    Returns
    -------
    Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.zeros_like([1.0, 2.0])
    Array([0., 0.])
    """
    like_shape, like_dtype, layout = _like(a, dtype, shape, order, device)
    return zeros(like_shape, like_dtype, layout, requires_grad=requires_grad)


def ones_like(
    a: ArrayLike,
    dtype: DType = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Array:
    """Ones of the shape and dtype of ``a``, unless given; the arguments are those of :func:`zeros_like`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.ones_like([1.0, 2.0])
    Array([1., 1.])
    """
    like_shape, like_dtype, layout = _like(a, dtype, shape, order, device)
    return ones(like_shape, like_dtype, layout, requires_grad=requires_grad)


def empty_like(
    prototype: ArrayLike,
    dtype: DType = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Array:
    """Values that do not matter, of the shape and dtype of ``prototype`` unless given: here, zeros."""
    return zeros_like(prototype, dtype, order, subok, shape, device=device, requires_grad=requires_grad)


def full_like(
    a: ArrayLike,
    fill_value: ArrayLike,
    dtype: DType = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Array:
    """One value throughout, in the shape and dtype of ``a`` unless given.

    The other arguments are those of :func:`zeros_like`; a recorded value stays recorded.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.full_like([1.0, 2.0], 3)
    Array([3., 3.])
    """
    like_shape, like_dtype, layout = _like(a, dtype, shape, order, device)
    return _filled(like_shape, fill_value, like_dtype, requires_grad, layout)


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DType = None,
    order: str = "C",
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Array:
    """A matrix with ones on its ``k``-th diagonal and zeros elsewhere; of N rows and M columns (by default N).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.eye(2)
    Array([[1., 0.],
           [0., 1.]])
    """
    check_device(device)
    rows, columns = checked_shape((N, N if M is None else M))
    return made(np.eye(rows, columns, k, _float_or(dtype), _creating(order)), requires_grad)


def identity(n: int, dtype: DType = None, *, requires_grad: bool = False) -> Array:
    """The unit matrix of n rows."""
    return eye(n, dtype=dtype, requires_grad=requires_grad)


def tri(N: int, M: int | None = None, k: int = 0, dtype: DType = float, *, requires_grad: bool = False) -> Array:
    """A matrix with ones on and below its ``k``-th diagonal and zeros above; of N rows and M columns (by default N).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.tri(2, 3)
    Array([[1., 0., 0.],
           [1., 1., 0.]])
    """
    return made(np.tri(as_integer(N), None if M is None else as_integer(M), k, number_dtype(dtype)), requires_grad)

"""Polynomials given by the vector of their coefficients, highest power first, as NumPy's older functions take them."""

from __future__ import annotations

from operator import index as as_integer
from typing import TYPE_CHECKING

import numpy as np

from ..backends import backend
from ..core.errors import ShapeError
from ..core.types import Value, is_inexact
from ..ops import elementwise as el, reductions as red
from ..ops.filtering import convolve as _convolve
from ..ops.indexing import getitem
from ..ops.polynomials import polynomial_roots
from ..ops.shaping import broadcast_to, concatenate, flip, pad, reshape
from .filtering import convolve
from .linalg import eigvals
from .operands import ArrayLike, array_operand, concrete, result
from .reductions import as_dtype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = [
    "poly",
    "roots",
    "polyval",
    "polyadd",
    "polysub",
    "polymul",
    "polydiv",
    "polyder",
    "polyint",
    "vander",
]


def _coefficients(p: ArrayLike, name: str) -> Value:
    x = array_operand(p)
    if len(x.shape) > 1:
        raise ShapeError(f"{name} takes a vector of coefficients, not an array of shape {x.shape}")
    return x if x.shape else reshape(x, shape=(1,))


def _part(x: Value, start: int | None, stop: int | None) -> Value:
    return getitem(x, index=(slice(start, stop),))


def _joined(*parts: Value) -> Value:
    return concatenate(*parts, axis=0, sizes=tuple(p.shape[0] for p in parts))


def _double(x: Value) -> Value:
    """Integers in floating point."""
    return x if is_inexact(x.dtype) else el.astype(x, dtype=backend.dtype(float))


# Values and roots -----------------------------------------------------------------------------------------------------


def polyval(p: ArrayLike, x: ArrayLike) -> Array:
    """The values of a polynomial, by Horner's rule.

    Parameters
    ----------
    p : vector
        The coefficients, highest power first; arrays of coefficients, along the first axis, broadcast with ``x``.
    x : array
        Where to evaluate it.

    Returns
    -------
    Array
        Of the shape of ``x``; differentiable with respect to both.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polyval([3.0, 0.0, 1.0], [0.0, 5.0])
    Array([ 1., 76.])
    """
    coefficients, place = array_operand(p), array_operand(x)
    if not coefficients.shape:
        raise ShapeError("polyval takes a vector of coefficients, not a number")
    total: Value = backend.zeros(place.shape, place.dtype)
    for i in range(coefficients.shape[0]):
        total = el.add(el.multiply(total, place), getitem(coefficients, index=(i,)))
    return result(total)


def poly(seq_of_zeros: ArrayLike) -> Array:
    """The coefficients of the polynomial with these roots, the highest one 1.

    Parameters
    ----------
    seq_of_zeros : vector
        The roots. Complex ones must have known values, since conjugate pairs make real coefficients.

    Returns
    -------
    Array
        One coefficient more than roots.

    Raises
    ------
    ShapeError
        If it is given neither a vector nor a square matrix.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.poly([1.0, 2.0])
    Array([ 1., -3.,  2.])
    """
    zeros = array_operand(seq_of_zeros)
    zeros = zeros if zeros.shape else reshape(zeros, shape=(1,))
    if len(zeros.shape) == 2 and zeros.shape[0] == zeros.shape[1] > 0:
        return _characteristic(zeros)
    if len(zeros.shape) != 1:
        raise ShapeError(f"poly takes a vector of roots, or a square matrix, not the shape {zeros.shape}")
    zeros = _double(zeros)
    one = backend.ones((1,), zeros.dtype)
    out: Value = one
    for i in range(zeros.shape[0]):
        out = _convolve(out, _joined(one, el.negative(_part(zeros, i, i + 1))), mode="full")
    if zeros.dtype.kind == "c":
        known = concrete(zeros, "poly of complex roots")
        if (np.sort(known) == np.sort(known.conj())).all():
            out = el.real(out)
    return result(out if zeros.shape[0] else reshape(out, shape=()))


def _characteristic(a: Value) -> Array:
    """The characteristic polynomial of a matrix: of a real one it is real."""
    found = poly(eigvals(a))
    return found if a.dtype.kind == "c" else found.real


def roots(p: ArrayLike) -> Array:
    """The roots of a polynomial.

    Parameters
    ----------
    p : vector
        The coefficients, highest power first. Their values decide about the result's shape and dtype, so that they must
        be known: not inside of :func:`vmap`.

    Returns
    -------
    Array
        Real if all roots are; in no particular order. Leading zeros do not count.

    Notes
    -----
    The derivative of a simple root r is -Σ rᵏ dpₖ / p'(r); a multiple one has none, which is NaN.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.sort(wg.roots([1.0, -3.0, 2.0]))
    Array([1., 2.])
    """
    x = _coefficients(p, "roots")
    known = concrete(x, "roots")
    present = np.flatnonzero(known)
    if not len(present):
        return result(backend.zeros((0,), backend.dtype(float)))
    first = int(present[0])
    found = polynomial_roots(_part(_double(x), first, None))
    if x.dtype.kind != "c" and not np.imag(concrete(found, "roots")).any():
        found = el.real(found)
    return result(found)


# Arithmetic -----------------------------------------------------------------------------------------------------------


def polyadd(a1: ArrayLike, a2: ArrayLike) -> Array:
    """The sum of two polynomials.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polyadd([1.0, 2.0], [9.0, 5.0, 4.0])
    Array([9., 6., 6.])
    """
    return result(el.add(*_aligned(a1, a2, "polyadd")))


def polysub(a1: ArrayLike, a2: ArrayLike) -> Array:
    """The difference of two polynomials.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polysub([2.0, 10.0, -2.0], [10.0, -4.0])
    Array([2., 0., 2.])
    """
    return result(el.subtract(*_aligned(a1, a2, "polysub")))


def _aligned(a1: ArrayLike, a2: ArrayLike, name: str) -> tuple[Value, Value]:
    """Two vectors of coefficients, of one length by zeros in front."""
    x, y = _coefficients(a1, name), _coefficients(a2, name)
    n = max(x.shape[0], y.shape[0])
    x, y = (v if v.shape[0] == n else pad(v, widths=((n - v.shape[0], 0),)) for v in (x, y))
    return x, y


def polymul(a1: ArrayLike, a2: ArrayLike) -> Array:
    """The product of two polynomials: the convolution of their coefficients, without leading zeros.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polymul([1.0, 2.0], [1.0, -2.0])
    Array([ 1.,  0., -4.])
    """
    return convolve(*[_without_leading_zeros(_coefficients(a, "polymul")) for a in (a1, a2)])


def _without_leading_zeros(p: Value) -> Value:
    """As :class:`numpy.poly1d` has it: a polynomial that is 0 keeps one coefficient."""
    present = np.flatnonzero(concrete(p, "polymul, which leaves out leading zeros,"))
    if not len(present):
        return backend.zeros((1,), p.dtype)
    return p if present[0] == 0 else _part(p, int(present[0]), None)


def polydiv(u: ArrayLike, v: ArrayLike) -> tuple[Array, Array]:
    """The quotient and the remainder of two polynomials.

    Parameters
    ----------
    u, v : vector
        The coefficients of dividend and divisor. Their values must be known, since a remainder has no leading zeros.

    Returns
    -------
    q, r : Array

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polydiv([3.0, 5.0, 2.0], [2.0, 1.0])
    (Array([1.5 , 1.75]), Array([0.25]))
    """
    x, y = (_double(_coefficients(a, "polydiv")) for a in (u, v))
    if 0 in (*x.shape, *y.shape):
        raise ShapeError(f"polydiv takes vectors with elements, not those of shapes {x.shape} and {y.shape}")
    dtype = el.add(_part(x, 0, 1), _part(y, 0, 1)).dtype
    x, y = as_dtype(x, dtype), as_dtype(y, dtype)
    n = y.shape[0] - 1
    scale, rest = el.reciprocal(_part(y, 0, 1)), _part(y, 1, None)
    quotients = []
    window, later = _part(x, 0, n + 1), _part(x, n + 1, None)
    steps = x.shape[0] - n
    for k in range(steps):
        quotients.append(el.multiply(scale, _part(window, 0, 1)))
        window = el.subtract(_part(window, 1, None), el.multiply(quotients[-1], rest))
        if k + 1 < steps:
            window = _joined(window, _part(later, k, k + 1))
    remainder = window if steps > 0 else x
    quotient = _joined(*quotients) if quotients else backend.zeros((1,), dtype)
    return result(quotient), result(_significant(remainder))


def _significant(remainder: Value) -> Value:
    """Without leading coefficients that are zero, or that rounding left in place of zero; at least one."""
    if remainder.shape[0] == 0:
        return backend.zeros((1,), remainder.dtype)
    large = np.flatnonzero(~(np.abs(concrete(remainder, "polydiv")) <= _NEGLIGIBLE))
    first = int(large[0]) if len(large) else remainder.shape[0] - 1
    return remainder if first == 0 else _part(remainder, first, None)


_NEGLIGIBLE = 1e-8
"""What NumPy takes for zero in a remainder."""


# Calculus -------------------------------------------------------------------------------------------------------------


def polyder(p: ArrayLike, m: int = 1) -> Array:
    """The coefficients of the m-th derivative of a polynomial.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polyder([1.0, 1.0, 1.0])
    Array([2., 1.])
    """
    x, order = array_operand(p), as_integer(m)
    if order < 0:
        raise ValueError(f"polyder takes a derivative of order 0 or more, not {order}; integrate with polyint")
    if len(x.shape) != 1:
        raise ShapeError(f"polyder takes a vector of coefficients, not an array of shape {x.shape}")
    for _ in range(order):
        x = el.multiply(_part(x, None, -1), np.arange(max(x.shape[0] - 1, 0), 0, -1))
    return result(x)


def polyint(p: ArrayLike, m: int = 1, k: ArrayLike | None = None) -> Array:
    """The coefficients of the m-th integral of a polynomial.

    Parameters
    ----------
    p : vector
        The coefficients, highest power first.
    m : int
        How often to integrate.
    k : number or vector, optional
        The constants of integration, the first one first; by default 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polyint([6.0, 2.0], k=3.0)
    Array([3., 2., 3.])
    """
    x, order = array_operand(p), as_integer(m)
    if order < 0:
        raise ValueError(f"polyint takes an integral of order 0 or more, not {order}; differentiate with polyder")
    if len(x.shape) != 1:
        raise ShapeError(f"polyint takes a vector of coefficients, not an array of shape {x.shape}")
    constants = backend.zeros((order,), backend.dtype(float)) if k is None else _coefficients(k, "polyint, as k,")
    if constants.shape[0] == 1 and order > 1:
        constants = broadcast_to(constants, shape=(order,))
    if constants.shape[0] < order:
        raise ShapeError(f"polyint takes 1 constant or {order} of them, not {constants.shape[0]}")
    for i in range(order):
        x = _joined(el.divide(x, np.arange(x.shape[0], 0, -1)), _part(constants, i, i + 1))
    return result(x)


def vander(x: ArrayLike, N: int | None = None, increasing: bool = False) -> Array:
    """The Vandermonde matrix: the powers of each number, in a row.

    Parameters
    ----------
    x : vector
    N : int, optional
        How many powers, from the 0th; by default as many as numbers.
    increasing : bool
        Whether the 0th comes first, or last.

    Returns
    -------
    Array
        Of shape (len(x), N), in double precision if ``x`` is not of integers.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.vander([2.0, 3.0], 3)
    Array([[4., 2., 1.],
           [9., 3., 1.]])
    """
    numbers = array_operand(x)
    if len(numbers.shape) != 1:
        raise ShapeError(f"vander takes a vector, not an array of shape {numbers.shape}")
    n = numbers.shape[0]
    columns = n if N is None else as_integer(N)
    if columns < 0:
        raise ShapeError(f"vander cannot make {columns} columns")
    numbers = as_dtype(numbers, np.promote_types(numbers.dtype, int))
    parts = [backend.ones((n, min(columns, 1)), numbers.dtype)]
    if columns > 1:
        factors = broadcast_to(reshape(numbers, shape=(n, 1)), shape=(n, columns - 1))
        parts.append(red.cumprod(factors, axis=1))
    out = concatenate(*parts, axis=1, sizes=tuple(part.shape[1] for part in parts)) if len(parts) > 1 else parts[0]
    return result(out if increasing else flip(out, axes=(1,)))

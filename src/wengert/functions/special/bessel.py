"""Bessel functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ops.special import bessel as ops
from ..operands import ArrayLike, operand, result

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "j0",
    "j1",
    "jn",
    "jv",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kv",
    "kve",
    "y0",
    "y1",
    "yn",
    "yv",
]


def j0(x: ArrayLike, /) -> Array:
    """The Bessel function of the first kind of order 0; the derivative is -j1(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.j0([0.0, 1.0])
    Array([1.        , 0.76519769])
    """
    return result(ops.j0(operand(x)))


def j1(x: ArrayLike, /) -> Array:
    """The Bessel function of the first kind of order 1; the derivative is (j0(x) - jv(2, x)) / 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.j1([0.0, 1.0])
    Array([0.        , 0.44005059])
    """
    return result(ops.j1(operand(x)))


def jv(v: ArrayLike, z: ArrayLike, /) -> Array:
    """The Bessel function of the first kind of real order v.

    Raises
    ------
    GraphError
        If the derivative with respect to the order is asked for: there is none here.

    Notes
    -----
    The derivative with respect to z is (jv(v - 1, z) - jv(v + 1, z)) / 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.jv([0.0, 0.5], 1.0)
    Array([0.76519769, 0.67139671])
    """
    return result(ops.jv(operand(v), operand(z)))


def y0(x: ArrayLike, /) -> Array:
    """The Bessel function of the second kind of order 0; the derivative is -y1(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.y0(1.0)
    Array(0.08825696)
    """
    return result(ops.y0(operand(x)))


def y1(x: ArrayLike, /) -> Array:
    """The Bessel function of the second kind of order 1; the derivative is (y0(x) - yn(2, x)) / 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.y1(1.0)
    Array(-0.78121282)
    """
    return result(ops.y1(operand(x)))


def yn(n: ArrayLike, x: ArrayLike, /) -> Array:
    """The Bessel function of the second kind of integer order n, which is constant; see :func:`yv`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.yn(2, 1.0)
    Array(-1.65068261)
    """
    return result(ops.yn(operand(n), operand(x)))


def yv(v: ArrayLike, z: ArrayLike, /) -> Array:
    """The Bessel function of the second kind of real order v.

    Raises
    ------
    GraphError
        If the derivative with respect to the order is asked for: there is none here.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.yv(0.5, 1.0)
    Array(-0.43109887)
    """
    return result(ops.yv(operand(v), operand(z)))


def i0(x: ArrayLike, /) -> Array:
    """The modified Bessel function of the first kind of order 0; the derivative is i1(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.i0([0.0, 1.0])
    Array([1.        , 1.26606588])
    """
    return result(ops.i0(operand(x)))


def i0e(x: ArrayLike, /) -> Array:
    """exp(-|x|) i0(x).

    Notes
    -----
    The derivative, i1e(x) - i0e(x) for x > 0, cancels for large x: there it is an asymptotic series. At the kink at 0
    it is 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.i0e([0.0, 1000.0])
    Array([1.        , 0.01261724])
    >>> wg.grad(wg.special.i0e)(1e8)
    Array(-1.99471141e-13)
    """
    return result(ops.i0e(operand(x)))


def i1(x: ArrayLike, /) -> Array:
    """The modified Bessel function of the first kind of order 1; the derivative is (i0(x) + iv(2, x)) / 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.i1([0.0, 1.0])
    Array([0.       , 0.5651591])
    """
    return result(ops.i1(operand(x)))


def i1e(x: ArrayLike, /) -> Array:
    """exp(-|x|) i1(x); see :func:`i0e`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.i1e(1000.0)
    Array(0.01261093)
    """
    return result(ops.i1e(operand(x)))


def iv(v: ArrayLike, z: ArrayLike, /) -> Array:
    """The modified Bessel function of the first kind of real order v.

    Raises
    ------
    GraphError
        If the derivative with respect to the order is asked for: there is none here.

    Notes
    -----
    The derivative with respect to z is (iv(v - 1, z) + iv(v + 1, z)) / 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.iv([0.0, 0.5], 1.0)
    Array([1.26606588, 0.93767489])
    """
    return result(ops.iv(operand(v), operand(z)))


def ive(v: ArrayLike, z: ArrayLike, /) -> Array:
    """exp(-|Re z|) iv(v, z).

    Raises
    ------
    GraphError
        If the derivative with respect to the order is asked for: there is none here.

    Notes
    -----
    The derivative with respect to a real z is exact also where it is large; that of |z| at 0 is 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.ive(0.5, 1000.0)
    Array(0.01261566)
    """
    return result(ops.ive(operand(v), operand(z)))


def k0(x: ArrayLike, /) -> Array:
    """The modified Bessel function of the second kind of order 0; the derivative is -k1(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.k0(1.0)
    Array(0.42102444)
    """
    return result(ops.k0(operand(x)))


def k0e(x: ArrayLike, /) -> Array:
    """exp(x) k0(x); the derivative is exact also for large x, where k0e(x) - k1e(x) cancels.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.k0e(1000.0)
    Array(0.03962832)
    >>> wg.grad(wg.special.k0e)(1e8)
    Array(-6.26657066e-13)
    """
    return result(ops.k0e(operand(x)))


def k1(x: ArrayLike, /) -> Array:
    """The modified Bessel function of the second kind of order 1; the derivative is -(k0(x) + kv(2, x)) / 2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.k1(1.0)
    Array(0.60190723)
    """
    return result(ops.k1(operand(x)))


def k1e(x: ArrayLike, /) -> Array:
    """exp(x) k1(x); see :func:`k0e`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.k1e(1000.0)
    Array(0.03964813)
    """
    return result(ops.k1e(operand(x)))


def kv(v: ArrayLike, z: ArrayLike, /) -> Array:
    """The modified Bessel function of the second kind of real order v, differentiable in v too.

    Raises
    ------
    DTypeError
        If the derivative with respect to the order is asked for where z is complex.

    Notes
    -----
    With respect to the order it is ∫ t sinh(v t) exp(-z cosh t) dt, with respect to z -(kv(v - 1, z) + kv(v + 1, z)) /
    2.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.kv([0.0, 0.5], 1.0)
    Array([0.42102444, 0.4610685 ])
    >>> wg.grad(wg.special.kv)(0.5, 1.0)
    Array(0.16659725)
    """
    return result(ops.kv(operand(v), operand(z)))


def kve(v: ArrayLike, z: ArrayLike, /) -> Array:
    """exp(z) kv(v, z), differentiable in v too; exact also for large z. See :func:`kv`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.kve(0.5, 1000.0)
    Array(0.03963327)
    """
    return result(ops.kve(operand(v), operand(z)))


jn = jv

"""The error function, the normal distribution's, and their inverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ops.special import error_functions as ops
from ..operands import ArrayLike, operand, result

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfi",
    "erfinv",
    "log_ndtr",
    "ndtr",
    "ndtri",
    "ndtri_exp",
    "owens_t",
    "wofz",
]


def erf(x: ArrayLike, /) -> Array:
    """The error function, 2/√π ∫₀ˣ exp(-t²) dt; the derivative is 2/√π exp(-x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.erf([0.0, 1.0])
    Array([0.        , 0.84270079])
    """
    return result(ops.erf(operand(x)))


def erfc(x: ArrayLike, /) -> Array:
    """1 - erf(x) without cancellation for large x; the derivative is -2/√π exp(-x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.erfc([0.0, 10.0])
    Array([1.00000000e+00, 2.08848758e-45])
    """
    return result(ops.erfc(operand(x)))


def erfcx(x: ArrayLike, /) -> Array:
    """exp(x²) erfc(x), the scaled complementary error function, without overflow.

    Notes
    -----
    The derivative 2 x erfcx(x) - 2/√π cancels for large x: it is computed as an integral, to full precision in every
    order.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.erfcx([0.0, 100.0])
    Array([1.        , 0.00564161])
    >>> wg.grad(wg.special.erfcx)(1e8)
    Array(-5.64189584e-17)
    """
    return result(ops.erfcx(operand(x)))


def erfi(x: ArrayLike, /) -> Array:
    """The imaginary error function, 2/√π ∫₀ˣ exp(t²) dt; the derivative is 2/√π exp(x²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.erfi([0.0, 1.0])
    Array([0.        , 1.65042576])
    """
    return result(ops.erfi(operand(x)))


def erfinv(y: ArrayLike, /) -> Array:
    """The inverse of ``erf`` on (-1, 1); the derivative is √π/2 exp(erfinv(y)²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.erfinv([0.0, 0.5])
    Array([0.        , 0.47693628])
    """
    return result(ops.erfinv(operand(y)))


def erfcinv(y: ArrayLike, /) -> Array:
    """The inverse of ``erfc`` on (0, 2); the derivative is -√π/2 exp(erfcinv(y)²).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.erfcinv([0.5, 1.0])
    Array([ 0.47693628, -0.        ])
    """
    return result(ops.erfcinv(operand(y)))


def wofz(z: ArrayLike, /) -> Array:
    """The Faddeeva function exp(-z²) erfc(-iz), complex; the derivative is 2i/√π - 2 z wofz(z).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.wofz(1j)
    Array(0.42758358+0.j)
    """
    return result(ops.wofz(operand(z)))


def ndtr(x: ArrayLike, /) -> Array:
    """The distribution function Φ of the normal distribution; the derivative is its density.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.ndtr([0.0, 1.96])
    Array([0.5      , 0.9750021])
    """
    return result(ops.ndtr(operand(x)))


def log_ndtr(x: ArrayLike, /) -> Array:
    """log Φ(x), exact where Φ(x) underflows.

    Notes
    -----
    So is its derivative, the inverse Mills ratio φ(x) / Φ(x), in every order.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.log_ndtr([0.0, -100.0])
    Array([-6.93147181e-01, -5.00552421e+03])
    >>> wg.grad(wg.special.log_ndtr)(-100.0)
    Array(100.009998)
    """
    return result(ops.log_ndtr(operand(x)))


def ndtri(p: ArrayLike, /) -> Array:
    """The quantile of the normal distribution, the inverse of ``ndtr``; the derivative is 1 / φ(ndtri(p)).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.ndtri([0.5, 0.975])
    Array([0.        , 1.95996398])
    """
    return result(ops.ndtri(operand(p)))


def ndtri_exp(y: ArrayLike, /) -> Array:
    """The inverse of ``log_ndtr``: the normal quantile of exp(y), also where that underflows.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.ndtri_exp(-1000.0)
    Array(-44.61574773)
    """
    return result(ops.ndtri_exp(operand(y)))


def owens_t(h: ArrayLike, a: ArrayLike, /) -> Array:
    """Owen's T function, 1/2π ∫₀ᵃ exp(-h² (1 + t²) / 2) / (1 + t²) dt.

    Notes
    -----
    The derivatives are -φ(h) erf(a h / √2) / 2 and exp(-h² (1 + a²) / 2) / (2π (1 + a²)).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.owens_t(0.0, 1.0)
    Array(0.125)
    """
    return result(ops.owens_t(operand(h), operand(a)))

"""Integrals of elementary functions, and the inverse of w exp(w)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import DTypeError
from ...core.interpreter import Box
from ...ops.elementwise import astype
from ...ops.special import integrals as ops
from ..operands import ArrayLike, array_operand, operand, result

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "exp1",
    "expi",
    "expn",
    "fresnel",
    "lambertw",
    "shichi",
    "sici",
    "spence",
    "wrightomega",
]


def exp1(z: ArrayLike, /) -> Array:
    """The exponential integral ∫₁^∞ exp(-z t) / t dt; the derivative is -exp(-z) / z.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.exp1(1.0)
    Array(0.21938393)
    """
    return result(ops.exp1(operand(z)))


def expi(x: ArrayLike, /) -> Array:
    """The exponential integral Ei, the principal value of ∫ exp(t) / t dt up to x; the derivative is exp(x) / x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.expi(1.0)
    Array(1.89511782)
    """
    return result(ops.expi(operand(x)))


def expn(n: ArrayLike, x: ArrayLike, /) -> Array:
    """The exponential integral ∫₁^∞ exp(-x t) / tⁿ dt of integer order n, which is constant.

    Notes
    -----
    The derivative with respect to x is -expn(n - 1, x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.expn(2, 1.0)
    Array(0.14849551)
    """
    return result(ops.expn(operand(n), operand(x)))


def spence(z: ArrayLike, /) -> Array:
    """Spence's function, the dilogarithm ∫₁ᶻ log(t) / (1 - t) dt; the derivative is exact at 1, too.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.spence([0.0, 1.0])
    Array([1.64493407, 0.        ])
    >>> wg.grad(wg.special.spence)(1.0)
    Array(-1.)
    """
    return result(ops.spence(operand(z)))


def sici(x: ArrayLike, /) -> tuple[Array, Array]:
    """The sine and the cosine integral: ∫ sin(t) / t dt from 0 to x, and γ + log(x) + ∫ (cos(t) - 1) / t dt.

    Notes
    -----
    The derivatives are sin(x) / x, exact at 0, and cos(x) / x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.sici(1.0)
    (Array(0.94608307), Array(0.33740392))
    """
    first, second = ops.sici(operand(x))
    return result(first), result(second)


def shichi(x: ArrayLike, /) -> tuple[Array, Array]:
    """The hyperbolic sine and cosine integrals.

    Notes
    -----
    The derivatives are sinh(x) / x, exact at 0, and cosh(x) / x.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.shichi(1.0)
    (Array(1.05725088), Array(0.83786694))
    """
    first, second = ops.shichi(operand(x))
    return result(first), result(second)


def fresnel(z: ArrayLike, /) -> tuple[Array, Array]:
    """The Fresnel integrals, of sin(π t² / 2) and of cos(π t² / 2) from 0 to z.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.fresnel(1.0)
    (Array(0.43825915), Array(0.7798934))
    """
    first, second = ops.fresnel(operand(z))
    return result(first), result(second)


def wrightomega(z: ArrayLike, /) -> Array:
    """The Wright omega function: the w with w + log(w) = z; the derivative is w / (1 + w).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.wrightomega(1.0)
    Array(1.)
    """
    return result(ops.wrightomega(operand(z)))


def lambertw(z: ArrayLike, k: ArrayLike = 0, tol: float = 1e-8) -> Array:
    """The Lambert W function: the w with w exp(w) = z; complex.

    Parameters
    ----------
    z : array
        Real or complex numbers.
    k : array of int
        The branch; 0 is the principal one.
    tol : float
        The precision to which SciPy iterates.

    Returns
    -------
    Array
        Complex, of the shape to which ``z`` and ``k`` broadcast.

    Raises
    ------
    DTypeError
        If ``k`` is recorded, or no number.

    Notes
    -----
    The derivative is 1 / (exp(w) (1 + w)), exact at z = 0, and infinite at the branch point -1/e.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.lambertw(1.0)
    Array(0.56714329+0.j)
    >>> wg.grad(lambda z: wg.real(wg.special.lambertw(z)))(0.0)
    Array(1.)
    """
    branch = array_operand(k)
    if branch.dtype.kind not in "biu":
        if isinstance(branch, Box) or branch.dtype.kind != "f":
            raise DTypeError(f"lambertw takes integers for its branch k, not an array of {branch.dtype}")
        branch = astype(branch, dtype="int64")
    return result(ops.lambertw(operand(z), branch, tol=float(tol)))

"""The gamma function, its relatives, and the zeta function."""

from __future__ import annotations

import operator
from math import log as _log, pi
from typing import TYPE_CHECKING

from ...core.errors import DTypeError, ShapeError
from ...ops import elementwise as el
from ...ops.reductions import sum as _sum
from ...ops.shaping import reshape
from ...ops.special import gamma as ops, incomplete
from ..operands import ArrayLike, array_operand, operand, result

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "beta",
    "betainc",
    "betaincc",
    "betaln",
    "binom",
    "comb",
    "digamma",
    "factorial",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammaln",
    "loggamma",
    "multigammaln",
    "polygamma",
    "psi",
    "zeta",
]


def gamma(x: ArrayLike, /) -> Array:
    """The gamma function; the derivative is gamma(x) digamma(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.gamma([0.5, 5.0])
    Array([ 1.77245385, 24.        ])
    """
    return result(ops.gamma(operand(x)))


def gammaln(x: ArrayLike, /) -> Array:
    """log |Γ(x)| of a real number; the derivative is digamma(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.gammaln([1.0, 1000.0])
    Array([   0.        , 5905.22042321])
    """
    return result(ops.gammaln(operand(x)))


def loggamma(z: ArrayLike, /) -> Array:
    """log Γ(z), analytic for complex z off the negative real axis; the derivative is digamma(z).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.loggamma([3.0, 1000.0])
    Array([6.93147181e-01, 5.90522042e+03])
    """
    return result(ops.loggamma(operand(z)))


def digamma(z: ArrayLike, /) -> Array:
    """ψ(z), the derivative of log Γ(z); its own is polygamma(1, z).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.digamma([1.0, 10.0])
    Array([-0.57721566,  2.25175259])
    """
    return result(ops.digamma(operand(z)))


def beta(a: ArrayLike, b: ArrayLike, /) -> Array:
    """The beta function Γ(a) Γ(b) / Γ(a + b).

    Notes
    -----
    The derivative with respect to a is beta(a, b) (ψ(a) - ψ(a + b)), where the difference is exact also for a small b.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.beta(2.0, 3.0)
    Array(0.08333333)
    """
    return result(ops.beta(operand(a), operand(b)))


def betaln(a: ArrayLike, b: ArrayLike, /) -> Array:
    """log |beta(a, b)|.

    Notes
    -----
    The derivative with respect to a is ψ(a) - ψ(a + b), exact also where b is small beside a.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.betaln(2.0, 3.0)
    Array(-2.48490665)
    >>> wg.grad(wg.special.betaln)(1e10, 1.0)
    Array(-1.e-10)
    """
    return result(ops.betaln(operand(a), operand(b)))


def binom(n: ArrayLike, k: ArrayLike, /) -> Array:
    """The binomial coefficient Γ(n + 1) / (Γ(k + 1) Γ(n - k + 1)) of real numbers.

    Notes
    -----
    The derivatives are those of the logarithm times the value: NaN where it is 0, at an integer n < k.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.binom(5.0, 2.0)
    Array(10.)
    >>> wg.grad(wg.special.binom)(5.0, 2.0)
    Array(4.5)
    """
    return result(ops.binom(operand(n), operand(k)))


def gammainc(a: ArrayLike, x: ArrayLike, /) -> Array:
    """The regularised lower incomplete gamma function, 1/Γ(a) ∫₀ˣ t**(a - 1) exp(-t) dt.

    Notes
    -----
    It is differentiable in both arguments, to every order, to about twelve digits for all a and x: with respect to a by
    quadrature of the density times a polynomial in log(t).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.gammainc(2.0, [0.0, 1.0])
    Array([0.        , 0.26424112])
    >>> wg.grad(wg.special.gammainc, argnums=(0, 1))(2.0, 1.0)
    (Array(-0.27619605), Array(0.36787944))
    """
    return result(incomplete.gammainc(operand(a), operand(x)))


def gammaincc(a: ArrayLike, x: ArrayLike, /) -> Array:
    """The regularised upper incomplete gamma function, 1 - gammainc(a, x) without cancellation; see :func:`gammainc`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.gammaincc(2.0, [0.0, 1.0])
    Array([1.        , 0.73575888])
    """
    return result(incomplete.gammaincc(operand(a), operand(x)))


def betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike, /) -> Array:
    """The regularised incomplete beta function, 1/B(a, b) ∫₀ˣ t**(a - 1) (1 - t)**(b - 1) dt.

    Notes
    -----
    It is differentiable in all arguments, to every order, to about twelve digits: with respect to a and b by quadrature
    of the density times a polynomial in log(t) and log(1 - t).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.betainc(2.0, 3.0, 0.5)
    Array(0.6875)
    >>> wg.grad(wg.special.betainc, argnums=(0, 1, 2))(2.0, 3.0, 0.5)
    (Array(-0.19528869), Array(0.15410849), Array(1.5))
    """
    return result(incomplete.betainc(operand(a), operand(b), operand(x)))


def betaincc(a: ArrayLike, b: ArrayLike, x: ArrayLike, /) -> Array:
    """1 - betainc(a, b, x) without cancellation; see :func:`betainc`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.betaincc(2.0, 3.0, 0.5)
    Array(0.3125)
    """
    return result(incomplete.betaincc(operand(a), operand(b), operand(x)))


psi = digamma


def polygamma(n: ArrayLike, x: ArrayLike) -> Array:
    """The derivative of order n of the digamma function.

    Parameters
    ----------
    n : array of int
        The order, 0 or more; it is constant.
    x : array
        Real numbers, or complex ones.

    Returns
    -------
    Array
        Of the shape to which the arguments broadcast; in double precision, as SciPy's.

    Raises
    ------
    GraphError
        If the derivative with respect to n is asked for.

    Notes
    -----
    The derivative with respect to x is polygamma(n + 1, x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.polygamma(1, [1.0, 10.0])
    Array([1.64493407, 0.10516634])
    >>> wg.grad(wg.special.digamma)(1.0)
    Array(1.64493407)
    """
    return result(ops.polygamma(array_operand(n), array_operand(x)))


def zeta(x: ArrayLike, q: ArrayLike | None = None) -> Array:
    """The Hurwitz zeta function Σ 1 / (k + q)**x; without q the Riemann zeta function.

    Parameters
    ----------
    x : array
        The exponents: above 1 where q is given, else any but 1.
    q : array, optional
        The offsets.

    Returns
    -------
    Array
        Of the shape to which the arguments broadcast.

    Notes
    -----
    It is differentiable in both arguments to every order: with respect to q the derivative is -x zeta(x + 1, q), with
    respect to x it is summed by the Euler-Maclaurin formula, and left of 1 Cauchy's integral, which takes a SciPy with
    a complex zeta function.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.zeta([2.0, -1.0])
    Array([ 1.64493407, -0.08333333])
    >>> wg.grad(wg.special.zeta, argnums=(0, 1))(2.0, 1.0)
    (Array(-0.93754825), Array(-2.40411381))
    """
    if q is None:
        return result(ops.riemann_zeta(operand(x)))
    return result(ops.zeta(operand(x), operand(q)))


def multigammaln(a: ArrayLike, d: int) -> Array:
    """The logarithm of the multivariate gamma function of dimension d.

    Parameters
    ----------
    a : array
        Real numbers above (d - 1) / 2; the result is NaN at others.
    d : int
        The dimension.

    Returns
    -------
    Array
        Of the shape of ``a``.

    Raises
    ------
    DTypeError
        If ``d`` is no positive integer.

    Notes
    -----
    It is d (d - 1) / 4 log π + Σ gammaln(a - j / 2) for j < d, and the derivative Σ digamma(a - j / 2).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.multigammaln(23.5, 10)
    Array(457.17667478)
    """
    x = array_operand(a)
    if x.dtype.kind not in "biuf":
        raise DTypeError(f"multigammaln takes real numbers, not {x.dtype}")
    try:
        dimension = operator.index(d)
    except TypeError:
        raise DTypeError(f"multigammaln takes a positive integer for its dimension d, not {d!r}") from None
    if dimension < 1:
        raise ShapeError(f"multigammaln takes a positive integer for its dimension d, not {d!r}")
    column = reshape(x, shape=(*x.shape, 1))
    halves = [0.5 * j for j in range(dimension)]
    terms = ops.gammaln(column - array_operand(halves))
    total = _sum(terms, axes=(len(x.shape),), keepdims=False) + dimension * (dimension - 1) / 4 * _log(pi)
    return result(el.where(x > 0.5 * (dimension - 1), total, float("nan")))


def comb(N: ArrayLike, k: ArrayLike, *, exact: bool = False, repetition: bool = False) -> Array:
    """The number of combinations of N things taken k at a time, of real numbers by the gamma function.

    Parameters
    ----------
    N, k : array
        Numbers of things; where k > N or one is negative the result is 0.
    exact : bool
        Must be False: for exact integers, which have no derivatives, see ``math.comb``.
    repetition : bool
        Whether things may be taken repeatedly.

    Returns
    -------
    Array
        Of the shape to which the arguments broadcast.

    Raises
    ------
    DTypeError
        If ``exact`` is set.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.comb(5, [0, 2, 6])
    Array([ 1., 10.,  0.])
    """
    if exact:
        raise DTypeError("comb(exact=True) gives Python's integers, not arrays: use math.comb")
    n, m = array_operand(N), array_operand(k)
    if repetition:
        return result(el.where((m == 0) & (n >= 0), 1.0, ops.binom(n + m - 1, m)))
    return result(el.where((m <= n) & (n >= 0) & (m >= 0), ops.binom(n, m), 0.0))


def factorial(n: ArrayLike, exact: bool = False) -> Array:
    """Γ(n + 1), and 0 where n is negative.

    Parameters
    ----------
    n : array
        Real numbers.
    exact : bool
        Must be False: for exact integers, which have no derivatives, see ``math.factorial``.

    Returns
    -------
    Array
        Of the shape of ``n``.

    Raises
    ------
    DTypeError
        If ``exact`` is set, or the numbers are complex.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.factorial([0, 3, -1])
    Array([1., 6., 0.])
    """
    if exact:
        raise DTypeError("factorial(exact=True) gives Python's integers, not arrays: use math.factorial")
    x = array_operand(n)
    if x.dtype.kind not in "biuf":
        raise DTypeError(f"factorial takes real numbers, not {x.dtype}")
    negative = x < 0
    return result(el.where(negative, 0.0, ops.gamma(el.where(negative, 0, x) + 1)))

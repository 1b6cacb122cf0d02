"""The logistic function, entropies, robust losses and power transformations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ops import elementwise as el
from ...ops.special import logistic as ops, ratios
from ..operands import ArrayLike, operand, result

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = [
    "boxcox",
    "boxcox1p",
    "entr",
    "expit",
    "exprel",
    "huber",
    "inv_boxcox",
    "inv_boxcox1p",
    "kl_div",
    "log_expit",
    "logit",
    "pseudo_huber",
    "rel_entr",
    "softplus",
    "xlog1py",
    "xlogy",
]


def expit(x: ArrayLike, /) -> Array:
    """The logistic function 1 / (1 + exp(-x)); the derivative expit(x) expit(-x) is exact in both tails.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.expit([0.0, 2.0])
    Array([0.5       , 0.88079708])
    """
    return result(ops.expit(operand(x)))


def logit(p: ArrayLike, /) -> Array:
    """log(p / (1 - p)), the inverse of ``expit``; the derivative is 1 / (p (1 - p)).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.logit([0.5, 0.9])
    Array([0.        , 2.19722458])
    """
    return result(ops.logit(operand(p)))


def log_expit(x: ArrayLike, /) -> Array:
    """log(expit(x)) without underflow; the derivative is expit(-x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.log_expit([0.0, -1000.0])
    Array([-6.93147181e-01, -1.00000000e+03])
    """
    return result(ops.log_expit(operand(x)))


def entr(x: ArrayLike, /) -> Array:
    """-x log(x), 0 at 0 and -inf below; the derivative is -log(x) - 1, infinite at 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.entr([0.0, 0.5])
    Array([0.        , 0.34657359])
    """
    return result(ops.entr(operand(x)))


def rel_entr(x: ArrayLike, y: ArrayLike, /) -> Array:
    """x log(x / y), 0 where x = 0 ≤ y, and inf where an argument is negative.

    Notes
    -----
    The derivatives are log(x / y) + 1, exact where x ≈ y, and -x / y; where both arguments are 0 they are 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.rel_entr([0.0, 0.5], [1.0, 0.25])
    Array([0.        , 0.34657359])
    """
    return result(ops.rel_entr(operand(x), operand(y)))


def kl_div(x: ArrayLike, y: ArrayLike, /) -> Array:
    """x log(x / y) - x + y, y where x = 0 ≤ y, and inf where an argument is negative.

    Notes
    -----
    The derivatives are log(x / y), exact where x ≈ y, and 1 - x / y; where both arguments are 0 they are 0 and 1.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.kl_div([0.0, 0.5], [1.0, 0.25])
    Array([1.        , 0.09657359])
    """
    return result(ops.kl_div(operand(x), operand(y)))


def xlog1py(x: ArrayLike, y: ArrayLike, /) -> Array:
    """x log(1 + y), and 0 where x is 0, unless y is NaN.

    Notes
    -----
    The derivatives are log(1 + y) and x / (1 + y); where x = 0 and y = -1 they are 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.xlog1py([0.0, 2.0], [-1.0, 1e-20])
    Array([0.e+00, 2.e-20])
    """
    return result(ops.xlog1py(operand(x), operand(y)))


def huber(delta: ArrayLike, r: ArrayLike, /) -> Array:
    """r² / 2 where |r| ≤ delta, and delta (|r| - delta / 2) beyond; inf where delta is negative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.huber(1.0, [0.5, 3.0])
    Array([0.125, 2.5  ])
    """
    return result(ops.huber(operand(delta), operand(r)))


def pseudo_huber(delta: ArrayLike, r: ArrayLike, /) -> Array:
    """delta² (√(1 + (r / delta)²) - 1), smooth; inf where delta is negative.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.pseudo_huber(1.0, [0.0, 3.0])
    Array([0.        , 2.16227766])
    """
    return result(ops.pseudo_huber(operand(delta), operand(r)))


def boxcox(x: ArrayLike, lmbda: ArrayLike, /) -> Array:
    """(x**lmbda - 1) / lmbda, and log(x) where lmbda = 0.

    Notes
    -----
    The derivative with respect to lmbda is exact where lmbda is 0 or near it.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.boxcox(2.0, [0.0, 1.0])
    Array([0.69314718, 1.        ])
    >>> wg.grad(wg.special.boxcox, argnums=1)(2.0, 0.0)
    Array(0.24022651)
    """
    return result(ops.boxcox(operand(x), operand(lmbda)))


def boxcox1p(x: ArrayLike, lmbda: ArrayLike, /) -> Array:
    """((1 + x)**lmbda - 1) / lmbda, and log(1 + x) where lmbda = 0; see :func:`boxcox`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.boxcox1p(1e-20, 0.5)
    Array(1.e-20)
    """
    return result(ops.boxcox1p(operand(x), operand(lmbda)))


def inv_boxcox(y: ArrayLike, lmbda: ArrayLike, /) -> Array:
    """(1 + y lmbda)**(1 / lmbda), and exp(y) where lmbda = 0: the inverse of :func:`boxcox`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.inv_boxcox(1.0, [0.0, 1.0])
    Array([2.71828183, 2.        ])
    """
    return result(ops.inv_boxcox(operand(y), operand(lmbda)))


def inv_boxcox1p(y: ArrayLike, lmbda: ArrayLike, /) -> Array:
    """(1 + y lmbda)**(1 / lmbda) - 1, and exp(y) - 1 where lmbda = 0: the inverse of :func:`boxcox1p`.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.inv_boxcox1p(1e-20, 0.5)
    Array(1.e-20)
    """
    return result(ops.inv_boxcox1p(operand(y), operand(lmbda)))


def exprel(x: ArrayLike, /) -> Array:
    """(exp(x) - 1) / x, and 1 at 0, exact near it, as are its derivatives.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.exprel([0.0, 1.0])
    Array([1.        , 1.71828183])
    """
    return result(ratios.exprel(operand(x)))


def xlogy(x: ArrayLike, y: ArrayLike, /) -> Array:
    """x log(y), and 0 where x is 0, unless y is NaN.

    Notes
    -----
    The partial derivatives are log(y) and x / y; both are 0 where x and y are 0.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.xlogy([0.0, 2.0], [0.0, 1.0])
    Array([0., 0.])
    """
    return result(el.xlogy(operand(x), operand(y)))


def softplus(x: ArrayLike, /) -> Array:
    """log(1 + exp(x)) without overflow; the derivative is expit(x).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.special.softplus([0.0, 1000.0])
    Array([6.93147181e-01, 1.00000000e+03])
    """
    return result(el.logaddexp(0.0, operand(x)))

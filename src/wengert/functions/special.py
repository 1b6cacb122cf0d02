"""Special functions, under SciPy's names: the namespace ``wengert.special``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops import elementwise as el
from .operands import ArrayLike, operand, result
from .reductions import logsumexp

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["logsumexp", "xlogy"]


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

"""Windows for the tapering of samples: vectors made from their length alone (and Kaiser's Bessel function)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.interpreter import Box
from .creation import made
from .operands import ArrayLike, operand
from .special import i0

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["bartlett", "blackman", "hamming", "hanning", "i0", "kaiser"]


def bartlett(M: int, *, requires_grad: bool = False) -> Array:
    """A triangle that is 0 at both ends.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.bartlett(5)
    Array([0. , 0.5, 1. , 0.5, 0. ])
    """
    return made(np.bartlett(M), requires_grad)


def blackman(M: int, *, requires_grad: bool = False) -> Array:
    """0.42 - 0.5 cos(2πn/(M - 1)) + 0.08 cos(4πn/(M - 1)).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.blackman(3)
    Array([-1.38777878e-17,  1.00000000e+00, -1.38777878e-17])
    """
    return made(np.blackman(M), requires_grad)


def hamming(M: int, *, requires_grad: bool = False) -> Array:
    """0.54 - 0.46 cos(2πn/(M - 1)).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.hamming(3)
    Array([0.08, 1.  , 0.08])
    """
    return made(np.hamming(M), requires_grad)


def hanning(M: int, *, requires_grad: bool = False) -> Array:
    """0.5 - 0.5 cos(2πn/(M - 1)).

    Examples
    --------
    >>> import wengert as wg
    >>> wg.hanning(5)
    Array([0. , 0.5, 1. , 0.5, 0. ])
    """
    return made(np.hanning(M), requires_grad)


def kaiser(M: int, beta: ArrayLike, *, requires_grad: bool = False) -> Array:
    """I₀(β √(1 - (2n/(M - 1) - 1)²)) / I₀(β), with the modified Bessel function.

    Parameters
    ----------
    M : int
        How many numbers.
    beta : number
        The larger, the more the window is tapered; derivatives follow it.
    requires_grad : bool
        Whether computations with the array are recorded.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.kaiser(3, 0.0)
    Array([1., 1., 1.])
    """
    value = operand(beta)
    if not isinstance(value, Box):
        return made(np.kaiser(M, float(value)), requires_grad)
    middle = max(M - 1, 1) / 2
    arch = np.sqrt(np.maximum(1 - ((np.arange(M) - (M - 1) / 2) / middle) ** 2, 0))
    return made(i0(value * arch) / i0(value), requires_grad)

"""Random numbers, of NumPy's generators: the namespace ``wengert.random``.

A generator, made by :func:`default_rng`, gives what NumPy's gives for the same seed and the same calls; there is no
global one. Draws are constants, but numbers move with the parameters of their distribution that are arrays of this
library, which are differentiated (reparameterised, or pathwise, gradients): what is drawn is then a function of them
and of standard numbers. For location and scale, where NumPy inverts the distribution function, and for gamma and
chi-square, it is what NumPy gives for these parameters. The other distributions that are made of gamma numbers (beta,
t, F, Dirichlet, those off the centre) are drawn with NumPy's algorithm for plain parameters only, so that arrays lead
to other numbers with the same seed. A gamma number moves with its shape along its quantile; drawing again for another
shape, as differences do, is not that. A discrete distribution has no such gradient, and a parameter that is
differentiated is an error there: ``x.detach()`` says that none is meant.

A traced or compiled function draws anew whenever it is called. Under ``vmap`` all entries share a draw, unless its
algorithm needs a parameter of theirs, as that of the gamma distribution does; draw one with a longer shape outside of
it where they should not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operands import concrete, operand
from .continuous import Continuous
from .discrete import Discrete
from .gamma_family import GammaFamily
from .selection import Selection

__all__ = ["Generator", "default_rng"]


def default_rng(seed: Any = None) -> Generator:
    """A generator of random numbers.

    Parameters
    ----------
    seed : optional
        Whatever ``numpy.random.default_rng`` takes: an integer, a sequence of them, a bit generator, a generator of
        NumPy's, which is shared; None for one that differs from run to run.

    Returns
    -------
    Generator

    Examples
    --------
    >>> import wengert as wg
    >>> rng = wg.random.default_rng(0)
    >>> rng.integers(10, size=5)
    Array([8, 6, 5, 2, 3])

    A parameter that is an array is differentiated; the draw itself is a constant.

    >>> scale = wg.array(2.0, requires_grad=True)
    >>> y = rng.normal(0.0, scale, size=3)
    >>> wg.sum(y).backward()
    >>> wg.allclose(scale.grad, wg.sum(y.detach()) / 2)
    True
    """
    return seed if isinstance(seed, Generator) else Generator(np.random.default_rng(seed))


class Generator(Continuous, GammaFamily, Discrete, Selection):
    """A generator of random numbers with NumPy's methods; :func:`default_rng` makes one.

    Parameters
    ----------
    generator : numpy.random.Generator or numpy.random.BitGenerator
        What the numbers are taken from.
    """

    def spawn(self, n_children: int) -> list[Generator]:
        """So many generators that are independent of this one and of each other."""
        return [Generator(child) for child in self._generator.spawn(n_children)]

    def bytes(self, length: int) -> bytes:
        """So many random bytes: Python's, which a traced function keeps as they were."""
        data: bytes = self._generator.bytes(int(concrete(operand(length), "the number of random bytes")))
        return data

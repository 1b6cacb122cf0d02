"""Discrete distributions: numbers that jump, so that no derivative goes through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...backends import backend
from ...core.types import broadcast_shapes
from ..operands import ArrayLike, result
from ..shaping import shape_argument
from .parameters import Size, constant, fixed, given_shape
from .source import Source

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["Discrete"]


class Discrete(Source):
    """Counts. A parameter that is being differentiated is an error."""

    def _counted(self, kind: str, size: Size, **parameters: ArrayLike) -> Array:
        values = [constant(x, f"{name} of {kind}") for name, x in parameters.items()]
        return result(self._plain(kind, values, size, given_shape(size, *values), np.int64))

    def integers(
        self,
        low: ArrayLike,
        high: ArrayLike | None = None,
        size: Size = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
    ) -> Array:
        """Integers of [low, high), or of [0, low); with ``endpoint`` up to and including the last.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).integers(1, 7, size=4)
        Array([6, 4, 4, 2])
        """
        bounds = [None if x is None else constant(x, "a bound of random integers") for x in (low, high)]
        shape = given_shape(size, *[x for x in bounds if x is not None])
        name = backend.dtype(dtype).name
        arguments = [None if x is None else fixed(x) for x in bounds]
        return result(
            self._drawn("integers", (*arguments, None if size is None else shape, name, bool(endpoint)), shape, name)
        )

    def binomial(self, n: ArrayLike, p: ArrayLike, size: Size = None) -> Array:
        """How many of ``n`` trials succeed, each with probability ``p``.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).binomial(5, 1.0, size=3)
        Array([5, 5, 5])
        """
        return self._counted("binomial", size, n=n, p=p)

    def negative_binomial(self, n: ArrayLike, p: ArrayLike, size: Size = None) -> Array:
        """How many trials fail before ``n`` succeed, each with probability ``p``."""
        return self._counted("negative_binomial", size, n=n, p=p)

    def geometric(self, p: ArrayLike, size: Size = None) -> Array:
        """How many trials it takes until one succeeds, each with probability ``p``."""
        return self._counted("geometric", size, p=p)

    def poisson(self, lam: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers of events of which there are ``lam`` on average."""
        return self._counted("poisson", size, lam=lam)

    def hypergeometric(self, ngood: ArrayLike, nbad: ArrayLike, nsample: ArrayLike, size: Size = None) -> Array:
        """How many good ones there are among ``nsample`` taken out of ``ngood`` good and ``nbad`` bad ones."""
        return self._counted("hypergeometric", size, ngood=ngood, nbad=nbad, nsample=nsample)

    def logseries(self, p: ArrayLike, size: Size = None) -> Array:
        """Numbers k of the logarithmic series distribution, with probabilities like pᵏ/k."""
        return self._counted("logseries", size, p=p)

    def zipf(self, a: ArrayLike, size: Size = None) -> Array:
        """Numbers k of Zipf's distribution, with probabilities like k⁻ᵃ."""
        return self._counted("zipf", size, a=a)

    def multinomial(self, n: ArrayLike, pvals: ArrayLike, size: Size = None) -> Array:
        """How often each of some outcomes happens in ``n`` trials.

        Parameters
        ----------
        n : int or array of int
        pvals : array of shape (..., k)
            The probabilities of the outcomes.
        size : optional
            To which ``n`` and the leading axes of ``pvals`` broadcast.

        Returns
        -------
        Array
            Of shape (*size, k).
        """
        trials = constant(n, "n of multinomial")
        chances = np.asarray(constant(pvals, "pvals of multinomial"))
        shape = broadcast_shapes(np.shape(trials), chances.shape[:-1]) if size is None else shape_argument(size)
        arguments = (fixed(trials), fixed(chances), None if size is None else shape)
        return result(self._drawn("multinomial", arguments, (*shape, *chances.shape[-1:]), np.int64))

    def multivariate_hypergeometric(
        self, colors: ArrayLike, nsample: int, size: Size = None, method: str = "marginals"
    ) -> Array:
        """How many of each colour there are among ``nsample`` taken out of so many of each.

        Parameters
        ----------
        colors : array of int of shape (k,)
        nsample : int
        size : optional
        method : {'marginals', 'count'}
            NumPy's two algorithms.

        Returns
        -------
        Array
            Of shape (*size, k).
        """
        counts = np.asarray(constant(colors, "colors of multivariate_hypergeometric"))
        sample = constant(nsample, "nsample of multivariate_hypergeometric")
        shape = () if size is None else shape_argument(size)
        arguments = (fixed(counts), fixed(sample), None if size is None else shape, method)
        return result(self._drawn("multivariate_hypergeometric", arguments, (*shape, *counts.shape), np.int64))

"""Continuous distributions whose numbers are simple functions of their parameters and of standard numbers."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import ShapeError
from ...core.types import Shape, Value
from ...ops import elementwise as el
from ...ops.contraction import matmul
from ...ops.linalg import cholesky
from ...ops.shaping import swap_last
from ..operands import ArrayLike, array_operand, result
from ..shaping import shape_argument
from .parameters import Named, Size, check_positive, constant, fixed, followed, no_output
from .source import Source

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["Continuous"]

DType = Any


class Continuous(Source):
    """Location-scale families, and those drawn by inverting their distribution functions."""

    # Without parameters ----------------------------------------------------------------------------------------------

    def random(self, size: Size = None, dtype: DType = np.float64, out: None = None) -> Array:
        """Uniformly distributed numbers of [0, 1).

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).random(3).shape
        (3,)
        """
        no_output(out, "random")
        return result(self._standard("random", size, dtype))

    def standard_normal(self, size: Size = None, dtype: DType = np.float64, out: None = None) -> Array:
        """Normally distributed numbers of mean 0 and standard deviation 1.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).standard_normal((2, 3), dtype="float32").dtype
        dtype('float32')
        """
        no_output(out, "standard_normal")
        return result(self._standard("standard_normal", size, dtype))

    def standard_exponential(
        self, size: Size = None, dtype: DType = np.float64, method: str = "zig", out: None = None
    ) -> Array:
        """Exponentially distributed numbers of mean 1, by the methods ``'zig'`` (the quicker) or ``'inv'``.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).standard_exponential(2).shape
        (2,)
        """
        no_output(out, "standard_exponential")
        if method not in ("zig", "inv"):
            raise ValueError(f"standard_exponential has the methods 'zig' and 'inv', not {method!r}")
        if method == "zig":
            return result(self._standard("standard_exponential", size, dtype))
        shape, name = (() if size is None else shape_argument(size)), np.dtype(dtype).name
        return result(self._drawn("standard_exponential", (shape, name, method), shape, name))

    def standard_cauchy(self, size: Size = None) -> Array:
        """Numbers of the Cauchy distribution around 0: quotients of two normal ones."""
        shape = () if size is None else shape_argument(size)
        return result(self._drawn("standard_cauchy", (None if size is None else shape,), shape))

    # Moved and scaled ------------------------------------------------------------------------------------------------

    def uniform(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: Size = None) -> Array:
        """Uniformly distributed numbers of [low, high).

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.random.default_rng(0).uniform(-1, 1, size=100)
        >>> bool(wg.all((-1 <= x) & (x < 1)))
        True
        """

        def formula(shape: Shape, low: Value, high: Value) -> Value:
            check_positive(high - low, "high - low")
            return low + (high - low) * self._standard("random", shape)

        return self._distributed("uniform", [("low", low), ("high", high)], size, formula)

    def normal(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Normally distributed numbers of this mean and standard deviation.

        Examples
        --------
        >>> import wengert as wg
        >>> def f(mean):
        ...     return wg.mean(wg.random.default_rng(0).normal(mean, 0.1, size=10))
        >>> wg.grad(f)(3.0)
        Array(1.)
        """
        return self._located("normal", loc, scale, size, lambda shape: self._standard("standard_normal", shape))

    def laplace(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers of the Laplace distribution: differences of exponentially distributed ones, around ``loc``."""
        return self._located("laplace", loc, scale, size)

    def logistic(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers of the logistic distribution."""
        return self._located("logistic", loc, scale, size)

    def gumbel(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers of the Gumbel distribution, that of the largest of many.

        Examples
        --------
        Choices with these logarithms of odds are the largest of them with such noise.

        >>> import wengert as wg
        >>> logits = wg.log(wg.array([0.0001, 0.9998, 0.0001]))
        >>> wg.argmax(wg.random.default_rng(0).gumbel(logits))
        Array(1)
        """
        return self._located("gumbel", loc, scale, size)

    def _located(self, kind: str, loc: ArrayLike, scale: ArrayLike, size: Size, standard: Any = None) -> Array:
        def formula(shape: Shape, loc: Value, scale: Value) -> Value:
            check_positive(scale, "scale")
            return loc + scale * (self._drawn(kind, (0.0, 1.0, shape), shape) if standard is None else standard(shape))

        return self._distributed(kind, [("loc", loc), ("scale", scale)], size, formula)

    def exponential(self, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Exponentially distributed numbers of this mean.

        Examples
        --------
        >>> import wengert as wg
        >>> bool(wg.all(wg.random.default_rng(0).exponential(2.0, size=5) >= 0))
        True
        """
        return self._scaled("exponential", scale, size, lambda shape: self._standard("standard_exponential", shape))

    def rayleigh(self, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers of the Rayleigh distribution: distances of normally distributed points in the plane."""
        return self._scaled("rayleigh", scale, size, lambda shape: self._drawn("rayleigh", (1.0, shape), shape))

    def _scaled(self, kind: str, scale: ArrayLike, size: Size, standard: Any) -> Array:
        def formula(shape: Shape, scale: Value) -> Value:
            check_positive(scale, "scale")
            return scale * standard(shape)

        return self._distributed(kind, [("scale", scale)], size, formula)

    # Functions of standard numbers -----------------------------------------------------------------------------------

    def lognormal(self, mean: ArrayLike = 0.0, sigma: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers whose logarithms are normally distributed with this mean and standard deviation."""

        def formula(shape: Shape, mean: Value, sigma: Value) -> Value:
            check_positive(sigma, "sigma")
            return el.exp(mean + sigma * self._standard("standard_normal", shape))

        return self._distributed("lognormal", [("mean", mean), ("sigma", sigma)], size, formula)

    def weibull(self, a: ArrayLike, size: Size = None) -> Array:
        """Numbers of the Weibull distribution of shape ``a``: roots of exponentially distributed ones."""

        def formula(shape: Shape, a: Value) -> Value:
            check_positive(a, "a", strict=True)
            return el.power(self._standard("standard_exponential", shape), 1 / a)

        return self._distributed("weibull", [("a", a)], size, formula)

    def pareto(self, a: ArrayLike, size: Size = None) -> Array:
        """Numbers of the Pareto distribution of the second kind (Lomax), from 0: those of the classical one less 1."""

        def formula(shape: Shape, a: Value) -> Value:
            check_positive(a, "a", strict=True)
            return el.expm1(self._standard("standard_exponential", shape) / a)

        return self._distributed("pareto", [("a", a)], size, formula)

    def power(self, a: ArrayLike, size: Size = None) -> Array:
        """Numbers of [0, 1) with the density a x^(a - 1)."""

        def formula(shape: Shape, a: Value) -> Value:
            check_positive(a, "a", strict=True)
            return el.power(el.negative(el.expm1(-self._standard("standard_exponential", shape))), 1 / a)

        return self._distributed("power", [("a", a)], size, formula)

    def triangular(self, left: ArrayLike, mode: ArrayLike, right: ArrayLike, size: Size = None) -> Array:
        """Numbers whose density rises linearly from ``left`` to ``mode`` and falls to ``right``."""

        def formula(shape: Shape, left: Value, mode: Value, right: Value) -> Value:
            for difference, what in ((mode - left, "mode - left"), (right - mode, "right - mode")):
                check_positive(difference, what)
            check_positive(right - left, "right - left", strict=True)
            base, u = right - left, self._standard("random", shape)
            rising = u <= (mode - left) / base
            rise = el.sqrt(el.where(rising, u * (mode - left) * base, 1.0))
            fall = el.sqrt(el.where(rising, 1.0, (1.0 - u) * (right - mode) * base))
            return el.where(rising, left + rise, right - fall)

        return self._distributed("triangular", [("left", left), ("mode", mode), ("right", right)], size, formula)

    def vonmises(self, mu: ArrayLike, kappa: ArrayLike, size: Size = None) -> Array:
        """Angles of [-π, π] around ``mu``, the more concentrated the larger ``kappa``.

        The angles move with ``mu``. With ``kappa`` they have no reparameterised gradient here: it has to be plain, or
        detached.
        """
        kappa = constant(kappa, "kappa of vonmises")

        def formula(shape: Shape, mu: Value, kappa: Any) -> Value:
            angle = mu + self._drawn("vonmises", (0.0, fixed(kappa), shape), shape)
            turns = el.floor((angle + pi) / (2 * pi))
            return angle - 2 * pi * turns

        return self._distributed("vonmises", [("mu", mu), ("kappa", kappa)], size, formula)

    def wald(self, mean: ArrayLike, scale: ArrayLike, size: Size = None) -> Array:
        """Numbers of the Wald (inverse Gaussian) distribution.

        They have no reparameterised gradient here: the parameters have to be plain, or detached.
        """
        values = [constant(mean, "mean of wald"), constant(scale, "scale of wald")]
        return self._distributed("wald", [("mean", values[0]), ("scale", values[1])], size, _unreachable)

    def multivariate_normal(
        self,
        mean: ArrayLike,
        cov: ArrayLike,
        size: Size = None,
        check_valid: str = "warn",
        tol: float = 1e-8,
        *,
        method: str = "svd",
    ) -> Array:
        """Normally distributed vectors.

        Parameters
        ----------
        mean : array of shape (n,)
        cov : array of shape (n, n)
            The covariance: plain or detached, or with ``method='cholesky'`` also differentiated.
        size : optional
            The shape of an array of vectors; one by default.
        check_valid : {'warn', 'raise', 'ignore'}
            What to do where a plain ``cov`` is not positive semidefinite.
        tol : float
            How far it may be from that.
        method : {'svd', 'eigh', 'cholesky'}
            How the covariance is factored, as in NumPy.

        Returns
        -------
        Array
            Of shape (*size, n).

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).multivariate_normal([0.0, 1.0], wg.eye(2), size=3).shape
        (3, 2)
        """
        centre, spread = array_operand(mean), array_operand(cov)
        if len(centre.shape) != 1 or spread.shape != centre.shape * 2:
            raise ShapeError(
                f"multivariate_normal takes a mean of shape (n,) and a cov of shape (n, n), not {centre.shape} and "
                f"{spread.shape}"
            )
        lead = () if size is None else shape_argument(size)
        shape = (*lead, *centre.shape)
        if followed([spread]) and method == "cholesky":
            factor = cholesky(spread)
            draws = self._standard("standard_normal", shape)
            return result(centre + matmul(draws, swap_last(factor)))
        matrix = constant(spread, f"cov with method={method!r} (unlike with 'cholesky')")
        still = followed([centre])
        arguments = (fixed(np.zeros(centre.shape) if still else centre), fixed(matrix), lead, check_valid, tol)
        draws = self._drawn("multivariate_normal", (*arguments, Named([("method", method)])), shape)
        return result(centre + draws if still else draws)


def _unreachable(*_: Any) -> Any:
    raise AssertionError("its parameters are constants")

"""The gamma distribution, and those made of it.

A number moves with its shape along its quantile: implicit reparameterisation (M. Figurnov, S. Mohamed and A. Mnih,
"Implicit reparameterization gradients", NeurIPS 2018). The others are functions of gamma numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...backends import backend
from ...core.errors import ShapeError
from ...core.interpreter import Box
from ...core.types import Shape, Value, normalize_axis
from ...ops import elementwise as el
from ...ops.quantiles import gamma_path
from ...ops.random import draw_given, underlying
from ...ops.reductions import sum
from ..operands import ArrayLike, array_operand, result
from ..shaping import shape_argument
from .parameters import Size, check_positive, fixed, followed, given_shape, no_output, real
from .source import Source

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["GammaFamily"]


class GammaFamily(Source):
    """Gamma, beta, chi-square, Student's t, F and Dirichlet distributions."""

    def _gamma(self, shape: Shape, a: Value, name: str = "shape") -> Value:
        """Standard gamma numbers that move with their shape; NumPy's for a plain one."""
        if not isinstance(a, Box):
            return self._drawn("standard_gamma", (fixed(a), shape), shape)
        check_positive(a, name, strict=True)
        given = underlying(a)
        drawn = draw_given(given, generator=self, kind="standard_gamma", shape=shape, dtype=backend.dtype(float))
        return gamma_path(a, drawn, given, order=0)

    def standard_gamma(self, shape: ArrayLike, size: Size = None, dtype: Any = np.float64, out: None = None) -> Array:
        """Numbers of the gamma distribution of this shape and scale 1.

        Examples
        --------
        >>> import wengert as wg
        >>> def f(shape):
        ...     return wg.random.default_rng(0).standard_gamma(shape)
        >>> bool(wg.grad(f)(wg.array(2.0)) > 0)
        True
        """
        no_output(out, "standard_gamma")
        a, target = real(shape, "shape"), backend.dtype(dtype)
        check_positive(a, "shape")
        full = given_shape(size, a)
        if followed([a]):
            return result(el.astype(self._gamma(full, a), dtype=target))
        return result(
            self._drawn("standard_gamma", (fixed(a), None if size is None else full, target.name), full, dtype)
        )

    def gamma(self, shape: ArrayLike, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Numbers of the gamma distribution of this shape and scale: of mean shape · scale."""

        def formula(out: Shape, a: Value, scale: Value) -> Value:
            check_positive(scale, "scale")
            return scale * self._gamma(out, a)

        check_positive(real(shape, "shape"), "shape")
        return self._distributed("gamma", [("shape", shape), ("scale", scale)], size, formula)

    def chisquare(self, df: ArrayLike, size: Size = None) -> Array:
        """Numbers of the chi-square distribution: sums of so many squares of normally distributed ones."""
        return self._distributed("chisquare", [("df", df)], size, self._chisquare)

    def _chisquare(self, shape: Shape, df: Value) -> Value:
        return 2.0 * self._gamma(shape, df / 2.0, "df")

    def standard_t(self, df: ArrayLike, size: Size = None) -> Array:
        """Numbers of Student's t distribution of so many degrees of freedom."""

        def formula(shape: Shape, df: Value) -> Value:
            return self._standard("standard_normal", shape) / el.sqrt(self._chisquare(shape, df) / df)

        return self._distributed("standard_t", [("df", df)], size, formula)

    def f(self, dfnum: ArrayLike, dfden: ArrayLike, size: Size = None) -> Array:
        """Numbers of the F distribution: quotients of mean squares of so many degrees of freedom."""

        def formula(shape: Shape, dfnum: Value, dfden: Value) -> Value:
            return (self._chisquare(shape, dfnum) / dfnum) / (self._chisquare(shape, dfden) / dfden)

        return self._distributed("f", [("dfnum", dfnum), ("dfden", dfden)], size, formula)

    def noncentral_chisquare(self, df: ArrayLike, nonc: ArrayLike, size: Size = None) -> Array:
        """Numbers of the chi-square distribution off the centre, by ``nonc``.

        They move with parameters that are arrays where ``df`` is greater than 1.
        """
        return self._distributed("noncentral_chisquare", [("df", df), ("nonc", nonc)], size, self._noncentral)

    def _noncentral(self, shape: Shape, df: Value, nonc: Value) -> Value:
        """A chi-square number of one degree of freedom less, and the square of a normal one off the centre."""
        check_positive(df - 1.0, "for a gradient, df - 1", strict=True)
        check_positive(nonc, "nonc")
        rest = self._chisquare(shape, df - 1.0)
        return rest + el.square(self._standard("standard_normal", shape) + el.sqrt(nonc))

    def noncentral_f(self, dfnum: ArrayLike, dfden: ArrayLike, nonc: ArrayLike, size: Size = None) -> Array:
        """Numbers of the F distribution whose numerator is off the centre, by ``nonc``.

        They move with parameters that are arrays where ``dfnum`` is greater than 1.
        """

        def formula(shape: Shape, dfnum: Value, dfden: Value, nonc: Value) -> Value:
            return (self._noncentral(shape, dfnum, nonc) / dfnum) / (self._chisquare(shape, dfden) / dfden)

        parameters = [("dfnum", dfnum), ("dfden", dfden), ("nonc", nonc)]
        return self._distributed("noncentral_f", parameters, size, formula)

    def beta(self, a: ArrayLike, b: ArrayLike, size: Size = None) -> Array:
        """Numbers of [0, 1] with a density like x^(a - 1) (1 - x)^(b - 1).

        Those that move with parameters are the share of one gamma number in the sum of two.
        """

        def formula(shape: Shape, a: Value, b: Value) -> Value:
            one, other = self._gamma(shape, a, "a"), self._gamma(shape, b, "b")
            return one / (one + other)

        return self._distributed("beta", [("a", a), ("b", b)], size, formula)

    def dirichlet(self, alpha: ArrayLike, size: Size = None) -> Array:
        """Vectors of shares that add up to 1: of gamma numbers of these shapes in their sum.

        Parameters
        ----------
        alpha : array of shape (n,)
        size : optional
            The shape of an array of vectors; one by default.

        Returns
        -------
        Array
            Of shape (*size, n).
        """
        value = array_operand(alpha)
        if len(value.shape) != 1:
            raise ShapeError(f"dirichlet takes alpha of shape (n,), not {value.shape}")
        lead = () if size is None else shape_argument(size)
        shape = (*lead, *value.shape)
        if not followed([value]):
            return result(self._drawn("dirichlet", (fixed(value), lead), shape))
        numbers = self._gamma(shape, value, "alpha")
        axis = normalize_axis(-1, len(shape))
        return result(numbers / sum(numbers, axes=(axis,), keepdims=True))

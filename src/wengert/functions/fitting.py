"""Polynomials fitted to samples."""

from __future__ import annotations

import warnings
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import ConversionError, DTypeError, ShapeError
from ..core.types import is_inexact
from .arithmetic import sqrt
from .conversion import asarray
from .linalg import inv, lstsq
from .operands import ArrayLike
from .polynomials import vander
from .reductions import sum
from .shaping import astype

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["polyfit"]


def polyfit(
    x: ArrayLike,
    y: ArrayLike,
    deg: int,
    rcond: float | None = None,
    full: bool = False,
    w: ArrayLike | None = None,
    cov: bool | str = False,
) -> Any:
    """The polynomial of a degree that fits samples best, in the sense of least squares.

    Parameters
    ----------
    x : array of shape (m,)
        Where the samples were taken.
    y : array of shape (m,) or (m, k)
        The samples; of a matrix, each column is fitted on its own.
    deg : int
        The degree.
    rcond : float, optional
        Singular values of the scaled Vandermonde matrix up to ``rcond`` times the largest count as 0; by default m
        times the precision of ``x``.
    full : bool
        Whether to return, too, what :func:`wengert.linalg.lstsq` says of the fit.
    w : array of shape (m,), optional
        Weights of the deviations (not of their squares): 1 / σ for samples of standard deviation σ.
    cov : bool or 'unscaled'
        Whether to return, too, the covariance of the coefficients: scaled so that χ² per degree of freedom is 1, or
        as the weights say.

    Returns
    -------
    coefficients : Array
        Of shape (deg + 1,) or (deg + 1, k), the highest power first; differentiable in ``x``, ``y`` and ``w``.
    residuals, rank, singular_values, rcond
        With ``full=True``.
    covariance : Array
        With ``cov=True``, of shape (deg + 1, deg + 1) or (deg + 1, deg + 1, k).

    Raises
    ------
    ShapeError
        If the shapes do not fit, or there are too few samples for the covariance.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1).numpy().round(12)
    array([2., 1.])
    """
    points, samples, order = _float(x), _float(y), as_integer(deg) + 1
    if order < 1:
        raise ShapeError(f"polyfit: a polynomial has no degree {deg}")
    if points.ndim != 1 or not points.size:
        raise ShapeError(f"polyfit: x must be a vector with elements, not of shape {points.shape}")
    if samples.ndim not in (1, 2) or samples.shape[0] != points.shape[0]:
        raise ShapeError(f"polyfit: y of shape {samples.shape} does not fit x of shape {points.shape}")
    matrix = vander(points, order)
    if w is not None:
        weights = _float(w)
        if weights.shape != points.shape:
            raise ShapeError(f"polyfit: weights of shape {weights.shape} do not fit x of shape {points.shape}")
        matrix = matrix * weights[:, None]
        samples = samples * (weights if samples.ndim == 1 else weights[:, None])
    if rcond is None:
        rcond = len(points) * float(np.finfo(points.dtype).eps)
    scale = sqrt(sum(matrix * matrix, axis=0))
    solution, residuals, rank, singular_values = lstsq(matrix / scale, samples, rcond)
    coefficients = (solution.T / scale).T
    if not full and _falls_short(rank, order):
        warnings.warn("polyfit: the samples do not determine the polynomial", np.exceptions.RankWarning, stacklevel=2)
    if full:
        return coefficients, residuals, rank, singular_values, rcond
    if cov:
        return coefficients, _covariance(matrix / scale, scale, samples, solution, cov)
    return coefficients


def _falls_short(rank: Array, order: int) -> bool:
    """Whether the rank is known to be less; under ``vmap`` there is one for each batch entry, and none is known."""
    try:
        return int(rank) != order
    except ConversionError:
        return False


def _covariance(matrix: Array, scale: Array, samples: Array, solution: Array, cov: bool | str) -> Array:
    count, order = matrix.shape
    base: Array = inv(matrix.T @ matrix) / (scale[:, None] * scale)
    if samples.ndim == 2:
        base = base[:, :, None]
    if cov == "unscaled":
        return base
    if count <= order:
        raise ShapeError(
            f"polyfit: the covariance needs more than {order} samples, not {count}; cov='unscaled' does not"
        )
    spread: Array = sum((samples - matrix @ solution) ** 2, axis=0) / (count - order)
    scaled: Array = base * spread
    return scaled


def _float(x: ArrayLike) -> Array:
    array = asarray(x)
    if array.dtype.kind == "c":
        raise DTypeError(f"polyfit takes real numbers, not {array.dtype}; fit the real and imaginary parts")
    return array if is_inexact(array.dtype) else astype(array, float)

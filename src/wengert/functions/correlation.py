"""Covariances and correlation coefficients of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import DTypeError, ShapeError
from ..core.types import Value
from ..ops import elementwise as el, reductions as red
from ..ops.contraction import matmul
from ..ops.families import result_dtype
from ..ops.shaping import adjoint, concatenate, last_diagonal, reshape, swap_last
from .operands import ArrayLike, array_operand, concrete, result
from .reductions import as_dtype
from .shaping import number_dtype
from .statistics import divided

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["cov", "corrcoef"]


def cov(
    m: ArrayLike,
    y: ArrayLike | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: ArrayLike | None = None,
    aweights: ArrayLike | None = None,
    *,
    dtype: Any = None,
) -> Array:
    """The matrix of covariances of variables.

    Parameters
    ----------
    m : array
        A variable, or several: a row for each, or a column without ``rowvar``.
    y : array, optional
        More variables with the same observations.
    rowvar : bool
        Whether rows are variables and columns observations.
    bias : bool
        Whether to divide by the number n of observations rather than n - 1.
    ddof : int, optional
        To divide by n - ddof.
    fweights : vector of int, optional
        How often each observation was made.
    aweights : vector, optional
        The importance of each observation.
    dtype : dtype, optional
        Of the result; by default double precision at least.

    Returns
    -------
    Array
        Square, Hermitian; of one variable its variance, without dimensions.

    Raises
    ------
    ShapeError
        If there are more than two dimensions, or weights do not fit the observations.
    ValueError
        If ``ddof`` is no integer, or weights are negative.

    Notes
    -----
    Differentiable with respect to the variables and ``aweights``.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    Array([[ 1., -1.],
           [-1.,  1.]])
    """
    if ddof is not None and ddof != int(ddof):
        raise ValueError(f"ddof must be an integer, not {ddof!r}")
    x = _variables(m, y, rowvar, dtype)
    if x.shape[0] == 0:
        return result(backend.zeros((0, 0), x.dtype))
    freedom = (0 if bias else 1) if ddof is None else int(ddof)
    frequencies = None if fweights is None else _weights("fweights", fweights, x)
    importances = None if aweights is None else _weights("aweights", aweights, x)
    w = importances if frequencies is None else frequencies
    if frequencies is not None and importances is not None:
        w = el.multiply(frequencies, importances)
    if w is None:
        count: Value = x.shape[1]
        factor: Value = count - freedom if count > freedom else 0
        total = red.sum(x, axes=(1,), keepdims=True)
    else:
        count = red.sum(w, axes=(0,), keepdims=False)
        factor = count
        if freedom:
            lost = freedom if importances is None else _ratio(freedom, w, importances, count)
            factor = el.maximum(el.subtract(count, lost), 0)
        total = red.sum(el.multiply(x, w), axes=(1,), keepdims=True)
    deviation = el.subtract(x, divided(total, count))
    weighted = deviation if w is None else el.multiply(deviation, w)
    out = divided(matmul(deviation, adjoint(weighted)), factor)
    return result(as_dtype(out if out.shape != (1, 1) else reshape(out, shape=()), x.dtype))


def _variables(m: ArrayLike, y: ArrayLike | None, rowvar: bool, dtype: Any) -> Value:
    """All variables as the rows of a matrix."""
    given = [array_operand(v) for v in (m, y) if v is not None]
    if dtype is None:
        dtype = result_dtype(_with_double, tuple(v.dtype for v in given))
    parts: list[Value] = []
    for v in given:
        if len(v.shape) > 2:
            raise ShapeError(f"cov takes a vector or a matrix, not an array of shape {v.shape}")
        rows = reshape(v, shape=(1, *(v.shape or (1,)))) if len(v.shape) < 2 else v
        if not rowvar and len(v.shape) == 2 and not (parts and v.shape[0] == 1):
            rows = swap_last(rows)
        parts.append(as_dtype(rows, number_dtype(dtype)))
    if len({part.shape[1] for part in parts}) > 1:
        raise ShapeError(f"cov: variables of shapes {[v.shape for v in given]} have different numbers of observations")
    return concatenate(*parts, axis=0, sizes=tuple(p.shape[0] for p in parts)) if len(parts) > 1 else parts[0]


def _with_double(*values: Any) -> Any:
    total = backend.sample(backend.dtype(float), 0)
    for value in values:
        total = total + value
    return total


def _weights(name: str, given: ArrayLike, x: Value) -> Value:
    w = array_operand(given)
    if w.shape != x.shape[1:]:
        raise ShapeError(f"{name} of shape {w.shape} do not fit {x.shape[1]} observations")
    values = concrete(w, f"cov: the check that no weight is negative, of {name},")
    if name == "fweights" and (values != np.rint(values)).any():
        raise DTypeError(f"fweights must be whole numbers, not {values}; use aweights")
    if (values < 0).any():
        raise ValueError(f"{name} cannot be negative: {values}")
    return as_dtype(w, backend.dtype(float))


def _ratio(freedom: int, w: Value, importances: Value, count: Value) -> Value:
    return el.divide(el.multiply(freedom, red.sum(el.multiply(w, importances), axes=(0,), keepdims=False)), count)


def corrcoef(x: ArrayLike, y: ArrayLike | None = None, rowvar: bool = True, *, dtype: Any = None) -> Array:
    """The matrix of Pearson's correlation coefficients of variables: covariances over standard deviations.

    Parameters
    ----------
    x, y, rowvar, dtype
        As for :func:`cov`.

    Returns
    -------
    Array
        Square, with parts in [-1, 1]; NaN for a constant variable.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.corrcoef([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    Array([[ 1., -1.],
           [-1.,  1.]])
    """
    c = array_operand(cov(x, y, rowvar, dtype=dtype))
    if not c.shape:
        return result(el.divide(c, c))
    variances = last_diagonal(c)
    deviations = el.sqrt(el.real(variances) if c.dtype.kind == "c" else variances)
    n = c.shape[0]
    c = el.divide(el.divide(c, reshape(deviations, shape=(n, 1))), reshape(deviations, shape=(1, n)))
    if c.dtype.kind != "c":
        return result(el.clip(c, -1, 1))
    real, imag = (el.clip(part(c), -1, 1) for part in (el.real, el.imag))
    return result(el.add(real, el.multiply(imag, 1j)))

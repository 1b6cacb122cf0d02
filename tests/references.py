"""What each primitive computes, said a second time: by NumPy, by SciPy, or by the definition.

Most primitives are the NumPy function of the same name. The rest stand here, written for clearness, not for speed, and
independently of the backend.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

REFERENCES: dict[str, Callable[..., Any]] = {}


def of(name: str) -> Callable[..., Any]:
    """The reference for a primitive."""
    return REFERENCES[name] if name in REFERENCES else getattr(np, name)


def _inexact(x):
    """As it is if it is floating-point or complex, else in double precision."""
    x = np.asarray(x)
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def _define(function: Callable[..., Any]) -> Callable[..., Any]:
    REFERENCES[function.__name__.rstrip("_")] = function
    return function


# Elementwise ---------------------------------------------------------------------------------------------------------

REFERENCES["xlogy"] = scipy.special.xlogy


@_define
def absorbing_multiply(x, y):
    with np.errstate(invalid="ignore"):
        return np.where(np.asarray(x) == 0, 0, np.multiply(x, y)).astype(np.multiply(x, y).dtype)


@_define
def tangent_multiply(x, y):
    return np.where((np.asarray(x) == 0) | (np.asarray(y) == 0), 0, np.multiply(x, y)).astype(np.multiply(x, y).dtype)


@_define
def astype(x, dtype):
    return np.array(x, dtype=dtype)


@_define
def stop_gradient(x):
    return np.array(x)


@_define
def barrier(*inputs, count):
    return inputs[:count]


@_define
def sinc_derivative(x, order):
    """Of sin(u)/u = ∫₀¹ cos(u t) dt, differentiated under the integral."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    t, x = (nodes + 1) / 2, _inexact(x)
    return (np.cos(x[..., None] * t + order * np.pi / 2) * t**order @ (weights / 2)).astype(x.dtype)


# Reductions and scans ------------------------------------------------------------------------------------------------


def _reduction(name):
    return lambda x, axes, keepdims: getattr(np, name)(x, axis=axes, keepdims=keepdims)


REFERENCES |= {name: _reduction(name) for name in ("sum", "prod", "max", "min", "any", "all")}


@_define
def norm(x, axes, keepdims):
    return np.sqrt(np.sum(np.abs(_inexact(x)) ** 2, axis=axes, keepdims=keepdims))


@_define
def logsumexp(x, axes, keepdims):
    x = _inexact(x)
    return np.asarray(scipy.special.logsumexp(x, axis=axes, keepdims=keepdims)) if axes else x


@_define
def argsort(x, axis):
    return np.argsort(x, axis=axis, kind="stable")


@_define
def linear_recurrence(a, b, axis):
    h = np.zeros(b.shape, np.result_type(a, b))
    for index in np.ndindex(b.shape):
        before = tuple(i - (n == axis) for n, i in enumerate(index))
        h[index] = b[index] + (a[index] * h[before] if index[axis] else 0)
    return h


# Shaping and indexing ------------------------------------------------------------------------------------------------


@_define
def reshape(x, shape):
    return np.asarray(x).reshape(shape)


@_define
def flip(x, axes):
    return np.flip(x, axis=axes)


@_define
def pad(x, widths):
    return np.pad(x, widths) if widths else np.array(x)


@_define
def concatenate(*xs, axis, sizes):
    assert sizes == tuple(x.shape[axis] for x in xs)
    return np.concatenate(xs, axis=axis)


@_define
def getitem(x, index):
    return np.asarray(x)[index]


@_define
def place(x, index, shape):
    out = np.zeros(shape, x.dtype)
    out[index] = x
    return out


@_define
def index_set(x, value, index):
    out = x.copy()
    out[index] = value
    return out


def _places(indices, axes, shape):
    """For each position in the indices' broadcast shape, where it points to in an array of this shape."""
    indices = np.broadcast_arrays(*indices)
    for position in np.ndindex(indices[0].shape):
        target = [slice(None)] * len(shape)
        for axis, index in zip(axes, indices, strict=True):
            target[axis] = int(index[position])
        yield position, tuple(target)


@_define
def gather(x, *indices, axes, unique):
    rest = [n for a, n in enumerate(x.shape) if a not in axes]
    out = np.zeros((*np.broadcast_shapes(*map(np.shape, indices)), *rest), x.dtype)
    for position, target in _places(indices, axes, x.shape):
        out[position] = x[target]
    return out


@_define
def scatter_add(value, *indices, axes, shape, unique):
    out = np.zeros(shape, value.dtype)
    for position, target in _places(indices, axes, shape):
        out[target] += value[position]
    return out


@_define
def scatter_set(x, value, *indices, axes, unique):
    rest = [n for a, n in enumerate(x.shape) if a not in axes]
    value = np.broadcast_to(value, (*np.broadcast_shapes(*map(np.shape, indices)), *rest))
    out = x.copy()
    for position, target in _places(indices, axes, x.shape):
        out[target] = value[position]
    return out


@_define
def scatter_winners(*indices, axes, shape):
    pairs = list(_places(indices, axes, shape))
    last = {str(target): position for position, target in pairs}
    out = np.zeros(np.broadcast_shapes(*map(np.shape, indices)), bool)
    for position, target in pairs:
        out[position] = last[str(target)] == position
    return out


# Contraction and linear algebra --------------------------------------------------------------------------------------


@_define
def einsum(*operands, subscripts):
    return np.einsum(subscripts, *operands)


@_define
def last_diagonal(x):
    """The diagonals of a stack of matrices."""
    return np.linalg.diagonal(x)


@_define
def cofactor(a):
    """(-1)^(i+j) times the determinant of what is left without row i and column j."""
    a = _inexact(a)
    out = np.zeros_like(a)
    for i, j in np.ndindex(a.shape[-2:]):
        minor = np.delete(np.delete(a, i, axis=-2), j, axis=-1)
        out[..., i, j] = (-1) ** (i + j) * np.linalg.det(minor)
    return out


REFERENCES |= {name: getattr(np.linalg, name) for name in ("solve", "inv", "det", "cholesky")}


@_define
def slogdet(a):
    return tuple(np.linalg.slogdet(a))


# Samples -------------------------------------------------------------------------------------------------------------


@_define
def convolve(x, y, mode):
    """Σ x[i] y[k] at i + k, by the definition."""
    n, m = x.shape[-1], y.shape[-1]
    out = np.zeros((*x.shape[:-1], n + m - 1), np.convolve(np.ones(1, x.dtype), np.ones(1, y.dtype)).dtype)
    for i in range(n):
        for k in range(m):
            out[..., i + k] += x[..., i] * y[..., k]
    return out if mode == "full" else out[..., m - 1 : n]


@_define
def interp(x, xp, fp):
    rows = zip(x.reshape(-1, *x.shape[1:]), xp, fp, strict=True) if np.ndim(xp) > 1 else None
    return np.interp(x, xp, fp) if rows is None else np.stack([np.interp(*row) for row in rows])


@_define
def interval(x, xp, side):
    """How many of the inner points lie before x."""
    inner = xp[..., 1:-1].reshape(*xp.shape[:-1], *(1,) * (x.ndim - xp.ndim + 1), -1)
    before = inner <= x[..., None] if side == "right" else inner < x[..., None]
    return before.sum(-1)


@_define
def order_statistics(x, ranks):
    return np.sort(x, axis=-1)[..., slice(None) if ranks is None else list(ranks)]


REFERENCES |= {name: _reduction(name) for name in ("nanmax", "nanmin")}


@_define
def polynomial_roots(p):
    rows = [np.asarray(np.roots(row), complex) for row in _inexact(p).reshape(-1, p.shape[-1])]
    dtype = np.complex64 if p.dtype in (np.float32, np.complex64) else np.complex128
    return np.reshape(rows, (*p.shape[:-1], p.shape[-1] - 1)).astype(dtype)


@_define
def cummax(x, axis):
    return np.maximum.accumulate(x, axis)


@_define
def cummin(x, axis):
    return np.minimum.accumulate(x, axis)

"""What each primitive computes, said a second time: by NumPy, by SciPy, or by the definition.

Most primitives are the NumPy function of the same name. The rest stand here, written for clearness, not for speed, and
independently of the backend.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg
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


@_define
def cofactor_derivative(a, x):
    """By central differences of polynomials: exact to their degree, which is at most three here."""
    *first, last = np.moveaxis(x, -3, 0)

    def at(t):
        moved = a + t * last
        return cofactor(moved) if not first else cofactor_derivative(moved, np.stack(first, -3))

    return ((8 * (at(0.5) - at(-0.5)) - (at(1.0) - at(-1.0))) / 6).astype(_inexact(a).dtype)


# Eigenvalues and singular values -------------------------------------------------------------------------------------

REFERENCES["eigvalsh"] = np.linalg.eigvalsh


@_define
def eigh(a, strict):
    return tuple(np.linalg.eigh(a))


@_define
def eig(a, strict):
    return tuple(x + 0j for x in np.linalg.eig(a))


@_define
def eigvals(a):
    return np.linalg.eigvals(a) + 0j


@_define
def svd(a, full, strict):
    return tuple(np.linalg.svd(a, full_matrices=full))


@_define
def svdvals(a):
    return np.linalg.svd(a, compute_uv=False)


@_define
def divide_by_gaps(e, rows, columns, bound, size, hollow):
    """Where no two of the numbers coincide."""
    gaps = _inexact(columns)[..., None, :] - _inexact(rows)[..., :, None]
    with np.errstate(all="ignore"):
        quotient = _inexact(e) / gaps
    return np.where(np.eye(e.shape[-1], dtype=bool), 0, quotient).astype(quotient.dtype) if hollow else quotient


@_define
def tie_shares(v, w, size, signed):
    v, w = np.asarray(v), np.asarray(w)
    out = np.zeros((*v.shape, w.shape[-1]), _inexact(w).real.dtype)
    for *stack, i, j in np.ndindex(out.shape):
        one, row = v[(*stack, i)], w[tuple(stack)]
        if row[j] == one and not (signed and one == 0):
            out[(*stack, i, j)] = 1 / np.sum(row == one)
    return out


# Factors, generalised inverses, functions of matrices ----------------------------------------------------------------


@_define
def qr(a, complete):
    return tuple(np.linalg.qr(a, "complete" if complete else "reduced"))


@_define
def qr_triangle(a):
    return np.linalg.qr(a, "r")


@_define
def lu(a):
    """The permutation from SciPy's permutation matrix."""
    p, l, u = scipy.linalg.lu(a)
    return l, u, np.argmax(p, -1) if a.size else np.broadcast_to(np.arange(a.shape[-2]), a.shape[:-1])


@_define
def transpositions(rows):
    """LAPACK's pivots for a matrix with these rows, which are exchanged into a unit matrix."""
    eye = np.eye(rows.shape[-1])
    return np.array([scipy.linalg.lu_factor(eye[r])[1] for r in rows.reshape(-1, rows.shape[-1])]).reshape(rows.shape)


@_define
def interchanged(pivots):
    out = np.empty(pivots.shape, np.intp)
    for index in np.ndindex(pivots.shape[:-1]):
        order = list(range(pivots.shape[-1]))
        for i, j in enumerate(pivots[index]):
            order[i], order[j] = order[j], order[i]
        out[index] = order
    return out


@_define
def triangular_solve(a, b, lower, unit):
    a = np.tril(a) if lower else np.triu(a)
    if unit:
        a = np.where(np.eye(a.shape[-1], dtype=bool), 1, a)
    return np.linalg.solve(a, b)


@_define
def pinv(a, rcond, hermitian):
    return np.linalg.pinv(_inexact(a), rcond, hermitian)


@_define
def lstsq(a, b, rcond):
    x = np.linalg.pinv(_inexact(a), rcond) @ b
    s = np.linalg.svd(a, compute_uv=False)
    rank = np.sum(s > rcond * np.max(s, axis=-1, keepdims=True, initial=0), -1)
    stack = x.shape[:-2]
    return x, np.broadcast_to(rank, stack), np.broadcast_to(s, (*stack, s.shape[-1]))


@_define
def matrix_function(a, function):
    a, f = _inexact(a), getattr(scipy.linalg, function)
    if not a.size:
        return a.copy()
    wide = a.astype(np.result_type(a, np.float64)).reshape(-1, *a.shape[-2:])
    return np.array([f(m) for m in wide], a.dtype).reshape(a.shape)


@_define
def sylvester(a, b, q):
    """By the matrix of the equation: (a ⊗ 1 + 1 ⊗ bᵀ) x = q, with the rows of x one after the other."""
    m, n = a.shape[-1], b.shape[-1]
    left = np.einsum("...ij,kl->...ikjl", _inexact(a), np.eye(n, dtype=_inexact(b).dtype))
    right = np.einsum("ij,...kl->...iljk", np.eye(m, dtype=_inexact(a).dtype), _inexact(b))
    whole = (left + right).reshape(*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), m * n, m * n)
    x = np.linalg.solve(whole, q.reshape(*q.shape[:-2], m * n, 1))
    return x.reshape(*x.shape[:-2], m, n)

"""What each primitive computes, said a second time: by NumPy, by SciPy, or by the definition.

Most primitives are the NumPy function of the same name. The rest stand here, written for clearness, not for speed, and
independently of the backend.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special
import scipy.stats

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


# Fourier transforms --------------------------------------------------------------------------------------------------


def _waves(n, sign, norm, divided, like):
    """The matrix exp(±2πi jk/n), divided by what ``norm`` says in the direction called ``divided``."""
    factor = {"ortho": n**-0.5, divided: 1 / n}.get(norm, 1.0)
    k = np.arange(n)
    return (factor * np.exp(sign * 2j * np.pi * np.outer(k, k) / n)).astype(
        np.result_type(_inexact(like), np.complex64)
    )


def _along(matrix, x, axis):
    return np.moveaxis(np.tensordot(matrix, x, (1, axis)), 0, axis)


@_define
def fft(x, axes, inverse, norm):
    for axis in axes:
        sign, divided = (1, "backward") if inverse else (-1, "forward")
        x = _along(_waves(x.shape[axis], sign, norm, divided, x), x, axis)
    return x


def _counts(n, doubled):
    """How often each frequency is counted."""
    return np.array([2 if doubled and 0 < k < n / 2 else 1 for k in range(n // 2 + 1)])


@_define
def rfft(x, axis, doubled, norm):
    if x.dtype.kind == "c":
        raise TypeError("real numbers only")
    n = x.shape[axis]
    matrix = _waves(n, -1, norm, "forward", x)[: n // 2 + 1]
    return _along((_counts(n, doubled)[:, None] * matrix).astype(matrix.dtype), x, axis)


@_define
def irfft(x, axis, size, doubled, norm):
    matrix = _waves(size, 1, norm, "backward", x)[:, : size // 2 + 1]
    return _along((matrix * _counts(size, doubled)).astype(matrix.dtype), x, axis).real


# Convolution and windows ---------------------------------------------------------------------------------------------


@_define
def convolution(x, w, strides, padding, lhs_dilation, rhs_dilation, groups):
    """By the definition, on an input with its gaps and borders filled in."""
    spread = [(n - 1) * d + 1 if n else 0 for n, d in zip(x.shape[2:], lhs_dilation, strict=True)]
    wide = np.zeros((*x.shape[:2], *spread), np.result_type(x, w))
    wide[(..., *(slice(None, None, d) for d in lhs_dilation))] = x
    wide = np.pad(wide, [(0, 0), (0, 0), *((max(low, 0), max(high, 0)) for low, high in padding)])
    wide = wide[(..., *(slice(max(-low, 0), min(high, 0) or None) for low, high in padding))]
    reach = [(k - 1) * d + 1 for k, d in zip(w.shape[2:], rhs_dilation, strict=True)]
    sizes = [max(0, (n - r) // s + 1) for n, r, s in zip(wide.shape[2:], reach, strides, strict=True)]
    out = np.zeros((len(x), len(w), *sizes), wide.dtype)
    for p in np.ndindex(*sizes):
        at = tuple(slice(i * s, i * s + r, d) for i, s, r, d in zip(p, strides, reach, rhs_dilation, strict=True))
        for o in range(len(w)):
            first = o // (len(w) // groups) * w.shape[1]
            seen = wide[:, first : first + w.shape[1]][(..., *at)]
            out[(slice(None), o, *p)] = (seen * w[o]).sum(tuple(range(1, w.ndim)), dtype=wide.dtype)
    return out


@_define
def windows(x, window, strides, dilation):
    reach = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    axes = tuple(range(-len(window), 0))
    short = [max(0, r - n) for r, n in zip(reach, x.shape[axes[0] :], strict=True)]
    if any(short):  # no window fits
        fitted = np.pad(x, [(0, 0)] * (x.ndim - len(window)) + [(0, n) for n in short])
        nothing = tuple(slice(0, 0 if n else None) for n in short)
        return windows(fitted, window, strides, dilation)[(..., *nothing)]
    found = np.lib.stride_tricks.sliding_window_view(x, reach, axes)
    found = found[(..., *(slice(None, None, s) for s in strides), *(slice(None, None, d) for d in dilation))]
    return np.moveaxis(found, axes, range(x.ndim - len(window), x.ndim))


def _window_places(sizes, window, positions, strides, dilation):
    """For each element of each window, where it stands."""
    for tap in np.ndindex(*window):
        for p in np.ndindex(*positions):
            yield tap, p, tuple(i * s + k * d for i, s, k, d in zip(p, strides, tap, dilation, strict=True))


@_define
def overlap_add(y, sizes, strides, dilation):
    d = len(sizes)
    out = np.zeros((*y.shape[: -2 * d], *sizes), y.dtype)
    for tap, p, place in _window_places(sizes, y.shape[-2 * d : -d], y.shape[-d:], strides, dilation):
        out[(..., *place)] += y[(..., *tap, *p)]
    return out


@_define
def window_max(x, window, strides, dilation):
    found = windows(x, window, strides, dilation)
    axes = tuple(range(x.ndim - len(window), x.ndim))
    return found.max(axes)


@_define
def window_max_adjoint(ct, x, out, window, strides, dilation):
    if ct.dtype.kind not in "fc":
        raise TypeError("integers have no cotangents")
    d = len(window)
    result, count = np.zeros(x.shape, ct.dtype), np.zeros(out.shape)
    places = list(_window_places(x.shape[-d:], window, out.shape[-d:], strides, dilation))
    for _, p, place in places:
        count[(..., *p)] += x[(..., *place)] == out[(..., *p)]
    for _, p, place in places:
        share = np.where(x[(..., *place)] == out[(..., *p)], ct[(..., *p)], 0)
        result[(..., *place)] += (share / np.maximum(count[(..., *p)], 1)).astype(ct.dtype)
    return result


# Quantiles -----------------------------------------------------------------------------------------------------------


@_define
def gamma_path(a, drawn, shape, order):
    assert order == 0, "derivatives are compared with differences"
    if any(np.asarray(x).dtype.kind == "c" for x in (a, drawn, shape)):
        raise TypeError("real numbers only")
    return scipy.stats.gamma.ppf(scipy.stats.gamma.cdf(drawn, shape), np.asarray(a, np.float64))

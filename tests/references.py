"""What each primitive computes, said a second time: by NumPy, by SciPy, or by the definition.

Most primitives are the NumPy function of the same name. The rest stand here, written for clearness, not for speed, and
independently of the backend.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.integrate
import scipy.linalg
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


# Searching and windows -----------------------------------------------------------------------------------------------


def _by_row(function, x, y, rows):
    return np.array([_by_row(function, p, q, rows - 1) for p, q in zip(x, y, strict=True)]) if rows else function(x, y)


@_define
def searchsorted(a, v, side, rows):
    return _by_row(lambda p, q: np.searchsorted(p, q, side), a, v, rows)


@_define
def isin(x, among, rows):
    return _by_row(np.isin, x, among, rows)


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


@_define
def overlap_add(y, sizes, strides, dilation):
    d = len(sizes)
    out = np.zeros((*y.shape[: -2 * d], *sizes), y.dtype)
    for tap, p, place in _window_places(sizes, y.shape[-2 * d : -d], y.shape[-d:], strides, dilation):
        out[(..., *place)] += y[(..., *tap, *p)]
    return out


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


def _window_places(sizes, window, positions, strides, dilation):
    """For each element of each window, where it stands."""
    for tap in np.ndindex(*window):
        for p in np.ndindex(*positions):
            yield tap, p, tuple(i * s + k * d for i, s, k, d in zip(p, strides, tap, dilation, strict=True))


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


# Special functions: SciPy's of the same names, and derivatives by other means than the backend's ----------------------

REFERENCES |= {n: f for n, f in vars(scipy.special).items() if isinstance(f, np.ufunc) and not hasattr(np, n)}


REFERENCES["i0"] = scipy.special.i0  # not NumPy's


REFERENCES["zeta"] = scipy.special.zeta


REFERENCES["riemann_zeta"] = scipy.special.zeta


def _contour(function, x, order, radius=0.3, points=64):
    """The derivative of this order of a function that is analytic around x: Cauchy's integral, by trapezoids."""
    turns = np.exp(2j * np.pi * (np.arange(points) + 0.5) / points)
    values = np.asarray([function(x + radius * turn) for turn in turns])
    factors = (turns ** -float(order)).reshape(-1, *[1] * np.ndim(x))
    total = (values * factors).mean(0) * scipy.special.factorial(order) / radius**order
    return total if np.iscomplexobj(x) else total.real


def _integrals(integrand, low, high):
    """∫ of a function of t and further arguments, for each element of these; by adaptive quadrature."""

    def each(*args):
        return scipy.integrate.quad(integrand, low, high, args=args, epsabs=0, epsrel=1e-13, limit=200)[0]

    return np.vectorize(each, otypes=[np.float64])


def _special(function: Callable[..., Any], holomorphic: bool = False) -> Callable[..., Any]:
    """Of a function in double precision, one in its arguments' precision, and of complex ones only if it takes them."""

    def reference(*args, **params):
        dtype = np.result_type(*args)
        if dtype.kind == "c" and not holomorphic:
            raise TypeError("of real numbers only")
        wide = np.complex128 if dtype.kind == "c" else np.float64
        found = np.asarray(function(*[np.asarray(x, wide) for x in args], **params))
        return found.astype(dtype if dtype.kind in "fc" else np.float64)

    REFERENCES[function.__name__] = reference
    return function


@_define
def polygamma(n, x):
    dtype = np.result_type(n, x)
    dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)
    if dtype.kind != "c":
        return scipy.special.polygamma(n, x).astype(dtype)
    n = np.broadcast_to(n, np.shape(x))
    return np.asarray([_contour(scipy.special.psi, z, int(k)) for k, z in zip(n.flat, x.flat, strict=True)]).reshape(
        x.shape
    )


@_define
def lambertw(z, k, tol):
    return scipy.special.lambertw(z, k, tol)


@partial(_special, holomorphic=True)
def erfcx_derivative(x, order):
    return _contour(scipy.special.erfcx, x, order, 1.0)


@_special
def exprel_derivative(x, order):
    return _integrals(lambda t, x: t**order * np.exp(x * t), 0, 1)(x)


@partial(_special, holomorphic=True)
def log1p_ratio(x, order):
    nodes, weights = np.polynomial.legendre.leggauss(40)
    t = (nodes + 1) / 2
    return scipy.special.factorial(order) * ((-t) ** order / (1 + x[..., None] * t) ** (order + 1) @ (weights / 2))


@_special
def polygamma_drop(x, y, order):
    return scipy.special.polygamma(order, x) - scipy.special.polygamma(order, x + y)


@_special
def zeta_derivative(x, y, order):
    if order == 0:
        return np.where(np.asarray(x) > 1, scipy.special.zeta(x, y), np.nan)
    terms = np.arange(20000.0)  # and what is left, by the Euler-Maclaurin formula's first terms
    x, y = np.broadcast_arrays(x, y)
    u = y[..., None] + terms
    end = y + 20000.0
    tail = end ** (1 - x) * (np.log(end) / (x - 1) + 1 / (x - 1) ** 2) + end**-x * np.log(end) / 2
    return np.where((x > 1) & (y > 0), -np.sum(u ** -x[..., None] * np.log(u), -1) - tail, np.nan)


@partial(_special, holomorphic=True)
def riemann_zeta_derivative(x, order):
    def entire(z):
        return scipy.special.zeta(z) - 1 / (z - 1)

    pole = (-1) ** order * scipy.special.factorial(order) / (x - 1) ** (order + 1)
    return np.where(x == 1, np.nan, _contour(entire, x, order, 0.8) + pole)


@_special
def gamma_density(x, y, shift):
    return y ** (x - shift) * np.exp(-y) / scipy.special.gamma(x)


@_special
def beta_density(x, y, z, shift, co_shift):
    return z ** (x - shift) * (1 - z) ** (y - co_shift) / scipy.special.beta(x, y)


@_special
def gammainc_derivative(x, y, order):
    """By the series x^a e^-x Σ xᵏ / Γ(a + k + 1), which is entire in a."""

    def series(a):
        return sum(np.exp((a + k) * np.log(y) - y) / scipy.special.gamma(a + k + 1) for k in range(60))

    x, y = np.broadcast_arrays(x, y)
    return _contour(series, x, order, 0.5)


@_special
def betainc_derivative(x, y, z, order, co_order):
    """By the series z^a (1 - z)^b Σ Γ(a + b + k) / (Γ(b) Γ(a + k + 1)) zᵏ, which is analytic in a and b."""
    log_gamma = scipy.special.loggamma
    x, y, z = np.broadcast_arrays(x, y, z)
    k = np.arange(160).reshape(-1, *[1] * z.ndim)

    def series(a, b):
        terms = log_gamma(a + b + k) - log_gamma(a + k + 1) + (a + k) * np.log(z) + b * np.log(1 - z)
        return np.exp(terms - log_gamma(b)).sum(0)

    def by_y(a):
        return _contour(lambda b: series(a, b), y + 0j, co_order, 0.25, 24)

    return _contour(by_y, x, order, 0.25, 24)


@_special
def ive_derivative(x, y, order):
    v, y = np.broadcast_arrays(x, y)
    scaled = _contour(lambda z: np.exp(-z) * scipy.special.iv(v, z), y, order)
    at_zero = _contour(lambda z: scipy.special.iv(v, z), y, order)  # |y| has slope 0 at 0
    return np.where(y == 0, np.where(v % 1 == 0, at_zero, np.nan), scaled)


@_special
def kve_derivative(x, y, order, co_order):
    def integrand(t, v, y):
        drop = 2 * np.sinh(t / 2) ** 2
        return np.exp(-y * drop) * (-drop) ** co_order * t**order * (np.sinh if order % 2 else np.cosh)(v * t)

    at_zero = (-1) ** co_order * np.where(np.asarray(x) == 0, 0.0, np.inf)
    return np.where(np.asarray(y) == 0, at_zero, _integrals(integrand, 0, 10)(x, y))

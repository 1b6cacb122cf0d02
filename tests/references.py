"""What each primitive computes, said a second time: by NumPy, by SciPy, or by the definition.

Most primitives are the NumPy function of the same name. The rest stand here, written for clearness, not for speed, and
independently of the backend.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.integrate
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

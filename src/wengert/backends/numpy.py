"""The NumPy backend: values are NumPy arrays and scalars.

A primitive is evaluated by the function of its name in this module, else by NumPy's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from math import factorial, isfinite
from math import prod as _product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
Axes = tuple[int, ...]


# ---------------------------------------------------------------------------------------------------------------------
# The protocol
# ---------------------------------------------------------------------------------------------------------------------


def implementation(name: str) -> Callable[..., Any]:
    """The function that evaluates the primitive of this name."""
    own = globals().get(name)
    if own is not None and getattr(own, "__module__", None) == __name__:
        return own  # type: ignore[no-any-return]
    return getattr(np, name)  # type: ignore[no-any-return]


def promote(*values: Any) -> Any:
    """A number of the dtype to which values of any number promote."""
    return np.zeros((), np.result_type(*values))


def stop_gradient(x: Any) -> Any:
    """``x`` itself."""
    return x


def barrier(*values: Any, count: int) -> tuple[Any, ...]:
    """The first values themselves."""
    return tuple(v if is_array(v) else asarray(v)[()] for v in values[:count])


def is_array(value: Any) -> bool:
    """Whether ``value`` is a NumPy array or scalar."""
    return isinstance(value, (np.ndarray, np.generic))


def asarray(value: Any, dtype: Any = None, copy: bool | None = None) -> Array:
    """``value`` as a NumPy array."""
    return np.array(value, dtype=dtype, copy=copy)


def frozen_copy(value: Any) -> Any:
    """``value``, or a copy of it where somebody could write into it, be it through what it is a view of."""
    if not isinstance(value, np.ndarray) or (value.base is None and not value.flags.writeable):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


class _Made(threading.local):
    arrays: dict[int, Array] | None = None


_made = _Made()


@contextmanager
def noting() -> Iterator[None]:
    """A scope that remembers the arrays that are made from nothing: zeros, ones and their like."""
    outer, _made.arrays = _made.arrays, {}
    try:
        yield
    finally:
        _made.arrays = outer


def made(value: Any) -> bool:
    """Whether an array was made from nothing, by the library itself, in the innermost scope that remembers it."""
    return _made.arrays is not None and id(value) in _made.arrays


def remade(array: Any) -> Any:
    """An array that was made from nothing earlier, and counts as if made now."""
    return _noted(array) if isinstance(array, np.ndarray) else array


def _noted(array: Array) -> Array:
    if _made.arrays is not None:
        _made.arrays[id(array)] = array
    return array


def zeros(shape: tuple[int, ...], dtype: Any) -> Array:
    """Zeros."""
    return _noted(np.zeros(shape, dtype))


def ones(shape: tuple[int, ...], dtype: Any) -> Array:
    """Ones."""
    return _noted(np.ones(shape, dtype))


def basis(size: int, dtype: Any) -> Array:
    """The standard basis as the rows of a matrix."""
    return _noted(np.eye(size, dtype=dtype))


def half_lower(size: int, dtype: Any) -> Array:
    """Ones below the diagonal and halves on it."""
    return _noted(np.tri(size, size, -1, dtype) + 0.5 * np.eye(size, dtype=dtype))


def arange(size: int) -> Array:
    """The integers from zero."""
    return _noted(np.arange(size))


def dtype(spec: Any) -> np.dtype[Any]:
    """The dtype object that ``spec`` means."""
    found: np.dtype[Any] = np.dtype(spec)
    return found


def limits(dtype: Any) -> tuple[Any, Any]:
    """The smallest and the largest integer or boolean of a dtype."""
    return (False, True) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))


def sample(dtype: Any, ndim: int) -> Any:
    """Ones, one element along each axis; for a Python type the Python scalar 1."""
    return np.ones((1,) * ndim, dtype) if isinstance(dtype, np.dtype) else dtype(1)


def quiet() -> AbstractContextManager[Any]:
    """A scope without floating-point warnings."""
    return np.errstate(all="ignore")


# ---------------------------------------------------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------------------------------------------------


def absorbing_multiply(x: Any, y: Any) -> Any:
    """``x * y``, and 0 wherever ``x`` is 0."""
    product = x * y
    if isinstance(product, np.ndarray):
        flat = product.ravel("K")
        witness = flat.dot(flat)  # the cheapest pass that an infinity or NaN cannot leave finite
    else:
        witness = product
    if isfinite(witness.real) and isfinite(witness.imag):
        return product
    return np.where(np.equal(x, 0), np.zeros((), product.dtype), product)[()]


def tangent_multiply(x: Any, y: Any) -> Any:
    """``x * y``, and 0 wherever either is 0."""
    product = absorbing_multiply(x, y)
    if np.isfinite(product).all():
        return product
    return np.where(np.equal(y, 0), np.zeros((), product.dtype), product)[()]


def astype(x: Any, *, dtype: Any) -> Any:
    """Conversion to a dtype."""
    return np.asarray(x).astype(dtype)


def xlogy(x: Any, y: Any) -> Any:
    """``x log y``, and 0 where ``x`` is 0, unless ``y`` is NaN."""
    absent = np.equal(x, 0) & ~np.isnan(y)
    return np.where(absent, 0, x * np.log(np.where(absent, 1, y)))[()]


def clip(x: Any, low: Any, high: Any) -> Any:
    """``min(max(x, low), high)``."""
    return np.minimum(np.maximum(x, low), high)


def sinc_derivative(x: Any, *, order: int) -> Any:
    """The derivative of this order of sin(u)/u.

    Away from 0 by Leibniz' rule, u s⁽ⁿ⁾ + n s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾(u); near 0, where that cancels, by the Taylor series
    Σ (-1)ᵏ u^(2k-n) (2k)! / ((2k+1)! (2k-n)!). Where they meet, neither loses more than a digit.
    """
    u = np.asarray(x)
    reach = 1.0 + order / 3
    near = np.abs(u) < reach if u.dtype.kind == "c" else (u < reach) & (u > -reach)  # the least integer has no abs
    far = np.where(near, 1.0, u)
    sine, cosine = np.sin(far), np.cos(far)
    value = sine / far
    for n in range(1, order + 1):
        value = ((sine, cosine, -sine, -cosine)[n % 4] - n * value) / far
    small = np.where(near, u, 0.0)
    series = np.zeros_like(small)
    for k in reversed(range((order + 1) // 2, (order + 1) // 2 + 12 + order)):
        coefficient = (-1.0) ** k / ((2 * k + 1) * factorial(2 * k - order))
        series = series * (small * small) + coefficient
    if order % 2:
        series = series * small
    return np.where(near, series, value).astype(value.dtype)[()]


# ---------------------------------------------------------------------------------------------------------------------
# Reductions and scans
# ---------------------------------------------------------------------------------------------------------------------


def _reduction(ufunc: Any) -> Callable[..., Any]:
    def reduce(x: Any, *, axes: Axes, keepdims: bool) -> Any:
        return ufunc.reduce(x, axis=axes, keepdims=keepdims)

    reduce.__module__ = __name__
    return reduce


sum = _reduction(np.add)
prod = _reduction(np.multiply)
max = _reduction(np.maximum)
min = _reduction(np.minimum)
any = _reduction(np.logical_or)
all = _reduction(np.logical_and)


def norm(x: Any, *, axes: Axes, keepdims: bool) -> Any:
    """The 2-norm over some axes; of integers in float64."""
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    if len(axes) == x.ndim and not keepdims:
        flat = x.ravel("K")
        return np.sqrt(np.vdot(flat, flat).real)
    squares = x.real * x.real + x.imag * x.imag if x.dtype.kind == "c" else x * x
    return np.sqrt(sum(squares, axes=axes, keepdims=keepdims))


def logsumexp(x: Any, *, axes: Axes, keepdims: bool) -> Any:
    """log Σ exp(x), shifted by the maximum so that nothing overflows."""
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    peak = np.maximum.reduce(x.real, axis=axes, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(peak), peak, 0)
    with np.errstate(divide="ignore"):
        result = np.log(np.add.reduce(np.exp(x - shift), axis=axes, keepdims=True)) + shift
    return result if keepdims else result.reshape([n for a, n in enumerate(x.shape) if a not in axes])[()]


def argmax(x: Any, *, axis: int, keepdims: bool) -> Any:
    """The first index of the maximum."""
    return np.argmax(x, axis=axis, keepdims=keepdims)


def argmin(x: Any, *, axis: int, keepdims: bool) -> Any:
    """The first index of the minimum."""
    return np.argmin(x, axis=axis, keepdims=keepdims)


def linear_recurrence(a: Array, b: Array, *, axis: int) -> Array:
    """h[i] = a[i] h[i-1] + b[i] along an axis, where a state that is 0 adds 0, even if its factor is not finite."""
    out = np.array(b, dtype=np.result_type(a, b))
    factors, states = np.moveaxis(a, axis, 0), np.moveaxis(out, axis, 0)
    if np.isfinite(a).all():
        for i in range(1, len(states)):
            states[i] += states[i - 1] * factors[i]
    else:
        with quiet():
            for i in range(1, len(states)):
                states[i] += absorbing_multiply(states[i - 1], factors[i])
    return out


# ---------------------------------------------------------------------------------------------------------------------
# Shaping and indexing
# ---------------------------------------------------------------------------------------------------------------------


def reshape(x: Any, *, shape: tuple[int, ...]) -> Array:
    """The elements in C order, in another shape."""
    return np.reshape(x, shape)


def transpose(x: Any, *, axes: Axes) -> Array:
    """Permuted axes; a view."""
    return np.asarray(x).transpose(axes)


def broadcast_to(x: Any, *, shape: tuple[int, ...]) -> Array:
    """Repeated axes; a read-only view."""
    x = np.asarray(x)
    if x.size == 1 and x.ndim <= len(
        shape
    ):  # NumPy's function takes three microseconds, and sums of all elements come back this way
        view = np.ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
        view.flags.writeable = False
        return view
    return np.broadcast_to(x, shape)


def concatenate(*xs: Array, axis: int, sizes: tuple[int, ...]) -> Array:
    """Arrays joined along an axis."""
    return np.concatenate(xs, axis)


def pad(x: Any, *, widths: tuple[tuple[int, int], ...]) -> Array:
    """Zeros around the array."""
    x = np.asarray(x)
    out = np.zeros([low + n + high for n, (low, high) in zip(x.shape, widths, strict=True)], x.dtype)
    out[tuple(slice(low, low + n) for n, (low, _) in zip(x.shape, widths, strict=True))] = x
    return out


def flip(x: Any, *, axes: Axes) -> Array:
    """Reversed axes; a view."""
    return np.flip(x, axes)


def last_diagonal(x: Any) -> Array:
    """The diagonals of a stack of square matrices; a read-only view."""
    return np.diagonal(x, 0, -2, -1)


def getitem(x: Any, *, index: tuple[Any, ...]) -> Any:
    """Basic indexing; a view."""
    return x[index]


def place(x: Any, *, index: tuple[Any, ...], shape: tuple[int, ...]) -> Array:
    """Zeros, but ``x`` at the index."""
    out = np.zeros(shape, x.dtype)
    out[index] = x
    return out


def index_set(x: Array, value: Any, *, index: tuple[Any, ...]) -> Array:
    """A copy with the value at the index."""
    out = np.array(x)
    out[index] = value
    return out


def add_at_index(buffer: Array, cotangent: Any, *, index: tuple[Any, ...]) -> None:
    """Add at a basic index, in place."""
    buffer[index] += cotangent


def erase_at_index(buffer: Array, value: Any, *, index: tuple[Any, ...]) -> None:
    """Zero at a basic index, in place."""
    buffer[index] = 0


def add_at_indices(buffer: Array, cotangent: Any, *indices: Any, axes: Axes, unique: bool) -> None:
    """Add at integer indices, in place."""
    if unique:
        _front(buffer, axes)[indices] += cotangent
    else:
        np.add.at(_front(buffer, axes), indices, cotangent)


def erase_at_indices(buffer: Array, value: Any, *indices: Any, axes: Axes, unique: bool) -> None:
    """Zero at integer indices, in place."""
    _front(buffer, axes)[indices] = 0


def _front(x: Array, axes: Axes) -> Array:
    """A view with these axes first, in this order."""
    return x if axes == tuple(range(len(axes))) else np.moveaxis(x, axes, range(len(axes)))


def gather(x: Array, *indices: Any, axes: Axes, unique: bool) -> Any:
    """The elements at integer indices along some axes."""
    return _front(x, axes)[indices]


def scatter_add(value: Array, *indices: Any, axes: Axes, shape: tuple[int, ...], unique: bool) -> Array:
    """Zeros, to which the values are added at integer indices."""
    out = np.zeros(shape, value.dtype)
    if unique:
        _front(out, axes)[indices] = value
    else:
        np.add.at(_front(out, axes), indices, value)
    return out


def scatter_set(x: Array, value: Any, *indices: Any, axes: Axes, unique: bool) -> Array:
    """A copy with the values at integer indices."""
    out = np.array(x)
    _front(out, axes)[indices if unique else _in_order(indices)] = value
    return out


def _in_order(indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """The indices in a layout that NumPy runs through in order, so that of two at the same place the last one wins."""
    return tuple(np.asarray(i, order="C") for i in np.broadcast_arrays(*indices))


def scatter_winners(*indices: Any, axes: Axes, shape: tuple[int, ...]) -> Any:
    """Which of the values written at these indices stay."""
    target = np.empty([shape[a] for a in axes], np.intp)
    order = np.arange(np.broadcast(*indices).size).reshape(np.broadcast_shapes(*map(np.shape, indices)))
    target[_in_order(indices)] = order
    return target[indices] == order


def argsort(x: Any, *, axis: int) -> Array:
    """Indices that sort along an axis, stably."""
    return np.argsort(x, axis=axis, kind="stable")


# ---------------------------------------------------------------------------------------------------------------------
# Contraction
# ---------------------------------------------------------------------------------------------------------------------


def matmul(x: Array, y: Array) -> Any:
    """The matrix product; ``dot`` is the quicker way to it for vectors and single matrices."""
    return np.dot(x, y) if 0 < x.ndim <= 2 and 0 < y.ndim <= 2 else np.matmul(x, y)


def einsum(*operands: Array, subscripts: str) -> Any:
    """Einstein summation; a pair of operands goes to the matrix product where it can."""
    if len(operands) == 2:
        plan = _pair_plan(subscripts)
        if plan is not None:
            return plan(*operands)
    if len(operands) > 2 and len({x.dtype for x in operands}) > 1:
        dtype = np.result_type(*operands)  # first: the products of pairs would be made in the dtypes of the pairs
        operands = tuple(x.astype(dtype, copy=False) for x in operands)
    return np.einsum(subscripts, *operands, optimize=len(operands) > 2)


@lru_cache(maxsize=512)
def _pair_plan(subscripts: str) -> Callable[[Array, Array], Any] | None:
    """How to contract two operands by one (batched) matrix product; None where there is nothing to contract."""
    left, out = subscripts.split("->")
    a, b = left.split(",")
    if len(set(a)) < len(a) or len(set(b)) < len(b) or set(a + b) - set(out) != set(a) & set(b) - set(out):
        return None
    stack = [c for c in a if c in b and c in out]
    inner = [c for c in a if c in b and c not in out]
    rows = [c for c in a if c not in b]
    columns = [c for c in b if c not in a]
    if not inner:
        return None
    a_order = [a.index(c) for c in (*stack, *rows, *inner)]
    b_order = [b.index(c) for c in (*stack, *inner, *columns)]
    found = [*stack, *rows, *columns]
    out_order = [found.index(c) for c in out]

    def contract(x: Array, y: Array) -> Any:
        x, y = x.transpose(a_order), y.transpose(b_order)
        s, r = len(stack), len(rows)
        shape = (*x.shape[: s + r], *y.shape[s + len(inner) :])
        size = [*x.shape[:s], _product(x.shape[s : s + r]), _product(x.shape[s + r :])]
        product = np.matmul(x.reshape(size), y.reshape(*x.shape[:s], size[-1], _product(y.shape[s + len(inner) :])))
        return product.reshape(shape).transpose(out_order)

    return contract


# ---------------------------------------------------------------------------------------------------------------------
# Linear algebra
# ---------------------------------------------------------------------------------------------------------------------


def solve(a: Array, b: Array) -> Array:
    """a x = b for stacks of matrices."""
    if b.ndim == 1:
        raise ValueError("solve takes matrices")
    return np.linalg.solve(a, b)


def inv(a: Array) -> Array:
    """The inverse."""
    return np.linalg.inv(a)


def det(a: Array) -> Any:
    """The determinant."""
    return np.linalg.det(a)


def cofactor(a: Array) -> Any:
    """det(a) a⁻ᵀ, of singular matrices too: from a = u s v, cof(a) = det(u) det(v) conj(u) cof(s) conj(v)."""
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    u, s, v = np.linalg.svd(np.where(finite, a, 0))  # which does not converge otherwise
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :]).prod(-1)
    phase = np.linalg.det(u) * np.linalg.det(v)
    return np.where(finite, phase[..., None, None] * ((u.conj() * others[..., None, :]) @ v.conj()), np.nan)


def slogdet(a: Array) -> tuple[Any, Any]:
    """Sign (or phase) and logarithm of the absolute value of the determinant."""
    return tuple(np.linalg.slogdet(a))


def cholesky(a: Array) -> Array:
    """The lower Cholesky factor."""
    return np.linalg.cholesky(a)

"""Linear algebra of stacks of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


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
    return cofactor_derivative(a, np.zeros((0, *a.shape[-2:]), np.float32 if a.dtype.char in "fF" else np.float64))


def cofactor_derivative(a: Array, x: Array) -> Any:
    """The derivative of the cofactors along each of the matrices in a row (the last axis but two of ``x``).

    Of a diagonal matrix s along b it has -b_ji Π s_k at i ≠ j (k ≠ i, j), and Σ_k b_kk Π s_l at i = j (l ≠ i, k).
    Of higher order it is a coefficient of a polynomial, found from its values on a circle in the complex plane.
    """
    dtype = np.result_type(*(y.dtype if y.dtype.kind in "fc" else np.float64 for y in (a, x)))
    n, order = a.shape[-1], x.shape[-3]
    stack = np.broadcast_shapes(a.shape[:-2], x.shape[:-3])
    if order > max(n - 1, 0) or not n:
        return np.zeros((*stack, n, n), dtype)
    if order < 2:
        return _first_cofactors(a, x[..., 0, :, :] if order else None).astype(dtype)
    along = x[..., -1, :, :].astype(np.result_type(dtype, np.complex128))
    count = n - order + 1
    size, step = (np.linalg.norm(y, axis=(-2, -1), keepdims=True) for y in (a, along))
    radius = np.where(size > 0, size, 1) / np.where(step > 0, step, 1)
    total = np.zeros((*stack, n, n), along.dtype)
    for turn in np.exp(2j * np.pi * np.arange(count) / count):
        total += cofactor_derivative(a + radius * turn * along, x[..., :-1, :, :]) / turn
    total /= count * radius
    return (total if dtype.kind == "c" else total.real).astype(dtype)


def _first_cofactors(a: Array, x: Array | None) -> Array:
    """The cofactors, or their derivative along a matrix."""
    n = a.shape[-1]
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    u, s, v = np.linalg.svd(np.where(finite, a, 0))  # which does not converge otherwise
    phase = (np.linalg.det(u) * np.linalg.det(v))[..., None, None]
    before = np.cumprod(np.concatenate([np.ones_like(s[..., :1]), s], -1), -1)
    after = np.cumprod(np.concatenate([np.ones_like(s[..., :1]), s[..., ::-1]], -1), -1)[..., ::-1]
    if x is None:
        others = before[..., :-1] * after[..., 1:]
        return np.where(finite, phase * ((u.conj() * others[..., None, :]) @ v.conj()), np.nan)
    others = np.zeros((*s.shape, n), s.dtype)
    for i in range(n - 1):
        between = np.cumprod(np.concatenate([before[..., i, None], s[..., i + 1 : -1]], -1), -1)
        others[..., i, i + 1 :] = others[..., i + 1 :, i] = between * after[..., i + 2 :]
    b = u.conj().swapaxes(-1, -2) @ x @ v.conj().swapaxes(-1, -2)
    inner = -others * b.swapaxes(-1, -2)
    where = np.arange(n)
    inner[..., where, where] = (others @ b[..., where, where, None])[..., 0]
    return np.where(finite, phase * (u.conj() @ inner @ v.conj()), np.nan)


def slogdet(a: Array) -> tuple[Any, Any]:
    """Sign (or phase) and logarithm of the absolute value of the determinant."""
    return tuple(np.linalg.slogdet(a))


def cholesky(a: Array) -> Array:
    """The lower Cholesky factor."""
    return np.linalg.cholesky(a)


# Eigenvalues and singular values -------------------------------------------------------------------------------------


def eigh(a: Array, *, strict: bool) -> tuple[Any, ...]:
    """Eigenvalues, ascending, and vectors of a Hermitian matrix, of which the lower triangle is read."""
    return tuple(np.linalg.eigh(a))


def eigvalsh(a: Array) -> Any:
    """Eigenvalues of a Hermitian matrix, of which the lower triangle is read."""
    return np.linalg.eigvalsh(a)


def eig(a: Array, *, strict: bool) -> tuple[Any, ...]:
    """Eigenvalues and vectors, complex in any case: which they are must not depend on the numbers."""
    return tuple(_complex(x) for x in np.linalg.eig(a))


def eigvals(a: Array) -> Any:
    """Eigenvalues, complex in any case."""
    return _complex(np.linalg.eigvals(a))


def _inexact(x: Array) -> Array:
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def _complex(x: Array) -> Array:
    return x.astype(np.result_type(x, np.complex64), copy=False)


def svd(a: Array, *, full: bool, strict: bool) -> tuple[Any, ...]:
    """Left singular vectors, singular values, and the adjoint of the right vectors."""
    return tuple(np.linalg.svd(a, full_matrices=full))


def svdvals(a: Array) -> Any:
    """Singular values, descending."""
    return np.linalg.svd(a, compute_uv=False)


def divide_by_gaps(e: Array, rows: Array, columns: Array, bound: Array, *, size: int, hollow: bool) -> Array:
    """e_ij / (columns_j - rows_i), and 0 or NaN where the gap is rounding, by whether the numerator is rounding too."""
    rows, columns = _inexact(rows), _inexact(columns)
    rounding = size * np.finfo(np.result_type(rows, columns)).eps
    e, gaps = _inexact(e), columns[..., None, :] - rows[..., :, None]
    reach = np.maximum(*(np.abs(x).max(-1, initial=0) for x in (rows, columns)))
    close = np.abs(gaps) <= (rounding * reach)[..., None, None]
    result = e / np.where(close, gaps.dtype.type(np.inf), gaps)
    lost = close & ~(np.abs(e) <= 16 * rounding * bound)
    if hollow:
        inside = np.eye(e.shape[-1], dtype=bool)
        result, lost = np.where(inside, 0, result), lost & ~inside
    return np.where(lost, result.dtype.type(np.nan), result) if lost.any() else np.broadcast_to(result, lost.shape)


def tie_shares(v: Array, w: Array, *, size: int, signed: bool) -> Array:
    """One over the number of elements of w that coincide with one of v, in the places of these."""
    v, w = _inexact(v), _inexact(w)
    if not w.size:
        return np.zeros((*np.broadcast_shapes(v.shape, w.shape), w.shape[-1]), w.real.dtype)
    bound = (size * np.finfo(w.dtype).eps * np.abs(w).max(-1, initial=0))[..., None]
    if w.dtype.kind == "c":
        ties = np.abs(w[..., :, None] - w[..., None, :]) <= bound[..., None]
    else:  # sorted: those in between belong together too
        group = np.cumsum(np.abs(np.diff(w, axis=-1, prepend=w[..., :1])) > bound, -1)
        ties = group[..., :, None] == group[..., None, :]
    nearest = np.abs(v[..., :, None] - w[..., None, :]).argmin(-1)[..., None]
    shape = (*nearest.shape[:-1], w.shape[-1])
    shares = np.take_along_axis(np.broadcast_to(ties / ties.sum(-1, keepdims=True), shape), nearest, -2)
    if signed:
        shares = np.where(np.abs(v)[..., None] <= bound[..., None], 0, shares)
    found: Array = shares.astype(w.real.dtype)
    return found


# Factors and triangular equations ------------------------------------------------------------------------------------


def qr(a: Array, *, complete: bool) -> tuple[Any, ...]:
    """Orthonormal columns and an upper triangular matrix whose product is a matrix."""
    return tuple(np.linalg.qr(a, "complete" if complete else "reduced"))


def qr_triangle(a: Array) -> Any:
    """The upper triangular factor alone."""
    return np.linalg.qr(a, "r")


def lu(a: Array) -> tuple[Array, Array, Array]:
    """The triangular factors l and u of a matrix with its rows exchanged, and which row of l u each row of it is."""
    import scipy.linalg

    m, n = a.shape[-2:]
    if not a.size:
        rows, k = np.broadcast_to(np.arange(m), a.shape[:-1]), min(m, n)
        dtype = _inexact(a).dtype
        lower = np.broadcast_to(np.eye(m, k, dtype=dtype), (*a.shape[:-1], k))
        return lower, np.zeros((*a.shape[:-2], k, n), dtype), rows.astype(np.intp)
    rows, lower, upper = scipy.linalg.lu(a, p_indices=True, check_finite=False)
    return lower, upper, rows.astype(np.intp)


def triangular_solve(a: Array, b: Array, *, lower: bool, unit: bool) -> Array:
    """a x = b for stacks of matrices, of which one triangle is read; with ``unit`` not its diagonal."""
    from scipy.linalg import get_lapack_funcs

    dtype = np.result_type(_inexact(a), _inexact(b))
    if dtype.char not in "fdFD":
        raise TypeError(f"array type {dtype} is unsupported in linalg")
    if a.shape[-1] != a.shape[-2] or a.shape[-1] != b.shape[-2]:
        raise ValueError(f"shapes {a.shape} and {b.shape} do not fit")
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a = np.broadcast_to(a, (*stack, *a.shape[-2:])).astype(dtype, copy=False)
    x = np.array(np.broadcast_to(b, (*stack, *b.shape[-2:])), dtype)
    if not x.size:
        return x
    trtrs = get_lapack_funcs("trtrs", dtype=dtype)
    for index in np.ndindex(stack):  # a transpose, since LAPACK has its matrices in columns
        x[index], info = trtrs(a[index].T, x[index], lower=not lower, trans=1, unitdiag=unit)
        if info:
            raise np.linalg.LinAlgError(f"singular matrix: a zero on the diagonal, at {info - 1}")
    return x


def transpositions(rows: Array) -> Array:
    """The interchanges of rows, one after the other, that make the permutation of :func:`lu`: LAPACK's pivots."""
    flat = rows.reshape(-1, rows.shape[-1])
    pivots = np.empty(flat.shape, np.int32)
    for given, found in zip(flat.tolist(), pivots, strict=True):
        held = list(range(len(given)))  # which row is where, and where each row is
        places = list(held)
        for row, target in enumerate(np.argsort(given).tolist()):
            place, other = places[target], held[row]
            found[row] = place
            held[row], held[place] = target, other
            places[target], places[other] = row, place
    return pivots.reshape(rows.shape)


def interchanged(pivots: Array) -> Array:
    """The order of rows after interchanges: the inverse of the permutation of :func:`lu`."""
    flat = pivots.reshape(-1, pivots.shape[-1])
    orders = np.empty(flat.shape, np.intp)
    for given, order in zip(flat, orders, strict=True):
        order[:] = np.arange(len(given))
        for i, j in enumerate(given):
            order[i], order[j] = order[j], order[i]
    return orders.reshape(pivots.shape)


# Generalised inverses ------------------------------------------------------------------------------------------------


def pinv(a: Array, *, rcond: float, hermitian: bool) -> Any:
    """The pseudoinverse; singular values up to ``rcond`` times the largest count as 0."""
    return np.linalg.pinv(_inexact(a), rcond, hermitian)


def lstsq(a: Array, b: Array, *, rcond: float) -> tuple[Array, Array, Array]:
    """The least-squares solutions of least norm, the ranks, and the singular values."""
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    if not stack:
        x, _, rank, s = np.linalg.lstsq(a, b, rcond)
        return x, np.asarray(rank, np.intp), s
    if not np.prod(stack):
        dtype = np.result_type(_inexact(a), _inexact(b))
        x = np.zeros((*stack, a.shape[-1], b.shape[-1]), dtype)
        return x, np.zeros(stack, np.intp), np.zeros((*stack, min(a.shape[-2:])), x.real.dtype)
    a, b = (np.broadcast_to(y, (*stack, *y.shape[-2:])) for y in (a, b))
    found = [lstsq(a[index], b[index], rcond=rcond) for index in np.ndindex(stack)]
    xs, ranks, values = (np.stack(parts).reshape(*stack, *parts[0].shape) for parts in zip(*found, strict=True))
    return xs, ranks, values


def sylvester(a: Array, b: Array, q: Array) -> Array:
    """a x + x b = q."""
    import scipy.linalg

    a, b, q = _inexact(a), _inexact(b), _inexact(q)
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2], q.shape[:-2])
    a, b, q = (np.broadcast_to(y, (*stack, *y.shape[-2:])) for y in (a, b, q))
    out = np.empty(q.shape, np.result_type(a, b, q))
    if out.size:
        for index in np.ndindex(stack):
            out[index] = scipy.linalg.solve_sylvester(a[index], b[index], q[index])
    return out


# Functions of matrices -----------------------------------------------------------------------------------------------


def matrix_function(a: Array, *, function: str) -> Array:
    """SciPy's function of this name; NaN where that of a real matrix is not real."""
    import scipy.linalg

    a = _inexact(a)
    if not a.size:
        return a.copy()
    if function == "expm":
        exponentials: Array = scipy.linalg.expm(a)
        return exponentials
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    wide = np.where(finite, a, np.eye(a.shape[-1])).astype(np.result_type(a, np.float64), copy=False)
    evaluate = getattr(scipy.linalg, function)
    if function == "sqrtm" and tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 17):
        found = evaluate(wide)
    else:
        found = np.array([evaluate(m) for m in wide.reshape(-1, *a.shape[-2:])]).reshape(a.shape)
    if found.dtype.kind == "c" and a.dtype.kind != "c":
        finite &= (found.imag == 0).all((-2, -1), keepdims=True)
        found = found.real
    return np.where(finite, found, np.nan).astype(a.dtype)

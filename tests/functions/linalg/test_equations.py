"""Equations, inverses and least squares are NumPy's and SciPy's, and so are their derivatives."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
DTYPES = ("float64", "float32", "complex128", "int64")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3, 3), (3,)),
        ((3, 3), (3, 2)),
        ((2, 3, 3), (3,)),
        ((2, 3, 3), (2, 3, 1)),
        ((3, 3), (4, 3, 2)),
        ((2, 2), (2, 2)),
    ],
)
def test_solve(a, b, dtype, same, regular):
    a = regular(*a, dtype=dtype)
    b = np.arange(1, 1 + np.prod(b)).reshape(b).astype(dtype)
    for matrix, right in ((a, b), (wg.array(a), wg.array(b))):
        same(wg.linalg.solve(matrix, right), np.linalg.solve(a, b))
    if dtype in ("float64", "complex128"):
        wg.testing.check_grads(wg.linalg.solve, (a, b / 8), order=2, modes=("fwd", "rev"))
        found = wg.vmap(wg.linalg.solve)(np.stack([a, 2 * a]), np.stack([b, b]))
        same(found, np.stack([np.linalg.solve(a, b), np.linalg.solve(2 * a, b)]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 2), (1, 1), (0, 0), (2, 0, 0), (0, 2, 2)])
def test_inverses_and_determinants(shape, dtype, same, regular):
    a = regular(*shape, dtype=dtype)
    positive = a @ np.swapaxes(a, -1, -2).conj() if a.dtype.kind == "c" else a @ np.swapaxes(a, -1, -2)
    functions = [(wg.linalg.inv, np.linalg.inv, a), (wg.linalg.det, np.linalg.det, a)]
    functions.append((wg.linalg.cholesky, np.linalg.cholesky, positive))
    for function, reference, x in functions:
        same(function(x), reference(x))
        same(function(wg.array(x)), reference(x))
        if dtype in ("float64", "complex128") and x.size:
            hermitian = function is wg.linalg.cholesky

            def checked(x, function=function, hermitian=hermitian):
                return function((x + wg.conj(wg.matrix_transpose(x))) / 2 if hermitian else x)

            wg.testing.check_grads(checked, (x,), order=2, modes=("fwd", "rev"))
            same(wg.vmap(function)(np.stack([x, 2 * x])), reference(np.stack([x, 2 * x])))
    found, expected = wg.linalg.slogdet(a), np.linalg.slogdet(a)
    assert found._fields == ("sign", "logabsdet")
    same(found.sign, expected.sign)
    same(found.logabsdet, expected.logabsdet)
    if dtype in ("float64", "complex128") and a.size:
        wg.testing.check_grads(lambda x: list(wg.linalg.slogdet(x)), (a,), order=2, modes=("fwd", "rev"))


def test_the_upper_cholesky_factor(same):
    a = np.array([[4.0, 2.0], [2.0, 5.0]])
    same(wg.linalg.cholesky(a, upper=True), np.linalg.cholesky(a).T)


def test_the_gradient_of_a_determinant_that_is_zero(same):
    same(wg.grad(wg.linalg.det)(np.array([[1.0, 2.0], [2.0, 4.0]])), np.array([[4.0, -2.0], [-2.0, 1.0]]))


def test_errors_of_equations():
    singular = np.ones((2, 2))
    with pytest.raises(np.linalg.LinAlgError):
        wg.linalg.inv(singular)
    with pytest.raises(np.linalg.LinAlgError):
        wg.linalg.solve(wg.array(singular), np.ones(2))
    with pytest.raises(np.linalg.LinAlgError):
        wg.linalg.cholesky(-singular)
    for function in (wg.linalg.inv, wg.linalg.det, wg.linalg.slogdet, wg.linalg.cholesky):
        for shape in [(2, 3), (2,), ()]:
            with pytest.raises(wg.ShapeError, match=rf"square matrix.*not the shape \({', '.join(map(str, shape))}"):
                function(np.ones(shape))
        with pytest.raises(TypeError, match="float16"):
            function(np.ones((2, 2), "float16"))
    with pytest.raises(wg.ShapeError, match=r"\(3,\) does not fit matrices of shape \(2, 2\)"):
        wg.linalg.solve(np.eye(2), np.ones(3))
    with pytest.raises(wg.ShapeError, match=r"\(\) does not fit"):
        wg.linalg.solve(np.eye(2), 1.0)
    with pytest.raises(wg.ShapeError, match="broadcast"):
        wg.linalg.solve(np.stack([np.eye(2)] * 2), np.ones((3, 2, 1)))


# Triangular equations, and equations with factors


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("trans", [0, 1, 2, "N", "T", "C"])
@pytest.mark.parametrize("lower", [False, True])
def test_solve_triangular(trans, lower, dtype, same, regular):
    a, b = regular(3, 3, dtype=dtype), regular(3, 3, dtype=dtype, seed=1)[:, :2]
    for unit in (False, True):
        for right in (b, b[:, 0]):
            same(
                wg.linalg.solve_triangular(a, right, trans, lower, unit),
                scipy.linalg.solve_triangular(a, right, trans, lower, unit),
                1e-10,
            )


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize(("trans", "lower", "unit"), [(0, True, False), (1, False, True), (2, True, True)])
def test_derivatives_of_solve_triangular(trans, lower, unit, dtype, regular, smooth):
    a, b = regular(2, 3, 3, dtype=dtype), regular(3, 3, dtype=dtype, seed=1)[:, :2]
    smooth(lambda a, b: wg.linalg.solve_triangular(a, b, trans, lower, unit), a, b)
    unread = wg.grad(lambda a: wg.sum(wg.real(wg.linalg.solve_triangular(a, b, trans, lower, unit))))(a)
    part = np.tri(3, k=-1 if unit else 0, dtype=bool)
    assert not np.asarray(unread)[:, ~(part if lower else part.T)].any()


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128"])
@pytest.mark.parametrize("lower", [False, True])
def test_equations_by_cholesky_factors(lower, dtype, same, regular, smooth):
    a, b = regular(3, 3, dtype=dtype), regular(3, 3, dtype=dtype, seed=1)[:, :2]
    a = a @ a.conj().T
    factor, found = wg.linalg.cho_factor(a, lower)
    assert found is lower
    cut = np.tril if lower else np.triu
    same(factor, cut(scipy.linalg.cho_factor(a, lower)[0]))
    for right in (b, b[:, 0]):
        same(wg.linalg.cho_solve((factor, lower), right), scipy.linalg.cho_solve((factor.numpy(), lower), right), 1e-10)
    if dtype != "float32":
        hermitian = lambda a: (a + wg.conj(wg.matrix_transpose(a))) / 2  # noqa: E731
        smooth(lambda a, b: wg.linalg.cho_solve(wg.linalg.cho_factor(hermitian(a), lower), b), a, b)


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128"])
@pytest.mark.parametrize("trans", [0, 1, 2])
def test_equations_by_triangular_factors(trans, dtype, same, regular, smooth):
    a, b = regular(2, 3, 3, dtype=dtype)[:, ::-1], regular(3, 3, dtype=dtype, seed=1)[:, :2]
    factors = wg.linalg.lu_factor(a)
    op = (a, np.swapaxes(a, -1, -2), np.swapaxes(a, -1, -2).conj())[trans]
    same(wg.linalg.lu_solve(factors, b, trans), np.linalg.solve(op, b), 1e-10)
    single = scipy.linalg.lu_factor(a[0])
    same(wg.linalg.lu_solve(single, b[:, 0], trans), scipy.linalg.lu_solve(single, b[:, 0], trans), 1e-10)
    if dtype != "float32":
        smooth(lambda a, b: wg.linalg.lu_solve(wg.linalg.lu_factor(a), b, trans), a, b)


def test_errors_of_triangular_equations(regular):
    with pytest.raises(np.linalg.LinAlgError, match="diagonal"):
        wg.linalg.solve_triangular(np.diag([1.0, 0.0]), np.ones(2))
    with pytest.raises(ValueError, match="trans must be"):
        wg.linalg.solve_triangular(np.eye(2), np.ones(2), 3)
    with pytest.raises(wg.ShapeError, match=r"\(3,\) does not fit"):
        wg.linalg.solve_triangular(np.eye(2), np.ones(3))
    with pytest.raises(wg.ShapeError, match="square"):
        wg.linalg.cho_solve((np.ones((2, 3)), True), np.ones(2))
    with pytest.raises(np.linalg.LinAlgError):
        wg.linalg.cho_factor(-np.eye(2))
    for pivots in (np.zeros(3, int), np.zeros(2)):
        with pytest.raises(wg.ShapeError, match=r"integer pivots of shape \(2,\)"):
            wg.linalg.lu_solve((np.eye(2), pivots), np.ones(2))


# Generalised inverses and least squares


@FEW
@given(data=st.data())
def test_pseudoinverses(data, stacks, like_numpy):
    x = data.draw(stacks())
    rtol = 1e-2 if x.dtype == np.float32 else 1e-7

    def reference(x, *options):  # NumPy's of an empty array of integers is one of integers
        return np.linalg.pinv(x if x.dtype.kind in "fc" else x.astype(float), *options)

    like_numpy("linalg.pinv", x, 1e-3, numpy=reference, rtol=rtol)
    if x.shape[-1] == x.shape[-2]:
        like_numpy("linalg.pinv", x + np.swapaxes(x, -1, -2).conj(), 1e-3, True, numpy=reference, rtol=rtol)


def test_what_counts_as_0_in_a_pseudoinverse(same):
    a = np.diag([1.0, 1e-2, 1e-15, 2e-16])
    for options in ({}, {"rcond": 1e-3}, {"rtol": 1e-1}, {"rtol": None}):
        same(wg.linalg.pinv(a, **options), np.linalg.pinv(a, **options))


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(2, 4, 2), (2, 3), (3, 3)])
def test_derivatives_of_pseudoinverses(shape, dtype, random, smooth):
    a = random(*shape, dtype=dtype)
    smooth(wg.linalg.pinv, a)
    smooth(lambda b, c: wg.linalg.pinv(b @ c, rtol=None), random(3, 1, dtype=dtype), random(1, 2, dtype=dtype))
    if shape == (3, 3):
        smooth(lambda a: wg.linalg.pinv(a + wg.conj(a.mT), hermitian=True), a)


@FEW
@given(data=st.data(), vector=st.booleans())
def test_least_squares(data, vector, arrays, like_numpy):
    m, n, k = (data.draw(st.integers(low, 4)) for low in (0, 0, 1))
    a = data.draw(arrays((m, n), dtypes=DTYPES, finite=True))
    b = data.draw(arrays((m,) if vector else (m, k), dtypes=DTYPES, finite=True))

    def reference(a, b, rcond):
        x, residuals, rank, s = np.linalg.lstsq(a, b, rcond)
        if m > n:  # NumPy leaves them out where the rank is deficient
            left = np.abs(b - a @ x)
            residuals = np.atleast_1d(np.sum(left**2, 0)).astype(s.dtype)
        return x, residuals, np.int64(rank), s

    like_numpy("linalg.lstsq", a, b, 1e-3, numpy=reference, rtol=1e-2 if np.float32 in (a.dtype, b.dtype) else 1e-7)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shape", [(2, 4, 2), (2, 3), (3, 3)])
def test_derivatives_of_least_squares(shape, dtype, same, random, smooth):
    a, b = random(*shape, dtype=dtype), random(shape[-2], 2, dtype=dtype, seed=1)
    smooth(lambda a, b: [y for y in wg.linalg.lstsq(a, b) if y.dtype.kind in "fc" and y.size], a, b)
    smooth(lambda a, b: wg.linalg.lstsq(a, b).x, a, b[:, 0])
    found = wg.linalg.lstsq(a, b)
    assert found._fields == ("x", "residuals", "rank", "s")
    same(found.x, np.linalg.pinv(a) @ b, 1e-10)
    p, q = random(shape[-2], 1, dtype=dtype), random(1, shape[-1], dtype=dtype)
    smooth(lambda p, q, b: wg.linalg.lstsq(p @ q, b).x, p, q, b)


def test_errors_of_generalised_inverses():
    with pytest.raises(ValueError, match="not both"):
        wg.linalg.pinv(np.eye(2), 0.1, rtol=0.1)
    with pytest.raises(wg.ShapeError, match="rcond for all"):
        wg.linalg.pinv(np.ones((2, 2, 2)), [0.1, 0.2])
    with pytest.raises(wg.ShapeError, match="square"):
        wg.linalg.pinv(np.ones((2, 3)), hermitian=True)
    with pytest.raises(wg.ShapeError, match=r"\(3,\) does not fit matrices of shape \(2, 3\)"):
        wg.linalg.lstsq(np.ones((2, 3)), np.ones(3))


# Tensors


@pytest.mark.parametrize("dtype", ["float64", "complex128", "int64"])
def test_equations_of_tensors(dtype, same, regular, smooth):
    a = regular(6, 6, dtype=dtype)
    b = np.arange(6).reshape(2, 3).astype(dtype)
    whole = a.reshape(2, 3, 3, 2)
    same(wg.linalg.tensorsolve(whole, b), np.linalg.tensorsolve(whole, b), 1e-10)
    moved = np.moveaxis(whole, 2, 0)
    same(wg.linalg.tensorsolve(moved, b, (0,)), np.linalg.tensorsolve(moved, b, (0,)), 1e-10)
    same(wg.linalg.tensorinv(whole), np.linalg.tensorinv(whole), 1e-10)
    same(wg.linalg.tensorinv(a.reshape(6, 2, 3), 1), np.linalg.tensorinv(a.reshape(6, 2, 3), 1), 1e-10)
    if dtype != "int64":
        smooth(wg.linalg.tensorsolve, whole, b)
        smooth(wg.linalg.tensorinv, whole)


def test_errors_of_equations_of_tensors():
    with pytest.raises(wg.ShapeError, match=r"\(2, 3\)"):
        wg.linalg.tensorsolve(np.ones((2, 3)), np.ones(2))
    with pytest.raises(wg.ShapeError, match="first 2 axes"):
        wg.linalg.tensorinv(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="positive"):
        wg.linalg.tensorinv(np.ones((2, 2)), 0)


# Sylvester's equation


@pytest.mark.parametrize("dtype", DTYPES)
def test_sylvester(dtype, same, regular, random, smooth):
    a, b, q = regular(2, 3, 3, dtype=dtype), regular(2, 2, dtype=dtype), random(3, 2, dtype=dtype)
    found = wg.linalg.solve_sylvester(a, b, q)
    same(found[1], scipy.linalg.solve_sylvester(a[1], b, q).astype(found.dtype), 1e-10)
    assert found.dtype == (a.dtype if dtype != "int64" else float)
    if dtype in ("float64", "complex128"):
        smooth(wg.linalg.solve_sylvester, a, b, q)
    assert wg.linalg.solve_sylvester(np.zeros((0, 0)), b, np.zeros((0, 2))).shape == (0, 2)


def test_errors_of_sylvester():
    with pytest.raises(wg.ShapeError, match=r"\(2, 2\) and \(3, 3\) do not fit a right-hand side of shape \(3, 2\)"):
        wg.linalg.solve_sylvester(np.eye(2), np.eye(3), np.ones((3, 2)))
    with pytest.raises(wg.ShapeError, match="square"):
        wg.linalg.solve_sylvester(np.ones((2, 3)), np.eye(3), np.ones((2, 3)))

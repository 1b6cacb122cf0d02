"""Norms, equations, determinants and products of matrices are NumPy's, and so are their derivatives."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
INF = np.inf
VECTOR_ORDERS = [None, 2, 1, 0, INF, -INF, 3, 2.5, 1.5, 0.5, -1, -2]
MATRIX_ORDERS = [None, "fro", 1, -1, INF, -INF]
DTYPES = ("float64", "float32", "complex128", "int64")


def same(found, expected, rtol=1e-12):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    loose = found.dtype in (np.float32, np.complex64)
    np.testing.assert_allclose(
        found.detach().numpy(), expected, rtol=1e-4 if loose else rtol, atol=1e-4 if loose else rtol
    )


def regular(*shape, dtype="float64", seed=0):
    """Well-conditioned matrices."""
    rng = np.random.default_rng(100 + seed)  # not the checker's own directions, which would commute
    x = rng.uniform(-1, 1, shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * rng.uniform(-1, 1, shape)
    n = shape[-1]
    return (
        (x / (n + 1) + 2 * np.eye(n)).astype(dtype)
        if np.dtype(dtype).kind != "i"
        else (np.rint(x * 3) + 9 * np.eye(n)).astype(dtype)
    )


# Norms


@FEW
@given(data=st.data(), order=st.sampled_from(VECTOR_ORDERS), keepdims=st.booleans())
def test_norms_of_vectors(data, order, keepdims, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, max_side=3), dtypes=DTYPES, finite=True))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    rtol = 1e-4 if x.dtype == np.float32 else 1e-11
    like_numpy("linalg.norm", x, order, axis, keepdims, rtol=rtol)
    like_numpy("linalg.norm", x.ravel(), order, keepdims=keepdims, rtol=rtol)
    if order is not None:
        like_numpy("linalg.vector_norm", x, axis=axis, keepdims=keepdims, ord=order, rtol=rtol)
        like_numpy("linalg.vector_norm", x, ord=order, keepdims=keepdims, rtol=rtol)
    if x.ndim > 1:
        like_numpy("linalg.vector_norm", x, axis=(0, -1), rtol=rtol)
    like_numpy("linalg.norm", x, rtol=rtol)


@FEW
@given(data=st.data(), order=st.sampled_from(MATRIX_ORDERS), keepdims=st.booleans())
def test_norms_of_matrices(data, order, keepdims, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(min_dims=2, max_dims=3, max_side=3), dtypes=DTYPES, finite=True))
    axes = tuple(data.draw(st.permutations(range(x.ndim)))[:2])
    rtol = 1e-4 if x.dtype == np.float32 else 1e-11
    like_numpy("linalg.norm", x, order, axes, keepdims, rtol=rtol)
    if order is not None:
        like_numpy("linalg.matrix_norm", x, ord=order, keepdims=keepdims, rtol=rtol)
    if x.ndim == 2:
        like_numpy("linalg.norm", x, order, keepdims=keepdims, rtol=rtol)


def test_errors_of_norms():
    for order in (2, -2, "nuc"):
        with pytest.raises(NotImplementedError, match="singular values"):
            wg.linalg.norm(np.ones((2, 2)), order)
    with pytest.raises(ValueError, match=r"'fro'.*are numbers"):
        wg.linalg.norm([1.0], "fro")
    with pytest.raises(ValueError, match="order 3"):
        wg.linalg.norm(np.ones((2, 2)), 3)
    with pytest.raises(wg.ShapeError, match=r"\(1, 1, 1\)"):
        wg.linalg.norm(np.ones((1, 1, 1)), 1)
    with pytest.raises(wg.ShapeError, match="two different ones"):
        wg.linalg.norm(np.ones((1, 1, 1)), 1, (0, 0))
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.linalg.norm([1.0], axis=1)
    with pytest.raises(wg.ShapeError, match=r"\(2,\)"):
        wg.linalg.matrix_norm([1.0, 2.0])


@pytest.mark.parametrize("order", VECTOR_ORDERS)
@pytest.mark.parametrize("axis", [None, 1])
def test_derivatives_of_norms_of_vectors(order, axis):
    x = np.array([[0.5, -1.5, 2.25], [-3.0, 0.75, 1.25]])
    x = x.ravel() if axis is None else x
    wg.testing.check_grads(lambda x: wg.linalg.norm(x, order, axis), (x,), order=2, modes=("fwd", "rev"))
    z = x + 1j * x**2 / 3
    wg.testing.check_grads(lambda x: wg.linalg.norm(x, order, axis), (z,), order=2, modes=("fwd", "rev"))


@pytest.mark.parametrize("order", MATRIX_ORDERS)
def test_derivatives_of_norms_of_matrices(order):
    x = np.array([[0.5, -1.5, 2.5], [-3.0, 0.75, 1.25]])
    wg.testing.check_grads(lambda x: wg.linalg.norm(x, order), (x,), order=2, modes=("fwd", "rev"))
    stack = np.stack([x, 2 * x])
    same(wg.vmap(lambda x: wg.linalg.norm(x, order))(stack), np.stack([np.linalg.norm(v, order) for v in stack]))


@pytest.mark.parametrize("order", [None, 2, 1, 3, 2.5, 1.5])
def test_where_a_norm_is_0_its_gradient_is_0(order):
    for x in (np.zeros(3), np.zeros(3, complex)):
        same(wg.grad(lambda x: wg.linalg.norm(x, order))(x), x)
        same(wg.grad(lambda x: wg.linalg.norm(x, order) ** 2)(x), x)
        _, slope = wg.jvp(lambda x: wg.linalg.norm(x, order), (x,), (x + 1,))
        same(slope, np.array(3.0 if order == 1 else 0.0) * 0)


# Equations and determinants


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
def test_solve(a, b, dtype):
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
def test_inverses_and_determinants(shape, dtype):
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


def test_the_upper_cholesky_factor():
    a = np.array([[4.0, 2.0], [2.0, 5.0]])
    same(wg.linalg.cholesky(a, upper=True), np.linalg.cholesky(a).T)


def test_the_gradient_of_a_determinant_that_is_zero():
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


# Products


@pytest.mark.parametrize("n", range(-3, 9))
@pytest.mark.parametrize("dtype", ["float64", "complex128", "int64"])
def test_matrix_power(n, dtype):
    a = regular(2, 3, 3, dtype=dtype)
    same(wg.linalg.matrix_power(a, n), np.linalg.matrix_power(a, n), rtol=1e-9)
    if dtype == "float64":
        wg.testing.check_grads(lambda a: wg.linalg.matrix_power(a, n), (a / 2,), order=2, modes=("fwd", "rev"))


@FEW
@given(sizes=st.lists(st.integers(1, 4), min_size=3, max_size=6), ends=st.tuples(st.booleans(), st.booleans()))
def test_multi_dot(sizes, ends):
    rng = np.random.default_rng(0)
    factors = [rng.integers(-3, 3, s) for s in pairwise(sizes)]
    if ends[0]:
        factors[0] = factors[0][0]
    if ends[1]:
        factors[-1] = factors[-1][:, 0]
    same(wg.linalg.multi_dot(factors), np.linalg.multi_dot(factors))


def test_multi_dot_multiplies_in_the_cheapest_order():
    sizes = (10, 100, 5, 50)
    factors = [wg.ones(s) for s in pairwise(sizes)]
    program = wg.trace(wg.linalg.multi_dot)(factors)
    assert [e.outputs[0].type.shape for e in program.equations] == [(10, 5), (10, 50)]
    wg.testing.check_grads(
        lambda a, b, c: wg.linalg.multi_dot([a, b, c]), (np.ones(2), regular(2, 2), regular(2, 2, seed=1)), order=2
    )


def test_errors_of_products():
    with pytest.raises(TypeError):
        wg.linalg.matrix_power(np.eye(2), 0.5)
    with pytest.raises(wg.ShapeError, match="at least two"):
        wg.linalg.multi_dot([np.eye(2)])
    with pytest.raises(wg.ShapeError, match=r"\(2, 2\), \(3, 3\)"):
        wg.linalg.multi_dot([np.eye(2), np.eye(3)])
    with pytest.raises(wg.ShapeError, match="vectors at the ends"):
        wg.linalg.multi_dot([np.eye(2), np.ones(2), np.eye(2)])


def test_diagonals_of_stacks():
    x = np.arange(24.0).reshape(2, 3, 4)
    same(wg.linalg.trace(x, offset=1), np.linalg.trace(x, offset=1))
    same(wg.linalg.diagonal(x, offset=-1), np.linalg.diagonal(x, offset=-1))
    for function in (wg.linalg.trace, wg.linalg.diagonal):
        with pytest.raises(wg.ShapeError, match="last two axes"):
            function([1.0])


def test_the_namespace_has_the_products_of_the_top_level():
    for name in ("matmul", "outer", "tensordot", "vecdot", "matrix_transpose"):
        assert getattr(wg.linalg, name) is getattr(wg, name)

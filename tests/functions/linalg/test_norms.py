"""Norms and condition numbers are NumPy's, and so are their derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
INF = np.inf
VECTOR_ORDERS = [None, 2, 1, 0, INF, -INF, 3, 2.5, 1.5, 0.5, -1, -2]
MATRIX_ORDERS = [None, "fro", "nuc", 2, -2, 1, -1, INF, -INF]
DTYPES = ("float64", "float32", "complex128", "int64")


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
    with pytest.raises(ValueError, match="zero-size"):
        wg.linalg.norm(np.ones((0, 2)), 2)
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
def test_derivatives_of_norms_of_matrices(order, same):
    x = np.array([[0.5, -1.5, 2.5], [-3.0, 0.75, 1.25]])
    wg.testing.check_grads(lambda x: wg.linalg.norm(x, order), (x,), order=2, modes=("fwd", "rev"))
    stack = np.stack([x, 2 * x])
    same(wg.vmap(lambda x: wg.linalg.norm(x, order))(stack), np.stack([np.linalg.norm(v, order) for v in stack]))


@pytest.mark.parametrize("order", [None, 2, 1, 3, 2.5, 1.5])
def test_where_a_norm_is_0_its_gradient_is_0(order, same):
    for x in (np.zeros(3), np.zeros(3, complex)):
        same(wg.grad(lambda x: wg.linalg.norm(x, order))(x), x)
        same(wg.grad(lambda x: wg.linalg.norm(x, order) ** 2)(x), x)
        _, slope = wg.jvp(lambda x: wg.linalg.norm(x, order), (x,), (x + 1,))
        same(slope, np.array(3.0 if order == 1 else 0.0) * 0)


@FEW
@given(data=st.data(), order=st.sampled_from([None, 2, -2, "fro", "nuc", 1, -1, INF, -INF]))
def test_condition_numbers(data, order, stacks, like_numpy):
    x = data.draw(stacks(square=order not in (None, 2, -2), least=1))
    if np.linalg.cond(x).max(initial=0) < 1e6:
        like_numpy("linalg.cond", x, order, rtol=1e-2 if x.dtype == np.float32 else 1e-8)


@pytest.mark.parametrize("order", [None, -2, "fro", "nuc", 1, INF])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_derivatives_of_condition_numbers(order, dtype, regular, smooth):
    smooth(lambda x: wg.linalg.cond(x, order), regular(2, 3, 3, dtype=dtype))


@pytest.mark.parametrize("order", [None, 1, INF, "fro", "nuc"])
def test_the_condition_number_of_a_singular_matrix_is_infinite(order):
    stack = np.stack([np.diag([1.0, 0.0]), np.eye(2), [[np.nan, 0.0], [0.0, 1.0]]])
    expected = np.linalg.cond(stack[1], order)
    if order in (None, "nuc"):  # the singular values of NaN do not converge
        stack = stack[:2]
    found = np.asarray(wg.linalg.cond(stack, order))
    np.testing.assert_allclose(found[:2], [INF, expected])
    assert np.isnan(found[2:]).all()


def test_errors_of_condition_numbers():
    with pytest.raises(wg.ShapeError, match="square"):
        wg.linalg.cond(np.ones((2, 3)), 1)
    with pytest.raises(wg.ShapeError, match=r"\(0, 2\)"):
        wg.linalg.cond(np.ones((0, 2)))


@pytest.mark.parametrize(("order", "expected"), [(2, np.eye(3) / 3), (-2, np.eye(3) / 3), ("nuc", np.eye(3))])
def test_singular_values_that_coincide_share_the_derivative(order, expected, same):
    same(wg.grad(lambda x: wg.linalg.norm(x, order))(wg.eye(3)), expected)
    _, moved = wg.jvp(lambda x: wg.linalg.norm(x, order), (np.eye(3),), (np.diag([1.0, 2.0, 3.0]),))
    same(moved, np.sum(expected @ [1.0, 2.0, 3.0]))


@pytest.mark.parametrize("order", ["nuc", 2, -2])
def test_norms_by_singular_values_have_gradient_0_at_0(order, same):
    same(wg.grad(lambda x: wg.linalg.norm(x, order))(wg.zeros((3, 2))), np.zeros((3, 2)))
    u, v = np.array([[3.0], [4.0]]) / 5, np.array([[0.0, 1.0, 0.0]])
    found = wg.grad(lambda x: wg.linalg.norm(x, "nuc"))(wg.array(u @ v))
    np.testing.assert_allclose(found, u @ v, atol=1e-15)


@pytest.mark.parametrize("ord", [0.5, -1, -0.5])
def test_orders_below_one_at_zeros(ord, like_numpy):
    x = np.array([0.0, 2.0, -3.0])
    like_numpy("linalg.norm", x, ord, rtol=1e-12)
    gradient = wg.grad(lambda x: wg.linalg.vector_norm(x, ord=ord))(x)
    assert np.isfinite(gradient).all()
    assert gradient[0] == 0
    wg.testing.check_grads(lambda x: wg.linalg.vector_norm(wg.concatenate([x, wg.zeros(1)]), ord=ord), (x[1:],))

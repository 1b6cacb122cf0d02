"""Derivatives of linear algebra in closed form: at singular matrices, for complex numbers, for stacks."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st

import wengert as wg
from wengert.core.primitive import registry

COFACTOR = registry["cofactor"]
RANDOM = np.random.default_rng(7)


def matrices(*shape, dtype=complex):
    a = RANDOM.normal(size=shape)
    return a + 1j * RANDOM.normal(size=shape) if dtype is complex else a


def gradient(function, *args):
    total = lambda *xs: wg.sum(wg.real(function(*xs)))  # noqa: E731
    return [np.asarray(g) for g in wg.grad(total, argnums=tuple(range(len(args))))(*map(wg.array, args))]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("deficiency", [0, 1, 2])
@pytest.mark.parametrize("dtype", [float, complex])
def test_cofactors_of_matrices_of_any_rank(n, deficiency, dtype, references):
    rank = max(n - deficiency, 0)
    a = matrices(n, rank, dtype=dtype) @ matrices(rank, n, dtype=dtype)
    expected = references.of("cofactor")(a)
    np.testing.assert_allclose(COFACTOR(a), expected, atol=1e-12)
    np.testing.assert_allclose(gradient(wg.linalg.det, a)[0], np.conj(expected), atol=1e-12)


def test_derivatives_of_a_determinant():
    """The Hessian of ad - bc; and of the product of the diagonal, where only it is nonzero."""
    hessian = np.asarray(wg.hessian(wg.linalg.det)(wg.array(matrices(2, 2, dtype=float)))).reshape(4, 4)
    np.testing.assert_allclose(hessian, [[0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]], atol=1e-12)
    singular = np.asarray(wg.hessian(wg.linalg.det)(wg.zeros((2, 2)))).reshape(4, 4)
    np.testing.assert_allclose(singular, hessian, atol=1e-12)


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_derivatives_of_a_determinant_of_every_order_at_any_rank(rank):
    """Along as many directions as the matrix has rows they are differences of the polynomial, to rounding."""
    a = matrices(4, rank, dtype=float) @ matrices(rank, 4, dtype=float)
    directions, function = matrices(4, 4, 4, dtype=float), wg.linalg.det
    for count, e in enumerate(directions, 1):
        function = lambda x, f=function, e=e: wg.jvp(f, (x,), (e,))[1]  # noqa: E731
        signs, h = np.array(list(product((-0.5, 0.5), repeat=count))), 1.0 if count > 2 else 1e-3
        corners = a + h * np.einsum("sk,kij->sij", signs, directions[:count])
        expected = np.sum(np.sign(np.prod(signs, 1)) * np.linalg.det(corners)) / h**count
        np.testing.assert_allclose(function(a), expected, rtol=1e-4, atol=1e-4)


def test_inverse_and_solution():
    a, b, w = matrices(3, 3), matrices(3, 2), matrices(3, 3)
    inverse = np.linalg.inv(a)
    adjoint = inverse.conj().T
    (found,) = gradient(lambda a: wg.conj(w) * wg.linalg.inv(a), a)
    np.testing.assert_allclose(found, -adjoint @ w @ adjoint, atol=1e-11)
    by_a, by_b = gradient(wg.linalg.solve, a, b)
    ones = adjoint @ np.ones((3, 2))
    np.testing.assert_allclose(by_b, ones, atol=1e-12)
    np.testing.assert_allclose(by_a, -ones @ (inverse @ b).conj().T, atol=1e-11)


def test_a_stack_of_equations_with_one_matrix():
    a, b = matrices(3, 3, dtype=float), matrices(4, 3, 2, dtype=float)
    by_a, by_b = gradient(wg.linalg.solve, a, b)
    each = [gradient(wg.linalg.solve, a, part) for part in b]
    np.testing.assert_allclose(by_a, sum(part for part, _ in each), atol=1e-11)
    np.testing.assert_allclose(by_b, [part for _, part in each], atol=1e-11)


def test_logarithm_of_a_determinant():
    a = matrices(3, 3)
    adjoint = np.linalg.inv(a).conj().T
    sign, _ = np.linalg.slogdet(a)
    (growth,) = gradient(lambda a: wg.linalg.slogdet(a)[1], a)
    np.testing.assert_allclose(growth, adjoint, atol=1e-11)
    (turn,) = gradient(lambda a: wg.linalg.slogdet(a)[0], a)  # d Re s = -Im s Im τ
    np.testing.assert_allclose(turn, -sign.imag * 1j * adjoint, atol=1e-11)
    (real,) = gradient(lambda a: wg.linalg.slogdet(a)[0], a.real)
    np.testing.assert_array_equal(real, np.zeros((3, 3)))


@given(st.integers(0, 5), st.sampled_from([float, complex]))
def test_slogdet_and_det_agree(n, dtype):
    a = matrices(n, n, dtype=dtype) + 2 * np.eye(n)

    def product(a):
        sign, logarithm = wg.linalg.slogdet(a)
        return sign * wg.exp(logarithm)

    np.testing.assert_allclose(gradient(product, a)[0], gradient(wg.linalg.det, a)[0], atol=1e-9)


@pytest.mark.parametrize("dtype", [float, complex])
def test_cholesky_has_a_hermitian_gradient(dtype):
    a = matrices(4, 4, dtype=dtype)
    positive = a @ a.conj().T + np.eye(4)
    (found,) = gradient(lambda a: wg.log(wg.diagonal(wg.linalg.cholesky(a))), positive)  # ½ log det
    np.testing.assert_allclose(found, found.conj().T, atol=1e-13)
    np.testing.assert_allclose(found, np.linalg.inv(positive) / 2, atol=1e-11)
    factor = lambda a: wg.linalg.cholesky((a + wg.conj(a.T)) / 2)  # noqa: E731
    wg.testing.check_grads(factor, (positive,))


def test_norm_of_complex_matrices():
    a = matrices(2, 3)
    np.testing.assert_allclose(gradient(wg.linalg.norm, a)[0], a / np.linalg.norm(a), rtol=1e-14)

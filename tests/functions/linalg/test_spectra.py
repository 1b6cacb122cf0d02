"""Eigenvalues and singular values are NumPy's; what is well defined has right derivatives, the rest NaN."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg
from wengert.core.primitive import registry

la = wg.linalg
FEW = settings(max_examples=20, deadline=None)
BOTH = pytest.mark.parametrize("dtype", ["float64", "complex128"])
NAN = np.nan


def adjoint(x):
    return wg.conj(wg.matrix_transpose(x))


def hermitian(x):
    return (x + adjoint(x)) / 2


def rotated(values, seed=0, dtype="float64"):
    """A Hermitian matrix with these eigenvalues."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(len(values),) * 2) + (1j * rng.normal(size=(len(values),) * 2) if dtype == "complex128" else 0)
    q = np.linalg.qr(x)[0]
    return (q * values) @ q.conj().T


# Values


@FEW
@given(data=st.data(), triangle=st.sampled_from(["L", "U", "l"]))
def test_hermitian_matrices(data, triangle, stacks, like_numpy):
    x = data.draw(stacks(square=True))
    rtol = 1e-4 if x.dtype == np.float32 else 1e-10
    if triangle != "U":  # of the transpose LAPACK may give the vectors other phases
        like_numpy("linalg.eigh", x, triangle, rtol=rtol)
    else:
        like_numpy("linalg.eigh", x, "X")
    like_numpy("linalg.eigvalsh", x, triangle, rtol=rtol)
    values, vectors = la.eigh(x, triangle)
    whole = x if triangle == "U" else np.swapaxes(x, -1, -2).conj()
    full = np.triu(whole) + np.swapaxes(np.triu(whole, 1), -1, -2).conj()
    full[..., range(full.shape[-1]), range(full.shape[-1])] = np.diagonal(full, 0, -2, -1).real
    np.testing.assert_allclose((vectors * values[..., None, :]) @ adjoint(vectors), full, atol=10 * rtol)


def complex_of(function):
    def reference(x):
        found = function(x)
        parts = found if isinstance(found, tuple) else (found,)
        parts = tuple(p.astype(np.result_type(p, np.complex64)) for p in parts)
        return parts if isinstance(found, tuple) else parts[0]

    return reference


@FEW
@given(data=st.data())
def test_square_matrices(data, stacks, like_numpy):
    x = data.draw(stacks(square=True))
    rtol = 1e-3 if x.dtype == np.float32 else 1e-10
    like_numpy("linalg.eig", x, numpy=complex_of(np.linalg.eig), rtol=rtol)
    like_numpy("linalg.eigvals", x, numpy=complex_of(np.linalg.eigvals), rtol=rtol)


@FEW
@given(data=st.data(), full=st.booleans())
def test_singular_values(data, full, stacks, like_numpy):
    x = data.draw(stacks())
    rtol = 1e-4 if x.dtype == np.float32 else 1e-10
    like_numpy("linalg.svd", x, full, rtol=rtol)
    like_numpy("linalg.svd", x, compute_uv=False, rtol=rtol)
    like_numpy("linalg.svdvals", x, rtol=rtol)
    if x.shape[-1] == x.shape[-2]:
        like_numpy("linalg.svd", hermitian(x).numpy(), compute_uv=False, hermitian=True, rtol=rtol)
        u, s, vh = la.svd(hermitian(x), hermitian=True)
        np.testing.assert_allclose((u * s[..., None, :]) @ vh, hermitian(x), atol=10 * rtol)
        assert (np.diff(s) <= 0).all()


@FEW
@given(data=st.data(), options=st.sampled_from([{}, {"tol": 1.0}, {"rtol": 0.5}]))
def test_ranks(data, options, stacks, like_numpy):
    x = data.draw(stacks(least=1))
    like_numpy("linalg.matrix_rank", x, **options)
    like_numpy("linalg.matrix_rank", x[..., 0, 0])
    if x.shape[-1] == x.shape[-2] and x.dtype.kind != "c":
        like_numpy("linalg.matrix_rank", x + np.swapaxes(x, -1, -2), hermitian=True, **options)


def test_a_rank_is_a_constant():
    x = wg.array(np.eye(2), requires_grad=True)
    assert not la.matrix_rank(x).requires_grad
    np.testing.assert_array_equal(la.matrix_rank(np.zeros((2, 0, 3))), [0, 0])
    np.testing.assert_array_equal(la.matrix_rank(np.stack([np.eye(2)] * 2), tol=[0.5, 2.0]), [2, 0])


def test_the_results_have_numpys_names():
    assert la.eigh(np.eye(2))._fields == la.eig(np.eye(2))._fields == ("eigenvalues", "eigenvectors")
    assert la.svd(np.eye(2))._fields == ("U", "S", "Vh")


# Derivatives


@BOTH
def test_derivatives_of_what_does_not_depend_on_phases(dtype, random, smooth):
    def reassembled(a):
        values, vectors = la.eigh(hermitian(a))
        return values, (vectors * wg.cos(values)[..., None, :]) @ adjoint(vectors)

    smooth(reassembled, random(2, 3, 3, dtype=dtype))
    smooth(lambda a: la.eigvalsh(hermitian(a), "U"), random(3, 3, dtype=dtype))


@BOTH
@pytest.mark.parametrize("shape", [(2, 3, 2), (2, 3), (3, 3)])
def test_derivatives_of_singular_values_and_vectors(shape, dtype, random, smooth):
    k = min(shape[-2:])

    def reassembled(a, full):
        u, s, vh = la.svd(a, full)
        rest = (u[..., k:] @ adjoint(u[..., k:]), adjoint(vh[..., k:, :]) @ vh[..., k:, :]) if full else ()
        return s, (u[..., :k] * wg.cos(s)[..., None, :]) @ vh[..., :k, :], *rest

    a = random(*shape, dtype=dtype)
    smooth(lambda a: reassembled(a, False), a)
    smooth(lambda a: reassembled(a, True), a)
    smooth(la.svdvals, a)
    if shape[-1] == shape[-2]:
        smooth(lambda a: la.svd(hermitian(a), hermitian=True).S, a)
        smooth(lambda a: la.svd(hermitian(a), compute_uv=False, hermitian=True), a)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_derivatives_of_eigenvalues_and_vectors(dtype, random, smooth):
    """Of the vectors themselves: their lengths and phases are LAPACK's."""
    a = random(2, 3, 3, dtype=dtype) + np.diag([1.0, -1.0, 3.0])
    smooth(la.eig, a)
    smooth(la.eigvals, a)
    if dtype == "float64":  # of a complex matrix LAPACK may exchange the two of a pair
        turning = np.array([[0.0, 1.0, 0.2], [-2.0, 0.1, 0.0], [0.3, 0.0, 1.5]])
        assert np.iscomplex(np.linalg.eigvals(turning)).any()
        smooth(la.eig, turning)


def test_eigenvalues_in_another_order_than_those_with_vectors():
    """LAPACK does not promise one order: derivatives go by the values."""
    eigenvalues = registry["eigvals"]
    a = np.array([[1.0, 0.3], [0.1, 2.0]])
    found = eigenvalues.vjp(np.array([1.0, 0.0]) + 0j, (a, np.linalg.eigvals(a)[::-1] + 0j), {}, 1)[0]
    expected = eigenvalues.vjp(np.array([0.0, 1.0]) + 0j, (a, np.linalg.eigvals(a) + 0j), {}, 1)[0]
    np.testing.assert_allclose(found, expected)


# Where eigenvalues coincide


@BOTH
def test_symmetric_functions_of_coinciding_eigenvalues(dtype):
    a = rotated([1.0, 1.0, 2.0], dtype=dtype)
    others = (lambda a: la.eigh(a)[0], lambda a: wg.real(la.eigvals(a)), lambda a: wg.real(la.eig(a)[0]))
    for values in (la.eigvalsh, *others):
        gradient = wg.grad(lambda a, f=values: wg.sum(f(a) ** 3))(wg.array(a))
        np.testing.assert_allclose(gradient, 3 * a @ a, atol=1e-10)
    found = wg.jvp(lambda a: wg.sum(la.eigvalsh(a) ** 3), (a,), (a + 1,))[1]
    np.testing.assert_allclose(found, 3 * np.trace(a @ a @ (a + 1)).real)


def test_the_greatest_eigenvalue_shares_its_derivative():
    np.testing.assert_allclose(wg.grad(lambda a: la.eigvalsh(a)[-1])(wg.eye(4)), np.eye(4) / 4)
    a = rotated([1.0, 3.0, 3.0])
    v = np.linalg.eigh(a)[1]
    np.testing.assert_allclose(wg.grad(lambda a: la.eigvalsh(a)[-1])(a), v[:, 1:] @ v[:, 1:].T / 2, atol=1e-12)


@BOTH
def test_the_projection_onto_a_whole_space(dtype, random):
    """Of vectors that are any basis of it."""
    a, w = rotated([1.0, 1.0, 2.0, 4.0], dtype=dtype), random(4, 4, dtype=dtype)

    def projection(a):
        v = la.eigh(a).eigenvectors[:, :2]
        return wg.sum(wg.real(w * (v @ adjoint(v))))

    e = hermitian(random(4, 4, dtype=dtype, seed=1)).numpy()
    h = 1e-5
    expected = (projection(a + h * e) - projection(a - h * e)).item() / (2 * h)
    np.testing.assert_allclose(np.sum(np.conj(wg.grad(projection)(a)) * e).real, expected, rtol=1e-6)


@BOTH
def test_the_nearest_unitary_matrix_where_singular_values_coincide(dtype, random):
    w = random(3, 3, dtype=dtype)

    def nearest(a):
        u, _, vh = la.svd(a)
        return wg.sum(wg.real(w * (u @ vh)))

    found = np.asarray(wg.grad(nearest)(np.eye(3, dtype=dtype)))
    np.testing.assert_allclose(found, (w.conj() - w.T) / 2, atol=1e-12)


FUNCTIONS = {"root": wg.sqrt, "logarithm": wg.log, "shifted square": lambda w: (w - 1) ** 2}


@BOTH
@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_not_to_be_had_is_nan(name, dtype, random):
    """Functions of the eigenvalues times the vectors, also where all numbers that come back are zeros."""
    w = hermitian(random(3, 3, dtype=dtype)).numpy()

    def function(a):
        values, vectors = la.eigh(a)
        return wg.sum(wg.real(w * ((vectors * FUNCTIONS[name](values)) @ adjoint(vectors))))

    one = np.eye(3, dtype=dtype)
    if name == "shifted square":  # the derivative is 0, but the second one is not
        np.testing.assert_array_equal(wg.grad(function)(one), 0 * one)
    else:
        assert np.isnan(wg.grad(function)(one)).all()
    assert np.isnan(wg.jvp(function, (one,), (w,))[1])
    second = wg.grad(lambda a: wg.sum(wg.real(w * wg.grad(function)(a))))(one)
    assert np.isnan(second).any()


def test_second_derivatives_of_coinciding_eigenvalues_are_nan():
    for values in (la.eigvalsh, la.svdvals, lambda a: wg.real(la.eigvals(a))):
        found = wg.hessian(lambda a, f=values: wg.sum((f(a) - 1) ** 2))(wg.eye(2))
        assert np.isnan(found).any()


@BOTH
def test_vectors_within_a_space_have_no_derivative(dtype, random):
    a = rotated([1.0, 1.0, 2.0], dtype=dtype)
    w = random(3, dtype=dtype)
    first = lambda a: wg.abs(wg.sum(w * la.eigh(a).eigenvectors[:, 0])) ** 2  # noqa: E731
    assert np.isnan(wg.grad(first)(a)).all()
    assert np.isnan(wg.jvp(first, (a,), (hermitian(random(3, 3, dtype=dtype)).numpy(),))[1])
    last = lambda a: wg.abs(wg.sum(w * la.eigh(a).eigenvectors[:, 2])) ** 2  # noqa: E731
    assert np.isfinite(wg.grad(last)(a)).all()


def test_singular_values_0():
    rank_one = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]])
    reassembled = lambda a: wg.sum(wg.einsum("ij,j,jk->ik", *la.svd(a, False)))  # noqa: E731
    assert np.isnan(wg.grad(reassembled)(rank_one)).any()
    np.testing.assert_allclose(wg.grad(reassembled)(rank_one[:2]), np.ones((2, 2)))  # a single one, of a square matrix
    assert np.isnan(wg.grad(lambda a: wg.real(reassembled(a)))(rank_one[:2] + 0j)).any()


def test_errors():
    for function in (la.eigh, la.eigvalsh, la.eig, la.eigvals, lambda a: la.svd(a, hermitian=True)):
        with pytest.raises(wg.ShapeError, match=r"square matrix.*\(2, 3\)"):
            function(np.ones((2, 3)))
        with pytest.raises(TypeError, match="float16"):
            function(np.ones((2, 2), "float16"))
    with pytest.raises(wg.ShapeError, match="a matrix"):
        la.svd(np.ones(2))
    with pytest.raises(ValueError, match="UPLO"):
        la.eigh(np.eye(2), "X")
    with pytest.raises(ValueError, match="not both"):
        la.matrix_rank(np.eye(2), 1.0, rtol=1.0)


def test_numpys_functions_are_the_librarys():
    x = wg.array([[2.0, 1.0], [1.0, 3.0]], requires_grad=True)
    (np.linalg.eigh(x)[0].sum() + np.linalg.svd(x, compute_uv=False).sum() + np.linalg.eigvalsh(x).sum()).backward()
    np.testing.assert_allclose(x.grad, 3 * np.eye(2), atol=1e-12)

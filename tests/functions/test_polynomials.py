"""Functions of polynomials' coefficients are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=18, deadline=None)
REAL = ("float64", "float32", "int64")
P, Q = np.array([1.5, -0.5, 2.0, 0.7]), np.array([0.8, -1.1])


def vector(data, arrays, low=0, high=4, **kwargs):
    return data.draw(arrays((data.draw(st.integers(low, high)),), finite=True, **kwargs))


@FEW
@given(data=st.data())
def test_polyval(data, arrays, like_numpy, tolerance):
    p, x = vector(data, arrays), data.draw(arrays(finite=True))
    like_numpy("polyval", p, x, rtol=tolerance(p, x))
    like_numpy("polyval", np.arange(6.0).reshape(3, 2), x[..., None], rtol=tolerance(x))


@pytest.mark.parametrize("name", ["polyadd", "polysub", "polymul"])
@FEW
@given(data=st.data())
def test_arithmetic(name, data, arrays, like_numpy, tolerance):
    x, y = vector(data, arrays, 1), vector(data, arrays, 1)
    if name == "polysub" and x.dtype == y.dtype == bool:
        return
    like_numpy(name, x, y, rtol=tolerance(x, y))
    like_numpy(name, x, 2.0, rtol=tolerance(x))


@FEW
@given(data=st.data())
def test_polydiv(data, arrays, like_numpy):
    u = vector(data, arrays, 1, 5, dtypes=REAL)
    v = np.append(data.draw(st.sampled_from([1.0, -2.0, 0.5])), vector(data, arrays, 0, 2, dtypes=("float64",)))
    like_numpy("polydiv", u, v, rtol=1e-9)


@FEW
@given(data=st.data(), m=st.integers(0, 3))
def test_calculus(data, m, arrays, like_numpy, tolerance):
    p = vector(data, arrays)
    if p.dtype != bool:
        like_numpy("polyder", p, m, rtol=tolerance(p))
    like_numpy("polyint", p, m, rtol=tolerance(p))
    like_numpy("polyint", p, m, k=2, rtol=tolerance(p))
    like_numpy("polyint", p, 2, k=np.array([1.0, 0.5]), rtol=tolerance(p))


@FEW
@given(data=st.data(), n=st.sampled_from([None, 0, 1, 3]), increasing=st.booleans())
def test_vander(data, n, increasing, arrays, like_numpy, tolerance):
    x = vector(data, arrays)
    like_numpy("vander", x, n, increasing, rtol=tolerance(x))


@FEW
@given(data=st.data())
def test_roots_and_back(data, arrays, like_numpy):
    like_numpy("roots", vector(data, arrays, dtypes=("float64", "int64")), rtol=1e-9)
    zeros = vector(data, arrays, dtypes=("float64", "complex128", "int64"))
    if zeros.size:
        like_numpy("poly", zeros, rtol=1e-11)


def test_particular_ones(like_numpy):
    for p in ([0, 0, 1, -3, 2, 0], [1, 0, 1], [0, 0], [3.0], np.array([1, 2], "float32"), [1j, 2, 3]):
        like_numpy("roots", p, rtol=1e-6)
    for zeros in ([1j, -1j], [1j, 2.0]):
        like_numpy("poly", zeros, rtol=1e-12)
    assert wg.poly([]).item() == np.poly([])


def test_derivatives(smooth):
    x = np.array([[0.3, -1.0], [2.0, 0.7]])
    smooth(wg.polyval, P, x)
    smooth(wg.polyadd, P, Q)
    smooth(wg.polysub, Q, P)
    smooth(lambda p: wg.polyder(p, 2), P)
    smooth(lambda p, k: wg.polyint(p, 2, k), P, Q)
    smooth(lambda x: wg.vander(x, 4), Q)
    smooth(wg.poly, P)
    wg.testing.check_grads(wg.polymul, (P, Q))
    wg.testing.check_grads(wg.polydiv, (P, Q))
    wg.testing.check_grads(lambda p: wg.abs(wg.roots(p)) ** 2, (P,))
    wg.testing.check_grads(lambda r: wg.sort(wg.roots(wg.poly(r))), (np.array([0.5, -1.0, 2.0]),))
    wg.testing.check_grads(lambda z: wg.abs(wg.poly(z)) ** 2, (Q + 0.5j,))


def test_the_derivative_of_a_root_at_zero():
    np.testing.assert_array_equal(wg.grad(lambda p: wg.roots(p)[1])(np.array([2.0, -4.0, 0.0])), [0.0, 0.0, 0.25])


def test_through_numpy():
    p = wg.array(P, requires_grad=True)
    (np.polyval(p, 2.0) + np.polyder(p).sum() + np.polymul(p, p)[0] + np.roots(p).real.sum()).backward()
    assert np.isfinite(np.asarray(p.grad)).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.polyval(1.0, 2.0), wg.ShapeError, "not a number"),
        (lambda: wg.polyadd(np.eye(2), [1.0]), wg.ShapeError, r"not an array of shape \(2, 2\)"),
        (lambda: wg.poly(np.ones((2, 3))), wg.ShapeError, "square matrix"),
        (lambda: wg.roots(np.eye(2)), wg.ShapeError, "vector of coefficients"),
        (lambda: wg.polydiv([], [1.0]), wg.ShapeError, "with elements"),
        (lambda: wg.polyder([1.0], -1), ValueError, "polyint"),
        (lambda: wg.polyint([1.0], -1), ValueError, "polyder"),
        (lambda: wg.polyint([1.0], 3, [1.0, 2.0]), wg.ShapeError, "1 constant or 3"),
        (lambda: wg.vander(np.eye(2)), wg.ShapeError, "takes a vector"),
        (lambda: wg.vander([1.0], -1), wg.ShapeError, "-1 columns"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_characteristic_polynomial(smooth):
    a = np.array([[2.0, 1.0, 0.3], [0.5, 3.0, -1.0], [0.2, 0.4, 5.0]])
    np.testing.assert_allclose(wg.poly(a), np.poly(a), rtol=1e-12)
    assert wg.poly(a).dtype == np.poly(a).dtype
    wg.testing.check_grads(wg.poly, (a,))
    with pytest.raises(wg.ShapeError, match="square matrix"):
        wg.poly(np.ones((2, 3)))

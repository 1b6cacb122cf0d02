"""Covariances and correlation coefficients are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
X = np.array([[0.3, -1.0, 2.0, 0.7], [1.1, 0.4, -0.3, 0.9]])
Y = np.array([[2.0, 1.0, 0.1, -0.6]])


@FEW
@given(data=st.data(), rowvar=st.booleans(), bias=st.booleans(), ddof=st.sampled_from([None, 0, 2]))
def test_cov(data, rowvar, bias, ddof, arrays, like_numpy):
    x = data.draw(arrays(data.draw(st.sampled_from([(3, 4), (4, 3), (4,), (1, 4), (1, 1)])), finite=True))
    like_numpy("cov", x, rowvar=rowvar, bias=bias, ddof=ddof, rtol=1e-12)
    like_numpy("cov", x, None, rowvar, dtype="float32" if x.dtype.kind != "c" else "complex64", rtol=1e-3)
    like_numpy("cov", x, x[:1] if rowvar or x.ndim == 1 else x[:, :1], rowvar, bias, rtol=1e-12)


@FEW
@given(data=st.data(), ddof=st.sampled_from([None, 0, 1]))
def test_weights(data, ddof, arrays, like_numpy):
    x = data.draw(arrays((2, 4), finite=True))
    f = 1 + np.abs(data.draw(arrays((4,), ("int64",))))
    a = np.abs(data.draw(arrays((4,), ("float64",), finite=True))) + 0.1
    for weights in ({"fweights": f}, {"aweights": a}, {"fweights": f, "aweights": a}):
        like_numpy("cov", x, ddof=ddof, rtol=1e-12, **weights)


@FEW
@given(data=st.data(), rowvar=st.booleans())
def test_corrcoef(data, rowvar, arrays, like_numpy):
    x = data.draw(arrays(data.draw(st.sampled_from([(3, 4), (4,)])), ("float64", "complex128", "int64"), finite=True))
    x = x + np.arange(x.size).reshape(x.shape) ** 2 * x.dtype.type(3)  # no variable is constant
    like_numpy("corrcoef", x, rowvar=rowvar, rtol=1e-10)


def test_derivatives(smooth):
    smooth(lambda x, y: wg.cov(x, y), X, Y)
    smooth(lambda x: wg.cov(x + 0.5j * x**2, rowvar=False, bias=True), X)
    smooth(lambda x, y: wg.corrcoef(x, y), X, Y, rtol=1e-6)
    assert wg.cov(np.zeros((0, 3), "float32")).shape == (0, 0)
    wg.testing.check_grads(lambda w: wg.cov(X, aweights=w), (np.array([0.5, 1.0, 2.0, 0.7]),))


def test_through_numpy():
    x = wg.array(X, requires_grad=True)
    (np.cov(x).sum() + np.corrcoef(x)[0, 1]).backward()
    assert np.isfinite(np.asarray(x.grad)).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.cov(np.ones((1, 1, 1))), wg.ShapeError, r"not an array of shape \(1, 1, 1\)"),
        (lambda: wg.cov(X, ddof=0.5), ValueError, "an integer, not 0.5"),
        (lambda: wg.cov(X, np.ones(3)), wg.ShapeError, "different numbers of observations"),
        (lambda: wg.cov(X, fweights=[1, 2]), wg.ShapeError, r"fweights of shape \(2,\) do not fit 4"),
        (lambda: wg.cov(X, fweights=[1, 2, 3, 0.5]), TypeError, "whole numbers.*use aweights"),
        (lambda: wg.cov(X, aweights=[1, 2, 3, -1]), ValueError, "cannot be negative"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()

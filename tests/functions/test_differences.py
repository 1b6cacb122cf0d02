"""Differences, gradients of samples, integrals, cross products and unwrapped angles are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=18, deadline=None)
REAL = ("float64", "float32", "int64")
X = np.array([[0.3, -1.0, 2.0, 0.7], [1.1, 0.4, -0.3, 0.9], [2.0, 1.0, 0.1, -0.6]])


@FEW
@given(data=st.data(), n=st.integers(0, 4), end=st.sampled_from([{}, {"prepend": 1.5}, {"append": 2, "prepend": 0}]))
def test_diff(data, n, end, arrays, like_numpy):
    x = data.draw(arrays())
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1)) if x.ndim else -1
    like_numpy("diff", x, n, axis, **end)


def test_diff_beside_arrays(like_numpy):
    like_numpy("diff", X, 1, 0, X[:2], X[1:])
    like_numpy("diff", X, prepend=X[:, :1])
    like_numpy("diff", X, prepend=X[:2])
    like_numpy("diff", X, append=X[0])
    like_numpy("diff", [[1, 4], [2, 3]], axis=0)


@FEW
@given(data=st.data(), ends=st.sampled_from([{}, {"to_begin": 1}, {"to_end": [2, 3], "to_begin": 0.5}]))
def test_ediff1d(data, ends, arrays, like_numpy):
    like_numpy("ediff1d", data.draw(arrays()), **ends)


@FEW
@given(data=st.data(), edge_order=st.sampled_from([1, 2]))
def test_gradient(data, edge_order, arrays, like_numpy, tolerance):
    shape = data.draw(st.sampled_from([(4,), (3, 4), (2, 3), (3, 0), ()]))
    x = data.draw(arrays(shape, (*REAL, "complex128"), finite=True))
    rtol = 1e-4 if x.dtype == "float32" else 1e-12
    axes = [None, *range(-x.ndim, x.ndim), (0,), (1, 0), (0, 0)]
    axis = data.draw(st.sampled_from(axes if x.ndim > 1 else axes[:-2]))
    for spacing in ((), (0.5,), (2, 3.0), (np.float64(0.3), np.array([0.0, 1.0, 1.5, 3.0])), (np.arange(4),)):
        like_numpy("gradient", x, *spacing, axis=axis, edge_order=edge_order, rtol=rtol)


@FEW
@given(data=st.data(), dx=st.sampled_from([1.0, 2, 0.5]))
def test_trapezoid(data, dx, arrays, like_numpy, tolerance):
    y = data.draw(arrays((3, 2)))
    axis = data.draw(st.integers(-2, 1))
    like_numpy("trapezoid", y, dx=dx, axis=axis, rtol=1e-5)
    like_numpy("trapezoid", y, data.draw(arrays((y.shape[axis],), REAL)), axis=axis, rtol=1e-5)
    like_numpy("trapezoid", y, data.draw(arrays((3, 2), REAL)), axis=axis, rtol=1e-5)
    like_numpy("trapezoid", data.draw(arrays((0,))))


@FEW
@given(data=st.data())
def test_cross(data, arrays, like_numpy, tolerance):
    x, y = data.draw(arrays((3, 2, 3), finite=True)), data.draw(arrays((2, 3), finite=True))
    if x.dtype == y.dtype == bool:
        return  # which NumPy does not subtract
    like_numpy("cross", x, y, rtol=tolerance(x, y))
    like_numpy("cross", x, y, 0, rtol=tolerance(x, y))
    like_numpy("cross", x, y.T, axisa=0, axisb=0, axisc=0, rtol=tolerance(x, y))
    like_numpy("cross", y, y[0], rtol=tolerance(x, y))
    like_numpy("cross", y.T, y.T, axis=0, rtol=tolerance(x, y))


@FEW
@given(data=st.data(), discont=st.sampled_from([None, 1.0, 4]), period=st.sampled_from([2 * np.pi, 4, 5, 2.5]))
def test_unwrap(data, discont, period, arrays, like_numpy):
    x = data.draw(arrays((2, 3), REAL, finite=True))
    x = x * x.dtype.type(3)
    like_numpy("unwrap", x, discont, data.draw(st.integers(-2, 1)), period=period, rtol=1e-5)


def test_unwrap_keeps_small_integers(like_numpy):
    like_numpy("unwrap", np.array([1, 2, 9, -3], "int8"), period=4)


def test_derivatives(smooth):
    h = np.array([0.0, 1.0, 1.5, 3.0])
    smooth(lambda x, e: wg.diff(x, 2, 0, prepend=e), X, np.array(0.5))
    smooth(lambda x, e: wg.ediff1d(x, e, e), X, np.array([0.5, 2.0]))
    smooth(lambda x, d: wg.gradient(x, d), X, np.array(0.5))
    for order in (1, 2):
        smooth(lambda x, h, order=order: wg.gradient(x, h, axis=1, edge_order=order), X, h, rtol=1e-6)
    smooth(lambda y, h: wg.trapezoid(y, h), X, h)
    smooth(lambda y, d: wg.trapezoid(y, dx=d, axis=0), X, np.array(0.5))
    smooth(wg.cross, X[:, :3], X[0, :3])
    smooth(lambda p: wg.unwrap(4 * p) ** 2, X)


def test_through_numpy():
    x = wg.array(X, requires_grad=True)
    (np.diff(x).sum() + np.gradient(x, 2.0, axis=0).sum() + np.trapezoid(x).sum()).backward()
    assert x.grad.shape == X.shape
    assert np.unwrap(x).requires_grad


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.diff(1.0), wg.ShapeError, "at least one dimension"),
        (lambda: wg.diff([1.0], -1), ValueError, "n >= 0"),
        (lambda: wg.diff(X, prepend=X[0]), wg.ShapeError, r"\(4,\) beside one of shape \(3, 4\)"),
        (lambda: wg.ediff1d([1, 2], to_end=0.5), TypeError, "to_end of float64 beside differences of int64"),
        (lambda: wg.gradient(X, 1.0, 2.0, 3.0), TypeError, "for each of 2 axes, not 3"),
        (lambda: wg.gradient(X, [1.0, 2.0], axis=0), wg.ShapeError, r"\(2,\) do not fit axis 0"),
        (lambda: wg.gradient([1.0, 2.0], edge_order=2), wg.ShapeError, "3 samples"),
        (lambda: wg.gradient([True, False]), wg.DTypeError, "not booleans"),
        (lambda: wg.gradient([1.0, 2.0], edge_order=3), ValueError, "not 3"),
        (lambda: wg.cross([1.0, 2.0], [1.0, 2.0]), wg.ShapeError, "3 components, not 2 and 2; in the plane"),
        (lambda: wg.trapezoid(X, axis=2), wg.ShapeError, "out of bounds"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()

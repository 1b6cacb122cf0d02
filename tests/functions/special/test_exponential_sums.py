"""logsumexp with its weights and signs, softmax and log_softmax are SciPy's."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=30, deadline=None)
REAL = ("float64", "float32", "int64")
INF = np.inf


def shapes():
    return hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3)


@FEW
@given(data=st.data(), shape=shapes(), log=st.booleans())
def test_softmax(data, shape, log, arrays, like_numpy):
    x = data.draw(arrays(shape, REAL))
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1) | st.just(tuple(range(len(shape)))))
    name = "log_softmax" if log else "softmax"
    like_numpy(f"special.{name}", x, axis=axis, numpy=getattr(scipy.special, name), rtol=1e-5)


@FEW
@given(data=st.data(), shape=shapes(), keepdims=st.booleans(), signed=st.booleans())
def test_logsumexp(data, shape, keepdims, signed, arrays, like_numpy):
    x = data.draw(arrays(shape, REAL, finite=True))
    b = data.draw(st.none() | arrays(shape, REAL, finite=True) | arrays(shape[1:], REAL, finite=True))
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))

    def reference(x, **kwargs):
        found = scipy.special.logsumexp(x, b=b, axis=axis, keepdims=keepdims, return_sign=signed)
        return tuple(map(np.asarray, found)) if signed else np.asarray(found)

    total = np.sum((1 if b is None else b) * np.exp(x.astype(float)), axis=axis)
    if np.abs(total).min(initial=1) < 1e-3:
        return  # it cancels, and the logarithm of what is left is rounding
    like_numpy(
        "special.logsumexp", x, b=b, axis=axis, keepdims=keepdims, return_sign=signed, numpy=reference, rtol=1e-4
    )


def test_empty_and_masked_rows():
    assert wg.special.softmax(np.zeros((2, 0)), axis=0).shape == (2, 0)
    for function in (wg.special.softmax, wg.special.log_softmax):
        with pytest.raises(wg.ShapeError, match="there is no softmax of no elements"):
            function(np.zeros((2, 0)), axis=1)
        with pytest.raises(wg.ShapeError, match="axis 2"):
            function(np.zeros((2, 2)), axis=2)
        with np.errstate(invalid="ignore"):
            assert np.isnan(np.asarray(function(np.array([-INF, -INF])))).all()
    assert wg.special.logsumexp(np.zeros((2, 0)), b=np.zeros(0), axis=1).numpy().tolist() == [-INF, -INF]
    rows, b = np.array([[-INF, -INF], [1000.0, 0.0]]), np.array([0.0, 2.0])
    np.testing.assert_allclose(wg.special.logsumexp(rows, axis=1, b=b), [-INF, np.log(2)])
    log, sign = wg.special.logsumexp([1.0, 2.0], b=[1.0, -1.0], return_sign=True)
    assert (log.item(), sign.item()) == pytest.approx((np.log(np.e**2 - np.e), -1.0))
    assert np.isnan(wg.special.logsumexp([1.0, 2.0], b=[1.0, -1.0]))
    with pytest.raises(wg.ShapeError):
        wg.special.logsumexp(np.zeros(3), b=np.zeros(2))


def test_derivatives(smooth):
    x, b = np.array([[0.3, -1.2, 800.0], [0.4, 0.1, 0.2]]), np.array([1.5, -0.3, 0.7])
    for axis in (0, 1, None, (0, 1)):
        smooth(lambda x, axis=axis: wg.special.softmax(x, axis), x[:, :2])
        smooth(lambda x, axis=axis: wg.special.log_softmax(x, axis), x[:, :2])
    smooth(lambda x, b: wg.special.logsumexp(x, axis=1, b=b), x, b)
    smooth(lambda x, b: wg.special.logsumexp(x, axis=0, b=-b, return_sign=True)[0], x[:, :2], np.abs(b[:2]))
    smooth(lambda z: wg.special.logsumexp(z, return_sign=True), np.array([0.3 + 1j, 0.2 - 0.4j]))


def test_derivative_by_a_weight_that_is_0():
    by_b = wg.grad(lambda b: wg.special.logsumexp([1.0, 2.0], b=b))(wg.array([0.0, 1.0]))
    np.testing.assert_allclose(by_b, np.exp([1.0 - 2.0, 0.0]))


def test_derivatives_in_the_tails():
    x = wg.array([0.0, -1000.0])
    np.testing.assert_array_equal(wg.jacobian(wg.special.softmax)(x), np.zeros((2, 2)))
    np.testing.assert_array_equal(wg.jacobian(wg.special.log_softmax)(x), [[0.0, 0.0], [-1.0, 1.0]])
    masked = wg.grad(lambda x: wg.special.softmax(x)[1])(wg.array([-INF, 0.0, 0.0]))
    np.testing.assert_allclose(masked, [0.0, 0.25, -0.25])
    gradient = wg.grad(lambda x: wg.special.logsumexp(x, b=2.0))(wg.array([-INF, -INF]))
    np.testing.assert_array_equal(gradient, [0.0, 0.0])


def test_scipys_functions_refuse_recorded_arrays():
    x = wg.array([0.3, 1.2], requires_grad=True)
    for function in (scipy.special.softmax, scipy.special.log_softmax, scipy.special.logsumexp):
        with pytest.raises(wg.ConversionError, match="use wg functions"):
            function(x)
        np.testing.assert_array_equal(function(x.detach()), function(np.array([0.3, 1.2])))

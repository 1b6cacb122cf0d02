"""Means, variances and ranges are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
DTYPES = st.sampled_from([None, None, "float64", "float32", "complex128"])


def axes(ndim):
    if ndim == 0:
        return st.none()
    one = st.integers(-ndim, ndim - 1)
    return st.none() | one | st.lists(one, unique_by=lambda a: a % ndim, max_size=ndim, min_size=1).map(tuple)


@FEW
@given(data=st.data(), dtype=DTYPES, keepdims=st.booleans())
def test_mean(data, dtype, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays())
    rtol = 1e-4 if dtype == "float32" else tolerance(x)
    like_numpy("mean", x, axis=data.draw(axes(x.ndim)), dtype=dtype, keepdims=keepdims, rtol=rtol)


@pytest.mark.parametrize("name", ["var", "std"])
@FEW
@given(data=st.data(), ddof=st.sampled_from([0, 1, 2, 0.5]), keepdims=st.booleans())
def test_spread(name, data, ddof, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays(finite=True))
    axis = data.draw(axes(x.ndim))
    like_numpy(name, x, axis=axis, ddof=ddof, keepdims=keepdims, rtol=tolerance(x))
    like_numpy(name, x, axis=axis, correction=1, rtol=tolerance(x))
    if x.dtype.kind != "c":
        like_numpy(name, x, axis, "float64", rtol=1e-11)


@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_ptp(data, keepdims, arrays, like_numpy):
    x = data.draw(arrays(dtypes=("float64", "float32", "complex128", "int64")))
    like_numpy("ptp", x, axis=data.draw(axes(x.ndim)), keepdims=keepdims)


@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_average(data, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays(shape=(2, 3), finite=True))
    axis = data.draw(axes(2))
    like_numpy("average", x, axis=axis, keepdims=keepdims, rtol=tolerance(x))
    weights = 1 + np.abs(data.draw(arrays((2, 3), ("float64", "float32", "int64"), finite=True)))
    like_numpy("average", x, axis=axis, weights=weights, keepdims=keepdims, rtol=1e-4)
    if axis is not None:
        lengths = tuple(x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,)))
        partial = np.arange(1.0, 1.0 + np.prod(lengths)).reshape(lengths)
        like_numpy("average", x, axis=axis, weights=partial, keepdims=keepdims, rtol=tolerance(x))


def test_dtypes_of_results(like_numpy):
    like_numpy("mean", np.array([1, 2], "int8"))
    like_numpy("mean", np.array([1, 2, 4]), dtype=int)
    like_numpy("mean", np.full(1000, 100, "float16"))
    like_numpy("var", np.array([1, 2], "float16"))
    like_numpy("std", np.array([1, 2], "complex64"))


def test_of_nothing():
    with pytest.warns(RuntimeWarning, match="divide"):
        assert np.isnan(wg.mean(np.ones((2, 0))).item())
    with pytest.warns(RuntimeWarning, match="divide"):
        assert np.isnan(wg.var([1.0], ddof=1).item())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.mean(np.ones(2), axis=1), wg.ShapeError, "out of bounds"),
        (lambda: wg.median(np.ones((0, 2)), axis=0), wg.ShapeError, r"no median of no elements.*\(0, 2\)"),
        (lambda: wg.average(np.ones((2, 3)), weights=np.ones(3)), wg.ShapeError, r"\(3,\).*\(2, 3\) need an axis"),
        (lambda: wg.average(np.ones((2, 3)), axis=0, weights=np.ones(3)), wg.ShapeError, r"\(3,\) fit neither"),
        (lambda: wg.var([1.0], ddof=1, correction=1), TypeError, "only one of them"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


X = np.array([[0.5, -1.2, 2.0], [1.5, 0.4, -0.3]])


@pytest.mark.parametrize(
    "f",
    [
        wg.mean,
        wg.var,
        wg.std,
        wg.median,
        wg.ptp,
        lambda x: wg.mean(x, axis=0, keepdims=True),
        lambda x: wg.var(x, axis=1, ddof=1),
        lambda x: wg.std(x, axis=(0, 1), ddof=1, keepdims=True),
        lambda x: wg.std(x, axis=1),
        lambda x: wg.median(x, axis=0),
        lambda x: wg.average(x, axis=1, weights=np.array([1.0, 2.0, 3.0])),
        lambda x: wg.average(x, weights=x * x),
    ],
)
def test_derivatives(f):
    wg.testing.check_grads(f, (X,))


@pytest.mark.parametrize("f", [wg.mean, wg.var, wg.std, lambda z: wg.var(z, axis=0)])
def test_derivatives_of_complex_arrays(f):
    wg.testing.check_grads(f, (X + 1j * X[::-1],))


def test_the_gradient_of_a_zero_deviation_is_zero():
    x = np.full((2, 3), 1.5)
    assert wg.grad(wg.std)(x).tolist() == np.zeros((2, 3)).tolist()
    assert wg.jvp(wg.std, (x,), (X,))[1].item() == 0.0


@pytest.mark.parametrize("name", ["mean", "var", "std"])
@settings(max_examples=25, deadline=None)
@given(data=st.data(), keepdims=st.booleans())
def test_some_elements(name, data, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays((2, 3), finite=True))
    where = data.draw(st.sampled_from([X > 0, X[0] > 0, X[:, :1] > 0]))
    for axis in (None, 0, (0, 1)):
        like_numpy(name, x, axis=axis, where=where, keepdims=keepdims, rtol=tolerance(x))


@pytest.mark.parametrize("name", ["mean", "var", "std"])
def test_derivatives_of_some_elements(name, smooth):
    smooth(lambda x: getattr(wg, name)(x, axis=1, where=np.array([True, False, True])), X)


def test_sums_of_weights(like_numpy):
    for kwargs in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}, {"axis": 1, "weights": np.array([1, 2, 4])}):
        like_numpy("average", X, returned=True, rtol=1e-13, **kwargs)
    like_numpy("average", X, weights=X**2, returned=True, rtol=1e-13)


@pytest.mark.parametrize("name", ["var", "std", "nanvar", "nanstd"])
def test_a_known_mean(name, like_numpy, smooth):
    x = np.random.default_rng(0).normal(size=(3, 4))
    for axis in (None, 0, 1, (0, 1)):
        mean = x.mean(axis, keepdims=True)
        like_numpy(name, x, axis=axis, mean=mean, ddof=1, rtol=1e-12)
        like_numpy(name, x, axis=axis, mean=mean + 1, keepdims=True, rtol=1e-12)
    smooth(lambda x, m: getattr(wg, name)(x, 0, mean=m), x, x[:1] + 0.3)
    with pytest.raises(wg.ShapeError, match="keepdims"):
        getattr(wg, name)(x[0], mean=x)

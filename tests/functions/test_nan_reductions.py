"""Reductions that pass over NaN are NumPy's; what is passed over has no derivative."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=18, deadline=None)
X = np.array([[0.3, np.nan, 2.0, 0.7], [1.1, 0.4, -0.3, 0.9], [np.nan, 1.0, np.nan, -0.6]])
NAMES = ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd"]


def drawn(data, arrays):
    x = data.draw(arrays(data.draw(st.sampled_from([(4,), (2, 3), (3, 1, 2), ()]))))
    one = st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none()
    return x, data.draw(st.none() | one | st.sampled_from([(0, 1), (-1, 0)] if x.ndim > 1 else [None]))


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_like_numpy(name, data, keepdims, arrays, like_numpy, tolerance):
    x, axis = drawn(data, arrays)
    if x.dtype.kind == "c" and name in ("nanprod", "nanvar", "nanstd") and np.isinf(x).any():
        return
    like_numpy(name, x, axis=axis, keepdims=keepdims, rtol=tolerance(x))
    where = data.draw(arrays(x.shape[-1:], ("bool",)))
    initial = {"initial": 1} if name in ("nansum", "nanprod", "nanmax", "nanmin") else {}
    like_numpy(name, x, axis=axis, where=where, rtol=tolerance(x), **initial)


@FEW
@given(data=st.data(), ddof=st.sampled_from([0, 1, 2.5]))
def test_degrees_of_freedom(data, ddof, arrays, like_numpy, tolerance):
    x = np.where(data.draw(arrays((3, 4), ("bool",))), np.nan, data.draw(arrays((3, 4), ("float64",), finite=True)))
    for name in ("nanvar", "nanstd"):
        like_numpy(name, x, axis=1, ddof=ddof, rtol=1e-12)
        like_numpy(name, x.astype("float32"), dtype="float64", correction=1, rtol=1e-6)


@pytest.mark.parametrize("name", ["nancumsum", "nancumprod"])
@FEW
@given(data=st.data())
def test_scans(name, data, arrays, like_numpy, tolerance):
    x = data.draw(arrays())
    like_numpy(name, x, axis=data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None, rtol=1e-5)


def test_dtypes(like_numpy):
    for name in NAMES:
        like_numpy(name, np.array([1, np.nan, 3], "float16"), rtol=1e-3)
        like_numpy(name, np.array([[1, 2], [3, 4]], "int8"), axis=0)
        like_numpy(name, [1, 2, 4])


@pytest.mark.parametrize("name", [*NAMES, "nancumsum", "nancumprod"])
def test_derivatives(name):
    function = getattr(wg, name)
    where = np.flatnonzero(~np.isnan(X))
    present = X.ravel()[where]

    def of_present(values, axis=None):
        x = wg.array(X.ravel()) if not isinstance(values, wg.Array) else wg.zeros(12) * values[0] + X.ravel()
        x[where] = values
        return function(x.reshape(3, 4), axis=axis)

    for axis in (None, 1):
        wg.testing.check_grads(lambda v, axis=axis: of_present(v, axis), (present,), rtol=1e-5)
    gradient = np.asarray(wg.grad(lambda x: wg.sum(function(x, axis=1)))(X))
    assert not gradient[np.isnan(X)].any()


@pytest.mark.parametrize("name", NAMES)
def test_batches_and_traces(name, smooth):
    smooth(lambda x: getattr(wg, name)(x, axis=0), np.nan_to_num(X, nan=0.5), rtol=1e-5)


def test_ties_and_nothing():
    tied = wg.array([[2.0, np.nan, 2.0], [np.nan, np.nan, np.nan]])
    expected = [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    np.testing.assert_array_equal(wg.grad(lambda x: wg.sum(wg.nanmax(x, axis=1)))(tied), expected)
    np.testing.assert_array_equal(wg.jvp(lambda x: wg.nanmin(x, axis=1), (tied,), (np.ones((2, 3)),))[1], [1.0, 0.0])


def test_through_numpy():
    x = wg.array(X, requires_grad=True)
    (np.nansum(x) + np.nanmax(x) + np.nanmean(x, axis=0).sum() + np.nanstd(x)).backward()
    assert np.isfinite(np.asarray(x.grad)).all()


def test_bad_arguments():
    with pytest.raises(ValueError, match="needs initial="):
        wg.nanmax(X, where=X > 0)
    with pytest.raises(wg.ShapeError, match=r"where of shape \(3,\)"):
        wg.nansum(X, where=[True, False, True])
    with pytest.raises(wg.ShapeError, match="no extreme of no elements"):
        wg.nanmin(np.zeros((0, 2)), axis=0)

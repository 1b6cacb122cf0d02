"""Sets are NumPy's, and their elements take their derivatives along."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=25, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data(), asked=st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_unique(data, asked, arrays, like_numpy):
    like_numpy("unique", data.draw(arrays()), *asked)


@FEW
@given(data=st.data(), asked=st.tuples(st.booleans(), st.booleans(), st.booleans()), equal_nan=st.booleans())
def test_unique_along_an_axis(data, asked, equal_nan, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=2, min_side=1, max_side=3), dtypes=("float64", "int64")))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    like_numpy("unique", x.round(), *asked, axis=axis)
    like_numpy("unique", x, *asked, equal_nan=equal_nan)


@FEW
@given(data=st.data())
def test_the_uniques_of_the_array_standard(data, arrays, like_numpy):
    x = data.draw(arrays())
    for name in ("unique_all", "unique_counts", "unique_inverse"):
        like_numpy(name, x)
    like_numpy("unique_values", x, numpy=lambda x: np.unique(x, equal_nan=False))
    for name in ("unique_all", "unique_counts", "unique_inverse"):
        assert getattr(wg, name)(x)._fields == getattr(np, name)(x)._fields


@FEW
@given(data=st.data(), once=st.booleans())
def test_of_two_arrays(data, once, arrays, like_numpy):
    kinds = data.draw(st.sampled_from([("float64",), ("int64",), ("float64", "int64", "float32"), ("complex128",)]))
    x, y = (data.draw(arrays(dtypes=kinds, finite=True)).round() for _ in range(2))
    if once:
        x, y = np.unique(x), np.unique(y)
    for name in ("intersect1d", "setdiff1d", "setxor1d"):
        like_numpy(name, x, y, once)
    like_numpy("intersect1d", x, y, assume_unique=once, return_indices=True)
    like_numpy("union1d", x, y)


@FEW
@given(data=st.data(), invert=st.booleans())
def test_isin(data, invert, arrays, like_numpy):
    x, y = data.draw(arrays()), data.draw(arrays())
    like_numpy("isin", x, y, invert=invert)
    like_numpy("isin", x, [1, 0])


def test_isin_of_batches():
    x, y = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 3], [5, 5]])
    found = np.stack([np.isin(a, b) for a, b in zip(x, y, strict=True)])
    same(wg.vmap(wg.isin)(x, y), found)
    same(wg.vmap(wg.isin, (0, None))(x, y[0]), np.isin(x, y[0]))
    same(wg.vmap(wg.isin, (None, 0))(x, y), np.stack([np.isin(x, b) for b in y]))
    same(wg.vmap(wg.vmap(wg.isin, (0, None)), (0, 0))(x, y), found)
    same(wg.compile(wg.isin)(x, y), np.isin(x, y))


def test_errors():
    with pytest.raises(wg.ConversionError, match=r"unique.*vmap"):
        wg.vmap(wg.unique)(np.ones((2, 2)))
    with pytest.raises(wg.ShapeError, match="axis 2"):
        wg.unique(np.ones((2, 2)), axis=2)
    with pytest.raises(ValueError, match="'table'"):
        wg.isin([1], [2], kind="hash")


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: wg.unique(x),
        lambda x, y: wg.unique(wg.stack([y, x, y]), axis=0),
        lambda x, y: wg.union1d(x, y),
        lambda x, y: wg.setdiff1d(x, y),
        lambda x, y: wg.setxor1d(x, y, assume_unique=True),
        lambda x, y: wg.intersect1d(wg.concatenate([x, y]), wg.concatenate([y, x])),
        lambda x, y: wg.intersect1d(x + 0, x, return_indices=True)[0],
    ],
)
def test_derivatives(function):
    x, y = np.array([0.3, -1.5, 2.25]), np.array([0.5, -0.25, 1.0])
    if function(x, y).shape:
        wg.testing.check_grads(lambda x, y: function(x, y) ** 2, (x, y), order=2)


def test_the_derivative_is_that_of_the_first_of_equals():
    x, y = np.array([2.0, 1.0, 2.0]), np.array([2.0, 3.0])
    for function, first, second in [
        (wg.union1d, [1, 1, 0], [0, 1]),
        (wg.intersect1d, [1, 0, 0], [0, 0]),
        (wg.setdiff1d, [0, 1, 0], [0, 0]),
        (wg.setxor1d, [0, 1, 0], [0, 1]),
    ]:
        for found, expected in zip(
            wg.grad(lambda x, y, f=function: f(x, y).sum(), (0, 1))(x, y), (first, second), strict=True
        ):
            same(found, np.array(expected, float))

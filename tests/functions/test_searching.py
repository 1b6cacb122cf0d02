"""Counting, and the extremes among numbers, are NumPy's."""

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
@given(data=st.data(), dtype=st.sampled_from(["int64", "uint8", "bool", "int32"]))
def test_bincount(data, dtype, arrays, like_numpy):
    shape = data.draw(st.tuples(st.integers(1, 6)))
    x = np.abs(data.draw(arrays(shape, dtypes=("int64",)))).astype(dtype)
    least = data.draw(st.integers(0, 9))
    like_numpy("bincount", x, minlength=least)
    for kind in ("float64", "float32", "int64", "bool"):
        like_numpy("bincount", x, data.draw(arrays(shape, dtypes=(kind,), finite=True)), least)


def test_bincount_of_nothing():
    same(wg.bincount([]), np.zeros(0, int))
    same(wg.bincount(np.zeros(0, int), minlength=2), np.zeros(2, int))
    same(wg.bincount([], np.zeros(0), 2), np.zeros(2))  # NumPy's are integers, but only of nothing


def test_the_weights_of_bincount_have_derivatives(smooth):
    smooth(lambda w: wg.bincount([2, 0, 2], w**2, 5), np.array([0.5, 1.5, -2.0]))


@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_extremes_among_numbers(data, keepdims, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, max_side=3)))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    for name in ("nanargmax", "nanargmin"):
        like_numpy(name, x, axis)
        like_numpy(name, x, axis=axis, keepdims=keepdims)
        out = np.empty(getattr(np, name)(np.zeros(x.shape), axis).shape, np.intp)
        if not np.isnan(x).any():
            assert getattr(wg, name)(x, axis, out) is out
            np.testing.assert_array_equal(out, getattr(np, name)(x, axis))


def test_errors():
    for bad, kind, message in [
        ([[1]], ValueError, "vector"),
        ([-1], ValueError, "negative"),
        ([0.5], TypeError, "float64"),
    ]:
        with pytest.raises(kind, match=message):
            wg.bincount(bad)
    with pytest.raises(wg.ShapeError, match="minlength"):
        wg.bincount([1], minlength=-1)
    with pytest.raises(wg.ShapeError, match="as many weights"):
        wg.bincount([1], [1.0, 2.0])
    with pytest.raises(TypeError, match="real"):
        wg.bincount([1], [1j])
    with pytest.raises(ValueError, match="only NaN"):
        wg.nanargmax([[np.nan, np.nan], [1.0, 2.0]], 1)
    with pytest.raises(wg.ConversionError, match="vmap"):
        wg.vmap(wg.bincount)(np.ones((2, 2), int))

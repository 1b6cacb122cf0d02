"""Applying functions along axes and to windows is NumPy's, and so are the derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp
from numpy.lib.stride_tricks import sliding_window_view

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=3))
def test_apply_along_axis(data, shape, arrays):
    x = data.draw(arrays(shape, dtypes=("float64", "int64"), finite=True))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    for function in (
        lambda v: v.sum(),
        lambda v: v[::-1] * 2,
        lambda v: v.reshape(1, -1) + v.reshape(-1, 1),
        lambda v: 3,
    ):
        expected = np.apply_along_axis(function, axis, x)
        for given_ in (x, wg.array(x, requires_grad=x.dtype.kind == "f")):
            same(wg.apply_along_axis(function, axis, given_), expected)
    same(
        wg.apply_along_axis(lambda v, k, *, m: v[0] * k + m, axis, x, 2, m=3),
        np.apply_along_axis(lambda v: v[0] * 2 + 3, axis, x),
    )


@FEW
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=3))
def test_apply_over_axes(data, shape, like_numpy):
    axes = data.draw(st.lists(st.integers(-len(shape), len(shape) - 1), max_size=3))
    x = numbers(shape).astype(float)
    same(wg.apply_over_axes(wg.sum, x, axes), np.apply_over_axes(np.sum, x, axes))
    same(wg.apply_over_axes(wg.cumsum, x, axes), np.apply_over_axes(np.cumsum, x, axes))
    same(wg.apply_over_axes(wg.sum, x, -1), np.apply_over_axes(np.sum, x, -1))


@FEW
@given(data=st.data(), shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
def test_sliding_windows(data, shape, like_numpy):
    x = numbers(shape).astype(float)
    window = tuple(data.draw(st.integers(0, n + 1)) for n in shape)
    like_numpy("sliding_window_view", x, window, numpy=sliding_window_view)
    if shape:
        axis = data.draw(st.integers(-len(shape), len(shape) - 1))
        like_numpy("sliding_window_view", x, 2, axis, numpy=sliding_window_view)
        like_numpy("sliding_window_view", x, (2, 2), (axis, axis), numpy=sliding_window_view)


def test_numpys_function_gives_the_librarys():
    x = wg.array([1.0, 2.0, 4.0], requires_grad=True)
    (sliding_window_view(x, 2) ** 2).sum().backward()
    same(x.grad, np.array([2.0, 8.0, 8.0]))


def test_errors():
    with pytest.raises(wg.ShapeError, match="no vectors"):
        wg.apply_along_axis(wg.sum, 0, np.ones((2, 0)))
    lengths = iter((1, 2))
    with pytest.raises(wg.ShapeError, match="returned the shapes"):
        wg.apply_along_axis(lambda v: v[: next(lengths)], 1, np.ones((2, 2)))
    with pytest.raises(wg.ShapeError, match=r"turned 2 dimension\(s\) into 0"):
        wg.apply_over_axes(lambda x, axis: x.sum(), np.ones((2, 2)), 0)
    with pytest.raises(wg.ShapeError, match="larger than"):
        wg.sliding_window_view([1.0, 2.0], 3)
    with pytest.raises(wg.ShapeError, match="a size for each"):
        wg.sliding_window_view(np.ones((2, 2)), 2)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.apply_along_axis(lambda v: wg.sin(v) * v.sum(), 0, x),
        lambda x: wg.apply_along_axis(lambda v: wg.outer(v, v), 1, x),
        lambda x: wg.apply_over_axes(wg.prod, x, (0, 1)),
        lambda x: wg.sliding_window_view(x, (2, 2)) ** 2,
        lambda x: wg.sliding_window_view(x, (2, 2), (1, 1)) ** 2,
        lambda x: wg.sliding_window_view(x, 3, 1) ** 2,
    ],
)
def test_derivatives(function, smooth):
    smooth(function, np.array([[0.5, 2.0, -1.0], [1.5, -0.25, 3.0]]))


def test_windows_compile():
    x = np.random.default_rng(0).standard_normal((6, 5))
    compiled = wg.compile(wg.value_and_grad(lambda x: (wg.sliding_window_view(x, (3, 2)) ** 2).mean((-2, -1)).prod()))
    value, gradient = wg.value_and_grad(lambda x: (wg.sliding_window_view(x, (3, 2)) ** 2).mean((-2, -1)).prod())(x)
    found, slope = compiled(x)
    np.testing.assert_allclose(found.numpy(), value.numpy(), rtol=1e-12)
    np.testing.assert_allclose(slope.numpy(), gradient.numpy(), rtol=1e-12)

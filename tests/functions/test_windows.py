"""Pooling has PyTorch's values, windows are NumPy's, and their derivatives are right."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=30, deadline=None)


def pooled(x, window, stride, padding, dilation, reduce):
    """One window after the other; padding is NaN."""
    rank = len(window)
    sides = [(0, 0)] * (x.ndim - rank) + [tuple(p) for p in padding]
    wide = np.pad(x.astype(float), sides, constant_values=np.nan)
    reach = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    counts = [(n - r) // s + 1 for n, r, s in zip(wide.shape[-rank:], reach, stride, strict=True)]
    out = np.zeros((*x.shape[:-rank], *counts))
    for p in product(*map(range, counts)):
        at = tuple(slice(i * s, i * s + r, d) for i, s, r, d in zip(p, stride, reach, dilation, strict=True))
        out[(..., *p)] = reduce(wide[(..., *at)], axis=tuple(range(-rank, 0)))
    return out


@st.composite
def settings_of_pooling(draw):
    rank = draw(st.integers(1, 2))
    some = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * rank))  # noqa: E731
    window, stride, dilation = some(1, 3), some(1, 3), some(1, 2)
    padding = tuple(draw(st.tuples(*[st.integers(0, (k - 1) * d)] * 2)) for k, d in zip(window, dilation, strict=True))
    sizes = tuple((k - 1) * d + n for k, d, n in zip(window, dilation, some(1, 4), strict=True))
    shape = (*draw(st.lists(st.integers(0, 2), max_size=2)), *sizes)
    return shape, window, stride, padding, dilation


@FEW
@given(data=st.data(), case=settings_of_pooling())
def test_pooling(data, case, arrays, tolerance):
    shape, window, stride, padding, dilation = case
    x = data.draw(arrays(shape, dtypes=("float64", "float32", "int64"), finite=True))
    found = wg.max_pool(x, window, stride=stride, padding=padding, dilation=dilation)
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(found, pooled(x, *case[1:4], dilation, np.nanmax))
    padding = tuple((min(low, k - 1), min(high, k - 1)) for (low, high), k in zip(padding, window, strict=True))
    dense = (1,) * len(window)
    for count, mean in ((True, lambda w, axis: np.nansum(w, axis) / np.prod(window)), (False, np.nanmean)):
        found = wg.avg_pool(x, window, stride=stride, padding=padding, count_include_pad=count)
        assert found.dtype == (x.dtype if x.dtype.kind == "f" else "float64")
        np.testing.assert_allclose(found, pooled(x, window, stride, padding, dense, mean), atol=tolerance(x))


def test_values_from_pytorch():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    tops = [[0, 1, 2, 2], [3, 4, 5, 5], [6, 7, 8, 8], [6, 7, 8, 8]]
    np.testing.assert_array_equal(wg.max_pool(x, 2, stride=1, padding=1)[0, 0], tops)
    np.testing.assert_array_equal(wg.max_pool(x, 2, stride=1, dilation=2), [[[[8]]]])
    np.testing.assert_array_equal(wg.avg_pool(x, 2, stride=2, padding=1), [[[[0, 0.75], [2.25, 6]]]])
    np.testing.assert_array_equal(wg.avg_pool(x, 2, padding=1, count_include_pad=False), [[[[0, 1.5], [4.5, 6]]]])


def test_long_windows():
    x = np.random.default_rng(0).normal(size=(2, 50, 3))
    expected = np.lib.stride_tricks.sliding_window_view(x, 20, 1)[:, ::5].mean(-1)
    np.testing.assert_allclose(wg.avg_pool(x, (20, 1), stride=(5, 1)), expected)


def test_infinities_and_booleans():
    x = np.array([[[np.nan, 1.0, -np.inf, -np.inf, np.inf, 2.0]]])
    np.testing.assert_array_equal(wg.max_pool(x, 2, padding=1), [[[np.nan, 1.0, np.inf, 2.0]]])
    np.testing.assert_array_equal(wg.max_pool(x[..., 2:3], 1, padding=1), [[[-np.inf] * 3]])
    np.testing.assert_array_equal(wg.max_pool(np.array([[[True, False, False]]]), 2, stride=1), [[[True, False]]])


@FEW
@given(data=st.data())
def test_sliding_windows(data, arrays, like_numpy):
    numpys = np.lib.stride_tricks.sliding_window_view
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, max_side=4)))
    axes = data.draw(st.lists(st.integers(-x.ndim, x.ndim - 1), max_size=3).map(tuple))
    shape = data.draw(st.tuples(*[st.integers(0, 3)] * len(axes)))
    like_numpy("sliding_window_view", x, shape, axes, numpy=numpys)
    like_numpy("sliding_window_view", x, shape, numpy=numpys)
    like_numpy("sliding_window_view", x, 2, numpy=numpys)
    like_numpy("sliding_window_view", x, 2, axis=-1, numpy=numpys)


# Derivatives ----------------------------------------------------------------------------------------------------------

X = np.random.default_rng(3).normal(size=(2, 2, 4, 5))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.max_pool(x, 2),
        lambda x: wg.max_pool(x, (3, 2), stride=1, padding=((1, 0), (0, 1)), dilation=(1, 2)) ** 2,
        lambda x: wg.avg_pool(x, (2, 3), padding=1, count_include_pad=False),
        lambda x: wg.avg_pool(x**2, 2, stride=1),
        lambda x: wg.avg_pool(wg.reshape(x, (2, 40)), (20,), stride=3),
        lambda x: wg.sum(wg.sliding_window_view(x, (2, 2), (2, 3)) ** 2, axis=(-2, -1)),
        lambda x: wg.max_pool(wg.avg_pool(x, 2, stride=1), 2),
    ],
)
def test_derivatives(function, smooth):
    smooth(function, X)


def test_ties_share_evenly():
    x = np.array([[[3.0, 3.0, 1.0, 3.0, 3.0, 3.0]]])
    gradient = wg.grad(lambda x: wg.sum(wg.max_pool(x, 3) * np.array([6.0, 12.0])))(x)
    np.testing.assert_array_equal(gradient, [[[3.0, 3.0, 0.0, 4.0, 4.0, 4.0]]])
    moved = wg.jvp(lambda x: wg.max_pool(x, 3), (x,), (np.array([[[1.0, 2.0, 5.0, 0.0, 3.0, 6.0]]]),))[1]
    np.testing.assert_array_equal(moved, [[[1.5, 3.0]]])
    np.testing.assert_array_equal(wg.hessian(lambda x: wg.sum(wg.max_pool(x, 3)))(x), np.zeros((1, 1, 6) * 2))


def test_what_is_infinite_or_no_number_does_not_spread():
    x = np.array([[[1.0, 2.0, 5.0, np.nan]]])
    _, pull = wg.vjp(lambda x: wg.max_pool(x, 2), x)
    np.testing.assert_array_equal(pull(np.array([[[np.inf, 1.0]]]))[0], [[[0.0, np.inf, 0.0, 0.0]]])


def test_pieces(monkeypatch):
    from wengert.backends.numpy import windows

    value, gradient = wg.value_and_grad(lambda x: wg.sum(wg.max_pool(x, 2) ** 2))(X)
    monkeypatch.setattr(windows, "PIECE", 1)
    again = wg.value_and_grad(lambda x: wg.sum(wg.max_pool(x, 2) ** 2))(X)
    np.testing.assert_array_equal(again[0], value)
    np.testing.assert_array_equal(again[1], gradient)


def test_nested_transforms_and_single_precision():
    loss = lambda x: wg.sum(wg.max_pool(x, (2, 2)) ** 3)  # noqa: E731
    pushed = lambda x: wg.jvp(loss, (x,), (wg.ones(x.shape, dtype="float32"),))[1]  # noqa: E731
    x = X.astype("float32")
    found = wg.vmap(wg.grad(pushed))(x)
    assert found.dtype == "float32"
    tops = wg.grad(lambda x: wg.sum(wg.max_pool(x, 2)))(x).numpy()
    np.testing.assert_allclose(found, 6 * tops * x, rtol=1e-5)


def test_numpys_function_records():
    x = wg.array(X, requires_grad=True)
    wg.sum(np.lib.stride_tricks.sliding_window_view(x, 2, axis=3)).backward()
    np.testing.assert_array_equal(x.grad, np.broadcast_to([1.0, 2.0, 2.0, 2.0, 1.0], X.shape))


def test_compiled():
    def loss(x):
        return wg.sum(wg.max_pool(wg.tanh(x), (2,)) * wg.avg_pool(x, (2,)))

    np.testing.assert_allclose(wg.grad(wg.compile(loss))(X), wg.grad(loss)(X), rtol=1e-12)


# Errors ---------------------------------------------------------------------------------------------------------------


def test_errors():
    for pool in (wg.max_pool, wg.avg_pool):
        with pytest.raises(wg.ShapeError, match="window 2 takes an array with three or more axes"):
            pool(np.ones((2, 3)), 2)
        with pytest.raises(wg.ShapeError, match=r"window \(2, 2\) takes an array with at least 2 axes"):
            pool(np.ones(3), (2, 2))
        with pytest.raises(wg.ShapeError, match=r"window of shape \(4,\) is larger than the array, of shape \(3,\)"):
            pool(np.ones(3), (4,))
        with pytest.raises(wg.ShapeError, match="must be at least 1"):
            pool(np.ones(3), (0,))
        with pytest.raises(wg.ShapeError, match="padding must be at least 0"):
            pool(np.ones(3), (2,), padding=-1)
    with pytest.raises(wg.DTypeError, match="orders real numbers, not complex128"):
        wg.max_pool(np.ones((1, 1, 2), complex), 2)
    with pytest.raises(wg.ShapeError, match="larger than the array"):
        wg.max_pool(np.ones((1, 1, 2)), 2, dilation=2)
    with pytest.raises(wg.ShapeError, match="must have a size for each of the axes"):
        wg.sliding_window_view(np.ones((2, 2)), 1)

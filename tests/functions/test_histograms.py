"""Histograms are NumPy's; they are differentiable in the weights, and their edges in the samples."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
REAL = ("float64", "float32", "int64")
X = np.array([0.3, -1.0, 2.0, 0.7, 1.1, 0.4, -0.3, 0.9])
W = np.array([1.0, 2.0, 0.5, 1.5, 3.0, 0.1, 0.7, 2.5])
BINS = [10, 3, np.array([-1.0, 0.0, 0.5, 2.0]), np.array([0.0, 0.0, 1.0, 1.0]), "sturges", [0, 1, 4]]


@FEW
@given(data=st.data(), bins=st.sampled_from(BINS), density=st.booleans(), limits=st.sampled_from([None, (-1, 2.0)]))
def test_histogram(data, bins, density, limits, arrays, like_numpy):
    x = data.draw(arrays((2, 4), REAL, finite=True))
    like_numpy("histogram", x, bins, limits, density, rtol=1e-6)
    like_numpy("histogram_bin_edges", x, bins, limits, rtol=1e-6)
    if not isinstance(bins, str):
        w = data.draw(arrays((2, 4), ("float64", "int64", "complex128"), finite=True))
        like_numpy("histogram", x, bins, limits, weights=w, rtol=1e-12)


@FEW
@given(
    data=st.data(), bins=st.sampled_from([4, [2, 3], [np.array([0.0, 1.0, 2.0]), 2], np.array([-1.0, 0.5, 1.0, 3.0])])
)
def test_two_variables(data, bins, arrays, like_numpy):
    x, y = data.draw(arrays((6,), REAL, finite=True)), data.draw(arrays((6,), REAL, finite=True))
    w = data.draw(arrays((6,), ("float64",), finite=True))
    like_numpy("histogram2d", x, y, bins, rtol=1e-6)
    like_numpy("histogram2d", x, y, bins, weights=w, rtol=1e-6)
    like_numpy("histogram2d", x, y, bins, [(-1, 2), (0.5, 4)], rtol=1e-6)


def test_several_variables(like_numpy):
    sample = np.stack([X, W, X * W], axis=1)
    for density in (None, True):
        hist, edges = wg.histogramdd(sample, 2, density=density, weights=W)
        expected, expected_edges = np.histogramdd(sample, 2, density=density, weights=W)
        np.testing.assert_allclose(hist, expected, rtol=1e-12)
        np.testing.assert_array_equal(np.stack(edges), np.stack(expected_edges))
    np.testing.assert_array_equal(wg.histogramdd([X, W], [2, [0, 1, 4]])[0], np.histogramdd([X, W], [2, [0, 1, 4]])[0])
    np.testing.assert_array_equal(wg.histogramdd(X)[0], np.histogramdd(X)[0])


def test_of_nothing_and_of_booleans(like_numpy):
    like_numpy("histogram", np.zeros(0))
    like_numpy("histogram", np.array([True, False, True]), 2)
    like_numpy("histogram", [1, 2, 3, 4], "auto")


def test_derivatives():
    wg.testing.check_grads(lambda w: wg.histogram(X, 4, weights=w)[0] ** 2, (W,))
    wg.testing.check_grads(lambda w: wg.histogram(X, [0.0, 0.5, 3.0], weights=w, density=True)[0], (W,))
    wg.testing.check_grads(lambda w: wg.histogram2d(X, W, [2, 3], weights=w, density=True)[0], (W,))
    wg.testing.check_grads(lambda x: wg.histogram(x, 4)[1] ** 2, (X,))
    wg.testing.check_grads(lambda x: wg.histogram(x, 4, density=True)[0], (X,))
    wg.testing.check_grads(lambda a, b: wg.histogram_bin_edges(X, 4, (a, b)), (np.array(-2.0), np.array(3.0)))
    wg.testing.check_grads(lambda e: wg.histogram(X, e, density=True)[0], (np.array([-2.0, 0.0, 1.0]),))
    wg.testing.check_grads(lambda w: wg.vmap(lambda w: wg.histogram(X, 4, weights=w)[0])(w), (np.stack([W, X]),))


def test_through_numpy():
    w = wg.array(W, requires_grad=True)
    np.histogram(X, [0.0, 0.5, 3.0], weights=w)[0][1].backward()
    np.testing.assert_array_equal(w.grad, (X >= 0.5).astype(float))
    counts, edges = np.histogram(wg.array(X, requires_grad=True), 3)
    assert edges.requires_grad
    assert not counts.requires_grad


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.histogram(X, weights=W[:3]), wg.ShapeError, r"weights of shape \(3,\)"),
        (lambda: wg.histogram(X, 0), ValueError, "positive"),
        (lambda: wg.histogram(X, [1.0, 0.0]), ValueError, "monotonically"),
        (lambda: wg.histogram(X, "many"), ValueError, "estimator"),
        (lambda: wg.histogram2d(X, W[:3]), wg.ShapeError, r"\(8,\) and \(3,\)"),
        (lambda: wg.histogramdd([X, W[:3]]), wg.ShapeError, "one length"),
        (lambda: wg.vmap(wg.histogram)(np.ones((2, 3))), wg.ConversionError, "histogram"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()

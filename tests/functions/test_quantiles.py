"""Medians and quantiles are NumPy's, by all of its methods, with and without NaN."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=18, deadline=None)
REAL = ("float64", "float32", "int64", "bool")
METHODS = [
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]
X = np.array([[0.3, -1.0, 2.0, 0.7, 1.3], [1.1, 0.4, -0.3, 0.9, -2.0]])


def some(data, arrays, dtypes):
    x = data.draw(arrays(data.draw(st.sampled_from([(5,), (2, 3), (4, 1, 2), (1,), ()])), dtypes))
    one = st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none()
    axis = data.draw(st.none() | one | st.permutations(range(x.ndim)).map(lambda p: tuple(p[: len(p) // 2 + 1])))
    return x, axis or (0 if axis == 0 else None)


@pytest.mark.parametrize("name", ["median", "nanmedian"])
@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_medians(name, data, keepdims, arrays, like_numpy, tolerance):
    x, axis = some(data, arrays, ("float64", "float32", "int64"))
    like_numpy(name, x, axis=axis, keepdims=keepdims, rtol=tolerance(x))


@pytest.mark.parametrize("name", ["quantile", "percentile", "nanquantile", "nanpercentile"])
@FEW
@given(data=st.data(), keepdims=st.booleans(), method=st.sampled_from(METHODS))
def test_quantiles(name, data, keepdims, method, arrays, like_numpy):
    x, axis = some(data, arrays, ("float64", "float32", "int64"))
    q = data.draw(st.sampled_from([0.0, 0.25, 0.3, 1.0, np.array([0.1, 0.5]), np.array([[0.2], [1.0]])]))
    if name.startswith("nan") and np.ndim(q) == 2:
        q = q[0]  # NumPy puts the axes of two-dimensional shares in the wrong order
    q = 100 * q if "percent" in name else q
    like_numpy(name, x, q, axis=axis, method=method, keepdims=keepdims, rtol=1e-6 if x.dtype == "float32" else 1e-12)


def test_of_the_ends(like_numpy):
    for x in (np.array([3, 1, 2]), np.array([3.0, 1.0], "float32"), np.array([np.inf, 1.0, -np.inf])):
        for q in (0, 1, np.array([0, 1]), 0.0, 1.0, 0.5):
            like_numpy("quantile", x, q)
    like_numpy("quantile", np.arange(200.0)[::-1], np.linspace(0, 1, 90), rtol=1e-13)
    like_numpy("quantile", np.array([True, False, True]), 0.5, method="higher")
    like_numpy("quantile", np.zeros((0, 3)), 0.5, axis=1)


@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
@FEW
@given(data=st.data(), q=st.sampled_from([0.0, 0.4, 1.0, np.array([0.1, 0.5])]))
def test_weights(name, data, q, arrays, like_numpy):
    x = data.draw(arrays((3, 4), ("float64", "float32", "int64")))
    weights = np.abs(data.draw(arrays((3, 4), ("float64", "int64"), finite=True)))
    weights[:, 1], weights[1] = 1, 2
    if x.dtype.kind == "f":
        x[:, 1] = x[1] = 1.5
    for axis in (None, 1, (0, 1)):
        like_numpy(name, x, q, axis=axis, method="inverted_cdf", weights=weights)
    if name == "quantile":  # NumPy's nanquantile reads beyond the end
        like_numpy(name, x, q, axis=1, method="inverted_cdf", weights=np.array([0, 1, 2.5, 1]))


@pytest.mark.parametrize("method", METHODS)
def test_derivatives(method, smooth):
    for q in (0.3, [0.1, 0.85]):
        smooth(lambda x, q=q: wg.quantile(x, q, axis=1, method=method) ** 2, X, order=1)
    holes = np.where(X == 0.4, np.nan, X)
    gradient = wg.grad(lambda x: wg.sum(wg.nanquantile(x, 0.3, axis=1, method=method)))(holes)
    rows = [wg.grad(wg.quantile)(row[~np.isnan(row)], 0.3, method=method) for row in holes]
    np.testing.assert_allclose(np.asarray(gradient)[~np.isnan(holes)], np.concatenate(rows))
    assert gradient[1, 1] == 0


def test_derivatives_of_medians(smooth):
    smooth(lambda x: wg.median(x, axis=0) * wg.nanmedian(x), X)
    smooth(lambda x: wg.median(x, axis=1, keepdims=True) * wg.nanquantile(x, 0.3, axis=0), X)
    smooth(lambda x: wg.quantile(x, 0.3, axis=1, method="inverted_cdf", weights=[1, 2, 3, 4, 5]), X)
    np.testing.assert_array_equal(wg.grad(wg.nanmedian)([np.nan, 3.0, 1.0]), [0.0, 0.5, 0.5])


def test_by_the_share():
    x = X.ravel()
    np.testing.assert_allclose(wg.grad(wg.quantile, argnums=1)(x, 0.3), 9 * (x[x.argsort()[3]] - x[x.argsort()[2]]))
    wg.testing.check_grads(lambda q: wg.percentile(x, q, method="hazen"), (np.array([21.0, 77.0]),))


def test_compiled_for_a_share():
    compiled = wg.compile(lambda x, q: wg.quantile(x, q))
    x = wg.array(X[0], dtype="float32")
    for q in (0.3, 0.3, 0.9):
        found, expected = compiled(x, q), wg.quantile(x, q)
        assert found.dtype == expected.dtype == "float32"
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_through_numpy():
    x = wg.array(X, requires_grad=True)
    (np.median(x) + np.quantile(x, 0.25) + np.percentile(x, [10, 20]).sum() + np.nanmedian(x)).backward()
    assert wg.sum(x.grad).item() == pytest.approx(5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.median(np.ones((0, 2)), axis=0), wg.ShapeError, r"no median of no elements.*\(0, 2\)"),
        (lambda: wg.quantile([], 0.5), wg.ShapeError, "no quantile of no elements"),
        (lambda: wg.quantile([1.0], 1.5), ValueError, r"shares in \[0, 1\]"),
        (lambda: wg.percentile([1.0], np.nan), ValueError, r"percentiles for those in \[0, 100\]"),
        (lambda: wg.quantile([1.0], 0.5, method="mean"), ValueError, "one of linear, .*not 'mean'"),
        (lambda: wg.quantile([1j], 0.5), wg.DTypeError, "real numbers"),
        (lambda: wg.quantile([1.0], np.zeros((1, 1, 1))), wg.ShapeError, "2 dimensions"),
        (lambda: wg.quantile([1.0], 0.5, weights=[1.0]), ValueError, "inverted_cdf"),
        (lambda: wg.quantile([1.0], 0.5, weights=[-1.0], method="inverted_cdf"), ValueError, "not be negative"),
        (lambda: wg.quantile([1.0], 0.5, weights=[0.0], method="inverted_cdf"), ValueError, "not all be 0"),
        (lambda: wg.quantile([1.0], 0.5, weights=[1, 2], method="inverted_cdf"), wg.ShapeError, r"\(2,\) fit neither"),
        (lambda: wg.vmap(lambda q: wg.quantile([1.0], q))(np.ones(2)), wg.ConversionError, "quantile"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()

"""Reductions and scans where the general formula divides by zero, and linear recurrences by definition."""

from itertools import product as pairs

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.core.primitive import registry

RECURRENCE = registry["linear_recurrence"]
FACTORS = st.sampled_from([0.0, 1.0, -1.0, 2.0, -0.5, 3.0])  # products and sums of these are exact
VECTORS = hnp.arrays(np.float64, st.integers(0, 6), elements=FACTORS)


def leave_out(x, *places):
    """The product of all elements but those in some places, and 0 if a place is named twice."""
    return np.prod(np.delete(x, places)) if len(set(places)) == len(places) else 0.0


@given(VECTORS)
def test_derivatives_of_a_product(x):
    n = len(x)
    np.testing.assert_array_equal(wg.grad(wg.prod)(wg.array(x)), [leave_out(x, i) for i in range(n)])
    expected = np.reshape([leave_out(x, i, j) for i, j in pairs(range(n), repeat=2)], (n, n))
    np.testing.assert_array_equal(wg.hessian(wg.prod)(wg.array(x)), expected)
    np.testing.assert_array_equal(wg.jacrev(wg.jacrev(wg.prod))(wg.array(x)), expected)


@given(VECTORS, st.data())
def test_derivatives_of_a_cumulative_product(x, data):
    n = len(x)
    weights = data.draw(hnp.arrays(np.float64, n, elements=FACTORS))
    total = lambda x: wg.sum(wg.cumprod(x) * weights)  # noqa: E731

    def partial(*places):
        return sum(w * leave_out(x[: k + 1], *places) for k, w in enumerate(weights) if k >= max(places))

    np.testing.assert_array_equal(wg.grad(total)(wg.array(x)), [partial(i) for i in range(n)])
    expected = np.reshape([partial(i, j) for i, j in pairs(range(n), repeat=2)], (n, n))
    np.testing.assert_array_equal(wg.hessian(total)(wg.array(x)), expected)
    np.testing.assert_array_equal(wg.jacrev(wg.jacrev(total))(wg.array(x)), expected)


def test_the_third_derivative_of_a_product():
    x = np.array([0.0, 0.0, 0.0, 5.0])
    third = wg.jacfwd(wg.hessian(wg.prod))(wg.array(x))
    expected = np.reshape([leave_out(x, *places) for places in pairs(range(4), repeat=3)], (4, 4, 4))
    np.testing.assert_array_equal(third, expected)


def test_products_along_axes():
    x = np.random.default_rng(0).integers(-1, 3, (2, 3, 4)).astype(float)
    for axes in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2), ()):
        found = wg.grad(lambda x, axes=axes: wg.sum(wg.prod(x, axis=axes)))(wg.array(x))
        for place in np.ndindex(x.shape):
            others = x.copy()
            others[place] = 1
            assert found[place] == np.prod(others[tuple(slice(None) if a in axes else i for a, i in enumerate(place))])


@given(VECTORS, st.data())
def test_linear_recurrence(a, data):
    b = data.draw(hnp.arrays(np.float64, len(a), elements=FACTORS))
    h, expected = 0.0, []
    for factor, term in zip(a, b, strict=True):
        h = factor * h + term
        expected.append(h)
    np.testing.assert_array_equal(RECURRENCE(a, b, axis=0), expected)


def test_linear_recurrence_keeps_a_state_that_is_zero():
    a, b = np.array([np.nan, np.inf, np.nan, 2.0]), np.array([0.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(RECURRENCE(a, b, axis=0), [0.0, 0.0, 1.0, 3.0])
    assert np.isnan(RECURRENCE(a[:3], np.array([0.0, 1.0, 1.0]), axis=0)[2])


@pytest.mark.parametrize("offset", [0.0, 1e4, -1e4])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_shares_sum_to_one(offset, dtype):
    """The gradient of logsumexp is the softmax, as exact far from 0 as near it."""
    x = np.arange(5).astype(dtype)
    powers = np.exp(np.arange(5.0))
    found = wg.grad(wg.special.logsumexp)(wg.array(x + np.asarray(offset, dtype)))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, powers / powers.sum(), rtol=8 * np.finfo(dtype).eps)


def test_the_hessian_of_logsumexp():
    x = np.array([1.0, -np.inf, 1003.0, 1002.0])
    shares = np.array([0.0, 0.0, 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])
    expected = np.diag(shares) - np.outer(shares, shares)
    np.testing.assert_allclose(wg.hessian(wg.special.logsumexp)(wg.array(x)), expected, atol=1e-15)


def test_logsumexp_of_complex_numbers_has_the_principal_value():
    z = np.array([1 + 5j, 1 + 5.1j])
    np.testing.assert_allclose(wg.special.logsumexp(wg.array(z)), np.log(np.exp(z).sum()), rtol=1e-14)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=FACTORS))
def test_ties_share_evenly(x):
    for name, axis in pairs(("max", "min"), (0, 1, (0, 1))):
        extreme = getattr(np, name)(x, axis=axis, keepdims=True)
        ties = (x == extreme) / np.sum(x == extreme, axis=axis, keepdims=True)
        found = wg.grad(lambda x, n=name, a=axis: wg.sum(getattr(wg, n)(x, axis=a)))(wg.array(x))
        np.testing.assert_array_equal(found, ties)


def test_a_norm_of_any_part():
    x = np.array([[3.0, 0.0], [4.0, 0.0]])
    gradient = wg.grad(lambda x: wg.sum(wg.linalg.norm(x, axis=0) * np.array([5.0, 1.0])))(wg.array(x))
    np.testing.assert_allclose(gradient, [[3.0, 0.0], [4.0, 0.0]], rtol=1e-15)
    np.testing.assert_array_equal(wg.hessian(wg.linalg.norm)(wg.zeros(2)), np.zeros((2, 2)))

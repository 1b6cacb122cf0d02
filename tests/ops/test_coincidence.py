"""Quotients by gaps that are rounding: 0 where the numerator is rounding too, else NaN; in derivatives as well."""

import numpy as np
import pytest

import wengert as wg
from wengert.core.primitive import registry

DIVIDE, SHARES = registry["divide_by_gaps"], registry["tie_shares"]
W = np.array([1.0, 1.0 + 2e-16, 3.0])
E = np.array([[5.0, 1e-17, 2.0], [0.0, 6.0, 4.0], [2.0, 4.0, 7.0]])
ONE = np.ones((1, 1))
OPTIONS = {"size": 3, "hollow": True}


def test_a_numerator_that_is_rounding_gives_0():
    np.testing.assert_allclose(DIVIDE(E, W, W, ONE, **OPTIONS), [[0, 0, 1], [0, 0, 2], [-1, -2, 0]])


@pytest.mark.parametrize("bound", [ONE, -ONE, np.nan * ONE])
def test_one_that_is_not_gives_nan_and_a_negative_bound_always(bound):
    moved = E + 0.1 if bound[0, 0] > 0 else E
    found = np.asarray(DIVIDE(moved, W, W, bound, **OPTIONS))
    np.testing.assert_array_equal(np.isnan(found), [[False, True, False], [True, False, False], [False, False, False]])


def test_tangents_are_looked_at_again():
    """A quotient of 0 by rounding hides nothing: what moves the numerator is divided by the same gap."""
    function = lambda e: DIVIDE(e, W, W, ONE, **OPTIONS)  # noqa: E731
    _, moved = wg.jvp(function, (E,), (np.ones((3, 3)),))
    assert np.isnan(np.asarray(moved)[0, 1])
    assert np.isfinite(np.asarray(moved)[2]).all()
    pulled = np.asarray(wg.vjp(function, E)[1](np.ones((3, 3)))[0])
    assert np.isnan(pulled[1, 0])


def test_shares_of_chains_and_of_zeros():
    np.testing.assert_allclose(SHARES(W, W, size=3, signed=False), [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]])
    values = np.array([2.0, 1e-17, 0.0])
    np.testing.assert_allclose(SHARES(values, values, size=3, signed=True), [[1, 0, 0], [0, 0, 0], [0, 0, 0]])
    turned, given = np.array([2j, 1.0]), np.array([1.0 + 1e-12, 2j])
    np.testing.assert_allclose(SHARES(turned, given, size=2, signed=False), [[0, 1], [1, 0]])

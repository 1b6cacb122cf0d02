"""Polynomials fitted to samples are NumPy's, and differentiable in everything."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=25, deadline=None)
X = np.array([0.0, 0.7, 1.1, 2.0, 2.9, 3.3])
Y = np.array([1.0, 0.2, -0.5, 0.4, 2.0, 3.1])
W = np.array([1.0, 0.5, 2.0, 1.0, 0.7, 1.5])


@FEW
@given(
    deg=st.integers(0, 4),
    columns=st.sampled_from([None, 1, 3]),
    weighted=st.booleans(),
    more=st.sampled_from([{}, {"full": True}, {"cov": True}, {"cov": "unscaled"}, {"rcond": 1e-3}]),
    recorded=st.booleans(),
)
def test_polyfit(deg, columns, weighted, more, recorded):
    y = Y if columns is None else Y[:, None] * np.arange(1.0, 1.0 + columns)
    w = W if weighted else None
    expected = np.polyfit(X, y, deg, w=w, **more)
    found = wg.polyfit(wg.array(X, requires_grad=recorded), y, deg, w=w, **more)
    if not isinstance(expected, tuple):
        found, expected = (found,), (expected,)
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        if not isinstance(mine, float):
            mine = mine.detach()
            assert mine.shape == np.shape(theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-10)


def test_derivatives_of_polyfit(smooth):
    smooth(lambda x, y, w: wg.polyfit(x, y, 2, w=w), X, Y, W)
    wg.testing.check_grads(lambda x, y: wg.polyfit(x, y, 2, cov=True), (X, Y), order=1)


def test_too_few_samples():
    with pytest.warns(np.exceptions.RankWarning, match="do not determine"):
        found = wg.polyfit([1.0, 2.0], [1.0, 3.0], 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_allclose(found, np.polyfit([1.0, 2.0], [1.0, 3.0], 3))
    with pytest.raises(wg.ShapeError, match="unscaled"):
        wg.polyfit(X[:3], Y[:3], 2, cov=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wg.polyfit(X, Y[:4], 1), r"y of shape \(4,\)"),
        (lambda: wg.polyfit([], [], 1), "vector with elements"),
        (lambda: wg.polyfit(X, Y, -1), "no degree -1"),
        (lambda: wg.polyfit(X, Y, 1, w=[1.0]), "weights of shape"),
        (lambda: wg.polyfit(X + 1j, Y, 1), "real"),
    ],
)
def test_errors(call, message):
    with pytest.raises((wg.ShapeError, wg.DTypeError), match=message):
        call()

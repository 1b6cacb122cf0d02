"""Polynomials are evaluated as NumPy does, and are smooth in their coefficients and in the variable."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


@FEW
@given(data=st.data(), degree=st.integers(-1, 3))
def test_like_numpy(data, degree, arrays, like_numpy):
    like_numpy("polyval", data.draw(arrays(shape=(degree + 1,))), data.draw(arrays()))


@pytest.mark.parametrize("p", [[], [2], [1, 2.5], np.ones((3, 2)), np.ones((2, 3, 1))])
@pytest.mark.parametrize("x", [3, 0.5, [1, 2], np.array([0.25, -1.5], "float32"), [1j, 2.0]])
def test_weak_and_nested_arguments(p, x, like_numpy):
    like_numpy("polyval", p, x)


@pytest.mark.parametrize("shape", [(), (3,), (2, 1)])
def test_derivatives(shape, smooth):
    rng = np.random.default_rng(0)
    smooth(wg.polyval, rng.normal(size=4), rng.normal(size=shape))
    smooth(wg.polyval, rng.normal(size=(3, 2)), rng.normal(size=(2, 2)))


def test_numpys_function_on_recorded_arrays():
    x = wg.array([0.5, 2.0], requires_grad=True)
    np.polyval([3.0, 1.0, 0.0], x).sum().backward()
    np.testing.assert_allclose(x.grad, [4.0, 13.0])


def test_errors():
    with pytest.raises(wg.ShapeError, match="polyval needs an array of coefficients"):
        wg.polyval(1.0, 2.0)
    with pytest.raises(wg.DTypeError, match="np.polyval composes"):
        wg.polyval([1.0, 2.0], np.poly1d([1.0, 1.0]))

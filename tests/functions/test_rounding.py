"""Rounding is NumPy's, and has the derivative 0."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "rint"])
@FEW
@given(data=st.data())
def test_to_integers(name, data, arrays, like_numpy):
    like_numpy(name, data.draw(arrays()))


@FEW
@given(data=st.data(), decimals=st.integers(-2, 3))
def test_to_decimals(data, decimals, arrays, like_numpy):
    dtypes = ("float64", "float32", "complex128", "int64")
    x = 40 * data.draw(arrays(dtypes=dtypes, finite=True))
    like_numpy("round", x, decimals, rtol=1e-14 if x.dtype.kind == "c" else 0)
    like_numpy("round", data.draw(arrays(dtypes=dtypes)))


def test_integers_stay_integers(like_numpy):
    like_numpy("round", np.array([15, 25, -35], "int8"), -1)
    like_numpy("round", np.array([15, 25], "int8"), 2)
    like_numpy("round", 1234, -2)


@pytest.mark.parametrize("f", [wg.floor, wg.ceil, wg.trunc, wg.rint, wg.round, lambda x: wg.round(x, 1)])
def test_derivatives_are_zero(f):
    x = np.array([0.26, 1.74])
    assert wg.grad(lambda x: wg.sum(f(x)))(x).tolist() == [0.0, 0.0]
    assert wg.jvp(f, (x,), (np.ones(2),))[1].tolist() == [0.0, 0.0]

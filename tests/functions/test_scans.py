"""The array API's cumulative sums and products, and running extremes; cumsum and cumprod are with the reductions."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=18, deadline=None)


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
@FEW
@given(data=st.data(), include=st.booleans(), dtype=st.sampled_from([None, "float32", "complex128"]))
def test_like_numpy(name, data, include, dtype, arrays, like_numpy, tolerance):
    x = data.draw(arrays(finite=True))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    if x.dtype.kind == "c" and dtype == "float32":
        return
    like_numpy(name, x, axis=axis, include_initial=include, dtype=dtype, rtol=1e-4)


def test_derivatives(smooth):
    x = np.array([[0.5, -1.2, 2.0], [1.5, 0.4, -0.3]])
    smooth(lambda x: wg.cumulative_prod(x, axis=1, include_initial=True), x)
    smooth(lambda x: wg.cumulative_sum(x, axis=0) ** 2, x)


def test_several_axes():
    with pytest.raises(wg.ShapeError, match=r"\(2, 2\) has several axes"):
        wg.cumulative_sum(np.ones((2, 2)))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@FEW
@given(data=st.data())
def test_running_extremes(name, data, arrays, like_numpy):
    x = data.draw(arrays(data.draw(st.sampled_from([(4,), (2, 3), (0, 2)]))))
    for axis in range(x.ndim):
        like_numpy("cum" + name[:3], x, axis, numpy=getattr(np, name).accumulate)


def test_derivatives_of_running_extremes(smooth):
    x = np.array([[0.5, -1.2, 2.0, 1.0], [1.5, 0.4, -0.3, 1.7]])
    smooth(lambda x: wg.cummax(x, axis=1) ** 2 + wg.cummin(x, axis=0), x)
    recorded = wg.array([1.0, 3.0, 3.0, 2.0, 4.0], requires_grad=True)
    np.maximum.accumulate(recorded).sum().backward()
    np.testing.assert_array_equal(recorded.grad, [1.0, 2.0, 1.0, 0.0, 1.0])

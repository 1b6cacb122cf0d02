"""Convolution and correlation are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
MODES = ("full", "same", "valid")


@pytest.mark.parametrize("name", ["convolve", "correlate"])
@FEW
@given(data=st.data(), mode=st.sampled_from(MODES))
def test_like_numpy(name, data, mode, arrays, like_numpy, tolerance):
    x = data.draw(arrays((data.draw(st.integers(0, 5)),), finite=True))
    y = data.draw(arrays((data.draw(st.integers(0, 5)),), finite=True))
    like_numpy(name, x, y, mode=mode, rtol=tolerance(x, y))
    if x.size and y.size:
        like_numpy(name, x, y, rtol=tolerance(x, y))


def test_numbers_and_sequences(like_numpy):
    like_numpy("convolve", 2.0, [1, 2])
    like_numpy("correlate", [1, 2, 3], [1j, 2])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [wg.convolve, wg.correlate])
def test_derivatives(mode, function, smooth):
    long, short = np.array([0.3, -1.0, 2.0, 0.7, 1.1]), np.array([1.5, -0.4])
    smooth(lambda x, y: function(x, y, mode), long, short)
    smooth(lambda x, y: function(x, y, mode), short, long)
    smooth(lambda x, y: function(x, y, mode), long + 0.5j, (1 + 2j) * short)


def test_stacks_by_vmap():
    x, y = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0])
    found = wg.vmap(lambda x: wg.grad(lambda y: wg.sum(wg.convolve(x, y) ** 2))(y))(x)
    expected = [wg.grad(lambda y, row=row: wg.sum(np.convolve(row, y) ** 2))(wg.array(y)) for row in x]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.convolve(np.ones((2, 2)), [1.0]), wg.ShapeError, r"takes vectors.*\(2, 2\).*vmap"),
        (lambda: wg.correlate([], [1.0]), wg.ShapeError, "with elements"),
        (lambda: wg.correlate([1.0], [1.0], "circular"), ValueError, "'full', 'same' or 'valid', not 'circular'"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()

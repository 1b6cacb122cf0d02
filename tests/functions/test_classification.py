"""What is real, complex or infinite is NumPy's."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data())
def test_of_elements(data, arrays, like_numpy):
    x = data.draw(arrays())
    for name in ("isreal", "iscomplex", "isposinf", "isneginf"):
        like_numpy(name, x)
    assert wg.isrealobj(x) is np.isrealobj(x)
    assert wg.iscomplexobj(wg.array(x)) is np.iscomplexobj(x)


def test_of_numbers_and_targets():
    for name in ("isreal", "iscomplex", "isposinf", "isneginf"):
        same(getattr(wg, name)(np.inf), getattr(np, name)(np.inf))
    out = wg.zeros(2, bool)
    assert wg.isposinf([1.0, np.inf], out) is out
    same(out, np.array([False, True]))
    for thing in (1, 1.0, 1j, np.float32(1), np.ones(()), [1], None, "a"):
        assert wg.isscalar(thing) is np.isscalar(thing)
    with pytest.raises(TypeError, match="isneginf takes real"):
        wg.isneginf(1j)
    assert np.isrealobj(wg.array([1.0], requires_grad=True))

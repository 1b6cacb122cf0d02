"""Broadcasting is NumPy's, and so are the questions about shapes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=25, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3))
def test_broadcasting(shapes, like_numpy):
    xs = [np.arange(math.prod(s)).reshape(s) for s in shapes.input_shapes]
    like_numpy("broadcast_arrays", *xs)
    for x in xs:
        like_numpy("broadcast_to", x, shapes.result_shape)


@FEW
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=3, min_side=0, max_side=3), data=st.data())
def test_shapes(shapes, data):
    assert wg.broadcast_shapes(*shapes.input_shapes) == shapes.result_shape
    x = np.ones(shapes.result_shape)
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    for given_ in (x, wg.array(x, requires_grad=True), x.tolist()):
        shape = np.shape(given_ if isinstance(given_, list) else x)
        assert wg.shape(given_) == shape
        assert wg.ndim(given_) == len(shape)
        assert wg.size(given_) == math.prod(shape)
    assert wg.size(x, axis) == np.size(x, axis)
    assert np.shape(wg.array(x, requires_grad=True)) == x.shape


def test_errors():
    for shape in [(3,), (2, 2, 1), (2,), ()]:
        with pytest.raises(wg.ShapeError, match=r"\(2, 2\) does not broadcast"):
            wg.broadcast_to(np.ones((2, 2)), shape)
    with pytest.raises(wg.ShapeError, match=r"\(2,\) and \(3,\)"):
        wg.broadcast_arrays(np.ones(2), np.ones(3))
    with pytest.raises(wg.ShapeError, match=r"\(2,\) and \(3,\)"):
        wg.broadcast_shapes(2, (3,))
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.broadcast_shapes((-1,))
    with pytest.raises(TypeError, match="integers"):
        wg.broadcast_shapes(2.5)
    with pytest.raises(wg.ShapeError, match="axis 1"):
        wg.size([1.0], 1)

"""Reversing, shifting and turning are NumPy's, and so are their derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data(), shape=SHAPES)
def test_flips_and_turns(data, shape, like_numpy):
    x, ndim = numbers(shape), len(shape)
    axis = data.draw(st.integers(-ndim, ndim - 1))
    like_numpy("flip", x)
    like_numpy("flip", x, axis)
    like_numpy("flip", x, axis=tuple(data.draw(st.lists(st.integers(0, ndim - 1), unique=True))))
    like_numpy("fliplr", x)
    like_numpy("flipud", x)
    like_numpy("rot90", x, data.draw(st.integers(-5, 5)), (axis, data.draw(st.integers(-ndim, ndim - 1))))


@FEW
@given(data=st.data(), shape=SHAPES)
def test_roll(data, shape, like_numpy):
    x, ndim = numbers(shape), len(shape)
    shift, axis = st.integers(-5, 5), st.integers(-ndim, ndim - 1)
    like_numpy("roll", x, data.draw(shift))
    like_numpy("roll", x, data.draw(shift), axis=data.draw(axis))
    count = data.draw(st.integers(1, 3))
    shifts = tuple(data.draw(st.lists(shift, min_size=count, max_size=count)))
    axes = tuple(data.draw(st.lists(axis, min_size=count, max_size=count)))
    like_numpy("roll", x, shifts, axes)
    like_numpy("roll", x, shifts, axes[0])
    like_numpy("roll", x, shifts[0], axes)
    like_numpy("roll", x, shifts)


def test_errors():
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.flip([1.0], 1)
    with pytest.raises(wg.ShapeError, match="different axes"):
        wg.rot90(np.ones((2, 2)), axes=(0, -2))
    with pytest.raises(wg.ShapeError, match="equal lengths"):
        wg.roll(np.ones((2, 2)), (1, 2, 3), (0, 1))
    with pytest.raises(TypeError, match="shift must be"):
        wg.roll([1.0], 0.5)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.flip(x, 1),
        lambda x: wg.roll(x, (1, -1), (0, 1)),
        lambda x: wg.roll(x, 2),
        lambda x: wg.rot90(x),
        lambda x: wg.rollaxis(x, 1),
        lambda x: wg.rot90(x, 3),
    ],
)
def test_derivatives(function):
    x = numbers((2, 3)) / 4
    wg.testing.check_grads(lambda x: function(x) ** 2, (x,), order=2, modes=("fwd", "rev"))
    batch = np.stack([x, -x])
    same(wg.vmap(function)(batch), np.stack([function(wg.array(v)).numpy() for v in batch]))


@FEW
@given(data=st.data(), shape=SHAPES)
def test_rollaxis(data, shape, like_numpy):
    rank = len(shape)
    like_numpy(
        "rollaxis", numbers(shape), data.draw(st.integers(-rank, rank - 1)), data.draw(st.integers(-rank - 1, rank + 1))
    )

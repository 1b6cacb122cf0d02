"""Broadcasting is undone in one place, and sums what it repeated."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.core.errors import ShapeError
from wengert.core.types import broadcast_shapes
from wengert.ops import shaping

MUTUAL = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0)


@given(MUTUAL)
def test_unbroadcast_is_the_adjoint_of_broadcasting(shapes):
    small, large = shapes.input_shapes[0], shapes.result_shape
    random = np.random.default_rng(0)
    x, y = random.normal(size=small), random.normal(size=large)
    found = shaping.unbroadcast(y, small)
    assert found.shape == small
    np.testing.assert_allclose(np.sum(found * x), np.sum(y * np.broadcast_to(x, large)), atol=1e-12)


@given(MUTUAL)
def test_gradients_have_the_shapes_of_what_was_broadcast(shapes):
    xs = [wg.ones(shape) for shape in shapes.input_shapes]
    gradients = wg.grad(lambda x, y: wg.sum(x * y), argnums=(0, 1))(*xs)
    size = int(np.prod(shapes.result_shape))
    for x, gradient in zip(xs, gradients, strict=True):
        assert gradient.shape == x.shape
        np.testing.assert_array_equal(gradient, np.full(x.shape, size / max(x.size, 1) if size else 0))


@given(MUTUAL)
def test_broadcast_shapes(shapes):
    assert broadcast_shapes(*shapes.input_shapes) == shapes.result_shape


def test_shapes_that_do_not_broadcast():
    with pytest.raises(ShapeError, match=r"\(2,\) and \(3,\)"):
        broadcast_shapes((2,), (3,))


@given(st.integers(0, 3), st.integers(0, 3))
def test_move_axis(source, target):
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    np.testing.assert_array_equal(shaping.move_axis(x, source, target), np.moveaxis(x, source, target))


def test_adjoint_of_a_stack():
    a = np.arange(12).reshape(2, 2, 3) * (1 + 2j)
    np.testing.assert_array_equal(shaping.adjoint(a), np.conj(np.swapaxes(a, -1, -2)))


def test_spread_gives_every_entry_the_same():
    np.testing.assert_array_equal(shaping.spread(np.array([1.0, 2.0]), False, 3), [[1.0, 2.0]] * 3)
    np.testing.assert_array_equal(shaping.spread(np.ones((3, 2)), True, 3), np.ones((3, 2)))
    np.testing.assert_array_equal(shaping.spread(2.0, False, 3), [2.0] * 3)

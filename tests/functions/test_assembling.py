"""Putting in, taking out, repeating and joining blocks are NumPy's, and so are their derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=25, deadline=None)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data(), shape=SHAPES, dtype=st.sampled_from(["float64", "int64", "complex128"]))
def test_insert_and_delete(data, shape, dtype, arrays, like_numpy):
    x = numbers(shape).astype(dtype)
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    n = x.size if axis is None else shape[axis]
    integer = st.integers(-n, n)
    place = data.draw(
        integer
        | st.lists(integer, max_size=3)
        | hnp.arrays(np.int64, st.tuples(st.integers(0, 3)), elements=integer)
        | st.builds(slice, integer, integer, st.sampled_from([None, 1, 2, -1]))
        | st.lists(st.booleans(), min_size=n, max_size=n).map(lambda flags: np.array(flags, bool))
    )
    like_numpy("insert", x, place, data.draw(arrays((), dtypes=("int64", dtype), finite=True)), axis)
    if isinstance(place, (int, list)):
        place = np.asarray(place, int)[np.less(place, n)]
    elif isinstance(place, np.ndarray) and place.dtype.kind == "i":
        place = place[place < n]
    like_numpy("delete", x, place, axis=axis)


@FEW
@given(data=st.data(), shape=SHAPES)
def test_insert_several(data, shape, arrays, like_numpy):
    x, axis = numbers(shape).astype(float), data.draw(st.integers(0, len(shape) - 1))
    places = data.draw(st.lists(st.integers(0, shape[axis]), min_size=2, max_size=3))
    block = data.draw(arrays((*shape[:axis], len(places), *shape[axis + 1 :]), dtypes=("float64",)))
    like_numpy("insert", x, places, block, axis)
    like_numpy("insert", x, places[:1], block, axis)
    like_numpy("insert", x, places[0], np.moveaxis(block, axis, 0), axis)
    like_numpy("insert", x, places[0], block, axis)
    like_numpy("insert", x, min(places[0], x.size), np.arange(3), None)


@FEW
@given(data=st.data(), many=st.booleans())
def test_delete_of_many_runs(data, many, like_numpy):
    x = np.arange(60.0)
    like_numpy(
        "delete",
        x,
        data.draw(st.lists(st.integers(-60, 59), min_size=18 if many else 0, max_size=40, unique=True)) or [],
    )


@FEW
@given(data=st.data(), shape=SHAPES)
def test_append_resize_trim(data, shape, arrays, like_numpy):
    x = data.draw(arrays(shape))
    like_numpy("append", x, data.draw(arrays()))
    like_numpy("append", x, x, axis=data.draw(st.integers(-len(shape), len(shape) - 1)))
    new = data.draw(st.integers(0, 7) | hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4))
    like_numpy("resize", x, new)
    sparse = np.where(numbers(shape) % 3 == 0, x, x.dtype.type(0))
    trim = data.draw(st.sampled_from(["fb", "f", "b", "BF"]))
    like_numpy("trim_zeros", sparse.ravel(), trim)
    like_numpy("trim_zeros", sparse, trim)
    like_numpy("trim_zeros", sparse, trim, axis=data.draw(st.integers(-len(shape), len(shape) - 1)))


@FEW
@given(data=st.data())
def test_kron(data, arrays, like_numpy):
    shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=2)
    like_numpy("kron", data.draw(arrays(shapes, finite=True)), data.draw(arrays(shapes, finite=True)))


def test_block():
    a, b, c = np.eye(2), np.full((2, 3), 2.0), np.arange(5)
    for nested in (
        [[a, b], [c]],
        [[a, b], [c], [1, 2, 3, 4, 5]],
        [a, b],
        [1.0, c],
        [[[a], [a]], [[a + 1], [a - 1]]],
        a,
        2,
        [[1, 2], [3, 4]],
        [[np.ones((1, 2, 3)), a]],
    ):
        expected = np.block(nested)
        same(wg.block(nested), expected)
        recorded = _each(nested, lambda x: wg.array(np.asarray(x, float), requires_grad=True))
        same(wg.block(recorded), expected.astype(float))
        same(np.block(recorded), expected.astype(float))


def _each(nested, function):
    return [_each(x, function) for x in nested] if isinstance(nested, list) else function(nested)


def test_errors():
    for bad in ([], [[]], [[1], 2], [np.ones(2), [1]]):
        with pytest.raises(wg.ShapeError, match="block"):
            wg.block(bad)
    with pytest.raises(TypeError, match="not tuples"):
        wg.block((1, 2))
    with pytest.raises(ValueError, match="joined"):
        wg.block([[np.ones((2, 2)), np.ones((3, 1))]])
    with pytest.raises(IndexError, match="place 3"):
        wg.insert([1.0, 2.0], 3, 0.0)
    with pytest.raises(IndexError, match="float64"):
        wg.insert([1.0, 2.0], [0.5], 0.0)
    with pytest.raises(wg.ShapeError, match="selects the shape"):
        wg.insert([1.0, 2.0], [0, 1], [1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match="gradient"):
        wg.insert([1, 2], 0, wg.array(1.0, requires_grad=True))
    with pytest.raises(IndexError, match="place -3"):
        wg.delete([1.0, 2.0], -3)
    with pytest.raises(IndexError, match="float64"):
        wg.delete([1.0, 2.0], 0.5)
    with pytest.raises(wg.ShapeError, match="boolean for each"):
        wg.delete([1.0, 2.0], [True])
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.resize([1.0], (-1,))
    with pytest.raises(ValueError, match="'f', 'b' or 'fb'"):
        wg.trim_zeros([1.0], "x")


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: wg.append(x, y, axis=0),
        lambda x, y: wg.insert(x, 1, y[0], axis=0),
        lambda x, y: wg.insert(x, [0, 2, 0], y, axis=1),
        lambda x, y: wg.insert(x, slice(0, 2), y[0, 0]),
        lambda x, y: wg.delete(x, [0, 2], axis=1) * y[0, 0],
        lambda x, y: wg.delete(wg.concatenate([x, y], axis=None), slice(0, 5, 2)),
        lambda x, y: wg.resize(x, (2, 5)) + y[0, 0],
        lambda x, y: wg.block([[x, y], [y, x]]),
        lambda x, y: wg.kron(x, y),
        lambda x, y: wg.kron(x[0], y),
    ],
)
def test_derivatives(function, smooth):
    x = np.array([[0.5, 2.0, -1.0], [1.5, -0.25, 3.0]])
    smooth(lambda x, y: function(x, y) ** 2, x, x[::-1] - 0.75)


def test_the_derivative_of_trimming():
    wg.testing.check_grads(
        lambda x: wg.trim_zeros(wg.where(x > 0, x, 0)) ** 2, (np.array([-1.0, 2.0, -0.5, 1.0, -2.0]),)
    )

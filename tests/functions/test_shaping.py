"""Shapes, axes, types and repetition are NumPy's, and so are their derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)


def numbers(*shape):
    return np.arange(1.0, 1.0 + math.prod(shape)).reshape(shape) / 4


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


# Type


@FEW
@given(data=st.data(), dtype=st.sampled_from(["float32", "float64", "int8", "uint16", "bool", "complex64", float, int]))
def test_astype(data, dtype, arrays):
    x = data.draw(arrays(finite=True))
    if x.dtype.kind == "c" and np.dtype(dtype).kind in "fiu":
        with pytest.raises(TypeError, match="imaginary"):
            wg.astype(x, dtype)
        return
    x = abs(x) if np.dtype(dtype).kind == "u" else x
    same(wg.astype(x, dtype), x.astype(dtype))


def test_astype_of_other_things():
    x = wg.ones(2)
    assert wg.astype(x, float, copy=False) is x
    assert wg.astype(x, float) is not x
    with pytest.raises(TypeError, match="dtype of neither"):
        wg.astype(x, "U3")
    y = wg.astype(wg.ones(2, requires_grad=True), "float32")
    assert y.dtype == np.float32
    assert y.requires_grad
    assert not wg.astype(wg.ones(2, requires_grad=True), int).requires_grad


def test_a_copy_has_memory_of_its_own():
    x = np.ones(2)
    shared, copied = wg.asarray(x), wg.copy(x)
    x[0] = 5
    same(shared, np.array([5.0, 1]))
    same(copied, np.ones(2))
    same(wg.grad(lambda x: (wg.copy(x) ** 2).sum())(x), 2 * x)


# Shape


@FEW
@given(data=st.data(), shape=SHAPES, order=st.sampled_from("CF"))
def test_reshape(data, shape, order, like_numpy):
    x = np.arange(math.prod(shape)).reshape(shape)
    factors = data.draw(st.permutations(shape + (1,) * data.draw(st.integers(0, 2))))
    like_numpy("reshape", x, tuple(factors), order=order)
    if x.size and factors:
        factors[data.draw(st.integers(0, len(factors) - 1))] = -1
        like_numpy("reshape", x, tuple(factors), order=order)
    like_numpy("reshape", x, -1, order=order)
    like_numpy("ravel", x, order)


@pytest.mark.parametrize("shape", [(4,), (4, -1), (-1, -1), (-2, -3), (0, -1), 5])
def test_a_shape_that_does_not_fit(shape):
    with pytest.raises(wg.ShapeError, match=r"shape \(2, 3\) has 6 element"):
        wg.reshape(np.ones((2, 3)), shape)


def test_other_errors_of_reshape():
    with pytest.raises(TypeError, match="tuple of integers"):
        wg.reshape([1.0], (1.0,))
    with pytest.raises(TypeError, match="tuple of integers"):
        wg.reshape([1.0], None)
    with pytest.raises(ValueError, match="'C' or 'F', not 'A'"):
        wg.reshape([1.0], 1, order="A")


@FEW
@given(data=st.data(), shape=SHAPES)
def test_squeeze_and_expand_dims(data, shape, like_numpy):
    x = np.ones(shape)
    like_numpy("squeeze", x)
    ones = [i for i, n in enumerate(shape) if n == 1]
    axes = tuple(data.draw(st.lists(st.sampled_from(ones), unique=True))) if ones else ()
    like_numpy("squeeze", x, axis=axes)
    new = data.draw(st.lists(st.integers(0, len(shape) + 1), unique=True, min_size=2, max_size=2))
    like_numpy("expand_dims", x, axis=tuple(new))
    like_numpy("expand_dims", x, new[0] - len(shape) - 1 if new[0] <= len(shape) else 0)
    for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
        like_numpy(name, x)
        like_numpy(name, x, 3.0, [1, 2])


def test_errors_of_squeeze_and_expand_dims():
    with pytest.raises(wg.ShapeError, match=r"\(2, 1\)"):
        wg.squeeze(np.ones((2, 1)), 0)
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.expand_dims([1.0], 5)
    with pytest.raises(wg.ShapeError, match="twice"):
        wg.expand_dims([1.0], (0, 0))


def test_what_does_nothing_still_gives_another_array():
    x = wg.ones((2, 2))
    for y in (
        wg.reshape(x, (2, 2)),
        wg.squeeze(x),
        wg.atleast_2d(x),
        wg.tile(x, 1),
        wg.repeat(x, 1, 0),
        wg.transpose(x, (0, 1)),
        wg.broadcast_to(x, (2, 2)),
        wg.copy(x),
        wg.flip(x, ()),
        wg.roll(x, 0),
        wg.rot90(x, 4),
        wg.pad(x, 0),
        x[...],
    ):
        y += 1
        same(y, np.full((2, 2), 2.0))
        same(x, np.ones((2, 2)))


# Axes


@FEW
@given(data=st.data(), shape=SHAPES)
def test_orders_of_axes(data, shape, like_numpy):
    x = np.arange(math.prod(shape)).reshape(shape)
    ndim = len(shape)
    order = data.draw(st.permutations(range(ndim)))
    signed = tuple(i - data.draw(st.sampled_from([0, ndim])) for i in order)
    like_numpy("transpose", x)
    like_numpy("transpose", x, signed)
    like_numpy("permute_dims", x, signed)
    if ndim > 1:
        like_numpy("matrix_transpose", x)
    if ndim:
        i, j = (data.draw(st.integers(-ndim, ndim - 1)) for _ in "ij")
        like_numpy("swapaxes", x, i, j)
        like_numpy("moveaxis", x, i, j)
    count = data.draw(st.integers(0, ndim))
    other = data.draw(st.permutations(range(ndim)))
    like_numpy("moveaxis", x, signed[:count], other[:count])


def test_errors_of_axes():
    x = np.ones((2, 3))
    with pytest.raises(wg.ShapeError, match=r"permutation of the 2 axes.*\(0, 0\)"):
        wg.transpose(x, (0, 0))
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.transpose(x, (0, 2))
    with pytest.raises(wg.ShapeError, match="two dimensions"):
        wg.matrix_transpose([1.0])
    with pytest.raises(wg.ShapeError, match="axis2 5"):
        wg.swapaxes(x, 0, 5)
    with pytest.raises(wg.ShapeError, match="as many axes"):
        wg.moveaxis(x, (0, 1), 0)
    with pytest.raises(wg.ShapeError, match="twice"):
        wg.moveaxis(x, (0, 0), (0, 1))
    with pytest.raises(TypeError, match="integer"):
        wg.swapaxes(x, 0.5, 1)


# Repetition


@FEW
@given(data=st.data(), shape=SHAPES)
def test_repeat_and_tile(data, shape, like_numpy):
    x = np.arange(math.prod(shape)).reshape(shape)
    axis = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1)) if shape else None
    n = x.size if axis is None else shape[axis]
    like_numpy("repeat", x, data.draw(st.integers(0, 3)), axis)
    like_numpy("repeat", x, data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), axis=axis)
    like_numpy("tile", x, data.draw(st.integers(0, 3)))
    like_numpy("tile", x, tuple(data.draw(st.lists(st.integers(0, 2), max_size=4))))


def test_errors_of_repeat_and_tile():
    for repeats in ([1, 2], [[1]], -1, [1, -1, 1]):
        with pytest.raises(wg.ShapeError, match="repeats"):
            wg.repeat(np.ones(3), repeats)
    with pytest.raises(TypeError, match="repeats must be integers"):
        wg.repeat(np.ones(3), 1.5)
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.tile([1.0], -1)
    with pytest.raises(wg.ConversionError, match=r"number of repeats.*vmap"):
        wg.vmap(lambda n: wg.repeat(wg.ones(3), n))(np.array([1, 2]))


# Derivatives


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.reshape(x, (3, 2), order="F"),
        lambda x: wg.ravel(x),
        lambda x: wg.squeeze(wg.expand_dims(x, (0, 2)), 0),
        lambda x: wg.transpose(x),
        lambda x: wg.moveaxis(x, 0, 1),
        lambda x: wg.broadcast_to(x[:, :1], (2, 2, 4)),
        lambda x: wg.broadcast_arrays(x, x[0])[1] * x,
        lambda x: wg.repeat(x, 2, axis=1),
        lambda x: wg.repeat(x, [2, 0, 1], axis=1),
        lambda x: wg.repeat(x, 3),
        lambda x: wg.tile(x, (2, 1, 2)),
        lambda x: wg.atleast_3d(x),
        lambda x: wg.astype(x, "complex128") * (1 + 2j),
    ],
)
def test_derivatives(function):
    wg.testing.check_grads(lambda x: function(x) ** 2, (numbers(2, 3),), order=2, modes=("fwd", "rev"))
    batch = np.stack([numbers(2, 3), -numbers(2, 3)])
    same(wg.vmap(function)(batch), np.stack([function(wg.array(x)).numpy() for x in batch]))


def test_copies_and_layout():
    x = np.arange(6.0).reshape(2, 3)
    for order in "KACF":
        found = wg.copy(x, order).numpy()
        assert found.flags.f_contiguous == np.copy(x, order).flags.f_contiguous
        np.testing.assert_array_equal(found, x)
    recorded = wg.array(x, requires_grad=True)
    assert np.copy(recorded, order="F").requires_grad
    assert wg.reshape(recorded, 6, copy=True).requires_grad
    assert np.shares_memory(wg.reshape(x, 6, copy=False).numpy(), x)
    assert not np.shares_memory(wg.reshape(x, 6, copy=True).numpy(), x)
    with pytest.raises(ValueError, match="copy"):
        wg.reshape(x.T, 6, copy=False)
    with pytest.raises(ValueError, match="order must be"):
        wg.copy(x, "Z")
    with pytest.raises(ValueError, match="'cpu'"):
        wg.astype(x, int, device="gpu")

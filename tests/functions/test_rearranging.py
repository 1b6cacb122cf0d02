"""Reversing, shifting, padding, triangles and diagonals are NumPy's, and so are their derivatives."""

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


@st.composite
def widths(draw, ndim):
    pair = st.tuples(st.integers(0, 4), st.integers(0, 4))
    return draw(
        st.integers(0, 4)
        | pair
        | st.lists(pair, min_size=ndim, max_size=ndim)
        | st.dictionaries(st.integers(0, ndim - 1), pair | st.integers(0, 3))
    )


@FEW
@given(data=st.data(), shape=SHAPES, mode=st.sampled_from(["edge", "reflect", "symmetric", "wrap", "constant"]))
def test_pad(data, shape, mode, like_numpy):
    like_numpy("pad", numbers(shape), data.draw(widths(len(shape))), mode)


@FEW
@given(data=st.data(), shape=SHAPES, dtype=st.sampled_from(["float64", "int64", "complex128"]))
def test_pad_with_constants(data, shape, dtype, like_numpy):
    number = st.integers(-3, 3)
    pair = st.tuples(number, number)
    values = data.draw(number | pair | st.lists(pair, min_size=len(shape), max_size=len(shape)))
    like_numpy("pad", numbers(shape).astype(dtype), data.draw(widths(len(shape))), constant_values=values)


def test_the_other_modes_of_pad():
    same(wg.pad([1.0], 1, "empty"), np.array([0.0, 1, 0]))
    for mode in ("mean", "maximum", "minimum", "median", "linear_ramp"):
        with pytest.raises(NotImplementedError, match=rf"{mode}.*concatenate"):
            wg.pad([1.0], 1, mode)
    with pytest.raises(NotImplementedError, match="odd"):
        wg.pad([1.0, 2.0], 1, "reflect", reflect_type="odd")
    with pytest.raises(ValueError, match=r"modes 'constant', 'edge'.*not 'mirror'"):
        wg.pad([1.0], 1, "mirror")


def test_errors_of_pad():
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.pad([1.0], -1)
    with pytest.raises(wg.ShapeError, match=r"\(3, 2\) does not fit 2 axes"):
        wg.pad(np.ones((2, 2)), [(1, 1)] * 3)
    with pytest.raises(TypeError, match="integers"):
        wg.pad([1.0], 0.5)
    with pytest.raises(wg.ShapeError, match=r"axis 0 of the shape \(0, 2\) is empty"):
        wg.pad(np.ones((0, 2)), 1, "edge")
    with pytest.raises(wg.ShapeError, match="constant_values"):
        wg.pad(np.ones(2), 1, constant_values=wg.ones(2, requires_grad=True))


@FEW
@given(data=st.data(), shape=SHAPES, k=st.integers(-4, 4), dtype=st.sampled_from([float, int, bool]))
def test_triangles(data, shape, k, dtype, like_numpy):
    like_numpy("tril", numbers(shape).astype(dtype), k)
    like_numpy("triu", numbers(shape).astype(dtype), k=k)


@FEW
@given(shape=hnp.array_shapes(max_dims=3, min_side=0, max_side=4), k=st.integers(-5, 5))
def test_diag(shape, k, like_numpy):
    like_numpy("diag", numbers(shape), k)


def test_errors():
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.flip([1.0], 1)
    with pytest.raises(wg.ShapeError, match="different axes"):
        wg.rot90(np.ones((2, 2)), axes=(0, -2))
    with pytest.raises(wg.ShapeError, match="equal lengths"):
        wg.roll(np.ones((2, 2)), (1, 2, 3), (0, 1))
    with pytest.raises(TypeError, match="shift must be"):
        wg.roll([1.0], 0.5)
    with pytest.raises(wg.ShapeError, match="at least one dimension"):
        wg.tril(1.0)
    with pytest.raises(wg.ShapeError, match=r"vector or a matrix.*\(1, 1, 1\)"):
        wg.diag(np.ones((1, 1, 1)))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.flip(x, 1),
        lambda x: wg.roll(x, (1, -1), (0, 1)),
        lambda x: wg.roll(x, 2),
        lambda x: wg.rot90(x),
        lambda x: wg.rot90(x, 3),
        lambda x: wg.pad(x, ((1, 2), (0, 3))),
        lambda x: wg.pad(x, ((1, 4), (0, 7)), "edge"),
        lambda x: wg.pad(x, ((1, 4), (0, 7)), "reflect"),
        lambda x: wg.pad(x, ((1, 4), (0, 7)), "symmetric"),
        lambda x: wg.pad(x, ((1, 4), (0, 7)), "wrap"),
        lambda x: wg.pad(x, 1, constant_values=((1, 2), (3, 4))),
        lambda x: wg.pad(x, 1, constant_values=x[0, 0]),
        lambda x: wg.tril(x),
        lambda x: wg.triu(x, -1),
        lambda x: wg.diag(x),
        lambda x: wg.diag(x[0], 1),
    ],
)
def test_derivatives(function):
    x = numbers((2, 3)) / 4
    wg.testing.check_grads(lambda x: function(x) ** 2, (x,), order=2, modes=("fwd", "rev"))
    batch = np.stack([x, -x])
    same(wg.vmap(function)(batch), np.stack([function(wg.array(v)).numpy() for v in batch]))


def test_what_a_triangle_leaves_out_has_no_derivative():
    x = np.array([[1.0, -1.0], [1.0, 1.0]])
    with np.errstate(invalid="ignore"):
        same(wg.grad(lambda x: wg.tril(wg.sqrt(x)).sum())(x), np.array([[0.5, 0], [0.5, 0.5]]))

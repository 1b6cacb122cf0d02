"""Padding is NumPy's, in every mode, and has derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


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
@given(data=st.data(), shape=SHAPES, mode=st.sampled_from(["edge", "wrap", "constant"]))
def test_pad(data, shape, mode, like_numpy):
    like_numpy("pad", numbers(shape), data.draw(widths(len(shape))), mode)


@FEW
@given(data=st.data(), shape=SHAPES, dtype=st.sampled_from(["float64", "int64", "complex128"]))
def test_pad_with_constants(data, shape, dtype, like_numpy):
    number = st.integers(-3, 3)
    pair = st.tuples(number, number)
    values = data.draw(number | pair | st.lists(pair, min_size=len(shape), max_size=len(shape)))
    like_numpy("pad", numbers(shape).astype(dtype), data.draw(widths(len(shape))), constant_values=values)


@FEW
@given(
    data=st.data(),
    shape=SHAPES,
    mode=st.sampled_from(["reflect", "symmetric"]),
    kind=st.sampled_from([None, "even", "odd"]),
    dtype=st.sampled_from(["float64", "int64", "float32", "complex128"]),
)
def test_mirrors(data, shape, mode, kind, dtype, like_numpy):
    x = (numbers(shape) ** 2).astype(dtype)
    options = {} if kind is None else {"reflect_type": kind}
    like_numpy("pad", x, data.draw(widths(len(shape))), mode, **options)


@FEW
@given(
    data=st.data(),
    shape=SHAPES,
    mode=st.sampled_from(["maximum", "minimum", "mean", "median"]),
    dtype=st.sampled_from(["float64", "int64", "float32"]),
)
def test_statistics(data, shape, mode, dtype, like_numpy, tolerance):
    x = (numbers(shape) ** 2 % 7).astype(dtype)
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    length = data.draw(st.none() | st.integers(1, 4) | pair | st.lists(pair, min_size=len(shape), max_size=len(shape)))
    width = data.draw(widths(len(shape)))
    rtol = 0 if mode in ("maximum", "minimum") else tolerance(x)
    like_numpy("pad", x, width, mode, rtol=rtol)
    if length is not None and 0 not in shape:
        like_numpy("pad", x, width, mode, rtol=rtol, stat_length=length)


@FEW
@given(data=st.data(), shape=SHAPES, dtype=st.sampled_from(["float64", "int64", "float32", "complex128"]))
def test_ramps(data, shape, dtype, like_numpy):
    number = st.integers(-9, 9)
    pair = st.tuples(number, number)
    ends = data.draw(number | pair | st.lists(pair, min_size=len(shape), max_size=len(shape)))
    x, width = numbers(shape).astype(dtype), data.draw(widths(len(shape)))
    like_numpy("pad", x, width, "linear_ramp", rtol=1e-6 if dtype == "float32" else 1e-13, end_values=ends)
    like_numpy("pad", x, width, "linear_ramp", rtol=1e-6 if dtype == "float32" else 1e-13)


def test_scalars_lists_and_booleans(like_numpy):
    same(wg.pad(2.0, 0), np.array(2.0))
    same(wg.pad([1.0], 1, "empty"), np.array([0.0, 1, 0]))
    same(wg.pad(np.ones((0, 2)), ((0, 0), (1, 1)), "edge"), np.ones((0, 4)))
    same(
        wg.pad([True, False], 2, "reflect", reflect_type="odd"), np.pad([True, False], 2, "reflect", reflect_type="odd")
    )
    same(np.pad(wg.array([1.0, 2.0]), 1, "edge"), np.pad([1.0, 2.0], 1, "edge"))
    like_numpy("pad", np.array([1, 5], np.uint8), 3, "reflect", reflect_type="odd")


def test_errors():
    for mode in ("maximum", "mean"):
        with pytest.raises(wg.ShapeError, match="stat_length"):
            wg.pad([1.0], 1, mode, stat_length=0)
    with pytest.raises(ValueError, match="'even' or 'odd'"):
        wg.pad([1.0, 2.0], 1, "reflect", reflect_type="strange")
    with pytest.raises(ValueError, match=r"modes 'constant', 'edge'.*not 'mirror'"):
        wg.pad([1.0], 1, "mirror")
    with pytest.raises(ValueError, match=r"'edge' does not use constant_values; it uses none"):
        wg.pad([1.0], 1, "edge", constant_values=1)
    with pytest.raises(ValueError, match=r"does not use stat_length; it uses only end_values"):
        wg.pad([1.0], 1, "linear_ramp", stat_length=1)
    with pytest.raises(ValueError, match="no function as mode"):
        wg.pad([1.0], 1, lambda *args: None)
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.pad([1.0], -1)
    with pytest.raises(wg.ShapeError, match=r"\(3, 2\) does not fit 2 axes"):
        wg.pad(np.ones((2, 2)), [(1, 1)] * 3)
    with pytest.raises(TypeError, match="integers"):
        wg.pad([1.0], 0.5)
    with pytest.raises(wg.ShapeError, match=r"axis 0 of the shape \(0, 2\) is empty"):
        wg.pad(np.ones((0, 2)), 1, "edge")
    with pytest.raises(TypeError, match="gradient"):
        wg.pad([1, 2], 1, constant_values=wg.array(1.0, requires_grad=True))
    with pytest.raises(wg.ShapeError, match="constant_values"):
        wg.pad(np.ones(2), 1, constant_values=np.ones(3))


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("constant", {}),
        ("edge", {}),
        ("linear_ramp", {"end_values": ((1, 2), (3, 4))}),
        ("maximum", {}),
        ("minimum", {"stat_length": 2}),
        ("mean", {"stat_length": ((1, 2), (2, 3))}),
        ("median", {}),
        ("reflect", {}),
        ("reflect", {"reflect_type": "odd"}),
        ("symmetric", {}),
        ("symmetric", {"reflect_type": "odd"}),
        ("wrap", {}),
    ],
)
def test_derivatives(mode, options, smooth):
    x = np.array([[0.5, 2.0, -1.0], [1.5, -0.25, 3.5]])
    smooth(lambda x: wg.pad(x, ((1, 4), (0, 7)), mode, **options) ** 2, x)


def test_derivatives_of_what_is_padded_with(smooth):
    x, c = np.array([[0.5, 2.0]]), np.array([[1.5, 3.0], [-1.0, 2.0]])
    smooth(lambda x, c: wg.pad(x, 1, constant_values=c) ** 2, x, c)
    smooth(lambda x, c: wg.pad(x, 2, "linear_ramp", end_values=c) ** 2, x, c)
    smooth(lambda x: wg.pad(x, 1, constant_values=x[0, 0]) ** 2, x)


def test_an_infinite_end_spoils_only_what_depends_on_it():
    found = wg.pad(np.array([1.0, 2.0, np.inf]), (2, 0), "reflect", reflect_type="odd")
    same(found, np.array([-np.inf, 0.0, 1.0, 2.0, np.inf]))

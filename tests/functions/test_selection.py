"""Choosing between values is NumPy's, and chooses derivatives too."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=30, deadline=None)
REAL = ("float64", "float32", "int64", "bool")
COMPLEX = ("complex128", *REAL)
PAIRS = hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3)
TRIPLES = hnp.mutually_broadcastable_shapes(num_shapes=3, min_side=0, max_side=3, max_dims=3)


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
@FEW
@given(data=st.data(), shapes=PAIRS)
def test_of_two_arrays(name, data, shapes, arrays, like_numpy):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy(name, x, y)
    like_numpy(name, x, 1)


@FEW
@given(data=st.data(), shapes=TRIPLES)
def test_where(data, shapes, arrays, like_numpy):
    condition, x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy("where", condition, x, y)
    like_numpy("where", condition, x, 0)
    like_numpy("where", condition, 1.5, y)


@FEW
@given(data=st.data())
def test_where_gives_the_indices(data, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    like_numpy("where", x)


@FEW
@given(data=st.data(), shapes=TRIPLES)
def test_clip(data, shapes, arrays, like_numpy):
    finite = data.draw(st.booleans())  # NumPy orders complex numbers, but its clip no complex NaN
    dtypes = COMPLEX if finite else REAL
    x, low, high = (data.draw(arrays(shape, dtypes, finite)) for shape in shapes.input_shapes)
    like_numpy("clip", x, low, high)
    like_numpy("clip", x, low, None)
    like_numpy("clip", x, None, high)
    if x.dtype != bool:
        like_numpy("clip", x, None, None)


@FEW
@given(data=st.data())
def test_clip_by_numbers(data, arrays, like_numpy):
    x = data.draw(arrays(dtypes=REAL))
    like_numpy("clip", x, -1, 2)
    like_numpy("clip", x, min=0.5)
    like_numpy("clip", x, max=1)
    like_numpy("clip", x, min=0, max=1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wg.where([True], 1.0), "both x and y"),
        (lambda: wg.where([True], None, 1.0), "both x and y"),
        (lambda: wg.clip([1.0], 0.0, min=0.0), "one of its names"),
        (lambda: wg.clip([1.0], None, 0.0, max=0.0), "one of its names"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(TypeError, match=message):
        call()


X = np.array([-1.0, 0.3, 1.7])
CONDITION = np.array([True, False, True])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: wg.where(CONDITION, x * x, y * x),
        lambda x, y: wg.where(CONDITION, x, 2.0),
        lambda x, y: wg.clip(x, y, 1.5),
        lambda x, y: wg.clip(x, y),
        lambda x, y: wg.clip(x, max=y),
        lambda x, y: wg.clip(x * y),
        wg.fmax,
        wg.fmin,
    ],
)
def test_derivatives(f):
    wg.testing.check_grads(f, (X, np.array([[0.5, 0.9, 0.4], [-2.0, 0.1, 2.0]])))


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (0.0, None), (None, 1.0)])
def test_the_derivative_of_clip_is_one_at_a_bound(bounds):
    x = np.array([0.0, 0.5, 1.0])
    assert wg.grad(lambda x: wg.sum(wg.clip(x, *bounds)))(x).tolist() == [1.0, 1.0, 1.0]
    assert wg.jvp(lambda x: wg.clip(x, *bounds), (x,), (np.ones(3),))[1].tolist() == [1.0, 1.0, 1.0]


def test_nan_has_no_share_in_fmax():
    for x, y, expected in (
        (1.0, np.nan, (1.0, 0.0)),
        (np.nan, 1.0, (0.0, 1.0)),
        (1.0, 1.0, (0.5, 0.5)),
        (np.nan, np.nan, (1.0, 0.0)),
    ):
        assert tuple(g.item() for g in wg.grad(wg.fmax, argnums=(0, 1))(x, y)) == expected


def test_an_infinite_derivative_that_is_not_chosen_is_zero():
    f = lambda x: wg.sum(wg.where(x > 0, wg.sqrt(x), 0))  # noqa: E731
    x = np.array([0.0, 4.0])
    assert wg.grad(f)(x).tolist() == [0.0, 0.25]
    assert wg.jvp(f, (x,), (np.array([1.0, 0.0]),))[1].item() == 0.0

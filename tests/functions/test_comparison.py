"""Comparison and classification are NumPy's, and have no derivatives."""

from inspect import signature

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.functions import comparison

FEW = settings(max_examples=20, deadline=None)
ARITY = {name: len(signature(getattr(comparison, name)).parameters) for name in comparison.__all__}
SHAPES = hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3)


@pytest.mark.parametrize("name", [name for name, arity in ARITY.items() if arity == 1])
@FEW
@given(data=st.data())
def test_of_one_array(name, data, arrays, like_numpy):
    like_numpy(name, data.draw(arrays()))


@pytest.mark.parametrize("name", [name for name, arity in ARITY.items() if arity == 2])
@FEW
@given(data=st.data(), shapes=SHAPES)
def test_of_two_arrays(name, data, shapes, arrays, like_numpy):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy(name, x, y)
    like_numpy(name, x, 1)


@pytest.mark.parametrize("name", ["isclose", "allclose"])
@FEW
@given(data=st.data(), shapes=SHAPES, equal_nan=st.booleans(), rtol=st.sampled_from([0.0, 1e-5, 0.5]))
def test_closeness(name, data, shapes, equal_nan, rtol, arrays, like_numpy):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy(name, x, y)
    like_numpy(name, x, y, rtol, 0.1, equal_nan)


@FEW
@given(data=st.data(), equal_nan=st.booleans())
def test_array_equal(data, equal_nan, arrays, like_numpy):
    x, y = data.draw(arrays()), data.draw(arrays())
    like_numpy("array_equal", x, y)
    like_numpy("array_equal", x, x)
    like_numpy("array_equal", x, x.copy(), equal_nan=equal_nan)


def test_a_comparison_needs_no_gradient():
    x = wg.array([1.0, 2.0], requires_grad=True)
    for y in (x < 2.0, wg.isclose(x, 1.0), wg.isfinite(x)):
        assert not y.requires_grad


def test_closeness_records_nothing():
    x = wg.array([1.0, 2.0])
    with wg.record() as tape:
        x.attach_grad()
        assert not wg.allclose(x, 1.0)
    assert "multiply" not in str(tape)

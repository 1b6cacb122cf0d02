"""Exponentials and logarithms are NumPy's."""

from inspect import signature

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from wengert.functions import exponential

FEW = settings(max_examples=20, deadline=None)
ARITY = {name: len(signature(getattr(exponential, name)).parameters) for name in exponential.__all__}


@pytest.mark.parametrize("name", [name for name, arity in ARITY.items() if arity == 1])
@FEW
@given(data=st.data())
def test_of_one_array(name, data, arrays, like_numpy):
    like_numpy(name, data.draw(arrays()))


@pytest.mark.parametrize("name", [name for name, arity in ARITY.items() if arity == 2])
@FEW
@given(data=st.data(), shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3))
def test_of_two_arrays(name, data, shapes, arrays, like_numpy):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy(name, x, y)
    like_numpy(name, x, 1.5)

"""Logic of truth values and of bits is NumPy's."""

from inspect import signature

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.functions import logic

FEW = settings(max_examples=20, deadline=None)
ARITY = {name: len(signature(getattr(logic, name)).parameters) for name in logic.__all__}


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
    if "shift" in name:
        y = np.abs(y)
    like_numpy(name, x, y)
    like_numpy(name, x, 1)


@FEW
@given(data=st.data(), order=st.sampled_from(["big", "little"]))
def test_bits_in_bytes(data, order, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, min_side=0, max_side=3), dtypes=("int64", "bool")))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    like_numpy("packbits", x, axis, order)
    like_numpy("packbits", x, bitorder=order)
    packed = (x.astype(np.int64) * 37).astype(np.uint8)
    like_numpy("unpackbits", packed, axis, bitorder=order)
    n = packed.size if axis is None else packed.shape[axis]
    like_numpy("unpackbits", packed, axis, data.draw(st.integers(-8 * n, 8 * n + 3 if packed.size else 0)), order)


def test_batches_and_errors_of_bits_in_bytes():
    x = np.array([[3, 250], [0, 17]], np.uint8)
    for function, reference in ((wg.packbits, np.packbits), (wg.unpackbits, np.unpackbits)):
        np.testing.assert_array_equal(wg.vmap(function)(x).numpy(), np.stack([reference(v) for v in x]))
        np.testing.assert_array_equal(wg.compile(function)(x).numpy(), reference(x))
        with pytest.raises(TypeError, match="float64"):
            function([1.0])
        with pytest.raises(ValueError, match="'big' or 'little'"):
            function(x, bitorder="middle")
    np.testing.assert_array_equal(wg.unpackbits(np.zeros((2, 0), np.uint8), 1, 3).numpy(), np.zeros((2, 3)))
    with pytest.raises(wg.ShapeError, match="leave out 99"):
        wg.unpackbits(x, count=-99)

"""Arithmetic, powers and signs are NumPy's."""

from inspect import signature

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.functions import arithmetic

FEW = settings(max_examples=20, deadline=None)
ARITY = {name: len(signature(getattr(arithmetic, name)).parameters) for name in arithmetic.__all__}
UNARY = [name for name, arity in ARITY.items() if arity == 1]
BINARY = [name for name, arity in ARITY.items() if arity == 2]


def rounding(name):
    """NumPy's loops for ``float_power`` are other ones than for ``power``."""
    return 1e-14 if name == "float_power" else 0


NUMBERS = st.sampled_from([0, 2, -3, 2.5, True, 1 + 2j])


@pytest.mark.parametrize("name", UNARY)
@FEW
@given(data=st.data())
def test_of_one_array(name, data, arrays, like_numpy):
    x = data.draw(arrays())
    if name == "positive" and x.dtype == bool:
        return  # NumPy refuses it, for no reason
    like_numpy(name, x)


@pytest.mark.parametrize("name", BINARY)
@FEW
@given(data=st.data(), shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3))
def test_of_two_arrays(name, data, shapes, arrays, like_numpy):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy(name, x, y, rtol=rounding(name))


@pytest.mark.parametrize("name", BINARY)
@FEW
@given(data=st.data(), number=NUMBERS)
def test_a_python_number_promotes_weakly(name, data, number, arrays, like_numpy):
    x = data.draw(arrays())
    like_numpy(name, x, number, rtol=rounding(name))
    like_numpy(name, number, x, rtol=rounding(name))


@pytest.mark.parametrize("name", [n for n in BINARY if n != "float_power"])
def test_half_precision_and_small_integers_stay(name, like_numpy):
    like_numpy(name, np.array([1, 2], "float16"), np.array(3, "float16"))
    like_numpy(name, np.array([5, 2], "int8"), 3)


def test_nested_sequences_are_arrays(like_numpy):
    like_numpy("add", [[1, 2], [3, 4]], (0.5, 1.5))
    like_numpy("negative", [1, 2])


def test_a_sequence_of_arrays_is_recorded():
    x = wg.array(2.0, requires_grad=True)
    wg.multiply([x, 3 * x], [1.0, 10.0]).backward(np.ones(2))
    assert x.grad.item() == 31.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.add([1.0, 2.0], [1.0, 2.0, 3.0]), ValueError, r"\(2,\).*\(3,\)"),
        (lambda: wg.add("a", 1.0), TypeError, "expected numbers"),
        (lambda: wg.add(None, 1.0), TypeError, "expected numbers"),
        (lambda: wg.sqrt([[1.0], [1.0, 2.0]]), TypeError, "cannot make an array"),
        (lambda: wg.power([2, 3], -1), ValueError, "negative integer powers"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_result_is_independent_of_what_was_given():
    given = np.ones(2)
    y = wg.positive(given)
    given[0] = 5.0
    assert y.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5, 2.5])
def test_derivatives_of_constant_powers(exponent):
    wg.testing.check_grads(lambda x: wg.power(x, exponent), (np.array([0.5, 1.5]),))


def test_derivatives_of_compositions():
    x, y = np.array([1.5, -2.5]), np.array([0.7, 1.2])
    wg.testing.check_grads(wg.fabs, (x,))
    wg.testing.check_grads(wg.positive, (x,))
    wg.testing.check_grads(wg.float_power, (y, x))
    wg.testing.check_grads(lambda x, y: wg.divmod(x, y)[1], (x, y), order=1)

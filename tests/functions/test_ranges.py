"""Ranges are NumPy's; those between recorded numbers have derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=25, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(
    data=st.data(),
    number=st.sampled_from([st.integers(-9, 9), st.integers(-36, 36).map(lambda n: n / 4)]),
    dtype=st.sampled_from([None, "float32", float, complex]),
)
def test_arange(data, number, dtype):
    start, stop, step = data.draw(number), data.draw(number), data.draw(number.filter(bool))
    same(wg.arange(start), np.arange(start))
    same(wg.arange(start, stop), np.arange(start, stop))
    same(wg.arange(start, stop, step, dtype), np.arange(start, stop, step, dtype))
    same(wg.arange(wg.array(start), np.asarray(stop), step=wg.array(step)), np.arange(start, stop, step))


def test_arange_makes_leaves():
    x = wg.arange(4.0, requires_grad=True)
    (x * x).sum().backward()
    same(x.grad, 2 * np.arange(4.0))
    with pytest.raises(wg.ShapeError, match=r"\(2,\)"):
        wg.arange([1, 2])
    with pytest.raises(TypeError):
        wg.arange("a")


@FEW
@given(
    start=st.floats(-5, 5),
    stop=st.floats(-5, 5),
    num=st.integers(0, 5),
    endpoint=st.booleans(),
    dtype=st.sampled_from([None, "float32", int]),
)
def test_spaces(start, stop, num, endpoint, dtype):
    same(wg.linspace(start, stop, num, endpoint, dtype=dtype), np.linspace(start, stop, num, endpoint, dtype=dtype))
    same(wg.logspace(start, stop, num, endpoint, 2), np.logspace(start, stop, num, endpoint, 2))
    for a, b in ((start, stop), (wg.array(start), stop)):
        values, step = wg.linspace(a, b, num, endpoint, retstep=True)
        expected, width = np.linspace(start, stop, num, endpoint, retstep=True)
        np.testing.assert_allclose(values.numpy(), expected, rtol=1e-13, atol=1e-13)
        if num > 1:
            np.testing.assert_allclose(step.numpy(), width, rtol=1e-13, atol=1e-13)
            assert values.numpy()[0] == start
            assert not endpoint or values.numpy()[-1] == stop


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_spaces_between_arrays_and_their_derivatives(axis):
    low, high = np.array([0.5, 1.0]), np.array([[2.0, 3.0], [4.0, 5.0]])
    expected = np.linspace(low, high, 4, axis=axis)
    same(wg.linspace(low, high, 4, axis=axis), expected)
    found = wg.linspace(wg.array(low), high, 4, axis=axis)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected)
    wg.testing.check_grads(lambda a, b: wg.linspace(a, b, 4, axis=axis) ** 2, (low, high), order=2)
    wg.testing.check_grads(lambda a, b: wg.logspace(a, b, 3, endpoint=False, base=2.0), (low, high), order=2)
    same(wg.linspace(wg.array(0), wg.array(4), 3), np.linspace(0, 4, 3))
    with pytest.raises(wg.ShapeError, match="-1"):
        wg.linspace(0, 1, -1)


@FEW
@given(
    start=st.floats(0.25, 5),
    stop=st.floats(0.25, 5),
    sign=st.sampled_from([1, -1]),
    num=st.integers(0, 5),
    endpoint=st.booleans(),
    dtype=st.sampled_from([None, "float32", float]),
)
def test_geometric_spaces(start, stop, sign, num, endpoint, dtype):
    a, b = sign * start, sign * stop
    same(wg.geomspace(a, b, num, endpoint, dtype), np.geomspace(a, b, num, endpoint, dtype))
    same(wg.geomspace(1j * a, [b, 1j * b], num, axis=-1), np.geomspace(1j * a, [b, 1j * b], num, axis=-1))
    found = wg.geomspace(wg.array(a), b, num, endpoint, dtype)
    np.testing.assert_allclose(
        found.numpy(), np.geomspace(a, b, num, endpoint, dtype), rtol=1e-6 if dtype == "float32" else 1e-13
    )
    found = wg.geomspace(wg.array(1j * a), b, num, endpoint)
    np.testing.assert_allclose(found.numpy(), np.geomspace(1j * a, b, num, endpoint), rtol=1e-13, atol=1e-13)


@FEW
@given(data=st.data(), shapes=hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=2, max_side=2))
def test_logarithmic_spaces_of_arrays(data, shapes, arrays, like_numpy):
    low, high, base = (data.draw(arrays(s, dtypes=("float64",), finite=True)) for s in shapes.input_shapes)
    rank = max(low.ndim, high.ndim)
    like_numpy("logspace", low, high, 3, base=2.0, axis=data.draw(st.integers(-rank - 1, rank)), rtol=1e-12)
    base = np.abs(base) + 0.5
    if base.ndim:
        rank = max(rank, base.ndim)
        like_numpy("logspace", low, high, 3, True, base, axis=data.draw(st.integers(-rank - 1, rank)), rtol=1e-12)


def test_derivatives_of_geometric_spaces(smooth):
    low, high = np.array([0.5, 1.0]), np.array([[2.0, 3.0], [4.0, 5.0]])
    wg.testing.check_grads(lambda a, b: wg.geomspace(a, b, 4, axis=1), (low, high), order=2)
    wg.testing.check_grads(lambda a, b: wg.geomspace(-a, -b, 3, endpoint=False), (low, high), order=2)
    found = wg.vmap(lambda a, b: wg.geomspace(a, b, 3))(low, high[0])
    np.testing.assert_allclose(found.numpy(), np.geomspace(low, high[0], 3, axis=-1), rtol=1e-13)
    smooth(lambda a, b, c: wg.logspace(a, b, 3, base=c), low, high, np.array([2.0, 1.5]))
    with pytest.raises(ValueError, match="zero"):
        wg.geomspace(0.0, 1.0)


def test_integers_are_rounded_down_from_recorded_ends():
    x = wg.array(-3.7, requires_grad=True)
    same(wg.linspace(x, 2.0, 4, dtype=int), np.linspace(-3.7, 2.0, 4, dtype=int))

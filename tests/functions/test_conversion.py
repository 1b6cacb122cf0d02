"""Arrays of existing data are NumPy's; what is recorded stays recorded."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=25, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@pytest.mark.parametrize(
    "data", [3, 2.5, 1j, True, [], [1, 2.5], ((1, 2), (3, 4)), [[True], [False]], np.float32(2), range(3)]
)
@pytest.mark.parametrize("dtype", [None, "float32", complex])
def test_array_and_asarray(data, dtype):
    if isinstance(data, complex) and dtype == "float32":
        with pytest.raises(TypeError, match="imaginary"):
            wg.array(data, dtype)
        return
    for make in (wg.array, wg.asarray):
        same(make(data, dtype), np.asarray(data, dtype))
        same(make(data, dtype=dtype), np.asarray(data, dtype))


def test_who_shares_memory():
    x = np.zeros(2)
    shared, copied, converted = wg.asarray(x), wg.array(x), wg.asarray(x, "float32")
    x[0] = 1
    same(shared, np.array([1.0, 0]))
    same(copied, np.zeros(2))
    same(converted, np.zeros(2, "float32"))
    shared[1] = 2  # the library writes into no array but its own
    np.testing.assert_array_equal(x, [1.0, 0])


def test_arrays_of_arrays():
    x = wg.array([1.0, 2.0])
    assert wg.asarray(x) is x
    assert wg.asarray(x, float) is x
    assert wg.asarray(x, "float32").dtype == np.float32
    assert wg.array(x) is not x
    marked = wg.asarray(x, requires_grad=True)
    assert marked.requires_grad
    assert not x.requires_grad
    assert wg.asarray(marked, requires_grad=True) is marked


def test_what_is_recorded_stays_recorded():
    x = wg.array([1.0, 2.0], requires_grad=True)
    y = wg.array([[x[0], x[1] * 3], [4, 5]])
    assert y.shape == (2, 2)
    (y * y).sum().backward()
    same(x.grad, np.array([2.0, 36]))
    same(wg.grad(lambda t: (wg.array([t, t * t]) * wg.array([1.0, 10])).sum())(2.0), np.array(41.0))
    same(wg.vmap(lambda t: wg.array([t, 1.0]))(np.array([3.0, 4])), np.array([[3.0, 1], [4, 1]]))
    assert wg.array(x).requires_grad


@pytest.mark.parametrize("data", ["a", ["a"], [[1], [1, 2]], {"a": 1}, None, object(), [wg.ones(2), wg.ones(3)]])
def test_what_is_no_array(data):
    for make in (wg.array, wg.asarray):
        with pytest.raises(TypeError):
            make(data)


@FEW
@given(data=st.data(), least=st.integers(0, 4), order=st.sampled_from("KACF"))
def test_dimensions_and_layout(data, least, order, arrays):
    x = data.draw(arrays())
    for given_ in (x, wg.array(x), wg.array(x, requires_grad=x.dtype.kind in "fc")):
        found = wg.array(given_, ndmin=least, order=order)
        expected = np.array(x, ndmin=least, order=order)
        same(found, expected)
        if not found.requires_grad:
            assert found.numpy().flags.c_contiguous == expected.flags.c_contiguous
            assert found.numpy().flags.f_contiguous == expected.flags.f_contiguous
        same(wg.asanyarray(given_, order=order), x)
    turned = np.asfortranarray(x)
    assert wg.ascontiguousarray(turned).numpy().flags.c_contiguous
    same(wg.ascontiguousarray(turned), np.ascontiguousarray(turned))
    same(wg.asfortranarray(x.T, complex), np.asfortranarray(x.T, complex))
    assert wg.asfortranarray(x).numpy().flags.f_contiguous


def test_copies():
    x = np.zeros(2)
    kept, copied = wg.array(x, copy=None), wg.asarray(x, copy=True)
    x[0] = 1
    same(kept, np.array([1.0, 0]))
    same(copied, np.zeros(2))
    y = wg.array([1.0])
    assert wg.asarray(y, copy=False) is y
    for given_, dtype in ((x, "float32"), ([1.0], None)):
        with pytest.raises(ValueError, match="without a copy"):
            wg.asarray(given_, dtype, copy=False)
    with pytest.raises(ValueError, match="'cpu'"):
        wg.asarray(x, device="gpu")
    with pytest.raises(ValueError, match="order must be"):
        wg.array(x, order="Z")


def test_finite_numbers():
    same(wg.asarray_chkfinite([1, 2], float), np.array([1.0, 2]))
    assert wg.asarray_chkfinite(wg.array([1.0], requires_grad=True)).requires_grad
    for bad in (np.nan, [np.inf], [1, complex(0, np.inf)]):
        with pytest.raises(ValueError, match="infinities or NaN"):
            wg.asarray_chkfinite(bad)


def test_buffers_and_iterables():
    data = np.arange(4.0).tobytes()
    same(wg.frombuffer(data), np.frombuffer(data))
    same(wg.frombuffer(data, "int32", 2, 8), np.frombuffer(data, "int32", 2, 8))
    same(wg.fromiter(range(5), "float32"), np.fromiter(range(5), "float32"))
    same(wg.fromiter((i for i in range(5)), int, 3), np.fromiter(range(5), int, 3))
    same(wg.fromiter([], float), np.zeros(0))
    x = wg.array([1.0, 2.0], requires_grad=True)
    (wg.fromiter((v * v for v in x), float) * [1.0, 10.0]).sum().backward()
    same(x.grad, np.array([2.0, 40.0]))
    with pytest.raises(ValueError, match="fewer than count=3"):
        wg.fromiter([1, 2], int, 3)
    with pytest.raises(wg.ShapeError, match="numbers"):
        wg.fromiter([x, x], float)

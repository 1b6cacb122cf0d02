"""Creation functions make NumPy's arrays; each can require a gradient."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
DTYPES = st.sampled_from([None, float, int, bool, "float32", "complex128"])


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


# From existing data


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


@pytest.mark.parametrize(
    "make",
    [
        lambda **k: wg.array([1, 2], **k),
        lambda **k: wg.asarray([1, 2], **k),
        lambda **k: wg.zeros(2, int, **k),
        lambda **k: wg.ones(2, int, **k),
        lambda **k: wg.empty(2, int, **k),
        lambda **k: wg.full(2, 1, **k),
        lambda **k: wg.zeros_like([1, 2], **k),
        lambda **k: wg.ones_like([1, 2], **k),
        lambda **k: wg.empty_like([1, 2], **k),
        lambda **k: wg.full_like([1, 2], 3, **k),
        lambda **k: wg.eye(2, dtype=int, **k),
        lambda **k: wg.identity(2, dtype=int, **k),
        lambda **k: wg.arange(2, **k),
        lambda **k: wg.linspace(0, 1, 2, dtype=int, **k),
        lambda **k: wg.logspace(0, 1, 2, dtype=int, **k),
        lambda **k: wg.meshgrid([1, 2], **k)[0],
    ],
)
def test_integers_cannot_require_a_gradient(make):
    assert not make().requires_grad
    with pytest.raises(TypeError, match="int64"):
        make(requires_grad=True)


# Of one value


@FEW
@given(shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0) | st.integers(0, 3), dtype=DTYPES)
def test_arrays_of_one_value(shape, dtype):
    marked = dtype not in (int, bool)
    for name in ("zeros", "ones"):
        same(getattr(wg, name)(shape), getattr(np, name)(shape))
        found = getattr(wg, name)(shape, dtype=dtype, requires_grad=marked)
        same(found, getattr(np, name)(shape, dtype=dtype or float))
        assert found.requires_grad == marked
        assert getattr(wg, name)(shape, dtype=dtype or float).dtype == np.dtype(dtype or float)
    same(wg.empty(shape, dtype=dtype), np.zeros(shape, dtype=dtype or float))
    for value in (2, 2.5, True, np.float32(3)):
        same(wg.full(shape, value), np.full(shape, value))
        same(wg.full(shape, value, dtype), np.full(shape, value, dtype))
    like = np.zeros(shape, "float32")
    for given_ in (like, wg.array(like, requires_grad=True)):
        for name in ("zeros_like", "ones_like"):
            same(getattr(wg, name)(given_), getattr(np, name)(like))
            same(getattr(wg, name)(given_, dtype=dtype), getattr(np, name)(like, dtype=dtype))
            same(getattr(wg, name)(given_, shape=(2,)), getattr(np, name)(like, shape=(2,)))
            assert not getattr(wg, name)(given_).requires_grad
        same(wg.full_like(given_, 3), np.full_like(like, 3))
        same(wg.empty_like(given_), np.zeros_like(like))


def test_a_fill_value_has_a_derivative():
    same(wg.grad(lambda t: (wg.full((2, 3), t) * wg.full_like(wg.ones(3), t)).sum())(2.0), np.array(24.0))
    same(wg.full((2, 2), [1, 2]), np.full((2, 2), [1, 2]))
    same(wg.vmap(lambda v: wg.ones_like(v))(np.zeros((2, 3))), np.ones((2, 3)))


@FEW
@given(n=st.integers(0, 4), m=st.none() | st.integers(0, 4), k=st.integers(-5, 5), dtype=DTYPES)
def test_unit_matrices(n, m, k, dtype):
    same(wg.eye(n, m, k), np.eye(n, m, k))
    same(wg.eye(n, m, k=k, dtype=dtype), np.eye(n, m, k=k, dtype=dtype or float))
    same(wg.identity(n, dtype=dtype), np.identity(n, dtype=dtype))


def test_errors_of_arrays_of_one_value():
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.zeros((2, -1))
    with pytest.raises(wg.ShapeError, match="broadcast"):
        wg.full((2, 2), [1, 2, 3])
    with pytest.raises(TypeError, match="tuple of integers"):
        wg.ones(2.5)
    with pytest.raises(TypeError, match="dtype of neither"):
        wg.ones(2, dtype=object)


# Ranges


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
@given(sizes=st.lists(st.integers(0, 3), max_size=3), sparse=st.booleans(), indexing=st.sampled_from(["xy", "ij"]))
def test_meshgrid(sizes, sparse, indexing):
    vectors = [np.arange(n) + 10.0 * i for i, n in enumerate(sizes)]
    found = wg.meshgrid(*vectors, sparse=sparse, indexing=indexing)
    expected = np.meshgrid(*vectors, sparse=sparse, indexing=indexing)
    assert isinstance(found, tuple)
    for one, other in zip(found, expected, strict=True):
        same(one, other)


def test_meshgrid_has_derivatives():
    def product(x, y):
        a, b = wg.meshgrid(x, y)
        return a * b**2

    wg.testing.check_grads(product, (np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])), order=2)
    same(wg.meshgrid(2.0, [1, 2])[0], np.meshgrid(2.0, [1, 2])[0])
    with pytest.raises(ValueError, match="'xy' or 'ij', not 'ab'"):
        wg.meshgrid([1], indexing="ab")
    with pytest.raises(wg.ShapeError, match="vectors"):
        wg.meshgrid([[1]])

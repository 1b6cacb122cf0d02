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


@FEW
@given(shape=hnp.array_shapes(min_dims=0, max_dims=2, min_side=0), order=st.sampled_from("CF"))
def test_layout(shape, order):
    for name, args in (("zeros", ()), ("ones", ()), ("full", (2,)), ("empty", ())):
        found, expected = getattr(wg, name)(shape, *args, order=order), getattr(np, name)(shape, *args, order=order)
        assert found.shape == shape
        assert found.numpy().flags.f_contiguous == expected.flags.f_contiguous
        assert found.numpy().flags.c_contiguous == expected.flags.c_contiguous
    turned = np.ones(shape, order="F")
    for likeness in "KACF":
        for given_ in (turned, wg.asarray(turned)):
            found, expected = wg.zeros_like(given_, None, likeness), np.zeros_like(turned, None, likeness)
            assert found.numpy().flags.f_contiguous == expected.flags.f_contiguous
    with pytest.raises(ValueError, match="'C' or 'F'"):
        wg.zeros(shape, order="K")
    with pytest.raises(ValueError, match="'cpu'"):
        wg.ones_like(turned, device="gpu")


@FEW
@given(n=st.integers(0, 4), m=st.none() | st.integers(0, 4), k=st.integers(-5, 5), dtype=DTYPES)
def test_triangles(n, m, k, dtype):
    same(wg.tri(n, m, k), np.tri(n, m, k))
    same(wg.tri(n, m, k=k, dtype=dtype or float), np.tri(n, m, k=k, dtype=dtype or float))


def test_derivatives_of_a_range():
    wg.testing.check_grads(lambda a, h: wg.arange(a, 3.0, h), (0.2, 0.5))
    assert wg.grad(lambda t: wg.arange(t, t + 2).sum())(3.0) == 2
    assert wg.grad(lambda t: wg.arange(0, 3 * t, t).sum())(3.0) == 3
    x = wg.array(0.5, requires_grad=True)
    for found, expected in ((wg.arange(x, 3), np.arange(0.5, 3)), (wg.arange(wg.array(5)), np.arange(5))):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.detach(), expected)

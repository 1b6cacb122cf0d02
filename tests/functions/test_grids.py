"""Grids and their indices are NumPy's."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(sizes=st.lists(st.integers(0, 3), max_size=3), sparse=st.booleans(), indexing=st.sampled_from(["xy", "ij"]))
def test_meshgrid(sizes, sparse, indexing):
    vectors = [np.arange(n) + 10.0 * i for i, n in enumerate(sizes)]
    found = wg.meshgrid(*vectors, copy=False, sparse=sparse, indexing=indexing)
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


_BOUNDS = st.integers(-5, 5) | st.integers(-20, 20).map(lambda n: n / 4)


@FEW
@given(data=st.data())
def test_grids_of_slices(data):
    def drawn():
        step = data.draw(st.sampled_from([None, 1, 2, 0.5, 3j, 1j, 0j]))
        start = data.draw(st.none() | _BOUNDS)
        return slice(start, (start or 0) + abs(data.draw(_BOUNDS)), step)

    slices = tuple(drawn() for _ in range(data.draw(st.integers(1, 3))))
    same(wg.mgrid[slices[0]], np.mgrid[slices[0]])
    found = wg.mgrid[slices]
    expected = np.mgrid[slices]
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-14, atol=1e-14)
    for one, other in zip(wg.ogrid[slices], np.ogrid[slices], strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one.numpy(), other, rtol=1e-14, atol=1e-14)


def test_the_ends_of_grids_have_derivatives(smooth):
    smooth(lambda a, b: wg.mgrid[a:b:3j, 0:2] ** 2, np.array(0.5), np.array(2.0))
    smooth(lambda a, b: wg.ogrid[a:b:3j, 0:2][0] ** 2, np.array(0.5), np.array(2.0))
    with pytest.raises(IndexError, match="slices"):
        wg.mgrid[3]
    with pytest.raises(IndexError, match="end"):
        wg.ogrid[1:]
    assert repr(wg.mgrid) == "wengert.mgrid"


@FEW
@given(shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), sparse=st.booleans())
def test_indices(shape, sparse, like_numpy):
    like_numpy("indices", shape, sparse=sparse)
    like_numpy("indices", shape, float, sparse)
    same(
        wg.fromfunction(lambda *i: sum(i) * 1.0, shape or (1,)), np.fromfunction(lambda *i: sum(i) * 1.0, shape or (1,))
    )


def test_fromfunction():
    x = wg.fromfunction(lambda i, j, k: i * k + j, (2, 3), dtype=int, k=3)
    same(x, np.fromfunction(lambda i, j: i * 3 + j, (2, 3), dtype=int))
    assert wg.fromfunction(lambda i: i * i, 3, requires_grad=True).requires_grad
    with pytest.raises(wg.ShapeError, match="negative"):
        wg.fromfunction(lambda i: i, (-1,))


@FEW
@given(data=st.data(), sizes=st.lists(st.integers(0, 3), max_size=3))
def test_ix(data, sizes, arrays, like_numpy):
    vectors = [data.draw(arrays((n,), dtypes=("int64", "bool"))) for n in sizes]
    like_numpy("ix_", *vectors)
    like_numpy("ix_", [], [1, 2])


@FEW
@given(
    data=st.data(),
    shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4),
    order=st.sampled_from("CF"),
    mode=st.sampled_from(["raise", "wrap", "clip"]),
)
def test_flat_indices(data, shape, order, mode, like_numpy):
    flat = data.draw(
        hnp.arrays(
            np.int64, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0), elements=st.integers(-1, math.prod(shape))
        )
    )
    like_numpy("unravel_index", flat, shape, order)
    like_numpy("unravel_index", np.abs(flat) % math.prod(shape), shape, order=order)
    many = tuple(flat + i for i in range(len(shape)))
    like_numpy("ravel_multi_index", many, shape, mode, order)
    like_numpy("ravel_multi_index", many, shape, tuple("wrap" if i else mode for i in range(len(shape))))
    inside = np.abs(flat) % math.prod(shape)
    batch = np.stack([inside, inside[..., ::-1] if inside.ndim else inside])
    for one, other in zip(
        wg.vmap(lambda i: wg.unravel_index(i, shape, order))(batch), np.unravel_index(batch, shape, order), strict=True
    ):
        same(one, other)
    if mode != "raise":
        found = wg.vmap(lambda i: wg.ravel_multi_index((i,) * len(shape), shape, mode, order))(batch)
        same(found, np.ravel_multi_index((batch,) * len(shape), shape, mode, order))


def test_errors():
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.unravel_index(6, (2, 3))
    with pytest.raises(TypeError, match="float64"):
        wg.unravel_index(0.5, (2, 3))
    with pytest.raises(ValueError, match="'C' or 'F'"):
        wg.unravel_index(0, (2, 3), "K")
    with pytest.raises(wg.ShapeError, match="invalid entry"):
        wg.ravel_multi_index(([2], [0]), (2, 3))
    with pytest.raises(wg.ShapeError, match="an index and a mode"):
        wg.ravel_multi_index(([2],), (2, 3))
    with pytest.raises(ValueError, match="'raise', 'wrap' or 'clip'"):
        wg.ravel_multi_index(([2], [0]), (2, 3), "around")
    with pytest.raises(wg.ShapeError, match=r"vectors.*\(1, 1\)"):
        wg.ix_([[1]])
    with pytest.raises(wg.ConversionError, match="vmap"):
        wg.vmap(lambda i: wg.ravel_multi_index((i,), (2,)))(np.array([0, 1]))

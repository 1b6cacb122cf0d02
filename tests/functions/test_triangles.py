"""Triangles, diagonals and their indices are NumPy's, and so are their derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)


def numbers(shape):
    return np.arange(1, 1 + math.prod(shape)).reshape(shape)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data(), shape=SHAPES, k=st.integers(-4, 4), dtype=st.sampled_from([float, int, bool]))
def test_triangles(data, shape, k, dtype, like_numpy):
    like_numpy("tril", numbers(shape).astype(dtype), k)
    like_numpy("triu", numbers(shape).astype(dtype), k=k)


@FEW
@given(shape=hnp.array_shapes(max_dims=3, min_side=0, max_side=4), k=st.integers(-5, 5))
def test_diag(shape, k, like_numpy):
    like_numpy("diag", numbers(shape), k)


def test_what_a_triangle_leaves_out_has_no_derivative():
    x = np.array([[1.0, -1.0], [1.0, 1.0]])
    with np.errstate(invalid="ignore"):
        same(wg.grad(lambda x: wg.tril(wg.sqrt(x)).sum())(x), np.array([[0.5, 0], [0.5, 0.5]]))


@FEW
@given(data=st.data(), k=st.integers(-3, 3))
def test_diagflat(data, k, arrays, like_numpy):
    like_numpy("diagflat", data.draw(arrays()), k)


@FEW
@given(n=st.integers(0, 4), m=st.none() | st.integers(0, 4), k=st.integers(-4, 4))
def test_indices(n, m, k, like_numpy):
    like_numpy("tril_indices", n, k, m)
    like_numpy("triu_indices", n, k, m)
    like_numpy("mask_indices", n, lambda x, k: x * (x + k > 0), k)
    like_numpy("diag_indices", n, 3)
    x = np.ones((n, m if m is not None else n))
    like_numpy("tril_indices_from", x, k)
    like_numpy("triu_indices_from", x, k)
    like_numpy("diag_indices_from", np.ones((n, n)))


def test_mask_indices_takes_functions_of_the_library():
    for found, expected in zip(wg.mask_indices(3, wg.triu, 1), np.mask_indices(3, np.triu, 1), strict=True):
        same(found, expected)


def test_errors():
    with pytest.raises(wg.ShapeError, match="at least one dimension"):
        wg.tril(1.0)
    with pytest.raises(wg.ShapeError, match=r"vector or a matrix.*\(1, 1, 1\)"):
        wg.diag(np.ones((1, 1, 1)))
    with pytest.raises(wg.ShapeError, match=r"tril_indices_from.*\(2,\)"):
        wg.tril_indices_from([1, 2])
    with pytest.raises(wg.ShapeError, match="one length"):
        wg.diag_indices_from(np.ones((2, 3)))
    with pytest.raises(TypeError):
        wg.diag_indices(1.5)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.tril(x),
        lambda x: wg.triu(x, -1),
        lambda x: wg.diag(x),
        lambda x: wg.diag(x[0], 1),
        lambda x: wg.diagflat(x, -1),
        lambda x: x[wg.diag_indices(2)],
        lambda x: x[wg.triu_indices_from(x)],
    ],
)
def test_derivatives(function, smooth):
    smooth(lambda x: function(x) ** 2, numbers((2, 3)) / 4)

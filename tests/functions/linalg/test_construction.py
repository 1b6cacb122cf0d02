"""Matrices made of blocks and diagonals are SciPy's."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

la = wg.linalg
FEW = settings(max_examples=20, deadline=None)
DTYPES = ("float64", "float32", "complex128", "int64")


@FEW
@given(data=st.data())
def test_block_diag(data, arrays, like_numpy):
    shapes = st.sampled_from([(), (2,), (1, 2), (2, 1), (0, 2), (2, 0), (3, 3)])
    blocks = [data.draw(arrays(shape, dtypes=DTYPES)) for shape in data.draw(st.lists(shapes, max_size=3))]
    like_numpy("linalg.block_diag", *blocks, numpy=scipy.linalg.block_diag)


@FEW
@given(data=st.data(), row=st.booleans())
def test_toeplitz(data, row, arrays, like_numpy):
    vectors = [data.draw(arrays(hnp.array_shapes(max_dims=1, min_side=1), dtypes=DTYPES)) for _ in range(1 + row)]
    like_numpy("linalg.toeplitz", *vectors, numpy=scipy.linalg.toeplitz)


def test_stacks(random, same):
    a, b, c = random(2, 1, 2), random(3, 1, 1, 1), random(2, 3)
    found = la.block_diag(a, b)
    assert found.shape == (3, 2, 2, 3)
    same(found[2, 1], scipy.linalg.block_diag(a[1], b[2, 0]))
    same(la.toeplitz(c, c[0])[1], scipy.linalg.toeplitz(c[1], c[0]))
    assert la.toeplitz(np.ones((2, 0)), np.ones(3)).shape == (2, 0, 3)
    assert la.toeplitz(2.0).shape == (1, 1)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_derivatives(dtype, random, smooth):
    smooth(la.block_diag, random(2, 1, dtype=dtype), random(3, dtype=dtype), random(2, 1, 2, dtype=dtype))
    smooth(la.toeplitz, random(2, 3, dtype=dtype))
    smooth(la.toeplitz, random(3, dtype=dtype), random(2, 2))
    smooth(la.toeplitz, random(1, dtype=dtype), random(3))


def test_errors():
    with pytest.raises(wg.ShapeError, match="broadcast"):
        la.block_diag(np.ones((2, 1, 1)), np.ones((3, 1, 1)))
    with pytest.raises(wg.ShapeError, match="broadcast"):
        la.toeplitz(np.ones((2, 3)), np.ones((3, 3)))

"""Sorting and searching are NumPy's; elements take their derivatives along."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=60, deadline=None)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@FEW
@given(data=st.data())
def test_sort_and_argsort(data, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    like_numpy("sort", x, axis)
    like_numpy("sort", x)
    like_numpy("argsort", x, axis, kind="stable")
    like_numpy("argsort", x, axis=axis, stable=True)


@FEW
@given(data=st.data(), side=st.sampled_from(["left", "right"]))
def test_searchsorted(data, side, arrays, like_numpy):
    x = data.draw(arrays(data.draw(st.tuples(st.integers(0, 5))), dtypes=("float64", "int64"), finite=True))
    v = data.draw(arrays(dtypes=("float64", "int64"), finite=True))
    order = np.argsort(x)
    like_numpy("searchsorted", x[order], v, side)
    like_numpy("searchsorted", x, v, side=side, sorter=order)
    same(wg.searchsorted(np.sort(x), 0.5, side), np.asarray(np.searchsorted(np.sort(x), 0.5, side)))


@FEW
@given(data=st.data(), asked=st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_unique(data, asked, arrays, like_numpy):
    like_numpy("unique", data.draw(arrays()), *asked)


def test_errors():
    with pytest.raises(wg.ShapeError, match="at least one dimension"):
        wg.sort(1.0)
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.argsort([1.0], 1)
    with pytest.raises(wg.ShapeError, match=r"sorted vector.*\(1, 1\)"):
        wg.searchsorted([[1.0]], 1.0)
    with pytest.raises(ValueError, match="'left' or 'right'"):
        wg.searchsorted([1.0], 1.0, "middle")
    with pytest.raises(wg.ConversionError, match=r"unique.*vmap"):
        wg.vmap(wg.unique)(np.ones((2, 2)))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.sort(x),
        lambda x: wg.sort(x, axis=0),
        lambda x: wg.sort(x, axis=None),
        lambda x: wg.unique(x),
        lambda x: x[wg.argsort(x[:, 0])],
    ],
)
def test_derivatives(function):
    x = np.array([[0.3, -1.5, 2.25], [1.0, 0.0, -0.5]])
    wg.testing.check_grads(lambda x: function(x) ** 2, (x,), order=2, modes=("fwd", "rev"))


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_batches(axis):
    x = np.random.default_rng(0).standard_normal((4, 3, 2))
    for name in ("sort", "argsort"):
        expected = np.stack([getattr(np, name)(v, axis=axis) for v in x])
        same(wg.vmap(lambda v, name=name: getattr(wg, name)(v, axis))(x), expected)
    gradient = wg.vmap(wg.grad(lambda v: (wg.sort(v, axis) ** 3).sum()))(x)
    np.testing.assert_allclose(gradient.numpy(), 3 * x**2)

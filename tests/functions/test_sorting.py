"""Sorting and searching are NumPy's; elements take their derivatives along."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=40, deadline=None)


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
@given(data=st.data())
def test_descending(data, arrays):
    x = data.draw(arrays(hnp.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=5), dtypes=("float64", "int64")))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    for given_ in (x, wg.array(x, requires_grad=x.dtype.kind == "f")):
        same(wg.sort(given_, axis, descending=True), np.flip(np.sort(x, axis), axis))
        order = wg.argsort(given_, axis, descending=True).numpy()
        same(wg.take_along_axis(x, order, axis), np.flip(np.sort(x, axis), axis))
    same(wg.argsort([1, 2, 1, 2], descending=True), np.array([1, 3, 0, 2]))


@pytest.mark.parametrize("dtype", ["float64", "int64", "float32", "uint32"])
def test_long_arrays_are_sorted_stably(dtype):
    rng = np.random.default_rng(0)
    for x in (rng.integers(0, 300, 5000), rng.permutation(5000), np.zeros(3000), rng.integers(0, 9, (2, 3000, 2))):
        x = x.astype(dtype)
        if dtype == "float64":
            x[::7] = np.nan
            x[::5] = -0.0
        axis = int(np.argmax(x.shape))
        same(wg.argsort(x, axis), np.argsort(x, axis=axis, kind="stable"))


@FEW
@given(data=st.data())
def test_partitions(data, arrays):
    x = data.draw(
        arrays(hnp.array_shapes(max_dims=2, max_side=5), dtypes=("float64", "int64", "float32", "complex128"))
    )
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    flat, along = (x.ravel(), 0) if axis is None else (x, axis)
    n = flat.shape[along]
    kth = data.draw(st.integers(-n, n - 1) | st.lists(st.integers(-n, n - 1), min_size=1, max_size=2))
    for given_ in (x, wg.array(x, requires_grad=x.dtype.kind in "fc")):
        for found in (
            wg.partition(given_, kth, axis).detach(),
            wg.take_along_axis(flat, wg.argpartition(given_, kth, axis=axis), along),
        ):
            same(wg.sort(found, along), np.sort(x, axis))
            for k in np.ravel(kth):
                same(wg.take(found, k, along), np.take(np.sort(flat, along), k, along))


@FEW
@given(data=st.data(), shape=hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4))
def test_lexsort(data, shape, arrays, like_numpy):
    keys = np.stack([data.draw(arrays(shape, dtypes=("int64",))) % 3 for _ in range(3)])
    axis = data.draw(st.integers(-len(shape), len(shape) - 1)) if shape else -1
    like_numpy("lexsort", keys, axis)
    same(wg.lexsort(tuple(map(wg.array, keys)), axis), np.lexsort(tuple(keys), axis))
    if shape:
        same(
            wg.vmap(lambda k: wg.lexsort(k, axis))(np.stack([keys, -keys])),
            np.stack([np.lexsort(k, axis) for k in (keys, -keys)]),
        )


@FEW
@given(data=st.data())
def test_sort_complex(data, arrays, like_numpy):
    x = data.draw(
        arrays(hnp.array_shapes(max_dims=2, min_side=0), dtypes=("complex128", "float64", "float32", "int16", "int64"))
    )
    like_numpy("sort_complex", x)


@FEW
@given(data=st.data(), right=st.booleans(), turned=st.booleans())
def test_digitize(data, right, turned, arrays, like_numpy):
    edges = np.sort(
        data.draw(arrays(data.draw(st.tuples(st.integers(0, 5))), dtypes=("float64", "int64"), finite=True))
    )
    x = data.draw(arrays(dtypes=("float64", "int64", "float32"), finite=True))
    like_numpy("digitize", x, edges[::-1] if turned else edges, right)


def test_searching_batches():
    a, v = np.array([[0.0, 1, 2], [1, 1, 3]]), np.array([[1.0, 0.5], [1.0, 4]])
    for side in ("left", "right"):
        rows = np.stack([np.searchsorted(p, q, side) for p, q in zip(a, v, strict=True)])
        same(wg.vmap(lambda p, q, side=side: wg.searchsorted(p, q, side))(a, v), rows)
        same(wg.vmap(lambda q, side=side: wg.searchsorted(a[0], q, side))(v), np.searchsorted(a[0], v, side))
        same(
            wg.vmap(lambda p, side=side: wg.searchsorted(p, v, side))(a),
            np.stack([np.searchsorted(p, v, side) for p in a]),
        )
    same(wg.vmap(lambda x: wg.digitize(x, [0.0, 1.0]))(v), np.digitize(v, [0.0, 1.0]))
    same(wg.compile(wg.searchsorted)(a[0], v), np.searchsorted(a[0], v))


def test_errors():
    with pytest.raises(wg.ShapeError, match="at least one dimension"):
        wg.sort(1.0)
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.argsort([1.0], 1)
    with pytest.raises(wg.ShapeError, match=r"sorted vector.*\(1, 1\)"):
        wg.searchsorted([[1.0]], 1.0)
    with pytest.raises(ValueError, match="'left' or 'right'"):
        wg.searchsorted([1.0], 1.0, "middle")
    with pytest.raises(ValueError, match="order="):
        wg.sort([1.0], order="x")
    with pytest.raises(ValueError, match="'stable'"):
        wg.argsort([1.0], kind="bubble")
    with pytest.raises(ValueError, match="not both"):
        wg.sort([1.0], kind="stable", stable=True)
    with pytest.raises(wg.ShapeError, match="kth of partition is 3"):
        wg.partition([1.0, 2.0], 3)
    with pytest.raises(IndexError, match="integers"):
        wg.argpartition([1.0, 2.0], 0.5)
    with pytest.raises(ValueError, match="'introselect'"):
        wg.partition([1.0, 2.0], 0, kind="stable")
    with pytest.raises(wg.ShapeError, match="one shape"):
        wg.lexsort(([1, 2], [1]))
    with pytest.raises(wg.ShapeError, match="as long as"):
        wg.searchsorted([1.0, 2.0], 0.0, sorter=[0])
    with pytest.raises(ValueError, match="ascending or descending"):
        wg.digitize(0.0, [1.0, 3.0, 2.0])
    with pytest.raises(TypeError, match="complex"):
        wg.digitize(1j, [1.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.sort(x),
        lambda x: wg.sort(x, axis=0),
        lambda x: wg.sort(x, axis=None),
        lambda x: wg.sort(x, axis=0, descending=True),
        lambda x: wg.partition(x, 1),
        lambda x: wg.partition(x, (0, 2), axis=None),
        lambda x: wg.sort_complex(x[0]).real,
        lambda x: x[wg.argsort(x[:, 0])],
    ],
)
def test_derivatives(function, smooth):
    smooth(lambda x: function(x) ** 2, np.array([[0.3, -1.5, 2.25], [1.0, 0.0, -0.5]]))


def test_partitions_with_ties_have_the_derivatives_of_their_elements():
    x = np.random.default_rng(1).integers(0, 4, 40).astype(float)
    w = np.arange(40.0)
    gradient = wg.grad(lambda v: (wg.partition(v, 7) * w).sum())(x).numpy()
    assert sorted(gradient) == list(w)
    found = wg.partition(x, 7).numpy()
    for value in range(4):
        assert set(w[found == value]) == set(gradient[x == value])


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_batches(axis):
    x = np.random.default_rng(0).standard_normal((4, 3, 2))
    for name in ("sort", "argsort"):
        expected = np.stack([getattr(np, name)(v, axis=axis) for v in x])
        same(wg.vmap(lambda v, name=name: getattr(wg, name)(v, axis))(x), expected)
    gradient = wg.vmap(wg.grad(lambda v: (wg.sort(v, axis) ** 3).sum()))(x)
    np.testing.assert_allclose(gradient.numpy(), 3 * x**2)

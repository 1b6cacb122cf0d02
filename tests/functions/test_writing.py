"""Writing in place is NumPy's, into Arrays and into NumPy's arrays; derivatives follow what was written."""

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


DTYPES = ("float64", "float32", "int64", "complex128")


def alike(name, target, *args, **kwargs):
    """The same in place as NumPy, in a plain array, in an Array, and in what was computed from a leaf."""
    expected = target.copy()
    getattr(np, name)(expected, *args, **kwargs)
    plain, own = target.copy(), wg.array(target)
    for changed in (plain, own):
        assert getattr(wg, name)(changed, *args, **kwargs) is None
        np.testing.assert_array_equal(np.asarray(changed), expected)
    through_numpy = wg.array(target)
    getattr(np, name)(through_numpy, *args, **kwargs)
    same(through_numpy, expected)
    if target.dtype.kind in "fc":
        leaf = wg.array(target, requires_grad=True)
        recorded = leaf * 1
        getattr(wg, name)(recorded, *args, **kwargs)
        same(recorded, expected)
        same(leaf, target)


@FEW
@given(data=st.data(), shape=SHAPES, mode=st.sampled_from(["raise", "wrap", "clip"]))
def test_put(data, shape, mode, arrays):
    x = data.draw(arrays(shape, dtypes=DTYPES, finite=True))
    reach = 0 if not x.size else x.size if mode == "raise" else 2 * x.size + 1
    elements = st.integers(-reach, reach - 1) if reach else st.nothing()
    where = data.draw(hnp.arrays(np.int64, st.integers(0, 4) if reach else st.just(0), elements=elements))
    values = data.draw(arrays(st.tuples(st.integers(mode != "raise", 5)), dtypes=("int64", x.dtype.name), finite=True))
    alike("put", x, where, values, mode)
    if reach:
        alike("put", x, where[:1], 3, mode)


@FEW
@given(data=st.data(), shape=SHAPES)
def test_masks(data, shape, arrays):
    x = data.draw(arrays(shape, dtypes=DTYPES, finite=True))
    mask = data.draw(arrays(shape, dtypes=("bool", "int64")))
    values = data.draw(arrays(st.tuples(st.integers(1, 5)), dtypes=("int64", x.dtype.name), finite=True))
    alike("place", x, mask, values.astype(x.dtype))
    alike("putmask", x, mask, values.astype(x.dtype))
    alike("putmask", x, mask, 7)
    alike("putmask", x, mask, -x)
    alike("copyto", x, 2, where=mask.astype(bool))
    alike("copyto", x, x[..., :1] if x.size else 0, where=mask[..., :1].astype(bool) if x.size else True)
    alike("copyto", x, -x)


@FEW
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=3))
def test_put_along_axis(data, shape, arrays):
    x = data.draw(arrays(shape, dtypes=DTYPES, finite=True))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    own = list(shape)
    own[axis] = data.draw(st.integers(0, 3))
    where = data.draw(hnp.arrays(np.int64, tuple(own), elements=st.integers(0, shape[axis] - 1)))
    alike("put_along_axis", x, where, data.draw(arrays(tuple(own), dtypes=(x.dtype.name,), finite=True)), axis)
    alike("put_along_axis", x, where, 5, axis=axis)
    alike("put_along_axis", x, where.ravel(), 5, axis=None)


@FEW
@given(data=st.data(), shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5), wrap=st.booleans())
def test_fill_diagonal(data, shape, wrap, arrays):
    x = data.draw(arrays(shape, dtypes=DTYPES, finite=True))
    alike("fill_diagonal", x, data.draw(arrays(dtypes=("int64",))), wrap)
    alike("fill_diagonal", np.zeros((shape[0],) * 3), data.draw(arrays(st.just((2,)), dtypes=("float64",))))


def test_arrays_without_dimensions():
    alike("put", np.array(1.0), [0], [5.0])
    alike("copyto", np.array(1.0), 2)
    alike("putmask", np.array(1.0), True, 2.0)


@pytest.mark.parametrize(
    "write",
    [
        lambda a, v: wg.put(a, [4, 0, 4], v),
        lambda a, v: wg.put(a, [7, -8], v, mode="wrap"),
        lambda a, v: wg.putmask(a, [[True, False, True], [False, True, True]], v),
        lambda a, v: wg.place(a, [[True, False, True], [False, True, True]], v),
        lambda a, v: wg.copyto(a, v[0]),
        lambda a, v: wg.copyto(a, wg.resize(v, (2, 3)), where=[True, False, True]),
        lambda a, v: wg.put_along_axis(a, [[0, 1], [2, 2]], v, 1),
        lambda a, v: wg.fill_diagonal(a, v),
        lambda a, v: np.put(a, [1, 2], v),
        lambda a, v: np.fill_diagonal(a, v),
    ],
)
def test_derivatives(write, smooth):
    def function(x, v):
        a = x * 2
        before = a
        write(a, v**2)
        assert before is a
        return a * x

    smooth(function, np.array([[0.5, 2.0, -1.0], [1.5, -0.25, 3.0]]), np.array([0.75, -1.25]))


def test_a_mask_of_a_transform():
    def masked(x, m):
        a = x * 2
        wg.putmask(a, m, -x)
        wg.copyto(a, 5.0, where=x > 2)
        return a

    x, m = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[True, False], [False, True]])
    same(wg.vmap(masked)(x, m), np.where(x > 2, 5.0, np.where(m, -x, 2 * x)))
    same(wg.vmap(lambda x, i: [a := x * 1, wg.put(a, i, 9.0)][0])(x, np.array([1, 0])), np.array([[1.0, 9], [9, 0]]))
    with pytest.raises(wg.ConversionError, match=r"place.*vmap"):
        wg.vmap(lambda x, m: wg.place(x * 1, m, [1.0]))(x, m)


def test_errors():
    recorded, leaf = wg.array([1.0], requires_grad=True) * 2, wg.array([1.0], requires_grad=True)
    for write in (
        lambda a, v: wg.put(a, [0], v),
        lambda a, v: wg.putmask(a, [True], v),
        lambda a, v: wg.place(a, [True], v),
        lambda a, v: wg.copyto(a, v),
        lambda a, v: wg.put_along_axis(a, np.array([0]), v, 0),
        lambda a, v: wg.fill_diagonal(np.ones((1, 1)), v),
    ):
        with pytest.raises(wg.ConversionError, match=r"would write a recorded value into a plain NumPy array"):
            write(np.zeros(1), recorded)
    for write in (
        lambda a: wg.put(a, [0], 1.0),
        lambda a: wg.putmask(a, [True], 1.0),
        lambda a: wg.place(a, [True], 1.0),
        lambda a: wg.copyto(a, 1.0),
    ):
        with pytest.raises(wg.GraphError, match="leaf"):
            write(leaf)
        with pytest.raises(TypeError, match="writes into an array, not into list"):
            write([1.0])
    x = wg.zeros((2, 3))
    with pytest.raises(IndexError, match="out of bounds"):
        wg.put(x, 6, 1.0)
    with pytest.raises(ValueError, match="'raise', 'wrap' or 'clip'"):
        wg.put(x, 0, 1.0, mode="around")
    with pytest.raises(wg.ShapeError, match="as many elements"):
        wg.putmask(x, [True], 1.0)
    with pytest.raises(wg.ShapeError, match="no values"):
        wg.place(x, x == 0, [])
    with pytest.raises(TypeError, match="'same_kind'"):
        wg.copyto(wg.zeros(2, int), 1.5)
    with pytest.raises(TypeError, match="booleans"):
        wg.copyto(x, 1.0, where=[1, 0, 1])
    with pytest.raises(wg.ShapeError, match="equal rank"):
        wg.put_along_axis(x, [0], 1.0, 0)
    with pytest.raises(wg.ShapeError, match="two dimensions"):
        wg.fill_diagonal(wg.zeros(3), 1.0)
    with pytest.raises(wg.ShapeError, match="equally long"):
        wg.fill_diagonal(wg.zeros((2, 3, 2)), 1.0)
    with pytest.raises(TypeError, match="derivative"):
        wg.put(wg.zeros(2, int), 0, recorded)
    same(x, np.zeros((2, 3)))

"""Joining and splitting are NumPy's, and so are their derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


def both(name, arrays, *args, **kwargs):
    """The same as NumPy's, of plain arrays, of recorded ones, and of a mixture."""
    expected = getattr(np, name)(arrays, *args, **kwargs)
    recorded = [wg.array(a, requires_grad=a.dtype.kind in "fc") for a in arrays]
    for given_ in (arrays, recorded, [*recorded[:1], *arrays[1:]]):
        same(getattr(wg, name)(given_, *args, **kwargs), expected)


@FEW
@given(data=st.data(), shape=SHAPES)
def test_concatenate(data, shape, arrays):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    parts = []
    for _ in range(data.draw(st.integers(1, 3))):
        own = list(shape)
        own[axis] = data.draw(st.integers(0, 3))
        parts.append(data.draw(arrays(tuple(own), finite=True)))
    for name in ("concatenate", "concat"):
        both(name, parts, axis)
    both("concatenate", parts, axis=None)
    both("concatenate", parts, axis, dtype=np.complex128)


@FEW
@given(data=st.data(), shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
def test_stacks(data, shape, arrays):
    parts = [data.draw(arrays(shape)) for _ in range(data.draw(st.integers(1, 3)))]
    both("stack", parts, data.draw(st.integers(-len(shape) - 1, len(shape))))
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        both(name, parts)


def test_an_array_is_a_sequence_of_its_parts():
    x = np.arange(12.0).reshape(2, 3, 2)
    for name in ("concatenate", "stack", "hstack", "vstack", "dstack"):
        for given_ in (x, wg.array(x), wg.array(x, requires_grad=True)):
            same(getattr(wg, name)(given_), getattr(np, name)(x))


@FEW
@given(data=st.data(), shape=SHAPES)
def test_splits(data, shape, arrays):
    x = data.draw(arrays(shape))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    where = data.draw(st.integers(1, 4) | st.lists(st.integers(-4, 5), max_size=3))
    for given_ in (x, wg.array(x, requires_grad=x.dtype.kind in "fc")):
        for name, along in (
            ("array_split", axis),
            ("split", axis),
            ("hsplit", None),
            ("vsplit", None),
            ("dsplit", None),
        ):
            args = () if along is None else (along,)
            try:
                expected = getattr(np, name)(x, where, *args)
            except ValueError:
                with pytest.raises(wg.ShapeError):
                    getattr(wg, name)(given_, where, *args)
                continue
            found = getattr(wg, name)(given_, where, *args)
            assert isinstance(found, list)
            for one, other in zip(found, expected, strict=True):
                same(one, other)
        for one, other in zip(wg.unstack(given_, axis=axis), np.moveaxis(x, axis, 0), strict=True):
            same(one, other)


def test_errors():
    with pytest.raises(wg.ShapeError, match=r"\(2, 3\) and \(2, 4\) cannot be joined along axis 0"):
        wg.concatenate([np.ones((2, 3)), np.ones((2, 4))])
    with pytest.raises(wg.ShapeError, match=r"\(2,\) and \(2, 1\) cannot"):
        wg.concatenate([np.ones(2), np.ones((2, 1))])
    with pytest.raises(wg.ShapeError, match=r"wg\.stack"):
        wg.concatenate([1.0, 2.0])
    with pytest.raises(wg.ShapeError, match="at least one"):
        wg.concatenate([])
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.concatenate([np.ones(2)], axis=1)
    with pytest.raises(wg.ShapeError, match=r"one shape, not \(2,\) and \(3,\)"):
        wg.stack([np.ones(2), np.ones(3)])
    with pytest.raises(TypeError, match="sequence of arrays, not generator"):
        wg.stack(x for x in [1.0, 2.0])
    with pytest.raises(wg.ShapeError, match="without dimensions"):
        wg.hstack(wg.array(1.0))
    with pytest.raises(wg.ShapeError, match=r"5 element.*3 equal parts.*array_split"):
        wg.split(np.ones(5), 3)
    with pytest.raises(wg.ShapeError, match="positive"):
        wg.split(np.ones(5), 0)
    with pytest.raises(TypeError, match="integers"):
        wg.split(np.ones(5), 2.5)
    with pytest.raises(wg.ShapeError, match="at least one dimension"):
        wg.unstack(1.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: wg.concatenate([x, y, x], axis=0),
        lambda x, y: wg.concatenate([x, y], axis=None),
        lambda x, y: wg.stack([x, y * x], axis=1),
        lambda x, y: wg.hstack([x, y]),
        lambda x, y: wg.column_stack([x[0], y[1], wg.transpose(y)]),
        lambda x, y: wg.dstack([x, y])[..., 1] * x,
        lambda x, y: wg.stack([*wg.split(x, 3, axis=1)[::2], y[:, 1:2]]),
        lambda x, y: wg.array([[x[0, 0], y[0, 0]], [1.0, x[1, 1]]]),
    ],
)
def test_derivatives(function):
    x, y = np.arange(1.0, 13.0).reshape(2, 2, 3) / 8
    wg.testing.check_grads(lambda x, y: function(x, y) ** 2, (x, y), order=2, modes=("fwd", "rev"))
    for axes in ((0, None), (0, 0)):
        found = wg.vmap(function, in_axes=axes)(np.stack([x, -x]), y if axes[1] is None else np.stack([y, y]))
        same(found, np.stack([function(wg.array(v), wg.array(y)).numpy() for v in (x, -x)]))


def test_parts_of_other_dtypes_get_gradients_of_their_own():
    x, y = wg.ones(2, requires_grad=True), wg.ones(1, dtype="float32", requires_grad=True)
    (wg.concatenate([x, y, [1, 2]]) * wg.arange(5.0)).sum().backward()
    same(x.grad, np.array([0.0, 1]))
    same(y.grad, np.array([2.0], dtype="float32"))
    assert math.isclose(wg.concatenate([x, y]).sum().item(), 3)


@FEW
@given(
    data=st.data(),
    kind=st.sampled_from(["no", "safe", "same_kind", "unsafe"]),
    dtype=st.sampled_from(["float32", "int64", "complex128"]),
)
def test_dtypes_and_targets(data, kind, dtype, arrays, like_numpy):
    x = data.draw(arrays((2,), finite=True))
    options = {"dtype": dtype, "casting": kind}
    for name in ("concatenate", "stack", "hstack", "vstack"):
        if x.dtype.kind == "c" and kind == "unsafe":
            continue  # NumPy warns of lost imaginary parts
        like_numpy(name, np.stack([x, x]), **options)
    for out in (np.zeros(4, dtype), wg.zeros(4, dtype)):
        if np.can_cast(x.dtype, dtype, "same_kind"):
            assert wg.concatenate([x, x], out=out) is out
            np.testing.assert_array_equal(np.asarray(out), np.concatenate([x, x], out=np.zeros(4, dtype)))


def test_errors_of_targets():
    with pytest.raises(TypeError, match="not both"):
        wg.concatenate([[1.0]], out=np.zeros(1), dtype=float)
    with pytest.raises(wg.ShapeError, match=r"\(2,\) in an array of shape \(3,\)"):
        wg.concatenate([[1.0], [2.0]], out=np.zeros(3))
    with pytest.raises(wg.ConversionError, match="recorded value into a plain"):
        wg.concatenate([wg.array([1.0], requires_grad=True)], out=np.zeros(1))
    with pytest.raises(TypeError, match="not into list"):
        wg.stack([[1.0]], out=[[0.0]])

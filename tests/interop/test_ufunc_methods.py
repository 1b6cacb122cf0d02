"""The methods of NumPy's ufuncs on recorded arrays: NumPy's values, and derivatives of every one."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
UFUNCS = [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.hypot, np.logaddexp, np.arctan2, np.power]
A = np.array([[1.3, 0.7, 1.2, 0.9], [0.5, 1.6, 0.1, 2.0], [1.1, 0.4, 0.8, 0.6]])


def same(found, expected):
    assert isinstance(found, wg.Array)
    expected = np.asarray(expected)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found.detach(), expected, rtol=1e-12)


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda u: u.__name__)
def test_all_methods_have_derivatives(ufunc):
    x = wg.array(A, requires_grad=True)
    for call in (
        lambda x: ufunc.reduce(x, axis=1),
        lambda x: ufunc.reduce(x, axis=0, keepdims=True),
        lambda x: ufunc.accumulate(x, axis=1),
        lambda x: ufunc.reduceat(x, [0, 2, 1, 3], axis=1),
        lambda x: ufunc.outer(x[0], x[1]),
    ):
        y = call(x)
        assert y.requires_grad
        same(y, call(A))
        wg.testing.check_grads(call, (A,), order=1)


@FEW
@given(data=st.data(), ufunc=st.sampled_from(UFUNCS[:7]))
def test_reduce(data, ufunc):
    shape = tuple(data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=3)))
    a = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    kwargs = {"axis": data.draw(st.sampled_from([None, *range(-a.ndim, a.ndim), tuple(range(a.ndim))]))}
    kwargs["keepdims"] = data.draw(st.booleans())
    if data.draw(st.booleans()):
        kwargs["initial"] = 1.5
        if data.draw(st.booleans()):
            kwargs["where"] = np.arange(shape[-1]) % 2 == 0
    x = wg.array(a, requires_grad=True)
    try:
        expected = ufunc.reduce(a, **kwargs)
    except ValueError:
        with pytest.raises(ValueError, match=r"reorderable|identity|no elements"):
            ufunc.reduce(x, **kwargs)
    else:
        same(ufunc.reduce(x, **kwargs), expected)


@FEW
@given(data=st.data(), ufunc=st.sampled_from([np.add, np.subtract, np.multiply, np.maximum, np.divide]))
def test_at(data, ufunc):
    a, y = A.copy(), np.array([0.5, 2.0, 3.0, 1.5, 0.25])
    indices = data.draw(
        st.lists(st.integers(-3, 2), min_size=5, max_size=5).map(lambda i: (i, data.draw(st.permutations(i))))
        | st.just((slice(None), [0, 1, 1, 0, 1]))
    )
    x, recorded = wg.array(a, requires_grad=True) * 1, wg.array(y, requires_grad=True)
    assert ufunc.at(x, indices, recorded) is None
    ufunc.at(a, indices, y)
    same(x, a)

    def f(x, y):
        target = x * 1
        ufunc.at(target, indices, y)
        return target

    wg.testing.check_grads(f, (A, y), order=1)


def test_at_of_one_operand_and_of_masks():
    a, x = A.copy(), wg.array(A, requires_grad=True) * 1
    for target in (a, x):
        np.negative.at(target, ([0, 0, 0, 1], [1, 1, 1, 2]))
        np.add.at(target, A > 1, 10.0)
    same(x, a)
    assert x.requires_grad


def test_at_on_plain_arrays():
    a = A.copy()
    np.add.at(a, [0, 0], wg.array(1.0))
    np.testing.assert_allclose(a[0], A[0] + 2)
    with pytest.raises(wg.ConversionError, match="lose its derivative"):
        np.add.at(a, 0, wg.array(1.0, requires_grad=True))
    leaf = wg.array(A, requires_grad=True)
    with pytest.raises(wg.GraphError, match="leaf"):
        np.add.at(leaf, 0, 1.0)


def test_under_transforms():
    def f(x):
        return np.sum(np.hypot.accumulate(x) * np.subtract.reduce(x, axis=0))

    same(wg.vmap(f)(np.stack([A, 2 * A])), [np.asarray(f(A)), np.asarray(f(2 * A))])
    wg.testing.check_grads(f, (A,), order=2)
    same(wg.compile(f)(A), f(A))


def test_integers_stay_numpys():
    n = np.array([6, 3, 5])
    same(np.bitwise_and.reduce(wg.array(n)), np.bitwise_and.reduce(n))
    same(np.add.reduce(wg.array(n), dtype="float32"), np.add.reduce(n, dtype="float32"))
    same(np.subtract.accumulate(wg.array(n)), np.subtract.accumulate(n))

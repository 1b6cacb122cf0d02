"""Interpolation is NumPy's, and differentiable in the place and in the points."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
XP, FP = np.array([-1.0, 0.0, 0.7, 2.0]), np.array([0.5, -1.0, 2.0, 1.0])


@FEW
@given(data=st.data(), ends=st.booleans())
def test_interp(data, ends, arrays, like_numpy):
    n = data.draw(st.integers(1, 4))
    x = data.draw(arrays(dtypes=("float64", "float32", "int64", "bool")))
    xp = np.sort(data.draw(arrays((n,), ("float64", "float32", "int64"), finite=True)))
    if len(np.unique(xp)) < n:
        return
    fp = data.draw(arrays((n,), finite=True))
    kwargs = {"left": -7.5, "right": 9} if ends else {}
    like_numpy("interp", x, xp, fp, rtol=1e-13, **kwargs)


@FEW
@given(data=st.data(), period=st.sampled_from([2.5, -3, 360.0]))
def test_a_period(data, period, arrays, like_numpy):
    x = data.draw(arrays(dtypes=("float64", "int64"), finite=True))
    xp = data.draw(arrays((3,), ("float64",), finite=True))
    if len(np.unique(xp % period)) == 3:
        like_numpy("interp", x, xp, FP[:3], period=period, rtol=1e-12)


def test_numbers_and_sequences(like_numpy):
    like_numpy("interp", 0.5, [0, 1], [1, 3])
    like_numpy("interp", [-3, 0.5, 7], [0, 1], [1, 3j], left=-1, right=2j)


def test_derivatives(smooth):
    x = np.array([[-2.0, -0.4, 0.3], [0.9, 1.9, 5.0]])
    smooth(wg.interp, x, XP, FP, rtol=1e-6)
    smooth(lambda x, l, r: wg.interp(x, XP, FP, l, r), x, np.array(3.0), np.array(4.0))
    smooth(lambda x, fp: wg.interp(x, XP, fp * (1 + 0.5j)), x, FP)


def test_derivatives_on_a_circle(smooth):
    x = np.array([-2.0, -0.4, 0.3, 5.0])
    smooth(lambda x, xp, fp, period: wg.interp(x, xp, fp, period=period), x, XP, FP, np.array(3.5), rtol=1e-6)


def test_of_one_point(smooth):
    smooth(lambda x, xp, fp: wg.interp(x, xp, fp) * x, np.array([0.5, 3.0]), np.array([1.0]), np.array([2.0]))


def test_through_numpy_and_nested():
    x = wg.array([0.2, 1.5], requires_grad=True)
    np.interp(x, XP, FP).sum().backward()
    slopes = np.diff(FP) / np.diff(XP)
    np.testing.assert_allclose(x.grad, [slopes[1], slopes[2]])
    by_points = wg.grad(
        lambda fp: wg.sum(wg.vmap(lambda x: wg.jvp(lambda x: wg.interp(x, XP, fp), (x,), (1.0,))[1])(x))
    )
    np.testing.assert_allclose(by_points(FP), [0.0, -1 / 0.7, 1 / 0.7 - 1 / 1.3, 1 / 1.3])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.interp(0.0, [], []), wg.ShapeError, r"vectors of one length.*\(0,\)"),
        (lambda: wg.interp(0.0, [0.0, 1.0], [1.0]), wg.ShapeError, r"\(2,\) and \(1,\)"),
        (lambda: wg.interp(0.0, 1.0, 1.0), wg.ShapeError, r"\(\) and \(\)"),
        (lambda: wg.interp(1j, [0.0], [1.0]), wg.DTypeError, "real x"),
        (lambda: wg.interp(0.0, [1j], [1.0]), wg.DTypeError, "real xp"),
        (lambda: wg.interp(0.0, [1.0], [1.0], left=1j), wg.DTypeError, "beyond the ends"),
        (lambda: wg.interp(0.0, [1.0], [1.0], period=0), ValueError, "not 0"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()

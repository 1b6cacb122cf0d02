"""Reductions and scans are NumPy's."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=40, deadline=None)
DTYPES = st.sampled_from([None, "float64", "float32", "complex128", "int64", "int8"])


def axes(ndim):
    """NumPy's ``axis`` argument for arrays of so many dimensions: none, one or several, from the front or the back."""
    if ndim == 0:
        return st.none() | st.just(())
    one = st.integers(-ndim, ndim - 1)
    several = st.lists(one, unique_by=lambda a: a % ndim, max_size=ndim).map(tuple)
    return st.none() | one | several


@pytest.mark.parametrize("name", ["sum", "prod"])
@FEW
@given(data=st.data(), dtype=DTYPES, keepdims=st.booleans())
def test_sums_and_products(name, data, dtype, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays(finite=dtype in ("int64", "int8")))
    axis = data.draw(axes(x.ndim))
    rtol = 1e-4 if dtype == "float32" else tolerance(x)
    like_numpy(name, x, axis=axis, dtype=dtype, keepdims=keepdims, rtol=rtol)
    like_numpy(name, x, axis, keepdims=keepdims, rtol=tolerance(x))


@pytest.mark.parametrize("name", ["max", "amax", "min", "amin", "any", "all", "count_nonzero"])
@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_what_needs_no_rounding(name, data, keepdims, arrays, like_numpy):
    x = data.draw(arrays())
    like_numpy(name, x, axis=data.draw(axes(x.ndim)), keepdims=keepdims)
    like_numpy(name, x)


@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_logsumexp(data, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays(dtypes=("float64", "float32", "int64")))
    axis = data.draw(axes(x.ndim))
    if x.size == 0 or x.ndim == 0 or axis == ():
        return  # SciPy refuses these, or gives another shape
    like_numpy("logsumexp", x, axis=axis, keepdims=keepdims, rtol=tolerance(x), numpy=scipy.special.logsumexp)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@FEW
@given(data=st.data(), keepdims=st.booleans())
def test_positions(name, data, keepdims, arrays, like_numpy):
    x = data.draw(arrays())
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    like_numpy(name, x, axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@FEW
@given(data=st.data(), dtype=DTYPES)
def test_scans(name, data, dtype, arrays, like_numpy, tolerance):
    x = data.draw(arrays(finite=dtype in ("int64", "int8")))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    rtol = 1e-4 if dtype == "float32" else tolerance(x)
    like_numpy(name, x, axis, dtype, rtol=rtol)
    like_numpy(name, x, axis=axis, rtol=tolerance(x))


def test_small_integers_are_added_in_the_machine_s(like_numpy):
    x = np.array([100, 100], "int8")
    for name in ("sum", "prod", "cumsum", "cumprod"):
        like_numpy(name, x)
        like_numpy(name, x, dtype="int8")
    like_numpy("sum", np.array([True, True]))


def test_sequences_and_numbers(like_numpy):
    like_numpy("sum", [[1, 2], [3, 4]], axis=1)
    like_numpy("max", 3.0)
    like_numpy("cumsum", 3.0)
    like_numpy("argmax", 3.0)


def test_the_axis_may_be_a_list_s_entry_of_numpy():
    assert wg.sum(np.ones((2, 3)), axis=np.int64(1)).shape == (2,)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.sum(np.ones((2, 3)), axis=2), ValueError, "axis 2 is out of bounds .* 2 dimension"),
        (lambda: wg.sum(np.ones((2, 3)), axis=(0, -2)), ValueError, "same axis twice"),
        (lambda: wg.sum(np.ones((2, 3)), axis=0.5), TypeError, "must be an integer"),
        (lambda: wg.sum(np.ones(2), dtype="U1"), TypeError, "dtype"),
        (lambda: wg.max(np.ones((0, 3)), axis=0), ValueError, r"no elements.*\(0, 3\)"),
        (lambda: wg.argmin(np.ones((2, 0))), ValueError, r"no elements.*\(2, 0\)"),
        (lambda: wg.argmax(np.ones((2, 3)), axis=-3), ValueError, "out of bounds"),
        (lambda: wg.cumsum(np.ones((2, 3)), axis=2), ValueError, "out of bounds"),
        (lambda: wg.sum(["a"]), TypeError, "expected numbers"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert isinstance(caught.value, wg.WengertError)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: wg.sum(x, dtype="complex128"),
        lambda x: wg.cumsum(x),
        lambda x: wg.cumprod(x, axis=1),
        lambda x: wg.logsumexp(x, axis=(0, 1), keepdims=True),
        lambda x: wg.max(x, axis=1) * wg.min(x, axis=1),
    ],
)
def test_derivatives(f):
    wg.testing.check_grads(f, (np.array([[0.5, -1.2, 2.0], [1.5, 0.4, -0.3]]),))


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "any", "all"])
@settings(max_examples=25, deadline=None)
@given(data=st.data(), keepdims=st.booleans())
def test_some_elements(name, data, keepdims, arrays, like_numpy, tolerance):
    x = data.draw(arrays(data.draw(st.sampled_from([(2, 3), (3, 1, 2), (2, 0), ()]))))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None
    initial = {} if name in ("any", "all") else {"initial": data.draw(st.sampled_from([0, 2, -1.0]))}
    like_numpy(name, x, axis=axis, keepdims=keepdims, rtol=tolerance(x), **initial)
    where = data.draw(arrays((*x.shape[:-1], 1) if x.ndim else (), ("bool", "int64")))
    like_numpy(name, x, axis=axis, where=where, rtol=tolerance(x), **initial)


def test_derivatives_of_some_elements(smooth):
    x, first = np.array([[0.5, -1.2, 2.0], [1.5, 0.4, -0.3]]), np.array(0.7)
    where = np.array([[True, False, True], [False, True, True]])
    for name in ("sum", "prod", "max", "min"):
        f = getattr(wg, name)
        smooth(lambda x, first, f=f: f(x, axis=1, initial=first, where=where), x, first)
    x[0, 0] = np.inf
    assert wg.grad(lambda x: wg.sum(x, where=np.isfinite(x)))(x)[0, 0] == 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wg.max([1.0], where=[True]), ValueError, "needs initial="),
        (lambda: wg.sum(np.ones(3), where=np.ones((2, 3), bool)), wg.ShapeError, r"\(2, 3\) does not broadcast"),
        (lambda: wg.sum([1.0], initial=[1.0, 2.0]), wg.ShapeError, "initial must be a number"),
        (lambda: wg.prod([1.0], initial=1j), wg.DTypeError, "initial must be real"),
    ],
)
def test_bad_choices(call, error, message):
    with pytest.raises(error, match=message):
        call()

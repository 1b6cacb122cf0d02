"""Signs, fractions, exponents, neighbours and divisors are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=18, deadline=None)
REAL = ("float64", "float32", "int64", "bool")


@pytest.mark.parametrize("name", ["copysign", "heaviside", "nextafter", "fmod"])
@FEW
@given(data=st.data())
def test_of_two(name, data, arrays, like_numpy):
    like_numpy(name, data.draw(arrays(dtypes=REAL)), data.draw(arrays((1,), REAL) | st.sampled_from([0.0, -2.5, 2])))
    like_numpy(name, data.draw(arrays((2, 1), REAL)), data.draw(arrays((3,), REAL)))


@pytest.mark.parametrize("name", ["spacing", "frexp", "modf", "fix", "nan_to_num"])
@FEW
@given(data=st.data())
def test_of_one(name, data, arrays, like_numpy):
    like_numpy(name, data.draw(arrays(dtypes=REAL)))


@FEW
@given(data=st.data())
def test_of_integers(data, arrays, like_numpy):
    x, y = data.draw(arrays((2, 1), ("int64", "float64"))), data.draw(arrays((3,), ("int64", "bool")))
    for name in ("gcd", "lcm", "ldexp"):
        like_numpy(name, x, y)


@FEW
@given(data=st.data(), nan=st.sampled_from([0.0, 2]), posinf=st.sampled_from([None, 3.0]))
def test_nan_to_num(data, nan, posinf, arrays, like_numpy):
    like_numpy("nan_to_num", data.draw(arrays()), nan=nan, posinf=posinf, neginf=-1)
    like_numpy("nan_to_num", np.array([np.nan, 1.0, np.nan]), nan=np.array([1.0, 2.0, 3.0]))


def test_nan_to_num_in_place():
    x = wg.array([1.0, np.nan])
    assert wg.nan_to_num(x, copy=False) is x
    np.testing.assert_array_equal(x, [1.0, 0.0])
    plain = np.array([np.inf, 2.0])
    np.nan_to_num(wg.nan_to_num(plain, False, posinf=5.0))
    np.testing.assert_array_equal(plain, [5.0, 2.0])
    assert wg.nan_to_num([np.nan], copy=False)[0] == 0
    with pytest.raises(wg.ConversionError, match="plain NumPy array"):
        wg.nan_to_num(np.array([np.nan]), copy=False, nan=wg.array(1.0, requires_grad=True))


def test_signs_of_zeros():
    assert np.signbit(wg.copysign(0.0, -1.0)).item()
    assert np.signbit(wg.modf(-2.0)[0]).item()
    assert np.signbit(wg.fmod(-4.0, 2.0)).item()


@pytest.mark.parametrize("tol", [100, 1e-3])
def test_real_if_close(tol, like_numpy):
    for x in (np.array([1 + 1e-14j, 2.0]), np.array([1 + 1e-12j, 2.0], "complex64"), np.array([1 + 1j]), np.ones(2)):
        like_numpy("real_if_close", x, tol=tol)


def test_derivatives(smooth):
    x, y = np.array([[1.7, -0.6, 2.3]]), np.array([[0.7], [-0.4]])
    smooth(wg.copysign, x, y)
    smooth(lambda x, y: wg.fmod(x, y) * x, x, y)
    smooth(lambda x: wg.ldexp(x, [1, -2, 3]) * x, x)
    smooth(lambda x: wg.frexp(x)[0] ** 2, x)
    smooth(lambda x: wg.modf(x)[0] ** 2 + wg.modf(x)[1], x)
    smooth(lambda x, h: wg.heaviside(x, h) * x, x, y)
    smooth(lambda x: wg.nextafter(x, 0.0) ** 2 + wg.spacing(x), x, rtol=1e-6)
    smooth(lambda x, a, b, c: wg.nan_to_num(x, True, a, b, c) ** 2, x, y, y, y)
    smooth(lambda x: wg.fix(x) * x + wg.around(x), x)


def test_derivatives_where_it_matters():
    x = wg.array([np.nan, 2.0, np.inf, -np.inf])
    number = wg.array(3.0)
    gradient, by_nan = wg.grad(lambda x, n: wg.sum(wg.nan_to_num(x, nan=n, posinf=1, neginf=1) ** 2), argnums=(0, 1))(
        x, number
    )
    np.testing.assert_array_equal(gradient, [0.0, 4.0, 0.0, 0.0])
    assert by_nan == 6.0
    z = wg.array([1 + 1e-20j, 2.0], requires_grad=True)
    wg.sum(wg.real_if_close(z) ** 2).backward()
    np.testing.assert_allclose(z.grad, [2.0, 4.0])
    recorded = wg.array([1.5, -2.5], requires_grad=True)
    np.modf(recorded)[0].sum().backward()
    np.testing.assert_array_equal(recorded.grad, [1.0, 1.0])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: wg.copysign(1j, 1.0), TypeError),
        (lambda: wg.gcd(1.5, 2), TypeError),
        (lambda: wg.ldexp(1.0, 0.5), TypeError),
        (lambda: wg.frexp(1j), TypeError),
        (lambda: wg.fmod(["a"], 1), TypeError),
    ],
)
def test_bad_arguments(call, error):
    with pytest.raises(error):
        call()

"""Parts of complex numbers are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


@pytest.mark.parametrize("name", ["conj", "conjugate", "real", "imag"])
@FEW
@given(data=st.data())
def test_parts(name, data, arrays, like_numpy):
    like_numpy(name, data.draw(arrays()))


@FEW
@given(data=st.data(), deg=st.booleans())
def test_angle(data, deg, arrays, like_numpy):
    like_numpy("angle", data.draw(arrays()), deg)


@pytest.mark.parametrize("name", ["conj", "real", "imag", "angle"])
@pytest.mark.parametrize("number", [2, -2.5, 1 - 2j, [1, 2j]])
def test_python_numbers(name, number, like_numpy):
    like_numpy(name, number)


def test_derivatives():
    z = np.array([1 + 2j, -0.5 - 1j])
    for f in (wg.conj, wg.real, wg.imag, wg.angle, lambda z: wg.angle(z, deg=True)):
        wg.testing.check_grads(f, (z,))


def test_gradients_point_uphill():
    z = np.array(3 + 4j)
    assert wg.grad(wg.absolute)(z).item() == pytest.approx(0.6 + 0.8j)
    assert wg.grad(wg.angle)(z).item() == pytest.approx(1j * z / 25)

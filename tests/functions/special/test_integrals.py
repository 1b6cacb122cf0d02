"""lambertw is SciPy's."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


@FEW
@given(data=st.data())
def test_lambertw(data, arrays):
    z = data.draw(arrays(dtypes=("float64", "float32", "complex128", "int64"), finite=True))
    k = data.draw(st.sampled_from([0, -1, 1, np.array([0, -1, 2]), np.array(0.0)]))
    if np.ndim(k) and z.shape[-1:] not in ((), (1,), (3,)):
        k = 0
    np.testing.assert_array_equal(wg.special.lambertw(z, k), scipy.special.lambertw(z, k))
    assert wg.special.lambertw(z, k).dtype == scipy.special.lambertw(z, k).dtype


def test_derivatives(smooth):
    smooth(wg.special.lambertw, np.array([0.3 + 0.2j, -0.1 + 1j]))
    smooth(lambda x: wg.special.lambertw(x, np.array([[0], [1]])), np.array([0.5, 2.0]))
    derivative = wg.grad(lambda x: wg.real(wg.special.lambertw(x)))
    assert [derivative(0.0).item(), wg.grad(derivative)(0.0).item()] == [1.0, -2.0]
    np.testing.assert_allclose(derivative(1e300), 1 / 1e300 / (1 + 1 / scipy.special.lambertw(1e300).real), rtol=1e-12)


def test_errors():
    with pytest.raises(wg.DTypeError, match="lambertw takes integers for its branch k"):
        wg.special.lambertw(1.0, 1j)
    with pytest.raises(wg.DTypeError, match="lambertw takes integers for its branch k"):
        wg.grad(lambda k: wg.real(wg.special.lambertw(1.0, k)))(1.0)

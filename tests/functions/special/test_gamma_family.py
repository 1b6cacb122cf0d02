"""What is composed of gamma functions is SciPy's: polygamma, zeta, multigammaln, comb, factorial."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)
REAL = ("float64", "float32", "int64", "bool")


@FEW
@given(data=st.data())
def test_values(data, arrays, like_numpy):
    x = data.draw(arrays(dtypes=REAL))
    y = data.draw(arrays(x.shape[1:], REAL))
    n = data.draw(st.sampled_from([0, 1, 2, np.array([3]), np.array(1)]))
    like_numpy("special.polygamma", n, x, numpy=scipy.special.polygamma, rtol=1e-12)
    like_numpy("special.zeta", x, numpy=scipy.special.zeta, rtol=1e-12)
    like_numpy("special.zeta", x, y, numpy=scipy.special.zeta, rtol=1e-12)
    for repetition in (False, True):
        like_numpy("special.comb", x, y, repetition=repetition, numpy=comb, rtol=1e-6)
    d = data.draw(st.integers(1, 4))
    like_numpy("special.multigammaln", np.abs(x) + 2, d, numpy=scipy.special.multigammaln, rtol=1e-6)


def comb(N, k, repetition):
    """SciPy's, but of single numbers as of arrays: of those it gives some in double precision, some not."""
    shape = np.broadcast_shapes(N.shape, k.shape)
    return scipy.special.comb(np.atleast_1d(N), k, repetition=repetition).reshape(shape)


def test_factorial():
    for n in ([0, 3, -1], 2.5, np.float32([1.5, 0.0]), np.array([], int)):
        np.testing.assert_allclose(wg.special.factorial(n), scipy.special.factorial(n), rtol=1e-6)


def test_multigammaln_of_small_numbers_is_no_number():
    np.testing.assert_array_equal(
        np.isnan(np.asarray(wg.special.multigammaln([0.4, 0.5, 0.6], 2))), [True, True, False]
    )
    gradient = wg.grad(lambda x: wg.sum(wg.special.multigammaln(x, 2)[1:]))(wg.array([0.4, 1.5]))
    np.testing.assert_allclose(gradient, [0.0, scipy.special.psi(1.5) + scipy.special.psi(1.0)])


def test_derivatives(smooth):
    x = np.array([[0.7, 1.9], [3.2, 2.4]])
    smooth(lambda x: wg.special.polygamma(np.array([0, 2]), x), x)
    smooth(lambda x: wg.special.multigammaln(x + 1, 3), x)
    smooth(wg.special.zeta, x + 1)
    smooth(wg.special.zeta, np.array([-2.5, 0.3]))
    smooth(lambda x, q: wg.special.zeta(x, q), x + 1, x[0])
    smooth(lambda n, k: wg.special.comb(n, k), x + 3, x[0] / 2)
    smooth(lambda n: wg.special.comb(n, 2.5, repetition=True), x)
    smooth(wg.special.factorial, x)


def test_errors():
    with pytest.raises(wg.DTypeError, match=r"comb\(exact=True\).*math\.comb"):
        wg.special.comb(5, 2, exact=True)
    with pytest.raises(wg.DTypeError, match=r"factorial\(exact=True\).*math\.factorial"):
        wg.special.factorial(5, exact=True)
    with pytest.raises(wg.DTypeError, match="factorial takes real numbers"):
        wg.special.factorial(1j)
    with pytest.raises(wg.DTypeError, match="positive integer for its dimension d"):
        wg.special.multigammaln(5.0, 2.5)
    with pytest.raises(wg.ShapeError, match="positive integer for its dimension d"):
        wg.special.multigammaln(5.0, 0)
    with pytest.raises(wg.DTypeError, match="multigammaln takes real numbers"):
        wg.special.multigammaln(1j, 2)

"""Factors of matrices are NumPy's and SciPy's, and have right derivatives."""

import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings, strategies as st

import wengert as wg

la = wg.linalg
FEW = settings(max_examples=20, deadline=None)
BOTH = pytest.mark.parametrize("dtype", ["float64", "complex128"])


@FEW
@given(data=st.data(), mode=st.sampled_from(["reduced", "complete", "r"]))
def test_qr(data, mode, stacks, like_numpy):
    x = data.draw(stacks())
    like_numpy("linalg.qr", x, mode, rtol=1e-4 if x.dtype == np.float32 else 1e-10)


def test_the_result_of_qr_has_numpys_names():
    assert la.qr(np.eye(2))._fields == ("Q", "R")


@BOTH
@pytest.mark.parametrize("shape", [(2, 4, 2), (2, 3), (3, 3)])
def test_derivatives_of_qr(shape, dtype, random, smooth):
    a, k = random(*shape, dtype=dtype), min(shape[-2:])
    smooth(la.qr, a)
    smooth(lambda a: la.qr(a, "r"), a)

    def defined(a):
        q, r = la.qr(a, "complete")
        rest = q[..., k:]
        return q[..., :k], r, rest @ wg.conj(wg.matrix_transpose(rest))

    smooth(defined, a)


def test_qr_of_dependent_columns_has_no_derivative():
    for mode in ("reduced", "r"):
        a = wg.array(np.zeros((2, 2)), requires_grad=True)
        r = la.qr(a, mode)[-1] if mode == "reduced" else la.qr(a, mode)
        with pytest.raises(np.linalg.LinAlgError):
            r.sum().backward()


def factors(x):
    """SciPy's, with a real permutation also of complex matrices of order 1."""
    p, lower, upper = scipy.linalg.lu(x)
    return p.real, lower, upper


@FEW
@given(data=st.data())
def test_lu(data, stacks, like_numpy):
    x = data.draw(stacks())
    rtol = 1e-4 if x.dtype == np.float32 else 1e-10
    if x.size:
        like_numpy("linalg.lu", x, numpy=factors, rtol=rtol)
        like_numpy("linalg.lu", x, True, numpy=lambda x, p: tuple(scipy.linalg.lu(x, p)), rtol=rtol)
        packed, pivots = la.lu_factor(x)
        for index in np.ndindex(x.shape[:-2]):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", scipy.linalg.LinAlgWarning)  # of singular matrices
                expected = scipy.linalg.lu_factor(x[index])
            np.testing.assert_allclose(packed[index], expected[0], rtol=rtol, atol=rtol)
            np.testing.assert_array_equal(pivots[index], expected[1])
    lower, upper = la.lu(x, permute_l=True)
    np.testing.assert_allclose(lower @ upper, x, atol=1e-4 if rtol > 1e-5 else 1e-10)
    rows, lower, upper = la.lu(x, p_indices=True)
    assert rows.dtype == np.intp
    np.testing.assert_allclose(np.take_along_axis(lower, rows[..., None], -2) @ upper, x, atol=1e-4)


@BOTH
@pytest.mark.parametrize("shape", [(2, 4, 2), (2, 3), (3, 3)])
def test_derivatives_of_lu(shape, dtype, random, smooth):
    a = random(*shape, dtype=dtype)
    smooth(lambda a: la.lu(a)[1:], a)
    smooth(lambda a: la.lu(a, permute_l=True), a)
    smooth(lambda a: la.lu_factor(a)[0], a)


def test_permutations_are_constants(random):
    a = wg.array(random(3, 3), requires_grad=True)
    assert not la.lu(a)[0].requires_grad
    assert not la.lu(a, p_indices=True)[0].requires_grad
    assert not la.lu_factor(a)[1].requires_grad


def test_errors():
    with pytest.raises(ValueError, match="'reduced', 'complete' or 'r', not 'raw'"):
        la.qr(np.eye(2), "raw")
    for function in (la.qr, la.lu, la.lu_factor):
        with pytest.raises(wg.ShapeError, match=r"a matrix.*\(2,\)"):
            function(np.ones(2))
        with pytest.raises(TypeError, match="float16"):
            function(np.ones((2, 2), "float16"))


@BOTH
@pytest.mark.parametrize("side", ["right", "left"])
def test_polar(side, dtype, random, same, smooth):
    a = random(3, 3, dtype=dtype)
    for found, expected in zip(la.polar(a, side), scipy.linalg.polar(a, side), strict=True):
        same(found, expected, 1e-10)
    smooth(lambda a: la.polar(a, side), a)
    rectangle = random(2, 3, 2, dtype=dtype) if side == "right" else random(2, 2, 3, dtype=dtype)
    smooth(lambda a: la.polar(a, side), rectangle)


def test_polar_where_singular_values_coincide(random):
    """At the identity u moves by the skew part of the direction, and p by the symmetric one."""
    w = random(3, 3)
    for index, expected in ((0, (w - w.T) / 2), (1, (w + w.T) / 2)):
        found = wg.grad(lambda a, i=index: wg.sum(w * la.polar(a)[i]))(np.eye(3))
        np.testing.assert_allclose(found, expected, atol=1e-14)
    with pytest.raises(ValueError, match="'right' or 'left'"):
        la.polar(w, "up")

"""Functions of matrices are SciPy's, with right derivatives also where eigenvalues coincide."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings, strategies as st

import wengert as wg

la = wg.linalg
FEW = settings(max_examples=20, deadline=None)
NAMES = pytest.mark.parametrize("name", ["expm", "logm", "sqrtm"])


@FEW
@given(data=st.data())
def test_exponentials(data, stacks, like_numpy):
    x = data.draw(stacks(square=True))
    reference = lambda x: scipy.linalg.expm(x) if x.size else x.astype(np.result_type(x, "f4"))  # noqa: E731
    like_numpy("linalg.expm", x, numpy=reference, rtol=1e-4 if x.dtype == np.float32 else 1e-10)


@pytest.mark.parametrize("name", ["logm", "sqrtm"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128", "complex64", "int64"])
@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 2), (2, 1, 1, 1), (0, 0), (0, 2, 2)])
def test_inverses_of_powers(name, shape, dtype, regular, same):
    a = regular(*shape, dtype=dtype)
    kind = np.result_type(a, "f4") if a.dtype.kind in "fc" else float
    wide = a.astype(np.result_type(a, float))
    each = [getattr(scipy.linalg, name)(m) for m in wide.reshape(-1, *shape[-2:])] if a.size else []
    same(getattr(la, name)(a), np.array(each).reshape(shape).astype(kind))


@NAMES
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_derivatives(name, dtype, regular, smooth):
    smooth(getattr(la, name), regular(2, 2, 2, dtype=dtype))


@NAMES
def test_derivatives_where_eigenvalues_coincide(name, random):
    """At the identity the derivative is f'(1) times the direction."""
    slope = {"expm": np.e, "logm": 1.0, "sqrtm": 0.5}[name]
    w, one = random(3, 3), np.eye(3)
    np.testing.assert_allclose(wg.grad(lambda a: wg.sum(w * getattr(la, name)(a)))(one), slope * w, rtol=1e-12)
    np.testing.assert_allclose(wg.jvp(getattr(la, name), (one,), (w,))[1], slope * w, rtol=1e-12)


@pytest.mark.parametrize("name", ["logm", "sqrtm"])
def test_real_matrices_without_a_real_value_give_nan(name):
    a = np.stack([np.diag([-1.0, 2.0]), np.eye(2), [[np.inf, 0.0], [0.0, 1.0]]])
    found = np.asarray(getattr(la, name)(a))
    assert np.isnan(found[[0, 2]]).all()
    np.testing.assert_allclose(found[1], getattr(scipy.linalg, name)(np.eye(2)), atol=1e-15)
    turned = np.array([[0.0, -1.0], [1.0, 0.0]])  # complex eigenvalues, and a real value
    np.testing.assert_allclose(getattr(la, name)(turned), getattr(scipy.linalg, name)(turned).real, atol=1e-15)
    np.testing.assert_allclose(getattr(la, name)(a[0] + 0j), getattr(scipy.linalg, name)(a[0]), atol=1e-15)


@NAMES
def test_errors(name):
    with pytest.raises(wg.ShapeError, match=r"square matrix.*\(2, 3\)"):
        getattr(la, name)(np.ones((2, 3)))
    with pytest.raises(TypeError, match="float16"):
        getattr(la, name)(np.ones((2, 2), "float16"))


ENTIRE = pytest.mark.parametrize("name", ["cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm"])


@ENTIRE
@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128", "int64"])
def test_functions_of_exponentials(name, dtype, regular, same):
    a = regular(2, 3, 3, dtype=dtype)
    a = a // 4 if dtype == "int64" else a / 4
    kind = a.dtype if a.dtype.kind in "fc" else float
    wide = a.astype(np.result_type(a, float))
    same(getattr(la, name)(a), np.array([getattr(scipy.linalg, name)(m) for m in wide]).astype(kind), 1e-10)
    empty = getattr(la, name)(np.zeros((0, 0), dtype))
    assert (empty.shape, empty.dtype) == ((0, 0), kind)


@ENTIRE
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_derivatives_of_functions_of_exponentials(name, dtype, regular, smooth):
    smooth(getattr(la, name), regular(2, 2, dtype=dtype) / 4)

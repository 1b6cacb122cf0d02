"""Every special function that is a ufunc of SciPy's is that ufunc, in values, dtypes, shapes and errors."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=8, deadline=None)
UFUNCS = sorted(
    name
    for name in wg.special.__all__
    if isinstance(getattr(scipy.special, name), np.ufunc) and name not in ("jn", "psi", "sinc", "xlogy")
)
ALIASES = {"jn": "jv", "psi": "digamma"}


@pytest.mark.parametrize("name", UFUNCS)
@FEW
@given(data=st.data())
def test_is_scipys(data, name, arrays, like_numpy):
    ufunc = getattr(scipy.special, name)
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(num_shapes=ufunc.nin, min_dims=0, max_dims=2, min_side=0, max_side=2)
    )
    inputs = [data.draw(arrays(shape)) for shape in shapes.input_shapes]
    like_numpy(f"special.{name}", *inputs, numpy=ufunc, rtol=1e-12)


@pytest.mark.parametrize("name", UFUNCS)
def test_numbers_and_lists_and_small_dtypes(name):
    ufunc, function = getattr(scipy.special, name), getattr(wg.special, name)
    number = 1.0 if name in ("yn", "expn") else 0.5
    numbers = [number] * ufunc.nin
    with np.errstate(all="ignore"):
        for inputs in (numbers, [[number, 1.0]] * ufunc.nin, [np.float32(number)] * ufunc.nin):
            compare(function, ufunc, inputs)
        for kind in (np.float32, np.float16):  # Python's numbers promote weakly
            compare(function, ufunc, [kind([number, 1.0]), *numbers[1:]])
            compare(function, ufunc, [*numbers[1:], kind([number, 1.0])])


def compare(function, ufunc, inputs):
    expected, found = ufunc(*inputs), function(*inputs)
    for one, other in zip(as_tuple(found), as_tuple(expected), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-3 if one.dtype.itemsize < 4 else 1e-6)


def as_tuple(x):
    return x if isinstance(x, tuple) else (x,)


@pytest.mark.parametrize("name", UFUNCS)
def test_scipys_ufunc_records(name):
    ufunc, function = getattr(scipy.special, name), getattr(wg.special, name)
    kind = complex if name == "wofz" else float
    x = wg.array(np.array([0.25, 0.5], kind), requires_grad=True)
    inputs = [*[1 if name in ("yn", "expn") else 0.75] * (ufunc.nin - 1), x]
    found, expected = as_tuple(ufunc(*inputs)), as_tuple(function(*inputs))
    for one, other in zip(found, expected, strict=True):
        assert one.requires_grad
        np.testing.assert_array_equal(one.detach(), other.detach())
    targets = [wg.zeros(2, dtype=y.dtype) for y in expected]
    ufunc(*inputs, out=tuple(targets))
    for target, other in zip(targets, expected, strict=True):
        assert target.requires_grad
        np.testing.assert_array_equal(target.detach(), other.detach())
    with pytest.raises(wg.ConversionError, match="would write a recorded value"):
        ufunc(*inputs, out=tuple(np.zeros(2, y.dtype) for y in expected))


def test_scipys_functions_around_ufuncs_record():
    x = wg.array([1.5, 2.5], requires_grad=True)
    for name, args in (("lambertw", (x,)), ("zeta", (x,)), ("zeta", (x, 2.0)), ("sinc", (x,))):
        found = getattr(scipy.special, name)(*args)
        assert found.requires_grad
        np.testing.assert_array_equal(found.detach(), getattr(wg.special, name)(*args).detach())


def test_aliases():
    for alias, name in ALIASES.items():
        assert getattr(wg.special, alias) is getattr(wg.special, name)
        assert getattr(scipy.special, alias) is getattr(scipy.special, name)
    assert wg.special.sinc is wg.sinc
    assert scipy.special.sinc is np.sinc


def test_errors():
    with pytest.raises(wg.DTypeError, match=r"^erfinv\(complex128\[\]\)"):
        wg.special.erfinv(wg.array(1j))
    with pytest.raises(wg.ShapeError, match=r"^beta\(float64\[2\], float64\[3\]\)"):
        wg.special.beta(wg.ones(2), wg.ones(3))
    with pytest.raises(TypeError):
        wg.special.erf("1")
    with pytest.raises(TypeError):
        wg.special.erf(x=1.0)


ORDERS = ["jv", "yv", "iv", "ive", "yn", "polygamma", "expn"]


@pytest.mark.parametrize("name", ORDERS)
def test_orders_without_derivatives_say_so(name):
    function = getattr(wg.special, name)
    message = f"^{name} has no derivative with respect to its argument [vn] here"
    with pytest.raises(wg.GraphError, match=message):
        wg.grad(function)(2.0, 1.5)
    with pytest.raises(wg.GraphError, match=message):
        wg.jvp(function, (2.0, 1.5), (1.0, 0.0))
    with pytest.raises(wg.GraphError, match=message):
        wg.hessian(function)(2.0, 1.5)
    assert np.isfinite(wg.grad(function, argnums=1)(2.0, 1.5))
    assert np.isfinite(wg.grad(lambda x: function(wg.stop_gradient(x), 1.5 * x))(2.0))


@pytest.mark.parametrize("name", ["k0", "erf", "gammainc", "softmax"])
def test_nested_transforms(name):
    function = getattr(wg.special, name)
    x = wg.array([[0.3, 0.9], [1.2, 2.1]])
    args = (lambda x: (2.0, x)) if name == "gammainc" else lambda x: (x,)

    def inner(x, t):
        return wg.sum(wg.jvp(lambda x: function(*args(x)), (x,), (t,))[1] ** 2)

    mapped = wg.grad(lambda x: wg.sum(wg.vmap(inner)(x, wg.cos(x))))(x)
    looped = np.stack([wg.grad(lambda r: inner(r, wg.cos(r)))(row) for row in x])
    np.testing.assert_allclose(mapped, looped, rtol=1e-12)
    compiled = wg.compile(lambda x: wg.grad(lambda x: inner(x, wg.cos(x)))(x))
    np.testing.assert_allclose(compiled(x[0]), looped[0], rtol=1e-12)


def test_kve_far_out():
    x = np.array([1e10, 1e160, 1e300])
    for name in ("k0e", "k1e"):
        found = wg.grad(lambda x, name=name: wg.sum(getattr(wg.special, name)(x)))(x)
        np.testing.assert_allclose(found, -0.5 * np.sqrt(np.pi / 2) * x**-1.5, rtol=1e-9)

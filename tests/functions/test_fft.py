"""Fourier transforms are NumPy's, and so are their derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=30, deadline=None)
NORMS = (None, "backward", "ortho", "forward")
ONE_AXIS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
SEVERAL_AXES = ("fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2")
SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5)


@FEW
@given(data=st.data(), norm=st.sampled_from(NORMS))
@pytest.mark.parametrize("name", ONE_AXIS)
def test_along_an_axis(name, data, norm, arrays, like_numpy, tolerance):
    x = data.draw(arrays(SHAPES, finite=True))
    n = data.draw(st.none() | st.integers(-1, 7))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    like_numpy(f"fft.{name}", x, n, axis, norm, rtol=tolerance(x))


@FEW
@given(data=st.data(), norm=st.sampled_from(NORMS))
@pytest.mark.parametrize("name", SEVERAL_AXES)
def test_along_several_axes(name, data, norm, arrays, like_numpy, tolerance):
    x = data.draw(arrays(hnp.array_shapes(min_dims=2, max_dims=3, max_side=4), finite=True))
    axes = data.draw(st.lists(st.integers(-x.ndim, x.ndim - 1), min_size=1, max_size=3).map(tuple))
    sizes = st.tuples(*[st.sampled_from([-1, 1, 2, 3, 5])] * len(axes))
    s = data.draw(st.none() | sizes)
    if "irfft" in name and s is None and x.shape[axes[-1]] == 1:
        s = (2,) * len(axes)
    like_numpy(f"fft.{name}", x, s, axes, norm, rtol=tolerance(x))


def test_default_axes(like_numpy):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    for name in SEVERAL_AXES:
        like_numpy(f"fft.{name}", x, rtol=1e-12)
    for name in ("fftn", "ifftn"):
        like_numpy(f"fft.{name}", x, axes=(), rtol=1e-12)
    with pytest.warns(DeprecationWarning, match="axes"):
        expected = np.fft.fftn(x, s=(2, 5))
    np.testing.assert_allclose(wg.fft.fftn(x, s=(2, 5)).numpy(), expected, atol=1e-12)


@FEW
@given(n=st.integers(1, 12), d=st.sampled_from([1.0, 0.25, 3]))
def test_frequencies(n, d, like_numpy):
    like_numpy("fft.fftfreq", n, d)
    like_numpy("fft.rfftfreq", n, d=d, device="cpu")


def test_frequencies_of_other_dtypes():
    assert wg.fft.fftfreq(4, dtype="float32").dtype == "float32"
    assert wg.fft.rfftfreq(4, dtype=wg.complex64).dtype == "complex64"


@FEW
@given(data=st.data())
def test_shifts(data, arrays, like_numpy):
    x = data.draw(arrays(SHAPES))
    axis = st.integers(-x.ndim, x.ndim - 1)
    axes = data.draw(st.none() | st.just(()) | axis | st.lists(axis, max_size=2, unique_by=lambda a: a % x.ndim))
    for name in ("fftshift", "ifftshift"):
        like_numpy(f"fft.{name}", x, axes)


# Derivatives ----------------------------------------------------------------------------------------------------------

REAL = np.random.default_rng(3).normal(size=(2, 5))
COMPLEX = REAL + 1j * REAL[:, ::-1] ** 2


@pytest.mark.parametrize("x", [REAL, COMPLEX], ids=["real", "complex"])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.fft.fft(x, 7, norm="ortho"),
        lambda x: wg.fft.ifft(x, 3, axis=0),
        lambda x: wg.fft.irfft(x, norm="forward"),
        lambda x: wg.fft.irfft(x, 9),
        lambda x: wg.fft.hfft(x, 5),
        lambda x: wg.fft.fftn(x, (3, 3)),
        lambda x: wg.fft.ifft2(x, axes=(1, 1)),
        lambda x: wg.fft.irfftn(x, (3, 6)),
        lambda x: wg.fft.fftshift(wg.fft.fft(x) ** 2),
        lambda x: wg.abs(wg.fft.ifft(wg.fft.fft(x) * np.arange(5))) ** 2,
    ],
)
def test_derivatives(function, x, smooth):
    smooth(function, x)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.fft.rfft(x),
        lambda x: wg.fft.rfft(x, 8, norm="ortho"),
        lambda x: wg.fft.ihfft(x, axis=0),
        lambda x: wg.fft.rfftn(x, (3, 4)),
        lambda x: wg.fft.irfft(wg.fft.rfft(x) ** 2, 5),
    ],
)
def test_derivatives_of_transforms_of_real_numbers(function, smooth):
    smooth(function, REAL)


def test_frequencies_are_differentiated(smooth):
    smooth(lambda d: wg.fft.fftfreq(5, d), 0.5)


def test_gradients_by_hand():
    """The gradient of Σ|y[k]|² is 2 n x by Parseval; that of one element is the wave of that frequency."""
    np.testing.assert_allclose(wg.grad(lambda x: wg.sum(wg.abs(wg.fft.fft(x)) ** 2))(REAL[0]), 10 * REAL[0])
    wave = np.cos(2 * np.pi * 2 * np.arange(5) / 5)
    np.testing.assert_allclose(wg.grad(lambda x: wg.real(wg.fft.rfft(x)[2]))(REAL[0]), wave)
    spectrum = np.zeros(3, complex)
    pulled = wg.grad(lambda y: wg.fft.irfft(y, 4)[1])(spectrum)
    np.testing.assert_allclose(pulled, [0.25, -0.5j, -0.25], atol=1e-16)  # no derivative at Im y[0] and Im y[2]


def test_numpys_functions_record():
    x = wg.array(REAL, requires_grad=True)
    loss = wg.sum(np.abs(np.fft.irfft2(np.fft.fftshift(np.fft.rfft2(x)))) ** 2)
    loss.backward()
    assert x.grad.shape == x.shape
    expected = wg.grad(lambda x: wg.sum(wg.fft.irfft2(wg.fft.fftshift(wg.fft.rfft2(x))) ** 2))(REAL)
    np.testing.assert_allclose(x.grad, expected)
    assert isinstance(np.fft.fft(x, norm="ortho"), wg.Array)


def test_nested_transforms():
    """A derivative of a batch of derivatives: the power of a spectrum is a quadratic form."""
    power = lambda x: wg.sum(wg.abs(wg.fft.rfft(x)) ** 2)  # noqa: E731
    pushed = lambda x: wg.jvp(power, (x,), (wg.ones(5),))[1]  # noqa: E731
    found = wg.grad(lambda xs: wg.sum(wg.vmap(pushed)(xs)))(REAL)
    hessian = wg.hessian(power)(REAL[0]).numpy()
    np.testing.assert_allclose(found, np.broadcast_to(hessian @ np.ones(5), (2, 5)))


def test_single_precision_and_lists():
    for name in (*ONE_AXIS, *SEVERAL_AXES):
        out = getattr(wg.fft, name)(np.ones((4, 4), "float32"))
        assert out.dtype in ("float32", "complex64")
    assert wg.fft.fft([1, 2]).dtype == "complex128"
    assert wg.fft.rfft([wg.array(1.0, requires_grad=True), 2.0]).requires_grad


@pytest.mark.parametrize("compiled", [wg.compile, lambda f: f])
def test_compiled(compiled):
    f = compiled(lambda x: wg.sum(wg.abs(wg.fft.rfft(x * 2)) ** 2))
    np.testing.assert_allclose(wg.grad(f)(REAL), wg.grad(lambda x: 4 * wg.sum(wg.abs(wg.fft.rfft(x)) ** 2))(REAL))


# Errors ---------------------------------------------------------------------------------------------------------------


def test_errors():
    with pytest.raises(wg.ShapeError, match="at least one point .*, not 0"):
        wg.fft.fft(REAL, 0)
    with pytest.raises(wg.ShapeError, match="at least one point"):
        wg.fft.irfft(np.ones(1))
    with pytest.raises(wg.ShapeError, match="out of bounds"):
        wg.fft.fft(np.float64(1.0))
    with pytest.raises(ValueError, match="norm must be .*, not 'unitary'"):
        wg.fft.fft(REAL, norm="unitary")
    with pytest.raises(wg.DTypeError, match=r"rfftn transforms real numbers, not complex128; use fft"):
        wg.fft.rfftn(COMPLEX)
    with pytest.raises(wg.ShapeError, match="equal lengths"):
        wg.fft.fftn(REAL, (2,), (0, 1))
    with pytest.raises(wg.ShapeError, match="more entries"):
        wg.fft.fftn(REAL, (2, 2, 2))
    for function in (wg.fft.rfftn, wg.fft.irfftn):
        with pytest.raises(wg.ShapeError, match="at least one axis"):
            function(REAL, axes=())
    with pytest.raises(TypeError):
        wg.fft.fft(REAL, 2.5)
    with pytest.raises(ValueError, match="device 'cpu', not 'gpu'"):
        wg.fft.fftfreq(3, device="gpu")
    with pytest.raises(wg.DTypeError, match="floating-point numbers, not int64"):
        wg.fft.fftfreq(3, dtype="int64")
    with pytest.raises(wg.ShapeError, match=r"must be a number, not an array of shape \(2,\)"):
        wg.fft.rfftfreq(3, [1.0, 2.0])

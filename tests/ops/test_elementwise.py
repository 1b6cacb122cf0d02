"""Partial derivatives at values that the laws' random ones do not meet: branch cuts, extremes, Python's numbers."""

import numpy as np
import pytest

import wengert as wg

INF, NAN = np.inf, np.nan
pytestmark = pytest.mark.filterwarnings("ignore:.* encountered in:RuntimeWarning")  # of the values, as NumPy gives them


def gradient(function, *args):
    """Of the sum of the real part, with respect to every argument."""
    total = lambda *xs: wg.sum(wg.real(function(*xs)))  # noqa: E731
    return [np.asarray(g) for g in wg.grad(total, argnums=tuple(range(len(args))))(*map(wg.array, args))]


def hessian(function, *args):
    numbers = tuple(range(len(args)))
    blocks = wg.hessian(function, argnums=numbers)(*args)
    return np.array([[float(block) for block in row] for row in blocks])


@pytest.mark.parametrize(("x", "y"), [(2.0, 0.0), (2.0, 1.0), (2.0, 2.0), (0.5, -1.5), (3.0, 0.5)])
def test_second_derivatives_of_a_power(x, y):
    """Of x**y: y (y-1) x**(y-2); x**(y-1) (1 + y log x); x**y log² x. An exponent that is 0 changes nothing."""
    mixed = x ** (y - 1) * (1 + y * np.log(x))
    expected = [[y * (y - 1) * x ** (y - 2), mixed], [mixed, x**y * np.log(x) ** 2]]
    np.testing.assert_allclose(hessian(wg.power, x, y), expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("order", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_third_derivatives_of_a_power_with_exponent_0(order):
    """At y = 0: of y (y-1) x**(y-2) by y it is -1/x²; of x**(y-1) (1 + y log x) by y it is 2 log(x) / x."""
    x = 1.5
    expected = -1 / x**2 if order.count(0) == 2 else 2 * np.log(x) / x
    reverse, forward = wg.power, wg.power
    for i in order:
        reverse = wg.grad(reverse, i)
        forward = lambda x, y, f=forward, i=i: wg.jvp(f, (x, y), (1.0 - i, 1.0 * i))[1]  # noqa: E731
    assert float(reverse(x, 0.0)) == pytest.approx(expected, rel=1e-14)
    assert float(forward(x, 0.0)) == pytest.approx(expected, rel=1e-14)


def test_powers_of_negative_numbers():
    x, y = np.array([-2.0, -2.0, -1.5, -3.0]), np.array([3.0, 2.0, -1.0, 0.0])
    by_base = wg.grad(lambda x: wg.sum(x**y))(wg.array(x))
    np.testing.assert_allclose(by_base, y * x ** (y - 1), rtol=1e-15)
    assert np.isnan(wg.grad(lambda y: wg.sum(x**y))(wg.array(y))).all()


@pytest.mark.parametrize("base", [2, 2.0, 0.5, np.float32(2.0)])
def test_an_exponent_in_single_precision(base):
    y = wg.array(np.float32([1.0, 2.0]), requires_grad=True)
    (base**y).sum().backward()
    assert y.grad.dtype == "float32"
    np.testing.assert_allclose(y.grad, base ** np.float64([1, 2]) * np.log(base), rtol=1e-6)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5, 2.0])
def test_a_power_with_a_number_for_exponent(exponent):
    x = np.array([0.5, 2.0])
    expected = exponent * x ** float(exponent - 1)
    np.testing.assert_allclose(gradient(lambda x: x**exponent, x)[0], expected, rtol=1e-15)
    np.testing.assert_allclose(gradient(lambda x: x ** np.array(float(exponent)), x)[0], expected, rtol=1e-15)


def test_remainder_and_quotient_with_signs():
    x, y = np.array([7.0, -7.0, 7.0, -7.0]), np.array([2.0, 2.0, -2.0, -2.0])
    by_x, by_y = gradient(wg.remainder, x, y)
    np.testing.assert_array_equal(by_x, np.ones(4))
    np.testing.assert_array_equal(by_y, [-3.0, 4.0, 4.0, -3.0])
    assert not np.any(gradient(wg.floor_divide, x, y))


# Complex numbers -----------------------------------------------------------------------------------------------------

HOLOMORPHIC = {
    "arcsin": lambda z: 1 / np.sqrt(1 - z * z),
    "arccos": lambda z: -1 / np.sqrt(1 - z * z),
    "arctan": lambda z: 1 / (1 + z * z),
    "arcsinh": lambda z: 1 / np.sqrt(1 + z * z),
    "arccosh": lambda z: 1 / (np.sqrt(z - 1) * np.sqrt(z + 1)),
    "arctanh": lambda z: 1 / (1 - z * z),
    "sqrt": lambda z: 0.5 / np.sqrt(z),
    "log": lambda z: 1 / z,
    "log1p": lambda z: 1 / (1 + z),
    "tan": lambda z: 1 / np.cos(z) ** 2,
    "tanh": lambda z: 1 / np.cosh(z) ** 2,
    "sinc": lambda z: (np.cos(np.pi * z) - np.sinc(z)) / z,
}


@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_both_sides_of_a_branch_cut(name):
    z = np.array([2 + 0.1j, 2 - 0.1j, -2 + 0.1j, -2 - 0.1j, 0.1 + 2j, -0.1 + 2j, 0.1 - 2j, -0.1 - 2j])
    expected = HOLOMORPHIC[name](z)
    np.testing.assert_allclose(gradient(getattr(wg, name), z)[0], np.conj(expected), rtol=1e-12)
    h = 1e-6  # the function itself has the branch that the derivative belongs to
    difference = (getattr(np, name)(z + h) - getattr(np, name)(z - h)) / (2 * h)
    np.testing.assert_allclose(difference, expected, rtol=1e-8)


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_modulus_phase_and_angle_of_any_size(size):
    z = size * np.array([3 + 4j, -5j])
    modulus, unit = np.abs(z), z / np.abs(z)
    np.testing.assert_allclose(gradient(wg.abs, z)[0], unit, rtol=1e-14)
    np.testing.assert_allclose(gradient(wg.angle, z)[0] * modulus, 1j * unit, rtol=1e-14)
    turned = gradient(lambda z: wg.sign(z), z)[0] * modulus  # the part of 1 across z
    np.testing.assert_allclose(turned, 1 - unit.real * unit, rtol=1e-14, atol=1e-14)


def test_the_parts_of_a_real_array():
    x = np.array([-1.0, 2.0])
    np.testing.assert_array_equal(gradient(wg.real, x)[0], np.ones(2))
    np.testing.assert_array_equal(gradient(wg.imag, x)[0], np.zeros(2))
    np.testing.assert_array_equal(gradient(wg.conj, x)[0], np.ones(2))
    np.testing.assert_array_equal(gradient(wg.angle, x)[0], np.zeros(2))


def test_a_real_array_among_complex_ones():
    """Its cotangent is the real part of what arrives."""
    x, z = np.array([1.0, 2.0]), np.array([3 + 4j, 1j])
    by_x, by_z = gradient(lambda x, z: x * z * (1 + 1j), x, z)
    np.testing.assert_array_equal(by_x, (z * (1 + 1j)).real)
    np.testing.assert_array_equal(by_z, np.conj(x * (1 + 1j)))
    assert by_x.dtype == "float64"


def test_conversions():
    x = wg.array(np.float32([1.0, 2.0]), requires_grad=True)
    (x.astype("complex128") * (2 + 3j)).real.sum().backward()
    assert x.grad.dtype == "float32"
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    assert not x.astype(int).requires_grad


# Extremes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-160, 1.0, 1e160])
def test_angles_and_distances_do_not_overflow(scale):
    y, x = 3 * scale, -4 * scale
    np.testing.assert_allclose(np.array(gradient(wg.arctan2, y, x)) * scale, [-4 / 25, -3 / 25], rtol=1e-14)
    np.testing.assert_allclose(gradient(wg.hypot, y, x), [0.6, -0.8], rtol=1e-14)


def test_logaddexp_at_infinity():
    x, y = np.array([-INF, 0.0, INF, -INF, 800.0]), np.array([0.0, -INF, 0.0, -INF, -800.0])
    for function in (wg.logaddexp, wg.logaddexp2):
        by_x, by_y = gradient(function, x, y)
        np.testing.assert_array_equal(by_x, [0.0, 1.0, 1.0, 0.0, 1.0])
        np.testing.assert_array_equal(by_y, [1.0, 0.0, 0.0, 0.0, 0.0])
        slope = lambda x, y, f=function: wg.jvp(lambda x: f(x, y), (x,), (np.ones(5),))[1]  # noqa: E731
        assert not np.any(gradient(slope, x, y))


def test_xlogy_where_the_logarithm_is_not_defined():
    by_x, by_y = gradient(wg.special.xlogy, np.array([0.0, 0.0, 0.0]), np.array([-1.0, 0.0, 2.0]))
    np.testing.assert_array_equal(by_x, [0.0, 0.0, np.log(2.0)])
    np.testing.assert_array_equal(by_y, np.zeros(3))
    by_x, by_y = gradient(wg.special.xlogy, np.array([0j, 0j]), np.array([-1 + 0j, 0j]))  # -1 has a complex logarithm
    np.testing.assert_allclose(by_x, [np.conj(1j * np.pi), 0.0])
    np.testing.assert_array_equal(by_y, np.zeros(2))
    assert wg.grad(lambda x: wg.special.xlogy(x, 2.0))(wg.array(np.float32(3))).dtype == "float32"


@pytest.mark.parametrize("size", [1e-300, 1e-8, 30.0, 1e8, 1e300])
def test_derivatives_far_out(size):
    """Where the square of x overflows or vanishes, the derivative is what its limit is."""
    for name in ("arctan", "arcsinh", "tanh", "sinc"):
        (found,) = gradient(getattr(wg, name), size)
        assert np.isfinite(found)
        assert abs(found) <= 1 + 1e-15


def test_where_takes_a_recorded_condition():
    """A number for a condition is recorded as any other; nothing depends on it smoothly."""
    c = wg.array([0.0, 2.0], requires_grad=True)
    wg.sum(wg.where(c, c, 2 * c)).backward()
    np.testing.assert_array_equal(c.grad, [2.0, 1.0])
    d = wg.array([0.0, 2.0], requires_grad=True)
    wg.sum(wg.where(d, 1.0, 2.0)).backward()
    np.testing.assert_array_equal(d.grad if d.grad is not None else np.zeros(2), np.zeros(2))


def test_a_bound_that_is_nan_takes_the_derivative_from_none():
    for grad in gradient(wg.clip, 1.0, NAN, 2.0):
        assert grad == 0

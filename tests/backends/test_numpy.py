"""What the NumPy backend evaluates itself."""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import given, strategies as st

from wengert.backends import Backend, backend

INF, NAN = np.inf, np.nan


def test_the_module_is_a_backend():
    missing = [name for name in vars(Backend) if not name.startswith("_") and not hasattr(backend, name)]
    assert not missing


def test_implementations():
    assert backend.implementation("sin") is np.sin
    assert backend.implementation("clip").__module__ == "wengert.backends.numpy.elementwise"
    with pytest.raises(AttributeError):
        backend.implementation("no_such_function")(1.0)  # a function of SciPy's is looked for when it is called


def test_copies_are_made_of_what_can_be_written():
    x = np.arange(3.0)
    copy = backend.frozen_copy(x)
    x[0] = 5
    assert copy[0] == 0
    x.flags.writeable = False
    assert backend.frozen_copy(x) is x
    assert backend.frozen_copy(2.0) == 2.0


def test_samples():
    assert backend.sample(float, 2) == 1.0
    assert type(backend.sample(int, 0)) is int
    sample = backend.sample(np.dtype("float32"), 2)
    assert (sample.shape, sample.dtype) == ((1, 1), "float32")


def test_promotion_of_any_number():
    promote = backend.implementation("promote")
    assert promote(np.float32(1), 2.0, 3).dtype == "float32"
    assert promote(np.int16(1), np.uint16(1), np.float32(1)).dtype == "float32"
    assert promote(np.bool_(1)).dtype == "bool"


# Elementwise ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128", "complex64"])
def test_absorbing_multiply(dtype):
    multiply = backend.implementation("absorbing_multiply")
    x, y = np.array([0, -0.0, 2, 1, 0], dtype), np.array([INF, NAN, 3, INF, 1], dtype)
    with backend.quiet():
        found = multiply(x, y)
        np.testing.assert_array_equal(found[[0, 1, 2, 4]], [0, 0, 6, 0])
        assert not np.isfinite(found[3])
        assert found.dtype == dtype
        assert multiply(x[0], y[0]) == 0
        assert multiply(x[:0], y[:0]).shape == (0,)
        np.testing.assert_array_equal(multiply(x[:2, None], y[:2]), np.zeros((2, 2)))
        assert multiply(np.zeros((2, 2), dtype).T, INF).shape == (2, 2)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_clipping_large_arrays_is_clipping_small_ones(dtype):
    x = np.linspace(-2, 2, 10_000).astype(dtype)
    if dtype != "int64":
        x[::17] = NAN
    clip = backend.implementation("clip")
    low, high = np.array([x.dtype.type(0)]), np.array([x.dtype.type(1)])
    for bounds in [(low, high), (high, low), (low[0], high[0]), (0, 1), (np.array([0.25]), 1)]:
        found = clip(x, *bounds)
        expected = np.concatenate([clip(part, *bounds) for part in np.split(x, 10)])
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("order", range(7))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_derivatives_of_sinc(order, dtype):
    """As exact near 0 and where the series ends as far out: to a few units of the largest value, 1 / (order + 1)."""

    def exact(u):
        """The Taylor series, in fractions."""
        terms = range((order + 1) // 2, 80)
        u = Fraction(float(u))
        return float(sum((-1) ** k * u ** (2 * k - order) / ((2 * k + 1) * factorial(2 * k - order)) for k in terms))

    derivative = backend.implementation("sinc_derivative")
    u = np.array([0, 1e-8, -1e-3, 0.5, 1, 1.2, 1.4, 1.7, 2.1, -2.4, 2.7, 3.1, 6, 10, -30], dtype)
    found = derivative(u, order=order)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, [exact(x) for x in u], rtol=0, atol=8 * np.finfo(dtype).eps / (order + 1))


def test_xlogy():
    xlogy = backend.implementation("xlogy")
    x, y = np.array([0.0, 0.0, 2.0, 0.0]), np.array([0.0, INF, 3.0, NAN])
    np.testing.assert_array_equal(xlogy(x, y), [0.0, 0.0, 2 * np.log(3.0), NAN])


# Reductions and scans ------------------------------------------------------------------------------------------------


def test_logsumexp():
    logsumexp = backend.implementation("logsumexp")
    x = np.array([[1000.0, 1000.0], [-INF, -INF], [INF, 0.0], [-INF, 5.0]])
    np.testing.assert_array_equal(logsumexp(x, axes=(1,), keepdims=False), [1000 + np.log(2.0), -INF, INF, 5.0])
    assert logsumexp(np.float32([1, 2]), axes=(0,), keepdims=True).dtype == "float32"
    assert logsumexp(np.array([1, 2]), axes=(0,), keepdims=False).dtype == "float64"
    assert logsumexp(np.zeros(0), axes=(0,), keepdims=False) == -INF


def test_norm():
    norm = backend.implementation("norm")
    x = np.array([[3.0, 4j], [0.0, 0.0]])
    assert norm(x, axes=(0, 1), keepdims=False) == 5.0
    np.testing.assert_array_equal(norm(x, axes=(1,), keepdims=True), [[5.0], [0.0]])
    assert norm(x.real.astype("float32"), axes=(0, 1), keepdims=False).dtype == "float32"
    assert norm(np.array([3, 4]), axes=(0,), keepdims=False) == 5.0


# Indexing ------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.booleans())
def test_the_last_value_written_stays(places, transposed):
    index = np.array(places)
    value = np.arange(len(places), dtype=float)
    if transposed:  # NumPy would run through these in memory order
        index, value = index.reshape(1, -1).T, value.reshape(1, -1).T
    x = np.full(4, -1.0)
    written = backend.implementation("scatter_set")(x, value, index, axes=(0,), unique=False)
    expected = x.copy()
    for place, number in zip(places, range(len(places)), strict=True):
        expected[place] = number
    np.testing.assert_array_equal(written, expected)
    winners = backend.implementation("scatter_winners")(index, axes=(0,), shape=(4,))
    np.testing.assert_array_equal(winners, written[index] == value)


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 2), (1, 2)])
@pytest.mark.parametrize("shape", [(24,), (1, 24), (24, 1), (2, 12), (12, 2), (2, 3, 4), (4, 6), (2, 3, 2, 2)])
def test_what_is_broadcast_is_reshaped(axes, shape):
    x = np.arange(24.0).reshape(2, 3, 4)
    whole = np.broadcast_to(x[tuple(slice(1) if i in axes else slice(None) for i in range(3))], x.shape)
    np.testing.assert_array_equal(backend.implementation("reshape")(whole, shape=shape), whole.copy().reshape(shape))


def test_writing_leaves_the_argument_alone():
    x = np.zeros(3)
    backend.implementation("index_set")(x, 1.0, index=(0,))
    backend.implementation("scatter_set")(x, 1.0, np.array([1]), axes=(0,), unique=True)
    np.testing.assert_array_equal(x, np.zeros(3))


# Contraction and linear algebra --------------------------------------------------------------------------------------

LETTERS = st.permutations("ijkl")


@given(LETTERS, LETTERS, LETTERS, st.integers(1, 3), st.integers(1, 3), st.integers(0, 4), st.data())
def test_pairs_in_einsum_go_to_the_matrix_product(a, b, c, n, m, k, data):
    terms = "".join(a[:n]), "".join(b[:m])
    out = "".join(letter for letter in c if letter in terms[0] + terms[1])[:k]
    sizes = {letter: data.draw(st.integers(0, 3), label=letter) for letter in "ijkl"}
    operands = [np.random.default_rng(0).normal(size=[sizes[x] for x in term]) for term in terms]
    subscripts = f"{terms[0]},{terms[1]}->{out}"
    found = backend.implementation("einsum")(*operands, subscripts=subscripts)
    np.testing.assert_allclose(found, np.einsum(subscripts, *operands), atol=1e-13)


def test_cofactors_of_stacks(references):
    a = np.random.default_rng(0).normal(size=(2, 3, 3))
    a[0, 2] = a[0, 0]
    cofactor = backend.implementation("cofactor")
    found = cofactor(a)
    np.testing.assert_allclose(found, references.of("cofactor")(a), atol=1e-13)
    assert cofactor(a.astype("float32")).dtype == "float32"
    a[1, 0, 0] = NAN
    np.testing.assert_array_equal(cofactor(a), [found[0], np.full((3, 3), NAN)])

"""Contractions: the transposes of matrix products and Einstein sums, with every axis where it belongs."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import wengert as wg
from wengert.core.errors import ShapeError
from wengert.core.primitive import registry
from wengert.core.types import type_of

EINSUM, MATMUL = registry["einsum"], registry["matmul"]
SIZES = {"i": 2, "j": 3, "k": 1, "l": 2}


@st.composite
def subscripts(draw):
    """Sums of products of up to three operands: repeated letters, letters of one operand alone, in any order."""
    terms = draw(st.lists(st.text("ijkl", max_size=3), min_size=1, max_size=3))
    letters = sorted(set("".join(terms)))
    out = "".join(draw(st.permutations(letters))[: draw(st.integers(0, len(letters)))])
    return ",".join(terms) + "->" + out


@given(subscripts(), st.booleans())
def test_einsum(drawn, is_complex):
    """⟨J v, w⟩ = ⟨v, Jᵀ w⟩ for each operand, and the value and the vmap are NumPy's."""
    random = np.random.default_rng(0)

    def normal(shape):
        real = random.normal(size=shape)
        return np.asarray(real + 1j * random.normal(size=shape) if is_complex else real)

    operands = [normal(tuple(SIZES[c] for c in term)) for term in drawn.split("->")[0].split(",")]
    function = lambda *xs: EINSUM(*xs, subscripts=drawn)  # noqa: E731
    expected = np.einsum(drawn, *operands)
    value, pull = wg.vjp(function, *operands)
    np.testing.assert_allclose(value, expected, atol=1e-12)
    assert EINSUM.result_type(*map(type_of, operands), subscripts=drawn) == type_of(value)
    w = normal(expected.shape)
    for i, found in enumerate(pull(w)):
        v = normal(operands[i].shape)
        moved = np.einsum(drawn, *operands[:i], v, *operands[i + 1 :])
        np.testing.assert_allclose(np.vdot(moved, w).real, np.vdot(v, found).real, atol=1e-11)
        stack = np.stack([v, operands[i]])
        mapped = wg.vmap(lambda x, i=i: function(*operands[:i], x, *operands[i + 1 :]))(stack)
        np.testing.assert_allclose(mapped, np.stack([moved, expected]), atol=1e-12)


RANKS = [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1), (1, 3), (3, 2), (2, 3), (3, 3), (4, 3)]


@pytest.mark.parametrize(("left", "right"), RANKS)
def test_matmul_of_all_ranks(left, right):
    random = np.random.default_rng(0)
    x = random.normal(size=(5, 2, 3, 4)[4 - left :]) + 1j * random.normal(size=(5, 2, 3, 4)[4 - left :])
    y_shape = (4,) if right == 1 else (2, 4, 2)[3 - right :]
    y = random.normal(size=y_shape) + 1j * random.normal(size=y_shape)
    value, pull = wg.vjp(MATMUL, x, y)
    np.testing.assert_allclose(value, np.matmul(x, y), atol=1e-13)
    w, v, u = (random.normal(size=np.shape(a)) * (1 + 2j) for a in (value, x, y))
    by_x, by_y = pull(w)
    np.testing.assert_allclose(np.vdot(v @ y, w).real, np.vdot(v, by_x).real, atol=1e-11)
    np.testing.assert_allclose(np.vdot(x @ u, w).real, np.vdot(u, by_y).real, atol=1e-11)


@pytest.mark.parametrize("shapes", [((3,), (2,)), ((2, 3), (2, 3)), ((), (3,)), ((2, 3), (4,)), ((2, 2, 3), (3, 3, 2))])
def test_matmul_says_which_shapes_do_not_fit(shapes):
    with pytest.raises(ShapeError):
        MATMUL.result_type(*[type_of(np.zeros(shape)) for shape in shapes])


@pytest.mark.parametrize(("subscripts", "shape"), [("ij->ji", (3,)), ("ii->i", (2, 3))])
def test_einsum_says_which_subscripts_do_not_fit(subscripts, shape):
    with pytest.raises(ShapeError, match="einsum"):
        EINSUM.result_type(type_of(np.zeros(shape)), subscripts=subscripts)

"""Reading and writing by index as the linear maps that they are: matrices, and their transposes."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import wengert as wg
from wengert.core.primitive import registry

GETITEM, PLACE, INDEX_SET = registry["getitem"], registry["place"], registry["index_set"]
GATHER, SCATTER_ADD, SCATTER_SET = registry["gather"], registry["scatter_add"], registry["scatter_set"]
WINNERS = registry["scatter_winners"]


def matrix(function, x):
    """The matrix of a function that is linear in x, from its values on the standard basis."""
    columns = []
    for place in np.ndindex(x.shape):
        unit = np.zeros(x.shape)
        unit[place] = 1
        columns.append(np.asarray(function(unit) - function(np.zeros(x.shape))).ravel())
    return np.array(columns).reshape(x.size, np.size(function(x))).T


def check_adjoint(function, x):
    """The reverse derivative is the transposed matrix, the forward one the matrix."""
    found = wg.jacrev(function)(wg.array(x))
    expected = matrix(function, x)
    np.testing.assert_array_equal(np.asarray(found).reshape(expected.shape), expected)
    np.testing.assert_array_equal(np.asarray(wg.jacfwd(function)(wg.array(x))).reshape(expected.shape), expected)


@st.composite
def gathers(draw):
    """A shape, the axes that are indexed, and index arrays that broadcast together."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    count = draw(st.integers(1, len(shape)))
    axes = tuple(draw(st.permutations(range(len(shape))))[:count])
    result = draw(st.sampled_from([(), (1,), (3,), (2, 2)]))
    indices = []
    for axis in axes:
        own = draw(st.sampled_from([result, result[1:], (1,) * len(result)]))
        n = int(np.prod(own))
        values = draw(st.lists(st.integers(-shape[axis], shape[axis] - 1), min_size=n, max_size=n))
        indices.append(np.array(values, np.intp).reshape(own))
    return shape, axes, indices


@given(gathers())
def test_gather_and_scatter_are_adjoint(drawn):
    shape, axes, indices = drawn
    x = np.random.default_rng(0).normal(size=shape)
    check_adjoint(lambda x: GATHER(x, *indices, axes=axes, unique=False), x)
    value = GATHER(x, *indices, axes=axes, unique=False)
    check_adjoint(lambda v: SCATTER_ADD(v, *indices, axes=axes, shape=shape, unique=False), np.asarray(value))


@given(gathers(), st.sampled_from(["full", "scalar"]))
def test_scatter_set_gives_the_derivative_to_the_value_that_stays(drawn, kind):
    shape, axes, indices = drawn
    x = np.random.default_rng(0).normal(size=shape)
    value = np.asarray(GATHER(x, *indices, axes=axes, unique=False)) if kind == "full" else np.array(2.0)
    check_adjoint(lambda x: SCATTER_SET(x, value, *indices, axes=axes, unique=False), x)
    check_adjoint(lambda v: SCATTER_SET(x, v, *indices, axes=axes, unique=False), value)


def test_winners():
    indices = np.array([[2, 0], [2, -1]]), np.array([1, 1])
    np.testing.assert_array_equal(WINNERS(*indices, axes=(0, 1), shape=(3, 2)), [[False, True], [False, True]])
    np.testing.assert_array_equal(WINNERS(np.array([2, 2, 0]), axes=(0,), shape=(3,)), [False, True, True])


@pytest.mark.parametrize(
    "index",
    [
        (slice(None, None, -2), None, 1),
        (slice(3, 0, -1),),
        (slice(0, 0),),
        (-1, slice(1, None)),
        (None, None),
        (),
        (slice(10, 20), 0),
    ],
)
def test_basic_indices(index):
    x = np.arange(12.0).reshape(4, 3)
    check_adjoint(lambda x: GETITEM(x, index=index), x)
    check_adjoint(lambda v: PLACE(v, index=index, shape=(4, 3)), np.asarray(x[index]))
    if None not in index:
        value = np.ones(np.shape(x[index]))
        check_adjoint(lambda x: INDEX_SET(x, value, index=index), x)
        check_adjoint(lambda v: INDEX_SET(x, v, index=index), value)
        check_adjoint(lambda v: INDEX_SET(x, v, index=index), np.array(3.0))


def test_an_infinite_gradient_reaches_only_its_element():
    """What was overwritten has the cotangent 0, even if what replaced it has an infinite one."""
    x, value = np.array([1.0, 2.0, 3.0]), np.array([0.0, 4.0])
    written = lambda v: wg.sum(wg.sqrt(SCATTER_SET(x, v, np.array([1, 1]), axes=(0,), unique=False)))  # noqa: E731
    np.testing.assert_array_equal(wg.grad(written)(wg.array(value)), [0.0, 0.25])
    np.testing.assert_array_equal(wg.grad(written)(wg.array(value[::-1])), [0.0, np.inf])

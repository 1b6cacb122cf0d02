"""Products and powers of matrices are NumPy's, and so are their derivatives."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=20, deadline=None)


@pytest.mark.parametrize("n", range(-3, 9))
@pytest.mark.parametrize("dtype", ["float64", "complex128", "int64"])
def test_matrix_power(n, dtype, same, regular):
    a = regular(2, 3, 3, dtype=dtype)
    same(wg.linalg.matrix_power(a, n), np.linalg.matrix_power(a, n), rtol=1e-9)
    if dtype == "float64":
        wg.testing.check_grads(lambda a: wg.linalg.matrix_power(a, n), (a / 2,), order=2, modes=("fwd", "rev"))


@FEW
@given(sizes=st.lists(st.integers(1, 4), min_size=3, max_size=6), ends=st.tuples(st.booleans(), st.booleans()))
def test_multi_dot(sizes, ends, same):
    rng = np.random.default_rng(0)
    factors = [rng.integers(-3, 3, s) for s in pairwise(sizes)]
    if ends[0]:
        factors[0] = factors[0][0]
    if ends[1]:
        factors[-1] = factors[-1][:, 0]
    same(wg.linalg.multi_dot(factors), np.linalg.multi_dot(factors))


def test_multi_dot_multiplies_in_the_cheapest_order(regular):
    sizes = (10, 100, 5, 50)
    factors = [wg.ones(s) for s in pairwise(sizes)]
    program = wg.trace(wg.linalg.multi_dot)(factors)
    assert [e.outputs[0].type.shape for e in program.equations] == [(10, 5), (10, 50)]
    wg.testing.check_grads(
        lambda a, b, c: wg.linalg.multi_dot([a, b, c]), (np.ones(2), regular(2, 2), regular(2, 2, seed=1)), order=2
    )


def test_errors_of_products():
    with pytest.raises(TypeError):
        wg.linalg.matrix_power(np.eye(2), 0.5)
    with pytest.raises(wg.ShapeError, match="at least two"):
        wg.linalg.multi_dot([np.eye(2)])
    with pytest.raises(wg.ShapeError, match=r"\(2, 2\), \(3, 3\)"):
        wg.linalg.multi_dot([np.eye(2), np.eye(3)])
    with pytest.raises(wg.ShapeError, match="vectors at the ends"):
        wg.linalg.multi_dot([np.eye(2), np.ones(2), np.eye(2)])


def test_diagonals_of_stacks(same):
    x = np.arange(24.0).reshape(2, 3, 4)
    same(wg.linalg.trace(x, offset=1), np.linalg.trace(x, offset=1))
    same(wg.linalg.diagonal(x, offset=-1), np.linalg.diagonal(x, offset=-1))
    for function in (wg.linalg.trace, wg.linalg.diagonal):
        with pytest.raises(wg.ShapeError, match="last two axes"):
            function([1.0])


def test_the_namespace_has_the_products_of_the_top_level():
    for name in ("matmul", "outer", "tensordot", "vecdot", "matrix_transpose"):
        assert getattr(wg.linalg, name) is getattr(wg, name)


@FEW
@given(data=st.data())
def test_cross(data, arrays, like_numpy):
    shapes = [((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)), ((0, 3), (3,)), ((2,), (3,))]
    x, y = (data.draw(arrays(s, finite=True)) for s in data.draw(st.sampled_from(shapes)))
    if bool not in (x.dtype, y.dtype):
        like_numpy("linalg.cross", x, y)
    if x.ndim == y.ndim == 1 and x.shape == y.shape and bool not in (x.dtype, y.dtype):
        pair = np.stack([x, x, x, x], 1), np.stack([y, y, y, y], 1)
        like_numpy("linalg.cross", *pair, axis=0)


def test_derivatives_of_cross(random, smooth):
    smooth(wg.linalg.cross, random(2, 3), random(3))
    smooth(lambda x, y: wg.linalg.cross(x, y, axis=0), random(3, 2, dtype="complex128"), random(3, 2))
    with pytest.raises(wg.ShapeError, match=r"three elements, not shapes \(2,\)"):
        wg.linalg.cross([1.0, 2.0], [1.0, 2.0])

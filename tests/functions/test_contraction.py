"""Contractions are NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg
from wengert.functions import trace

FEW = settings(max_examples=50, deadline=None)
SIDES = st.integers(0, 3)


def shapes(max_dims, min_dims=0):
    return st.lists(SIDES, min_size=min_dims, max_size=max_dims).map(tuple)


@FEW
@given(data=st.data(), p=shapes(2), q=shapes(2), k=SIDES, vector=st.booleans())
def test_dot(data, p, q, k, vector, arrays, like_numpy, tolerance):
    x = data.draw(arrays((*p, k), finite=True))
    y = data.draw(arrays((k,) if vector else (*q[:-1], k, *q[-1:]), finite=True))
    like_numpy("dot", x, y, rtol=tolerance(x, y))


@FEW
@given(data=st.data(), lead=shapes(2), broadcast=st.booleans(), n=SIDES, k=SIDES, m=SIDES)
def test_matmul(data, lead, broadcast, n, k, m, arrays, like_numpy, tolerance):
    x = data.draw(arrays((*lead, n, k), finite=True))
    y = data.draw(arrays((*(1 if broadcast else size for size in lead), k, m), finite=True))
    rtol = tolerance(x, y)
    like_numpy("matmul", x, y, rtol=rtol)
    like_numpy("matmul", x, np.ones(k), rtol=rtol)
    like_numpy("matmul", np.ones(k), y, rtol=rtol)
    like_numpy("matmul", np.ones(k), np.ones(k), rtol=rtol)


@FEW
@given(data=st.data(), p=shapes(2), q=shapes(2), k=SIDES)
def test_products_over_last_axes(data, p, q, k, arrays, like_numpy, tolerance):
    x, y = data.draw(arrays((*p, k), finite=True)), data.draw(arrays((*q, k), finite=True))
    like_numpy("inner", x, y, rtol=tolerance(x, y))
    like_numpy("inner", x, 2.0, rtol=tolerance(x, y))
    like_numpy("dot", 3, y, rtol=tolerance(x, y))
    like_numpy("outer", x, y)
    like_numpy("vdot", x, x.ravel(), rtol=tolerance(x))


@FEW
@given(data=st.data(), p=shapes(2), k=SIDES, axis=st.integers(-1, 0))
def test_vecdot(data, p, k, axis, arrays, like_numpy, tolerance):
    if axis == 0:
        x, y = (data.draw(arrays((k, *p), finite=True)) for _ in range(2))
    else:
        x, y = data.draw(arrays((*p, k), finite=True)), data.draw(arrays((k,), finite=True))
    like_numpy("vecdot", x, y, axis=axis, rtol=tolerance(x, y))


@FEW
@given(data=st.data(), shape=shapes(4), count=st.integers(0, 3))
def test_tensordot_over_so_many_axes(data, shape, count, arrays, like_numpy, tolerance):
    count = min(count, len(shape))
    x = data.draw(arrays(shape, finite=True))
    y = data.draw(arrays((*shape[len(shape) - count :], 2), finite=True))
    like_numpy("tensordot", x, y, count, rtol=tolerance(x, y))


@FEW
@given(data=st.data(), shape=shapes(4, 1))
def test_tensordot_over_chosen_axes(data, shape, arrays, like_numpy, tolerance):
    n = len(shape)
    left = data.draw(st.permutations(range(-n, 0)))[: data.draw(st.integers(0, n))]
    target = data.draw(st.permutations(range(len(left) + 1)))[: len(left)]
    other = [2] * (len(left) + 1)
    for i, j in zip(left, target, strict=True):
        other[j] = shape[i]
    x, y = data.draw(arrays(shape, finite=True)), data.draw(arrays(tuple(other), finite=True))
    like_numpy("tensordot", x, y, (left, target), rtol=tolerance(x, y))
    if len(left) == 1:
        like_numpy("tensordot", x, y, (left[0], target[0]), rtol=tolerance(x, y))


EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 2)),
    ("ij,jk", (2, 3), (3, 2)),
    ("ba,ca", (2, 3), (2, 3)),
    (" i j , j k -> i k ", (2, 3), (3, 2)),
    ("bA,Ac", (2, 3), (3, 2)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->ji", (3, 3, 2)),
    ("ij->", (2, 3)),
    ("ij->ji", (2, 3)),
    ("ij->j", (2, 0)),
    ("i,j", (2,), (3,)),
    ("i,i,i->i", (3,), (3,), (3,)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)),
    (",i->i", (), (3,)),
    ("->", ()),
    ("...", (2, 3)),
    ("...ij->...ji", (2, 2, 3)),
    ("i...->...", (2, 3)),
    ("...i,...i", (2, 1, 3), (4, 3)),
    ("i..., i...", (2, 3), (2,)),
    ("...,...", (2,), (3, 1)),
    ("...ij,jk->ik...", (4, 2, 3), (3, 2)),
    ("b...d,d...->b...", (2, 3, 4), (4, 3)),
    ("i,i", (1,), (3,)),
    ("ij,jk->ik", (2, 1), (3, 2)),
    ("ij,j->ij", (2, 1), (3,)),
    ("ij,ij->ij", (1, 3), (2, 1)),
    ("i,i", (1,), (1,)),
]


@pytest.mark.parametrize("case", EINSUMS, ids=lambda case: case[0])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_einsum(case, data, arrays, like_numpy, tolerance):
    subscripts, *operand_shapes = case
    operands = [data.draw(arrays(shape, finite=True)) for shape in operand_shapes]
    like_numpy("einsum", subscripts, *operands, rtol=tolerance(*operands))


def test_einsum_multiplies_in_the_common_dtype(like_numpy):
    flags, numbers = np.array([True, True]), np.array([0.5, 0.25])
    like_numpy("einsum", "ij,jk,k->i", np.outer(flags, flags), np.outer(flags, flags), numbers)
    like_numpy("einsum", "i,i,i->", np.full(2, 100, "int8"), np.full(2, 100, "int8"), np.ones(2, "int64"))


@pytest.mark.parametrize(
    "arguments",
    [
        (np.ones((2, 3)), [0, 1], np.ones((3, 4)), [1, 2], [0, 2]),
        (np.ones((2, 3)), [0, 1], np.ones((3, 4)), [1, 2]),
        (np.ones((2, 3)), [Ellipsis, 26], [26, Ellipsis]),
        (np.ones((2, 3)), [1, 26]),
        (np.ones((2, 3)), [26, 1]),
        (np.ones((2, 2)), (3, 3), ()),
    ],
)
def test_einsum_with_lists_of_axes(arguments, like_numpy):
    like_numpy("einsum", *arguments)


@FEW
@given(data=st.data(), shape=shapes(4, 2), offset=st.integers(-4, 4))
def test_diagonals(data, shape, offset, arrays, like_numpy, tolerance):
    x = data.draw(arrays(shape, finite=True))
    axis1, axis2 = data.draw(st.permutations(range(-len(shape), 0)))[:2]
    like_numpy("diagonal", x, offset, axis1, axis2)
    like_numpy("functions.trace", x, offset, axis1, axis2, numpy=np.trace, rtol=tolerance(x))
    like_numpy("diagonal", x)
    if x.dtype.kind != "c":
        like_numpy("functions.trace", x, dtype="float32", numpy=np.trace, rtol=1e-4)


def test_traces_of_small_integers(like_numpy):
    like_numpy("functions.trace", np.full((2, 2), 100, "int8"), numpy=np.trace)
    like_numpy("functions.trace", np.full((2, 2), 100, "int8"), dtype="int8", numpy=np.trace)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wg.dot(np.ones((2, 3)), np.ones(2)), r"dot: shapes \(2, 3\) and \(2,\) do not fit"),
        (lambda: wg.dot(np.ones((2, 3)), np.ones((2, 2, 2))), r"dot: shapes \(2, 3\) and \(2, 2, 2\) do not fit"),
        (lambda: wg.matmul(np.ones((2, 3)), np.ones((2, 3))), r"matmul: shapes \(2, 3\) and \(2, 3\) do not fit"),
        (lambda: wg.matmul(np.ones((2, 3)), 2.0), r"one axis or more, not shapes \(2, 3\) and \(\)"),
        (lambda: wg.matmul(np.ones((2, 3, 3)), np.ones((3, 3, 3))), "do not broadcast"),
        (lambda: wg.vdot(np.ones(2), np.ones(3)), "equally many elements, not 2 and 3"),
        (lambda: wg.vecdot(np.ones(2), np.ones(3)), "different lengths"),
        (lambda: wg.inner(np.ones((2, 3)), np.ones(2)), r"inner: shapes \(2, 3\) and \(2,\)"),
        (lambda: wg.tensordot(np.ones((2, 3)), np.ones((3, 2))), r"the lengths \(2, 3\) and \(3, 2\)"),
        (lambda: wg.tensordot(np.ones(2), np.ones(2), 2), "do not share 2 axes"),
        (lambda: wg.tensordot(np.ones(2), np.ones(2), ([0], [0, 0])), "cannot be paired"),
        (lambda: wg.tensordot(np.ones((2, 2)), np.ones((2, 2)), ([0, 0], [0, 1])), "same axis twice"),
        (lambda: wg.tensordot(np.ones(2), np.ones(2), ([1], [0])), "axis 1 is out of bounds"),
        (lambda: wg.tensordot(np.ones(2), np.ones(2), (0, 0, 0)), "an integer or a pair"),
        (lambda: wg.einsum("ij,jk", np.ones((2, 3))), r"'ij,jk' is for 2 operand\(s\), not 1"),
        (lambda: wg.einsum("ij", np.ones(3)), r"'ij' .* names 2 axes of an array of shape \(3,\)"),
        (lambda: wg.einsum("i...j", np.ones(1)), "names 2 axes"),
        (lambda: wg.einsum("ij,ij", np.ones((2, 3)), np.ones((3, 2))), "'i' .* the lengths 2 and 3"),
        (lambda: wg.einsum("ii", np.ones((1, 3))), "the lengths 1 and 3"),
        (lambda: wg.einsum("i->j", np.ones(2)), "'j', which no operand has"),
        (lambda: wg.einsum("i->ii", np.ones(2)), "the same axis twice"),
        (lambda: wg.einsum("...i->i", np.ones((2, 2))), "must have the axes '...'"),
        (lambda: wg.einsum("..i", np.ones((2, 2))), "letters or '...', not by '.'"),
        (lambda: wg.einsum("ij-ji", np.ones((2, 2))), "not by '-'"),
        (lambda: wg.einsum("i1", np.ones((2, 2))), "not by '1'"),
        (lambda: wg.einsum(np.ones(2), [52]), "integers from 0 to 51"),
        (lambda: wg.einsum(np.ones(2), "i"), "must be followed by the list"),
        (lambda: wg.einsum(np.ones(2)), "operands each followed by|must be followed"),
        (lambda: trace(np.ones(2)), r"two axes or more, not one of shape \(2,\)"),
        (lambda: wg.diagonal(np.ones((2, 2)), axis1=1), "two different axes"),
        (lambda: wg.diagonal(np.ones((2, 2)), axis2=2), "axis2 2 is out of bounds"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(wg.ShapeError, match=message):
        call()


def test_einsum_refuses_what_it_does_not_know():
    with pytest.raises(TypeError, match="order"):
        wg.einsum("i", np.ones(2), order="F")
    assert wg.einsum("i", np.ones(2), optimize="greedy").shape == (2,)


def ramp(*shape):
    return np.cos(np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape))


@pytest.mark.parametrize(
    ("f", "operand_shapes"),
    [
        (wg.dot, [(2, 3), (3,)]),
        (wg.dot, [(2, 3), (2, 3, 2)]),
        (wg.dot, [(), (2,)]),
        (wg.inner, [(2, 3), (4, 3)]),
        (wg.outer, [(2, 2), (3,)]),
        (wg.vdot, [(2, 3), (6,)]),
        (wg.vecdot, [(2, 3), (3,)]),
        (lambda x, y: wg.tensordot(x, y, ([0, 2], [1, 0])), [(2, 3, 4), (4, 2)]),
        (lambda x, y: wg.tensordot(x, y, 0), [(2,), (2, 2)]),
        (lambda x, y: wg.einsum("...ij,jk->ik...", x, y), [(2, 2, 3), (3, 2)]),
        (lambda x, y: wg.einsum("...i,...i", x, y), [(2, 1, 3), (4, 3)]),
        (lambda x, y: wg.einsum("ij,ij->ij", x, y), [(1, 3), (2, 1)]),
        (lambda x, y: wg.einsum("ii,ij->j", x, y), [(3, 3), (3, 2)]),
        (lambda x, y: wg.einsum("ij,jk,kl->il", x, y, x), [(2, 3), (3, 2)]),
        (lambda x, y: trace(x) * wg.diagonal(y, 1), [(3, 3), (2, 3)]),
        (lambda x, y: trace(x, -1, 0, 2) * y, [(3, 1, 2), ()]),
    ],
)
def test_derivatives(f, operand_shapes):
    wg.testing.check_grads(f, [ramp(*shape) for shape in operand_shapes])
    wg.testing.check_grads(f, [ramp(*shape) + 1j * ramp(*shape) ** 2 for shape in operand_shapes], order=1)


@pytest.mark.parametrize(("name", "x", "y"), [("matvec", (2, 1, 3, 4), (5, 4)), ("vecmat", (5, 4), (2, 1, 4, 3))])
def test_products_of_matrices_and_vectors(name, x, y, like_numpy, smooth):
    rng = np.random.default_rng(0)
    for dtypes in (("float64", "float32"), ("int64", "bool"), ("complex128", "float64")):
        a, b = (
            (rng.normal(size=s) + (1j * rng.normal(size=s) if d == "complex128" else 0)).astype(d)
            for s, d in zip((x, y), dtypes, strict=True)
        )
        like_numpy(name, a, b, rtol=1e-5)
    like_numpy(name, np.zeros((0, 2)), np.zeros(2) if name == "matvec" else np.zeros((2, 3)))
    smooth(getattr(wg, name), rng.normal(size=x[-2:]), rng.normal(size=y[-2:]))
    with pytest.raises(wg.ShapeError, match=name):
        getattr(wg, name)(np.ones((2, 3)), np.ones((2, 2)))

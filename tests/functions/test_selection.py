"""Choosing between values is NumPy's, and chooses derivatives too."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

FEW = settings(max_examples=30, deadline=None)
REAL = ("float64", "float32", "int64", "bool")
COMPLEX = ("complex128", *REAL)
PAIRS = hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3)
TRIPLES = hnp.mutually_broadcastable_shapes(num_shapes=3, min_side=0, max_side=3, max_dims=3)


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
@FEW
@given(data=st.data(), shapes=PAIRS)
def test_of_two_arrays(name, data, shapes, arrays, like_numpy):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy(name, x, y)
    like_numpy(name, x, 1)


@FEW
@given(data=st.data(), shapes=TRIPLES)
def test_where(data, shapes, arrays, like_numpy):
    condition, x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes)
    like_numpy("where", condition, x, y)
    like_numpy("where", condition, x, 0)
    like_numpy("where", condition, 1.5, y)


@FEW
@given(data=st.data())
def test_where_gives_the_indices(data, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    like_numpy("where", x)


@FEW
@given(data=st.data(), shapes=TRIPLES)
def test_clip(data, shapes, arrays, like_numpy):
    finite = data.draw(st.booleans())  # NumPy orders complex numbers, but its clip no complex NaN
    dtypes = COMPLEX if finite else REAL
    x, low, high = (data.draw(arrays(shape, dtypes, finite)) for shape in shapes.input_shapes)
    like_numpy("clip", x, low, high)
    like_numpy("clip", x, low, None)
    like_numpy("clip", x, None, high)
    if x.dtype != bool:
        like_numpy("clip", x, None, None)


@FEW
@given(data=st.data())
def test_clip_by_numbers(data, arrays, like_numpy):
    x = data.draw(arrays(dtypes=REAL))
    like_numpy("clip", x, -1, 2)
    like_numpy("clip", x, min=0.5)
    like_numpy("clip", x, max=1)
    like_numpy("clip", x, min=0, max=1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wg.where([True], 1.0), "both x and y"),
        (lambda: wg.where([True], None, 1.0), "both x and y"),
        (lambda: wg.clip([1.0], 0.0, min=0.0), "one of its names"),
        (lambda: wg.clip([1.0], None, 0.0, max=0.0), "one of its names"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(TypeError, match=message):
        call()


X = np.array([-1.0, 0.3, 1.7])
CONDITION = np.array([True, False, True])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: wg.where(CONDITION, x * x, y * x),
        lambda x, y: wg.where(CONDITION, x, 2.0),
        lambda x, y: wg.clip(x, y, 1.5),
        lambda x, y: wg.clip(x, y),
        lambda x, y: wg.clip(x, max=y),
        lambda x, y: wg.clip(x * y),
        wg.fmax,
        wg.fmin,
    ],
)
def test_derivatives(f):
    wg.testing.check_grads(f, (X, np.array([[0.5, 0.9, 0.4], [-2.0, 0.1, 2.0]])))


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (0.0, None), (None, 1.0)])
def test_the_derivative_of_clip_is_one_at_a_bound(bounds):
    x = np.array([0.0, 0.5, 1.0])
    assert wg.grad(lambda x: wg.sum(wg.clip(x, *bounds)))(x).tolist() == [1.0, 1.0, 1.0]
    assert wg.jvp(lambda x: wg.clip(x, *bounds), (x,), (np.ones(3),))[1].tolist() == [1.0, 1.0, 1.0]


def test_nan_has_no_share_in_fmax():
    for x, y, expected in (
        (1.0, np.nan, (1.0, 0.0)),
        (np.nan, 1.0, (0.0, 1.0)),
        (1.0, 1.0, (0.5, 0.5)),
        (np.nan, np.nan, (1.0, 0.0)),
    ):
        assert tuple(g.item() for g in wg.grad(wg.fmax, argnums=(0, 1))(x, y)) == expected


def test_an_infinite_derivative_that_is_not_chosen_is_zero():
    f = lambda x: wg.sum(wg.where(x > 0, wg.sqrt(x), 0))  # noqa: E731
    x = np.array([0.0, 4.0])
    assert wg.grad(f)(x).tolist() == [0.0, 0.25]
    assert wg.jvp(f, (x,), (np.array([1.0, 0.0]),))[1].item() == 0.0


@FEW
@given(data=st.data(), shapes=hnp.mutually_broadcastable_shapes(num_shapes=5, min_side=0, max_side=3, max_dims=2))
def test_select(data, shapes, arrays):
    conditions = [data.draw(arrays(shape, dtypes=("bool",))) for shape in shapes.input_shapes[:2]]
    choices = [data.draw(arrays(shape)) for shape in shapes.input_shapes[2:4]]
    default = data.draw(st.just(0) | st.just(1.5) | arrays(shapes.input_shapes[4]))
    for options in ({}, {"default": default}):
        expected = np.select(conditions, choices, **options)
        for given_ in (choices, [wg.array(c, requires_grad=c.dtype.kind in "fc") for c in choices]):
            same(wg.select(conditions, given_, **options), expected)


@FEW
@given(data=st.data(), shapes=TRIPLES, mode=st.sampled_from(["raise", "wrap", "clip"]))
def test_choose(data, shapes, mode, arrays):
    x, y = (data.draw(arrays(shape)) for shape in shapes.input_shapes[1:])
    low, high = (0, 1) if mode == "raise" else (-4, 5)
    number = data.draw(hnp.arrays(np.int64, shapes.input_shapes[0], elements=st.integers(low, high)))
    expected = np.choose(number, [x, y], mode=mode)
    for given_ in ([x, y], [wg.array(c, requires_grad=c.dtype.kind in "fc") for c in (x, y)]):
        same(wg.choose(number, given_, mode=mode), expected)
    out = np.empty_like(expected)
    assert wg.choose(number, [x, y], out, mode) is out
    np.testing.assert_array_equal(out, expected)


@FEW
@given(data=st.data(), arity=st.integers(1, 3))
def test_piecewise(data, arity, arrays, like_numpy):
    x = data.draw(arrays(dtypes=("float64", "int64"), finite=True))
    conditions = [data.draw(arrays(x.shape, dtypes=("bool",))) for _ in range(2)]
    functions = [lambda v: v + 1, 7, lambda v, k=0: v * 2 - k][: max(arity, 2)]
    like_numpy("piecewise", x, conditions, functions)
    if x.ndim == 1 and x.size:
        like_numpy("piecewise", x, conditions[0], functions[:1])
    like_numpy("piecewise", x, [conditions[0]], functions[:2])
    like_numpy("piecewise", x, np.stack(conditions), [lambda v, k: v * k, lambda v, k: v - k], 3)
    if x.ndim == 1 and x.size:
        like_numpy("piecewise", x, conditions[0].tolist(), functions[:1])


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: wg.select([x > 1, x < 0], [x * y, y], x),
        lambda x, y: wg.choose([[0, 1, 1], [1, 0, 1]], [x, y]),
        lambda x, y: wg.choose([0, 1, 2], wg.stack([x, y, x * y])),
    ],
)
def test_derivatives_of_what_is_chosen(function, smooth):
    smooth(lambda x, y: function(x, y) ** 2, X := np.array([[0.5, 2.0, -1.0], [1.5, -0.25, 3.0]]), X[::-1] - 0.7)


def test_derivatives_piece_by_piece():
    x = np.array([-1.5, 0.5, 2.0])
    wg.testing.check_grads(lambda x: wg.piecewise(x, [x < 0, x > 1], [wg.sin, lambda v: v**3, wg.exp]), (x,), order=2)
    with np.errstate(invalid="raise"):
        same(
            wg.grad(lambda x: wg.piecewise(x, [x > 0], [wg.sqrt, 0.0]).sum())(np.array([-1.0, 4.0])),
            np.array([0, 0.25]),
        )
    same(np.piecewise(wg.array([1.0, -1.0]), [np.array([True, False])], [5.0, 6.0]), np.array([5.0, 6.0]))


def test_errors_of_choices():
    with pytest.raises(wg.ShapeError, match="a choice for each"):
        wg.select([[True]], [])
    with pytest.raises(wg.ShapeError, match="at least one"):
        wg.select([], [])
    with pytest.raises(TypeError, match="booleans"):
        wg.select([[1]], [[1.0]])
    with pytest.raises(wg.ShapeError, match="0 ... 1"):
        wg.choose([2], [1, 2])
    with pytest.raises(IndexError, match="integers"):
        wg.choose([0.5], [1, 2])
    with pytest.raises(wg.ShapeError, match="1 functions, or 2"):
        wg.piecewise([1.0], [[True]], [1, 2, 3])
    with pytest.raises(wg.ConversionError, match=r"piecewise.*vmap"):
        wg.vmap(lambda x: wg.piecewise(x, [x > 0], [1.0, 2.0]))(np.ones((2, 2)))

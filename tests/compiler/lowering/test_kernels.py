import re
from itertools import combinations

import numpy as np
import pytest

import wengert as wg

CUBE = np.random.default_rng(0).uniform(-1, 1, (3, 4, 1, 20))
LARGE = np.random.default_rng(1).uniform(-1, 1, (300, 2000))
AXES = [axes for n in range(5) for axes in combinations(range(4), n)]


def test_sums_over_all_subsets_of_axes(lowering):
    def all_sums(x):
        y = wg.sin(x)
        return [wg.sum(y, axis=axes, keepdims=keep) for axes in AXES for keep in (False, True)]

    lowering.same(all_sums, CUBE)
    lowering.same(lambda x: all_sums(wg.transpose(x)), CUBE)


@pytest.mark.parametrize("reduce", [wg.max, wg.min, wg.prod, wg.any, wg.all])
def test_reductions(lowering, reduce):
    lowering.same(lambda x: [reduce(wg.sin(x) > 0.2 if reduce in (wg.any, wg.all) else x, axis=a) for a in AXES], CUBE)


@pytest.mark.parametrize("shape", [(10**6,), (1000, 1000), (10**6, 1), (10**5, 10), (10, 10**5)])
def test_long_sums_are_accurate(lowering, shape):
    x = np.random.default_rng(2).uniform(0, 1, shape).astype("float32")
    exact = x.astype("float64").sum()
    for function in (wg.sum, lambda x: wg.sum(x * wg.ones(shape[-1], "float32"))):
        (found,) = wg.compile(lambda x, function=function: (function(x),))(x)
        assert abs(float(found) - exact) <= 1e-6 * exact


@pytest.mark.parametrize(
    "function",
    [
        lambda x: wg.sum(wg.tanh(x)),
        lambda x: wg.sum(wg.tanh(x), axis=0),
        lambda x: wg.max(wg.tanh(x), axis=1),
        lambda x: wg.tanh(x) + x.T.T,
        lambda x: (wg.sum(wg.sin(x), axis=0), wg.sum(wg.sin(x)), wg.cos(x[::-1])),
        lambda x: wg.prod(wg.exp(x * 1e-3), axis=(0, 1)),
    ],
)
def test_several_threads_give_what_one_gives(lowering, function):
    lowering.same(function, LARGE, tolerance=1e-11)
    lowering.same(function, LARGE, off=("threads",), tolerance=1e-11)


@pytest.mark.parametrize(
    "reduce", [wg.sum, wg.max, wg.prod, wg.linalg.norm, wg.var, wg.logsumexp, lambda x, axis: wg.any(x > 1, axis=axis)]
)
def test_threads_that_reduce_an_inner_axis_leave_what_the_others_have_made(lowering, reduce):
    x = LARGE.reshape(4, 300, 500)
    lowering.same(lambda x: reduce(wg.sin(x) + 1.5, axis=1), x, tolerance=1e-11)
    lowering.same(lambda x: reduce(wg.sin(x[None]) + 1.5, axis=2), x, tolerance=1e-11)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_extremes_are_vector_code_and_see_every_nan(lowering, axis, dtype):
    x = LARGE[:60, :170].astype(dtype)

    def extremes(x):
        return wg.max(x, axis=axis), wg.min(x, axis=axis)

    lowering.same(extremes, x)
    for special in (np.nan, np.inf, -np.inf):
        with_special = x.copy()
        with_special[7, [3, 169]] = special
        lowering.same(extremes, with_special)
    lanes = {"float32": "float", "float64": "double"}[dtype]
    optimised = wg.compile(extremes).lower(wg.asarray(x)).optimised
    assert re.search(rf"call <\d+ x {lanes}> @llvm\.maximum", optimised)


def test_axes_of_length_one_are_no_loops(lowering):
    for shape in ((50, 1), (1, 50), (1, 50, 1), (1, 1)):
        x = np.linspace(0, 1, 50)[: shape[0] * shape[-1] if shape == (1, 1) else 50].reshape(shape)
        lowering.same(lambda x: (y := wg.sin(x) * x, wg.sum(y, axis=0), wg.tanh(y) + y), x)


def test_negative_strides(lowering):
    def f(x):
        y = wg.flip(x)
        return y * x, wg.sum(wg.sin(y[::2]) * x[1::2]), wg.flip(wg.exp(y))

    lowering.same(f, np.linspace(0, 1, 40))
    lowering.same(lambda x: (wg.flip(x, axis=1) + x, wg.sum(wg.flip(x, axis=0) * x, axis=1)), CUBE[0, :, 0])


@pytest.mark.parametrize("shape", [(0,), (0, 40), (40, 0), (3, 0, 2)])
def test_empty_arrays(lowering, shape):
    x = np.zeros(shape)
    axes = range(len(shape))
    lowering.same(lambda x: (wg.sin(x) + x, wg.sum(x), *(wg.sum(x, axis=a) for a in axes), x.T, wg.flip(x)), x)
    lowering.same(lambda x: (wg.prod(x), wg.any(x > 0), wg.concatenate([x, x]), wg.cumsum(x), x.reshape(-1)), x)
    lowering.same(wg.grad(lambda x: wg.sum(x * x)), x)


def test_the_maximum_of_nothing_is_the_eager_error():
    with pytest.raises(ValueError, match="no extreme of no elements"):
        wg.compile(lambda x: wg.max(x))(np.zeros(0))


def test_numbers_are_read_once_for_all_elements(lowering):
    def f(x, a):
        return wg.sin(x) * (a[0] * a[1]) + a

    ir = lowering.lowered_of(f, np.ones((50, 2)), np.ones(2)).ir
    assert "call void @kernel" in ir
    lowering.same(f, CUBE[0].reshape(40, 2), np.array([2.0, 3.0]))

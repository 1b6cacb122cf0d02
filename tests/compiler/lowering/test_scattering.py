import numpy as np
import pytest

import wengert as wg

X = np.arange(60.0).reshape(20, 3)
AGAIN = np.array([3, 5, 3, -1, 0])


@pytest.mark.parametrize("columns", [3, 30])
def test_gather(lowering, columns):
    x = np.arange(20.0 * columns).reshape(20, columns)
    pairs = np.array([[0, -1], [2, 1]])
    lowering.same(lambda x, i: (x[i], x[i, 1], x[:, i % 3], x[i, i % 3]), x, AGAIN)
    lowering.same(lambda x, i: (x[i], x[i, pairs[0]], wg.sin(x)[i] + 1), x, pairs)
    lowering.same(lambda x, i: (wg.take(x, i), x[i]), x, np.array(4))


def test_sums_where_indices_repeat(lowering):
    lowering.same(wg.grad(lambda x, i: wg.sum(wg.sin(x[i])) + wg.sum(x[i, 1] ** 2)), X, AGAIN)
    lowering.same(wg.grad(lambda x, i: wg.sum(wg.sin(x[:, i % 3]))), X, AGAIN)


def test_the_last_value_stays(lowering):
    def f(x, i, v):
        y = wg.sin(x)
        y[i] = v
        y[i, 1] = v[:, 2]
        y[:, i % 3] = 0.5
        return y

    lowering.same(f, X, AGAIN, np.arange(15.0).reshape(5, 3))
    lowering.same(wg.grad(lambda x, i, v: wg.sum(f(x, i, v) ** 2), argnums=(0, 2)), X, AGAIN, np.ones((5, 3)))


@pytest.mark.parametrize("bad", [20, -21, 10**12])
def test_indices_out_of_bounds_are_the_eager_error(bad):
    def write(x, i):
        y = wg.sin(x)
        y[i] = 1.0
        return y

    indices = np.array([0, bad, 1])
    for function in (lambda x, i: x[i], lambda x, i: wg.sum(x[i, 0]), write):
        with pytest.raises(IndexError, match="out of bounds"):
            wg.compile(function)(X, indices)


def test_computed_indices(lowering):
    lowering.same(lambda x: x[wg.argsort(x[:, 1])], X[::-1].copy())
    lowering.same(lambda x, i: x[i + 1] * wg.take(x, i * 2, axis=0), X, AGAIN)


def test_nothing_to_gather(lowering):
    lowering.same(lambda x, i: (x[i], wg.grad(lambda x: wg.sum(x[i]))(x)), X, np.zeros(0, int))

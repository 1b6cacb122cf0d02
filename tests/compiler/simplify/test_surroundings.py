"""Constants of the surroundings in the programs of loops and branches."""

import numpy as np
import pytest

import wengert as wg

X = wg.array([0.5, -0.25])
THREE = wg.array(3.0)


def scanned(x):
    return wg.scan(lambda c, e: (c * wg.ones(2) + e * wg.full(2, 2.0), c), x, wg.arange(4.0))


def while_true(x):
    return wg.while_loop(lambda c: wg.sum(c) < wg.sum(wg.full(2, 3.0)), lambda c: c + wg.ones(2), x)


def branched(x):
    return wg.cond(x[0] > 0, lambda x: x * wg.ones(2), lambda x: x * wg.zeros(2) + wg.full(2, 0.5), x)


def nested(x):
    ones = wg.ones(2)
    return wg.fori_loop(0, 3, lambda i, c: wg.while_loop(lambda d: wg.sum(d) < 5, lambda d: d * 2 + ones, c * 0.1), x)


FUNCTIONS = [scanned, while_true, branched, nested]


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_compiled_equals_eager_with_and_without(f) -> None:
    def total(x):
        out = f(x)
        return wg.sum(out[0] ** 2) + wg.sum(out[1]) if isinstance(out, tuple) else wg.sum(out**2)

    for function in (f, wg.grad(total), wg.jacfwd(total), wg.hessian(total)):
        expected = function(X)
        for off in ((), ("constants",)):
            found = wg.compile(function, off=off)(X)
            for a, b in zip(*((v if isinstance(v, tuple) else (v,)) for v in (found, expected)), strict=True):
                np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-13)


def test_the_seed_of_a_gradient_in_a_loop_is_no_factor() -> None:
    def f(x):
        return wg.fori_loop(0, 5, lambda i, c: c - 0.1 * wg.grad(lambda y: wg.sum(wg.sin(y)))(c), x)

    text = str(wg.compile(f).lower(X).simplified)
    body = text[text.index("where body is") :]
    assert "absorbing_multiply" not in body
    np.testing.assert_allclose(wg.compile(f)(X).numpy(), f(X).numpy(), rtol=1e-14)


def test_large_and_changing_arrays_stay_inputs() -> None:
    large = wg.array(np.arange(5000.0))

    @wg.compile
    def f(x, w):
        return wg.fori_loop(0, 3, lambda i, c: c + w * wg.sum(large), x)

    for w in (1.0, 2.0):
        expected = X.numpy() + 3 * w * np.arange(5000.0).sum()
        np.testing.assert_allclose(f(X, wg.array(w)).numpy(), expected, rtol=1e-14)

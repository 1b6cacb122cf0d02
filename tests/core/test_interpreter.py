"""The interpreter stack: every pair and triple of transforms, in any order; levels are never confused."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.program import check

close = np.testing.assert_allclose
Function = Callable[[Any], Any]


def f(x: Any) -> Any:
    return wg.sin(x) * wg.exp(x / 2)


def nth_derivative(x: Any, n: int) -> Any:
    """Of f: f⁽ⁿ⁾(x) = |½ + i|ⁿ e^{x/2} sin(x + n arg(½ + i))."""
    return abs(0.5 + 1j) ** n * np.exp(x / 2) * np.sin(x + n * np.angle(0.5 + 1j))


# What gives the derivative of a function of a number, by how many orders it raises it, and what leaves it as it is.


def _linearize(f: Function) -> Function:
    def derivative(x: Any) -> Any:
        _, linear = wg.linearize(f, x)
        check(linear)
        return linear(2.0) / 2

    return derivative


def _trace(f: Function) -> Function:
    def traced(x: Any) -> Any:
        program = wg.trace(f)(x)
        check(program)
        return program(x)

    return traced


def _custom_vjp(f: Function) -> Function:
    g = wg.custom_vjp(f)
    g.defvjp(lambda x: (f(x), x), lambda x, ct: (ct * wg.grad(f)(x),))
    return g


def _custom_jvp(f: Function) -> Function:
    g = wg.custom_jvp(f)
    g.defjvp(lambda primals, tangents: (f(*primals), tangents[0] * wg.jvp(f, primals, (1.0,))[1]))
    return g


def _capturing_rule(f: Function) -> Function:
    def call(x: Any) -> Any:
        @wg.custom_vjp
        def g(y: Any) -> Any:
            return f(y) + (x - x) * y

        g.defvjp(lambda y: (f(y) + (x - x) * y, y), lambda y, ct: (ct * wg.grad(f)(y),))
        return g(x)

    return call


WRAPPERS: dict[str, tuple[int, Callable[[Function], Function]]] = {
    "grad": (1, wg.grad),
    "value_and_grad": (1, lambda f: lambda x: wg.value_and_grad(f)(x)[1]),
    "vjp": (1, lambda f: lambda x: wg.vjp(f, x)[1](wg.ones(()))[0]),
    "jvp": (1, lambda f: lambda x: wg.jvp(f, (x,), (1.0,))[1]),
    "jacfwd": (1, wg.jacfwd),
    "jacrev": (1, wg.jacrev),
    "linearize": (1, _linearize),
    "hessian": (2, wg.hessian),
    "hvp": (2, lambda f: lambda x: wg.hvp(f, x, wg.ones(()))),
    "vmap": (0, lambda f: lambda x: wg.vmap(f)(wg.stack([x, 2 * x]))[0]),
    "vmap, shared": (0, lambda f: lambda x: wg.vmap(lambda y, z: f(z) + y, (0, None))(np.zeros(2), x)[1]),
    "vmap, captured": (0, lambda f: lambda x: wg.vmap(lambda y: f(x + y))(np.zeros(2))[1]),
    "checkpoint": (0, wg.checkpoint),
    "checkpoint, captured": (0, lambda f: lambda x: wg.checkpoint(lambda y: f(x + y))(0.0)),
    "custom_vjp": (0, _custom_vjp),
    "custom_jvp": (0, _custom_jvp),
    "custom, captured": (0, _capturing_rule),
    "trace": (0, _trace),
}


def check_nest(names: tuple[str, ...]) -> None:
    g, order = f, 0
    for name in names:
        raised, wrap = WRAPPERS[name]
        g, order = wrap(g), order + raised
    x = 0.6
    close(g(x), nth_derivative(x, order), rtol=1e-8, err_msg=str(names))


@pytest.mark.parametrize("outer", WRAPPERS)
@pytest.mark.parametrize("inner", WRAPPERS)
def test_pairs(inner: str, outer: str) -> None:
    check_nest((inner, outer))


TRIPLES = list(itertools.product(WRAPPERS, repeat=3))


@pytest.mark.parametrize(
    "names", [TRIPLES[i] for i in np.random.default_rng(0).permutation(len(TRIPLES))[:300]], ids=str
)
def test_some_triples(names: tuple[str, ...]) -> None:
    check_nest(names)


@pytest.mark.slow
@pytest.mark.parametrize("outermost", WRAPPERS)
def test_all_triples(outermost: str) -> None:
    for names in itertools.product(WRAPPERS, repeat=2):
        check_nest((*names, outermost))


@pytest.mark.parametrize("names", list(itertools.product(["grad", "jvp"], repeat=5)), ids=str)
def test_fifth_derivatives_in_all_mixtures_of_modes(names: tuple[str, ...]) -> None:
    check_nest(names)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(150))
def test_deep_nests(seed: int) -> None:
    rng = np.random.default_rng(seed)
    check_nest(tuple(rng.choice(list(WRAPPERS), 4)))


@pytest.mark.parametrize("name", WRAPPERS)
def test_backward_around_every_transform(name: str) -> None:
    order, wrap = WRAPPERS[name]
    x = wg.array(0.6, requires_grad=True)
    y = wrap(f)(x)
    y.backward(create_graph=True)
    close(x.grad.detach(), nth_derivative(0.6, order + 1), rtol=1e-9)
    g, x.grad = x.grad, None
    g.backward()
    close(x.grad, nth_derivative(0.6, order + 2), rtol=1e-8)


@pytest.mark.parametrize("name", WRAPPERS)
def test_backward_inside_every_transform(name: str) -> None:
    order, wrap = WRAPPERS[name]

    def with_a_sweep_inside(x: Any) -> Any:
        w = wg.array(3.0, requires_grad=True)
        (w * w).backward()  # of values that the transform does not look at
        return f(x) * w.grad / 6

    close(wrap(with_a_sweep_inside)(0.6), nth_derivative(0.6, order))


def test_backward_with_respect_to_the_argument_of_grad() -> None:
    def derivative(x: Any) -> Any:
        f(x).backward(create_graph=True)
        return x.grad

    close(wg.grad(derivative)(0.6), nth_derivative(0.6, 2))
    close(wg.jvp(wg.grad(derivative), (0.6,), (1.0,))[1], nth_derivative(0.6, 3))
    close(wg.vmap(wg.grad(derivative))(np.array([0.6, 0.7]))[0], nth_derivative(0.6, 2))


def test_backward_inside_that_would_miss_an_array_outside() -> None:
    w = wg.array(2.0, requires_grad=True)

    def loss(x: Any) -> Any:
        (w * x).backward()
        return x

    with pytest.raises(wg.GraphError, match=r"inside grad or vjp.*wg\.grad"):
        wg.grad(loss)(1.0)
    for transform in (
        lambda: wg.jvp(loss, (1.0,), (1.0,)),
        lambda: wg.vmap(loss)(wg.ones(2)),
        lambda: wg.trace(loss)(1.0),
    ):
        with pytest.raises(wg.GraphError, match="has no graph of its own"):
            transform()
    assert w.grad is None
    ones = wg.ones(2)
    with pytest.raises(wg.GraphError, match="inside vmap"):
        wg.vmap(lambda ct: (w * 2).backward(ct) or ct)(ones)
    assert w.grad is None


# -- Perturbation confusion ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outer", [wg.grad, wg.jacfwd, WRAPPERS["jvp"][1], WRAPPERS["linearize"][1]])
@pytest.mark.parametrize("inner", [wg.grad, wg.jacfwd, WRAPPERS["jvp"][1], WRAPPERS["linearize"][1]])
def test_siskind_and_pearlmutter(inner: Any, outer: Any) -> None:
    # d/dx [x · d/dy (x + y) at y = 1] = 1, not 2
    close(outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0), 1)
    # d/dx [x · d/dy (x · y)] = 2x
    close(outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0), 6)
    # the inner derivative taken at the outer variable: d/dx x² · 2x ... = d/dx (x · 3x²y at y = x)
    close(outer(lambda x: x * inner(lambda y: y**3 * x)(x))(2.0), 3 * 4 * 8)
    # Manzyuk et al.: a function that returns functions
    close(outer(lambda x: inner(lambda y: outer(lambda z: x * y * z)(1.0))(1.0) * x)(5.0), 10)


def test_the_amazing_bug_of_functions_that_escape() -> None:
    # "Perturbation confusion in forward automatic differentiation of higher-order functions": s(x)(f)(y) = f(x + y)
    def derivative_of_shift(g: Function) -> Function:
        return lambda y: wg.jvp(lambda x: g(x + y), (0.0,), (1.0,))[1]

    close(derivative_of_shift(derivative_of_shift(wg.exp))(1.0), np.e)
    close(derivative_of_shift(derivative_of_shift(wg.sin))(1.0), -np.sin(1))


def test_an_inner_derivative_that_ignores_its_own_variable() -> None:
    close(wg.grad(lambda x: x * wg.grad(lambda y: x * 1.0)(2.0))(3.0), 0)
    close(wg.grad(lambda x: x * wg.jvp(lambda y: x, (2.0,), (1.0,))[1])(3.0), 0)
    close(wg.hessian(lambda x: wg.sum(x) * 0 + 5.0)(wg.ones(2)), np.zeros((2, 2)))


def test_values_of_the_outer_level_in_the_control_flow_of_the_inner() -> None:
    def power(x: Any) -> Any:
        y = x
        while y < 100:
            y = y * wg.grad(lambda z: z**2 / 2)(x)
        return y

    close(wg.grad(power)(3.0), 5 * 3**4)
    close(wg.jvp(power, (3.0,), (1.0,))[1], 5 * 3**4)
    close(wg.hessian(power)(3.0), 20 * 27)


def test_arrays_that_escape_from_a_transform() -> None:
    kept: list[Any] = []

    def keep(x: Any) -> Any:
        kept.append(x * 2)
        return wg.sum(x)

    for run, name in (
        (lambda: wg.grad(keep)(wg.ones(2)), "grad"),
        (lambda: wg.jvp(keep, (wg.ones(2),), (wg.ones(2),)), "jvp"),
        (lambda: wg.vmap(keep)(wg.ones((2, 2))), "vmap"),
        (lambda: wg.trace(keep)(wg.ones(2)), "trace"),
    ):
        run()
        for use in (
            lambda x: x + 1,
            lambda x: 1 - x,
            lambda x: x * wg.ones(2, requires_grad=True),
            lambda x: wg.sin(x),
            lambda x: wg.sum(x),
            lambda x: x[0],
            lambda x: wg.stack([x, x]),
            lambda x: wg.grad(lambda y: wg.sum(x * y))(wg.ones(2)),
        ):
            with pytest.raises(wg.LevelError, match=f"inside {name}.*has_aux"):
                use(kept[-1])


def test_threads_started_inside_a_transform() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def parallel(x: Any) -> Any:
        with ThreadPoolExecutor(4) as pool:
            return sum(pool.map(lambda k: k * wg.grad(f)(x), range(4)))

    close(wg.grad(parallel)(0.6), 6 * nth_derivative(0.6, 2))

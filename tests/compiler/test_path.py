"""Paths take part in every transform: compiled inside and outside, in every order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.tree import flatten

X = wg.array([1.0, 2.0, 3.0])
V = X * 0.3
B = wg.array(np.random.default_rng(0).normal(size=(4, 3)))
Transform = Callable[[Callable[..., Any]], Any]


def close(found: Any, expected: Any, rtol: float = 1e-11) -> None:
    (a, structure), (b, other) = flatten(found), flatten(expected)
    assert structure == other
    for x, y in zip(a, b, strict=True):
        x, y = (np.asarray(z.detach() if isinstance(z, wg.Array) else z) for z in (x, y))
        assert (x.dtype, x.shape) == (y.dtype, y.shape)
        np.testing.assert_allclose(x, y, rtol=rtol, atol=1e-13)


def smooth(x: Any) -> Any:
    return wg.sum(wg.sin(x) * wg.exp(-x * x))


def branching(x: Any) -> Any:
    return wg.sum(x * x * x) if x[0] > 0 else wg.sum(wg.sin(x))


def several(x: Any) -> Any:
    return wg.sin(x) * x[0] + wg.cumsum(x)


TRANSFORMS: dict[str, Transform] = {
    "grad": lambda f: wg.grad(f)(X),
    "value_and_grad": lambda f: wg.value_and_grad(f)(X),
    "jvp": lambda f: wg.jvp(f, (X,), (V,)),
    "vjp": lambda f: wg.vjp(f, X)[1](wg.array(2.0)),
    "hessian": lambda f: wg.hessian(f)(X),
    "hvp": lambda f: wg.hvp(f, (X,), (V,)),
    "linearize": lambda f: wg.linearize(f, X)[1](V),
    "trace": lambda f: wg.trace(f)(X)(X),
    "checkpoint": lambda f: wg.grad(wg.checkpoint(f))(X),
    "grad of grad": lambda f: wg.grad(lambda x: wg.sum(wg.grad(f)(x) ** 2))(X),
    "grad of jvp": lambda f: wg.grad(lambda x: wg.jvp(f, (x,), (V,))[1])(X),
    "jvp of grad": lambda f: wg.jvp(wg.grad(f), (X,), (V,)),
    "jacobian of grad": lambda f: wg.jacobian(wg.grad(f))(X),
}
BATCHES: dict[str, Transform] = {
    "vmap": lambda f: wg.vmap(f)(B),
    "vmap of grad": lambda f: wg.vmap(wg.grad(f))(B),
    "grad of vmap": lambda f: wg.grad(lambda b: wg.sum(wg.vmap(f)(b) ** 2))(B),
    "vmap of vmap": lambda f: wg.vmap(wg.vmap(f))(B[None]),
    "vmap of jvp": lambda f: wg.vmap(lambda x: wg.jvp(f, (x,), (X,)))(B),
    "vmap of hessian": lambda f: wg.vmap(wg.hessian(f))(B),
    "jvp of vmap": lambda f: wg.jvp(wg.vmap(f), (B,), (B * 2,)),
    "another axis": lambda f: wg.vmap(f, in_axes=1)(B.T),
}


@pytest.mark.parametrize("function", [smooth, branching])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_compiled_inside_and_outside_of_a_transform(name: str, function: Callable[..., Any]) -> None:
    transform = TRANSFORMS[name]
    expected = transform(function)
    compiled = wg.compile(function)
    close(transform(compiled), expected)
    close(transform(compiled), expected)
    close(wg.compile(lambda: transform(function))(), expected)
    close(wg.compile(lambda: transform(wg.compile(function)))(), expected)


@pytest.mark.parametrize("name", BATCHES)
def test_compiled_inside_and_outside_of_a_batch(name: str) -> None:
    transform = BATCHES[name]
    close(transform(wg.compile(smooth)), transform(smooth))
    close(wg.compile(lambda: transform(wg.compile(smooth)))(), transform(smooth))


def test_shared_arguments_of_a_batch() -> None:
    close(wg.vmap(wg.compile(lambda x, y: wg.dot(x, y)), in_axes=(0, None))(B, X), B @ X)


@pytest.mark.parametrize("jacobian", [wg.jacobian, wg.jacfwd, wg.jacrev])
def test_jacobians(jacobian: Any) -> None:
    close(jacobian(wg.compile(several))(X), jacobian(several)(X))
    close(wg.compile(jacobian(wg.compile(several)))(X), jacobian(several)(X))


def test_compile_within_compile() -> None:
    outer = wg.compile(lambda x: wg.compile(lambda y: smooth(y * 2))(x) + smooth(x))
    close(outer(X), smooth(X * 2) + smooth(X))
    close(wg.grad(outer)(X), wg.grad(lambda x: smooth(x * 2) + smooth(x))(X))


def test_third_derivatives() -> None:
    def f(x: Any) -> Any:
        return wg.exp(x) * x**3

    third = wg.grad(wg.grad(wg.grad(f)))
    c = wg.compile
    for point in (wg.array(0.7), 0.7):
        close(wg.grad(wg.grad(wg.grad(c(f))))(point), third(point))
        close(c(wg.grad(wg.grad(wg.grad(c(f)))))(wg.array(0.7)), third(wg.array(0.7)))
        close(wg.grad(c(wg.grad(c(wg.grad(c(f))))))(point), third(point))


def _rules() -> list[Any]:
    by_vjp = wg.custom_vjp(lambda x: wg.sin(x))
    by_vjp.defvjp(lambda x: (wg.sin(x), x), lambda r, g: (g * 7.0 * r,))
    by_jvp = wg.custom_jvp(lambda x: wg.sin(x))
    by_jvp.defjvp(lambda p, t: (wg.sin(p[0]), 5.0 * t[0] * p[0]))
    return [by_vjp, by_jvp]


@pytest.mark.parametrize("rule", [0, 1])
@pytest.mark.parametrize(
    "name", ["grad", "jvp", "hessian", "jvp of grad", "grad of grad", "vmap of grad", "grad of vmap"]
)
def test_custom_rules_hold(name: str, rule: int) -> None:
    custom, transform = _rules()[rule], {**TRANSFORMS, **BATCHES}[name]

    def f(x: Any) -> Any:
        return wg.sum(custom(x) * x)

    expected = transform(f)
    close(transform(wg.compile(f)), expected)
    close(wg.compile(lambda: transform(f))(), expected)
    close(transform(wg.checkpoint(wg.compile(f))), expected)
    close(transform(wg.compile(wg.checkpoint(f))), expected)


def test_custom_rules_that_branch() -> None:
    def forward(x: Any) -> Any:
        return wg.sin(x) if wg.sum(x) > 0 else wg.cos(x)

    custom = wg.custom_vjp(forward)
    custom.defvjp(lambda x: (forward(x), x), lambda r, g: (g * 7.0 * r if wg.sum(r) > 0 else g * r,))
    compiled = wg.compile(lambda x: wg.sum(custom(x) * x))
    for x in (X, -X, X):
        close(wg.grad(compiled)(x), wg.grad(lambda x: wg.sum(custom(x) * x))(x))


def test_loops_and_branches_within() -> None:
    def f(x: Any) -> Any:
        y = wg.scan(lambda c, a: (c * 0.9 + a, c), x[0], x)[1]
        return wg.sum(y) * wg.cond(wg.sum(x) > 0, lambda: 2.0, lambda: 3.0)

    close(wg.grad(wg.compile(f))(X), wg.grad(f)(X))
    close(wg.compile(wg.grad(f))(X), wg.grad(f)(X))
    body = wg.compile(lambda c, a: (c * 0.9 + a, c))
    close(wg.grad(lambda x: wg.sum(wg.scan(body, x[0], x)[1]))(X), wg.grad(lambda x: f(x) / 2)(X))


def test_a_pullback_within_another_compiled_function() -> None:
    _, pullback = wg.vjp(wg.compile(lambda x: wg.sum(wg.sin(x))), X)
    close(wg.compile(lambda c: pullback(c)[0])(wg.array(2.0)), 2 * wg.cos(X))


# -- On an eager tape -------------------------------------------------------------------------------------------------


def leaf() -> wg.Array:
    return wg.array([1.0, 2.0, 3.0], requires_grad=True)


def test_backward() -> None:
    compiled, expected = wg.compile(smooth), wg.grad(smooth)(X)
    x = leaf()
    y = compiled(x)
    y.backward(retain_graph=True)
    close(x.grad, expected)
    y.backward()
    close(x.grad, 2 * expected)
    with pytest.raises(wg.GraphError, match="freed"):
        y.backward()


@pytest.mark.parametrize("function", [smooth, branching])
def test_backward_that_is_recorded(function: Callable[..., Any]) -> None:
    def third(f: Callable[..., Any]) -> Any:
        x = leaf()
        f(x).backward(create_graph=True)
        for last in (False, True):
            assert x.grad is not None
            gradient, x.grad = x.grad, None
            wg.sum(gradient * gradient).backward(create_graph=not last)
        return x.grad

    close(third(wg.compile(function)), third(function))


def test_hooks_scopes_and_collectors() -> None:
    compiled, expected = wg.compile(smooth), wg.grad(smooth)(X)
    x, seen = leaf(), []
    y = x * 1
    y.register_hook(seen.append)
    compiled(y).backward()
    close(seen[0], expected)
    with wg.no_grad():
        assert not compiled(x).requires_grad
        close(wg.grad(wg.compile(smooth))(X), expected)
    x.grad = None
    with wg.record() as tape:
        y = wg.compile(smooth)(x) + 1
    assert len(tape) == 2
    assert "smooth" in str(tape)
    tape.backward(y)
    close(x.grad, expected)


def test_anomalies_are_found() -> None:
    x = leaf()
    with wg.detect_anomaly():
        wg.compile(smooth)(x).backward()
        close(x.grad, wg.grad(smooth)(X))
        with pytest.raises(wg.AnomalyError):
            wg.compile(lambda x: wg.sum(wg.log(x)))(wg.array([0.0, -1.0], requires_grad=True))


def test_containers_and_other_dtypes() -> None:
    compiled = wg.compile(lambda p, i: {"a": p["x"] * p["y"], "b": wg.sum(p["x"]), "c": i + 1, "d": p["x"][i]})
    x, y = leaf(), leaf()
    out = compiled({"x": x, "y": y}, wg.array([0, 1]))
    assert [out[k].requires_grad for k in "abcd"] == [True, True, False, True]
    (wg.sum(out["a"]) + out["b"] + wg.sum(out["d"])).backward()
    close(x.grad, wg.array([3.0, 4.0, 4.0]))
    close(y.grad, X)
    gradient = wg.grad(lambda p: compiled(p, wg.array([0]))["b"])({"x": X, "y": X})
    close(gradient, {"x": wg.ones(3), "y": wg.zeros(3)})


def test_what_is_constant_inside_stays_so() -> None:
    def f(x: Any) -> Any:
        with wg.no_grad():
            y = x * 2
        return wg.sum(x * y * x.detach())

    close(wg.grad(wg.compile(f))(X), wg.grad(f)(X))

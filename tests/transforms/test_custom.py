"""custom_vjp and custom_jvp: one rule serves every transform; captured arrays; and rules that are wrong."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.program import check

close = np.testing.assert_allclose


def by_vjp(scale: Any = 1.0) -> Any:
    """sin, with `scale` times its derivative."""

    @wg.custom_vjp
    def f(x: Any) -> Any:
        return wg.sin(x)

    f.defvjp(lambda x: (wg.sin(x), wg.cos(x)), lambda c, ct: (scale * c * ct,))
    return f


def by_jvp(scale: Any = 1.0) -> Any:
    @wg.custom_jvp
    def f(x: Any) -> Any:
        return wg.sin(x)

    @f.defjvp
    def rule(primals: Any, tangents: Any) -> Any:
        return wg.sin(primals[0]), scale * wg.cos(primals[0]) * tangents[0]

    return f


DERIVATIVES: list[tuple[str, Any]] = [
    ("grad", lambda f, x: wg.vmap(wg.grad(f))(x)),
    ("vjp", lambda f, x: wg.vjp(f, x)[1](np.ones_like(x))[0]),
    ("jvp", lambda f, x: wg.jvp(f, (x,), (np.ones_like(x),))[1]),
    ("jacfwd", lambda f, x: wg.vmap(lambda r: wg.sum(r))(wg.jacfwd(f)(x))),
    ("jacrev", lambda f, x: wg.vmap(lambda r: wg.sum(r))(wg.jacrev(f)(x))),
    ("linearize", lambda f, x: wg.linearize(f, x)[1](np.ones_like(x))),
    ("jvp of vmap", lambda f, x: wg.jvp(wg.vmap(f), (x,), (np.ones_like(x),))[1]),
    ("grad of vmap", lambda f, x: wg.grad(lambda x: wg.sum(wg.vmap(f)(x)))(x)),
    ("grad of checkpoint", lambda f, x: wg.grad(lambda x: wg.sum(wg.checkpoint(f)(x)))(x)),
    ("jvp of checkpoint", lambda f, x: wg.jvp(wg.checkpoint(f), (x,), (np.ones_like(x),))[1]),
    ("grad of trace", lambda f, x: wg.grad(lambda x: wg.sum(wg.trace(f)(x)(x)))(x)),
    ("jvp of trace", lambda f, x: wg.jvp(wg.trace(f)(x), (x,), (np.ones_like(x),))[1]),
    ("trace of grad", lambda f, x: wg.trace(wg.grad(lambda x: wg.sum(f(x))))(x)(x)),
    ("vmap of grad of vmap", lambda f, x: wg.vmap(wg.grad(lambda x: wg.sum(wg.vmap(f)(x))))(x[:, None])[:, 0]),
]
IDS = [name for name, _ in DERIVATIVES]


def _backward(f: Any, x: Any) -> Any:
    leaf = wg.array(x, requires_grad=True)
    f(leaf).backward(wg.ones(leaf.shape))
    return leaf.grad


DERIVATIVES.append(("backward", _backward))
IDS.append("backward")


@pytest.mark.parametrize(("name", "derivative"), DERIVATIVES, ids=IDS)
@pytest.mark.parametrize("make", [by_vjp, by_jvp])
def test_the_rule_is_what_every_transform_uses(make: Any, name: str, derivative: Any) -> None:
    x = np.array([0.1, 0.5, 2.0])
    close(make(7.0)(x), np.sin(x))
    close(derivative(make(7.0), x), 7 * np.cos(x))
    close(derivative(lambda x: make(7.0)(x * 2) * x, x), 7 * np.cos(2 * x) * 2 * x + np.sin(2 * x))


@pytest.mark.parametrize("make", [by_vjp, by_jvp])
def test_higher_derivatives_differentiate_the_rule(make: Any) -> None:
    def f(x: Any) -> Any:
        return make(7.0)(x)

    x = 0.4
    for second in (
        wg.grad(wg.grad(f)),
        wg.jacfwd(wg.grad(f)),
        wg.grad(lambda x: wg.jvp(f, (x,), (1.0,))[1]),
        lambda x: wg.jvp(lambda x: wg.jvp(f, (x,), (1.0,))[1], (x,), (1.0,))[1],
        lambda x: wg.jvp(wg.grad(f), (x,), (1.0,))[1],
    ):
        close(second(x), -7 * np.sin(x))  # the rule's cosine is differentiated as it stands
    leaf = wg.array(x, requires_grad=True)
    f(leaf).backward(create_graph=True)
    g, leaf.grad = leaf.grad, None
    g.backward()
    close(leaf.grad, -7 * np.sin(x))
    wg.testing.check_grads(lambda x: make()(x) * make()(x * x), (0.4,), order=3)


def test_a_reverse_rule_may_use_its_own_function() -> None:
    @wg.custom_vjp
    def f(x: Any) -> Any:
        return wg.exp(x)

    f.defvjp(lambda x: (f(x), x), lambda x, ct: (ct * f(x),))
    g: Any = f
    for _ in range(4):
        g = wg.grad(g)
    close(g(0.3), np.exp(0.3))

    @wg.custom_jvp
    def h(x: Any) -> Any:
        return wg.exp(x)

    h.defjvp(lambda p, t: (h(p[0]), h(p[0]) * t[0]))
    close(wg.grad(wg.jacfwd(wg.grad(h)))(0.3), np.exp(0.3))


def captured(kind: str, x: Any, c: Any) -> Any:
    """x ↦ c² x³ by a rule of its own (with 10 times the derivative), where c is not an argument."""
    if kind == "vjp":

        @wg.custom_vjp
        def f(y: Any) -> Any:
            return c * c * y**3

        f.defvjp(lambda y: (c * c * y**3, y), lambda y, ct: (10 * ct * c * c * 3 * y**2,))
    else:

        @wg.custom_jvp
        def f(y: Any) -> Any:
            return c * c * y**3

        f.defjvp(lambda p, t: (c * c * p[0] ** 3, 10 * t[0] * c * c * 3 * p[0] ** 2))
    return f(x)


@pytest.mark.parametrize(("name", "derivative"), DERIVATIVES, ids=IDS)
@pytest.mark.parametrize("kind", ["vjp", "jvp"])
def test_captured_arrays_are_differentiated_as_if_there_were_no_rule(kind: str, name: str, derivative: Any) -> None:
    x = np.array([0.5, 1.5])
    close(derivative(lambda x: captured(kind, x, 2.0), x), 10 * 12 * x**2)
    close(derivative(lambda x: captured(kind, x, x), x), 30 * x**4 + 2 * x**4)
    close(derivative(lambda x: captured(kind, 2.0 + 0 * x, x), x), 10 * 0 + 2 * x * 8)


@pytest.mark.parametrize("kind", ["vjp", "jvp"])
def test_captured_arrays_at_other_levels(kind: str) -> None:
    # the derivative by the argument, differentiated by what was captured: d/dc [10 · c² · 3x²]
    close(wg.grad(lambda c: wg.grad(lambda x: captured(kind, x, c))(1.5))(2.0), 10 * 2 * 2 * 3 * 1.5**2)
    close(wg.jvp(lambda c: wg.grad(lambda x: captured(kind, x, c))(1.5), (2.0,), (1.0,))[1], 10 * 2 * 2 * 3 * 1.5**2)
    close(wg.grad(lambda c: wg.jvp(lambda x: captured(kind, x, c), (1.5,), (1.0,))[1])(2.0), 10 * 2 * 2 * 3 * 1.5**2)
    batch = np.array([1.0, 2.0])
    close(wg.vmap(lambda c: wg.grad(lambda x: captured(kind, x, c))(1.5))(batch), 10 * batch**2 * 3 * 1.5**2)
    close(wg.grad(lambda x: wg.sum(wg.vmap(lambda c: captured(kind, x, c))(batch)))(1.5), 10 * 5 * 3 * 1.5**2)
    close(wg.jvp(lambda x: wg.sum(wg.vmap(lambda c: captured(kind, x, c))(batch)), (1.5,), (1.0,))[1], 150 * 1.5**2)
    close(wg.vmap(lambda x: wg.vmap(lambda c: captured(kind, x, c))(batch))(batch), np.outer(batch**3, batch**2))
    close(wg.vmap(lambda x: captured(kind, x, batch[0]))(batch), batch**3)
    # captured by a derivative inside, the argument from outside: d/dc [c² x³] = 2c x³, whose derivative by x is native
    for inner in (wg.grad, wg.jacfwd, lambda f: lambda c: wg.linearize(f, c)[1](1.0)):

        def mixed(x: Any, inner: Any = inner) -> Any:
            return inner(lambda c: captured(kind, x, c))(2.0)

        close(wg.vmap(mixed)(batch), 4 * batch**3)
        close(wg.grad(mixed)(1.5), 4 * 3 * 1.5**2)
        close(wg.trace(mixed)(1.5)(3.0), 4 * 27)

    # what the inner derivative does not look at obeys the rule
    def value_beside(x: Any, outer: Any) -> Any:
        def inner(c: Any) -> Any:
            y = captured(kind, x, c)
            return c, y

        return wg.value_and_grad(inner, has_aux=True)(2.0)[0][1]

    close(wg.grad(lambda x: value_beside(x, None))(1.5), 10 * 4 * 3 * 1.5**2)
    close(wg.jvp(lambda x: value_beside(x, None), (1.5,), (1.0,))[1], 10 * 4 * 3 * 1.5**2)
    w = wg.array(2.0, requires_grad=True)
    gradient = wg.grad(lambda x: captured(kind, x, w))(1.5)
    gradient.backward()
    close(w.grad, 10 * 2 * 2 * 3 * 1.5**2)
    w.grad = None
    captured(kind, wg.array(1.5, requires_grad=True), w).backward()
    close(w.grad, 2 * 2 * 1.5**3)


@pytest.mark.parametrize("kind", ["vjp", "jvp"])
def test_programs_of_rules_that_captured_what_is_traced(kind: str) -> None:
    def f(x: Any) -> Any:
        c = wg.exp(x)
        return captured(kind, x * 2, c) * c

    program = wg.trace(f)(0.3)
    check(program)
    again = wg.trace(program)(0.3)
    check(again)
    for p in (program, again):
        close(p(0.7), f(0.7))
        close(wg.grad(p)(0.7), wg.grad(f)(0.7))
        close(wg.jvp(p, (0.7,), (1.0,))[1], wg.jvp(f, (0.7,), (1.0,))[1])
        close(wg.vmap(wg.grad(p))(np.array([0.7, 0.9])), wg.vmap(wg.grad(f))(np.array([0.7, 0.9])))
        close(wg.hessian(p)(0.7), wg.hessian(f)(0.7))
        close(wg.linearize(p, 0.7)[1](1.0), wg.grad(f)(0.7))


def test_several_outputs_and_containers() -> None:
    @dataclass
    class Out:
        a: Any
        b: Any

    calls = []

    @wg.custom_vjp
    def f(p: Any, scale: Any, mode: str = "plain") -> Any:
        return Out(p["x"] * scale, (wg.sum(p["y"]), wg.argmax(p["x"])))

    def forward(p: Any, scale: Any, mode: str) -> Any:
        return f(p, scale, mode), (p, scale, mode, None, 3)

    def backward(residuals: Any, ct: Any) -> Any:
        p, scale, mode, nothing, three = residuals
        calls.append((mode, nothing, three, ct.b[0].shape))
        return {"x": ct.a * scale, "y": ct.b[0] * wg.ones(p["y"].shape)}, None, None

    f.defvjp(forward, backward)
    p = {"x": np.array([1.0, 3.0]), "y": np.ones((2, 2))}

    def loss(p: Any, s: Any) -> Any:
        out = f(p, s, mode="fancy")
        return wg.sum(out.a) + 5 * out.b[0]

    gradient, by_scale = wg.grad(loss, argnums=(0, 1))(p, 2.0)
    close(gradient["x"], [2, 2])
    close(gradient["y"], 5 * np.ones((2, 2)))
    close(by_scale, 0)
    assert calls == [("fancy", None, 3, ())]
    moved = wg.jvp(lambda p: f(p, 2.0), (p,), (p,))[1]
    close(moved.a, 2 * p["x"])
    close(moved.b[0], 4)
    batch = {"x": np.stack([p["x"]] * 3), "y": np.stack([p["y"]] * 3)}
    close(wg.vmap(lambda p: f(p, 2.0))(batch).b[1], [1, 1, 1])
    close(wg.vmap(wg.grad(lambda p: loss(p, 2.0)))(batch)["x"], np.full((3, 2), 2))
    only_first = wg.grad(lambda p: f(p, 2.0).b[0])(p)
    close(only_first["x"], 0)


def test_jvp_rules_of_several_arguments() -> None:
    @wg.custom_jvp
    def f(x: Any, y: Any) -> Any:
        return x * y, x + y

    @f.defjvp
    def rule(primals: Any, tangents: Any) -> Any:
        (x, y), (tx, ty) = primals, tangents
        return (x * y, x + y), (2 * (tx * y + x * ty), tx + ty)

    close(wg.grad(lambda x, y: f(x, y)[0] + 10 * f(x, y)[1], argnums=(0, 1))(3.0, 5.0), [20, 16])
    close(wg.jvp(f, (3.0, 5.0), (1.0, 0.0))[1], [10, 1])
    close(wg.grad(lambda x: f(x, 5.0)[0])(3.0), 10)
    close(wg.jacobian(lambda x: f(x, wg.ones(2))[0])(np.array([3.0, 4.0])), 2 * np.eye(2))


def test_rules_that_give_none_for_zero() -> None:
    @wg.custom_vjp
    def f(x: Any, y: Any) -> Any:
        return x + y

    f.defvjp(lambda x, y: (x + y, None), lambda _, ct: (None, 3 * ct))
    close(wg.grad(f, argnums=(0, 1))(1.0, 2.0), [0, 3])
    close(wg.jvp(f, (1.0, 2.0), (1.0, 1.0))[1], 3)
    x = wg.array(1.0, requires_grad=True)
    f(x, x).backward()
    close(x.grad, 3)

    @wg.custom_jvp
    def g(x: Any) -> Any:
        return x, 2 * x

    g.defjvp(lambda p, t: ((p[0], 2 * p[0]), None))
    close(wg.jvp(lambda x: g(x)[1], (1.0,), (1.0,))[1], 0)
    close(wg.grad(lambda x: g(x)[1])(1.0), 0)
    close(wg.grad(wg.checkpoint(lambda x: g(x)[1] * x))(1.0), 2)


def test_a_rule_that_ignores_the_cotangent() -> None:
    @wg.custom_vjp
    def f(x: Any) -> Any:
        return x

    f.defvjp(lambda x: (x, None), lambda _, ct: (wg.ones(()),))
    close(wg.grad(lambda x: 5 * f(x))(1.0), 1)


@pytest.mark.parametrize(
    ("backward", "error", "message"),
    [
        (lambda r, ct: ct, wg.TreeError, r"backward rule of f must return a tuple of 2 cotangent"),
        (lambda r, ct: (ct,), wg.TreeError, "tuple of 2"),
        (lambda r, ct: [ct, ct], wg.TreeError, "tuple of 2"),
        (lambda r, ct: None, wg.TreeError, "tuple of 2"),
        (lambda r, ct: (ct, (ct, ct)), wg.TreeError, "structure"),
        (
            lambda r, ct: (wg.ones(3), ct),
            wg.ShapeError,
            r"backward rule of f gave shape \(3,\) for an array of shape \(2,\)",
        ),
        (lambda r, ct: (wg.sum(ct), ct), wg.ShapeError, r"gave shape \(\)"),
        (lambda r, ct: ("text", ct), wg.DTypeError, "'text'"),
    ],
)
def test_wrong_backward_rules(backward: Any, error: type[Exception], message: str) -> None:
    @wg.custom_vjp
    def f(x: Any, y: Any) -> Any:
        return x * y

    f.defvjp(lambda x, y: (x * y, None), backward)
    x = np.ones(2)
    close(f(x, x), 1)
    for run in (
        lambda: wg.vjp(f, x, x)[1](x),
        lambda: wg.jvp(f, (x, x), (x, x)),
        lambda: wg.vmap(wg.grad(lambda x: wg.sum(f(x, x))))(np.ones((3, 2))),
        lambda: wg.sum(f(wg.ones(2, requires_grad=True), x)).backward(),
    ):
        with pytest.raises(error, match=message):
            run()


@pytest.mark.parametrize(
    ("forward", "error", "message"),
    [
        (lambda x: x, wg.TreeError, r"forward rule of f must return a pair \(output, residuals\)"),
        (lambda x: (x, x, x), wg.TreeError, "pair"),
        (lambda x: [x, x], wg.TreeError, "pair"),
        (lambda x: ("text", None), wg.DTypeError, "output of a forward rule must be an array"),
    ],
)
def test_wrong_forward_rules(forward: Any, error: type[Exception], message: str) -> None:
    @wg.custom_vjp
    def f(x: Any) -> Any:
        return x

    f.defvjp(forward, lambda r, ct: (ct,))
    with pytest.raises(error, match=message):
        wg.grad(f)(1.0)


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (lambda p, t: t[0], wg.TreeError, r"rule of f must return a pair \(output, tangent\)"),
        (lambda p, t: (p[0], (t[0], t[0])), wg.TreeError, "tangent from the rule of f must have the structure"),
        (lambda p, t: (p[0], wg.ones(3)), wg.ShapeError, r"rule of f gave shape \(3,\) for an array of shape \(2,\)"),
        (lambda p, t: (p[0], "text"), wg.DTypeError, "'text'"),
    ],
)
def test_wrong_jvp_rules(rule: Any, error: type[Exception], message: str) -> None:
    @wg.custom_jvp
    def f(x: Any) -> Any:
        return x

    f.defjvp(rule)
    for run in (
        lambda: wg.jvp(f, (np.ones(2),), (np.ones(2),)),
        lambda: wg.vjp(f, np.ones(2))[1](np.ones(2)),
        lambda: wg.vmap(lambda x: wg.jvp(f, (x,), (x,)))(np.ones((3, 2))),
    ):
        with pytest.raises(error, match=message):
            run()


def test_functions_without_a_rule() -> None:
    f, g = wg.custom_vjp(lambda x: x), wg.custom_jvp(lambda x: x)
    with pytest.raises(wg.GraphError, match=r"no rule: call .*defvjp\(forward, backward\) first"):
        f(1.0)
    with pytest.raises(wg.GraphError, match=r"no rule: call .*defjvp\(rule\) first"):
        g(1.0)


def test_calls_with_the_wrong_arguments() -> None:
    f = by_vjp()
    for args, kwargs in (((), {}), ((1.0, 2.0), {}), ((1.0,), {"y": 1})):
        with pytest.raises(TypeError):
            f(*args, **kwargs)

    @wg.custom_vjp
    def g(x: Any, *, scale: float) -> Any:
        return x * scale

    g.defvjp(lambda x: (x, None), lambda r, ct: (ct,))
    with pytest.raises(wg.TreeError, match="positional arguments only"):
        g(1.0, scale=2.0)


def test_errors_of_the_users_own_functions_come_as_they_are() -> None:
    def bad(*_: Any) -> Any:
        raise ValueError("mine")

    f = wg.custom_vjp(bad)
    f.defvjp(bad, bad)
    for run in (lambda: f(1.0), lambda: f(wg.ones(2)), lambda: wg.grad(f)(1.0), lambda: wg.vmap(f)(np.ones(2))):
        with pytest.raises(ValueError, match="^mine$") as caught:
            run()
        assert type(caught.value) is ValueError


def test_integer_arguments_and_outputs() -> None:
    @wg.custom_vjp
    def pick(x: Any, i: Any) -> Any:
        return x[i], i + 1

    pick.defvjp(
        lambda x, i: ((x[i], i + 1), (i, len(x))), lambda r, ct: (3 * wg.where(np.arange(r[1]) == r[0], ct[0], 0), None)
    )
    x = np.array([1.0, 2.0, 3.0])
    close(wg.grad(lambda x: pick(x, 1)[0])(x), [0, 3, 0])
    close(wg.vmap(lambda i: pick(x, i)[0])(np.array([2, 0])), [3, 1])
    close(wg.vmap(lambda i: wg.grad(lambda x: pick(x, i)[0])(x))(np.array([2, 0])), [[0, 0, 3], [3, 0, 0]])
    close(wg.jvp(lambda x: pick(x, 1)[0], (x,), (x,))[1], 6)


def test_dtypes_follow_the_arguments() -> None:
    f = by_vjp(np.float64(2.0))
    x = wg.ones(2, dtype="float32", requires_grad=True)
    wg.sum(f(x)).backward()
    assert x.grad.dtype == np.float32
    z = np.array([1 + 1j])
    close(wg.vjp(by_jvp(), z)[1](np.ones(1))[0], np.conj(np.cos(z)))
    close(wg.jvp(by_vjp(), (z,), (np.ones(1),))[1], np.conj(np.cos(z)))  # the rule says so


def test_gradient_reversal_and_clipping() -> None:
    @wg.custom_vjp
    def reverse(x: Any) -> Any:
        return x

    reverse.defvjp(lambda x: (x, None), lambda _, ct: (-ct,))
    close(wg.grad(lambda x: wg.sum(reverse(x) ** 2))(np.array([1.0, 2.0])), [-2, -4])
    close(wg.grad(lambda x: wg.sum(reverse(reverse(x)) ** 2))(np.array([1.0, 2.0])), [2, 4])


def test_an_implicit_function_by_its_equation() -> None:
    @wg.custom_vjp
    def root(a: Any) -> Any:
        x = wg.ones(())
        while abs((x * x - a).item()) > 1e-14:
            x = (x + a / x) / 2
        return x

    def forward(a: Any) -> Any:
        x = root(a)
        return x, x

    root.defvjp(forward, lambda x, ct: (ct / (2 * x),))
    close(wg.grad(root)(2.0), 0.5 / np.sqrt(2))
    close(wg.jvp(root, (2.0,), (1.0,))[1], 0.5 / np.sqrt(2))
    close(wg.grad(wg.grad(root))(2.0), -0.25 * 2**-1.5)


def test_the_inputs_are_let_go_after_the_sweep() -> None:
    import gc
    import weakref

    f = by_vjp()
    x = wg.ones(1000, requires_grad=True)
    h = x * 2.0
    saved = weakref.ref(h._value)
    y = wg.sum(f(h))
    gc.disable()
    try:
        del h
        y.backward()
        assert saved() is None
    finally:
        gc.enable()

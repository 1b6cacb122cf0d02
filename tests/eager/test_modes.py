"""Switching recording off and on: nested, as decorators, and among the transforms."""

from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose


def test_nesting() -> None:
    x = wg.ones((), requires_grad=True)

    def recorded() -> bool:
        assert (x * 2).requires_grad == wg.is_grad_enabled()
        assert wg.exp(x).requires_grad == wg.is_grad_enabled()
        assert wg.sum(x, keepdims=True).requires_grad == wg.is_grad_enabled()
        return wg.is_grad_enabled()

    assert recorded()
    with wg.no_grad():
        assert not recorded()
        with wg.enable_grad():
            assert recorded()
            with wg.no_grad():
                assert not recorded()
            assert recorded()
        assert not recorded()
        with wg.no_grad():
            assert not recorded()
        assert not recorded()
    assert recorded()


def test_the_state_is_restored_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), wg.no_grad():
        raise ZeroDivisionError
    assert wg.is_grad_enabled()


def test_one_scope_can_be_entered_again_and_nested() -> None:
    scope = wg.no_grad()
    for _ in range(2):
        with scope:
            with scope:
                assert not wg.is_grad_enabled()
            assert not wg.is_grad_enabled()
        assert wg.is_grad_enabled()


def test_decorators() -> None:
    @wg.no_grad()
    def off(x: wg.Array) -> wg.Array:
        """Twice."""
        return on(x) if x.ndim else x * 2

    @wg.enable_grad()
    def on(x: wg.Array) -> wg.Array:
        return x * 2

    x = wg.ones((), requires_grad=True)
    assert not off(x).requires_grad
    assert on(x).requires_grad
    assert off(wg.ones(1, requires_grad=True)).requires_grad
    with wg.no_grad():
        assert on(x).requires_grad
    assert off.__name__ == "off"
    assert off.__doc__ == "Twice."


def test_leaves_are_made_in_no_grad_too() -> None:
    with wg.no_grad():
        x = wg.ones(2, requires_grad=True)
        y = wg.ones(2).attach_grad()
    assert x.requires_grad
    assert y.requires_grad
    (x * y).sum().backward()
    close(x.grad, 1)


def test_a_sweep_in_no_grad() -> None:
    x = wg.array(2.0, requires_grad=True)
    y = x * x
    with wg.no_grad():
        y.backward()
    close(x.grad, 4)


TRANSFORMS: list[tuple[str, Any]] = [
    ("grad", lambda f, x: wg.grad(f)(x)),
    ("vjp", lambda f, x: wg.vjp(f, x)[1](1.0)[0]),
    ("jvp", lambda f, x: wg.jvp(f, (x,), (1.0,))[1]),
    ("jacfwd", lambda f, x: wg.jacfwd(f)(x)),
    ("jacrev", lambda f, x: wg.jacrev(f)(x)),
    ("linearize", lambda f, x: wg.linearize(f, x)[1](1.0)),
    ("grad of trace", lambda f, x: wg.grad(wg.trace(f)(x))(x)),
    ("jvp of trace", lambda f, x: wg.jvp(wg.trace(f)(x), (x,), (1.0,))[1]),
    ("grad of checkpoint", lambda f, x: wg.grad(wg.checkpoint(f))(x)),
    ("jvp of checkpoint", lambda f, x: wg.jvp(wg.checkpoint(f), (x,), (1.0,))[1]),
    ("vmap of grad", lambda f, x: wg.vmap(wg.grad(f))(wg.array([x, x]))[1]),
    ("grad of vmap", lambda f, x: wg.grad(lambda x: wg.vmap(f)(x * wg.ones(2))[1])(x)),
]


@pytest.mark.parametrize(("name", "derivative"), TRANSFORMS, ids=[name for name, _ in TRANSFORMS])
def test_what_is_computed_in_no_grad_is_constant_for_every_derivative_under_way(name: str, derivative: Any) -> None:
    def f(x: Any) -> Any:
        with wg.no_grad():
            c = x * x
            with wg.enable_grad():
                d = x * 1.0
        return c * x + d

    close(derivative(f, 3.0), 9 + 1)


@pytest.mark.parametrize(("name", "derivative"), TRANSFORMS, ids=[name for name, _ in TRANSFORMS])
def test_a_transform_called_in_no_grad_differentiates(name: str, derivative: Any) -> None:
    x = wg.array(3.0, requires_grad=True)
    with wg.no_grad():
        close(derivative(lambda v: v * v * x.item(), 3.0), 18)
        result = derivative(lambda v: v * v * x, 3.0)
    close(result, 18)
    assert not result.requires_grad


def test_a_derivative_taken_in_no_grad_is_a_constant_of_what_is_outside() -> None:
    def f(x: Any) -> Any:
        with wg.no_grad():
            slope = wg.grad(lambda y: y**3 * x)(x)  # 3x³
        return slope * x

    close(wg.grad(f)(2.0), 24)
    close(wg.jvp(f, (2.0,), (1.0,))[1], 24)
    close(wg.grad(lambda x: wg.grad(lambda y: y**3 * x)(x) * x)(2.0), 4 * 3 * 8)


def test_checkpoints_run_again_as_they_ran_before() -> None:
    def block(x: Any) -> Any:
        with wg.no_grad():
            c = x * x
        return c * x

    x = wg.array(3.0, requires_grad=True)
    y = wg.checkpoint(block)(x)
    with wg.no_grad():
        y.backward()
    close(x.grad, 9)

    def f(x: Any) -> Any:
        with wg.no_grad():
            inner = wg.grad(wg.checkpoint(lambda y: wg.sin(y) * x))(x)
        return inner * x

    close(wg.jvp(f, (1.0,), (1.0,))[1], np.cos(1))
    close(wg.grad(f)(1.0), np.cos(1))


def test_no_grad_and_rules_of_the_user() -> None:
    @wg.custom_vjp
    def f(x: Any) -> Any:
        return x * 2

    f.defvjp(lambda x: (x * 2, None), lambda _, ct: (ct * 7,))

    def g(x: Any) -> Any:
        with wg.no_grad():
            c = f(x)
        return c + f(x)

    close(wg.grad(g)(1.0), 7)
    close(wg.jvp(g, (1.0,), (1.0,))[1], 7)
    with wg.no_grad():
        assert not f(wg.ones((), requires_grad=True)).requires_grad


def test_programs_traced_in_no_grad_say_what_is_constant() -> None:
    def f(x: Any) -> Any:
        with wg.no_grad():
            c = x * x
            i = wg.argmax(x)
        return c * x + i

    assert (
        str(wg.trace(f)(wg.ones(2)))
        == """
program(a: float64[2]) -> float64[2]:
  b: float64[2] = multiply(a, a)
  c: float64[2] = stop_gradient(b)
  d: int64[] = argmax(a, axis=0, keepdims=False)
  e: float64[2] = multiply(c, a)
  f: float64[2] = add(e, d)
  return f""".strip()
    )

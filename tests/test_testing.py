"""The derivative checker: passes what is right, catches what is wrong, and says what it found."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.testing import check_grads

RIGHT: list[tuple[Any, tuple[Any, ...]]] = [
    (lambda x: wg.sin(x) * x, (0.7,)),
    (lambda x, y: wg.outer(wg.exp(x), y).sum(), (np.array([0.1, 0.2]), np.array([1.0, 2.0, 3.0]))),
    (
        lambda p: {"a": p["w"] @ p["x"], "b": [wg.sum(p["x"] ** 2), None]},
        ({"w": np.eye(2), "x": np.array([1.0, 2.0])},),
    ),
    (lambda z: wg.exp(z) * z, (np.array([0.3 + 0.4j]),)),
    (lambda z: wg.abs(z) ** 2, (np.array([0.3 + 0.4j]),)),
    (lambda x: wg.exp(1j * x), (np.array([0.3, 0.5]),)),
    (lambda x: (x * 2, wg.argmax(x), x > 0), (np.array([0.3, 0.5]),)),
    (lambda x: 3.0, (1.0,)),
    (lambda x: x * 1e8, (1.0,)),
    (lambda x: x * 1e-9 + 0.0, (1.0,)),
    (lambda x: x, (np.zeros((0, 3)),)),
    (lambda x: wg.linalg.inv(x), (np.array([[2.0, 0.3], [0.1, 1.0]]),)),
    (lambda x: x**2, (wg.array([1.0, 2.0], requires_grad=True),)),
    (lambda x: x**2, (wg.array([1.0, 2.0], requires_grad=True) * 2,)),
]


@pytest.mark.parametrize(("f", "args"), RIGHT, ids=range(len(RIGHT)))
def test_right_derivatives_pass(f: Any, args: Any) -> None:
    check_grads(f, args)
    check_grads(f, list(args), order=3)
    for modes in ("fwd", "rev", ["forward"], ("reverse",)):
        check_grads(f, args, order=1, modes=modes)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_single_precision(dtype: str) -> None:
    x = np.array([0.5, 1.5], dtype)
    check_grads(lambda x: wg.sin(x) * x, (x,))
    with pytest.raises(AssertionError, match="derivative"):
        check_grads(wrong_factor, (np.array([0.5, 1.5], "float32"),))


def rule(f: Any, backward: Any) -> Any:
    g = wg.custom_vjp(f)
    g.defvjp(lambda *xs: (f(*xs), xs), backward)
    return g


wrong_factor = rule(wg.sin, lambda xs, ct: (2 * ct * wg.cos(xs[0]),))
missing_term = rule(lambda x: x * wg.exp(x), lambda xs, ct: (ct * wg.exp(xs[0]),))
wrong_sign = rule(wg.cos, lambda xs, ct: (ct * wg.sin(xs[0]),))
slightly_wrong = rule(wg.sin, lambda xs, ct: (ct * wg.cos(xs[0]) * 1.0001,))
wrong_element = rule(lambda x: x * 1.0, lambda xs, ct: (ct * np.array([1.0] * 9 + [0.0]),))


@pytest.mark.parametrize("f", [wrong_factor, missing_term, wrong_sign, slightly_wrong])
@pytest.mark.parametrize("modes", ["fwd", "rev"])
def test_wrong_first_derivatives_are_found(f: Any, modes: str) -> None:
    for seed in range(5):
        with pytest.raises(
            AssertionError, match=r"the (forward|reverse) derivative.* is .*finite differences give"
        ) as caught:
            check_grads(f, (np.array([0.4, 1.1]),), order=1, modes=modes, seed=seed)
        assert "kink" not in str(caught.value)


def test_one_wrong_element_of_many_is_found() -> None:
    for modes in ("fwd", "rev"):
        with pytest.raises(AssertionError, match="derivative"):
            check_grads(wrong_element, (np.linspace(0, 1, 10),), order=1, modes=modes)
    with pytest.raises(AssertionError, match=r"output 0 is .* at index \(9,\)"):
        check_grads(wrong_element, (np.linspace(0, 1, 10),), order=1, modes="fwd")


def test_a_derivative_that_is_zero_in_place_of_something() -> None:
    with pytest.raises(AssertionError):
        check_grads(lambda x: wg.stop_gradient(x) * x, (2.0,))
    with pytest.raises(AssertionError):
        check_grads(lambda x: wg.stop_gradient(x**2), (2.0,))
    with pytest.raises(AssertionError):
        check_grads(lambda x: x * x.detach().item(), (2.0,))


def test_something_in_place_of_zero() -> None:
    with pytest.raises(AssertionError):
        check_grads(rule(wg.floor, lambda xs, ct: (ct,)), (0.4,))


def test_wrong_second_derivatives_are_found() -> None:
    # the first derivative is right; its own derivative loses a sign
    cosine = rule(wg.cos, lambda xs, ct: (ct * wg.sin(xs[0]),))
    f = rule(wg.sin, lambda xs, ct: (ct * cosine(xs[0]),))
    check_grads(f, (0.4,), order=1)
    for modes in ("fwd", "rev"):
        with pytest.raises(AssertionError, match=r"derivative of the (forward|reverse) derivative"):
            check_grads(f, (0.4,), order=2, modes=modes)
    constant = rule(lambda x: x**2, lambda xs, ct: (ct * 2 * wg.stop_gradient(xs[0]),))
    check_grads(constant, (1.5,), order=1)
    with pytest.raises(AssertionError, match="of the"):
        check_grads(constant, (1.5,))


def test_third_derivatives() -> None:
    sine = rule(wg.sin, lambda xs, ct: (ct * wg.cos(xs[0]) * 3,))
    cosine = rule(wg.cos, lambda xs, ct: (-ct * sine(xs[0]),))
    f = rule(wg.sin, lambda xs, ct: (ct * cosine(xs[0]),))
    check_grads(f, (0.4,), order=2, modes="rev")
    with pytest.raises(AssertionError, match="derivative of the reverse derivative of the reverse derivative"):
        check_grads(f, (0.4,), order=3, modes="rev")


def test_one_wrong_mode_is_named() -> None:
    f = wg.custom_jvp(wg.sin)
    f.defjvp(lambda p, t: (wg.sin(p[0]), wg.cos(p[0]) * t[0]))
    check_grads(f, (0.3,))
    with pytest.raises(AssertionError, match="the reverse derivative, <ct, J v>"):
        check_grads(wrong_factor, (0.3,), modes="rev", order=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_derivatives_that_are_not_finite(bad: float) -> None:
    f = rule(wg.sin, lambda xs, ct: (ct * bad,))
    for modes in ("fwd", "rev"):
        with pytest.raises(AssertionError, match="derivative.* is not finite"):
            check_grads(f, (0.3,), order=1, modes=modes)
    with np.errstate(all="ignore"), pytest.raises(AssertionError):
        check_grads(wg.sqrt, (0.0,), order=1)


def test_a_kink_is_hinted_at() -> None:
    for f, x in ((wg.abs, 1e-5), (lambda x: wg.maximum(x, 1.0), 1.0001), (lambda x: wg.where(x > 0.5, x, 0), 0.5)):
        with pytest.raises(AssertionError, match="kink near the point"):
            check_grads(f, (x,), order=1)
    check_grads(wg.abs, (0.5,), order=1)


def test_the_message_names_value_place_and_expectation() -> None:
    with pytest.raises(AssertionError) as caught:
        check_grads(lambda x: {"a": x, "b": wrong_factor(x)}, (np.array([0.0, 0.0]),), order=1, modes="fwd", seed=3)
    assert "forward derivative, output 1 is" in str(caught.value)
    assert "at index (" in str(caught.value)


def test_tolerances_and_step() -> None:
    check_grads(slightly_wrong, (0.4,), order=1, rtol=1e-3)
    check_grads(slightly_wrong, (0.4,), order=1, atol=1e-3)
    check_grads(lambda x: wg.sin(100 * x), (0.4,), order=1, step=1e-5)


@pytest.mark.parametrize(
    ("kwargs", "args", "error", "message"),
    [
        ({"modes": "both"}, (1.0,), ValueError, "modes must be 'fwd', 'rev' or both, not 'both'"),
        ({"modes": ()}, (1.0,), ValueError, "modes"),
        ({"order": 0}, (1.0,), ValueError, "order must be 1 or more, not 0"),
        ({}, 1.0, wg.TreeError, r"check_grads\(f, \(x,\)\)"),
        ({}, (), wg.TreeError, "needs an argument"),
        ({}, (np.arange(3),), wg.DTypeError, "int64"),
        ({}, ("text",), wg.DTypeError, "argument to check must be an array"),
    ],
)
def test_wrong_arguments(kwargs: Any, args: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_grads(lambda x: x, args, **kwargs)


def test_functions_that_return_nothing_to_check() -> None:
    for f in (lambda x: None, lambda x: wg.argmax(x), lambda x: {}, lambda x: x > 0):
        with pytest.raises(wg.DTypeError, match="nothing that has a derivative"):
            check_grads(f, (np.ones(2),))
    with pytest.raises(wg.DTypeError, match="must return arrays, not 'text'"):
        check_grads(lambda x: "text", (1.0,))


def test_it_is_public() -> None:
    assert wg.testing.check_grads is check_grads
    assert check_grads.__doc__

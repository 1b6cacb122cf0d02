"""grad, value_and_grad and vjp: arguments, containers, closures, control flow, dtypes, and what they refuse."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose
Pair = namedtuple("Pair", "first second")


@dataclass
class Model:
    weights: Any
    bias: Any
    name: Any = None


@dataclass(frozen=True, slots=True)
class Frozen:
    a: Any
    b: Any

    def __post_init__(self) -> None:
        if isinstance(self.a, str):
            raise TypeError("placeholders are not allowed here")


def test_argnums() -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        return x * y**2 * z**3

    args = (2.0, 3.0, 5.0)
    parts = [9 * 125.0, 2 * 2 * 3 * 125.0, 2 * 9 * 3 * 25.0]
    close(wg.grad(f)(*args), parts[0])
    for argnums in (1, -2, np.int64(1)):
        result = wg.grad(f, argnums)(*args)
        assert isinstance(result, wg.Array)
        close(result, parts[1])
    for argnums in ((0, 2), [0, -1], (np.int32(0), 2)):
        result = wg.grad(f, argnums=argnums)(*args)
        assert isinstance(result, tuple)
        close(result, [parts[0], parts[2]])
    close(wg.grad(f, (2, 0))(*args), [parts[2], parts[0]])
    assert wg.grad(f, (1,))(*args) == (parts[1],)
    assert wg.grad(f, ())(*args) == ()
    value, gradient = wg.value_and_grad(f, 2)(*args)
    close(value, 2 * 9 * 125)
    close(gradient, parts[2])


@pytest.mark.parametrize(
    ("argnums", "error", "message"),
    [
        (2, wg.TreeError, "names an argument that is not given: there are 2 positional"),
        (-3, wg.TreeError, "not given"),
        ((0, 0), wg.TreeError, "twice"),
        ((0, -2), wg.TreeError, "twice"),
        ("x", wg.DTypeError, "argnums must be an integer or a tuple of integers, not 'x'"),
        (1.0, wg.DTypeError, "integers, not 1.0"),
        ((0.0,), wg.DTypeError, "integers"),
    ],
)
def test_wrong_argnums(argnums: Any, error: type[Exception], message: str) -> None:
    for transform in (wg.grad, wg.value_and_grad, wg.jacobian):
        with pytest.raises(error, match=message):
            transform(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_keyword_arguments_are_passed_on_and_not_differentiated() -> None:
    def f(x: Any, *, power: int, scale: Any = 1.0) -> Any:
        return scale * x**power

    close(wg.grad(f)(2.0, power=3), 12)
    close(wg.grad(f)(2.0, power=3, scale=wg.array(2.0)), 24)
    w = wg.array(2.0, requires_grad=True)
    wg.grad(f)(2.0, power=3, scale=w).backward()
    close(w.grad, 12)


def test_has_aux() -> None:
    def f(x: Any) -> Any:
        y = x * x
        return y.sum(), {"y": y, "text": "kept", "none": None, "max": wg.argmax(y), "number": 3}

    gradient, aux = wg.grad(f, has_aux=True)(wg.array([1.0, 2.0]))
    close(gradient, [2, 4])
    close(aux["y"], [1, 4])
    assert not aux["y"].requires_grad
    assert (aux["text"], aux["none"], aux["max"].item(), aux["number"]) == ("kept", None, 1, 3)
    (value, _aux), gradient = wg.value_and_grad(f, has_aux=True)(wg.array([1.0, 2.0]))
    close(value, 5)
    _y, pull, aux = wg.vjp(f, wg.array([1.0, 2.0]), has_aux=True)
    close(pull(2.0)[0], [4, 8])
    close(aux["y"], [1, 4])
    for wrong in (lambda x: x.sum(), lambda x: [x.sum(), x], lambda x: (x.sum(), x, x)):
        with pytest.raises(wg.TreeError, match=r"has_aux=True.*pair"):
            wg.grad(wrong, has_aux=True)(wg.ones(2))


def test_aux_of_an_outer_derivative_stays_differentiable() -> None:
    def f(x: Any) -> Any:
        _, aux = wg.grad(lambda y: (y * x, y * y * x), has_aux=True)(x)
        return aux

    close(wg.grad(f)(2.0), 12)


CONTAINERS: list[Any] = [
    (2.0, 3.0),
    [2.0, 3.0],
    {"b": 2.0, "a": 3.0},
    OrderedDict([("z", 2.0), ("a", 3.0)]),
    Pair(2.0, 3.0),
    Model(2.0, 3.0),
    Frozen(2.0, 3.0),
    {"deep": [(2.0, None), Pair(None, Model(3.0, None))], "none": None, "empty": ()},
]


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda c: type(c).__name__)
def test_containers_of_arguments(container: Any) -> None:
    from wengert.core.tree import flatten

    def f(tree: Any, factor: Any) -> Any:
        a, b = flatten(tree)[0]
        return a**2 * b**3 * factor

    leaves, structure = flatten(container)
    gradient = wg.grad(f)(container, 1.0)
    found, same = flatten(gradient)
    assert same == structure
    assert type(gradient) is type(container)
    a, b = leaves
    close(found, [2 * a * b**3, 3 * a**2 * b**2])
    value, pull = wg.vjp(f, container, 1.0)
    close(value, a**2 * b**3)
    pulled, factor = pull(1.0)
    close(flatten(pulled)[0], found)
    close(factor, a**2 * b**3)
    if type(container) is not tuple:  # which would be several arguments
        product, same = flatten(wg.hvp(lambda c: f(c, 1.0), container, container))
        assert same == structure
        close(product, [2 * a * b**3 + 6 * a * b**3, 6 * a**2 * b**2 + 6 * a**2 * b**2])


def test_a_container_in_itself_may_hold_what_is_no_number_elsewhere() -> None:
    with pytest.raises(wg.DTypeError, match="'name'"):
        wg.grad(lambda m: m.weights * 2)(Model(1.0, 2.0, "name"))
    close(wg.grad(lambda w, m: w * m.bias)(1.0, Model(None, 2.0, "name")), 2)


def test_closures_over_recorded_arrays() -> None:
    w = wg.array([2.0, 3.0], requires_grad=True)
    gradient = wg.grad(lambda x: wg.sum(w * x**2))(wg.array([1.0, 1.0]))
    assert gradient.requires_grad
    close(gradient.detach(), [4, 6])
    wg.sum(gradient * wg.array([1.0, 10.0])).backward()
    close(w.grad, [2, 20])
    value, pull = wg.vjp(lambda x: w * x, np.array([5.0, 7.0]))
    w.grad = None
    (wg.sum(value) + wg.sum(pull(w)[0])).backward()
    close(w.grad, np.array([5, 7]) + 2 * np.array([2, 3]))


def test_an_argument_that_is_recorded() -> None:
    x = wg.array([1.0, 2.0], requires_grad=True)
    wg.sum(wg.grad(lambda x: wg.sum(x**3))(x)).backward()
    close(x.grad, [6, 12])


def test_python_control_flow() -> None:
    def f(a: Any) -> Any:
        b = a * 2
        while wg.linalg.norm(b) < 1000:
            b = b * 2
        return 100 * wg.sum(b) if wg.sum(b) > 0 else wg.sum(b)

    for a in (0.3, -0.4, np.array([0.1, -2.0, 0.5]), np.array([[1.0, 2.0], [-3.0, 0.5]])):
        value, gradient = wg.value_and_grad(f)(a)
        close(gradient * np.asarray(a), wg.sum(value) * np.asarray(a) / np.sum(a))
        close(wg.jvp(f, (a,), (a,))[1], value)
        x = wg.array(a, requires_grad=True)
        f(x).backward()
        close(x.grad, gradient)

    def recursive(x: Any, n: int) -> Any:
        return x if n == 0 else recursive(x * x, n - 1) if n % 2 else wg.sin(recursive(x, n - 1))

    close(wg.grad(recursive)(0.9, 3), wg.jvp(lambda x: recursive(x, 3), (0.9,), (1.0,))[1])
    close(wg.grad(lambda x: sum(x[i] * i for i in range(len(x))))(wg.ones(3)), [0, 1, 2])
    close(wg.grad(lambda x: max(x, x * x, key=lambda v: v.item()))(3.0), 6)
    close(wg.grad(lambda x: sorted([x, 2 * x, -x])[0])(3.0), -1)
    close(wg.grad(lambda x: {int(x.item()): x * 7}[3])(3.0), 7)
    close(wg.grad(lambda x: sum(v * k for k, v in enumerate(x)))(wg.ones(3)), [0, 1, 2])


def test_try_and_exceptions_in_the_function() -> None:
    def f(x: Any) -> Any:
        try:
            raise KeyError("mine")
        except KeyError:
            return x * 2

    close(wg.grad(f)(1.0), 2)

    def bad(x: Any) -> Any:
        raise KeyError("mine")

    for transform in (
        lambda: wg.grad(bad)(1.0),
        lambda: wg.jvp(bad, (1.0,), (1.0,)),
        lambda: wg.vmap(bad)(wg.ones(2)),
        lambda: wg.trace(bad)(1.0),
        lambda: wg.checkpoint(bad)(wg.ones((), requires_grad=True)),
        lambda: wg.linearize(bad, 1.0),
    ):
        with pytest.raises(KeyError, match="mine") as caught:
            transform()
        assert not getattr(caught.value, "__notes__", None)
    close(wg.grad(f)(1.0), 2)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_gradient_has_the_dtype_of_the_argument(dtype: str) -> None:
    x = np.ones(3, dtype)
    for f in (lambda x: wg.sum(x * 2.0), lambda x: wg.sum(x * np.ones(3)), lambda x: x[0] ** 2):
        assert wg.grad(f)(x).dtype == dtype
    assert wg.grad(lambda x: x * 1.0)(np.float32(1)).dtype == np.float32


def test_python_numbers_as_arguments() -> None:
    for x in (3, 3.0, np.float64(3.0)):
        gradient = wg.grad(lambda x: x * x)(x)
        assert gradient.dtype == np.float64
        close(gradient, 6)


def test_complex_arguments_give_the_direction_of_steepest_ascent() -> None:
    z = np.array([1 + 2j, -0.5j])
    close(wg.grad(lambda z: wg.sum(wg.abs(z) ** 2))(z), 2 * z)
    close(wg.grad(lambda z: wg.sum(wg.real(z * z)))(z), np.conj(2 * z))
    close(wg.grad(lambda z: wg.sum(wg.imag(z)))(z), [1j, 1j])
    close(wg.grad(lambda x: wg.real(wg.exp(1j * x)))(0.3), -np.sin(0.3))
    assert wg.grad(lambda x: wg.real(wg.exp(1j * x)))(0.3).dtype == np.float64
    step = 1e-3 * wg.grad(lambda z: wg.abs(z - 1) ** 2)(2 + 3j)
    assert wg.abs(2 + 3j - step - 1) < abs(2 + 3j - 1)


def test_what_the_function_must_return() -> None:
    for f, error, message in (
        (lambda x: x, wg.ShapeError, r"one number, not shape \(2,\); use wg\.jacobian"),
        (lambda x: (x[0], x), wg.ShapeError, r"not shape \(\) and \(2,\).*has_aux"),
        (lambda x: None, wg.TreeError, "no array: is a return missing"),
        (lambda x: "text", wg.DTypeError, "'text' of type str"),
        (lambda x: x[0] > 0, wg.DTypeError, "not bool: it has no derivative"),
        (lambda x: wg.argmax(x), wg.DTypeError, "not int64"),
        (lambda x: 1j * x[0], wg.DTypeError, "complex128: take its real part"),
    ):
        with pytest.raises(error, match=message) as caught:
            wg.grad(f)(wg.ones(2))
        assert "test_reverse.py" in caught.value.__notes__[-1]
    close(wg.grad(lambda x: 5.0)(wg.ones(2)), [0, 0])
    close(wg.grad(lambda x: x[:1] * 3)(wg.ones(2)), [3, 0])
    close(wg.grad(lambda x: [x[0] * 3])(wg.ones(2)), [3, 0])


def test_what_can_be_differentiated_with_respect_to() -> None:
    for x, message in (
        (np.arange(3), r"int64.*astype\(float\).*argnums"),
        (True, "bool"),
        ("text", "'text' of type str"),
        (object(), "of type object"),
        (np.array(["a"]), "U1"),
    ):
        with pytest.raises((wg.DTypeError, wg.TreeError), match=message):
            wg.grad(lambda x: wg.sum(x * 1.0))(x)
    for transform in (wg.grad, wg.vmap, wg.jacobian, wg.trace, wg.checkpoint):
        with pytest.raises(TypeError):
            transform(3.0)(1.0)  # type: ignore[arg-type]
    with pytest.raises(wg.DTypeError, match="expected a function"):
        wg.vjp(3.0, 1.0)


def test_vjp() -> None:
    def f(x: Any, y: Any) -> Any:
        return {"product": x * y, "sum": (wg.sum(x), y[:1])}

    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    value, pull = wg.vjp(f, x, y)
    close(value["product"], x * y)
    for _ in range(2):  # any number of times
        for factor in (1, 10):
            dx, dy = pull({"product": np.array([1.0, factor]), "sum": (2.0, wg.array([5.0]))})
            close(dx, np.array([1, factor]) * y + 2)
            close(dy, np.array([1, factor]) * x + [5, 0])


@pytest.mark.parametrize(
    ("ct", "error", "message"),
    [
        ((1.0,), wg.TreeError, "cotangent must have the structure"),
        ([1.0, np.ones(2)], wg.TreeError, "structure"),
        ((1.0, np.ones(3)), wg.ShapeError, r"cotangent of an array of shape \(2,\) cannot have shape \(3,\)"),
        ((1.0, 1.0), wg.ShapeError, "cotangent"),
        ((1j, np.ones(2)), wg.DTypeError, "cotangent of an array of float64 cannot be of complex128"),
        ((1.0, "text"), wg.DTypeError, "cotangent must be an array"),
        (None, wg.TreeError, "structure"),
    ],
)
def test_wrong_cotangents(ct: Any, error: type[Exception], message: str) -> None:
    _, pull = wg.vjp(lambda x: (wg.sum(x), x * 2), np.ones(2))
    with pytest.raises(error, match=message):
        pull(ct)
    close(pull((1, np.array([1, 0])))[0], [3, 1])


def test_a_pullback_is_linear_and_keeps_its_point() -> None:
    x = np.array([1.0, 2.0])
    _, pull = wg.vjp(lambda x: wg.sin(x) * x, x)
    before = pull(np.ones(2))[0]
    x[:] = 100.0
    close(pull(np.ones(2))[0], before)
    close(pull(3 * np.ones(2))[0], 3 * before)


def test_a_pullback_that_is_differentiated() -> None:
    def f(x: Any, ct: Any) -> Any:
        return wg.vjp(wg.sin, x)[1](ct)[0]

    close(wg.grad(f, argnums=(0, 1))(0.4, 2.0), [-2 * np.sin(0.4), np.cos(0.4)])
    _, pull = wg.vjp(lambda x: x**3, 2.0)
    close(wg.grad(lambda ct: pull(ct)[0] ** 2)(1.0), 2 * 12 * 12)
    close(wg.vmap(lambda ct: pull(ct)[0])(np.arange(3.0)), 12 * np.arange(3))


def test_the_transformed_function_keeps_name_and_documentation() -> None:
    def f(x: Any) -> Any:
        """What it is."""
        return x

    for transform in (
        wg.grad,
        wg.value_and_grad,
        wg.jacobian,
        wg.vmap,
        wg.checkpoint,
        wg.trace,
        wg.custom_vjp,
        wg.custom_jvp,
    ):
        assert transform(f).__name__ == "f"
        assert transform(f).__doc__ == "What it is."
    close(wg.grad(partial(lambda a, x: a * x, 3.0))(1.0), 3)
    close(wg.grad(np.sin)(0.0), 1)
    close(wg.grad(wg.grad(np.sin))(1.0), -np.sin(1))


def test_empty_arguments() -> None:
    assert wg.grad(lambda x: wg.sum(x**2))(np.zeros((0, 2))).shape == (0, 2)
    assert wg.grad(lambda x: 1.0)({}) == {}
    assert wg.grad(lambda x: 1.0)(None) is None


def test_methods_as_functions() -> None:
    class Line:
        slope = 3.0

        def __call__(self, x: Any) -> Any:
            return self.slope * x

        def method(self, x: Any) -> Any:
            return self.slope * x * x

    close(wg.grad(Line())(1.0), 3)
    close(wg.grad(Line().method)(1.0), 6)

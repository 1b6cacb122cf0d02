"""jvp: directional derivatives, with containers, dtypes and everything they refuse."""

from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose


def test_values_and_tangents() -> None:
    value, tangent = wg.jvp(lambda x, y: x * wg.sin(y), (2.0, 0.5), (3.0, 5.0))
    close(value, 2 * np.sin(0.5))
    close(tangent, 3 * np.sin(0.5) + 10 * np.cos(0.5))


def test_containers() -> None:
    def f(p: Any) -> Any:
        return {"y": p["w"] @ p["x"], "rest": [p["x"][0], 7.0, None]}

    w, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])
    dw, dx = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.5, -1.0])
    value, tangent = wg.jvp(f, ({"w": w, "x": x, "none": None},), ({"w": dw, "x": dx, "none": None},))
    close(value["y"], w @ x)
    close(tangent["y"], dw @ x + w @ dx)
    close(tangent["rest"][0], 0.5)
    close(tangent["rest"][1], 0)
    assert tangent["rest"][2] is None


def test_has_aux() -> None:
    value, tangent, aux = wg.jvp(lambda x: (x**2, {"x": x, "text": "kept"}), (3.0,), (1.0,), has_aux=True)
    close([value, tangent, aux["x"]], [9, 6, 3])
    assert aux["text"] == "kept"
    with pytest.raises(wg.TreeError, match="pair"):
        wg.jvp(lambda x: x, (3.0,), (1.0,), has_aux=True)


def test_outputs_without_a_derivative() -> None:
    value, tangent = wg.jvp(lambda x: (wg.argmax(x), x > 1, 5, x), (np.array([1.0, 3.0]),), (np.ones(2),))
    close(value[0], 1)
    close(tangent[0], 0)
    close(tangent[1], [0, 0])
    close(tangent[2], 0)
    close(tangent[3], 1)


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64", "complex128"])
def test_the_tangent_has_the_dtype_of_the_value(dtype: str) -> None:
    x = np.ones(2, dtype)
    for t in (np.ones(2), np.ones(2, "float32"), np.ones(2, int)):
        value, tangent = wg.jvp(lambda x: x * 2 + wg.exp(x), (x,), (t,))
        assert value.dtype == tangent.dtype == dtype
        close(tangent, 2 + np.exp(1), rtol=1e-2)


def test_complex_directions() -> None:
    z, t = np.array([1 + 2j]), np.array([0.5 - 1j])
    close(wg.jvp(lambda z: z * z, (z,), (t,))[1], 2 * z * t)
    close(wg.jvp(wg.abs, (z,), (t,))[1], (np.conj(z) * t).real / abs(z))
    close(wg.jvp(wg.real, (z,), (t,))[1], t.real)
    close(wg.jvp(lambda x: wg.exp(1j * x), (0.3,), (2.0,))[1], 2j * np.exp(0.3j))


@pytest.mark.parametrize(
    ("primals", "tangents", "error", "message"),
    [
        ((np.ones(2),), (np.ones(3),), wg.ShapeError, r"tangent of an array of shape \(2,\) cannot have shape \(3,\)"),
        ((np.ones(2),), (1.0,), wg.ShapeError, "tangent"),
        ((np.ones(2),), (np.ones(2), 1.0), wg.TreeError, "tangent must have the structure"),
        (({"a": 1.0},), ({"b": 1.0},), wg.TreeError, "structure"),
        ((1.0,), (1j,), wg.DTypeError, "tangent of an array of float64 cannot be of complex128"),
        ((np.arange(2),), (np.ones(2),), wg.DTypeError, "int64"),
        ((1.0,), ("text",), wg.DTypeError, "tangent must be an array"),
        (1.0, 1.0, wg.TreeError, r"jvp\(f, \(x,\), \(x_dot,\)\)"),
        ((1.0,), 1.0, wg.TreeError, "tuple"),
    ],
)
def test_what_does_not_fit(primals: Any, tangents: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        wg.jvp(lambda *xs: xs[0], primals, tangents)
    assert "test_forward.py" in caught.value.__notes__[-1]


def test_lists_of_primals_are_taken() -> None:
    close(wg.jvp(lambda x, y: x * y, [2.0, 3.0], [1.0, 0.0])[1], 3)


def test_recorded_primals_and_tangents() -> None:
    x, t = wg.array(2.0, requires_grad=True), wg.array(3.0, requires_grad=True)
    value, tangent = wg.jvp(lambda x: x**3, (x,), (t,))
    (value + 10 * tangent).backward()
    close(x.grad, 12 + 10 * 3 * 12)
    close(t.grad, 10 * 12)


def test_a_batch_of_directions() -> None:
    x, directions = np.array([1.0, 2.0]), np.eye(2)
    columns = wg.vmap(lambda t: wg.jvp(lambda x: x * wg.sum(x), (x,), (t,))[1])(directions)
    close(columns, wg.jacobian(lambda x: x * wg.sum(x))(x).T)


def test_a_zero_tangent_stays_zero() -> None:
    with np.errstate(divide="ignore"):
        _, tangent = wg.jvp(wg.sqrt, (np.array([0.0, 4.0]),), (np.array([0.0, 1.0]),))
    close(tangent, [0, 0.25])
    close(wg.jvp(lambda x: 3.0, (1.0,), (1.0,)), (3, 0))


def test_python_control_flow() -> None:
    def f(x: Any) -> Any:
        total = 0.0 * x
        for k in range(10):
            if total > 5:
                break
            total = total + x**k if k % 2 else total * x + 1
        return total

    x, t = 1.3, 1.0
    _, tangent = wg.jvp(f, (x,), (t,))
    h = 1e-6
    close(tangent, (f(x + h) - f(x - h)) / (2 * h), rtol=1e-6)
    close(wg.grad(f)(x), tangent)

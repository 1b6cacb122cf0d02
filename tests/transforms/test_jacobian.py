"""jacobian in all modes, hessian and hvp: shapes, containers, complex numbers, and against closed forms."""

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import wengert as wg

close = np.testing.assert_allclose
MODES = ["auto", "forward", "reverse", "fwd", "rev"]
Pair = namedtuple("Pair", "first second")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 1), (0,), (2, 0)], ids=str)
@pytest.mark.parametrize("out", [(), (2,), (2, 2), (0,)], ids=str)
def test_shapes(mode: str, shape: tuple[int, ...], out: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    m = rng.normal(size=(*out, *shape))
    x = rng.normal(size=shape)
    jacobian = wg.jacobian(
        lambda x: wg.einsum(m, [*range(len(out)), ...], x, [...], [*range(len(out))]) if shape else m * x
    )
    if shape:
        letters = "abcd"[: len(out)]
        inner = "xyzw"[: len(shape)]
        jacobian = wg.jacobian(lambda x: wg.einsum(f"{letters}{inner},{inner}->{letters}", m, wg.sin(x)), mode=mode)
        close(jacobian(x), m * np.cos(x))
    else:
        close(wg.jacobian(lambda x: m * wg.sin(x), mode=mode)(x), m * np.cos(x))


@pytest.mark.parametrize("mode", MODES)
def test_containers_in_and_out(mode: str) -> None:
    def f(p: Any, z: Any) -> Any:
        return {"y": p.first @ p.second["x"], "rest": [wg.sum(p.first * z), z * 2, None]}

    w, x, z = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.5, -1.0]), 3.0
    result = wg.jacobian(f, argnums=(0, 1), mode=mode)(Pair(w, {"x": x, "none": None}), z)
    by_pair, by_z = result["y"]
    assert isinstance(by_pair, Pair)
    assert by_pair.second["none"] is None
    close(by_pair.first, np.einsum("ij,k->ijk", np.eye(3), x))
    close(by_pair.second["x"], w)
    close(by_z, np.zeros(3))
    close(result["rest"][0][0].first, np.full((3, 2), z))
    close(result["rest"][0][1], w.sum())
    close(result["rest"][1][1], 2)
    close(result["rest"][1][0].second["x"], [0, 0])
    assert result["rest"][2] is None
    single = wg.jacobian(f, mode=mode)(Pair(w, {"x": x, "none": None}), z)
    close(single["y"].second["x"], w)


@pytest.mark.parametrize("mode", MODES)
def test_has_aux_keywords_and_a_single_evaluation(mode: str) -> None:
    calls = []

    def f(x: Any, *, scale: float) -> Any:
        calls.append(1)
        return scale * x**2, {"x": x, "text": "kept"}

    jacobian, aux = wg.jacobian(f, mode=mode, has_aux=True)(np.array([1.0, 2.0]), scale=3.0)
    close(jacobian, np.diag([6, 12]))
    close(aux["x"], [1, 2])
    assert not aux["x"].requires_grad
    assert aux["text"] == "kept"
    assert len(calls) == 1


def test_the_mode_is_chosen_by_the_shapes() -> None:
    sweeps = []

    @wg.custom_vjp
    def seen(x: Any) -> Any:
        return x

    seen.defvjp(lambda x: (x, None), lambda _, ct: (sweeps.append("reverse") or ct,))
    wg.jacobian(lambda x: wg.sum(seen(x)))(np.ones(5))
    assert sweeps == ["reverse"]
    pushes = []

    @wg.custom_jvp
    def pushed(x: Any) -> Any:
        return x

    pushed.defjvp(lambda p, t: (pushes.append("forward") or p[0], t[0]))
    wg.jacobian(lambda x: pushed(x) * np.ones(5))(1.0)
    assert pushes == ["forward"]


def test_modes_agree_on_a_nonlinear_map() -> None:
    def f(x: Any) -> Any:
        return wg.tanh(wg.outer(x, x) @ x) / (1 + wg.sum(x**2))

    x = np.array([0.3, -0.5, 0.8])
    forward, reverse = wg.jacfwd(f)(x), wg.jacrev(f)(x)
    close(forward, reverse)
    step = 1e-6
    columns = [(np.asarray(f(x + step * e)) - np.asarray(f(x - step * e))) / (2 * step) for e in np.eye(3)]
    close(forward, np.transpose(columns), atol=1e-8)
    close(wg.jacfwd(wg.jacrev(f))(x), wg.jacrev(wg.jacfwd(f))(x), atol=1e-12)
    close(wg.jacfwd(wg.jacfwd(f))(x), wg.jacrev(wg.jacrev(f))(x), atol=1e-12)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_holomorphic_functions(mode: str) -> None:
    z = np.array([1 + 2j, -0.5j, 0.3])
    m = np.array([[1j, 2, 0], [0, 1 - 1j, 3]])
    close(wg.jacobian(lambda z: m @ wg.exp(z), mode=mode)(z), m * np.exp(z))
    close(wg.jacobian(lambda z: z**2, mode=mode)(1 + 1j), 2 + 2j)
    close(wg.jacfwd(wg.jacobian(lambda z: wg.sin(z), mode=mode))(0.3 + 1j), -np.sin(0.3 + 1j))


def test_complex_outputs_of_real_arguments() -> None:
    def f(x: Any) -> Any:
        return wg.exp(1j * x)

    x = np.array([0.3, 0.7])
    for mode in ("auto", "forward"):
        close(wg.jacobian(f, mode=mode)(x), np.diag(1j * np.exp(1j * x)))
    with pytest.raises(wg.DTypeError, match="complex output of real arguments needs mode='forward'"):
        wg.jacrev(f)(x)


@pytest.mark.parametrize("mode", MODES)
def test_a_real_output_of_complex_arguments_is_not_holomorphic(mode: str) -> None:
    with pytest.raises(wg.DTypeError, match=r"not holomorphic.*wg\.grad"):
        wg.jacobian(lambda z: wg.abs(z) ** 2, mode=mode)(np.array([1 + 1j]))


@pytest.mark.parametrize("mode", MODES)
def test_what_has_no_derivative(mode: str) -> None:
    for f, message in ((lambda x: wg.argmax(x), "not int64"), (lambda x: (x, x > 0), "not bool.*has_aux")):
        with pytest.raises(wg.DTypeError, match=message):
            wg.jacobian(f, mode=mode)(np.ones(2))
    with pytest.raises(wg.DTypeError, match="int64"):
        wg.jacobian(lambda x: x, mode=mode)(np.arange(3))
    with pytest.raises(wg.DTypeError, match="'text'"):
        wg.jacobian(lambda x: "text", mode=mode)(np.ones(2))


def test_an_unknown_mode() -> None:
    with pytest.raises(ValueError, match="mode must be 'auto', 'forward' or 'reverse', not 'both'"):
        wg.jacobian(lambda x: x, mode="both")


def test_constants_and_identities() -> None:
    for mode in MODES:
        close(wg.jacobian(lambda x: 3.0, mode=mode)(np.ones(2)), [0, 0])
        close(wg.jacobian(lambda x: np.ones(3), mode=mode)(np.ones(2)), np.zeros((3, 2)))
        close(wg.jacobian(lambda x: x, mode=mode)(np.ones(2)), np.eye(2))
        assert wg.jacobian(lambda x: x, mode=mode)({}) == {}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mode", MODES)
def test_dtypes(dtype: str, mode: str) -> None:
    assert wg.jacobian(lambda x: x * 2.0, mode=mode)(np.ones(2, dtype)).dtype == dtype


# -- Second derivatives ----------------------------------------------------------------------------------------------


def rosenbrock(x: Any) -> Any:
    return wg.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_hessian_and_hvp() -> None:
    from scipy.optimize import rosen_hess, rosen_hess_prod

    x = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    v = np.array([0.1, -0.2, 0.3, 0.5, 1.0])
    hessian = wg.hessian(rosenbrock)(x)
    close(hessian, rosen_hess(x))
    close(wg.hvp(rosenbrock, x, v), rosen_hess_prod(x, v))
    close(wg.vmap(lambda v: wg.hvp(rosenbrock, x, v))(np.eye(5)), hessian)


def test_hessians_of_several_arguments_and_containers() -> None:
    def f(x: Any, p: Any) -> Any:
        return wg.sum(x**2) * p["k"] ** 3

    x, p = np.array([1.0, 2.0]), {"k": 3.0}
    (xx, xp), by_p = wg.hessian(f, argnums=(0, 1))(x, p)
    px, pp = by_p["k"]
    close(xx, 2 * 27 * np.eye(2))
    close(xp["k"], 2 * x * 27)
    close(px, 2 * x * 27)
    close(pp["k"], 5 * 18)
    by_x, by_p = wg.hvp(f, (x, p), (np.array([1.0, 0.0]), {"k": 2.0}))
    close(by_x, np.array([54, 0]) + 2 * 2 * x * 27)
    close(by_p["k"], 2 * 1 * 27 + 2 * 90)


def test_hvp_arguments_that_do_not_fit() -> None:
    with pytest.raises(wg.ShapeError, match=r"\(2,\) cannot have shape \(3,\)"):
        wg.hvp(lambda x: wg.sum(x**2), np.ones(2), np.ones(3))
    with pytest.raises(wg.TreeError, match="tuple with one for each"):
        wg.hvp(lambda x, y: x * y, (1.0, 2.0), 1.0)
    with pytest.raises(wg.ShapeError, match="one number"):
        wg.hvp(lambda x: x, np.ones(2), np.ones(2))


def test_hessian_of_a_vector_function() -> None:
    tensor = wg.hessian(lambda x: wg.stack([x[0] ** 2 * x[1], x[1] ** 3]))(np.array([1.0, 2.0]))
    close(tensor, [[[4, 2], [2, 0]], [[0, 0], [0, 12]]])


@pytest.mark.parametrize("order", [3, 4])
def test_higher_jacobians_are_symmetric(order: int) -> None:
    def f(x: Any) -> Any:
        return wg.exp(wg.sum(x * np.array([1.0, 2.0])))

    g = f
    for k in range(order):
        g = (wg.jacfwd if k % 2 else wg.jacrev)(g)
    tensor = np.asarray(g(np.array([0.1, 0.2])))
    expected = np.exp(0.5) * np.ones(())
    for _ in range(order):
        expected = np.multiply.outer(expected, [1.0, 2.0])
    close(tensor, expected)

"""Guards: where Python looks at a value, the program holds for what it saw."""

import math
import warnings
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.native.executable import Executable
from wengert.compiler.tracing.guards import holds, outcome_of
from wengert.core.tree import flatten

X = wg.array([1.0, 2.0, 3.0])


def close(found: Any, expected: Any, rtol: float = 1e-11) -> None:
    for a, b in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-13)


def doubled(x: Any) -> Any:
    b = x * 2
    while wg.linalg.norm(b) < 1000:
        b = b * 2
    return wg.sum(b)


def test_outcomes_are_what_python_can_tell_apart() -> None:
    assert outcome_of("number", 0.0) != outcome_of("number", -0.0)
    assert outcome_of("number", float("nan")) == outcome_of("number", -float("nan"))
    assert outcome_of("number", complex(0, float("nan"))) == outcome_of("number", complex(0, float("nan")))
    assert outcome_of("number", 0j) != outcome_of("number", complex(0, -0.0))
    assert holds(np.array(3), "number", 3)
    assert not holds(np.array(0.0), "truth", True)


def test_a_while_loop_compiles_as_it_is() -> None:
    compiled = wg.compile(doubled)
    points = [X / 2.0**k for k in range(12)]
    for x in points:
        close(compiled(x), doubled(x))
    assert compiled.cache_info().traced == 12
    for x in points[::5]:
        close(wg.grad(compiled)(x), wg.grad(doubled)(x))
        close(wg.jvp(compiled, (x,), (X,)), wg.jvp(doubled, (x,), (X,)))
    assert compiled.cache_info().traced == 12


def test_a_path_is_chosen_without_trying_all(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = wg.compile(doubled)
    points = [X / 2.0**k for k in range(12)]
    for x in points:
        compiled(x)
    calls = 0
    run = Executable.__call__

    def counted(self: Executable, inputs: Any) -> Any:
        nonlocal calls
        calls += 1
        return run(self, inputs)

    monkeypatch.setattr(Executable, "__call__", counted)
    for number in np.random.default_rng(0).integers(12, size=50):
        close(compiled(points[number]), doubled(points[number]))
    assert calls <= 3 * 50


def test_numbers_are_guarded() -> None:
    def powers(x: Any, n: Any) -> Any:
        s = x
        for _ in range(int(n)):
            s = s * x
        return s

    def with_math(x: Any) -> Any:
        return x * math.sin(float(wg.sum(x))) + x[0].item()

    compiled = wg.compile(powers)
    for k in (1, 2, 3, 4, 2, 1, 3):
        close(compiled(X, wg.array(k)), powers(X, wg.array(k)))
    assert compiled.cache_info().traced == 4
    compiled = wg.compile(with_math)
    for scale in (1.0, 2.0, 1.0, 2.0):
        close(compiled(X * scale), with_math(X * scale))
    assert compiled.cache_info().traced == 2


def test_nan_and_the_sign_of_zero_are_seen() -> None:
    def number(x: Any) -> Any:
        v = float(x)
        return (x * 2 if v != v else x * 3), (1.0 if v == 0 and math.copysign(1, v) < 0 else 2.0)

    def branch(x: Any) -> Any:
        return x * 2 if x else x - 1

    def whole(x: Any) -> Any:
        return x * complex(x.item())

    values = [np.nan, 0.0, -0.0, 1.0, np.inf, -np.inf, 0.0, -0.0, np.nan]
    for f in (number, branch):
        compiled = wg.compile(f)
        for v in values:
            close(compiled(wg.array(v)), f(wg.array(v)))
    for f in (branch, whole):
        compiled = wg.compile(f)
        for z in (0j, 1j, complex(0, np.nan), complex(-0.0, 0), 1 + 2j, 1j):
            close(compiled(wg.array(z)), f(wg.array(z)))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint64", "bool"])
def test_numbers_of_all_dtypes(dtype: str) -> None:
    compiled = wg.compile(lambda x: (x.item(), x + x))
    for v in (0, 1, 1, 0):
        x = wg.array(v, dtype=dtype)
        close(compiled(x), (x.item(), x + x))


def test_whole_arrays_are_guarded() -> None:
    def masked(x: Any) -> Any:
        return wg.sum(x[x > 1.5] ** 2)

    def listed(x: Any) -> Any:
        return x * sum(x.tolist()) + math.copysign(1, x.tolist()[-1])

    compiled = wg.compile(masked)
    for scale in (1.0, 0.5, 2.0, 1.0, 0.1):
        close(compiled(X * scale), masked(X * scale))
        close(wg.grad(compiled)(X * scale), wg.grad(masked)(X * scale))
    compiled = wg.compile(listed)
    for x in (X, X * 2, X, wg.array([1.0, np.nan, 0.0]), wg.array([1.0, np.nan, -0.0]), wg.array([1.0, 2.0, -0.0])):
        close(compiled(x), listed(x))
    compiled = wg.compile(wg.unique)
    close((compiled(X), compiled(X * 0)), (wg.unique(X), wg.unique(X * 0)))


def test_a_branch_under_vmap_is_the_eager_error() -> None:
    for f in (doubled, wg.compile(doubled)):
        with pytest.raises(wg.ConversionError, match="under vmap"):
            wg.vmap(f)(wg.ones((2, 3)))
    shared = wg.compile(lambda x, y: wg.sum(x) if y > 0 else wg.sum(x * x))
    close(wg.vmap(shared, in_axes=(0, None))(wg.ones((2, 3)) * 2, wg.array(-1.0)), wg.array([12.0, 12.0]))


def test_what_machine_code_sees_counts() -> None:
    def f(x: Any) -> Any:  # NumPy sums in another order
        return x * float(wg.sum(wg.exp(x) * wg.sin(x)))

    compiled = wg.compile(f)
    random = np.random.default_rng(0)
    for _ in range(5):
        x = wg.array(random.normal(size=1000))
        for _ in range(3):
            close(compiled(x), f(x), 1e-9)
    assert compiled.cache_info().paths == 5


def test_a_number_that_loses_a_derivative_is_told_as_in_eager() -> None:
    def f(x: Any) -> Any:
        return wg.sum(x) * float(x[0])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wg.compile(f)(X)
    for g in (f, wg.compile(f)):
        with pytest.warns(UserWarning, match="no derivative depends"):
            wg.grad(g)(X)

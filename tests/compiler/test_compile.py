"""``compile`` as a person meets it: what goes in and out, methods, names and copies."""

import copy
import dataclasses
import gc
import inspect
import pickle
import weakref
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.errors import TreeError
from wengert.core.tree import flatten

X = wg.array([1.0, 2.0, 3.0])
Pair = namedtuple("Pair", "a b")


@dataclasses.dataclass
class Record:
    a: Any
    b: Any


def same(f: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """The compiled function gives what the function gives, when it is traced and when it is called again."""
    compiled = wg.compile(f)
    expected, structure = flatten(f(*args, **kwargs))
    for _ in range(3):
        found, given = flatten(compiled(*args, **kwargs))
        assert given == structure
        for a, b in zip(found, expected, strict=True):
            assert type(a) is type(b)
            assert (a.dtype, a.shape) == (b.dtype, b.shape) if isinstance(a, wg.Array) else a == b
            np.testing.assert_allclose(*(x.numpy() if isinstance(x, wg.Array) else x for x in (a, b)), rtol=1e-12)


def test_containers_go_in_and_out() -> None:
    same(lambda d: {"s": wg.sum(d["x"]), "l": [d["y"], (d["x"] * 2,)]}, {"x": X, "y": X + 1})
    same(lambda p: Pair(p.b, p.a), Pair(X, X * 2))
    same(lambda r: Record(r.b, r.a * 3), Record(X, X * 2))
    same(lambda x: (x, None, []), X)
    same(lambda x: (), X)
    same(lambda x: None, X)
    same(lambda x: (x, x), X)
    same(lambda: wg.ones(3))


def test_python_numbers_stay_what_they_are() -> None:
    single = wg.array([1, 2, 3], dtype=wg.float32)
    same(lambda x: (3, 2.5, True, 1j, x), X)
    same(lambda x, n: (x * n, n + 1, n), single, 2.5)
    same(lambda x, n: (x * n, n), wg.array([1, 2, 3]), True)
    same(lambda x, n: (x * n, n), wg.array([1, 2, 3]), 2)
    same(lambda x, n: (x * n, n), X, 1 + 2j)
    same(lambda n: n, 2)
    same(lambda n: wg.sin(n), 2.0)
    same(lambda x, n: x * (n % 7), X, 2**80)
    same(lambda x, flag: x if flag is True else -x, X, True)
    assert wg.compile(lambda n: n + 1)(2**63) == 2**63 + 1
    assert wg.compile(lambda x, n: x * n)(single, 2.5).dtype == np.float32


def test_numpy_arrays_come_out_as_arrays() -> None:
    for f in (lambda x: x * 2, lambda x: x, lambda x: np.ones(3), np.sin):
        for argument in (np.ones(3), X):
            out = wg.compile(f)(argument)
            assert isinstance(out, wg.Array)
            np.testing.assert_allclose(out.numpy(), np.asarray(f(argument)), rtol=1e-15)


def test_a_result_is_never_the_callers_own_array() -> None:
    compiled = wg.compile(lambda x: x)
    out = compiled(X)
    assert out is not X
    out[0] = 9.0
    assert X[0] == 1


def test_arguments_by_position_name_and_default() -> None:
    def f(x: Any, mode: str = "a", *, k: float = 2.0) -> Any:
        return x * k if mode == "a" else x

    compiled = wg.compile(f)
    for _ in range(2):
        assert compiled(X)[0] == 2
        assert compiled(X, "b")[0] == 1
        assert compiled(X, "a", k=5.0)[0] == 5
        assert compiled(x=X, k=7.0)[0] == 7
        assert compiled(X, mode="a")[0] == 2


def test_static_arguments_are_specialised_on() -> None:
    @wg.compile(static_argnums=1)
    def f(x: Any, n: int) -> Any:
        for _ in range(n):
            x = x * 2
        return x

    assert [f(X, n)[0].item() for n in (3, 2, 3)] == [8, 4, 8]
    assert f.cache_info()[:2] == (2, 2)
    assert wg.compile(lambda x, n: x * len(n), static_argnums=(-1,))(X, (1, 2))[0] == 2
    assert wg.compile(lambda n, x, m: x * n - m, static_argnums=(0, 2))(3, X, 1)[0] == 2
    assert wg.compile(lambda x, dtype: x.astype(dtype))(X, np.float32).dtype == np.float32
    assert wg.compile(lambda x, f: f(x))(X, wg.negative)[0] == -1
    zeros = wg.compile(lambda x, z: x / z, static_argnums=1)
    with np.errstate(divide="ignore"):
        assert zeros(X, 0.0)[0] == np.inf
        assert zeros(X, -0.0)[0] == -np.inf


def test_what_cannot_be_an_argument_is_refused() -> None:
    for wrong in ([1, 2], set(), np.array(["a"]), np.array([object()])):
        with pytest.raises(TypeError, match="hashable"):
            wg.compile(lambda x, o: x, static_argnums=1)(X, wrong)
    with pytest.raises(TypeError, match="static_argnums must be"):
        wg.compile(lambda x: x, static_argnums="a")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not given"):
        wg.compile(lambda x: x, static_argnums=5)(X)
    with pytest.raises(TypeError, match="expected a function"):
        wg.compile(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        wg.compile(lambda x: x)()


def test_it_is_a_decorator_with_and_without_arguments() -> None:
    @wg.compile
    def f(x: Any) -> Any:
        return x * 2

    @wg.compile()
    def g(x: Any) -> Any:
        return x * 3

    assert (f(X)[0], g(X)[0]) == (2, 3)


class Model:
    def __init__(self, w: Any) -> None:
        self.w, self.scale = w, 2.0

    @wg.compile
    def __call__(self, x: Any) -> Any:
        return wg.sum(self.w * x) * self.scale

    @wg.compile
    def method(self, x: Any) -> Any:
        """Of a model."""
        return wg.sum(self.w * x) * self.scale

    @wg.compile(static_argnums=2)
    def power(self, x: Any, n: int) -> Any:
        return wg.sum(self.w * x**n)

    @classmethod
    @wg.compile
    def of_class(cls, x: Any) -> Any:
        return x * 2

    @staticmethod
    @wg.compile
    def static(x: Any) -> Any:
        return x * 3

    @wg.compile
    @staticmethod
    def also_static(x: Any) -> Any:
        return x * 3


def test_methods_see_what_their_object_holds_now() -> None:
    m, n = Model(X), Model(X * 10)
    assert (m(X), n.method(X), m.method(X)) == (28, 280, 28)
    m.w = m.w * 2
    assert (m.method(X), m(X)) == (56, 56)
    m.scale = 1.0
    assert m.method(X) == 28
    m.w[0] = 0.0
    assert m.method(X) == 26
    assert m.power(X, 1) == 26
    assert (Model.of_class(X)[0], m.of_class(X)[0], Model.static(X)[0], m.also_static(X)[0]) == (2, 2, 3, 3)
    assert Model.method(m, X) == 26
    m.w = m.w * 0
    assert Model.method(m, X) == 0


def test_methods_are_compiled_for_each_object_and_go_with_it() -> None:
    m = Model(X)
    assert m.method is m.method
    assert m.method.__doc__ == "Of a model."
    m.method(X)
    assert m.method.cache_info().paths == 1
    for other in (copy.copy(m), copy.deepcopy(m), pickle.loads(pickle.dumps(m))):
        other.w = X * 2
        assert (other.method(X), m.method(X)) == (56, 28)
    gone = weakref.ref(m)
    del m, other
    gc.collect()
    assert gone() is None


def test_methods_of_objects_with_slots() -> None:
    class Slots:
        __slots__ = ("w",)

        @wg.compile
        def f(self, x: Any) -> Any:
            return wg.sum(self.w * x)

    s = Slots()
    s.w = wg.ones(3)
    assert s.f(X) == 6
    s.w = s.w * 2
    assert s.f(X) == 12
    assert s.f is s.f


def test_objects_and_functions_as_arguments_are_watched() -> None:
    class Layer:
        def __init__(self) -> None:
            self.w, self.k = wg.ones(3), 2.0

        def __call__(self, x: Any) -> Any:
            return wg.sum(self.w * x) * self.k

    compiled = wg.compile(lambda layer, x: layer(x))
    a, b = Layer(), Layer()
    assert compiled(a, X) == 12
    a.w = a.w * 2
    assert compiled(a, X) == 24
    a.k = 1.0
    assert compiled(a, X) == 12
    a.w *= 0
    assert (compiled(a, X), compiled(b, X), compiled(a, X)) == (0, 12, 0)
    b.w.requires_grad_()
    compiled(b, X).backward()
    assert b.w.grad is not None
    assert b.w.grad[1] == 4


@wg.compile
def at_module_level(x: Any) -> Any:
    return x * 2


def test_name_signature_and_documentation_are_the_functions() -> None:
    def f(x: int, *, k: int = 3) -> float:
        """Of f."""
        return x * k

    compiled = wg.compile(f)
    assert (compiled.__name__, compiled.__doc__, compiled.__wrapped__) == ("f", "Of f.", f)
    assert inspect.signature(compiled) == inspect.signature(f)
    assert repr(compiled).startswith("<compiled ")
    assert repr(compiled).endswith("f>")


def test_compiled_functions_are_copied_and_pickled() -> None:
    assert pickle.loads(pickle.dumps(at_module_level)) is at_module_level
    for again in (copy.copy(at_module_level), copy.deepcopy(at_module_level)):
        assert again(X)[0] == 2
    assert pickle.loads(pickle.dumps(wg.compile(np.sin)))(0.0) == 0


def test_cache_info_counts_and_clear_cache_forgets() -> None:
    compiled = wg.compile(lambda x: x * 2 if x[0] > 0 else x)
    for x in (X, -X, X[:2], X):
        compiled(x)
    info = compiled.cache_info()
    assert (info.specialisations, info.paths, info.traced, info.eager) == (2, 3, 3, 0)
    compiled.clear_cache()
    assert compiled.cache_info().paths == 0
    assert compiled(X)[0] == 2


def test_side_effects_happen_when_it_is_traced(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: Any) -> Any:
        print("traced", x)
        return x

    compiled = wg.compile(f)
    compiled(X)
    compiled(X + 1)
    assert capsys.readouterr().out == "traced [1. 2. 3.]\n"


def test_shapes_may_change_from_call_to_call() -> None:
    compiled = wg.compile(lambda x: wg.sum(x * 2))
    for _ in range(3):
        for n in range(1, 12):
            assert compiled(wg.ones(n)) == 2 * n
    assert compiled.cache_info().traced == 11


def test_python_integers_are_sizes_and_indices() -> None:
    same(lambda x, n: wg.zeros(n) + x, wg.array(2.0), 3)
    same(lambda x, n: x[:n], X, 2)
    same(lambda x, n: (x[n], x.reshape(n, -1)), X, 1)
    same(lambda x, n: wg.stack([x * i for i in range(n)]), X, 3)
    same(lambda x, n: wg.sum(x, axis=n), X, -1)

    def average(x: Any, n: int) -> Any:
        out = wg.zeros(x.shape[0] - n + 1)
        for i in range(out.shape[0]):
            out[i] = wg.mean(x[i : i + n])
        return out

    same(average, X, 2)
    compiled = wg.compile(average)
    assert [compiled(X, n).shape for n in (1, 2, 3, 1)] == [(3,), (2,), (1,), (3,)]
    np.testing.assert_allclose(wg.jacobian(compiled)(X, 2).numpy(), wg.jacobian(average)(X, 2).numpy())


def test_numpys_own_arrays_are_indexed_with_what_the_function_computes() -> None:
    table = np.array([1.0, 20.0, 300.0])

    def masked(x: Any) -> Any:
        return wg.sum(table[x > 0] * x[x > 0])

    def looked_up(x: Any) -> Any:
        return wg.sum(table[wg.argsort(x)] * x + table[wg.argmax(x)])

    for f in (masked, looked_up, wg.grad(masked), wg.grad(looked_up)):
        compiled = wg.compile(f)
        for x in ([1.0, -1.0, 2.0], [-1.0, 0.5, 2.0], [-1.0, -2.0, -3.0], [1.0, -1.0, 3.0]):
            np.testing.assert_allclose(compiled(np.array(x)).numpy(), f(wg.array(x)).numpy())
    with pytest.raises(wg.ConversionError, match="cannot become a NumPy array"):
        wg.compile(lambda x: np.asarray(x * 2))(X)


class Sum:
    def __init__(self) -> None:
        self.total = wg.zeros(3)

    @wg.compile
    def add(self, x: Any) -> Any:
        self.total = self.total + x
        return self.total


def test_an_array_stored_in_the_place_of_a_captured_one_is_refused_at_once() -> None:
    with pytest.raises(TreeError, match=r"add \(.*test_compile.py.*self.total.*return the array"):
        Sum().add(X)
    total = X

    @wg.compile
    def add(x: Any) -> Any:
        nonlocal total
        total = total + x
        return x

    with pytest.raises(TreeError, match=r"stores an array in total"):
        add(X)


def test_a_captured_compiled_function_is_not_looked_into() -> None:
    inner = wg.compile(lambda x: x * 2)
    outer = wg.compile(lambda x: wg.sum(inner(x)) * getattr(x, "ndim"))  # noqa: B009
    for n in range(1, 4):
        inner(wg.ones(n))
        wg.grad(lambda x: wg.sum(inner(x)))(wg.ones(n))
        assert outer(X).item() == 12
    assert outer.cache_info().traced == 1


def test_second_derivatives_where_numbers_are_kept_for_the_reverse_sweep() -> None:
    for x in (X, X.astype(wg.float32)):

        def f(x: Any, q: float) -> Any:
            p = q + 1.0
            return wg.sum(wg.sin(x) * (p / (p + q)))

        compiled = wg.compile(f)
        for take in (wg.hessian, lambda f: wg.jacobian(wg.grad(f)), lambda f: wg.vmap(f, (0, None))):
            found, expected = take(compiled)(x, 0.5), take(f)(x, 0.5)
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6, atol=1e-9)


def test_the_first_integers_are_fixed_and_later_ones_are_numbers() -> None:
    repeated = wg.compile(lambda x, n: wg.stack([x] * n))
    decayed = wg.compile(lambda x, t: x * (1 - 0.9**t))
    for n in range(1, 20):
        assert repeated(wg.ones(2), n).shape == (n, 2)
        np.testing.assert_allclose(decayed(wg.ones(2), n).numpy(), 1 - 0.9**n)
    assert decayed.cache_info().specialisations == 9
    assert wg.compile(lambda n: n * n)(2**40) == 2**80
    assert wg.compile(wg.grad(lambda x: x * x))(3) == 6
    assert wg.compile(lambda x, n: wg.diag(x, n))(wg.ones(4), 1).shape == (5, 5)
    assert wg.compile(lambda x: wg.mean(x))(7.0) == 7

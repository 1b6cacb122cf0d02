"""Environments: what a function captures is found, read anew, and noticed when it changes."""

import enum
import random
import threading
import types
from collections import OrderedDict, UserDict, deque, namedtuple
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial, wraps
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.tracing.environment import Environment

weight = wg.arange(3.0)
other = np.arange(2.0)
scale = 2.0
flag: Any = None
settings: dict[str, Any] = {"rate": 0.1}
rng = np.random.default_rng(0)
T = wg.ones(2)
ndarray_box = types.SimpleNamespace(array=np.ones(2), unused=np.zeros(2))


def paths(function: Callable[..., Any], **kwargs: Any) -> list[str]:
    return [array.path for array in Environment(function, **kwargs).arrays]


def helper(x: Any) -> Any:
    return x * weight


def even(n: int) -> Any:
    return weight if n == 0 else odd(n - 1)


def odd(n: int) -> Any:
    return other if n == 0 else even(n - 1)


class Layer:
    kind = "dense"
    shared = np.ones(1)

    def __init__(self, n: int) -> None:
        self.weight = wg.ones(n)
        self.bias = wg.zeros(n)
        self.calls = 0
        self.unused = wg.zeros(7)

    def __call__(self, x: Any) -> Any:
        return x * self.weight + self.bias


class Model:
    def __init__(self) -> None:
        self.layers = [Layer(2), Layer(2)]

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


# Nothing captured


def test_a_function_of_its_arguments_alone_is_trivial() -> None:
    environment = Environment(lambda x: 2 * wg.dot(x, np.sin(x)))
    assert environment.trivial
    assert environment.complete
    assert not environment.changed()
    assert environment.current() == environment.values() == environment.arrays == []


def test_libraries_are_not_entered() -> None:
    assert paths(np.linalg.norm) == paths(wg.sum) == paths(partial) == []


# Where arrays stand


def test_globals() -> None:
    environment = Environment(lambda x: x * weight)
    (array,) = environment.arrays
    assert array.path == "weight"
    assert array.read() is weight
    assert environment.values()[0] is weight


def test_the_attribute_of_another_thing_is_no_global() -> None:
    assert paths(lambda x: x.T) == []
    assert paths(lambda x: T) == ["T"]


def test_rebinding_a_global_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(helper)
    new = wg.zeros(5)
    monkeypatch.setitem(globals(), "weight", new)
    assert not environment.changed()
    assert environment.values()[0] is new
    assert environment.token() == Environment(helper).token()
    monkeypatch.setitem(globals(), "weight", 3.0)
    assert environment.changed()
    assert environment.difference() == "weight"
    assert environment.token() != Environment(helper).token()
    monkeypatch.delitem(globals(), "weight")
    assert environment.changed()
    assert environment.difference() == "weight"


def test_cells() -> None:
    w = wg.ones(2)

    def function(x: Any) -> Any:
        return x * w

    environment = Environment(function)
    w = np.zeros(3)
    assert environment.arrays[0].path == "w"
    assert environment.current() is not None
    assert environment.values()[0] is w


def test_a_cell_that_is_assigned_later() -> None:
    def function(x: Any) -> Any:
        return x * later

    environment = Environment(function)
    assert not environment.changed()
    later = wg.ones(2)
    assert environment.changed()
    assert paths(function) == ["later"]


def test_a_variable_that_is_deleted() -> None:
    w = wg.ones(2)
    n = 3

    def function(x: Any) -> Any:
        return x * w + n  # noqa: F821

    environment = Environment(function)
    del n
    assert environment.changed()
    assert environment.difference() == "n"
    n = 3
    assert not environment.changed()
    del w
    assert environment.changed()
    assert environment.difference() == "w"


def test_writing_into_an_array_is_no_change() -> None:
    a, b = np.zeros(2), wg.zeros(2)
    environment = Environment(lambda: a + b)
    a += 1
    b += 1
    assert not environment.changed()
    assert environment.values()[0] is a
    assert environment.values()[1] is b


def test_defaults_and_keyword_defaults() -> None:
    def function(x: Any, a: Any = weight, *, b: Any = other, n: int = 3) -> Any:
        return x

    environment = Environment(function)
    assert [array.path for array in environment.arrays] == ["a", "__kwdefaults__['b']"]
    assert environment.values()[0] is weight
    function.__kwdefaults__["n"] = 4
    assert environment.changed()
    environment = Environment(function)
    function.__defaults__ = (other,)
    assert environment.changed()


def test_methods_read_attributes_of_self() -> None:
    model = Model()
    environment = Environment(model.forward)
    assert [array.path for array in environment.arrays] == [
        f"self.layers[{i}].{name}" for i in range(2) for name in ("weight", "bias")
    ]
    model.layers[1].bias = new = wg.ones(9)
    assert not environment.changed()
    assert environment.values()[3] is new


def test_an_object_by_the_name_it_has() -> None:
    layer = Layer(2)
    assert paths(lambda x: layer(x)) == ["layer.weight", "layer.bias"]
    assert paths(lambda x: Layer.shared) == ["Layer.shared"]
    assert paths(layer) == ["self.weight", "self.bias"]


def test_an_attribute_that_no_code_names_may_change() -> None:
    layer = Layer(2)
    environment = Environment(layer)
    layer.calls += 1
    layer.unused = wg.zeros(1)
    assert not environment.changed()


def test_a_container_of_the_same_form_gives_the_same_token() -> None:
    model = Model()
    environment = Environment(model.forward)
    model.layers[0] = Layer(2)
    assert environment.changed()
    assert environment.difference() == "self.layers[0]" or environment.difference() == "self.layers"
    again = Environment(model.forward)
    assert again.token() == environment.token()
    assert hash(again.token()) == hash(environment.token())
    model.layers.append(Layer(2))
    assert again.changed()
    assert again.token() != Environment(model.forward).token()


@pytest.mark.parametrize("make", [list, deque, lambda items: type("Many", (list,), {})(items)])
def test_lists(make: Callable[..., Any]) -> None:
    items = make([wg.ones(2), 1.0])

    def function() -> Any:
        return items

    environment = Environment(function)
    assert [array.path for array in environment.arrays] == ["items[0]"]
    items[0] = new = wg.zeros(2)
    assert not environment.changed()
    assert environment.values()[0] is new
    items[1] = 2.0
    assert environment.changed()
    environment = Environment(function)
    items.append(3)
    assert environment.changed()


@pytest.mark.parametrize("make", [dict, OrderedDict, UserDict])
def test_dicts(make: Callable[..., Any]) -> None:
    items = make({"w": wg.ones(2), "n": 1})
    environment = Environment(lambda: items)
    prefix = "items.data" if make is UserDict else "items"
    assert [array.path for array in environment.arrays] == [f"{prefix}['w']"]
    items["w"] = new = wg.zeros(2)
    assert not environment.changed()
    assert environment.values()[0] is new
    items["n"] = 1
    assert not environment.changed()
    items["n"] = 2
    assert environment.changed()
    environment = Environment(lambda: items)
    items["more"] = 0
    assert environment.changed()


def test_the_order_of_a_dict_counts() -> None:
    items = {"a": wg.ones(2), "b": wg.ones(3)}
    environment = Environment(lambda: items)
    items["a"] = items.pop("a")
    assert environment.changed()


def test_a_dict_that_is_made_anew_gives_the_same_token() -> None:
    params = {"w": wg.ones(2), "layers": [(wg.ones(1), 2)]}

    def function() -> Any:
        return params

    before = Environment(function)
    params = {"w": wg.ones(2), "layers": [(wg.ones(1), 2)]}
    assert before.changed()
    after = Environment(function)
    assert after.token() == before.token()
    assert [array.path for array in after.arrays] == ["params['w']", "params['layers'][0][0]"]
    assert after.values()[0] is params["w"]


def test_tuples_named_tuples_and_dataclasses() -> None:
    Pair = namedtuple("Pair", ["left", "right"])

    @dataclass
    class Point:
        x: Any
        y: Any = field(default_factory=lambda: wg.zeros(1))

    a, b, c = (wg.ones(1), 2), Pair(wg.ones(2), 3), Point(wg.ones(3))
    environment = Environment(lambda: (a, b.left, c.x))
    assert [array.path for array in environment.arrays] == ["a[0]", "b.left", "c.x"]
    c.x = new = wg.zeros(3)
    assert environment.values()[2] is new


def test_slots() -> None:
    class Base:
        __slots__ = ("w",)

    class Slotted(Base):
        __slots__ = ("late", "n")

    thing = Slotted()
    thing.w, thing.n = wg.ones(2), 1
    environment = Environment(lambda: thing.w * thing.n + thing.late)
    assert [array.path for array in environment.arrays] == ["thing.w"]
    thing.w = new = wg.zeros(2)
    assert not environment.changed()
    assert environment.values()[0] is new
    thing.late = 1
    assert environment.changed()


def test_namespaces_and_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("a_module_of_the_user")
    module.array = wg.ones(2)
    module.unused = wg.ones(2)
    environment = Environment(lambda: module.array + ndarray_box.array)
    assert [array.path for array in environment.arrays] == ["ndarray_box.array", "module.array"] or [
        array.path for array in environment.arrays
    ] == ["module.array", "ndarray_box.array"]
    module.array = new = wg.zeros(2)
    assert any(x is new for x in environment.values())
    assert not environment.changed()


def test_a_function_of_another_module() -> None:
    variables: dict[str, Any] = {"__name__": "elsewhere", "w": wg.ones(2), "__builtins__": {}}
    function = types.FunctionType((lambda: w).__code__, variables)  # type: ignore[name-defined]  # noqa: F821
    assert paths(lambda: (weight, function())) == ["weight", "elsewhere.w"]


def test_an_import_within_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def function() -> Any:
        import a_module_of_the_user  # type: ignore[import-not-found]

        return a_module_of_the_user.array

    environment = Environment(function)
    assert not environment.changed()
    module = types.ModuleType("a_module_of_the_user")
    module.array = wg.ones(2)
    monkeypatch.setitem(__import__("sys").modules, "a_module_of_the_user", module)
    assert environment.changed()
    assert paths(function) == ["a_module_of_the_user.array"]


def test_context_variables() -> None:
    variable: ContextVar[Any] = ContextVar("variable")
    variable.set(wg.ones(2))
    environment = Environment(lambda: variable.get())
    assert [array.path for array in environment.arrays] == ["variable.get()"]
    variable.set(new := wg.zeros(2))
    assert environment.values()[0] is new


# Functions


def test_functions_called_by_name() -> None:
    assert paths(lambda x: helper(x)) == ["weight"]
    assert paths(even) == ["weight", "other"]


def test_rebinding_a_function_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(lambda x: helper(x))
    monkeypatch.setitem(globals(), "helper", lambda x: x)
    assert environment.changed()
    assert environment.difference() == "helper"


def test_exchanging_the_code_of_a_function_is_seen() -> None:
    def inner(x: Any) -> Any:
        return x

    environment = Environment(lambda x: inner(x))
    inner.__code__ = (lambda x: x + 1).__code__
    assert environment.changed()


def test_a_function_that_is_made_anew_gives_the_same_token() -> None:
    def make(w: Any, n: int) -> Callable[..., Any]:
        return lambda x: x * w + n

    assert Environment(make(wg.ones(2), 1)).token() == Environment(make(wg.ones(3), 1)).token()
    assert Environment(make(wg.ones(2), 1)).token() != Environment(make(wg.ones(2), 2)).token()
    assert Environment(make(wg.ones(2), 1)).token() != Environment(make(3.0, 1)).token()


def test_nested_functions_lambdas_and_comprehensions() -> None:
    def function(x: Any) -> Any:
        def inner(y: Any) -> Any:
            return [y * weight for _ in range(2)]

        return inner(x), (lambda: other)()

    assert paths(function) == ["weight", "other"]


def test_lambdas_in_a_dict() -> None:
    w = wg.ones(2)
    table = {"a": lambda x: x * w, "b": lambda x: x + weight}
    environment = Environment(lambda x: table["a"](x))
    assert sorted(array.path for array in environment.arrays) == ["w", "weight"]
    table["a"] = lambda x: x
    assert environment.changed()


def test_partial() -> None:
    w = wg.ones(2)
    function = partial(lambda a, b, c: a, w, c={"d": other})
    environment = Environment(function)
    assert [array.path for array in environment.arrays] == ["args[0]", "keywords['c']['d']"]
    assert environment.values()[0] is w


def test_decorators() -> None:
    calls = {"count": 0}

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any) -> Any:
            return function(*args) * calls["count"]

        return wrapper

    @counted
    @lru_cache
    def function(x: Any) -> Any:
        return x * weight

    environment = Environment(function)
    assert [array.path for array in environment.arrays] == ["weight"]
    calls["count"] += 1
    assert environment.changed()


def test_transforms_are_seen_through() -> None:
    w = wg.ones(2)

    def function(x: Any) -> Any:
        return wg.sum(x * w)

    for transformed in (
        wg.grad(function),
        wg.grad(lambda x: wg.grad(function)(x)[0]),
        wg.vmap(wg.hessian(function)),
        wg.checkpoint(function),
        wg.custom_vjp(function),
        wg.no_grad()(function),
    ):
        environment = Environment(transformed)
        assert [array.path for array in environment.arrays] == ["w"]
        assert environment.complete
        assert not environment.changed()


def test_custom_rules_are_seen_through() -> None:
    w = wg.ones(2)
    function = wg.custom_vjp(lambda x: x)
    environment = Environment(lambda x: function(x))
    function.defvjp(lambda x: (x, None), lambda _, ct: (ct * w,))
    assert environment.changed()
    assert paths(lambda x: function(x)) == ["w"]


def test_an_object_that_stands_for_a_function() -> None:
    w = wg.ones(2)

    class Compiled:
        __slots__ = ("__wrapped__", "_cache")

        def __init__(self, function: Callable[..., Any]) -> None:
            self.__wrapped__ = function
            self._cache = {1: wg.ones(1)}

    Compiled.__module__ = "wengert.compiler.compile"
    assert paths(Compiled(lambda x: x * w)) == ["w"]


def test_programs_are_not_entered() -> None:
    program = wg.trace(lambda x: x * weight)(wg.ones(3))
    assert paths(lambda x: program(x)) == []


# Everything else


def nan() -> float:
    return float("nan")


@pytest.mark.parametrize(
    ("before", "same", "different"),
    [
        (1.5, float("1.5"), 2.5),
        (1000, int("1000"), 1001),
        (1, 1, True),
        (1, 1, 1.0),
        (0.0, float("0"), -0.0),
        (nan(), nan(), 1.0),
        (complex(1, nan()), complex(1, nan()), 1j),
        ("text", "".join("text"), "other"),
        (b"text", b"".join([b"tex", b"t"]), b""),
        (None, None, 0),
        (np.float64(1.5), np.float64(1.5), 1.5),
        (np.float64(nan()), np.float64(nan()), np.float32(nan())),
        (np.dtype("f8"), np.dtype(float), np.dtype("f4")),
        ((1, (2, "x")), (1, (2, "".join("x"))), (1, (2, "y"))),
        (frozenset({1000}), frozenset({int("1000")}), frozenset({1})),
        (slice(1000, None), slice(int("1000"), None), slice(1, None)),
        (range(1000), range(1000), range(3)),
    ],
)
def test_plain_values(before: Any, same: Any, different: Any) -> None:
    value = before

    def function() -> Any:
        return value

    environment = Environment(function)
    value = same
    assert not environment.changed()
    assert Environment(function).token() == environment.token()
    value = different
    assert environment.changed()
    assert environment.difference() == "value"
    assert Environment(function).token() != environment.token()


def test_enums_classes_and_unknown_objects_are_known_by_identity() -> None:
    class Color(enum.Enum):
        RED = 1
        BLUE = 2

    for one, two in ((Color.RED, Color.BLUE), (int, float), (object(), object()), (np.add, np.sin)):
        value = one

        def function() -> Any:
            return value  # noqa: B023

        environment = Environment(function)
        assert not environment.changed()
        value = two
        assert environment.changed()
        assert Environment(function).token() != environment.token()


def test_a_global_that_hides_a_builtin_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(lambda x: abs(x))
    assert not environment.changed()
    monkeypatch.setitem(globals(), "abs", helper)
    assert environment.changed()


def test_a_module_under_a_name_of_the_users_choice() -> None:
    xp = np
    environment = Environment(lambda x: xp.sin(x))
    xp = wg
    assert environment.changed()


def test_class_attributes_and_what_hides_them() -> None:
    class Scaled:
        factor = 2.0
        w = np.ones(2)

        def __call__(self, x: Any) -> Any:
            return x * self.factor * self.w

    scaled = Scaled()
    environment = Environment(scaled)
    assert [array.path for array in environment.arrays] == ["Scaled.w"]
    Scaled.w = new = np.zeros(2)
    assert environment.values()[0] is new
    Scaled.factor = 3.0
    assert environment.changed()
    environment = Environment(scaled)
    scaled.factor = 4.0
    assert environment.changed()


def test_properties_run_nothing() -> None:
    w = wg.ones(2)

    class Careful:
        def __init__(self) -> None:
            self._hidden = wg.ones(3)

        @property
        def value(self) -> Any:
            raise AssertionError

        @cached_property
        def cached(self) -> Any:
            return w

        @staticmethod
        def static() -> Any:
            return weight

        @classmethod
        def of_class(cls) -> Any:
            return other

        @property
        def hidden(self) -> Any:
            return self._hidden

        def __getattr__(self, name: str) -> Any:
            raise AssertionError

        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]

        def __len__(self) -> int:
            raise AssertionError

        def __bool__(self) -> bool:
            raise AssertionError

    class Sly:
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError

    thing, sly = Careful(), Sly()
    environment = Environment(
        lambda: (thing.value, thing.cached, thing.static(), thing.of_class(), thing.hidden, sly.a)
    )
    assert sorted(array.path for array in environment.arrays) == ["other", "thing._hidden", "w", "weight"]
    assert not environment.changed()
    assert environment.difference() is None
    thing = Careful()
    assert environment.changed()


def test_an_object_with_other_attributes_or_of_another_class() -> None:
    class Reader:
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError

    class Plain:
        pass

    class Same:
        pass

    thing, sly = Plain(), Reader()
    thing.w = wg.ones(2)  # type: ignore[attr-defined]
    object.__setattr__(sly, "w", wg.ones(3))
    for change in (
        lambda: setattr(thing, "new", 1),
        lambda: setattr(thing, "__dict__", {"w": 1, "new": 2}),
        lambda: setattr(thing, "__class__", Same),
        lambda: object.__setattr__(sly, "new", 1),
        lambda: object.__setattr__(sly, "__dict__", {"w": 1, "new": 2}),
    ):
        environment = Environment(lambda: (thing.w, sly.w))
        assert not environment.changed()
        change()
        assert environment.changed()
        assert environment.difference() in ("thing", "sly")


def test_thread_local_variables_are_left_alone() -> None:
    class Own(threading.local):
        def __init__(self) -> None:
            made.append(self)
            self.w = wg.ones(2)

    made: list[Any] = []
    own = Own()
    environment = Environment(lambda: own.w)
    thread = threading.Thread(target=environment.changed)
    thread.start()
    thread.join()
    assert len(made) == 1
    assert environment.arrays == []
    assert not environment.complete


def test_operators_of_objects_are_followed() -> None:
    class Operator:
        def __matmul__(self, x: Any) -> Any:
            return weight * x

    operator = Operator()
    assert paths(lambda x: operator @ x) == ["weight"]


def test_a_class_whose_instances_are_made_in_the_function() -> None:
    class Made:
        def __init__(self) -> None:
            self.w = weight

    made = Made()
    assert paths(lambda: Made().w) == ["weight"]
    assert paths(lambda: made) == []


def test_inheritance() -> None:
    class Base:
        def forward(self) -> Any:
            return weight

    class Derived(Base):
        def forward(self) -> Any:
            return super().forward() + other

    assert paths(Derived().forward) == ["other", "weight"]


def test_attributes_by_a_computed_name() -> None:
    thing = types.SimpleNamespace(w0=wg.ones(2), w1=wg.ones(2))
    assert paths(lambda i: getattr(thing, f"w{i}")) == ["thing.w0", "thing.w1"]
    assert paths(lambda i: thing) == []


def test_an_array_at_two_places_is_one() -> None:
    a = b = wg.ones(2)
    environment = Environment(lambda: a + b)
    assert len(environment.arrays) == 1
    assert not environment.changed()
    b = wg.ones(2)
    assert environment.changed()
    assert environment.difference() in ("a", "b")
    environment = Environment(lambda: a + b)
    assert len(environment.arrays) == 2
    a = b
    assert not environment.changed()


def test_what_is_shared_counts_in_the_token() -> None:
    one, two = [1], [1]
    pair = (one, two)

    def function() -> Any:
        return pair

    before = Environment(function).token()
    pair = (one, one)
    assert Environment(function).token() != before


def test_cycles() -> None:
    node: dict[str, Any] = {"w": wg.ones(2)}
    node["self"] = [node]
    thing = types.SimpleNamespace(w=wg.ones(1))
    thing.parent = thing
    environment = Environment(lambda: (node, thing.parent.w))
    assert sorted(array.path for array in environment.arrays) == ["node['w']", "thing.w"]
    assert environment.complete
    assert not environment.changed()


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain: list[Any] = [wg.ones(1)]
    for _ in range(5000):
        chain = [chain]
    environment = Environment(lambda: chain)
    assert len(environment.arrays) == 1
    assert environment.complete


def test_the_limit() -> None:
    many = [[] for _ in range(100)]
    assert Environment(lambda: many).complete
    assert not Environment(lambda: many, limit=50).complete


def test_code_that_evaluates_text_is_not_followed() -> None:
    assert not Environment(lambda: eval("weight")).complete
    assert Environment(lambda model: model.eval()).complete


def test_long_lists_of_numbers() -> None:
    numbers = [float(i) for i in range(20_000)]
    environment = Environment(lambda: numbers)
    assert environment.complete
    assert not environment.changed()
    numbers[17] = float(17)
    assert not environment.changed()
    numbers[17] = -1.0
    assert environment.changed()
    assert environment.difference() == "numbers"


def test_sets_and_buffers() -> None:
    names, data = {"a", "b"}, bytearray(b"12")
    environment = Environment(lambda: (names, data))
    assert not environment.changed()
    names.add("c")
    assert environment.changed()
    environment = Environment(lambda: (names, data))
    data[0] = 0
    assert environment.changed()


def test_generators() -> None:
    def produce() -> Iterator[int]:
        yield 1

    class Noisy:
        def __init__(self) -> None:
            self.rng = np.random.RandomState(0)

        def __call__(self) -> Any:
            return self.rng.normal()

    draw, stream, own = rng.normal, produce(), random.Random(0)
    assert Environment(lambda: rng.normal()).generators == ["rng"]
    assert Environment(Noisy()).generators == ["self.rng"]
    assert Environment(lambda: np.random.normal()).generators == ["np.random"]  # noqa: NPY002
    assert Environment(lambda: random.random()).generators == ["random"]
    assert sorted(Environment(lambda: (draw(), next(stream), own.random())).generators) == ["draw", "own", "stream"]
    assert Environment(lambda: np.sin(1.0)).generators == []


def test_what_the_function_itself_changes_is_named() -> None:
    count = 0

    def function(x: Any) -> Any:
        nonlocal count
        count += 1
        return x

    environment = Environment(function)
    function(1)
    assert environment.changed()
    assert environment.difference() == "count"


def test_one_pass_reads_and_checks() -> None:
    w, n = wg.ones(2), 1
    environment = Environment(lambda: w * n)
    values = environment.current()
    assert values is not None
    assert values[0] is w
    n = 2
    assert environment.current() is None

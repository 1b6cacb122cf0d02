"""Trees: flattened, rebuilt, compared and mapped, whatever they are made of."""

import threading
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field, make_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import wengert as wg
from wengert.core.tree import flatten, map_tree, same_structure, spread_prefix, unflatten

Pair = namedtuple("Pair", "first second")


@dataclass
class Layer:
    weights: Any
    bias: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strict:
    a: Any
    b: Any = 2.0
    derived: Any = field(init=False, default=3.0)

    def __post_init__(self) -> None:
        if not isinstance(self.a, float):
            raise TypeError("a must be a float")


TREES = st.recursive(
    st.floats(allow_nan=False) | st.integers() | st.none() | st.just("text"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Pair, inner, inner)
        | st.builds(Layer, inner, inner)
    ),
    max_leaves=8,
)


@given(TREES)
def test_flatten_and_unflatten_are_inverse(tree: Any) -> None:
    leaves, structure = flatten(tree)
    assert unflatten(structure, leaves) == tree
    assert flatten(unflatten(structure, [0.0] * len(leaves)))[1] == structure
    assert None not in leaves


def test_leaves() -> None:
    for leaf in (1.0, 2, True, 3j, np.ones(2), np.float32(1), wg.ones(2), "text", object(), {1, 2}):
        leaves, structure = flatten(leaf)
        assert len(leaves) == 1
        assert leaves[0] is leaf
        assert structure == flatten(5.0)[1]  # a leaf is a leaf
    assert flatten(None)[0] == []
    assert flatten(())[0] == []


def test_containers() -> None:
    tree = {"b": [1.0, (2.0, None)], "a": Pair(3.0, Layer(4.0)), "c": OrderedDict(x=5.0), "d": deque([6.0])}
    leaves, structure = flatten(tree)
    assert sorted(leaves) == [1, 2, 3, 4, 5, 6]
    back = unflatten(structure, leaves)
    assert back == tree
    assert list(back) == list(tree)
    assert type(back["c"]) is OrderedDict
    assert flatten(defaultdict(list, k=[1.0]))[0] == [1.0]


def test_dataclasses_are_rebuilt_without_their_constructor() -> None:
    _leaves, structure = flatten(Strict(a=1.0))
    placeholder = object()
    back = unflatten(structure, [placeholder, 5.0, 6.0])
    assert (back.a, back.b, back.derived) == (placeholder, 5.0, 6.0)
    with pytest.raises(AttributeError):
        back.a = 1.0
    assert flatten(Layer)[0] == [Layer]  # the class itself is a leaf


def test_an_array_type_that_is_a_dataclass_is_a_leaf() -> None:
    @dataclass
    class Measured:
        values: Any

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.asarray(self.values, dtype)

    x = Measured([1.0, 2.0])
    assert flatten(x)[0] == [x]


def test_structures_compare() -> None:
    assert flatten((1.0, [2.0]))[1] == flatten((np.ones(3), ["text"]))[1]
    for other in ((1.0, (2.0,)), (1.0, [2.0, 3.0]), 1.0, [1.0, [2.0]], (None, [2.0]), {"a": 1.0}):
        with pytest.raises(wg.TreeError, match="the gradient must have the structure .*, not"):
            same_structure(other, flatten((1.0, [2.0]))[1], "the gradient")
    assert same_structure(3.0, flatten(1.0)[1]) == [3.0]
    with pytest.raises(wg.TreeError, match=r"the container must have the structure \*"):
        same_structure((1.0,), flatten(1.0)[1])


def test_mapping() -> None:
    assert map_tree(lambda x, y: x + y, {"a": 1.0, "b": (2.0, None)}, {"a": 10.0, "b": (20.0, None)}) == {
        "a": 11.0,
        "b": (22.0, None),
    }
    assert wg.tree_map is map_tree
    with pytest.raises(wg.TreeError, match="structure"):
        map_tree(lambda x, y: x, (1.0,), (1.0, 2.0))


def test_prefixes() -> None:
    tree = ({"w": 1.0, "b": None}, [2.0, Layer(3.0)])
    for prefix, expected in (
        (0, [0, 0, 0]),
        (None, [None] * 3),
        ((0, 1), [0, 1, 1]),
        ((None, [1, None]), [None, 1, None]),
        (({"w": 5, "b": 6}, [1, Layer(2, 3)]), [5, 1, 2]),
        (({"w": None, "b": None}, None), [None, None, None]),
    ):
        assert spread_prefix(prefix, tree, "axes") == expected
    for wrong in ((0, 1, 2), ({"w": 0}, 1), [0, 1], (0, [1]), (0, [1, {"a": 0}])):
        with pytest.raises(wg.TreeError, match="axes=.* does not match the structure of the arrays"):
            spread_prefix(wrong, tree, "axes")


def test_threads_meet_a_new_dataclass_at_the_same_time() -> None:
    for k in range(20):
        cls = make_dataclass(f"New{k}", ["x", "y"])
        barrier = threading.Barrier(8)
        failures: list[BaseException] = []

        def work(cls: Any = cls, barrier: Any = barrier, failures: list[BaseException] = failures) -> None:
            try:
                barrier.wait()
                assert flatten(cls(1.0, [2.0]))[0] == [1.0, 2.0]
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

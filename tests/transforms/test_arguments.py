"""What transforms ask of arguments: the leaves that are arrays, and the words for those that are not."""

from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.transforms.arguments import array_value, differentiable_value, fixed_except, is_single, split_aux

close = np.testing.assert_allclose


def test_a_leaf_is_an_array_or_a_number() -> None:
    for x in (1, 1.5, True, 2j, np.float32(1), np.ones(2), wg.ones(2)):
        value = array_value(x, "x")
        assert hasattr(value, "dtype")
        assert hasattr(value, "shape")
    x = wg.ones(2)
    assert array_value(x, "x") is x._value
    recorded = wg.ones(2, requires_grad=True)
    assert array_value(recorded, "x") is recorded
    for wrong in ("text", object(), b"bytes", {1, 2}):
        with pytest.raises(wg.DTypeError, match="^x must be an array or a number, not"):
            array_value(wrong, "x")


def test_a_python_integer_counts_as_a_float_where_it_is_differentiated() -> None:
    assert differentiable_value(3, "x").dtype == np.float64
    for wrong in (True, np.int64(3), np.array([1, 2])):
        with pytest.raises(wg.DTypeError, match="only floating-point"):
            differentiable_value(wrong, "x")


@pytest.mark.parametrize(("argnums", "expected"), [(0, True), (np.int8(1), True), ((0,), False), ([0], False)])
def test_one_argument_or_several(argnums: Any, expected: bool) -> None:
    assert is_single(argnums) == expected


def test_the_chosen_arguments() -> None:
    chosen, values = fixed_except(lambda *xs, **kw: (xs, kw), (1, 2, 3), {"k": 4}, (-1, 0))
    assert values == (3, 1)
    assert chosen("c", "a") == (("a", 2, "c"), {"k": 4})


def test_output_and_aux() -> None:
    assert split_aux(5, False) == (5, None)
    assert split_aux((5, "aux"), True) == (5, "aux")
    with pytest.raises(wg.TreeError, match="must return a pair .output, aux., not int"):
        split_aux(5, True)


def test_a_numpy_array_is_not_changed_by_a_transform() -> None:
    a = np.array([1.0, 2.0])
    for transform in (
        lambda: wg.grad(lambda x: wg.sum(x.__imul__(3)))(a),
        lambda: wg.vmap(lambda x: x.__imul__(3))(a),
        lambda: wg.vmap(lambda x, y: x.__imul__(3) + y, (None, 0))(a, a),
        lambda: wg.jvp(lambda x: x.__imul__(3), (a,), (a,)),
        lambda: wg.trace(lambda x: x.__imul__(3))(a),
        lambda: wg.checkpoint(lambda x: x.__imul__(3))(a),
    ):
        transform()
        close(a, [1, 2])


@pytest.mark.parametrize(
    "transform", [wg.grad, wg.value_and_grad, wg.jacobian, wg.hessian, wg.vmap, wg.trace, wg.checkpoint]
)
def test_what_is_no_function_is_refused_where_the_transform_is_made(transform):
    with pytest.raises(TypeError, match="expected a function, not 3"):
        transform(3)

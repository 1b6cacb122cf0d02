"""How families resolve what a primitive declares, and the product by which tangents meet partial derivatives."""

import numpy as np
import pytest

import wengert as wg
from wengert.core.primitive import Example, registry
from wengert.core.types import ArrayType, type_of
from wengert.ops import families

INF, NAN = np.inf, np.nan
# Interpreters call rules in a scope without floating-point warnings.
pytestmark = pytest.mark.filterwarnings("ignore:.* encountered in:RuntimeWarning")


def test_names_of_arguments_decide_what_is_kept():
    unread = {name: registry[name].unread for name in registry}
    assert unread["exp"](1, 1) == (0,)  # reads the output
    assert unread["sin"](1, 1) == (1,)  # reads the input
    assert unread["add"](3, 2) == (0, 1, 2)  # reads nothing
    assert unread["multiply"](1, 2) == (0, 2)
    assert unread["multiply"](2, 2) == (1, 2)
    assert unread["multiply"](3, 2) == (2,)
    assert unread["divide"](1, 2) == (0, 2)
    assert unread["divide"](2, 2) == (0,)
    assert unread["sum"](1, 1) == (0, 1)
    assert unread["matmul"](2, 2) == (1, 2)
    assert unread["where"](2, 3) == (1, 2, 3)
    assert unread["gather"](1, 3) == (0, 3)  # the indices
    assert unread["einsum"](0b101, 3) == (3,)
    assert unread["einsum"](0b010, 3) == (1, 3)
    assert unread["concatenate"](0b111, 3) == (0, 1, 2, 3)
    assert unread["argsort"](1, 1) == (0, 1)


@pytest.mark.parametrize("rule", [lambda w: w, lambda x, z: x, lambda x, t: x])
def test_a_rule_must_read_what_there_is(rule):
    before = dict(registry)
    with pytest.raises(TypeError):
        families.elementwise("sin", rule)
    assert registry == before


def test_names_are_unique():
    with pytest.raises(ValueError, match="sin"):
        families.elementwise("sin", lambda x: x)


def test_a_general_rule_names_its_inputs():
    with pytest.raises(TypeError, match="c"):
        families.general(
            "solve",
            "a b",
            jvp=[None, None],
            vjp=[lambda ct, c: ct, None],
            type_rule=lambda a, b: b,
            batch=lambda *_: None,
            examples=(Example(((2, 2), (2, 1))),),
        )


def test_shape_rule_promotes_any_number_of_inputs():
    def result(*dtypes):
        types = [ArrayType((2,), np.dtype(d)) for d in dtypes]
        return registry["concatenate"].result_type(*types, axis=0, sizes=(2,) * len(types))

    assert result("float32", "float64", "float32") == ArrayType((6,), np.dtype("float64"))
    assert result("int16", "uint16", "float32", "float32") == ArrayType((8,), np.dtype("float32"))
    assert result("bool") == ArrayType((2,), np.dtype("bool"))


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128", "complex64"])
def test_scale_keeps_zero(dtype):
    tangent = np.array([0, -0.0, 0, 0, 2, 1], dtype)
    partial = np.array([INF, -INF, NAN, 3, 4, INF], dtype)
    found = families.scale(tangent, partial)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found[:5], [0, 0, 0, 0, 8])
    assert not np.isfinite(found[5])


def test_scale_by_a_number():
    np.testing.assert_array_equal(families.scale(np.array([0.0, 2.0]), INF), [0.0, INF])
    assert families.scale(np.float32([2.0]), 0.5).dtype == "float32"


def test_scale_does_not_hide_nan():
    """A tangent or cotangent that is NaN, and one that is not zero times a NaN, stay NaN."""
    assert np.isnan(families.scale(np.array([NAN, 1.0]), np.array([0.0, NAN]))).all()


def test_scale_overflows_only_where_the_product_does():
    big = np.array([1e200, 1e200])  # the square of which overflows
    np.testing.assert_array_equal(families.scale(big, np.array([1e-200, 1.0])), [1.0, 1e200])


def test_a_product_that_is_zero_does_not_change_with_its_factor():
    """The derivative of 0 y with respect to y is 0, also along a direction that is infinite; and of x y along 0."""
    product = registry["absorbing_multiply"]
    x, y, t = np.array([0.0, 2.0, INF]), np.array([INF, 3.0, 1.0]), np.array([INF, 1.0, 0.0])
    np.testing.assert_array_equal(wg.jvp(lambda y: product(x, y), (y,), (t,))[1], [0.0, 2.0, 0.0])
    np.testing.assert_array_equal(wg.vjp(lambda y: product(x, y), y)[1](t)[0], [0.0, 2.0, 0.0])


@pytest.mark.parametrize("derivative", [wg.grad, lambda f: lambda x: wg.jvp(f, (x,), (1.0,))[1]])
def test_a_cotangent_that_is_zero_at_the_point_is_differentiated(derivative):
    """It is 0 there and not next to it: x**4 sin(x), whose cotangents vanish at 0, has fifth derivative 120."""
    function = lambda x: wg.square(wg.square(x)) * wg.sin(x)  # noqa: E731
    values = []
    for _ in range(6):
        values.append(float(function(wg.array(0.0))))
        function = derivative(function)
    assert values == [0.0, 0.0, 0.0, 0.0, 0.0, 120.0]
    square = lambda x: wg.square(wg.sin(x))  # noqa: E731
    for _ in range(4):
        square = derivative(square)
    assert float(square(wg.array(0.0))) == -8.0


def test_the_product_of_two_tangents():
    product = registry["tangent_multiply"]
    x, y = np.array([0.0, INF, NAN, 2.0, NAN]), np.array([INF, 0.0, 0.0, 3.0, 1.0])
    np.testing.assert_array_equal(product(x, y), [0.0, 0.0, 0.0, 6.0, NAN])
    assert product(np.float32(2), np.float32([3])).dtype == "float32"


def test_type_rules_ask_evaluation_once():
    calls = []

    def evaluate(x):
        calls.append(x)
        return x * np.float32(1)

    for _ in range(3):
        assert families.result_dtype(evaluate, (np.dtype("float32"),)) == "float32"
    assert families.result_dtype(evaluate, (float,)) == "float32"
    assert len(calls) == 2


def test_the_type_of_a_number_is_weak():
    rule = registry["add"].result_type
    assert rule(type_of(np.float32([1])), type_of(2.0)).dtype == "float32"
    assert rule(type_of(np.float32([1])), type_of(np.float64(2.0))).dtype == "float64"
    assert rule(type_of(np.int8([1])), type_of(2)).dtype == "int8"


def test_a_number_that_is_given_a_shape_has_the_dtype_of_an_array():
    assert registry["reshape"].result_type(ArrayType((), float), shape=(1,)).dtype == np.dtype("float64")

"""Array types, broadcasting and axes: as NumPy has them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.core.types import ArrayType, broadcast_shapes, is_inexact, normalize_axes, normalize_axis, type_of

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.ones((2, 3)), "float64[2, 3]"),
        (np.float32(1), "float32[]"),
        (np.ones((0,), bool), "bool[0]"),
        (wg.ones(2, dtype="complex64"), "complex64[2]"),
        (1, "int[]"),
        (True, "bool[]"),
        (1.5, "float[]"),
        (2j, "complex[]"),
    ],
)
def test_the_type_of_a_value(value: Any, text: str) -> None:
    assert str(type_of(value)) == text


def test_a_numpy_scalar_has_its_dtype_and_a_python_scalar_its_type() -> None:
    assert type_of(np.float64(1.0)) == ArrayType((), np.dtype("float64"))
    assert type_of(1.0) == ArrayType((), float)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("float16", True), ("float64", True), ("complex64", True), ("int64", False), ("bool", False), ("uint8", False)],
)
def test_which_dtypes_have_derivatives(dtype: str, expected: bool) -> None:
    assert is_inexact(np.dtype(dtype)) == expected
    assert (is_inexact(float), is_inexact(complex), is_inexact(int), is_inexact(bool)) == (True, True, False, False)


@given(st.lists(SHAPES, max_size=4))
def test_broadcasting_is_numpys(shapes: list[tuple[int, ...]]) -> None:
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(wg.ShapeError, match="do not broadcast together"):
            broadcast_shapes(*shapes)
    else:
        assert broadcast_shapes(*shapes) == expected


def test_the_message_names_all_shapes() -> None:
    with pytest.raises(wg.ShapeError, match=r"shapes \(2, 3\) and \(\) and \(4,\) do not broadcast together"):
        broadcast_shapes((2, 3), (), (4,))


@given(st.integers(0, 4), st.integers(-6, 6))
def test_one_axis(ndim: int, axis: int) -> None:
    if -ndim <= axis < ndim:
        assert normalize_axis(axis, ndim) == axis % ndim == normalize_axis(np.int64(axis), ndim)
    else:
        with pytest.raises(wg.ShapeError, match=f"axis {axis} is out of bounds for an array of {ndim} dimension"):
            normalize_axis(axis, ndim)


def test_several_axes() -> None:
    assert normalize_axes(None, 3) == (0, 1, 2)
    assert normalize_axes(-1, 3) == (2,)
    assert normalize_axes((2, -3), 3) == (0, 2)
    assert normalize_axes([1], 2) == (1,)
    assert normalize_axes((), 2) == ()
    with pytest.raises(wg.ShapeError, match="same axis twice"):
        normalize_axes((0, -2), 2)
    with pytest.raises(wg.DTypeError, match="axis must be an integer, not 'x'"):
        normalize_axes("x", 2)
    with pytest.raises(wg.DTypeError, match=r"integer, not 1\.0"):
        normalize_axis(1.0, 2)  # type: ignore[arg-type]

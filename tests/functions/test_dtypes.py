"""Dtype functions are NumPy's, on arrays of the library too."""

from itertools import product

import numpy as np
import pytest

import wengert as wg

DTYPES = ["bool", "int8", "uint16", "int64", "float16", "float32", "float64", "complex64", "complex128"]


@pytest.mark.parametrize(("one", "other"), list(product(DTYPES, DTYPES)))
def test_promotion(one, other):
    x = wg.ones(3, dtype=one)
    expected = np.promote_types(one, other)
    assert wg.result_type(x, np.dtype(other)) == expected
    assert wg.result_type(x, wg.ones((), dtype=other)) == expected
    assert wg.promote_types(one, other) == expected
    assert wg.can_cast(x, other) == np.can_cast(one, other)
    assert wg.can_cast(one, other, casting="same_kind") == np.can_cast(one, other, "same_kind")


def test_python_numbers_are_weak():
    x = wg.ones(3, dtype="float32", requires_grad=True)
    assert wg.result_type(x, 1.0, True) == "float32"
    assert wg.result_type(x, 1j) == "complex64"
    assert wg.result_type(wg.ones(2, dtype="int8"), 1.0) == "float64"
    with pytest.raises(ValueError, match="at least one"):
        wg.result_type()


@pytest.mark.parametrize("dtype", DTYPES)
def test_kinds(dtype):
    kinds = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric"]
    for kind in [*kinds, np.dtype("float64"), ("bool", "integral")]:
        assert wg.isdtype(wg.ones(1, dtype=dtype).dtype, kind) == np.isdtype(np.dtype(dtype), kind)
    with pytest.raises(ValueError, match="kind"):
        wg.isdtype(wg.float64, "numbers")


def test_limits():
    assert wg.finfo(wg.ones(2, dtype="float32", requires_grad=True)).eps == np.finfo("float32").eps
    assert wg.finfo(wg.complex64).max == np.finfo("float32").max
    assert wg.iinfo(wg.arange(2)).max == np.iinfo("int64").max
    assert wg.iinfo("uint8").bits == 8
    with pytest.raises(ValueError, match="int64"):
        wg.finfo(wg.int64)


def test_common_and_smallest_types():
    x = wg.ones(2, dtype="float32", requires_grad=True)
    assert wg.common_type(x) is np.float32
    assert np.common_type(x, wg.arange(2)) is np.float64
    assert np.result_type(x, 2.0) == "float32"
    assert wg.min_scalar_type(-129) == "int16"
    assert wg.min_scalar_type(x) == "float32"
    assert wg.min_scalar_type(wg.array(3)) == np.min_scalar_type(np.array(3))
